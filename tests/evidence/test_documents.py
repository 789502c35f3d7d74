"""A scraped page becomes clean paragraphs, and a page that cannot says why."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.evidence.documents import MAX_BYTES, REPAIRS, Repair, clean_text, read_document
from helpers.evidence.faults import DocumentError, RepairError

PAGE = """<html><body><nav>菜单</nav>
您的位置 首页

<h1>面馆&nbsp;开张记</h1>
代刷网站_免费送会员
  老周在城南開了第一家店(diàn),每天賣出3<b>0</b>0碗。

三年后秒刷网站 – 自定义软件,快手5元900粉,他有了12家店,<!-- 广告
<p>买一送一 99元</p> -->每家\u200b约80平方米。
<script>var price = 42;</script>
去年的新店,。没有写明数目。
责任编辑:小王
电话 010-12345678
"""


@pytest.fixture
def page():
    return clean_text(PAGE, "noodles.txt")


def test_paragraphs_are_numbered_by_the_non_empty_lines_of_the_raw_file(page):
    """A number leads to the place in the file, whatever was taken off before it."""
    raw = [line for line in PAGE.split("\n") if line.strip()]
    assert [(line.number, line.raw) for line in page.lines] == list(enumerate(raw, 1))


def test_markup_damage_and_furniture_are_off_and_the_text_is_whole(page):
    """What is left is the author's text, in order."""
    assert [line.text for line in page.paragraphs] == [
        "菜单",
        "面馆开张记",
        "老周在城南開了第一家店,每天賣出300碗。",
        "三年后,他有了12家店,",
        "每家约80平方米。",
        "去年的新店,。没有写明数目。",
    ]


def test_text_for_matching_is_simplified_and_half_width(page):
    """The folded text is the clean one, in one spelling."""
    assert page.paragraphs[2].folded == "老周在城南开了第一家店,每天卖出300碗。"


def test_each_removal_names_its_repair(page):
    """Nothing goes without a declared reason."""
    assert set(page.count_removed()) == {
        "markup",
        "character reference",
        "invisible characters",
        "bracketed pinyin",
        "advertisement",
        "advertising line",
        "page head",
        "page foot",
    }
    assert all(repair.reason for repair in REPAIRS)


def test_every_kept_character_has_its_place_in_the_raw_line(page):
    """The clean text is a selection of the raw one."""
    for line in page.lines:
        assert "".join(line.raw[place] for place in line.places) == line.text


def test_a_lost_figure_is_listed_as_damage(page):
    """Two marks in a row show where words were lost; nothing is filled in."""
    [damage] = page.damage
    assert (damage.paragraph, damage.kind) == (9, "words lost between two marks")


def test_unreadable_characters_are_listed_as_damage():
    """Characters that a wrong decoding left are pointed at, not guessed."""
    page = clean_text("这家店的服Ψ务很好,\ufffd价格公道。", "x")
    assert {one.kind for one in page.damage} == {"unreadable characters"}


@pytest.mark.parametrize(
    "kept", ["网络(CNNIC)报告", "他(她)来了", "价格(yuan)", "中国(zhōng guó)菜", "f(x)是函数"]
)
def test_brackets_that_are_no_pinyin_of_one_character_stay(kept):
    """Only one syllable with a tone mark, behind a Chinese character, is taken."""
    assert clean_text(kept, "x").paragraphs[0].text == kept


def test_a_source_line_in_the_upper_half_is_no_page_foot():
    """An article that opens with its source is not cut off there."""
    page = clean_text("来源:某报\n第一段写在这里。\n第二段写在这里。\n第三段写在这里。", "x")
    assert len(page.paragraphs) == 4


def test_nested_and_broken_markup_is_taken_in_one_pass():
    """Depth does not matter, stray signs stay, and what stands between is kept."""
    deep = "<div>" * 5_000 + "正文" * 200 + "</div>" * 5_000 + "3 < 5,尾/p>"
    [paragraph] = clean_text(deep, "x").paragraphs
    assert paragraph.text == "正文" * 200 + "3 < 5,尾"


