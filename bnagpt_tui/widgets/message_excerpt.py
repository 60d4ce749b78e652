"""Excerpts of a message: what a selection holds of it, and its blocks of code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from textual.selection import Selection

from bnagpt_tui.backend.text import visible

from .message_paint import line_number, span_of
from .message_stack import PART_LINES, Section, Stack
from .message_text import LongText

_MOST_RENDERED: Final = 1
"""Parts of a selection that are copied as they look; further ones as they were written."""


class CodePlace(NamedTuple):
    """Where a block of code begins."""

    part: int
    """Which part of the text."""
    number: int
    """Which block of that part."""


def codes_at(body: LongText, row: int, rows: int) -> list[CodePlace]:
    """The blocks of code of a text, or of what is in view of a long one.

    Args:
        body: The text.
        row: The first row in view.
        rows: How many are.
    """
    first = body.find(max(0, row))
    last = max(first, body.find(max(0, row + rows - 1)))
    return [
        CodePlace(part, number)
        for part in range(first, last + 1)
        for number in range(len(body.drawn(part).codes))
        if part == first or number or not body.is_in_code(part)
    ]


def whole_code(body: LongText, place: CodePlace) -> tuple[str, str]:
    """A block of code, in however many parts it stands, and its language."""
    part, number = place
    while not number and body.is_in_code(part):
        part -= 1
        number = 0 if body.is_all_code(part) else len(body.drawn(part).codes) - 1
    drawn = body.drawn(part)
    language = drawn.languages[number]
    pieces = [drawn.codes[number]]
    is_last = number == len(drawn.codes) - 1
    while is_last and body.is_in_code(part + 1):
        pieces.append("\n" if body.joint(part) == "\n" else "")
        part += 1
        if body.is_all_code(part):
            pieces.append(visible(body.source(part)).removesuffix("\n"))
        else:
            pieces.append(body.drawn(part).codes[0])
            is_last = False
    return "".join(pieces), language


def copied(stack: Stack, index: int, selection: Selection) -> Iterator[str]:
    """What a selection holds of a message.

    Args:
        stack: The message.
        index: Which message it is.
        selection: The selection.
    """
    rendered = 0
    for section in stack.sections:
        for part in range(section.count):
            if isinstance(section, LongText) and section.count > 1:
                if not _is_touched(stack, section, part, index, selection):
                    continue
                if rendered >= _MOST_RENDERED and _is_inside(
                    stack, section, part, index, selection
                ):
                    yield visible(section.source(part))
                    continue
                rendered += 1
                section.drawn(part)
            height = section.height
            top = stack.begin(section)
            end = height if section.count == 1 else section.offset(part + 1)
            yield from _rows(stack, range(top + section.offset(part), top + end), index, selection)


def _part_lines(stack: Stack, section: Section, part: int, index: int) -> tuple[int, int]:
    """The lines between which those of a part are."""
    number = stack.lines_before(section) + part
    first = line_number(index, number * PART_LINES)
    return first, first + PART_LINES - 1


def _is_touched(
    stack: Stack, section: Section, part: int, index: int, selection: Selection
) -> bool:
    """Whether a selection may hold something of a part."""
    first, last = _part_lines(stack, section, part, index)
    start, end = selection
    return (start is None or start.y <= last) and (end is None or end.y >= first)


def _is_inside(stack: Stack, section: Section, part: int, index: int, selection: Selection) -> bool:
    """Whether a selection goes on before and behind a part."""
    first, last = _part_lines(stack, section, part, index)
    start, end = selection
    return (start is None or start.y < first) and (end is None or end.y > last)


def _rows(stack: Stack, rows: range, index: int, selection: Selection) -> Iterator[str]:
    for number in rows:
        row = stack.row(number)
        span = span_of(row, line_number(index, stack.line(number)), selection)
        if span is not None:
            text = row.text
            yield text[span[0] : span[1]]
            yield row.joint if span[1] == len(text) else ""
