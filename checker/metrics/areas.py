"""Areas between several classes: what each case adds to them, and the variance of any weighted mean of them."""

from typing import NamedTuple

import numpy as np

from checker.metrics.base import Codes, Floats, Undefined
from checker.metrics.ranking import Ranking


class Spread(NamedTuple):
    """A mean of areas, and what each case adds to its deviation (DeLong's structural components)."""

    value: float
    each: Floats
    """Shape (cases,); they sum to 0."""


def shares_below(outcome: Codes, ranking: Ranking, classes: int) -> Floats:
    """Return, for each case, the share of every class that scores lower (ties one half), shape (cases, classes).

    The column of a class without a case is 0.

    Args:
        outcome: shape (cases,): codes of the classes.
        ranking: of the scores of the same cases.
        classes: their number.
    """
    times = np.diff(ranking.last, prepend=-1)
    score = np.arange(len(times)).repeat(times)
    here = np.bincount(score * classes + outcome[ranking.order], minlength=len(times) * classes)
    counts = here.reshape(len(times), classes).astype(float)
    sizes = counts.sum(axis=0)
    below = sizes - counts.cumsum(axis=0) + counts / 2
    below = np.divide(below, sizes, out=np.zeros_like(below), where=sizes > 0)
    found = np.empty((len(outcome), classes))
    found[ranking.order] = below.repeat(times, axis=0)
    return found


def class_means(outcome: Codes, values: Floats, classes: int) -> Floats:
    """Return the mean of each column over the cases of each class, shape (classes, columns); 0 without a case."""
    sums = np.stack([np.bincount(outcome, each, classes) for each in values.T], axis=1)
    sizes = np.bincount(outcome, minlength=classes)[:, None]
    return np.asarray(np.divide(sums, sizes, out=np.zeros_like(sums), where=sizes > 0))


def pairwise_areas(outcome: Codes, ranking: Ranking, classes: int) -> Floats:
    """Return the chance that a case of class j scores above one of class i, at [i, j]; 1 minus it at [j, i].

    0 where one of the two classes has no case.
    """
    return class_means(outcome, shares_below(outcome, ranking, classes), classes).T


def mean_of_areas(outcome: Codes, below: Floats, weight: Floats) -> Spread:
    """Return the weighted sum of the areas between pairs of classes.

    Args:
        outcome: shape (cases,): codes of the classes.
        below: shape (cases, classes), as of `shares_below`.
        weight: shape (classes, classes): at [i, j], of the area between class i and class j above it; taken as
            fixed. What lies on the diagonal or belongs to a class without a case has to be 0.
    """
    classes = below.shape[1]
    means = class_means(outcome, below, classes).T
    value = float((weight * means).sum())
    both = weight - weight.T  # an area counted from its other side: [j, i] is 1 minus [i, j]
    off = below - means.T[outcome]
    sizes = np.bincount(outcome, minlength=classes)
    return Spread(value, (off * both.T[outcome]).sum(axis=1) / sizes[outcome])


def stratified_variance(outcome: Codes, each: Floats) -> float:
    """Return the variance where cases are independent and class sizes fixed, as DeLong et al. 1988 for two classes.

    Args:
        outcome: shape (cases,): codes of the classes.
        each: shape (cases,): what each case adds; they sum to 0 in each class.

    Raises:
        Undefined: a class has a single case.
    """
    sizes, squares = np.bincount(outcome), np.bincount(outcome, each**2)
    if (sizes == 1).any():
        raise Undefined("needs at least two cases of each class")
    some = sizes > 0
    return float((squares[some] * sizes[some] / (sizes[some] - 1)).sum())


def variance_of(spread: Spread, outcome: Codes, patient: Codes) -> float:
    """Return the variance of a mean of areas: of independent cases, or clustered where patients repeat.

    Raises:
        Undefined: a class has a single case, or all cases are of one patient.
    """
    if int(patient.max()) + 1 == len(outcome):
        return stratified_variance(outcome, spread.each)
    return clustered_variance(spread.each, patient)


def clustered_variance(each: Floats, patient: Codes) -> float:
    """Return the variance where patients are independent: G / (G - 1) times the sum of their squared sums.

    Class sizes are not taken as fixed, also where each patient has one case.

    Args:
        each: shape (cases,): what each case adds.
        patient: shape (cases,): 0, 1, ... without gaps.

    Raises:
        Undefined: there is one patient.
    """
    sums = np.bincount(patient, each)
    if len(sums) < 2:
        raise Undefined("needs cases of at least two patients")
    return float(len(sums) / (len(sums) - 1) * (sums**2).sum())
