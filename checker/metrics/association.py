"""How closely measured values follow a reference: correlations, concordance, and two correlations compared."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from checker.metrics.agreement import TASK, TWO_PAIRS
from checker.metrics.base import Codes, Floats, Uncertainty, Undefined, derived, metric, over
from checker.metrics.intervals import quantile, two_sided_p
from checker.metrics.moments import Moments, moments_of, pair_sums
from checker.metrics.order import Order, counts, inversions, middle_ranks, rising, row_weights
from checker.metrics.patients import Weight
from checker.model.estimate import Interval

ONE_VALUE = "all reference values or all measured values are equal"


def correlation_of(moments: Moments) -> Floats:
    """Return the linear correlation, held inside -1 and 1 where rounding leaves it."""
    _two_pairs(moments.cases)
    size = np.sqrt(moments.x_squares) * np.sqrt(moments.y_squares)
    return np.clip(over(moments.products, size, ONE_VALUE), -1, 1)


def _two_pairs(cases: Floats) -> None:
    if np.ndim(cases) == 0 and cases < 2:
        raise Undefined(TWO_PAIRS)


def fisher(value: float, variance: float, level: float, method: str) -> Interval:
    """Return the interval of a correlation that is symmetric on the scale of Fisher's z.

    Args:
        value: the correlation.
        variance: of its z.
        level: of the interval.
        method: in words.

    Raises:
        Undefined: the correlation is -1 or 1.
    """
    if abs(value) >= 1 - 1e-15:
        raise Undefined("a correlation of -1 or 1 has no interval on the scale of Fisher's z")
    middle, half = np.arctanh(value), quantile(level) * variance**0.5
    low, high = (float(np.tanh(each)) for each in (middle - half, middle + half))
    return Interval(low=low, high=high, level=level, method=method)


def more_than(few: int, cases: int) -> None:
    """Do nothing.

    Raises:
        Undefined: there are not more cases than these few.
    """
    if cases <= few:
        raise Undefined(f"needs more than {few} pairs")


def pearson_interval(measured: Floats, difference: Floats, level: float) -> Uncertainty:
    """Return Fisher's interval, standard error 1 / √(n - 3) (Fisher 1921)."""
    more_than(3, len(difference))
    variance = 1 / (len(difference) - 3)
    return Uncertainty(fisher(float(measured), variance, level, "Fisher's z"))


@metric(
    "pearson_correlation", task=TASK, goal="higher", bounds=(-1, 1),
    interval=pearson_interval, source="fisher-1921",
)  # fmt: skip
def pearson_correlation(moments: Moments) -> Floats:
    """Return the linear correlation of measured value and reference; no measure of agreement."""
    return correlation_of(moments)


@derived(TASK)
def reference_order(reference: Floats) -> Order:
    """Return the rows by the reference."""
    return rising(reference)


@derived(TASK)
def measured_order(measured: Floats) -> Order:
    """Return the rows by the measured value."""
    return rising(measured)


@derived(TASK)
def times(patient: Codes, weight: Weight) -> Floats:
    """Return how often each row counts."""
    return row_weights(patient, weight)


def spearman_interval(measured: Floats, difference: Floats, level: float) -> Uncertainty:
    """Return the interval on Fisher's z with variance (1 + r² / 2) / (n - 3) (Bonett & Wright 2000, eq. 7)."""
    more_than(3, len(difference))
    variance = (1 + float(measured) ** 2 / 2) / (len(difference) - 3)
    return Uncertainty(fisher(float(measured), variance, level, "Fisher's z (Bonett-Wright)"))


@metric(
    "spearman_correlation", task=TASK, goal="higher", bounds=(-1, 1),
    interval=spearman_interval, source="bonett-wright-2000",
)  # fmt: skip
def spearman_correlation(reference_order: Order, measured_order: Order, times: Floats) -> Floats:
    """Return the linear correlation of the ranks; equal values share the mean of their ranks."""
    return rank_correlation(reference_order, measured_order, times)


