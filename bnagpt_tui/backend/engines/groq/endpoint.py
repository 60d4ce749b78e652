"""One service: its address, its key, and what sentences call it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ...errors import PlainHttpError, UnreachableError
from .address import Address, parse_address, speaks_groq
from .keys import clean_key
from .sentences import Service

_NO_KEY: Final = "none"
"""What is sent for a key to servers that ask for none."""

_GROQS_WINDOW: Final = 8192
_LOCAL_WINDOW: Final = 4096
_REMOTE_WINDOW: Final = 32_768


def _settled(_host: str) -> bool:
    """Let any host be sent its key as it is."""
    return True


class Endpoint:
    """Where an engine asks, and with which key.

    Args:
        base_url: As the user gave it; empty for Groq.
        key: As the user gave it; may be empty for servers other than Groq.
        title: What sentences call the service.
        plain_http: Whether a host beyond this machine may be sent the key unencrypted.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        title: str,
        plain_http: Callable[[str], bool] | None = None,
    ) -> None:
        self._base_url = base_url
        self._given = key
        self._title = title
        self._may_send_plain = plain_http or _settled
        self._address: Address | None = None

    @property
    def address(self) -> Address:
        """The service's address.

        Raises:
            UnreachableError: The base URL is not an address.
        """
        if self._address is None:
            self._address = parse_address(self._base_url)
        return self._address

    @property
    def host(self) -> str:
        """The host as sentences name it.

        Raises:
            UnreachableError: The base URL is not an address.
        """
        return self.address.host

    @property
    def server(self) -> str:
        """What tells this service from others, as far as its address does."""
        return self.address.root + self.address.prefix

    @property
    def service(self) -> Service:
        """Who the sentences of errors speak of."""
        return Service(
            title=self._title,
            host=self.address.host,
            secret=self._given.strip(),
            is_groq=self.address.is_groq,
        )

    def key(self) -> str:
        """The key as it is sent.

        Raises:
            PlainHttpError: Everybody on the way could read it.
            KeyRefusedError: It cannot be sent, or Groq is asked without one.
        """
        if not self._given.strip() and not self.address.is_groq:
            return _NO_KEY
        key = clean_key(self._given)
        where = self.address
        if not where.encrypted and not self._may_send_plain(where.host):
            raise PlainHttpError(
                f"The key would go to {where.host} over plain http, where everybody on the way "
                f'can read it. Use https, or allow it: plain_http = ["{where.host}"].',
                host=where.host,
            )
        return key

    def speaks_groq(self, prefix: str | None) -> bool:
        """Whether the service is like Groq, by where its paths begin; `None` for the likeliest."""
        try:
            where = self.address
        except UnreachableError:
            return True  # which is told when it is asked
        return speaks_groq(where.root, where.prefix if prefix is None else prefix)

    def unknown_window(self, prefix: str | None) -> int:
        """The context window to assume for models of which nobody says one.

        Ollama takes 4096 by itself, and cuts silently what is above; services on the network take
        more, and say so when it was too much.
        """
        if self.speaks_groq(prefix):
            return _GROQS_WINDOW
        return _LOCAL_WINDOW if self.address.loopback else _REMOTE_WINDOW
