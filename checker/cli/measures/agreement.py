"""`metrics agreement`: a continuous measurement and its reference."""

from typing import Annotated

import typer

from checker.cli.choices import Confidence, Form, Resamples, Seed, TrueValue
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
    number,
)
from checker.errors import BadRequest


def agreement(
    file: Table,
    reference: Annotated[str, typer.Option(metavar="COL", help="Column of the reference.")],
    measured: Annotated[str, typer.Option(metavar="COL", help="Column of the measured value.")],
    replicate: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of the replicate within a patient.")
    ] = None,
    covariate: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of a covariate of reference limits.")
    ] = None,
    unit: Annotated[
        str | None, typer.Option(metavar="UNIT", help="Unit of the measurement, as mm.")
    ] = None,
    true_value: Annotated[
        TrueValue,
        typer.Option(help="Whether the true value of a patient varies between replicates."),
    ] = TrueValue.VARIES,
    error_ratio: Annotated[
        float,
        typer.Option(
            metavar="RATIO",
            parser=number,
            help="Error variance of the measurement over that of the reference, for Deming's line.",
        ),
    ] = 1.0,
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
    """Compare a measurement with its reference."""
    if not 0 < error_ratio < float("inf"):
        raise BadRequest(f"--error-ratio {error_ratio:g}: a number above 0 is expected")
    common = begin(file, patient, group, where, fold, form, output, seed, resamples, level)
    from checker.reading.task_columns import AgreementColumns

    columns = AgreementColumns(
        reference=reference,
        measured=measured,
        replicate=replicate,
        covariate=covariate,
        unit=unit or "",
        options={"true_value": true_value.value, "error_ratio": error_ratio},
        **common.rows,
    )
    return finish(common, columns)
