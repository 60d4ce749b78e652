"""Conversations read from a file, of whichever kind it is, told apart by content.

Nothing here writes: what to do with the conversations is the caller's business. Ids and paths of
a file are never used before they have been looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ImportFileError
from ..text import one_line
from .import_chatgpt import is_chatgpt, read_chatgpt
from .import_lists import is_message, read_list, read_named_lists
from .import_markdown import is_markdown, read_markdown
from .import_openwebui import is_openwebui, read_openwebui
from .import_own import is_own, read_own
from .import_source import MOST_BYTES, parse, read_source
from .import_values import Findings, Imported

if TYPE_CHECKING:
    from pathlib import Path

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
    `saved_conversations.json`, ChatGPT's `conversations.json` and Open WebUI's export.

    Args:
        path: The file.
        most_bytes: The size of the largest file that is read.

    Raises:
        ImportFileError: The file cannot be read, or is none of these.
    """
    source = read_source(path, most_bytes)
    findings = Findings(source.title, source.modified)
    if source.problem:
        findings.problem(source.problem)
    if is_markdown(source.text):
        read_markdown(source.text, findings)
    else:
        _read_json(path, source.text, findings)
    if findings.untold:
        findings.problems.append(f"And {findings.untold:,} more of the kind.")
    return ImportResult(tuple(findings.conversations), tuple(findings.problems))


def _read_json(path: Path, text: str, findings: Findings) -> None:
    if text.lstrip()[:1] not in {"{", "["}:
        raise _unknown(path)
    value, problem = parse(text)
    if problem:
        findings.problem(problem)
    if isinstance(value, list):
        _read_array(path, value, findings)
    elif not _read_one(value, findings):
        if not any(isinstance(messages, list) for messages in value.values()):
            raise _unknown(path)
        read_named_lists(value, findings)


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
    if not isinstance(value, dict):
        return False
    for recognise, read in (
        (is_own, read_own),
        (is_chatgpt, read_chatgpt),
        (is_openwebui, read_openwebui),
    ):
        if recognise(value):
            read(value, findings)
            return True
    return False


def _unknown(path: Path) -> ImportFileError:
    return ImportFileError(
        f"“{one_line(path.name)}” holds no conversations in a format that bnaGPT knows: its own "
        "JSON and Markdown, the first bnaGPT's, ChatGPT's conversations.json and Open WebUI's."
    )
