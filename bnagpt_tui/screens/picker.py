"""Pick one of many: a filter above a list, for models, conversations and themes."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import nlargest
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual import getters, on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.fuzzy import Matcher
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from ..backend.text import one_line
from ..widgets.field import Field
from .slices import in_slices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.worker import Worker

MOST_SHOWN = 200
"""How many choices are listed at once; typing narrows them."""

MOST_AT_ONCE = 500
"""How many choices are compared with what was typed before anything else is done."""

MOST_COMPARED = 120
"""Characters of a label that are compared: a name may be as long as its file wants it."""

MOST_ALIGNED: Final = 46
"""Columns of a label behind which details still begin in one column."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be picked."""

    id: str
    label: str
    detail: str = ""
    """A few words beside the label."""


class PickerScreen(ModalScreen[str | None]):
    """Returns the id of the choice, `None` when nothing was picked.

    Args:
        title: What is picked.
        choices: What there is, best first.
        explanation: A sentence above the list; may be empty.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", id="picker.leave", tooltip="Pick nothing"),
        Binding("up", "step(-1)", "up", id="picker.up", tooltip="Up", show=False),
        Binding("down", "step(1)", "down", id="picker.down", tooltip="Down", show=False),
        Binding("pageup", "step(-8)", "up", id="picker.pageup", tooltip="Up", show=False),
        Binding("pagedown", "step(8)", "down", id="picker.pagedown", tooltip="Down", show=False),
    ]

    _field = getters.query_one(Input)
    _options = getters.query_one(OptionList)

    def __init__(self, title: str, choices: Sequence[Choice], *, explanation: str = "") -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._explanation = explanation
        self._narrowing: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        """Title, explanation, filter and list."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            if self._explanation:
                yield Label(Content(one_line(self._explanation, 400)), classes="explanation")
            yield Field(placeholder="type to narrow")
            options = OptionList(compact=True)
            options.can_focus = False
            yield options

    def on_mount(self) -> None:
        """List everything."""
        self._list("")

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        self._list(event.value)

    @on(Input.Submitted)
    async def _pick(self, event: Input.Submitted) -> None:
        event.stop()
        if self._narrowing is not None:  # it stops for no other key meanwhile
            await self._narrowing.wait()
        option = self._options.highlighted_option
        if option is not None and not option.disabled:
            self.dismiss(option.id)

    @on(OptionList.OptionSelected)
    def _pick_with_mouse(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_id)

    def action_step(self, step: int) -> None:
        """Move the highlight by rows."""
        count = self._options.option_count
        if count:
            at = self._options.highlighted or 0
            self._options.highlighted = max(0, min(at + step, count - 1))

    def action_leave(self) -> None:
        """Pick nothing."""
        self.dismiss(None)

    def _list(self, wanted: str) -> None:
        """List what fits what was typed, best first."""
        if self._narrowing is not None:
            self._narrowing.cancel()
            self._narrowing = None
        if not wanted:
            self._show(self._choices[:MOST_SHOWN])
        elif len(self._choices) <= MOST_AT_ONCE:
            matcher = Matcher(wanted)
            self._show(_best([(_score(matcher, each), each) for each in self._choices]))
        else:
            self._narrowing = self._list_many(wanted)

    @work(group="narrow")
    async def _list_many(self, wanted: str) -> None:
        """List what fits of very many, without holding up the next key."""
        matcher = Matcher(wanted)
        self._show(
            _best([(_score(matcher, each), each) async for each in in_slices(self._choices)])
        )

    def _show(self, found: Sequence[Choice]) -> None:
        shown = [(one_line(choice.label, 120), choice) for choice in found[:MOST_SHOWN]]
        column = min(max((cell_len(label) for label, _ in shown), default=0), MOST_ALIGNED)
        options = [Option(_row(label, column, choice), id=choice.id) for label, choice in shown]
        self._options.clear_options()
        self._options.add_options(options or [Option(_NOTHING, disabled=True)])
        self._options.highlighted = 0 if options else None


_NOTHING: Final = Content.styled("nothing fits", "$muted")
"""What stands in the list when no choice has what was typed."""


def _row(label: str, column: int, choice: Choice) -> Content:
    """Return a choice on one line, its details in a column of their own."""
    padding = " " * (max(0, column - cell_len(label)) + 2)
    return Content.assemble(label, (padding + one_line(choice.detail, 60), "$muted"))


def _score(matcher: Matcher, choice: Choice) -> float:
    """How well a choice fits; 0 for not at all."""
    return matcher.match(choice.label[:MOST_COMPARED])


def _best(scored: Sequence[tuple[float, Choice]]) -> Sequence[Choice]:
    """The choices that fit, the best first, as many as are listed."""
    found = [item for item in scored if item[0] > 0]
    return [choice for _, choice in nlargest(MOST_SHOWN, found, key=lambda item: item[0])]
