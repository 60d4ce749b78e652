"""What of an answer could not be understood: counted, and told once, without a word of it."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Final

_LOG: Final = logging.getLogger("bnagpt_tui.engines.groq")


class PassedOver:
    """Counts what of one answer was passed over.

    Args:
        host: Who answers.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._counts: Counter[str] = Counter()
        self._is_told = False

    def __bool__(self) -> bool:
        return bool(self._counts)

    def note(self, kind: str) -> None:
        """Count one thing of this kind."""
        self._counts[kind] += 1

    def tell(self) -> None:
        """Write the counts to the log, in one line and once."""
        if self._is_told or not self._counts:
            return
        self._is_told = True
        told = ", ".join(f"{number} × {kind}" for kind, number in self._counts.most_common())
        _LOG.debug("passed over in an answer of %s: %s", self._host, told)
