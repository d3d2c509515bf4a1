"""Limits of normal of a measurement: from mean and deviation, as a percentile, or given a covariate."""

from typing import NamedTuple

import numpy as np

from checker.metrics.agreement import TASK
from checker.metrics.base import Codes, Floats, Uncertainty, Undefined, derived, metric
from checker.metrics.distributions import noncentral_t_quantile
from checker.metrics.intervals import quantile
from checker.metrics.moments import Moments, moments_of, pair_sums
from checker.metrics.order import Order, at_rank, rising, row_weights
from checker.metrics.patients import Weight
from checker.model.estimate import Interval
from checker.needs import DoesNotApply

METHODS = ("normal", "percentile")
SIGN = {"lower": -1.0, "upper": 1.0}


class Basis(NamedTuple):
    """From what the limits follow."""

    method: str
    share: float
    """Of normal values between both limits."""
    at: float | None
    """The covariate's value."""
    moments: Moments
    """x is the covariate, y the measured value; of all rows, or of those whose covariate is known."""
    values: Floats
    order: Order
    times: Floats
    """How often each row counts."""


@derived(TASK)
def basis(
    measured: Floats,
    covariate: Floats,
    patient: Codes,
    reference_method: str,
    reference_share: float,
    at_covariate: float | None,
    weight: Weight,
) -> Basis:
    """Return from what the limits follow.

    Raises:
        DoesNotApply: nobody asked for limits of normal.
        Undefined: limits given a covariate are asked for and no row has one.
        ValueError: an unknown method, or a percentile given a covariate.
    """
    if not reference_method:
        raise DoesNotApply("no limits of normal are asked for")
    if reference_method not in METHODS or (
        at_covariate is not None and reference_method != "normal"
    ):
        raise ValueError(
            f"no limits of normal by {reference_method!r} here; expected normal or percentile"
        )
    x, known = np.zeros(len(measured)), np.ones(len(measured), bool)
    if at_covariate is not None:
        known = np.isfinite(covariate)
        x = np.where(known, covariate, 0.0)
    if not known.any():
        raise Undefined("no row has a value of the covariate")
    moments = moments_of(pair_sums(x, measured, patient, known), weight)
    times = row_weights(patient, weight)
    return Basis(
        reference_method, reference_share, at_covariate, moments, measured, rising(measured), times
    )


def _needs(cases: Floats, most: int, sentence: str) -> Floats:
    if np.ndim(cases) == 0 and cases <= most:
        raise Undefined(sentence)
    return np.where(cases > most, cases, np.nan)


def _normal(basis: Basis, label: str) -> Floats:
    m = basis.moments
    n = _needs(m.cases, 1, "needs at least two cases")
    deviation = np.sqrt(m.y_squares / (n - 1))
    return np.asarray(m.y_mean + SIGN[label] * quantile(basis.share) * deviation)


def _line(basis: Basis, at: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the cases, the line's value there, the residual deviation s, and the variance of the value over s²."""
    m = basis.moments
    n = _needs(m.cases, 2, "needs more than 2 cases with a covariate")
    if np.ndim(m.x_squares) == 0 and not m.x_squares > 0:
        raise Undefined("all values of the covariate are equal, so there is no slope")
    squares = np.where(m.x_squares > 0, m.x_squares, np.nan)
    slope = m.products / squares
    left = np.maximum(m.y_squares - slope * m.products, 0)
    spread = 1 / n + (at - m.x_mean) ** 2 / squares
    return n, m.y_mean + slope * (at - m.x_mean), np.sqrt(left / (n - 2)), np.asarray(spread)


def _conditional(basis: Basis, label: str, at: float) -> Floats:
    from scipy.special import stdtrit

    n, value, deviation, spread = _line(basis, at)
    half = stdtrit(n - 2, (1 + basis.share) / 2) * deviation * np.sqrt(1 + spread)
    return np.asarray(value + SIGN[label] * half)


def _tail(basis: Basis, label: str) -> float:
    return (1 + SIGN[label] * basis.share) / 2


def _percentile(basis: Basis, label: str) -> Floats:
    cases, share = basis.times.sum(axis=-1), _tail(basis, label)
    rank = share * (cases + 1)
    enough = (rank >= 1) & (rank <= cases)
    if np.ndim(cases) == 0 and not enough:
        least = int(np.ceil(1 / min(share, 1 - share) - 1 - 1e-9))
        raise Undefined(f"the {100 * share:g}th percentile needs at least {least} cases")
    found = at_rank(basis.values, basis.times, basis.order, np.clip(rank, 1, cases))
    return np.asarray(np.where(enough, found, np.nan))


def limit_interval(basis: Basis, label: str, level: float) -> Uncertainty:
    """Return the exact interval of the percentile behind the limit: noncentral t, or ranks without a distribution."""
    if basis.method == "percentile":
        return Uncertainty(_by_ranks(basis, label, level))
    m, z = basis.moments, quantile(basis.share)
    if basis.at is None:
        n, middle = float(m.cases), float(m.y_mean)
        degrees, spread = n - 1, 1 / n
        deviation = float(np.sqrt(m.y_squares / (n - 1)))
    else:
        _, value, left, around = _line(basis, basis.at)
        middle, deviation, spread = float(value), float(left), float(around)
        degrees = float(m.cases) - 2
    if not deviation > 0:
        raise Undefined("the measured values have no variance")
    root = spread**0.5
    low, high = (
        noncentral_t_quantile(share, degrees, z / root) * root * deviation
        for share in ((1 - level) / 2, (1 + level) / 2)
    )
    if label == "lower":
        low, high = -high, -low
    return Uncertainty(
        Interval(low=middle + low, high=middle + high, level=level, method="exact (noncentral t)")
    )


def _by_ranks(basis: Basis, label: str, level: float) -> Interval:
    """Return the narrowest pair of ranks with at most half of 1 - level beyond each (David & Nagaraja 2003, 7.1)."""
    from scipy.special import bdtr

    n, share, tail = len(basis.values), _tail(basis, label), (1 - level) / 2
    up_to = bdtr(np.arange(n + 1).astype(float), n, share)  # chance of at most so many cases below
    low = int(np.count_nonzero(up_to <= tail))  # the largest rank with P(fewer cases below) <= tail
    high = int(np.count_nonzero(1 - up_to > tail)) + 1
    if low < 1 or high > n:
        raise Undefined("too few cases for ranks on both sides of the percentile")
    ordered = basis.values[basis.order.order]
    return Interval(
        low=float(ordered[low - 1]), high=float(ordered[high - 1]), level=level, method="ranks"
    )


def whose(basis: Basis) -> str:
    """Return a sentence about the value of the covariate; empty without one."""
    return "" if basis.at is None else f"At a covariate of {basis.at:g}."


@metric(
    "reference_limit", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    interval=limit_interval, source="solberg-1987", places={"label": ("lower", "upper")},
    beside=whose,
)  # fmt: skip
def reference_limit(basis: Basis, label: str) -> Floats:
    """Return the lower or upper limit of normal of the measured value (`reference_method`).

    Normal: mean ± z standard deviations. Percentile: that of rank p (n + 1), on a straight line between two values
    (Solberg 1987). Normal at a value of a covariate (`at_covariate`): the prediction limit of the regression on it,
    value ± t s √(1 + 1/n + (x - mean)² / S_xx); its interval is that of the percentile there.
    """
    if basis.method == "percentile":
        return _percentile(basis, label)
    return _normal(basis, label) if basis.at is None else _conditional(basis, label, basis.at)
