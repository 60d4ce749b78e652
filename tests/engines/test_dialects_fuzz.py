"""Valid streams, spoilt at random: at worst an `EngineError` comes of it, and no text is lost."""

from __future__ import annotations

import copy
import itertools
import json
import unicodedata
from collections.abc import Iterator
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bnagpt_tui.backend.engines.groq.catalogue import read_models
from bnagpt_tui.backend.engines.groq.reading import AnswerReader
from bnagpt_tui.backend.engines.groq.sentences import Service
from bnagpt_tui.backend.errors import EngineError
from bnagpt_tui.backend.events import EngineEvent

from .dialect import Read, read_of

SERVICE = Service(title="Groq", host="x", secret="gsk_secret", is_groq=True)

ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**20)
    | st.floats()
    | st.sampled_from(["", "0", "text", "\ud800", "<think>", "[DONE]", "{}", "stop", "1e999"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "content", "index", "id", "name", "delta", "message"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
"""Any value of JSON, preferably one that has a meaning elsewhere."""

WORDS = ["Olá ", "👋 ", "a < b ", "日本\n", "end. "]


def chunks() -> list[dict[str, Any]]:
    """A stream with all that a stream may have."""
    call = {"index": 0, "id": "a", "type": "function", "function": {"name": "w", "arguments": "{}"}}
    deltas = [
        {"role": "assistant", "content": ""},
        {"reasoning": "hm"},
        *({"content": word} for word in WORDS),
        {"tool_calls": [call]},
        {"executed_tools": [{"search_results": {"results": [{"url": "https://x.org"}]}}]},
    ]
    events: list[dict[str, Any]] = [
        {"id": "1", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        for delta in deltas
    ]
    events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    events.append({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 22}})
    return events


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values within a value."""
    inner = dict(enumerate(value)) if isinstance(value, list) else value
    for key, entry in inner.items():
        yield (*path, key)
        if isinstance(entry, dict | list):
            yield from places(entry, (*path, key))


PLACES = list(places(chunks()))
CALL = [path for path in PLACES if path[0] == 7]
"""Those of the event that brings a tool call."""


def spoilt(changes: dict[tuple[Any, ...], Any]) -> tuple[list[Any], list[str]]:
    """The stream with other values at some places, and the words that stand where they belong."""
    events: Any = chunks()
    for path, odd in changes.items():
        target: Any = events
        try:
            for key in path[:-1]:
                target = target[key]
            target[path[-1]] = copy.deepcopy(odd)
        except (KeyError, IndexError, TypeError):
            continue
    words = []
    for event in events:
        try:
            (choice,) = event["choices"]
            content = choice["delta"]["content"]
        except (KeyError, TypeError, ValueError, IndexError):
            continue
        if content in WORDS:
            words.append(content)
    return events, words


def cut(body: bytes, cuts: list[int]) -> Iterator[bytes]:
    """The body in pieces."""
    ends = sorted({cut % (len(body) + 1) for cut in cuts} | {0, len(body)})
    for start, end in itertools.pairwise(ends):
        yield body[start:end]


def read_all(body: bytes, cuts: list[int], kind: str = "text/event-stream") -> Read:
    """What is read of a body; only an `EngineError` may be raised."""
    reader = AnswerReader(SERVICE, kind)
    events: list[EngineEvent] = []
    error = ""
    try:
        for piece in cut(body, cuts):
            for event in reader.feed(piece):
                events.append(event)  # noqa: PERF402 - what came must stay when it breaks
        for event in reader.end():
            events.append(event)  # noqa: PERF402 - see above
    except EngineError as raised:
        error = str(raised)
        assert not any(unicodedata.category(character) == "Cc" for character in error)
    seen = read_of(events, error)
    json.dumps([seen.text, seen.reasoning, seen.calls, error], ensure_ascii=False).encode()
    return seen


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


CUTS = st.lists(st.integers(min_value=0), max_size=12)
CHANGES = st.dictionaries(st.sampled_from(PLACES), ODD, max_size=3)


@settings(max_examples=200, deadline=None)
@given(changes=CHANGES, cuts=CUTS, line_end=st.sampled_from(["\n", "\r\n", "\r"]))
@example(changes={(2, "choices", 0, "delta", "content"): "<think>"}, cuts=[], line_end="\n")
@example(changes={(2, "error"): "broken"}, cuts=[], line_end="\n")
def test_fields_of_other_types_cost_nothing_but_themselves(
    changes: dict[tuple[Any, ...], Any], cuts: list[int], line_end: str
) -> None:
    events, words = spoilt(changes)
    body = "".join(f"data: {json.dumps(event)}{line_end * 2}" for event in events)
    seen = read_all((body + f"data: [DONE]{line_end * 2}").encode(), cuts)
    if "broke the answer off" in seen.error:
        return
    told = seen.reasoning + seen.text
    place = 0
    for word in words:
        place = told.find(word.strip(), place)
        assert place >= 0, (words, seen)


@settings(max_examples=150, deadline=None)
@given(
    noise=st.lists(
        st.tuples(
            st.integers(0, 10),
            st.sampled_from(
                [
                    ": comment\n\n",
                    "data:\n\n",
                    "data: {\n\n",
                    "event: ping\ndata: x\n\n",
                    "retry: 7\n",
                    "data: [1, 2\n\n",
                    "<br>\n",
                    'data: {"choices": "x"}\n\n',
                    "data: null\n\n",
                    "\n\n",
                    "\x00\n",
                ]
            ),
        ),
        max_size=6,
    ),
    cuts=CUTS,
    single=st.booleans(),
)
def test_noise_between_events_costs_nothing(
    noise: list[tuple[int, str]], cuts: list[int], single: bool
) -> None:
    events = [f"data: {json.dumps(event)}\n\n" for event in chunks()]
    if single and not noise:
        events = [event[:-1] for event in events]
    for place, text in noise:
        events.insert(min(place, len(events)), text)
    seen = read_all("".join(events).encode(), cuts)
    assert (seen.text, seen.reasoning, seen.error) == ("".join(WORDS), "hm", "")
    assert (seen.calls, seen.usage) == ([("w", {})], (11, 22))


@settings(max_examples=150, deadline=None)
@given(
    body=st.binary(max_size=300) | st.text(max_size=300).map(_encoded),
    cuts=CUTS,
    kind=st.sampled_from(["text/event-stream", "application/json", "text/html", ""]),
)
def test_any_bytes_are_an_answer_or_an_error(body: bytes, cuts: list[int], kind: str) -> None:
    read_all(body, cuts, kind)
    read_all(b"data: " + body, cuts, kind)


@settings(max_examples=150, deadline=None)
@given(value=ODD, inner=st.sampled_from(["choices", "error", "message", "detail", "usage", "data"]))
def test_any_json_is_an_answer_or_an_error(value: object, inner: str) -> None:
    for event in (value, {inner: value}, {"choices": [{"delta": {inner: value}}]}):
        read_all(f"data: {json.dumps(event)}\n\n".encode(), [])
        read_all(json.dumps(event).encode(), [], "application/json")


@settings(max_examples=150, deadline=None)
@given(
    value=ODD,
    entry=ODD,
    name=st.sampled_from(
        [
            "id",
            "active",
            "type",
            "context_window",
            "top_provider",
            "meta",
            "capabilities",
            "input_modalities",
            "supported_features",
        ]
    ),
)
def test_any_list_of_models_is_a_list_or_an_error(value: object, entry: object, name: str) -> None:
    for body in (value, {"data": value}, {"data": [{"id": "m", name: entry}, value]}):
        try:
            models = read_models(json.dumps(body).encode(), SERVICE, 8192)
        except EngineError:
            continue
        for model in models:
            assert model.id.strip()
            assert 0 < model.max_completion_tokens <= model.context_window


@settings(max_examples=150, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(CALL), ODD, max_size=4), cuts=CUTS)
def test_calls_of_any_shape_are_calls_or_nothing(
    changes: dict[tuple[Any, ...], Any], cuts: list[int]
) -> None:
    events, _ = spoilt(changes)
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    seen = read_all(body.encode(), cuts)
    assert all(name for name, _ in seen.calls)
    assert len(set(seen.ids)) == len(seen.ids)
