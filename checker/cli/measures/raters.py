"""`metrics raters`: several raters of the same subjects."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

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
from checker.errors import BadRequest

if TYPE_CHECKING:
    from checker.reading.task_columns import TaskColumns

LONG = "Tables with a row for each rating"
NEEDED = "--subject, --rater and --rating"


def raters(
    file: Table,
    rater: Annotated[
        list[str],
        typer.Option(
            metavar="COL",
            help="Column of a rater's ratings; repeated for each. With --rating: column that names the rater.",
        ),
    ],
    scale: Annotated[Scale, typer.Option(help="What the ratings are.")],
    order: Annotated[
        str | None,
        typer.Option(metavar="A,B,C", help="Categories from the lowest to the highest."),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(metavar="COL", help="Column that names the subject.", rich_help_panel=LONG),
    ] = None,
    rating: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of the rating.", rich_help_panel=LONG)
    ] = None,
    replicate: Annotated[
        str | None,
        typer.Option(
            metavar="COL",
            help="Column that numbers the ratings of one rater and subject.",
            rich_help_panel=LONG,
        ),
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
    said = {
        "scale": "interval" if scale is Scale.CONTINUOUS else scale.value,
        "order": ordered,
        **common.rows,
    }
    return finish(common, _columns(once(rater), subject, rating, replicate, said))


def _columns(
    rater: tuple[str, ...],
    subject: str | None,
    rating: str | None,
    replicate: str | None,
    said: Mapping[str, Any],
) -> "TaskColumns":
    """Return which column is what, of either form.

    Raises:
        BadRequest: what is named is of both forms, or not enough.
    """
    from checker.reading.task_columns import LongRatersColumns, RatersColumns

    if subject is None and rating is None and replicate is None:
        return RatersColumns(raters={each: each for each in rater}, **said)
    if subject is None or rating is None:
        raise BadRequest(f"a table with a row for each rating: name {NEEDED}")
    if len(rater) > 1:
        raise BadRequest(f"--rater {rater[1]}: with --rating one column names every rater")
    return LongRatersColumns(
        subject=subject, rater=rater[0], rating=rating, replicate=replicate, **said
    )
