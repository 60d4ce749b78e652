"""A language model on this machine: a llama.cpp server in a child process, asked like Groq."""

from __future__ import annotations

from .engine import LocalEngine

__all__ = ["LocalEngine"]
