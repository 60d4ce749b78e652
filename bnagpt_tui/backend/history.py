"""The prompts that were sent, kept from one start to the next."""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from .paths import PRIVATE_FILE, make_private, write_private

if TYPE_CHECKING:
    from pathlib import Path

DRAFT_NAME: Final = "draft.json"
"""The file of what was not sent, beside the one of what was."""

LONGEST: Final = 500
"""How many prompts are read back."""

_TOO_LARGE: Final = 2_000_000


class PromptHistory:
    """A file of one JSON string a line, oldest first; every process appends to it.

    Args:
        path: The file's place; made with the first prompt. `None` keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    async def recall(self) -> list[str]:
        """The last prompts, oldest first, read beside the event loop."""
        return await asyncio.to_thread(self.read)

    async def remember(self, prompt: str) -> None:
        """Add a prompt, beside the event loop; what cannot be written is let go."""
        with suppress(OSError):
            await asyncio.to_thread(self.append, prompt)

    async def keep_draft(self, text: str) -> None:
        """Keep what is typed and not sent; what cannot be written is let go."""
        with suppress(OSError):
            await asyncio.to_thread(self._write_draft, text)

    async def take_draft(self) -> str:
        """What was typed and not sent at the last end; it is given once."""
        return await asyncio.to_thread(self._take_draft)

    def _write_draft(self, text: str) -> None:
        if self._path is None:
            return
        path = self._path.with_name(DRAFT_NAME)
        if not text:
            path.unlink(missing_ok=True)
            return
        write_private(path, json.dumps(text))

    def _take_draft(self) -> str:
        if self._path is None:
            return ""
        path = self._path.with_name(DRAFT_NAME)
        try:
            text = json.loads(path.read_bytes())
            path.unlink()
        except (OSError, ValueError):
            return ""
        return text if isinstance(text, str) else ""

    def read(self) -> list[str]:
        """The last prompts, oldest first; lines that cannot be read are passed over."""
        if self._path is None:
            return []
        try:
            lines = self._path.read_bytes().splitlines()
        except OSError:
            return []
        prompts: list[str] = []
        for line in lines[-LONGEST:]:
            try:
                prompt = json.loads(line)
            except ValueError:
                continue
            if isinstance(prompt, str):
                prompts.append(prompt)
        return prompts

    def append(self, prompt: str) -> None:
        """Add a prompt at the end.

        Raises:
            OSError: The file cannot be written.
        """
        if self._path is None:
            return
        make_private(self._path.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(self._path, flags, PRIVATE_FILE)
        try:
            os.write(descriptor, json.dumps(prompt).encode() + b"\n")
            large = os.fstat(descriptor).st_size > _TOO_LARGE
        finally:
            os.close(descriptor)
        if large:
            self._shorten(self._path)

    def _shorten(self, path: Path) -> None:
        """Keep the last prompts only."""
        kept = self.read()
        write_private(path, "".join(json.dumps(prompt) + "\n" for prompt in kept))
