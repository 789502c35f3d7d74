"""Tables by name and day, checked against their description."""

from __future__ import annotations

import ast
import datetime as dt
import json
import operator
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlparse

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import data
from helpers.errors import DataError, EnvironmentMissingError, InputError, UnknownNameError

SERIES = ("kuaishou_quarterly", "kuaishou_annual", "peers_annual", "market_annual")
OWN_TABLES = (*SERIES, "events", "releases", "metrics", "gaps", "remarks", "sources")
ROWS = {
    "kuaishou_quarterly": 339,
    "kuaishou_annual": 108,
    "peers_annual": 42,
    "market_annual": 38,
    "events": 62,
    "sources": 183,
}
DAYS = st.dates(*data.first_and_last_day())


@pytest.fixture
def copy(tmp_path, monkeypatch) -> Path:
    """A copy of the data that a test may damage."""
    folder = tmp_path / "data"
    shutil.copytree(data.DATA, folder)
    monkeypatch.setattr(data, "DATA", folder)
    return folder


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def edit(file: Path, change: Callable[[str], str]) -> None:
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")


def values(metric: str, dataset: str = "kuaishou_quarterly") -> pd.Series:
    return data.series(metric, dataset=dataset).set_index("period")["value"]


def calculate(formula: str) -> float:
    """Work out plain arithmetic without `eval`."""
    actions = {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
    }

    def walk(node: ast.AST) -> float:
        if isinstance(node, ast.BinOp):
            return actions[type(node.op)](walk(node.left), walk(node.right))
        if isinstance(node, ast.UnaryOp):
            return -walk(node.operand)
        assert isinstance(node, ast.Constant)
        return float(node.value)

    return walk(ast.parse(formula, mode="eval").body)


# --- what is there


@pytest.mark.parametrize(("name", "count"), ROWS.items())
def test_every_row_collected_is_kept(name, count):
    assert len(data.load(name)) == count


def test_every_table_is_described_and_every_description_has_its_table():
    """No CSV without a manifest entry, no entry without a CSV."""
    described = {resource["path"] for resource in data.describe()["resources"]}
    assert described == {file.name for file in data.DATA.glob("*.csv")}


def test_the_description_is_a_valid_data_package():
    """The field's own library finds nothing to object to."""
    from frictionless import Package

    package = Package(str(data.DATA / data.MANIFEST))
    assert list(Package.metadata_validate(package.to_descriptor())) == []
    assert package.validate().valid


@pytest.mark.parametrize("name", OWN_TABLES)
def test_every_table_and_column_says_what_it_holds(name):
    resource = data.describe(name)
    assert resource["licenses"][0]["name"] == "CC-BY-4.0"
    assert resource["description"].endswith(".")
    assert resource["schema"]["primaryKey"]
    for field in resource["schema"]["fields"]:
        assert field["title"], field["name"]
        assert field["description"], field["name"]


def test_description_may_be_changed_by_its_reader_without_harm():
    data.describe()["resources"].clear()
    assert data.describe("events")["title"] == "Events"


def test_a_frame_may_be_changed_by_its_reader_without_harm():
    frame = data.load("events")
    frame["event"] = "poisoned"
    assert "poisoned" not in set(data.load("events")["event"])


# --- types


@pytest.mark.parametrize("as_of", ["latest", "2020-06-15", "2018-06-28"])
@pytest.mark.parametrize("name", OWN_TABLES)
def test_columns_and_types_do_not_depend_on_the_day(name, as_of):
    pd.testing.assert_series_equal(data.load(name).dtypes, data.load(name, as_of).dtypes)


def test_a_day_before_any_release_gives_an_empty_frame_with_types():
    """The editions of 2020 have no quarterly figure at all."""
    frame = data.load("kuaishou_quarterly", "2020-06-15")
    assert frame.empty
    assert frame["value"].dtype == np.float64
    assert frame["derived"].dtype == np.bool_
    assert str(frame["published"].dtype) == "datetime64[s]"
    assert str(frame["metric"].dtype) == "str"


def test_text_is_never_missing():
    frame = data.load("kuaishou_quarterly")
    assert not frame.select_dtypes("str").isna().any(axis=None)


# --- as of a day


