"""Originals kept aside before a file is written anew: nothing that was found is overwritten."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

from .files import Files

_NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK})


def keep_aside(path: Path, directory: Path, files: Files) -> Path:
    """Give the file as it is a second name in another directory, where nothing changes it.

    Args:
        path: The file.
        directory: Where originals are kept.
        files: The file operations.

    Returns:
        Where the original can be found from here on.

    Raises:
        OSError: It could not be kept.
    """
    files.make_directory(directory)
    number = 1
    while not _link_or_copy(path, place := directory / f"{path.stem}-{number}{path.suffix}", files):
        number += 1
    files.sync_directory(directory)
    return place


def _link_or_copy(source: Path, target: Path, files: Files) -> bool:
    """Keep the file under another name, unless that is taken; whether it was free."""
    try:
        files.link(source, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _copy(source, target, files)
    return True


def _copy(source: Path, target: Path, files: Files) -> bool:
    try:
        writer = files.create(target, exclusive=True)
    except FileExistsError:
        return False
    try:
        files.write(writer, source.read_bytes())
        files.sync(writer)
    finally:
        files.close(writer)
    return True
