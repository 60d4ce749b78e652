"""What was learned of servers: where their paths begin, and what they refuse.

It is kept in a small file for the next start. What is a month old is forgotten, since servers
learn too; a file that cannot be read or written costs one more request, and is passed over.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...paths import write_private

if TYPE_CHECKING:
    from .dialect import Dialect

FILE_NAME: Final = "servers.json"
"""The file inside the data directory."""

KEPT_SECONDS: Final = 30 * 86_400.0
"""How long something learned is believed."""

_LARGEST: Final = 1024 * 1024
"""Bytes of a file above which it is not ours."""

_TUPLES: Final = ("omitted", "efforts")


class ServerMemory:
    """Remembers what servers want, by their address and model; knows nothing before `load`.

    Args:
        path: The file; `None` to remember nothing beyond this run.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._servers: dict[str, dict[str, Any]] | None = None
        self._lock = threading.Lock()

    def prefix(self, server: str) -> str | None:
        """Where a server's paths begin; `None` when that is not known."""
        found = self._server(server).get("prefix")
        return found if isinstance(found, str) else None

    def dialect(self, server: str, model: str) -> Dialect:
        """How a server wants to be asked for a model."""
        from .dialect import Dialect  # noqa: PLC0415  # the start does without

        models = self._server(server).get("models")
        found = models.get(model) if isinstance(models, dict) else None
        return found if isinstance(found, Dialect) else _dialect_from(found)

    def note_prefix(self, server: str, prefix: str) -> None:
        """Remember where a server's paths begin, until the file is written only here."""
        self._entry(server)["prefix"] = prefix

    def note_dialect(self, server: str, model: str, dialect: Dialect) -> None:
        """Remember how a server wants to be asked for a model, as above."""
        self._entry(server).setdefault("models", {})[model] = dialect

    def load(self) -> None:
        """Read the file, if that was not done yet; slow enough for a thread."""
        with self._lock:
            if self._servers is None:
                self._servers = self._read()

    def save(self) -> None:
        """Write the file; slow enough for a thread."""
        if self._path is None:
            return
        import json  # noqa: PLC0415  # the start does without

        with self._lock, suppress(OSError):
            servers = json.loads(json.dumps(self._servers or {}, default=_plain))
            write_private(self._path, json.dumps({**self._read(), **servers}, indent=1))

    def _server(self, server: str) -> dict[str, Any]:
        """What is known of a server, nothing before the file was read."""
        return (self._servers or {}).get(server, {})

    def _entry(self, server: str) -> dict[str, Any]:
        """The same, to be added to."""
        self.load()
        servers = self._servers = self._servers if self._servers is not None else {}
        entry = servers.setdefault(server, {})
        entry["learned"] = time.time()
        if not isinstance(entry.get("models"), dict):
            entry["models"] = {}
        return entry

    def _read(self) -> dict[str, dict[str, Any]]:
        """What the file holds that is neither old nor odd."""
        if self._path is None:
            return {}
        import json  # noqa: PLC0415  # as above

        try:
            with self._path.open("rb") as file:
                known = json.loads(file.read(_LARGEST))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(known, dict):
            return {}
        return {server: entry for server, entry in known.items() if _is_fresh(entry)}


def _is_fresh(entry: object) -> bool:
    """Whether an entry is one, and not too old to be believed."""
    learned = entry.get("learned") if isinstance(entry, dict) else None
    return isinstance(learned, int | float) and 0 <= time.time() - learned < KEPT_SECONDS


def _plain(value: object) -> object:
    """A dialect as JSON has it: what differs from the usual."""
    from .dialect import Dialect  # noqa: PLC0415  # as above

    if not isinstance(value, Dialect):
        raise TypeError(f"{type(value).__name__} is not kept")
    usual = asdict(Dialect())
    return {name: item for name, item in asdict(value).items() if item != usual[name]}


def _dialect_from(value: object) -> Dialect:
    """The dialect that JSON holds; whatever is odd in it is left as usual."""
    from .dialect import Dialect  # noqa: PLC0415  # as above

    known = value if isinstance(value, dict) else {}
    usual = Dialect()
    found: dict[str, Any] = {}
    for field in fields(Dialect):
        item = known.get(field.name)
        if field.name in _TUPLES:
            if isinstance(item, list) and all(isinstance(name, str) for name in item):
                found[field.name] = tuple(item)
        elif type(item) is type(getattr(usual, field.name)):
            found[field.name] = item
    return Dialect(**found)