@settings(max_examples=25)
@given(day=DAYS)
def test_nothing_younger_than_the_day_is_shown(day):
    """Rows, later notes and the sources of rows were all public on the day asked for."""
    known = set(data.load("sources", day)["source_id"])
    for name in (*SERIES, "events", "releases"):
        frame = data.load(name, day)
        assert (frame["published"] <= pd.Timestamp(day)).all()
        assert set(frame["published_source_id"]) <= known
        assert set(frame.get("source_id", [])) <= known
        if "later_note_published" in frame:
            assert not (frame["later_note_published"] > pd.Timestamp(day)).any()


@settings(max_examples=15)
@given(days=st.tuples(DAYS, DAYS).map(sorted))
def test_knowledge_only_grows(days):
    """What is shown on a day is shown, with the same value, on every later day."""
    early, late = (data.load("kuaishou_quarterly", day) for day in days)
    keys = ["period", "metric", "value", "unit", "bound", "formula", "published", "note"]
    assert len(early.merge(late, on=keys)) == len(early)


def test_poisoned_later_rows_never_reach_an_earlier_day(copy):
    """Changing all that became public later changes nothing that an earlier day shows."""
    day = "2022-11-10"
    before = {name: data.load(name, day) for name in OWN_TABLES}
    for name in OWN_TABLES:
        table = pd.read_csv(copy / f"{name}.csv", dtype=str, keep_default_na=False)
        later = table["published"] > day
        assert later.any()
        for column in {"value", "note", "event", "title", "reason", "remark", "meaning"} & set(table):
            table.loc[later, column] = "99999" if column == "value" else "poisoned"
        if "later_note" in table:
            younger = table["later_note_published"] > day
            table.loc[younger, "later_note"] = "poisoned"
        if "as_printed" in table:
            table.loc[table["source_id"].isin(young_sources(day)), "as_printed"] = "poisoned"
        table.to_csv(copy / f"{name}.csv", index=False, lineterminator="\n")
    data.rewrite_hashes()
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, data.load(name, day))
    assert "poisoned" in set(data.load("events")["event"])


def young_sources(day: str) -> set[str]:
    sources = data.load("sources")
    return set(sources.loc[sources["published"] > day, "source_id"])


def test_a_row_read_from_a_younger_text_is_credited_to_the_text_of_its_day():
    """DAU of 2021Q3 is read from a release of November 2022; before it, the row cites its own release."""
    early = data.series("dau", as_of="2022-11-10").set_index("period").loc["2021Q3"]
    late = data.series("dau", as_of="2022-11-22").set_index("period").loc["2021Q3"]
    assert (early["source_id"], early["as_printed"], early["later_note"]) == ("dzhb_2021q3", "", "")
    assert (late["source_id"], late["as_printed"]) == ("ks_pr_2022q3", "3.204亿")
    assert early["value"] == late["value"]


@pytest.mark.parametrize("name", OWN_TABLES)
def test_no_text_of_a_row_names_a_quarter_or_year_after_the_row_became_public(name):
    """Notes, titles and wording carry no hindsight; announcements of the future are named here one by one."""
    announced = {"gmv_disclosure_ends"}
    frame = data.load(name)
    if "event_id" in frame:
        frame = frame[~frame["event_id"].isin(announced)]
    ends = {"1": "03-31", "2": "06-30", "3": "09-30", "4": "12-31"}
    columns = [
        c
        for c in ("note", "as_printed", "title", "event", "event_zh", "remark", "reason", "meaning")
        if c in frame
    ]
    if name in ("sources", "events"):
        columns = [c for c in columns if c != "event_zh"]
    for row in frame.itertuples():
        text = " ".join(str(getattr(row, column)) for column in columns)
        for year, quarter in re.findall(r"(?<!\d)(20[12]\d)(?:Q([1-4]))?(?!\d)", text):
            assert int(year) <= row.published.year, text
            assert not quarter or pd.Timestamp(f"{year}-{ends[quarter]}") < row.published, text


@pytest.mark.parametrize(
    "given_day",
    ["2022-11-10", dt.date(2022, 11, 10), dt.datetime(2022, 11, 10, 9), pd.Timestamp(2022, 11, 10)],
)
def test_a_day_may_be_text_or_date(given_day):
    assert dt.date(2022, 11, 10) == data.resolve_as_of(given_day)


def test_latest_is_the_newest_day_in_the_data():
    newest = max(data.load(name)["published"].max() for name in OWN_TABLES)
    assert newest.date() == data.resolve_as_of("latest") == data.resolve_as_of()


@pytest.mark.parametrize("day", ["2018-06-27", "2026-05-13", "1999-01-01"])
def test_a_day_outside_the_data_names_both_ends(day):
    with pytest.raises(InputError, match=f"from 2018-06-28 to 2026-05-12, .*got {day}"):
        data.load("events", day)


