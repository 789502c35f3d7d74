"""The pages of evidence: complete, dated, linked, and right about what follows from the figures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from helpers import data
from helpers.book import timeline
from helpers.book.addresses import SERIES, find_address, find_anchor
from helpers.book.claims import describe_claims
from helpers.book.contrasts import ROWS, RULES, contrast_figures, read_row, span_months
from helpers.book.derived import describe_derived
from helpers.book.evidence_pages import select_known, write_evidence
from helpers.book.figures import RenderedFigure
from helpers.book.mentions import ANNOUNCED_CLASS, find_later
from helpers.book.places import Place
from helpers.book.quotes import collect_quotes, find_quote
from helpers.book.records import describe_runs
from helpers.book.registers import Cell, Column, Filter, Row, write_register
from helpers.book.systems import describe_systems
from helpers.book.wording import mark_announced, write_bounds, write_figure, write_qualified, write_value
from helpers.errors import InputError, UnknownNameError
from helpers.evidence.bounds import bounds_of
from helpers.evidence.derived import derive_figures
from helpers.evidence.facts import Fact, read_facts
from helpers.runs import contract, reference, scenarios

LATEST = data.resolve_as_of().isoformat()
DAYS = ["2020-05-27", "2020-06-15", "2020-09-29", "2022-11-10", "2023-06-01", LATEST]
DRAWN = ("2020-09-29", LATEST)
PAGES = ("evidence", "derived", "timeline", "systems", "claims", "forecasts", "figures")


@cache
def write_pages(as_of: str, folder: Path) -> dict[str, bytes]:
    """Write the pages of one day once; only some days need the picture itself."""
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        if as_of not in DRAWN:
            patch.setattr(timeline.figures, "render_figure", lambda *_, **__: RenderedFigure("", {}))
        return write_evidence({"as_of": as_of, "edition_id": "0a1b"}, accepted_runs(as_of), folder=folder)


def accepted_runs(as_of: str) -> list[dict[str, Any]]:
    """Return the accepted results of the newest edition known by a day, as the pages take runs."""
    edition = max(
        (name for name in scenarios.list_editions() if name[-10:] <= as_of), default="as-of-2020-06-15"
    )
    edition = scenarios.DEFAULT if as_of == LATEST else edition
    return [
        {
            "notebook": notebook,
            "results": [
                {"name": name, "inputs": [], "meaning": ""} | parts
                for name, parts in reference.read_accepted(edition, notebook).items()
            ],
            "charts": {},
        }
        for notebook in contract.list_notebooks()
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the pages of all days share."""
    return tmp_path_factory.mktemp("evidence")


def read(text: str) -> lxml_html.HtmlElement:
    """Return the HTML inside a generated page."""
    return lxml_html.fragment_fromstring(re.sub(r"```(\{raw\} html)?", "", text), create_parent="div")


def read_page(name: str, as_of: str, folder: Path) -> lxml_html.HtmlElement:
    """Return a page of one day."""
    write_pages(as_of, folder / as_of)
    return read((folder / as_of / f"{name}.md").read_text(encoding="utf-8"))


def cells(root: lxml_html.HtmlElement, anchor: str) -> list[str]:
    """Return the texts of one row."""
    return [" ".join(cell.text_content().split()) for cell in root.xpath(f"//tr[@id='{anchor}']/td")]


def facts(as_of: str = LATEST) -> dict[str, Fact]:
    """Return the facts of a day by id."""
    return {fact.fact_id: fact for fact in read_facts(data.load("facts", as_of))}


def result(value: float | str | None, **changes: Any) -> dict[str, Any]:
    """Return one result of a run."""
    base = {"name": "r", "value": value, "low": None, "high": None, "interval": "none", "level": None}
    return base | {"unit": "%", "meaning": "What it is.", "why": None, "inputs": []} | changes


# Complete


