"""The repository against a model: plain dictionaries that nothing can happen to."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from bnagpt_tui.backend.models import Conversation, Message, Outcome, Role
from bnagpt_tui.backend.store import Repository
from bnagpt_tui.backend.store.files import Files

from .store_support import MONDAY, file_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["long " * 2000, '["00000000",[', "\n\r\0", "é\u0301🦘"]
)


class Hasty(Files):
    """Files that do not wait for the disk."""

    def sync(self, descriptor: int) -> None:
        """Do nothing."""

    def sync_directory(self, path: Path) -> None:
        """Do nothing."""


@dataclass
class Talk:
    """What the model knows of a conversation."""

    conversation: Conversation
    messages: dict[str, Message] = field(default_factory=dict)


class Keeping(RuleBasedStateMachine):
    """Two processes work on one directory; now and then one is cut off in the middle of a line."""

    live = Bundle("live")
    trashed = Bundle("trashed")

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(mkdtemp())
        self.repositories = [Repository(self.directory, Hasty()) for _ in range(2)]
        self.model: dict[str, Talk] = {}
        self.trash: dict[str, Talk] = {}
        self.count = 0

    def teardown(self) -> None:
        rmtree(self.directory)

    def keep(self, which: int, conversation: Conversation, *messages: Message) -> None:
        kept = self.repositories[which].save(conversation, messages)
        assert replace(kept, name=conversation.name) == conversation
        talk = (self.trash if conversation.id in self.trash else self.model).setdefault(
            conversation.id, Talk(conversation)
        )
        talk.conversation = kept
        talk.messages.update((message.id, message) for message in messages)

    def talk(self, talk_id: str) -> Talk:
        return self.model.get(talk_id) or self.trash[talk_id]

    @rule(target=live, which=st.integers(0, 1), name=TEXTS)
    def begin(self, which: int, name: str) -> str:
        self.count += 1
        fresh = Conversation(name, id=f"talk-{self.count}", created=MONDAY, updated=MONDAY)
        self.keep(which, fresh)
        return fresh.id

    @rule(talk_id=live, which=st.integers(0, 1), texts=st.lists(TEXTS, max_size=3))
    def add(self, talk_id: str, which: int, texts: list[str]) -> None:
        talk = self.talk(talk_id)
        messages = []
        for text in texts:
            self.count += 1
            messages.append(Message(Role.USER, text, id=f"message-{self.count}", created=MONDAY))
        head = messages[-1].id if messages else talk.conversation.head
        self.repositories[which].load(talk_id)
        self.keep(which, replace(talk.conversation, head=head), *messages)

    @rule(talk_id=live, which=st.integers(0, 1), more=TEXTS, done=st.booleans(), data=st.data())
    def change(self, talk_id: str, which: int, more: str, done: bool, data: st.DataObject) -> None:
        talk = self.talk(talk_id)
        if not talk.messages:
            return
        message = data.draw(st.sampled_from(list(talk.messages.values())))
        outcome = Outcome.COMPLETE if done else Outcome.INTERRUPTED
        self.repositories[which].load(talk_id)
        changed = replace(message, content=message.content[:100] + more, outcome=outcome)
        self.keep(which, replace(talk.conversation, pinned=done), changed)

    @rule(target=trashed, talk_id=consumes(live), which=st.integers(0, 1))
    def delete(self, talk_id: str, which: int) -> str:
        self.repositories[which].delete(talk_id)
        self.trash[talk_id] = self.model.pop(talk_id)
        return talk_id

    @rule(target=live, talk_id=consumes(trashed), which=st.integers(0, 1))
    def restore(self, talk_id: str, which: int) -> str:
        restored, talk = self.repositories[which].restore(talk_id), self.trash.pop(talk_id)
        assert replace(restored, name=talk.conversation.name) == talk.conversation
        self.model[talk_id] = replace(talk, conversation=restored)
        return talk_id

    @rule(talk_id=trashed, text=TEXTS)
    def answer_late(self, talk_id: str, text: str) -> None:
        self.count += 1
        late = Message(Role.ASSISTANT, text, id=f"late-{self.count}", created=MONDAY)
        self.keep(0, self.trash[talk_id].conversation, late)

    @rule(talk_id=live, text=TEXTS, where=st.floats(0, 1, exclude_max=True))
    def crash(self, talk_id: str, text: str, where: float) -> None:
        """Save, and have no more than a part of it reach the file; then start again."""
        path, before = file_of(self.directory, talk_id), deepcopy(self.model[talk_id])
        old, start = path.stat(), len(path.read_bytes())
        self.add(talk_id, 0, [text])
        written = path.read_bytes()
        if path.stat().st_ino != old.st_ino:
            return  # it was written anew, which is all or nothing
        cut = start + int((len(written) - start) * where)
        path.write_bytes(written[:cut])
        if cut < len(written) - 1:  # a line that lacks but its newline is whole
            self.model[talk_id] = before
        self.start_again(0)

    @rule(which=st.integers(0, 1))
    def start_again(self, which: int) -> None:
        self.repositories[which] = Repository(self.directory, Hasty())

    @rule()
    def lose_the_index(self) -> None:
        for repository in self.repositories:
            repository.close()
        (self.directory / "index-1.jsonl").unlink(missing_ok=True)
        self.start_again(0)
        self.start_again(1)

    @invariant()
    def everything_is_there(self) -> None:
        for repository in self.repositories:
            for talk_id, talk in self.model.items():
                loaded, messages = repository.load(talk_id)
                assert loaded == talk.conversation
                assert messages == list(talk.messages.values())
            assert repository.drain_reports() == []

    @invariant()
    def everything_is_listed(self) -> None:
        for repository in self.repositories:
            listed = {each.id: each for each in repository.conversations()}
            assert listed == {key: talk.conversation for key, talk in self.model.items()}
            trash = {each.conversation.id: each.conversation for each in repository.trash()}
            assert trash == {key: talk.conversation for key, talk in self.trash.items()}


TestKeeping = Keeping.TestCase
TestKeeping.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
