"""Tool calls put in order: which piece belongs to which call, however a server numbers them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ...calls import unwrapped
from ...events import ToolCallDelta
from .call_pieces import CallPiece
from .lenient import whole_characters

_NOTHING: Final = frozenset({"", "{}", "null", "None"})
"""Arguments that may be a mere beginning, or all that there is."""


def _values(arguments: str) -> Any:
    """The arguments' values; `None` when they are not a whole JSON object."""
    try:
        values = json.loads(unwrapped(arguments))
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


@dataclass(slots=True)
class _Call:
    """One call, as far as it has come."""

    number: int
    """Its place among the answer's calls."""
    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    values: dict[str, Any] | None = None
    """The arguments where they come as an object."""
    is_doubtful: bool = False
    """Whether it may be a mere repetition of the call before it: a name without arguments."""
    is_begun: bool = False
    """Whether its beginning was passed on."""
    half: str = ""
    """Half of a character, at which a piece was cut."""
    new: list[str] = field(default_factory=list)
    """What has come of the arguments since something was passed on."""

    @property
    def arguments(self) -> str:
        """The arguments so far."""
        if self.values is not None:
            return json.dumps(self.values, ensure_ascii=False)
        self.pieces = ["".join(self.pieces)]
        return self.pieces[0]

    @property
    def is_whole(self) -> bool:
        """Whether the arguments are a JSON object from its beginning to its end."""
        return _values(self.arguments) is not None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in the arguments yet."""
        return self.values is None and self.arguments.strip() in _NOTHING

    def whole(self, text: str) -> str:
        """More of the arguments, with halves of characters joined over the pieces."""
        text, self.half = self.half + text, ""
        if "\ud800" <= text[-1:] <= "\udbff":
            text, self.half = text[:-1], text[-1]
        return whole_characters(text)

    def says_again(self, piece: CallPiece) -> bool:
        """Whether a piece brings no more than the arguments that are there."""
        if piece.values is not None:
            return bool(_values(self.arguments) == piece.values)
        return self.is_whole and _values(piece.arguments) == _values(self.arguments)


class CallReader:
    """Makes of all dialects one: each call has a number of its own and is named once.

    A call is passed on when its arguments begin, so that its name is whole by then.
    """

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}
        self._by_place: dict[int, _Call] = {}
        self._by_id: dict[str, _Call] = {}

    def __bool__(self) -> bool:
        return any(not call.is_doubtful for call in self._calls)

    @property
    def any_whole(self) -> bool:
        """Whether there is a call that can be done."""
        return any(call.is_whole for call in self._calls)

    def take(self, pieces: Sequence[CallPiece]) -> Iterator[ToolCallDelta]:
        """Take the pieces of one event and yield what they add."""
        for piece in pieces:
            call = self._call_of(piece)
            self._note_names(call, piece)
            self._add(call, piece)
            if call.is_begun or (call.name and call.values is None and not call.is_empty):
                yield from self._pass_on(call)

    def end(self, *, is_cut: bool = False) -> Iterator[ToolCallDelta]:
        """Yield what was held back, at the end of the answer.

        Args:
            is_cut: Whether the answer reached its longest: a last call without arguments is then
                one that was cut before them.
        """
        for call in self._calls:
            lost = is_cut and call is self._calls[-1] and not call.is_whole
            if not call.name or (call.is_empty and (lost or call.is_doubtful)):
                continue
            if call.values is None and call.arguments.strip() in _NOTHING:
                call.pieces = ["{}"]
            yield from self._pass_on(call)

    def _pass_on(self, call: _Call) -> Iterator[ToolCallDelta]:
        """Yield what is new of a call, and before it the calls that came before."""
        for other in self._calls[: call.number]:
            if not other.is_begun and other.name and not other.is_doubtful:
                yield from self._new_of(other)
        yield from self._new_of(call)

    def _new_of(self, call: _Call) -> Iterator[ToolCallDelta]:
        """Yield what is new of a call."""
        new, call.new = "".join(call.new), []
        if not call.is_begun:
            call.is_begun = True
            yield ToolCallDelta(call.number, call.id, call.name, call.arguments)
        elif new:
            yield ToolCallDelta(call.number, arguments=new)

    def _call_of(self, piece: CallPiece) -> _Call:
        """The call that a piece belongs to, which may begin with it."""
        known = self._known(piece)
        if known and _continues(known, piece):
            return known
        begun = _Call(len(self._calls))
        begun.is_doubtful = bool(
            known
            and piece.name == known.name
            and not piece.id
            and not piece.arguments
            and piece.values is None
        )
        if (again := self._same(piece)) and not begun.is_doubtful:
            return again
        self._calls.append(begun)
        return begun

    def _known(self, piece: CallPiece) -> _Call | None:
        """The call that a piece speaks of by its id, its number or its place, else the last."""
        if (by_id := self._by_id.get(piece.id)) and not (
            piece.name not in {"", by_id.name} and piece.index not in {None, *self._by_index}
        ):
            return by_id
        last = self._calls[-1] if self._calls else None
        if piece.index is not None:
            found = self._by_index.get(piece.index)
        elif piece.place is not None:
            found = self._by_place.get(piece.place)
        else:
            return last
        if found or piece.name:
            return found
        # Neither a name nor a number that is known: more of what has begun, unless that is whole.
        return last if last and not (piece.id and last.is_whole) else None

    def _same(self, piece: CallPiece) -> _Call | None:
        """A call that a piece without a new id repeats from beginning to end."""
        if not piece.name or piece.id or piece.index is not None:
            return None
        whole = piece.values is not None or _values(piece.arguments) is not None
        return next(
            (
                call
                for call in self._calls
                if whole and call.name == piece.name and call.says_again(piece)
            ),
            None,
        )

    def _note_names(self, call: _Call, piece: CallPiece) -> None:
        """Note under which id, number and place more of a call may come."""
        call.id = call.id or piece.id
        if piece.id:
            self._by_id[piece.id] = call
        if piece.index is not None:
            self._by_index[piece.index] = call
        if piece.place is not None:
            self._by_place[piece.place] = call

    def _add(self, call: _Call, piece: CallPiece) -> None:
        """Add what a piece says to its call."""
        if piece.name and not call.is_begun:
            # Whole names are repeated, grow from piece to piece, or come cut.
            grown = piece.name.startswith(call.name)
            call.name = piece.name if grown else call.name + piece.name
        if piece.values:
            if call.values is not None or call.is_empty:
                call.values = {**(call.values or {}), **piece.values}
        elif piece.values is not None and call.is_empty:
            call.pieces = ["{}"]
        elif piece.arguments and call.values is None and (more := call.whole(piece.arguments)):
            _add_text(call, more)
        call.is_doubtful = call.is_doubtful and call.is_empty


def _add_text(call: _Call, text: str) -> None:
    """Add to the arguments of a call, which may be repeated or sent anew from their beginning."""
    if text.lstrip()[:1] != "{":
        call.pieces.append(text)
        call.new.append(text)
        return
    before = call.arguments
    if before.strip() in _NOTHING or text.startswith(before):
        call.pieces = [text]
        call.new = [text.removeprefix(before)]
    elif not call.is_whole:
        call.pieces.append(text)
        call.new.append(text)


def _continues(call: _Call, piece: CallPiece) -> bool:
    """Whether a piece that seems to be of a call is, and does not begin another one."""
    if not piece.name or not call.name:
        return True
    has_other_id = bool(piece.id and call.id and piece.id != call.id)
    same_name = piece.name == call.name
    has_arguments = bool(piece.arguments or piece.values is not None)
    if call.values is None and not call.arguments:
        is_bare = piece.index is None and piece.place is None and has_arguments
        return same_name or not (has_other_id or is_bare)
    if not call.is_whole:
        return same_name
    if not same_name or has_other_id:
        return False
    if not piece.arguments and (piece.id or not has_arguments):
        return bool(piece.id and piece.id == call.id)
    return call.says_again(piece) or piece.arguments.lstrip()[:1] not in {"{", ""}
