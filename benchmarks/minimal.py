"""The reference “minimal”: what one writes in an hour with Textual's own widgets."""

from __future__ import annotations

from groq import AsyncGroq
from groq.types.chat import ChatCompletionMessageParam
from textual import on, work
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Markdown

from .server import MODEL


class MinimalApp(App[None]):
    """A field, and the conversation above it."""

    CSS = "Input { dock: bottom; } Markdown.question { border-left: thick $primary; }"
    AUTO_FOCUS = "Input"

    def __init__(self) -> None:
        super().__init__()
        self._client = AsyncGroq()
        self._messages: list[ChatCompletionMessageParam] = []

    def compose(self) -> ComposeResult:
        """The conversation, then the field."""
        yield VerticalScroll(can_focus=False)
        yield Input(placeholder="Ask anything")

    def on_mount(self) -> None:
        """Keep the end in view."""
        self.query_one(VerticalScroll).anchor()

    @on(Input.Submitted)
    def _ask(self, event: Input.Submitted) -> None:
        event.input.clear()
        self._answer(event.value)

    @work(exclusive=True)
    async def _answer(self, question: str) -> None:
        """Show the question and stream the answer."""
        conversation = self.query_one(VerticalScroll)
        answer = Markdown()
        await conversation.mount(Markdown(question, classes="question"), answer)
        self._messages.append({"role": "user", "content": question})
        reply = await self._client.chat.completions.create(
            model=MODEL, messages=self._messages, stream=True
        )
        text = ""
        stream = Markdown.get_stream(answer)
        async for chunk in reply:
            token = chunk.choices[0].delta.content or ""
            text += token
            await stream.write(token)
        await stream.stop()
        self._messages.append({"role": "assistant", "content": text})


if __name__ == "__main__":
    MinimalApp().run()
