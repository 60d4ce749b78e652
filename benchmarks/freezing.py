"""How long huge messages hold the event loop of the message log, as a process of its own.

    python -m benchmarks.freezing

The longest single step of the loop is printed as JSON, in milliseconds of the processor, by what
was shown: the message was opened, read at both ends and in another width, or it streamed in.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio import events
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Final

from textual.app import App, ComposeResult

from bnagpt_tui.__main__ import SWITCH_SECONDS
from bnagpt_tui.backend.models import Message, Role
from bnagpt_tui.theme import THEMES, VARIABLES
from bnagpt_tui.widgets.markdown import prepare
from bnagpt_tui.widgets.message_log import MessageLog

_PARAGRAPH: Final = "Some words in a *paragraph* that is of some `length` and more.\n\n"
_PIECE: Final = 2_000
_STORED: Final = {
    "5 MB stored": _PARAGRAPH * 80_000,
    "20 MB stored": _PARAGRAPH * 320_000,
    "5 MB of code stored": "```python\n" + "x = 1\n" * 800_000,
}
_STREAMED: Final = {
    "480 KB of headings streamed": "# A heading\n" * 40_000,
    "480 KB of tasks streamed": "- [ ] a task\n" * 37_000,
}


class _Host(App[None]):
    """Shows a log."""

    CSS_PATH = str(files("bnagpt_tui") / "styles.tcss")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The variables of the real application."""
        return VARIABLES

    def compose(self) -> ComposeResult:
        """The log."""
        yield MessageLog()

    def on_mount(self) -> None:
        """Take the look of the real application."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self.query_one(MessageLog).focus()


@contextmanager
def watched(longest: dict[str, float], what: str) -> Iterator[None]:
    """Note the longest step of the loop during the block."""
    run = events.Handle._run

    def timed(handle: events.Handle) -> None:
        begin = time.thread_time()
        run(handle)
        took = (time.thread_time() - begin) * 1000
        longest[what] = max(longest.get(what, 0.0), took)

    events.Handle._run = timed  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        events.Handle._run = run  # type: ignore[method-assign]


def _alone(_message_id: str) -> tuple[int, int]:
    return 1, 1


async def _until_quiet(log: MessageLog) -> None:
    """Wait until the log has drawn all it was given."""
    while log.is_looking or not log.is_up_to_date:  # noqa: ASYNC110  (it tells nobody)
        await asyncio.sleep(0.005)


async def measure() -> dict[str, float]:
    """Show everything; the longest steps are returned."""
    longest: dict[str, float] = {}
    app = _Host()
    async with app.run_test(size=(100, 40)) as pilot:
        log = app.query_one(MessageLog)
        for what, text in _STORED.items():
            with watched(longest, what):
                log.show([Message(Role.ASSISTANT, text)], siblings=_alone)
                await _until_quiet(log)
                await pilot.press("g", "pagedown", "G", "pageup")
                await pilot.resize_terminal(80, 30)
                await pilot.resize_terminal(100, 40)
                await _until_quiet(log)
        for what, text in _STREAMED.items():
            message = Message(Role.ASSISTANT)
            log.show([message], siblings=_alone)
            log.set_live(message.id)
            with watched(longest, what):
                for at in range(0, len(text), _PIECE):
                    log.extend(message.id, text[at : at + _PIECE])
                    await asyncio.sleep(0.002)
                await _until_quiet(log)
    return longest


def main() -> None:
    """Measure and print."""
    sys.setswitchinterval(SWITCH_SECONDS)  # as the application does
    prepare()
    print(json.dumps(asyncio.run(measure())))


if __name__ == "__main__":
    main()
