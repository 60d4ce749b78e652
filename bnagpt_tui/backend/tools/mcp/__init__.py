"""Tools that programs and services lend over the Model Context Protocol."""

from __future__ import annotations

from .options import ServerOptions, server_options
from .servers import Servers

__all__ = ["ServerOptions", "Servers", "server_options"]
