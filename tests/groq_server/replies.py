"""What the server can be told to reply."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Protocol

from aiohttp import web

from .wire import RATE_HEADERS, REQUEST_ID, chunk, event, usage_of, whole


class Ending(Enum):
    """How a streamed answer comes to its end."""

    DONE = auto()
    """In good order."""
    SILENT = auto()
    """The reply ends as HTTP wants it, without a reason to finish."""
    NOT_DONE = auto()
    """With a reason to finish and without `[DONE]`."""
    RESET = auto()
    """The connection is reset."""
    CUT = auto()
    """The connection is closed in the middle of the reply."""
    STALL = auto()
    """Nothing more comes, and the connection stays."""
    MALFORMED = auto()
    """An event holds half of its JSON."""
    ERROR_EVENT = auto()
    """An `event: error` comes, as Groq sends it."""
    ERROR_CHUNK = auto()
    """A chunk holds an error, as llama.cpp and vLLM send it."""
    ERROR_FIELD = auto()
    """A line `error: …` comes, as older servers of llama.cpp send it."""
    ERROR_TEXT = auto()
    """An `event: error` comes that holds no JSON."""
    ERROR_EXTENSION = auto()
    """The last chunk's `x_groq` holds an error."""
    RESET_AFTER_FINISH = auto()
    """The connection is reset after the reason to finish."""
    STALL_AFTER_DONE = auto()
    """All is said, and the reply does not end."""
    NEVER = auto()
    """Nothing comes at all, and the connection stays."""
    CLOSED_UNANSWERED = auto()
    """The connection is closed before the reply begins."""


@dataclass(slots=True)
class Gate:
    """Holds an answer in its middle until the test lets it go on."""

    after: int = 1
    """How many pieces pass before the gate."""
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when those pieces are sent."""
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the test to let the rest pass."""

    async def pass_through(self) -> None:
        """Wait at the gate."""
        self.reached.set()
        await self.opened.wait()

    def open(self) -> None:
        """Let the rest pass."""
        self.opened.set()


@dataclass(frozen=True, slots=True)
class ToolCallPiece:
    """A fragment of a tool call."""

    index: int = 0
    id: str = ""
    name: str = ""
    arguments: str = ""

    def wire(self) -> dict[str, Any]:
        """The fragment as a delta has it."""
        function = {"arguments": self.arguments}
        if self.name:
            function["name"] = self.name
        head = {"id": self.id, "type": "function"} if self.id else {}
        return {"index": self.index, **head, "function": function}


class Reply(Protocol):
    """Something that answers a request."""

    async def send(self, request: web.Request, body: Mapping[str, Any]) -> web.StreamResponse:
        """Answer the request whose body is given."""
        ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status and a body of JSON."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    async def send(self, request: web.Request, body: Mapping[str, Any]) -> web.StreamResponse:
        """Refuse."""
        return web.json_response(dict(self.body), status=self.status, headers=self.headers)


@dataclass(frozen=True, slots=True)
class Page:
    """A status and something that is no JSON."""

    status: int
    text: str
    kind: str = "text/html"

    async def send(self, request: web.Request, body: Mapping[str, Any]) -> web.StreamResponse:
        """Send the page."""
        return web.Response(status=self.status, text=self.text, content_type=self.kind)


def tokens_of(text: str) -> list[str]:
    """The text in pieces of the size of tokens: words with the space before them."""
    return re.findall(r"\s*\S{1,6}|\s+$", text)


def _abort(request: web.Request, *, reset: bool) -> None:
    """Close the connection under the reply."""
    transport = request.transport
    assert transport is not None
    if reset:
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


