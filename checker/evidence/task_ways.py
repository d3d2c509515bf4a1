"""Other ways to compute a number of other tasks from the same rows, each in print or in common software."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from checker.metrics.base import METRICS, Codes, Floats
from checker.metrics.cox import cox
from checker.metrics.readers import Crossed
from checker.metrics.survival import incidence_of
from checker.model.times import MONTH, YEAR
from checker.needs import Absent, DoesNotApply, Known, NotEstablished

LIMIT, NORMAL = 1.96, 1.959963984540054
SIDES = {"lower": -1.0, "upper": 1.0}


class OtherWay(NamedTuple):
    """Another way to compute a number that goes by the name of one of ours."""

    words: str
    make: Callable[[Known], float]
    """From what metrics can name, at the facets of our number."""


def _given(known: Known, name: str) -> Any:
    """Return a column or what is derived.

    Raises:
        NotEstablished: it is not there.
    """
    value = known.value(name)
    if isinstance(value, Absent):
        raise NotEstablished(value.because)
    return value


# Survival


def _without_ties(known: Known) -> float:
    """Return the concordance of pairs whose scores differ."""
    found = _given(known, "harrell")
    if not found.tied:
        raise DoesNotApply("no scores are tied")
    return float(found.concordant / (found.pairs - found.tied))


def _median_of_times(known: Known) -> float:
    return float(np.median(_given(known, "time")))


def _median_of_censored(known: Known) -> float:
    time, event = _given(known, "time"), _given(known, "event")
    if not (event == 0).any():
        raise DoesNotApply("no time is censored")
    return float(np.median(time[event == 0]))


def _median_of_outcomes(known: Known) -> float:
    time, event = _given(known, "time"), _given(known, "event")
    if not (event == 1).any():
        raise DoesNotApply("nobody had the outcome")
    return float(np.median(time[event == 1]))


def _concordance_of_the_cause(known: Known) -> float:
    """Return Harrell's C with competing events as censored."""
    event: Codes = _given(known, "event")
    if not (event == 2).any():
        raise DoesNotApply("there are no competing events")
    alone = np.where(event == 2, 0, event)
    prognosis = _given(known, "prognosis")
    return float(METRICS["survival", "c_index"](_given(known, "time"), alone, prognosis))


def _subdistribution(known: Known) -> float:
    """Return the hazard ratio of Fine and Gray, under which those with a competing event stay at risk."""
    line = _given(known, "timeline")
    if not line.competing:
        raise DoesNotApply("there are no competing events")
    fit = cox(line, _given(known, "prognosis")[None], stay=True)
    return float(np.exp(fit.coefficients[0]))


def _in_units(*ways: OtherWay) -> tuple[OtherWay, ...]:
    """Return ways to a number of days, each in days, then each in months, then each in years."""
    units = (("", 1.0), (", in months", MONTH), (", in years", YEAR))
    return tuple(
        OtherWay(f"{way.words}{words}", partial(_in_unit, way.make, days))
        for words, days in units
        for way in ways
    )


def _in_unit(make: Callable[[Known], float], days: float, known: Known) -> float:
    return make(known) / days


def _competing_as_censored(known: Known) -> float:
    """Return one minus Kaplan-Meier with competing events as censored."""
    event: Codes = _given(known, "event")
    if not (event == 2).any():
        raise DoesNotApply("there are no competing events")
    alone = np.where(event == 2, 0, event)
    return incidence_of(_given(known, "time"), alone, _given(known, "horizon")).risk


# Agreement


def _limit(
    times: float, population: bool = False, turned: bool = False
) -> Callable[[Known], float]:
    """Return a limit of agreement with another factor, with n in place of n - 1, or of reference minus measured."""

    def make(known: Known) -> float:
        spread = _given(known, "spread")
        if population and spread.repeated:
            raise DoesNotApply("replicates enter the variance")
        smaller = ((spread.patients - 1) / spread.patients) ** 0.5 if population else 1.0
        side = SIDES[_given(known, "label")]
        bias = -spread.bias if turned else spread.bias
        return float(bias + side * times * spread.deviation * smaller)

    return make


def _limit_of_rows(known: Known) -> float:
    if not _given(known, "spread").repeated:
        raise DoesNotApply("rows are independent")
    difference: Floats = _given(known, "difference")
    side = SIDES[_given(known, "label")]
    return float(difference.mean() + side * LIMIT * difference.std(ddof=1))


def _bias_of_means(known: Known) -> float:
    """Return the mean of the difference over the mean of both, as a share."""
    reference, measured = _given(known, "reference"), _given(known, "measured")
    middle = (reference + measured) / 2
    if (middle == 0).any():
        raise NotEstablished("a mean of both is 0")
    return float(((measured - reference) / middle).mean())


def _bias_of_reference(known: Known) -> float:
    """Return the mean of the difference over the reference, as a share."""
    reference, measured = _given(known, "reference"), _given(known, "measured")
    if (reference == 0).any():
        raise NotEstablished("a reference is 0")
    return float(((measured - reference) / reference).mean())


