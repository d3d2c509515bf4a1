"""How numbers are printed: as many digits as the interval's width allows, value and interval together."""

from math import floor, log10

from checker.model import sentences
from checker.model.estimate import Comparison, Estimate, Interval
from checker.model.metric_names import METRIC_NAMES

MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"
SPACE = "\N{NO-BREAK SPACE}"
DASH = "\N{EN DASH}"
WITHOUT_INTERVAL = 3
"""Decimals of a number that has no interval."""
STEPS = log10(500)
MOST = 6
"""Never more decimals than this."""


def decimals(interval: Interval | None) -> int:
    """Return how many decimals to print: the interval is then 50 to 500 steps of the last digit wide.

    A width of 0.11 gives 3, of 1.4 gives 2, of 250 gives 0; an interval of no width counts as none.
    """
    if interval is None or interval.high <= interval.low:
        return WITHOUT_INTERVAL
    return min(max(floor(STEPS - log10(interval.high - interval.low)), 0), MOST)


def number(value: float, places: int) -> str:
    """Return the value with that many decimals, a true minus sign, and never ``-0.00``."""
    text = f"{value:,.{places}f}".replace(",", THIN if abs(value) >= 10_000 else "")
    if not text.strip("-0." + THIN):
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def count(value: int | None) -> str:
    """Return a count with thin spaces from five digits on; a dash where it is not known."""
    return DASH if value is None else number(value, 0)


def short(value: float, significant: int = 6) -> str:
    """Return a number that somebody chose (a threshold, a seed) as they would write it: 0.5, 100, 0.025."""
    text = number(value, 0) if value == int(value) else f"{value:.{significant}g}"
    return text.replace("-", MINUS)


def p_value(p: float | None) -> str:
    """Return p as it stands in sentences, ``<0.001`` at the end; a dash where there is none."""
    return DASH if p is None else sentences.p_value(p)


def percent(share: float) -> str:
    """Return ``95 %``, which no line breaks."""
    return sentences.level(share).replace(" ", SPACE)


def limits(interval: Interval, places: int | None = None) -> str:
    """Return ``0.714 to 0.823``; the level is added where it is not 95 %."""
    places = decimals(interval) if places is None else places
    text = f"{number(interval.low, places)} to {number(interval.high, places)}"
    return text if interval.level == 0.95 else f"{text} ({percent(interval.level)} level)"


def value(estimate: Estimate) -> str:
    """Return the value alone, or a dash where it is undefined."""
    return DASH if estimate.value is None else number(estimate.value, places(estimate))


def places(estimate: Estimate) -> int:
    """Return how many decimals to print of the number, and of what is printed beside it."""
    large = estimate.value is not None and abs(estimate.value) >= 100
    return 0 if estimate.interval is None and large else decimals(estimate.interval)


def interval(estimate: Estimate) -> str:
    """Return the limits alone, or a dash where there are none."""
    return limits(estimate.interval) if estimate.interval else DASH


def together(estimate: Estimate) -> str:
    """Return ``0.768 (0.714 to 0.823)``, or the sentence why there is no number."""
    if estimate.value is None:
        return f"undefined: {estimate.undefined_because}"
    return f"{value(estimate)} ({interval(estimate)})" if estimate.interval else value(estimate)


def difference(comparison: Comparison) -> str:
    """Return ``0.177 (0.097 to 0.257)``, or the sentence why there is no number."""
    if comparison.difference is None:
        return f"undefined: {comparison.undefined_because}"
    text = number(comparison.difference, decimals(comparison.interval))
    return f"{text} ({limits(comparison.interval)})" if comparison.interval else text


def metric_label(metric: str) -> str:
    """Return the metric as a report prints it."""
    known = METRIC_NAMES.get(metric)
    return known.label if known else metric.replace("_", " ")


def unit_of(cases: int, unit: str) -> str:
    """Return ``291 patients`` or ``1 patient``."""
    plural = unit if cases == 1 or unit.endswith("s") else f"{unit}s"
    return f"{count(cases)} {plural}"
