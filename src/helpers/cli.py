"""The command ``report``: parse, call one function, print."""

from __future__ import annotations

import helpers.fast_start  # noqa: F401  isort: skip
import gc
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from helpers import prose
from helpers.errors import InputError, ReportError

# Imports leave next to no garbage behind; looking for it is a tenth of a command's start.
gc.set_threshold(50_000)

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class ReportGroup(click.Group):
    """A click group that prints a `ReportError` as one line and returns its exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line."""
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
        except ReportError as error:
            if "--verbose" in sys.argv:
                raise
            click.echo(f"report: {error}", err=True)
            sys.exit(error.exit_code)
        except click.ClickException as error:
            error.show()
            sys.exit(2)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except OSError as error:
            if "--verbose" in sys.argv:
                raise
            click.echo(f"report: {_describe_refusal(error)}", err=True)
            sys.exit(3)
        except (click.Abort, KeyboardInterrupt):
            click.echo("report: stopped; nothing half-written was kept", err=True)
            sys.exit(130)
        sys.exit(code if isinstance(code, int) else 0)


def _describe_refusal(error: OSError) -> str:
    """Say what the machine refused; a full disk and a read-only folder end here."""
    what = ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
    return f"{what}; give access or make room, then run the command again: nothing half-written was kept"


@click.group(cls=ReportGroup, context_settings=CONTEXT)
@click.option("--verbose", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="kuaishou-report", prog_name="report")
def main(verbose: bool) -> None:
    """Read, rerun and rebuild the report on Kuaishou e-commerce.

    Exit codes: 0 done, 1 a run or check failed, 2 bad usage or input, 3 the machine lacks something.
    """


