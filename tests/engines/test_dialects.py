"""What a server refuses is left out, renamed or put otherwise, asked once more, and remembered.

The words of the refusals are those of the services named beside them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bnagpt_tui.backend.engines.base import Request
from bnagpt_tui.backend.engines.groq import GroqEngine
from bnagpt_tui.backend.engines.groq.dialect import Dialect, Forced, fit_effort
from bnagpt_tui.backend.engines.groq.memory import KEPT_SECONDS, ServerMemory
from bnagpt_tui.backend.errors import (
    KeyRefusedError,
    RateLimitedError,
    RequestRefusedError,
    ServiceFailedError,
)
from bnagpt_tui.backend.events import EngineEvent, Noted
from bnagpt_tui.backend.models import Message, Role, ToolCall, ToolSpec
from tests.groq_server.picky import PickyServer, Rule, error, once, refusal, without
from tests.groq_server.raw import Raw

from .asking import collect, text_of

LOOK = ToolSpec("look", "Look.", {"type": "object", "properties": {}})
QUESTION = (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "Hi there"))
MODEL = "qwen3-8b"
"""A model that is known to take tools."""


def asking(
    messages: Sequence[Message] = QUESTION, *, most: int | None = 5000, tools: bool = True
) -> Request:
    """A request with everything in it."""
    return Request(tuple(messages), MODEL, most, (LOOK,) if tools else ())


async def ask(
    server: PickyServer,
    request: Request | None = None,
    *,
    memory: ServerMemory | None = None,
    forced: Forced | None = None,
    extra: Mapping[str, Any] | None = None,
    path: str = "/v1",
) -> list[EngineEvent]:
    """What comes back of a request."""
    engine = GroqEngine(
        api_key="k",
        base_url=server.root + path,
        default_model=MODEL,
        memory=memory,
        forced=forced,
        extra_body=extra,
    )
    try:
        return await collect(engine, request or asking())
    finally:
        await engine.aclose()


def said(message: str, status: int = 400, **more: object) -> Callable[[], web.Response]:
    """A refusal in these words."""
    return lambda: error(status, message, **more)


PARAMETERS: list[tuple[str, Callable[[], web.Response]]] = [
    # OpenAI
    ("stream_options", said("Unrecognized request argument supplied: stream_options")),
    (
        "temperature",
        said(
            "Unsupported value: 'temperature' does not support 0.2 with this model. Only the "
            "default (1) value is supported.",
            param="temperature",
            code="unsupported_value",
        ),
    ),
    (
        "parallel_tool_calls",
        said(
            "Unsupported parameter: 'parallel_tool_calls' is not supported with this model.",
            param="parallel_tool_calls",
        ),
    ),
    ("reasoning_effort", said("Unknown parameter: 'reasoning_effort'.", param="reasoning_effort")),
    # Mistral, FastAPI
    (
        "stream_options",
        lambda: refusal(
            422,
            {
                "object": "error",
                "message": {
                    "detail": [
                        {
                            "type": "extra_forbidden",
                            "loc": ["body", "stream_options"],
                            "msg": "Extra inputs are not permitted",
                            "input": {"include_usage": True},
                        }
                    ]
                },
                "type": "invalid_request_error",
            },
        ),
    ),
    (
        "user",
        lambda: refusal(
            422,
            {"detail": [{"loc": ["body", "user"], "msg": "extra fields not permitted"}]},
        ),
    ),
    # vLLM
    (
        "parallel_tool_calls",
        lambda: refusal(
            400,
            {
                "object": "error",
                "message": "[{'type': 'extra_forbidden', 'loc': ('body', 'parallel_tool_calls'), "
                "'msg': 'Extra inputs are not permitted', 'input': False}]",
                "type": "BadRequestError",
                "code": 400,
            },
        ),
    ),
    # Google
    (
        "parallel_tool_calls",
        lambda: refusal(
            400,
            [
                {
                    "error": {
                        "code": 400,
                        "message": 'Invalid JSON payload received. Unknown name "'
                        'parallel_tool_calls": Cannot find field.',
                        "status": "INVALID_ARGUMENT",
                    }
                }
            ],
        ),
    ),
    # Groq, xAI, DeepSeek
    ("reasoning_format", said("`reasoning_format` is not supported with this model")),
    ("user", said("property 'user' is unsupported")),
    ("reasoning_effort", said("Argument not supported on this model: reasoningEffort")),
    # Rust and Go servers
    (
        "stream_options",
        said(
            "unknown field `stream_options`, expected one of `messages`, `model`, `tools`, "
            "`temperature`, `user`",
            422,
        ),
    ),
    ("user", lambda: refusal(400, {"error": 'json: unknown field "user"'})),
    # Ollama, llama.cpp, OpenRouter: a failure of the server's by its status, or another's
    ("reasoning_effort", said('"qwen3-8b" does not support thinking')),
    ("tool_choice", said("Unsupported param: tool_choice", 500)),
    (
        "temperature",
        said(
            "Provider returned error",
            metadata={"raw": '{"error":{"message":"temperature is not supported"}}'},
        ),
    ),
]


@pytest.mark.parametrize(("name", "refuse"), PARAMETERS)
async def test_a_parameter_that_is_refused_by_name_is_left_out(
    name: str, refuse: Callable[[], web.Response], tmp_path: Path
) -> None:
    extra = {
        "temperature": 0.2,
        "parallel_tool_calls": False,
        "reasoning_effort": "low",
        "reasoning_format": "parsed",
        "user": "me",
    }
    path = tmp_path / "servers.json"
    async with PickyServer("/v1", [without(name, refuse)]) as server:
        assert text_of(await ask(server, extra=extra, memory=ServerMemory(path))).startswith("You")
        first, second = server.bodies
        assert set(first) - set(second) == {name}
        await ask(server, extra=extra, memory=ServerMemory(path))
        assert len(server.bodies) == 3  # the next start knows it


@pytest.mark.parametrize(
    "refuse",
    [
        said(
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.",
            param="max_tokens",
            code="unsupported_parameter",
        ),
        lambda: refusal(
            422, {"detail": [{"loc": ["body", "max_tokens"], "msg": "Extra inputs not permitted"}]}
        ),
    ],
)
async def test_the_longest_answer_is_renamed(refuse: Callable[[], web.Response]) -> None:
    async with PickyServer("/v1", [without("max_tokens", refuse)]) as server:
        await ask(server)
        first, second = server.bodies
        assert first["max_tokens"] == second["max_completion_tokens"] == 5000
        assert "max_tokens" not in second


async def test_the_newer_name_gives_way_to_the_older_one() -> None:
    refuse = said("Unknown name max_completion_tokens: Cannot find field.")
    async with PickyServer("/openai/v1", [without("max_completion_tokens", refuse)]) as server:
        await ask(server, path="/openai/v1")
        assert server.bodies[-1]["max_tokens"] == 5000


async def test_a_server_that_takes_neither_name_is_asked_without_both() -> None:
    rules = [
        without("max_tokens", said("unknown field `max_tokens`")),
        without("max_completion_tokens", said("unknown field `max_completion_tokens`")),
    ]
    async with PickyServer("/v1", rules) as server:
        await ask(server)
        assert not {"max_tokens", "max_completion_tokens"} & server.bodies[-1].keys()


@pytest.mark.parametrize(
    ("message", "most"),
    [
        (
            "max_tokens is too large: 5000. This model supports at most 4096 completion tokens, "
            "whereas you provided 5000.",
            4096,
        ),
        ("`max_tokens` must be less than or equal to `2,048`", 2048),
        ("Invalid max_tokens value, the valid range of max_tokens is [1, 4000]", 4000),
        ("max_tokens: 5000 > 4000, which is the maximum allowed number of output tokens", 4000),
    ],
)
async def test_an_answer_that_may_not_be_so_long_is_asked_for_shorter(
    message: str, most: int
) -> None:
    def refuse(body: Mapping[str, Any]) -> web.Response | None:
        return error(400, message) if body.get("max_tokens", 0) > most else None

    async with PickyServer("/v1", [refuse]) as server:
        await ask(server)
        assert [body["max_tokens"] for body in server.bodies] == [5000, most]


@pytest.mark.parametrize(
    "refuse",
    [
        said("registry.ollama.ai/library/gemma:2b does not support tools"),
        said("tools param requires --jinja flag", 500),
        said(
            "No endpoints found that support tool use. To learn more about provider routing, "
            "visit: https://openrouter.ai/docs",
            404,
        ),
        said("deepseek-reasoner does not support Function Calling"),
        said("`tool calling` is not supported with this model"),
        said('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser'),
    ],
)
async def test_a_model_that_takes_no_tools_is_asked_without(
    refuse: Callable[[], web.Response],
) -> None:
    called = Message(Role.ASSISTANT, tool_calls=(ToolCall("a", "look", "{}"),))
    result = Message(Role.TOOL, "fine", tool_calls=(ToolCall("a", "look", "{}"),), tool_call_id="a")
    request = asking((*QUESTION, called, result))
    async with PickyServer("/v1", [without("tools", refuse)]) as server:
        events = await ask(server, request)
        assert [event for event in events if isinstance(event, Noted)]
        last = server.bodies[-1]
        assert not {"tools", "tool_choice"} & last.keys()
        assert [message["role"] for message in last["messages"]] == ["system", "user"]


SYSTEM = [
    said("System role not supported"),
    said("Jinja Exception: System role not supported", 500),
    said('Error rendering prompt with jinja template: "System role not supported".', 500),
    said("Only user and assistant roles are supported!"),
    said("Unsupported value: 'messages[0].role' does not support 'system' with this model."),
    said("Developer instruction is not enabled for models/gemma-3-27b-it"),
    said("system messages are not supported by this model"),
]


def has_system(body: Mapping[str, Any]) -> bool:
    """Whether instructions are a message of their own."""
    return any(message["role"] == "system" for message in body["messages"])


@pytest.mark.parametrize("refuse", SYSTEM)
async def test_without_a_system_role_instructions_go_into_the_first_question(
    refuse: Callable[[], web.Response],
) -> None:
    def rule(body: Mapping[str, Any]) -> web.Response | None:
        return refuse() if has_system(body) else None

    async with PickyServer("/v1", [rule]) as server:
        await ask(server)
        assert len(server.bodies) == 2
        [question] = server.bodies[-1]["messages"]
        assert question == {"role": "user", "content": "Be brief.\n\nHi there"}


def breaks_turns(body: Mapping[str, Any]) -> bool:
    """Whether user and assistant do not alternate, the user first, with nothing empty."""
    roles = [message["role"] for message in body["messages"] if message["role"] != "system"]
    wrong = any(role != ("user", "assistant")[at % 2] for at, role in enumerate(roles))
    return wrong or not all(message["content"] for message in body["messages"])


def user(text: str) -> Message:
    return Message(Role.USER, text)


def assistant(text: str) -> Message:
    return Message(Role.ASSISTANT, text)


@pytest.mark.parametrize(
    "refuse",
    [
        said("Conversation roles must alternate user/assistant/user/assistant/...", 500),
        said(
            "After the optional system message, conversation roles must alternate "
            "user/assistant/user/assistant/..."
        ),
        said(
            "After the (optional) system message(s), user and assistant roles should be "
            "alternating."
        ),
        said(
            'messages: roles must alternate between "user" and "assistant", but found multiple '
            '"user" roles in a row'
        ),
        said('messages: first message must use the "user" role'),
        said("Unexpected role 'user' after role 'tool'"),
        said("messages.2: text content blocks must be non-empty"),
    ],
)
@pytest.mark.parametrize(
    "messages",
    [
        (assistant("Welcome!"), user("Hi")),
        (user("Hi"), assistant("Half"), assistant("of it"), user("And?")),
        (assistant("One"), assistant("Two"), user("Hi")),
    ],
)
async def test_a_template_that_wants_turns_gets_them(
    refuse: Callable[[], web.Response], messages: tuple[Message, ...]
) -> None:
    def rule(body: Mapping[str, Any]) -> web.Response | None:
        return refuse() if breaks_turns(body) else None

    async with PickyServer("/v1", [rule]) as server:
        await ask(server, asking(messages, tools=False))
        assert len(server.bodies) == 2
        told = str(server.bodies[-1]["messages"])
        assert all(message.content in told for message in messages)


async def test_questions_without_an_answer_are_sent_as_one_to_everybody() -> None:
    messages = (user("one"), Message(Role.ASSISTANT, "  \n"), user("two"), user("three"))
    async with PickyServer("/v1") as server:
        await ask(server, asking(messages))
        [only] = server.bodies[0]["messages"]
        assert only == {"role": "user", "content": "one\n\ntwo\n\nthree"}


async def test_a_question_behind_a_tools_result_is_no_breach_of_turns() -> None:
    called = Message(Role.ASSISTANT, tool_calls=(ToolCall("a", "look", "{}"),))
    result = Message(Role.TOOL, "fine", tool_call_id="a")
    rules: list[Rule] = [once(said("Unexpected role 'user' after role 'tool'"))]
    async with PickyServer("/v1", rules) as server:
        await ask(server, asking((user("Look"), called, result, user("And?"))))
        last = server.bodies[-1]["messages"]
        assert [message["role"] for message in last] == [
            *("user", "assistant", "tool", "assistant", "user")
        ]
        assert last[1]["content"] is None
        assert last[3]["content"]


async def test_neither_system_nor_turns_are_learned_together() -> None:
    def rule(body: Mapping[str, Any]) -> web.Response | None:
        if has_system(body):
            return error(500, "Error rendering prompt with jinja template")
        return error(500, "roles must alternate") if breaks_turns(body) else None

    async with PickyServer("/v1", [rule]) as server:
        await ask(server, asking((*QUESTION[:1], assistant("Welcome!"), user("Hi")), tools=False))
        assert not has_system(server.bodies[-1])


async def test_a_template_that_refuses_everything_is_no_outage() -> None:
    rules: list[Rule] = [lambda _body: error(500, "Jinja Exception: value is not callable: null")]
    async with PickyServer("/v1", rules) as server:
        with pytest.raises(RequestRefusedError, match="template") as caught:
            await ask(server)
        assert not caught.value.retryable
        assert len(server.bodies) <= 4


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (500, "Internal Server Error", ServiceFailedError),
        (500, "An unknown error: unexpected tool call", ServiceFailedError),
        (502, "Unsupported parameter: stream_options", ServiceFailedError),
        (503, "the tools of this service are over capacity", ServiceFailedError),
        (401, "Unsupported parameter: stream_options", KeyRefusedError),
        (429, "Too many requests: max_tokens is not supported", RateLimitedError),
        (400, "The request is odd", RequestRefusedError),
        (400, "Unknown parameter: 'frequency_penalty'", RequestRefusedError),
    ],
)
async def test_a_refusal_that_names_nothing_that_was_sent_is_told(
    status: int, message: str, kind: type[Exception]
) -> None:
    rules: list[Rule] = [lambda _body: error(status, message)]
    async with PickyServer("/v1", rules) as server:
        with pytest.raises(kind):
            await ask(server)
        assert len(server.bodies) == 1


async def test_a_server_that_refuses_again_and_again_is_asked_a_few_times_only() -> None:
    def rule(body: Mapping[str, Any]) -> web.Response | None:
        name = next((name for name in body if name not in {"model", "messages", "stream"}), "x")
        return error(400, f"Unsupported parameter: {name}")

    async with PickyServer("/v1", [rule]) as server:
        with pytest.raises(RequestRefusedError):
            await ask(server, extra={f"p{number}": 1 for number in range(40)})
        assert len(server.bodies) < 12


async def test_a_refusal_in_the_stream_teaches_as_well() -> None:
    body = (
        b'data: {"error":{"message":"Unsupported parameter: stream_options","code":400}}\n\n'
        b"data: [DONE]\n\n"
    )
    refuse = lambda: web.Response(body=body, content_type="text/event-stream")  # noqa: E731
    async with PickyServer("/v1", [without("stream_options", refuse)]) as server:
        assert text_of(await ask(server)) == "You said: Hi there"
        assert "stream_options" not in server.bodies[-1]


async def test_what_is_learned_of_one_model_does_not_hold_for_another(tmp_path: Path) -> None:
    memory = ServerMemory(tmp_path / "servers.json")
    memory.note_dialect("http://x/v1", "a", Dialect(omitted=("tools",)))
    memory.save()
    again = ServerMemory(tmp_path / "servers.json")
    again.load()
    assert again.dialect("http://x/v1", "a") == Dialect(omitted=("tools",))
    assert again.dialect("http://x/v1", "b") == Dialect()
    assert again.dialect("http://y/v1", "a") == Dialect()


async def test_what_was_learned_long_ago_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "servers.json"
    memory = ServerMemory(path)
    memory.note_dialect("http://x/v1", "a", Dialect(system=False))
    memory._servers["http://x/v1"]["learned"] -= KEPT_SECONDS + 1  # type: ignore[index]
    memory.save()
    again = ServerMemory(path)
    again.load()
    assert again.dialect("http://x/v1", "a") == Dialect()


async def test_a_setting_forces_what_is_sent_and_what_is_not() -> None:
    forced = Forced(
        send={"temperature": 0.7},
        omit=("stream_options", "tool_choice"),
        answer_name="max_completion_tokens",
        system=False,
    )
    async with PickyServer("/v1") as server:
        await ask(server, forced=forced)
        [body] = server.bodies
        assert body["temperature"] == 0.7
        assert body["max_completion_tokens"] == 5000
        assert not {"stream_options", "tool_choice", "max_tokens"} & body.keys()
        assert not has_system(body)


async def test_what_is_forced_is_not_left_out_when_it_is_refused() -> None:
    rules = [without("temperature", said("Unsupported parameter: temperature"))]
    async with PickyServer("/v1", rules) as server:
        with pytest.raises(RequestRefusedError, match="temperature"):
            await ask(server, forced=Forced(send={"temperature": 0.7}))
        assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("model", "wished", "efforts", "sent"),
    [
        ("openai/gpt-oss-120b", "none", (), "low"),
        ("openai/gpt-oss-20b", "minimal", (), "low"),
        ("openai/gpt-oss-20b", "default", (), ""),
        ("openai/gpt-oss-20b", "xhigh", (), "high"),
        ("qwen/qwen3.8-27b", "none", (), "none"),
        ("qwen/qwen3-32b", "low", ("none", "default"), "none"),
        ("x", "odd", (), "odd"),
    ],
)
def test_an_effort_is_fitted_to_the_model(
    model: str, wished: str, efforts: tuple[str, ...], sent: str
) -> None:
    assert fit_effort(model, wished, efforts) == sent


async def test_an_effort_that_is_refused_is_replaced_by_one_that_is_listed() -> None:
    def rule(body: Mapping[str, Any]) -> web.Response | None:
        if body.get("reasoning_effort") in {"low", "medium", "high"}:
            return None
        return error(400, "`reasoning_effort` must be one of `low`, `medium`, or `high`")

    async with PickyServer("/v1", [rule]) as server:
        await ask(server, extra={"reasoning_effort": "none"})
        assert [body["reasoning_effort"] for body in server.bodies] == ["none", "low"]


NO_STREAM = [
    said("Streaming is not supported for this model"),
    said("This model does not support streaming."),
    said("This model doesn't support tool use in streaming mode."),
    said("Cannot use tools with stream", 500),
    said("Your organization must be verified to stream this model.", param="stream"),
    said("Unsupported value: 'stream' does not support true with this model.", param="stream"),
    said("stream must be set to false", 422),
    said("Only non-streaming requests are accepted"),
]


@pytest.mark.parametrize("refuse", NO_STREAM)
async def test_a_server_that_does_not_stream_is_asked_for_the_whole_answer(
    refuse: Callable[[], web.Response],
) -> None:
    whole = {
        "object": "chat.completion",
        "choices": [{"message": {"content": "Yes"}, "finish_reason": "stop"}],
    }
    memory = ServerMemory()
    body = json.dumps(whole).encode()
    rules: list[Rule] = [
        lambda body: refuse() if body.get("stream") else None,
        without("stream_options", said("'stream_options' is only allowed when stream is on")),
    ]
    async with PickyServer(rules=rules, answer=Raw(body, "application/json")) as server:
        events = await ask(server, asking(tools=True), memory=memory)
        assert text_of(events) == "Yes"
        assert server.bodies[-1]["stream"] is False
        assert "tools" in server.bodies[-1]
        await ask(server, asking(tools=True), memory=memory)
        assert len(server.bodies) == 3


@pytest.mark.parametrize(
    "message",
    [
        "Unrecognized request argument supplied: stream_options",
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    ],
)
async def test_a_refusal_of_streams_options_goes_on_streaming(message: str) -> None:
    rule = without("stream_options", said(message))
    async with PickyServer(rules=[rule]) as server:
        await ask(server)
        assert server.bodies[-1]["stream"] is True
        assert "stream_options" not in server.bodies[-1]