def test_every_fact_has_a_row_that_says_what_it_is(folder: Path) -> None:
    """Figure as printed, value, kind, subject with its note, period, speaker, place and theme."""
    page = read_page("evidence", LATEST, folder)

    rows = page.xpath("//tr[starts-with(@id, 'fact-')]/@id")
    assert rows == [find_anchor("facts", name) for name in facts()]
    note = "Bounds the share of outside links by one per cent, in part after the cut"
    assert cells(page, "fact-f028") == [
        "f028",
        "99%以上",
        "99%",
        "more than",
        f"Kuaishou own shops (快手小店): share of GMV{note}",
        "2022Q1",
        "a company",
        "Article 000, paragraph 42",
        "Closed loop",
    ]


def test_a_figure_that_the_scrape_lost_is_shown_as_lost(folder: Path) -> None:
    """Nothing is filled in."""
    assert cells(read_page("evidence", LATEST, folder), "fact-f009")[1:4] == ["", "lost", "lost"]


def test_the_counts_of_an_article_are_those_of_its_rows(folder: Path) -> None:
    """Figures and numbers without a quantity add up over the articles; each of the latter is listed."""
    page = read_page("evidence", LATEST, folder)

    counts = [cells(page, f"article-{name}")[4:6] for name in ("000", "001", "002", "003")]
    assert sum(int(one) for one, _ in counts) == len(facts())
    listed = page.xpath("//table[thead/tr/th[text()='Why it is no figure']]/tbody/tr")
    assert len(listed) == sum(int(one) for _, one in counts) == len(data.load("dismissals"))


@pytest.mark.parametrize(("name", "count"), [("system", 52), ("claim", 71), ("forecast", 27)])
def test_every_system_and_claim_has_an_anchor(name: str, count: int, folder: Path) -> None:
    """Chapters can link to each."""
    page = read_page(f"{name}s", LATEST, folder)

    assert len(set(page.xpath(f"//tr[starts-with(@id, '{name}-')]/@id"))) == count


def test_every_row_of_the_series_is_a_place_of_its_own(folder: Path) -> None:
    """A result that rests on a data row leads to that row."""
    anchors = read_page("figures", LATEST, folder).xpath("//tr[starts-with(@id, 'row-')]/@id")

    assert len(anchors) == len(set(anchors)) == sum(len(data.load(name)) for name in SERIES)
    assert "row-peers_annual-2019-Taobao-Tmall-gmv" in anchors


def test_every_event_is_listed_and_drawn(folder: Path) -> None:
    """The list has all events of the day and the articles; the charts' tables have as many rows."""
    page = read_page("timeline", LATEST, folder)

    listed = page.xpath("//table[@class='kx-events']/tbody/tr/@id")
    assert len(listed) == len(data.load("events")) + 4
    drawn = [summary.text for summary in page.xpath("//details[@class='kx-data']/summary")]
    rows = [int(text.removeprefix("Data (").partition(" ")[0]) for text in drawn]
    assert len(rows) == 2
    assert sum(rows) == len(listed)
    assert set(data.load("events")["event_id"]) == set(timeline.LABELS)


def test_the_timeline_does_not_shrink_below_its_words(folder: Path) -> None:
    """On a narrow screen the live chart keeps its width and scrolls, as the still picture does."""
    script = next(text for name, text in write_pages(LATEST, folder / LATEST).items() if name.endswith(".js"))

    meta = json.loads(script[script.index(b"] = ") + 4 : script.rindex(b";")])["usermeta"]
    assert meta["least"] == 640 <= meta["width"]


def test_links_between_the_pages_lead_to_anchors(folder: Path) -> None:
    """No row points at a fact, event or source that its day does not show."""
    for as_of in DAYS:
        pages = {name: read_page(name, as_of, folder) for name in PAGES}
        anchors = {name: set(page.xpath("//@id")) for name, page in pages.items()}
        for page in pages.values():
            for address in page.xpath("//a/@href"):
                name, _, anchor = address.removeprefix("../records/").partition(".html#")
                if name in anchors:
                    assert anchor in anchors[name], (as_of, address)


# Dated


def spoken(root: lxml_html.HtmlElement) -> Iterator[str]:
    """Yield the text of each element that is not marked as announced, and the labels of the chart."""
    for element in root.iter():
        if ANNOUNCED_CLASS not in (element.get("class") or "").split():
            yield "".join(element.xpath("text()"))
            yield element.get("aria-label") or ""


