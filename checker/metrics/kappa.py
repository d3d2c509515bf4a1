"""Agreement of two classifications of the same cases from their cross table: kappa with its errors, AC1, R_K."""

from typing import Literal, NamedTuple

import numpy as np

from checker.metrics.base import NO_CASES, Floats, Undefined, over
from checker.metrics.intervals import two_sided_p

Weights = Literal["unweighted", "linear", "quadratic"]
POWERS: dict[Weights, int] = {"unweighted": 0, "linear": 1, "quadratic": 2}
"""Disagreement between classes i and j counts as their distance to this power (to 0: as 1)."""
ALL_THE_SAME = "decisions and outcomes are all the same"


def disagreement(classes: int, weights: Weights) -> Floats:
    """Return how much each pair of classes disagrees, shape (classes, classes), in whole numbers; 0 on the diagonal."""
    code = np.arange(float(classes))
    apart = np.abs(code[:, None] - code)
    return np.asarray(apart ** POWERS[weights] * (apart > 0))


def kappa(table: Floats, weights: Weights = "unweighted") -> Floats:
    """Return Cohen's kappa, the agreement of two classifications beyond chance.

    One minus the disagreement seen over the disagreement expected from the margins (Cohen 1960; with weights
    Cohen 1968). Linear and quadratic weights need classes in order.

    Args:
        table: shape (..., classes, classes): counts; each resample has a table of its own.
        weights: how much a disagreement counts: alike, by the distance of the classes, or by its square.

    Raises:
        Undefined: all cases are of one and the same class in both.
    """
    apart = disagreement(table.shape[-1], weights)
    rows, columns = table.sum(-1), table.sum(-2)
    seen = np.einsum("...ij,ij->...", table, apart) * rows.sum(-1)
    expected = np.einsum("...i,ij,...j->...", rows, apart, columns)
    return 1 - over(seen, expected, ALL_THE_SAME)


class _Parts(NamedTuple):
    """What the variances of kappa are made of (Fleiss, Cohen & Everitt 1969)."""

    cases: float
    share: Floats
    """Of each cell."""
    by_chance: Floats
    """Of each cell, from the margins."""
    agreement: Floats
    """Weight of each cell, 1 on the diagonal."""
    mean: Floats
    """Mean weight of the row plus mean weight of the column."""
    seen: float
    expected: float


def _parts(table: Floats, weights: Weights) -> _Parts:
    apart = disagreement(len(table), weights)
    agreement, cases = 1 - apart / apart.max(), float(table.sum())
    if not cases:
        raise Undefined(NO_CASES)
    share = table / cases
    rows, columns = share.sum(1), share.sum(0)
    by_chance = np.outer(rows, columns)
    mean = (agreement @ columns)[:, None] + rows @ agreement
    seen, expected = float((agreement * share).sum()), float((agreement * by_chance).sum())
    if (table > 0).sum() == 1 and np.trace(table):
        raise Undefined(ALL_THE_SAME)
    return _Parts(cases, share, by_chance, agreement, mean, seen, expected)


def kappa_variance(table: Floats, weights: Weights = "unweighted") -> float:
    """Return the large-sample variance of kappa for intervals (Fleiss, Cohen & Everitt 1969, eq. 12 and 13).

    Args:
        table: shape (classes, classes): counts of independent cases.
        weights: as for `kappa`.

    Raises:
        Undefined: there are no cases, or all are of one and the same class in both.
    """
    p = _parts(table, weights)
    off = p.agreement * (1 - p.expected) - p.mean * (1 - p.seen)
    least = (p.seen * p.expected - 2 * p.expected + p.seen) ** 2
    return float(((p.share * off**2).sum() - least) / (p.cases * (1 - p.expected) ** 4))


def kappa_null_variance(table: Floats, weights: Weights = "unweighted") -> float:
    """Return the variance of kappa where there is no agreement beyond chance (Fleiss, Cohen & Everitt 1969, eq. 9).

    Args:
        table: shape (classes, classes): counts of independent cases.
        weights: as for `kappa`.

    Raises:
        Undefined: as for `kappa_variance`.
    """
    p = _parts(table, weights)
    spread = float((p.by_chance * (p.agreement - p.mean) ** 2).sum()) - p.expected**2
    return spread / (p.cases * (1 - p.expected) ** 2)


class KappaTest(NamedTuple):
    """Whether two classifications agree more than by chance."""

    z: float
    p: float
    """Two-sided."""


def kappa_test(table: Floats, weights: Weights = "unweighted") -> KappaTest:
    """Return the test that kappa is 0 (Fleiss, Cohen & Everitt 1969); it says nothing about how good the agreement is.

    Args:
        table: shape (classes, classes): counts of independent cases.
        weights: as for `kappa`.

    Raises:
        Undefined: as for `kappa_variance`, or one of the two uses a single class.
    """
    variance = kappa_null_variance(table, weights)
    if 1 in (np.count_nonzero(table.sum(0)), np.count_nonzero(table.sum(1))):
        raise Undefined("one of the two classifications uses a single class")
    z = float(kappa(table, weights)) / variance**0.5
    return KappaTest(z, two_sided_p(z))


def first_agreement(table: Floats) -> Floats:
    """Return Gwet's AC1, agreement beyond chance that stays stable where one class is rare (Gwet 2008, eq. 5).

    Chance is the sum over classes of q (1 - q) over the number of classes less one; q is the mean share of the
    class in both. Classes that never occur count among the classes.

    Args:
        table: shape (..., classes, classes): counts.

    Raises:
        Undefined: there are no cases.
    """
    cases, classes = table.sum((-1, -2)), table.shape[-1]
    agreed = over(np.trace(table, axis1=-2, axis2=-1), cases, NO_CASES)
    share = (table.sum(-1) + table.sum(-2)) / (2 * cases[..., None])
    chance = (share * (1 - share)).sum(-1) / (classes - 1)
    return np.asarray((agreed - chance) / (1 - chance))


def correlation(table: Floats) -> Floats:
    """Return R_K, the correlation of two classifications (Gorodkin 2004); with two classes it is Matthews' coefficient.

    Args:
        table: shape (..., classes, classes): counts.

    Raises:
        Undefined: one of the two uses a single class.
    """
    cases, rows, columns = table.sum((-1, -2)), table.sum(-1), table.sum(-2)
    agreed = cases * np.trace(table, axis1=-2, axis2=-1) - (rows * columns).sum(-1)
    spreads = [np.sqrt(cases**2 - (each**2).sum(-1)) for each in (rows, columns)]
    return over(agreed, spreads[0] * spreads[1], "all decisions or all outcomes are the same")
