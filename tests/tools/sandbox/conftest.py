"""Sandboxes of every kind that this machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bnagpt_tui.backend.tools.base import ToolResult
from bnagpt_tui.backend.tools.sandbox import Sandbox, SandboxOptions

MakeSandbox = Callable[..., Sandbox]
CANARY = "gsk_canary_0123456789"
INSIDE = "reads code from its input"
"""What stands in the command line of every interpreter inside of bwrap, also of other programs."""


def has_bwrap() -> bool:
    """Whether `bwrap` may do here what it has to."""
    program = shutil.which("bwrap")
    if program is None:
        return False
    words = [program, "--unshare-all", "--unshare-user", "--disable-userns", "--ro-bind", "/", "/"]
    return subprocess.run([*words, "true"], check=False, capture_output=True).returncode == 0


BWRAP = pytest.param(
    "bwrap",
    marks=pytest.mark.skipif(not has_bwrap(), reason="bwrap is not there, or may not work here"),
)


AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can do or be this")
USERS = pytest.mark.parametrize("user", [None, pytest.param(54321, marks=AS_ROOT)])
"""Whoever runs the tests, and somebody who is not root."""
KINDS = pytest.mark.parametrize("kind", [BWRAP, "monty"])
FULL = pytest.mark.parametrize("kind", [BWRAP])


@pytest.fixture
async def make_sandbox(tmp_path: Path) -> AsyncIterator[MakeSandbox]:
    """Makes sandboxes, and ends them."""
    made: list[Sandbox] = []

    def make(kind: str, **limits: object) -> Sandbox:
        options = SandboxOptions(tmp_path / "scratch", kind, **limits)  # type: ignore[arg-type]
        made.append(Sandbox(options))
        return made[-1]

    yield make
    for sandbox in made:
        await sandbox.aclose()


def open_way(path: Path) -> None:
    """Let everybody come to a path in the directory of temporary files."""
    for directory in (path, *path.parents):
        if directory.owner() == "root" and directory.is_relative_to("/tmp"):
            directory.chmod(directory.stat().st_mode | 0o011)


def home_of(tmp_path: Path, user: int | None) -> Path:
    """A home for a user, to whom the way there is open."""
    home = tmp_path / "home"
    home.mkdir()
    if user is not None:
        os.chown(home, user, user)
        open_way(tmp_path)
    return home


def ignore(_text: str) -> None:
    """Take nothing."""


async def run(sandbox: Sandbox, code: str, conversation: str = "c") -> ToolResult:
    """Run code and give its result."""
    return await sandbox.run(conversation, code, ignore)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of the host that everybody may read."""
    path = tmp_path / "secret.txt"
    path.write_text(CANARY)
    path.chmod(0o644)
    return path


def running_with(mark: str) -> list[str]:
    """The host's processes that have this in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if mark.encode() in command:
                found.append(entry.name)
    return found
