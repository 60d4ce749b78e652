"""A server in Groq's wire format, fast enough that it is never what is measured.

Run as a process, it takes orders on standard input and tells on standard output when what
happened, both in lines of JSON. Its clock is `time.monotonic`, which on Linux all processes share.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any, Final

from .answer import FIRST, LAST, tokens

MODEL: Final = "openai/gpt-oss-120b"
"""The only model that there is."""

_THINKING: Final = 0.15
"""Seconds from a question to the first token, as short as a real service's."""

_EVENT_STREAM: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)

_MODELS: Final = {
    "object": "list",
    "data": [
        {
            "id": MODEL,
            "object": "model",
            "created": 1_795_000_000,
            "owned_by": "OpenAI",
            "active": True,
            "context_window": 131_072,
            "max_completion_tokens": 65_536,
        }
    ],
}


def http_chunk(data: bytes) -> bytes:
    """Data as one chunk of a chunked reply."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def event(delta: dict[str, str], finish: str | None = None, **more: Any) -> bytes:
    """One chunk of an answer, ready to be sent."""
    data = {
        "id": "chatcmpl-00000000-0000-4000-8000-000000000000",
        "object": "chat.completion.chunk",
        "created": 1_795_000_000,
        "model": MODEL,
        "system_fingerprint": "fp_0000000000",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
        **more,
    }
    text = json.dumps(data, ensure_ascii=False)
    return http_chunk(f"data: {text}\n\n".encode())


def opening() -> bytes:
    """What comes before the first token."""
    request = {"id": "req_00000000000000000000000000"}
    return _EVENT_STREAM + event({"role": "assistant", "content": ""}, x_groq=request)


def ending(count: int) -> bytes:
    """What comes after the last of so many tokens."""
    usage = {"prompt_tokens": 80, "completion_tokens": count, "total_tokens": count + 80}
    last = event({}, "stop", usage=usage, x_groq={"usage": usage})
    return last + http_chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


class Server:
    """Answers every question with the same text, at the rate that was ordered last."""

    def __init__(self) -> None:
        self._rate = 0.0
        self._events: list[bytes] = []
        self.order(rate=0, count=20, first=FIRST, last=LAST)

    def order(self, rate: float, count: int, first: str, last: str) -> None:
        """Answer so from here on.

        Args:
            rate: Tokens each second; 0 for all at once.
            count: Tokens of the answer.
            first: The first of them.
            last: The last of them.
        """
        self._rate = rate
        self._events = [event({"content": token}) for token in tokens(count, first, last)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until the other side closes it."""
        try:
            while head := await _head(reader):
                await self._reply(head, await _body(head, reader), writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _reply(self, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        if b"/chat/completions" not in head.split(b"\r\n", 1)[0]:
            data = json.dumps(_MODELS).encode()
            kind = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            writer.write(kind + b"Content-Length: %d\r\n\r\n%b" % (len(data), data))
            return
        tell("asked", bytes=len(body))
        await asyncio.sleep(_THINKING)
        writer.write(opening())
        send = self._send_paced if self._rate else self._send_at_once
        await send(writer)
        await writer.drain()

    async def _send_at_once(self, writer: asyncio.StreamWriter) -> None:
        data = b"".join(self._events) + ending(len(self._events))
        tell("first")
        writer.write(data)
        await writer.drain()
        tell("last")

    async def _send_paced(self, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()
        last = len(self._events) - 1
        for sent, data in enumerate(self._events):
            wait = start + sent / self._rate - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            if writer.transport.is_closing():
                return
            if sent in {0, last}:
                tell("first" if sent == 0 else "last")
            writer.write(data)
        writer.write(ending(len(self._events)))


async def _head(reader: asyncio.StreamReader) -> bytes:
    """The head of the next request; empty when there is none."""
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


async def _body(head: bytes, reader: asyncio.StreamReader) -> bytes:
    """The body that follows a head."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return await reader.readexactly(int(value))
    return b""


def tell(what: str, **more: object) -> None:
    """Say on standard output that something happened at this moment."""
    line = json.dumps({"what": what, "at": time.monotonic(), **more})
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def main() -> None:
    """Serve until standard input ends."""
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    tell("listening", port=listening.sockets[0].getsockname()[1])
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    async for line in orders:
        server.order(**json.loads(line))
        tell("ordered")


if __name__ == "__main__":
    asyncio.run(main())
