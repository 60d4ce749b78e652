"""Whatever is written in a page, its text comes out soon, and nothing breaks."""

from __future__ import annotations

import pytest

from bnagpt_tui.backend.tools.web.decoding import decoded
from bnagpt_tui.backend.tools.web.fetched import Fetched
from bnagpt_tui.backend.tools.web.markup import article_of, plain_of


def page(markup: str | bytes, charset: str = "", *, is_cut: bool = False) -> Fetched:
    body = markup if isinstance(markup, bytes) else markup.encode()
    return Fetched("https://a.example/", "text/html", charset, body, is_cut)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "markup",
    [
        "<svg>" * 60_000 + "</style>" * 60_000,
        "<svg>" * 30_000 + "</svg>" * 30_000,
        "<a " * 100_000,
        "<![" * 400_000,
        "<!--" * 300_000,
        "<div>" * 60_000,
        "&" * 1_500_000,
        "<b " + "x=' " * 100_000,
    ],
    ids=["svg and style", "svg", "a", "marked section", "comment", "div", "ampersand", "attribute"],
)
def test_markup_made_to_be_slow_is_not(markup: str) -> None:
    assert plain_of(page("<p>before</p>" + markup)).text.startswith("before")


def test_a_page_whose_head_is_never_closed_has_text() -> None:
    found = plain_of(page("<html><head><title>A &amp; B</title><p>text & more"))
    assert (found.title, found.text) == ("A & B", "text & more")


def test_what_is_never_shown_is_left_out() -> None:
    markup = "<p>one<script>no</script><svg><svg>no</svg>no</svg><style>no</style> two"
    assert plain_of(page(markup)).text == "one two"


def test_an_article_has_its_date() -> None:
    words = "".join(f"<p>The river rose again in the night of day {n}.</p>" for n in range(20))
    markup = f'<html><head><meta name="date" content="2026-11-27"></head><article>{words}</article>'
    assert article_of(page(markup)).date == "2026-11-27"


def test_an_address_as_the_whole_page_is_not_gone_to() -> None:
    """Libraries that take markup or an address must not be led by a page to take the latter."""
    assert "127.0.0.1" in article_of(page("http://127.0.0.1:9/")).text


@pytest.mark.parametrize(
    "charset",
    ["undefined", "idna", "punycode", "unicode_escape", "rot13", "utf-16", "utf-32", "zlib", "\0"],
)
def test_a_strange_encoding_never_fails(charset: str) -> None:
    assert "text" in decoded(page(b"\xff text \x81-", charset)).replace("\0", "") or charset in {
        "utf-16",
        "utf-32",
    }


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        (b"\\u0041", "unicode_escape", "\\u0041"),
        (b"a-b", "punycode", "a-b"),
        ("S\xe3o".encode("utf-16"), "", "S\xe3o"),
        (b"\xef\xbb\xbfS\xc3\xa3o", "latin-1", "S\xe3o"),
        (b"S\xe3o", "iso-8859-1", "S\xe3o"),
        (b'<?xml version="1.0" encoding="latin-1"?>\xe3', "", '<?xml version="1.0" encoding="lat'),
        ("\u65e5\u672c".encode("shift_jis"), "Shift_JIS", "\u65e5\u672c"),
        (b"\xff\xff", "", "\ufffd\ufffd"),
    ],
)
def test_marks_and_headers_say_how_a_page_is_written(body: bytes, charset: str, text: str) -> None:
    assert decoded(page(body, charset)).startswith(text)


def test_a_letter_that_is_cut_through_does_not_change_the_encoding() -> None:
    body = b'<meta charset="windows-1252">S\xc3\xa3o \xe2\x82'
    assert decoded(page(body, "utf-8", is_cut=True)).endswith("S\xe3o ")
