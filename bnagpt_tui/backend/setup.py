"""Who answers, and how that is changed: a key, a server of this machine, the small model."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .engines.groq.keys import clean_key
from .keys import store_key

if TYPE_CHECKING:
    from pathlib import Path

    from .engines.selecting import SelectingEngine

LOCAL_CHOICE: Final = "local"
"""The id of the model that runs inside this machine."""

_SERVER_CHOICE: Final = "server:"


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """A place where answers can come from."""

    id: str
    label: str
    detail: str


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a user should know about who answers."""

    engine: str
    """Who answers, in one sentence."""
    advice: str = ""
    """What would make it better; empty when nothing needs to."""


class Setup:
    """Tells who answers, and changes it.

    Args:
        engine: The engine that chooses.
        config_dir: Where a new key is kept.
    """

    def __init__(self, engine: SelectingEngine, config_dir: Path) -> None:
        self._engine = engine
        self._config_dir = config_dir

    def introduce(self) -> Introduction:
        """Who answers; to be asked after the engine is prepared."""
        if self._engine.kind == "groq":
            return Introduction("Groq answers.")
        if self._engine.kind == "server":
            return Introduction(
                f"{self._engine.title} answers on this machine.",
                "Add a Groq key with /key, or pick another engine with /engine.",
            )
        if not self._engine.is_demo:
            return Introduction(f"{self._engine.title} answers on this machine.")
        return Introduction(
            "A small demo model answers on this machine, in English.",
            "Add a Groq key with /key: it is free at console.groq.com/keys.",
        )

    async def adopt_key(self, text: str) -> None:
        """Check a key with a request, use it from here on, and keep it for the next start.

        Raises:
            EngineError: The key is refused, or could not be checked.
            OSError: It works, but could not be kept.
        """
        key = clean_key(text)
        await self._engine.use_key(key)
        await asyncio.to_thread(store_key, self._config_dir, key)

    async def choices(self) -> tuple[EngineChoice, ...]:
        """Look round this machine for the places where answers can come from."""
        await self._engine.look()
        servers = tuple(
            EngineChoice(
                _SERVER_CHOICE + server.base_url,
                server.title,
                f"{len(server.models)} model{'s' * (len(server.models) != 1)}",
            )
            for server in self._engine.found
        )
        return (
            *servers,
            EngineChoice(LOCAL_CHOICE, "The model of this machine", "no server needed"),
        )

    async def use(self, choice_id: str) -> None:
        """Let one of the choices answer from here on.

        Raises:
            EngineError: It does not work.
        """
        if choice_id == LOCAL_CHOICE:
            await self._engine.use_local()
            return
        for server in self._engine.found:
            if _SERVER_CHOICE + server.base_url == choice_id:
                await self._engine.use_server(server)
