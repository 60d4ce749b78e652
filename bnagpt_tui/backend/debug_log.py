"""The log that `--debug` keeps: what went on inside, without keys and without what was said."""

from __future__ import annotations

import logging
import os
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Final

from .errors import SettingsError
from .paths import PRIVATE_FILE, make_private

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME: Final = "debug.log"
"""The log's name, in the directory of the conversations."""

_LARGEST: Final = 1024 * 1024
"""Bytes of one file; the one before it is kept beside it."""

_LOGGER: Final = "bnagpt_tui"
"""The logger above all of this application's."""


class _PrivateFile(RotatingFileHandler):
    """A log that nobody else may read, its older parts included."""

    def _open(self) -> TextIOWrapper:
        number = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE_FILE)
        os.fchmod(number, PRIVATE_FILE)
        return TextIOWrapper(os.fdopen(number, "ab"), encoding="utf-8", errors="replace")


def open_log(directory: Path) -> logging.Handler:
    """Keep a log in this directory from here on, and return what writes it.

    Raises:
        SettingsError: It cannot be written there.
    """
    path = directory / FILE_NAME
    try:
        make_private(directory)
        handler = _PrivateFile(path, maxBytes=_LARGEST, backupCount=1)
    except OSError as error:
        raise SettingsError(f"--debug: {path} cannot be written: {error.strerror}.") from None
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(name)s: %(message)s"))
    logger = logging.getLogger(_LOGGER)
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    return handler
