"""The page on how answers and verdicts moved, from the days of the articles to the edition's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from helpers import prose
from helpers.book import figures
from helpers.book.addresses import find_anchor
from helpers.book.citing import Place
from helpers.book.html import embed, join_page, write_details, write_table
from helpers.book.registers import Column, Row, write_cards
from helpers.book.wording import THEMES, link_result, name_notebook
from helpers.charts import describe
from helpers.charts.frame import FramedChart, frame
from helpers.charts.intervals import chart_intervals
from helpers.runs.dated import DatedAnswers, compare_verdicts
from helpers.runs.verdicts import VERDICTS

HEADLINES = {
    "closed_loop": (
        "growth_fall",
        "loss_bound",
        "closing_explains",
        "series_effect",
        "break_even_displacement",
    ),
    "omni_domain": ("efficiency_gain", "shelf_part", "shelf_contribution", "ceiling", "other_growth"),
    "jd_alliance": ("joint_day_multiple", "joint_day_growth_points", "need_ratio", "synergy", "one_ratio"),
    "supply_chain": ("premium_all", "larger_cost", "depth_ratio", "pool_share", "merchant_change"),
    "synthesis": (
        "hour_part",
        "user_part",
        "spend_part",
        "merchant_elasticity_tightest",
        "douyin_newest_ratio",
    ),
}
"""The results with which each chapter answers."""

DRAWN = {
    "closed_loop/series_effect": "Effect of a closed quarter on GMV, as each day could estimate it",
    "jd_alliance/need_ratio": "How much more Kuaishou needed the alliance, as each day could compute it",
    "supply_chain/merchant_change": "Change of GMV per active merchant, the newest that each day knew",
    "synthesis/hour_part": "Part of growth that is sales per hour, as each day could compute it",
    "synthesis/douyin_newest_ratio": "Kuaishou's GMV over Douyin's, by the newest year that each day knew",
}
"""Title of the chart of a headline whose figures moved; it is drawn once two days know it."""

NOT_PUBLIC = "article not public"


def describe_moves(
    answers: Sequence[DatedAnswers], claims: pd.DataFrame, *, place: Place | None = None
) -> tuple[str, dict[str, bytes]]:
    """Return the page, and the files of its charts.

    Parameters
    ----------
    answers : sequence of DatedAnswers
        In order of time; the last are the edition's own.
    claims : DataFrame
        Those public by the edition's day.
    place : Place, optional
        The page, for the citations of its charts.
    """
    parts = [
        "# How the answers moved",
        "The same notebooks, with the same assumptions, run as of the day of each article and of this "
        "edition: a column shows what a careful reader could have computed on that day. Nothing in a "
        "column was published later.",
    ]
    files: dict[str, bytes] = {}
    for notebook, results in answers[-1].results.items():
        names = [name for name in HEADLINES.get(notebook, ()) if name in results]
        if not names:
            continue
        heading = f"## [{name_notebook(notebook)}](../chapters/{notebook}.ipynb)"
        parts += [heading, embed(_tabulate(notebook, names, answers))]
        for framed in (_draw(f"{notebook}/{name}", answers) for name in names):
            if framed:
                drawn = figures.render_figure(framed.spec, place=place)
                parts.append(embed(drawn.html))
                files |= drawn.files
    return join_page([*parts, *_describe_verdicts(answers, claims), *_list_runs(answers)]), files


def _tabulate(notebook: str, names: Sequence[str], answers: Sequence[DatedAnswers]) -> str:
    rows = []
    for name in names:
        own = answers[-1].results[notebook][name]
        unit = "" if own["unit"] in ("", "1") else f"{escape(own['unit'])}; "
        label = f"{escape(own['meaning'])}<small>{unit}{link_result(f'{notebook}/{name}')}</small>"
        rows.append([label, *(_write_answer(each.results[notebook][name]) for each in answers)])
    return _write_days("Answer", _days(answers), rows)


def _write_days(heading: str, days: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table with one column a day."""
    columns = [Column(heading, sort="", width="36%"), *(Column(day, sort="", labelled=True) for day in days)]
    return write_cards(columns, [Row("", cells) for cells in rows])


def _days(answers: Sequence[DatedAnswers]) -> list[str]:
    return [each.as_of for each in answers]


