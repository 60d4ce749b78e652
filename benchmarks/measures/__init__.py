"""The measurements, by the names that `--only` knows them by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..bench import Measure
from .echo import measure_echo
from .freezes import measure_freezes
from .heavy import measure_heavy
from .idle import measure_idle
from .opening import measure_opening
from .sizes import measure_sizes
from .start import measure_start
from .storing import measure_list, measure_save, measure_search
from .streaming import measure_burst, measure_fast, measure_rate
from .thin import measure_thin

MEASURES: Final[Mapping[str, Measure]] = {
    "start": measure_start,
    "burst": measure_burst,
    "rate": measure_rate,
    "fast": measure_fast,
    "echo": measure_echo,
    "open": measure_opening,
    "idle": measure_idle,
    "thin": measure_thin,
    "save": measure_save,
    "sizes": measure_sizes,
    "list": measure_list,
    "search": measure_search,
    "heavy": measure_heavy,
    "freezes": measure_freezes,
}
"""In the order in which they are made."""
