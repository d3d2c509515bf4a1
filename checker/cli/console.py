"""What the person at the terminal sees: results on stdout, notes and progress on stderr."""

import errno
import io
import math
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple, TextIO

from checker.errors import OutputFailed
from checker.visible import visible

if TYPE_CHECKING:
    from checker.work import Progress

SIGNS = "▲◆●✓≈✗○–−≥"
"""Signs that a text result prints where the terminal has them."""
WIDEST = 120
"""Columns beyond which lines are hard to read."""
PIPED = 80
"""Columns where nobody's terminal decides."""
LAST_STREAM = 2
"""Number of stderr; those of stdin and stdout are smaller."""
LINES = "\n\t"
"""Signs that our own text may have."""
CLOSED = (errno.EPIPE, errno.EINVAL)
"""How a system says that the reader of a pipe has gone (Windows says EINVAL)."""


class Screen(NamedTuple):
    """What stdout can show."""

    width: int
    colour: bool
    unicode: bool


def prepare() -> None:
    """Let a sign that the terminal does not have print as its code, and a stream that is closed fail as a full one."""
    _fill_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _fill_closed() -> None:
    """Open what the caller closed (``>&-``) to nowhere, so that no file of ours takes its number.

    It can be read only: writing to it fails, and nothing is taken for printed that is not.
    """
    while (number := os.open(os.devnull, os.O_RDONLY)) <= LAST_STREAM:
        continue
    os.close(number)
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def screen() -> Screen:
    """Return what stdout can show; NO_COLOR and COLUMNS are respected."""
    terminal = sys.stdout.isatty()
    columns = shutil.get_terminal_size((PIPED, 24)).columns
    wide = columns if terminal or "COLUMNS" in os.environ else PIPED
    return Screen(min(wide, WIDEST), terminal and _has_colour(), _has_signs(sys.stdout))


def _has_colour() -> bool:
    from rich.console import Console

    console = Console(file=sys.stdout)
    return bool(console.color_system and not console.no_color and not console.legacy_windows)


def _has_signs(stream: TextIO) -> bool:
    try:
        SIGNS.encode(stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def say(text: str) -> None:
    """Print a result for people to stdout."""
    with _open(sys.stdout):
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()


def send(text: str) -> None:
    """Print a result for machines to stdout: UTF-8 and plain line ends, whatever the console uses."""
    with _open(sys.stdout):
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()


def note(text: str) -> None:
    """Print what is not the result to stderr, what a terminal would obey by its code; where that fails, nothing."""
    with suppress(OutputFailed), _open(sys.stderr):
        sys.stderr.write(f"{visible(text, kept=LINES)}\n")
        sys.stderr.flush()


@contextmanager
def _open(stream: TextIO) -> Iterator[None]:
    """Go on in silence where the reader has gone (``checker check study.yaml | head``).

    Raises:
        OutputFailed: the text cannot be printed for another reason.
    """
    try:
        yield
    except OSError as error:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        if error.errno not in CLOSED:
            raise OutputFailed(f"the result was not printed: {error.strerror}") from None


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that work goes on, if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(f"{visible(what)} ...")):
        yield


@contextmanager
def counting(what: str) -> Iterator[Callable[["Progress"], None]]:
    """Give what shows how far many items are (``what: 120 of 300, 2 min left``), if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(f"{visible(what)} ...")) as status:
        yield lambda progress: status.update(Text(f"{visible(what)}: {far(progress)}"))


def far(progress: "Progress") -> str:
    """Return how far the work is in words: ``120 of 300, 1 failed, 2 min left``."""
    failed = f", {progress.failed} failed" if progress.failed else ""
    left = "" if progress.seconds_left is None else f", {_duration(progress.seconds_left)} left"
    return f"{progress.done} of {progress.total}{failed}{left}"


def _duration(seconds: float) -> str:
    """Return a time that is only estimated in its largest unit, rounded up."""
    if seconds < 60:
        return f"{math.ceil(seconds)} s"
    if seconds < 3600:
        return f"{math.ceil(seconds / 60)} min"
    return f"{math.ceil(seconds / 3600)} h"
