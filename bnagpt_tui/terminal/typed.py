"""What is typed arrives in its order, at what it was meant for, from the first key on."""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, TypeGuard

from textual import events
from textual.app import App
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

from ._textual import PrefixedKey, terminal_size

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.message_pump import MessagePump
    from textual.screen import Screen
    from textual.timer import Timer
    from textual.worker import Worker

LONGEST: Final = 1.0
"""Seconds that what is typed waits at the most for a key before it."""

AFTER_DIALOG: Final = 0.1
"""Seconds that it waits at the most for a dialog that follows one that was closed."""

BURST: Final = 0.02
"""Seconds within which letters are one burst: typed ahead of a slow line, or sent by a program."""

RESTED: Final = 0.2
"""Seconds without a change of the terminal's size after which it counts as settled."""

LEAST: Final = Size(20, 6)
"""The least columns and lines that are laid out."""

_LOOK_EVERY: Final = 0.005


class PatientApp(App[None]):
    """An application that takes keys one after another, and loses none of an impatient user.

    Textual gives a key to whatever has the focus at the moment at which it comes. Of keys that
    come in one burst, as they do over SSH, the second would go where the first one was pressed,
    although that leads elsewhere: letters behind `tab` into the prompt, behind `ctrl+o` into a
    question. Here a key waits until the one before it has done what it does, and until the dialog
    that this opens is there. Keys from before the first picture wait for that picture.

    Letters are commands outside of text fields. A burst of them is a text, not commands: a letter
    is held for a moment, and those that come with it are offered to `take_text` together.
    """

    OPENING: ClassVar[frozenset[str]] = frozenset()
    """Groups of workers that open dialogs: what is typed waits until they have."""

    longest_wait: float = LONGEST
    """Seconds that what is typed waits at the most for a key before it."""

    def __init__(self) -> None:
        super().__init__()
        self._unheard: deque[events.Key | events.Paste] = deque()
        self._awaited: object | None = self
        """The key that has to be done first; the application itself before it is there."""
        self._resizing: Timer | None = None
        """Runs while the terminal's size changes."""
        self._commands = 0
        """Letters at the beginning of what was not given yet that are known to be commands."""

    @property
    def has_heard(self) -> bool:
        """Whether all that was typed has been dealt with."""
        return self._awaited is None and not self._unheard

    async def on_ready(self) -> None:
        """Let keys through that came before anything had the focus."""
        if self.focused is None:
            self.call_after_refresh(self._go_on, self)
        else:
            await self._go_on(self)

    @property
    def size(self) -> Size:
        """The size of the terminal, or the least that everything fits into."""
        return _at_least(super().size)

    async def on_event(self, event: events.Event) -> None:
        """Give what is typed to what has the focus, now or after what was typed before."""
        if isinstance(event, events.Resize):
            event = events.Resize.from_dimensions(_at_least(event.size), event.pixel_size)
            self._look_after_resizing()
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._awaited is None:
            await self._give(event)
        else:
            self._unheard.append(event)

    def _look_after_resizing(self) -> None:
        """Look at every screen's size once the terminal's has rested.

        Of many changes at once a screen may be told the last one first, or not at all where a
        dialog in front of it was closed meanwhile. It would stay as it is until the next change.
        """
        if self._resizing is not None:
            self._resizing.stop()
        self._resizing = self.set_timer(RESTED, self._settle_size)

    def _settle_size(self) -> None:
        """Tell every screen the size that the terminal has, if it has another."""
        self._resizing = None
        size = _at_least(terminal_size(self._driver) or self.size)
        if size != self.size:
            self.post_message(events.Resize(size, size))
            return
        for screen in self.screen_stack:
            if screen.outer_size != size:
                screen.post_message(events.Resize(size, size))

    async def _give(self, event: events.Key | events.Paste) -> None:
        """Give a key to what has the focus, and let what follows wait if it may lead elsewhere."""
        if isinstance(event, PrefixedKey):
            event, *behind = meant_keys(event, self.screen)
            self._unheard.extendleft(reversed(behind))
        target = self.focused or self.screen
        is_text = isinstance(event, events.Paste) or event.is_printable
        if is_text and isinstance(target, Input | TextArea):
            await super().on_event(event)
            return
        if isinstance(event, events.Paste):
            self.take_text(event.text)
            return
        if event.is_printable and not self._commands:
            self._call_after(BURST, self._judge, event)
            return
        self._commands = max(0, self._commands - 1)
        before = _Before(self.screen, frozenset(self.workers))
        self._call_after(self.longest_wait, self._go_on, event)
        await super().on_event(event)
        # The ancestors are noted now: a widget that the key closes forgets its own.
        path = target.ancestors_with_self
        # Once behind the key, and once more behind what it made its widget say.
        self._follow(path, lambda: self._follow(path, lambda: self._done(event, before)))

    def take_text(self, text: str) -> None:
        """Take a text that was typed or pasted where there is no text field."""

    def are_commands(self, keys: Sequence[str]) -> bool:
        """Return whether a burst of letters is meant as commands, not as a text.

        Args:
            keys: The names of the keys, two or more.
        """
        return len(set(keys)) == 1

    def _call_after(
        self, seconds: float, then: Callable[[events.Key], Awaitable[None]], event: events.Key
    ) -> None:
        """Hold back everything behind a key, and call something in a while."""
        self._awaited = event
        asyncio.get_running_loop().call_later(seconds, self.call_later, then, event)

    async def _judge(self, first: events.Key) -> None:
        """Give the letters of a burst as what they are: a text, or commands one by one."""
        letters = [first]
        while self._unheard and _is_letter(following := self._unheard[0]):
            letters.append(following)
            self._unheard.popleft()
        if len(letters) > 1 and not self.are_commands([letter.key for letter in letters]):
            self.take_text("".join(letter.character or "" for letter in letters))
        else:
            self._unheard.extendleft(reversed(letters))
            self._commands = len(letters)
        await self._go_on(first)

    def _follow(self, path: Sequence[MessagePump], then: Callable[[], object]) -> None:
        """Call something when all that went from a widget up to the application was dealt with.

        Args:
            path: The widget and its ancestors, the application last; closed ones are passed over,
                since a closed widget handles no callback.
            then: What to call.
        """
        for place, node in enumerate(path):
            rest = path[place + 1 :]
            if node.call_later(partial(self._follow, rest, then) if rest else then):
                return

    def _settle(self, awaited: object, latest: float) -> None:
        """Call `_settled` once the current screen has dealt with what it was told."""
        self.screen.call_later(self.call_later, self._settled, awaited, latest)

    async def _settled(self, awaited: object, latest: float) -> None:
        """Go on after a change of screens, unless a closed dialog leads to another.

        Args:
            awaited: The key that changed the screen.
            latest: When to wait no longer, in seconds as `time.monotonic` counts.
        """
        leads_on = not self.screen.is_modal and any(
            worker.group in self.OPENING and not worker.is_finished for worker in self.workers
        )
        if awaited is self._awaited and leads_on and monotonic() < latest:
            self.set_timer(_LOOK_EVERY, lambda: self._settle(awaited, latest))
        else:
            await self._go_on(awaited)

    async def _done(self, event: events.Event, before: _Before) -> None:
        """Go on after a key, unless it opens a dialog that is not there yet."""
        if self.screen is not before.screen:
            self._settle(event, monotonic() + AFTER_DIALOG)
        elif event is self._awaited and self._is_opening(before):
            self.set_timer(_LOOK_EVERY, lambda: self._done(event, before))
        else:
            await self._go_on(event)

    def _is_opening(self, before: _Before) -> bool:
        return any(
            worker.group in self.OPENING and not worker.is_finished and worker not in before.workers
            for worker in self.workers
        )

    async def _go_on(self, awaited: object) -> None:
        """Give what was held, as far as nothing of it has to be waited for."""
        if awaited is not self._awaited:
            return
        self._awaited = None
        while self._unheard and self._awaited is None:
            await self._give(self._unheard.popleft())


