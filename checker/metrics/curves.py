"""Points of the figures: ROC, calibration and decision curves, and the distribution of scores.

Rows without an outcome (0 or 1) or a score are left out of each.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from checker.metrics.base import NO_CASES, Bools, Codes, Floats, Share, Undefined, complete_rows
from checker.metrics.estimating import Cases, complete, known_of, plural
from checker.metrics.intervals import wilson
from checker.metrics.patients import effective_cases, sums_by_patient
from checker.metrics.ranking import NEEDS_BOTH, Ranking, Tallies, tally
from checker.metrics.resampling import FEWEST_PATIENTS, drawn, seeds
from checker.metrics.smoothing import SPAN, Neighbourhoods, in_cells, smooth
from checker.model import sentences
from checker.model.curves import CalibrationCurve, DecisionCurve, RocCurve, ScoreDistribution
from checker.model.estimate import Interval
from checker.needs import Absent, Known

T = TypeVar("T")
MOST_POINTS = 300
"""Of an ROC curve; more cannot be seen."""
GRID = 100
"""Points of a calibration curve, evenly between the smallest and the largest predicted risk."""
HISTOGRAM_BINS = 25
"""Of equal width."""
THRESHOLDS = 100
"""Of a decision curve, evenly over its range."""


def roc_curve(outcome: Bools, score: Floats, threshold: float | None = None) -> RocCurve:
    """Return the ROC curve from (0, 0) to (1, 1), and the point of the declared threshold.

    Points on a straight line between their neighbours are left out; of more than 300 those are kept that
    lie most evenly along the curve.

    Raises:
        Undefined: one of the classes is empty.
    """
    outcome, score = complete_rows(outcome, score)
    if outcome.all() or not outcome.any():
        raise Undefined(NEEDS_BOTH)
    counts = tally(outcome, score)
    across = np.append(0, counts.false_positives) / counts.negatives
    up = np.append(0, counts.true_positives) / counts.positives
    kept = _corners(counts)
    if len(kept) > MOST_POINTS:
        along = (across + up)[kept]
        wanted = np.linspace(0, along[-1], MOST_POINTS)
        kept = kept[np.unique(np.clip(np.searchsorted(along, wanted), 0, len(kept) - 1))]
    point = None
    if threshold is not None:
        called = score >= threshold
        point = (float(called[~outcome].mean()), float(called[outcome].mean()))
    return RocCurve(
        false_positive_rate=_points(across[kept]), sensitivity=_points(up[kept]), at_threshold=point
    )


def _corners(counts: Tallies) -> Codes:
    """Return the points where the direction of the curve changes, and both ends."""
    before = counts.with_outcome[:-1] * counts.without[1:]
    after = counts.with_outcome[1:] * counts.without[:-1]
    return np.concatenate([[0], 1 + np.flatnonzero(before != after), [len(counts.without)]])


def _points(values: Floats) -> tuple[float, ...]:
    return tuple(values.tolist())


def calibration_curve(
    outcome: Bools,
    risk: Floats,
    patient: Codes | None = None,
    *,
    unit: str = "row",
    group: str = "all",
    evaluation: str = "",
    seed: int = 0,
    level: float = 0.95,
    resamples: int = 2000,
) -> CalibrationCurve:
    """Return the loess curve of the outcome on the predicted risk with a pointwise bootstrap band, and ten bins.

    The curve and its band are cut at 0 and 1. Bins are of equal count, with Wilson intervals (on the effective
    number of cases where patients repeat).

    Args:
        outcome: shape (cases,).
        risk: shape (cases,), within 0..1.
        patient: shape (cases,): codes; None: every row is one.
        unit: what one row is.
        group: with `evaluation` it makes the random numbers its own.
        evaluation: its name.
        seed: of the report.
        level: of the band and the bins' intervals.
        resamples: of patients; with fewer than 20 patients there is no band.

    Raises:
        Undefined: risks outside 0..1, or too few distinct ones.
    """
    columns = {"outcome": np.asarray(outcome), "score": np.asarray(risk, float)}
    cases, _ = complete(columns if patient is None else {**columns, "patient": patient})
    if not len(cases):
        raise Undefined(NO_CASES)
    own = seeds(seed, evaluation, group)
    known = known_of(cases, own, {"probability": True})
    around = _made(known, "neighbourhoods", Neighbourhoods)
    at = np.linspace(cases.score.min(), cases.score.max(), GRID)
    observed = smooth(*in_cells(_made(known, "tallies", Tallies), around), around, at)
    if np.isnan(observed).any():
        raise Undefined("too few distinct predicted risks lie near each other for a smooth curve")
    low, high, words = _band(known, cases, at, level, resamples, unit, own)
    bins = tuple(_bins(known, cases, level))
    return CalibrationCurve(
        predicted=_points(at),
        observed=_points(observed.clip(0, 1)),
        low=_points(low),
        high=_points(high),
        method=f"loess, span {SPAN}, degree 2; {words}",
        bin_predicted=tuple(each.predicted for each in bins),
        bin_observed=tuple(each.observed for each in bins),
        bin_low=tuple(each.interval.low for each in bins),
        bin_high=tuple(each.interval.high for each in bins),
        bin_cases=tuple(each.cases for each in bins),
    )


def _made(known: Known, name: str, kind: type[T]) -> T:
    found = known.value(name)
    if isinstance(found, Absent):
        raise Undefined(found.because)
    assert isinstance(found, kind)
    return found


def _band(
    known: Known,
    cases: Cases,
    at: Floats,
    level: float,
    resamples: int,
    unit: str,
    own: Sequence[int],
) -> tuple[Floats, Floats, str]:
    who = f"{cases.patients:,} {'patients' if cases.repeated else plural(unit)}"
    nothing = np.empty(0)
    if cases.patients < FEWEST_PATIENTS:
        return nothing, nothing, f"no band, {who} are too few to resample"
    around = _made(known, "resampled_neighbourhoods", Neighbourhoods)
    blocks = []
    for weight in drawn(own, cases.patients, len(cases), resamples):
        counts = _made(known.inside(weight=weight), "tallies", Tallies)
        blocks.append(smooth(*in_cells(counts, around), around, at))
    curves = np.concatenate(blocks)
    curves = curves[~np.isnan(curves).any(axis=1)]
    if 2 * len(curves) < resamples:
        return (
            nothing,
            nothing,
            "no band, the curve is undefined in more than half of the resamples",
        )
    low, high = np.quantile(curves, ((1 - level) / 2, (1 + level) / 2), axis=0).clip(0, 1)
    left = f", {resamples - len(curves)} undefined" if len(curves) < resamples else ""
    words = f"pointwise {sentences.level(level)} band, percentile bootstrap over {who}, {resamples:,} resamples{left}"
    return low, high, words


@dataclass(frozen=True, slots=True)
class _Bin:
    predicted: float
    observed: float
    interval: Interval
    cases: int


def _bins(known: Known, cases: Cases, level: float) -> Iterator[_Bin]:
    ranked = _made(known, "ranking", Ranking)
    starts = np.append(0, ranked.last[:-1] + 1)[_made(known, "bin_starts", np.ndarray)]
    for rows in reversed(np.split(ranked.order, starts[1:])):
        patient, outcome = cases.patient[rows], cases.outcome[rows].astype(float)
        found, of = sums_by_patient(patient, outcome, np.ones(len(rows))).T
        share = Share(found, of, "the bin is empty")
        observed = float(outcome.mean())
        try:
            effective = effective_cases(share)
        except Undefined:  # one patient alone: as little as one case can say
            effective = 1.0
        interval = wilson(observed * effective, effective, level)
        yield _Bin(float(cases.score[rows].mean()), observed, interval, len(rows))


def decision_curve(
    outcome: Bools, risk: Floats, decision_range: tuple[float, float] = (0.01, 0.99)
) -> DecisionCurve:
    """Return the net benefit per case of the model, of treating everyone and of treating no one.

    Vickers & Elkin 2006, eq. 1, at 100 threshold probabilities evenly over the range, at the prevalence of
    the data.

    Raises:
        Undefined: there are no cases, risks outside 0..1, or a range that is not within 0..1 (without 1).
    """
    outcome, risk = complete_rows(outcome, risk)
    low, high = decision_range
    if not len(outcome):
        raise Undefined(NO_CASES)
    if not 0 <= low < high < 1:
        raise Undefined(f"{low:g} to {high:g} is no range of threshold probabilities")
    if risk.min() < 0 or risk.max() > 1:
        raise Undefined("predicted risks lie outside 0 to 1")
    threshold = np.linspace(low, high, THRESHOLDS)
    with_it, without = np.sort(risk[outcome]), np.sort(risk[~outcome])
    tp = len(with_it) - np.searchsorted(with_it, threshold, "left")
    fp = len(without) - np.searchsorted(without, threshold, "left")
    odds = threshold / (1 - threshold)
    return DecisionCurve(
        threshold=_points(threshold),
        model=_points((tp - odds * fp) / len(risk)),
        treat_all=_points((len(with_it) - odds * len(without)) / len(risk)),
        treat_none=(0.0,) * THRESHOLDS,
    )


def score_distribution(outcome: Bools, score: Floats) -> ScoreDistribution:
    """Return how many cases with and without the outcome have which scores, in 25 bins of equal width.

    From 0 to 1 where all scores lie there, else from the smallest to the largest; each bin holds its lower edge,
    the last both.

    Raises:
        Undefined: there are no cases.
    """
    outcome, score = complete_rows(outcome, score)
    if not len(score):
        raise Undefined(NO_CASES)
    low, high = float(score.min()), float(score.max())
    span = (0.0, 1.0) if low >= 0 and high <= 1 else (low, high if high > low else low + 1)
    edges = np.linspace(*span, HISTOGRAM_BINS + 1)
    with_it, without = (np.histogram(score[of], edges)[0] for of in (outcome, ~outcome))
    return ScoreDistribution(
        edges=_points(edges),
        with_outcome=tuple(with_it.tolist()),
        without_outcome=tuple(without.tolist()),
    )
