"""Hosts of addresses: whose key a request bears, and whether it leaves this machine."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

GROQ_HOST: Final = "api.groq.com"
"""Where Groq is when nobody says anything else."""

_LOOPBACK: Final = re.compile(r"localhost|.*\.localhost|127(\.\d+){3}|::1", re.IGNORECASE)
_HOME_NETWORK: Final = re.compile(r".*\.(local|lan|home|internal)", re.IGNORECASE)


def is_loopback(host: str) -> bool:
    """Whether a host's name or number means this machine."""
    return _LOOPBACK.fullmatch(host) is not None


def is_groq(host: str) -> bool:
    """Whether a host, without its port, is Groq's own."""
    return host == "groq.com" or host.endswith(".groq.com")


def _is_near(host: str) -> bool:
    """Whether a host is of this machine or a private network, where hardly any has certificates."""
    import ipaddress  # noqa: PLC0415  # seldom needed at the start

    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return is_loopback(host) or _HOME_NETWORK.fullmatch(host) is not None


def split_address(text: str) -> SplitResult:
    """The parts of an address; `http://` or `https://` is put before it as its host needs.

    Raises:
        ValueError: It cannot be taken apart.
    """
    written = text.strip()
    if "://" not in written:
        host = urlsplit("//" + written).hostname or ""
        written = ("http://" if _is_near(host) else "https://") + written
    return urlsplit(written)


def name_of_host(parts: SplitResult) -> str:
    """The host as sentences name it: in small letters, with its port when one is written.

    Raises:
        ValueError: The port is no number.
    """
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if parts.port is None else f"{host}:{parts.port}"


def host_of(base_url: str) -> str:
    """The host of a base URL, Groq's for an empty one; empty where it is no address."""
    if not base_url.strip():
        return GROQ_HOST
    try:
        return name_of_host(split_address(base_url))
    except ValueError:
        return ""