@pytest.mark.parametrize("as_of", DAYS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_no_later_day(name: str, as_of: str, folder: Path) -> None:
    """What an article or a source had announced is marked; nothing else lies ahead."""
    day = date.fromisoformat(as_of)

    later = [find for text in spoken(read_page(name, as_of, folder)) for find in find_later(text, day)]
    assert later == []


def test_before_the_first_article_the_pages_say_so(folder: Path) -> None:
    """An empty table would look like a fault."""
    for name, words in {
        "evidence": "no figure to show",
        "systems": "no system to show",
        "claims": "no claim to show",
        "derived": "nothing follows yet",
    }.items():
        assert words in read_page(name, "2020-05-27", folder).text_content()


def test_a_system_shows_only_articles_and_figures_of_its_day(folder: Path) -> None:
    """Own shops are in three articles; in June 2020 one of them was public."""
    early, late = (cells(read_page("systems", day, folder), "system-y02") for day in ("2020-06-15", LATEST))

    assert "Article 003" in early[1]
    assert early[4] == ""
    assert "Articles 000, 001, 003" in late[1]
    assert late[4] == "f028 more than 99%"


def test_articles_and_dismissals_are_cut_at_the_day() -> None:
    """Both tables have no day in their rows; the stamp of a repost was not on the article either."""
    tables = {name: data.load(name) for name in ("documents", "dismissals")}

    known = select_known(tables, date(2020, 6, 15))
    assert list(known["documents"]["document"]) == ["003"]
    assert set(known["dismissals"]["document"]) == {"003"}
    assert not known["dismissals"]["printed"].str.startswith("2023").any()


def test_an_event_still_ahead_is_listed_as_announced(folder: Path) -> None:
    """Its day is marked in the list; the chart gives the word in place of the day."""
    page = read_page("timeline", "2020-09-29", folder)

    ahead = page.xpath("//table[@class='kx-events']")[-1].xpath(".//tr/@id")
    assert ahead == ["event-douyin_ban_effective"]
    assert page.xpath("//tr[@id='event-douyin_ban_effective']/td[1]/span/@class") == [
        f"kx-nowrap {ANNOUNCED_CLASS}"
    ]
    drawn = " ".join(page.xpath("//svg//text()"))
    assert "announced Outside links end in Douyin's streams" in " ".join(drawn.split())


def test_a_later_day_in_a_sentence_is_marked_once() -> None:
    """Only the words that name the day are passed over by the check for hindsight."""
    marked = mark_announced("From 2020-09-01 & to 2020-10-31", date(2020, 9, 29))

    assert marked == 'From 2020-09-01 &amp; to <span class="kx-announced">2020-10-31</span>'


# Registers


def small_register() -> lxml_html.HtmlElement:
    columns = [Column("Name"), Column("Size", sort="number", labelled=True), Column("Note", sort="")]
    rows = [
        Row("a", ["A", Cell("1bn", 1e9), ""], {"theme": ["x", "y"]}),
        Row("b", ["B<b>b</b>", Cell("", ""), "seen"], {"theme": ["y"]}),
    ]
    choices = {"x": "Theme X", "y": "Theme Y", "z": "Theme Z"}
    return read(
        write_register("small", "{shown} of {all}", columns, rows, [Filter("theme", "Theme", choices)])
    )


def test_a_register_is_complete_without_a_script() -> None:
    """The rows stand in the page and the controls are hidden."""
    root = small_register()

    assert [row.text_content() for row in root.xpath("//tbody/tr")] == ["A1bn", "Bbseen"]
    assert root.xpath("//form/@hidden") == [""]
    assert root.xpath("//tbody//*[@hidden]") == []


def test_every_control_of_a_register_has_a_label() -> None:
    """Search field and filters are named, and the count is announced when it changes."""
    root = small_register()

    fields = root.xpath("//form//input/@id | //form//select/@id")
    assert fields == root.xpath("//form//label/@for") == ["small-words", "small-theme"]
    assert len(root.xpath("//form/output")) == 1


def test_a_filter_offers_what_is_there_with_its_count() -> None:
    """A value that no row has is not offered."""
    options = [option.text for option in small_register().xpath("//select/option")]

    assert options == ["All", "Theme X (1)", "Theme Y (2)"]


def test_cells_carry_what_sorting_and_cards_need() -> None:
    """A sorting key where the text does not sort, a heading where a cell does not explain itself."""
    root = small_register()

    assert root.xpath("//th/@data-sort") == ["text", "number"]
    assert root.xpath("//td/@data-key") == ["1000000000.0", ""]
    assert root.xpath("//td/@data-label") == ["Size"]


# Verdicts and results


def claim(**changes: Any) -> pd.DataFrame:
    """Return one claim of the data, changed."""
    row = data.load("claims").query("claim_id == 'c02'").iloc[0].to_dict()
    return pd.DataFrame([row | changes])


def describe_claim(results: dict[str, Any]) -> list[str]:
    charts = {"closed_loop/closing_explains": Place("closed_loop", "loss-bound", "What closing cost")}
    page = describe_claims(claim(), facts(), results, charts, date.fromisoformat(LATEST))
    return cells(read(page), "claim-c02")


def test_a_verdict_is_computed_from_the_result_and_links_to_it() -> None:
    """Another result turns it; limits are written with the signs of print."""
    for words, verdict in {"little": "contradicted", "most": "supported"}.items():
        results = {"closed_loop": {"closing_explains": result(words, unit="")}}
        shown = describe_claim(results)[2]
        assert shown.startswith(f"{verdict} (moderate){words}; supported when most or nearly all")
        assert "closed_loop/closing_explainsChart: What closing cost" in shown


def test_a_system_lists_results_that_rest_on_its_figures_with_their_values() -> None:
    """Named results and those whose inputs hold one of its facts; an unknown value reads as such."""
    systems = data.load("systems").query("system_id in ['y01', 'y05']")
    results = {
        "closed_loop": {
            "outside_share": result(1.2, unit="%"),
            "other": result(None, inputs=["fact:f002"]),
            "apart": result(1.0, inputs=["fact:f099"]),
        }
    }
    page = read(describe_systems(systems, facts(), ["000"], results, date.fromisoformat(LATEST)))

    assert cells(page, "system-y01")[5] == "closed_loop/outside_share 1.2%closed_loop/other not yet known"
    assert cells(page, "system-y05")[5] == "Names three roles and gives no figure for any of them."


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("fact:f020", "records/evidence.html#fact-f020"),
        ("data:kuaishou_quarterly/2022Q2/dau", "records/figures.html#row-kuaishou_quarterly-2022Q2-dau"),
        ("series:kuaishou_quarterly/dau", "records/figures.html#series-kuaishou_quarterly-dau"),
        ("data:events/cut_effective", "records/timeline.html#event-cut_effective"),
        ("data:sources/bg3_2021q1", "records/sources.html#source-bg3_2021q1"),
        ("data:releases/2018", "records/data.html#releases"),
    ],
)
def test_a_reference_leads_to_its_row(reference: str, address: str) -> None:
    """Facts, figures, events and sources have rows; other datasets their description."""
    assert find_address(reference) == address


