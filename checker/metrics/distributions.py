"""Quantiles and tail areas of Student's t, F, chi-squared and noncentral t, which exact intervals are made of."""

NEAR = 1e-13
"""Bisection stops when the interval is this narrow, relative to its ends."""


def student(level: float, degrees: float) -> float:
    """Return the two-sided quantile of Student's t: 2.09 for a level of 0.95 and 20 degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + level) / 2))


def student_p(statistic: float, degrees: float) -> float:
    """Return the two-sided p value of a t statistic."""
    from scipy.special import stdtr

    return float(2 * stdtr(degrees, -abs(statistic)))


def f_quantile(share: float, degrees: float, below: float) -> float:
    """Return the value below which this share of F lies; degrees of the numerator first, whole or not."""
    from scipy.special import fdtri

    return float(fdtri(degrees, below, share))


def chi_squared_quantile(share: float, degrees: float) -> float:
    """Return the value below which this share of chi-squared lies."""
    from scipy.special import gammaincinv

    return float(2 * gammaincinv(degrees / 2, share))


def chi_squared_p(statistic: float, degrees: float) -> float:
    """Return the upper tail area of chi-squared."""
    from scipy.special import chdtrc

    return float(chdtrc(degrees, statistic))


def noncentral_t_quantile(share: float, degrees: float, shift: float) -> float:
    """Return the value below which this share of the noncentral t lies, by bisection of its distribution.

    Args:
        share: strictly between 0 and 1.
        degrees: of freedom.
        shift: the noncentrality.
    """
    from scipy.special import nctdtr

    low = high = shift
    step = 1.0 + abs(shift) / 8
    while nctdtr(degrees, shift, low) > share:
        low, step = low - step, 2 * step
    while nctdtr(degrees, shift, high) < share:
        high, step = high + step, 2 * step
    while high - low > NEAR * max(1.0, abs(low), abs(high)):
        middle = (low + high) / 2
        low, high = (middle, high) if nctdtr(degrees, shift, middle) < share else (low, middle)
    return (low + high) / 2
