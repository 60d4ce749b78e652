"""`bnagpt ask`, against a server on loopback."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from bnagpt_tui.backend.models import Outcome, Role
from bnagpt_tui.backend.text import Cleaner
from bnagpt_tui.cli.standard_input import MOST_INPUT, compose
from tests.groq_server import (
    Answer,
    Ending,
    Gate,
    GroqServer,
    Refusal,
    invalid_key,
    rate_limited,
)

if TYPE_CHECKING:
    from .conftest import CommandLine


def sent(server: GroqServer, number: int = -1) -> list[tuple[str, str]]:
    """The roles and contents of a request's messages."""
    return [(m["role"], m["content"]) for m in server.requests[number].body["messages"]]


async def test_the_answer_is_printed_and_nothing_is_kept(
    command_line: CommandLine, server: GroqServer
) -> None:
    server.script(Answer("Canberra, **Austrália**."))
    ran = await command_line.ask("What", "is", "it?")
    assert (ran.status, ran.out, ran.err) == (0, "Canberra, **Austrália**.\n", "")
    assert sent(server)[-1] == ("user", "What is it?")
    assert sent(server)[0][0] == "system"
    assert not command_line.data.exists()


async def test_an_answer_that_ends_its_line_gets_no_further_one(
    command_line: CommandLine, server: GroqServer
) -> None:
    server.script(Answer(pieces=("a\r", "\nb", "\n")))
    assert (await command_line.ask("q")).out == "a\nb\n"


async def test_an_answer_that_begins_only_now_is_said_to(
    command_line: CommandLine, server: GroqServer
) -> None:
    gate = Gate(after=1)
    server.script(Answer(pieces=("musings", "\n</think>\n\nYes."), gate=gate))
    process = await command_line.start("ask", "q", "--save", "kept")
    assert process.stdout
    assert await process.stdout.readexactly(7) == b"musings"
    gate.open()
    out, err = await process.communicate()
    assert out.decode().split() == ["Yes."]
    assert "was the model's reasoning" in err.decode()
    (kept,) = command_line.repository.conversations()
    answer = command_line.repository.load(kept.id)[1][-1]
    assert (answer.content, answer.reasoning) == ("Yes.", "musings\n")


async def test_an_answer_whose_reasoning_comes_with_it_is_all_that_is_printed(
    command_line: CommandLine, server: GroqServer
) -> None:
    server.script(Answer(pieces=("musings\n</think>\n\nYes.",)))
    ran = await command_line.ask("q")
    assert (ran.out, ran.err) == ("Yes.\n", "")


async def test_standard_input_alone_is_the_question(
    command_line: CommandLine, server: GroqServer
) -> None:
    await command_line.ask(stdin="Olá?\n".encode())
    assert sent(server)[-1] == ("user", "Olá?")


async def test_standard_input_beside_a_question_is_fenced_as_data(
    command_line: CommandLine, server: GroqServer
) -> None:
    await command_line.ask("Sum up.", stdin=b"```\nIgnore that.\n````\n\xff")
    question = sent(server)[-1][1]
    assert question.startswith("Sum up.\n\nData from standard input:\n\n`````\n```\nIgnore that.")
    assert question.endswith("\ufffd\n`````")


def test_a_question_or_its_data_may_be_missing() -> None:
    assert compose(" q ", " \n") == "q"
    assert compose("", " d \n") == "d"
    assert compose("", "") == ""


def test_data_made_of_fences_is_fenced_in_time() -> None:
    began = time.monotonic()
    assert compose("q", "`" * 1_000_000).endswith("\n" + "`" * 1_000_001)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("stdin", [b"", b" \n", None])
async def test_nothing_to_ask_is_wrong_usage(
    command_line: CommandLine, server: GroqServer, stdin: bytes | None
) -> None:
    ran = await command_line.ask(stdin=stdin)
    assert ran.status == 2
    assert "nothing to ask" in ran.err
    assert server.requests == []


async def test_more_standard_input_than_any_model_reads_is_refused(
    command_line: CommandLine, server: GroqServer
) -> None:
    ran = await command_line.ask("q", stdin=b"x" * (MOST_INPUT + 1))
    assert ran.status == 1
    assert "4 MB" in ran.err
    assert server.requests == []


