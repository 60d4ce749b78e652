"""`bnagpt doctor`: what was found, and what is missing."""

from __future__ import annotations

import asyncio
import locale
import os
from typing import TYPE_CHECKING

from . import DONE, FAILED, engines, hands, machine
from .findings import Mark, lay_out

if TYPE_CHECKING:
    from argparse import Namespace

    from ..backend.settings import Settings
    from .console import Console
    from .findings import Finding


def run_doctor(arguments: Namespace, settings: Settings, console: Console) -> int:
    """Look at everything that bnaGPT needs, and print it.

    The exit status is 1 when nobody can answer, or what is said cannot be kept.
    """
    findings, answers = asyncio.run(_engines(settings))
    findings += asyncio.run(hands.tools(settings))
    on_disk = list(machine.files(settings, console))
    writable = all(finding.mark is not Mark.BAD for finding in on_disk)
    verdict = engines.verdict(answers=answers, writable=writable)
    findings = [
        *machine.versions(),
        *findings,
        *on_disk,
        *machine.terminal(os.environ, locale.getencoding()),
        verdict,
    ]
    if arguments.json:
        console.value({"ok": verdict.mark is Mark.GOOD, "findings": list(map(_record, findings))})
    else:
        lay_out(findings, console)
    return DONE if verdict.mark is Mark.GOOD else FAILED


async def _engines(settings: Settings) -> tuple[list[Finding], bool]:
    """What there is to say about all engines, and whether the one that is chosen can answer."""
    (asked, remote), (probed, served) = await asyncio.gather(
        engines.service(settings), engines.servers(settings)
    )
    found, embedded = engines.local(settings)
    if settings.local:
        answers = embedded
    elif settings.api_key or settings.base_url:
        answers = remote
    else:
        answers = served or embedded
    return [engines.key(settings, os.environ), *asked, found, *probed], answers


def _record(finding: Finding) -> dict[str, str]:
    return {"subject": finding.subject, "mark": finding.mark.value, "text": finding.text}
