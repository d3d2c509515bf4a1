"""How commands measure many cases: progress on the screen, finished cases kept until the end."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli import console

if TYPE_CHECKING:
    from checker.cases import Running


@contextmanager
def running(
    what: str, name: str, *, workers: int | None = None, store: Path | None = None
) -> Iterator["Running"]:
    """Give how the work is done; what a run has finished is kept, so that it goes on after it was stopped.

    Args:
        what: is shown while the work goes on.
        name: of the work, the same in the next run.
        workers: cases at once; None: one for each core.
        store: where finished cases are kept, also after the end; None: in the user's cache until the end.
    """
    from checker import work
    from checker.cases import Running

    place = store or work.unfinished(name)
    with console.counting(what) as told:
        yield Running(
            workers=workers, store=place, asked=store is not None, told=told, noted=console.note
        )
    if store is None:
        with suppress(OSError):  # left behind it does no harm: cases are known by their files
            place.unlink(missing_ok=True)
