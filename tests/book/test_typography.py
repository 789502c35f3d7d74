"""How text is set: quotation marks by what stands before them, amounts in one piece."""

from __future__ import annotations

import pytest

from helpers.book.policy import PageRewriter
from helpers.book.typography import set_text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("JD's goods and merchants' growth", "JD’s goods and merchants’ growth"),
        ('a "double ten-billion subsidy"', "a “double ten-billion subsidy”"),
        ("('Crashes')", "(‘Crashes’)"),
        ("RMB 20bn and RMB −9.0bn", "RMB\u00a020bn and RMB\u00a0−9.0bn"),
        ("RMB of GMV", "RMB of GMV"),
    ],
)
def test_text_is_set(typed: str, shown: str) -> None:
    """Marks curl by what they follow; a currency stays with its number."""
    assert shown == set_text(typed)


def test_a_page_sets_text_and_escaped_marks_but_no_code() -> None:
    """What the generated pages escape reads like the rest; a command can still be copied."""
    page = (
        "<html><body><p>JD&#x27;s <em>&quot;store&quot;</em></p><pre>x=&#x27;a&#x27;</pre>"
        "<p><code>'b'</code> of 快手's</p></body></html>"
    )

    shown = PageRewriter("index.html").rewrite(page)

    assert "<p>JD’s <em>“store”</em></p>" in shown
    assert "<pre>x=&#x27;a&#x27;</pre>" in shown
    assert "<code>'b'</code> of <span lang=\"zh\">快手</span>’s" in shown


def test_days_and_months_of_a_page_stay_on_one_line_and_other_numbers_are_left() -> None:
    """A day breaks at no hyphen; a fiscal year is no month, and code is copied as it stands."""
    page = "<html><body><p>From 2022-03-01 to 2022-08, in 2021-22.</p><code>2022-03-01</code></body></html>"

    shown = PageRewriter("index.html").rewrite(page)

    assert "From <time>2022-03-01</time> to <time>2022-08</time>, in 2021-22." in shown
    assert "<code>2022-03-01</code>" in shown
