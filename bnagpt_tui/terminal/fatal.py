"""What the normal screen is told when the application ends by a fault of its own."""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from bnagpt_tui.backend.text import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH: Final = 100
"""Columns of a report that is laid out."""


def report_of(error: BaseException) -> str:
    """Where a fault arose, without the values that were there: a key may be among them."""
    return "".join(traceback.format_exception(error))


def as_plain(renderable: RenderableType) -> str:
    """Something that would be drawn in colours, as text that a terminal shows and never obeys."""
    if isinstance(renderable, str):
        return visible(renderable)
    from rich.console import Console  # noqa: PLC0415  # nobody waits for it at the start

    drawn = io.StringIO()
    Console(file=drawn, width=WIDTH, color_system=None, force_terminal=False).print(renderable)
    return visible(drawn.getvalue())


def tell(renderables: Sequence[RenderableType]) -> None:
    """Print the first of some reports on standard error, and how many there are."""
    if not renderables:
        return
    lines = [as_plain(renderables[0]).rstrip()]
    if len(renderables) > 1:
        lines.append(f"(the first of {len(renderables)} errors)")
    print("\n".join(lines), file=sys.stderr, flush=True)
