"""Chosen keys and colours are checked before the application opens."""

from __future__ import annotations

import re

import pytest

from bnagpt_tui.backend.errors import SettingsError
from bnagpt_tui.keymap import check_keys, check_theme, default_keys

PLACE = "config.toml"


def test_every_binding_of_the_design_has_an_id() -> None:
    keys = default_keys()
    assert keys["chat.new"] == "ctrl+n"
    assert keys["log.copy"] == "y"
    assert keys["list.delete"] == "d"
    assert keys["app.quit"] == "ctrl+q"


def test_no_default_needs_a_key_that_terminals_cannot_send() -> None:
    forbidden = {"ctrl+i", "ctrl+m", "ctrl+h", "ctrl+a", "ctrl+b", "ctrl+enter", "ctrl+tab"}
    for binding_id, keys in default_keys().items():
        assert not forbidden & set(keys.split(",")), binding_id


def test_function_keys_and_alt_are_second_ways_only() -> None:
    for binding_id, keys in default_keys().items():
        plain = [key for key in keys.split(",") if not re.match(r"alt\+|f\d+$", key)]
        assert plain or binding_id == "chat.model", binding_id


def test_good_keys_are_taken() -> None:
    check_keys({"chat.new": "f5", "log.copy": "y,ctrl+y"}, PLACE)
    check_keys({}, PLACE)


@pytest.mark.parametrize(
    "keys", ["f5", "ctrl+y", "alt+enter", "question_mark", "?", "é", "ctrl+shift+left", "x,ctrl+x"]
)
def test_keys_that_there_are_can_be_chosen(keys: str) -> None:
    check_keys({"approval.once": keys}, PLACE)


@pytest.mark.parametrize(
    ("keys", "near"),
    [
        ("ctrl+", ""),
        ("crtl+y", "ctrl+y"),
        ("pagdown", "pagedown"),
        ("", ""),
        ("y,", ""),
        ("f99", ""),
    ],
)
def test_a_key_that_there_is_not_is_refused(keys: str, near: str) -> None:
    with pytest.raises(SettingsError, match=f"there is no key .*{re.escape(near)}"):
        check_keys({"log.copy": keys}, PLACE)


def test_a_binding_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"no binding “chat\.nwe”\. Did you mean “chat\.new”"):
        check_keys({"chat.nwe": "f5"}, PLACE)
    with pytest.raises(SettingsError, match="f1 shows what there is"):
        check_keys({"zzzzzz": "f5"}, PLACE)


def test_a_key_that_would_hide_another_is_refused() -> None:
    with pytest.raises(
        SettingsError, match=r"“ctrl\+q” is the key of “app\.quit” and of “chat\.new”"
    ):
        check_keys({"chat.new": "ctrl+q"}, PLACE)


@pytest.mark.parametrize("key", ["f6", "enter", "ctrl+k", "x", "question_mark"])
def test_what_works_everywhere_takes_no_key_of_the_prompt(key: str) -> None:
    with pytest.raises(SettingsError, match="means something in the prompt"):
        check_keys({"chat.new": key}, PLACE)
    check_keys({"chat.search": "f6", "list.pin": "f6", "chat.help": "f1"}, PLACE)


def test_two_bindings_can_change_places() -> None:
    check_keys({"chat.new": "ctrl+o", "chat.switch": "ctrl+n"}, PLACE)


def test_a_theme_that_is_not_there_is_named_with_the_nearest() -> None:
    check_theme("bnagpt-light", PLACE)
    check_theme("nord", PLACE)
    with pytest.raises(SettingsError, match="Did you mean “bnagpt-light”"):
        check_theme("bnagpt-ligth", PLACE)
    with pytest.raises(SettingsError, match="There are: "):
        check_theme("???", PLACE)
