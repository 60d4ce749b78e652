"""How well text can be told from its ground, at every colour depth."""

from __future__ import annotations

from typing import Final

from rich.color import Color, ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME

DEPTHS: Final = (ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD)


def _luminance(colour: ColorTriplet) -> float:
    """The relative luminance of WCAG 2, from 0 to 1."""
    parts = [part / 255 for part in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: ColorTriplet, other: ColorTriplet) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _seen(colour: Color | None, depth: ColorSystem, *, ground: bool, dark: bool) -> ColorTriplet:
    if colour is None or colour.type is ColorType.DEFAULT:
        return ColorTriplet(0, 0, 0) if ground is dark else ColorTriplet(255, 255, 255)
    return colour.downgrade(depth).get_truecolor(DEFAULT_TERMINAL_THEME, foreground=not ground)


def contrast(
    style: Style, depth: ColorSystem = ColorSystem.TRUECOLOR, *, dark: bool = True
) -> float:
    """The contrast of a style as a terminal shows it.

    Args:
        style: Any style.
        depth: The colours that the terminal has.
        dark: Whether its own ground is dark.
    """
    text = _seen(style.color, depth, ground=False, dark=dark)
    ground = _seen(style.bgcolor, depth, ground=True, dark=dark)
    return ratio(text, ground)
