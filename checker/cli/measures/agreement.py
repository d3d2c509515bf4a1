"""`metrics agreement`: a continuous measurement and its reference."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.choices import (
    ChangeOf,
    Confidence,
    Criteria,
    Form,
    ReferenceLimit,
    Resamples,
    Seed,
    TrueValue,
)
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
    once,
    require_finite,
)
from checker.errors import BadRequest

if TYPE_CHECKING:
    from checker.reading.task_columns import TaskColumns

RESPONSE = "Response to treatment"
LONG = "Tables with a row for each value"


def _column(what: str, panel: str | None = None) -> Any:
    return typer.Option(metavar="COL", help=what, rich_help_panel=panel)


def agreement(
    file: Table,
    reference: Annotated[
        str, typer.Option(metavar="COL", help="Column of the reference; with --method its name.")
    ],
    measured: Annotated[
        str,
        typer.Option(metavar="COL", help="Column of the measured value; with --method its name."),
    ],
    compare: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COL",
            help="Column of another measurement of the same cases; with --method its name. Can be repeated.",
        ),
    ] = None,
    replicate: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of the replicate within a patient.")
    ] = None,
    covariate: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of a covariate of reference limits.")
    ] = None,
    reference_limit: Annotated[
        ReferenceLimit | None,
        typer.Option(help="Limits of normal of the measured value, with 95 % between them."),
    ] = None,
    at_covariate: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            parser=number,
            help="Value of the covariate for which the limits of normal are: from the regression on it.",
        ),
    ] = None,
    cutoff: Annotated[
        list[float] | None,
        typer.Option(
            metavar="C",
            parser=number,
            help="From it on a value is of the next grade; repeated for each.",
        ),
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
    method: Annotated[str | None, _column("Column that names the method.", LONG)] = None,
    value: Annotated[str | None, _column("Column of the value by that method.", LONG)] = None,
    change_of: Annotated[
        ChangeOf | None,
        typer.Option(
            help="Both columns are relative changes from baseline (-0.3 is -30 %) of it.",
            rich_help_panel=RESPONSE,
        ),
    ] = None,
    criteria: Annotated[
        Criteria | None,
        typer.Option(
            help="Both columns are sums under treatment, judged by it.", rich_help_panel=RESPONSE
        ),
    ] = None,
    reference_baseline: Annotated[
        str | None, _column("Sum before treatment, by the reference.", RESPONSE)
    ] = None,
    measured_baseline: Annotated[
        str | None, _column("The same by the measurement.", RESPONSE)
    ] = None,
    reference_nadir: Annotated[
        str | None, _column("Smallest sum so far, by the reference.", RESPONSE)
    ] = None,
    measured_nadir: Annotated[str | None, _column("The same by the measurement.", RESPONSE)] = None,
    reference_new_lesion: Annotated[
        str | None, _column("Whether there is a new lesion, by the reference.", RESPONSE)
    ] = None,
    measured_new_lesion: Annotated[
        str | None, _column("The same by the measurement.", RESPONSE)
    ] = None,
    reference_gone: Annotated[
        str | None,
        _column("Whether every target lesion is gone, by the reference; else: sum 0.", RESPONSE),
    ] = None,
    measured_gone: Annotated[str | None, _column("The same by the measurement.", RESPONSE)] = None,
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
    """Compare a measurement with its reference, or the responses to treatment that follow from both."""
    if not 0 < error_ratio < float("inf"):
        raise BadRequest(f"--error-ratio {error_ratio:g}: a number above 0 is expected")
    for each in cutoff or ():
        require_finite("--cutoff", each)
    limits = _limits_of_normal(reference_limit, covariate, at_covariate)
    sums = {
        "reference_baseline": reference_baseline, "measured_baseline": measured_baseline,
        "reference_nadir": reference_nadir, "measured_nadir": measured_nadir,
        "reference_new_lesion": reference_new_lesion, "measured_new_lesion": measured_new_lesion,
        "reference_gone": reference_gone, "measured_gone": measured_gone,
    }  # fmt: skip
    of_numbers = {
        "--compare": compare, "--replicate": replicate, "--covariate": covariate,
        "--reference-limit": reference_limit, "--cutoff": cutoff, "--unit": unit, "--method": method, "--value": value,
    }  # fmt: skip
    response = _response(change_of, criteria, sums, of_numbers)
    common = begin(file, patient, group, where, fold, form, output, seed, resamples, level)
    if response:
        return finish(common, _of_response(reference, measured, response, sums, common.rows))
    if (method is None) != (value is None):
        raise BadRequest("--method and --value: name both, of a table with a row for each value")
    measurements = {
        "reference": reference,
        "measured": measured,
        "replicate": replicate,
        "covariate": covariate,
        "compared": once(compare),
        "unit": unit or "",
        "cutoffs": tuple(cutoff or ()),
        "options": {"true_value": true_value.value, "error_ratio": error_ratio, **limits},
        **common.rows,
    }
    return finish(common, _of_measurements(method, value, measurements))


def _limits_of_normal(
    method: ReferenceLimit | None, covariate: str | None, at: float | None
) -> dict[str, object]:
    """Return what is said about limits of normal.

    Raises:
        BadRequest: a value of the covariate without a covariate, or with percentiles.
    """
    if at is None:
        return {"reference_method": method.value if method else ""}
    require_finite("--at-covariate", at)
    if covariate is None:
        raise BadRequest("--at-covariate: name the column of the covariate by --covariate")
    if method is ReferenceLimit.PERCENTILE:
        raise BadRequest(
            "--at-covariate: a regression gives no percentiles; --reference-limit normal"
        )
    return {"reference_method": "normal", "at_covariate": at}


def _of_measurements(
    method: str | None, value: str | None, said: Mapping[str, Any]
) -> "TaskColumns":
    from checker.reading.task_columns import AgreementColumns, LongAgreementColumns

    if method is None or value is None:
        return AgreementColumns(**said)
    return LongAgreementColumns(method=method, value=value, **said)


def _response(
    change_of: ChangeOf | None,
    criteria: Criteria | None,
    sums: Mapping[str, str | None],
    of_numbers: Mapping[str, object],
) -> str | None:
    """Return the rule by which a response follows, or None: the numbers themselves are compared.

    Raises:
        BadRequest: options contradict each other, or one is missing.
    """
    named = [_option(word) for word, column in sums.items() if column is not None]
    if change_of is None and criteria is None:
        if named:
            raise BadRequest(f"{named[0]}: name the rule of response by --criteria")
        return None
    first = "--criteria" if change_of is None else "--change-of"
    if others := [option for option, given in of_numbers.items() if given]:
        raise BadRequest(f"{first} and {others[0]}: ask about responses and numbers one at a time")
    if change_of is not None:
        return _of_change(change_of, criteria, sums)
    for word in ("reference_baseline", "measured_baseline"):
        if sums[word] is None:
            raise BadRequest(f"--criteria: name the sum before treatment by {_option(word)}")
    assert criteria is not None
    return criteria.value


def _of_change(
    change_of: ChangeOf, criteria: Criteria | None, sums: Mapping[str, str | None]
) -> str:
    if criteria is not None:
        raise BadRequest("--change-of and --criteria: name one; sums are judged by --criteria")
    no_use: Sequence[str] = [
        _option(word)
        for word, column in sums.items()
        if column is not None and not word.endswith("new_lesion")
    ]
    if no_use:
        raise BadRequest(f"--change-of and {no_use[0]}: a change is already one from baseline")
    return "volumetric_recist" if change_of is ChangeOf.VOLUME else "mrecist"


def _option(word: str) -> str:
    return f"--{word.replace('_', '-')}"


def _of_response(
    reference: str,
    measured: str,
    criteria: str,
    sums: Mapping[str, str | None],
    rows: Mapping[str, Any],
) -> "TaskColumns":
    from checker.reading.task_columns import ResponseColumns, Sums

    by_side = {
        side: Sums(**{
            word.removeprefix(f"{side}_"): column
            for word, column in sums.items()
            if word.startswith(f"{side}_")
        })
        for side in ("reference", "measured")
    }  # fmt: skip
    return ResponseColumns(
        reference=reference,
        measured=measured,
        criteria=criteria,
        reference_sums=by_side["reference"],
        measured_sums=by_side["measured"],
        **rows,
    )
