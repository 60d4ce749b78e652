from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bnagpt_tui.backend.models import (
    Conversation,
)
from bnagpt_tui.backend.store import Repository

from .store_support import answer, conversation, question


def test_values_of_another_process_are_seen_at_the_next_load(tmp_path: Path) -> None:
    here, there = Repository(tmp_path), Repository(tmp_path)
    kept, first, second = conversation(), question("1"), question("2")
    here.save(kept, [first])
    assert not here.refresh(kept.id)
    there.save(kept, [second])
    assert here.refresh(kept.id)
    assert here.load(kept.id)[1] == [first, second]
    assert not here.refresh(kept.id)


def test_a_save_does_not_hide_what_another_process_added(tmp_path: Path) -> None:
    here, there = Repository(tmp_path), Repository(tmp_path)
    kept, messages = conversation(), [question(str(number)) for number in range(3)]
    here.save(kept, messages[:1])
    there.save(kept, messages[1:2])
    here.save(kept, messages[2:])
    assert here.refresh(kept.id), "the message of the other process was never loaded"
    assert here.load(kept.id)[1] == messages
    assert not here.refresh(kept.id)


def test_the_list_tells_when_another_process_changed_it(tmp_path: Path) -> None:
    here, there = Repository(tmp_path), Repository(tmp_path)
    mine, theirs = conversation("mine"), conversation("theirs")
    here.save(mine)
    here.conversations()
    here.save(replace(mine, pinned=True))
    assert not here.index_changed()
    there.save(theirs)
    assert here.index_changed()
    assert {each.name for each in here.conversations()} == {"mine", "theirs"}
    assert not here.index_changed()


def test_two_answers_to_one_question_are_both_kept(tmp_path: Path) -> None:
    asked, kept = question(), conversation()
    here, there = Repository(tmp_path), Repository(tmp_path)
    here.save(kept, [asked])
    there.load(kept.id)
    for repository, text in ((here, "from here"), (there, "from there")):
        repository.save(kept, [answer(text, parent=asked.id)])
    texts = {message.content for message in Repository(tmp_path).load(kept.id)[1]}
    assert texts == {"Why?", "from here", "from there"}


def test_a_conversation_saved_by_the_other_is_found_here(tmp_path: Path) -> None:
    here, there = Repository(tmp_path), Repository(tmp_path)
    assert here.conversations() == []
    there.save(Conversation("Made elsewhere"))
    assert here.find("made else").name == "Made elsewhere"


def test_a_save_leaves_what_another_process_changed_beside_it(tmp_path: Path) -> None:
    here, there = Repository(tmp_path), Repository(tmp_path)
    kept, asked = conversation("Name"), question()
    here.save(kept)
    theirs, _ = there.load(kept.id)
    there.save(replace(theirs, pinned=True, name="Renamed there"))
    here.save(replace(kept, head=asked.id), [asked])
    expected = replace(kept, pinned=True, name="Renamed there", head=asked.id)
    assert Repository(tmp_path).load(kept.id)[0] == expected
    assert here.conversations() == there.conversations() == [expected]


def test_a_conversation_known_from_the_list_is_changed_where_it_is_changed(tmp_path: Path) -> None:
    here, there = Repository(tmp_path), Repository(tmp_path)
    kept, asked = conversation("Name"), question()
    there.save(kept)
    [listed] = here.conversations()
    there.save(replace(kept, head=asked.id), [asked])
    here.save(replace(listed, pinned=True))
    expected = replace(kept, pinned=True, head=asked.id)
    assert Repository(tmp_path).load(kept.id)[0] == expected
