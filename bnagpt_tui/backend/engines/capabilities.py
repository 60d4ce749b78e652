"""What is known of models beyond what a service's list says of them.

Many services list ids and, at best, sizes; whether a model sees pictures or calls tools is then
in their documentation alone. An id that is not known here gets the careful answer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ..models import ModelInfo

KNOWN: Final = (
    ModelInfo("openai/gpt-oss-120b", 131_072, 65_536, tools=True, reasoning=True),
    ModelInfo("openai/gpt-oss-20b", 131_072, 65_536, tools=True, reasoning=True),
    ModelInfo("qwen/qwen3.8-27b", 131_042, 16_384, vision=True, tools=True, reasoning=True),
)
"""Models of Groq's documentation, September 2026."""

FAMILIES: Final = (
    ModelInfo("openai/gpt-oss-", 131_072, 32_768, tools=True, reasoning=True),
    ModelInfo("gpt-oss", 8192, 4096, tools=True, reasoning=True),
    ModelInfo("qwen/", 32_768, 8192, tools=True, reasoning=True),
    ModelInfo("qwen3", 8192, 4096, tools=True, reasoning=True),
    ModelInfo("deepseek-r1", 8192, 4096, reasoning=True),
    ModelInfo("meta-llama/", 32_768, 8192, tools=True),
    ModelInfo("llama-", 32_768, 8192, tools=True),
)
"""What holds for every id that starts so; the first that fits counts."""

NOT_FOR_CHAT: Final = (
    "whisper",
    "transcribe",
    "tts",
    "orpheus",
    "speech",
    "guard",
    "moderation",
    "embed",
    "bge-",
    "minilm",
    "rerank",
    "dall-e",
    "stable-diffusion",
    "flux",
)
"""Parts of the ids of models that do something other than chat."""


LEAST_WINDOW: Final = 4096
"""Tokens of the smallest context window that a conversation can be had in."""

_GUARDS: Final = ("guard", "moderation")
"""Parts of the ids of models that judge texts, though text goes in and comes out."""


def guards(model: str) -> bool:
    """Whether the model of this id judges texts and does not answer them."""
    name = model.lower()
    return any(word in name for word in _GUARDS)


def chats(model: str) -> bool:
    """Whether the model of this id can be asked in a conversation, as far as its name tells."""
    name = model.lower()
    return not any(word in name for word in NOT_FOR_CHAT)


def known(model: str) -> ModelInfo | None:
    """What is known of this id, from its own entry or its family's; `None` when nothing is."""
    name = model.lower()
    exact = next((info for info in KNOWN if info.id == name), None)
    family = next((info for info in FAMILIES if name.startswith(info.id)), None)
    found = exact or family
    return replace(found, id=model) if found else None


def describe(
    model: str,
    *,
    owner: str = "",
    context_window: int | None = None,
    max_completion_tokens: int | None = None,
    unknown_window: int = 8192,
    vision: bool | None = None,
    tools: bool | None = None,
    reasoning: bool | None = None,
) -> ModelInfo:
    """The model with all that the service's list and this table say of it.

    Args:
        model: The id.
        owner: Who made the model, as the service says.
        context_window: Tokens of request and answer, as the service says; it knows best.
        max_completion_tokens: Tokens of the longest answer, as the service says.
        unknown_window: The context window to assume when neither says one.
        vision: Whether it sees pictures, as the service says; `None` when it does not say.
        tools: Whether it calls tools, in the same way.
        reasoning: Whether it thinks before it answers, in the same way.
    """
    info = known(model) or ModelInfo(model, unknown_window, context_window or unknown_window)
    window = context_window or info.context_window
    longest = max_completion_tokens or min(info.max_completion_tokens, max(1, window // 2))
    return replace(
        info,
        context_window=window,
        max_completion_tokens=min(longest, window),
        owner=owner,
        vision=info.vision if vision is None else vision,
        tools=info.tools if tools is None else tools,
        reasoning=info.reasoning if reasoning is None else reasoning,
    )
