"""How a command ends: its exit code, and the sentence that says why it is not 0."""

from typing import NamedTuple

from checker.errors import ExitCode


class Ending(NamedTuple):
    """What a command returns; `because` is the last line on stderr unless the code is 0."""

    code: ExitCode
    because: str = ""


DONE = Ending(ExitCode.DONE)


def counted(number: int, noun: str) -> str:
    """Return ``1 problem`` or ``3 problems``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
