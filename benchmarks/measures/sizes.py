"""The store beside others, small and large: listing, opening, saving, making the list anew."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from ..archives import build_archive, build_pair, build_tinydb
from ..bench import Bench
from ..rows import OURS, Row, row
from ..stores import KINDS
from .storing import large_archive, run_module, used

_SMALLER: Final = (10, 1_000)
"""Conversations of the archives beside the large one."""

_SAVES: Final = 12
_FEW_SAVES: Final = 3
"""How often is saved with a store that writes everything each time."""

_LONG: Final = "long"

_ROWS: Final = (("list", "list", "ms"), ("open", "open one", "ms"), ("save", "save", "ms"))


def measure_sizes(bench: Bench) -> list[Row]:
    """Use every kind of store with few, more and very many conversations, and with a long one."""
    rows: list[Row] = []
    for conversations in (*_SMALLER, bench.size.conversations):
        rows += _beside(bench, conversations)
    return [*rows, *_long(bench), _anew(bench), _held(bench)]


def _beside(bench: Bench, conversations: int) -> list[Row]:
    ours, theirs = _archives(bench, conversations)
    samples: dict[str, dict[str, list[float]]] = {}
    for _ in range(bench.size.rounds):
        for kind in KINDS:
            mine = kind == "ours"
            found = used(kind, ours if mine else theirs, _SAVES if mine else _FEW_SAVES)
            for what, figure in found.items():
                values = samples.setdefault(what, {}).setdefault(OURS if mine else kind, [])
                values.append(figure)
    among = f"{conversations:,} conversations"
    rows = [
        row("sizes", f"{among}: {words}", unit, samples[what], limit=None)
        for what, words, unit in _ROWS
    ]
    return [
        *rows,
        row("sizes", f"{among}: written by a save", "B", samples["written"], limit=None),
    ]


def _archives(bench: Bench, conversations: int) -> tuple[Path, Path]:
    """Where the same conversations are kept with our store, and with TinyDB's."""
    theirs = bench.directory / f"sizes-{conversations}.json"
    build_tinydb(theirs, conversations)
    if conversations == bench.size.conversations:
        return large_archive(bench) / "data", theirs
    ours = bench.directory / f"sizes-{conversations}"
    build_archive(ours, conversations)
    return ours, theirs


def _long(bench: Bench) -> list[Row]:
    """One conversation of very many messages."""
    directory = bench.directory / "sizes-long"
    length = bench.size.messages
    build_pair(directory, ("long", length), ("longer", length), "end")
    found = [used("ours", directory, _SAVES) for _ in range(bench.size.rounds)]
    return [
        row(
            "sizes",
            f"a conversation of {length:,} messages: {words}",
            unit,
            {OURS: [each[what] for each in found]},
            limit=None,
        )
        for what, words, unit in (*_ROWS[1:], ("written", "written by a save", "B"))
    ]


def _anew(bench: Bench) -> Row:
    """Make the list anew from the files."""
    directory = bench.directory / "sizes-anew"
    shutil.copytree(large_archive(bench) / "data", directory)
    build_pair(directory, (_LONG, bench.size.messages), ("short", 20), "end")
    times = []
    for _ in range(bench.size.rounds):
        for path in directory.glob("index-*"):
            path.unlink()
        times.append(used("ours", directory, 1)["list"] / 1000)
    what = f"the list of {bench.size.conversations:,} made anew"
    return row("sizes", what, "s", {OURS: times}, limit=None)


def _held(bench: Bench) -> Row:
    """Do all of it beside an event loop, which waits for none of it."""
    directory = bench.directory / "sizes-anew"
    waits: list[float] = []
    longest: dict[str, float] = {}
    for _ in range(bench.size.rounds):
        found: dict[str, float] = run_module("benchmarks.holding", str(directory), _LONG)
        waits.append(max(found.values()))
        longest = {key: max(wait, longest.get(key, 0.0)) for key, wait in found.items()}
    slowest = max(longest, key=lambda key: longest[key])
    what = f"any of it among {bench.size.conversations:,}: the event loop held"
    return row("sizes", what, "ms", {OURS: waits}, limit=20, note=f"longest: {slowest}")
