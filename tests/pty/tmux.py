"""The application in a real tmux."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import pytest

needs_tmux = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")
"""Marks what cannot be tried without it."""


class Tmux:
    """A server of our own with one pane.

    Args:
        home: Where everything is kept, the server's socket included.
        command: What runs in the pane.
        environment: Variables beside the usual ones.
    """

    def __init__(self, home: Path, command: str, environment: Mapping[str, str]) -> None:
        self._socket = home / "socket"
        self._command = command
        self._environment = {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "HOME": str(home),
            "BNAGPT_DATA_DIR": str(home / "data"),
            "BNAGPT_CONFIG_DIR": str(home / "config"),
            **environment,
        }

    async def __aenter__(self) -> Self:
        await self.run("new-session", "-d", "-x", "100", "-y", "30", self._command)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.run("kill-server")

    async def run(self, *words: str) -> str:
        """Run a command of tmux; what it prints."""
        process = await asyncio.create_subprocess_exec(
            *("tmux", "-S", str(self._socket), "-f", "/dev/null", *words),
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        out, _ = await process.communicate()
        return out.decode()

    async def type(self, *keys: str) -> None:
        """Press keys, by tmux's names, or type texts."""
        await self.run("send-keys", *keys)

    async def sees(self, *texts: str) -> None:
        """Wait until all texts stand in the pane."""
        shown = ""
        for _ in range(600):
            shown = await self.run("capture-pane", "-p")
            if all(text in shown for text in texts):
                return
            await asyncio.sleep(0.05)
        pytest.fail(f"{texts} not in the pane:\n{shown}")
