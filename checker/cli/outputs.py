"""Writes reports to files: the format from the suffix, to a temporary name first, then moved."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from checker.errors import BadRequest, OutputFailed

if TYPE_CHECKING:
    from checker.model.report import Report
    from checker.render.sheets.shapes import Sheet

Maker = Callable[[], tuple[bytes, str]]
"""Makes the bytes of an output, and what a reader of it should know."""


class Written(NamedTuple):
    """What became of the requested outputs."""

    files: tuple[Path, ...]
    """Those that exist now."""
    notes: tuple[str, ...]
    """What a reader of an output should know (a PDF without tags)."""
    failures: tuple[str, ...]
    """One sentence for each output that could not be written."""


def require_known(files: Sequence[Path]) -> None:
    """Complain about a requested output before any work is done for it.

    Raises:
        BadRequest: its suffix is of no format, or it is asked for twice.
    """
    if not files:
        return
    from checker.render import FORMATS

    for file in files:
        if file.suffix.lower() not in FORMATS:
            known = ", ".join(sorted(FORMATS))
            raise BadRequest(f"{file}: the ending decides the format, and must be one of {known}")
    require_apart(files)


def require_apart(files: Sequence[Path], inputs: Iterable[Path] = ()) -> None:
    """Complain about an output that would take the place of another one, or of what is read.

    Raises:
        BadRequest: two outputs, or an output and an input, are the same file.
    """
    if len({os.path.normcase(os.path.realpath(file)) for file in files}) < len(files):
        raise BadRequest("the same output file is named twice")
    read = [each for each in inputs if os.path.exists(each)]
    for file in files:
        if os.path.exists(file) and any(os.path.samefile(file, each) for each in read):
            raise BadRequest(f"{file} is read by this command; write the output to another file")


def read_from(place: Path) -> list[Path]:
    """Return the files that are read: of a folder those inside."""
    try:
        return sorted(place.iterdir()) if os.path.isdir(place) else [place]
    except OSError:
        return []  # what cannot be read is said by who reads it


def write_all(report: "Report", files: Sequence[Path]) -> Written:
    """Write every output that can be written."""
    return write_made(files, {file: _report_maker(report, file) for file in files})


def write_made(files: Sequence[Path], makers: Mapping[Path, Maker]) -> Written:
    """Write every output that can be made and written; each maker returns its bytes and a remark."""
    done, notes, failures = [], [], []
    for file in files:
        try:
            data, remark = _made(makers[file])
            save(file, data)
        except OutputFailed as failed:
            failures.append(f"{file} was not written: {failed}")
            continue
        done.append(file)
        if remark:
            notes.append(f"{file}: {remark}")
    return Written(tuple(done), tuple(notes), tuple(failures))


def _report_maker(report: "Report", file: Path) -> Maker:
    """Return what makes a report in the format of the file, with what a reader of it should know."""

    def make() -> tuple[bytes, str]:
        from checker.render import FORMATS

        made = FORMATS[file.suffix.lower()](report)
        return (made.encode("utf-8"), "") if isinstance(made, str) else (made.content, made.note)

    return make


def sheet_maker(sheet: "Sheet", file: Path) -> Maker:
    """Return what makes a sheet in the format of the file, with what a reader of it should know."""

    def make() -> tuple[bytes, str]:
        from checker.render.sheets import FORMATS

        made = FORMATS[file.suffix.lower()](sheet)
        return (made, "") if isinstance(made, bytes) else (made.content, made.note)

    return make


def _made(maker: Maker) -> tuple[bytes, str]:
    """Return the bytes of an output, and what a reader of it should know.

    Raises:
        OutputFailed: it cannot be made on this machine.
    """
    try:
        return maker()
    except OSError as error:
        raise OutputFailed(error.strerror or str(error)) from None


def save(file: Path, data: bytes) -> None:
    """Write a file whole or not at all; folders that do not exist are made.

    Raises:
        OutputFailed: the system does not allow it.
    """
    part = file.with_name(f".checker-{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        os.replace(part, file)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        why = error.strerror or str(error)
        busy = os.name == "nt" and isinstance(error, PermissionError)
        raise OutputFailed(f"{why}; is it open in another program?" if busy else why) from None
