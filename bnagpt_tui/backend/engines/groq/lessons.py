"""What a refusal teaches: which parameter, role or order a server does not take.

Servers say so in many words. What was really sent decides which of them are meant: a parameter
that a request did not have is never what was refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from .dialect import ANSWER_NAMES, Dialect
from .quota import read_quota
from .refusals import Refusal
from .whole_answers import means_streaming

LEAST_ANSWER: Final = 200
"""Tokens of an answer below which waiting is better than asking for less."""

_SHARE_OF_LIMIT: Final = 0.8
"""How much of a minute's output is asked for: the service's own count is a little above ours."""

_NEVER: Final = frozenset({"model", "messages", "stream"})
"""What no request can do without."""

_REFUSED: Final = re.compile(
    r"unsupported|(?:not|n['’]t) (?:currently |yet |be )?"
    r"(?:support|permitted|allowed|available|enabled|implemented|accept|recogni|valid|understood)|"
    r"does not (?:support|accept|allow|have|recogni)|do not support|un(?:known|expected)|"
    r"unrecogni[sz]ed|extra (?:inputs|fields|_forbidden)|extra_forbidden|forbidden|cannot find|"
    r"no such|invalid|illegal|must be|must not|should be|only supports?|"
    r"only (?:.{0,40} )?(?:supported|allowed)|"
    r"requires?|deprecated|removed|disabled|too (?:large|long|many)|at most|maximum|"
    r"no endpoints found|cannot be (?:used|set|specified)|not a valid|is not in",
    re.IGNORECASE,
)
_PLAINLY: Final = re.compile(
    r"unsupported|(?:not|n['’]t) support|requires|unrecogni[sz]ed|extra inputs|"
    r"unknown (?:field|param|argument|name)",
    re.IGNORECASE,
)
"""Words that count even in what looks like a failure of the server's own."""

_TAIL: Final = re.compile(
    r"expected one of|did you mean|(?:valid|supported|allowed|known|available|permitted) "
    r"(?:parameters|fields|arguments|keys|options)|please use|use ['`\"]?\w+['`\"]? instead|"
    r"instead,? use|\bis replaced by",
    re.IGNORECASE,
)
"""Where a sentence turns from what is wrong to what would be right."""

_TOO_LARGE: Final = re.compile(
    r"too (?:large|big|high)|at most|less than or equal|maximum|max(?:imum)? allowed|exceed|"
    r"range|greater than|> ?\d|must be between",
    re.IGNORECASE,
)
_CAP: Final = re.compile(
    r"(?:at most|less than or equal to|maximum (?:value |allowed |number )?[^.\d]{0,40}|"
    r"limit [^.\d]{0,40}|between \d+ and|<=|≤|\[\d+,|> )\D{0,3}(\d[\d,]*)",
    re.IGNORECASE,
)
_MANY_TOOLS: Final = re.compile(
    r"(?:tools?|functions?|function declarations)\b.{0,80}"
    r"(?:too (?:many|long)|at most|maximum|max\.?|exceed|limit|up to|no more than|less than)|"
    r"(?:too many|at most|maximum|max\.?|exceeds?|limit|up to|no more than)\b.{0,60}"
    r"\b(?:tools|functions|function declarations)",
    re.IGNORECASE | re.DOTALL,
)
_MANY_TOOLS_CAP: Final = re.compile(
    r"(?:maximum(?: (?:length|number|size|of|items|is|allowed|tools|supported))*|max(?:imum)?\W*|"
    r"at most|up to|limit(?: (?:of|is))*|no more than|less than or equal to|<=|≤|more than)"
    r"\D{0,12}(\d+)",
    re.IGNORECASE,
)
_NO_SYSTEM: Final = re.compile(
    r"system (?:role|message|messages|prompt|instruction)s?\W{0,4}(?:is |are )?not (?:supported|"
    r"allowed|enabled|permitted)|(?:role|roles)\W{1,6}system\b.{0,40}not (?:supported|allowed)|"
    r"does not support (?:the )?['\"`]?system|unsupported role\W+system|invalid role\W+system|"
    r"developer instruction is not enabled|"
    r"only user(?:,| and) ?(?:and )?(?:assistant|model)\b.{0,40}roles? (?:is|are) supported|"
    r"system role (?:is )?(?:un|not )supported|no system role|"
    r"['\"`]?system['\"`]? (?:role )?is not (?:a )?(?:supported|valid|allowed)|"
    r"unknown role\W+system|role must be (?:in |one of )?\W*user\W+(?:assistant|model)\W*$",
    re.IGNORECASE,
)
_STRICT: Final = re.compile(
    r"\balternat(?:e|es|ing)\b|multiple .{0,12}user.{0,4} roles? in a row|"
    r"consecutive .{0,20}(?:user|assistant|role)|"
    r"(?:first|last) (?:non-system )?(?:message|role|turn).{0,40}\buser\b|"
    r"unexpected role\W+\w+\W+after role|expected (?:last )?role|"
    r"(?:non-?empty|empty) (?:content|text)|content (?:blocks? |field )?must "
    r"(?:be|contain) non-|must not be empty|(?:start|begin)s? with (?:a )?user|"
    r"after a user turn or after a function response",
    re.IGNORECASE,
)
_TEMPLATE: Final = re.compile(
    r"jinja|chat template|prompt template|template (?:error|render)|render(?:ing)? (?:the )?prompt|"
    r"raise_exception|apply_chat_template|applying (?:the )?(?:chat )?template",
    re.IGNORECASE,
)
_OTHER_NAMES: Final = {
    "tools": r"tool[ _-]?(?:use|call(?:ing|s)?)|function[ _-]?call(?:ing|s)?|\btools?\b|"
    r"\bfunctions?\b",
    "tool_choice": r"tool[ _-]?choice",
    "reasoning_effort": r"reasoning[ _-]?effort|\bthinking\b|\breasoning\b",
    "stream_options": r"stream[ _-]?options|include_usage",
    "parallel_tool_calls": r"parallel[ _-]?tool[ _-]?calls?|parallel function call(?:ing|s)?",
}
"""What else parameters are called in sentences."""

