"""A service's list of models, read and narrowed down to those that chat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from ...errors import NoModelListError
from ...models import ModelInfo
from ..capabilities import LEAST_WINDOW, chats, describe, guards
from .lenient import count, decode_all, entries, fields, label
from .sentences import Service

_LISTS: Final = ("data", "models", "items", "result", "resources", "endpoints", "model_names")
"""Where the list of models may be in a reply's body, the usual place first."""

_IDS: Final = ("id", "model", "model_name", "model_id", "name", "key", "slug")
"""What a model's id is called, the usual name first."""

_WINDOWS: Final = (
    ("loaded_context_length",),
    ("loaded_instances", "config", "context_length"),
    ("meta", "n_ctx"),
    ("top_provider", "context_length"),
    ("context_window",),
    ("context_length",),
    ("max_model_len",),
    ("max_context_length",),
    ("max_input_tokens",),
    ("context_size",),
    ("n_ctx",),
    ("inputTokenLimit",),
    ("limits", "max_input_tokens"),
    ("model_info", "max_input_tokens"),
    ("model_limits", "max_sequence_length"),
    ("metadata", "context_length"),
    ("details", "context_length"),
    ("meta", "n_ctx_train"),
)
"""Where the context window is: what a server is set to before what the model could do."""

_LONGEST: Final = (
    ("max_completion_tokens",),
    ("top_provider", "max_completion_tokens"),
    ("max_output_tokens",),
    ("max_output_length",),
    ("outputTokenLimit",),
    ("limits", "max_output_tokens"),
    ("model_info", "max_output_tokens"),
)
"""Where the tokens of the longest answer are."""

_FEATURES: Final = ("supported_features", "supported_parameters", "capabilities", "features")
"""Where it says what a model can do: Groq, OpenRouter, Mistral and LM Studio, others."""

