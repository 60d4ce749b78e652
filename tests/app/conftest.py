"""What the tests of the application can ask for."""

from __future__ import annotations

from tests.app.session import open_app

__all__ = ["open_app"]
