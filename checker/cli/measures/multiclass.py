"""`metrics multiclass`: several classes without an order."""

from typing import Annotated

import typer

from checker.cli.choices import Confidence, Form, Resamples, Seed
from checker.cli.ending import Ending
from checker.cli.measures.shared import (
    Fold,
    Format,
    Groups,
    Output,
    Patient,
    Table,
    Where,
    begin,
    finish,
    named_columns,
)


def multiclass(
    file: Table,
    outcome: Annotated[str, typer.Option(metavar="COL", help="Column of the class.")],
    classes: Annotated[
        list[str],
        typer.Option(
            "--class",
            metavar="LABEL=COL",
            help="A class and the column of its probability; repeated, the first is the reference.",
        ),
    ],
    patient: Patient = None,
    group: Groups = None,
    where: Where = None,
    fold: Fold = None,
    form: Format = Form.TEXT,
    output: Output = None,
    seed: Seed = 0,
    resamples: Resamples = 2000,
    level: Confidence = 0.95,
) -> Ending:
    """Score a model that tells which of several classes a case has."""
    risks = named_columns("--class", classes, "LABEL=COLUMN, for example F0=p_F0")
    common = begin(file, patient, group, where, fold, form, output, seed, resamples, level)
    from checker.reading.task_columns import MulticlassColumns

    return finish(common, MulticlassColumns(outcome=outcome, risks=risks, **common.rows))
