"""The shapes of what comes over the wire, as far as they are used.

Decoding into these, without the client's own objects, halves the work of each token.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.json import Decoder

from ...halves import mended


class Function(Struct, gc=False):
    """What a tool call's piece says of the function."""

    name: str | None = None
    arguments: str | None = None


class Call(Struct):
    """A piece of a tool call."""

    index: int | None = None
    id: str | None = None
    function: Function | None = None


class Delta(Struct):
    """What a chunk adds to the answer."""

    content: str | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None
    """The name that llama.cpp, vLLM and DeepSeek give to `reasoning`."""
    tool_calls: list[Call] | None = None
    executed_tools: Any = None
    """What Groq did by itself; read with care, since it is little documented."""


class Choice(Struct):
    """One answer of those that a chunk speaks of; there is only ever one."""

    delta: Delta | None = None
    finish_reason: str | None = None
    index: int = 0


class Counts(Struct, gc=False):
    """Tokens, as the service counted them."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Extension(Struct):
    """What Groq adds to the first and the last chunk."""

    usage: Counts | None = None
    error: Any = None


class Chunk(Struct):
    """One event of an answer's stream."""

    choices: list[Choice] | None = None
    model: str | None = None
    usage: Counts | None = None
    x_groq: Extension | None = None
    error: Any = None


class ListedModel(Struct):
    """One entry of a service's list of models."""

    id: str
    active: bool | None = None
    owned_by: str | None = None
    context_window: int | None = None
    max_completion_tokens: int | None = None
    max_model_len: int | None = None
    """What vLLM calls the context window."""
    max_context_length: int | None = None
    """What LM Studio calls the context window."""


class ModelList(Struct):
    """A service's list of models."""

    data: list[ListedModel] | None
    """Ollama says `null` when it has none."""


decode_chunk = Decoder(Chunk).decode
"""The chunk that an event's data hold."""

_decode_models = Decoder(ModelList).decode


def decode_models(body: bytes) -> ModelList:
    """The list that a reply's body holds.

    Raises:
        DecodeError: It holds none.
    """
    return _decode_models(mended(body))
