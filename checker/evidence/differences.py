"""Claims about a difference on the same cases: its value, its interval, its p value."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from checker.evidence.claim_intervals import printed_limits
from checker.evidence.claim_values import CUT, Reading, counted, not_checkable, readings
from checker.evidence.difference_ways import AT_A_THRESHOLD, Pair, Way, ways
from checker.evidence.limits import Limits
from checker.evidence.printed import printed_p
from checker.evidence.rows import Subject, patients_of, score_of
from checker.metrics.base import Floats
from checker.metrics.comparing import RECLASSIFICATION, compare
from checker.model.claim import Attempt, PartCheck, Verdict
from checker.model.estimate import Comparison
from checker.model.predictions import Predictions
from checker.model.settings import Settings
from checker.model.study import Claim, Evaluation, Printed
from checker.needs import NotEstablished, stated

OTHER_WAY = "the difference taken the other way round"
ONE_SIDED = "one-sided"
CASES_BEHIND = "cases behind the difference"
RECOMPUTED_TESTS = frozenset({"delong", "mcnemar", "chi_squared", "bootstrap", None})
"""Tests of which a difference contradicts the printed p value; None: the paper names none."""
CLOSED = frozenset({"delong", "mcnemar", "chi_squared"})
"""Named tests that draw no random numbers: a bootstrap explains nothing where one of them is named."""
RESAMPLED = 1
"""Resamples where no bootstrap is wanted from the comparison."""


def check_difference(
    claim: Claim,
    evaluation: Evaluation,
    about: Subject,
    predictions: Predictions,
    unit: str,
    settings: Settings,
) -> tuple[tuple[PartCheck, ...], Comparison]:
    """Return the verdict on each printed part of the difference, and the recomputed comparison.

    Raises:
        NotEstablished: the other score is not in the file, or the metric has no recomputed difference.
    """
    name, score = score_of(
        stated(claim.versus, "evaluations.claims.versus"), evaluation, predictions
    )
    if name == about.score:
        raise NotEstablished(
            f'"{claim.versus}" is compared with itself; say which two scores (of, versus)'
        )
    second, assumed = _second_threshold(claim, about, name, score)
    comparison = _comparison(
        claim, about, name, score, second, predictions, unit, settings, evaluation
    )
    if comparison.difference is None:
        raise NotEstablished(f"the difference is undefined: {comparison.undefined_because}")
    parts = tuple(_parts(claim, _pair(claim, about, score, second, predictions), comparison))
    return tuple(_unless_assumed(each, assumed) for each in parts), comparison


def _second_threshold(
    claim: Claim, about: Subject, name: str, score: Floats
) -> tuple[float | None, str]:
    """Return the threshold of the other score, and what is assumed about it, as a sentence.

    Raises:
        NotEstablished: nobody said at which threshold it decides, and that of the first cannot be its own.
    """
    threshold = about.rows.threshold
    if threshold is None or claim.metric not in AT_A_THRESHOLD:
        return threshold, ""
    known = score[~np.isnan(score)]
    if np.isin(known, (0.0, 1.0)).all():
        return 1.0, ""  # the column holds decisions
    if about.rows.probability and known.min() >= 0 and known.max() <= 1:
        return threshold, f'at which threshold "{name}" decides is not described; at {threshold:g}'
    raise NotEstablished(
        f'at which threshold "{name}" decides is not described; submit its decisions as a column of 0 and 1'
    )


def _unless_assumed(part: PartCheck, assumed: str) -> PartCheck:
    """Return the part; one that is contradicted under an assumption could not be checked."""
    if not assumed or part.verdict is not Verdict.CONTRADICTED:
        return part
    because = f"{assumed}, {part.because}"
    return replace(part, verdict=Verdict.NOT_CHECKABLE, because=because)


def _comparison(
    claim: Claim,
    about: Subject,
    name: str,
    score: Floats,
    second: float | None,
    predictions: Predictions,
    unit: str,
    settings: Settings,
    evaluation: Evaluation,
) -> Comparison:
    chosen, threshold = about.chosen, about.rows.threshold
    columns = {
        "outcome": predictions.outcome[chosen],
        "first": about.of_score[chosen],
        "second": score[chosen],
    }
    if predictions.patient is not None:
        columns["patient"] = predictions.patient.codes[chosen]
    at_risk = claim.metric == "net_benefit" and threshold is not None
    made = compare(
        columns,
        "first",
        "second",
        threshold=threshold if claim.metric in AT_A_THRESHOLD else None,
        second_threshold=second,
        net_benefit=(threshold,) if at_risk and threshold is not None else (),
        unit=unit,
        group=about.group,
        evaluation=evaluation.name,
        seed=settings.seed,
        level=about.rows.level,
        resamples=RESAMPLED if claim.metric == "auroc" else settings.resamples,
        probability=about.rows.probability,
    )
    for each in made:
        if each.metric == claim.metric:
            at = each.threshold
            turned = at is not None and predictions.lower_is_positive
            at = -at if turned and at is not None else at
            return replace(each, first=about.score, second=name, threshold=at)
    raise NotEstablished(f"a difference of {claim.metric} is not recomputed by this version")


def _pair(
    claim: Claim,
    about: Subject,
    score: Floats,
    second: float | None,
    predictions: Predictions,
) -> Pair:
    keep = about.chosen & (predictions.outcome >= 0) & ~np.isnan(about.of_score) & ~np.isnan(score)
    first = replace(
        about.rows,
        outcome=predictions.outcome[keep] == 1,
        score=about.of_score[keep],
        patient=patients_of(predictions.patient, keep),
    )
    metric = None if claim.metric in RECLASSIFICATION else about.metric
    other = replace(first, score=score[keep])
    return Pair(
        metric=metric, first=first, second=other if second is None else other.at(threshold=second)
    )


def _parts(claim: Claim, pair: Pair, comparison: Comparison) -> Iterator[PartCheck]:
    difference = comparison.difference
    assert difference is not None
    metric = "auroc" if claim.metric in RECLASSIFICATION else claim.metric
    yield from difference_parts(
        claim,
        difference,
        metric,
        lambda: tuple(ways(pair, comparison)),
        counts={CASES_BEHIND: comparison.cases, "patients": pair.first.patients},
    )


def difference_parts(
    claim: Claim,
    difference: float,
    metric: str,
    tests: Callable[[], tuple[Way, ...]],
    others: Sequence[tuple[str, float]] = (),
    recomputed: Collection[str | None] = RECOMPUTED_TESTS,
    *,
    counts: Mapping[str, int],
) -> Iterator[PartCheck]:
    """Yield the verdict on each printed part of a difference.

    Args:
        claim: what is printed.
        difference: recomputed by our definition.
        metric: as which its digits are read.
        tests: makes every way to an interval and a p value, ours first; only where one of them is printed.
        others: the difference under other conventions, in words.
        recomputed: tests of which a difference contradicts the printed p value; None: the paper names none.
        counts: what a printed number of cases may count, in words, ours first.
    """
    reading, sign = next(readings(claim, metric)), 1.0
    if claim.value is not None:
        part, reading, sign = _value(claim, difference, metric, others)
        yield part
    if claim.cases is not None:
        yield counted("cases", claim.cases, counts)
    for name in ("numerator", "standard_deviation"):
        if (printed := getattr(claim, name)) is not None:
            text = printed.text if isinstance(printed, Printed) else str(printed)
            yield not_checkable(name, text, "it is not recomputed for a difference")
    if claim.low is None and claim.high is None and claim.p_value is None:
        return
    tried = tests()
    if (limits := _interval(claim, reading, tried, sign, recomputed)) is not None:
        yield limits
    if claim.p_value is not None:
        yield _p_value(claim, claim.p_value, tried, recomputed)


def _value(
    claim: Claim, difference: float, metric: str, others: Sequence[tuple[str, float]]
) -> tuple[PartCheck, Reading, float]:
    assert claim.value is not None
    tried: list[Attempt] = []
    read = tuple(readings(claim, metric))
    numbers = (
        ("first minus second", difference, 1.0),
        (OTHER_WAY, -difference, -1.0),
        *((words, value, 1.0) for words, value in others),
        *((f"{words}, {OTHER_WAY}", -value, -1.0) for words, value in others),
        (CUT, difference, 1.0),
    )
    for reading in read:
        printed = reading.of(claim.value)
        for words, value, sign in numbers:
            fits = printed.is_cut(value) if words == CUT else printed.agrees(value)
            named = reading.named("" if len(tried) == 0 else words) or words
            tried.append(Attempt(convention=named, value=value, fits=fits))
            if fits:
                ours = len(tried) == 1
                part = PartCheck(
                    part="value",
                    printed=printed.text,
                    verdict=Verdict.REPRODUCED if ours else Verdict.OTHER_CONVENTION,
                    recomputed=printed.show(difference),
                    convention="" if ours else named,
                    tried=tuple(tried),
                )
                return part, reading, sign
    printed = read[-1].of(claim.value)
    shown = printed.show(difference)
    part = PartCheck(
        part="value",
        printed=printed.text,
        verdict=Verdict.CONTRADICTED,
        recomputed=shown,
        because=f"recomputed {shown}, printed {printed.text}: differs by {printed.difference(difference)}",
        tried=tuple(tried),
    )
    return part, read[-1], 1.0


def _interval(
    claim: Claim,
    reading: Reading,
    tried: Sequence[Way],
    sign: float,
    recomputed: Collection[str | None],
) -> PartCheck | None:
    printed = printed_limits(claim, reading)
    if printed is None:
        return None
    possible = [
        (way, way.limits if sign > 0 else _mirrored(way.limits))
        for way in tried
        if way.limits is not None
    ]
    if not possible:
        return not_checkable("interval", printed.text, tried[0].words)
    attempts = tuple(
        Attempt(convention=way.words, low=limits.low, high=limits.high, fits=printed.fit(limits))
        for way, limits in possible
    )
    shown = printed.show(possible[0][1])
    because = (
        f"recomputed {shown} ({possible[0][0].words}), printed {printed.text}: "
        f"{printed.differences(possible[0][1])}"
    )
    return _verdict("interval", printed.text, shown, attempts, claim, tried, because, recomputed)


def _mirrored(limits: Limits) -> Limits:
    low, high = limits.low_room, limits.high_room
    return Limits(-limits.high, -limits.low, (-high[1], -high[0]), (-low[1], -low[0]))


def _p_value(
    claim: Claim, text: str, tried: Sequence[Way], recomputed: Collection[str | None]
) -> PartCheck:
    try:
        printed = printed_p(text)
    except NotEstablished as unread:
        return not_checkable("p_value", text, str(unread))
    drawn = {"bootstrap"} if claim.test in CLOSED else set()
    possible = [
        (way.words, way.p, way.p_shown)
        for way in tried
        if way.p is not None and way.test not in drawn
    ]
    if not possible:
        because = (
            f"the test named ({claim.test}) is not recomputed here"
            if drawn
            else f"no p value is computed for it ({tried[0].words})"
        )
        return not_checkable("p_value", text, because)
    ours_words, ours, found = possible[0]
    possible.insert(1, (f"{ours_words}, {ONE_SIDED}", (ours[0] / 2, ours[1] / 2), found / 2))
    attempts = tuple(
        Attempt(
            convention=words,
            value=value,
            low=low if low < high else None,
            high=high if low < high else None,
            fits=printed.overlaps(low, high),
        )
        for words, (low, high), value in possible
    )
    shown = printed.show(found)
    because = f"recomputed {shown} ({ours_words}), printed {text}"
    return _verdict("p_value", text, shown, attempts, claim, tried, because, recomputed)


def _verdict(
    part: str,
    printed: str,
    shown: str,
    attempts: tuple[Attempt, ...],
    claim: Claim,
    tried: Sequence[Way],
    because: str,
    recomputed: Collection[str | None],
) -> PartCheck:
    """Return the verdict: ours is the first way, or any way by the test that the paper names."""
    named = {way.words for way in tried if claim.test is not None and way.test == claim.test}
    ours = named or {attempts[0].convention}
    fitting = next(
        (each for each in attempts if each.fits and each.convention in ours),
        next((each for each in attempts if each.fits), None),
    )
    if fitting is None and claim.test not in recomputed:
        because = f"the test named ({claim.test}) is not recomputed by this version"
        return not_checkable(part, printed, because, recomputed=shown, tried=attempts)
    reproduced = fitting is not None and fitting.convention in ours
    if reproduced and part == "p_value":
        shown = printed
    return PartCheck(
        part=part,
        printed=printed,
        verdict=(
            Verdict.CONTRADICTED
            if fitting is None
            else Verdict.REPRODUCED
            if reproduced
            else Verdict.OTHER_CONVENTION
        ),
        recomputed=shown,
        convention="" if fitting is None or reproduced else fitting.convention,
        because=because if fitting is None else "",
        tried=attempts,
    )