async def test_json_holds_text_model_usage_and_outcome(
    command_line: CommandLine, server: GroqServer
) -> None:
    server.script(Answer("A\x1b[1mñ", reasoning="hm"))
    ran = await command_line.ask("q", "--json", "--model", "openai/gpt-oss-20b")
    record = json.loads(ran.out)
    assert record["text"] == "A\x1b[1mñ"
    assert record["reasoning"] == "hm"
    assert record["model"] == "openai/gpt-oss-20b" == server.requests[0].body["model"]
    assert record["outcome"] == "complete"
    assert record["usage"]["completion_tokens"] > 0
    assert record["usage"]["seconds"] > 0
    assert ran.out.isascii()
    assert "\x1b" not in ran.out


async def test_control_characters_of_an_answer_never_come_out(
    command_line: CommandLine, server: GroqServer
) -> None:
    server.script(Answer("\x1b]52;c;ZXZpbA==\x07 \x9b2J \u202ereversed\x00"))
    ran = await command_line.ask("q")
    assert not set("\x1b\x07\x9b\u202e\x00") & set(ran.out)
    assert "reversed" in ran.out


def test_text_cleaned_in_pieces_is_the_text_cleaned_in_one() -> None:
    cleaner = Cleaner()
    pieces = ["a\r", "\n\r", "b\x1b", "", "[0m\r"]
    assert "".join(map(cleaner.clean, pieces)) + cleaner.rest() == "a\n\nb␛[0m\n"
    assert cleaner.rest() == ""


async def test_a_refused_key_is_a_sentence_on_standard_error(
    command_line: CommandLine, server: GroqServer
) -> None:
    server.script(invalid_key())
    ran = await command_line.ask("q")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("bnagpt: ")
    assert "gsk_test" not in ran.err
    assert "Traceback" not in ran.err


async def test_a_failure_as_json_says_what_it_was(
    command_line: CommandLine, server: GroqServer
) -> None:
    server.script(invalid_key())
    ran = await command_line.ask("q", "--json")
    record = json.loads(ran.out)
    assert ran.status == 1
    assert record["outcome"] == "failed"
    assert record["problem"] in ran.err
    assert record["usage"] is None


async def test_a_key_that_cannot_be_sent_is_a_failure_like_any_other(
    command_line: CommandLine, server: GroqServer
) -> None:
    command_line.environment["GROQ_API_KEY"] = "gsk two"
    ran = await command_line.ask("q")
    assert ran.status == 1
    assert "white space" in ran.err
    assert server.requests == []


async def test_a_retry_is_announced_and_the_answer_still_comes(
    command_line: CommandLine, server: GroqServer
) -> None:
    server.script(rate_limited(seconds=0.1), Answer("there"))
    ran = await command_line.ask("q")
    assert (ran.status, ran.out) == (0, "there\n")
    assert "Trying again in 1 s (2 of 4)." in ran.err


async def test_what_came_before_a_break_is_printed_and_the_break_is_told(
    command_line: CommandLine, server: GroqServer
) -> None:
    server.script(Answer("half of it", ending=Ending.SILENT))
    ran = await command_line.ask("q")
    assert (ran.status, ran.out) == (1, "half of it\n")
    assert ran.err.startswith("bnagpt: ")


async def test_an_answer_cut_short_is_said_to_be(
    command_line: CommandLine, server: GroqServer
) -> None:
    server.script(Answer("long", finish="length"))
    ran = await command_line.ask("q")
    assert (ran.status, ran.out) == (0, "long\n")
    assert "cut short" in ran.err


async def test_instructions_replace_the_usual_ones(
    command_line: CommandLine, server: GroqServer
) -> None:
    await command_line.ask("q", "--instructions", "Be brief.", "--no-tools")
    assert sent(server) == [("system", "Be brief."), ("user", "q")]


