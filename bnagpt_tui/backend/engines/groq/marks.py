"""The marks between which models write their reasoning, and where they count as such."""

from __future__ import annotations

import re
from typing import Final

MARKS: Final = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reasoning>", "</reasoning>"),
    ("<thought>", "</thought>"),
    ("<seed:think>", "</seed:think>"),
    ("[think]", "[/think]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|start_thinking|>", "<|end_thinking|>"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
)
"""What models write before and after they think aloud, in small letters.

In their order: DeepSeek and Qwen, several older ones, Gemini, Seed, Magistral, Kimi, Sky-T1,
Command A, gpt-oss.
"""

NOISE: Final = (
    *(close for _, close in MARKS),
    "<|start|>assistant",
    "<|channel|>final<|message|>",
    "<|start_response|>",
)
"""What is dropped where an answer may begin: ends without a beginning, and names of what comes."""

LONE: Final = re.compile(r"</(?:think|thinking|reasoning|thought)>", re.IGNORECASE)
"""An end of reasoning whose beginning may stand in the model's template, where nobody sees it."""

_LONE_ENDS: Final = ("</think>", "</thinking>", "</reasoning>", "</thought>")
_OPENING: Final = re.compile(r"<(?:think|thinking|reasoning|thought)>", re.IGNORECASE)
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_TICKS: Final = re.compile(r"`+")
_LIST_MARK: Final = re.compile(r"\s*(?:\d+[.)]|[-*+>|])\s*")
_QUOTES_BEFORE: Final = frozenset("\"'`“‘«„([|*_")
_QUOTES_AFTER: Final = frozenset("\"'`”’»“)]|*_")
_PROSE_AFTER: Final = frozenset(".,;:!?")
_SENTENCE_ENDS: Final = ".!?…。！？"


def held_back(text: str, mark: str) -> int:
    """How many characters at the text's end may be the beginning of the mark."""
    longest = min(len(text), len(mark) - 1)
    ending = text[len(text) - longest :].lower()
    return next((n for n in range(longest, 0, -1) if ending.endswith(mark[:n])), 0)


def lone_held_back(text: str) -> int:
    """How many characters at the text's end may be the beginning of a lone end of reasoning."""
    begin = text.rfind("<", -len(max(_LONE_ENDS, key=len)))
    tail = text[begin:].lower()
    return len(tail) if begin >= 0 and any(end.startswith(tail) for end in _LONE_ENDS) else 0


def _is_in_code(text: str) -> bool:
    """Whether what follows the text stands in a block of code or between backticks."""
    fence = ""
    prose: list[str] = []
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if match and not fence:
            fence, prose = match[1], []
        elif match and match[1].startswith(fence) and not match[2].strip():
            fence = ""
        elif not fence:
            prose.append(line)
            if not line.strip():
                prose.clear()
    if fence:
        return True
    last = text.rsplit("\n", 1)[-1]
    if last.startswith(("    ", "\t")) and not last.strip():
        return True
    ticks: dict[int, int] = {}
    for run in _TICKS.findall("\n".join(prose)):
        ticks[len(run)] = ticks.get(len(run), 0) + 1
    return any(count % 2 for count in ticks.values())


def ends_reasoning(before: str, after: str) -> bool:
    """Whether a lone mark really ends reasoning, and is not what an answer is about.

    It does not in code or quotation marks, in the middle of a sentence, or when its counterpart
    has been written before.

    Args:
        before: All text before the mark.
        after: What follows it, as far as it is known; empty at the text's end.
    """
    is_quoted = before[-1:] in _QUOTES_BEFORE and after[:1] in _QUOTES_AFTER
    if is_quoted or after[:1] in _PROSE_AFTER or _OPENING.search(before) or _is_in_code(before):
        return False
    line = before.rsplit("\n", 1)[-1]
    if not line.strip():
        return True
    if _LIST_MARK.fullmatch(line):
        return False
    if not line[-1].isspace():
        return True
    return after[:1] in {"", "\n", "\r"} or line.rstrip()[-1] in _SENTENCE_ENDS
