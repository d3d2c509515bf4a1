"""What follows ± in a claim, against everything that it can be: over folds, or from the interval."""

from collections.abc import Iterator

from checker.evidence.claim_values import ValueCheck, not_checkable
from checker.evidence.conventions import fold_rows
from checker.evidence.rows import Rows, Subject
from checker.metrics.cross_validation import spreads_of_intervals, spreads_over_folds
from checker.model.claim import Attempt, PartCheck, Verdict
from checker.model.estimate import Estimate, Spread
from checker.model.predictions import Predictions
from checker.model.study import Printed
from checker.needs import NotEstablished

NO_FOLDS = (
    "what follows ± equals no standard error and no half interval of these data; if it was computed over folds, name "
    "their column (evaluations.columns.fold)"
)


def check_spread(
    printed: Printed,
    about: Subject,
    value: ValueCheck,
    recomputed: Estimate,
    predictions: Predictions,
) -> PartCheck:
    """Return the verdict on what follows ±; the readings are tried in a fixed order."""
    shown, folds = value.reading.of(printed), fold_rows(about, predictions)
    spreads = tuple(_spreads(about, folds, recomputed))
    tried = tuple(
        Attempt(convention=each.words, value=each.value, fits=shown.agrees(each.value))
        for each in spreads
    )
    if not spreads:
        return not_checkable("standard_deviation", shown.text, "there is no interval and no fold")
    fitting = next((each for each in tried if each.fits), None)
    first = shown.show(spreads[0].value)
    if fitting is None and not folds:
        return not_checkable(
            "standard_deviation", shown.text, NO_FOLDS, recomputed=first, tried=tried
        )
    ours = fitting is not None and fitting is tried[0] and bool(folds)
    return PartCheck(
        part="standard_deviation",
        printed=shown.text,
        verdict=Verdict.CONTRADICTED
        if fitting is None
        else Verdict.REPRODUCED
        if ours
        else Verdict.OTHER_CONVENTION,
        recomputed=first,
        convention="" if fitting is None or ours else fitting.convention,
        because=f"recomputed {first} ({tried[0].convention}), printed {shown.text}"
        if fitting is None
        else "",
        tried=tried,
    )


def _spreads(about: Subject, folds: tuple[Rows, ...], recomputed: Estimate) -> Iterator[Spread]:
    level = about.rows.level
    try:
        values = [each.value(about.metric) for each in folds]
    except NotEstablished:
        values = []  # a fold without the metric has no share in a spread over folds
    if values:
        yield from spreads_over_folds(values, level)
    yield from spreads_of_intervals(recomputed.interval, None, level)