_NO_TOOLS: Final = re.compile(
    r"support|unrecogni|unknown (?:field|param|argument|name)|extra|permitted|"
    r"not (?:allowed|enabled|available|implemented)|"
    r"requires|cannot find|disabled|forbidden",
    re.IGNORECASE,
)
"""Words of a refusal that means tools as such."""

_ONE_CALL: Final = re.compile(
    r"schema|arguments|role\W+tool|tool_call_id|tool_calls?\b.{0,40}must|validation|failed to|"
    r"\bpars(?:e|ed|ing)\b|"
    r"generation|must be (?:followed|a response)|tools?\W{1,3}\d",
    re.IGNORECASE,
)
"""Words of a refusal that means one call, or one tool, and not tools as such."""

_QUOTED: Final = re.compile(r"['\"`“‘]([A-Za-z]+)['\"`”’]")


def lesson(refusal: Refusal, sent: Mapping[str, Any], dialect: Dialect) -> Dialect | None:
    """The dialect in which the same request may pass; `None` when the refusal teaches nothing new.

    Args:
        refusal: What the server replied.
        sent: The request's body, by the parameters' names.
        dialect: In which it was sent.
    """
    if refusal.status in {401, 402, 403, 408} or (found := _learn(refusal, sent, dialect)) is None:
        return None
    return None if found == dialect else found


def _learn(refusal: Refusal, sent: Mapping[str, Any], dialect: Dialect) -> Dialect | None:
    words = refusal.words
    quota = read_quota(words)
    if quota or refusal.status == 429:
        by_output = quota is not None and quota.counts_output
        return _shorter(quota.limit, quota.used, sent, dialect) if quota and by_output else None
    if len(sent.get("tools", ())) > 1 and (most := _most_tools(words, len(sent["tools"]))):
        return replace(dialect, most_tools=most)
    if dialect.streams and means_streaming(refusal):
        return replace(dialect, streams=False)
    if (found := _form(words, sent, dialect)) is not None:
        return found
    if name := _refused_parameter(refusal, sent):
        return _without(name, words, sent, dialect)
    return _plainer(sent, dialect) if _TEMPLATE.search(words) else None


def _form(words: str, sent: Mapping[str, Any], dialect: Dialect) -> Dialect | None:
    """What a refusal of roles and their order teaches; `None` when it is about something else."""
    has_system = any(message["role"] == "system" for message in sent["messages"])
    if dialect.system and has_system and _NO_SYSTEM.search(words):
        return replace(dialect, system=False)
    if _STRICT.search(words):
        if not dialect.strict:
            return replace(dialect, strict=True)
        if dialect.system and has_system:
            return replace(dialect, system=False)
    return None


def _plainer(sent: Mapping[str, Any], dialect: Dialect) -> Dialect | None:
    """A plainer dialect for a template that failed without saying at what."""
    if dialect.system or not dialect.strict:
        return replace(dialect, system=False, strict=True)
    return replace(dialect, omitted=_and("tools", dialect)) if "tools" in sent else None


def _and(name: str, dialect: Dialect) -> tuple[str, ...]:
    """The parameters that are left out, with one more."""
    return tuple(sorted({*dialect.omitted, name}))


