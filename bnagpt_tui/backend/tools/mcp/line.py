"""What messages go over between this program and one server, whatever carries them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import anyio
from mcp.types import JSONRPCRequest, JSONRPCResponse

from .sieve import Sieve

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from mcp.client._transport import TransportStreams
    from mcp.shared.message import SessionMessage

    from .options import ServerOptions

LARGEST_MESSAGE: Final = 8 * 1024 * 1024
"""Bytes of one message from a server."""

_WAITING: Final = 256
"""Messages to a server that wait for it to take them; a stopped call never waits behind them."""

_PAUSE_SECONDS: Final = 0.05


class Line:
    """Carries messages to and from one server, for one connection.

    Args:
        options: The server.
    """

    def __init__(self, options: ServerOptions) -> None:
        self.options = options
        self.ended = asyncio.Event()
        """Set when nothing more will come, or when it is asked to end."""
        self.reason = ""
        """Why it ended, as a clause; empty when that is not known."""
        self.exit = ""
        """The program's last sign, as in ` with code 1`; empty when there is none."""
        self.sieve = Sieve()
        """What the tools' list goes through."""
        self.incoming, self.inbox = anyio.create_memory_object_stream[
            "SessionMessage | Exception"
        ]()
        self.outbox, self.outgoing = anyio.create_memory_object_stream["SessionMessage"](_WAITING)

    def open(self) -> AbstractAsyncContextManager[TransportStreams]:
        """Connect; at the end of the context everything is ended."""
        raise NotImplementedError

    def last_words(self) -> str:
        """What the server said last beside the messages; empty when it said nothing."""
        return ""

    async def deliver(self, item: SessionMessage | Exception) -> None:
        """Hand on what the server sent.

        Requests of its own wait until it has taken most of the answers to earlier ones: a server
        that asks and does not read cannot fill the memory.
        """
        message = None if isinstance(item, Exception) else item.message
        if isinstance(message, JSONRPCRequest):
            while self.outbox.statistics().current_buffer_used > _WAITING // 2:  # noqa: ASYNC110  # only ever for a server that does not read
                await asyncio.sleep(_PAUSE_SECONDS)
        elif isinstance(message, JSONRPCResponse):
            message.result = self.sieve.sift(message.result)
        await self.incoming.send(item)

    def end(self, reason: str = "") -> None:
        """Note that nothing more will come."""
        if not self.ended.is_set():
            self.reason = reason
            self.ended.set()

    def close(self) -> None:
        """Let go of all streams."""
        for stream in (self.incoming, self.inbox, self.outbox, self.outgoing):
            stream.close()
