"""What may go wrong on a developer's machine, said in one line."""


class DevError(Exception):
    """One clear line for the terminal: what is wrong and what to do about it."""
