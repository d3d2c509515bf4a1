"""Is a declared threshold the one that is best on these very data, and how likely is that by chance?"""

from collections.abc import Callable, Iterator
from decimal import Decimal

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

    Several cuts may be equally best; then the one of the threshold is reported, or the nearest to it. The chance
    counts all cuts that are best by any criterion. A criterion that is best served by calling everyone or no one
    positive is left out: such a threshold was not found by tuning.

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
    best = {name: np.flatnonzero(value >= value.max() - 1e-12) for name, value in values.items()}
    inner = {name: cuts for name, cuts in best.items() if cuts[0] and cuts[-1] < len(ranked.score)}
    if not inner:
        return
    every = np.unique(np.concatenate(list(inner.values())))
    chance = max(_share_of_cases(ranked, every), _share_of_round(ranked, every, threshold))
    for criterion, cuts in inner.items():
        at = int(cuts[np.argmin(np.abs(cuts - declared))])
        yield ThresholdOptimum(
            criterion=criterion,
            declared=threshold,
            low=float(ranked.score[at]),
            high=float(ranked.score[at - 1]),
            equals=at == declared,
            chance=chance,
        )


def _share_of_cases(ranked: Ranking, cuts: Codes) -> float:
    """Return the share of cases whose score, taken as threshold, makes one of these cuts."""
    counts = np.diff(ranked.last, prepend=-1)
    return float(counts[cuts - 1].sum() / counts.sum())


def _share_of_round(ranked: Ranking, cuts: Codes, threshold: float) -> float:
    """Return the share of numbers as round as the threshold, between the lowest and highest score, in these cuts."""
    step = _step(threshold)
    lowest, highest = float(ranked.score[-1]), float(ranked.score[0])
    every = _multiples(lowest, highest, step)
    there = sum(
        _multiples(float(ranked.score[cut]), float(ranked.score[cut - 1]), step) for cut in cuts
    )
    return there / every if every else 0.0


def _step(threshold: float) -> float:
    """Return the step of the roundest scale that holds the threshold: 0.1 for 0.3, 0.05 for 0.35, 0.01 for 0.42."""
    digits = f"{abs(Decimal(repr(threshold))):f}".partition(".")
    decimals = digits[2].rstrip("0")
    last = decimals[-1:] or digits[0][-1:]
    step = 10.0 ** -len(decimals)
    return 5 * step if last == "5" and decimals[:-1] + digits[0].strip("0") else step


def _multiples(low: float, high: float, step: float) -> int:
    """Return how many multiples of the step lie above the one number and not above the other."""
    return int(np.floor(high / step + 1e-9) - np.floor(low / step + 1e-9))
