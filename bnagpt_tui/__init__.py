"""bnaGPT: a full-screen chat client for the terminal."""

__version__ = "0.1.0"
"""The version of this distribution, as `bnagpt --version` prints it."""
