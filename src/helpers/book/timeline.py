"""The page of events with the days of the articles on it: charts, then every event by year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import pandas as pd

from helpers import data
from helpers.book import figures
from helpers.book.addresses import find_anchor
from helpers.book.citing import Place
from helpers.book.html import embed, join_page, write_table
from helpers.book.wording import ARTICLES, THEMES, mark_announced, write_period
from helpers.charts import theme
from helpers.charts.frame import FramedChart, frame
from helpers.charts.timelines import chart_timeline

ARTICLE = "Article"
MOST = 36
"""Rows of one chart, so that it fits a sheet of paper; a year is not divided unless it holds more."""

COLOURS = {
    "Closed loop": "own_shops",
    "Omni-domain": "live_stream",
    "JD alliance": "jd",
    "Supply chain": "supply",
    "Context": "neutral",
    ARTICLE: "ink",
}
"""Theme -> palette name."""

LABELS = {
    "shop_entry_2018": "Shop entry jumps to Taobao and Youzan",
    "shop_market_2018": "New own shops, outside links kept",
    "jd_connected_2019": "JD connected, buyers jump to its app",
    "service_fee_2019": "Service fee on sales introduced",
    "taobao_glitch_2019": "Taobao goods cannot be added for a time",
    "jd_alliance_signed": "Alliance with JD Retail signed",
    "chengdu_base": "Live-selling base in Chengdu announced",
    "jd_double_subsidy": "Double subsidy with JD begins",
    "jd_sales_day": "First joint sales day with JD",
    "douyin_ban_notice": "Douyin announces the end of outside links",
    "festival_116_2020": "First 116 festival announced",
    "goods_alliance_live": "Good-Goods Alliance goes live",
    "douyin_ban_effective": "Outside links end in Douyin's streams",
    "prospectus": "Prospectus prints the first GMV",
    "simba_nest_fine": "Fine for a bird's nest sale",
    "gravity_2021": "First Gravity Conference",
    "jd_opens_on_douyin": "JD opens its own store on Douyin",
    "report_2021q1": "Own shops reach 85% of GMV",
    "service_providers_2021": "Service-provider conference",
    "ceo_change": "Cheng Yixiao becomes chief executive",
    "youzan_links_removed": "Youzan links leave live carts",
    "alliance_renamed": "Good-Goods Alliance renamed",
    "meituan_tie_up": "Tie-up with Meituan",
    "stage_white_paper": "STAGE white paper",
    "cut_notice": "Cut of outside links announced",
    "jd_comment_on_cut": "JD comments on the cut",
    "warm_spring": "Warm Spring offers JD goods",
    "cut_effective": "Outside links cut",
    "trust_report_2021": "First trust report",
    "gravity_2022": "Second Gravity Conference",
    "report_2022q1": "Own shops above 99% of GMV",
    "mall_grey_test": "Mall tested as first-level tab",
    "alliance_matching": "Kuai Fenxiao matches pairs",
    "ceo_leads_ecommerce": "Chief executive leads e-commerce",
    "merchants_116_2022": "116 merchant conference",
    "links_reopened": "Outside links come back",
    "reopening_time_boxed": "Reopening said to be time-boxed",
    "reopening_purpose_disputed": "Purpose of the reopening disputed",
    "call_2022q3": "Mall to follow once goods are ready",
    "river_flow_launch": "River-Flow plan launched",
    "commission_cap": "Commission capped at 50%",
    "omni_domain_named": "Omni-domain operation named",
    "gravity_2023": "Gravity Conference: 60bn of traffic",
    "report_2023q1": "Pan-shelf GMV up 76%",
    "call_2023q2": "Mall test planned again",
    "wang_leads_ecommerce": "Wang Jianwei leads e-commerce",
    "reorganisation_2023": "Largest reorganisation since listing",
    "simba_ban_2024": "Simba banned",
    "simba_ban_lifted": "Ban on Simba lifted",
    "gravity_2024": "Gravity Conference: user first",
    "call_2024q1": "Mall opened in full",
    "simba_return_2024": "Simba announces his return",
    "refund_rule_ended": "Refund without return ended",
    "merchants_2025": "Merchant conference: yearly plan",
    "distribution_april_2025": "Distribution update for April",
    "festival_618_2025": "618: product cards up 53%",
    "simba_exit": "Simba leaves live streaming",
    "gmv_disclosure_ends": "End of GMV disclosure announced",
    "investigation_opened": "Regulator opens an investigation",
    "reorganisation_2025": "Advertising moves into e-commerce",
    "star_plan": "Star plan for small merchants",
    "regulator_fine": "Regulator fines the e-commerce unit",
}
"""Short words of each event for the chart."""


def describe_timeline(
    events: pd.DataFrame, documents: pd.DataFrame, sources: pd.DataFrame, day: date, *, place: Place
) -> tuple[str, dict[str, bytes]]:
    """Return the page of events, and the files of its charts.

    Parameters
    ----------
    events, documents, sources : DataFrame
        As public by the day.
    day : date
        Day of the edition.
    place : Place
        The page.
    """
    drawn = [figures.render_figure(each.spec, place=place) for each in frame_events(events, documents)]
    publishers = dict(zip(sources["source_id"], sources["publisher"], strict=True))
    happened = events[~events["announced"]]
    rows = [*_list_events(happened, publishers, day), *_list_articles(documents)]
    parts = [
        "# Timeline",
        "What happened, and when the articles were written. An event is listed once it was public, "
        "with the source that tells of it. Where a source gives only a month, the chart draws the event at "
        "its beginning.",
        *(embed(each.html) for each in drawn),
    ]
    for year in sorted({row.when[:4] for row in rows}):
        parts += [f"## {year}", embed(_write_list(row for row in rows if row.when[:4] == year))]
    if events["announced"].any():
        ahead = _list_events(events[events["announced"]], publishers, day)
        parts += ["## Announced and still ahead", embed(_write_list(ahead))]
    return join_page(parts), {name: content for each in drawn for name, content in each.files.items()}


def frame_events(events: pd.DataFrame, documents: pd.DataFrame) -> list[FramedChart]:
    """Return the charts of all events with the articles among them, in order of time.

    Parameters
    ----------
    events, documents : DataFrame
        As public by the day of the edition.
    """
    source = [data.cite(events, "events"), data.cite(documents, "documents")]
    table = _tabulate(events, documents)
    years = table["date"].dt.year
    chunks = years.map((years.value_counts().sort_index().cumsum() - 1) // MOST)
    return [
        _frame_part(part, source, is_first=not number)
        for number, (_, part) in enumerate(table.groupby(chunks))
    ]


def _frame_part(table: pd.DataFrame, source: Sequence[data.Citation], *, is_first: bool) -> FramedChart:
    first, last = table["date"].min().year, table["date"].max().year
    chart = chart_timeline(
        table,
        end="end",
        kind="kind",
        label="label",
        announced="announced",
        colours=COLOURS,
    )
    framed = frame(
        chart,
        title=f"Events of {first} to {last}, and when the articles were written",
        subtitle="Days of events by theme; articles have their own colour. Hollow: announced, still ahead.",
        source=source,
        alt="Timeline with one row for each event, in order of time from top to bottom, dated at the left or "
        "right of its dot; the articles stand among the events of the weeks in which they were written.",
        name="timeline-of-events" + f"-{first}" * (not is_first),
        columns={"date": "Date", "event": "Event", "kind": "Theme", "state": "State"},
    )
    # The words stand inside the plot, so on a narrow screen it scrolls and does not shrink.
    framed.spec["usermeta"]["least"] = theme.WIDTH
    return framed


def _tabulate(events: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    happenings = pd.DataFrame(
        {
            "date": pd.to_datetime([data.span_of(text)[0] for text in events["date"]]),
            "end": pd.NaT,
            "event": events["event_id"].map(LABELS).fillna(events["event"]),
            "kind": events["theme"].map(THEMES),
            "label": events["date"].where(~events["announced"], "announced"),
            "announced": events["announced"],
        }
    )
    first, last = documents["published_from"], documents["published_to"]
    articles = pd.DataFrame(
        {
            "date": first,
            "end": last.where(last > first),
            "event": "Article " + documents["document"],
            "kind": ARTICLE,
            "label": [" to ".join(_days(*days)) for days in zip(first, last, strict=True)],
            "announced": False,
        }
    )
    return pd.concat([happenings, articles], ignore_index=True)


def _days(first: pd.Timestamp, last: pd.Timestamp) -> list[str]:
    return list(dict.fromkeys(f"{day:%Y-%m-%d}" for day in (first, last)))


@dataclass(frozen=True)
class _Listed:
    """One row of the list: its anchor, when it is, and its cells."""

    anchor: str
    when: str
    cells: list[str]


def _list_events(events: pd.DataFrame, publishers: Mapping[str, str], day: date) -> list[_Listed]:
    return [_list_event(row, publishers, day) for row in events.to_dict("records")]


def _list_event(row: dict[Any, Any], publishers: Mapping[str, str], day: date) -> _Listed:
    source = str(row["source_id"])
    cells = [
        write_period(str(row["date"]), day),
        mark_announced(str(row["event"]), day),
        THEMES[row["theme"]],
        f'<a href="sources.html#{find_anchor("sources", source)}">{escape(publishers[source])}</a>',
    ]
    return _Listed(find_anchor("events", str(row["event_id"])), str(row["date"]), cells)


def _list_articles(documents: pd.DataFrame) -> list[_Listed]:
    return [_list_article(row) for row in documents.to_dict("records")]


def _list_article(row: dict[Any, Any]) -> _Listed:
    name, last = row["document"], row["published_to"]
    cells = [
        write_period("/".join(_days(row["published_from"], last)), last.date()),
        f"<strong>Article {name}: {escape(ARTICLES[name])}</strong>",
        ARTICLE,
        f'<a href="evidence.html#article-{name}">{escape(str(row["publisher"]))}</a>',
    ]
    return _Listed(f"article-{name}", f"{last:%Y-%m-%d}", cells)


def _write_list(rows: Iterable[_Listed]) -> str:
    ordered = sorted(rows, key=lambda row: row.when)
    table = write_table(
        ["Date", "Event", "Theme", "Source"],
        [row.cells for row in ordered],
        ids=[row.anchor for row in ordered],
    )
    return table.replace("<table>", '<table class="kx-events">', 1)
