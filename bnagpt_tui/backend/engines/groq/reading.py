"""What is received: the bytes of a streamed answer turned into events."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ...errors import EmptyAnswerError, StreamBrokenError
from ...events import (
    EngineEvent,
    Finished,
    FinishReason,
    PagesFound,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)
from ...halves import Halves, mended
from .chunks import Call, Choice, Chunk, Counts, decode_chunk
from .executed import pages_of
from .refusals import error_fields
from .sentences import Service
from .sse import EventDecoder, ServerEvent
from .thinking import ThinkSplitter


def _reason(text: str) -> FinishReason:
    """Why the model stopped; what is unknown is taken for the usual."""
    if text == "function_call":
        return FinishReason.TOOL_CALLS
    try:
        return FinishReason(text)
    except ValueError:
        return FinishReason.STOP


class AnswerReader:
    """Reads one answer.

    Text that arrives together is yielded together: one event for a piece of the network, however
    many tokens are in it.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._decoder = EventDecoder()
        self._splitter = ThinkSplitter()
        self._halves = Halves()
        self._events: list[EngineEvent] = []
        self._run: list[str] = []
        self._run_kind: type[TextDelta | ReasoningDelta] = TextDelta
        self._finish = ""
        self._model = ""
        self._prompt_tokens = 0
        self._completion_tokens = 0
        self._said = False
        self._thought = False
        self.done = False
        """Whether the service said that nothing more comes."""

    @property
    def finished(self) -> bool:
        """Whether the model said why it stopped: what is missing is of no weight."""
        return bool(self._finish)

    def feed(self, piece: bytes) -> Iterator[EngineEvent]:
        """Take more of the reply and yield what it holds.

        Raises:
            StreamBrokenError: The reply cannot be read, or says that it failed.
        """
        yield from self._read(self._decoder.feed(piece))

    def end(self) -> Iterator[EngineEvent]:
        """Yield what was held back, and `Finished`, when the reply has ended.

        Raises:
            EmptyAnswerError: There was no answer in it.
            StreamBrokenError: It ended before the model did.
        """
        yield from self._read(self._decoder.end())
        for event in self._splitter.end():
            self._put(type(event), event.text)
        yield from self._drain()
        yield self._finished()

    def _read(self, arriving: Iterator[ServerEvent]) -> Iterator[EngineEvent]:
        """Yield what the events hold; what came before a broken one is yielded all the same."""
        try:
            for event in arriving:
                self._take(event)
        except StreamBrokenError:
            yield from self._drain()
            raise
        yield from self._drain()

    def _take(self, event: ServerEvent) -> None:
        """Note what one event says."""
        if self.done:
            return
        if event.data.startswith(b"[DONE]"):
            self.done = True
            return
        if event.name == b"error":
            raise self._broken(event.data)
        try:
            chunk = decode_chunk(self._halves.mend(event.data))
        except (msgspec.DecodeError, RecursionError) as error:
            raise StreamBrokenError(
                f"{self._service.opening} sent something unreadable in the middle of the answer. "
                "Ask again."
            ) from error
        if chunk.error or (chunk.x_groq and chunk.x_groq.error):
            raise self._broken(event.data)
        self._take_chunk(chunk)

    def _take_chunk(self, chunk: Chunk) -> None:
        """Note what a chunk adds to the answer and to its account."""
        if chunk.model:
            self._model = chunk.model
        if chunk.choices:
            self._take_choice(chunk.choices[0])
        if chunk.usage:
            self._count(chunk.usage)
        elif chunk.x_groq and chunk.x_groq.usage:
            self._count(chunk.x_groq.usage)

    def _take_choice(self, choice: Choice) -> None:
        """Note what the model wrote."""
        if delta := choice.delta:
            if reasoning := delta.reasoning or delta.reasoning_content:
                self._put(ReasoningDelta, reasoning)
            if content := delta.content:
                self._take_content(content)
            for place, call in enumerate(delta.tool_calls or ()):
                self._take_call(call, place)
            if delta.executed_tools and (pages := pages_of(delta.executed_tools)):
                self._flush()
                self._events.append(PagesFound(pages))
        if choice.finish_reason:
            self._finish = choice.finish_reason

    def _take_content(self, content: str) -> None:
        """Note content, which may hold reasoning at its start."""
        if self._splitter.settled:
            self._put(TextDelta, content)
            return
        for event in self._splitter.feed(content):
            self._put(type(event), event.text)

    def _take_call(self, call: Call, place: int) -> None:
        """Note a piece of a tool call."""
        self._flush()
        self._said = True
        function = call.function
        self._events.append(
            ToolCallDelta(
                index=place if call.index is None else call.index,
                id=call.id or "",
                name=(function and function.name) or "",
                arguments=(function and function.arguments) or "",
            )
        )

    def _count(self, counts: Counts) -> None:
        """Note what the answer cost; the last account holds."""
        self._prompt_tokens = counts.prompt_tokens or 0
        self._completion_tokens = counts.completion_tokens or 0

    def _put(self, kind: type[TextDelta | ReasoningDelta], text: str) -> None:
        """Note text, joined to what came just before it."""
        if kind is not self._run_kind:
            self._flush()
            self._run_kind = kind
        self._run.append(text)

    def _flush(self) -> None:
        """Make an event of the text noted so far."""
        if not self._run:
            return
        if self._run_kind is TextDelta:
            self._said = True
        else:
            self._thought = True
        self._events.append(self._run_kind("".join(self._run)))
        self._run = []

    def _drain(self) -> list[EngineEvent]:
        """The events made so far, which are then forgotten here."""
        self._flush()
        events, self._events = self._events, []
        return events

    def _finished(self) -> Finished:
        """The last event of an answer that came to its end.

        Raises:
            EmptyAnswerError: There was no answer in it.
            StreamBrokenError: It ended before the model did.
        """
        title = self._service.opening
        reason = _reason(self._finish)
        if not self._said and (reason is FinishReason.STOP or not self._finish):
            if self._thought:
                raise EmptyAnswerError(f"{title} thought, but wrote no answer. Ask again.")
            raise EmptyAnswerError(f"{title} sent an empty answer. Ask again.")
        if not self._finish:
            raise StreamBrokenError(f"{title} stopped in the middle of the answer. Ask again.")
        return Finished(reason, self._model, self._prompt_tokens, self._completion_tokens)

    def _broken(self, data: bytes) -> StreamBrokenError:
        """The error for an event that says what failed."""
        try:
            fields = error_fields(msgspec.json.decode(mended(data)))
        except (msgspec.DecodeError, RecursionError):
            fields = {}
        extension = fields.get("x_groq")
        if isinstance(extension, dict):
            fields = error_fields(extension)
        status = fields.get("status_code")
        what = f"{self._service.opening} broke the answer off"
        if isinstance(status, int):
            what += f" (status {status})"
        message = fields.get("message")
        sentence = self._service.says(what, message if isinstance(message, str) else "")
        return StreamBrokenError(f"{sentence} Ask again.")
