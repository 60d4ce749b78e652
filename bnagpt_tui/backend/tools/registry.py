"""The program's own tools: a new one is a file beside this one, and a line here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .browser_search import browser_search
from .read_more import read_more
from .read_page import read_page
from .run_python import run_python
from .web_search import web_search

if TYPE_CHECKING:
    from .base import Tool
    from .sandbox import Sandbox
    from .web import WebOptions


def own_tools(web: WebOptions, sandbox: Sandbox | None) -> Sequence[Tool]:
    """The tools in the order in which models are told of them.

    Args:
        web: How the web is searched and read.
        sandbox: What code runs in; `None` where none is to run.
    """
    return (
        browser_search() if web.service == "groq" else web_search(web),
        read_page(web),
        *((run_python(sandbox),) if sandbox else ()),
        read_more(),
    )
