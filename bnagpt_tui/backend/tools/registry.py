"""The program's own tools: a new one is a file beside this one, and a line here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .read_more import read_more

if TYPE_CHECKING:
    from .base import Tool


def own_tools() -> Sequence[Tool]:
    """The tools in the order in which models are told of them."""
    return (read_more(),)
