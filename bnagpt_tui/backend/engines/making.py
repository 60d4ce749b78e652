"""Makes the engines among which one is chosen, each with the key of its own host."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UnreachableError
from .base import Engine
from .groq import DEFAULT_MODEL, STALL_SECONDS, GroqEngine
from .groq.address import GROQ, Address, parse_address
from .groq.memory import ServerMemory

if TYPE_CHECKING:
    from .groq.dialect import Forced
    from .servers import FoundServer


class Kind(StrEnum):
    """Where answers come from."""

    GROQ = "groq"
    SERVER = "server"
    """A server with OpenAI's interface, on this machine or elsewhere."""
    LOCAL = "local"
    """A model that this application runs."""


@dataclass(slots=True, eq=False)
class Choice:
    """An engine, and who still needs it."""

    engine: Engine
    kind: Kind
    place: str = ""
    """What tells it from the others: a base URL; empty for Groq itself and this machine's model."""
    host: str = ""
    """Whose key it sends; empty where there is none."""
    remote: bool = False
    """Whether it is on another machine."""
    users: int = 0
    """Streams and other requests that are on their way."""
    retired: bool = False
    """Whether another engine has been chosen since."""

    @property
    def now(self) -> Kind:
        """What it has turned out to be: a bare address may be that of a server unlike Groq."""
        is_groqs = self.kind is not Kind.GROQ or getattr(self.engine, "speaks_groq", True)
        return self.kind if is_groqs else Kind.SERVER

    async def close_if_idle(self) -> None:
        """Close the engine once it was replaced and nobody uses it."""
        if self.retired and not self.users:
            await self.engine.aclose()


def _no_key(_host: str) -> str:
    """Know no key."""
    return ""


@dataclass(frozen=True, slots=True)
class AskingOptions:
    """What holds for all engines that ask a server."""

    memory: ServerMemory = field(default_factory=ServerMemory)
    """Where it is kept what servers want."""
    forced: Mapping[str, Forced] = field(default_factory=dict)
    """What the settings force upon servers, by host."""
    plain_http: frozenset[str] = frozenset()
    """Hosts that may be sent a key without encryption; `*` for all."""
    stored_key: Callable[[str], str] = _no_key
    """Gives the key that is kept for a host."""


class EngineMaker:
    """Makes engines.

    Args:
        base_url: Where to ask; empty for Groq.
        api_key: The key of the service there.
        groq_key: Groq's own key, where that is another one.
        model: The model of conversations that picked none; empty for the engine's own.
        local_model: A GGUF file; `None` for the demo model.
        stall_seconds: How long a silence is borne.
        options: What holds for all servers.
    """

    def __init__(
        self,
        base_url: str = "",
        *,
        api_key: str = "",
        groq_key: str = "",
        model: str = "",
        local_model: Path | None = None,
        stall_seconds: float = STALL_SECONDS,
        options: AskingOptions | None = None,
    ) -> None:
        self._base_url = base_url
        self._model = model
        self._local_model = local_model
        self._stall_seconds = stall_seconds
        self._options = options or AskingOptions()
        self._allowed = set(self._options.plain_http)
        self.address = _address(base_url)
        """Where the service at the base URL is; `None` for Groq's own place and for none."""
        self._service_key = api_key.strip()
        self._groq_key = groq_key.strip() or ("" if self.is_elsewhere else self._service_key)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the base URL leads to a server that is not like Groq."""
        return self.address is not None and not self.address.speaks_groq

    @property
    def has_groq_key(self) -> bool:
        """Whether Groq can be asked."""
        return bool(self._groq_key)

    def note_key(self, choice: Choice, key: str) -> None:
        """Use a key that was found good for that service from here on."""
        if choice.kind is Kind.GROQ:
            self._groq_key = key
        if choice.place == self._base_url:
            self._service_key = key

    def allow_plain_http(self, host: str) -> None:
        """Let a host be sent its key without encryption."""
        self._allowed.add(host)

    def configured(self, key: str | None = None) -> Choice:
        """The service at the base URL, which is Groq when there is none.

        Args:
            key: Its key; `None` for the known one.
        """
        address = self.address
        speaks_groq = not self.is_elsewhere
        host = address.host if address else "api.groq.com"
        engine = GroqEngine(
            api_key=self._service_key if key is None else key,
            base_url=self._base_url,
            default_model=self._model or (DEFAULT_MODEL if speaks_groq else ""),
            title="Groq" if address is None or speaks_groq else address.host,
            stall_seconds=self._stall_seconds,
            **self._common(host),
        )
        kind = Kind.GROQ if speaks_groq else Kind.SERVER
        is_remote = address is not None and not address.loopback
        return Choice(engine, kind, self._base_url, host, is_remote)

    def groq(self, key: str | None = None) -> Choice:
        """Groq: at its own place, or at that of the base URL when what is there is like it.

        Args:
            key: Its key; `None` for the known one.
        """
        key = self._groq_key if key is None else key
        if not self.is_elsewhere:
            return self.configured(key)
        engine = GroqEngine(
            api_key=key,
            default_model=DEFAULT_MODEL,
            stall_seconds=self._stall_seconds,
            **self._common("api.groq.com"),
        )
        return Choice(engine, Kind.GROQ, "", "api.groq.com", remote=True)

    def server(self, server: FoundServer) -> Choice:
        """A server that was found on this machine."""
        address = parse_address(server.base_url)
        engine = GroqEngine(
            api_key=self._options.stored_key(address.host),
            base_url=server.base_url,
            default_model=self._model if self._model in server.models else server.models[0],
            title=server.title,
            stall_seconds=self._stall_seconds,
            **self._common(address.host),
        )
        return Choice(engine, Kind.SERVER, server.base_url)

    def embedded(self) -> Choice:
        """This machine's own model."""
        from .local import LocalEngine  # noqa: PLC0415  # seldom needed at the start

        return Choice(LocalEngine(self._local_model), Kind.LOCAL)

    def _forced(self, host: str) -> Forced | None:
        """What the settings force upon a host, mostly nothing."""
        if not self._options.forced:
            return None
        from .forcing import forced_on  # noqa: PLC0415  # few force anything

        return forced_on(host, self._options.forced)

    def _common(self, host: str) -> _Common:
        """What engines that ask servers have in common."""
        return {
            "memory": self._options.memory,
            "forced": self._forced(host),
            "plain_http": lambda asked: not self._allowed.isdisjoint({asked, "*"}),
        }


if TYPE_CHECKING:
    from typing import TypedDict

    class _Common(TypedDict):
        memory: ServerMemory
        forced: Forced | None
        plain_http: Callable[[str], bool]


def _address(base_url: str) -> Address | None:
    """The address meant by a base URL; `None` for Groq's own and for none."""
    try:
        address = parse_address(base_url)
    except UnreachableError:
        return Address(base_url, host="the base URL")
    return None if address.root == GROQ else address