@pytest.mark.parametrize("day", ["yesterday", "2022-13-01", "2022-11", "20221110", "", 20221110, None])
def test_what_is_no_day_is_refused(day):
    with pytest.raises(InputError, match="must be a day such as 2022-11-10"):
        data.resolve_as_of(day)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020", dt.date(2020, 1, 1), dt.date(2020, 12, 31)),
        ("2020-02", dt.date(2020, 2, 1), dt.date(2020, 2, 29)),
        ("2020-02-03", dt.date(2020, 2, 3), dt.date(2020, 2, 3)),
    ],
)
def test_span_of_a_date_covers_its_day_month_or_year(text, first, last):
    assert (first, last) == data.span_of(text)


# --- by name


def test_an_unknown_dataset_offers_the_nearest_names():
    with pytest.raises(UnknownNameError, match=r"unknown dataset 'event'; did you mean events"):
        data.load("event")


def test_an_unknown_metric_offers_the_nearest_names():
    with pytest.raises(UnknownNameError, match=r"did you mean .*ecommerce_gmv"):
        data.series("ecommerce_gvm")


def test_a_metric_not_yet_public_is_empty_and_no_error():
    assert data.series("pan_shelf_share_gmv", as_of="2020-06-15").empty


def test_a_table_without_metrics_has_no_series():
    with pytest.raises(UnknownNameError, match="unknown metric of events"):
        data.series("ecommerce_gmv", dataset="events")


def test_values_are_looked_up_by_key_and_nan_before_their_day():
    """One key or several; a key that exists on no day is an error and no unknown figure."""
    assert data.load_values("facts", as_of="2020-09-29")["f062"] == 500_000
    assert np.isnan(data.load_values("facts", as_of="2020-06-15")["f062"])
    annual = data.load_values("kuaishou_annual")
    assert annual["2021", "ecommerce_gmv"] == 680.0
    assert np.isnan(annual["2018", "banned_hosts_and_merchants"])
    with pytest.raises(KeyError):
        data.load_values("facts")["f999"]


def test_series_come_in_order_of_time():
    assert data.series("dau")["period"].is_monotonic_increasing
    assert data.series("gmv", dataset="peers_annual")["year"].is_monotonic_increasing


# --- source lines


def test_a_source_line_is_built_from_title_span_and_sources():
    frame = data.series("ecommerce_gmv", as_of="2022-11-10")
    citation = data.cite(frame, "kuaishou_quarterly")
    count = frame["source_id"].nunique()
    assert f"Kuaishou quarterly figures, 2020Q1–2022Q2 ({count} sources)" == citation.text
    assert citation.href == "records/data.html#kuaishou-quarterly"
    assert citation.source_ids == tuple(sorted(set(frame["source_id"])))


def test_a_source_line_of_one_source_names_its_publisher():
    frame = data.load("events").query("event_id == 'jd_alliance_signed'")
    assert data.cite(frame, "events").text == "Events, 2020 (TechNode)"


def test_a_source_line_without_rows_says_so():
    frame = data.load("kuaishou_quarterly", "2020-06-15")
    assert (
        data.cite(frame, "kuaishou_quarterly").text == "Kuaishou quarterly figures: nothing published by then"
    )


def test_a_source_line_of_whole_and_part_years_spans_years():
    assert data.cite(data.load("kuaishou_annual"), "kuaishou_annual").text.startswith(
        "Kuaishou annual figures, 2018–2025 ("
    )


def test_a_source_line_of_a_table_without_sources_is_its_title():
    assert data.cite(data.load("metrics"), "metrics").text == "Metrics"


