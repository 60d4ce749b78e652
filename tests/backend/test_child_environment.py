"""No child process is given a key."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

import bnagpt_tui
from bnagpt_tui.backend.child_environment import looks_secret, without_our_keys, without_secrets
from bnagpt_tui.backend.engines.local.process import ServerProcess
from bnagpt_tui.backend.tools.web import apart

OURS = {"GROQ_API_KEY": "gsk_canary", "BNAGPT_WEB_SEARCH_KEY": "canary", "BNAGPT_API_KEY": "canary"}
SECRETS = (
    *("OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "GITHUB_TOKEN", "HF_TOKEN"),
    *("PGPASSWORD", "MYSQL_PWD", "GOOGLE_APPLICATION_CREDENTIALS", "apikey", "SECRET_KEY_BASE"),
    *("npm_config__auth", "DOCKER_AUTH_CONFIG", "GITHUB_PAT", "SENTRY_DSN", "azure_client_secret"),
)
HARMLESS = (
    *("PATH", "HOME", "PWD", "OLDPWD", "LANG", "TERM", "SSH_AUTH_SOCK", "XAUTHORITY", "TMPDIR"),
    *("KEYBOARD", "MONKEY", "BNAGPT_DATA_DIR", "TOKENIZERS_PARALLELISM", "HTTPS_PROXY"),
)


@pytest.mark.parametrize("name", [*OURS, *SECRETS])
def test_what_looks_like_a_secret_is_told_by_its_name(name: str) -> None:
    assert looks_secret(name)
    assert without_secrets({name: "x", "HOME": "/"}) == {"HOME": "/"}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_programs_need_stays(name: str) -> None:
    assert without_secrets({name: "x"}) == {name: "x"}


def test_a_password_within_an_address_is_a_secret_but_for_a_proxy() -> None:
    address = "postgres://me:hunter2@db/x"
    assert looks_secret("DATABASE_URL", address)
    assert not looks_secret("HTTPS_PROXY", "http://me:hunter2@proxy:1")


def test_a_program_of_the_users_gets_all_but_our_keys() -> None:
    theirs = {"OPENAI_API_KEY": "sk", "EDITOR_TOKEN": "x", "BNAGPT_DATA_DIR": "/d", "A": "b"}
    assert without_our_keys(OURS | theirs) == theirs


async def test_the_llama_child_is_started_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*OURS, *SECRETS):
        monkeypatch.setenv(name, "canary")
    child = await ServerProcess.spawn()
    try:
        seen = Path(f"/proc/{child._process.pid}/environ").read_bytes()
    finally:
        await child.stop()
    assert b"canary" not in seen
    assert b"PATH=" in seen


def test_the_worker_for_pages_is_started_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*OURS, *SECRETS):
        monkeypatch.setenv(name, "canary")
    assert "canary" not in apart._environment().values()
    assert apart._environment()["PATH"] == os.environ["PATH"]


STARTERS = {"create_subprocess_exec", "create_subprocess_shell", "subprocess_exec", "Popen"}
STARTERS |= {"subprocess_shell", "posix_spawn", "spawnv", "execv", "system"}


def test_no_child_is_started_with_the_environment_as_it_is() -> None:
    package = Path(bnagpt_tui.__file__).parent
    bare = []
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in STARTERS and "env" not in {word.arg for word in node.keywords}:
                bare.append(f"{path.relative_to(package)}:{node.lineno} {name}")
    assert bare == []
