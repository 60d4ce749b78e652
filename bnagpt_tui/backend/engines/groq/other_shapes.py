"""Events of services' own languages, put into the shape of OpenAI's chunks.

Gateways and older paths of servers speak these where OpenAI's language is expected: Google's,
Anthropic's, Cohere's, Bedrock's, DashScope's, watsonx's, TGI's, Triton's, KoboldCpp's.
"""

from __future__ import annotations

from typing import Any, Final

from .lenient import entries, fields, is_true, label

_TEXTS: Final = ("token", "text_output", "generated_text")
"""Where a piece of text stands by itself."""

_USAGE: Final = {
    "promptTokenCount": "prompt_tokens",
    "candidatesTokenCount": "completion_tokens",
    "inputTokens": "prompt_tokens",
    "outputTokens": "completion_tokens",
    "input_token_count": "prompt_tokens",
    "generated_token_count": "completion_tokens",
}
"""Names of counts, and what OpenAI calls them."""


def as_chunk(event: dict[str, Any]) -> dict[str, Any]:
    """The event as a chunk; the event itself where it is of no shape that is known here."""
    if "choices" in event:
        return event
    for read in _SHAPES:
        if (found := read(event)) is not None:
            return found
    return event


def _chunk(delta: object, finish: object, usage: object = None) -> dict[str, Any]:
    """A chunk with one choice."""
    counts = {_USAGE.get(name, name): number for name, number in fields(usage).items()}
    choice = {"delta": delta or {}, "finish_reason": finish}
    return {"choices": [choice], **({"usage": counts} if counts else {})}


def _gemini(event: dict[str, Any]) -> dict[str, Any] | None:
    """Google's `generateContent`."""
    reason = label(fields(event.get("promptFeedback")).get("blockReason"))
    if reason and not event.get("candidates"):
        return {"error": {"message": f"The prompt was blocked: {reason}"}}
    candidate = fields(next(iter(entries(event.get("candidates"))), None))
    if not candidate:
        return None
    parts = [_gemini_part(part) for part in entries(fields(candidate.get("content")).get("parts"))]
    return _chunk({"content": parts}, candidate.get("finishReason"), event.get("usageMetadata"))


def _gemini_part(part: object) -> object:
    """A part, whose call of a tool has a type as others' have."""
    call = fields(part).get("functionCall")
    return {"type": "function_call", **call} if isinstance(call, dict) else part


def _anthropic(event: dict[str, Any]) -> dict[str, Any] | None:
    """Anthropic's messages: blocks that begin, grow and end."""
    kind = label(event.get("type"))
    block, delta = fields(event.get("content_block")), fields(event.get("delta"))
    if kind == "message" and isinstance(event.get("content"), list):
        said = {"content": event["content"]}
        return _chunk(said, event.get("stop_reason") or "stop", event.get("usage"))
    if kind == "content_block_start" and block.get("type") == "tool_use":
        call = {"index": event.get("index"), "id": block.get("id"), "name": block.get("name")}
        return _chunk({"tool_calls": [call]}, None)
    if kind == "content_block_start" and block:
        return _chunk({"content": [block]}, None)
    if "partial_json" in delta:
        call = {"index": event.get("index"), "arguments": delta["partial_json"]}
        return _chunk({"tool_calls": [call]}, None)
    if kind == "message_delta":
        return _chunk({}, delta.get("stop_reason"), event.get("usage"))
    return None


def _responses(event: dict[str, Any]) -> dict[str, Any] | None:
    """OpenAI's responses: calls of tools, whose pieces are no text."""
    kind = label(event.get("type"))
    item = fields(event.get("item"))
    if event.get("object") == "response" and event.get("output"):
        return _chunk({"content": event["output"]}, "stop", event.get("usage"))
    if kind == "response.output_item.added" and item.get("type") == "function_call":
        call = {"index": event.get("output_index"), "id": item.get("call_id")}
        return _chunk({"tool_calls": [{**call, "name": item.get("name")}]}, None)
    if kind == "response.function_call_arguments.delta":
        call = {"index": event.get("output_index"), "arguments": event.get("delta")}
        return _chunk({"tool_calls": [call]}, None)
    if kind == "chat.end":  # LM Studio's own
        return _chunk({}, "stop")
    if kind in {"response.incomplete", "response.completed"}:
        response = fields(event.get("response"))
        reason = label(fields(response.get("incomplete_details")).get("reason"))
        return _chunk({}, reason or "stop", response.get("usage"))
    return None