def _is_letter(event: events.Event) -> TypeGuard[events.Key]:
    """Return whether an event is a key that types a character."""
    return isinstance(event, events.Key) and event.is_printable


def _at_least(size: Size) -> Size:
    """A size, or the least one where it is less: Textual cannot divide no columns into lines.

    The terminal shows of that as much as there is room for.
    """
    return Size(max(size.width, LEAST.width), max(size.height, LEAST.height))


def meant_keys(event: PrefixedKey, screen: Screen[object]) -> Sequence[events.Key]:
    """What a character with an escape before it means where the user is: Alt and the key, or both.

    Where a dialog is open or something can be stopped or left, Escape has a meaning and a letter
    behind it is one; Alt counts for keys that are bound with it. A line end with an escape is
    nothing but Alt+Enter outside of dialogs, for it must never send half a question.
    """
    bindings = screen.active_bindings
    is_letter = event.apart[-1].is_printable
    if isinstance(screen, ModalScreen):
        is_alt = event.key in bindings and not is_letter
    elif event.key.startswith("alt+"):
        is_alt = event.key in bindings or event.key == "alt+enter"
    else:
        is_alt = event.key in bindings and not (is_letter and "escape" in bindings)
    return (event,) if is_alt else event.apart


class _Before(NamedTuple):
    """What there was when a key was given."""

    screen: Screen[object]
    workers: frozenset[Worker[object]]
