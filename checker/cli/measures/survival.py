"""`metrics survival`: time to an event."""

from typing import TYPE_CHECKING, Annotated, cast, get_args

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
    horizons,
    listed,
    named_columns,
    number,
    once,
    require_probability,
    require_score,
)
from checker.errors import BadRequest

if TYPE_CHECKING:
    from checker.model.study.evaluations import ThresholdOrigin


def survival(
    file: Table,
    time: Annotated[str, typer.Option(metavar="COL", help="Column of the follow-up time.")],
    event: Annotated[
        str, typer.Option(metavar="COL", help="Column of the event: 1 the outcome, 0 censored.")
    ],
    score: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of the score; larger: more risk.")
    ] = None,
    risk: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HORIZON=COL", help="A horizon and the column of the risk by then; repeated."
        ),
    ] = None,
    horizon: Annotated[
        list[float] | None,
        typer.Option(metavar="H", parser=number, help="A further horizon; can be repeated."),
    ] = None,
    time_unit: Annotated[
        str | None,
        typer.Option(metavar="UNIT", help="Unit of times and horizons, which are both in it."),
    ] = None,
    event_value: Annotated[
        str | None, typer.Option(metavar="VALUE", help="Value of the event: the outcome.")
    ] = None,
    competing: Annotated[
        list[str] | None,
        typer.Option(metavar="VALUE", help="Value of the event: a competing one; repeated."),
    ] = None,
    threshold: Annotated[
        list[float] | None,
        typer.Option(
            "--threshold",
            "--net-benefit",
            metavar="T",
            parser=number,
            help="Net benefit at this threshold probability; can be repeated.",
        ),
    ] = None,
    treatment: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of the treatment received.")
    ] = None,
    treatment_risk: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TREATMENT=COL",
            help="A treatment and the column of the risk under it; repeated.",
        ),
    ] = None,
    lower_is_positive: Lower = False,
    compare: Annotated[
        list[str] | None,
        typer.Option(metavar="COL", help="Another score of the same cases; can be repeated."),
    ] = None,
    cutoff: Annotated[
        list[float] | None,
        typer.Option(
            metavar="C",
            parser=number,
            help="Risk groups by this cut-off of the score as it stands; can be repeated.",
        ),
    ] = None,
    risk_group: Annotated[
        str | None, typer.Option(metavar="COL", help="Column that names the risk group.")
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(metavar="A,B,C", help="Its groups from the lowest risk to the highest."),
    ] = None,
    cutoff_origin: Annotated[
        str | None,
        typer.Option(
            metavar="WORD",
            help="Where the cut-offs came from: fixed_before, published, training, tuning, median, same_test_data.",
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
    """Score a model that tells how soon an event comes."""
    risks = horizons(named_columns("--risk", risk, "HORIZON=COLUMN, for example 5=risk_5"))
    under = named_columns("--treatment-risk", treatment_risk, "TREATMENT=COLUMN")
    require_probability("--net-benefit", threshold or [])
    require_score(score, compare)
    require_groups(cutoff, risk_group, {"--order": order, "--cutoff-origin": cutoff_origin})
    common = begin(file, patient, group, where, fold, form, output, seed, resamples, level)
    from checker.reading.task_columns import SurvivalColumns

    columns = SurvivalColumns(
        time=time,
        event=event,
        score=score,
        risks=risks,
        horizons=horizon or (),
        unit=time_unit or "",
        outcome=event_value,
        competing=once(competing),
        treatment=treatment,
        treatment_risks=under,
        thresholds=tuple(sorted(set(threshold or ()))),
        lower_is_positive=lower_is_positive,
        compared=once(compare),
        cutoffs=tuple(sorted(cutoff or ())),
        risk_group=risk_group,
        order=listed("--order", order),
        **common.rows,
    )
    return finish(common, columns, origin_of(cutoff_origin))


def require_groups(
    cutoff: list[float] | None, risk_group: str | None, given: dict[str, str | None]
) -> None:
    """Refuse what is said about risk groups where none are asked for, and an order of those by cut-offs.

    Raises:
        BadRequest: it is so.
    """
    for option, value in given.items():
        if value is None or risk_group is not None:
            continue
        if cutoff is None:
            wanted = "--risk-group" if option == "--order" else "--cutoff or --risk-group"
            raise BadRequest(f"{option} {value}: name the risk groups by {wanted}")
        if option == "--order":
            raise BadRequest(f"{option} {value}: the order of risk groups by cut-offs is theirs")


def origin_of(text: str | None) -> "ThresholdOrigin | None":
    """Return where cut-offs came from.

    Raises:
        BadRequest: it is no such word.
    """
    from checker.model.study.evaluations import ThresholdOrigin

    known = get_args(ThresholdOrigin)
    if text is not None and text not in known:
        raise BadRequest(f"--cutoff-origin {text}: one of {', '.join(known)} is expected")
    return cast("ThresholdOrigin | None", text)
