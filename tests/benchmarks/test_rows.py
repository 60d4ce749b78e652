"""Rows are judged by the figure or by the ratio, and told as a table and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.bench import QUICK
from benchmarks.measures.start import heavy_among
from benchmarks.report import keep, table
from benchmarks.rows import missing, percentile, row


@pytest.mark.parametrize(("limit", "met"), [(20, True), (19.9, False), (None, None)])
def test_the_middle_of_all_rounds_is_judged(limit: float | None, met: bool | None) -> None:
    found = row("echo", "key → echo", "ms", {"bnagpt": [5, 20, 90]}, limit=limit)
    assert found.figure == 20
    assert found.met is met


def test_a_ratio_is_that_within_a_round_not_that_of_the_middles() -> None:
    samples = {"bnagpt": [10.0, 40.0, 90.0], "raw": [10.0, 20.0, 30.0]}
    found = row("burst", "burst", "ms", samples, limit=1.9, against="raw")
    assert found.ratio == 2
    assert found.references == {"raw": 20}
    assert found.met is False


def test_what_is_missing_is_not_judged_and_says_why() -> None:
    found = missing("search", "search", "ms", limit=50, note="not there")
    assert found.met is None
    assert "not there" in table([found])


def test_the_table_says_which_budgets_are_missed() -> None:
    rows = [
        row("idle", "idle", "B", {"bnagpt": [0], "minimal": [46_880]}, limit=0),
        row(
            "start",
            "start",
            "ms",
            {"bnagpt": [300], "minimal": [400]},
            limit=0.7,
            against="minimal",
        ),
    ]
    header, idle, start = table(rows).splitlines()
    assert header.split()[0] == "what"
    assert idle.endswith("met")
    assert "46,880" in idle
    assert " ".join(start.split()) == "start 300 ms minimal 400 0.75 ≤ 0.7 × minimal MISSED"


def test_results_are_kept_as_json(tmp_path: Path) -> None:
    rows = [row("idle", "idle", "B", {"bnagpt": [3]}, limit=0)]
    kept = json.loads(keep(rows, QUICK, tmp_path / "results").read_text())
    assert kept["rows"][0]["figure"] == 3
    assert kept["rows"][0]["met"] is False
    assert kept["size"]["tokens"] == QUICK.tokens


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(number) for number in range(1, 21)]
    assert percentile(values, 0.5) == 10
    assert percentile(values, 0.95) == 19
    assert percentile([7.0], 0.95) == 7


def test_heavy_imports_are_found_in_what_the_interpreter_reports() -> None:
    output = (
        b"import time:       120 |        120 |   textual.app\r\n"
        b"import time:        90 |        300 |     groq._client\r\n"
        b"import time:        10 |         10 | groqqy\r\n\x1b[31mimport time is httpx\r\n"
    )
    assert heavy_among(output) == ["groq"]