def test_a_result_links_to_the_fact_that_it_rests_on() -> None:
    """The page about a run leads from a number to the figure behind it."""
    run = {"notebook": "n", "key": "k", "as_of": LATEST, "seed": 1, "parameters": {}, "contract": []}
    run |= {"inputs": {}, "versions": {}, "results": [result(1.0, inputs=["fact:f020"])]}
    edition = {"as_of": LATEST, "latest": True, "edition_id": "i", "label": "", "scenario": "default"}

    assert "../records/evidence.html#fact-f020" in read(describe_runs(edition, [run])).xpath("//a/@href")


# Arithmetic


def derived() -> dict[str, Any]:
    series = {name: data.load(name) for name in SERIES}
    return {figure.name: figure for figure in contrast_figures(facts(), series)}


def test_every_contrast_is_known_today_and_rests_on_rows_that_exist() -> None:
    """A rule whose row was renamed would drop out in silence."""
    assert list(derived()) == [rule.name for rule in RULES]
    assert {name for figure in derived().values() for name in figure.inputs} & set(ROWS)


def test_a_contrast_counts_from_the_day_of_its_youngest_input() -> None:
    """The comparative of 2020Q2 was printed in September 2021."""
    assert derived()["app_users_gap"].published == date(2021, 9, 17)
    early = {name: data.load(name, "2021-09-16") for name in SERIES}
    assert "app_users_gap" not in {one.name for one in contrast_figures(facts("2021-09-16"), early)}


