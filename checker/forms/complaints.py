"""Complaints about a Word file that cannot be filled."""

from checker.errors import BadSubmission, Problem

SHOWN = 60
"""Signs of a cell that are told."""


def bad_form(file: str, message: str, hint: str = "") -> BadSubmission:
    """Return the complaint about a file, with what was seen and what to do."""
    return BadSubmission([Problem(file, None, "", message, hint)])


def cut(text: str) -> str:
    """Return the text of a cell on one line, shortened to what can be told."""
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN else f"{flat[: SHOWN - 1].rstrip()}…"
