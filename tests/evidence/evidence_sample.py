"""A small article of our own, and tables of evidence that account for all of it."""

import hashlib
from pathlib import Path

import pandas as pd

ARTICLE = """<p>首页</p>
面館開張記

老周去年3月開了第一家店,每天賣出300單。
今年一季度收入達12萬元,占全鎮的超5%,計劃開10幾個店。
上個月的新店,。沒有寫明數目。
責任編輯:小王 13号
"""
_DEFAULTS: dict[str, object] = {
    "document": "900",
    "subject": "Noodle shop",
    "metric": "revenue",
    "unit": "CNY",
    "qualifier": "exact",
    "period": "2022Q1",
    "published": pd.Timestamp("2022-04-30"),
    "asserted_by": "media",
    "theme": "context",
    "note": "",
    "value": float("nan"),
    "value_high": float("nan"),
}


def write_article(folder: Path, text: str = ARTICLE) -> None:
    (folder / "900_noodles.txt").write_text(text, encoding="utf-8")


def make_documents(text: str = ARTICLE) -> pd.DataFrame:
    row = {
        "document": "900",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "published_from": pd.Timestamp("2022-04-01"),
        "published_to": pd.Timestamp("2022-04-30"),
        "publisher": "Nobody",
    }
    return pd.DataFrame([row])


def _place(fact_id: str, paragraph: int, ordinal: int, printed: str) -> dict[str, object]:
    return {"fact_id": fact_id, "paragraph": paragraph, "ordinal": ordinal, "printed": printed}


def make_facts(changes: dict[str, dict[str, object]] | None = None) -> pd.DataFrame:
    """Return the facts of the sample, with some fields of some facts changed."""
    rows = [
        _place("f901", 3, 1, "去年3月")
        | {"metric": "event_date", "unit": "date", "qualifier": "date", "period": "2021-03"},
        _place("f902", 3, 3, "300單")
        | {"metric": "orders", "unit": "orders", "value": 300.0, "period": "2022-04"},
        _place("f903", 4, 2, "12萬元") | {"value": 120_000.0},
        _place("f904", 4, 3, "超5%")
        | {"metric": "user_share", "unit": "%", "value": 5.0, "qualifier": "over"},
        _place("f905", 4, 4, "10幾個")
        | {"metric": "shops", "unit": "shops", "qualifier": "range", "period": "2022"}
        | {"value": 11.0, "value_high": 19.0},
        _place("f906", 5, 0, "")
        | {"metric": "new_merchants", "unit": "unspecified", "qualifier": "lost", "period": "2022-03"},
    ]
    rows = [_DEFAULTS | row | (changes or {}).get(str(row["fact_id"]), {}) for row in rows]
    return pd.DataFrame(rows)


def make_dismissals(rows: list[tuple[int, int, str, str]] | None = None) -> pd.DataFrame:
    rows = [(3, 2, "第一家", "A name"), (4, 1, "今年一季度", "Period of f903")] if rows is None else rows
    frame = pd.DataFrame(rows, columns=["paragraph", "ordinal", "printed", "reason"])
    return frame.assign(document="900")
