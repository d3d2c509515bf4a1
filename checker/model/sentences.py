"""How numbers stand in a sentence for people: p values, levels, a value with its interval."""

from checker.model.estimate import Interval

LEAST_P = 0.001
"""No smaller p value is printed; the JSON has all digits."""


def p_value(p: float) -> str:
    """Return p with two decimals, three below 0.1, and ``<0.001`` or ``>0.99`` at the ends."""
    if p < LEAST_P:
        return f"<{LEAST_P:g}"
    return ">0.99" if p > 0.99 else f"{p:.{2 if p >= 0.0995 else 3}f}"


def level(share: float) -> str:
    """Return ``95 %``."""
    return f"{100 * share:g} %"


def with_interval(value: float, interval: Interval) -> str:
    """Return ``0.768 (95 % interval 0.714 to 0.823)``."""
    limits = f"{interval.low:.3f} to {interval.high:.3f}"
    return f"{value:.3f} ({level(interval.level)} interval {limits})"
