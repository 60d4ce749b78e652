"""What `bnagpt doctor` finds, and how it is laid out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from .table import fit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .console import Console


class Mark(StrEnum):
    """How good a finding is."""

    GOOD = "good"
    WARNING = "warning"
    """Something is missing that bnaGPT can do without."""
    BAD = "bad"


_SIGNS: Final = {Mark.GOOD: "✓", Mark.WARNING: "!", Mark.BAD: "✗"}

_PLAIN_SIGNS: Final = {Mark.GOOD: "+", Mark.WARNING: "!", Mark.BAD: "x"}
"""The same where the terminal's encoding lacks the others."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    """One or two words: what was looked at."""
    mark: Mark
    text: str
    """What was found, and what to do about it."""


def good(subject: str, text: str) -> Finding:
    """A finding that all is well."""
    return Finding(subject, Mark.GOOD, text)


def warning(subject: str, text: str) -> Finding:
    """A finding that something is missing."""
    return Finding(subject, Mark.WARNING, text)


def bad(subject: str, text: str) -> Finding:
    """A finding that something does not work."""
    return Finding(subject, Mark.BAD, text)


def lay_out(findings: Iterable[Finding], console: Console) -> None:
    """Print the findings, one a line: sign, subject, text."""
    signs = _SIGNS if console.speaks("✓✗") else _PLAIN_SIGNS
    for finding in findings:
        console.line(f"{signs[finding.mark]} {fit(finding.subject, 12)} {finding.text}")
