"""A tree of messages grown from the nodes of a file that nobody vouches for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..models import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..models import Message


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the tree of a file, whether or not a message of ours comes of it."""

    parent: str | None
    """The key of the node above; `None` or an unknown key at the top."""
    message: Message | None
    """What is kept; `None` where the file has nothing for a reader, and children move up."""
    children: tuple[str, ...] = ()
    """The order of the nodes below, where the file gives one."""
    reasoning: str = ""
    """On a node that is not kept: thoughts that belong to the next message below."""


@dataclass(slots=True)
class Grown:
    """The tree that came of the nodes."""

    messages: list[Message]
    """Each after its parent, siblings in their order."""
    head: str | None
    """The message that stands for the file's current node, or the last one."""
    cut: int
    """How many circles of nodes, each other's parents, had to be opened."""


def grow(nodes: Mapping[str, Node], current: object = None) -> Grown:
    """The kept messages with their parents set right.

    Every node is visited once, whatever the file says about parents and children.

    Args:
        nodes: The file's nodes by key, in its order.
        current: The key of the node that was shown last, if the file says.
    """
    children = _children(nodes)
    roots = [key for key, node in nodes.items() if node.parent not in nodes]
    stands_for: dict[str, str | None] = {}
    messages = list(_walk(roots, nodes, children, stands_for))
    cut = 0
    for key in nodes:
        if key not in stands_for:
            cut += 1
            messages.extend(_walk([key], nodes, children, stands_for))
    head = stands_for.get(current) if isinstance(current, str) else None
    if head is None and messages:
        head = messages[-1].id
    return Grown(messages, head, cut)


def _children(nodes: Mapping[str, Node]) -> dict[str, list[str]]:
    """The keys under each key: in the order that the parent gives, then in the file's."""
    children: dict[str, list[str]] = {}
    for key, node in nodes.items():
        if node.parent in nodes:
            children.setdefault(str(node.parent), []).append(key)
    for key, below in children.items():
        order = {child: place for place, child in enumerate(nodes[key].children)}
        below.sort(key=lambda child: order.get(child, len(order)))
    return children


def _walk(
    roots: list[str],
    nodes: Mapping[str, Node],
    children: Mapping[str, list[str]],
    stands_for: dict[str, str | None],
) -> Iterator[Message]:
    """The kept messages below these roots, depth first.

    Args:
        roots: Where to begin.
        nodes: All nodes.
        children: The keys below each key.
        stands_for: Filled with the id of the kept message that each visited node ends up at.
    """
    waiting: list[tuple[str, str | None]] = [(key, None) for key in reversed(roots)]
    thoughts: list[str] = []
    while waiting:
        key, above = waiting.pop()
        if key in stands_for:
            continue
        node = nodes[key]
        if node.message is None:
            thoughts += [node.reasoning] if node.reasoning else []
        else:
            yield _placed(node.message, above, thoughts)
            above = node.message.id
        stands_for[key] = above
        waiting.extend((child, above) for child in reversed(children.get(key, [])))


def _placed(message: Message, parent: str | None, thoughts: list[str]) -> Message:
    """The message under its parent; an answer takes the thoughts that stood above it."""
    if not thoughts or message.role is not Role.ASSISTANT:
        return replace(message, parent=parent)
    reasoning = "\n\n".join([*thoughts, message.reasoning]).rstrip("\n")
    thoughts.clear()
    return replace(message, parent=parent, reasoning=reasoning)
