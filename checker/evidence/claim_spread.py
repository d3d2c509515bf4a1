"""What follows ± in a claim, against everything that it can be: over folds, over cases, or from an interval."""

from collections.abc import Iterator

from checker.evidence.claim_folds import readings_of_spread
from checker.evidence.claim_values import ValueCheck, not_checkable
from checker.evidence.conventions import folds_of
from checker.evidence.printed import AsPrinted
from checker.evidence.rows import TASK, Subject
from checker.metrics.cross_validation import spreads_over_cases
from checker.metrics.resampling import Asked
from checker.model.claim import Attempt, PartCheck, Verdict
from checker.model.estimate import Estimate, Spread
from checker.model.predictions import Predictions
from checker.model.study import Printed

NO_FOLDS = (
    "what follows ± equals no standard error, no half interval and no standard deviation over cases of these data; if "
    "it was computed over folds, name their column (evaluations.columns.fold)"
)
AS_NAMED = ("sd_over_folds", "sd_over_cases", "sd_over_readers")
"""Readings that are a standard deviation, which is what the fact is called."""


def check_spread(
    printed: Printed,
    about: Subject,
    value: ValueCheck,
    recomputed: Estimate,
    predictions: Predictions,
) -> PartCheck:
    """Return the verdict on what follows ± beside a metric of a binary classification."""
    folds, rows = folds_of(about, predictions), about.rows
    asked = Asked(about.metric, tuple(rows.facets.items()))
    over_cases = spreads_over_cases(TASK, rows.cases(), asked, rows.settings())
    spreads = readings_of_spread(folds, over_cases, recomputed.interval, rows.level)
    return spread_part(value.reading.of(printed), spreads, folded=folds is not None)


def spread_part(shown: AsPrinted, spreads: Iterator[Spread], *, folded: bool) -> PartCheck:
    """Return the verdict on what follows ±; the readings are tried in a fixed order.

    Args:
        shown: what is printed.
        spreads: everything that it can be, ours first.
        folded: folds are known.
    """
    found, tried = list[Spread](), list[Attempt]()
    for each in spreads:
        fits = shown.agrees(each.value)
        found.append(each)
        tried.append(Attempt(convention=each.words, value=each.value, fits=fits))
        if fits:
            break
    if not found:
        because = "there is no interval and no fold"
        return not_checkable("standard_deviation", shown.text, because)
    fitting = tried[-1] if tried[-1].fits else None
    first = shown.show(found[0].value)
    if fitting is None and not folded:
        return not_checkable(
            "standard_deviation", shown.text, NO_FOLDS, recomputed=first, tried=tuple(tried)
        )
    ours = fitting is not None and fitting is tried[0] and found[0].name in AS_NAMED
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
        tried=tuple(tried),
    )
