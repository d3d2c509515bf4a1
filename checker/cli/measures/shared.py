"""What the sub-commands of `metrics` share: options, how values are written, and how the answer is given."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli import console, outputs
from checker.cli.choices import Form
from checker.cli.ending import DONE, Ending, counted
from checker.errors import BadRequest, ExitCode, OutputFailed

if TYPE_CHECKING:
    from checker.measuring import Asked, Measured
    from checker.model.study.evaluations import ThresholdOrigin
    from checker.reading.task_columns import TaskColumns

FORMS = {".json": Form.JSON, ".txt": Form.TEXT}
REPORTS = (".html", ".pdf", ".md")
"""Endings of files that hold the whole report of the table, with figures."""


def number(text: str) -> float:
    """Return the number of an option.

    Raises:
        BadParameter: it is none; of a decimal comma the message says how to write it.
    """
    try:
        return float(text)
    except ValueError:
        comma = re.fullmatch(r"\s*([-+]?\d*),(\d+)\s*", text)
        hint = f"; write {comma[1] or 0}.{comma[2]}" if comma else ""
        raise typer.BadParameter(f"'{text}' is not a valid number{hint}") from None


Table = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="A table: .csv, .tsv, .xlsx, .parquet, .jsonl. Or a folder with a table for each fold.",
    ),
]
Patient = Annotated[
    str | None, typer.Option("--patient", metavar="COL", help="Column that names the patient.")
]
Groups = Annotated[
    list[str] | None,
    typer.Option(
        "--group", metavar="COL", help="Also by the values of this column; can be repeated."
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where", metavar="COL=VALUE", help="Only rows with this value; can be repeated."
    ),
]
Fold = Annotated[
    str | None,
    typer.Option(
        "--fold", metavar="COL", help="Column of the fold, of predictions made out of fold."
    ),
]
Format = Annotated[Form, typer.Option("--format", help="How the result is printed.")]
Output = Annotated[
    list[Path] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write the numbers to a .json or .txt file, or a report with figures to a .html, .pdf or .md file.",
    ),
]
Lower = Annotated[
    bool, typer.Option("--lower-is-positive", help="Lower scores mean more of the outcome.")
]


def require_endings(files: Sequence[Path], endings: Sequence[str] = (*FORMS, *REPORTS)) -> None:
    """Refuse outputs whose ending tells no format.

    Raises:
        BadRequest: there is one.
    """
    for each in files:
        if each.suffix.lower() not in endings:
            known = ", ".join(endings)
            raise BadRequest(f"{each}: the ending decides the format, and must be one of {known}")


def require_probability(option: str, values: Sequence[float]) -> None:
    """Refuse a threshold probability outside 0..1.

    Raises:
        BadRequest: there is one.
    """
    for value in values:
        if not 0 < value < 1:
            raise BadRequest(f"{option} {value:g}: a threshold probability lies between 0 and 1")


def require_finite(option: str, value: float | None) -> None:
    """Refuse a number that is not finite.

    Raises:
        BadRequest: it is not.
    """
    if value is not None and value - value != 0:
        raise BadRequest(f"{option} {value}: a finite number is expected")


def require_score(score: str | None, compare: Sequence[str] | None) -> None:
    """Refuse scores to compare where there is none to compare them with.

    Raises:
        BadRequest: it is so.
    """
    if compare and score is None:
        raise BadRequest(f"--compare {compare[0]}: name the first score by --score")


def horizons(columns: Mapping[str, str]) -> dict[float, str]:
    """Return the columns of risks by horizon.

    Raises:
        BadRequest: a horizon is no number, or comes twice.
    """
    found: dict[float, str] = {}
    for name, column in columns.items():
        try:
            at = float(name)
        except ValueError:
            raise BadRequest(f'--risk {name}={column}: "{name}" is no horizon, a number') from None
        if at in found:
            raise BadRequest(f"--risk {name}={column}: the horizon {at:g} comes twice")
        found[at] = column
    return found


def once(names: list[str] | None) -> tuple[str, ...]:
    """Return names without repetitions."""
    return tuple(dict.fromkeys(names or ()))


def named_columns(option: str, texts: Sequence[str] | None, example: str) -> dict[str, str]:
    """Return name and column of each ``NAME=COL``; the last equals sign parts them.

    Raises:
        BadRequest: one is not written so, or a name or a column comes twice.
    """
    found: dict[str, str] = {}
    for text in texts or ():
        name, equals, column = (each.strip() for each in text.rpartition("="))
        if not (equals and name and column):
            raise BadRequest(f'{option} "{text}": write it as {example}')
        if name in found or column in found.values():
            raise BadRequest(f"{option} {text}: {name if name in found else column} comes twice")
        found[name] = column
    return found


def listed(option: str, text: str | None) -> tuple[str, ...]:
    """Return the names of a list parted by commas.

    Raises:
        BadRequest: one is empty.
    """
    names = tuple(each.strip() for each in text.split(",")) if text is not None else ()
    if not all(names):
        raise BadRequest(f'{option} "{text}": write names parted by commas, for example F0,F1,F2')
    return names


def condition(text: str) -> tuple[str, str]:
    """Return column and value of ``COL=VALUE``.

    Raises:
        BadRequest: there is no equals sign, or nothing before it.
    """
    column, equals, value = text.partition("=")
    if not equals or not column.strip():
        raise BadRequest(f'--where "{text}": write it as COLUMN=VALUE, for example split=test')
    return column.strip(), value.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What every sub-command about a table is told."""

    file: Path
    patient: str | None
    group: list[str] | None
    where: list[str] | None
    fold: str | None
    form: Form
    files: tuple[Path, ...]
    seed: int
    resamples: int
    level: float

    @property
    def rows(self) -> dict[str, Any]:
        """What `TaskColumns` takes."""
        from checker.reading.task_columns import COMMAND_LINE

        return {
            "patient": self.patient,
            "groups": once(self.group),
            "fold": self.fold,
            "where": tuple(map(condition, self.where or ())),
            "written": COMMAND_LINE,
        }


