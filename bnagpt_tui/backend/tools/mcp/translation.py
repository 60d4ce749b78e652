"""What servers say of their tools and results, put into this program's terms."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from ...models import ToolSpec
from ...text import one_line
from ..base import ProducedFile, ToolResult

MOST_TEXT: Final = 2_000_000
"""Characters of a result that are taken."""

MOST_FILE_BYTES: Final = 10 * 1024 * 1024
"""Bytes of a file of a result."""

_MOST_SCHEMA: Final = 20_000
_MOST_DESCRIPTION: Final = 1000
_LONGEST_NAME: Final = 64
_ODD: Final = re.compile(r"[^A-Za-z0-9_-]+")


def name_of(server: str, tool: str, taken: set[str]) -> str:
    """The name under which models call a tool: `server__tool`, as services insist, and free."""
    whole = f"{server}__{_ODD.sub('_', tool) or 'tool'}"[:_LONGEST_NAME]
    name, number = whole, 2
    while name in taken:
        suffix = f"_{number}"
        name = whole[: _LONGEST_NAME - len(suffix)] + suffix
        number += 1
    return name


def spec_of(server: str, name: str, tool: Any) -> ToolSpec | None:
    """What models are told of a server's tool; `None` when it cannot be called.

    Args:
        server: The server's name.
        name: What models call the tool.
        tool: The tool, as the library gives it.
    """
    schema = tool.input_schema
    if not isinstance(schema, dict) or schema.get("type", "object") != "object":
        return None
    if len(json.dumps(schema, default=str)) > _MOST_SCHEMA:
        return None
    description = one_line(f"{server}: {tool.description or tool.title or ''}", _MOST_DESCRIPTION)
    return ToolSpec(name, description, {"type": "object", "properties": {}, **schema})


def acts(tool: Any) -> bool:
    """Whether the user is asked first: always, unless the server says that it only reads."""
    return getattr(tool.annotations, "read_only_hint", None) is not True


def result_of(result: Any) -> ToolResult:
    """What came of a call."""
    texts: list[str] = []
    files: list[ProducedFile] = []
    for number, block in enumerate(result.content or (), start=1):
        for part in _parts(block, number):
            if isinstance(part, ProducedFile):
                files.append(part)
            else:
                texts.append(part)
    structured = getattr(result, "structured_content", None)
    if not texts and structured is not None:
        texts.append(json.dumps(structured, ensure_ascii=False, default=str))
    text = "\n".join(texts)
    if len(text) > MOST_TEXT:
        text = f"{text[:MOST_TEXT]}\n[The rest was not taken.]"
    if files:
        text = f"{text}\nFiles: {', '.join(file.name for file in files)}".strip()
    return ToolResult(
        text or "It answered nothing.", failed=bool(result.is_error), files=tuple(files)
    )


def _parts(block: Any, number: int) -> Iterator[str | ProducedFile]:
    """The text and the files of a part of a result."""
    kind = getattr(block, "type", "")
    if kind == "text":
        yield str(block.text)
    elif kind in {"image", "audio"}:
        yield _file(f"{kind}-{number}", block.mime_type, block.data)
    elif kind == "resource_link":
        yield f"{one_line(str(block.name), 200)}: {one_line(str(block.uri), 2000)}"
    elif kind == "resource":
        resource = block.resource
        if hasattr(resource, "text"):
            yield str(resource.text)
        else:
            yield _file(f"resource-{number}", resource.mime_type, resource.blob)


def _file(stem: str, kind: str | None, data: str) -> ProducedFile | str:
    kind = one_line(kind or "application/octet-stream", 80)
    if len(data) > MOST_FILE_BYTES * 4 // 3 + 4:
        return f"[{stem} ({kind}) is too large and was not taken.]"
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return f"[{stem} ({kind}) could not be read.]"
    subtype = _ODD.sub("", kind.partition("/")[2].partition("+")[0])[:12] or "bin"
    return ProducedFile(f"{stem}.{subtype}", kind, content)
