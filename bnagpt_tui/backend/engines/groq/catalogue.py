"""A service's list of models, read and narrowed down to those that chat."""

from __future__ import annotations

import msgspec

from ...errors import ServiceFailedError
from ...models import ModelInfo
from ..capabilities import chats, describe
from .chunks import ListedModel, decode_models
from .sentences import Service


def _describe(listed: ListedModel, unknown_window: int) -> ModelInfo:
    """What the list and the table say of a model together."""
    window = listed.context_window or listed.max_model_len or listed.max_context_length
    return describe(
        listed.id,
        owner=listed.owned_by or "",
        context_window=window,
        max_completion_tokens=listed.max_completion_tokens,
        unknown_window=unknown_window,
    )


def read_models(body: bytes, service: Service, unknown_window: int) -> tuple[ModelInfo, ...]:
    """The models of a list that can be asked in a conversation, sorted by id.

    Args:
        body: The reply to a request for the list.
        service: Who replied.
        unknown_window: The context window to assume where nothing is said of one.

    Raises:
        ServiceFailedError: The reply is no list of models.
    """
    try:
        listed = decode_models(body).data or []
    except (msgspec.DecodeError, RecursionError) as error:
        raise ServiceFailedError(
            f"{service.host} answered, but not with a list of models. Check the base URL."
        ) from error
    usable = (model for model in listed if model.active is not False and chats(model.id))
    found = {model.id: _describe(model, unknown_window) for model in usable}
    return tuple(found[name] for name in sorted(found))
