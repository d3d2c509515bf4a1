"""`metrics ordinal`: classes in order, such as stages."""

from typing import Annotated

import typer

from checker.cli.choices import Confidence, Form, Resamples, Seed
from checker.cli.ending import Ending
from checker.cli.measures.shared import (
    Fold,
    Format,
    Groups,
    Lower,
    Output,
    Patient,
    Table,
    Where,
    begin,
    finish,
    listed,
    named_columns,
    once,
    require_score,
)


def ordinal(
    file: Table,
    outcome: Annotated[str, typer.Option(metavar="COL", help="Column of the class.")],
    score: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of the score; larger: a higher class.")
    ] = None,
    decision: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of the predicted class.")
    ] = None,
    classes: Annotated[
        list[str] | None,
        typer.Option(
            "--class",
            metavar="LABEL=COL",
            help="A class and the column of its probability; repeated.",
        ),
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(metavar="A,B,C", help="Classes from the lowest to the highest."),
    ] = None,
    lower_is_positive: Lower = False,
    compare: Annotated[
        list[str] | None,
        typer.Option(metavar="COL", help="Another score of the same cases; can be repeated."),
    ] = None,
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
    """Score a model that tells which of several classes in order a case has."""
    risks = named_columns("--class", classes, "LABEL=COLUMN, for example F0=p_F0")
    require_score(score, compare)
    ordered = listed("--order", order)
    common = begin(file, patient, group, where, fold, form, output, seed, resamples, level)
    from checker.reading.task_columns import OrdinalColumns

    columns = OrdinalColumns(
        outcome=outcome,
        score=score,
        decision=decision,
        risks=risks,
        order=ordered,
        lower_is_positive=lower_is_positive,
        compared=once(compare),
        **common.rows,
    )
    return finish(common, columns)
