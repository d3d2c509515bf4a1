"""What can go wrong, and the exit code that says so.

CheckerError
├── BadSubmission    the submitted files cannot be used: every problem at once      exit 2
├── BadRequest       the command asks for something that does not exist             exit 2
└── OutputFailed     a requested output could not be written                        exit 2

Anything else that escapes is our fault: exit 3.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from checker.visible import visible


class ExitCode(IntEnum):
    """What the exit code of every command means."""

    DONE = 0
    FINDINGS = 1
    """Findings at or above the fail level."""
    UNUSABLE = 2
    """Wrong use, an unreadable submission, or an output that could not be written."""
    OUR_FAULT = 3


def place_in(file: str, line: int | None, cell: str = "") -> str:
    """Return a place as messages name it: ``study.yaml:14``, or ``work.xlsx, sheet "Data", cell C14``."""
    if cell:
        return f"{file}, {cell}"
    return file if line is None else f"{file}:{line}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing in the submitted files that their author can fix."""

    file: str
    line: int | None
    path: str
    """Where in the file, as a dotted path (``data.split.unit``) or a column; empty for the file."""
    message: str
    """What was seen and what was expected."""
    hint: str = ""
    """What to do next."""
    cell: str = ""
    """Where in a workbook, instead of the line: ``sheet "Data", cell C14``."""

    def __str__(self) -> str:
        """Return ``file:line: path: message`` and the hint on a line of its own."""
        file, path, message, hint = map(visible, (self.file, self.path, self.message, self.hint))
        place = visible(place_in(file, self.line, self.cell))
        head = ": ".join(part for part in (place, path, message) if part)
        return f"{head}\n    hint: {hint}" if hint else head


class CheckerError(Exception):
    """Anything that we expect can happen."""


class BadSubmission(CheckerError):
    """The submitted files cannot be used; says everything wrong with them at once."""

    def __init__(self, problems: Iterable[Problem], unread: str = "") -> None:
        self.problems = tuple(problems)
        self.unread = unread
        """What was not looked at because of them; empty: nothing is known to be left."""
        super().__init__("\n".join(map(str, self.problems)))


class BadRequest(CheckerError):
    """The command asks for something that does not exist; the message says what does."""


class OutputFailed(CheckerError):
    """A requested output could not be written; the message says why and what to do."""
