"""Points of the figures: ROC, calibration and decision curves, and the distribution of scores."""

from collections.abc import Sequence

import numpy as np

from checker.metrics.base import Bools, Codes, Floats, Undefined
from checker.metrics.calibration import BINS
from checker.metrics.estimating import Cases, complete, known_of, plural
from checker.metrics.intervals import wilson
from checker.metrics.patients import effective_cases, sums_by_patient
from checker.metrics.base import Share
from checker.metrics.ranking import NEEDS_BOTH, Tallies, tally
from checker.metrics.resampling import FEWEST_PATIENTS, drawn, seeds
from checker.metrics.smoothing import SPAN, Neighbourhoods, in_cells, smooth
from checker.model.curves import CalibrationCurve, DecisionCurve, RocCurve, ScoreDistribution
from checker.needs import Absent, Known

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
    outcome, score = np.asarray(outcome, bool), np.asarray(score, float)
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
    if not len(cases.outcome):
        raise Undefined("there are no cases")
    known = known_of(cases, seeds(seed, evaluation, group), probability=True)
    around: Neighbourhoods = _made(known, "neighbourhoods")
    at = np.linspace(cases.score.min(), cases.score.max(), GRID)
    observed = smooth(*in_cells(_made(known, "tallies"), around), around, at)
    if np.isnan(observed).any():
        raise Undefined("too few distinct predicted risks lie near each other for a smooth curve")
    low, high, words = _band(known, cases, at, level, resamples, unit)
    bins = _bins(known, cases, level)
    return CalibrationCurve(
        predicted=_points(at),
        observed=_points(observed.clip(0, 1)),
        low=_points(low),
        high=_points(high),
        method=f"loess, span {SPAN}, degree 2; {words}",
        bin_predicted=tuple(each[0] for each in bins),
        bin_observed=tuple(each[1] for each in bins),
        bin_low=tuple(each[2] for each in bins),
        bin_high=tuple(each[3] for each in bins),
        bin_cases=tuple(each[4] for each in bins),
    )
