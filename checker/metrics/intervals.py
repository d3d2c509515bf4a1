"""Confidence intervals, each usable alone from counts or arrays; which one applies is said where a metric is."""

from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from checker.metrics.base import Bools, Codes, Floats, Undefined
from checker.metrics.ranking import (
    area,
    delong_variance,
    obuchowski_covariance,
    placements,
    ranking,
    tally,
)
from checker.model.estimate import Interval

Method = Callable[[float, float, float], Interval]
"""An interval of a proportion from the number found, the number of cases, and the level."""


def quantile(level: float) -> float:
    """Return the two-sided standard normal quantile: 1.96 for a level of 0.95."""
    return NormalDist().inv_cdf((1 + level) / 2)


def two_sided_p(z: float) -> float:
    """Return the two-sided p value of a standard normal statistic."""
    return 2 * NormalDist().cdf(-abs(z))


def wald(found: float, cases: float, level: float = 0.95) -> Interval:
    """Return the Wald interval of a proportion, cut at 0 and 1."""
    share = found / _some(cases)
    half = quantile(level) * float(np.sqrt(share * (1 - share) / cases))
    return Interval(
        low=max(0.0, share - half), high=min(1.0, share + half), level=level, method="Wald"
    )


def wilson(found: float, cases: float, level: float = 0.95) -> Interval:
    """Return the score interval of a proportion without continuity correction (Wilson 1927).

    `found` and `cases` need not be whole numbers, so an effective number of cases can be used.
    """
    share, z = found / _some(cases), quantile(level)
    middle = (share + z**2 / (2 * cases)) / (1 + z**2 / cases)
    half = (
        z / (1 + z**2 / cases) * float(np.sqrt(share * (1 - share) / cases + z**2 / (4 * cases**2)))
    )
    low = 0.0 if found <= 0 else max(0.0, middle - half)
    high = 1.0 if found >= cases else min(1.0, middle + half)
    return Interval(low=low, high=high, level=level, method="Wilson")


def agresti_coull(found: float, cases: float, level: float = 0.95) -> Interval:
    """Return the adjusted Wald interval of a proportion, cut at 0 and 1 (Agresti & Coull 1998)."""
    z = quantile(level)
    enlarged = _some(cases) + z**2
    share = (found + z**2 / 2) / enlarged
    half = z * float(np.sqrt(share * (1 - share) / enlarged))
    return Interval(
        low=max(0.0, share - half), high=min(1.0, share + half), level=level, method="Agresti-Coull"
    )


def clopper_pearson(found: float, cases: float, level: float = 0.95) -> Interval:
    """Return the exact interval of a proportion (Clopper & Pearson 1934)."""
    from scipy.special import betaincinv

    tail, rest = (1 - level) / 2, _some(cases) - found
    low = 0.0 if found <= 0 else float(betaincinv(found, rest + 1, tail))
    high = 1.0 if rest <= 0 else float(betaincinv(found + 1, rest, 1 - tail))
    return Interval(low=low, high=high, level=level, method="Clopper-Pearson")


def jeffreys(found: float, cases: float, level: float = 0.95) -> Interval:
    """Return the equal-tailed Bayesian interval with Jeffreys' prior (Brown, Cai & DasGupta 2001)."""
    from scipy.special import betaincinv

    tail, rest = (1 - level) / 2, _some(cases) - found
    low = 0.0 if found <= 0 else float(betaincinv(found + 0.5, rest + 0.5, tail))
    high = 1.0 if rest <= 0 else float(betaincinv(found + 0.5, rest + 0.5, 1 - tail))
    return Interval(low=low, high=high, level=level, method="Jeffreys")


PROPORTION_INTERVALS: dict[str, Method] = {
    "wilson": wilson,
    "exact": clopper_pearson,
    "wald": wald,
    "agresti_coull": agresti_coull,
    "jeffreys": jeffreys,
}
"""By the name under which it is asked for; the first is ours, the others are tried on claims."""


def _some(cases: float) -> float:
    if cases <= 0:
        raise Undefined("there are no cases")
    return cases


def around(value: float, variance: float, level: float = 0.95, method: str = "Wald") -> Interval:
    """Return value ± z standard errors.

    Raises:
        Undefined: the variance is zero, so the interval would have no width.
    """
    half = _half(variance, level)
    return Interval(low=value - half, high=value + half, level=level, method=method)


