"""The shape of the usual chunk, which brings a piece of text and nothing else.

Decoding into it, without the client's own objects, halves the work of each token. What the type
`None` is given to is for the way that reads all dialects: a chunk that holds any of it, or a
value of another type, does not decode here.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.json import Decoder


class Delta(Struct):
    """What a chunk adds to the answer."""

    content: str | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None
    """The name that llama.cpp, vLLM and DeepSeek give to `reasoning`."""
    reasoning_details: None = None
    reasoning_text: None = None
    reasoningContent: None = None  # noqa: N815  # as servers in Java write it
    reasoning_summary: None = None
    thinking: None = None
    refusal: None = None
    tool_calls: Annotated[list[None], Meta(max_length=0)] | None = None
    """Some servers send an empty list with every piece of text."""
    toolCalls: None = None  # noqa: N815  # as above
    function_call: None = None
    extra_content: None = None
    executed_tools: None = None


class Choice(Struct):
    """The one answer that a chunk speaks of."""

    delta: Delta
    finish_reason: None = None
    finishReason: None = None  # noqa: N815  # as above
    message: None = None
    error: None = None
    tool_calls: None = None


class Chunk(Struct):
    """One event of an answer's stream."""

    choices: Annotated[list[Choice], Meta(min_length=1, max_length=1)]
    model: str | None = None
    usage: None = None
    x_groq: None = None
    error: None = None
    message: None = None


decode_chunk = Decoder(Chunk).decode
"""The chunk that an event's data hold, when it is of the usual shape."""