@dataclass(frozen=True, slots=True)
class Answer:
    """A streamed answer."""

    text: str | None = None
    """What is answered; `None` for an echo of the question."""
    reasoning: str = ""
    reasoning_field: str = "reasoning"
    tool_calls: tuple[ToolCallPiece, ...] = ()
    pieces: tuple[str, ...] = ()
    """The text's pieces where the usual ones will not do."""
    rate: float = 0.0
    """Pieces in a second; 0 for as fast as can be."""
    gate: Gate | None = None
    finish: str = "stop"
    ending: Ending = Ending.DONE
    headers: Mapping[str, str] = field(default_factory=lambda: dict(RATE_HEADERS))
    usage: bool = True
    """Whether Groq's counts are sent, at both of their places."""
    last: Mapping[str, Any] = field(default_factory=dict)
    """More for the last chunk."""
    last_words: Mapping[str, Any] = field(default_factory=dict)
    """A chunk to send last, before the ending."""
    line_end: bytes = b"\n"
    network_bytes: int = 0
    """Send the reply cut after so many bytes, wherever that is; 0 to send whole events."""

    async def send(self, request: web.Request, body: Mapping[str, Any]) -> web.StreamResponse:
        """Stream the answer, or give it whole when that is asked for."""
        if self.ending is Ending.NEVER:
            await asyncio.Event().wait()
        if self.ending is Ending.CLOSED_UNANSWERED:
            _abort(request, reset=False)
            return web.Response()
        if not body.get("stream"):
            counts = usage_of(10, 10)
            return web.json_response(
                whole(str(body["model"]), self._text(body), self.reasoning, counts)
            )
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        response = web.StreamResponse(headers={**headers, **self.headers})
        await response.prepare(request)
        await self._write_all(response, body)
        return await self._end(request, response, body)

    def _text(self, body: Mapping[str, Any]) -> str:
        """What is answered."""
        if self.text is not None:
            return self.text
        return "You said: " + str(body["messages"][-1].get("content", ""))

    def _deltas(self, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The deltas of the answer, in their order."""
        for token in tokens_of(self.reasoning):
            yield {self.reasoning_field: token}
        for token in self.pieces or tokens_of(self._text(body)):
            yield {"content": token}
        for call in self.tool_calls:
            yield {"tool_calls": [call.wire()]}

    async def _paced(self, body: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """The deltas, each at its time; the gate stands between them."""
        start = asyncio.get_running_loop().time()
        for sent, delta in enumerate(self._deltas(body)):
            if self.gate and sent == self.gate.after:
                await self.gate.pass_through()
            if self.rate:
                due = start + sent / self.rate
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            yield delta

    async def _write_all(self, response: web.StreamResponse, body: Mapping[str, Any]) -> None:
        """Send the opening chunk and the deltas."""
        model = str(body["model"])
        opening = chunk(model, {"role": "assistant", "content": ""}, x_groq={"id": REQUEST_ID})
        await self._write(response, event(opening))
        async for delta in self._paced(body):
            await self._write(response, event(chunk(model, delta)))

    async def _write(self, response: web.StreamResponse, data: bytes) -> None:
        """Send bytes, cut as was asked."""
        data = data.replace(b"\n", self.line_end)
        step = self.network_bytes or len(data)
        for start in range(0, len(data), step):
            await response.write(data[start : start + step])
            if self.network_bytes:
                await asyncio.sleep(0)

    async def _end(
        self, request: web.Request, response: web.StreamResponse, body: Mapping[str, Any]
    ) -> web.StreamResponse:
        """Bring the answer to the end that was asked for."""
        if self.last_words:
            await self._write(response, event(self.last_words))
        if self.ending in _FINISHED:
            await self._write(response, event(self._final(body)))
        if self.ending in {Ending.DONE, Ending.STALL_AFTER_DONE}:
            await self._write(response, b"data: [DONE]\n\n")
        if self.ending in _LAST_WORDS:
            await self._write(response, _LAST_WORDS[self.ending])
        if self.ending in {Ending.STALL, Ending.STALL_AFTER_DONE}:
            await asyncio.Event().wait()
        if self.ending in {Ending.RESET, Ending.CUT, Ending.RESET_AFTER_FINISH}:
            await asyncio.sleep(0.02)  # what was sent must be read before a reset discards it
            _abort(request, reset=self.ending is not Ending.CUT)
            return response
        await response.write_eof()
        return response

    def _final(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The last chunk, with its counts."""
        model = str(body["model"])
        more: dict[str, Any] = {"x_groq": {"id": REQUEST_ID}}
        if self.usage:
            prompt = sum(len(str(message)) // 4 for message in body["messages"])
            counts = usage_of(prompt, len(list(self._deltas(body))))
            more = {"x_groq": {"id": REQUEST_ID, "usage": counts}, "usage": counts}
        return chunk(model, {}, self.finish, **{**more, **self.last})


_TOOL_USE_FAILED = {
    "error": {
        "message": "Failed to call a function. Please adjust your prompt.",
        "type": "invalid_request_error",
        "code": "tool_use_failed",
        "failed_generation": "<function=x>",
        "status_code": 400,
    }
}

_FINISHED = {
    Ending.DONE,
    Ending.NOT_DONE,
    Ending.RESET_AFTER_FINISH,
    Ending.STALL_AFTER_DONE,
}
"""The endings before which the model says why it stops."""

_LAST_WORDS: Mapping[Ending, bytes] = {
    Ending.MALFORMED: b'data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"conte\n\n',
    Ending.ERROR_EVENT: event(_TOOL_USE_FAILED, "error"),
    Ending.ERROR_CHUNK: event(
        {"error": {"code": 500, "message": "the slot was lost", "type": "server_error"}}
    ),
    Ending.ERROR_FIELD: b'error: {"message": "the cache is full", "code": 500}\n\n',
    Ending.ERROR_TEXT: b"event: error\ndata: <html>no JSON</html>\n\n",
    Ending.ERROR_EXTENSION: event(
        chunk("m", {}, "stop", x_groq={"id": REQUEST_ID, "error": "over_capacity"})
    ),
}
"""What is sent at the end of answers that break."""