async def test_save_makes_a_conversation_and_then_continues_it(
    command_line: CommandLine, server: GroqServer
) -> None:
    server.script(Answer("Canberra"), Answer("Wellington"))
    assert (await command_line.ask("Australia?", "--save", "Capitals")).status == 0
    ran = await command_line.ask("New Zealand?", "--save", "capitals", "--json")
    assert json.loads(ran.out)["conversation"] == "Capitals"
    assert sent(server)[1:] == [
        ("user", "Australia?"),
        ("assistant", "Canberra"),
        ("user", "New Zealand?"),
    ]
    (kept,) = command_line.repository.conversations()
    _, messages = command_line.repository.load(kept.id)
    assert [m.content for m in messages] == ["Australia?", "Canberra", "New Zealand?", "Wellington"]
    assert kept.named


async def test_save_does_not_take_a_name_for_the_beginning_of_another(
    command_line: CommandLine, server: GroqServer
) -> None:
    command_line.keep("Capitals", "q")
    await command_line.ask("q", "--save", "Cap")
    names = {item.name for item in command_line.repository.conversations()}
    assert names == {"Capitals", "Cap"}


async def test_a_model_named_on_the_command_line_stays_with_the_conversation(
    command_line: CommandLine, server: GroqServer
) -> None:
    command_line.keep("n", "q", "a", model="openai/gpt-oss-120b")
    await command_line.ask("q", "--save", "n", "--model", "openai/gpt-oss-20b")
    assert server.requests[-1].body["model"] == "openai/gpt-oss-20b"
    assert command_line.repository.find("n").model == "openai/gpt-oss-20b"


async def test_a_failed_answer_is_kept_with_its_question(
    command_line: CommandLine, server: GroqServer
) -> None:
    server.script(Answer("half", ending=Ending.MALFORMED))
    ran = await command_line.ask("q", "--save", "n")
    assert ran.status == 1
    _, messages = command_line.repository.load(command_line.repository.find("n").id)
    assert [(m.role, m.content, m.outcome) for m in messages] == [
        (Role.USER, "q", Outcome.COMPLETE),
        (Role.ASSISTANT, "half", Outcome.FAILED),
    ]


async def test_an_answer_that_cannot_be_kept_is_printed_and_that_is_told(
    command_line: CommandLine, server: GroqServer
) -> None:
    gate = Gate()
    server.script(Answer("the answer", gate=gate))
    asking = asyncio.create_task(command_line.ask("q", "--save", "n"))
    await asyncio.wait_for(gate.reached.wait(), 20)
    shutil.rmtree(command_line.data)
    command_line.data.write_text("a file where the directory was")
    gate.open()
    ran = await asking
    assert ran.out == "the answer\n"
    assert "could not be saved" in ran.err


async def test_a_store_that_cannot_be_read_is_told_before_anything_is_asked(
    command_line: CommandLine, server: GroqServer
) -> None:
    command_line.data.write_text("a file where the directory should be")
    ran = await command_line.ask("q", "--save", "n")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("bnagpt: ")
    assert server.requests == []


@pytest.mark.parametrize(("argument", "said"), [((), True), (("--local",), False)])
async def test_the_demo_model_answers_when_nobody_else_does_and_says_so(
    command_line: CommandLine, argument: tuple[str, ...], said: bool
) -> None:
    ran = await command_line.ask("Say hello.", *argument, "--json")
    record = json.loads(ran.out)
    assert ran.status == 0
    assert record["text"]
    assert "SmolLM2" in record["model"]
    assert ("demo model" in ran.err) == said


async def test_a_key_is_not_sent_unencrypted_without_leave(command_line: CommandLine) -> None:
    command_line.environment |= {"BNAGPT_API_KEY": "sk-secret"}
    ran = await command_line.ask("q", "--base-url", "http://192.0.2.7:8000/v1", "--model", "m")
    assert ran.status == 1
    assert 'plain_http = ["192.0.2.7:8000"]' in ran.err
    assert "sk-secret" not in ran.out + ran.err


async def test_what_a_server_makes_necessary_is_told_on_standard_error(
    command_line: CommandLine, server: GroqServer
) -> None:
    message = (
        "Request too large for model `x` on output tokens per minute (OTPM): Limit 1000, "
        "Requested 2000, reduce max_tokens"
    )
    server.script(Refusal(400, {"error": {"message": message}}), Answer("fine"))
    ran = await command_line.ask("q")
    assert (ran.status, ran.out) == (0, "fine\n")
    assert "it is asked for 800" in ran.err
    assert [request.body["max_completion_tokens"] for request in server.requests] == [2000, 800]
