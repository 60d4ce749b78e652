"""How many tokens a text has, guessed without the model's vocabulary."""

from __future__ import annotations

import re
from typing import Final

# Patterns are compiled, and kept by `re`, when they are first used: not at the start.
_WORDS: Final = r"[A-Za-z]+"
_DIGITS: Final = r"[0-9]+"
_BREAKS: Final = r"\n\s*|[ \t]{2,}"
_MARKS: Final = r"[!-/:-@\[-`{-~]+"
_WIDE: Final = (
    "[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U0001f000-\U0003ffff]"
)
_OTHER: Final = r"[^\x00-\x7f]"

_MOST_COUNTED: Final = 100_000
"""Characters of a text that are counted; of a longer one as many, taken from all over it."""

_SAMPLE: Final = 2_000

_SHORT_WORD: Final = 6
_LETTERS_PER_TOKEN: Final = 4.5
_LEAST_CALIBRATION: Final = 0.5
_MOST_CALIBRATION: Final = 3.0

MESSAGE_OVERHEAD: Final = 4
"""Tokens that frame one message: role, separators."""


def estimate(text: str) -> int:
    """Tokens of a text, counted by classes of characters.

    Latin words cost one, long ones more; digits cost by threes, punctuation by runs, accented
    letters and wide scripts by the character. A very long text is judged by samples of it.
    """
    if len(text) > _MOST_COUNTED:
        step = len(text) * _SAMPLE // _MOST_COUNTED
        samples = [text[at : at + _SAMPLE] for at in range(0, len(text), step)]
        return sum(map(estimate, samples)) * len(text) // sum(map(len, samples))
    words = re.findall(_WORDS, text)
    tokens = len(words) + sum(
        (len(word) - _SHORT_WORD) / _LETTERS_PER_TOKEN for word in words if len(word) > _SHORT_WORD
    )
    tokens += sum((len(run) + 2) // 3 for run in re.findall(_DIGITS, text))
    tokens += sum((len(run) + 1) // 2 for run in re.findall(_MARKS, text))
    tokens += 0.6 * len(re.findall(_BREAKS, text))
    wide = len(re.findall(_WIDE, text))
    tokens += 0.9 * wide + 0.5 * (len(re.findall(_OTHER, text)) - wide)
    return int(tokens + 0.999)


class Calibration:
    """Draws the guesses of each model towards what the service really counted."""

    def __init__(self) -> None:
        self._factors: dict[str, float] = {}

    def factor(self, model: str) -> float:
        """What a guess is to be multiplied with for this model; 1 before anything is known."""
        return self._factors.get(model, 1.0)

    def learn(self, model: str, *, guessed: int, counted: int) -> None:
        """Take in one comparison; later ones weigh more, and wild ones are tamed.

        Args:
            model: The model that counted.
            guessed: Tokens as `estimate` saw them, without any factor.
            counted: Tokens of the request as the service saw them.
        """
        if guessed <= 0 or counted <= 0:
            return
        seen = min(max(counted / guessed, _LEAST_CALIBRATION), _MOST_CALIBRATION)
        before = self._factors.get(model)
        self._factors[model] = seen if before is None else 0.5 * before + 0.5 * seen
