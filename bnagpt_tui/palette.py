"""What the command palette offers: every action of the active keys, then every typed command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from .commands import COMMANDS

if TYPE_CHECKING:
    from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be done.

    Attributes:
        id: The binding's id, or the command with its slash.
        title: What it does.
        keys: The key or the command that does it without the palette.
        run: Does it, once the palette is closed.
    """

    id: str
    title: str
    keys: str
    run: Callable[[], object]


def entries(screen: Screen[object]) -> list[Entry]:
    """Return what can be done on a screen now: its own keys, those of the focused pane, commands.

    The actions are looked up when this is called, so the focus of that moment decides; they run
    later, when the palette no longer has it.
    """
    return [*_bound(screen), *_typed(screen)]


def _bound(screen: Screen[object]) -> Iterator[Entry]:
    """Yield the actions of the bindings that are active on a screen, each once."""
    app = screen.app
    told: set[str] = set()
    # The screen's own come first, and among them those that only lead from pane to pane last.
    active = sorted(
        screen.active_bindings.values(),
        key=lambda item: (item.node is not screen, item.binding.action.startswith("pane(")),
    )
    for item in active:
        binding = item.binding
        if not item.enabled or not binding.id or not binding.tooltip or binding.id in told:
            continue
        told.add(binding.id)
        run = partial(app.call_later, app.run_action, binding.action, item.node)
        yield Entry(binding.id, binding.tooltip, app.get_key_display(binding), run)


def _typed(screen: Screen[object]) -> Iterator[Entry]:
    """Yield the commands that can be typed after a slash."""
    for command in COMMANDS:
        run = partial(screen.call_later, screen.run_action, command.action)
        title = command.meaning[:1].upper() + command.meaning[1:]
        yield Entry(f"/{command.name}", title, f"/{command.name}", run)
