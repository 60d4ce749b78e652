"""A tree of messages grown from the nodes of a file that nobody vouches for.

An answer never comes to stand under a question that it was not an answer to: where the question
of an answer is missing, another message says so in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from ..models import Outcome, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..models import Message

NO_QUESTION: Final = "(This question has no text in the imported file.)"
"""What stands where a question was whose answer is kept."""


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
    """On a node that is not kept: thoughts that belong to the next answer below."""
    steps: tuple[Message, ...] = ()
    """What tools did before the message, each following the one before it."""
    stand_in: Message | None = None
    """On a node that is not kept: what is kept where something below cannot do without it.

    A question, if there is an answer to it; an answer, if there is none to take the thoughts.
    """


@dataclass(slots=True)
class Grown:
    """The tree that came of the nodes."""

    messages: list[Message]
    """Each after its parent, siblings in their order."""
    head: str | None
    """The message that stands for the file's current node, or the last one."""
    cut: int
    """How many circles of nodes, each other's parents, had to be opened."""


class _Above(NamedTuple):
    """What a node stands under."""

    message: str | None
    """The id of the message that is kept."""
    thoughts: tuple[str, ...] = ()
    """Thoughts since that message, which no answer has taken."""
    thinker: Message | None = None
    """The answer that takes them if there is no other."""
    question: Message | None = None
    """A question since that message, which was not kept."""


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
    waiting = [(key, _Above(None)) for key in reversed(roots)]
    while waiting:
        key, above = waiting.pop()
        if key in stands_for:
            continue
        node, below = nodes[key], children.get(key, [])
        placed, above = _placed(node, above) if node.message else _passed(node, above)
        if not below and above.thoughts:
            late, above = _thinking(above)
            placed += late
        yield from placed
        stands_for[key] = above.message
        waiting.extend((child, above) for child in reversed(below))


def _passed(node: Node, above: _Above) -> tuple[list[Message], _Above]:
    """What stands under a node that is not kept, unless something below needs it."""
    if node.stand_in and node.stand_in.role is Role.USER:
        late, above = _thinking(above)
        return late, above._replace(question=node.stand_in)
    if node.reasoning:
        thoughts = (*above.thoughts, node.reasoning)
        above = above._replace(thoughts=thoughts, thinker=node.stand_in or above.thinker)
    return [], above


def _placed(node: Node, above: _Above) -> tuple[list[Message], _Above]:
    """A node's messages under what they follow."""
    placed: list[Message] = []
    for message in (*node.steps, *([node.message] if node.message else [])):
        if message.role is Role.USER:
            late, above = _thinking(above)
            placed += late
        elif above.question and message.role is not Role.SYSTEM:
            placed.append(replace(above.question, parent=above.message))
            above = above._replace(message=above.question.id)
        kept = replace(message, parent=above.message)
        thoughts = above.thoughts
        if thoughts and message.role is Role.ASSISTANT:
            reasoning = "\n\n".join(filter(None, [*thoughts, message.reasoning]))
            kept, thoughts = replace(kept, reasoning=reasoning), ()
        placed.append(kept)
        question = above.question if message.role is Role.SYSTEM else None
        above = _Above(kept.id, thoughts, above.thinker if thoughts else None, question)
    return placed, above


def _thinking(above: _Above) -> tuple[list[Message], _Above]:
    """The answer that never came to be more than its thoughts, if there is one."""
    if not above.thoughts or not above.thinker:
        return [], _Above(above.message, question=above.question)
    placed, parent = [], above.message
    if above.question:
        placed.append(replace(above.question, parent=parent))
        parent = above.question.id
    reasoning = "\n\n".join(above.thoughts)
    answer = replace(above.thinker, parent=parent, reasoning=reasoning, outcome=Outcome.INTERRUPTED)
    return [*placed, answer], _Above(answer.id)
