"""What servers list, cut to what is used of it before anything else looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from ...text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_TOOLS: Final = 100
"""Tools of one server; services take little more in all."""

_LONGEST_NAME: Final = 256
_LONGEST_DESCRIPTION: Final = 8000
_LARGEST_SCHEMA: Final = 20_000
_NAMED: Final = 5


class Sieve:
    """Lets through the tools that models can be told of, up to a number.

    What is let through holds a name, a description, parameters and whether it only reads. In
    particular it holds no schema of results, whose patterns could keep this program busy for ever.
    """

    def __init__(self) -> None:
        self._passed = 0
        self._beyond = 0
        self._left_out: list[str] = []

    def sift(self, result: dict[str, Any]) -> dict[str, Any]:
        """The result of a request; of a list of tools what is let through."""
        tools = result.get("tools")
        if not isinstance(tools, list) or "content" in result:
            return result
        passed = []
        for tool in tools:
            if self._passed >= MOST_TOOLS:
                self._beyond += 1
                continue
            if kept := self._kept(tool):
                passed.append(kept)
                self._passed += 1
        return {**result, "tools": passed}

    @property
    def is_full(self) -> bool:
        """Whether nothing more is let through."""
        return self._passed >= MOST_TOOLS

    def reports(self, server: str) -> list[str]:
        """What was not let through, in sentences for the user."""
        said = []
        if self._left_out:
            names = ", ".join(f"“{one_line(name, 60)}”" for name in self._left_out[:_NAMED])
            more = len(self._left_out) - _NAMED
            names += f" and {more} more" if more > 0 else ""
            said.append(
                f"The MCP server “{server}” lists tools whose parameters no model can be told: "
                f"{names}. They are left out."
            )
        if self._beyond:
            said.append(
                f"The MCP server “{server}” lists more than {MOST_TOOLS} tools; the first "
                f"{MOST_TOOLS} are used."
            )
        return said

    def _kept(self, tool: object) -> dict[str, Any] | None:
        """What is used of a tool; `None` for one that cannot be used."""
        values = tool if isinstance(tool, dict) else {}
        name = values.get("name")
        if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
            self._left_out.append("without a name" if not isinstance(name, str) else name)
            return None
        schema = _object_schema(values.get("inputSchema"))
        if schema is None:
            self._left_out.append(name)
            return None
        description = values.get("description")
        annotations = values.get("annotations")
        hint = annotations.get("readOnlyHint") if isinstance(annotations, dict) else None
        return {
            "name": name,
            "description": description[:_LONGEST_DESCRIPTION]
            if isinstance(description, str)
            else "",
            "inputSchema": schema,
            "annotations": {"readOnlyHint": hint is True},
        }


def _object_schema(schema: object) -> Mapping[str, Any] | None:
    """The schema as one of an object; `None` when it is of something else, or too long."""
    if not isinstance(schema, dict) or schema.get("type", "object") != "object":
        return None
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        return None
    try:
        size = len(msgspec.json.encode(schema))
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    if size > _LARGEST_SCHEMA:
        return None
    return {**schema, "type": "object", "properties": properties}
