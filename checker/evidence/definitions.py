"""Other definitions that go by the name of one of our metrics: each is in print or in common software."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from checker.evidence.rows import Rows
from checker.metrics.base import Codes, Floats, Undefined
from checker.metrics.classification import Cells
from checker.metrics.discrimination import standardised_partial_auroc
from checker.metrics.ranking import tally
from checker.needs import NotEstablished

LOWESS_SPAN = 2 / 3
"""Share of cases in a neighbourhood: the default of R's lowess."""
FITTED_POINTS = 200
"""Above so many distinct risks the line is fitted at as many of them, with straight lines between."""


class Definition(NamedTuple):
    """One other definition."""

    words: str
    metric: str = ""
    """Name of the metric of ours that it is; empty: the claimed one, turned, or `direct`."""
    turn: Callable[[float], float] | None = None
    direct: Callable[[Rows], float] | None = None


def _inverse(value: float) -> float:
    if not value:
        raise NotEstablished("no case has the outcome, so the inverse ratio is infinite")
    return 1 / value


def _twice(value: float) -> float:
    return 2 * value


def mean_difference(rows: Rows) -> float:
    """Return the observed share minus the mean predicted risk (calibration in the large as a difference)."""
    return float(rows.outcome.mean() - rows.score.mean())


def precision_recall_trapezoid(rows: Rows) -> float:
    """Return the area under the precision-recall curve by straight lines, from recall 0 and precision 1.

    Optimistic (Davis & Goadrich 2006), but what integrating the points of the curve by trapezoids gives.
    """
    counts = tally(rows.outcome, rows.score)
    if not counts.positives:
        raise Undefined("no case has the outcome")
    recall = np.append(0.0, counts.true_positives / counts.positives)
    precision = np.append(
        1.0, counts.true_positives / (counts.true_positives + counts.false_positives)
    )
    return float(np.trapezoid(precision, recall))


def _error_of_bins(bins: int, *, equal_width: bool) -> Callable[[Rows], float]:
    def error(rows: Rows) -> float:
        order = np.argsort(rows.score, kind="stable")
        risk, outcome = rows.score[order], rows.outcome[order]
        where = (
            np.ceil(risk * bins) - 1 if equal_width else np.arange(len(risk)) * bins // len(risk)
        )
        start = np.flatnonzero(np.diff(np.clip(where, 0, bins - 1), prepend=-1))
        return float(np.abs(np.add.reduceat(outcome - risk, start)).sum() / len(risk))

    return error


def _error_of_quantile_bins(rows: Rows) -> float:
    """Return the error over ten bins between quantiles of the risks, as scikit-learn cuts them."""
    edges = np.quantile(rows.score, np.linspace(0, 1, 11))
    return _binned(rows, np.searchsorted(edges[1:-1], rows.score))


