"""The theme `bnagpt`: the purple of the original, on a dark and on a light ground."""

from __future__ import annotations

from typing import Final

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
        "muted": "#6a6180",
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
