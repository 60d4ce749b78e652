"""Where a service is: what people write for a base URL, and where its paths may begin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ...errors import UnreachableError
from ...hosts import GROQ_HOST, is_groq, is_loopback, name_of_host, split_address
from ...text import one_line

GROQ: Final = f"https://{GROQ_HOST}"
"""Where Groq is when nobody says anything else."""

GROQ_PREFIX: Final = "/openai/v1"
"""What the client puts before each path; Groq's own, and hardly any other server's."""

PLAIN_PREFIX: Final = "/v1"
"""What most OpenAI-compatible servers have before each path."""

_END: Final = re.compile(
    r"/+(?:chat/completions|completions|responses|models|embeddings)/*$", re.IGNORECASE
)
_USUAL_PORTS: Final = frozenset({1234, 1337, 3000, 4000, 5000, 5001, 8000, 8080, 11434, 30000})
"""Ports of this machine where servers other than Groq's listen by themselves."""

_PATHS: Final = {
    "api.perplexity.ai": "",
    "api.z.ai": "/api/paas/v4",
    "open.bigmodel.cn": "/api/paas/v4",
    "generativelanguage.googleapis.com": "/v1beta/openai",
    "models.github.ai": "/inference",
    "models.inference.ai.azure.com": "",
    "openrouter.ai": "/api/v1",
    "api.deepinfra.com": "/v1/openai",
    "api.fireworks.ai": "/inference/v1",
}
"""Where the paths of well-known hosts begin, for those who write the host alone."""

_FOREIGN: Final = (".azure.com", ".openai.com", ".cognitiveservices.azure.com")
"""Ends of hosts that have `/openai/v1` before their paths without being Groq's like."""


@dataclass(frozen=True, slots=True)
class Address:
    """A service's place, taken apart."""

    root: str
    """Scheme, host and port; no slash at its end."""
    prefix: str = GROQ_PREFIX
    """What comes between the root and `/chat/completions`, as far as one can tell."""
    host: str = GROQ_HOST
    """The host as sentences name it, with its port when one is written."""
    others: tuple[str, ...] = ()
    """What else it may be, to be tried when nothing is there."""
    query: str = ""
    """What follows each path behind a `?`, as Azure's `api-version` does."""

    @property
    def speaks_groq(self) -> bool:
        """Whether the paths are Groq's own, so that its extensions are understood."""
        return speaks_groq(self.root, self.prefix)

    @property
    def is_groq(self) -> bool:
        """Whether this is Groq itself."""
        return is_groq(urlsplit(self.root).hostname or "")

    @property
    def loopback(self) -> bool:
        """Whether the service is on this machine."""
        return is_loopback(urlsplit(self.root).hostname or "")

    @property
    def encrypted(self) -> bool:
        """Whether what is sent there cannot be read on its way."""
        return self.root.startswith("https:") or self.loopback

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Where the paths may begin, the likeliest first."""
        return (self.prefix, *self.others)


def speaks_groq(root: str, prefix: str) -> bool:
    """Whether a service with these paths knows Groq's extensions, as far as they tell."""
    host = urlsplit(root).hostname or ""
    return is_groq(host) or (prefix.endswith(GROQ_PREFIX) and not host.endswith(_FOREIGN))


def parse_address(text: str) -> Address:
    """The address that is meant by a base URL as people write it.

    What is written is what comes before `/chat/completions`, which may stand there too. A bare
    host leaves open where its paths begin, and so does a path without a version.

    Raises:
        UnreachableError: The text cannot be an address.
    """
    written = text.strip() or GROQ
    try:
        parts = split_address(written)
        host = name_of_host(parts)
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", written):
        raise UnreachableError(
            f"The base URL “{one_line(written, 80)}” is not an address. "
            "Write one such as https://api.groq.com or http://localhost:11434/v1."
        )
    prefix, *others = _prefixes(parts.hostname, parts.port, parts.path)
    return Address(
        root=f"{parts.scheme}://{parts.netloc}",
        prefix=prefix,
        host=host,
        others=tuple(others),
        query=parts.query,
    )


def _prefixes(host: str, port: int | None, path: str) -> list[str]:
    """What may come before `/chat/completions`, the likeliest first."""
    path = _END.sub("", path.rstrip("/")).rstrip("/")
    if is_groq(host):
        return [path if path.endswith("/v1") else GROQ_PREFIX]
    if not path:
        return _bare(host, port)
    if path.endswith((PLAIN_PREFIX, "/v2", "/v3", "/v4")):
        return [path]
    return [path, path + PLAIN_PREFIX, path + GROQ_PREFIX]


def _bare(host: str, port: int | None) -> list[str]:
    """The same where nothing but the host is written, which is how Groq's client has it."""
    known = [GROQ_PREFIX, PLAIN_PREFIX, ""]
    first = _PATHS.get(host.lower())
    if first is None:
        is_groqs_like = is_loopback(host) and port not in _USUAL_PORTS
        first = GROQ_PREFIX if is_groqs_like else PLAIN_PREFIX
    return [first, *(prefix for prefix in known if prefix != first)]
