"""Writes cells as bytes: the fewest that move the cursor and change the pen."""

from __future__ import annotations

from .pens import Pen, Pens
from .row import Row, Run
from .shift import Shift


class Brush:
    """Collects what is to be sent, knowing where cursor and pen are.

    It begins where nothing is known but that the last frame ended with a reset.

    Args:
        pens: The pens of the terminal.
    """

    def __init__(self, pens: Pens) -> None:
        self._pens = pens
        self._pen: Pen = pens.plain
        self._place: tuple[int, int] | None = None
        self._sent: list[str] = []

    @property
    def sequence(self) -> str:
        """Everything so far, and the pen put down."""
        if self._pen is self._pens.plain:
            return "".join(self._sent)
        end = "\x1b]8;;\x1b\\" if self._pen.link else ""
        return "".join((*self._sent, "\x1b[m", end))

    def move(self, x: int, y: int) -> None:
        """Go to a column and a row, both counted from 0."""
        if self._place != (x, y):
            self._sent.append(_way(self._place, (x, y)))
            self._place = (x, y)

    def scroll(self, shift: Shift) -> None:
        """Have the terminal move rows; nobody knows what it puts in their place."""
        top, bottom, rows, _ = shift
        what = f"\x1b[{abs(rows) if abs(rows) > 1 else ''}{'M' if rows > 0 else 'L'}"
        self._sent.append(f"\x1b[{top + 1};{bottom + 1}r\x1b[{top + 1}H{what}\x1b[r")
        self._place = None

    def draw(self, row: Row, y: int, run: Run) -> None:
        """Send some columns of a row."""
        x = run.start
        for doubt in sorted(row.doubts):
            if x < doubt.end and doubt.start < run.end:
                begin = max(x, doubt.start)
                self._draw(row, y, Run(x, begin))
                x = min(doubt.end, run.end)
                self._draw_doubtful(row, y, Run(begin, x))
        self._draw(row, y, Run(x, run.end))

    def _draw_doubtful(self, row: Row, y: int, run: Run) -> None:
        """Send text over blanks, for a terminal that has it narrower than it should be."""
        start, end = run
        self.move(start, y)
        self._turn(row.pens[end - 1])
        self._sent.append(" " * (end - start))
        self._place = None
        self._draw(row, y, run)
        self._place = None

    def _turn(self, wanted: Pen) -> None:
        if wanted is not self._pen and wanted is not self._pen.blank:
            sequence, self._pen = self._pens.turn(self._pen, wanted)
            self._sent.append(sequence)

    def _draw(self, row: Row, y: int, run: Run) -> None:
        start, end = run
        if start >= end:
            return
        self.move(start, y)
        sent, pens, text = self._sent, row.pens, row.text
        pen = self._pen
        for x in range(start, end):
            wanted = pens[x]
            if wanted is not pen and wanted is not pen.blank:
                sequence, pen = self._pens.turn(pen, wanted)
                sent.append(sequence)
            sent.append(text[x])
        self._pen = pen
        # In the last column a terminal may stay, or wait to wrap.
        self._place = (end, y) if end < len(text) else None


def _way(start: tuple[int, int] | None, end: tuple[int, int]) -> str:
    """The shortest sequence that moves the cursor."""
    x, y = end
    ways = [f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"]
    if start is not None:
        right, down = x - start[0], y - start[1]
        if not down:
            ways.append(_steps(right, "C", "D"))
            ways.append("\r" if not x else f"\x1b[{x + 1}G")
        elif not right:
            ways.append(_steps(down, "B", "A"))
    return min(ways, key=len)


def _steps(count: int, forward: str, back: str) -> str:
    number = str(abs(count)) if abs(count) > 1 else ""
    return f"\x1b[{number}{forward if count > 0 else back}"
