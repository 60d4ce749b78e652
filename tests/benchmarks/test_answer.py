"""The streamed answer is long enough, mixed enough, and findable on a screen."""

from __future__ import annotations

import pytest

from benchmarks.answer import FIRST, LAST, tokens


@pytest.mark.parametrize("count", [2, 40, 800, 4_000])
def test_an_answer_has_exactly_as_many_tokens_as_asked_for(count: int) -> None:
    answer = tokens(count)
    assert len(answer) == count
    assert all(answer)


def test_the_marks_stand_nowhere_else_in_the_answer() -> None:
    text = "".join(tokens(4_000))
    assert text.startswith(FIRST)
    assert text.endswith(LAST)
    assert text.count(FIRST) == text.count(LAST.strip()) == 1


def test_the_answer_is_as_varied_as_what_models_write() -> None:
    text = "".join(tokens(4_000))
    assert 2.5 < len(text) / 4_000 < 3.7
    for part in ("## 1. ", "```python\n", "| system |", "\n- ", "\n1. ", "ção", "日本", "🚀", "> "):
        assert part in text
