"""The model of this machine: a real one, in a real child process."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Final

import httpx
import pytest
import pytest_asyncio

from bnagpt_tui.backend.engines.base import Request
from bnagpt_tui.backend.engines.local import LocalEngine
from bnagpt_tui.backend.errors import EngineMissingError, TooLargeError
from bnagpt_tui.backend.events import FinishReason, TextDelta
from bnagpt_tui.backend.models import Message, ModelInfo, Role

from .asking import collect, finish_of, question, text_of

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them"
    ),
]

PARENT: Final = """
import asyncio
from bnagpt_tui.backend.engines.local import LocalEngine

async def main():
    await LocalEngine(threads=1).prepare()
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def children(parent: int) -> list[int]:
    """The processes that a process has started, from Linux's own account."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(child) for child in listed.split()]


def arguments(process: int) -> str:
    """The arguments of a process, as everybody can read them."""
    return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def server_of(parent: int) -> int:
    """The one model server that a process has started."""
    (child,) = (child for child in children(parent) if "server.py" in arguments(child))
    return child


def listening(process: int) -> list[str]:
    """The addresses on which a process listens, as Linux's tables write them."""
    sockets = {
        file.readlink().name.strip("socket:[]") for file in Path(f"/proc/{process}/fd").iterdir()
    }
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{process}/net/{table}").read_text(encoding="ascii").splitlines()
    ]
    return [line[1] for line in lines if line[3] == "0A" and line[9] in sockets]


def wait_for(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Look again and again until the condition holds; processes tell nobody when they end."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition never held"
        time.sleep(0.01)


async def gone(process: int) -> None:
    """Wait until a process has ended."""
    place = Path(f"/proc/{process}/exe")
    await asyncio.to_thread(wait_for, lambda: not place.exists())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine() -> AsyncIterator[LocalEngine]:
    """The demo model, started once for all."""
    engine = LocalEngine(threads=1)
    yield engine
    await engine.aclose()


async def test_the_demo_model_answers_and_counts(engine: LocalEngine) -> None:
    messages = (Message(Role.USER, "What is the capital of France?"),)
    events = await collect(engine, Request(messages, "some/other-model", 40))
    assert text_of(events).strip()
    finished = finish_of(events)
    assert finished.model == "SmolLM2-135M-Instruct"
    assert finished.prompt_tokens > 5
    assert finished.completion_tokens > 1


async def test_what_can_be_asked_is_described(engine: LocalEngine) -> None:
    info = ModelInfo(
        "SmolLM2-135M-Instruct",
        context_window=4096,
        max_completion_tokens=640,
        owner="this machine",
        metered=False,
    )
    assert await engine.models() == (info,)
    assert engine.describe("anything") == info


async def test_an_answer_has_an_end(engine: LocalEngine) -> None:
    events = await collect(engine, question("Count to a thousand.", most=4))
    assert finish_of(events).reason is FinishReason.LENGTH
    assert finish_of(events).completion_tokens <= 5


async def test_a_request_beyond_the_window_tells_the_figures(engine: LocalEngine) -> None:
    with pytest.raises(TooLargeError, match="the demo model takes 4,096 tokens at once") as caught:
        await collect(engine, question("word " * 5000))
    assert caught.value.limit == 4096
    assert (caught.value.requested or 0) > 5000


async def test_two_answers_stream_at_once_and_can_be_stopped(engine: LocalEngine) -> None:
    story = question("Tell me a long story about a dragon.", most=400)
    async with aclosing(engine.stream(story)) as first, aclosing(engine.stream(story)) as second:
        assert isinstance(await anext(first), TextDelta)
        assert isinstance(await anext(second), TextDelta)
    assert text_of(await collect(engine, question("Say hello.", most=8)))


async def test_the_server_listens_on_loopback_alone_and_wants_its_token(
    engine: LocalEngine,
) -> None:
    await engine.prepare()
    (address,) = listening(server_of(os.getpid()))
    host, port = address.split(":")
    assert host == "0100007F"
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"http://127.0.0.1:{int(port, 16)}/openai/v1/chat/completions"
        reply = await client.post(url, json={"messages": [{"role": "user", "content": "hi"}]})
    assert reply.status_code == 401


async def test_a_child_that_died_is_started_again(engine: LocalEngine) -> None:
    await engine.prepare()
    old = server_of(os.getpid())
    os.kill(old, signal.SIGKILL)
    await gone(old)
    assert text_of(await collect(engine, question("Say hello.", most=8)))
    assert server_of(os.getpid()) != old


async def test_closing_ends_the_child() -> None:
    engine = LocalEngine(threads=1)
    before = set(children(os.getpid()))
    await engine.prepare()
    (child,) = set(children(os.getpid())) - before
    await engine.aclose()
    assert child not in children(os.getpid())


async def test_a_start_that_is_given_up_leaves_no_child() -> None:
    engine = LocalEngine(threads=1)
    before = set(children(os.getpid()))
    starting = asyncio.create_task(engine.prepare())
    await asyncio.to_thread(wait_for, lambda: set(children(os.getpid())) - before)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await asyncio.to_thread(wait_for, lambda: not set(children(os.getpid())) - before)
    await engine.aclose()


async def test_closing_does_not_wait_for_a_model_to_load() -> None:
    engine = LocalEngine(threads=1)
    before = set(children(os.getpid()))
    starting = asyncio.create_task(engine.prepare())
    await asyncio.to_thread(wait_for, lambda: set(children(os.getpid())) - before)
    await engine.aclose()
    with pytest.raises(EngineMissingError):
        await starting
    assert set(children(os.getpid())) <= before


async def test_the_child_dies_with_an_application_that_is_killed() -> None:
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    assert await parent.stdout.readline() == b"ready\n"
    child = server_of(parent.pid)
    parent.kill()
    await parent.wait()
    await gone(child)