def around_logarithm(
    value: float, variance: float, level: float = 0.95, method: str = ""
) -> Interval:
    """Return the interval that is symmetric on the logarithmic scale; `variance` is that of log(value).

    Raises:
        Undefined: the value is not positive, or the variance is zero.
    """
    if value <= 0:
        raise Undefined("a value of 0 has no interval on the logarithmic scale")
    factor = float(np.exp(_half(variance, level)))
    value = float(value)
    return Interval(low=value / factor, high=value * factor, level=level, method=method)


def around_logit(value: float, variance: float, level: float = 0.95, method: str = "") -> Interval:
    """Return the interval that is symmetric on the logit scale; `variance` is that of the value itself.

    Raises:
        Undefined: the value is 0 or 1, or the variance is zero.
    """
    if not 0 < value < 1:
        raise Undefined("a value of 0 or 1 has no interval on the logit scale")
    middle = float(np.log(value / (1 - value)))
    half = _half(variance / (value * (1 - value)) ** 2, level)
    low, high = (1 / (1 + float(np.exp(-x))) for x in (middle - half, middle + half))
    return Interval(low=low, high=high, level=level, method=method)


def _half(variance: float, level: float) -> float:
    if not variance > 0:
        raise Undefined("the variance is zero, so an interval would have no width")
    return quantile(level) * float(np.sqrt(variance))


def cut(interval: Interval, low: float = 0.0, high: float = 1.0) -> Interval:
    """Return the interval inside these bounds."""
    return Interval(
        low=max(low, interval.low),
        high=min(high, interval.high),
        level=interval.level,
        method=interval.method,
    )


def delong(outcome: Bools, score: Floats, level: float = 0.95) -> Interval:
    """Return the interval of the AUROC by DeLong, DeLong & Clarke-Pearson 1988, cut at 0 and 1.

    Raises:
        Undefined: fewer than two cases in a class, or no variance (all scores equal, or classes separated).
    """
    counts = tally(outcome, score)
    return cut(around(area(counts), delong_variance(counts), level, "DeLong"))


def delong_logit(outcome: Bools, score: Floats, level: float = 0.95) -> Interval:
    """Return the interval of the AUROC from DeLong's variance on the logit scale (Pepe 2003, section 5.2.4).

    Raises:
        Undefined: as for `delong`.
    """
    counts = tally(outcome, score)
    return around_logit(area(counts), delong_variance(counts), level, "DeLong, logit scale")


def obuchowski(outcome: Bools, score: Floats, patient: Codes, level: float = 0.95) -> Interval:
    """Return the interval of the AUROC where a patient may have several cases (Obuchowski 1997), cut at 0 and 1.

    Raises:
        Undefined: fewer than two patients in a class, or no variance.
    """
    placed = placements(outcome, ranking(score))
    codes = np.unique(patient, return_inverse=True)[1]
    variance = obuchowski_covariance(outcome, codes, placed, placed)
    return cut(around(placed.area, variance, level, "Obuchowski"))


def hanley_mcneil(value: float, positives: int, negatives: int, level: float = 0.95) -> Interval:
    """Return the interval of an AUROC from its value and both class sizes, cut at 0 and 1.

    Hanley & McNeil 1982, eq. 2, with Q1 = A / (2 - A) and Q2 = 2 A² / (1 + A).

    Raises:
        Undefined: an empty class, or an AUROC of 0 or 1.
    """
    variance = hanley_mcneil_variance(value, positives, negatives)
    return cut(around(value, variance, level, "Hanley-McNeil"))


def hanley_mcneil_variance(value: float, positives: float, negatives: float) -> float:
    """Return the variance of an AUROC from its value and both class sizes, which need not be whole numbers.

    Hanley & McNeil 1982, eq. 2.

    Raises:
        Undefined: an empty class.
    """
    pairs = _some(positives) * _some(negatives)
    q1, q2 = value / (2 - value), 2 * value**2 / (1 + value)
    spread = (positives - 1) * (q1 - value**2) + (negatives - 1) * (q2 - value**2)
    return (value * (1 - value) + spread) / pairs