# --- faults: file, row, column, rule


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (swap(",253,million", ",abc,million"), "row 3, column 'value': the type must be number (got 'abc')"),
        (swap(",253,million", ",NaN,million"), "row 3, column 'value': must be a finite number (got 'NaN')"),
        (swap(",253,million", ",,million"), "row 3, column 'value': must not be empty"),
        (swap("million,exact", "million,exactly"), "row 3, column 'bound': must be one of exact, lower"),
        (swap("2020Q1,dau", "2020q1,dau"), "row 3, column 'period': constraint 'pattern'"),
        (
            swap("2020Q1,dau", "2020Q1,mau"),
            "column 'period, metric': the key must be unique (got '2020Q1, mau')",
        ),
        (
            swap("2020Q1,dau", "2020Q1,daux"),
            "row 3, column 'metric': must be a key of table 'metrics' (got 'daux')",
        ),
        (
            swap("亿元,bg3_2021q1", "亿元,nobody"),
            "row 2, column 'source_id': must be a key of table 'sources' (got 'nobody')",
        ),
        (
            swap("2021-05-24,day", "24.5.2021,day"),
            "row 2, column 'published': the type must be date (got '24.5.2021')",
        ),
        (
            swap("2021-05-24,day", "2021-05-23,day"),
            "row 2, column 'published': must be 'published' of the source",
        ),
        (
            swap("24,day,", "24,month,"),
            "row 2, column 'published_precision': must be 'published_precision' of",
        ),
        (
            swap("true,99.3 / 1.165", "false,99.3 / 1.165"),
            "row 5, column 'formula': a derived row, and no other",
        ),
        (
            swap('+100%",2021-08-25', '+100%",'),
            "column 'later_note_published': a later note, and no other, has a day",
        ),
        (
            swap('+100%",2021-08-25', '+100%",2021-05-24'),
            "column 'later_note_published': must be later than 'published'",
        ),
        (
            swap('"Kuaishou App', '"Kuaishou\n```\nApp'),
            "row 3, column 'note': must be one line without control",
        ),
        (
            swap('"Kuaishou App', '"Kuaishou \u202eppA'),
            "row 3, column 'note': must be one line without control",
        ),
        (
            swap("2.53亿", "=HYPERLINK(0)"),
            "row 3, column 'as_printed': a spreadsheet would run it as a formula; begin with a word",
        ),
        (swap("2.53亿", "+cmd|' /C calc'!A0"), "row 3, column 'as_printed': a spreadsheet would run it"),
        (swap("metric,value", "metric,val"), "column 'value': the column is missing; "),
        (swap("metric,value", "metric,val"), "column 'val': the column is not described"),
        (swap("metric,value", "value,metric"), "row 1: the columns must be period, metric, value"),
        (lambda text: text + "2020Q1,dau\n", "row 341: the row must have 15 cells (got 2)"),
        (lambda text: text + "\n", "row 341: the row must have 15 cells (got 0)"),
        (swap('"Kuaishou App', '"Kuaishou "App'), "row 3: not CSV"),
        (lambda _: "", "the file is empty"),
        (swap("37.078", "37.079"), "the hash must be sha256:"),
        (
            lambda text: text.splitlines(keepends=True)[0],
            "undo the edit, or accept it with `report rehash`",
        ),
    ],
)
def test_a_fault_in_a_table_names_file_row_column_and_rule(copy, change, words):
    edit(copy / "kuaishou_quarterly.csv", change)
    with pytest.raises(DataError) as caught:
        data.load("kuaishou_quarterly")
    message = str(caught.value)
    assert message.startswith("kuaishou_quarterly.csv")
    assert words in message
    assert "\n" not in message


def test_many_faults_are_told_in_one_line_and_counted(copy):
    edit(copy / "kuaishou_quarterly.csv", lambda text: text.replace(",million,exact", ",million,exactly"))
    with pytest.raises(DataError, match=r"row 3, .*row 4, .*; and \d+ more; correct the file"):
        data.load("kuaishou_quarterly")


def test_a_missing_table_is_named(copy):
    (copy / "events.csv").unlink()
    with pytest.raises(DataError, match=r"events\.csv: the file is missing; restore it"):
        data.load("events")


def test_an_unreadable_table_is_named(copy):
    (copy / "events.csv").unlink()
    (copy / "events.csv").mkdir()
    with pytest.raises(EnvironmentMissingError, match=r"events\.csv: the file cannot be read.*give access"):
        data.load("events")


def test_a_table_in_another_encoding_is_named_with_its_row(copy):
    text = (copy / "events.csv").read_text(encoding="utf-8")
    (copy / "events.csv").write_bytes(text.encode("gb18030"))
    with pytest.raises(DataError, match=r"events\.csv, row 2: not UTF-8"):
        data.load("events")


def test_a_damaged_table_of_sources_stops_every_table_that_cites_it(copy):
    edit(copy / "sources.csv", swap("TechNode", "TechNode!"))
    with pytest.raises(DataError, match=r"sources\.csv: the hash must be"):
        data.load("market_annual")


def test_an_original_publisher_alone_may_be_a_live_link(copy):
    edit(copy / "sources.csv", swap("copy or mirror,false", "copy or mirror,true"))
    with pytest.raises(
        DataError, match="column 'live_link': true for original publisher and known outlet only"
    ):
        data.load("sources")


