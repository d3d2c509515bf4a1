"""The commands by name, and the one place where every error becomes a sentence and an exit code."""

import platform
import shlex
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from checker import __version__
from checker.cli import (
    checking,
    demonstration,
    explaining,
    forming,
    measuring,
    scaffolding,
    scoring,
    viewing,
    worksheets,
)
from checker.cli.console import note, prepare, say
from checker.cli.ending import DONE, Ending, counted
from checker.cli.starting import INTERRUPTED
from checker.errors import BadSubmission, CheckerError, ExitCode
from checker.visible import visible

DEBUG = "--debug"
EPILOG = (
    "Exit codes: 0 nothing at or above the fail level, 1 findings at or above it, "
    "2 wrong use or unreadable files, 3 our fault."
)

app = typer.Typer(
    name="checker",
    help="Check a study of a medical-imaging AI model: what is not reported, what is at risk of "
    "bias, and which numbers do not hold up when recomputed.",
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
)
app.command("demo")(demonstration.demo)
app.command("new")(scaffolding.new)
app.command("worksheet")(worksheets.worksheet)
app.command("validate")(checking.validate)
app.command("check")(checking.check)
app.command("render")(viewing.render)
app.command("form")(forming.form)
app.command("score")(scoring.score)
app.command("explain")(explaining.explain)
app.command("list")(explaining.show_list)
app.command("schema")(explaining.schema)
app.add_typer(measuring.metrics, name="metrics")


def _show_version(asked: bool) -> None:
    if asked:
        say(f"checker {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
    debug: Annotated[
        bool, typer.Option(DEBUG, help="Show where in our code an error happened.")
    ] = False,
) -> None:
    """Say what holds for all commands; `run` has taken --debug out before this is called."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; the last line on stderr says why it is not 0."""
    prepare()
    ending = _ending([each for each in arguments if each != DEBUG], debug=DEBUG in arguments)
    if ending.code != ExitCode.DONE:
        note(f"checker: {visible(ending.because)} (exit code {ending.code:d})")
    return int(ending.code)


def _ending(arguments: list[str], *, debug: bool) -> Ending:
    try:
        ended = app(args=arguments or ["--help"], prog_name="checker", standalone_mode=False)
    except typer.TyperException as wrong:
        return Ending(ExitCode.UNUSABLE, _wrong_use(wrong))
    except BadSubmission as bad:
        return _unusable(bad)
    except CheckerError as wrong:
        return Ending(ExitCode.UNUSABLE, str(wrong))
    except MemoryError:
        return Ending(ExitCode.UNUSABLE, "this machine has not enough memory for these files")
    except Exception as error:  # whatever else escapes is our fault; nobody should see a traceback
        return _our_fault(error, arguments, debug=debug)
    if ended == INTERRUPTED:
        note(f"checker: interrupted (exit code {INTERRUPTED})")
        sys.exit(INTERRUPTED)
    return ended if isinstance(ended, Ending) else DONE


def _wrong_use(wrong: typer.TyperException) -> str:
    """Return what is wrong with the command line, and which help tells more."""
    message = " ".join(wrong.format_message().replace("Value error, ", "").split()).rstrip(".")
    if alike := getattr(wrong, "possibilities", None):
        message = f"{wrong.message.rstrip('.')}; did you mean {' or '.join(sorted(alike))}?"
    context = getattr(wrong, "ctx", None)
    path = context.command_path if context else "checker"
    end = "" if message.endswith("?") else "."
    return f"{message}{end} See {path} --help"


def _unusable(bad: BadSubmission) -> Ending:
    for problem in bad.problems:
        note(str(problem))
    files = sorted({each.file for each in bad.problems})
    where = files[0] if len(files) == 1 else counted(len(files), "file")
    left = f"; {bad.unread}" if bad.unread else ""
    return Ending(ExitCode.UNUSABLE, f"{counted(len(bad.problems), 'problem')} in {where}{left}")


def _our_fault(error: Exception, arguments: Sequence[str], *, debug: bool) -> Ending:
    if debug:
        note("".join(traceback.format_exception(error)).rstrip())
    else:
        note(f"To see where it happened: checker {DEBUG} {visible(shlex.join(arguments))}")
    note(
        f"Please report it with that text, version {__version__} and Python "
        f"{platform.python_version()} on {platform.system()}; look first that no patient data are in it."
    )
    return Ending(
        ExitCode.OUR_FAULT, f"this is our fault, not yours: {type(error).__name__}: {error}"
    )
