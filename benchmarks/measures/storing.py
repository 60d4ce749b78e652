"""The store with very many conversations: saving, listing, searching."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any, Final

from ..archives import build_archive, build_tinydb, name_of
from ..bench import Bench
from ..failures import MeasureError
from ..programs import APPLICATION, READY
from ..rows import OURS, Row, missing, percentile, row

_SAVES: Final = 40
_FEW: Final = 10
"""Conversations of the small archive that bytes are compared with."""


def saves(kind: str, place: Path, count: int) -> tuple[float, float]:
    """Milliseconds and bytes that saving a message takes, as the median of several.

    Raises:
        MeasureError: It failed.
    """
    found = used(kind, place, count)
    return found["save"], found["written"]


def used(kind: str, place: Path, count: int) -> dict[str, float]:
    """Milliseconds to list, to open and to save, and the bytes of a save, in a new process.

    Raises:
        MeasureError: It failed.
    """
    found = run_module("benchmarks.stores", kind, str(place), str(count))
    return {
        "list": found["list"],
        "open": found["open"],
        "save": median(found["times"]),
        "written": median(found["sizes"]),
    }


def run_module(module: str, *arguments: str) -> Any:
    """What a module prints as JSON when it is run as a process.

    Raises:
        MeasureError: It failed.
    """
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MeasureError(done.stderr[-600:])
    return json.loads(done.stdout)


def large_archive(bench: Bench) -> Path:
    """The home with the large archive, which is made when it is first asked for."""
    home = bench.directory / "large"
    if not home.exists():
        build_archive(home / "data", bench.size.conversations)
    return home


def measure_save(bench: Bench) -> list[Row]:
    """Save messages in a large archive, and in TinyDB's own storage of the same."""
    conversations = bench.size.conversations
    few, tinydb = bench.directory / "few", bench.directory / "tinydb.json"
    build_archive(few, _FEW)
    build_tinydb(tinydb, conversations)
    times: dict[str, list[float]] = {OURS: [], "JSONStorage": []}
    sizes: dict[str, list[float]] = {OURS: [], f"of {_FEW}": [], "JSONStorage": []}
    for _ in range(bench.size.rounds):
        for key, kind, place, count in (
            (OURS, "ours", large_archive(bench) / "data", _SAVES),
            ("JSONStorage", "JSONStorage", tinydb, 3),
            (f"of {_FEW}", "ours", few, _SAVES),
        ):
            time, size = saves(kind, place, count)
            sizes[key].append(size)
            if key in times:
                times[key].append(time)
    what = f"save a message among {conversations:,} conversations"
    return [
        row("save", what, "ms", times, limit=bench.size.limit(0.01), against="JSONStorage"),
        row("save", f"{what}: written", "B", sizes, limit=1.5, against=f"of {_FEW}"),
    ]


def measure_list(bench: Bench) -> list[Row]:
    """Start with a large archive and see when the list stands."""
    home = large_archive(bench)
    newest = name_of(bench.size.conversations - 1)
    later = []
    for _ in range(bench.size.rounds * bench.size.starts):
        with APPLICATION.start(home, bench.service.url) as terminal:
            first = terminal.sees(READY)
            later.append(max(0.0, (terminal.sees("numbat") - first) * 1000))
    what = f"list of {bench.size.conversations:,} after the first picture"
    return [row("list", what, "ms", {OURS: later}, limit=100, note=f"down from {newest}")]


def measure_search(bench: Bench) -> list[Row]:
    """Search in all messages of a large archive."""
    what = f"search in {bench.size.conversations * 20:,} messages"
    if find_spec("bnagpt_tui.backend.store.search") is None:
        return [missing("search", what, "ms", limit=50, note="not there")]
    found = run_module("benchmarks.searching", str(large_archive(bench) / "data"))
    slow = max(found["texts"], key=lambda text: median(found["texts"][text]))
    slowest = {OURS: [percentile(list(chain.from_iterable(found["texts"].values())), 0.95)]}
    building = {OURS: [found["building"]]}
    return [
        row("search", f"{what}, p95", "ms", slowest, limit=50, note=f"slowest: {slow}"),
        row("search", "making the index for it", "s", building, limit=None),
    ]
