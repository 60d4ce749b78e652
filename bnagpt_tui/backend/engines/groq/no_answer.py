"""Replies without an answer in them, or with half of one, put into sentences."""

from __future__ import annotations

from typing import Any, Final

from ...errors import EmptyAnswerError, EngineError, StreamBrokenError, UnreachableError
from ...text import one_line
from .failures import is_page, page_title
from .lenient import label, whole_number
from .sentences import Service

EVENT_STREAM: Final = "text/event-stream"
"""The type of a reply that streams."""


def explain_failure(service: Service, fields: dict[str, Any]) -> StreamBrokenError:
    """The error of an answer whose service says what failed.

    Args:
        service: Who answered.
        fields: What it said, as `failure_fields` finds it.
    """
    what = f"{service.opening} broke the answer off"
    if status := whole_number(fields.get("status_code")):
        what += f" (status {status})"
    sentence = service.says(what, label(fields.get("message")))
    return StreamBrokenError(f"{sentence} Ask again.")


def explain_stop(
    service: Service, remark: dict[str, Any], *, unreadable: bool
) -> StreamBrokenError:
    """The error of an answer that just stopped.

    Args:
        service: Who answered.
        remark: Words that it said meanwhile, which may tell why.
        unreadable: Whether something in the answer could not be understood.
    """
    if remark.get("message"):
        return explain_failure(service, remark)
    what = "sent something unreadable and stopped" if unreadable else "stopped"
    return StreamBrokenError(f"{service.opening} {what} in the middle of the answer. Ask again.")


def explain_nothing(
    service: Service, kind: str, stray: str, remark: dict[str, Any], *, unreadable: bool
) -> EngineError:
    """The error of a reply in which there is no answer.

    Args:
        service: Who replied.
        kind: The reply's type, as its header says.
        stray: What stood in the reply and was no event.
        remark: Words that may be an error's.
        unreadable: Whether something in it could not be understood.
    """
    if "text/html" in kind or is_page(stray):
        return _page(service, page_title(stray))
    if remark.get("message"):
        return explain_failure(service, remark)
    if EVENT_STREAM not in kind or stray:
        words = "" if "json" in kind else one_line(stray, 160)
        sentence = service.says(f"{service.opening} did not stream an answer", words)
        return StreamBrokenError(f"{sentence} Ask again.")
    if unreadable:
        return StreamBrokenError(
            f"{service.opening} sent an answer of which nothing is readable. Ask again."
        )
    return EmptyAnswerError(f"{service.opening} sent an empty answer. Ask again.")


def _page(service: Service, title: str) -> EngineError:
    """The error of a web page that came in place of an answer."""
    what = f"A web page came from {service.host} where an answer should be"
    return UnreachableError(
        f"{service.says(what, title)} Check the base URL, and whether the network wants a login."
    )
