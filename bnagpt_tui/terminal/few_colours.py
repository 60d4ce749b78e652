"""Colours of terminals that have few: two that fall together are told apart again."""

from __future__ import annotations

from typing import Final

from rich.color import Color, ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME

LEAST_CONTRAST: Final = 3.0
"""The contrast ratio of WCAG 2 below which a character is drawn in black or white."""


def told_apart(style: Style, colours: ColorSystem) -> Style:
    """The style with a character's colour that can be told from its ground.

    Args:
        style: What a widget draws with, in colours that the terminal may lack.
        colours: Those that it has.
    """
    if colours is ColorSystem.TRUECOLOR or style.color is None or style.bgcolor is None:
        return style
    if not (style.color.type is style.bgcolor.type is ColorType.TRUECOLOR):
        return style  # of the terminal's own colours nobody here knows how they look
    text = _seen(style.color, colours, foreground=True)
    ground = _seen(style.bgcolor, colours, foreground=False)
    if contrast(text, ground) >= LEAST_CONTRAST or style.color == style.bgcolor:
        return style
    ends = (
        ("color(16)", "color(231)")
        if colours is ColorSystem.EIGHT_BIT
        else ("color(0)", "color(15)")
    )
    best = max(
        map(Color.parse, ends),
        key=lambda end: contrast(_seen(end, colours, foreground=True), ground),
    )
    return style + Style.from_color(best)


def _seen(colour: Color, colours: ColorSystem, *, foreground: bool) -> ColorTriplet:
    """What a terminal that nobody changed shows for a colour."""
    return colour.downgrade(colours).get_truecolor(DEFAULT_TERMINAL_THEME, foreground=foreground)


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: ColorTriplet) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
