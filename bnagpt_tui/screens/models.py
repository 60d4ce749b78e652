"""Who answers, on the chat screen: models, engines, the key."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from textual import on, work

from ..backend.calls import can_go_on
from ..backend.errors import EngineError, PlainHttpError, StoreError
from ..backend.text import one_line
from ..widgets.status_line import thousands
from .conversations import DIALOG
from .turns import TurnActions

if TYPE_CHECKING:
    from ..backend.models import ModelInfo
    from ..backend.setup import Setup


def describe(model: ModelInfo) -> str:
    """What a model can do, in a few words."""
    abilities = [
        word
        for word, able in (
            ("reasons", model.reasoning),
            ("tools", model.tools),
            ("sees images", model.vision),
        )
        if able
    ]
    return " · ".join([f"{thousands(model.context_window)} tokens", *abilities])


class ModelActions(TurnActions):
    """Picking a model, adding a key, changing the engine."""

    @work(group=DIALOG)
    async def action_pick_model(self, model: str = "") -> None:
        """Choose the model that answers in the open conversation."""
        conversation_id = self.open_id
        if model and (wrong := await self._what_is_wrong(model)):
            self.tell(wrong)
            self.prompt.give_back(f"/model {model}")
            return
        picked = model or await self._picked_model("")
        if picked:
            await self._use_model(conversation_id, picked)

    async def _what_is_wrong(self, model: str) -> str:
        """Return why a model cannot be chosen, in a sentence; empty when nothing is known."""
        try:
            names = [item.id for item in await self.chat.models()]
        except EngineError:
            return ""  # some servers answer, and have no list of models
        if not names or model in names:
            return ""
        near = difflib.get_close_matches(model, names, n=1, cutoff=0.4)
        hint = f"Did you mean “{near[0]}”?" if near else "f2 shows what there is."
        return f"There is no model “{one_line(model, 60)}” here. {hint}"

    @on(TurnActions.ModelGone)
    def _offer_models(self, event: TurnActions.ModelGone) -> None:
        """Offer other models where the user looks and does not write; else only say so."""
        event.stop()
        if event.conversation_id == self.open_id and not self.prompt.text:
            self._replace_model(event)
        else:
            self.tell(
                "A model is gone: open its conversation and pick another with f2, then tab r."
            )

    @work(group=DIALOG)
    async def _replace_model(self, event: TurnActions.ModelGone) -> None:
        """Offer the models that there are, and ask the same question again."""
        picked = await self._picked_model(event.reason, without=event.model)
        if not picked:
            return
        await self._use_model(event.conversation_id, picked)
        if event.conversation_id not in self.asking:
            failed = self.chat.library.loaded(event.conversation_id)[event.answer_id]
            ask = self.chat.go_on if can_go_on(failed) else self.chat.regenerate
            self.run_turn(event.conversation_id, ask(event.conversation_id, event.answer_id))

    async def _picked_model(self, reason: str, *, without: str = "") -> str | None:
        from .picker import Choice, PickerScreen  # noqa: PLC0415  # dialogs are no part of the start

        try:
            models = await self.chat.models()
        except EngineError as error:
            self.tell(error, severity="error")
            return None
        choices = [
            Choice(model.id, model.id, describe(model)) for model in models if model.id != without
        ]
        return await self.app.push_screen_wait(PickerScreen("Model", choices, explanation=reason))

    async def _use_model(self, conversation_id: str, model: str) -> None:
        try:
            await self.chat.set_model(conversation_id, model)
        except StoreError as error:
            self.tell(error, severity="error")
        self.show_status()

    @work(group=DIALOG)
    async def action_key(self) -> None:
        """Add a key: Groq's, or that of the server that answers."""
        await self._ask_for_key()

    async def _ask_for_key(self, *, groq: bool = False) -> None:
        """Open the dialog for a key, and say what came of it.

        Args:
            groq: Whether it is Groq's whoever answers.
        """
        from .key import KeyScreen  # noqa: PLC0415  # as above

        setup = self.chat.setup
        if setup is None:
            return
        if await self.app.push_screen_wait(KeyScreen(setup, groq=groq)):
            self.tell(f"The key works and is kept. {setup.introduce().engine}")
            self.show_engine()

    @work(group=DIALOG)
    async def action_pick_engine(self) -> None:
        """Choose who answers: Groq, the server of the base URL, those of this machine."""
        from .picker import Choice, PickerScreen  # noqa: PLC0415  # as above

        setup = self.chat.setup
        if setup is None:
            return
        choices = [Choice(item.id, item.label, item.detail) for item in await setup.choices()]
        picked = await self.app.push_screen_wait(
            PickerScreen("Engine", choices, explanation="Who answers from here on.")
        )
        if picked and setup.needs_key(picked):
            await self._ask_for_key(groq=True)
        elif picked:
            await self._use_engine(setup, picked)

    async def _use_engine(self, setup: Setup, picked: str) -> None:
        """Let one of the engines answer, if it does."""
        try:
            await setup.use(picked)
        except PlainHttpError as error:
            if await self._may_send_plainly(error):
                await self._use_engine(setup, picked)
        except EngineError as error:
            self.tell(error, severity="error")
        self.show_engine()

    async def _may_send_plainly(self, error: PlainHttpError) -> bool:
        """Ask whether a key may be sent without encryption."""
        from .plain_http import allowed_plain_http  # noqa: PLC0415  # as above

        setup = self.chat.setup
        return setup is not None and await allowed_plain_http(self.app, setup, error)

    def show_engine(self) -> None:
        """Show who answers, in the empty conversation and at the top."""
        if self.chat.setup:
            introduction = self.chat.setup.introduce()
            self.welcome.engine = introduction.engine
            self.welcome.advice = introduction.advice
        self.show_status()

    @work(group=DIALOG)
    async def _settle_plain_http(self, error: PlainHttpError) -> None:
        """Ask about sending the key unencrypted, and go on when that is allowed."""
        if await self._may_send_plainly(error):
            self.prepare_engine()

    @work(group="prepare")
    async def prepare_engine(self) -> None:
        """Let the engine do what takes long, after the first picture."""
        try:
            await self.chat.engine.prepare()
        except PlainHttpError as error:
            self.welcome.advice = str(error)
            self.show_status()
            self._settle_plain_http(error)
        except EngineError as error:
            self.welcome.advice = str(error)
            self.show_status()
        else:
            self.show_engine()
        await self.chat.tools.prepare()
        for report in await self.chat.reports():
            self.tell(report)
