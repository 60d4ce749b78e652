"""What a server says of a call while it does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_REPORTS: Final = 500
"""Reports of one call that are shown."""


class Progress:
    """Shows a call's progress, a line for each step, until the call is over.

    Args:
        report: Takes the lines.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._left = _MOST_REPORTS

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        """Show a step."""
        if self._left > 0:
            self._left -= 1
            share = f"{progress:g} of {total:g}" if total else f"{progress:g}"
            self._report(f"{share} {one_line(message or '')}".rstrip() + "\n")

    def close(self) -> None:
        """Show nothing more."""
        self._left = 0
