"""The log that `--debug` keeps."""

from __future__ import annotations

import logging
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from bnagpt_tui.backend.debug_log import FILE_NAME, open_log
from tests.groq_server import GroqServer
from tests.groq_server.raw import Raw, data, stream, text

if TYPE_CHECKING:
    from .conftest import CommandLine

KEY = "gsk_debug0123456789secret"


def mode(path: Path) -> int:
    """The permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


async def test_the_log_tells_what_was_passed_over_and_nothing_of_what_was_said(
    command_line: CommandLine,
) -> None:
    async with GroqServer() as server:
        server.script(*[Raw(stream(text("hush "), data({"odd": "hush"}), text("now")))] * 2)
        command_line.environment |= {"GROQ_BASE_URL": server.url, "GROQ_API_KEY": KEY}
        ran = await command_line.process("ask", "--debug", "a question")
        assert (ran.status, ran.out, ran.err) == (0, "hush now\n", "")
        log = command_line.data / FILE_NAME
        told = log.read_text(encoding="utf-8")
        assert "1 × no known field" in told
        assert not any(word in told for word in ("hush", "question", KEY))
        assert mode(log) == 0o600
        assert (await command_line.process("ask", "more")).status == 0
        assert log.read_text(encoding="utf-8") == told


async def test_a_log_that_cannot_be_written_is_a_sentence(command_line: CommandLine) -> None:
    command_line.data.write_text("a file")
    ran = await command_line.process("list", "--debug")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("bnagpt: --debug: ")
    assert "Traceback" not in ran.err


def test_the_log_is_private_and_does_not_grow_without_end(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch(mode=0o644)
    handler = open_log(tmp_path)
    logger = logging.getLogger("bnagpt_tui")
    try:
        for _ in range(3000):
            logging.getLogger("bnagpt_tui.engines.groq").debug("x" * 1000)
    finally:
        logger.removeHandler(handler)
        logger.propagate = True
        logger.setLevel(logging.NOTSET)
        handler.close()
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == [FILE_NAME, f"{FILE_NAME}.1"]
    assert all(mode(path) == 0o600 for path in files)
    assert sum(path.stat().st_size for path in files) < 2.2 * 1024 * 1024
