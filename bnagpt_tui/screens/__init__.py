"""Screens: each composes widgets, owns the workers and handles their messages."""
