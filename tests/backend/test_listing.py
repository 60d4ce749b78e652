"""The order of the list, kept while conversations change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bnagpt_tui.backend.listing import Listing
from bnagpt_tui.backend.models import Conversation

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
CHANGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 4), st.booleans(), st.booleans()))


@given(CHANGES)
def test_the_order_is_the_same_as_if_all_were_ordered_anew(
    changes: list[tuple[int, int, bool, bool]],
) -> None:
    known: dict[str, Conversation] = {}
    listing = Listing(())
    for number, minutes, pinned, is_gone in changes:
        identifier = f"talk {number}"
        before = known.get(identifier)
        if is_gone:
            if before:
                listing.remove(known.pop(identifier))
            continue
        fresh = Conversation("n", id=identifier, created=MONDAY)
        now = replace(fresh, updated=MONDAY + timedelta(minutes=minutes), pinned=pinned)
        known[identifier] = now
        listing.put(now, before)
        order = [(not each.pinned, -each.updated.timestamp()) for each in listing.shown]
        assert order == sorted(order)
    assert {each.id: each for each in listing.shown} == known
    assert len(listing.shown) == len(known)
