"""What only a browser can do with a built book: print it, and say what a screen reader meets.

Chromium is no part of the lock. Playwright, which drives it, is imported where it is used.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import html as lxml_html

from helpers.book.html import read_page, read_title
from helpers.errors import EnvironmentMissingError, InputError, UnknownNameError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, PdfMargins

FLAGS = (
    "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking "
    "--disable-component-update --disable-sync"
)
FOOTER = (
    '<div style="font: 8px sans-serif; color: #555; width: 100%; padding: 0 16mm; display: flex; '
    'justify-content: space-between"><span class="title"></span><span class="pageNumber"></span></div>'
)
MARGIN: PdfMargins = {"top": "16mm", "bottom": "18mm", "left": "16mm", "right": "16mm"}
_STAMP = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}")


def find_chromium() -> str:
    """Return the path of Chromium as the system has it.

    Raises
    ------
    EnvironmentMissingError
        If there is none.
    """
    if path := shutil.which("chromium") or shutil.which("chromium-browser"):
        return path
    raise EnvironmentMissingError("no Chromium on this machine: install the system package chromium")


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium without a window."""
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        yield browser
        browser.close()


@contextmanager
def open_page() -> Iterator[Page]:
    """Start Chromium and yield an empty page."""
    with open_browser() as browser:
        yield browser.new_page()


def list_pages(book: Path) -> list[str]:
    """Return the paths of a book's pages in the order of its contents, the front page first.

    Raises
    ------
    InputError
        If the folder holds no book.
    """
    if not (book / "index.html").is_file():
        raise InputError(f"{book} holds no book (no index.html); run `make book` first")
    return ["index.html", *read_page(book / "index.html").xpath("//nav[@id='contents']//a/@href")]


def find_page(book: Path, name: str) -> str:
    """Return the path of a page from its name with or without folder and ending.

    Raises
    ------
    UnknownNameError
        For a page that the book does not have; the nearest names are offered.
    """
    pages = {Path(page).stem: page for page in list_pages(book)}
    stem = Path(name).stem
    if stem not in pages:
        raise UnknownNameError("page", name, pages)
    return pages[stem]


def print_tree(book: Path, name: str) -> str:
    """Return what assistive technology reads on a page, in its order: roles, names, levels."""
    path = find_page(book, name)
    with open_page() as page:
        page.goto((book / path).resolve().as_uri())
        return page.locator("body").aria_snapshot()


def print_pdf(book: Path, target: Path, *, name: str | None = None) -> None:
    """Print a book, or one page of it, with outline, page numbers and charts as vectors.

    Parameters
    ----------
    book : Path
        Folder of a built book.
    target : Path
        File to write; an older one is replaced once the new one is whole.
    name : str, optional
        One page; by default all of them in the order of the contents.
    """
    with open_page() as page:
        _print(page, book, target, name)


def print_papers(book: Path, papers: Mapping[str, str | None]) -> None:
    """Print parts of a book into it.

    Parameters
    ----------
    book : Path
        Folder of a built book.
    papers : mapping of str to str or None
        Page to print by the path of its PDF inside the book; all pages for None.
    """
    with open_page() as page:
        for path, name in papers.items():
            _print(page, book, book / path, name)


def _print(page: Page, book: Path, target: Path, name: str | None) -> None:
    names = list_pages(book) if name is None else [find_page(book, name)]
    content = print_pages(page, book.resolve(), names)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(content)
    part.replace(target)


def print_pages(page: Page, book: Path, names: Sequence[str]) -> bytes:
    """Return pages of a book as one PDF that carries no clock."""
    with tempfile.TemporaryDirectory(prefix="report-pdf-") as folder:
        joined = Path(folder) / "book.html"
        joined.write_text(join_pages(book, names), encoding="utf-8")
        page.goto(joined.as_uri())
        content = page.pdf(
            format="A4", tagged=True, outline=True, margin=MARGIN,
            display_header_footer=True, header_template="<span></span>", footer_template=FOOTER,
        )  # fmt: skip
    return _STAMP.sub(rb"\g<1>19700101000000", content)


def join_pages(book: Path, names: Sequence[str]) -> str:
    """Return pages as one: anchors carry the page's name, links between the pages stay inside."""
    first = read_page(book / names[0])
    title = first.findtext(".//title") if len(names) == 1 else read_title(first)
    articles = "\n".join(_isolate(book, name, set(names)) for name in names)
    style = (book / "_static" / "report.css").as_uri()
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<link rel="stylesheet" href="{style}"></head><body class="kx-print"><main>{articles}</main></body>'
        "</html>"
    )


def _isolate(book: Path, name: str, names: set[str]) -> str:
    article = read_page(book / name).find(".//article")
    article.set("id", _slug(name))
    # In a PDF's outline the words of an element inside a heading stand twice.
    for part in article.xpath(".//*[self::h1 or self::h2 or self::h3 or self::h4]//*[@lang]"):
        part.drop_tag()
    for element in article.iter():
        for attribute in ("id", "aria-labelledby", "aria-describedby"):
            if element is not article and element.get(attribute):
                element.set(attribute, f"{_slug(name)}--{element.get(attribute)}")
        for attribute, value in element.attrib.items():
            if "url(#" in value:
                element.set(attribute, value.replace("url(#", f"url(#{_slug(name)}--"))
        if element.tag == "a" and element.get("href"):
            _redirect(element, book, name, names)
    return str(lxml_html.tostring(article, encoding="unicode"))


def _redirect(link: lxml_html.HtmlElement, book: Path, name: str, names: set[str]) -> None:
    """Point a link into the joined page; what is not in it is no link on paper, addresses elsewhere are."""
    path, _, anchor = link.get("href").partition("#")
    if re.match(r"[a-z]+:", path):
        return
    target = ((book / name).parent / path).resolve().relative_to(book).as_posix() if path else name
    if target in names:
        link.set("href", f"#{_slug(target)}" + (f"--{anchor}" if anchor else ""))
    else:
        del link.attrib["href"]


def _slug(name: str) -> str:
    return name.removesuffix(".html").replace("/", "-")