def test_a_source_is_public_on_the_last_day_of_its_date(copy):
    edit(copy / "sources.csv", swap(",2022-02,2022-02-28,", ",2022-02,2022-02-27,"))
    with pytest.raises(DataError, match="column 'published': must be the last day of 'date'"):
        data.load("sources")


def test_the_precision_of_an_event_is_that_of_its_date(copy):
    edit(copy / "events.csv", swap("2018-12,month", "2018-12,day"))
    with pytest.raises(DataError, match="row 3, column 'date_precision': must be the precision of 'date'"):
        data.load("events")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (swap("{", "{{"), "datapackage.json: not valid JSON"),
        (lambda _: "[]", "'resources' must be a list of tables"),
        (swap('"schema"', '"schemata"'), "datapackage.json, table 1: schema must be given"),
    ],
)
def test_a_damaged_description_is_named(copy, change, words):
    edit(copy / data.MANIFEST, change)
    with pytest.raises(DataError, match=re.escape(words)):
        data.load("events")


# --- accepting an edit


def test_accepting_without_an_edit_changes_nothing(copy):
    before = (copy / data.MANIFEST).read_bytes()
    assert data.rewrite_hashes() == []
    assert (copy / data.MANIFEST).read_bytes() == before


def test_a_deliberate_edit_is_accepted_with_old_and_new_hash(copy):
    edit(copy / "kuaishou_quarterly.csv", swap("37.078", "37.079"))
    (line,) = data.rewrite_hashes()
    assert re.fullmatch(r"kuaishou_quarterly\.csv: sha256:\w{64} -> sha256:\w{64}", line)
    assert values("ecommerce_gmv")["2020Q1"] == 37.079


def test_a_broken_edit_is_not_accepted(copy):
    before = (copy / data.MANIFEST).read_bytes()
    edit(copy / "kuaishou_quarterly.csv", swap(",253,million", ",abc,million"))
    with pytest.raises(DataError, match="the type must be number"):
        data.rewrite_hashes()
    assert (copy / data.MANIFEST).read_bytes() == before


def test_a_new_table_gets_its_hash(copy):
    package = json.loads((copy / data.MANIFEST).read_text(encoding="utf-8"))
    fields = [{"name": "key", "type": "string"}, {"name": "size", "type": "integer"}]
    package["resources"].append(
        {
            "name": "extra",
            "path": "extra.csv",
            "title": "Extra",
            "schema": {"fields": fields, "primaryKey": "key"},
        }
    )
    (copy / data.MANIFEST).write_text(json.dumps(package), encoding="utf-8")
    (copy / "extra.csv").write_text("key,size\na,1\nb,\n", encoding="utf-8")
    with pytest.raises(DataError, match="the hash must be none"):
        data.load("extra")
    data.rewrite_hashes()
    assert data.load("extra")["size"].tolist() == [1, pd.NA]


# --- how files are read


