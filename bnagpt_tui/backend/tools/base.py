"""What every tool is to the rest of the application, and how a function becomes one."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, get_type_hints

import msgspec

from ..errors import ToolArgumentsError
from ..halves import call_json
from ..models import Source, ToolSpec
from ..permission import Consent, permission_key

SECONDS: Final = 30.0
"""How long a tool may run when nothing else is said."""

CHARACTERS: Final = 200_000
"""How much of a result is kept when nothing else is said."""


@dataclass(frozen=True, slots=True)
class ProducedFile:
    """A file that a tool made, to be kept with its result."""

    name: str
    kind: str
    """The media type, as in `image/png`."""
    content: bytes


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What came of a call."""

    content: str
    """What the model reads; plain text, from outside as it is."""
    failed: bool = False
    """Whether it did not work; the content then says why, and the model may try otherwise."""
    sources: tuple[Source, ...] = ()
    """Pages that the content is from, numbered from the context's `first_source` on."""
    files: tuple[ProducedFile, ...] = ()


def _say_nothing(_text: str) -> None:
    """Report to nobody."""


def _know_nothing(_call_id: str) -> str | None:
    """Remember no result."""
    return None


async def _name_nothing(_address: str) -> bool:
    """Know of no address."""
    return False


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool knows of the call beside its arguments."""

    conversation_id: str
    first_source: int = 1
    """The number of the first page that is found."""
    report: Callable[[str], None] = _say_nothing
    """Takes output as it comes, to be shown while the tool runs; may be called from any task of
    the event loop, and not from a thread."""
    earlier: Callable[[str], str | None] = _know_nothing
    """Gives the whole result of an earlier call of this conversation by the call's id."""
    is_named: Callable[[str], Awaitable[bool]] = _name_nothing
    """Tells whether the user wrote an address in this conversation, or a search found it."""
    is_free: bool = True
    """Whether nothing of the call had to be asked, or the settings allow the tool: it may then go
    wherever it is sent. Else only what the user's word was given for may be done."""


Asks: TypeAlias = Callable[[ToolContext, str], Awaitable[Consent | None]]
"""Says what the user has to be asked before a call: takes what `Run` does.

`None` when there is nothing to ask. Raises `ToolError` for a call that is not to be done at all.
"""


Run: TypeAlias = Callable[[ToolContext, str], Awaitable[ToolResult]]
"""Does a call: takes what it is to know, and the arguments as the model wrote them.

Raises `ToolError` for what model and user should be told in a sentence.
"""


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that a model can ask for."""

    spec: ToolSpec
    """What the model is told."""
    run: Run
    """Does it."""
    acts: bool = False
    """Whether it changes or starts something, so that the user is asked first."""
    asks: Asks | None = None
    """Where that depends on the call: says what the user is asked before it."""
    searches: bool = False
    """Whether the pages that it finds count as named: it looks for what it was asked for."""
    mark: str = ""
    """What tells it from another tool of its name; empty for the program's own."""
    seconds: float = SECONDS
    """How long it may run."""
    characters: int = CHARACTERS
    """How much of its result is kept."""
    subject: str = ""
    """The argument that says what will be done, shown by itself: the code, the address."""
    language: str = ""
    """What the subject is written in, as in `python`; empty for plain text."""

    @property
    def name(self) -> str:
        """What it is called by."""
        return self.spec.name

    @property
    def key(self) -> str:
        """What a permission for good is kept under."""
        return permission_key(self.name, self.mark)

    async def consent(self, context: ToolContext, arguments: str) -> Consent | None:
        """What the user has to be asked before a call; `None` when there is nothing to ask.

        Args:
            context: What the tool is to know.
            arguments: The arguments as the model wrote them.

        Raises:
            ToolError: The call is not to be done at all.
        """
        found = await self.asks(context, arguments) if self.asks else None
        if found is None and self.acts:
            found = Consent()
        return replace(found, mark=self.mark) if found else None


def tool_from(
    function: Callable[..., Awaitable[ToolResult]],
    *,
    name: str = "",
    acts: bool = False,
    asks: Callable[..., Awaitable[Consent | None]] | None = None,
    searches: bool = False,
    seconds: float = SECONDS,
    characters: int = CHARACTERS,
    subject: str = "",
    language: str = "",
) -> Tool:
    """The tool that a function is.

    Its description is the docstring up to the first section, and its parameters are those after
    the first one, which takes the `ToolContext`. They are described with
    `Annotated[str, msgspec.Meta(description="…")]`.

    Args:
        function: Does a call.
        name: The tool's name; empty for the function's.
        acts: Whether the user is asked first.
        asks: Says what the user is asked before a call, where that depends on the call; takes the
            same parameters.
        searches: Whether the pages that it finds count as named.
        seconds: How long a call may take.
        characters: How much of a result is kept.
        subject: The parameter that says what will be done.
        language: What that is written in.
    """
    name = name or function.__name__
    kind = _arguments_of(function, name)
    schema = msgspec.json.schema(kind)["$defs"][name]
    schema.pop("title", None)

    async def run(context: ToolContext, arguments: str) -> ToolResult:
        return await function(context, **_read(kind, arguments, name))

    async def ask(context: ToolContext, arguments: str) -> Consent | None:
        # Read as `run` reads them: what one takes for nothing the other must not take for a call.
        return await asks(context, **_read(kind, arguments, name)) if asks else None

    return Tool(
        ToolSpec(name, _description(function), schema),
        run,
        acts=acts,
        asks=ask if asks else None,
        searches=searches,
        seconds=seconds,
        characters=characters,
        subject=subject,
        language=language,
    )


def _description(function: Callable[..., object]) -> str:
    text = inspect.getdoc(function) or ""
    return " ".join(text.partition("\nArgs:")[0].split())


def _arguments_of(function: Callable[..., object], name: str) -> type[Any]:
    """The type that a call's arguments are read into."""
    hints = get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    fields = [
        (item.name, hints[item.name])
        if item.default is inspect.Parameter.empty
        else (item.name, hints[item.name], item.default)
        for item in parameters
    ]
    return msgspec.defstruct(name, fields, kw_only=True, forbid_unknown_fields=True, gc=False)


def _read(kind: type[Any], arguments: str, name: str) -> dict[str, Any]:
    """The arguments as values.

    Raises:
        ToolArgumentsError: They are not what the tool takes; the sentence says what is wrong.
    """
    try:
        values = msgspec.json.decode(call_json(arguments), type=kind)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise ToolArgumentsError(
            f"{name} was not run, because its arguments are wrong: {error}. Call it again with "
            "a JSON object that fits its schema."
        ) from None
    return msgspec.structs.asdict(values)
