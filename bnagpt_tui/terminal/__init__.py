"""What goes down the line: only what the terminal does not show yet, and only when it can take it.

Nothing here knows about conversations; `display` puts it between Textual and the terminal.
"""
