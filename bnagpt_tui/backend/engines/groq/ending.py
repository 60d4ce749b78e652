"""How an answer came to its end, as far as its events tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...events import FinishReason

if TYPE_CHECKING:
    from .loose_chunks import Said

_LENGTH: Final = frozenset(
    {"length", "max_tokens", "max_output_tokens", "max_length", "token_limit", "model_length"}
    | {"limit", "max_new_tokens", "context_length", "model_context_window_exceeded"}
    | {"context_window_exceeded", "error_limit"}
)
_CALLS: Final = frozenset({"tool_calls", "tool_call", "tool_use", "function_call"})
_FILTERED: Final = frozenset(
    {"content_filter", "content_filtered", "safety", "recitation", "prohibited_content"}
    | {"blocklist", "sensitive", "guardrail_intervened"}
)
BROKEN: Final = frozenset(
    {"error", "abort", "aborted", "network_error", "insufficient_system_resource"}
)
"""Reasons that say that the server did not bring the answer to its end."""

LAST_EVENTS: Final = frozenset(
    {b"done", b"end", b"finish", b"complete", b"completed", b"message_stop", b"response.completed"}
)
"""Names of events that say that nothing more comes."""


def reason_of(text: str) -> FinishReason:
    """Why the model stopped; what is unknown is taken for the usual."""
    word = text.lower()
    if word in _LENGTH:
        return FinishReason.LENGTH
    if word in _CALLS:
        return FinishReason.TOOL_CALLS
    return FinishReason.CONTENT_FILTER if word in _FILTERED else FinishReason.STOP


class EndOfAnswer:
    """Tells an answer that has come to its end from one that just stops.

    Attributes:
        finish: The reason that the model gave to stop; empty when it gave none.
        is_said: Whether the service said that nothing more comes.
        prompt_tokens: Tokens of the request; 0 when not counted.
        completion_tokens: Tokens of the answer; 0 when not counted.
    """

    def __init__(self) -> None:
        self.finish = ""
        self.is_said = False
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self._is_marked = False
        self._went_on = False
        self._counts_always = False
        self._reasons_always = False

    @property
    def is_there(self) -> bool:
        """Whether what has come may be the whole answer."""
        return bool(self.finish) or self.is_said or self._is_marked

    def goes_on(self) -> None:
        """Say that the usual chunk came: text, and nothing that ends an answer."""
        self._is_marked = False
        self._went_on = True

    def take(self, said: Said) -> None:
        """Note what an event says of the end, and of what the answer cost.

        Counts, or an empty reason, mark an end when they come once: some servers send them with
        every piece.
        """
        if said.has_usage:
            self.prompt_tokens = said.prompt_tokens or self.prompt_tokens
            self.completion_tokens = said.completion_tokens or self.completion_tokens
        self.finish = said.finish or self.finish
        self.is_said = self.is_said or said.is_last
        brings = bool(said.parts or said.calls)
        counts = said.has_usage and not (brings and (self._counts_always or not self._went_on))
        reasons = said.finish == "" and not (brings and (self._reasons_always or not self._went_on))
        if brings:
            self.goes_on()
            self._counts_always = self._counts_always or said.has_usage
            self._reasons_always = self._reasons_always or said.finish == ""
        if self._went_on and (counts or reasons):
            self._is_marked = True
