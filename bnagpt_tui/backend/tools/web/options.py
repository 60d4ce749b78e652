"""What the settings say of the web."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WebOptions:
    """How the web is searched and read."""

    service: str = "ddgs"
    """Who searches: `ddgs`, `searxng`, `tavily` or `brave`."""
    address: str = ""
    """Where that service is, in place of its usual address; SearXNG has none."""
    key: str = field(default="", repr=False)
    """The service's key, where it wants one."""
    private: bool = False
    """Whether pages of this machine and of private networks may be read."""
