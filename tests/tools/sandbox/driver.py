"""Runs code in a sandbox in a process of its own: `python -m tests.tools.sandbox.driver TOLD`.

TOLD is JSON: the `user` to become (null for none), the `home`, the `options`, whether there is a
`secret` in the session keyring, and `runs`, each code. Each result is a line of JSON.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bnagpt_tui.backend.tools.sandbox import Sandbox, SandboxOptions

ADD_KEY, KEYCTL = (217, 219) if os.uname().machine == "aarch64" else (248, 250)
SESSION = -3
"""The session keyring, as keyctl(2) knows it."""
DESCRIPTION = b"bnagpt-secret"
_JOIN, _SEARCH = 1, 10
_LIBC = ctypes.CDLL(None, use_errno=True)


def become(user: int, home: str) -> None:
    """Become a user who has nothing, and whose Python can be reached."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    os.environ["HOME"] = home
    if not os.access(sys.executable, os.X_OK):
        sys.executable = sys._base_executable = "/usr/bin/python3"  # type: ignore[attr-defined]


def add_secret(secret: bytes) -> int:
    """Put a secret into a new session keyring; its serial number."""
    _LIBC.syscall(KEYCTL, _JOIN, None)  # one with a name would be shared with a test beside
    return int(_LIBC.syscall(ADD_KEY, b"user", DESCRIPTION, secret, len(secret), SESSION))


def planted() -> bool:
    """Whether somebody has put a key into the session keyring."""
    return int(_LIBC.syscall(KEYCTL, _SEARCH, SESSION, b"user", b"planted", 0)) >= 0


async def main(told: dict[str, Any]) -> None:
    """Do what is told."""
    if told["user"] is not None:
        become(told["user"], told["home"])
    key = add_secret(told["secret"].encode()) if told["secret"] else 0
    options = dict(told["options"])
    sandbox = Sandbox(SandboxOptions(Path(told["home"]) / "data" / "scratch", "bwrap", **options))
    sentence, works = await sandbox.describe()
    print(json.dumps({"sentence": sentence, "works": works, "weak": sandbox.weaknesses()}))
    for code in told["runs"]:
        result = await sandbox.run("c", code.replace("{key}", str(key)), lambda _text: None)
        files = [file.name for file in result.files]
        print(json.dumps({"content": result.content, "failed": result.failed, "files": files}))
    await sandbox.aclose()
    print(json.dumps({"planted": planted()}))


def drive(
    home: Path,
    *runs: str,
    user: int | None = None,
    secret: str = "",
    environment: dict[str, str] | None = None,
    **options: Any,
) -> list[dict[str, Any]]:
    """Run code by such a process; the first result is the sandbox's own words."""
    told = {"user": user, "home": str(home), "options": options, "secret": secret, "runs": runs}
    done = subprocess.run(
        [sys.executable, "-m", "tests.tools.sandbox.driver", json.dumps(told)],
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
        # Another user may not write into the directory of temporary files that was chosen for us.
        env={**os.environ, "TMPDIR": str(home), **(environment or {})},
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


async def warm_up(home: Path) -> None:
    """Import everything, since another user may not be able to read where it is."""
    sandbox = Sandbox(SandboxOptions(home / "warm", "bwrap"))
    await sandbox.run("c", "open('x', 'w')", lambda _text: None)
    await sandbox.aclose()


if __name__ == "__main__":
    TOLD = json.loads(sys.argv[1])
    if TOLD["user"] is not None:
        asyncio.run(warm_up(Path(TOLD["home"])))
    asyncio.run(main(TOLD))
