"""The rows of the table: what was measured, beside what, and what is allowed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

Samples = Mapping[str, Sequence[float]]
"""What was measured in each round, by the program's name."""

OURS = "bnagpt"
"""The name under which the application's own samples stand."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    name: str
    """What `--only` calls it."""
    what: str
    """What is measured, in a few words."""
    unit: str
    figure: float | None
    """The application's; `None` when there is nothing to measure."""
    limit: float | None
    """The most that is allowed, of the figure or of the ratio; `None` where all is."""
    against: str = ""
    """The reference that the ratio is to; empty when the figure itself is judged."""
    ratio: float | None = None
    references: Mapping[str, float] = field(default_factory=dict)
    """What the other programs reach."""
    note: str = ""
    """Why there is no figure, or what else is to be known."""

    @property
    def met(self) -> bool | None:
        """Whether the budget is met; `None` when there is nothing to judge."""
        judged = self.ratio if self.against else self.figure
        return None if judged is None or self.limit is None else judged <= self.limit

    @property
    def budget(self) -> str:
        """The budget in words."""
        if self.limit is None:
            return ""
        return f"≤ {self.limit:g} × {self.against}" if self.against else f"≤ {self.limit:g}"


def row(
    name: str,
    what: str,
    unit: str,
    samples: Samples,
    *,
    limit: float | None,
    against: str = "",
    note: str = "",
) -> Row:
    """A row from the samples of all rounds: medians, and the median of the rounds' ratios.

    Args:
        name: What `--only` calls it.
        what: What is measured.
        unit: Of the figures.
        samples: The application's stand under `OURS`.
        limit: The most that is allowed; `None` where the figure is for information.
        against: The reference that the ratio is to; empty to judge the figure.
        note: What else is to be known.
    """
    ours = samples[OURS]
    ratio = None
    if against:
        pairs = zip(ours, samples[against], strict=True)
        ratio = median(mine / max(theirs, 1e-9) for mine, theirs in pairs)
    others = {key: median(values) for key, values in samples.items() if key != OURS}
    return Row(name, what, unit, median(ours), limit, against, ratio, others, note)


def missing(name: str, what: str, unit: str, *, limit: float, note: str) -> Row:
    """A row for which there is nothing to measure."""
    return Row(name, what, unit, None, limit, note=note)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
