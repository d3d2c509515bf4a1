"""`metrics raters`: several raters of the same subjects."""

from typing import Annotated

import typer

from checker.cli.choices import Confidence, Form, Resamples, Scale, Seed
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
    listed,
    once,
)


def raters(
    file: Table,
    rater: Annotated[
        list[str], typer.Option(metavar="COL", help="Column of a rater; repeated for each.")
    ],
    scale: Annotated[Scale, typer.Option(help="What the ratings are.")],
    order: Annotated[
        str | None,
        typer.Option(metavar="A,B,C", help="Categories from the lowest to the highest."),
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
    """Compare raters of the same subjects with each other."""
    ordered = listed("--order", order)
    common = begin(file, patient, group, where, fold, form, output, seed, resamples, level)
    from checker.reading.task_columns import RatersColumns

    columns = RatersColumns(
        raters={each: each for each in once(rater)},
        scale="interval" if scale is Scale.CONTINUOUS else scale.value,
        order=ordered,
        **common.rows,
    )
    return finish(common, columns)
