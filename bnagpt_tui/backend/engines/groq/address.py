"""Where a service is: what people write for a base URL, and what the client makes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ...errors import UnreachableError
from ...text import one_line

GROQ: Final = "https://api.groq.com"
"""Where Groq is when nobody says anything else."""

GROQ_PREFIX: Final = "/openai/v1"
"""What the client puts before each path; Groq's own, and no other server's."""

PLAIN_PREFIX: Final = "/v1"
"""What OpenAI-compatible servers have before each path."""

_PARTS: Final = re.compile(
    r"(?P<root>.*?)(?P<prefix>/openai/v1|/openai|/v1)?(?:/chat/completions|/models)?/*"
)
_LOOPBACK: Final = re.compile(r"localhost|.*\.localhost|127(\.\d+){3}|::1", re.IGNORECASE)


def is_loopback(host: str) -> bool:
    """Whether a host's name or number means this machine."""
    return _LOOPBACK.fullmatch(host) is not None


def _with_scheme(text: str) -> str:
    """The address with `http://` or `https://` before it, as its host needs."""
    if "://" in text:
        return text
    host = urlsplit("//" + text).hostname or ""
    return ("http://" if is_loopback(host) else "https://") + text


@dataclass(frozen=True, slots=True)
class Address:
    """A service's place, taken apart."""

    root: str
    """Scheme, host, port and any path before the prefix; no slash at its end."""
    prefix: str = GROQ_PREFIX
    """What comes between the root and `/chat/completions`."""
    host: str = "api.groq.com"
    """The host as sentences name it, with its port when one is written."""

    @property
    def speaks_groq(self) -> bool:
        """Whether the paths are Groq's own, so that its extensions are understood."""
        return self.prefix == GROQ_PREFIX

    @property
    def loopback(self) -> bool:
        """Whether the service is on this machine."""
        return is_loopback(urlsplit(self.root).hostname or "")


def parse_address(text: str) -> Address:
    """The address that is meant by a base URL as people write it.

    `https://api.groq.com`, the same with `/openai/v1`, `http://localhost:11434/v1` and
    `localhost:11434/v1/` are all understood; an empty text means Groq.

    Raises:
        UnreachableError: The text cannot be an address.
    """
    written = text.strip() or GROQ
    try:
        parts = urlsplit(_with_scheme(written))
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", written):
        raise UnreachableError(
            f"The base URL “{one_line(written, 80)}” is not an address. "
            "Write one such as https://api.groq.com or http://localhost:11434/v1."
        )
    match = _PARTS.fullmatch(parts.path)
    root, prefix = (match["root"], match["prefix"]) if match else (parts.path, None)
    return Address(
        root=f"{parts.scheme}://{parts.netloc}{root}".rstrip("/"),
        prefix=PLAIN_PREFIX if prefix == PLAIN_PREFIX else GROQ_PREFIX,
        host=parts.hostname if port is None else f"{parts.hostname}:{port}",
    )
