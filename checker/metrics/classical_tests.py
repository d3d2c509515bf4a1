"""P values that papers print beside a single number: two-sided, of independent rows."""

from statistics import NormalDist

import numpy as np

from checker.metrics.base import Floats, Undefined
from checker.metrics.distributions import student_p
from checker.metrics.intervals import two_sided_p

MOST_EXACT = 50
"""Differences up to which the signed-rank test has its exact distribution, as in R's wilcox.test."""


def shared_ranks(values: Floats) -> tuple[Floats, Floats]:
    """Return the rank of each value, equal values sharing the mean of theirs, and how many are equal to each other."""
    _, code, times = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(times)
    return (last - (times - 1) / 2)[code], times.astype(float)


def area_variance(with_it: int, without: int, times: Floats) -> float:
    """Return the variance of the AUROC where scores say nothing (Lehmann 1975, section 1.4, with ties).

    Args:
        with_it: cases of one class.
        without: of the other.
        times: how often each distinct score occurs among all.
    """
    total = with_it + without
    tied = float((times**3 - times).sum()) / (total * (total - 1)) if total > 1 else 0.0
    return (total + 1 - tied) / (12 * with_it * without)


def mann_whitney(first: Floats, second: Floats, *, correction: bool = False) -> float:
    """Return the p value of the Mann-Whitney test, by the normal approximation with ties.

    Args:
        first: shape (cases,): scores of one class.
        second: shape (cases,): of the other.
        correction: for continuity (SPSS does not, R does).

    Raises:
        Undefined: one class alone, or one score alone.
    """
    m, n = len(first), len(second)
    if not m or not n:
        raise Undefined("needs cases of both classes")
    ranks, times = shared_ranks(np.concatenate([first, second]))
    variance = area_variance(m, n, times)
    if not variance > 0:
        raise Undefined("all scores are equal")
    area = (float(ranks[:m].sum()) - m * (m + 1) / 2) / (m * n)
    off = max(0.0, abs(area - 0.5) - (0.5 / (m * n) if correction else 0.0))
    return two_sided_p(off / variance**0.5)


def signed_ranks(differences: Floats, *, correction: bool = False, exact: bool = False) -> float:
    """Return the p value of Wilcoxon's signed-rank test (Wilcoxon 1945); differences of 0 are left out.

    Args:
        differences: shape (pairs,).
        correction: for continuity, of the normal approximation.
        exact: the exact distribution; without it the normal approximation.

    Raises:
        Undefined: all differences are 0; exact: more than 50 of them, or some are tied.
    """
    apart = differences[differences != 0]
    n = len(apart)
    if not n:
        raise Undefined("all differences are 0")
    ranks, times = shared_ranks(np.abs(apart))
    above = float(ranks[apart > 0].sum())
    if exact:
        if n > MOST_EXACT or times.max() > 1:
            raise Undefined("differences are tied, or too many for the exact distribution")
        return _exact(int(min(above, n * (n + 1) / 2 - above)), n)
    middle = n * (n + 1) / 4
    variance = n * (n + 1) * (2 * n + 1) / 24 - float((times**3 - times).sum()) / 48
    off = max(0.0, abs(above - middle) - (0.5 if correction else 0.0))
    return two_sided_p(off / variance**0.5)


def _exact(smaller: int, n: int) -> float:
    """Return twice the share of all signs whose ranks add up to this or less, at most 1."""
    ways = np.zeros(n * (n + 1) // 2 + 1)
    ways[0] = 1.0
    for rank in range(1, n + 1):
        ways[rank:] += ways[:-rank].copy()
    return min(1.0, 2 * float(ways[: smaller + 1].sum()) / 2.0**n)


def paired_t(differences: Floats) -> float:
    """Return the p value of the paired t test (Student 1908).

    Raises:
        Undefined: fewer than two differences, or all are equal.
    """
    n = len(differences)
    spread = float(np.std(differences, ddof=1)) if n > 1 else 0.0
    if not spread > 1e-12 * float(np.abs(differences).max(initial=0.0)):
        raise Undefined("the differences do not vary")
    return student_p(float(differences.mean()) / (spread / n**0.5), n - 1)


def correlation_t(correlation: float, cases: int) -> float:
    """Return the p value of no correlation by t with n - 2 degrees of freedom, of Pearson's or of ranks (Fisher 1915).

    Raises:
        Undefined: fewer than three cases.
    """
    if cases < 3:
        raise Undefined("needs at least three cases")
    if abs(correlation) >= 1:
        return 0.0
    return student_p(correlation * ((cases - 2) / (1 - correlation**2)) ** 0.5, cases - 2)


def kendall(tau: float, first: Floats, second: Floats) -> float:
    """Return the p value of no association by tau-b, normal with the variance for ties (Kendall 1970, chapter 4).

    Args:
        tau: tau-b of the two.
        first: shape (cases,).
        second: shape (cases,).

    Raises:
        Undefined: fewer than three cases, or one of both does not vary.
    """
    n = float(len(first))
    times = [np.unique(each, return_counts=True)[1].astype(float) for each in (first, second)]
    if n < 3 or min(map(len, times)) < 2:
        raise Undefined("needs three cases, and different values of both")
    pairs, triples = n * (n - 1), n * (n - 1) * (n - 2)
    tied = [float((t * (t - 1)).sum()) for t in times]
    thrice = [float((t * (t - 1) * (t - 2)).sum()) for t in times]
    wide = [float((t * (t - 1) * (2 * t + 5)).sum()) for t in times]
    variance = (pairs * (2 * n + 5) - sum(wide)) / 18
    variance += tied[0] * tied[1] / (2 * pairs) + thrice[0] * thrice[1] / (9 * triples)
    score = tau * ((pairs - tied[0]) * (pairs - tied[1])) ** 0.5 / 2
    return 2 * NormalDist().cdf(-abs(score) / variance**0.5)


def williams(first: float, second: float, between: float, cases: int) -> float:
    """Return the p value of equal correlations with one variable (Williams 1959; Steiger 1980, eq. 7).

    Args:
        first: correlation of one measurement with the reference.
        second: of the other.
        between: of both with each other.
        cases: four or more.

    Raises:
        Undefined: fewer than four cases, or both measurements are the same.
    """
    if cases < 4:
        raise Undefined("needs at least four cases")
    determinant = 1 - first**2 - second**2 - between**2 + 2 * first * second * between
    middle = (first + second) / 2
    below = 2 * (cases - 1) / (cases - 3) * determinant + middle**2 * (1 - between) ** 3
    if not below > 0:
        raise Undefined("both measurements are the same")
    t = (first - second) * ((cases - 1) * (1 + between) / below) ** 0.5
    return student_p(t, cases - 3)
