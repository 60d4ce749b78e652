"""The documents of a table, of which only those are decoded that are asked for."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, MutableMapping, ValuesView
from typing import Any

import msgspec
from msgspec import Raw


class Documents(MutableMapping[str, Any]):
    """Documents by their keys.

    One that was put there as it stands in a file is decoded when it is first asked for, and is
    `None` if it is no JSON after all.
    """

    def __init__(self, documents: Mapping[str, Any] | None = None) -> None:
        """Take over documents, those that are not decoded as they are.

        Args:
            documents: What to begin with.
        """
        known = documents.stored if isinstance(documents, Documents) else documents or {}
        self.stored: dict[str, Any] = dict(known)
        """The documents, and in place of those not yet asked for what stands in the file."""

    def __getitem__(self, key: str) -> Any:
        document = self.stored[key]
        if type(document) is Raw:
            document = self.stored[key] = decoded(document)
        return document

    def __setitem__(self, key: str, document: Any) -> None:
        self.stored[key] = document

    def __delitem__(self, key: str) -> None:
        del self.stored[key]

    def __contains__(self, key: object) -> bool:
        return key in self.stored

    def __iter__(self) -> Iterator[str]:
        return iter(self.stored)

    def __len__(self) -> int:
        return len(self.stored)

    def items(self) -> ItemsView[str, Any]:
        """The documents with their keys, all of them decoded."""
        return self._all().items()

    def values(self) -> ValuesView[Any]:
        """The documents, all of them decoded."""
        return self._all().values()

    def _all(self) -> dict[str, Any]:
        for key, document in self.stored.items():
            if type(document) is Raw:
                self.stored[key] = decoded(document)
        return self.stored


def decoded(document: Raw) -> Any:
    """What a document says that stands in a file; `None` when it is no JSON."""
    try:
        return msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
