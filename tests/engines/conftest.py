"""Fixtures of the engines' tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bnagpt_tui.backend.engines.groq import GroqEngine
from tests.groq_server import GroqServer

from .asking import engine_for


@pytest.fixture
async def server() -> AsyncIterator[GroqServer]:
    """A Groq of our own."""
    async with GroqServer() as server:
        yield server


@pytest.fixture
async def engine(server: GroqServer) -> AsyncIterator[GroqEngine]:
    """An engine that asks it."""
    engine = engine_for(server)
    yield engine
    await engine.aclose()
