"""Where code that models wrote runs: never outside a sandbox."""

from __future__ import annotations

from .options import SandboxOptions
from .sandbox import Sandbox

__all__ = ["Sandbox", "SandboxOptions"]
