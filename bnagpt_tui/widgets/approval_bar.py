"""What a tool is about to do, in full, and the keys that allow it or do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, getters, on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from ..backend.permission import Approval, Decision, Permission
from ..backend.text import in_full, one_line
from .field import Field
from .late_hide import keep_focus
from .long_view import LongView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

_CHOICES: Final = (
    ("y", "yes, once", Permission.ONCE),
    ("c", "in this conversation", Permission.CONVERSATION),
    ("a", "always", Permission.ALWAYS),
    ("n", "no", Permission.NO),
    ("w", "no, because…", Permission.NO),
)
_SURE: Final = (
    ("a", "again: it is never asked about any more, in no conversation"),
    ("esc", "back"),
)
_TOO_EARLY: Final = (
    ("…", "that was too soon to count: wait a moment, then press a once more"),
    ("esc", "back"),
)


class ApprovalBar(Vertical, can_focus=True):
    """Asks the user about one call.

    Args:
        approval: The call.
        arming_seconds: For how long keys are ignored.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "decide('once')", "yes", id="approval.once", tooltip="Allow this once"),
        Binding(
            "c",
            "decide('conversation')",
            "in this conversation",
            id="approval.conversation",
            tooltip="Allow this tool in this conversation",
        ),
        Binding(
            "a",
            "decide('always')",
            "always",
            id="approval.always",
            tooltip="Allow this tool everywhere, pressed twice; /tools takes it back",
        ),
        Binding("n", "decide('no')", "no", id="approval.no", tooltip="Do not allow it"),
        Binding(
            "w",
            "explain",
            "no, because…",
            id="approval.explain",
            tooltip="Do not allow it, and tell the model why",
        ),
        Binding("up,k", "scroll(-1)", "up", id="approval.up", tooltip="Up", show=False),
        Binding("down,j", "scroll(1)", "down", id="approval.down", tooltip="Down", show=False),
        Binding("pageup", "scroll(-8)", "up", id="approval.pageup", tooltip="Up", show=False),
        Binding(
            "pagedown", "scroll(8)", "down", id="approval.pagedown", tooltip="Down", show=False
        ),
    ]

    @dataclass
    class Decided(Message):
        """The user gave their word on a call."""

        bar: ApprovalBar
        """The bar that asked."""
        approval: Approval
        """The call."""
        decision: Decision
        """The word."""

        @property
        def control(self) -> ApprovalBar:
            """The bar that asked."""
            return self.bar

    armed: reactive[bool] = reactive(False, repaint=False, toggle_class="-armed")
    """Whether keys are taken."""

    _scroll = getters.query_one(LongView)
    _field = getters.query_one(Input)

    def __init__(self, approval: Approval, *, arming_seconds: float = 0.0) -> None:
        super().__init__()
        self._arming_seconds = arming_seconds
        self._is_sure = False
        self.approval = approval
        """The call that is asked about."""
        self.border_title = f"{one_line(approval.tool, 60)} wants to run"

    def compose(self) -> ComposeResult:
        """What will be done, the choices, and a line for words."""
        yield LongView(self.approval.subject, id="subject")
        if reason := self.approval.consent.reason:
            yield Static(Content(in_full(reason)), id="reason", markup=False)
        yield Static(_content(self._choices()), id="choices")
        yield Field(placeholder="what the model is told · enter sends · esc goes back")

    def on_mount(self) -> None:
        """Take keys a little later; say how much of the subject is below what is seen."""
        self._disarm()
        self.watch(self._scroll, "below", self._show_more)

    def _show_more(self) -> None:
        """Say how much is below, once what is seen has been drawn."""
        self.call_after_refresh(self._say_more)

    def _say_more(self) -> None:
        more = self._scroll.below
        lines = "line" if more == 1 else "lines"
        self.border_subtitle = f"↓ {more} more {lines}" if more > 0 else ""

    def on_key(self, event: events.Key) -> None:
        """Wait anew for a rest: a key that comes so early was typed for something else."""
        if self.armed:
            return
        self._arming.reset()
        if self._is_sure and event.key not in {"escape", "up", "down", "pageup", "pagedown"}:
            self.query_one("#choices", Static).update(_content(_TOO_EARLY))

    def _disarm(self) -> None:
        """Take no keys for a while."""
        self.armed = False
        self._arming = self.set_timer(self._arming_seconds, self._arm)

    def _arm(self) -> None:
        if not self.screen.is_current:  # behind a dialog nobody reads it
            self._disarm()
            return
        self.armed = True
        self.refresh_bindings()
        if self._is_sure:
            self.query_one("#choices", Static).update(_content(_SURE))

    def on_hide(self, event: events.Hide) -> None:
        """Keep the focus if it is shown again by now."""
        keep_focus(self, event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Take no word before there was time to read what it is about."""
        if action == "decide" and not self._offers(str(parameters[0])):
            return None  # its keys stay its own, offered or not, and do nothing
        if action in {"decide", "explain"}:
            return self.armed or None
        return True

    def _offers(self, permission: str) -> bool:
        return self.approval.consent.offers(Permission(permission))

    def _choices(self) -> list[tuple[str, str]]:
        """The keys that mean something here, and what they mean."""
        consent = self.approval.consent
        choices = [(key, told) for key, told, reach in _CHOICES if consent.offers(reach)]
        if consent.least is Permission.CONVERSATION:
            host = one_line(in_full(consent.scope), 60)
            choices[0] = ("y", f"yes, {host} in this conversation")
        return choices

    def action_decide(self, permission: str) -> None:
        """Give the user's word; for good only when it is given twice.

        Args:
            permission: A `Permission`.
        """
        given = Permission(permission)
        if given is Permission.ALWAYS and not self._is_sure:
            self._make_sure(sure=True)
            return
        self._give(Decision(given))

    def _make_sure(self, *, sure: bool) -> None:
        """Ask whether it is meant for good, or go back to what can be answered.

        A key that is held is one word, not two.
        """
        self._is_sure = sure
        if sure:
            self._disarm()
        self.refresh_bindings()
        self.query_one("#choices", Static).update(_content(_SURE if sure else self._choices()))

    def action_explain(self) -> None:
        """Ask for words that go to the model with the no."""
        self._make_sure(sure=False)
        self.add_class("-explaining")
        self._field.value = ""
        self._field.focus()

    def action_scroll(self, rows: int) -> None:
        """Show more of what will be done.

        Args:
            rows: How far; up when negative.
        """
        self._scroll.scroll_relative(y=rows, animate=False)

    @on(Input.Submitted)
    def _explained(self, event: Input.Submitted) -> None:
        event.stop()
        self._give(Decision(Permission.NO, event.value))

    @property
    def is_halfway(self) -> bool:
        """Whether it waits for words, or for a second key."""
        return self._is_sure or self.has_class("-explaining")

    def step_back(self) -> None:
        """Go back to what can be answered."""
        self._make_sure(sure=False)
        self.remove_class("-explaining")
        self.focus()

    def _give(self, decision: Decision) -> None:
        self.post_message(self.Decided(self, self.approval, decision))


def _content(choices: Sequence[tuple[str, str]]) -> Content:
    """Keys and what they mean, in one line."""
    parts = [
        part
        for key, meaning in choices
        for part in ((key, "bold $accent"), f" {meaning}", ("  ·  ", "$muted"))
    ]
    return Content.assemble(*parts[:-1])
