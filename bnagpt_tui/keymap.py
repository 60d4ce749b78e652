"""Checks the keys and the colours that a user chose, before anything is drawn."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from textual.binding import Binding
from textual.keys import Keys, key_to_character
from textual.theme import BUILTIN_THEMES

from .backend.errors import SettingsError
from .theme import THEMES

if TYPE_CHECKING:
    from textual.dom import DOMNode

_EVERYWHERE: Final = ("app", "chat")
_MODIFIERS: Final = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
_KEYS: Final = frozenset(key.value for key in Keys if key.value[:1].isalnum() and "-" not in key)


def _classes() -> Iterator[type[DOMNode]]:
    """Whatever has keys of our own."""
    from .app import BnaGPTApp  # noqa: PLC0415  # only who remaps keys waits for these
    from .screens import chat, confirm, help, key, name, picker, search  # noqa: A004, PLC0415
    from .widgets import (  # noqa: PLC0415
        approval_bar,
        conversation_list,
        conversation_rows,
        message_log,
        prompt,
    )

    yield from (BnaGPTApp, chat.ChatScreen, prompt.Prompt, message_log.MessageLog)
    yield from (conversation_rows.ConversationRows, conversation_list.ConversationFilter)
    yield approval_bar.ApprovalBar
    yield from (confirm.ConfirmScreen, help.HelpScreen, key.KeyScreen, name.NameScreen)
    yield from (picker.PickerScreen, search.SearchScreen)


def default_keys() -> dict[str, str]:
    """Every binding's id, with the keys that it has before anybody changes them."""
    keys: dict[str, str] = {}
    for found in _classes():
        for base in found.__mro__:
            if base.__module__.startswith("bnagpt_tui"):
                for binding in base.__dict__.get("BINDINGS", ()):
                    if isinstance(binding, Binding) and binding.id:
                        keys[binding.id] = binding.key
    return keys


def check_keys(chosen: Mapping[str, str], place: str) -> None:
    """Make sure that chosen keys belong to bindings and hide no other.

    Args:
        chosen: Keys by the binding's id.
        place: Where they were written, for the sentence.

    Raises:
        SettingsError: There is no such binding, or the key is taken.
    """
    if not chosen:
        return
    defaults = default_keys()
    for binding_id in chosen:
        if binding_id not in defaults:
            near = difflib.get_close_matches(binding_id, defaults, n=1, cutoff=0.5)
            hint = f" Did you mean “{near[0]}”?" if near else " f1 shows what there is."
            raise SettingsError(f"{place}, [keys]: there is no binding “{binding_id}”.{hint}")
        for one in chosen[binding_id].split(","):
            check_key(one.strip(), f"{place}, [keys], “{binding_id}”")
    _check_text_keys(chosen, place)
    taken: dict[tuple[str, str], str] = {}
    for binding_id, keys in {**defaults, **chosen}.items():
        group = binding_id.partition(".")[0]
        group = "everywhere" if group in _EVERYWHERE else group
        for one in keys.split(","):
            other = taken.setdefault((group, one.strip()), binding_id)
            if other != binding_id and {other, binding_id} & chosen.keys():
                raise SettingsError(
                    f"{place}, [keys]: “{one.strip()}” is the key of “{other}” "
                    f"and of “{binding_id}”; give one of them another."
                )


def _check_text_keys(chosen: Mapping[str, str], place: str) -> None:
    """Make sure that what is to work everywhere has no key that means something while typing.

    The prompt has the focus most of the time, and its own keys come first there.

    Raises:
        SettingsError: A key is one of the prompt's, or of every text field.
    """
    from textual.widgets import TextArea  # noqa: PLC0415  # only who remaps keys waits for these

    from .screens.chat import ChatScreen  # noqa: PLC0415
    from .widgets.prompt import Prompt  # noqa: PLC0415

    everywhere = {
        item.id: item.key
        for item in ChatScreen.BINDINGS
        if isinstance(item, Binding) and item.id and not item.priority
    }
    typing = {
        key.strip()
        for item in (*Prompt.BINDINGS, *TextArea.BINDINGS)
        if isinstance(item, Binding)
        for key in item.key.split(",")
    }
    for binding_id in chosen.keys() & everywhere.keys():
        before = everywhere[binding_id].split(",")
        for key in map(str.strip, chosen[binding_id].split(",")):
            is_letter = len(key) == 1 or key_to_character(key) is not None
            if key not in before and (key in typing or is_letter):
                raise SettingsError(
                    f"{place}, [keys]: “{key}” means something in the prompt, so “{binding_id}” "
                    "would not work there; give it another."
                )


def check_key(key: str, place: str) -> None:
    """Make sure that there is a key of this name.

    Args:
        key: As Textual names it: `f5`, `ctrl+y`, `question_mark`, or a single character.
        place: Where it was written, for the sentence.

    Raises:
        SettingsError: There is none; the sentence names the nearest.
    """
    *modifiers, base = key.split("+") if len(key) > 1 else [key]
    if key and set(modifiers) <= _MODIFIERS and (base in _KEYS or key_to_character(base)):
        return
    near = difflib.get_close_matches(key, _KEYS, n=1, cutoff=0.6)
    hint = f"Did you mean “{near[0]}”?" if near else "Keys are written like f5, ctrl+y or x."
    raise SettingsError(f"{place}: there is no key “{key}”. {hint}")


def check_theme(theme: str, place: str) -> None:
    """Make sure that there is a theme of this name.

    Raises:
        SettingsError: There is none; the sentence names the nearest.
    """
    known = [item.name for item in THEMES] + list(BUILTIN_THEMES)
    if theme not in known:
        near = difflib.get_close_matches(theme, known, n=1, cutoff=0.4)
        hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(sorted(known))}."
        raise SettingsError(f"{place}: there is no theme “{theme}”. {hint}")
