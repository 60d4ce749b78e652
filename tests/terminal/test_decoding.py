"""Keys, reports and pastes out of what a terminal sends, in whatever pieces it comes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from bnagpt_tui.backend.text import visible
from bnagpt_tui.terminal._textual import PrefixedKey
from bnagpt_tui.terminal.decoding import Decoder
from bnagpt_tui.terminal.sequences import GIVE_UP, PASTE_PAUSE, PAUSE

DELAY = 0.1

Input = str | float
"""What is sent, or seconds of silence."""


def decode(*inputs: Input) -> list[Message]:
    """All messages of what is sent, and of the silence behind it."""
    now = [100.0]
    decoder = Decoder(time=lambda: now[0], escape_delay=DELAY)
    found: list[Message] = []
    for item in (*inputs, 10.0):
        if isinstance(item, str):
            found += decoder.feed(item)
        else:
            now[0] += item
            found += decoder.tick()
    return found


def said(*inputs: Input) -> str:
    """The text that is typed or pasted, with the names of other keys in brackets."""
    words = []
    for message in decode(*inputs):
        if isinstance(message, events.Key):
            words.append(
                message.character
                if message.is_printable and message.character
                else f"[{message.key}]"
            )
        elif isinstance(message, events.Paste):
            words.append(message.text)
    return "".join(words)


TAGS = {chr(code) for code in range(0xE0000, 0xE0080)}
"""What is typed one by one for a flag, and shown as hidden letters where it is pasted alone."""

TYPED = (
    "\u3000\u200c\u200d\u00a0\u202f",
    "\ue0b0\uf015\U000f0001\U0010fffd",
    "\U0001f3f4\U000e0067\U000e0062\U000e007f",
    "\ufe0e\ufe0f\U000e0100",
    "\u0301\u20e3\u093f",
    "\u115f\u1160\u2800\u3164\u00ad\u2060\u034f",
    "é漢字𝄞👩‍🚀",
    "\u0378\U0001ffee",
)


@pytest.mark.parametrize("text", TYPED)
def test_every_character_types_itself(text: str) -> None:
    assert said(text) == text == visible(text)


@pytest.mark.parametrize("text", TYPED)
def test_every_character_types_itself_in_kitty_s_mode(text: str) -> None:
    codes = ":".join(str(ord(character)) for character in text)
    assert said(f"\x1b[0;;{codes}u") == text
    assert said(*(f"\x1b[97;1;{ord(character)}u" for character in text)) == text


@given(st.characters(exclude_categories=["Cc", "Cs"]))
def test_typing_gives_what_pasting_gives(character: str) -> None:
    assert said(character) == visible(character) or character in TAGS


REPORTS = (
    "\x1b[?62;1;2;4;6;9;15;16;17;18;21;22;28c",
    "\x1b[>41;370;0c",
    "\x1b[=0;1;2c",
    "\x1bP!|00000000\x1b\\",
    "\x1bP>|XTerm(370)\x1b\\",
    "\x1bP>|WezTerm 20240203-110809-5046fc22\x1b\\",
    "\x1bP1$r0 q\x1b\\",
    "\x1bP0$r\x1b\\",
    "\x1bP1+r544e=787465726d\x1b\\",
    "\x1b]4;1;rgb:cdcd/0000/0000\x07",
    "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    "\x1b]11;rgb:0000/0000/0000\x07",
    "\x1b]11;rgba:0000/0000/0000/ffff\x9c",
    "\x1b]12;#fff\x1b\\",
    "\x1b]52;c;" + "aGVsbG8K" * 5000 + "\x1b\\",
    "\x1b]52;p;\x07",
    "\x1b]l a title\x1b\\",
    "\x1b]21;foreground=rgb:ff/ff/ff\x1b\\",
    "\x1b[?997;1n",
    "\x1b[0n",
    "\x1b[?6;1;1R",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b_Gi=31,I=7;ENOENT:nothing\x1b\\",
    "\x1b^private\x1b\\",
    "\x1bXstring\x1b\\",
    "\x1b[8;40;120t",
    "\x1b[4;800;1200t",
    "\x1b[6;20;10t",
    "\x1b[?2004;1$y",
    "\x1b[4;2$y",
    "\x1b[?1u",
    "\x1b[?0;0;0S",
    "\x1b[2;1;1;112;112;1;0x",
    "\x1b[I",
    "\x1b[O",
    "\x1b[12;40R",
    "\x1b[<65;10;10M",
    "\x1b[M !!",
    "\x1b[32;10;10M",
)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: repr(report[:20]))
def test_a_report_types_nothing(report: str) -> None:
    assert said("a", report, "b") == "ab"
    assert said(f"a{report}b") == "ab"


@pytest.mark.parametrize(
    "report", [report for report in REPORTS if len(report) < 60], ids=lambda text: repr(text[:20])
)
def test_a_report_in_two_reads_types_nothing(report: str) -> None:
    beginnings = 2 if report[1] in "^X" else 1  # these have no beginning that tells them from keys
    for cut in range(beginnings, len(report)):
        if beginnings == 1:
            assert said("a", report[:cut], 0.05, report[cut:], "b") == "ab"


def test_a_report_byte_by_byte_types_nothing() -> None:
    for report in ("\x1b]11;rgb:0000/0000/0000\x1b\\", "\x1b[?62;22c", "\x1bP>|XTerm(370)\x1b\\"):
        pieces: list[Input] = []
        for character in report:
            pieces += [character, 0.03]
        assert said("a", *pieces, "b") == "ab"


def test_a_report_that_pauses_is_still_one() -> None:
    assert said("\x1b]11;rgb:0000/", 0.5, "0000/0000\x07", "b") == "b"
    assert said("\x1b]11;rgb:0000/", 0.5, "0000/", 0.5, "0000\x1b\\b") == "b"
    assert said("\x1b[?62", 0.5, ";22c", "b") == "b"


@pytest.mark.parametrize(
    "begun",
    [
        "\x1b]11;rgb:00",
        "\x1bP>|XTerm",
        "\x1b_Gi=1",
        "\x1b[?62;",
        "\x1b[<0;10",
        "\x1b[97;1:",
        "\x1b[M",
        "\x1b[" + "1;" * 300,
    ],
    ids=repr,
)
@pytest.mark.parametrize("pause", [2 * PAUSE, GIVE_UP + 0.1], ids=["soon", "later"])
def test_a_sequence_without_an_end_eats_nothing(begun: str, pause: float) -> None:
    assert said("a", begun, pause, "what I type", "\r") == "awhat I type[enter]"


def test_a_control_key_is_heard_inside_of_what_does_not_end() -> None:
    assert said("\x1b]11;rgb:00", "\x11") == "[ctrl+q]"
    assert said("\x1b[?62;", "\r") == "[enter]"
    assert said("\x1b]11;rgb:00", 0.05, "\x1b") == "[escape]"


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("\x1b[97;1:1u", "a"),
        ("\x1b[97;1:2u", "a"),
        ("\x1b[97;1:3u", ""),
        ("\x1b[97;;97u\x1b[97;1:3u", "a"),
        ("\x1b[1;1:3A", ""),
        ("\x1b[1;5:2A", "[ctrl+up]"),
        ("\x1b[27;1:3u", ""),
        ("\x1b[97:65;2u", "A"),
        ("\x1b[97;2u", "A"),
        ("\x1b[97;65u", "A"),
        ("\x1b[49:33;2u", "!"),
        ("\x1b[228;1u", "ä"),
        ("\x1b[1089::99;5u", "[ctrl+c]"),
        ("\x1b[106;5u", "[ctrl+j]"),
        ("\x1b[13;3u", "[alt+enter]"),
        ("\x1b[27;3;13~", "[alt+enter]"),
        ("\x1b[27;2;13~", "[shift+enter]"),
        ("\x1b[27;5;106~", "[ctrl+j]"),
        ("\x1b[12288u", "\u3000"),
        ("\x1b[57400u", "1"),
        ("\x1b[57409u", "."),
        ("\x1b[57414u", "[enter]"),
        ("\x1b[57441;2u", "[left_shift]"),
        ("\x1b[Z", "[shift+tab]"),
        ("\x1b[3~\x1b[H\x1bOF\x1bOP", "[delete][home][end][f1]"),
        ("\x1b[[A", "[f1]"),
        ("\x1b[1;3A\x1b[1;3D\x1b[3;3~", "[alt+up][alt+left][alt+delete]"),
        ("\x1b[1;2P\x1b[15;2~\x1b[25~", "[shift+f1][shift+f5][f13]"),
        ("\x1b[5C\x1bOc\x1b[3$", "[ctrl+right][ctrl+right][shift+delete]"),
    ],
    ids=repr,
)
def test_keys_are_what_they_are_in_every_notation(sent: str, keys: str) -> None:
    assert said(sent) == keys


@pytest.mark.parametrize(
    "sent",
    [
        "\x1b[1114112u",
        "\x1b[99999999999999999999u",
        "\x1b[-5u",
        "\x1b[55296u",
        "\x1b[0u",
        "\x1b[;;u",
        "\x1b[u",
        "\x1b[:::;:::;:::u",
        "\x1b[97;9999u",
        "\x1b[97;1;1114112u",
        "\x1b[97;1;27u",
        "\x1b[97-3;5u",
        "\x1b[99~",
        "\x1b[9A",
        "\x1b[<0;99999999999;1M",
        "\x1b[<9999999;1;1M",
        "\x1b[<0;-3;-1M",
        "\x1b[<;;M",
        "\x1b[<1;2M",
        "\x1b[<M",
        "\x1b[<128;5;5M",
        "\x1b[99999999999;1R",
        "\x1b[48;0;0;0;0t",
        "\x1b[48;99999999999;1;1;1t",
        "\x1b[?99999999;1$y",
        "\x1b[123z",
    ],
    ids=repr,
)
def test_what_is_malformed_is_nothing(sent: str) -> None:
    assert "".join(re.findall(r"[a-z]", said(f"x{sent}y"))) in {"xy", "xay"}


def test_a_size_without_pixels_is_a_size() -> None:
    (resize,) = decode("\x1b[48;30;100;0;0t")
    assert isinstance(resize, events.Resize)
    assert resize.size == (100, 30)
    pressed = decode("\x1b[48;30;100;0;0t\x1b[<0;10;10M")[-1]
    assert isinstance(pressed, events.MouseDown)


@pytest.mark.parametrize(
    ("sent", "alone", "apart"),
    [
        ("\x1b\r", "alt+enter", ["escape", "enter"]),
        ("\x1bx", "alt+x", ["escape", "x"]),
        ("\x1bX", "alt+shift+x", ["escape", "X"]),
        ("\x1b\x7f", "ctrl+w", ["escape", "backspace"]),
        ("\x1bb", "ctrl+left", ["escape", "b"]),
        ("\x1b[", "alt+left_square_bracket", ["escape", "left_square_bracket"]),
        ("\x1bO", "alt+shift+o", ["escape", "O"]),
        ("\x1bé", "alt+é", ["escape", "é"]),
    ],
    ids=repr,
)
def test_an_escape_before_a_character_leaves_it_open_what_is_meant(
    sent: str, alone: str, apart: list[str]
) -> None:
    (key,) = decode(sent)
    assert isinstance(key, PrefixedKey)
    assert (key.key, [each.key for each in key.apart]) == (alone, apart)


def test_a_keypad_types_its_digits() -> None:
    assert said("\x1bOp", "\x1bOq\x1bOn\x1bOy", "\x1bOk") == "01.9+"


def test_words_behind_an_escape_are_words() -> None:
    assert said("\x1bPlease") == "[alt+shift+p]lease"
    assert said("\x1bOh, Xanadu") == "[alt+shift+o]h, Xanadu"
    assert said("\x1b", 0.2, "no") == "[escape]no"
    assert said("\x1b\x1b[A") == "[escape][up]"


def test_a_paste_keeps_its_escapes_as_pictures() -> None:
    assert said("\x1b[200~a\x1b[31mb\x1b[0m\r", "\nc\x1b[20", "1~d") == "a␛[31mb␛[0m\r\ncd"


def test_a_paste_without_an_end_keeps_the_keyboard_alive() -> None:
    sent = ("\x1b[200~pasted", PASTE_PAUSE + 0.1, "typed", "\r", "\x1b")
    assert said(*sent) == "pastedtyped[enter][escape]"


def test_a_paste_that_pauses_is_still_one() -> None:
    assert said("\x1b[200~one\r", PASTE_PAUSE + 0.1, "two\r\x1b[201~", "x") == "one\rtwo\rx"
    assert said("\x1b[200~one\r", PASTE_PAUSE + 0.1, "two\r" * 100, "\x1b[201~") == (
        "one\r" + "two\r" * 100
    )


WORDS = st.text(st.characters(categories=["Ll", "Lo", "So"]), max_size=8)
NOISE = st.one_of(
    st.sampled_from(REPORTS), st.text("\x1b[]P_OXM?<;:0123456789~uRcthm\\\x07\x9c", max_size=30)
)


@given(st.lists(st.tuples(WORDS, st.sampled_from(REPORTS)), max_size=8), st.data())
def test_text_between_reports_is_kept_in_order(
    parts: list[tuple[str, str]], data: st.DataObject
) -> None:
    sent = "".join(word + report for word, report in parts)
    cut = data.draw(st.integers(0, len(sent)))
    if not re.search(r"\x1b[\^X]", sent[max(cut - 20, 0) : cut]):
        assert said(sent[:cut], sent[cut:]) == "".join(word for word, _ in parts)


@given(st.lists(st.one_of(NOISE, WORDS, st.text(max_size=5), st.floats(0, 3)), max_size=12))
def test_nothing_that_is_sent_raises(inputs: list[Input]) -> None:
    decode(*inputs)


@given(NOISE, st.text(st.characters(categories=["Ll", "Lu", "Nd", "Lo"]), min_size=1))
def test_what_is_typed_after_any_noise_and_a_pause_is_kept(noise: str, text: str) -> None:
    if "\x1b[200~" not in noise:
        assert said(noise, GIVE_UP + 0.1, text).endswith(text)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_utf_8_raise_nothing(data: bytes) -> None:
    decode(data.decode("utf-8", "replace"))
