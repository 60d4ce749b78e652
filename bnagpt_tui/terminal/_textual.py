"""Everything between us and the terminal that Textual keeps to itself, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import constants, events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS, MODIFIER_FUNCTIONAL_KEYS
from textual._xterm_parser import IS_ITERM, XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.keys import _character_to_key

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.message import Message
    from textual.screen import Screen

ESCAPE_DELAY: Final = constants.ESCAPE_DELAY
"""Seconds after which an escape that nothing follows is the Escape key."""

MODIFIER_KEYS: Final = MODIFIER_FUNCTIONAL_KEYS
"""Names of the keys that are modifiers themselves."""


def functional_key(code: str) -> str:
    """The name of a key that types nothing, by number and final letter as kitty has them."""
    return FUNCTIONAL_KEYS.get(code, "")


def key_name(character: str) -> str:
    """The name of the key that types a character."""
    return _character_to_key(character)


def legacy_key(sequence: str) -> tuple[str, ...]:
    """The names of the keys that a terminal sends this for; none if no key does."""
    keys = ANSI_SEQUENCES_KEYS.get(sequence)
    return tuple(key.value for key in keys) if isinstance(keys, tuple) else ()


def terminal_size(driver: Driver | None) -> Size | None:
    """The size of the terminal as it is now; `None` where there is no terminal."""
    if isinstance(driver, LinuxDriver):
        return Size(*driver._get_terminal_size())
    return None


def is_bound(key: str, screen: Screen[object]) -> bool:
    """Whether a key belongs to what has the focus, or to what that is in.

    It does so too while what it is for cannot be done.
    """
    return any(key in bindings.key_to_bindings for _, bindings in screen._modal_binding_chain)


class Mouse:
    """Reads the mouse's reports, which count in cells or in pixels."""

    def __init__(self) -> None:
        self._parser = XTermParser()

    def read(self, sequence: str) -> Message | None:
        """The event of a report that was found to be well-formed."""
        return self._parser.parse_mouse_code(sequence)

    def count_pixels(self, size: tuple[int, int], pixels: tuple[int, int]) -> None:
        """Take note that the terminal has so many cells and pixels, and counts in pixels."""
        self._parser.terminal_size = size
        self._parser.terminal_pixel_size = pixels
        self._parser.mouse_pixels = True


def mode_report(mode: str, setting: int) -> Message | None:
    """What Textual makes of a terminal's word about one of its modes."""
    if mode == "2026" and setting:
        return messages.TerminalSupportsSynchronizedOutput()
    if mode == "2048" and constants.SMOOTH_SCROLL and not IS_ITERM:
        return messages.InBandWindowResize.from_setting_parameter(setting)
    return None


class TypedText(events.Key):
    """A key that types something that Python does not call printable, and is text all the same."""

    handler_name: ClassVar[str]

    @property
    def is_printable(self) -> bool:
        """Always: joiners, wide spaces, icons and marks belong to what is written."""
        return True


TypedText.handler_name = events.Key.handler_name


class PrefixedKey(events.Key):
    """A character that came with an escape before it.

    Terminals send that for Alt and the key, and for Escape with another key quickly behind it.

    Args:
        key: The name of the key with Alt.
        apart: The two keys that it may be.
    """

    __slots__ = ["apart"]
    handler_name: ClassVar[str]

    def __init__(self, key: str, apart: tuple[events.Key, ...]) -> None:
        super().__init__(key, None)
        self.apart = apart
        """Escape, and what was typed behind it."""


PrefixedKey.handler_name = events.Key.handler_name
