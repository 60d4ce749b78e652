"""Whatever is shown can be read: in every theme, and with few colours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.color import ColorSystem
from rich.style import Style
from textual.theme import BUILTIN_THEMES
from textual.widget import Widget

from bnagpt_tui.app import BnaGPTApp
from bnagpt_tui.terminal.few_colours import told_apart
from bnagpt_tui.theme import THEMES
from bnagpt_tui.widgets.approval_bar import ApprovalBar
from tests.app.hands import ACTS, armed, engine, send
from tests.app.session import OpenApp, Session
from tests.contrast import DEPTHS, contrast
from tests.fakes import DONE, Hands

OURS = tuple(theme.name for theme in THEMES)
LINES = frozenset({"option-list--separator", "frame", "code-frame", "quote", "bar"})
"""Parts that are lines and no text."""

UNUSED = ("text-area--cursor-gutter", "text-area--gutter", "text-area--matching-bracket", "link-")
DIALOGS = ("", "f1", "f2", "ctrl+o", "ctrl+s", "ctrl+f")
"""Keys that open what is looked at; the first opens nothing."""


def looks(app: BnaGPTApp) -> Iterator[tuple[str, Style]]:
    """Everything on the screen that text is drawn with."""
    for widget in [app.screen, *app.screen.walk_children(Widget)]:
        if "Bar" in type(widget).__name__ and not isinstance(widget, ApprovalBar):
            continue
        yield type(widget).__name__, widget.rich_style
        names = widget._get_component_classes()
        for name in names:
            part = name.removeprefix("message-log--")
            if part not in LINES and not name.startswith(UNUSED):
                yield name, widget.get_component_rich_style(name)


def ansi(style: Style) -> bool:
    """Whether the terminal, and nobody here, says what a colour is."""
    return any(
        colour is not None and (colour.is_default or colour.number is not None)
        for colour in (style.color, style.bgcolor)
    )


async def unread(session: Session) -> list[str]:
    """What cannot be told from its ground on the screen, in any theme and depth."""
    found = []
    for theme in (*OURS, *BUILTIN_THEMES):
        session.app.theme = theme
        await session.pilot.pause()
        await session.pilot.pause()
        for name, style in looks(session.app):
            for depth in DEPTHS:
                seen = contrast(told_apart(style, depth), depth)
                if not ansi(style) and seen < least(theme, depth):
                    found.append(f"{name} in {theme}, {depth.name}: {seen:.1f}")
    return found


@pytest.mark.parametrize("key", DIALOGS)
async def test_all_text_can_be_read_in_every_theme_and_depth(open_app: OpenApp, key: str) -> None:
    async with open_app([["# One\n\n`two`"]]) as session:
        await session.ask("question")
        if key:
            await session.press(key)
        assert await unread(session) == []


async def test_what_asks_for_permission_can_be_read_in_every_theme_and_depth(
    open_app: OpenApp,
) -> None:
    hands = Hands()
    async with open_app(engine=engine(ACTS, ["Done.", DONE]), toolbox=hands.box()) as session:
        await send(session, "run it")
        await armed(session)
        assert await unread(session) == []
        await session.press("n")


def least(theme: str, depth: ColorSystem) -> float:
    """The contrast that text has to have: more in our own themes."""
    return 4.5 if theme in OURS and depth is ColorSystem.TRUECOLOR else 3.0


async def test_selected_text_is_seen_in_every_theme_and_depth(open_app: OpenApp) -> None:
    async with open_app([["An answer."]]) as session:
        await session.ask("question")
        for theme in (*OURS, *BUILTIN_THEMES):
            session.app.theme = theme
            await session.pilot.pause()
            style = session.app.screen.get_component_rich_style("screen--selection")
            text = session.screen.log_view.rich_style
            assert (style.color, style.bgcolor) == (text.bgcolor, text.color) or style.reverse
            for depth in DEPTHS:
                assert ansi(style) or contrast(told_apart(style, depth), depth) >= 3
