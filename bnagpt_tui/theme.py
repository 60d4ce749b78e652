"""The theme `bnagpt`: the purple of the original, on a dark and on a light ground.

Themes that come with Textual are made legible: many of them have colours that are meant for
surfaces, which cannot be read as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from textual.color import Color, ColorParseError
from textual.theme import Theme

DARK: Final = Theme(
    name="bnagpt",
    primary="#6d32cd",
    secondary="#a78bfa",
    accent="#c4a7ff",
    foreground="#e6e1f0",
    background="#13111a",
    surface="#191622",
    panel="#221d30",
    success="#7fd1a3",
    warning="#f0c674",
    error="#ff7a90",
    dark=True,
    variables={
        "block-cursor-background": "#3a2a63",
        "block-cursor-foreground": "#ffffff",
        "border": "#4a3b73",
        "border-blurred": "#4a3f6b",
        "footer-key-foreground": "#c4a7ff",
        "muted": "#948bab",
        "input-selection-background": "#6d32cd 60%",
        "scrollbar": "#3a2f59",
        "scrollbar-hover": "#6d32cd",
        "scrollbar-active": "#8b5cf6",
        "scrollbar-background": "#13111a",
        "scrollbar-background-hover": "#13111a",
        "scrollbar-background-active": "#13111a",
    },
)
"""Light text on a violet black."""

LIGHT: Final = Theme(
    name="bnagpt-light",
    primary="#6d32cd",
    secondary="#5b2bb0",
    accent="#6d32cd",
    foreground="#1d1729",
    background="#fbfaff",
    surface="#f3effb",
    panel="#e8e1f5",
    success="#1d7a4a",
    warning="#8a5a00",
    error="#b3203c",
    dark=False,
    variables={
        "block-cursor-background": "#d9c8f7",
        "block-cursor-foreground": "#1d1729",
        "border": "#a98fda",
        "border-blurred": "#bfaedd",
        "footer-key-foreground": "#6d32cd",
        "muted": "#5d5474",
        "input-selection-background": "#6d32cd 30%",
        "scrollbar": "#c9b8e8",
        "scrollbar-hover": "#8b5cf6",
        "scrollbar-active": "#6d32cd",
        "scrollbar-background": "#fbfaff",
        "scrollbar-background-hover": "#fbfaff",
        "scrollbar-background-active": "#fbfaff",
    },
)
"""Dark text on near white."""

VARIABLES: Final = {"muted": "#808080"}
"""What other themes lack: the colour of what is said in passing."""

THEMES: Final = (DARK, LIGHT)
"""Both variants; the first is the one that the application starts with."""

LEAST_CONTRAST: Final = 3.6
"""The contrast ratio of WCAG 2 below which a text's colour is changed: over its 3, for grounds
that are tinted."""

_TEXTS: Final = ("accent", "secondary", "warning", "error", "success", "muted")
"""Variables that text is drawn with, on any of the grounds."""

_GROUNDS: Final = ("background", "surface", "panel")

_PAIRS: Final = (
    ("footer-key-foreground", "background"),
    ("block-cursor-foreground", "block-cursor-background"),
    ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
    ("input-selection-foreground", "input-selection-background"),
)
"""Variables that are drawn one upon the other."""

_STEPS: Final = 16


def legible(variables: Mapping[str, str]) -> dict[str, str]:
    """A theme's variables, with what is text as light or dark as it has to be.

    Args:
        variables: All of them; colours that the terminal chooses are left alone.
    """
    made = dict(variables)
    page = _colour(made.get("background", ""), None)
    if page is None:
        return made
    grounds = [ground for name in _GROUNDS if (ground := _colour(made.get(name, ""), page))]
    for name in _TEXTS:
        if text := _colour(made.get(name, ""), page):
            made[name] = _readable(text, grounds).hex
    for name, under in _PAIRS:
        under_it = [seen for ground in grounds if (seen := _colour(made.get(under, ""), ground))]
        if under_it:
            text = _colour(made.get(name, ""), page) or under_it[0].get_contrast_text(1.0)
            made[name] = _readable(text, under_it).hex
    if (marked := _colour(made.get("input-selection-background", ""), page)) and page:
        # A text area keeps its text's own colour in a selection.
        text = _colour(made["foreground"], page) or page.get_contrast_text(1.0)
        made["input-selection-background"] = _readable(marked, [text]).hex
    return made


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _colour(written: str, ground: Color | None) -> Color | None:
    """A colour as it is seen on a ground; `None` for one that is not known here."""
    try:
        colour = Color.parse(written)
    except ColorParseError:
        return None
    if colour.ansi is not None or colour.auto:
        return None
    return colour if ground is None else ground + colour


def _readable(text: Color, grounds: Iterable[Color]) -> Color:
    """The colour nearest to a text's own that can be told from all grounds, if there is one."""
    grounds = list(grounds)

    def worst(colour: Color) -> float:
        return min(contrast(colour, ground) for ground in grounds)

    ways = [
        text.blend(end, step / _STEPS)
        for step in range(_STEPS + 1)
        for end in (Color(255, 255, 255), Color(0, 0, 0))
    ]
    return next((way for way in ways if worst(way) >= LEAST_CONTRAST), max(ways, key=worst))
