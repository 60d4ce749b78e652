"""Takes the body of a reply without ever holding more of it than is wanted."""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING, Final

from ...errors import ToolError
from ...text import one_line

if TYPE_CHECKING:
    import httpx

ACCEPTED: Final = "gzip"
"""How servers are told that they may pack what they send."""

_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})


async def receive(response: httpx.Response, most: int) -> tuple[bytes, bool]:
    """A reply's body, and whether there is more of it.

    Args:
        response: A reply whose body was not read.
        most: Bytes that are taken at the most, as they come and after they are unpacked.

    Raises:
        ToolError: It is not packed as it says, or in a way that was not asked for.
    """
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    if packing and packing != "identity" and packing not in _PACKED:
        raise ToolError(f"The answer came packed as {one_line(packing, 30)}, which was not asked.")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32) if packing in _PACKED else None
    body = bytearray()
    taken = 0
    async for piece in response.aiter_raw():
        taken += len(piece)
        if unpacker:  # a small piece may hold megabytes
            piece = await asyncio.to_thread(_unpacked, unpacker, piece, most + 1 - len(body))  # noqa: PLW2901
        body += piece
        if taken > most or len(body) > most:
            return bytes(body[:most]), True
    return bytes(body), False


def _unpacked(unpacker: zlib._Decompress, piece: bytes, most: int) -> bytes:
    try:
        return unpacker.decompress(piece, most)
    except zlib.error:
        raise ToolError("The answer came packed in a way that cannot be unpacked.") from None
