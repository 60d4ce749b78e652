"""The desktop around the terminal: its browser, as a child that gets no key of ours."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL

from .backend.child_environment import without_our_keys


async def browse(address: str) -> None:
    """Open an address in the user's browser.

    A program starts it that we start: Python's own way hands our whole environment on.

    Raises:
        OSError: No program can be started.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-m", "webbrowser", "-t", address),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
        start_new_session=True,
        env=without_our_keys(os.environ),
    )
    await process.wait()
