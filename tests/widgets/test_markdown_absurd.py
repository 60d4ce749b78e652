"""Nothing that a model may write holds the interface up."""

from __future__ import annotations

import subprocess
import sys
from time import process_time

import pytest

from bnagpt_tui.widgets.markdown import MarkdownView

from .host import COLOURS, drawn, rendered

SECONDS = 40.0
"""Far more than any of these takes, and far less than one that grows with the square."""


@pytest.mark.parametrize(
    "text",
    [
        "x" * 200_000,
        "漢" * 60_000,
        "```\n" * 500,
        ">" * 1000 + " deep",
        "> " * 1000 + "deep",
        "".join("> " * depth + "x\n" for depth in range(120)),
        "".join("  " * depth + "- x\n" for depth in range(120)),
        "|a|b|c|\n|-|-|-|\n" + "|1|2|3|\n" * 10_000,
        "|" + "a|" * 500 + "\n|" + "-|" * 500 + "\n" + ("|" + "1|" * 500 + "\n") * 30,
        "[" * 20_000,
        "![" * 7_000,
        "*a _b " * 4_000,
        r"\(" * 3_500,
        "<!-- " * 5_000,
        "[a\n" * 2_000,
        "```python\n" + "x = 'abc' # foo\n" * 12_000 + "```",
    ],
    ids=lambda text: text[:12],
)
def test_an_absurd_text_is_drawn_in_reasonable_time(text: str) -> None:
    begin = process_time()
    view = rendered(text, 80)
    assert process_time() - begin < SECONDS
    assert view.rows


def test_a_long_block_that_grows_is_drawn_in_reasonable_time() -> None:
    view = MarkdownView(80, COLOURS)
    begin = process_time()
    for _ in range(400):
        view.append("a line of code = 'of some length'\n" if view.codes else "```python\n")
    view.finish()
    assert process_time() - begin < SECONDS
    assert len(view.rows) == 399 + 2


def test_blocks_nested_beyond_reason_are_shown_as_they_were_written() -> None:
    assert drawn(rendered("> " * 30 + "x", 80).rows) == [("> " * 30 + "x")]


def test_nothing_is_left_out_where_blocks_are_nested_too_deep() -> None:
    text = "".join("> " * depth + f"line{depth}\n>\n" for depth in range(0, 60, 8))
    shown = " ".join(drawn(rendered(text, 200).rows))
    assert all(f"line{depth}" in shown for depth in range(0, 60, 8))


def test_a_table_with_too_many_cells_is_shown_as_it_was_written() -> None:
    rows = drawn(rendered("|a|b|\n|-|-|\n" + "|1|2|\n" * 1000 + "\nafter").rows)
    assert rows[:3] == ["|a|b|", "|-|-|", "|1|2|"]
    assert rows[-2:] == ["", "after"]


def test_a_table_ends_where_another_block_begins() -> None:
    rows = drawn(rendered("|a|b|\n|-|-|\n" + "|1|2|\n" * 1000 + "# after").rows)
    assert rows[-1] == "━━━━━"


def test_a_paragraph_that_is_too_long_is_shown_as_it_was_written() -> None:
    assert "".join(drawn(rendered("*a*" * 3000).rows)) == "*a*" * 3000


def test_starting_imports_no_parser_and_no_lexers() -> None:
    code = "import sys, bnagpt_tui.widgets.message_log; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    modules = loaded.stdout.split()
    assert "bnagpt_tui.widgets.markdown.stream" in modules
    assert not {"markdown_it", "pygments"} & set(modules)
