"""Tokens are guessed near enough, and the guesses learn."""

from __future__ import annotations

import pytest

from bnagpt_tui.backend.tokens import Calibration, estimate


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("The quick brown fox jumps over the lazy dog. " * 4, 41),
        ("Qual é a capital da Austrália? E da Nova Zelândia? A capital é Canberra.", 20),
        ("def f(x):\n    return {'a': x + 1, \"b\": [1, 2, 3]}\n", 25),
        ("1234567890" * 3, 10),
        ("", 0),
    ],
)
def test_guesses_are_within_a_third_of_a_real_vocabulary(text: str, counted: int) -> None:
    assert abs(estimate(text) - counted) <= counted / 3


def test_wide_scripts_cost_about_a_token_each() -> None:
    assert 5 <= estimate("こんにちは世界") <= 8


def test_the_first_comparison_sets_the_factor() -> None:
    calibration = Calibration()
    assert calibration.factor("m") == 1.0
    calibration.learn("m", guessed=100, counted=150)
    assert calibration.factor("m") == 1.5
    assert calibration.factor("other") == 1.0


def test_later_comparisons_weigh_half_and_wild_ones_are_tamed() -> None:
    calibration = Calibration()
    calibration.learn("m", guessed=100, counted=100)
    calibration.learn("m", guessed=1, counted=1_000_000)
    assert calibration.factor("m") == 2.0


def test_nothing_is_learnt_from_nothing() -> None:
    calibration = Calibration()
    calibration.learn("m", guessed=0, counted=10)
    calibration.learn("m", guessed=10, counted=0)
    assert calibration.factor("m") == 1.0
