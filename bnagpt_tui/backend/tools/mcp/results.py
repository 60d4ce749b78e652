"""What came of a call: the library's values as this program's."""

from __future__ import annotations

import base64
import binascii
import mimetypes
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import msgspec
from mcp import types

from ...text import one_line
from ..base import ProducedFile, ToolResult

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_CHARACTERS: Final = 1_000_000
"""Characters of text of one result."""

MOST_FILES: Final = 10
"""Files of one result."""

_KIND: Final = re.compile(r"[a-z0-9][a-z0-9.+_-]{0,60}/[a-z0-9][a-z0-9.+_-]{0,60}")
_UNFIT: Final = re.compile(r"[^\w.+ -]")


def result_from(answer: types.CallToolResult) -> ToolResult:
    """The result as models and users get it: text, and what is no text as files."""
    taking = _Taking()
    taking.take(answer.content)
    if not taking.has_text and answer.structured_content is not None:
        taking.add(_json(answer.structured_content))
    return ToolResult(
        taking.text() or "(The tool gave back nothing.)",
        failed=answer.is_error,
        files=tuple(taking.files),
    )


def _json(value: object) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, OverflowError, RecursionError):
        return ""


class _Taking:
    """Takes a result's pieces, up to what is kept of one."""

    def __init__(self) -> None:
        self.files: list[ProducedFile] = []
        self.has_text = False
        self._texts: list[str] = []
        self._room = MOST_CHARACTERS
        self._has_further = False

    def take(self, content: Sequence[types.ContentBlock]) -> None:
        """Take all pieces."""
        for block in content:
            if isinstance(block, types.TextContent):
                self.add(block.text)
            elif isinstance(block, types.ImageContent | types.AudioContent):
                self._add_file(block.type, block.mime_type, block.data)
            elif isinstance(block, types.ResourceLink):
                about = block.description or block.title or block.name
                self.add(f"{one_line(about, 500)}: {one_line(block.uri, 2000)}")
            elif isinstance(block.resource, types.TextResourceContents):
                self.add(block.resource.text)
            else:
                name = block.resource.uri.partition("?")[0].partition("#")[0]
                name = PurePosixPath(unquote(name)).name
                kind = block.resource.mime_type or ""
                self._add_file("file", kind, block.resource.blob, name)

    def add(self, text: str) -> None:
        """Take a text, or what there is room for."""
        self.has_text = self.has_text or bool(text)
        if text and self._room > 0:
            self._texts.append(text[: self._room])
            self._room -= len(text)

    def text(self) -> str:
        """All texts, one below the other."""
        text = "\n".join(self._texts)
        if self._room < 0:
            text += "\n[The rest was not taken.]"
        if self._has_further:
            text += "\n[Further files are left out.]"
        return text

    def _add_file(self, what: str, kind: str, data: str, name: str = "") -> None:
        if len(self.files) >= MOST_FILES:
            self._has_further = True
            return
        try:
            content = base64.b64decode(data)
        except (binascii.Error, ValueError):
            self._texts.append(f"[A broken {what} is left out.]")
            return
        kind = kind.partition(";")[0].strip().lower()
        if not _KIND.fullmatch(kind):
            kind = "application/octet-stream"
        name = _UNFIT.sub("_", name).strip(". ")[-100:]
        name = name or f"{what}-{len(self.files) + 1}{mimetypes.guess_extension(kind) or ''}"
        self.files.append(ProducedFile(name, kind, content))
        self._texts.append(f"[{name}: {kind}, {len(content)} bytes]")
