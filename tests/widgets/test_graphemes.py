"""Keys move over and delete what a user sees as one character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult

from bnagpt_tui.widgets.field import Field
from bnagpt_tui.widgets.graphemes import boundary_after, boundary_at, boundary_before
from bnagpt_tui.widgets.prompt import Prompt

SEEN = {
    "flag": "🇩🇪",
    "regional flag": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "skin tone": "👍🏽",
    "keycap": "1\ufe0f\u20e3",
    "family": "👨\u200d👩\u200d👧\u200d👦",
    "profession": "👩🏽\u200d🚀",
    "variation": "❤\ufe0f",
    "mark": "e\u0301",
    "marks": "a\u0300\u0316\u0330",
    "syllable of jamo": "\u1112\u1161\u11ab",
    "syllable": "각",
    "devanagari": "नि",
    "thai": "กำ",
    "wide": "漢",
    "space": "\u3000",
    "letter": "x",
}


class Form(App[None]):
    """A prompt and a field."""

    def compose(self) -> ComposeResult:
        """Both of them."""
        yield Prompt()
        yield Field()


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
async def test_the_prompt_takes_it_for_one(seen: str) -> None:
    async with Form().run_test() as pilot:
        prompt = pilot.app.query_one(Prompt)
        prompt.focus()
        prompt.put(f"a{seen}{seen}b")
        await pilot.press("left", "left")
        assert prompt.cursor_location == (0, 1 + len(seen))
        assert prompt.get_column_width(*prompt.cursor_location) == 1 + cell_len(seen)
        await pilot.press("backspace")
        assert prompt.text == f"a{seen}b"
        await pilot.press("right", "left", "left")
        assert prompt.cursor_location == (0, 0)
        await pilot.press("right", "delete")
        assert prompt.text == "ab"


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
async def test_a_field_takes_it_for_one(seen: str) -> None:
    async with Form().run_test() as pilot:
        field = pilot.app.query_one(Field)
        field.focus()
        field.value = f"a{seen}{seen}b"
        await pilot.press("end", "left", "left")
        assert field.cursor_position == 1 + len(seen)
        await pilot.press("backspace")
        assert field.value == f"a{seen}b"
        await pilot.press("delete", "backspace")
        assert field.value == "b"
        field.value = seen
        await pilot.press("end", "shift+left")
        assert field.selected_text == seen
        await pilot.press("shift+right", "left", "left", "right")
        assert field.cursor_position == len(seen)


@pytest.mark.parametrize("seen", [seen for seen in SEEN.values() if len(seen) > 1])
async def test_what_is_typed_in_pieces_becomes_one(seen: str) -> None:
    async with Form().run_test() as pilot:
        prompt = pilot.app.query_one(Prompt)
        prompt.put("ab")
        prompt.move_cursor((0, 1))
        for character in seen:
            prompt.insert(character)
        assert prompt.text == f"a{seen}b"
        prompt.action_delete_left()
        assert prompt.text == "ab"


async def test_the_cursor_never_comes_to_stand_inside_of_it() -> None:
    family = SEEN["family"]
    async with Form().run_test() as pilot:
        prompt = pilot.app.query_one(Prompt)
        prompt.focus()
        prompt.put(f"abcdefgh\n{family * 4}\nabcdefgh")
        for column in range(9):
            prompt.move_cursor((0, column))
            await pilot.press("down")
            row, place = prompt.cursor_location
            assert (row, place % len(family)) == (1, 0)
            prompt.move_cursor((2, column))
            await pilot.press("up")
            row, place = prompt.cursor_location
            assert (row, place % len(family)) == (1, 0)


@given(st.text(max_size=40), st.integers(0, 40))
def test_boundaries_lead_from_end_to_end(text: str, index: int) -> None:
    forward, place = [0], 0
    while place < len(text):
        place = boundary_after(text, place)
        forward.append(place)
    assert forward == sorted(set(forward))
    assert forward[-1] == len(text)
    assert 0 <= boundary_at(text, min(index, len(text))) <= min(index, len(text))
    place = len(text)
    while place:
        before = boundary_before(text, place)
        assert before < place
        place = before
