from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import (
    ConversationNotFoundError,
    DamagedConversationError,
)
from bnagpt_tui.backend.store import Repository
from bnagpt_tui.backend.store.lines import seal, unseal

from .store_support import (
    TALK,
    FaultyFiles,
    answer,
    conversation,
    file_of,
    kept_talk,
    partial,
    texts,
)


def test_a_file_cut_off_anywhere_gives_the_messages_that_are_whole(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    whole = path.read_bytes()
    ends = [index + 1 for index, byte in enumerate(whole) if byte == ord("\n")]
    for size in range(ends[1], len(whole)):
        path.write_bytes(whole[:size])
        repository = Repository(tmp_path)
        loaded, messages = repository.load(kept.id)
        lines = sum(end - 1 <= size for end in ends)  # a newline may be lost: the line is whole
        assert texts(messages) == ["one", "two", "three"][: lines - 2]
        assert loaded.head == (messages[-1].id if messages else None)
        assert repository.drain_reports() == []


def test_a_save_after_a_torn_line_leaves_a_clean_file(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    whole = path.read_bytes()
    for cut in (1, 2, 20, len(whole.splitlines()[-1])):
        path.write_bytes(whole[:-cut])
        Repository(tmp_path).save(kept, [TALK[2], answer("four", id="4")])
        assert texts(Repository(tmp_path).load(kept.id)[1]) == ["one", "two", "three", "four"]
        lines = path.read_bytes().splitlines()
        assert all(unseal(line) is not None for line in lines if line)
    assert not (tmp_path / "kept-aside").exists()


def test_zeros_that_a_power_failure_left_are_a_torn_line(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    path.write_bytes(path.read_bytes()[:-5] + bytes(300))
    repository = Repository(tmp_path)
    assert texts(repository.load(kept.id)[1]) == ["one", "two"]
    assert repository.drain_reports() == []


def test_a_flipped_byte_costs_its_line_and_the_original_is_kept(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    broken = path.read_bytes().replace(b'"two"', b'"twp"')
    path.write_bytes(broken)
    repository = Repository(tmp_path)
    assert texts(repository.load(kept.id)[1]) == ["one", "three"]
    [report] = repository.drain_reports()
    original = tmp_path / "kept-aside" / f"{kept.id}-1.jsonl"
    assert str(original) in report
    assert kept.name in report
    assert original.read_bytes() == broken
    assert repository.load(kept.id)[1]
    assert repository.drain_reports() == []
    assert texts(Repository(tmp_path).load(kept.id)[1]) == ["one", "three"]


def test_every_flipped_byte_is_noticed_or_harmless(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    whole = path.read_bytes()
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        repository = Repository(tmp_path)
        messages = repository.load(kept.id)[1]
        assert {message.content for message in messages} <= {"one", "two", "three"}
        assert len(messages) >= 2
        assert len(messages) == 3 or repository.drain_reports()


@pytest.mark.parametrize("bit", range(8))
def test_a_last_line_whose_newline_is_damaged_is_kept(tmp_path: Path, bit: int) -> None:
    kept, path = kept_talk(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1 << bit]))
    Repository(tmp_path).save(kept, [answer("four", id="4")])
    assert texts(Repository(tmp_path).load(kept.id)[1]) == ["one", "two", "three", "four"]


@pytest.mark.parametrize(
    ("after", "is_told"),
    [
        (b"", False),
        (b"\r", False),
        (b"\r\n", False),
        (bytes(300), False),
        (b"\n" + bytes(300), False),
        (b" garbage", True),
        (b"]", True),
        (b"\xff\xfe", True),
        (b'["0000', False),
        (b'\n["00000000",[["set",["messages"', False),
        (b'\n["00000000",[["set",["messages","1"],{"content":"\xc3', False),
        (b'\n["00000000",[]]', True),
        (b'\n["00000000",[nonsense, "and more", "of it"', True),
    ],
)
def test_whatever_follows_the_last_line_it_is_kept_and_the_rest_is_told(
    tmp_path: Path, after: bytes, *, is_told: bool
) -> None:
    kept, path = kept_talk(tmp_path)
    found = path.read_bytes().removesuffix(b"\n") + after
    path.write_bytes(found)
    repository = Repository(tmp_path)
    assert texts(repository.load(kept.id)[1]) == ["one", "two", "three"]
    assert bool(repository.drain_reports()) == is_told
    asides = list((tmp_path / "kept-aside").glob("*")) if is_told else []
    assert [aside.read_bytes() for aside in asides] == [found] * is_told
    repository.save(kept, [answer("four", id="4")])
    assert texts(Repository(tmp_path).load(kept.id)[1]) == ["one", "two", "three", "four"]


@pytest.mark.parametrize("between", [b"", b"\x0b", b"\x00\x00", b"\r"])
def test_lines_that_a_damaged_newline_joined_are_all_kept(tmp_path: Path, between: bytes) -> None:
    kept, path = kept_talk(tmp_path)
    path.write_bytes(between.join(path.read_bytes().split(b"\n")))
    assert texts(Repository(tmp_path).load(kept.id)[1]) == ["one", "two", "three"]


def test_a_byte_order_mark_before_everything_costs_nothing(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    repository = Repository(tmp_path)
    repository.save(kept, [answer("four", id="4")])
    assert texts(repository.load(kept.id)[1]) == ["one", "two", "three", "four"]
    assert repository.drain_reports() == []


def test_a_foreign_line_is_left_out_and_reported(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    foreign = b"# edited by hand\n" + path.read_bytes() + b'{"hello": "there"}'
    path.write_bytes(foreign)
    repository = Repository(tmp_path)
    assert texts(repository.load(kept.id)[1]) == ["one", "two", "three"]
    assert "2 lines" in repository.drain_reports()[0]
    assert (tmp_path / "kept-aside" / f"{kept.id}-1.jsonl").read_bytes() == foreign


def test_a_foreign_first_line_that_is_json_costs_nothing_else(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    foreign = b'{"hello": "there"}\n' + path.read_bytes()
    path.write_bytes(foreign)
    repository = Repository(tmp_path)
    assert texts(repository.load(kept.id)[1]) == ["one", "two", "three"]
    assert repository.drain_reports()
    assert (tmp_path / "kept-aside" / f"{kept.id}-1.jsonl").read_bytes() == foreign


def test_a_lost_record_is_made_up_for_by_the_messages_the_same_each_time(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    first = b'"name":"Capitals"'
    path.write_bytes(b"".join(line for line in lines if first not in line))
    [listed] = Repository(tmp_path).conversations()
    loaded, messages = Repository(tmp_path).load(kept.id)
    assert listed == loaded
    assert (loaded.name, loaded.created, loaded.updated) == (
        "one",
        messages[0].created,
        messages[-1].created,
    )


def test_originals_kept_aside_are_never_replaced(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    for number in (1, 2, 3):
        path.write_bytes(path.read_bytes() + b"foreign %d\n" % number)
        Repository(tmp_path).load(kept.id)
    assert len(list((tmp_path / "kept-aside").iterdir())) == 3


def test_a_sealed_line_that_makes_no_sense_is_damage(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    senseless = [[["jump", ["messages"]]], [["set", [], 1]], [["set", [5], 1]], [7], "text", 5, {}]
    path.write_bytes(path.read_bytes() + b"".join(seal(content) for content in senseless))
    repository = Repository(tmp_path)
    assert texts(repository.load(kept.id)[1]) == ["one", "two", "three"]
    assert f"{len(senseless)} lines" in repository.drain_reports()[0]


def test_windows_line_ends_and_empty_lines_do_no_harm(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    path.write_bytes(b"\r\n" + path.read_bytes().replace(b"\n", b"\r\n\r\n"))
    repository = Repository(tmp_path)
    repository.save(kept, [answer("four")])
    assert texts(repository.load(kept.id)[1]) == ["one", "two", "three", "four"]
    assert repository.drain_reports() == []


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 50, b"\xff\xfe rubbish\n", b"{", b'{"a": 1', b'["']
)
def test_a_file_without_a_conversation_is_said_to_be_damaged(
    tmp_path: Path, content: bytes
) -> None:
    kept, path = kept_talk(tmp_path)
    path.write_bytes(content)
    repository = Repository(tmp_path)
    with pytest.raises(DamagedConversationError, match=kept.id):
        repository.load(kept.id)
    assert path.read_bytes() == content
    assert repository.conversations() == [kept], "it is listed as it was last known"
    assert kept.id in repository.drain_reports()[0]
    (tmp_path / "index-1.jsonl").unlink()
    assert Repository(tmp_path).conversations() == []
    assert path.read_bytes() == content


def test_a_save_over_rubbish_keeps_the_rubbish_aside(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    path.write_bytes(b"rubbish\n")
    repository = Repository(tmp_path)
    repository.save(kept, TALK)
    assert repository.load(kept.id) == (kept, TALK)
    assert "kept-aside" in repository.drain_reports()[0]
    assert next((tmp_path / "kept-aside").iterdir()).read_bytes() == b"rubbish\n"


def test_a_conversation_that_lost_its_record_gets_a_name_and_a_head(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], *lines[2:]]))
    repository = Repository(tmp_path)
    loaded, messages = repository.load(kept.id)
    assert texts(messages) == ["one", "two", "three"]
    assert (loaded.id, loaded.name, loaded.head) == (kept.id, "one", messages[-1].id)
    assert repository.conversations()[0].id == kept.id


def test_a_lost_part_of_an_answer_is_shown_as_a_gap(tmp_path: Path) -> None:
    repository, kept, growing = Repository(tmp_path), conversation(), partial("The")
    for text in ("The", "The cat", "The cat sat"):
        repository.save(kept, [replace(growing, content=text)])
    path = file_of(tmp_path, kept.id)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:-2], b"lost\n", lines[-1]]))
    assert texts(Repository(tmp_path).load(kept.id)[1]) == ["The… sat"]


def test_damage_that_cannot_be_mended_is_reported_and_read(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    broken = path.read_bytes() + b"foreign\n"
    path.write_bytes(broken)
    files = FaultyFiles()
    files.fails = lambda operation: operation == "link"
    repository = Repository(tmp_path, files)
    assert texts(repository.load(kept.id)[1]) == ["one", "two", "three"]
    assert "left in its place" in repository.drain_reports()[0]
    assert path.read_bytes() == broken


def test_an_original_is_copied_where_there_are_no_links(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    broken = path.read_bytes() + b"foreign\n"
    path.write_bytes(broken)
    files = FaultyFiles()
    files.fails, files.error = (lambda operation: operation == "link"), 95
    for number in (1, 2):
        path.write_bytes(broken)
        Repository(tmp_path, files).load(kept.id)
        original = tmp_path / "kept-aside" / f"{kept.id}-{number}.jsonl"
        assert original.read_bytes() == broken


def test_a_file_that_vanishes_is_not_found_any_more(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    repository = Repository(tmp_path)
    repository.load(kept.id)
    path.unlink()
    assert repository.refresh(kept.id)
    with pytest.raises(ConversationNotFoundError):
        repository.load(kept.id)


def test_a_file_that_shrank_or_was_replaced_is_read_anew(tmp_path: Path) -> None:
    kept, path = kept_talk(tmp_path)
    repository = Repository(tmp_path)
    repository.load(kept.id)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]))
    assert texts(repository.load(kept.id)[1]) == ["one"]
    path.unlink()
    path.write_bytes(b"".join(lines))
    assert texts(repository.load(kept.id)[1]) == ["one", "two", "three"]
