"""A home and a server for the application in its terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.groq_server import GroqServer


@pytest.fixture
async def server() -> AsyncIterator[GroqServer]:
    """Groq on loopback."""
    async with GroqServer() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home."""
    path = tmp_path / "home"
    path.mkdir()
    return path


@pytest.fixture
def online(server: GroqServer) -> dict[str, str]:
    """Variables that send the application to the server."""
    return {"GROQ_API_KEY": "gsk_test", "GROQ_BASE_URL": server.url}
