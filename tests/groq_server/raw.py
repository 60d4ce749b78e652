"""Replies in the very bytes that other servers send."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes as they are, cut as is asked."""

    body: bytes
    kind: str = "text/event-stream"
    """The reply's type; a wrong one too."""
    status: int = 200
    cuts: Sequence[int] = ()
    """Where the network cuts the body; not at all when empty."""
    resets: bool = False
    """Whether the connection is closed in the middle of the reply."""

    async def send(self, request: web.Request, body: Mapping[str, Any]) -> web.StreamResponse:
        """Send the bytes."""
        response = web.StreamResponse(status=self.status, headers={"Content-Type": self.kind})
        await response.prepare(request)
        places = sorted({0, len(self.body), *(cut for cut in self.cuts if cut < len(self.body))})
        for start, end in itertools.pairwise(places):
            await response.write(self.body[start:end])
            await asyncio.sleep(0)
        if self.resets:
            await asyncio.sleep(0.02)  # what was sent must be read before the connection ends
            assert request.transport is not None
            request.transport.abort()
            return response
        await response.write_eof()
        return response


def data(value: object) -> bytes:
    """An event as most servers write it; text stands as it is."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"data: {text}\n\n".encode()


def delta(**fields: Any) -> bytes:
    """An event that adds something to the answer."""
    return data({"choices": [{"index": 0, "delta": fields, "finish_reason": None}]})


def text(content: object) -> bytes:
    """An event that adds text."""
    return delta(content=content)


def stop(reason: object = "stop", **more: Any) -> bytes:
    """An event that gives a reason to stop."""
    return data({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}], **more})


DONE = b"data: [DONE]\n\n"
"""What OpenAI's streams end with."""


def stream(*events: bytes) -> bytes:
    """Events and a good end."""
    return b"".join(events) + stop() + DONE
