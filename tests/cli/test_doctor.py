"""`bnagpt doctor`."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from bnagpt_tui.backend.keys import store_key
from bnagpt_tui.backend.settings import load
from bnagpt_tui.cli import engines, machine
from bnagpt_tui.cli.findings import Mark
from tests.groq_server import GroqServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from .conftest import CommandLine, Ran

KEY = "gsk_secret0123456789"


@pytest.fixture
async def server(command_line: CommandLine) -> AsyncIterator[GroqServer]:
    """Groq on loopback, which is asked with the right key."""
    async with GroqServer(key=KEY) as groq:
        command_line.environment["GROQ_BASE_URL"] = groq.url
        yield groq


async def doctor(command_line: CommandLine, *arguments: str) -> Ran:
    return await asyncio.to_thread(command_line.run, "doctor", *arguments)


async def found(command_line: CommandLine, *arguments: str) -> dict[str, tuple[str, str]]:
    """Mark and text by subject."""
    record = json.loads((await doctor(command_line, "--json", *arguments)).out)
    return {item["subject"]: (item["mark"], item["text"]) for item in record["findings"]}


async def test_all_is_found_where_all_is_well(
    command_line: CommandLine, server: GroqServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    command_line.environment["GROQ_API_KEY"] = KEY
    command_line.keep("n", "q")
    command_line.config.mkdir()
    (command_line.config / "config.toml").write_text("")
    ran = await doctor(command_line)
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert "✓ key          found in GROQ_API_KEY" in lines
    assert any(line.startswith(f"✓ service      {server.url} answered in ") for line in lines)
    assert any(line.startswith("✓ models       openai/gpt-oss-120b") for line in lines)
    assert "✓ kept         1 conversation" in lines
    assert f"✓ settings     {command_line.config / 'config.toml'}" in lines
    assert lines[-1] == "✓ in all       bnaGPT can answer, and keep what is said."


@pytest.mark.parametrize("form", [(), ("--json",)])
async def test_no_part_of_the_key_is_ever_printed(
    command_line: CommandLine, server: GroqServer, form: tuple[str, ...]
) -> None:
    for key in (KEY, KEY + "é", KEY[:12] + " " + KEY[12:], "wrong_secret0123"):
        command_line.environment["GROQ_API_KEY"] = key
        ran = await doctor(command_line, *form)
        assert "secret" not in ran.out + ran.err
        assert "0123" not in ran.out + ran.err


async def test_a_stored_key_is_named_by_its_file(
    command_line: CommandLine, server: GroqServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GROQ_API_KEY", raising=False)
    path = store_key(command_line.config, KEY, server.url.removeprefix("http://"))
    assert (await found(command_line))["key"] == ("good", f"found in {path}")


async def test_a_refused_key_is_told_from_an_unreachable_service(
    command_line: CommandLine, server: GroqServer
) -> None:
    command_line.environment["GROQ_API_KEY"] = "gsk_wrong"
    mark, text = (await found(command_line))["service"]
    assert mark == "bad"
    assert "key" in text
    command_line.environment["GROQ_BASE_URL"] = "http://127.0.0.1:9"
    mark, text = (await found(command_line))["service"]
    assert mark == "bad"
    assert "127.0.0.1:9" in text


async def test_a_model_that_is_not_there_is_named_beside_those_that_are(
    command_line: CommandLine, server: GroqServer
) -> None:
    command_line.environment["GROQ_API_KEY"] = KEY
    mark, text = (await found(command_line, "--model", "gone"))["models"]
    assert mark == "warning"
    assert text.startswith("gone is not among them: ")


async def test_local_asks_nobody_else(command_line: CommandLine, server: GroqServer) -> None:
    findings = await found(command_line, "--local")
    assert findings["service"][1] == "not asked: the settings say local"
    assert server.lists == []


async def test_nobody_to_answer_is_a_failure(
    command_line: CommandLine, server: GroqServer, tmp_path: Path
) -> None:
    command_line.environment["GROQ_API_KEY"] = "gsk_wrong"
    missing = str(tmp_path / "none.gguf")
    ran = await doctor(command_line, "--local-model", missing)
    assert ran.status == 1
    assert "✗ in all       Nobody can answer" in ran.out
    assert "✗ local model  There is no model at" in ran.out


async def test_a_model_of_this_machine_does_not_stand_in_for_a_key_that_is_refused(
    command_line: CommandLine, server: GroqServer
) -> None:
    command_line.environment["GROQ_API_KEY"] = "gsk_wrong"
    assert (await doctor(command_line)).status == 1
    assert (await doctor(command_line, "--local")).status == 0


async def test_without_key_and_address_this_machine_answers(command_line: CommandLine) -> None:
    command_line.environment["GROQ_BASE_URL"] = ""
    assert (await doctor(command_line)).status == 0


async def test_a_data_directory_that_cannot_be_is_a_failure(
    command_line: CommandLine, server: GroqServer
) -> None:
    command_line.environment["GROQ_API_KEY"] = KEY
    command_line.data.write_text("a file where the directory should be")
    ran = await doctor(command_line)
    assert ran.status == 1
    assert "✗ data" in ran.out
    assert ran.out.splitlines()[-1] == "✗ in all       Conversations cannot be kept."


async def test_servers_of_this_machine_are_listed(command_line: CommandLine) -> None:
    settings = load({"probe": True}, command_line.environment)
    async with GroqServer() as groq:
        places = [("Ollama", f"{groq.url}/v1"), ("vLLM", "http://127.0.0.1:9/v1")]
        findings, answers = await engines.servers(settings, places)
    assert answers
    assert [finding.text.split(": ")[0] for finding in findings] == [f"Ollama at {groq.url}/v1"]
    findings, answers = await engines.servers(settings, places)
    assert not answers
    assert findings[0].text == "no other model server on this machine"


async def test_the_embedded_model_is_found(command_line: CommandLine) -> None:
    finding, answers = engines.local(load({}, command_line.environment))
    assert answers
    assert "SmolLM2" in finding.text


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "16 million (COLORTERM=truecolor)"),
        ({"TERM": "xterm-direct"}, "16 million (TERM=xterm-direct)"),
        ({"TERM": "screen-256color"}, "256 (TERM=screen-256color)"),
        ({"TERM": "linux"}, "16 (TERM=linux)"),
        ({"TERM": "dumb"}, "none"),
        ({}, "none"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "none: NO_COLOR is set"),
    ],
)
def test_colours_are_counted_from_what_the_terminal_says(
    environment: dict[str, str], said: str
) -> None:
    assert machine.colours(environment) == said


def test_what_stands_between_is_named() -> None:
    between = {"SSH_CONNECTION": "1 2 3 4", "TMUX": "/tmp/x", "TERM": "dumb"}
    findings = {finding.subject: finding for finding in machine.terminal(between, "UTF-8")}
    assert findings["between"].text == "SSH, tmux"
    assert findings["terminal"].mark is Mark.WARNING
    assert findings["characters"].mark is Mark.GOOD
    findings = {
        finding.subject: finding for finding in machine.terminal({"TERM": "xterm"}, "ascii")
    }
    assert findings["terminal"].mark is Mark.GOOD
    assert findings["between"].text.startswith("nothing")
    assert findings["characters"].mark is Mark.WARNING


async def test_a_service_that_wants_a_key_is_reachable_all_the_same(
    command_line: CommandLine, server: GroqServer
) -> None:
    settings = load({"base_url": ""}, command_line.environment)
    findings, answers = await engines.service(settings, groq=server.url)
    assert not answers
    assert [finding.mark for finding in findings] == [Mark.GOOD]
    assert findings[0].text.endswith("; add a key")
    assert server.lists[0].headers["authorization"] == "Bearer none"


async def test_a_service_without_models_cannot_answer(command_line: CommandLine) -> None:
    async with GroqServer(models=()) as groq:
        settings = load({"base_url": groq.url}, command_line.environment)
        findings, answers = await engines.service(settings)
    assert not answers
    assert findings[-1].text == "none to chat with"


def test_a_package_that_is_missing_is_named() -> None:
    findings = list(machine.versions(["textual", "no-such-package"]))
    assert findings[-1].mark is Mark.BAD
    assert "Missing: no-such-package." in findings[-1].text


def test_little_room_is_a_warning(tmp_path: Path) -> None:
    assert machine.space(tmp_path, machine.LEAST_SPACE).mark is Mark.GOOD
    assert machine.space(tmp_path, machine.LEAST_SPACE - 1).mark is Mark.WARNING


def test_a_directory_that_is_not_there_yet_is_judged_by_the_one_above(tmp_path: Path) -> None:
    assert machine.nearest(tmp_path / "a" / "b") == tmp_path
    assert machine.unwritable(tmp_path / "a" / "b") == ""
    assert list(tmp_path.iterdir()) == []


async def test_a_key_that_others_can_read_is_noticed(
    command_line: CommandLine, server: GroqServer
) -> None:
    path = store_key(command_line.config, KEY)
    path.chmod(0o644)
    mark, text = (await found(command_line))["key"]
    assert mark == "bad"
    assert str(path) in text
    assert KEY not in text


async def test_a_groq_key_beside_another_server_is_explained(
    command_line: CommandLine, tmp_path: Path
) -> None:
    environment = {
        "GROQ_API_KEY": "gsk_1",
        "BNAGPT_BASE_URL": "https://api.z.ai/api/paas/v4",
        "BNAGPT_CONFIG_DIR": str(tmp_path / "c"),
        "BNAGPT_DATA_DIR": str(tmp_path / "d"),
    }
    finding = engines.key(load({}, environment), environment)
    assert finding.mark is Mark.WARNING
    assert "none for api.z.ai" in finding.text


def test_an_address_is_shown_without_what_may_be_secret() -> None:
    assert engines._shown("https://me:pw@x.example/v1?key=1") == "https://x.example/v1"
