"""`metrics readers`: people who read the same cases, with and without help."""

from typing import Annotated

import typer

from checker.cli.choices import (
    Analysis,
    Confidence,
    Covariances,
    Form,
    ReaderMethod,
    Resamples,
    Seed,
)
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
    number,
    require_finite,
)
from checker.errors import BadRequest


def readers(
    file: Table,
    case: Annotated[str, typer.Option(metavar="COL", help="Column that names the case.")],
    truth: Annotated[str, typer.Option(metavar="COL", help="Column of the outcome of the case.")],
    reader: Annotated[str, typer.Option(metavar="COL", help="Column that names the reader.")],
    modality: Annotated[
        str | None,
        typer.Option(metavar="COL", help="Column of the modality, as with and without help."),
    ] = None,
    rating: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of the rating; larger: the outcome.")
    ] = None,
    decision: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of the decision, for or against.")
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(metavar="T", parser=number, help="Ratings at or above it count as positive."),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Modality with which the others are compared."),
    ] = None,
    analysis: Annotated[
        Analysis,
        typer.Option(help="What is random: readers and cases, cases alone, readers alone."),
    ] = Analysis.RRRC,
    method: Annotated[
        ReaderMethod, typer.Option(help="Obuchowski-Rockette, or Dorfman-Berbaum-Metz.")
    ] = ReaderMethod.OR,
    covariances: Annotated[
        Covariances, typer.Option(help="How covariances of AUROCs are found (OR alone).")
    ] = Covariances.JACKKNIFE,
    positive: Annotated[
        str | None, typer.Option(metavar="VALUE", help="Value of the truth that means: has it.")
    ] = None,
    lower_is_positive: Lower = False,
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
    """Compare readers, and what they see with help and without."""
    if decision and threshold is not None:
        raise BadRequest("--decision and --threshold: name one; each says what was decided")
    require_finite("--threshold", threshold)
    common = begin(file, patient, group, where, fold, form, output, seed, resamples, level)
    from checker.reading.task_columns import ReadersColumns

    columns = ReadersColumns(
        case=case,
        truth=truth,
        reader=reader,
        modality=modality,
        rating=rating,
        decision=decision,
        threshold=threshold,
        baseline=baseline,
        positive=positive,
        lower_is_positive=lower_is_positive,
        options={
            "analysis": analysis.value,
            "method": method.value,
            "covariances": covariances.value,
        },
        **common.rows,
    )
    return finish(common, columns)