def _concordance_of_sample(known: Known) -> float:
    """Return Lin's concordance with n - 1 below the variances."""
    x, y = _given(known, "reference"), _given(known, "measured")
    both = np.cov(x, y, ddof=1)
    return float(2 * both[0, 1] / (both[0, 0] + both[1, 1] + (x.mean() - y.mean()) ** 2))


def _deviation(known: Known) -> float:
    return float(np.std(_given(known, "difference"), ddof=1))


# Classes


def _table(known: Known) -> Floats:
    table: Floats = _given(known, "cross_table")
    return table


def _over_classes(known: Known) -> float:
    risks, outcome = _given(known, "risks"), _given(known, "outcome")
    right = np.eye(risks.shape[1])[outcome]
    return float(((risks - right) ** 2).mean())


def _shares(known: Known) -> tuple[Floats, Floats, Floats]:
    """Return precision and sensitivity of each class (0 where nothing was predicted), and its share."""
    table = _table(known)
    right, called, true = np.diagonal(table), table.sum(axis=0), table.sum(axis=1)
    if (true == 0).any():
        raise NotEstablished("a class has no case")
    precision = np.divide(right, called, out=np.zeros(len(right)), where=called > 0)
    return precision, right / true, true / true.sum()


def _weighted_f1(known: Known) -> float:
    precision, sensitivity, share = _shares(known)
    both = precision + sensitivity
    each = np.divide(2 * precision * sensitivity, both, out=np.zeros(len(both)), where=both > 0)
    return float(share @ each)


def _f1_of_means(known: Known) -> float:
    precision, sensitivity, _ = _shares(known)
    p, s = precision.mean(), sensitivity.mean()
    return float(2 * p * s / (p + s)) if p + s else 0.0


def _share_of_right(known: Known) -> float:
    table = _table(known)
    return float(np.trace(table) / table.sum())


# Readers


def _pooled_area(known: Known) -> float:
    """Return the AUROC of all ratings under the modality, whoever gave them."""
    crossed = _given(known, "crossed")
    assert isinstance(crossed, Crossed)
    rating: Floats = _given(known, "rating")
    rows = crossed.row[crossed.modalities.index(_given(known, "modality"))]
    there = rows >= 0
    outcome = np.broadcast_to(crossed.outcome, rows.shape)[there]
    return float(METRICS["classification", "auroc"](outcome, rating[rows[there]]))


F1S = (
    OtherWay("weighted by the size of classes", _weighted_f1),
    OtherWay("of mean precision and mean sensitivity", _f1_of_means),
    OtherWay("micro-averaged, which is the accuracy", _share_of_right),
)

OTHER_WAYS: dict[tuple[str, str], tuple[OtherWay, ...]] = {
    ("survival", "c_index"): (
        OtherWay("pairs with tied scores left out", _without_ties),
        OtherWay("competing events as censored", _concordance_of_the_cause),
    ),
    ("survival", "hazard_ratio"): (
        OtherWay("of the subdistribution (Fine and Gray)", _subdistribution),
    ),
    ("survival", "median_follow_up"): _in_units(
        OtherWay("median of all times, outcomes included", _median_of_times),
        OtherWay("median time of those without the outcome", _median_of_censored),
    ),
    ("survival", "median_survival"): _in_units(
        OtherWay("median of all times, as if nobody were censored", _median_of_times),
        OtherWay("median time of those with the outcome", _median_of_outcomes),
    ),
    ("survival", "observed_risk"): (
        OtherWay("1 - Kaplan-Meier, competing events as censored", _competing_as_censored),
    ),
    ("agreement", "limits_of_agreement"): (
        OtherWay("2 standard deviations", _limit(2.0)),
        OtherWay("2 standard deviations, reference minus measured", _limit(2.0, turned=True)),
        OtherWay("exact normal quantile", _limit(NORMAL)),
        OtherWay("standard deviation with n below", _limit(LIMIT, population=True)),
        OtherWay("rows taken as independent", _limit_of_rows),
    ),
    ("agreement", "bland_altman_bias"): (
        OtherWay("as a share of the mean of both", _bias_of_means),
        OtherWay("as a share of the reference", _bias_of_reference),
    ),
    ("agreement", "concordance_correlation"): (
        OtherWay("variances with n - 1 below", _concordance_of_sample),
    ),
    ("agreement", "root_mean_squared_error"): (
        OtherWay("standard deviation of the differences", _deviation),
    ),
    ("multiclass", "brier_score"): (OtherWay("mean over classes", _over_classes),),
    **{(task, "macro_f1"): F1S for task in ("multiclass", "ordinal")},
    ("readers", "auroc"): (OtherWay("ratings of all readers pooled", _pooled_area),),
}
"""Task and metric to the ways that are tried after ours, in this order."""
