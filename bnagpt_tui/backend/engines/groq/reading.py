"""What is received: the bytes of a streamed answer turned into events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ...errors import EmptyAnswerError, EngineError, StreamBrokenError
from ...events import (
    EngineEvent,
    Finished,
    FinishReason,
    PagesFound,
    ReasoningDelta,
    TextDelta,
    TextWasReasoning,
)
from .chunks import Chunk, decode_chunk
from .ending import BROKEN, LAST_EVENTS, EndOfAnswer, reason_of
from .executed import pages_of
from .failures import fields_of_body
from .lenient import decode_all, whole_characters
from .loose_chunks import Said, understand
from .no_answer import EVENT_STREAM, explain_failure, explain_nothing, explain_stop
from .passed_over import PassedOver
from .sentences import Service
from .sse import EventDecoder, ServerEvent, says_done
from .thinking import ThinkSplitter, Told
from .tool_calls import CallReader

_USUAL_EVENTS: Final = frozenset({b"", b"message"})
"""Names of events that bring a chunk as it always is."""


class AnswerReader:
    """Reads one answer, in whatever dialect it comes.

    Text that arrives together is yielded together: one event for a piece of the network, however
    many tokens are in it. What cannot be understood is passed over; only an answer in which
    nothing can be used, or that just stops, is an error.
    """

    def __init__(self, service: Service, kind: str = EVENT_STREAM) -> None:
        """Begin with nothing.

        Args:
            service: Who answers.
            kind: The reply's type, as its header says; a wrong one does no harm.
        """
        self._service = service
        self._kind = kind
        self._decoder = EventDecoder()
        self._splitter = ThinkSplitter()
        self._calls = CallReader()
        self._end = EndOfAnswer()
        self._passed_over = PassedOver(service.host)
        self._events: list[EngineEvent] = []
        self._run: list[str] = []
        self._run_kind: type[TextDelta | ReasoningDelta] = TextDelta
        self._half = ""
        self._model = ""
        self._wrote = False
        self._has_shown = False
        self._thought = False
        self._adds = False
        self._remark: dict[str, Any] = {}
        self.done = False
        """Whether the service said that nothing more comes."""

    @property
    def finished(self) -> bool:
        """Whether the answer may be whole: what is missing is of no weight."""
        return self._end.is_there

    def feed(self, piece: bytes) -> Iterator[EngineEvent]:
        """Take more of the reply and yield what it holds.

        Raises:
            StreamBrokenError: The reply says that it failed.
        """
        yield from self._read(self._decoder.feed(piece))

    def rest(self) -> Iterator[EngineEvent]:
        """Yield what was held back because more of it might have come.

        Raises:
            StreamBrokenError: The reply says that it failed.
        """
        yield from self._read(self._decoder.end())
        if self._half:
            self._put_content("\ufffd")
            self._half = ""
        self._put_told(self._splitter.end())
        yield from self._drain()

    def end(self) -> Iterator[EngineEvent]:
        """Yield what was held back, and `Finished`, when the reply has ended.

        Raises:
            EmptyAnswerError: There was no answer in it.
            StreamBrokenError: It ended before the model did, or nothing in it can be used.
            UnreachableError: It is a web page: somebody stands between.
        """
        yield from self.rest()
        reason = reason_of(self._end.finish)
        self._events += self._calls.end(is_cut=reason is FinishReason.LENGTH)
        yield from self._drain()
        self.close()
        yield self._finished(reason)

    def close(self) -> None:
        """Tell the log, once, what was passed over."""
        self._passed_over.tell()

    def _read(self, arriving: Iterator[ServerEvent]) -> Iterator[EngineEvent]:
        """Yield what the events hold; what came before a broken one is yielded all the same."""
        try:
            for event in arriving:
                if not self.done:
                    self._take(event)
        except StreamBrokenError:
            self._put_told(self._splitter.end())
            yield from self._drain()
            self.close()
            raise
        yield from self._drain()

    def _take(self, event: ServerEvent) -> None:
        """Note what one event says: at once what is as usual, with care what is not."""
        if event.name in _USUAL_EVENTS:
            try:
                chunk = decode_chunk(event.data)
            except (ValueError, RecursionError):
                pass
            else:
                if self._take_usual(chunk):
                    return
        if says_done(event.data):
            self.done = self._end.is_said = True
            return
        self._take_unusual(event)

    def _take_usual(self, chunk: Chunk) -> bool:
        """Note what a chunk of the usual shape adds; tell whether it added anything."""
        delta = chunk.choices[0].delta
        content, reasoning = delta.content, delta.reasoning or delta.reasoning_content
        if not content and not reasoning:
            return False
        if reasoning:
            self._put_reasoning(reasoning)
        if content:
            self._put_content(content)
        if chunk.model:
            self._model = chunk.model
        self._adds = True
        self._end.goes_on()
        return True

    def _take_unusual(self, event: ServerEvent) -> None:
        """Note what an event of another shape says.

        Raises:
            StreamBrokenError: It says that the answer failed.
        """
        name = event.name.lower()
        if b"error" in name or b"exception" in name:
            raise explain_failure(self._service, fields_of_body(event.data))
        values = decode_all(event.data)
        for value in values:
            for said in understand(value):
                self._take_said(said, is_bare=event.is_bare)
        if not values and event.data.strip() and name not in LAST_EVENTS:
            self._passed_over.note("event that is no JSON")
        if name in LAST_EVENTS:
            self.done = self._end.is_said = True

    def _take_said(self, said: Said, *, is_bare: bool) -> None:
        """Note what an event turned out to say.

        Raises:
            StreamBrokenError: It says that the answer failed.
        """
        for kind in said.passed_over:
            self._passed_over.note(kind)
        if said.is_message and self._adds:
            # The whole, said once more after its pieces.
            said.parts, said.calls = [], []
        self._adds = self._adds or bool((said.parts or said.calls) and not said.is_message)
        said.is_last = said.is_last or (said.is_message and is_bare)
        self._model = said.model or self._model
        self._remark = said.remark or self._remark
        self._end.take(said)
        for part in said.parts:
            put = self._put_reasoning if part.is_reasoning else self._put_content
            put(self._whole_characters(part.text))
        if said.calls and (deltas := list(self._calls.take(said.calls))):
            self._flush()
            self._events += deltas
        if said.executed and (pages := pages_of(said.executed)):
            self._flush()
            self._events.append(PagesFound(pages))
        if said.failure or self._end.finish.lower() in BROKEN:
            raise explain_failure(self._service, said.failure)

    def _whole_characters(self, text: str) -> str:
        """The text with halves of characters joined, where a server cut between them."""
        text, self._half = self._half + text, ""
        if text[-1:] and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return whole_characters(text)

    def _put_reasoning(self, text: str) -> None:
        """Note reasoning that the service keeps apart by itself."""
        self._splitter.reasoning_came()
        self._put(ReasoningDelta, text)

    def _put_content(self, content: str) -> None:
        """Note content, which may hold reasoning."""
        if self._splitter.settled and "<" not in content:
            self._splitter.passed(content)
            self._put(TextDelta, content)
        else:
            self._put_told(self._splitter.feed(content))

    def _put_told(self, told: Iterator[Told]) -> None:
        """Note what content turned out to be."""
        for event in told:
            if isinstance(event, TextWasReasoning):
                self._turn_to_reasoning()
            else:
                self._put(type(event), event.text)

    def _turn_to_reasoning(self) -> None:
        """Make reasoning of all text so far: in silence of what nobody has seen yet."""
        self._flush()
        self._events = [
            ReasoningDelta(event.text) if isinstance(event, TextDelta) else event
            for event in self._events
        ]
        if self._has_shown:
            self._events.insert(0, TextWasReasoning())
        self._wrote, self._thought, self._has_shown = False, True, False

    def _put(self, kind: type[TextDelta | ReasoningDelta], text: str) -> None:
        """Note text, joined to what came just before it."""
        if kind is not self._run_kind:
            self._flush()
            self._run_kind = kind
        if text:
            self._run.append(text)

    def _flush(self) -> None:
        """Make an event of the text noted so far."""
        if not self._run:
            return
        if self._run_kind is TextDelta:
            self._wrote = True
        else:
            self._thought = True
        self._events.append(self._run_kind("".join(self._run)))
        self._run = []

    def _drain(self) -> list[EngineEvent]:
        """The events made so far, which are then forgotten here."""
        self._flush()
        events, self._events = self._events, []
        self._has_shown = self._has_shown or self._wrote
        return events

    def _finished(self, reason: FinishReason) -> Finished:
        """The last event of an answer that came to its end.

        Raises:
            EngineError: It did not.
        """
        if not (self._wrote or self._calls) and (
            reason is FinishReason.STOP or not self._end.finish
        ):
            raise self._nothing()
        unreadable = bool(self._passed_over)
        if not self._end.is_there:
            raise explain_stop(self._service, self._remark, unreadable=unreadable)
        if self._calls.any_whole:
            reason = FinishReason.TOOL_CALLS
        end = self._end
        return Finished(reason, self._model, end.prompt_tokens, end.completion_tokens)

    def _nothing(self) -> EngineError:
        """The error of a reply in which there is no answer."""
        if self._thought:
            title = self._service.opening
            return EmptyAnswerError(f"{title} thought, but wrote no answer. Ask again.")
        stray = self._decoder.stray.decode("utf-8", "replace")
        return explain_nothing(
            self._service, self._kind, stray, self._remark, unreadable=bool(self._passed_over)
        )
