"""The command `render`."""

from pathlib import Path
from typing import Annotated

import typer

from checker.cli import console, outputs
from checker.cli.checking import say_written, show_report
from checker.cli.choices import Outputs, ReportForm
from checker.cli.ending import DONE, Ending, counted
from checker.errors import BadSubmission, ExitCode, Problem

LARGEST_REPORT = 2**26
"""Bytes of a report that is read; one of a study of many evaluations has some MB."""


def render(
    report: Annotated[
        Path, typer.Argument(metavar="REPORT", help="A report.json that `checker check` wrote.")
    ],
    output: Outputs = None,
    form: Annotated[
        ReportForm | None,
        typer.Option("--format", help="Print the report to stdout; text if no -o is given."),
    ] = None,
) -> Ending:
    """Show a report again in any format, without the data."""
    files = tuple(output or ())
    outputs.require_known(files)
    outputs.require_apart(files, [report])
    from checker.render import from_json

    found = from_json(_text(report), report.name)
    with console.working(f"Rendering {report}"):
        written = outputs.write_all(found, files)
    if form or not files:
        show_report(found, form or ReportForm.TEXT)
    say_written(written)
    if written.failures:
        return Ending(ExitCode.UNUSABLE, f"{counted(len(written.failures), 'output')} not written")
    return DONE


def _text(file: Path) -> str:
    """Return what the file holds.

    Raises:
        BadSubmission: there is no such file, or it is no text.
    """
    try:
        return _bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        why = "this is not UTF-8 text"
    except IsADirectoryError:
        why = "this is a folder; name the report.json in it"
    except FileNotFoundError:
        why = "there is no such file"
    except OSError as error:
        why = f"the file cannot be read: {error.strerror}"
    raise BadSubmission([Problem(str(file), None, "", why)])


def _bytes(file: Path) -> bytes:
    """Return what an ordinary file holds, up to what a report may have.

    Raises:
        OSError: it cannot be read; without a number where we do not want to.
    """
    if file.exists() and not file.is_file() and not file.is_dir():
        raise OSError(0, "this is a device or a pipe, not a file")
    with file.open("rb") as opened:
        data = opened.read(LARGEST_REPORT + 1)
    if len(data) > LARGEST_REPORT:
        raise OSError(0, f"it has more than {LARGEST_REPORT // 2**20} MiB")
    return data
