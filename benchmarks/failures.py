"""What can go wrong with a measurement."""

from __future__ import annotations


class MeasureError(Exception):
    """Nothing could be measured: what was waited for did not come."""
