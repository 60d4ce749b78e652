"""A conversation as one HTML file that needs no other and asks the network for nothing."""

from __future__ import annotations

import html
from functools import cache
from typing import TYPE_CHECKING, Final

from ..models import Role
from ..text import harmless, one_line
from .export_markdown import attached, called, heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from ..models import Conversation, Message, Source

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""Whatever the text of a message tries, a browser loads and runs nothing."""

_STYLE: Final = """
:root { color-scheme: light dark; --ground: #fbfaff; --text: #1d1729; --soft: #6b6380;
  --panel: #f0ebfa; --line: #d5cae8; --accent: #6d32cd; --bad: #b3203c; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #13111a; --text: #e6e1f0; --soft: #9a91b0; --panel: #221d30;
    --line: #3a2f59; --accent: #c4a7ff; --bad: #ff7a90; } }
body { margin: 0 auto; max-width: 48rem; padding: 2rem 1rem; background: var(--ground);
  color: var(--text); font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { line-height: 1.25; }
header { border-bottom: 2px solid var(--accent); margin-bottom: 2rem; }
article { margin: 0 0 1.5rem; padding-left: 1rem; border-left: 3px solid var(--line); }
article.user { border-left-color: var(--accent); }
article > h2 { margin: 0 0 .4rem; font-size: .85rem; font-weight: 600; color: var(--soft); }
article.user > div { white-space: pre-wrap; }
details { color: var(--soft); white-space: pre-wrap; margin: .5rem 0; }
.problem { color: var(--bad); }
a { color: var(--accent); }
pre { background: var(--panel); padding: .8rem 1rem; border-radius: .4rem; overflow-x: auto; }
code { font: .9em/1.5 ui-monospace, monospace; }
blockquote { margin: 0; padding-left: 1rem; border-left: 3px solid var(--line); }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; }
@media print {
  :root { --ground: #fff; --text: #000; --soft: #444; --panel: #f4f4f4; --line: #bbb; }
  body { max-width: none; padding: 0; } pre { white-space: pre-wrap; }
  article > h2 { break-after: avoid; } }
"""

_PAGE: Final = """<!DOCTYPE html>
<html lang="">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="bnaGPT">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header><h1 dir="auto">{title}</h1></header>
<main>
{messages}
</main>
</body>
</html>
"""


def to_html(conversation: Conversation, messages: Iterable[Message]) -> str:
    """The messages, in the order given, as a page to be read or printed.

    Nothing of what a message says is obeyed as HTML. Answers are shown as the Markdown that they
    are, all else as plain text. An image becomes a link, so that opening the page tells nobody.

    Args:
        conversation: Gives the title.
        messages: The path to be shown, from the root to the head.
    """
    return _PAGE.format(
        policy=html.escape(_POLICY),
        title=html.escape(one_line(conversation.name)),
        style=_STYLE,
        messages="\n".join(_article(message) for message in messages),
    )


def _article(message: Message) -> str:
    parts = [f'<article class="{message.role.value}">', f"<h2>{html.escape(heading(message))}</h2>"]
    if message.reasoning:
        thoughts = html.escape(harmless(message.reasoning))
        parts.append(f'<details dir="auto"><summary>Reasoning</summary>{thoughts}</details>')
    if call := called(message):
        parts.append(f'<pre dir="auto">{html.escape(harmless(call.arguments))}</pre>')
    parts.append(f'<div dir="auto">{_body(message)}</div>')
    if message.role is Role.ASSISTANT:
        parts += [_source(source) for source in message.sources]
    parts += [f"<p>Attached: {html.escape(attached(file))}</p>" for file in message.attachments]
    if message.problem:
        parts.append(f'<p class="problem">{html.escape(one_line(message.problem, 1000))}</p>')
    return "\n".join([*parts, "</article>"])


def _source(source: Source) -> str:
    title = html.escape(f"[{source.number}] {one_line(source.title)}")
    if not source.address.startswith(("https://", "http://")):
        return f"<p>{title}</p>"
    return f'<p><a href="{html.escape(source.address)}">{title}</a></p>'


def _body(message: Message) -> str:
    text = harmless(message.content)
    if message.role is Role.ASSISTANT:
        return str(_markdown().render(text))
    return html.escape(text)


@cache
def _markdown() -> MarkdownIt:
    """The parser, with raw HTML switched off; made when the first page is."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - heavy

    # What is nested deeper than `maxNesting` is dropped; a list in a list takes two levels.
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 100})
    parser.enable(["table", "strikethrough"])
    parser.add_render_rule("image", _image)
    return parser


def _image(_renderer: object, tokens: Sequence[Token], index: int, *_rest: object) -> str:
    """A link to the image, under its description."""
    token = tokens[index]
    address = str(token.attrs.get("src", ""))
    return f'<a href="{html.escape(address)}">{html.escape(token.content or address)}</a>'
