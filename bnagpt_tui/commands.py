"""The commands that can be typed after a slash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .widgets.completion import Completion


@dataclass(frozen=True, slots=True)
class Command:
    """Something that can be typed after a slash.

    Attributes:
        name: The word after the slash.
        action: The screen's action; it takes what follows the name when `takes` is not empty.
        meaning: What it does.
        takes: What may follow the name; empty for nothing.
        is_here: Whether it is about the open conversation, and waits for one that is on its way.
    """

    name: str
    action: str
    meaning: str
    takes: str = ""
    is_here: bool = False


COMMANDS: Final = (
    Command("new", "new", "begin a new conversation"),
    Command("open", "switch", "open a conversation", "name"),
    Command("search", "search", "search in all conversations", "words"),
    Command("save", "save", "save this conversation under a name", "name", is_here=True),
    Command("model", "pick_model", "choose the model that answers here", "id", is_here=True),
    Command("key", "key", "add a Groq key"),
    Command("engine", "pick_engine", "choose who answers: a server or the model of this machine"),
    Command(
        "web", "web", "search the web, then answer from what was found", "question", is_here=True
    ),
    Command("page", "page", "read a page, and ask about it", "address question", is_here=True),
    Command("tools", "tools", "show the tools and which of them ask first"),
    Command(
        "pin", "pin", "keep this conversation at the top of the list, or let it go", is_here=True
    ),
    Command("delete", "delete", "move this conversation to the trash", is_here=True),
    Command("undo", "undo_delete", "bring back the last deleted conversation"),
    Command("edit", "editor", "write the prompt in your own editor"),
    Command("list", "toggle_list", "show or hide the list of conversations"),
    Command("theme", "app.pick_theme", "choose other colours"),
    Command("help", "help", "show every key and command"),
    Command("quit", "app.quit", "leave; an answer on its way is kept"),
)
"""Every command, in the order in which they are offered."""


def completions(text: str) -> tuple[Completion, ...]:
    """The commands that fit what is typed so far; none once there is more than the name."""
    if not text.startswith("/") or text.startswith("//") or any(c.isspace() for c in text):
        return ()
    wanted = text[1:].casefold()
    fitting = [item for item in COMMANDS if item.name.startswith(wanted)]
    return tuple(Completion(f"/{item.name}", item.meaning) for item in fitting)


def parse(text: str) -> tuple[Command, str] | str | None:
    """What a prompt asks for.

    Returns:
        A command and what follows it; the unknown word if it is none; `None` when the text is a
        question. Two slashes, or a path such as `/etc/hosts`, begin a question.
    """
    first, _, rest = text.partition(" ")
    if not first.startswith("/") or "/" in first[1:] or "\n" in first or len(first) == 1:
        return None
    for command in COMMANDS:
        if first[1:].casefold() == command.name:
            return command, rest.strip()
    return first
