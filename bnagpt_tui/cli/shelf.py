"""The kept conversations, as a command opens and leaves them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..backend.assemble import build_repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..backend.models import Conversation
    from ..backend.settings import Settings
    from ..backend.store import Repository
    from .console import Console


@contextmanager
def opened(settings: Settings, console: Console) -> Iterator[Repository]:
    """The repository, closed afterwards; what it found amiss goes to standard error.

    Raises:
        StoreError: The conversations cannot be read.
    """
    repository = build_repository(settings)
    try:
        yield repository
    finally:
        for report in repository.drain_reports():
            console.complain(report)
        repository.close()


def by_last_use(conversations: list[Conversation]) -> list[Conversation]:
    """The conversations as the application lists them: pinned first, then the last used."""
    return sorted(conversations, key=lambda item: (item.pinned, item.updated), reverse=True)
