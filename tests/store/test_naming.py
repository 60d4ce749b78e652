"""Names looked up and given by many at once."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from bnagpt_tui.backend.errors import NameTakenError
from bnagpt_tui.backend.models import new_id
from bnagpt_tui.backend.naming import folded
from bnagpt_tui.backend.store import Repository
from bnagpt_tui.backend.store.files import Files
from bnagpt_tui.backend.store.journal import Journal
from bnagpt_tui.backend.taken_names import TakenNames, tell_apart

from .store_support import MONDAY, conversation, file_of, question

WORKER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from bnagpt_tui.backend.errors import NameTakenError
    from bnagpt_tui.backend.models import Conversation, Message, Role
    from bnagpt_tui.backend.store import Repository

    directory, what, names = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    repository = Repository(directory)
    repository.conversations()
    mine = [Conversation(name) for name in names]
    if what == "rename":
        mine = [repository.save(Conversation(f"draft {each.id}")) for each in mine]
    print("ready", flush=True)
    sys.stdin.readline()
    for name, draft in zip(names, mine):
        if what == "open":
            found = repository.names.open_or_make(draft)
            repository.save(found, [Message(Role.USER, draft.id)])
        elif what == "save":
            found = repository.save(draft, [Message(Role.USER, draft.id)])
        else:
            try:
                found = repository.names.rename(draft, name)
            except NameTakenError as taken:
                print("taken", taken.free)
                continue
        print(found.id, found.name)
    """
)


