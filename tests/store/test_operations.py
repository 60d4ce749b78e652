from __future__ import annotations

from copy import deepcopy
from typing import Any
from zlib import crc32

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnagpt_tui.backend.store.lines import is_torn, seal, split, unseal
from bnagpt_tui.backend.store.operations import (
    MalformedOperationError,
    apply,
    difference,
    plain,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
KEYS = st.sampled_from(["a", "b", "messages", "1", ""])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(0.5, 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
TABLES = st.dictionaries(KEYS, VALUES, max_size=4)


@given(TABLES, TABLES)
@settings(max_examples=200, deadline=None)
def test_the_difference_leads_from_the_old_to_the_new(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    operations = list(difference(deepcopy(old), new, []))
    replayed = deepcopy(old)
    for operation in msgspec.json.decode(msgspec.json.encode(operations)):
        apply(replayed, operation)
    assert encoded(replayed) == encoded(new)
    assert bool(operations) == (encoded(old) != encoded(new))


def encoded(value: Any) -> bytes:
    return msgspec.json.encode(value, order="sorted")


def test_a_longer_text_is_kept_as_what_was_added() -> None:
    assert list(difference({"a": "The"}, {"a": "The cat"}, ["t"])) == [
        ["grow", ["t", "a"], 3, " cat"]
    ]


def test_numbers_that_are_equal_but_of_two_kinds_differ() -> None:
    assert list(difference({"a": 1}, {"a": True}, [])) == [["set", ["a"], True]]
    nested = ([{"b": 1}], [{"b": 1.0}])
    assert list(difference({"a": nested[0]}, {"a": nested[1]}, [])) == [["set", ["a"], nested[1]]]


def test_a_plain_copy_shares_nothing_and_turns_tuples_into_lists() -> None:
    value = {"a": ({"b": [1]},)}
    copy = plain(value)
    assert copy == {"a": [{"b": [1]}]}
    copy["a"][0]["b"].append(2)
    assert value == {"a": ({"b": [1]},)}


@pytest.mark.parametrize("operation", [[], ["set", [], 1], ["set", ["a"]], "set", None, ["set", 1]])
def test_a_malformed_operation_is_refused(operation: Any) -> None:
    with pytest.raises(MalformedOperationError):
        apply({}, operation)


@given(st.lists(VALUES, max_size=5), st.integers(0, 400))
@settings(deadline=None)
def test_lines_that_were_cut_off_are_whole_up_to_the_cut(contents: list[Any], cut: int) -> None:
    contents = [content for content in contents if content is not None]
    data = b"".join(seal(content) for content in contents)
    read = [line.content for line in split(data[:cut])]
    assert read == contents[: len(read)]
    assert len(read) >= data[:cut].count(b"\n")


@given(VALUES, st.integers(0, 10_000))
@settings(deadline=None)
def test_every_beginning_of_a_line_is_taken_for_torn(content: Any, cut: int) -> None:
    assert is_torn(seal(content)[:-1][: cut % 40])


def test_foreign_text_is_not_taken_for_torn() -> None:
    assert not is_torn(b"hello")
    assert not is_torn(b'{"a":')
    assert not is_torn(b'["zzzz')


def test_a_line_that_was_changed_is_not_unsealed() -> None:
    line = seal({"a": 1})[:-1]
    assert unseal(line) == {"a": 1}
    assert unseal(line.replace(b"1}", b"2}")) is None
    assert unseal(b"") is None


@pytest.mark.parametrize("payload", [b"[" * 5000 + b"]" * 5000, b"{]", b'"\xff"'])
def test_a_line_that_is_sealed_but_no_json_is_not_unsealed(payload: bytes) -> None:
    assert unseal(b'["%08x",%b]' % (crc32(payload), payload)) is None


def test_lines_that_lost_the_newline_between_them_are_both_read() -> None:
    joined = seal([1])[:-1] + seal([2])[:-1] + b" \n" + seal([3])
    assert [line.content for line in split(joined)] == [[1], [2], [3]]
