"""What the pages can do beyond Markdown: paste results, hide later knowledge, show formulas.

Roles and directives for MyST pages and chapters:

``{result}`name/of_result:spec```
    A number from a run, linked to its row on the page about this run.
``{figure}`f028```
    A published figure, linked to its row; see `helpers.book.quotes` for the keys.
``{edition}`as_of```
    A field of the edition that is being built.
``{typed}`95%```
    A number that is part of a definition, so it may stand in prose (see `helpers.book.site_checks`).
``{compare} closed_loop/growth_fall:.1f closed_loop/loss_bound:.1f``
    Small bars of results; ``:labels:`` are their words, parted by ``|``. ``:whole:`` says that the others
    are parts of the first, and ``:against:`` adds a bar of one whole: 100 for percentages, 1 for multiples.
    Nothing is drawn where a result is not yet known.
``{announced}`30 November 2022```
    A day to come that was announced earlier, so it may stand in an edition that is older than that day.
``{since} 2022-11-22`` and ``{before} 2022-11-22``
    A block that appears only in editions of that day or later, or only in older ones.

The files read here, in ``records/``, are written by the build.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.writers.html5 import HTML5Translator

from helpers.book.addresses import find_preview
from helpers.book.formulas import render_formula, split_formulas
from helpers.book.mentions import ANNOUNCED_CLASS
from helpers.book.miniatures import Bar, draw_bars
from helpers.book.pasted import explain_result, find_result
from helpers.book.quotes import find_quote
from helpers.errors import InputError, UnknownNameError

ASSETS = Path(__file__).parent / "assets"
RESULTS_FILE = "records/results.json"
EDITION_FILE = "records/edition.json"
FIGURES_FILE = "records/figures.json"
LINKED_FILE = "records/linked.json"
RUN_PAGE = "records/about"
_MARKED = re.compile(r"<math [^>]*\bdisplay=\"inline\"(?:(?!</math>).)*</math>[,.;:)]+", re.DOTALL)


class BookError(SphinxError):
    """A page asks for something that the edition does not hold."""

    category = "Book error"


def _read(env: BuildEnvironment, name: str) -> Any:
    """Read a file of the build once a process and note that the current page rests on it."""
    env.note_dependency(name)
    cache = env.temp_data.setdefault("report_files", {})
    if name not in cache:
        cache[name] = json.loads((Path(env.srcdir) / name).read_text(encoding="utf-8"))
    return cache[name]


def _complain(env: BuildEnvironment, where: str, complaint: str) -> None:
    _complaints(env).setdefault(env.docname, []).append(f"{where}: {complaint}")


def _complaints(env: Any) -> dict[str, list[str]]:
    if not hasattr(env, "report_complaints"):
        env.report_complaints = {}
    return env.report_complaints  # type: ignore[no-any-return]


class _ReportRole(SphinxRole):
    def place(self) -> str:
        """Return page and line of this role."""
        source, line = self.get_source_info()
        return f"{self.env.path2doc(source) or source}, line {line}"


class ResultRole(_ReportRole):
    """Paste a result, linked to its row on the page about this run."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return one link, or note a complaint that fails the build once all pages are read."""
        try:
            text, result = find_result(_read(self.env, RESULTS_FILE), self.text.strip())
        except (InputError, UnknownNameError) as error:
            _complain(self.env, self.place(), str(error))
            return [], []
        page = self.env.app.builder.get_relative_uri(self.env.docname, RUN_PAGE)
        anchor = "result-" + re.split(r"[.:]", self.text.strip())[0].replace("/", "-")
        link = nodes.reference("", text, internal=True, refuri=f"{page}#{anchor}", classes=["kx-number"])
        link["reftitle"] = explain_result(result)
        return [link], []


class FigureRole(_ReportRole):
    """Quote a published figure, linked to its row on a page of evidence."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return one link, or note a complaint that fails the build once all pages are read."""
        try:
            text, quote = find_quote(_read(self.env, FIGURES_FILE), self.text.strip())
        except (InputError, UnknownNameError) as error:
            _complain(self.env, self.place(), str(error))
            return [], []
        page, _, anchor = quote["address"].partition(".html")
        target = self.env.app.builder.get_relative_uri(self.env.docname, page)
        link = nodes.reference("", text, internal=True, refuri=target + anchor, classes=["kx-number"])
        link["reftitle"] = quote["title"]
        return [link], []


class EditionRole(_ReportRole):
    """Paste a field of the edition, such as ``as_of``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the field as text."""
        edition = _read(self.env, EDITION_FILE)
        if self.text not in edition:
            _complain(self.env, self.place(), str(UnknownNameError("edition field", self.text, edition)))
            return [], []
        return [nodes.Text(str(edition[self.text]))], []


class TypedRole(SphinxRole):
    """Show a number that is part of a definition."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the text as it was typed."""
        return [nodes.Text(self.text)], []


class AnnouncedRole(SphinxRole):
    """Show a day to come that was announced earlier."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the text, marked so that the check for hindsight passes over it."""
        return [nodes.inline("", self.text, classes=[ANNOUNCED_CLASS])], []


