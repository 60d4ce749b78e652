"""Whether a proxy stands before a host, by the environment's `HTTPS_PROXY` and `NO_PROXY`.

The HTTP client reads these itself, but it fails at networks in IPv6 and passes over those in IPv4.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies

_PROXYS: Final = ("via", "x-squid-error", "proxy-connection", "proxy-authenticate")
"""Headers of replies that a proxy writes itself."""


def proxy_for(root: str, proxies: Mapping[str, str] | None = None) -> str:
    """The proxy to ask for an address; empty when there is none.

    Args:
        root: The address.
        proxies: By scheme, `all` and `no` among them; `None` for those of the system.
    """
    known = getproxies() if proxies is None else proxies
    parts = urlsplit(root)
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    proxy = (known.get(parts.scheme) or known.get("all") or "").strip()
    if not proxy or any(_fits(entry, host, port) for entry in _entries(known.get("no", ""))):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def shown(proxy: str) -> str:
    """A proxy's host and port, without the name and password that its address may hold."""
    try:
        parts = urlsplit(proxy)
        port = parts.port
    except ValueError:
        return "the proxy"
    host = parts.hostname or "the proxy"
    host = f"[{host}]" if ":" in host else host
    return host if port is None else f"{host}:{port}"


def says_proxy(headers: Mapping[str, str]) -> bool:
    """Whether a reply bears the marks of a proxy's own words."""
    server = headers.get("server", "").lower()
    return any(name in headers for name in _PROXYS) or "proxy" in server or "squid" in server


def _entries(text: str) -> list[str]:
    """The entries of `NO_PROXY`, which are parted by commas, by spaces, or by both."""
    return text.replace(",", " ").lower().split()


def _fits(entry: str, host: str, port: int) -> bool:
    """Whether an entry of `NO_PROXY` means a host, which is a name, an address or a network."""
    if entry == "*":
        return True
    entry = entry.rpartition("://")[2].rstrip("/")
    if _is_number(host) and (network := _network(entry)) is not None:
        return ipaddress.ip_address(host.partition("%")[0]) in network
    name, wanted = _split_port(entry)
    if wanted is not None and wanted != port:
        return False
    if _is_number(host):
        return _is_number(name) and ipaddress.ip_address(name) == ipaddress.ip_address(host)
    name = name.removeprefix("*").strip(".")
    return bool(name) and (host.lower() == name or host.lower().endswith(f".{name}"))


def _is_number(host: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The network that an entry means, in brackets or without; `None` when it means none."""
    if "/" not in entry:
        return None
    try:
        return ipaddress.ip_network(entry.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return None


def _split_port(entry: str) -> tuple[str, int | None]:
    """An entry's host and its port, `None` when it has none; IPv6 has a port in brackets only."""
    if _is_number(entry):
        return entry, None
    name, _, port = entry.rpartition(":")
    if name and port.isdecimal():
        return name.strip("[]"), int(port)
    return entry.strip("[]"), None
