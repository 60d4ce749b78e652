"""The entry point: reads arguments and settings, then asks or opens the application."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .backend.errors import SettingsError
from .cli.console import guard
from .streams import fill_closed_streams, flush_output, tell, why_not_open

if TYPE_CHECKING:
    from argparse import Namespace

    from .backend.settings import Settings

SWITCH_SECONDS = 0.0005
"""How long a thread may run while another one waits."""

FAILED = 1
"""The exit status of what could not be done."""

USAGE_ERROR = 2
"""The exit status of wrong usage, as argparse has it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `bnagpt`.

    Args:
        argv: The arguments behind the program's name; `None` for the process's own.

    Returns:
        The exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
    """
    fill_closed_streams()
    guard()
    arguments = _read(sys.argv[1:] if argv is None else argv)
    given = vars(arguments) if arguments else {}
    from .backend.settings import load  # noqa: PLC0415  # --help and --version need none of it

    is_command = bool(arguments and arguments.command)
    if not is_command and (reason := why_not_open(os.environ)):
        tell(reason)
        return USAGE_ERROR
    try:
        settings = load(given, os.environ)
        if settings.debug:
            from .backend.debug_log import open_log  # noqa: PLC0415  # seldom wanted

            open_log(settings.data_dir)
    except SettingsError as error:
        tell(str(error))
        return USAGE_ERROR
    if arguments and arguments.command:
        from .cli import run  # noqa: PLC0415

        return run(arguments, settings)
    return open_application(settings, opening=given.get("open", ""))


def _read(words: Sequence[str]) -> Namespace | None:
    """The arguments; `None` without any, which is how most starts are: nothing reads them then."""
    if not words:
        return None
    from .cli.parser import build_parser  # noqa: PLC0415  # see above

    try:
        return build_parser().parse_args(words)
    except SystemExit:
        if problem := flush_output():
            tell(problem)
            raise SystemExit(FAILED) from None
        raise


def open_application(settings: Settings, *, opening: str) -> int:
    """Open the full-screen application and wait for its end; the exit status is returned."""
    # What is made until the first picture stays: looking for garbage in it takes a tenth longer.
    gc.disable()
    # Keys are read, and the screen is written, by threads: none of them waits long for another.
    sys.setswitchinterval(SWITCH_SECONDS)
    from .app import BnaGPTApp  # noqa: PLC0415  # the command line starts without textual
    from .backend.assemble import build_chat  # noqa: PLC0415
    from .backend.settings import CONFIG_FILE  # noqa: PLC0415
    from .keymap import check_keys, check_theme  # noqa: PLC0415

    try:
        check_keys(settings.keys, str(settings.config_dir / CONFIG_FILE))
        check_theme(settings.theme, "theme")
    except SettingsError as error:
        tell(str(error))
        return USAGE_ERROR
    app = BnaGPTApp(
        build_chat(settings),
        opening=opening,
        theme=settings.theme,
        keys=settings.keys,
        lite=settings.lite,
    )
    app.run()
    if app.parting:
        tell(app.parting)
        return FAILED
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
