"""Evidence about printed numbers: each claim against the recomputed number, part by part."""

from collections.abc import Iterator, Sequence

from checker.evidence.base import evidence
from checker.evidence.claim_intervals import check_interval, widths
from checker.evidence.claim_spread import check_spread
from checker.evidence.claim_values import ValueCheck, check_value, counted, not_checkable
from checker.evidence.differences import check_difference
from checker.evidence.interval_methods import methods
from checker.evidence.null_tests import check_p
from checker.evidence.performance import Scored, as_submitted
from checker.evidence.rows import TASK, Subject, subject
from checker.metrics.base import Share
from checker.model.claim import ClaimCheck, PartCheck, Verdict
from checker.model.estimate import Estimate, Estimates, Interval
from checker.model.evidence import IntervalWidth
from checker.model.metric_names import METRIC_NAMES
from checker.model.predictions import Predictions
from checker.model.settings import Settings
from checker.model.study import Claim, Evaluation
from checker.needs import Absent, DoesNotApply, NotEstablished, either


@evidence
def claim_subject(
    claim: Claim,
    classified: Evaluation,
    predictions: Predictions,
    scored: Scored,
    optional_threshold: float | None,
    is_probability: bool,
    settings: Settings,
) -> Subject:
    """Return the metric, the rows and the threshold that the claim is about.

    Raises:
        NotEstablished: the metric is not recomputed, or its group, score or threshold is not known.
    """
    return subject(claim, classified, predictions, optional_threshold, is_probability, settings)


@evidence
def claim_value(claim: Claim, claim_subject: Subject, predictions: Predictions) -> ValueCheck:
    """Return the verdict on the value, and the convention under which its interval is to be computed."""
    return check_value(claim, claim_subject, predictions)


@evidence
def claim_check(
    classification_claim_check: ClaimCheck | Absent,
    task_claim_check: ClaimCheck | Absent,
    risk_group_claim_check: ClaimCheck | Absent,
) -> ClaimCheck:
    """Return the claim with the verdict on each part that it prints.

    Raises:
        NotEstablished: it cannot be compared, with the reason.
    """
    of_groups = risk_group_claim_check
    if not isinstance(of_groups, Absent) or of_groups.applies:
        return either(of_groups, Absent("the claim is about risk groups", applies=False))
    return either(classification_claim_check, task_claim_check)


@evidence
def classification_claim_check(
    claim: Claim,
    claim_at: str,
    classified: Evaluation,
    claim_subject: Subject,
    claim_value: ValueCheck,
    predictions: Predictions,
    estimates: Estimates,
    unit: str,
    settings: Settings,
) -> ClaimCheck:
    """Return the claim with the verdict on each part that it prints.

    Raises:
        NotEstablished: what it compares with is not in the file, or such a difference is not recomputed.
    """
    compared, recomputed = None, None
    if claim.versus is not None:
        parts, compared = check_difference(
            claim, classified, claim_subject, predictions, unit, settings
        )
    else:
        recomputed = _estimate(claim_subject, estimates, unit, predictions)
        parts = tuple(_parts(claim, claim_subject, claim_value, recomputed, predictions))
    verdict = worst(parts)
    return ClaimCheck(
        name=claim.name or claim.metric,
        evaluation=classified.name,
        metric=claim.metric,
        label=METRIC_NAMES[claim.metric].label,
        place=claim.place or "",
        at=claim_at,
        group=claim_subject.group,
        threshold=_threshold(claim_subject, predictions),
        parts=parts,
        verdict=verdict,
        because=_because(parts) if verdict is Verdict.NOT_CHECKABLE else "",
        recomputed=recomputed,
        compared=compared,
    )


def worst(parts: Sequence[PartCheck]) -> Verdict:
    """Return the worst verdict of the parts that could be checked; not checkable if there is none, or not the first.

    The first part is the value where one is printed: without it the rest says little. A contradicted part
    contradicts the claim, whatever else could not be checked.
    """
    verdicts = [part.verdict for part in parts]
    if Verdict.CONTRADICTED in verdicts:
        return Verdict.CONTRADICTED
    if not verdicts or verdicts[0] is Verdict.NOT_CHECKABLE:
        return Verdict.NOT_CHECKABLE
    if Verdict.OTHER_CONVENTION in verdicts:
        return Verdict.OTHER_CONVENTION
    return Verdict.REPRODUCED


def _because(parts: Sequence[PartCheck]) -> str:
    if not parts:
        return "the claim has no value, interval, number of cases or p value"
    return next(part.because for part in parts if part.verdict is Verdict.NOT_CHECKABLE)


