"""What is sent: a request as the wire wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...calls import fit_name
from ...models import Message, Role, ToolSpec
from ...offering import offered
from ..base import Request
from .dialect import ANSWER_NAMES, Dialect, Forced, fit_effort
from .exchange import arguments_of, flattened, in_strict_turns, joined, paired, without_system


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
    said = message.content.strip() or message.tool_calls
    return bool(message.role is not Role.ASSISTANT or said)


def wire_messages(
    messages: Iterable[Message], *, tools: bool = True, system: bool = True, strict: bool = False
) -> list[dict[str, Any]]:
    """The messages as the service takes them; reasoning and problems stay here.

    Questions whose answers never came are sent as one, which every service takes.

    Args:
        messages: What is sent.
        tools: Whether the model knows of tools; else what they brought is told as text.
        system: Whether instructions may be a message of their own; else the first question has
            them.
        strict: Whether user and assistant must take turns, and the user be first.
    """
    said: Iterable[Message] = [message for message in messages if _says_something(message)]
    said = joined(paired(said)) if tools else flattened(list(said))
    if strict:
        said = in_strict_turns(said)
    if not system:
        said = without_system(said)
    wires = [_wire(message) for message in said]
    for wire in wires if strict else ():
        if not wire["content"] and wire.get("tool_calls"):
            wire["content"] = None  # nothing is not the same as an empty text to strict services
    return wires


def _wire_tools(request: Request, *, speaks_groq: bool, most: int) -> list[dict[str, Any]]:
    """What the model is told of tools; Groq's own are there for its gpt-oss models alone."""
    has_own = speaks_groq and "gpt-oss" in request.model
    told = [tool for tool in request.tools if has_own or not tool.is_services]
    return [_wire_tool(tool) for tool in offered(told, request.messages, most)]


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
    request: Request,
    *,
    speaks_groq: bool,
    extra: Mapping[str, Any],
    tools: bool = True,
    dialect: Dialect | None = None,
    forced: Forced | None = None,
) -> dict[str, Any]:
    """The body of a request for an answer, streamed where the server does so.

    Args:
        request: What is asked.
        speaks_groq: Whether the server knows Groq's own parameters; else the older, common ones
            are used, and the usage is asked for, which Groq sends in any case.
        extra: More for the body, as `{"temperature": 0.2}`; wins over what is made here.
        tools: Whether the model knows of tools.
        dialect: How the server wants to be asked; `None` for the usual way.
        forced: What the user's settings say of it, which wins over everything.
    """
    dialect, forced = dialect or Dialect(), forced or Forced()
    told = _wire_tools(request, speaks_groq=speaks_groq, most=dialect.most_tools) if tools else []
    if not dialect.tools:
        told = []
    wire: dict[str, Any] = {
        "messages": wire_messages(
            request.messages,
            tools=tools and dialect.tools,
            system=dialect.system,
            strict=dialect.strict,
        ),
        "model": _sendable(request.model),
        "stream": dialect.streams,
    }
    wire |= _longest_answer(request, dialect, speaks_groq=speaks_groq)
    if told:
        wire["tools"] = told
        wire["tool_choice"] = "auto" if request.may_call else "none"
    if not speaks_groq and dialect.streams:
        wire["stream_options"] = {"include_usage": True}
    wire |= extra
    for name in {*dialect.omitted, *forced.omit} - {"model", "messages"}:
        wire.pop(name, None)
    wire |= forced.send
    return _with_effort(wire, request.model, dialect)


def _longest_answer(request: Request, dialect: Dialect, *, speaks_groq: bool) -> dict[str, int]:
    """The parameter that bounds the answer; none where nothing does."""
    most = request.max_completion_tokens
    if dialect.longest_answer:
        most = min(most or dialect.longest_answer, dialect.longest_answer)
    if most is None:
        return {}
    usual = ANSWER_NAMES[0] if speaks_groq else ANSWER_NAMES[1]
    return {dialect.answer_name or usual: most}


def _with_effort(wire: dict[str, Any], model: str, dialect: Dialect) -> dict[str, Any]:
    """The body with an effort of reasoning that the model takes."""
    if "reasoning_effort" in wire:
        effort = fit_effort(model, wire.pop("reasoning_effort"), dialect.efforts)
        wire |= {"reasoning_effort": effort} if effort else {}
    return wire
