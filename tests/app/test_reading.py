"""Copying, links, the paper view, the user's own editor."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bnagpt_tui.app import BnaGPTApp
from bnagpt_tui.clipboard import LARGEST, CopyTooLargeError, copy_sequence
from bnagpt_tui.widgets.message_log import MessageLog
from tests.app.session import OpenApp
from tests.fakes import DONE
from tests.waiting import until


def test_the_sequence_holds_the_text() -> None:
    encoded = base64.b64encode("olá".encode()).decode()
    assert copy_sequence("olá", {}) == f"\x1b]52;c;{encoded}\x07"


def test_tmux_gets_it_plain_and_wrapped() -> None:
    plain = copy_sequence("x", {})
    wrapped = plain.replace("\x1b", "\x1b\x1b")
    assert copy_sequence("x", {"TMUX": "/tmp/1"}) == f"{plain}\x1bPtmux;{wrapped}\x1b\\"


def test_screen_gets_it_in_pieces() -> None:
    sequence = copy_sequence("x" * 1000, {"STY": "1.pts"})
    pieces = sequence.removeprefix("\x1bP").removesuffix("\x1b\\").split("\x1b\\\x1bP")
    assert "".join(pieces) == copy_sequence("x" * 1000, {})
    assert max(map(len, pieces)) <= 240


def test_what_terminals_drop_is_not_sent() -> None:
    assert copy_sequence("x" * LARGEST, {})
    with pytest.raises(CopyTooLargeError, match="74,001 bytes"):
        copy_sequence("x" * (LARGEST + 1), {})


async def test_y_sends_the_message_and_claims_no_more(open_app: OpenApp) -> None:
    async with open_app([["the **answer**", DONE]]) as session:
        await session.ask("go")
        await session.press("tab", "y")
        await session.sees("Sent the message to your terminal's clipboard.")
        assert session.app.clipboard == "the **answer**"
        assert "copied" not in session.shown().lower()


async def test_c_sends_the_only_code_block(open_app: OpenApp) -> None:
    async with open_app([["see\n\n```python\nprint(1)\n```\n", DONE]]) as session:
        await session.ask("go")
        await session.press("tab", "c")
        await until(lambda: session.app.clipboard.strip() == "print(1)")


async def test_a_text_too_large_to_send_is_said(open_app: OpenApp) -> None:
    async with open_app([["x " * LARGEST, DONE]]) as session:
        await session.ask("go")
        await session.press("tab", "y")
        await session.sees("are more than terminals take at once")
        assert session.app.clipboard == ""


async def test_a_link_is_sent_to_the_clipboard_where_there_is_no_desktop(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "1")
    async with open_app() as session:
        await session.ask("go")
        log = session.screen.log_view
        log.post_message(MessageLog.LinkOpened(log, "https://example.org/a"))
        await session.sees("Sent the address https://example.org/a")
        assert session.app.clipboard == "https://example.org/a"


async def test_a_link_opens_where_there_is_a_desktop(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.delenv("SSH_TTY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    opened: list[str] = []
    monkeypatch.setattr(BnaGPTApp, "open_url", lambda _, url: opened.append(url))
    async with open_app() as session:
        await session.ask("go")
        log = session.screen.log_view
        log.post_message(MessageLog.LinkOpened(log, "https://example.org/a"))
        await until(lambda: opened == ["https://example.org/a"])


@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", "ssh://host"])
async def test_a_link_that_is_not_for_the_web_is_not_followed(
    open_app: OpenApp, address: str
) -> None:
    async with open_app() as session:
        await session.ask("go")
        log = session.screen.log_view
        log.post_message(MessageLog.LinkOpened(log, address))
        await session.sees("This link is not for the web")
        assert session.app.clipboard == ""


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that can be lent, which the headless one cannot."""

    @contextmanager
    def suspend(_: BnaGPTApp) -> Iterator[None]:
        yield

    monkeypatch.setattr(BnaGPTApp, "suspend", suspend)


@pytest.mark.usefixtures("lent")
async def test_the_paper_view_prints_the_raw_text_and_comes_back(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", lambda: "")
    async with open_app([["raw **text** \x1b[31m", DONE]]) as session:
        await session.ask("go")
        await session.press("tab", "v")
        await until(lambda: session.app.screen is session.screen)
        await session.ask("still there")
        await session.sees("You said: still there")


@pytest.mark.usefixtures("lent")
async def test_the_editor_writes_the_prompt(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "sed -i s/draft/edited/")
    async with open_app() as session:
        session.screen.prompt.put("my draft")
        await session.press("ctrl+g")
        await until(lambda: session.screen.prompt.text == "my edited")


@pytest.mark.usefixtures("lent")
async def test_the_editor_gets_the_users_environment_without_our_keys(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nenv > "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    monkeypatch.setenv("GROQ_API_KEY", "gsk_canary")
    monkeypatch.setenv("EDITORS_OWN_TOKEN", "stays")
    async with open_app() as session:
        await session.press("ctrl+g")
        await until(lambda: "EDITORS_OWN_TOKEN=stays" in session.screen.prompt.text)
        assert "gsk_canary" not in session.screen.prompt.text


@pytest.mark.usefixtures("lent")
async def test_an_editor_that_is_not_there_is_a_sentence(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor")
    async with open_app() as session:
        session.screen.prompt.put("my draft")
        await session.press("ctrl+g")
        await session.sees("The editor “no-such-editor” did not start")
        assert session.screen.prompt.text == "my draft"


async def test_a_terminal_that_cannot_be_lent_says_so(open_app: OpenApp) -> None:
    async with open_app([["text", DONE]]) as session:
        await session.press("ctrl+g")
        await session.sees("This terminal cannot be lent to an editor.")
        await session.ask("go")
        await session.press("tab", "v")
        await session.sees("This terminal cannot be lent to the normal screen.")


async def test_the_browser_is_started_without_a_key(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, browser = tmp_path / "told", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\n(echo "$1"; env) > {told}.new && mv {told}.new {told}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    monkeypatch.setenv("GROQ_API_KEY", "gsk_canary")
    monkeypatch.setenv("BNAGPT_API_KEY", "canary_too")
    async with open_app() as session:
        session.app.open_url("https://example.org/?q=1")
        await until(told.exists)
    text = told.read_text()
    assert text.startswith("https://example.org/?q=1\n")
    assert "canary" not in text
