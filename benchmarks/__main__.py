"""`python -m benchmarks`: measures, prints and keeps the table, judges it by the budgets."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .bench import FULL, QUICK, Bench
from .failures import MeasureError
from .measures import MEASURES
from .report import keep, machine, table
from .rows import Row, missing
from .service import Service

FAILED = "failed"
"""What stands in place of a figure that could not be had."""


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="measure less, within a minute")
    parser.add_argument("--rounds", type=int, help="how often everything is measured")
    parser.add_argument(
        "--only", action="append", choices=list(MEASURES), help="measure this; may be repeated"
    )
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    return parser.parse_args(argv)


def measure(bench: Bench, names: Sequence[str]) -> list[Row]:
    """Make the measurements of these names, one after the other."""
    rows: list[Row] = []
    for name in names:
        begin = time.monotonic()
        try:
            rows += MEASURES[name](bench)
        except MeasureError as error:
            rows.append(missing(name, name, "", limit=0, note=FAILED))
            print(f"{name}: {error}", file=sys.stderr)
        print(f"{name}: {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
    return rows


def main(argv: Sequence[str] | None = None) -> int:
    """Measure as the arguments say.

    Returns:
        0 when every budget is met, 1 when one is missed or could not be measured.
    """
    arguments = parse(argv)
    size = QUICK if arguments.quick else FULL
    size = replace(size, rounds=arguments.rounds or size.rounds)
    with tempfile.TemporaryDirectory(prefix="bnagpt-bench-") as place, Service() as service:
        rows = measure(Bench(service, size, Path(place)), arguments.only or list(MEASURES))
    found = machine()
    print(
        f"{found['date']} · {found['system']} · {found['cores']} cores · load {found['load']:.1f}"
    )
    print(table(rows, markdown=arguments.markdown))
    print(f"kept in {keep(rows, size)}")
    failed = any(row.met is False or row.note == FAILED for row in rows)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
