"""What every test can ask for."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bnagpt_tui.backend.store import Archive, Repository


@pytest.fixture(autouse=True)
def _own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the developer's key, settings or conversations, or leaves anything behind."""
    for name in ("GROQ_API_KEY", "GROQ_BASE_URL", "TMUX", "STY", "NO_COLOR", "EDITOR", "VISUAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BNAGPT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("BNAGPT_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A store in a directory of the test's own."""
    return Repository(tmp_path / "data")


@pytest.fixture
async def archive(repository: Repository) -> AsyncIterator[Archive]:
    """The door to that store."""
    door = Archive(repository)
    yield door
    await door.close()
