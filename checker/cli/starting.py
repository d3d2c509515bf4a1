"""Where the program starts and where it is stopped: nothing slow is loaded before somebody can interrupt it."""

import signal
import sys
from collections.abc import Sequence
from types import FrameType

INTERRUPTED = 128 + signal.SIGINT
"""Exit code of a program that Ctrl-C stopped, by the custom of shells."""
TERMINATED = 128 + signal.SIGTERM


class Terminated(BaseException):
    """Somebody asked the system to end us; what was begun is cleaned up on the way out."""


def main() -> None:
    """Run the command that the shell asked for, and exit."""
    try:
        signal.signal(signal.SIGTERM, _terminate)
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = _stopped("interrupted", INTERRUPTED)
    except Terminated:
        code = _stopped("terminated", TERMINATED)
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; the last line on stderr says why it is not 0."""
    from checker.cli import app

    return app.run(arguments)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _stopped(how: str, code: int) -> int:
    """Say how the program ended, and return the exit code; further wishes to end it change nothing."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    from checker.cli.console import note

    note(f"checker: {how} (exit code {code})")
    return code
