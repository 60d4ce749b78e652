"""Prompts are found again at the next start."""

from __future__ import annotations

import stat
from pathlib import Path

from bnagpt_tui.backend import history
from bnagpt_tui.backend.history import PromptHistory


def test_prompts_come_back_oldest_first_newlines_and_all(tmp_path: Path) -> None:
    kept = PromptHistory(tmp_path / "data" / "prompts.jsonl")
    kept.append("one\nwith two lines")
    kept.append("dois: ação")
    assert kept.read() == ["one\nwith two lines", "dois: ação"]
    assert stat.S_IMODE((tmp_path / "data" / "prompts.jsonl").stat().st_mode) == 0o600


def test_no_file_is_no_prompts(tmp_path: Path) -> None:
    assert PromptHistory(tmp_path / "none").read() == []


def test_lines_that_are_not_prompts_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "prompts.jsonl"
    path.write_bytes(b'"good"\n{broken\n12\n\xff\xfe\n"also good"\n')
    assert PromptHistory(path).read() == ["good", "also good"]


def test_a_large_file_is_shortened_to_the_last_prompts(tmp_path: Path) -> None:
    path = tmp_path / "prompts.jsonl"
    kept = PromptHistory(path)
    path.write_text('"' + "x" * 8000 + '"\n', "utf-8")
    with path.open("a") as file:
        file.writelines('"' + "y" * 4000 + f'{i}"\n' for i in range(600))
    kept.append("the last")
    assert len(path.read_bytes().splitlines()) == history.LONGEST
    assert kept.read()[-1] == "the last"
    assert [item.name for item in tmp_path.iterdir()] == ["prompts.jsonl"]


async def test_a_draft_is_given_back_once(tmp_path: Path) -> None:
    kept = PromptHistory(tmp_path / "data" / "prompts.jsonl")
    assert await kept.take_draft() == ""
    await kept.keep_draft("half a\nthought")
    assert stat.S_IMODE((tmp_path / "data" / history.DRAFT_NAME).stat().st_mode) == 0o600
    assert await PromptHistory(tmp_path / "data" / "prompts.jsonl").take_draft() == (
        "half a\nthought"
    )
    assert await kept.take_draft() == ""
    await kept.keep_draft("again")
    await kept.keep_draft("")
    assert await kept.take_draft() == ""


async def test_a_broken_draft_is_no_draft(tmp_path: Path) -> None:
    for content in ("{", "12"):
        (tmp_path / history.DRAFT_NAME).write_text(content)
        assert await PromptHistory(tmp_path / "prompts.jsonl").take_draft() == ""


async def test_nothing_is_kept_without_a_place() -> None:
    nowhere = PromptHistory(None)
    await nowhere.keep_draft("x")
    await nowhere.remember("x")
    assert await nowhere.take_draft() == ""
    assert await nowhere.recall() == []
