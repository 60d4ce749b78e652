"""The styles that Markdown is drawn with, resolved once and handed down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from rich.style import Style

CODE_PARTS: Final = (
    ("Comment", "code_comment"),
    ("Keyword", "code_keyword"),
    ("Operator.Word", "code_keyword"),
    ("Operator", "code_operator"),
    ("Punctuation", "code_operator"),
    ("Name.Function", "code_function"),
    ("Name.Class", "code_type"),
    ("Name.Builtin", "code_type"),
    ("Name.Exception", "code_type"),
    ("Name.Decorator", "code_function"),
    ("Name.Tag", "code_keyword"),
    ("Name.Attribute", "code_function"),
    ("Literal.String", "code_string"),
    ("Literal.Number", "code_number"),
    ("Literal", "code_number"),
    ("Generic.Deleted", "code_error"),
    ("Generic.Inserted", "code_string"),
    ("Generic.Heading", "code_keyword"),
    ("Generic.Subheading", "code_type"),
)
"""Which style of the palette colours which kind of Pygments token."""


@dataclass(frozen=True)
class Palette:
    """A style for each part of a Markdown text.

    Every style is complete: it carries the ground it is drawn on.
    """

    text: Style = field(default_factory=Style.null)
    """Running text, and the ground of everything else."""
    dim: Style = field(default_factory=lambda: Style(dim=True))
    """What stands back: figures, markers, raw HTML."""
    heading: Style = field(default_factory=lambda: Style(bold=True))
    """Headings of the first two levels; the first also has a rule, further ones are strong."""
    strong: Style = field(default_factory=lambda: Style(bold=True))
    """What is added to strongly emphasised text."""
    emphasis: Style = field(default_factory=lambda: Style(italic=True))
    """What is added to emphasised text."""
    deleted: Style = field(default_factory=lambda: Style(strike=True))
    """What is added to struck text."""
    link: Style = field(default_factory=lambda: Style(underline=True))
    """The text of a link."""
    literal: Style = field(default_factory=Style.null)
    """Code inside a line."""
    math: Style = field(default_factory=lambda: Style(italic=True))
    """Formulas, shown as they were written."""
    bullet: Style = field(default_factory=Style.null)
    """The marker of a list item."""
    quote: Style = field(default_factory=Style.null)
    """The bar beside a block quote."""
    frame: Style = field(default_factory=Style.null)
    """Lines of tables and thematic breaks."""
    code: Style = field(default_factory=Style.null)
    """Code in a box."""
    code_frame: Style = field(default_factory=Style.null)
    """The box around code."""
    code_language: Style = field(default_factory=Style.null)
    """The language in the upper edge of the box."""
    code_comment: Style = field(default_factory=Style.null)
    """Comments in code."""
    code_keyword: Style = field(default_factory=Style.null)
    """Keywords in code, and tags of markup."""
    code_operator: Style = field(default_factory=Style.null)
    """Operators and punctuation in code."""
    code_function: Style = field(default_factory=Style.null)
    """Names of functions and attributes in code."""
    code_type: Style = field(default_factory=Style.null)
    """Names of classes and of what a language brings along."""
    code_string: Style = field(default_factory=Style.null)
    """Strings in code."""
    code_number: Style = field(default_factory=Style.null)
    """Numbers and other literals in code."""
    code_error: Style = field(default_factory=Style.null)
    """Removed lines of a difference."""

    def of_token(self, kind: str) -> Style:
        """The style for a kind of Pygments token.

        Args:
            kind: The token type as Pygments writes it, as in `Token.Name.Function`.
        """
        name = kind.removeprefix("Token.")
        for part, style in CODE_PARTS:
            if name.startswith(part):
                found: Style = getattr(self, style)
                return found
        return self.code