def _cohere(event: dict[str, Any]) -> dict[str, Any] | None:
    """Cohere's chat, of both its versions."""
    delta = fields(event.get("delta"))
    if isinstance(event.get("message"), dict) and event.get("finish_reason"):
        return _chunk(event["message"], event["finish_reason"], event.get("usage"))
    if isinstance(delta.get("message"), dict):
        message = delta["message"]
        return _chunk({**message, "reasoning": message.get("tool_plan")}, None)
    if label(event.get("type")) == "message-end":
        return _chunk({}, delta.get("finish_reason") or "stop")
    if label(event.get("event_type")) == "text-generation":
        return _chunk({"content": event.get("text")}, None)
    if is_true(event.get("is_finished")):
        return _chunk({}, event.get("finish_reason") or "stop")
    return None


def _bedrock(event: dict[str, Any]) -> dict[str, Any] | None:
    """Bedrock's converse stream."""
    inner = fields(event.get("contentBlockDelta")) or fields(event.get("contentBlockStart"))
    place = inner.get("contentBlockIndex")
    if isinstance(begun := fields(inner.get("start")).get("toolUse"), dict):
        call = {"index": place, "id": begun.get("toolUseId"), "name": begun.get("name")}
        return _chunk({"tool_calls": [call]}, None)
    if delta := fields(inner.get("delta")):
        if isinstance(use := delta.get("toolUse"), dict):
            return _chunk({"tool_calls": [{"index": place, "arguments": use.get("input")}]}, None)
        return _chunk(
            {"content": delta.get("text"), "reasoning": delta.get("reasoningContent")}, None
        )
    if stopped := fields(event.get("messageStop")):
        return _chunk({}, stopped.get("stopReason") or "stop")
    for name, value in event.items():
        if name.endswith("Exception") and isinstance(value, dict):
            return {"error": {"code": name, **value}}
    return None


def _inside(event: dict[str, Any]) -> dict[str, Any] | None:
    """What DashScope puts into `output`, Cloudflare into `result`, others into `results`."""
    output = fields(event.get("output"))
    choice = fields(next(iter(entries(output.get("choices"))), None))
    if choice:
        return _chunk(choice.get("message"), choice.get("finish_reason"), event.get("usage"))
    result = fields(next(iter(entries(event.get("results"))), None))
    inner = output if "text" in output else result
    if isinstance(fields(event.get("result")).get("response"), str):  # Cloudflare's whole answer
        return _chunk(
            {"content": event["result"]["response"]}, "stop", event["result"].get("usage")
        )
    if not inner:
        return None
    said = {"content": inner.get("text", inner.get("generated_text"))}
    said["tool_calls"] = inner.get("tool_calls")
    finish = inner.get("finish_reason") or inner.get("stop_reason")
    return _chunk(said, finish, event.get("usage") or inner)


def _single(event: dict[str, Any]) -> dict[str, Any] | None:
    """A piece of text by itself, with the reason to stop beside it."""
    if "response" in event and (event.get("thinking") or event.get("tool_calls")):
        said = {"content": event["response"], "reasoning": event.get("thinking")}
        finish = event.get("done_reason") or (event.get("done") and "stop")
        return _chunk({**said, "tool_calls": event.get("tool_calls")}, finish or None)
    if isinstance(event.get("result"), str) and "is_end" in event:  # Baidu's
        ending = "stop" if is_true(event["is_end"]) else None
        return _chunk({"content": event["result"]}, ending, event.get("usage"))
    for name in _TEXTS:
        value = event.get(name)
        token = fields(value)
        text = token.get("text") if token else value
        if isinstance(text, str) and (token or name != "token" or "finish_reason" in event):
            details = fields(event.get("details"))
            finish = event.get("finish_reason") or details.get("finish_reason")
            is_mark = is_true(token.get("special"))
            return _chunk({} if is_mark else {"content": text}, finish)
    return None


_SHAPES: Final = (_gemini, _anthropic, _responses, _cohere, _bedrock, _inside, _single)
"""What each language is read by; the first that knows the event."""