_TOOLS: Final = frozenset({"tools", "tool_use", "function_calling", "tool_calling"})
_REASONING: Final = frozenset({"reasoning", "thinking", "reasoning_effort", "include_reasoning"})
_VISION: Final = frozenset({"vision", "multimodal", "image"})
_OTHER_KINDS: Final = frozenset({"embedding", "embeddings", "rerank", "reranker", "image", "audio"})
"""Types of models that do not chat."""


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One entry of a list, as far as it says something; `None` where it says nothing."""

    id: str
    is_active: bool = True
    owner: str = ""
    window: int | None = None
    longest: int | None = None
    takes: frozenset[str] | None = None
    """The kinds of input, as `text` and `image`."""
    gives: frozenset[str] | None = None
    """The kinds of output."""
    features: frozenset[str] | None = None
    """What the model can do, in the words of the list."""
    kind: str = ""
    """What sort of model it is, in the words of the list."""

    @property
    def chats(self) -> bool:
        """Whether it is of the kind that can be asked in a conversation.

        Where the list tells what goes in and comes out, that counts; else the model's name.
        """
        if self.kind in _OTHER_KINDS:
            return False
        if self.gives is None or self.takes is None:
            return chats(self.id)
        speaks = "text" in self.gives and "text" in self.takes
        return speaks and not guards(self.id) and (self.window or LEAST_WINDOW) >= LEAST_WINDOW


def listed_models(body: bytes) -> tuple[ListedModel, ...] | None:
    """The models of a list, in its order; odd entries are passed over.

    Returns:
        The models; `None` when the body is no list of models.
    """
    found = _list_in(decode_all(body)[:1])
    if found is None:
        return None
    objects = [entry for entry in found if isinstance(entry, dict)]
    # A list of nothing but texts is one of ids; among objects a text is a stray.
    models = [_read(entry) for entry in objects or ({"id": text} for text in found)]
    known = tuple(model for model in models if model)
    return known if known or not found else None


def read_models(body: bytes, service: Service, unknown_window: int) -> tuple[ModelInfo, ...]:
    """The models of a list that can be asked in a conversation, sorted by id.

    Args:
        body: The reply to a request for the list.
        service: Who replied.
        unknown_window: The context window to assume where nothing is said of one.

    Raises:
        NoModelListError: The reply is no list of models.
    """
    listed = listed_models(body)
    if listed is None:
        raise NoModelListError(
            f"{service.host} answered, but not with a list of models. Check the base URL."
        )
    usable = (model for model in listed if model.is_active and model.chats)
    found = {model.id: _describe(model, unknown_window) for model in usable}
    return tuple(found[name] for name in sorted(found))


def _list_in(value: object, depth: int = 0) -> list[Any] | None:
    """The list in a body: the body itself, or under one of several names."""
    if depth == 0:
        value = next(iter(entries(value)), None)
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or depth > 2:
        return None
    names = [name for name in _LISTS if name in value]
    for name in names:
        found = _list_in(value[name], depth + 1)
        if found is not None:
            return found
        if isinstance(value[name], dict) and all(isinstance(v, dict) for v in value[name].values()):
            return [{"id": key, **entry} for key, entry in value[name].items()]
    # Ollama says `null` when it has none.
    return [] if names and all(value[name] is None for name in names) else None


def _read(entry: dict[str, Any]) -> ListedModel | None:
    """What an entry says; `None` when it names no model."""
    name = next(filter(None, (label(entry.get(key)).strip() for key in _IDS)), "")
    if not name:
        return None
    architecture = fields(entry.get("architecture"))
    takes, gives = (
        _words(
            entry.get(f"{way}_modalities")
            or entry.get(f"supported_{way}_modalities")
            or architecture.get(f"{way}_modalities")
        )
        for way in ("input", "output")
    )
    return ListedModel(
        name,
        is_active=not _is_off(entry),
        owner=label(entry.get("owned_by")),
        window=_number_at(entry, _WINDOWS),
        longest=_number_at(entry, _LONGEST),
        takes=takes,
        gives=gives,
        features=next(filter(None, (_features(entry.get(key)) for key in _FEATURES)), None),
        kind=label(entry.get("type")).lower(),
    )


def _is_off(entry: dict[str, Any]) -> bool:
    """Whether an entry says that its model cannot be asked in a conversation."""
    capable = fields(entry.get("capabilities"))
    told = [capable.get("completion_chat"), capable.get("chat_completion")]
    return entry.get("active") in (False, "false", 0) or False in [
        *told,
        entry.get("supports_chat"),
    ]


def _features(value: object) -> frozenset[str] | None:
    """What a model can do; `None` where that is said of other things alone, as Azure does."""
    if isinstance(value, dict) and not value.keys() & (_TOOLS | _REASONING | _VISION):
        return None
    return _words(value)


def _words(value: object) -> frozenset[str] | None:
    """The words of a list, or the names of an object that are true; `None` when there are none."""
    if isinstance(value, dict):
        value = [name for name, holds in value.items() if holds is True]
    found = frozenset(label(word).lower() for word in value) if isinstance(value, list) else None
    return found or None


def _number_at(entry: dict[str, Any], places: Iterable[tuple[str, ...]]) -> int | None:
    """The first of these places where a number stands; `None` when none does."""
    for *path, name in places:
        inner = entry
        for step in path:
            inner = fields(next(iter(entries(inner.get(step))), None))
        if number := count(inner.get(name)):
            return number
    return None


def _describe(listed: ListedModel, unknown_window: int) -> ModelInfo:
    """What the list and the table say of a model together."""
    features = listed.features
    sees = None if listed.takes is None else bool(listed.takes & _VISION)
    if listed.kind == "vlm" or (features and features & _VISION):
        sees = True
    return describe(
        listed.id,
        owner=listed.owner,
        context_window=listed.window,
        max_completion_tokens=listed.longest,
        unknown_window=unknown_window,
        vision=sees,
        tools=None if features is None else bool(features & _TOOLS),
        reasoning=None if features is None else bool(features & _REASONING),
    )
