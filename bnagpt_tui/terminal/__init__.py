"""Between Textual and the terminal, with a guard round everything that Textual takes for granted.

What goes down the line: only what the terminal does not show yet, and only when it can take it.
What comes up: whole keys, reports and pastes, whatever pieces they come in; and word of its end.
Nothing here knows about conversations; `display` puts it between Textual and the terminal.
"""
