"""Further intervals of numbers of other tasks, each in print or in common software: tried after ours."""

from collections.abc import Callable
from typing import Any, NamedTuple

from checker.metrics.agreement import LIMITS, Spread
from checker.metrics.association import concordance_correlation, concordance_variance, fisher
from checker.metrics.base import METRICS, TASKS, plain
from checker.metrics.chance import fleiss_test
from checker.metrics.distributions import student
from checker.metrics.intervals import quantile
from checker.metrics.moments import Moments
from checker.metrics.reliability import MeanSquares, icc_1_1_of, icc_2_1_of, icc_3_1_of
from checker.model.estimate import Interval
from checker.needs import Absent, Known, NotEstablished


class OtherInterval(NamedTuple):
    """Another interval of one of our numbers."""

    words: str
    make: Callable[[Known, float], Interval]
    """From what metrics can name, at the facets of our number, and the level."""


def _known(known: Known, name: str) -> Any:
    value = known.value(name)
    if isinstance(value, Absent):
        raise NotEstablished(value.because)
    return value


def _about(middle: float, half: float, level: float) -> Interval:
    return Interval(low=middle - half, high=middle + half, level=level, method="")


# Bland and Altman


Times = Callable[[float, float], float]
"""From the level and the degrees of freedom: how many standard errors lie on either side."""


def _normal(level: float, degrees: float) -> float:
    return quantile(level)


def _independent(known: Known) -> Spread:
    spread = _known(known, "spread")
    assert isinstance(spread, Spread)
    if spread.repeated:
        raise NotEstablished("replicates enter the variance")
    return spread


def _bias(times: Times) -> Callable[[Known, float], Interval]:
    def make(known: Known, level: float) -> Interval:
        spread = _independent(known)
        half = times(level, spread.patients - 1) * spread.bias_variance**0.5
        return _about(spread.bias, half, level)

    return make


def _limit(variance: Callable[[int], float], times: Times) -> Callable[[Known, float], Interval]:
    """Return the interval of a limit of agreement with this variance, in variances of the differences."""

    def make(known: Known, level: float) -> Interval:
        spread, label = _independent(known), _known(known, "label")
        middle = spread.bias + LIMITS[label] * spread.deviation
        error = spread.deviation * variance(spread.patients) ** 0.5
        return _about(middle, times(level, spread.patients - 1) * error, level)

    return make


def _of_1986(n: int) -> float:
    return 3 / n


def _of_1999(n: int) -> float:
    return 1 / n + 1.96**2 / (2 * (n - 1))


# Correlations


def _lin(known: Known, level: float) -> Interval:
    """Return Lin's interval of the concordance without Fisher's z (Lin 1989, 2000), as epiR's ``asymptotic``."""
    moments = _known(known, "moments")
    assert isinstance(moments, Moments)
    value = plain(concordance_correlation.function(moments))
    half = quantile(level) * concordance_variance(value, moments) ** 0.5
    return _about(value, half, level)


def _fisher_icc(
    form: Callable[[MeanSquares], Any], name: str
) -> Callable[[Known, float], Interval]:
    """Return the interval on Fisher's z of an intraclass correlation (Fisher 1925; Donner & Wells 1986)."""

    def make(known: Known, level: float) -> Interval:
        squares = _known(known, name)
        assert isinstance(squares, MeanSquares)
        if squares.raters != 2:
            raise NotEstablished("there are more than two ratings of a case")
        if not squares.cases > 2:
            raise NotEstablished("needs more than two cases")
        return fisher(float(form(squares)), 1 / (float(squares.cases) - 1.5), level, "")

    return make


def _rank_correlation(task: str, times: float) -> Callable[[Known, float], Interval]:
    """Return the interval of Spearman's correlation on Fisher's z with the variance times / (n - 3)."""

    def make(known: Known, level: float) -> Interval:
        value: Any = known.ask(METRICS[task, "spearman_correlation"].function)
        cases = len(_known(known, TASKS[task].columns[0]))
        if isinstance(value, Absent) or cases <= 3:
            raise NotEstablished("needs more than three cases")
        return fisher(float(value), times / (cases - 3), level, "")

    return make


# Raters


def _fleiss_by_chance(known: Known, level: float) -> Interval:
    """Return the interval from the standard error under chance agreement (Fleiss, Nee & Landis 1979)."""
    found = fleiss_test(_known(known, "ratings"))
    if not found.z:
        raise NotEstablished("kappa is 0, so z does not tell the standard error")
    return _about(found.kappa, quantile(level) * found.kappa / found.z, level)


T1986 = "approximate (Bland-Altman 1986)"
T1999 = "approximate (Bland-Altman 1999)"
SINGLE = {
    "intraclass_correlation": icc_2_1_of,
    "icc_1_1": icc_1_1_of,
    "icc_3_1": icc_3_1_of,
}
SQUARES = {"agreement": "mean_squares", "raters": "rater_mean_squares"}

OTHER_INTERVALS: dict[tuple[str, str], tuple[OtherInterval, ...]] = {
    ("agreement", "bland_altman_bias"): (
        OtherInterval("normal quantile in place of Student's t", _bias(_normal)),
    ),
    ("agreement", "limits_of_agreement"): (
        OtherInterval(T1986, _limit(_of_1986, student)),
        OtherInterval(f"{T1986}, normal quantile", _limit(_of_1986, _normal)),
        OtherInterval(f"{T1999}, normal quantile", _limit(_of_1999, _normal)),
    ),
    ("raters", "fleiss_kappa"): (
        OtherInterval(
            "standard error under chance agreement (Fleiss 1971, 1979)", _fleiss_by_chance
        ),
    ),
    **{
        (task, "spearman_correlation"): (
            OtherInterval("Fisher's z, variance 1 / (n - 3)", _rank_correlation(task, 1.0)),
            OtherInterval(
                "Fisher's z, variance 1.06 / (n - 3) (Fieller)", _rank_correlation(task, 1.06)
            ),
        )
        for task in ("agreement", "ordinal")
    },
    ("agreement", "concordance_correlation"): (OtherInterval("normal, without Fisher's z", _lin),),
    **{
        (task, name): (OtherInterval("Fisher's z of two ratings", _fisher_icc(form, squares)),)
        for task, squares in SQUARES.items()
        for name, form in SINGLE.items()
    },
}
"""Task and metric to the intervals that are tried after ours, in this order."""
