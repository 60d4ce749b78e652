"""The command palette: every action of the active keys, then every typed command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from .commands import COMMANDS


class ActionsProvider(Provider):
    """Offers what can be done at this moment, in the order in which it is worth knowing."""

    async def discover(self) -> Hits:
        """Everything, before a letter is typed."""
        for title, meaning, run in self._entries():
            yield DiscoveryHit(title, run, help=meaning)

    async def search(self, query: str) -> Hits:
        """What fits the letters that are typed."""
        matcher = self.matcher(query)
        for title, meaning, run in self._entries():
            score = matcher.match(f"{title} {meaning}")
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, help=meaning)

    def _entries(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        """Title, meaning and action of each entry."""
        told: set[str] = set()
        later = self.app.call_later
        active = list(self.screen.active_bindings.values())
        active.sort(key=lambda item: item.node is not self.screen)
        for item in active:
            binding = item.binding
            if not item.enabled or not binding.id or binding.id in told:
                continue
            told.add(binding.id)
            title = f"{binding.tooltip} ({self.app.get_key_display(binding)})"
            yield title, binding.id, partial(later, self.app.run_action, binding.action, item.node)
        for command in COMMANDS:
            run = partial(later, self.screen.run_action, command.action)
            yield f"/{command.name}", command.meaning, run
