"""What the user is asked before something is sent to an address that nobody has named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...addresses import is_plain, place_of
from ...permission import Consent, Permission

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..base import ToolContext

UNNAMED: Final = "Neither you nor a search named this address."
"""Why an address is asked about."""

ODD: Final = (
    "Neither you nor a search named this address, and it is long or odd: it may carry away what "
    "stands in this conversation."
)
"""Why an address is asked about each time."""


async def consent_to(addresses: Iterable[str], context: ToolContext) -> Consent | None:
    """What the user is asked; `None` where each address was named.

    A yes is for the hosts, in this conversation. Where an address has room for more than where it
    leads, it is for this one call.
    """
    unnamed = [address for address in addresses if not await context.is_named(address)]
    if not unnamed:
        return None
    places = [place_of(address) for address in unnamed]
    if not all(places) or not all(map(is_plain, unnamed)):
        return Consent(ODD, most=Permission.ONCE)
    hosts = sorted({place.host for place in places if place})
    return Consent(UNNAMED, " ".join(hosts), least=Permission.CONVERSATION)