def asked_answer(sent: Mapping[str, Any]) -> int | None:
    """The longest answer that a request asked for; `None` when it named none."""
    found = next((sent[name] for name in ANSWER_NAMES if name in sent), None)
    return found if isinstance(found, int) else None


def _shorter(
    limit: int | None, used: int | None, sent: Mapping[str, Any], dialect: Dialect
) -> Dialect | None:
    """A dialect that asks for a shorter answer, where what is left is worth it."""
    if not limit:
        return None
    most = int(limit * _SHARE_OF_LIMIT)
    asked = asked_answer(sent)
    if asked is not None and asked <= most:
        left = limit - used if used is not None else asked // 2
        most = min(left, asked - 1) if left >= LEAST_ANSWER else 0
    if most < min(LEAST_ANSWER, limit):
        return None
    return replace(dialect, longest_answer=most)


def _most_tools(words: str, count: int) -> int:
    """How many tools a refusal of too many allows; 0 when it is about something else.

    Half as many are tried where it does not say.
    """
    if not _MANY_TOOLS.search(words):
        return 0
    named = [int(number) for number in _MANY_TOOLS_CAP.findall(words)]
    least = min((number for number in named if 0 < number < count), default=0)
    return least or (count // 2 if re.search("too (?:many|long)", words, re.IGNORECASE) else 0)


def _refused_parameter(refusal: Refusal, sent: Mapping[str, Any]) -> str:
    """The parameter that a refusal names; empty when it names none that was sent."""
    names = [name for name in sent if name not in _NEVER]
    by_plain = {_plain(name): name for name in names}
    for named in refusal.params:
        if found := by_plain.get(_plain(re.split(r"[.\[]", named)[0])):
            return found
    words = refusal.words
    is_request = 300 <= refusal.status < 500
    if refusal.status > 501 or not (_REFUSED if is_request else _PLAINLY).search(words):
        return ""
    tail = _TAIL.search(words)
    head = words[: tail.start()] if tail and tail.start() > 0 else words
    return _first_named(head, names) or ("" if tail is None else _first_named(words, names))


def _first_named(text: str, names: list[str]) -> str:
    """The parameter that a text names first, by its own name or by another; empty when none."""
    places: list[tuple[int, int, str]] = []
    for name in names:
        own = r"[ _-]?".join(map(re.escape, name.split("_")))
        match = re.search(rf"(?<![A-Za-z0-9_]){own}(?![A-Za-z0-9_])", text, re.IGNORECASE)
        if match is None and name in _OTHER_NAMES:
            match = re.search(_OTHER_NAMES[name], text, re.IGNORECASE)
        if match:
            places.append((match.start(), -len(match[0]), name))
    return min(places)[2] if places else ""


def _plain(name: str) -> str:
    """A name without what parts its words, since some servers write `reasoningEffort`."""
    return name.replace("_", "").lower()


def _without(name: str, words: str, sent: Mapping[str, Any], dialect: Dialect) -> Dialect | None:
    """A dialect without a parameter, or with another name or value for it."""
    if name in ANSWER_NAMES:
        return _other_answer(name, words, sent, dialect)
    if name == "tools" and (_ONE_CALL.search(words) or not _NO_TOOLS.search(words)):
        return None
    if name == "reasoning_effort" and not dialect.efforts and (efforts := _efforts(words)):
        return replace(dialect, efforts=efforts)
    return replace(dialect, omitted=_and(name, dialect))


def _other_answer(
    name: str, words: str, sent: Mapping[str, Any], dialect: Dialect
) -> Dialect | None:
    """A dialect with another way to bound the answer."""
    asked = sent[name]
    if _TOO_LARGE.search(words) and isinstance(asked, int):
        numbers = (int(number.replace(",", "")) for number in _CAP.findall(words))
        most = max((number for number in numbers if 0 < number < asked), default=0)
        if most:
            return replace(dialect, longest_answer=most)
    other = ANSWER_NAMES[1 - ANSWER_NAMES.index(name)]
    if other in dialect.omitted or dialect.answer_name == name:
        return replace(dialect, omitted=tuple(sorted({*dialect.omitted, *ANSWER_NAMES})))
    return replace(dialect, answer_name=other)


def _efforts(words: str) -> tuple[str, ...]:
    """The values that a refusal lists for `reasoning_effort`."""
    match = re.search(
        r"(?:must|should) be|one of|supported values|expected|allowed", words, re.IGNORECASE
    )
    if match is None:
        return ()
    known = ("none", "minimal", "low", "medium", "default", "high", "xhigh", "max")
    listed = {value.lower() for value in _QUOTED.findall(words[match.start() :])}
    return tuple(value for value in known if value in listed)
