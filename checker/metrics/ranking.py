"""Cases in the order of their scores: what every measure of discrimination shares, and the variance of the AUROC."""

import timeit
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from checker.metrics.base import NO_CASES, Bools, Codes, Floats, Undefined, derived, weighted_sum

NEEDS_BOTH = "needs cases with the outcome and cases without"


class Ranking(NamedTuple):
    """Cases from the highest score to the lowest, and where each distinct score ends."""

    order: Codes
    """Shape (cases,): positions in the columns."""
    last: Codes
    """Shape (distinct scores,): position in `order` of the last case that has the score."""
    score: Floats
    """Shape (distinct scores,): falling."""


class Tallies(NamedTuple):
    """Counts of cases per distinct score, from the highest score to the lowest; the last axis is the score.

    Resamples, if any, are the axis before it.
    """

    with_outcome: Floats
    without: Floats
    true_positives: Floats
    """Cases with the outcome at or above the score."""
    false_positives: Floats

    @property
    def positives(self) -> Floats:
        """All cases with the outcome."""
        return self.true_positives[..., -1]

    @property
    def negatives(self) -> Floats:
        """All cases without the outcome."""
        return self.false_positives[..., -1]


class Placements(NamedTuple):
    """Per case, in the order of the columns: the share of the other class on its right side (ties one half)."""

    value: Floats
    """Shape (cases,); DeLong's V10 where the outcome is there, V01 where it is not."""
    area: float
    """Their mean in either class: the AUROC."""


@derived("classification")
def ranking(score: Floats) -> Ranking:
    """Return the cases from the highest score to the lowest.

    Raises:
        Undefined: there are no cases.
    """
    if not len(score):
        raise Undefined(NO_CASES)
    order = _rising(score)[::-1]
    falling = score[order]
    last = np.append(np.flatnonzero(falling[1:] != falling[:-1]), len(score) - 1)
    return Ranking(order, last, falling[last])


class Ranked(NamedTuple):
    """Outcome and patient of each case, in the order of the ranking."""

    outcome: Bools
    patient: Codes


@derived("classification")
def ranked(outcome: Bools, patient: Codes, ranking: Ranking) -> Ranked:
    """Return outcomes and patients from the highest score to the lowest."""
    return Ranked(outcome[ranking.order], patient[ranking.order])


@derived("classification")
def tallies(ranked: Ranked, ranking: Ranking, weight: Floats | None) -> Tallies:
    """Return counts per distinct score.

    Args:
        ranked: outcomes and patients in the order of the ranking.
        ranking: of the same cases.
        weight: shape (resamples, patients): how often each patient was drawn; None: every case once.
    """
    if weight is None:
        at_or_above = (ranking.last + 1).astype(float)
        true_positives = np.cumsum(ranked.outcome)[ranking.last].astype(float)
        return _tallies(true_positives, at_or_above - true_positives)
    drawn = weight.take(ranked.patient, axis=1)
    at_or_above = _up_to(drawn, ranking.last)
    drawn *= ranked.outcome
    true_positives = _up_to(drawn, ranking.last)
    return _tallies(true_positives, at_or_above - true_positives)


def _up_to(counts: Floats, last: Codes) -> Floats:
    total = np.cumsum(counts, axis=-1)
    return total if len(last) == counts.shape[-1] else total.take(last, axis=-1)


def _tallies(true_positives: Floats, false_positives: Floats) -> Tallies:
    return Tallies(_steps(true_positives), _steps(false_positives), true_positives, false_positives)


def _steps(total: Floats) -> Floats:
    steps = total.copy()
    steps[..., 1:] -= total[..., :-1]
    return steps


def tally(outcome: Bools, score: Floats) -> Tallies:
    """Return counts per distinct score of these cases, without ranking the cases themselves.

    The sign bit of scores that are not negative is free: with the outcome in it, one sort of plain numbers
    is enough, several times faster than a sort of positions. Negative scores are ranked.
    """
    if not len(score) or score.min() < 0:
        order = ranking(score)
        return tallies(ranked(outcome, np.arange(len(score)), order), order, None)
    keys = (score + 0.0).view(np.uint64) << np.uint64(1)  # + 0.0: no negative zero
    keys |= outcome
    keys = _sorted(keys, score)
    with_it = (keys & np.uint64(1)).astype(bool)
    keys >>= np.uint64(1)
    last = np.flatnonzero(np.append(keys[1:] != keys[:-1], True))[::-1]
    positives = np.cumsum(with_it).take(last).astype(float)  # at or below the score
    negatives = (last + 1) - positives
    here, others = _steps_down(positives), _steps_down(negatives)
    return Tallies(here, others, positives[0] - positives + here, negatives[0] - negatives + others)


def _steps_down(total: Floats) -> Floats:
    steps = total.copy()
    steps[:-1] -= total[1:]
    return steps


MANY = 50_000
"""Cases from which on a first pass by steps of the score can pay."""
STEPS_OF_SCORE = 2**16 - 1
HUGE = 1e280
"""Steps of scores beyond it, or closer together than its inverse, would overflow."""


@cache
def two_passes_pay() -> bool:
    """Return whether this processor sorts plain numbers more slowly than in two passes, tried once.

    The vector instructions of numpy's sort take 5 ms for a million numbers on some processors and 80 ms on others.
    The sorted numbers are the same either way.
    """
    trial = np.random.default_rng(0).random(2 * MANY)
    whole = timeit.repeat(lambda: np.sort(trial), number=1, repeat=3)
    parts = timeit.repeat(lambda: np.sort(trial[_near(trial)], kind="stable"), number=1, repeat=3)
    return min(parts) < min(whole)


