"""Is a declared threshold the one that is best on these very data, and how likely is that by chance?"""

from collections.abc import Callable, Iterator

import numpy as np

from checker.metrics.base import Bools, Codes, Floats, Undefined, complete_rows
from checker.metrics.ranking import NEEDS_BOTH, Ranking, ranking, tally
from checker.model.evidence import ThresholdOptimum

Criterion = Callable[[Floats, Floats, float], Floats]
"""Of sensitivity and specificity at each cut, and the prevalence; the largest value is best."""

CRITERIA: dict[str, Criterion] = {
    "the largest Youden index": lambda sensitivity, specificity, _: sensitivity + specificity,
    "the largest accuracy": lambda sensitivity, specificity, prevalence: (
        prevalence * sensitivity + (1 - prevalence) * specificity
    ),
    "the point of the ROC curve closest to the corner": lambda sensitivity, specificity, _: (
        -((1 - sensitivity) ** 2) - (1 - specificity) ** 2
    ),
}
"""What thresholds are commonly tuned for, in words."""


def threshold_optimum(
    outcome: Bools, score: Floats, threshold: float
) -> tuple[ThresholdOptimum, ...]:
    """Return, for each criterion, whether the threshold makes the decisions that are best on these data.

    Several cuts may be equally best; then the one of the threshold is reported, or the nearest to it, and the
    chance counts all of them. A criterion that is best served by calling everyone or no one positive is left
    out: such a threshold was not found by tuning.

    Args:
        outcome: shape (cases,): 1 or True, 0 or False; rows with another value are left out.
        score: shape (cases,); rows with NaN are left out.
        threshold: positive decision at or above it.

    Raises:
        Undefined: one of the classes is empty.
    """
    outcome, score = complete_rows(outcome, score)
    if outcome.all() or not outcome.any():
        raise Undefined(NEEDS_BOTH)
    ranked = ranking(score)
    counts = tally(outcome, score)
    sensitivity = np.append(0, counts.true_positives) / counts.positives
    specificity = 1 - np.append(0, counts.false_positives) / counts.negatives
    prevalence = float(np.mean(outcome))
    values = {name: each(sensitivity, specificity, prevalence) for name, each in CRITERIA.items()}
    return tuple(_found(values, ranked, threshold))


def _found(
    values: dict[str, Floats], ranked: Ranking, threshold: float
) -> Iterator[ThresholdOptimum]:
    declared = int(np.count_nonzero(ranked.score >= threshold))
    counts = np.diff(ranked.last, prepend=-1)
    for criterion, value in values.items():
        best = np.flatnonzero(value >= value.max() - 1e-12)
        if best[0] == 0 or best[-1] == len(ranked.score):
            continue
        at = int(best[np.argmin(np.abs(best - declared))])
        yield ThresholdOptimum(
            criterion=criterion,
            declared=threshold,
            low=float(ranked.score[at]),
            high=float(ranked.score[at - 1]),
            equals=at == declared,
            chance=_share(counts, best),
        )


def _share(counts: Codes, best: Codes) -> float:
    return float(counts[best - 1].sum() / counts.sum())
