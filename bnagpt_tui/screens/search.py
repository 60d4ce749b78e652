"""Search in all conversations, as it is typed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import getters, on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from ..backend.errors import StoreError
from ..backend.models import Hit, Role, SearchResults, now
from ..backend.text import one_line
from ..widgets.conversation_rows import age
from ..widgets.field import Field
from .base import ChatBase
from .conversations import DIALOG

if TYPE_CHECKING:
    from datetime import datetime

    from textual.app import ComposeResult

SEARCH: Final = "search"
"""The group of the worker that searches; a later one takes the place of an earlier one."""

PAUSE: Final = 0.06
"""Seconds without a key after which what is typed is looked for."""

AGAIN: Final = 0.5
"""Seconds after which an index that is still being built is asked again."""

HINT: Final = 'Words, "a phrase", role:user, before:2026-01-31, after:2026, pinned:yes, in:name'
"""What can be typed."""

_SPEAKERS: Final = {Role.USER: "you", Role.ASSISTANT: "bnaGPT", None: "name"}


class SearchScreen(ModalScreen[tuple[str, str] | None]):
    """Returns the conversation's and the message's id of a hit, `None` when none was picked.

    The message's id is empty when the conversation was found by its name.

    Args:
        search: Finds what fits a text.
        text: What is looked for at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", id="search.leave", tooltip="Open nothing"),
        Binding("up", "step(-1)", "up", id="search.up", tooltip="Up", show=False),
        Binding("down", "step(1)", "down", id="search.down", tooltip="Down", show=False),
        Binding("pageup", "step(-6)", "up", id="search.pageup", tooltip="Up", show=False),
        Binding("pagedown", "step(6)", "down", id="search.pagedown", tooltip="Down", show=False),
    ]

    _field = getters.query_one(Input)
    _options = getters.query_one(OptionList)
    _note = getters.query_one(".note", Label)

    def __init__(self, search: Callable[[str], Awaitable[SearchResults]], text: str = "") -> None:
        super().__init__()
        self._search = search
        self._text = text
        self._hits: tuple[Hit, ...] = ()
        self._searched = ""
        self._is_entered = False

    def compose(self) -> ComposeResult:
        """Field, note and hits."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Search in all conversations"
            yield Field(self._text, placeholder="words", select_on_focus=False)
            yield Label(HINT, classes="note", markup=False)
            options = OptionList(compact=True)
            options.can_focus = False
            yield options

    def on_mount(self) -> None:
        """Look for what is there at first, and see to it that the index is up to date."""
        self._look(self._text)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._is_entered = False
        self._look(event.value)

    @work(group=SEARCH, exclusive=True)
    async def _look(self, text: str) -> None:
        """Show what is found, and what more is found while the index is being built."""
        await asyncio.sleep(PAUSE)
        more = True
        try:
            while more:
                more = self._show(text, await self._search(text))
                await asyncio.sleep(AGAIN if more else 0)
        except StoreError as error:
            self._note.update(Content(one_line(str(error), 400)))

    def _show(self, text: str, results: SearchResults) -> bool:
        """Show what was found; whether there is more to come."""
        self._searched = text
        if results.hits != self._hits or not results.hits:
            self._list(results.hits)
        self._note.update(Content(_note(text, results)))
        if self._is_entered and self._options.highlighted is not None:
            self._pick()
        return results.indexed < results.total

    def _list(self, hits: tuple[Hit, ...]) -> None:
        """List other hits; the highlight stays on the message that it is on."""
        before = self._options.highlighted
        chosen = None if before is None else _key(self._hits[before])
        self._hits = hits
        present = now()
        self._options.clear_options()
        self._options.add_options([Option(_row(hit, present)) for hit in hits])
        places = [place for place, hit in enumerate(hits) if _key(hit) == chosen]
        self._options.highlighted = (places or [0])[0] if hits else None

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        """Open the highlighted hit; one that is still being looked for when it is there."""
        event.stop()
        if self._searched == event.value:
            self._pick()
        else:
            self._is_entered = True

    @on(OptionList.OptionSelected)
    def _pick_with_mouse(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._pick()

    def _pick(self) -> None:
        place = self._options.highlighted
        if place is not None:
            self._leave(_key(self._hits[place]))

    def action_step(self, step: int) -> None:
        """Move the highlight by hits."""
        count = self._options.option_count
        if count:
            at = self._options.highlighted or 0
            self._options.highlighted = max(0, min(at + step, count - 1))

    def action_leave(self) -> None:
        """Open nothing."""
        self._leave(None)

    def _leave(self, picked: tuple[str, str] | None) -> None:
        """Close the dialog; what is still being looked for finds no list any more."""
        self.workers.cancel_group(self, SEARCH)
        self.dismiss(picked)


class SearchActions(ChatBase):
    """Search on the chat screen."""

    @work(group=DIALOG)
    async def action_search(self, text: str = "") -> None:
        """Search in all conversations, and open what was picked at the message."""
        picked = await self.app.push_screen_wait(SearchScreen(self.chat.search, text))
        if picked:
            conversation_id, message_id = picked
            await self.open_conversation(conversation_id, at=message_id or None)


def _key(hit: Hit) -> tuple[str, str]:
    return hit.conversation_id, hit.message_id


def _note(text: str, results: SearchResults) -> str:
    """What there is to say about what was found."""
    if results.remark:
        said = results.remark
    elif not text.strip():
        said = HINT
    elif not results.hits:
        said = "Nothing found."
    else:
        said = f"{len(results.hits)} found, the newest first"
    if results.indexed >= results.total:
        return said
    return f"indexing {results.indexed:,} of {results.total:,}… · {said}"


def _row(hit: Hit, present: datetime) -> Content:
    """A hit in two lines: where, when and who; and the words."""
    speaker = _SPEAKERS.get(hit.role, str(hit.role))
    where = Content.assemble(
        (one_line(hit.conversation_name, 60), "bold"),
        (f"  {age(hit.created, present)} · {speaker}", "$text-muted"),
    )
    words = Content.assemble(
        *((part.text, "$accent bold" if part.is_match else "") for part in hit.snippet)
    )
    return Content("\n").join([where, words])