def test_an_unclosed_script_takes_only_its_tag():
    """A missing closing tag does not swallow the article."""
    [paragraph] = clean_text("<script>正文在这里。", "x").paragraphs
    assert paragraph.text == "正文在这里。"


@pytest.mark.parametrize("unit", ["<script>", "<!--", "<a ", "(a", "秒刷", "&", "/p>字", "—"])
def test_a_page_of_opening_signs_keeps_its_text(unit):
    """Ten thousand opening signs neither hang the reader nor swallow what follows."""
    page = clean_text(
        unit * 10_000 + "正文" * 5_000, "x", repairs=[r for r in REPAIRS if r.name != "page foot"]
    )
    assert page.paragraphs[0].text.endswith("正文" * 5_000)


def test_a_repair_that_takes_too_much_is_refused():
    """The guard names the repair, the page and both shares."""
    greedy = Repair("greedy", "span", "面", "test", most=0.05)
    with pytest.raises(RepairError, match="repair 'greedy' takes 50% of x, more than the 5% it may"):
        clean_text("面条" * 500, "x", repairs=[greedy])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "page.txt is empty"),
        (b" \n\t\n", "page.txt is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "page.txt is binary"),
        ("面馆开张".encode("utf-16"), "page.txt is UTF-16: convert it to UTF-8"),
        ("面馆开张记".encode("gb18030"), "it reads as gb18030, convert it to UTF-8"),
        ("麵館開張記".encode("big5"), "not UTF-8"),
        (b"\xff\xfe\xfd caf\xe9", "page.txt is"),
        ("正文".encode() + b"\xe4\xb8", "page.txt is not UTF-8 \\(byte 0xe4 at 6\\)"),
        (b"<div><p></p></div>", "holds no text beside markup"),
    ],
)
def test_a_page_that_cannot_be_read_says_why(tmp_path, data, words):
    """Each refusal names the file and what to do."""
    path = tmp_path / "page.txt"
    path.write_bytes(data)
    with pytest.raises(DocumentError, match=words):
        read_document(path)


def test_fifty_megabytes_are_refused_before_they_are_read(tmp_path, monkeypatch):
    """The size is looked at first, so memory stays small."""
    path = tmp_path / "huge.txt"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda _: pytest.fail("the file was read"))
    with pytest.raises(DocumentError, match=r"huge.txt has 50.0 MB; an article has at most 1 MB"):
        read_document(path)


def test_a_page_at_the_limit_is_read(tmp_path):
    """The limit itself is allowed."""
    path = tmp_path / "long.txt"
    path.write_bytes(("a" * MAX_BYTES).encode())
    assert len(read_document(path).paragraphs) == 1


def test_a_missing_page_is_named():
    """A path that is no file is an input error."""
    with pytest.raises(DocumentError, match="is not a file"):
        read_document(Path("nowhere.txt"))


def test_other_line_ends_and_a_byte_order_mark_do_not_move_paragraphs(tmp_path):
    """Windows and old Mac line ends count like others."""
    for name, ends in (("a", "\r\n"), ("b", "\r"), ("c", "\n")):
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + ends.join(["第一段", "", "第二段"]).encode())
        assert [line.text for line in read_document(tmp_path / name).lines] == ["第一段", "第二段"]


@given(st.text(alphabet="<>/!-p script(ā)字。,\n秒刷–1&;\"'", max_size=120))
@settings(max_examples=100)
def test_any_page_is_cleaned_or_refused(text):
    """Cleaning selects characters of the raw lines, or says that nothing is left."""
    try:
        page = clean_text(text, "x")
    except DocumentError:
        return
    for line in page.lines:
        assert "".join(line.raw[place] for place in line.places) == line.text
        assert all(0 <= one.start < one.end <= len(line.raw) for one in line.removals)
