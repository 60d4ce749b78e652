"""Which addresses a page may be fetched from, checked where the connection is made."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from ...errors import ToolError
from ...text import one_line

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

Allowed: TypeAlias = Callable[[Address], bool]
"""Whether an address may be connected to."""

LookUp: TypeAlias = Callable[[str, int], Awaitable[list[str]]]
"""Gives the numbers of a host for a port; raises `OSError` when there is none."""

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_NAT64_LOCAL: Final = ipaddress.IPv6Network("64:ff9b:1::/48")
_COMPATIBLE: Final = ipaddress.IPv6Network("::/96")
_SPECIAL: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "fec0::/10", "2001:db8::/32")
)
"""What some versions of Python take for public."""

_CLOUDS: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "168.63.129.16/32",  # Azure's wire server
        "100.100.0.0/16",  # Alibaba's metadata and services
        "161.26.0.0/16",  # IBM's services
        "166.8.0.0/14",  # IBM's services
        "fd00:ec2::/32",  # Amazon's metadata, time and names
        "fd20:ce::/32",  # Google's metadata
    )
)
"""What clouds give to their machines alone, of which some looks public."""

_INNER_NAMES: Final = frozenset({"metadata", "metadata.goog", "instance-data", "localhost"})
_INNER_ENDINGS: Final = (
    ".internal",
    ".local",
    ".localhost",
    ".localdomain",
    ".home.arpa",
    ".metadata.goog",
)
_ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})


def is_public(address: Address) -> bool:
    """Whether an address is on the open Internet, and so is every one that is inside it.

    IPv6 can carry an IPv4 address, which is then the one that is reached.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64_LOCAL:
            return False
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
    if any(address in network for network in (*_SPECIAL, *_CLOUDS)):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def is_inner_name(host: str) -> bool:
    """Whether a host's name is one of this machine, its network or its cloud, by its form alone.

    Such a name may lead anywhere: a cloud's own name service decides.
    """
    name = host.rstrip(".").lower()
    return name in _INNER_NAMES or name.endswith(_INNER_ENDINGS)


def anywhere(_address: Address) -> bool:
    """Every address is allowed."""
    return True


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for; `None` when it stands for itself."""
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if int(address) >> 32 & 0xFFFFFFFF in _ISATAP:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _NAT64 or address in _COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def host_of(address: str) -> tuple[str, int]:
    """The host and the port of a page's address.

    Raises:
        ToolError: It is not one of a page on the web.
    """
    shown = one_line(address, 120)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ToolError(f"“{shown}” is not an address of a page.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ToolError(f"“{shown}” is not an address of a page: it begins with https://.")
    if parts.username is not None or parts.password is not None:
        raise ToolError(f"“{one_line(parts.hostname, 80)}” is not asked with a name and password.")
    return parts.hostname, port or (443 if parts.scheme == "https" else 80)


async def look_up(host: str, port: int) -> list[str]:
    """The numbers of a host, in the order in which the system gives them.

    Raises:
        OSError: There is no such host.
    """
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def resolve(
    host: str, port: int, *, allowed: Allowed = is_public, look_up: LookUp = look_up
) -> list[str]:
    """The numbers that a host may be connected to, in the order in which to try them.

    They are what is connected to: a later answer to the same question changes nothing.

    Args:
        host: The host's name or number.
        port: The port.
        allowed: Which numbers may be connected to; all of them must be.
        look_up: Gives the numbers of a host.

    Raises:
        ToolError: There is no such host, or one of its numbers is not on the open Internet.
    """
    shown = one_line(host, 80)
    private = ToolError(
        f"{shown} is not on the open Internet, and is not read. The setting "
        "private_addresses allows it."
    )
    if allowed is not anywhere and is_inner_name(host):
        raise private
    try:
        numbers = await look_up(host, port)
    except (OSError, UnicodeError):
        raise ToolError(f"The address {shown} was not found.") from None
    for number in numbers:
        if not allowed(ipaddress.ip_address(number.partition("%")[0])):
            raise private
    return numbers
