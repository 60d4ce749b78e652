"""Which pages an answer refers to."""

from __future__ import annotations

import pytest

from bnagpt_tui.backend.citations import cited
from bnagpt_tui.backend.models import Source

PAGES = {
    number: Source(number, f"Page {number}", "https://example.org", "") for number in (1, 2, 3)
}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It rose [1].", [1]),
        ("It rose [3, 1].", [1, 3]),
        ("It rose [1-3].", [1, 2, 3]),
        ("It rose 【2†L1-L4】.", [2]),
        ("A link [1](https://example.org) is none.", []),
        ("Nobody knows [9].", []),
        ("[1]\n```\nlist[2]\n```\n[3]", [1, 3]),
        ("[1]\n~~~~\n[2]\n~~~\n[2]\n~~~~~\n[3]", [1, 3]),
        ("```in``` a line [1]", [1]),
        ("[1]\n```\nnever closed [2]", [1]),
        ("`" * 300_000 + "a`\n[2]", [2]),
    ],
)
def test_what_stands_in_brackets_outside_of_code_is_cited(text: str, numbers: list[int]) -> None:
    assert [source.number for source in cited(text, PAGES)] == numbers