def rank_correlation(first: Order, second: Order, times: Floats) -> Floats:
    """Return Spearman's correlation of two orders of the same rows, of which each counts so often."""
    _two_pairs(times.sum(axis=-1))
    size, x, y = times.sum(axis=-1), middle_ranks(times, first), middle_ranks(times, second)
    half = ((size + 1) / 2)[..., None]  # the mean of all ranks
    x, y = x - half, y - half
    above, xx, yy = (
        np.einsum("...i,...i,...i->...", times, *each) for each in ((x, y), (x, x), (y, y))
    )
    return np.clip(over(above, np.sqrt(xx) * np.sqrt(yy), ONE_VALUE), -1, 1)


@derived(TASK)
def both_orders(reference: Floats, measured: Floats) -> Order:
    """Return the rows by the reference, ties by the measured value."""
    return rising(reference, measured)


def kendall_interval(measured: Floats, difference: Floats, level: float) -> Uncertainty:
    """Return the interval on Fisher's z with variance 0.437 / (n - 4) (Fieller, Hartley & Pearson 1957)."""
    more_than(4, len(difference))
    variance = 0.437 / (len(difference) - 4)
    return Uncertainty(fisher(float(measured), variance, level, "Fisher's z (Fieller)"))


@metric(
    "kendall_tau", task=TASK, goal="higher", bounds=(-1, 1),
    interval=kendall_interval, source="kendall-1945",
)  # fmt: skip
def kendall_tau(
    reference_order: Order, measured_order: Order, both_orders: Order, times: Floats
) -> Floats:
    """Return Kendall's tau-b: concordant minus discordant pairs over the root of the pairs untied in either."""
    return tau_b(reference_order, measured_order, both_orders, times)


def tau_b(first: Order, second: Order, both: Order, times: Floats) -> Floats:
    """Return tau-b of two orders of the same rows, of which each counts so often (Kendall 1945)."""
    _two_pairs(times.sum(axis=-1))
    size = times.sum(axis=-1) ** 2
    tied = [np.square(counts(times, each)).sum(axis=-1) for each in (first, second, both)]
    code = np.empty(len(second.order), np.int64)
    code[second.order] = np.repeat(np.arange(len(second.last)), np.diff(second.last, prepend=-1))
    wrong = inversions(code[both.order], times[..., both.order])
    above = (size - tied[0] - tied[1] + tied[2]) / 2 - 2 * wrong
    below = np.sqrt(size - tied[0]) * np.sqrt(size - tied[1]) / 2
    return np.clip(over(above, below, ONE_VALUE), -1, 1)


def concordance_variance(value: float, moments: Moments) -> float:
    """Return the variance of Lin's concordance (Lin 1989, as corrected in Lin 2000).

    Raises:
        Undefined: it is zero, or there are two pairs or fewer.
    """
    n = float(moments.cases)
    more_than(2, int(n))
    r = float(correlation_of(moments))
    sizes = float(np.sqrt(moments.x_squares) * np.sqrt(moments.y_squares)) / n
    apart = float(moments.x_mean - moments.y_mean) ** 2
    bias = 2 * sizes / (float(moments.x_squares + moments.y_squares) / n + apart)
    u = apart / sizes  # location shift, squared; C_b = value / r, so that r = 0 divides nothing
    variance = (
        (1 - r**2) * bias**2 * (1 - value**2)
        + 2 * value**2 * bias * (1 - value) * u
        - (value * bias * u) ** 2 / 2
    ) / (n - 2)
    if not variance > 1e-20:
        raise Undefined("the variance is zero, so an interval would have no width")
    return variance


def concordance_interval(measured: Floats, moments: Moments, level: float) -> Uncertainty:
    """Return the interval on Fisher's z with the variance of Lin 1989, as corrected in Lin 2000."""
    value = float(measured)
    variance = concordance_variance(value, moments) / (1 - value**2) ** 2
    return Uncertainty(fisher(value, variance, level, "Fisher's z (Lin 2000)"))


@metric(
    "concordance_correlation", task=TASK, goal="higher", bounds=(-1, 1),
    interval=concordance_interval, source="lin-1989",
)  # fmt: skip
def concordance_correlation(moments: Moments) -> Floats:
    """Return Lin's concordance correlation: 2 s_xy / (s_x² + s_y² + (mean x - mean y)²), with n below, as Lin 1989."""
    _two_pairs(moments.cases)
    apart = moments.cases * (moments.x_mean - moments.y_mean) ** 2
    squares = moments.x_squares + moments.y_squares
    below = np.where(squares > 0, squares + apart, 0.0)
    found = over(2 * moments.products, below, "neither reference nor measured values differ")
    return np.clip(found, -1, 1)


