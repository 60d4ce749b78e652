"""Keys from what a terminal sends for them: single characters, old sequences, and kitty's.

After https://sw.kovidgoyal.net/kitty/keyboard-protocol/ and xterm's modifyOtherKeys. What is
malformed or out of range is no key.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from unicodedata import category

from textual import events

from ..backend.text import as_typed
from ._textual import (
    MODIFIER_KEYS,
    PrefixedKey,
    TypedText,
    functional_key,
    key_name,
    legacy_key,
)

_KEY: Final = re.compile(r"\x1b\[([\d:]*)(?:;([\d:]*))?(?:;([\d:]*))?([u~A-HPQRSZ])")

_MODIFIERS: Final = ("shift", "alt", "ctrl", "super", "hyper", "meta")
"""Their bits, from the lowest; above them are the locks."""

_SHIFT: Final = 1
_CAPS_LOCK: Final = 64
_NOT_TYPING: Final = 0b111110
"""Modifiers with which a key types nothing."""

_RELEASED: Final = 3
"""The kind of event that a key's release is."""

_KEYPAD: Final = {
    "decimal": ".",
    "divide": "/",
    "multiply": "*",
    "subtract": "-",
    "add": "+",
    "equal": "=",
    "separator": ",",
}
"""What the keys beside the digits type."""

_CONTROLS: Final = {"backspace": "\x7f", "enter": "\r", "tab": "\t"}
"""Characters of keys that have one and type nothing visible."""

_LARGEST_CODE: Final = 0x10FFFF
_FUNCTIONAL_CODES: Final = range(57344, 63744)
"""Numbers that kitty gives to keys without a character."""


def typed(character: str) -> events.Key | events.Paste | None:
    """The event of a character that is typed, a control character included; `None` for nothing."""
    if names := legacy_key(character):
        return events.Key(names[0], character)
    if character.isprintable():
        return events.Key(key_name(character), character)
    safe = as_typed(character)
    if safe == "\n":
        return events.Paste(safe)
    if not safe or category(character) in {"Cc", "Cs"}:
        return None
    return TypedText(key_name(character), safe)


def prefixed(character: str) -> events.Key:
    """The event of a character with an escape before it."""
    escape = events.Key("escape", "\x1b")
    key = typed(character)
    if not isinstance(key, events.Key):
        return escape
    names = legacy_key("\x1b" + character)
    return PrefixedKey(names[0] if names else _with_alt(key.key), (escape, key))


def _with_alt(name: str) -> str:
    if len(name) == 1 and name.isupper():
        name = f"shift+{name.lower()}"
    return "+".join(sorted({*name.split("+")[:-1], "alt"})) + "+" + name.split("+")[-1]


def read_key(sequence: str) -> list[events.Key]:
    """The keys of a whole control sequence; none for what is no key or a key's release."""
    found = _KEY.fullmatch(sequence)
    if found is not None:
        press = _Press.read(found[1], found[2] or "", found[3] or "", found[4])
        if press is None or (keys := press.keys()):
            return keys if press else []
    return [events.Key(name, None) for name in legacy_key(sequence)]


class _Press(NamedTuple):
    """A key that was pressed, by its numbers."""

    code: int
    shifted: int
    base: int
    modifiers: int
    text: str
    final: str

    @classmethod
    def read(cls, codes: str, modifiers: str, text: str, final: str) -> _Press | None:
        """The press that the fields of a sequence tell of; `None` if there is none."""
        code, shifted, base = (*_numbers(codes or "1"), 0, 0, 0)[:3]
        held, event = (*_numbers(modifiers), 0, 0)[:2]
        written = _numbers(text)
        if final == "~" and code == 27 and written:  # xterm's modifyOtherKeys
            code, written, final = written[0], [], "u"
        if event == _RELEASED or held > 256:
            return None
        characters = "".join(chr(each) for each in written if _is_character(each))
        return cls(code, shifted, base, max(held - 1, 0), characters, final)

    def keys(self) -> list[events.Key]:
        """The events of the press."""
        name = functional_key(f"{self.code}{self.final}")
        if self.text and not self.modifiers & _NOT_TYPING & ~2:
            return _typed_keys(self.text)
        if name:
            return self._functional(name)
        if self.final != "u" or self.code in _FUNCTIONAL_CODES or not _is_character(self.code):
            return []
        if not self.modifiers & _NOT_TYPING:
            return _typed_keys(self._character())
        base = self.base if self.code > 0x7F and _is_character(self.base) else self.code
        return [events.Key("+".join((*self._held(), key_name(chr(base)))), None)]

    def _functional(self, name: str) -> list[events.Key]:
        if name in MODIFIER_KEYS:
            return [events.Key(name, None)]
        held = self._held()
        if not held and (len(name) == 1 or name in _KEYPAD):
            return _typed_keys(_KEYPAD.get(name, name))
        return [events.Key("+".join((*held, name)), None if held else _CONTROLS.get(name))]

    def _held(self) -> list[str]:
        return sorted(name for bit, name in enumerate(_MODIFIERS) if self.modifiers >> bit & 1)

    def _character(self) -> str:
        """What a key types of which the terminal does not say it."""
        character = chr(self.code)
        if self.modifiers & _SHIFT and _is_character(self.shifted):
            return chr(self.shifted)
        upper = bool(self.modifiers & _SHIFT) != bool(self.modifiers & _CAPS_LOCK)
        return character.upper() if upper and len(character.upper()) == 1 else character


def _numbers(field: str) -> list[int]:
    """The numbers of a field; 0 for what is missing, too large ones for nothing at all."""
    return [int(part[:9]) if part.isdecimal() else 0 for part in field.split(":")] if field else []


def _is_character(code: int) -> bool:
    """Whether a number is that of a character which can be typed."""
    return 32 <= code <= _LARGEST_CODE and not (127 <= code < 160 or 0xD800 <= code <= 0xDFFF)


def _typed_keys(text: str) -> list[events.Key]:
    """The keys of a text that the terminal says was typed."""
    return [key for character in text if isinstance(key := typed(character), events.Key)]
