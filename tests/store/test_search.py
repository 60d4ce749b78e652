from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bnagpt_tui.backend.models import Message, Role
from bnagpt_tui.backend.store import Repository, Searcher

from .searching import found, snippet
from .store_support import MONDAY, answer, conversation, partial, question


def at(minutes: int, message: Message) -> Message:
    return replace(message, created=MONDAY + timedelta(minutes=minutes))


async def test_a_message_is_found_with_all_that_is_known_of_it(
    searcher: Searcher, repository: Repository
) -> None:
    kept, asked = conversation("Capitals"), question("What is the capital of Australia?")
    repository.save(kept, [asked, answer("Canberra.")])
    results = await searcher.search("capital aus")
    [hit] = results.hits
    assert (hit.conversation_id, hit.conversation_name) == (kept.id, "Capitals")
    assert (hit.message_id, hit.role, hit.created) == (asked.id, Role.USER, MONDAY)
    assert snippet(hit) == "What is the [capital] of [Australia]?"
    assert (results.indexed, results.total, results.remark) == (1, 1, "")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("acao", 1),
        ("AÇÃO", 1),
        ("aca", 1),
        ("aca ", 0),
        ('"uma acao boa"', 1),
        ('"acao uma"', 0),
        ("boa uma", 1),
        ("boa nada", 0),
        ("日本", 1),
        ("本語", 1),
        ("本日", 0),
        ("foo-bar", 1),
        ("foo_ba", 1),
    ],
)
async def test_accents_prefixes_phrases_and_unspaced_scripts(
    searcher: Searcher, repository: Repository, text: str, count: int
) -> None:
    repository.save(conversation(), [question("uma ação boa, foo-bar foo_bar 日本語です")])
    assert len(await found(searcher, text)) == count


async def test_the_newest_are_found_first_and_no_more_than_wanted(
    searcher: Searcher, repository: Repository
) -> None:
    for number in (3, 1, 2):
        messages = [at(number * 10 + part, question(f"word {number}{part}")) for part in (0, 1)]
        repository.save(conversation(str(number)), messages)
    newest_first = ["31", "30", "21", "20", "11", "10"]
    assert await found(searcher, "word") == [f"[word] {each}" for each in newest_first]
    assert await found(searcher, "word", limit=2) == ["[word] 31", "[word] 30"]


async def test_filters_narrow_with_and_without_words(
    searcher: Searcher, repository: Repository
) -> None:
    day = 24 * 60
    repository.save(
        conversation("Café notes", pinned=True),
        [at(0, question("old word")), at(10 * day, answer("new word"))],
    )
    repository.save(conversation("Other"), [at(5 * day, question("middle word"))])
    for text, wanted in [
        ("role:user word", ["middle [word]", "old [word]"]),
        ("role:assistant", ["new word"]),
        ("word before:2026-03-05", ["old [word]"]),
        ("word after:2026-03-05", ["new [word]", "middle [word]"]),
        ("after:2026-03-05 before:2026-03-09", ["middle word"]),
        ("pinned:yes", ["new word", "old word"]),
        ("pinned:no word", ["middle [word]"]),
        ("in:cafe word", ["new [word]", "old [word]"]),
        ('in:"fe no" in:caf old', ["[old] word"]),
        ("in:nowhere word", []),
        ("", []),
    ]:
        assert await found(searcher, text) == wanted, text


async def test_many_conversations_pass_a_filter(searcher: Searcher, repository: Repository) -> None:
    for number in range(210):
        repository.save(conversation(f"talk {number}"), [question(f"word {number}")])
    repository.save(conversation("other"), [question("word other")])
    assert len(await found(searcher, "in:talk word", limit=500)) == 210


async def test_a_given_name_is_found_and_one_made_of_first_words_is_not(
    searcher: Searcher, repository: Repository
) -> None:
    given_one = conversation("Ledger", named=True)
    repository.save(given_one, [question()])
    repository.save(conversation("Ledger draft"), [question()])
    [hit] = (await searcher.search("ledger")).hits
    assert (hit.conversation_id, hit.message_id, hit.role) == (given_one.id, "", None)


async def test_what_changes_is_found_as_it_is(searcher: Searcher, repository: Repository) -> None:
    kept, growing = conversation("before"), partial("The cat")
    repository.save(kept, [question("unchanged"), growing])
    assert await found(searcher, "cat") == ["The [cat]"]
    repository.save(replace(kept, name="after"), [replace(growing, content="The cat sat")])
    assert await found(searcher, "cat in:after") == ["The [cat] sat"]
    assert await found(searcher, "unchanged") == ["[unchanged]"]
    repository.save(conversation(), [question("another")])
    repository.delete(kept.id)
    assert await found(searcher, "cat") == []
    repository.restore(kept.id)
    assert await found(searcher, "cat") == ["The [cat] sat"]


async def test_another_look_is_taken_when_a_moment_has_passed(
    tmp_path: Path, repository: Repository
) -> None:
    repository.save(conversation(), [question("first")])
    searcher = Searcher(tmp_path, look_every=1000)
    assert len((await searcher.search("first")).hits) == 1
    repository.save(conversation(), [question("second")])
    assert (await searcher.search("second")).hits == ()
    await searcher.refresh()
    assert len((await searcher.search("second")).hits) == 1
    await searcher.close()


async def test_a_long_message_is_found_once_wherever_the_word_stands(
    searcher: Searcher, repository: Repository
) -> None:
    text = "start " + "filler " * 20_000 + "end"
    repository.save(conversation(), [question(text)])
    assert len(await found(searcher, "start")) == 1
    assert len(await found(searcher, "end")) == 1
    assert len(await found(searcher, "filler")) == 1


async def test_messages_of_one_moment_are_all_found(
    searcher: Searcher, repository: Repository
) -> None:
    repository.save(conversation(), [question(f"word {number}") for number in range(3000)])
    assert len(await found(searcher, "word", limit=4000)) == 3000


async def test_messages_of_any_year_are_found(searcher: Searcher, repository: Repository) -> None:
    years = [1, 1969, 2026, 2600, 9999]
    messages = [
        replace(question(f"word {year}"), created=MONDAY.replace(year=year)) for year in years
    ]
    repository.save(conversation(), messages)
    assert len(await found(searcher, "word")) == len(years)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(alphabet=st.sampled_from("ab \"':*^()-+{}[]\\,.\x00é日\ud800ANDORNOTEAR"), max_size=60)
)
async def test_no_search_is_an_error(tmp_path: Path, text: str) -> None:
    repository = Repository(tmp_path)
    if not (tmp_path / "conversations").exists():
        repository.save(conversation(), [question("a b ab é 日")])
    searcher = Searcher(tmp_path)
    for each in (text, f"in:{text}", f'role:user "{text}'):
        await searcher.search(each)
    assert await found(searcher, "ab") == ["a b [ab] é 日"]
    await searcher.close()