def _parse_assignments(_: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Read repeated ``name=value`` options."""
    pairs = [value.partition("=") for value in values]
    if bad := [name for name, sign, _ in pairs if not sign or not name.strip()]:
        raise InputError(f"{option.opts[0]} takes name=value (got {bad[0]!r})")
    names = [name.strip() for name, _, _ in pairs]
    if twice := {name for name in names if names.count(name) > 1}:
        raise InputError(f"{option.opts[0]} given twice for {', '.join(sorted(twice))}; give each once")
    return {name.strip(): value for name, _, value in pairs}


def _split_names(_: click.Context, __: click.Parameter, text: str) -> list[str]:
    """Read an option that takes several names."""
    return [name for name in text.split(",") if name]


def _options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Join several click options into one decorator."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


_scenario = click.option(
    "--scenario", "-s", metavar="S", default="default", help="Named set from scenarios.yml."
)
_as_of = click.option("--as-of", metavar="DATE", help="Use only what was published by this ISO day.")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
_book = click.option(
    "--book",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Built book; by default _build/html.",
)
_timeout = click.option(
    "--timeout", "timeout_seconds", type=click.IntRange(1), default=600, show_default=True, metavar="SECONDS",
    help="Longest time for one cell.",
)  # fmt: skip


@main.command("list")
@_json
def list_command(as_json: bool) -> None:
    """List notebooks, scenarios and datasets."""
    from helpers.runs import contract, scenarios

    titles = {name: contract.read_title(name) for name in contract.list_notebooks()}
    named = {name: scenario.why for name, scenario in scenarios.load_scenarios().items()}
    if as_json:
        click.echo(json.dumps({"notebooks": titles, "scenarios": named}, ensure_ascii=False, indent=1))
        return
    for heading, rows in (("Notebooks", titles), ("Scenarios", named)):
        click.echo(f"{heading}:")
        for name, text in rows.items():
            click.echo(f"  {name:<24} {text}")


@main.command("params")
@click.argument("notebook")
@_json
def params_command(notebook: str, as_json: bool) -> None:
    """Show the parameters of NOTEBOOK: type, default, unit, range, meaning."""
    from helpers.runs import contract

    rows = contract.describe_parameters(notebook)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(f"{row['name']}: {row['type']} = {row['default']}  [{_describe_range(row)}]")
        click.echo(f"    {row['meaning']}")
        click.echo(f"    rests on: {', '.join(row['rests_on']) or 'our own assumption'}")


def _describe_range(row: dict[str, Any]) -> str:
    if row["choices"]:
        return "one of " + ", ".join(map(str, row["choices"]))
    has_range = row["minimum"] is not None or row["maximum"] is not None
    limits = prose.format_interval(row["minimum"], row["maximum"], "", "") if has_range else ""
    return "; ".join(part for part in (row["unit"], limits) if part)


@main.command("run")
@click.argument("notebook")
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", callback=_parse_assignments,
              help="Set a parameter; may be repeated.")  # fmt: skip
@_options(_scenario, _as_of, _timeout, _json)
@click.option(
    "--engine", type=click.Choice(["fork", "kernel"]), help="Forked child (default) or ordinary kernel."
)
@click.option("--fresh", is_flag=True, help="Execute even if an equal run is at hand.")
def run_command(
    notebook: str,
    parameters: dict[str, str],
    scenario: str,
    as_of: str | None,
    timeout_seconds: int,
    as_json: bool,
    engine: str | None,
    fresh: bool,
) -> None:
    """Run NOTEBOOK with other parameters and print its results.

    Example: report run closed_loop -p outside_share=0.02 --as-of 2022-11-10
    """
    if engine != "kernel":
        _prepare(notebook)

    from helpers import paths
    from helpers.runs import scenarios
    from helpers.runs.engine import run_notebook
    from helpers.runs.results import describe_result

    given = scenarios.load_scenario(scenario).parameters_for(notebook) | ({"as_of": as_of} if as_of else {})
    run = run_notebook(
        notebook,
        given | parameters,
        engine=engine,
        reuse=not fresh,
        timeout_seconds=timeout_seconds,
        progress=_is_terminal(),
    )
    if as_json:
        click.echo((run.folder / "results.json").read_text(encoding="utf-8"))
        return
    for result in run.results:
        click.echo(describe_result(result))
    click.echo(f"\nrun {run.record['key']} as of {run.record['as_of']}: {run.folder.relative_to(paths.ROOT)}")


def _prepare(*notebooks: str) -> None:
    """Start what runs are forked from before the imports of this process, so that both go on at once."""
    from helpers import paths
    from helpers.runs import fork_engine

    for notebook in notebooks:
        fork_engine.prepare_notebook(paths.NOTEBOOKS / f"{notebook}.ipynb")


def _is_terminal() -> bool:
    return sys.stderr.isatty()


@main.command("sweep")
@click.argument("notebooks", nargs=-1, required=True, metavar="NOTEBOOK...")
@click.option(
    "--grid",
    multiple=True,
    metavar="NAME=A,B,C",
    help="Values of a parameter, or 1..100; every combination is run. May be repeated.",
)
@click.option("--scenarios", "scenario_names", metavar="A,B", default="", callback=_split_names,
              help="Scenarios to start from.")  # fmt: skip
@click.option("--as-of", metavar="DATE", help="Use only what was published by this ISO day.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1), metavar="N", help="Runs at a time; by default one a processor."
)
@click.option("--scheduler", metavar="ADDRESS", help="Address of a Dask scheduler that executes the runs.")
@click.option("--yes", is_flag=True, help="Confirm a grid of very many runs.")
@_options(_timeout, _json)
def sweep_command(
    notebooks: tuple[str, ...],
    grid: tuple[str, ...],
    scenario_names: list[str],
    as_of: str | None,
    jobs: int | None,
    scheduler: str | None,
    yes: bool,
    timeout_seconds: int,
    as_json: bool,
) -> int:
    """Run every combination of a grid or of scenarios, and write one table.

    Runs that are at hand are reused, so a sweep that was stopped goes on where it was.

    Example: report sweep closed_loop --grid outside_share=0.01,0.02,0.05 --grid recovered_share=0,0.5
    """
    if not scheduler:
        _prepare(*notebooks)

    from helpers.runs import sweep, sweep_table

    given = {"as_of": as_of} if as_of else None
    points = sweep.plan_sweep(
        notebooks, sweep.parse_grid(grid), scenario_names=scenario_names, given=given, confirmed=yes
    )
    done = sweep.run_sweep(
        points, jobs=jobs, scheduler=scheduler, timeout_seconds=timeout_seconds, progress=_is_terminal()
    )
    folder = sweep_table.write_table(done)
    if as_json:
        click.echo(sweep_table.build_table(done).to_json(orient="records", force_ascii=False))
    else:
        click.echo(
            f"{len(points)} runs ({done.reused} at hand, {len(done.failures)} failed): {folder / 'runs.csv'}"
        )
    for failure in done.failures:
        click.echo(f"failed: {failure.point.varied}: {failure.cause}", err=True)
    return 1 if done.failures else 0


@main.command("plan")
@_options(_scenario, _as_of, _json)
def plan_command(scenario: str, as_of: str | None, as_json: bool) -> None:
    """Say which runs `report build` would execute, and why: its own, of earlier days, and of the sliders."""
    from helpers.runs import cache, dated, what_if

    plans = [point.plan for point in dated.plan_dated(scenario, as_of)]
    outlooks = [(plan.as_of, cache.explain_plan(plan)) for plan in plans]
    own = {plan.notebook: plan for plan in plans}
    for name, theme in what_if.load_themes().items():
        if plan := own.get(name):
            outlook = what_if.explain_grid(what_if.plan_grid(name, plan.parameters, theme.what_if))
            outlooks.append((plan.as_of, outlook))
    if as_json:
        rows = [{"as_of": day} | outlook.to_dict() for day, outlook in outlooks]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for day, outlook in outlooks:
        grid = f", {outlook.points} points of its sliders" if outlook.points > 1 else ""
        state = f"{'grid' if grid else 'run'} {outlook.key} is at hand"
        if not outlook.key:
            state = f"would run: {'; '.join(outlook.causes)}"
        click.echo(f"{outlook.notebook} as of {day}{grid}: {state}")


@main.command("build")
@_options(_scenario, _as_of, _timeout)
@click.option(
    "--dated", is_flag=True, help="Add the editions as of the articles' days, and a way between them."
)
@click.option("--with", "beside", metavar="A,B", default="", callback=_split_names,
              help="Add the editions of scenarios, and a way between them.")  # fmt: skip
@click.option("--to", "target", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Where the book goes; by default _build/html or _build/html-LABEL.")  # fmt: skip
@click.option("--without-what-if", is_flag=True, help="Leave out the sliders, which take some hundred runs.")
@click.option("--pdf", is_flag=True, help="Put the book and its chapters into it as PDF, with Chromium.")
def build_command(
    scenario: str,
    as_of: str | None,
    timeout_seconds: int,
    dated: bool,
    beside: list[str],
    target: Path | None,
    without_what_if: bool,
    pdf: bool,
) -> None:
    """Run what is stale and build the book; a failure leaves the last good edition as it was."""
    from helpers.book import current

    asked = {
        "scenario": scenario,
        "as_of": as_of,
        "dated": dated,
        "beside": beside,
        "with_what_if": not without_what_if,
        "with_pdf": pdf,
        "target": target and target.resolve(),
    }
    edition = current.provide_edition(asked, timeout_seconds=timeout_seconds, progress=_is_terminal())
    state = "is up to date" if edition.unchanged else "was built"
    click.echo(f"edition {edition.edition_id} as of {edition.as_of} {state}: {edition.folder}")
    click.echo("read it: open index.html there in a browser, or `make serve`")


@main.command("audit")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_json
def audit_command(folder: Path, as_json: bool) -> int:
    """Prove the table of facts against the articles in FOLDER (one file NNN_*.txt each)."""
    from helpers import data
    from helpers.evidence import audit

    found = audit.audit(folder, *(data.load(name) for name in ("facts", "dismissals", "documents")))
    click.echo(
        json.dumps(found.to_dict(), ensure_ascii=False, indent=1) if as_json else "\n".join(found.lines())
    )
    return found.exit_code


@main.command("check")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--book", "folder", type=click.Path(path_type=Path), help="Built book to look at; by default _build/html."
)
def check_command(names: tuple[str, ...], folder: Path | None) -> None:
    """Check the promises that the report makes about itself; by default all of them."""
    from helpers import checks

    complaints = checks.run_checks(names, folder=folder)
    for name, found in complaints.items():
        click.echo(f"{name}: {'ok' if not found else f'{len(found)} complaints'}")
        for complaint in found:
            click.echo(f"  {complaint}")
    sys.exit(1 if any(complaints.values()) else 0)


@main.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@_book
def serve_command(port: int, folder: Path | None) -> None:
    """Serve the built book on this machine only."""
    from helpers.book import serve

    serve.serve_book(folder, port=port)


@main.command("pdf")
@click.argument("page", required=False)
@_book
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Where the PDF goes; by default beside the book.")  # fmt: skip
def pdf_command(page: str | None, folder: Path | None, target: Path | None) -> None:
    """Print the built book, or one PAGE of it, with Chromium: outline, page numbers, charts as vectors.

    Example: report pdf closed_loop
    """
    from helpers import paths
    from helpers.book import chromium

    book = folder or paths.BUILD / "html"
    target = target or book.with_name(f"{book.name}-{page or 'book'}.pdf")
    chromium.print_pdf(book, target, name=page)
    click.echo(f"{target} ({target.stat().st_size / 1e6:.1f} MB)")


@main.command("tree")
@click.argument("page")
@_book
def tree_command(page: str, folder: Path | None) -> None:
    """Show what a screen reader meets on PAGE of the built book, in its order.

    Example: report tree closed_loop
    """
    from helpers import paths
    from helpers.book import chromium

    click.echo(chromium.print_tree(folder or paths.BUILD / "html", page))


@main.command("diff")
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@_json
def diff_command(old: str, new: str, as_json: bool) -> None:
    """Compare two runs (NOTEBOOK/KEY), scenarios, folders of built books or days of kept editions.

    Example: report diff as-of-2022-11-10 default
    """
    from helpers.runs import compare

    differences = compare.compare(old, new)
    if as_json:
        click.echo(json.dumps([each.to_dict() for each in differences], ensure_ascii=False, indent=1))
        return
    for each in differences:
        click.echo("\n".join(compare.describe_difference(each)))


@main.command("accept")
@click.argument("names", nargs=-1, metavar="[SCENARIO]...")
@click.option("--edition", "day", metavar="DAY",
              help="Also keep what the book says as the edition published on this ISO day.")  # fmt: skip
@click.option("--why", "reasons", multiple=True, metavar="NAME=TEXT", callback=_parse_assignments,
              help="Why NOTEBOOK or NOTEBOOK/RESULT moved since the last edition; repeatable.")  # fmt: skip
def accept_command(names: tuple[str, ...], day: str | None, reasons: dict[str, str]) -> None:
    """Accept the current results as the reference and as the README's answer; prints old and new."""
    from helpers.book import acceptance

    if reasons and not day:
        raise InputError("--why explains an edition; give its day with --edition")
    for line in acceptance.accept(names or None, day=day, why=reasons) or ["nothing moved"]:
        click.echo(line)


@main.command("rehash")
def rehash_command() -> None:
    """Accept deliberately edited data files: check them, then write their hashes into datapackage.json."""
    from helpers import data

    for name in data.rewrite_hashes() or ["nothing changed"]:
        click.echo(name)


if __name__ == "__main__":
    main()
