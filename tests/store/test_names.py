from __future__ import annotations

import pytest

from bnagpt_tui.backend.errors import ConversationNotFoundError
from bnagpt_tui.backend.store.names import find

from .store_support import conversation

RIVERS = conversation("Rivers of Europe")
LAKES = conversation("Lakes of Europe")
CAFE = conversation("Café au lait", id="cafe")
OLD = conversation("Rivers", minutes=-9)
ALL = [RIVERS, LAKES, CAFE, OLD]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Rivers", OLD),
        (" RIVERS", OLD),
        ("\uff32ivers", OLD),
        ("Ri\u200bvers", OLD),
        ("Rivers of Europe", RIVERS),
        ("  lakes of europe ", LAKES),
        ("Cafe\u0301 au lait", CAFE),
        ("CAFÉ", CAFE),
        ("lakes", LAKES),
        pytest.param(LAKES.id, LAKES, id="an-id"),
        ("cafe", CAFE),
    ],
)
def test_the_nearest_rule_decides_who_is_meant(name: str, expected: object) -> None:
    assert find(ALL, name) is expected


def test_an_exact_name_wins_over_an_id_and_a_beginning() -> None:
    named_like_an_id = conversation("cafe")
    assert find([*ALL, named_like_an_id], "cafe") is named_like_an_id


@pytest.mark.parametrize("name", ["riv", "Rivers o"])
def test_a_beginning_that_fits_several_names_them(name: str) -> None:
    other = conversation("Rivers of Asia")
    with pytest.raises(ConversationNotFoundError, match="“Rivers of Asia”"):
        find([*ALL, other], name)


def test_a_name_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConversationNotFoundError, match="Did you mean “Lakes of Europe”"):
        find(ALL, "Lakse of Europa")


@pytest.mark.parametrize("name", ["zzzzzz", "", "   ", "x" * 100_000, "\x1b[31m"])
def test_a_name_like_no_other_is_just_not_found(name: str) -> None:
    with pytest.raises(ConversationNotFoundError) as caught:
        find(ALL, name)
    assert "Did you mean" not in str(caught.value)
    assert len(str(caught.value)) < 200
    assert "\x1b" not in str(caught.value)


def test_nothing_is_found_where_nothing_is() -> None:
    with pytest.raises(ConversationNotFoundError):
        find([], "anything")
