"""The command line as it may be written."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from .. import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS: Final = ("markdown", "json", "html")
"""The formats of `bnagpt export`."""

_DESCRIPTION: Final = (
    "A full-screen chat client that answers through Groq, or a model on your own machine. "
    "Without a command it opens; with one it answers on standard output."
)

_EPILOG: Final = (
    "Keys: GROQ_API_KEY, or the key that the application asked for. "
    "Settings: config.toml, or BNAGPT_NAME in the environment; `bnagpt doctor` says where. "
    "Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted."
)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line.

    What is not given is not in the result, so that it hides no other setting; `command` is
    `None` when the application is to be opened.
    """
    parser = argparse.ArgumentParser(
        prog="bnagpt",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument("--version", action="version", version=f"bnagpt {__version__}")
    parser.add_argument("--open", metavar="NAME", help="begin in this conversation")
    parser.add_argument("--theme", metavar="NAME", help="the colours, as in bnagpt-light")
    parser.add_argument(
        "--lite",
        action="store_const",
        const="on",
        help="draw little, for a slow line or a slow machine",
    )
    _add_places(parser)
    _add_engine(parser)
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for add in _COMMANDS:
        add(commands)
    return parser


if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def _command(commands: _Commands, name: str, summary: str) -> argparse.ArgumentParser:
    """A parser for one command, with what every command takes."""
    parser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    parser.set_defaults(command=name)
    _add_places(parser)
    return parser


def _add_places(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", metavar="DIR", help="where conversations are kept")
    parser.add_argument("--config-dir", metavar="DIR", help="where settings and the key are kept")
    parser.add_argument(
        "--debug",
        action="store_true",
        help="keep a log, without keys or what is said, beside the conversations: debug.log",
    )


def _add_engine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="ID", help="the model that answers")
    parser.add_argument("--base-url", metavar="URL", help="a server in place of Groq's own")
    parser.add_argument(
        "--local", action="store_true", help="answer with the model on this machine"
    )
    parser.add_argument("--local-model", metavar="FILE", help="which one: a GGUF file")


def _add_json(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--json", action="store_true", default=False, help=f"print {what} as JSON")


def _name(argument: str) -> str:
    """Return the name of a conversation.

    Raises:
        ArgumentTypeError: There is nothing in it.
    """
    if not argument.strip():
        raise argparse.ArgumentTypeError("a conversation's name cannot be empty")
    return argument


def _add_ask(commands: _Commands) -> None:
    parser = _command(commands, "ask", "answer one question on standard output")
    parser.add_argument(
        "question",
        nargs="*",
        default=[],
        help="the question; standard input is added to it, or is it when there is none",
    )
    parser.add_argument(
        "--save",
        metavar="NAME",
        type=_name,
        default=None,
        help="continue this conversation, or make it",
    )
    parser.add_argument("--instructions", metavar="TEXT", help="what the model is told first")
    parser.add_argument(
        "--allow",
        metavar="TOOL",
        action="append",
        default=[],
        help="let this tool act, as run_python does; may be given several times",
    )
    parser.add_argument(
        "--tools",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="let the model use tools, or not",
    )
    _add_json(parser, "text, model and usage")
    _add_engine(parser)


def _add_list(commands: _Commands) -> None:
    parser = _command(commands, "list", "list the conversations, the last used first")
    _add_json(parser, "them")


def _add_show(commands: _Commands) -> None:
    parser = _command(commands, "show", "print a conversation")
    parser.add_argument("name", help="its name, the beginning of its name, or its id")


def _add_search(commands: _Commands) -> None:
    parser = _command(commands, "search", "search in all conversations, the newest first")
    parser.add_argument(
        "words",
        metavar="WORD",
        nargs="+",
        help="words, a '\"phrase\"', role:user, before:2026-01-31, after:2026, pinned:yes, in:name",
    )
    parser.add_argument(
        "--limit", type=_count, default=20, metavar="N", help="how many at the most, else 20"
    )
    _add_json(parser, "what was found")


def _add_export(commands: _Commands) -> None:
    parser = _command(commands, "export", "write a conversation to a file")
    parser.add_argument("name", help="its name, the beginning of its name, or its id")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="",
        help="markdown to read, json to keep everything, html to print; "
        "by the file's ending when not given, else markdown",
    )
    parser.add_argument(
        "--output", metavar="FILE", default="", help="the file; standard output when not given"
    )
    parser.add_argument(
        "--force", action="store_true", default=False, help="replace the file if it is there"
    )


def _add_import(commands: _Commands) -> None:
    summary = "take in conversations from bnaGPT, ChatGPT or Open WebUI files"
    parser = _command(commands, "import", summary)
    parser.add_argument("files", metavar="FILE", nargs="+", help="what was exported there")


def _add_delete(commands: _Commands) -> None:
    parser = _command(commands, "delete", "move conversations to the trash")
    parser.add_argument("names", metavar="NAME", nargs="+", help="which ones, by name or id")


def _add_trash(commands: _Commands) -> None:
    parser = _command(commands, "trash", "list, restore or empty what was deleted")
    parser.set_defaults(trash_command="list", json=False)
    actions = parser.add_subparsers(metavar="ACTION", title="actions")
    listing = _action(actions, "list", "list what was deleted")
    _add_json(listing, "it")
    restoring = _action(actions, "restore", "bring a conversation back")
    restoring.add_argument("name", help="its name or its id")
    emptying = _action(actions, "empty", "delete for good")
    emptying.add_argument(
        "--older-than", type=_days, default=0, metavar="DAYS", help="only what was deleted before"
    )
    emptying.add_argument("--yes", action="store_true", default=False, help="do not ask")


def _action(actions: _Commands, name: str, summary: str) -> argparse.ArgumentParser:
    """A parser for one action of the trash."""
    parser = actions.add_parser(
        name, help=summary, allow_abbrev=False, argument_default=argparse.SUPPRESS
    )
    parser.set_defaults(trash_command=name)
    _add_places(parser)
    return parser


def _add_doctor(commands: _Commands) -> None:
    parser = _command(
        commands, "doctor", "say what was found: key, service, models, data, terminal"
    )
    _add_json(parser, "it")
    _add_engine(parser)


_COMMANDS: Final[tuple[Callable[[_Commands], None], ...]] = (
    _add_ask,
    _add_list,
    _add_show,
    _add_search,
    _add_export,
    _add_import,
    _add_delete,
    _add_trash,
    _add_doctor,
)


def _count(written: str) -> int:
    """A number from 1 to 10,000.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    if not written.isdecimal() or not 1 <= int(written) <= 10_000:
        raise argparse.ArgumentTypeError("a number from 1 to 10000")
    return int(written)


def _days(written: str) -> int:
    """A number of days, 0 or more.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    if not written.isdecimal() or not 0 <= int(written) <= 36_500:
        raise argparse.ArgumentTypeError("a whole number of days")
    return int(written)