class DependentCorrelations(NamedTuple):
    """The correlations of two measurements with one reference on the same cases, and their difference."""

    first: float
    second: float
    between: float
    """Of the two measurements with each other."""
    difference: float
    """First minus second."""
    interval: Interval
    """Of the difference (Zou 2007)."""
    z: float
    p: float
    test: str
    cases: int


def compare_correlations(
    reference: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    *,
    method: Literal["steiger", "meng"] = "steiger",
    level: float = 0.95,
) -> DependentCorrelations:
    """Return the difference of two dependent Pearson correlations that share the reference, with its test.

    Args:
        reference: shape (cases,); rows with a missing value (NaN) in any column are left out.
        first: measured one way.
        second: measured another way.
        method: Steiger's Z with the pooled correlation (Steiger 1980, eq. 14), or Meng, Rosenthal & Rubin 1992, eq. 1.
        level: of the interval.

    Raises:
        Undefined: fewer than four cases, equal values, or a correlation of -1 or 1.
    """
    columns = [np.asarray(each, float) for each in (reference, first, second)]
    known = np.logical_and.reduce([np.isfinite(each) for each in columns])
    x, a, b = (each[known] for each in columns)
    more_than(3, len(x))
    nobody = np.arange(len(x))
    r1, r2, between = (
        float(correlation_of(moments_of(pair_sums(*each, nobody), None)))
        for each in ((x, a), (x, b), (a, b))
    )
    return dependent_correlations(r1, r2, between, len(x), method=method, level=level)


def dependent_correlations(
    first: float,
    second: float,
    between: float,
    cases: int,
    *,
    method: Literal["steiger", "meng"] = "steiger",
    level: float = 0.95,
) -> DependentCorrelations:
    """Return the same from the three correlations and the number of cases, as a paper prints them.

    Raises:
        Undefined: fewer than four cases, or a correlation of -1 or 1.
    """
    more_than(3, cases)
    if max(abs(first), abs(second), abs(between)) >= 1 - 1e-15:
        raise Undefined("a correlation is -1 or 1, so the difference has no test")
    z = np.arctanh(first) - np.arctanh(second)
    variance = {"steiger": _steiger, "meng": _meng}[method](first, second, between) / (cases - 3)
    statistic = float(z / variance**0.5)
    return DependentCorrelations(
        first,
        second,
        between,
        first - second,
        _zou(first, second, between, cases, level),
        statistic,
        two_sided_p(statistic),
        {"steiger": "Steiger 1980", "meng": "Meng, Rosenthal & Rubin 1992"}[method],
        cases,
    )


def _steiger(first: float, second: float, between: float) -> float:
    """Return (n - 3) times the variance of the difference of both z, with their mean for either correlation."""
    squared = ((first + second) / 2) ** 2
    covariance = between * (1 - 2 * squared) - squared / 2 * (1 - 2 * squared - between**2)
    return 2 - 2 * covariance / (1 - squared) ** 2


def _meng(first: float, second: float, between: float) -> float:
    squared = (first**2 + second**2) / 2
    f = min(1.0, (1 - between) / (2 * (1 - squared)))
    h = (1 - f * squared) / (1 - squared)
    return 2 * (1 - between) * h


def _zou(first: float, second: float, between: float, cases: int, level: float) -> Interval:
    """Return the interval that joins Fisher's intervals of both (Zou 2007, eq. 11 and 15)."""
    a, b = (fisher(each, 1 / (cases - 3), level, "") for each in (first, second))
    shared = (between - first * second / 2) * (1 - first**2 - second**2 - between**2) + between**3
    c = shared / ((1 - first**2) * (1 - second**2))

    def reach(up: float, down: float) -> float:
        return float(np.sqrt(max(0.0, up**2 + down**2 - 2 * c * up * down)))

    low = first - second - reach(first - a.low, b.high - second)
    high = first - second + reach(a.high - first, second - b.low)
    return Interval(low=low, high=high, level=level, method="Zou 2007")
