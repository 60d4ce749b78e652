"""Replies that are no answers, and what they say.

A body says so in its own words, wherever they stand (`failures`). Of a web page, such as a proxy's,
only the title is shown, and it says nothing of models.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...errors import EngineError, NoModelListError, RequestRefusedError, StreamBrokenError
from ...halves import mended
from .failures import fields_of_body, is_page

_LIMIT: Final = re.compile(
    r"(?:limit|context (?:length|size|window)(?: is| of)?):? \(?(\d[\d,]*)", re.IGNORECASE
)
_REQUESTED: Final = re.compile(r"(?:requested:?|request) \(?(\d[\d,]*)", re.IGNORECASE)
_NO_ROUTE: Final = re.compile(
    r"unexpected endpoint|unknown request url|unknown[_ ]url|no route|route not found|"
    r"invalid url|cannot (?:post|get) /|page not found|url not found|"
    r"no such (?:route|endpoint|path)|unknown (?:path|endpoint|route)|endpoint not found|"
    r"resource not found|path not found",
    re.IGNORECASE,
)
"""What a server says that has nothing at an address."""

_NOT_IMPLEMENTED: Final = 501
"""The status by which a server says that it has no such thing as a list of models."""

_MERE_STATUS: Final = re.compile(r"(?:error |http )?\d{3}\b[\s:-]*[A-Za-z ]{0,30}", re.IGNORECASE)
"""Words that only repeat the status, as the titles of proxies' pages do."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reply whose status says no."""

    status: int
    headers: Mapping[str, str]
    model: str
    """The model that was asked for; empty when none was."""
    message: str = ""
    """The service's own words; empty when it has none that can be shown."""
    code: str = ""
    """The service's name for what is wrong, as `model_decommissioned`."""
    kind: str = ""
    """The service's name for the class of what is wrong, as `tokens`."""
    limit: int | None = None
    """Tokens that are accepted."""
    requested: int | None = None
    """Tokens that the service counted."""
    params: tuple[str, ...] = ()
    """The parameters that the service names as what is wrong."""
    is_page: bool = False
    """Whether a web page came."""
    more: str = ""
    """The words of a service behind the service, which are not for the user."""

    @property
    def words(self) -> str:
        """All that is said of what is wrong."""
        return f"{self.message} {self.more} {self.code}".strip()

    @property
    def names_model(self) -> bool:
        """Whether it speaks of the model, or of what the model can do, and not of the address."""
        about = f"{self.code} {self.words}".lower()
        return not self.is_page and bool(
            self.model and ("model" in about or "endpoints found" in about)
        )

    @property
    def means_nothing_is_there(self) -> bool:
        """Whether it says that the address leads nowhere."""
        if self.status in {301, 302, 303, 404, 405} and not self.names_model:
            return True
        return self.status < 500 and _NO_ROUTE.search(self.words) is not None


class RefusedError(Exception):
    """A request was refused.

    Attributes:
        refusal: How.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.status)
        self.refusal = refusal


def means_no_list(error: EngineError) -> bool:
    """Return whether a request for the list of models failed because there is none."""
    cause = error.__cause__
    status = cause.refusal.status if isinstance(cause, RefusedError) else 0
    return isinstance(error, RequestRefusedError | NoModelListError) or status == _NOT_IMPLEMENTED


def said_in_stream(error: StreamBrokenError, model: str) -> Refusal:
    """Return the refusal that came as a stream's first event, or as a body with status 200."""
    return Refusal(200, {}, model, message=str(error))


def _word(value: object) -> str:
    """A value of the body when it is a text, else nothing."""
    return value if isinstance(value, str) else ""


def _behind(fields: Mapping[str, Any]) -> str:
    """What a service behind this one said, as OpenRouter passes it on."""
    metadata = fields.get("metadata")
    return _word(metadata.get("raw")) if isinstance(metadata, dict) else ""


def _first_number(pattern: re.Pattern[str], text: str) -> int | None:
    """The number that the pattern finds in the text."""
    match = pattern.search(text)
    return int(match[1].replace(",", "")) if match else None


def read_refusal(status: int, headers: Mapping[str, str], body: bytes, model: str) -> Refusal:
    """What a reply with this status and body says.

    Args:
        status: The HTTP status.
        headers: Of the reply, by lower-case names.
        body: Of the reply, whatever it is.
        model: The model that was asked for.
    """
    fields = fields_of_body(mended(body))
    message = _word(fields.get("message"))
    if _MERE_STATUS.fullmatch(message):
        message = ""
    listed = fields.get("params")
    named = [*(listed if isinstance(listed, list) else ()), fields.get("param")]
    context, prompt = fields.get("n_ctx"), fields.get("n_prompt_tokens")
    return Refusal(
        status=status,
        headers=headers,
        model=model,
        message=message,
        code=_word(fields.get("code")),
        kind=_word(fields.get("type")),
        limit=context if isinstance(context, int) else _first_number(_LIMIT, message),
        requested=prompt if isinstance(prompt, int) else _first_number(_REQUESTED, message),
        params=tuple(name for name in named if name and isinstance(name, str)),
        is_page=is_page(body[:200].decode("utf-8", "replace")),
        more=_behind(fields),
    )
