"""The application with a fault in it: `python -m tests.pty.crashing`."""

from __future__ import annotations

import os
import sys

from bnagpt_tui.__main__ import main
from bnagpt_tui.app import BnaGPTApp


def fail(_app: BnaGPTApp) -> None:
    """Fail with a key at hand and a hostile text in the mouth."""
    key = os.environ["TEST_SECRET"]
    raise ZeroDivisionError(f"\x1b]0;owned\x07 \x1b[2J {len(key)} \u202e \ud800")


if __name__ == "__main__":
    setattr(BnaGPTApp, "on_ready", fail)  # noqa: B010  # what Textual calls when all is there
    sys.exit(main())
