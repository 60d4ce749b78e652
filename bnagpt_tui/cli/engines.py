"""What `bnagpt doctor` finds out about those who could answer: Groq, this machine, its servers."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

from ..backend.engines.groq import GroqEngine, clean_key
from ..backend.engines.groq.address import GROQ
from ..backend.engines.local.weights import find_weights, require_server
from ..backend.engines.servers import PLACES, find_servers
from ..backend.errors import EngineError, EngineMissingError, KeyRefusedError
from ..backend.hosts import host_of
from ..backend.keys import exposed_keys, plain_hosts
from ..backend.text import one_line
from .findings import Finding, Mark, bad, good, warning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..backend.models import ModelInfo
    from ..backend.settings import Settings

PATIENCE: Final = 10.0
"""Seconds that the service has to answer."""

_PLACEHOLDER: Final = "none"
"""Sent for a key when there is none, to learn whether somebody is there to refuse it."""

_SHOWN: Final = 6
"""How many models are named."""


def key(settings: Settings, environment: Mapping[str, str]) -> Finding:
    """Where the key comes from and whether it can be sent; nothing of the key itself."""
    if exposed := exposed_keys(settings.config_dir):
        return bad("key", f"others can read {exposed[0]}: chmod 600, and make a new key")
    if not settings.api_key:
        given = environment.get("GROQ_API_KEY", "").strip()
        if given and settings.base_url:
            host = one_line(host_of(settings.base_url))
            return warning(
                "key", f"none for {host}: GROQ_API_KEY is Groq’s; set BNAGPT_API_KEY, or use /key"
            )
        return warning("key", "none: set GROQ_API_KEY, or give one to the application")
    try:
        clean_key(settings.api_key)
    except KeyRefusedError as error:
        return bad("key", f"{settings.key_source}: {error}")
    return good("key", f"found in {settings.key_source}")


async def service(settings: Settings, groq: str = GROQ) -> tuple[list[Finding], bool]:
    """Whether the service answers, how fast and with which models, and whether it can be used.

    Args:
        settings: Say whom to ask, and with which key.
        groq: Where Groq is, for when the settings name no other place.
    """
    if settings.local:
        return [good("service", "not asked: the settings say local")], False
    known = bool(settings.api_key or settings.base_url)
    address = settings.base_url or groq
    allowed = {*settings.plain_http, *plain_hosts(settings.config_dir)}
    engine = GroqEngine(
        api_key=settings.api_key if known else _PLACEHOLDER,
        base_url=address,
        title="Groq" if not settings.base_url else host_of(address) or "the server",
        stall_seconds=PATIENCE,
        plain_http=lambda host: not allowed.isdisjoint({host, "*"}),
    )
    began = time.monotonic()
    try:
        models = await engine.models()
    except KeyRefusedError as error:
        if known:
            return [bad("service", str(error))], False
        return [
            good("service", f"{_shown(address)} is reachable ({_since(began)}); add a key")
        ], False
    except EngineError as error:
        return [(bad if known else warning)("service", str(error))], False
    finally:
        await engine.aclose()
    reached = good("service", f"{_shown(address)} answered in {_since(began)}")
    return [reached, _models(models, settings.model)], bool(models)


def _models(models: tuple[ModelInfo, ...], wanted: str) -> Finding:
    """Which models there are, and whether the wanted one is among them."""
    names = [model.id for model in models]
    if not names:
        return bad("models", "none to chat with")
    if wanted and wanted not in names:
        return warning("models", f"{one_line(wanted)} is not among them: {_listed(names)}")
    return good("models", _listed(names))


def _listed(names: Sequence[str]) -> str:
    """The first names, and how many there are beside them."""
    shown = ", ".join(one_line(name, 80) for name in names[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def local(settings: Settings) -> tuple[Finding, bool]:
    """Whether this machine has a model of its own, and can run it."""
    try:
        require_server()
        weights = find_weights(settings.local_model)
    except EngineMissingError as error:
        chosen = settings.local or settings.local_model is not None
        return (bad if chosen else warning)("local model", str(error)), False
    demo = " (small demo model, English)" if settings.local_model is None else ""
    return good("local model", f"{one_line(weights.name)}{demo}"), True


async def servers(
    settings: Settings, places: Sequence[tuple[str, str]] = PLACES
) -> tuple[list[Finding], bool]:
    """The model servers on this machine's loopback, and whether one of them can answer.

    Args:
        settings: Say whether to look at all.
        places: Titles and base URLs to try.
    """
    if not settings.probe:
        return [good("servers", "not looked for: the setting probe is off")], False
    found = await find_servers(places)
    findings = [
        good("server", f"{server.title} at {server.base_url}: {_listed(server.models)}")
        for server in found
    ]
    return findings or [good("servers", "no other model server on this machine")], bool(found)


def verdict(*, answers: bool, writable: bool) -> Finding:
    """What all of it comes to."""
    if not answers:
        return bad("in all", "Nobody can answer: mend what is marked above, or say --local.")
    if not writable:
        return bad("in all", "Conversations cannot be kept.")
    return Finding("in all", Mark.GOOD, "bnaGPT can answer, and keep what is said.")


def _shown(address: str) -> str:
    """An address without what may be secret in it: a name, a password, a query."""
    return one_line(re.sub(r"//[^/@]*@", "//", address).partition("?")[0])


def _since(began: float) -> str:
    return f"{(time.monotonic() - began) * 1000:,.0f} ms"