def test_the_gap_of_daily_users_is_open_upwards() -> None:
    """Over 300 million less 262.1 million, which may have been rounded down from 262.15."""
    gap = derived()["app_users_gap"]

    assert (gap.low, gap.high) == pytest.approx((37_850_000, float("inf")))


def test_the_shares_of_article_000_agree_with_the_published_totals() -> None:
    """2.1bn and 9.8% imply 20.8 to 22.1bn; the published total and its growth lie inside what they imply."""
    implied = {figure.name: figure for figure in derive_figures(facts().values())}
    total = data.series("revenue_total").query("period == '2022Q2'")["value"].iloc[0] * 1e9

    assert (implied["revenue_2022q2"].low, implied["revenue_2022q2"].high) == pytest.approx(
        (2.05e9 / 0.0985, 2.15e9 / 0.0975)
    )
    assert implied["revenue_2022q2"].low < total < implied["revenue_2022q2"].high
    growth, printed = implied["revenue_growth_2022q2"], derived()["revenue_growth_totals"]
    assert growth.low < printed.low < printed.high < growth.high


def series_row(value: float, **changes: Any) -> pd.Series:
    """Return one row of a series in RMB bn."""
    base = {"period": "2022Q2", "metric": "m", "value": value, "unit": "RMB bn", "bound": "exact"}
    return pd.Series(base | {"derived": False, "published": pd.Timestamp("2022-08-23")} | changes)


@given(st.integers(1, 99_999), st.integers(1, 3))
@settings(max_examples=40)
def test_a_data_row_has_the_rounding_of_its_last_digit(digits: int, places: int) -> None:
    """A value in RMB bn stands for anything that rounds to it; Chinese texts print tenths of a billion."""
    value = round(digits / 10**places, places)
    shown = len(f"{value:.3f}".rstrip("0").split(".")[1])
    bounds = bounds_of(read_row("row", series_row(value)))

    assert bounds.low < value * 1e9 < bounds.high
    assert bounds.high - bounds.low == pytest.approx(1e9 / 10 ** max(shown, 1))


def test_a_derived_row_is_no_printed_figure() -> None:
    """Its rounding is that of its inputs, so a rule must name those."""
    with pytest.raises(InputError, match="name the rows that it comes from"):
        read_row("row", series_row(72.5, derived=True))


def test_seven_months_are_eight() -> None:
    """241 days from the cut to the return of outside links."""
    figure = span_months("m", "M", pd.Timestamp("2022-03-01"), pd.Timestamp("2022-10-28"))

    assert figure.arithmetic == "241 / (365.25 / 12)"
    assert figure.low == figure.high == pytest.approx(7.918, abs=1e-3)


def test_a_formula_links_every_figure_in_it(folder: Path) -> None:
    """Facts to their page, data rows to theirs; the arithmetic beside it has the figures as printed."""
    page = read_page("derived", LATEST, folder)

    links = page.xpath("//tr[@id='derived-paid_to_mean_day']//a/@href")
    assert links == [
        "../records/evidence.html#fact-f017",
        "../records/figures.html#row-kuaishou_annual-2020H1-ecommerce_gmv",
        "../records/figures.html#row-kuaishou_quarterly-2020Q1-ecommerce_gmv",
    ]
    row = cells(page, "derived-paid_to_mean_day")
    assert row[1:] == [
        "1.774 to 1.79 times",
        "f017 / ((gmv 2020h1 − gmv 2020q1) / 91)",
        "1,420,000,000 / ((109,600,000,000 − 37,078,000,000) / 91)",
    ]


def test_nothing_derived_is_no_error() -> None:
    """Before the first article the page says so."""
    assert "nothing follows yet" in describe_derived((), ())


