"""Everything that can go wrong and that a user can be told about.

The tree:

    BnaGPTError
    ├── SettingsError
    ├── StoreError
    │   ├── StoreUnwritableError
    │   ├── DamagedConversationError
    │   ├── AttachmentError
    │   ├── ConversationNotFoundError
    │   └── NameTakenError
    ├── ImportFileError
    ├── TurnRunningError
    ├── NothingAskedError
    ├── ToolError
    │   └── ToolArgumentsError
    └── EngineError
        ├── EngineMissingError
        ├── UnreachableError
        ├── KeyRefusedError
        │   └── PlainHttpError
        ├── NotAllowedError
        ├── ModelGoneError
        ├── RequestRefusedError
        │   └── TooLargeError
        ├── RateLimitedError
        │   └── DayUsedUpError
        ├── ServiceFailedError
        │   └── NoModelListError
        └── StreamBrokenError
            └── EmptyAnswerError

`str(error)` is one or two sentences for the user: what happened and what to do about it.
"""

from __future__ import annotations


class BnaGPTError(Exception):
    """Anything that bnaGPT can explain to its user."""


class SettingsError(BnaGPTError):
    """A setting cannot be used as it is written."""


class UsageError(BnaGPTError):
    """Something was asked for that there is not: a tool of that name, for example."""


class StoreError(BnaGPTError):
    """Something about the kept conversations did not work."""


class StoreUnwritableError(StoreError):
    """The store cannot be written: a full disk, a read-only directory, a failing device."""


class DamagedConversationError(StoreError):
    """A conversation's file cannot be read as it is; it stands untouched on the disk."""


class AttachmentError(StoreError):
    """An attached file is missing, or is not what was attached."""


class ConversationNotFoundError(StoreError):
    """No kept conversation answers to this id or name."""


class NameTakenError(StoreError):
    """Another conversation already has this name.

    Attributes:
        name: The name that was asked for.
        free: The nearest name that nobody has, as in `name (2)`.
    """

    def __init__(self, name: str, free: str) -> None:
        super().__init__(f"A conversation named “{name}” is already there.")
        self.name = name
        self.free = free


class ImportFileError(BnaGPTError):
    """A file offered for import is not one that can be read."""


class TurnRunningError(BnaGPTError):
    """A conversation is asked a second question while it answers the first."""


class NothingAskedError(BnaGPTError):
    """There is no question that could be answered once more."""


class ToolError(BnaGPTError):
    """A tool could not do what it was asked; model and user are both told the sentence."""


class ToolArgumentsError(ToolError):
    """A model called a tool with arguments that it does not take."""


class EngineError(BnaGPTError):
    """The engine could not give an answer, or not the whole of it.

    Attributes:
        retry_after: Seconds that the service asks to wait; `None` when it said nothing.
    """

    retryable = False
    """Whether asking again, unchanged, may succeed without the user doing anything."""

    def __init__(self, sentence: str, *, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class EngineMissingError(EngineError):
    """What the engine needs is not installed or not found on this machine."""


class UnreachableError(EngineError):
    """No connection: no network, an unknown host, a refused or timed-out connection."""


class KeyRefusedError(EngineError):
    """The service does not know the key (401), or the key cannot be sent at all."""


class PlainHttpError(KeyRefusedError):
    """A key would be sent to another machine where everybody on the way can read it.

    Attributes:
        host: The host that it would be sent to.
    """

    def __init__(self, sentence: str, *, host: str) -> None:
        super().__init__(sentence)
        self.host = host


class NotAllowedError(EngineError):
    """The key is known but may not do this (403)."""


class ModelGoneError(EngineError):
    """The model does not exist, or does no longer (404, or 400 `model_decommissioned`).

    Attributes:
        model: The id that was asked for.
    """

    def __init__(self, sentence: str, *, model: str) -> None:
        super().__init__(sentence)
        self.model = model


class RequestRefusedError(EngineError):
    """The service does not accept the request as it is (another 4xx)."""


class TooLargeError(RequestRefusedError):
    """The request has more tokens than the model or the plan takes (413, or 400 too long).

    Attributes:
        limit: Tokens that are accepted; `None` when the service did not say.
        requested: Tokens that the service counted in the request; `None` when it did not say.
    """

    def __init__(
        self, sentence: str, *, limit: int | None = None, requested: int | None = None
    ) -> None:
        super().__init__(sentence)
        self.limit = limit
        self.requested = requested


class RateLimitedError(EngineError):
    """Too many requests or tokens for now (429)."""

    retryable = True


class DayUsedUpError(RateLimitedError):
    """A day's requests or tokens are used up; asking again helps when the wait is a short one."""

    def __init__(self, sentence: str, *, retry_after: float | None = None) -> None:
        super().__init__(sentence, retry_after=retry_after)
        self.retryable = retry_after is not None


class ServiceFailedError(EngineError):
    """The service failed on its own side (5xx)."""

    retryable = True


class NoModelListError(ServiceFailedError):
    """The service answers, but not with a list of its models: it may chat all the same."""

    retryable = False


class StreamBrokenError(EngineError):
    """The answer stopped before its end: a cut, a stall, a broken event, an error event."""


class EmptyAnswerError(StreamBrokenError):
    """The answer ended in good order and held nothing."""
