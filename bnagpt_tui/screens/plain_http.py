"""Ask before a key is sent where everybody on the way can read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .confirm import Answer, ConfirmScreen

if TYPE_CHECKING:
    from textual.app import App

    from ..backend.errors import PlainHttpError
    from ..backend.setup import Setup


async def allowed_plain_http(app: App[object], setup: Setup, error: PlainHttpError) -> bool:
    """Ask the user, in a worker, whether a host may be sent its key without encryption.

    Args:
        app: Shows the question.
        setup: Takes the permission.
        error: Says which host it is about.
    """
    question = (
        f"The key would go to {error.host} over plain http: everybody on the way can read it, and "
        "what you ask too. Is it a network that you trust?"
    )
    answers = (
        Answer("no", "do not send it", "n"),
        Answer("once", "send it until bnaGPT is closed", "y"),
        Answer("always", f"always send it to {error.host}", "a"),
    )
    answer = await app.push_screen_wait(ConfirmScreen("Unencrypted", question, answers))
    if answer not in {"once", "always"}:
        return False
    try:
        await setup.allow_plain_http(error.host, always=answer == "always")
    except OSError as trouble:
        app.notify(f"That could not be kept: {trouble.strerror}.", severity="error", markup=False)
    return True