def test_every_table_is_opened_where_an_observer_sees_it():
    """Every load opens its table, the tables it refers to and the description, and no other of them."""
    seen: list[str] = []
    watching = True

    def observe(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open" and str(arguments[0]).startswith(str(data.DATA)):
            seen.append(Path(str(arguments[0])).name)

    data.load("market_annual")
    sys.addaudithook(observe)
    data.load("market_annual")
    watching = False
    assert set(seen) == {"market_annual.csv", "sources.csv", "metrics.csv", data.MANIFEST}


# --- the figures agree with one another


def test_formulas_give_the_derived_values():
    """A derived value is its formula, rounded to the digits it is stored with."""
    checked = 0
    for name in SERIES:
        stored = pd.read_csv(data.DATA / f"{name}.csv", dtype=str, keep_default_na=False)
        for row in stored[stored["derived"] == "true"].itertuples():
            digits = len(row.value.partition(".")[2])
            assert calculate(row.formula) == pytest.approx(float(row.value), abs=0.5 * 10**-digits + 1e-9), (
                row
            )
            checked += 1
    assert checked == 42


def test_growth_from_levels_agrees_with_printed_growth():
    """Published numbers: within 0.1 point, but for 2021Q2, which was printed as a round 100%."""
    gmv, printed = values("ecommerce_gmv"), values("ecommerce_gmv_yoy_printed")
    computed = 100 * (gmv / gmv.shift(4) - 1)
    gap = (computed - printed).dropna().abs()
    assert len(gap) == 18
    assert gap.drop("2021Q2").max() <= 0.1
    assert gap["2021Q2"] == pytest.approx(0.6, abs=0.1)


def test_quarters_add_to_the_years():
    gmv, revenue = values("ecommerce_gmv"), values("revenue_total")
    years_gmv, years_revenue = (values(m, "kuaishou_annual") for m in ("ecommerce_gmv", "revenue_total"))
    for year in map(str, range(2020, 2025)):
        inside = gmv.index.str.startswith(year)
        assert gmv[inside].sum() == pytest.approx(years_gmv[year], abs=0.15)
        assert revenue[revenue.index.str.startswith(year)].sum() == pytest.approx(
            years_revenue[year], abs=0.06
        )


@pytest.mark.parametrize("dataset", ["kuaishou_quarterly", "kuaishou_annual"])
def test_revenue_splits_add_to_the_total(dataset):
    total = values("revenue_total", dataset)
    parts = [
        values(f"revenue_{part}", dataset)
        for part in ("online_marketing", "live_streaming", "other_services")
    ]
    gap = (sum(parts) - total).dropna().abs()
    assert len(gap) >= 7
    assert gap.max() <= 0.11


def test_selling_ratio_agrees_with_expense_and_revenue():
    ratio = values("selling_marketing_share_of_revenue")
    computed = 100 * values("selling_marketing_expenses") / values("revenue_total")
    assert (ratio - computed).dropna().abs().max() <= 0.3


def test_peers_repeat_the_annual_gmv_of_kuaishou():
    peers = data.series("gmv", dataset="peers_annual").query("company == 'Kuaishou'")
    own = values("ecommerce_gmv", "kuaishou_annual")
    assert peers["value"].tolist() == own[peers["year"].astype(str)].tolist()


def test_shares_lie_between_nothing_and_all():
    metrics = data.load("metrics").query("kind == 'share'")["metric"]
    for name in SERIES:
        frame = data.load(name)
        shares = frame[frame["metric"].isin(metrics)]
        assert shares["value"].between(0, 100).all()
        assert set(shares["unit"]) <= {"%"}


@pytest.mark.parametrize(
    ("bound", "words"),
    [("lower", "超|突破|以上|over |more than"), ("upper", "近|nearly"), ("approximate", "约|左右")],
)
def test_bounds_stand_where_the_source_says_over_nearly_or_about(bound, words):
    """The words of a printed figure decide its `bound`."""
    rows = pd.concat([data.load(name) for name in SERIES])
    worded = rows[rows["as_printed"].str.contains(words) & ~rows["derived"]]
    assert len(worded) >= 4
    assert set(worded["bound"]) == {bound}


# --- gaps, metrics, sources


def test_gaps_are_listed_and_true():
    """Between its first and the last quarter a regular metric has a row or a listed gap, never both."""
    frame, gaps = data.load("kuaishou_quarterly"), data.load("gaps")
    all_quarters = sorted(frame["period"].unique())
    for metric, listed in gaps.groupby("metric")["period"]:
        present = set(frame.loc[frame["metric"] == metric, "period"])
        first = min(present | set(listed))
        assert not present & set(listed), metric
        assert present | set(listed) == {quarter for quarter in all_quarters if quarter >= first}, metric


def test_a_metric_is_known_from_its_first_row_on():
    rows = pd.concat([data.load(name) for name in SERIES])
    first = rows.groupby("metric")["published"].min()
    metrics = data.load("metrics").set_index("metric")["published"]
    assert first.to_dict() == metrics.to_dict()


def test_units_are_those_of_the_metric_but_for_the_row_in_dollars():
    units = data.load("metrics").set_index("metric")["unit"]
    rows = pd.concat([data.load(name) for name in SERIES])
    other = rows[rows["unit"] != rows["metric"].map(units)]
    assert other[["metric", "company", "unit"]].to_numpy().tolist() == [["gmv", "JD", "USD bn"]]


def test_every_source_is_cited_by_some_row():
    cited = {key for name in (*SERIES, "events") for key in data.load(name)["source_id"]}
    assert set(data.load("sources")["source_id"]) == cited


def test_no_copy_mirror_or_bare_address_is_a_live_link():
    live = data.load("sources").query("live_link")
    assert not live["publisher"].str.contains(r"\bcopy\b|repost|mirror|reprint|translation", case=False).any()
    hosts = live["url"].map(lambda url: urlparse(url).hostname)
    assert not hosts.str.fullmatch(r"[\d.]+").any()
    assert not hosts.str.contains("amazonaws|netlify").any()
