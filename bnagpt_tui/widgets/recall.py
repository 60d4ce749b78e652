"""Earlier prompts, walked through with the draft kept in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST: Final = 500
"""How many earlier prompts are remembered."""


class Recall:
    """A walk through earlier prompts; what was changed on the way is found again on the way back.

    Args:
        prompts: Earlier prompts, oldest first.
    """

    def __init__(self, prompts: Sequence[str] = ()) -> None:
        self._prompts = list(prompts[-LONGEST:])
        self._changed: dict[int, str] = {}
        self._index = len(self._prompts)

    def add(self, text: str) -> None:
        """Remember a prompt that was sent, and stand behind it again."""
        if not self._prompts or self._prompts[-1] != text:
            self._prompts.append(text)
        del self._prompts[:-LONGEST]
        self._changed.clear()
        self._index = len(self._prompts)

    def earlier(self, current: str) -> str | None:
        """The prompt before this one; `None` at the oldest.

        Args:
            current: What stands in the prompt, kept for the way back.
        """
        return self._step(-1, current)

    def later(self, current: str) -> str | None:
        """The prompt after this one, the draft behind the last; `None` at the draft."""
        return self._step(1, current)

    def _step(self, step: int, current: str) -> str | None:
        index = self._index + step
        if not 0 <= index <= len(self._prompts):
            return None
        self._changed[self._index] = current
        self._index = index
        if index in self._changed:
            return self._changed[index]
        return self._prompts[index] if index < len(self._prompts) else ""
