"""Puts the parts together: settings to engine, store and chat service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chat import ChatService
from .engines.selecting import SelectingEngine
from .history import PromptHistory
from .setup import Setup
from .store import Archive, Repository, Searcher
from .turns import ChatOptions

if TYPE_CHECKING:
    from .settings import Settings


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
    )


def build_repository(settings: Settings) -> Repository:
    """The store that the settings name; nothing is opened or made yet."""
    return Repository(settings.data_dir)


def build_searcher(settings: Settings) -> Searcher:
    """Search in the store that the settings name; nothing is opened or made yet."""
    return Searcher(settings.data_dir)


def build_chat(settings: Settings, engine: SelectingEngine | None = None) -> ChatService:
    """The chat service over this engine, or over the one that the settings ask for."""
    engine = engine or build_engine(settings)
    return ChatService(
        engine,
        Archive(build_repository(settings)),
        ChatOptions(
            instructions=settings.instructions,
            context_tokens=settings.context_tokens,
            answer_tokens=settings.answer_tokens,
        ),
        setup=Setup(engine, settings.config_dir),
        history=PromptHistory(settings.data_dir / "prompts.jsonl"),
        searcher=build_searcher(settings),
    )
