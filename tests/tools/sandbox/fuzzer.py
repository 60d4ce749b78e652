"""Hostile code in random order, then what must be true of the host and of the next run."""

from __future__ import annotations

import asyncio
import random
import stat
from pathlib import Path
from typing import Final

from bnagpt_tui.backend.tools.sandbox import Sandbox, SandboxOptions
from tests.tools.sandbox.conftest import INSIDE, ignore, running_with
from tests.waiting import until

MEGABYTE: Final = 1024 * 1024
RUNS: Final = 8
CALLS: Final = """
import ctypes, os, random, signal
chance = random.Random({seed})
libc = ctypes.CDLL(None)
for _ in range(20):
    child = os.fork()
    if not child:
        signal.alarm(1)
        for _ in range(200):
            values = [chance.choice((0, 1, -1, 3, 4096, 1 << 32 | 16, chance.getrandbits(64)))
                      for _ in range(6)]
            libc.syscall(ctypes.c_long(chance.randrange(600)), *map(ctypes.c_long, values))
        os._exit(0)
    os.waitpid(child, 0)
"""
"""Calls of every number with arguments of any kind."""

HOSTILE: Final = (
    CALLS,
    "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "import os\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')",
    "n = 0\nwhile True:\n    n += 1\n    open(f'{{n}}', 'w').close()",
    "held = []\nwhile True: held.append(bytes(1 << 20))",
    "import os\nwhile True: os.write(1, bytes(1 << 16))",
    "import os\nfor n in range(1, 65):\n    try: os.kill(-1, n)\n    except OSError: pass",
    "import os\nfor n in range(3, 300):\n    try: os.write(n, b'{{\"id\": 1}}\\n' * 999)\n"
    "    except OSError: pass",
    "import os\nfor n in range(3, 300):\n    try: os.close(n)\n    except OSError: pass",
    "import os\nos.symlink('/', 'root')\nos.symlink('..', 'up')\nos.mkfifo('fifo')",
    "import os\nos.mkdir('locked')\nos.chmod('locked', 0)\nos.chmod('.', 0)",
    "import os, signal\nfor n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n"
    "    except OSError: pass\nos.fork()\nwhile True: pass",
    "import threading\ndef burn():\n    while True: pass\nthreading.Thread(target=burn).start()",
    "import resource\nfor n in range(16):\n    try: resource.prlimit(1, n, (0, 0))\n"
    "    except (OSError, ValueError): pass",
    "import ctypes\nctypes.string_at({seed})",
    "import os\nopen('x', 'wb').truncate(10_000_000)\nos.link('x', 'y')\nos.unlink('x')",
    "import sys, builtins\nsys.stdout = sys.stderr = None\nbuiltins.str = builtins.repr = 5\n1",
)
"""Code that does harm where it can; doubled braces, since a seed is put in."""


def sandbox(directory: Path, chance: random.Random) -> str:
    """Run hostile code; nothing is left of it, and code that means well runs afterwards."""
    return asyncio.run(_hostile(directory, chance))


async def _hostile(directory: Path, chance: random.Random) -> str:
    directory.chmod(0o711)
    others = set(running_with(INSIDE))
    options = SandboxOptions(
        directory / "scratch",
        "bwrap",
        seconds=1.0,
        memory=200 * MEGABYTE,
        disk_bytes=20 * MEGABYTE,
        output_characters=10_000,
    )
    tried = Sandbox(options)
    failed = 0
    try:
        for _ in range(RUNS):
            code = chance.choice(HOSTILE).format(seed=chance.randrange(1_000_000))
            failed += (await tried.run("hostile", code, ignore)).failed
            assert (await tried.run("kind", "6 * 7", ignore)).content == "42"
        fresh = await tried.run("hostile", "6 * 7", ignore, fresh=True)
        assert fresh.content.startswith("42"), fresh.content
    finally:
        await tried.aclose()
    await until(lambda: others.issuperset(running_with(INSIDE)))
    if options.scratch.exists():
        kept = [path.lstat() for path in options.scratch.iterdir()]
        assert all(stat.S_ISREG(status.st_mode) for status in kept)
        assert sum(status.st_size for status in kept) < 60 * MEGABYTE
    return f"{RUNS} runs of hostile code, {failed} of which failed"