def _write_answer(result: Mapping[str, Any]) -> str:
    if result["value"] is None:
        return f"<small>{prose.NOT_KNOWN}</small>"
    value = escape(prose.format_value(result["value"], ""))
    if result["low"] is None and result["high"] is None:
        return value
    return f"{value}<small>{escape(prose.format_interval(result['low'], result['high'], ''))}</small>"


def _draw(name: str, answers: Sequence[DatedAnswers]) -> FramedChart | None:
    """Return the chart of one answer over the days that know it; fewer than two need none."""
    notebook, _, short = name.partition("/")
    results = [(each.as_of, each.results[notebook][short]) for each in answers]
    known = [
        {"label": day, **{end: result[end] for end in ("value", "low", "high")}}
        for day, result in results
        if result["value"] is not None
    ]
    if name not in DRAWN or len(known) < 2:
        return None
    rows = pd.DataFrame(known).astype(dict.fromkeys(("value", "low", "high"), "float64"))
    own = answers[-1].results[notebook][short]
    unit = "percent" if own["unit"] == "%" else str(own["unit"])
    measure = f"{short.replace('_', ' ').capitalize()}, {own['unit']}"
    return frame(
        chart_intervals(rows, measure=measure, label_title="As of", number=",.1f"),
        title=DRAWN[name],
        subtitle=f"{unit.capitalize()}; rules show the interval that was computed on that day.",
        source="own computation",
        alt=describe.describe_rows(rows, DRAWN[name], label="label", value="value", unit=own["unit"]),
        name=f"moved-{name.replace('/', '-').replace('_', '-')}",
    )


def _describe_verdicts(answers: Sequence[DatedAnswers], claims: pd.DataFrame) -> list[str]:
    counts = [each.verdicts["verdict"].value_counts() for each in answers]
    rows = [
        [day, str(count.sum()), *(str(count.get(verdict, 0)) for verdict in VERDICTS)]
        for day, count in zip(_days(answers), counts, strict=True)
    ]
    moved = compare_verdicts(answers)
    parts = ["## Verdicts on the claims"]
    if moved.empty:
        return [*parts, "No article was public by then, so there is no claim to judge."]
    parts += [
        "A claim is judged from the day of its article on, by the same rule and by the results of that day.",
        embed(write_table(["As of", "Claims", *(verdict.capitalize() for verdict in VERDICTS)], rows)),
    ]
    return [*parts, *_compare_ends(answers), *_list_moved(moved, claims)]


def _compare_ends(answers: Sequence[DatedAnswers]) -> list[str]:
    """Say for each earlier day how many of its verdicts are others today."""
    lines = []
    for earlier in answers[:-1]:
        pair = compare_verdicts([earlier, answers[-1]]).dropna()
        if len(pair):
            differ = (pair.iloc[:, 0] != pair.iloc[:, 1]).sum()
            lines.append(f"- {earlier.as_of}: {differ} of {len(pair)} verdicts are others today.")
    return ["\n".join(lines)] if lines else []


def _list_moved(verdicts: pd.DataFrame, claims: pd.DataFrame) -> list[str]:
    words = claims.set_index("claim_id")
    changed = verdicts[verdicts.apply(lambda row: len(set(row.dropna())) > 1, axis=1)]
    if changed.empty:
        return ["No verdict moved over these days."]
    rows = [
        [
            f'<a href="claims.html#{find_anchor("claims", str(name))}">{name}</a> '
            f"{escape(words.loc[name, 'claim'])}<small>{THEMES[words.loc[name, 'theme']]}</small>",
            *(f"<small>{NOT_PUBLIC}</small>" if pd.isna(one) else escape(one) for one in verdict),
        ]
        for name, verdict in zip(changed.index, changed.to_numpy(), strict=True)
    ]
    return [
        f"Claims whose verdict moved: {len(changed)}.",
        embed(_write_days("Claim", list(verdicts.columns), rows)),
    ]


def _list_runs(answers: Sequence[DatedAnswers]) -> list[str]:
    notebooks = list(answers[-1].keys)
    rows = [[each.as_of, *(f"<code>{each.keys[name]}</code>" for name in notebooks)] for each in answers]
    table = write_table(["As of", *notebooks], rows)
    return ["## The runs", embed(write_details(f"Keys of the {len(rows) * len(notebooks)} runs", table))]
