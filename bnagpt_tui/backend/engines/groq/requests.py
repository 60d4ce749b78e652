"""What is sent: a request as the wire wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...calls import fit_name
from ...models import Message, Role, ToolSpec
from ..base import Request
from .exchange import arguments_of, flattened, paired


def _sendable(text: str) -> str:
    """The text with half characters replaced, which no UTF-8 can carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _calls(message: Message) -> list[dict[str, Any]]:
    """The tool calls of an answer."""
    return [
        {
            "id": _sendable(call.id) or "call",
            "type": "function",
            "function": {
                "name": fit_name(call.name) or "unknown",
                "arguments": _sendable(arguments_of(call)),
            },
        }
        for call in message.tool_calls
    ]


def _wire(message: Message) -> dict[str, Any]:
    """One message, with its fields always in the same order, so that prefixes can be cached."""
    wire: dict[str, Any] = {"role": message.role.value, "content": _sendable(message.content)}
    if message.role is Role.TOOL:
        wire["tool_call_id"] = _sendable(message.tool_call_id) or "call"
    if message.role is Role.ASSISTANT and message.tool_calls:
        wire["tool_calls"] = _calls(message)
    return wire


def _says_something(message: Message) -> bool:
    """Whether a message is worth sending: an answer that never came is not."""
    return bool(message.role is not Role.ASSISTANT or message.content or message.tool_calls)


def wire_messages(messages: Iterable[Message], *, tools: bool = True) -> list[dict[str, Any]]:
    """The messages as the service takes them; reasoning and problems stay here.

    Args:
        messages: What is sent.
        tools: Whether the model knows of tools; else what they brought is told as text.
    """
    said = [message for message in messages if _says_something(message)]
    return [_wire(message) for message in (paired(said) if tools else flattened(said))]


def _wire_tools(request: Request, *, speaks_groq: bool) -> list[dict[str, Any]]:
    """What the model is told of tools; Groq's own are there for its gpt-oss models alone."""
    has_own = speaks_groq and "gpt-oss" in request.model
    return [_wire_tool(tool) for tool in request.tools if has_own or not tool.is_services]


def _wire_tool(tool: ToolSpec) -> dict[str, Any]:
    """What the model is told of a tool."""
    if tool.is_services:
        return {"type": tool.name}
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": _sendable(tool.description),
            "parameters": tool.parameters,
        },
    }


def wire_request(
    request: Request, *, speaks_groq: bool, extra: Mapping[str, Any], tools: bool = True
) -> dict[str, Any]:
    """The arguments of the client's `create` for a streamed answer.

    Args:
        request: What is asked.
        speaks_groq: Whether the server knows Groq's own parameters; else the older, common ones
            are used, and the usage is asked for, which Groq sends in any case.
        extra: More for the body, as `{"temperature": 0.2}`; wins over what is made here.
        tools: Whether the model knows of tools.
    """
    wire: dict[str, Any] = {
        "messages": wire_messages(request.messages, tools=tools),
        "model": _sendable(request.model),
        "stream": True,
    }
    if request.max_completion_tokens is not None:
        name = "max_completion_tokens" if speaks_groq else "max_tokens"
        wire[name] = request.max_completion_tokens
    told = _wire_tools(request, speaks_groq=speaks_groq) if tools else []
    if told:
        wire["tools"] = told
        wire["tool_choice"] = "auto" if request.may_call else "none"
    body = dict(extra)
    if not speaks_groq:
        body.setdefault("stream_options", {"include_usage": True})
    if body:
        wire["extra_body"] = body
    return wire
