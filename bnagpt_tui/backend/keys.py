"""Keys: from the environment, or from files that only their owner reads, one for each host.

A key goes to one host. Groq's stored key stands in `groq.key`, that of any other host in the
directory `keys`, and neither is ever sent elsewhere.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from .hosts import GROQ_HOST, host_of, is_groq, is_loopback
from .paths import PRIVATE_FILE, make_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_NAME: Final = "groq.key"
"""The file of Groq's key inside the configuration directory; nothing else stands in it."""

DIRECTORY: Final = "keys"
"""The directory of other hosts' keys inside the configuration directory."""

PLAIN_HTTP: Final = "plain-http"
"""The file, in that directory, of hosts that may be sent a key without encryption."""

_GROQ_PREFIX: Final = "gsk_"
"""What each of Groq's keys begins with."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that the settings lead to."""

    service: str = field(default="", repr=False)
    """That of the service at the base URL; empty when there is none."""
    groq: str = field(default="", repr=False)
    """That of Groq itself; empty when there is none."""
    source: str = ""
    """Where the service's key is from: a variable or a file; empty without a key."""


def key_file(config_dir: Path, host: str = GROQ_HOST) -> Path:
    """Where the key of a host is kept."""
    if is_groq(host):
        return config_dir / FILE_NAME
    return config_dir / DIRECTORY / f"{quote(host, safe='[]')}.key"


def stored_key(config_dir: Path, host: str = GROQ_HOST) -> str:
    """The key that is kept for a host; empty when there is none."""
    try:
        return key_file(config_dir, host).read_text("utf-8", errors="replace").strip()
    except (OSError, ValueError):
        return ""


def read_key(environment: Mapping[str, str], config_dir: Path) -> str:
    """Groq's key: `GROQ_API_KEY`, else the stored one, else an empty string."""
    return environment.get("GROQ_API_KEY", "").strip() or stored_key(config_dir)


def find_keys(
    environment: Mapping[str, str], config_dir: Path, base_url: str, *, from_file: bool
) -> Keys:
    """The keys for a base URL and for Groq.

    `GROQ_API_KEY` is Groq's, and that of the address beside it in `GROQ_BASE_URL`, which is how
    Groq's own client has it. To a base URL of the command line or of `BNAGPT_BASE_URL` it goes
    when it does not look like Groq's own or when that is on this machine; never to one of
    `config.toml`. `BNAGPT_API_KEY` is that of the base URL wherever it stands.

    Args:
        environment: The process's environment.
        config_dir: Where keys are kept.
        base_url: Where to ask; empty for Groq.
        from_file: Whether the base URL stands in `config.toml`.
    """
    host = host_of(base_url)
    given = environment.get("GROQ_API_KEY", "").strip()
    theirs = environment.get("BNAGPT_API_KEY", "").strip()
    bare = host.rpartition(":")[0] or host
    beside = host_of(environment.get("GROQ_BASE_URL", ""))
    if is_groq(bare):
        own = "" if theirs else given
        key, source = theirs or own or stored_key(config_dir), ""
        source = "BNAGPT_API_KEY" if theirs else "GROQ_API_KEY" if own else ""
        return Keys(key, key, source or (str(key_file(config_dir)) if key else ""))
    groq = (given if is_groq(beside) else "") or stored_key(config_dir)
    if theirs:
        return Keys(theirs, groq, "BNAGPT_API_KEY")
    fits = not given.startswith(_GROQ_PREFIX) or is_loopback(bare)
    if given and (host == beside or (fits and not from_file)):
        return Keys(given, groq, "GROQ_API_KEY")
    key = stored_key(config_dir, host) if host else ""
    return Keys(key, groq, str(key_file(config_dir, host)) if key else "")


def store_key(config_dir: Path, key: str, host: str = GROQ_HOST) -> Path:
    """Keep a host's key for the next start, mode 0600; the file's place is returned.

    Raises:
        OSError: The file cannot be written.
    """
    make_private(config_dir)
    path = key_file(config_dir, host)
    make_private(path.parent)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    return path


def plain_hosts(config_dir: Path) -> frozenset[str]:
    """The hosts that may be sent a key without encryption, as the user said earlier."""
    try:
        text = (config_dir / DIRECTORY / PLAIN_HTTP).read_text("utf-8", errors="replace")
    except OSError:
        return frozenset()
    return frozenset(text.split())


def allow_plain_http(config_dir: Path, host: str) -> None:
    """Note that a host may be sent its key without encryption.

    Raises:
        OSError: It cannot be written.
    """
    make_private(config_dir)
    path = make_private(config_dir / DIRECTORY) / PLAIN_HTTP
    hosts = sorted(plain_hosts(config_dir) | {host})
    path.touch(PRIVATE_FILE)
    path.write_text("".join(f"{one}\n" for one in hosts), "utf-8")


def exposed_keys(config_dir: Path) -> tuple[Path, ...]:
    """The stored keys that others than their owner can read or write."""
    files = [config_dir / FILE_NAME, *sorted((config_dir / DIRECTORY).glob("*.key"))]
    return tuple(file for file in files if file.is_file() and file.stat().st_mode & 0o077)
