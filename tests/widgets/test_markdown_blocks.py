"""Each kind of block has its look, at every width."""

from __future__ import annotations

from bnagpt_tui.widgets.markdown import ADDRESS, MarkdownView

from .host import COLOURS, drawn, rendered


def lines(text: str, width: int = 40) -> list[str]:
    """The drawn rows of a text."""
    return drawn(rendered(text, width).rows)


def runs(text: str, width: int = 80) -> list[tuple[str, object]]:
    """The pieces of a text's first row, with where links lead."""
    row = rendered(text, width).rows[0]
    return [(part.text, part.style and part.style.meta.get(ADDRESS)) for part in row.segments]


def copied(view: MarkdownView) -> str:
    """A text as it is copied."""
    return "".join(row.text + row.joint for row in view.rows)


def test_headings_are_told_apart_by_rank() -> None:
    view = rendered("# One\n## Two\n### Three")
    assert drawn(view.rows) == ["One", "━━━", "", "Two", "", "Three"]
    assert view.rows[3].segments[0].style == COLOURS.heading
    assert view.rows[5].segments[0].style != COLOURS.heading


def test_newlines_inside_a_paragraph_are_kept() -> None:
    assert lines("roses\nviolets") == ["roses", "violets"]


def test_lists_are_set_apart_where_the_source_sets_them_apart() -> None:
    text = "- one\n- two\n  - nested\n    1. deep\n\n- three"
    assert lines(text) == ["• one", "• two", "  ◦ nested", "    1. deep", "", "• three"]


def test_nested_lists_are_set_apart_by_themselves() -> None:
    assert lines("- one\n  - a\n\n  - b\n- two") == ["• one", "  ◦ a", "", "  ◦ b", "• two"]


def test_tasks_are_boxes() -> None:
    assert lines("- [ ] open\n- [x] done") == ["• ☐ open", "• ☑ done"]


def test_a_list_keeps_its_first_number() -> None:
    assert lines("7. seven\n8. eight") == ["7. seven", "8. eight"]


def test_an_empty_item_is_a_bullet() -> None:
    assert lines("-\n- two") == ["•", "• two"]


def test_a_list_is_copied_with_its_bullets() -> None:
    view = rendered("- a long item that wraps\n- next", 14)
    assert copied(view) == "• a long item that wraps\n• next\n"


def test_quotes_have_a_bar() -> None:
    assert lines("> quoted\n> more\n>\n> end") == ["▎ quoted", "▎ more", "▎", "▎ end"]


def test_an_empty_quote_is_a_bar() -> None:
    assert lines(">") == ["▎"]


def test_code_stands_in_a_box_with_its_language() -> None:
    assert lines("```python\nx = 1\n```", 20) == [
        "┌ python ──────────┐",
        "│ x = 1            │",
        "└──────────────────┘",
    ]


def test_a_long_line_of_code_goes_on_below_and_is_copied_whole() -> None:
    view = rendered("```\nabcdefghijklmnopqrstuvwxyz\n```", 20)
    assert drawn(view.rows)[1:3] == ["│ abcdefghijklmnop │", "│↪qrstuvwxyz       │"]
    assert copied(view).strip() == "abcdefghijklmnopqrstuvwxyz"


def test_a_long_line_of_code_is_cut_between_words_and_copied_with_every_space() -> None:
    view = rendered("```\n  one  two   three  four\n```", 16)
    assert drawn(view.rows)[1:3] == ["│   one  two   │", "│↪three  four  │"]
    assert copied(view).strip("\n") == "  one  two   three  four"


def test_code_has_no_box_where_there_is_no_room() -> None:
    assert lines("```\nab cd ef gh\n```", 8) == ["", "ab cd ef", "gh", ""]


def test_indented_code_is_code() -> None:
    assert rendered("    a = 1\n    b = 2\n").codes == ["a = 1\nb = 2"]


def test_code_in_a_known_language_is_coloured() -> None:
    row = rendered("```python\nclass A: pass\n```").rows[1]
    styles = {part.text: part.style for part in row.segments}
    assert styles["class"] == COLOURS.code_keyword
    assert styles["A"] == COLOURS.code_type


def test_code_in_an_unknown_language_is_plain() -> None:
    row = rendered("```klingon\nclass A\n```").rows[1]
    assert row.segments[1].style == COLOURS.code


