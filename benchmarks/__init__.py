"""Measures the application from outside: as a process, in a terminal, against two references."""