def _near(score: Floats) -> Codes:
    """Return the cases nearly in rising order, by 65,536 steps of the score.

    numpy sorts 16 bits by radix, in a few passes, and what is almost in order is merged in little time.
    """
    spread = float(score.max() - score.min())
    steps = ((score - score.min()) * (STEPS_OF_SCORE / spread)).astype(np.uint16)
    return np.argsort(steps, kind="stable")


def _in_two_passes(score: Floats) -> bool:
    if len(score) < MANY:
        return False
    low, high = float(score.min()), float(score.max())
    return abs(low) < HUGE > abs(high) and high - low > 1 / HUGE and two_passes_pay()


def _sorted(keys: NDArray[np.uint64], score: Floats) -> NDArray[np.uint64]:
    """Return the keys in rising order; they rise with the score."""
    return np.sort(keys[_near(score)], kind="stable") if _in_two_passes(score) else np.sort(keys)


def _rising(score: Floats) -> Codes:
    """Return the positions of the cases from the lowest score to the highest."""
    if not _in_two_passes(score):
        return np.argsort(score)
    near = _near(score)
    return near[np.argsort(score[near], kind="stable")]


@derived("classification")
def placements(outcome: Bools, ranking: Ranking) -> Placements:
    """Return the placement values of all cases (DeLong, DeLong & Clarke-Pearson 1988, eq. 4 and 5).

    Raises:
        Undefined: one of the two classes is empty.
    """
    here = outcome[ranking.order]
    counts = tallies(Ranked(here, ranking.order), ranking, None)
    of_positive, of_negative = _placements_per_score(counts)
    times = np.diff(ranking.last, prepend=-1)
    value = np.empty(len(outcome))
    value[ranking.order] = np.where(here, of_positive.repeat(times), of_negative.repeat(times))
    return Placements(value, area(counts))


def _placements_per_score(counts: Tallies) -> tuple[Floats, Floats]:
    positives, negatives = float(counts.positives), float(counts.negatives)
    if not positives or not negatives:
        raise Undefined(NEEDS_BOTH)
    of_positive = 1 - (counts.false_positives - counts.without / 2) / negatives
    of_negative = (counts.true_positives - counts.with_outcome / 2) / positives
    return of_positive, of_negative


def area(counts: Tallies) -> float:
    """Return the AUROC: the chance that a case with the outcome scores higher, ties one half.

    Raises:
        Undefined: one of the two classes is empty.
    """
    pairs = float(counts.positives * counts.negatives)
    if not pairs:
        raise Undefined(NEEDS_BOTH)
    above = weighted_sum(counts.without, counts.true_positives - counts.with_outcome / 2)
    return float(above) / pairs


def delong_variance(counts: Tallies) -> float:
    """Return the variance of the AUROC where cases are independent (DeLong et al. 1988).

    Raises:
        Undefined: fewer than two cases in one of the classes.
    """
    of_positive, of_negative = _placements_per_score(counts)
    positives, negatives = float(counts.positives), float(counts.negatives)
    if min(positives, negatives) < 2:
        raise Undefined("needs at least two cases with the outcome and two without")
    middle = area(counts)
    with_it = float(weighted_sum(counts.with_outcome, (of_positive - middle) ** 2)) / (
        positives - 1
    )
    without = float(weighted_sum(counts.without, (of_negative - middle) ** 2)) / (negatives - 1)
    return with_it / positives + without / negatives


def delong_covariance(outcome: Bools, first: Placements, second: Placements) -> float:
    """Return the covariance of two AUROCs of the same independent cases (DeLong et al. 1988).

    Raises:
        Undefined: fewer than two cases in one of the classes.
    """
    sizes = np.count_nonzero(outcome), np.count_nonzero(~outcome)
    if min(sizes) < 2:
        raise Undefined("needs at least two cases with the outcome and two without")
    product = (first.value - first.area) * (second.value - second.area)
    parts = (product[outcome].sum(), product[~outcome].sum())
    return float(sum(part / (size - 1) / size for part, size in zip(parts, sizes, strict=True)))


def obuchowski_covariance(
    outcome: Bools, patient: Codes, first: Placements, second: Placements
) -> float:
    """Return the covariance of two AUROCs where a patient may have several cases (Obuchowski 1997, section 2).

    With one case per patient it is DeLong's. With `first` twice it is the variance.

    Raises:
        Undefined: fewer than two patients with a case of one of the classes.
    """
    patients = int(patient.max()) + 1
    sums = [_sums_by_patient(outcome, patient, each, patients) for each in (first, second)]
    found = [np.count_nonzero(np.bincount(patient[of])) for of in (outcome, ~outcome)]
    if min(found) < 2:
        raise Undefined("needs at least two patients with the outcome and two without")
    (with_first, without_first), (with_second, without_second) = sums
    everyone = len(np.unique(patient))
    return float(
        with_first @ with_second * found[0] / (found[0] - 1)
        + without_first @ without_second * found[1] / (found[1] - 1)
        + (with_first @ without_second + without_first @ with_second) * everyone / (everyone - 1)
    )


def _sums_by_patient(
    outcome: Bools, patient: Codes, each: Placements, patients: int
) -> tuple[Floats, Floats]:
    off = each.value - each.area
    with_it, without = (
        np.bincount(patient[of], off[of], patients) / np.count_nonzero(of)
        for of in (outcome, ~outcome)
    )
    return with_it, without


def obuchowski_sums(outcome: Bools, patient: Codes, each: Placements, patients: int) -> Floats:
    """Return what each patient adds to the deviation of the AUROC, shape (patients,); they sum to 0."""
    with_it, without = _sums_by_patient(outcome, patient, each, patients)
    return with_it + without
