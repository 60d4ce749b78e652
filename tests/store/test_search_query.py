from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnagpt_tui.backend.models import Fragment
from bnagpt_tui.backend.naming import loosely
from bnagpt_tui.backend.store.search_query import MOST_WORDS, Query, parse
from bnagpt_tui.backend.store.search_text import PIECE, fragments, pieces, searchable


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one two", ('"one"', '"two" *')),
        ("one two ", ('"one"', '"two"')),
        ('one "two three"', ('"one"', '"two three"')),
        ('"never closed', ('"never closed"',)),
        ('five"six', ('"five"', '"six"')),
        ("AND OR NOT NEAR(x) * ^y -z", ('"AND"', '"OR"', '"NOT"', '"NEAR(x)"', '"^y"', '"-z" *')),
        ("--- … \x00 ''", ()),
        ("http://x 12:30", ('"http://x"', '"12:30" *')),
        ("日本語", ('"日\u200b本\u200b語" *',)),
        ("a\x00b", ('"a␀b" *',)),
    ],
)
def test_words_and_phrases_are_quoted_and_the_last_may_go_on(
    text: str, words: tuple[str, ...]
) -> None:
    assert parse(text) == Query(words)


def test_filters_are_told_from_words() -> None:
    query = parse('role:u before:2026-01-31 after:2025 pinned:YES in:"two words" IN:Olá word')
    assert query.words == ('"word" *',)
    assert query.roles == ("user",)
    assert query.before == datetime(2026, 1, 31).astimezone()
    assert query.after == datetime(2025, 1, 1).astimezone()
    assert query.pinned is True
    assert query.names == ("two words", "ola")
    assert query.remark == ""
    assert parse("pinned:no role:user role:assistant").roles == ("user", "assistant")


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("before:", "before: takes a date such as 2026-01-31."),
        ("before:2026-13", "before: takes a date such as 2026-01-31, not “2026-13”."),
        ("after:yesterday", "after: takes a date such as 2026-01-31, not “yesterday”."),
        ("after:0000", "after: takes a date such as 2026-01-31, not “0000”."),
        ("role:king", "role: takes user or assistant, not “king”."),
        ("role: x", "role: takes user or assistant."),
        ("pinned:maybe", "pinned: takes yes or no, not “maybe”."),
        ('in:""', "in: takes a part of a conversation's name."),
    ],
)
def test_a_filter_that_makes_no_sense_is_passed_over_with_a_remark(text: str, remark: str) -> None:
    assert parse(text).remark == remark


def test_nothing_typed_looks_for_nothing() -> None:
    assert parse("").is_empty
    assert parse(" before: ").is_empty
    assert not parse("pinned:no").is_empty


def test_a_huge_search_is_cut_to_what_can_be_looked_for() -> None:
    assert len(parse("x " * 10_000).words) == MOST_WORDS
    assert len(parse("x" * 10_000).words[0]) < 1100


@given(st.text())
def test_whatever_is_typed_is_understood_somehow(text: str) -> None:
    assert isinstance(parse(text), Query)
    assert all(word.count('"') == 2 for word in parse(text).words)


def test_names_are_compared_without_case_and_accents() -> None:
    assert loosely("Ação ÉTÉ e\u0301 straße ﬁ") == "acao ete e strasse fi"


def test_a_long_text_is_cut_at_white_space_where_there_is_some() -> None:
    spaced = "word " * 20_000
    assert "".join(pieces(spaced)) == spaced
    assert all(piece.endswith(" ") for piece in list(pieces(spaced))[:-1])
    solid = "x" * (2 * PIECE + 1)
    assert [len(piece) for piece in pieces(solid)] == [PIECE, PIECE, 1]
    assert list(pieces("")) == [""]


def test_a_snippet_becomes_plain_data_on_one_line() -> None:
    marked = "…the \n\t\x02日\u200b本\x03 is\n\x02far\x03."
    assert fragments(marked) == (
        Fragment("…the "),
        Fragment("日本", is_match=True),
        Fragment(" is "),
        Fragment("far", is_match=True),
        Fragment("."),
    )


def test_a_text_cannot_hold_the_marks_of_a_match() -> None:
    assert fragments(searchable("a \x02b\x03 \x1b[1m")) == (Fragment("a ␂b␃ ␛[1m"),)
