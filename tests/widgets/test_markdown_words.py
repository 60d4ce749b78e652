"""Nothing that an answer says is left out, and emphasis is what the writer meant."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bnagpt_tui.widgets.markdown import MarkdownView

from .host import COLOURS, drawn, rendered


def shown(text: str, width: int = 60) -> str:
    """What is drawn of a text, row by row."""
    return "\n".join(drawn(rendered(text, width).rows))


def addresses(text: str) -> list[str]:
    """Where the links of a text lead."""
    return [
        str(part.style.meta["address"])
        for row in rendered(text, 60).rows
        for part in row.segments
        if part.style is not None and "address" in part.style.meta
    ]


def strong(text: str) -> str:
    """The strongly emphasised characters of a text."""
    return "".join(
        part.text
        for row in rendered(text, 60).rows
        for part in row.segments
        if part.style == COLOURS.text + COLOURS.strong
    )


@pytest.mark.parametrize(
    "text",
    [
        "[1]: https://example.org/one",
        "[one two]: https://example.org/one 'A title'",
        "[1]: https://example.org/one\n[2]: <https://example.org/two>",
        "[ERROR]: timeout",
        "[2026-01-01]: started\n[WARN]: retrying soon",
        "[^1]: A note of several words.",
        "[^1]: word",
        "[a]: /relative",
        "[b]:\nhttps://example.org/next-line",
        "- [x]: https://example.org/in-a-list",
        "> [x]: https://example.org/in-a-quote",
        "*[HTML]: Hyper Text",
        "<details><summary>More</summary>inside</details>",
        "<!-- a comment -->\n\nafter",
        "before <!-- a comment --> after",
        "<unknown attr='value'>text</unknown>",
        "<script>\nlet hidden = 1\n\nmore\n</script>",
        "<?php echo 1 ?>",
        "<![CDATA[ data ]]>",
        "---\ntitle: Front matter\ndate: today\n---\n\nText",
        "one\\\ntwo",
        "|a|b|\n|-|-|\n|1|2|three|four|",
        "```python title=main.py and more words than have room in the edge of a box\nx\n```",
        "```text that was meant\n```",
    ],
)
def test_every_word_of_an_answer_is_shown(text: str) -> None:
    seen = re.sub(r"\s+", "", re.sub("[│┌┐└┘─┼▎•]", "", shown(text)))
    for word in re.findall(r"[\w.:/^=]{3,}", text.replace("_", " ")):
        assert word in seen, word


def test_a_link_without_a_text_shows_where_it_leads() -> None:
    assert shown("see [](https://example.org/a)") == "see https://example.org/a"


def test_the_title_of_a_link_is_shown() -> None:
    assert shown('[text](https://example.org "The title")') == "text (The title)"


def test_definitions_are_links_and_make_links() -> None:
    text = "As [said][1] before.\n\n[1]: https://example.org/one"
    assert addresses(text) == ["https://example.org/one"] * 2
    assert shown(text).endswith("[1]: https://example.org/one")


def test_a_number_in_brackets_keeps_them_where_it_is_a_link() -> None:
    assert shown("As said [1] and [^2].\n\n[1]: https://a.example\n[^2]: https://b.example") == (
        "As said [1] and [^2].\n\n[1]: https://a.example\n[^2]: https://b.example"
    )


def test_definitions_side_by_side_stand_in_rows_without_gaps() -> None:
    text = "".join(f"[{number}]: https://example.org/{number}\n" for number in range(1, 4))
    assert shown(text).count("\n") == 2


def test_an_entity_cannot_steer_the_terminal() -> None:
    assert "\u202e" not in shown("a &#x202e; b")


@pytest.mark.parametrize(
    ("text", "emphasised"),
    [
        ("**「強調」**的", "「強調」"),
        ("这是**“重点”**的内容", "“重点”"),
        ("**注意：**请看", "注意："),
        ("他说**你好！**然后", "你好！"),
        ("これは**「大事」**です。", "「大事」"),
        ("名前**(仮)**は", "(仮)"),
        ("강조는 **'이것'**은 아니고", "'이것'"),
        ('**"강조"**는', '"강조"'),
        ("**Hello!**世界", "Hello!"),
        ("a **b** c", "b"),
        ('a**"b"**c', ""),
    ],
)
def test_emphasis_works_beside_scripts_that_set_no_spaces(text: str, emphasised: str) -> None:
    assert strong(text) == emphasised


NESTED = "Look:\n\n```markdown\n# Title\n\n```bash\nrun it\n```\n\n**as is**\n```\n\nand *after*"


def test_code_in_fenced_markdown_does_not_end_it() -> None:
    view = rendered(NESTED)
    assert view.codes == ["# Title\n\n```bash\nrun it\n```\n\n**as is**"]
    assert drawn(view.rows)[-1] == "and after"


def test_fenced_markdown_without_an_end_of_its_own_ends_at_the_first() -> None:
    view = rendered("```markdown\n# Title\n```bash\nrun it\n```\n\nand *after*")
    assert view.codes == ["# Title\n```bash\nrun it"]
    assert drawn(view.rows)[-1] == "and after"


def test_code_that_is_no_markdown_ends_at_the_first_fence() -> None:
    view = rendered("```text\n```bash\nx\n```\nafter")
    assert view.codes == ["```bash\nx"]


def test_tildes_and_longer_fences_nest_too() -> None:
    view = rendered("~~~md\n~~~sh\na\n~~~\nb\n~~~\n\n````markdown\n```\nc\n```\n````")
    assert view.codes == ["~~~sh\na\n~~~\nb", "```\nc\n```"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=30))
def test_nested_fences_look_the_same_in_pieces(sizes: list[int]) -> None:
    view, at = MarkdownView(40, COLOURS), 0
    for size in sizes:
        view.append(NESTED[at : at + size])
        at += size
    view.append(NESTED[at:])
    view.finish()
    assert view.rows == rendered(NESTED).rows
    assert view.codes == rendered(NESTED).codes


WORDS = st.lists(
    st.sampled_from(
        (
            "alpha", "beta", "[gamma]: delta\n", "[g]: https://h.example/eps\n", "\n", "\n\n",
            "# zeta\n", "- eta\n", "> theta\n", "1. iota\n", "<kappa>", "<!-- lambda -->\n",
            "**mu**", "`nu`", "[xi](https://h.example)", "![omicron](u)", "|pi|rho|\n|-|-|\n",
            "|sigma|tau|upsilon|\n", "```phi\n", "```\n", "    chi\n", "<div>psi\n", "&amp;",
            "omega\n===\n", "  \n", "~~stigma~~", "---\n", "[^1]: koppa sampi\n", "[](https://san)",
        )
    ),
    max_size=25,
).map(" ".join)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WORDS)
def test_no_word_vanishes_whatever_stands_beside_it(text: str) -> None:
    seen = re.sub(r"\s+", "", shown(text, 200))
    for word in re.findall(r"[a-z]{2,}", re.sub(r"&amp;|https?|example", " ", text)):
        assert word in seen, (word, seen)