class SinceDirective(SphinxDirective):
    """Show its content only in editions of a given day or later."""

    has_content = True
    required_arguments = 1

    def is_shown(self, as_of: date, day: date) -> bool:
        """Return whether an edition shows the block."""
        return as_of >= day

    def run(self) -> list[nodes.Node]:
        """Return the parsed content, or nothing."""
        try:
            day = date.fromisoformat(self.arguments[0])
        except ValueError:
            problem = f"{self.name!r} takes a day such as 2022-11-22 (got {self.arguments[0]!r})"
            _complain(self.env, f"{self.env.docname}, line {self.lineno}", problem)
            return []
        if not self.is_shown(date.fromisoformat(_read(self.env, EDITION_FILE)["as_of"]), day):
            return []
        holder = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, holder, match_titles=True)
        return holder.children


class BeforeDirective(SinceDirective):
    """Show its content only in editions older than a given day."""

    def is_shown(self, as_of: date, day: date) -> bool:
        """Return whether an edition shows the block."""
        return as_of < day


class CompareDirective(SphinxDirective):
    """Draw a few results as small bars."""

    required_arguments = 1
    optional_arguments = 9
    option_spec: ClassVar = {
        "labels": directives.unchanged_required,
        "against": directives.unchanged,
        "whole": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Return the picture, or nothing where a result is not known."""
        results = _read(self.env, RESULTS_FILE)
        labels = [label.strip() for label in self.options.get("labels", "").split("|")]
        if len(labels) != len(self.arguments):
            return self.refuse(f"'compare' needs one label for each result (got {len(labels)})")
        try:
            found = [find_result(results, key) for key in self.arguments]
        except (InputError, UnknownNameError) as error:
            return self.refuse(str(error))
        if any(result["value"] is None for _, result in found):
            return []
        known = [_as_bar(label, *one) for label, one in zip(labels, found, strict=True)]
        if "whole" in self.options:
            known[0] = replace(known[0], plain=True)
        if words := self.options.get("against"):
            known.insert(0, Bar(words, 100.0 if found[0][1]["unit"] == "%" else 1.0, plain=True))
        return [nodes.raw("", draw_bars(known), format="html")]

    def refuse(self, problem: str) -> list[nodes.Node]:
        """Note a complaint that fails the build once all pages are read."""
        _complain(self.env, f"{self.env.docname}, line {self.lineno}", problem)
        return []


def _as_bar(label: str, text: str, result: dict[str, Any]) -> Bar:
    return Bar(f"{label} {text}", float(result["value"]), result["low"], result["high"])


def _forget_page(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _complaints(env).pop(docname, None)


def _merge_pages(app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment) -> None:
    _complaints(env).update({name: lines for name, lines in _complaints(other).items() if name in docnames})


def _raise_complaints(app: Sphinx, env: BuildEnvironment) -> None:
    lines = [line for page in sorted(_complaints(env)) for line in _complaints(env)[page]]
    if lines:
        raise BookError("\n".join(lines))


def _visit_formula(self: HTML5Translator, node: nodes.Element) -> None:
    display = isinstance(node, nodes.math_block)
    parts = split_formulas(node.astext()) if display else [node.astext()]
    try:
        formula = "".join(render_formula(part, display=display) for part in parts)
    except InputError as error:
        raise BookError(f"{self.builder.current_docname}: {error}") from error
    self.body.append(f'<div class="kx-formula">{formula}</div>\n' if display else formula)
    raise nodes.SkipNode


def _bind_marks(body: str) -> str:
    """Keep each mark of punctuation on the line of the formula before it."""
    return _MARKED.sub(r'<span class="kx-nowrap">\g<0></span>', body)


def _add_assets(app: Sphinx, config: Any) -> None:
    config.html_static_path.append(str(ASSETS))
    config.html_math_renderer = "mathml"


def _prepare_builder(app: Sphinx) -> None:
    """Leave out Sphinx's own search: its passages cannot be read from disk. `finish_book` makes an index."""
    app.builder.search = False  # type: ignore[attr-defined]


def _add_pages(app: Sphinx) -> list[tuple[str, dict[str, Any], str]]:
    return [("search", {"title": "Search"}, "search.html"), ("404", {"title": "Page not found"}, "404.html")]


def write_block(described: dict[str, Any]) -> str:
    """Return a page's description of itself as text that cannot end the data block around it."""
    return json.dumps(described, ensure_ascii=False).replace("<", "\\u003c")


def _add_context(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    edition, linked = (
        json.loads((Path(app.srcdir) / name).read_text(encoding="utf-8"))
        for name in (EDITION_FILE, LINKED_FILE)
    )
    context["edition"] = edition
    if "body" in context:
        context["body"] = _bind_marks(context["body"])
    if page in linked:
        context["linked"] = write_block(linked[page])
    site_url = app.config.html_baseurl
    root = f"{site_url.rstrip('/')}/" if site_url else context["pathto"]("", 1)
    context["preview"] = root + find_preview(page)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything; called by Sphinx."""
    app.add_role("result", ResultRole())
    app.add_role("figure", FigureRole())
    app.add_role("edition", EditionRole())
    app.add_role("typed", TypedRole())
    app.add_role("announced", AnnouncedRole())
    app.add_directive("since", SinceDirective)
    app.add_directive("before", BeforeDirective)
    app.add_directive("compare", CompareDirective)
    app.add_html_math_renderer("mathml", (_visit_formula, None), (_visit_formula, None))
    app.connect("config-inited", _add_assets)
    app.connect("builder-inited", _prepare_builder)
    app.connect("env-purge-doc", _forget_page)
    app.connect("env-merge-info", _merge_pages)
    app.connect("env-check-consistency", _raise_complaints)
    app.connect("html-collect-pages", _add_pages)
    app.connect("html-page-context", _add_context)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
