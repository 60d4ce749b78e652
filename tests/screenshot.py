"""Draws the README's picture with the real application: `python -m tests.screenshot FILE`."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from bnagpt_tui.backend.store import Repository
from bnagpt_tui.screens.chat import ChatScreen
from tests.snapshots.conftest import application, keep_some
from tests.waiting import until

SIZE = (120, 40)


async def draw() -> str:
    """The application with a conversation open, as an SVG without anything to download."""
    with tempfile.TemporaryDirectory() as directory:
        repository = Repository(Path(directory))
        keep_some(repository)
        app = application(repository, "Capitais do mundo")
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            screen = app.screen
            assert isinstance(screen, ChatScreen)
            await until(lambda: screen.conversation.head and screen.log_view.is_up_to_date)
            await pilot.pause()
            svg = app.export_screenshot(title="bnaGPT")
    return re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->", "", svg, flags=re.DOTALL)


def main() -> None:
    """Write the picture."""
    Path(sys.argv[1]).write_text(asyncio.run(draw()), encoding="utf-8")


if __name__ == "__main__":
    main()
