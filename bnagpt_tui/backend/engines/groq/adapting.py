"""Asks again in another form when a server refused one, and remembers which it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ...models import ModelInfo
from ...offering import left_out, offered
from ..base import Request
from .dialect import Dialect, Forced
from .memory import ServerMemory
from .sentences import Service

if TYPE_CHECKING:
    from .refusals import Refusal

MOST_LESSONS: Final = 8
"""How often one question is put in another form before the refusal is told."""


class Adapter:
    """Knows how one server wants to be asked.

    Args:
        memory: Where that is kept.
        server: The server's address.
        forced: What the user's settings say of it.
        service: Who sentences speak of.

    Attributes:
        server: The server's address.
    """

    def __init__(
        self, memory: ServerMemory, server: str, forced: Forced | None, service: Service
    ) -> None:
        self.server = server
        self._memory = memory
        self._forced = forced or Forced()
        self._service = service
        self._caps: dict[str, int] = {}

    def dialect(self, model: str) -> Dialect:
        """How the server wants to be asked for a model, by the settings and by experience."""
        forced = self._forced
        known = self._memory.dialect(self.server, model)
        if cap := self._caps.get(model):
            known = replace(known, longest_answer=min(known.longest_answer or cap, cap))
        omitted = {*known.omitted, *forced.omit} - forced.send.keys()
        return replace(
            known,
            omitted=tuple(sorted(omitted)),
            answer_name=forced.answer_name or known.answer_name,
            system=known.system if forced.system is None else forced.system,
            strict=known.strict if forced.strict is None else forced.strict,
            most_tools=forced.most_tools or known.most_tools,
        )

    def describe(self, model: ModelInfo, *, metered: bool) -> ModelInfo:
        """A model with what this server was found to do with it.

        Args:
            model: What its list or a table says.
            metered: Whether the server counts tokens as Groq does.
        """
        dialect = self.dialect(model.id)
        window = self._forced.context_tokens or model.context_window
        longest = dialect.longest_answer or model.max_completion_tokens
        if self._forced.context_tokens and not dialect.longest_answer:
            longest = max(longest, window // 2)
        return replace(
            model,
            tools=model.tools and dialect.tools,
            context_window=window,
            max_completion_tokens=min(longest, window),
            metered=metered,
            most_tools=dialect.most_tools,
        )

    def begin(self, request: Request) -> Adapting:
        """Begin with one question."""
        return Adapting(self, request)

    async def learn(self, refusal: Refusal, body: Mapping[str, Any]) -> Dialect | None:
        """Take in a refusal; the dialect to try next, `None` when there is none.

        What a minute allows is not kept beyond this run, since plans change.
        """
        from .lessons import lesson  # noqa: PLC0415  # the start does without
        from .quota import read_quota  # noqa: PLC0415  # as above

        model = str(body["model"])
        before = self.dialect(model)
        found = lesson(refusal, body, before)
        if found is None:
            return None
        if read_quota(refusal.words):
            self._caps[model] = found.longest_answer
        else:
            self._memory.note_dialect(self.server, model, found)
            await asyncio.to_thread(self._memory.save)
        after = self.dialect(model)
        return None if after == before else after

    def tell(self, refusal: Refusal, body: Mapping[str, Any], dialect: Dialect) -> str:
        """What the user should know of a change; empty when it does no harm."""
        from .lessons import asked_answer  # noqa: PLC0415  # as above
        from .quota import read_quota  # noqa: PLC0415  # as above

        if read_quota(refusal.words) and dialect.longest_answer:
            asked = asked_answer(body)
            before = f"{asked:,}" if asked else "an unlimited number of"
            return (
                f"{self._service.opening} takes no answers of {before} tokens in this minute: it "
                f"is asked for {dialect.longest_answer:,}."
            )
        if "tools" in body and not dialect.tools:
            return f"{self._service.opening} takes no tools for this model: it is asked without."
        return ""


class Adapting:
    """One question that is put in as many forms as the server makes necessary.

    Args:
        adapter: What knows the server.
        request: The question.
    """

    def __init__(self, adapter: Adapter, request: Request) -> None:
        self._adapter = adapter
        self._request = request
        self._lessons = 0

    async def learn(self, refusal: Refusal, body: Mapping[str, Any]) -> str | None:
        """Take in a refusal.

        Returns:
            What the user should know of it, often nothing, when the question is to be put again;
            `None` when that is no use.
        """
        self._lessons += 1
        if self._lessons > MOST_LESSONS:
            return None
        most = self._adapter.dialect(self._request.model).most_tools
        found = await self._adapter.learn(refusal, body)
        if found is None:
            return None
        if found.most_tools < most and found.tools:
            told = offered(self._request.tools, self._request.messages, found.most_tools)
            return left_out(self._request.tools, told)
        return self._adapter.tell(refusal, body, found)