def at_once(directory: Path, what: str, *names: str, count: int = 6) -> list[str]:
    """What processes print that do the same thing at the same moment."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(directory), what, *names],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    return [line for process in started for line in process.communicate()[0].splitlines()]


def twins(directory: Path, *names: str) -> list[str]:
    """Conversations of these names, made when nobody looked after names; their ids."""
    ids = []
    for number, name in enumerate(names):
        made = MONDAY + timedelta(minutes=number)
        kept = replace(conversation(f"x{number}"), created=made, updated=made)
        Repository(directory).save(kept, [question(f"of {number}")])
        file = file_of(directory, kept.id)
        before = f'"name":"x{number}"'
        assert before in file.read_text()
        _write_with_name(file, kept.id, name)
        ids.append(kept.id)
    (directory / "index-1.jsonl").unlink()
    return ids


def _write_with_name(file: Path, conversation_id: str, name: str) -> None:
    journal = Journal(file, Files())
    journal.catch_up()
    journal.append([["set", ["conversation", "1", "name"], name]], sync=False)
    assert conversation_id in file.name


def test_many_who_look_for_a_name_at_once_get_one_conversation(tmp_path: Path) -> None:
    printed = at_once(tmp_path, "open", "shared")
    assert len(set(printed)) == 1
    listed = Repository(tmp_path).conversations()
    assert [each.name for each in listed] == ["shared"]
    assert len(Repository(tmp_path).load(listed[0].id)[1]) == 6


def test_many_who_begin_conversations_of_one_name_get_a_number_each(tmp_path: Path) -> None:
    at_once(tmp_path, "save", "same", "S\uff41me ", count=4)
    names = [each.name for each in Repository(tmp_path).conversations()]
    assert len(names) == len({folded(name) for name in names}) == 8
    assert {name.partition(" (")[2] for name in names} >= {f"{n})" for n in range(2, 9)}


def test_of_many_who_rename_to_one_name_one_gets_it(tmp_path: Path) -> None:
    printed = at_once(tmp_path, "rename", "wanted", count=5)
    assert sorted(line.split()[1] for line in printed) == ["wanted", *["wanted"] * 4]
    assert sum(line.startswith("taken ") for line in printed) == 4
    names = [each.name for each in Repository(tmp_path).conversations()]
    assert names.count("wanted") == 1


def test_a_name_that_somebody_made_without_listing_it_is_found(tmp_path: Path) -> None:
    here, there = Repository(tmp_path), Repository(tmp_path)
    here.conversations()
    made = there.save(conversation("mine"))
    index = tmp_path / "index-1.jsonl"
    index.unlink()  # as if the maker had been killed between the file and the list
    assert here.names.open_or_make(conversation("Mine")).id == made.id


@pytest.mark.parametrize(
    "name",
    [
        "café",
        "CAFÉ",
        "cafe\u0301",
        " café",
        "café ",
        "caf\u00e9\u00a0",
        "\uff43afé",
        "ca\u200bfé",
        "ca\u00adfé",
        "\ufeffcafé",
        "café\n",
    ],
)
def test_names_that_look_alike_are_one_name(tmp_path: Path, name: str) -> None:
    repository = Repository(tmp_path)
    kept = repository.save(conversation("café"))
    assert repository.find(name).id == kept.id
    assert repository.names.open_or_make(conversation(name)).id == kept.id
    with pytest.raises(NameTakenError):
        repository.names.check(name, other_than=new_id())


@pytest.mark.parametrize(
    ("one", "other"), [("a", "b"), ("cafe", "café"), ("a b", "ab"), ("1", "2")]
)
def test_names_that_differ_are_two(tmp_path: Path, one: str, other: str) -> None:
    repository = Repository(tmp_path)
    assert repository.save(conversation(one)).name == one
    assert repository.save(conversation(other)).name == other


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_twins_keep_their_own_spelling_in_whatever_order_they_are_found(
    order: tuple[str, ...],
) -> None:
    names = {"a": "shared", "b": "Shared", "c": "SHARED"}
    _, apart = tell_apart([(each, names[each]) for each in order], lambda each: each)
    assert apart == {"b": "Shared (2)", "c": "SHARED (3)"}


def test_twins_are_told_apart_the_first_made_keeping_the_name(tmp_path: Path) -> None:
    first, second, third = twins(tmp_path, "shared", "Shared", "shared ")
    repository = Repository(tmp_path)
    names = {each.id: each.name for each in repository.conversations()}
    assert names == {first: "shared", second: "Shared (2)", third: "shared (3)"}
    assert repository.find("SHARED").id == first
    assert repository.find("shared (2)").id == second
    assert repository.load(third)[0].name == "shared (3)"


def test_twins_stay_told_apart_when_the_first_is_deleted(tmp_path: Path) -> None:
    first, second = twins(tmp_path, "shared", "shared")
    Repository(tmp_path).conversations()
    Repository(tmp_path).delete(first)
    assert Repository(tmp_path).find("shared (2)").id == second
    assert Repository(tmp_path).load(second)[0].name == "shared (2)"


def test_twins_are_told_apart_by_numbers_that_nobody_has(tmp_path: Path) -> None:
    ids = twins(tmp_path, "shared", "shared (2)", "shared")
    names = {each.id: each.name for each in Repository(tmp_path).conversations()}
    assert [names[each] for each in ids] == ["shared", "shared (2)", "shared (3)"]


def test_what_comes_back_from_the_trash_takes_no_name_away(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    old = repository.save(conversation("mine"))
    repository.delete(old.id)
    new = repository.save(conversation("Mine"))
    assert repository.restore(old.id).name == "mine (2)"
    names = {each.id: each.name for each in Repository(tmp_path).conversations()}
    assert names == {old.id: "mine (2)", new.id: "Mine"}


def test_a_late_save_under_a_name_that_was_taken_does_not_take_it_back(tmp_path: Path) -> None:
    here, there = Repository(tmp_path), Repository(tmp_path)
    mine = conversation("mine")
    there.save(conversation("mine"))
    assert here.save(mine, [question()]).name == "mine (2)"
    assert here.save(mine, [question()]).name == "mine (2)"
    assert Repository(tmp_path).save(mine, [question()]).name == "mine (2)"


def test_twenty_thousand_of_one_name_are_named_in_time(tmp_path: Path) -> None:
    names = TakenNames()
    begin = time.perf_counter()
    for number in range(20_000):
        names.put(str(number), names.free("same"))
    told, apart = tell_apart(((str(n), "same") for n in range(20_000)), int)
    assert time.perf_counter() - begin < 5
    assert told.owner("same") == "0"
    assert apart["19999"] == "same (20000)"
