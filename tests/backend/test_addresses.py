"""Which addresses a conversation names, and which could carry something away."""

from __future__ import annotations

import pytest

from bnagpt_tui.backend.addresses import (
    DATA,
    LONGEST,
    addresses_of,
    is_named,
    is_plain,
    place_of,
    same_host,
)
from bnagpt_tui.backend.models import Message, Role, Source, ToolCall
from bnagpt_tui.cli.standard_input import compose

SEARCHING = {"web_search"}


def says(text: str) -> list[Message]:
    return [Message(Role.USER, text)]


def found(tool: str, address: str) -> Message:
    return Message(
        Role.TOOL,
        address,
        tool_calls=(ToolCall("c", tool, "{}"),),
        sources=(Source(1, "A page", address),),
    )


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a?b=c",
        "Read https://example.org/a?b=c, please.",
        "(https://example.org/a?b=c)",
        "[a page](https://example.org/a?b=c).",
        "<https://example.org/a?b=c>",
        "“https://example.org/a?b=c”",
        "`https://example.org/a?b=c`",
        "https://example.org/a?b=c。次",
        "HTTPS://EXAMPLE.ORG:443/a?b=c",
        "https://example.org/%61?b=c#part",
        "what does example.org/a?b=c say?",
        "example.org/a?b=c",
        "x" * 100_000 + " https://example.org/a?b=c",
        "http://example.org/a?b=c",
    ],
)
def test_an_address_that_the_user_wrote_is_named(text: str) -> None:
    assert is_named(says(text), "https://example.org/a?b=c", SEARCHING)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a?b=c&d=e",
        "https://example.org/a?b=C",
        "https://example.org/a/b?b=c",
        "https://example.org/a",
        "https://example.org.evil.example/a?b=c",
        "https://evil.example/?u=https://example.org/a?b=c",
        "https://sub.example.org/a?b=c",
        "https://example.org:8443/a?b=c",
        "http://example.org/a?b=c",
        "https://example.org@evil.example/a?b=c",
        "https://evil.example\\@example.org/a?b=c",
        "https://exаmple.org/a?b=c",
        "https://example.org/a?b=c\n",
        "ftp://example.org/a?b=c",
        "//example.org/a?b=c",
        "",
    ],
)
def test_another_address_is_not(address: str) -> None:
    named = is_named(says("https://example.org/a?b=c"), address, SEARCHING)
    assert named == (address.strip() == "https://example.org/a?b=c")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("read example.org", "https://example.org/"),
        ("read Example.Org.", "https://example.org"),
        ("see 127.0.0.1:8000/x now", "http://127.0.0.1:8000/x"),
        ("localhost:3000", "http://localhost:3000/"),
        ("https://münchen.de/straße", "https://xn--mnchen-3ya.de/stra%C3%9Fe"),
        ("https://en.wikipedia.org/wiki/A_(b)", "https://en.wikipedia.org/wiki/A_(b)"),
        ("https://example.org/docs/", "https://example.org/docs"),
        ("http://[::1]:80/a", "http://[::1]/a"),
    ],
)
def test_other_spellings_are_the_same_address(text: str, address: str) -> None:
    assert is_named(says(text), address, SEARCHING)


def test_what_a_search_found_is_named_and_what_a_page_says_is_not() -> None:
    address = "https://example.org/a"
    assert is_named([found("web_search", address)], address, SEARCHING)
    assert not is_named([found("read_page", address)], address, SEARCHING)
    assert not is_named([Message(Role.ASSISTANT, address)], address, SEARCHING)
    assert not is_named([Message(Role.SYSTEM, address)], address, SEARCHING)
    said = Message(Role.TOOL, address, tool_calls=(ToolCall("c", "web_search", "{}"),))
    assert not is_named([said], address, SEARCHING)


def test_what_an_answer_cites_of_a_page_is_not_named() -> None:
    """Where a page sent to is its source, and it chose that itself."""
    address = "https://example.org/a"
    cites = Message(Role.ASSISTANT, "[1]", sources=(Source(1, "A page", address),))
    assert is_named([cites], address, SEARCHING)
    assert not is_named([found("read_page", address), cites], address, SEARCHING)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/",
        "https://example.org/2026/11/27/a-rather-long-title-of-an-article-in-a-newspaper.html",
        "https://example.org/search?q=rain+in+lisbon&page=2",
        "https://ru.wikipedia.org/wiki/%D0%9C%D0%BE%D1%81%D0%BA%D0%B2%D0%B0",
        "https://example.org/a%20b",
        "https://github.com/a/b/issues/12345",
    ],
)
def test_an_ordinary_address_is_plain(address: str) -> None:
    assert is_plain(address)


@pytest.mark.parametrize(
    "address",
    [
        f"https://example.org/?q={'word+' * 60}",
        f"https://example.org/{'a/' * 120}",
        f"https://example.org/{'a' * (LONGEST + 1)}",
        "https://example.org/#the-users-secret",
        "https://example.org/?d=VGhlIHVzZXIgbGl2ZXMgaW4gTGlzYm9u",
        "https://example.org/?d=54686520757365722077726f746520746f",
        "https://example.org/?d=%2554%2568%2565",
        "https://example.org/?d=%ff%fe%fd",
        "https://example.org/?d=%00%01",
        "https://example.org/?d=%0D%0Ax",
        "https://user:word@example.org/",
        "https://example.org/" + "abcdefghij" * 4,
        "https://example.org\\@evil.example/",
        "https://exam%70le.org/",
        "javascript:alert(1)",
    ],
)
def test_a_long_or_odd_address_is_not(address: str) -> None:
    assert not is_plain(address)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://example.org/a", "https://example.org/b", True),
        ("http://example.org/", "https://www.example.org/", True),
        ("https://example.org/", "http://example.org/", False),
        ("https://example.org/", "https://evil.example/", False),
        ("https://example.org/", "https://a.example.org/", False),
        ("https://example.org/", "https://example.org:8443/", False),
        ("https://example.org/", "javascript:x", False),
    ],
)
def test_hosts_are_compared(one: str, other: str, *, same: bool) -> None:
    assert same_host(one, other) is same


def test_addresses_are_found_however_deep_they_are() -> None:
    deep: object = "HTTP://deep.example/x"
    for _ in range(5000):
        deep = [deep]
    value = {"a": ["see https://one.example/x", {"https://two.example/": 1}], "d": deep}
    assert set(addresses_of(value)) == {
        "https://one.example/x",
        "https://two.example/",
        "HTTP://deep.example/x",
    }


@pytest.mark.parametrize("text", ["a." * 500_000, "https://" * 100_000, "-" * 1_000_000 + ".org"])
def test_no_text_takes_long_to_look_through(text: str) -> None:
    assert not is_named(says(text + "example.org"), "https://example.org/x", SEARCHING)


def test_a_place_is_none_for_what_is_no_page() -> None:
    for address in ("", "x", "https://", "https://a b/", "http://x:99999/", "https://a@b/"):
        assert place_of(address) is None


def test_what_was_piped_in_names_nothing() -> None:
    address = "https://example.org/a"
    text = compose("Sum this up.", f"{address}\u200b\nmore")
    assert f"{DATA} [1 invisible character was taken out.]:" in text
    assert not is_named(says(text), address, SEARCHING)
    assert is_named(says(compose(f"Read {address} with this.", "data")), address, SEARCHING)
