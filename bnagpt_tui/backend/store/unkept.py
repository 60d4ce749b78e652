"""An archive for what is not to be kept."""

from __future__ import annotations

from ..errors import StoreUnwritableError
from ..models import Attachment, Conversation, Message
from .archive import Archive


class UnkeptArchive(Archive):
    """Takes what is saved and forgets it; memory has it for as long as it is needed."""

    async def save(self, conversation: Conversation, *messages: Message) -> Conversation | None:
        """Do nothing."""

    def begin_answer(self, conversation_id: str) -> None:
        """Do nothing: nobody else sees the conversation."""

    def end_answer(self, conversation_id: str) -> None:
        """Do nothing."""

    async def keep_file(self, name: str, kind: str, content: bytes) -> Attachment:
        """Refuse a file, which has no place to be.

        Raises:
            StoreUnwritableError: Always.
        """
        del kind, content
        raise StoreUnwritableError(f"“{name}” was not kept, since the conversation is not.")