def test_blocks_of_code_are_numbered_through_the_message() -> None:
    view = rendered("```\na\n```\n\n- x\n\n  ```\n  b\n  ```\n\n> ```\n> c\n> ```\n")
    assert view.codes == ["a", "b", "c"]
    assert [row.code for row in view.rows if row.code >= 0] == [0, 1, 2]


def test_a_table_that_fits_has_columns() -> None:
    assert lines("|name|n|\n|:-|-:|\n|ox|12|\n|a|3|") == [
        "name │  n",
        "─────┼───",
        "ox   │ 12",
        "a    │  3",
    ]


def test_cells_in_the_middle_are_centred() -> None:
    assert lines("|wide|\n|:-:|\n|ab|")[2] == " ab"


def test_a_table_wraps_its_widest_column() -> None:
    text = "|a|text|\n|-|-|\n|1|some words that need more room|"
    assert lines(text, 20) == [
        "a │ text",
        "──┼─────────────────",
        "1 │ some words that",
        "  │ need more room",
    ]


def test_a_table_that_does_not_fit_is_folded() -> None:
    text = "|first|second|third|\n|-|-|-|\n|" + "a bit long here|" * 3 + "\n|1|2|3|"
    assert lines(text, 24) == [
        "first: a bit long here",
        "second: a bit long here",
        "third: a bit long here",
        "────────────────────",
        "first: 1",
        "second: 2",
        "third: 3",
    ]


def test_a_folded_cell_that_is_long_goes_on_set_in() -> None:
    text = "|first|second|\n|-|-|\n|" + "many words in a cell|" * 2
    assert lines(text, 16) == [
        "first: many",
        "  words in a",
        "  cell",
        "second: many",
        "  words in a",
        "  cell",
    ]


def test_a_table_without_a_body_is_folded_to_its_names() -> None:
    assert lines("|a long name|b long name|\n|-|-|", 12) == ["a long name:", "b long name:"]


def test_html_is_shown_as_it_was_written() -> None:
    assert lines("<b>\nraw\n</b>") == ["<b>", "raw", "</b>"]
    assert lines("an <i>inline</i> tag") == ["an <i>inline</i> tag"]


def test_a_break_is_a_new_line() -> None:
    assert lines("one<br>two<BR/>three") == ["one", "two", "three"]


def test_formulas_are_left_alone() -> None:
    assert lines(r"$a_1*b_2*c$ \(x*y*z\) \[a\] $$b$$") == [r"$a_1*b_2*c$ \(x*y*z\) \[a\] $$b$$"]


def test_prices_are_no_formulas() -> None:
    assert runs("$5 and $6 or *so*")[0][0].startswith("$5 and $6 or ")


def test_links_carry_their_address() -> None:
    assert runs("[text](https://a.example) and https://b.example/x.") == [
        ("text", "https://a.example"),
        (" and ", None),
        ("https://b.example/x", "https://b.example/x"),
        (".", None),
    ]


def test_an_address_inside_a_link_is_that_links() -> None:
    assert runs("[https://a.example](https://b.example)") == [
        ("https://a.example", "https://b.example")
    ]


def test_images_are_links_to_themselves() -> None:
    assert runs("![a cat](cat.png)![](dog.png)") == [("[a cat]", "cat.png"), ("[image]", "dog.png")]


def test_an_address_that_runs_code_is_no_link() -> None:
    assert runs("[x](javascript:alert)") == [("[x](javascript:alert)", None)]


def test_a_thematic_break_is_a_line() -> None:
    assert lines("***", 10) == ["─" * 10]


def test_lists_and_quotes_in_very_narrow_columns_are_not_set_in() -> None:
    assert lines("- one\n  > two", 12) == ["•", "one", "two"]


def test_a_table_interrupts_a_paragraph() -> None:
    assert lines("text\n|a|b|\n|-|-|")[:2] == ["text", ""]


def test_what_only_begins_like_a_formula_is_text() -> None:
    assert lines(r"\( and \* and $ and 5$") == ["( and * and $ and 5$"]


def test_markup_of_the_library_means_nothing() -> None:
    assert lines("[bold]x[/bold] [@click=quit]y[/]") == ["[bold]x[/bold] [@click=quit]y[/]"]


def test_controls_are_shown_and_not_sent() -> None:
    assert lines("a\x1b[31mb\x07c\u202ed") == ["a␛[31mb␇cd"]
