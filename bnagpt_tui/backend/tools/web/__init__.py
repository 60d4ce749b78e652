"""The web: who searches it, and how its pages are fetched and read."""

from __future__ import annotations

from .options import WebOptions

__all__ = ["WebOptions"]
