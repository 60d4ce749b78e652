"""Conversations read from a file, of whichever kind it is, told apart by content.

Nothing here writes: what to do with the conversations is the caller's business. Ids and paths of
a file are never used before they have been looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..errors import ImportFileError
from ..text import one_line
from .import_chatgpt import is_chatgpt, read_chatgpt
from .import_elsewhere import is_claude, is_librechat, read_claude, read_librechat
from .import_lists import is_message, read_list, read_named_lists
from .import_markdown import is_markdown, read_markdown
from .import_openwebui import is_openwebui, read_openwebui
from .import_own import is_own, read_own
from .import_source import MOST_BYTES, Source, parse, read_sources
from .import_values import Findings, Imported

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_KINDS: Final = (
    (is_own, read_own),
    (is_chatgpt, read_chatgpt),
    (is_claude, read_claude),
    (is_librechat, read_librechat),
    (is_openwebui, read_openwebui),
)
"""How each kind of conversation is recognised, and read."""

__all__ = ["ImportResult", "Imported", "read_import"]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What a file held, and what of it could not be had."""

    conversations: tuple[Imported, ...]
    """In the file's order, under the file's names; two may have the same name."""
    problems: tuple[str, ...]
    """One sentence for each thing that was left out or repaired."""


def read_import(path: Path, most_bytes: int = MOST_BYTES) -> ImportResult:
    """The conversations of a file.

    Reads the JSON and Markdown that bnaGPT exports, the first bnaGPT's
    `saved_conversations.json`, the exports of ChatGPT, Claude, Open WebUI and LibreChat, and
    lists of roles and contents; as JSON, as JSON Lines, or in a ZIP archive.

    Args:
        path: The file.
        most_bytes: The size of the largest file that is read.

    Raises:
        ImportFileError: The file cannot be read, or is none of these.
    """
    sources = read_sources(path, most_bytes)
    findings = Findings(sources[0].title, sources[0].modified)
    refused: list[ImportFileError] = []
    for source in sources:
        try:
            _read_source(path, source, findings)
        except ImportFileError as error:
            refused.append(error)
    if len(refused) == len(sources):
        raise refused[0]
    if findings.untold:
        findings.problems.append(f"And {findings.untold:,} more of the kind.")
    return ImportResult(tuple(findings.conversations), tuple(findings.problems))


def _read_source(path: Path, source: Source, findings: Findings) -> None:
    if is_markdown(source.text):
        read_markdown(source.text, findings)
    else:
        _read_json(path, source.text, findings)
    if source.problem:
        findings.problem(source.problem)


def _read_json(path: Path, text: str, findings: Findings) -> None:
    if text.lstrip()[:1] not in {"{", "["}:
        raise _unknown(path)
    value, problem = parse(text)
    if problem:
        findings.problem(problem)
    if isinstance(value, list):
        _read_array(path, value, findings)
    elif not _read_one(value, findings):
        if inner := _wrapped(value):
            _read_array(path, inner, findings)
            return
        if not any(isinstance(messages, list) for messages in value.values()):
            raise _unknown(path)
        read_named_lists(value, findings)


def _wrapped(value: dict[str, object]) -> list[object]:
    """The conversations that an object holds in a list, or one under each key; none otherwise."""
    for inner in value.values():
        if isinstance(inner, list) and any(map(_recogniser, inner)):
            return inner
    inner = list(value.values())
    return inner if inner and all(map(_recogniser, inner)) else []


def _read_array(path: Path, values: list[object], findings: Findings) -> None:
    """A list of conversations, or one conversation that is a list of messages."""
    if any(is_message(value) for value in values[:1]):
        read_list(findings.title, values, findings)
        return
    unknown = 0
    for value in values:
        unknown += not _read_one(value, findings)
    if unknown == len(values):
        raise _unknown(path)
    if unknown:
        findings.problem(f"{unknown:,} of {len(values):,} entries are no conversations.")


def _read_one(value: object, findings: Findings) -> bool:
    """Take in the value if it is a conversation of a kind that carries its own name."""
    read = _recogniser(value)
    if read is None or not isinstance(value, dict):
        return False
    read(value, findings)
    return True


def _recogniser(value: object) -> Callable[[dict[str, Any], Findings], None] | None:
    """What reads the value if it is a conversation; `None` if it is none."""
    return next((read for recognise, read in _KINDS if recognise(value)), None)


def _unknown(path: Path) -> ImportFileError:
    return ImportFileError(
        f"“{one_line(path.name)}” holds no conversations in a format that bnaGPT knows: its own "
        "JSON and Markdown, the first bnaGPT's, and those of ChatGPT, Claude, Open WebUI and "
        "LibreChat."
    )
