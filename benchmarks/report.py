"""What is told: the table for people, JSON for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from .bench import Size
from .rows import Row

RESULTS: Final = Path(__file__).parent / "results"
"""Where the results of each run are kept, out of the repository."""

HEADINGS: Final = ("what", "figure", "references", "ratio", "budget", "")
_VERDICTS: Final = {True: "met", False: "MISSED", None: "–"}


def number(value: float) -> str:
    """A figure with as many digits as it is good for."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.2g}"


def cells(row: Row) -> tuple[str, ...]:
    """The cells of a row, in the order of `HEADINGS`."""
    others = " · ".join(f"{name} {number(value)}" for name, value in row.references.items())
    figure = row.note if row.figure is None else f"{number(row.figure)} {row.unit}".strip()
    ratio = "" if row.ratio is None else number(row.ratio)
    note = f"  ({row.note})" if row.note and row.figure is not None else ""
    return (row.what, figure, others, ratio, row.budget, _VERDICTS[row.met] + note)


def table(rows: Sequence[Row], *, markdown: bool = False) -> str:
    """All rows, in columns."""
    lines = [HEADINGS, *map(cells, rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADINGS))]
    if markdown:
        rule = tuple("-" * width for width in widths)
        return "\n".join(f"| {' | '.join(_padded(line, widths))} |" for line in _ruled(lines, rule))
    return "\n".join("  ".join(_padded(line, widths)).rstrip() for line in lines)


def _ruled(lines: list[tuple[str, ...]], rule: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [lines[0], rule, *lines[1:]]


def _padded(line: tuple[str, ...], widths: Sequence[int]) -> list[str]:
    return [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    return {
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("textual", "groq", "tinydb", "rich")},
    }


def keep(rows: Sequence[Row], size: Size, directory: Path = RESULTS) -> Path:
    """Write the results as JSON; the file is returned."""
    directory.mkdir(parents=True, exist_ok=True)
    found = machine()
    file = directory / f"{found['date'].replace(':', '')}.json"
    verdicts = [asdict(row) | {"met": row.met, "budget": row.budget} for row in rows]
    content = {"machine": found, "size": asdict(size), "rows": verdicts}
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file