# Words


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (2_100_000_000, "CNY", "RMB 2.1bn"),
        (12_000, "CNY", "RMB 12,000"),
        (1_694_444, "CNY per minute", "RMB 1.694444m per minute"),
        (58, "%", "58%"),
        (4, "rank", "place 4"),
        (1, "companies", "1 company"),
        (2, "times", "2 times"),
        (3, "count", "3"),
        (6e10, "traffic", "60bn units of traffic"),
        (1e10, "unspecified", "10bn (unit not stated)"),
    ],
)
def test_a_value_reads_with_its_unit(value: float, unit: str, words: str) -> None:
    """No digit is lost."""
    assert write_value(value, unit) == words


@pytest.mark.parametrize(
    ("fact_id", "figure", "qualified"),
    [
        ("f028", "99%", "more than 99%"),
        ("f063", "100m persons", "up to 100m persons"),
        ("f015", "RMB 20bn", "RMB 20bn (slogan)"),
        ("f031", "11 to 19 industries", "11 to 19 industries"),
        ("f048", "2020-09-01 to 2020-10-31", "2020-09-01 to 2020-10-31"),
        ("f009", "lost", "lost"),
    ],
)
def test_a_figure_says_what_kind_it_is(fact_id: str, figure: str, qualified: str) -> None:
    """A bound, a slogan, a range and a date are not taken for exact amounts."""
    assert (write_figure(facts()[fact_id]), write_qualified(facts()[fact_id])) == (figure, qualified)


@pytest.mark.parametrize(
    ("low", "high", "unit", "digits", "words"),
    [
        (20_812_182_741, 22_051_282_051, "CNY", 4, "RMB 20.81bn to 22.06bn"),
        (999_600_000, 1_000_400_000, "orders", 4, "0.9996bn to 1.001bn orders"),
        (37_850_000, float("inf"), "persons", 3, "at least 37.8m persons"),
        (0, 1.0, "%", 4, "at most 1%"),
        (-0.4, 0.2, "percentage points", 4, "-0.4 to 0.2 percentage points"),
        (7.9179, 7.9179, "months", 2, "7.9 months"),
    ],
)
def test_an_interval_is_rounded_outwards(low: float, high: float, unit: str, digits: int, words: str) -> None:
    """What is shown holds what was computed; one scale for both ends, words for an open one."""
    assert write_bounds(low, high, unit, digits=digits) == words.replace("-", "−")


# Quotes


def quotes(as_of: str = LATEST) -> dict[str, Any]:
    known = facts(as_of)
    series = {name: data.load(name, as_of) for name in SERIES}
    return collect_quotes(known.values(), series, contrast_figures(known, series))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("f098", "300m persons"),
        ("f098.number", "300m"),
        ("f028.printed", "99%以上"),
        ("kuaishou_quarterly/2020Q2/dau", "262.1 million"),
        ("peers_annual/2024/Kuaishou/gmv.number", "1,389.6"),
        ("derived/paid_to_mean_day:2", "1.7 to 1.8 times"),
    ],
)
def test_prose_quotes_a_figure_by_its_key(key: str, text: str) -> None:
    """Facts, rows of the data and derived figures, whole or in part."""
    assert find_quote(quotes(), key)[0] == text


def test_quotes_survive_the_file_between_build_and_page(folder: Path) -> None:
    """The role reads JSON, in which an open end has no number."""
    write_pages(LATEST, folder / LATEST)
    stored = json.loads((folder / LATEST / "figures.json").read_text(encoding="utf-8"))

    assert find_quote(stored, "derived/app_users_gap:3")[0] == "at least 37.8m persons"


def test_a_figure_of_a_later_day_cannot_be_quoted() -> None:
    """The edition of 2020 does not know the comparative of 2021; the nearest keys are offered."""
    with pytest.raises(UnknownNameError, match="figure of this edition"):
        find_quote(quotes("2020-11-05"), "kuaishou_quarterly/2020Q2/dau")


@pytest.mark.parametrize(
    "key", ["f098.low", "f009.number", "f098:2", "derived/paid_to_mean_day.printed", "."]
)
def test_a_part_that_does_not_exist_is_an_error(key: str) -> None:
    """No part is guessed."""
    with pytest.raises(InputError, match="figure key"):
        find_quote(quotes(), key)
