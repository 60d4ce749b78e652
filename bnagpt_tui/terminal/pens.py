"""Colours and attributes of cells, and the shortest way from one to the next.

The codes are those of "Select Graphic Rendition" in ECMA-48; links are OSC 8.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final

from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

from .drawable import link_of
from .few_colours import told_apart

_SEEN_ON_BLANKS: Final = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""Underlines, reverse and the like: what shows where there is no character."""

_OFF: Final = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "8": "28", "9": "29"}
"""What ends an attribute, for those that every terminal ends this way."""

_MOST_PENS: Final = 4096
"""Pens that are remembered; links may need a new one each."""


class Pen:
    """How a character is drawn. There is one object for each way, so they compare by identity.

    Args:
        attributes: The codes of bold, italic and so on.
        foreground: The code of the character's colour; empty for the terminal's own.
        background: The code of the ground's colour; empty for the terminal's own.
        link: What OSC 8 says of where a click leads; empty for nowhere.
        hollow: Whether it is for blanks only, on which most of the rest is not seen.
    """

    __slots__ = ("attributes", "background", "blank", "foreground", "hollow", "link", "turns")

    def __init__(
        self,
        attributes: frozenset[str],
        foreground: str,
        background: str,
        link: str = "",
        *,
        hollow: bool = False,
    ) -> None:
        self.attributes = attributes
        self.foreground = foreground
        self.background = background
        self.link = link
        self.hollow = hollow
        self.blank = self
        """What a blank looks like that is drawn with this pen."""
        self.turns: dict[Pen, tuple[str, Pen]] = {}
        """Ways to other pens that were worked out before."""


class Pens:
    """The pens that a terminal of some colours needs.

    Args:
        colours: The colours that the terminal has.
    """

    def __init__(self, colours: ColorSystem) -> None:
        self._colours = colours
        self._pens: dict[tuple[object, ...], Pen] = {}
        self._styles: dict[Style | None, Pen] = {}

    @cached_property
    def plain(self) -> Pen:
        """The pen after a reset."""
        return self.pen()

    def of(self, style: Style | None) -> Pen:
        """The pen that a style is drawn with."""
        pen = self._styles.get(style)
        if pen is None:
            if len(self._pens) > _MOST_PENS or len(self._styles) > _MOST_PENS:
                self._pens.clear()
                self._styles.clear()
            pen = self._styles[style] = self._read(style)
        return pen

    def _read(self, style: Style | None) -> Pen:
        if style is None:
            return self.plain
        style = told_apart(style, self._colours)
        codes = style._ansi  # Textual renders a strip by this attribute, too
        if codes is None:
            codes = Strip.render_ansi(style, self._colours)
        address = link_of(style)
        link = f"id={style._link_id};{address}" if address else ""
        return self.pen(*_parts(codes), link=link)

    def pen(
        self,
        attributes: frozenset[str] = frozenset(),
        foreground: str = "",
        background: str = "",
        link: str = "",
        *,
        hollow: bool = False,
    ) -> Pen:
        """The one pen that is like this."""
        key = (attributes, foreground, background, link, hollow)
        pen = self._pens.get(key)
        if pen is None:
            pen = Pen(attributes, foreground, background, link, hollow=hollow)
            self._pens[key] = pen
            if not hollow and not attributes & _SEEN_ON_BLANKS:
                pen.blank = self.pen(frozenset(), "", background, link, hollow=True)
        return pen

    def turn(self, current: Pen, wanted: Pen) -> tuple[str, Pen]:
        """What has to be sent for a pen to be as wanted.

        Returns:
            The sequence, and the pen that the terminal has after it: for a hollow pen, one that
            draws the same blanks.
        """
        found = current.turns.get(wanted)
        if found is None:
            found = current.turns[wanted] = self._turn(current, wanted)
        return found

    def _turn(self, current: Pen, wanted: Pen) -> tuple[str, Pen]:
        end = self._resembling(current, wanted) if wanted.hollow else wanted
        anew = _anew(end)
        codes = anew
        if current.attributes - end.attributes <= _OFF.keys():
            codes = min(_onwards(current, end), anew, key=len)
        sequence = f"\x1b[{codes}m" if codes or codes is anew else ""
        if end.link != current.link:
            sequence += f"\x1b]8;{end.link or ';'}\x1b\\"
        return sequence, end

    def _resembling(self, current: Pen, wanted: Pen) -> Pen:
        """The pen most like the current one among those that draw such blanks."""
        seen = current.attributes & _SEEN_ON_BLANKS
        if seen <= _OFF.keys():
            kept = current.attributes - seen
            return self.pen(kept, current.foreground, wanted.background, wanted.link)
        return self.pen(frozenset(), "", wanted.background, wanted.link)


def _parts(codes: str) -> tuple[frozenset[str], str, str]:
    """Attributes, foreground and background of a style's codes."""
    attributes: set[str] = set()
    colours = {"3": "", "4": ""}
    numbers = iter(codes.split(";") if codes else ())
    for number in numbers:
        if number in {"38", "48"}:
            colours[number[0]] = ";".join((number, *_rest_of_colour(numbers)))
        elif len(number) == 2 and number[0] in "39":
            colours["3"] = number
        elif len(number) == 3 or (len(number) == 2 and number[0] == "4"):
            colours["4"] = number
        else:
            attributes.add(number)
    return frozenset(attributes), colours["3"], colours["4"]


def _rest_of_colour(numbers: Iterator[str]) -> Iterator[str]:
    """What follows 38 or 48: an index, or three parts of a colour."""
    kind = next(numbers)
    yield kind
    for _ in range(1 if kind == "5" else 3):
        yield next(numbers)


def _anew(pen: Pen) -> str:
    """The codes that make a pen whatever it was before."""
    return ";".join(filter(None, ("0", *sorted(pen.attributes), pen.foreground, pen.background)))


def _onwards(current: Pen, end: Pen) -> str:
    """The codes that make one pen another; empty when there is no difference."""
    gone = current.attributes - end.attributes
    added = end.attributes - current.attributes
    if gone & {"1", "2"}:
        added |= end.attributes & {"1", "2"}
    codes = [*sorted({_OFF[code] for code in gone}), *sorted(added)]
    if end.foreground != current.foreground:
        codes.append(end.foreground or "39")
    if end.background != current.background:
        codes.append(end.background or "49")
    return ";".join(codes)
