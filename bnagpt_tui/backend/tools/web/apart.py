"""Work on what strangers wrote is done in a process of its own, which can be ended at any moment.

A thread cannot be: a page that is made to be slow, or a search engine that does not answer, would
go on after Escape and hold up the end of bnaGPT.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Final

from ...child_environment import without_secrets

_WORKER: Final = "bnagpt_tui.backend.tools.web.worker"


async def apart(task: str, request: bytes, *, seconds: float) -> bytes:
    """What the task makes of the request; nothing of it runs any more when this returns.

    Args:
        task: One of the worker's tasks.
        request: What it is given.
        seconds: How long it may take.

    Raises:
        TimeoutError: It took longer.
        OSError: It did not start, or broke down.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # what lies in the working directory is no module of ours
        "-m",
        _WORKER,
        task,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_environment(),
    )
    try:
        async with asyncio.timeout(seconds):
            answer, _ = await process.communicate(request)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise ChildProcessError(f"{task} ended with status {process.returncode}")
    return answer


def _environment() -> dict[str, str]:
    """The environment without what looks like a secret, and the way to the same packages."""
    return {
        **without_secrets(os.environ),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