def _error_of_equal_parts(rows: Rows) -> float:
    """Return the error over ten bins of equal count, the first ones larger by one where that is uneven."""
    cases = len(rows.score)
    order = np.argsort(rows.score, kind="stable")
    where = np.empty(cases, np.int64)
    sizes = [cases // 10 + (bin < cases % 10) for bin in range(10)]
    where[order] = np.repeat(np.arange(10), sizes)
    return _binned(rows, where)


def _error_of_confidence(bins: int) -> Callable[[Rows], float]:
    """Return the error of the more likely class: its probability against how often it is right."""

    def error(rows: Rows) -> float:
        sure = np.maximum(rows.score, 1 - rows.score)
        right = (rows.score >= 0.5) == rows.outcome
        where = np.clip(np.ceil(sure * bins) - 1, 0, bins - 1).astype(np.int64)
        return float(np.abs(np.bincount(where, right - sure)).sum() / len(sure))

    return error


def _binned(rows: Rows, where: Codes) -> float:
    return float(np.abs(np.bincount(where, rows.outcome - rows.score)).sum() / len(rows.score))


def _f1_over_classes(*, by_size: bool) -> Callable[[Rows], float]:
    def mean(rows: Rows) -> float:
        cells = cells_of(rows)
        found = _f1(cells.tp, cells.fp, cells.fn), _f1(cells.tn, cells.fn, cells.fp)
        share = float(cells.positives / cells.cases) if by_size else 0.5
        return share * found[0] + (1 - share) * found[1]

    return mean


def _f1(found: Floats, too_many: Floats, missed: Floats) -> float:
    below = float(2 * found + too_many + missed)
    if not below:
        raise Undefined("a class has neither cases nor decisions")
    return float(2 * found) / below


def cells_of(rows: Rows) -> Cells:
    """Return the cross table of the rows at their threshold."""
    positive = rows.score >= rows.facets["threshold"]  # type: ignore[operator]  # a float there
    counts = (
        np.asarray(np.count_nonzero(called & real), float)
        for called, real in (
            (positive, rows.outcome),
            (positive, ~rows.outcome),
            (~positive, rows.outcome),
            (~positive, ~rows.outcome),
        )
    )
    return Cells(*counts)


def _half_added(ratio: Callable[[Cells], float]) -> Callable[[Rows], float]:
    def of_enlarged(rows: Rows) -> float:
        return ratio(Cells(*(cell + 0.5 for cell in cells_of(rows))))

    return of_enlarged


def _positive_ratio(cells: Cells) -> float:
    return float(cells.tp / cells.positives / (cells.fp / cells.negatives))


def _negative_ratio(cells: Cells) -> float:
    return float(cells.fn / cells.positives / (cells.tn / cells.negatives))


def _odds_ratio(cells: Cells) -> float:
    return float(cells.tp * cells.tn / (cells.fp * cells.fn))


def lowess_gaps(rows: Rows) -> Floats:
    """Return, per case, the distance between its risk and a local straight line through the outcomes.

    Span 2/3, degree 1, without robustness steps (Cleveland 1979): the smoother of several validation
    programs, where ours is of degree 2 over a span of 0.75.

    Raises:
        Undefined: fewer than three distinct risks.
    """
    risk, inverse, counts = np.unique(rows.score, return_inverse=True, return_counts=True)
    cases = np.asarray(counts, float)
    if len(risk) < 3:
        raise Undefined("a smooth curve needs at least three distinct predicted risks")
    with_outcome = np.asarray(np.bincount(inverse, rows.outcome.astype(float)), float)
    at = np.unique(np.linspace(0, len(risk) - 1, FITTED_POINTS).round().astype(np.int64))
    everyone = np.sort(rows.score)
    nearest = max(2, int(LOWESS_SPAN * len(everyone) + 1e-7))
    fitted = [_line_at(float(risk[i]), risk, with_outcome, cases, everyone, nearest) for i in at]
    return np.asarray(np.abs(np.interp(risk, risk[at], fitted) - risk)[inverse])


def _line_at(
    point: float, risk: Floats, with_outcome: Floats, cases: Floats, everyone: Floats, nearest: int
) -> float:
    reach = np.partition(np.abs(everyone - point), nearest - 1)[nearest - 1]
    weight = cases * np.clip(1 - (np.abs(risk - point) / max(reach, 1e-12)) ** 3, 0, None) ** 3
    total = weight.sum()
    share = np.divide(with_outcome, cases)
    middle = (weight * risk).sum() / total
    spread = (weight * (risk - middle) ** 2).sum()
    height = (weight * share).sum() / total
    if spread <= 1e-12 * total:
        return float(height)
    slope = (weight * (risk - middle) * share).sum() / spread
    return float(height + slope * (point - middle))


def _lowess_mean(rows: Rows) -> float:
    return float(lowess_gaps(rows).mean())


def _lowess_quantile(share: float) -> Callable[[Rows], float]:
    def quantile(rows: Rows) -> float:
        return float(np.quantile(lowess_gaps(rows), share))

    return quantile


def _standardised(rows: Rows) -> float:
    lowest = float(rows.facets["lowest_specificity"])  # type: ignore[arg-type]  # a float there
    return standardised_partial_auroc(rows.outcome, rows.score, lowest)


LOWESS = "lowess of span 2/3 instead of loess"
HALF_ADDED = "0.5 added to each cell"
OTHER_DEFINITIONS: dict[str, tuple[Definition, ...]] = {
    # both are called "calibration intercept" and "calibration in the large" (Van Calster et al. 2019)
    "calibration_in_the_large": (
        Definition(
            "the intercept estimated together with the slope", metric="calibration_intercept"
        ),
        Definition("the observed share minus the mean predicted risk", direct=mean_difference),
        Definition(
            "the mean predicted risk minus the observed share",
            direct=lambda rows: -mean_difference(rows),
        ),
    ),
    "calibration_intercept": (
        Definition("the intercept with the slope fixed at 1", metric="calibration_in_the_large"),
    ),
    # both ratios are in use (Debray et al. 2017)
    "observed_expected_ratio": (
        Definition("expected over observed", metric="observed_expected_ratio", turn=_inverse),
    ),
    "average_precision": (
        Definition(
            "the precision-recall curve joined by straight lines", direct=precision_recall_trapezoid
        ),
    ),
    # ten equal widths: Naeini et al. 2015; fifteen: Guo et al. 2017
    "expected_calibration_error": (
        Definition("ten bins of equal width", direct=_error_of_bins(10, equal_width=True)),
        Definition("fifteen bins of equal width", direct=_error_of_bins(15, equal_width=True)),
        Definition("five bins of equal width", direct=_error_of_bins(5, equal_width=True)),
        Definition("twenty bins of equal width", direct=_error_of_bins(20, equal_width=True)),
        Definition("fifteen bins of equal count", direct=_error_of_bins(15, equal_width=False)),
        Definition("ten bins between quantiles", direct=_error_of_quantile_bins),
        Definition("ten bins of equal count, the first ones larger", direct=_error_of_equal_parts),
        Definition("fifteen bins of the more likely class", direct=_error_of_confidence(15)),
        Definition("ten bins of the more likely class", direct=_error_of_confidence(10)),
    ),
    "integrated_calibration_index": (Definition(LOWESS, direct=_lowess_mean),),
    "calibration_error_median": (Definition(LOWESS, direct=_lowess_quantile(0.5)),),
    "calibration_error_90": (Definition(LOWESS, direct=_lowess_quantile(0.9)),),
    # the definition of Brier 1950
    "brier_score": (Definition("the sum over both classes", turn=_twice),),
    # printed by programs that average over classes, unasked
    "f1": (
        Definition("the mean of both classes (macro)", direct=_f1_over_classes(by_size=False)),
        Definition(
            "the mean of both classes weighted by size", direct=_f1_over_classes(by_size=True)
        ),
    ),
    # Haldane 1956, Anscombe 1956: usual in meta-analyses
    "positive_likelihood_ratio": (Definition(HALF_ADDED, direct=_half_added(_positive_ratio)),),
    "negative_likelihood_ratio": (Definition(HALF_ADDED, direct=_half_added(_negative_ratio)),),
    "diagnostic_odds_ratio": (Definition(HALF_ADDED, direct=_half_added(_odds_ratio)),),
    "partial_auroc": (Definition("standardised to 0.5 and 1 (McClish)", direct=_standardised),),
}
"""Metric to the definitions that are tried after ours, in this order."""