def begin(
    file: Path,
    patient: str | None,
    group: list[str] | None,
    where: list[str] | None,
    fold: str | None,
    form: Form,
    output: list[Path] | None,
    seed: int,
    resamples: int,
    level: float,
) -> Common:
    """Return what every sub-command is told, after a look at the outputs.

    Raises:
        BadRequest: an output cannot be.
    """
    files = tuple(output or ())
    require_endings(files)
    outputs.require_apart(files, outputs.read_from(file))
    return Common(
        file=file,
        patient=patient,
        group=group,
        where=where,
        fold=fold,
        form=form,
        files=files,
        seed=seed,
        resamples=resamples,
        level=level,
    )


def finish(
    common: Common,
    columns: "TaskColumns",
    origin: "ThresholdOrigin | None" = None,
    further: Mapping[str, Path] | None = None,
) -> Ending:
    """Compute, print and write the answer about a table of a task."""
    from checker.measuring import TaskQuestion
    from checker.model.settings import Settings

    settings = Settings(seed=common.seed, resamples=common.resamples, level=common.level)
    question = TaskQuestion(
        file=common.file,
        columns=columns,
        further=further or {},
        origin=origin,
        settings=settings,
    )
    return answered(question, common.files, common.form)


def answered(
    question: "Asked",
    files: tuple[Path, ...],
    form: Form,
    told: "Callable[[Measured], None] | None" = None,
) -> Ending:
    """Compute, print and write the answer to a question.

    Args:
        question: about a table, or about masks.
        files: to write.
        form: of what is printed.
        told: is shown the answer first, by who also shows how far the work is.
    """
    from checker.measuring import measure
    from checker.render.metrics_text import metrics_json, metrics_text

    with console.working(f"Scoring {question.file}") if told is None else nullcontext():
        found = measure(question)
    if told is not None:
        told(found)
    if form is Form.JSON:
        console.send(metrics_json(found))
    else:
        width, colour, unicode = console.screen()
        console.say(metrics_text(found, width=width, colour=colour, unicode=unicode))
    return _saved(question, found, files)


def _saved(question: "Asked", found: "Measured", files: tuple[Path, ...]) -> Ending:
    numbers = [each for each in files if each.suffix.lower() in FORMS]
    failures = sum(not _saved_numbers(found, each) for each in numbers)
    if reports := [each for each in files if each not in numbers]:
        from checker.cli.checking import say_written
        from checker.measuring import report

        written = outputs.write_all(report(question), reports)
        say_written(written)
        failures += len(written.failures)
    if failures:
        return Ending(ExitCode.UNUSABLE, f"{counted(failures, 'output')} not written")
    return DONE


def _saved_numbers(found: "Measured", file: Path) -> bool:
    from checker.render.metrics_text import metrics_json, metrics_text

    as_json = FORMS[file.suffix.lower()] is Form.JSON
    try:
        text = metrics_json(found) if as_json else metrics_text(found)
        outputs.save(file, text.encode("utf-8"))
    except OutputFailed as failed:
        console.note(f"{file} was not written: {failed}")
        return False
    console.note(f"wrote {file}")
    return True
