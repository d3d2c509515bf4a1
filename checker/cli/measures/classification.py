"""`metrics classification`: cases that have the outcome against cases that have not."""

from typing import Annotated

import typer

from checker.cli import outputs
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
    answered,
    condition,
    number,
    once,
    require_endings,
    require_finite,
    require_probability,
)


def classification(
    file: Table,
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
        typer.Option(metavar="T", parser=number, help="Scores at or above it count as positive."),
    ] = None,
    compare: Annotated[
        list[str] | None,
        typer.Option(metavar="COL", help="Another score of the same cases; can be repeated."),
    ] = None,
    patient: Patient = None,
    group: Groups = None,
    where: Where = None,
    fold: Fold = None,
    net_benefit: Annotated[
        list[float] | None,
        typer.Option(
            metavar="T", parser=number, help="Net benefit at this threshold; can be repeated."
        ),
    ] = None,
    form: Format = Form.TEXT,
    output: Output = None,
    seed: Seed = 0,
    resamples: Resamples = 2000,
    level: Confidence = 0.95,
) -> Ending:
    """Score a model that tells who has an outcome and who has not."""
    files = tuple(output or ())
    require_endings(files)
    require_probability("--net-benefit", net_benefit or [])
    require_finite("--threshold", threshold)
    outputs.require_apart(files, outputs.read_from(file))
    from checker.measuring import Question
    from checker.model.settings import Settings
    from checker.reading.predictions import ColumnNames

    groups, compared = once(group), once(compare)
    question = Question(
        file=file,
        columns=ColumnNames(
            outcome, score, patient=patient, groups=groups, compared=compared, fold=fold
        ),
        positive=positive,
        lower_is_positive=lower_is_positive,
        threshold=threshold,
        where=tuple(map(condition, where or ())),
        net_benefit=tuple(dict.fromkeys(net_benefit or ())),
        settings=Settings(seed=seed, resamples=resamples, level=level),
    )
    return answered(question, files, form)
