"""A bare application that shows one message log in the real style sheet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from importlib.resources import files
from typing import Any

from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message as Posted
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input

from bnagpt_tui.backend.models import Message, Role
from bnagpt_tui.theme import THEMES, VARIABLES
from bnagpt_tui.widgets.markdown import MarkdownView, Palette, Row
from bnagpt_tui.widgets.message_log import MessageLog
from bnagpt_tui.widgets.message_requests import LogRequest
from tests.waiting import until

COLOURS = Palette(
    **{
        field.name: Style(color=f"color({number + 16})")
        for number, field in enumerate(fields(Palette))
    }
)
"""A palette in which every part has a colour of its own."""


def alone(_message_id: str) -> tuple[int, int]:
    """No message has siblings."""
    return 1, 1


def question(text: str = "A question?", **values: Any) -> Message:
    """A message from the user."""
    return Message(Role.USER, text, **values)


def answer(text: str = "An answer.", **values: Any) -> Message:
    """A message from the model."""
    return Message(Role.ASSISTANT, text, **values)


def talk(turns: int, lines: int = 3) -> list[Message]:
    """A conversation of numbered questions and answers of several lines."""
    messages: list[Message] = []
    for turn in range(turns):
        messages.append(question(f"question {turn}"))
        text = "\n".join(f"answer {turn} line {line}" for line in range(lines))
        messages.append(answer(text))
    return messages


class CountingLog(MessageLog):
    """A log that counts how often it draws, and remembers which rows it has drawn again."""

    def __init__(self) -> None:
        super().__init__()
        self.paintings = 0
        self.dirty: set[int] = set()

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> CountingLog:
        """Take note of the rows that are to be drawn again."""
        for region in regions or (self.size.region,):
            self.dirty.update(region.line_range)
        super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some rows, and count it."""
        self.paintings += 1
        return super().render_lines(crop)


class LogHost(App[None]):
    """Shows a log over an input, and remembers what the log asks for."""

    CSS_PATH = str(files("bnagpt_tui") / "styles.tcss")

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[LogRequest] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The variables of the real application."""
        return VARIABLES

    def compose(self) -> ComposeResult:
        """The log and something else that can have the focus."""
        yield CountingLog()
        yield Input()

    def on_mount(self) -> None:
        """Take the look of the real application."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self.query_one(Input).cursor_blink = False
        self.log_view.focus()

    @property
    def log_view(self) -> CountingLog:
        """The log."""
        return self.query_one(CountingLog)

    def remember(self, message: Posted) -> None:
        """Keep what the log asks for."""
        if isinstance(message, LogRequest) and message not in self.requests:
            self.requests.append(message)


Running = tuple[LogHost, CountingLog, "Pilot[None]"]


@asynccontextmanager
async def running(
    messages: Sequence[Message] = (), *, width: int = 60, height: int = 23, at: str | None = None
) -> AsyncIterator[Running]:
    """A running application whose log shows some messages.

    Args:
        messages: What to show.
        width: Columns of the log, scrollbar included.
        height: Rows of the log.
        at: The message to show at the top; `None` shows the end.
    """
    app = LogHost()
    size = (width, height + 3)
    async with app.run_test(size=size, message_hook=app.remember) as pilot:
        app.log_view.show(messages, siblings=alone, at=at)
        await pilot.pause()
        yield app, app.log_view, pilot


async def settled(log: MessageLog) -> None:
    """Wait until the log has drawn what it was given."""
    await until(lambda: log.is_up_to_date)


def rows_in_view(log: MessageLog) -> list[str]:
    """What the log shows, row by row, without trailing spaces."""
    strips = log.render_lines(log.size.region)
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def text_in_view(log: MessageLog) -> list[str]:
    """What the log shows, row by row, without the cursor's bar and its space."""
    return [row[2:] for row in rows_in_view(log)]


def view_text(log: MessageLog) -> str:
    """What the log shows."""
    return "\n".join(rows_in_view(log))


def drawn(rows: Sequence[Row]) -> list[str]:
    """Rows as they are drawn, without trailing spaces."""
    return ["".join(segment.text for segment in row.segments).rstrip() for row in rows]


def rendered(text: str, width: int = 40, palette: Palette = COLOURS) -> MarkdownView:
    """A Markdown text that came all at once."""
    view = MarkdownView(width, palette)
    view.append(text)
    view.finish()
    return view