def _threshold(about: Subject, predictions: Predictions) -> float | None:
    threshold = about.rows.threshold
    return -threshold if threshold is not None and predictions.lower_is_positive else threshold


def _parts(
    claim: Claim,
    about: Subject,
    value: ValueCheck,
    recomputed: Estimate,
    predictions: Predictions,
) -> Iterator[PartCheck]:
    if value.part is not None:
        yield value.part
    if interval := check_interval(claim, value):
        yield interval
    if claim.cases is not None:
        yield _cases(claim.cases, about, value, recomputed, predictions)
    if claim.numerator is not None:
        yield _numerator(claim.numerator, value)
    if claim.standard_deviation is not None:
        yield check_spread(claim.standard_deviation, about, value, recomputed, predictions)
    if claim.p_value is not None:
        known, repeated = about.rows.known(), about.rows.repeated
        yield check_p(claim, claim.p_value, recomputed, TASK, known, repeated)


def _cases(
    printed: int,
    about: Subject,
    value: ValueCheck,
    recomputed: Estimate,
    predictions: Predictions,
) -> PartCheck:
    rows = about.rows
    counts = {
        "cases behind the number": recomputed.cases,
        "all scored rows": len(rows.outcome),
        "all rows, incomplete ones too": int(about.chosen.sum()),
        "patients": rows.patients,
        f"rows where the value is of: {value.under.words}": len(value.under.rows.outcome),
    }
    if predictions.patient is None:
        del counts["patients"]
    return counted("cases", printed, _distinct(counts))


def _distinct(counts: dict[str, int]) -> dict[str, int]:
    """Return the counts without those that are equal to an earlier one."""
    first = {count: words for words, count in reversed(counts.items())}
    return {words: count for words, count in counts.items() if first[count] == words}


def _numerator(printed: int, value: ValueCheck) -> PartCheck:
    try:
        measured = value.under.rows.measured(value.under.metric)
    except NotEstablished as missing:
        return not_checkable("numerator", str(printed), str(missing))
    if not isinstance(measured, Share) or value.under.direct is not None:
        return not_checkable(
            "numerator", str(printed), "it is no proportion, so it has no numerator"
        )
    return counted("numerator", printed, {value.under.words: round(float(measured.numerator))})


def _estimate(
    about: Subject, estimates: Estimates, unit: str, predictions: Predictions
) -> Estimate:
    """Return the estimate of the claim: one of the evaluation's, or one of our own for another group or place."""
    if about.group == "all" and about.score == "score":
        for each in estimates.matching(about.metric.name, group="all", score="score"):
            at = each.threshold in (None, _threshold(about, predictions))
            if at and _same_strategy(each, about):
                return each
    return as_submitted(_own_estimate(about, unit), predictions)


def _same_strategy(each: Estimate, about: Subject) -> bool:
    stated_value = about.rows.facets.keys() - {"threshold", "strategy"}
    return each.strategy == about.rows.facets.get("strategy") and not stated_value


def _own_estimate(about: Subject, unit: str) -> Estimate:
    cases, value, because = len(about.rows.outcome), None, ""
    try:
        measured = about.rows.measured(about.metric)
        value = about.rows.value(about.metric)
        cases = round(float(measured.denominator)) if isinstance(measured, Share) else cases
    except NotEstablished as missing:
        because = str(missing)
    interval, note = (None, "") if value is None else _own_interval(about)
    strategy = about.rows.facets.get("strategy")
    return Estimate(
        metric=about.metric.name,
        group=about.group,
        score=about.score,
        threshold=about.rows.threshold,
        strategy=str(strategy) if strategy else None,
        cases=cases,
        unit=unit,
        missing=int(about.chosen.sum()) - len(about.rows.outcome),
        value=value,
        interval=interval,
        undefined_because=because,
        note=note,
    )


def _own_interval(about: Subject) -> tuple[Interval | None, str]:
    method = next(methods(about.metric, about.rows))
    try:
        limits = method.limits()
    except NotEstablished as missing:
        return None, str(missing)
    level = about.rows.level
    return Interval(low=limits.low, high=limits.high, level=level, method=method.words), ""


@evidence
def interval_widths(claim: Claim, claim_value: ValueCheck) -> tuple[IntervalWidth, ...]:
    """Return the width of the interval under every accepted method, with the printed limits beside it.

    Raises:
        DoesNotApply: the claim prints no interval, or is about a difference.
        NotEstablished: no method gives an interval.
    """
    if claim.low is None or claim.high is None:
        raise DoesNotApply("the claim prints no interval")
    if claim.versus is not None:
        raise DoesNotApply("the claim is about a difference")
    found = widths(claim, claim_value)
    if not found:
        raise NotEstablished("no accepted method gives an interval for this claim")
    return found
