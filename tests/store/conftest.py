"""What the tests of the asynchronous door start from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bnagpt_tui.backend.store import Archive, Repository, Searcher

from .store_support import Patient


@pytest.fixture
def files() -> Patient:
    return Patient()


@pytest.fixture
async def archive(tmp_path: Path, files: Patient) -> AsyncIterator[Archive]:
    archive = Archive(Repository(tmp_path, files), retry_seconds=0.01)
    yield archive
    files.fails = lambda operation: False
    files.may_write.set()
    await archive.close()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


@pytest.fixture
async def searcher(tmp_path: Path) -> AsyncIterator[Searcher]:
    searcher = Searcher(tmp_path, look_every=0)
    yield searcher
    await searcher.close()
