"""The system's errors put into sentences for the user."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..errors import DamagedConversationError, StoreUnwritableError

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def unwritable(error: OSError, directory: Path) -> StoreUnwritableError:
    """What to tell the user when a write failed.

    Args:
        error: What the system said.
        directory: The store's directory.
    """
    if error.errno in _FULL:
        return StoreUnwritableError(
            f"The disk that holds {directory} is full, so this could not be saved. "
            "Free some space; it will be saved as soon as there is room."
        )
    if error.errno in _FORBIDDEN:
        return StoreUnwritableError(
            f"{directory} may not be written ({error.strerror}), so this could not be saved. "
            "Allow writing there, or name another directory in BNAGPT_DATA_DIR."
        )
    return StoreUnwritableError(
        f"Writing in {directory} failed ({error.strerror or error}), so this could not be saved. "
        "Check the disk; it will be tried again."
    )


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """Turn what the system says about a failed write into a sentence.

    Raises:
        StoreUnwritableError: The system refused something in the block.
    """
    try:
        yield
    except OSError as error:
        raise unwritable(error, directory) from error


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the system says about a failed read into a sentence.

    Raises:
        DamagedConversationError: The system refused something in the block.
    """
    try:
        yield
    except OSError as error:
        raise DamagedConversationError(
            f"{path} cannot be read ({error.strerror or error}); it was left as it is."
        ) from error
