"""The command `metrics`: one sub-command per task."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import console, outputs
from checker.cli.choices import Confidence, Form, Resamples, Seed
from checker.cli.ending import DONE, Ending, counted
from checker.errors import BadRequest, ExitCode, OutputFailed

if TYPE_CHECKING:
    from checker.measuring import Measured, Question

LATER = (
    "multiclass",
    "ordinal",
    "segmentation",
    "detection",
    "survival",
    "agreement",
    "readers",
    "explanation",
    "raters",
    "sample-size",
)
"""Tasks that are named everywhere, and not recomputed by this version."""
FORMS = {".json": Form.JSON, ".txt": Form.TEXT}
REPORTS = (".html", ".pdf", ".md")
"""Endings of files that hold the whole report of the table, with figures."""


def _number(text: str) -> float:
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


metrics = typer.Typer(
    help="Recompute every metric of a task from a table; no study.yaml is needed.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=False,
)


@metrics.command()
def classification(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A table: .csv, .tsv, .xlsx, .parquet, .jsonl.")
    ],
    outcome: Annotated[str, typer.Option(metavar="COL", help="Column of the outcome.")],
    score: Annotated[str, typer.Option(metavar="COL", help="Column of the score.")],
    positive: Annotated[
        str | None, typer.Option(metavar="VALUE", help="Value of the outcome that means: has it.")
    ] = None,
    lower_is_positive: Annotated[
        bool, typer.Option("--lower-is-positive", help="Lower scores mean the outcome.")
    ] = False,
    threshold: Annotated[
        float | None,
        typer.Option(metavar="T", parser=_number, help="Scores at or above it count as positive."),
    ] = None,
    compare: Annotated[
        list[str] | None,
        typer.Option(metavar="COL", help="Another score of the same cases; can be repeated."),
    ] = None,
    patient: Annotated[
        str | None, typer.Option(metavar="COL", help="Column that names the patient.")
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(metavar="COL", help="Also by the values of this column; can be repeated."),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="COL=VALUE", help="Only rows with this value; can be repeated."),
    ] = None,
    net_benefit: Annotated[
        list[float] | None,
        typer.Option(
            metavar="T", parser=_number, help="Net benefit at this threshold; can be repeated."
        ),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How the result is printed.")] = Form.TEXT,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the numbers to a .json or .txt file, or a report with figures to a .html, .pdf or .md file.",
        ),
    ] = None,
    seed: Seed = 0,
    resamples: Resamples = 2000,
    level: Confidence = 0.95,
) -> Ending:
    """Score a model that tells who has an outcome and who has not."""
    files = tuple(output or ())
    _require(files, net_benefit or [], threshold)
    outputs.require_apart(files, [file])
    from checker.measuring import Question, measure
    from checker.model.settings import Settings
    from checker.reading.predictions import ColumnNames
    from checker.render.metrics_text import metrics_json, metrics_text

    groups, compared = _once(group), _once(compare)
    question = Question(
        file=file,
        columns=ColumnNames(outcome, score, patient=patient, groups=groups, compared=compared),
        positive=positive,
        lower_is_positive=lower_is_positive,
        threshold=threshold,
        where=tuple(map(_condition, where or ())),
        net_benefit=tuple(dict.fromkeys(net_benefit or ())),
        settings=Settings(seed=seed, resamples=resamples, level=level),
    )
    with console.working(f"Scoring {file}"):
        found = measure(question)
    if form is Form.JSON:
        console.send(metrics_json(found))
    else:
        width, colour, unicode = console.screen()
        console.say(metrics_text(found, width=width, colour=colour, unicode=unicode))
    return _saved(question, found, files)


def _require(files: tuple[Path, ...], net_benefit: list[float], threshold: float | None) -> None:
    for each in files:
        if each.suffix.lower() not in (*FORMS, *REPORTS):
            known = ", ".join((*FORMS, *REPORTS))
            raise BadRequest(f"{each}: the ending decides the format, and must be one of {known}")
    for value in net_benefit:
        if not 0 < value < 1:
            raise BadRequest(
                f"--net-benefit {value:g}: a threshold probability lies between 0 and 1"
            )
    if threshold is not None and threshold - threshold != 0:
        raise BadRequest(f"--threshold {threshold}: a finite number is expected")


def _once(names: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names or ()))


def _condition(text: str) -> tuple[str, str]:
    """Return column and value of ``COL=VALUE``.

    Raises:
        BadRequest: there is no equals sign, or nothing before it.
    """
    column, equals, value = text.partition("=")
    if not equals or not column.strip():
        raise BadRequest(f'--where "{text}": write it as COLUMN=VALUE, for example split=test')
    return column.strip(), value.strip()


def _saved(question: "Question", found: "Measured", files: tuple[Path, ...]) -> Ending:
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


def _not_yet(task: str) -> Callable[[], None]:
    def refuse() -> None:
        """Say that this version does not recompute the task."""
        raise BadRequest(
            f"metrics {task} is not part of this version, which recomputes binary classification: "
            "checker metrics classification"
        )

    return refuse


for later in LATER:
    anything = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
    metrics.command(later, hidden=True, context_settings=anything)(_not_yet(later))
