"""What runs inside the sandbox: sources that are handed to the Python there.

Only the standard library is used in them, of any Python from 3.8 on.
"""