def separated(smaller_class: int, level: float = 0.95) -> Interval:
    """Return the one-sided exact interval of an AUROC of 1: from alpha^(1 / smaller class) to 1.

    If the chance of a discordant case in the smaller class were larger than one minus this bound, no such
    case at all would be less likely than alpha (the rule of three, exactly).
    """
    low = (1 - level) ** (1 / _some(smaller_class))
    method = f"exact one-sided bound, {1 - level:.2g}^(1/{smaller_class})"
    return Interval(low=low, high=1.0, level=level, method=method)


def percentile(
    resampled: Floats, level: float = 0.95, method: str = "percentile bootstrap"
) -> Interval:
    """Return the percentile bootstrap interval (Efron 1981); undefined resamples (NaN) are left out.

    Raises:
        Undefined: fewer than half of the resamples are defined, or they are all equal.
    """
    ordered = _usable(resampled)
    low, high = np.quantile(ordered, ((1 - level) / 2, (1 + level) / 2))
    if high - low <= 1e-12 * abs(high):  # nothing but rounding errors
        raise Undefined("every resample gives the same value")
    return Interval(low=float(low), high=float(high), level=level, method=method)


def bca(
    resampled: Floats,
    value: float,
    left_out: Floats,
    level: float = 0.95,
    method: str = "bias-corrected and accelerated bootstrap",
) -> Interval:
    """Return the BCa bootstrap interval (Efron 1987, eq. 2.3 and 6.6).

    Args:
        resampled: shape (resamples,); NaN where undefined.
        value: on all cases.
        left_out: shape (patients,): the value without each patient in turn.
        level: of the interval.
        method: in words.

    Raises:
        Undefined: as for `percentile`, or the value lies outside all resamples.
    """
    usable, normal = _usable(resampled), NormalDist()
    below = (np.mean(usable < value) + np.mean(usable <= value)) / 2
    if not 0 < below < 1:
        raise Undefined("the value lies outside all resamples, so BCa does not exist")
    bias, acceleration = normal.inv_cdf(float(below)), _acceleration(left_out)
    shares = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        moved = bias + normal.inv_cdf(tail)
        shares.append(normal.cdf(bias + moved / (1 - acceleration * moved)))
    low, high = (float(each) for each in np.quantile(usable, shares))
    if not low < high:
        raise Undefined("every resample gives the same value")
    return Interval(low=low, high=high, level=level, method=method)


def _usable(resampled: Floats) -> Floats:
    defined = resampled[~np.isnan(resampled)]
    if 2 * len(defined) < len(resampled) or not len(defined):
        raise Undefined("it is undefined in more than half of the resamples")
    return defined


def _acceleration(left_out: Floats) -> float:
    off = left_out[~np.isnan(left_out)].mean() - left_out[~np.isnan(left_out)]
    spread = float((off**2).sum()) ** 1.5
    return float((off**3).sum()) / (6 * spread) if spread else 0.0


def tango(only_first: int, only_second: int, pairs: int, level: float = 0.95) -> Interval:
    """Return the score interval of a difference of paired proportions (Tango 1998).

    The limits solve |b - c - n d| = z √(n (2 q + d (1 - d))), with q the restricted estimate of the
    share of discordant pairs against `first`; found by bisection.

    Args:
        only_first: pairs right by the first alone (b).
        only_second: pairs right by the second alone (c).
        pairs: all of them (n).
        level: of the interval.
    """
    b, c, n, z = only_first, only_second, _some(pairs), quantile(level)

    def score(d: float) -> float:
        middle = -b - c + (2 * n - b + c) * d
        q = (float(np.sqrt(max(0.0, middle**2 - 8 * n * -c * d * (1 - d)))) - middle) / (4 * n)
        spread = n * (2 * q + d * (1 - d))
        off = b - c - n * d
        return off / float(np.sqrt(spread)) if spread > 1e-300 else float(np.sign(off)) * np.inf

    share = (b - c) / n
    low = _crossing(lambda d: score(d) - z, -1.0, share)
    high = _crossing(lambda d: score(d) + z, share, 1.0)
    return Interval(low=low, high=high, level=level, method="Tango")


def _crossing(falling: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
        if high - low < 1e-14:
            break
    return (low + high) / 2
