"""Puts the parts together: settings to engine, store and chat service."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from .allowed_tools import ALLOWED, AllowedTools
from .approvals import Approvals
from .chat import ChatService
from .engines.groq.memory import FILE_NAME, ServerMemory
from .engines.selecting import AskingOptions, SelectingEngine
from .errors import SettingsError
from .history import PromptHistory
from .keys import plain_hosts, stored_key
from .options import ChatOptions
from .settings import CONFIG_FILE
from .setup import Setup
from .store import Archive, Repository, Searcher
from .store.unkept import UnkeptArchive
from .toolbox import Kit, Lender, Toolbox

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .settings import Settings
    from .tools.mcp import ServerOptions
    from .tools.sandbox import Sandbox


SCRATCH: Final = "scratch"
"""The directory, beside the conversations, in which code that models wrote may write."""

NOT_ALLOWED: Final = (
    "Nobody can be asked here, and it was not allowed with --allow: --allow {tool} allows it."
)
"""What is told where there is nobody to be asked."""


def build_engine(settings: Settings) -> SelectingEngine:
    """The engine that the settings ask for; it decides for itself when it is first needed."""
    return SelectingEngine(
        api_key=settings.api_key,
        base_url=settings.base_url,
        model=settings.model,
        local=settings.local,
        local_model=settings.local_model,
        stall_seconds=settings.stall_seconds,
        probe=settings.probe,
        groq_key=settings.groq_key,
        options=_asking_options(settings),
    )


def _asking_options(settings: Settings) -> AskingOptions:
    """What holds for all servers.

    Raises:
        SettingsError: One is described in a way that makes no sense.
    """
    config_dir = settings.config_dir
    tables = {}
    for host, table in settings.servers.items():
        from .engines.forcing import forced  # noqa: PLC0415  # few force anything

        try:
            tables[host] = forced(table)
        except TypeError as error:
            place = config_dir / CONFIG_FILE
            raise SettingsError(f"{place}: servers.{host}: {error}.") from None
    return AskingOptions(
        memory=ServerMemory(settings.data_dir / FILE_NAME),
        forced=tables,
        plain_http=frozenset(settings.plain_http) | plain_hosts(config_dir),
        stored_key=lambda host: stored_key(config_dir, host),
    )


def build_repository(settings: Settings) -> Repository:
    """The store that the settings name; nothing is opened or made yet."""
    return Repository(settings.data_dir)


def build_searcher(settings: Settings) -> Searcher:
    """Search in the store that the settings name; nothing is opened or made yet."""
    return Searcher(settings.data_dir)


def build_toolbox(settings: Settings) -> Toolbox:
    """The tools that the settings ask for; they are made when one is first needed.

    Raises:
        SettingsError: A server that lends tools is described in a way that makes no sense.
    """
    servers = _servers(settings)

    def make() -> Kit:
        # What libraries log must not come out on the screen.
        logging.getLogger().addHandler(logging.NullHandler())
        from .tools.registry import own_tools  # noqa: PLC0415  # none is part of the start
        from .tools.web import WebOptions  # noqa: PLC0415

        web = WebOptions(
            service=settings.web_search,
            address=settings.web_search_url,
            key=settings.web_search_key,
            private=settings.private_addresses,
        )
        sandbox = build_sandbox(settings)
        runs = sandbox if settings.sandbox != "off" else None
        return Kit(own_tools(web, runs), _lenders(servers), (sandbox,))

    return Toolbox(make)


def build_sandbox(settings: Settings) -> Sandbox:
    """What code that models wrote runs in; nothing is started yet."""
    from .tools.sandbox import Sandbox, SandboxOptions  # noqa: PLC0415  # no part of the start

    options = SandboxOptions(
        kind=settings.sandbox,
        scratch=settings.data_dir / SCRATCH,
        environment=settings.sandbox_environment,
        private=(settings.data_dir, settings.config_dir),
    )
    return Sandbox(options)


def _lenders(servers: tuple[ServerOptions, ...]) -> tuple[Lender, ...]:
    if not servers:
        return ()
    from .tools.mcp import Servers  # noqa: PLC0415  # few have any

    return (Servers(servers),)


def _servers(settings: Settings) -> tuple[ServerOptions, ...]:
    """The servers that lend tools.

    Raises:
        SettingsError: One is described in a way that makes no sense.
    """
    if not settings.mcp_servers:
        return ()
    from .tools.mcp import server_options  # noqa: PLC0415  # few have any

    found = []
    for name, table in settings.mcp_servers.items():
        try:
            found.append(server_options(name, table))
        except TypeError as error:
            place = settings.config_dir / CONFIG_FILE
            raise SettingsError(f"{place}: mcp_servers.{name}: {error}.") from None
    return tuple(found)


def build_chat(settings: Settings, engine: SelectingEngine | None = None) -> ChatService:
    """The chat service over this engine, or over the one that the settings ask for.

    Raises:
        SettingsError: A server that lends tools is described in a way that makes no sense.
    """
    engine = engine or build_engine(settings)
    return ChatService(
        engine,
        Archive(build_repository(settings)),
        _options(settings),
        setup=Setup(engine, settings.config_dir),
        history=PromptHistory(settings.data_dir / "prompts.jsonl"),
        searcher=build_searcher(settings),
        toolbox=build_toolbox(settings),
        approvals=Approvals(settings.allow, always=AllowedTools(settings.config_dir / ALLOWED)),
    )


def build_asking(
    settings: Settings, engine: SelectingEngine, *, allow: Iterable[str], keeping: bool
) -> ChatService:
    """The chat service for a command that asks one question, and cannot ask its user anything.

    Args:
        settings: The settings.
        engine: Who answers.
        allow: The tools that may act.
        keeping: Whether the conversation is kept.

    Raises:
        SettingsError: A server that lends tools is described in a way that makes no sense.
    """
    repository = build_repository(settings)
    return ChatService(
        engine,
        Archive(repository) if keeping else UnkeptArchive(repository),
        _options(settings),
        toolbox=build_toolbox(settings),
        approvals=Approvals(allow, refusal=NOT_ALLOWED),
    )


def _options(settings: Settings) -> ChatOptions:
    return ChatOptions(
        instructions=settings.instructions,
        context_tokens=settings.context_tokens,
        answer_tokens=settings.answer_tokens,
        tools=settings.tools,
        tool_rounds=settings.tool_rounds,
    )
