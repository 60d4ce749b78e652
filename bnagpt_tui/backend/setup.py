"""Who answers, and how that is changed: a key, a server of this machine, the small model."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from .engines.groq.keys import clean_key
from .hosts import is_groq
from .keys import allow_plain_http, store_key

if TYPE_CHECKING:
    from pathlib import Path

    from .engines.selecting import SelectingEngine

LOCAL_CHOICE: Final = "local"
"""The id of the model that runs inside this machine."""

GROQ_CHOICE: Final = "groq"
"""The id of Groq."""

CONFIGURED_CHOICE: Final = "configured"
"""The id of the server that the base URL leads to."""

_SERVER_CHOICE: Final = "server:"
_HERE: Final = " on this machine"


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
                f"{self._engine.title} answers{'' if self._engine.is_remote else _HERE}.",
                ""
                if self._engine.is_remote
                else "Add a Groq key with /key, or pick another engine with /engine.",
            )
        if not self._engine.is_demo:
            return Introduction(f"{self._engine.title} answers on this machine.")
        return Introduction(
            "A small demo model answers on this machine, in English.",
            "Add a Groq key with /key: it is free at console.groq.com/keys.",
        )

    async def adopt_key(self, text: str, *, groq: bool = False) -> None:
        """Check a key with a request, use it from here on, and keep it for the next start.

        Args:
            text: The key as it was pasted.
            groq: Whether it is Groq's whoever answers.

        Raises:
            EngineError: The key is refused, or could not be checked.
            OSError: It works, but could not be kept.
        """
        key = clean_key(text)
        host = await self._engine.use_key(key, groq=groq)
        await asyncio.to_thread(store_key, self._config_dir, key, host)

    @property
    def key_host(self) -> str:
        """The host that a key is asked for; empty for Groq and what stands in for it."""
        host = self._engine.key_host
        is_groqs = is_groq(host) or host != self._engine.configured
        return "" if is_groqs else host

    async def allow_plain_http(self, host: str, *, always: bool) -> None:
        """Let a host be sent its key without encryption.

        Args:
            host: Which one.
            always: Whether it is kept for the next start.

        Raises:
            OSError: It could not be kept; it holds until the end all the same.
        """
        self._engine.allow_plain_http(host)
        if always:
            await asyncio.to_thread(allow_plain_http, self._config_dir, host)

    def needs_key(self, choice_id: str) -> bool:
        """Whether a choice cannot answer before it is given a key."""
        return choice_id == GROQ_CHOICE and not self._engine.has_groq_key

    async def choices(self) -> tuple[EngineChoice, ...]:
        """The places where answers can come from, the one that answers first.

        This machine is looked round for servers.
        """
        await self._engine.look()
        choices = [EngineChoice(GROQ_CHOICE, "Groq", self._groq_detail())]
        if self._engine.configured:
            choices.append(
                EngineChoice(CONFIGURED_CHOICE, self._engine.configured, "the base URL’s server")
            )
        choices += [
            EngineChoice(
                _SERVER_CHOICE + server.base_url,
                server.title,
                f"{len(server.models)} model{'s' * (len(server.models) != 1)}",
            )
            for server in self._engine.found
        ]
        choices.append(EngineChoice(LOCAL_CHOICE, "The model of this machine", "no server needed"))
        current = self.current
        marked = [
            replace(item, detail=f"{item.detail} · answers now") if item.id == current else item
            for item in choices
        ]
        return tuple(sorted(marked, key=lambda item: item.id != current))

    @property
    def current(self) -> str:
        """The id of the choice that answers."""
        if self._engine.kind == "local":
            return LOCAL_CHOICE
        if self._engine.kind == "groq":
            return GROQ_CHOICE
        place = _SERVER_CHOICE + self._engine.place
        found = {_SERVER_CHOICE + server.base_url for server in self._engine.found}
        return place if place in found else CONFIGURED_CHOICE

    async def use(self, choice_id: str) -> None:
        """Let one of the choices answer from here on.

        Raises:
            EngineError: It does not work.
        """
        known = {
            LOCAL_CHOICE: self._engine.use_local,
            GROQ_CHOICE: self._engine.use_groq,
            CONFIGURED_CHOICE: self._engine.use_configured,
        }
        if choice_id in known:
            await known[choice_id]()
            return
        for server in self._engine.found:
            if _SERVER_CHOICE + server.base_url == choice_id:
                await self._engine.use_server(server)

    def _groq_detail(self) -> str:
        """What stands beside Groq in the list."""
        return "with your key" if self._engine.has_groq_key else "needs a key, which is free"
