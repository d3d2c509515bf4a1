"""Other ways to compute a number of other tasks from the same rows, each in print or in common software."""

from collections.abc import Callable
from functools import partial
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from checker.metrics.base import METRICS, Codes, Floats
from checker.metrics.chance import Weights, mean_kappa, pair_of, pair_sums_of
from checker.metrics.cox import cox
from checker.metrics.ratings import SCALES
from checker.metrics.readers import Crossed
from checker.metrics.response import CATEGORIES
from checker.metrics.responses import NOT_EVALUABLE
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
    share: bool = False
    """Of a quantity with a unit: it is relative to something, and may be in percent."""
    meant: bool = True
    """A claim may mean it; if not, it only tells where a wrong number may come from."""


MEDIAN_OVER_PATIENTS = "median over patients"


def known_value(known: Known, name: str) -> Any:
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
    found = known_value(known, "harrell")
    if not found.tied:
        raise DoesNotApply("no scores are tied")
    return float(found.concordant / (found.pairs - found.tied))


def _median_of_times(known: Known) -> float:
    return float(np.median(known_value(known, "time")))


def _median_of_censored(known: Known) -> float:
    time, event = known_value(known, "time"), known_value(known, "event")
    if not (event == 0).any():
        raise DoesNotApply("no time is censored")
    return float(np.median(time[event == 0]))


def _median_of_outcomes(known: Known) -> float:
    time, event = known_value(known, "time"), known_value(known, "event")
    if not (event == 1).any():
        raise DoesNotApply("nobody had the outcome")
    return float(np.median(time[event == 1]))


def _concordance_of_the_cause(known: Known) -> float:
    """Return Harrell's C with competing events as censored."""
    event: Codes = known_value(known, "event")
    if not (event == 2).any():
        raise DoesNotApply("there are no competing events")
    alone = np.where(event == 2, 0, event)
    prognosis = known_value(known, "prognosis")
    return float(METRICS["survival", "c_index"](known_value(known, "time"), alone, prognosis))


def _subdistribution(known: Known) -> float:
    """Return the hazard ratio of Fine and Gray, under which those with a competing event stay at risk."""
    line = known_value(known, "timeline")
    if not line.competing:
        raise DoesNotApply("there are no competing events")
    fit = cox(line, known_value(known, "prognosis")[None], stay=True)
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
    event: Codes = known_value(known, "event")
    if not (event == 2).any():
        raise DoesNotApply("there are no competing events")
    alone = np.where(event == 2, 0, event)
    return incidence_of(known_value(known, "time"), alone, known_value(known, "horizon")).risk


# Agreement


def _limit(
    times: float, population: bool = False, turned: bool = False
) -> Callable[[Known], float]:
    """Return a limit of agreement with another factor, with n in place of n - 1, or of reference minus measured."""

    def make(known: Known) -> float:
        spread = known_value(known, "spread")
        if population and spread.repeated:
            raise DoesNotApply("replicates enter the variance")
        smaller = ((spread.patients - 1) / spread.patients) ** 0.5 if population else 1.0
        side = SIDES[known_value(known, "label")]
        bias = -spread.bias if turned else spread.bias
        return float(bias + side * times * spread.deviation * smaller)

    return make


def _limit_of_rows(known: Known) -> float:
    if not known_value(known, "spread").repeated:
        raise DoesNotApply("rows are independent")
    difference: Floats = known_value(known, "difference")
    side = SIDES[known_value(known, "label")]
    return float(difference.mean() + side * LIMIT * difference.std(ddof=1))


def _to_both(reference: Floats, measured: Floats) -> Floats:
    return np.asarray((reference + measured) / 2)


def _to_reference(reference: Floats, measured: Floats) -> Floats:
    return reference


def _to_mean_reference(reference: Floats, measured: Floats) -> Floats:
    return np.full(len(reference), reference.mean())


def _to_mean(reference: Floats, measured: Floats) -> Floats:
    return np.full(len(reference), _to_both(reference, measured).mean())


RELATIVE = {
    "the mean of both": _to_both,
    "the reference": _to_reference,
    "the mean reference": _to_mean_reference,
    "the mean of all values": _to_mean,
}
"""What differences are relative to (Bland & Altman 1999, section 3.3, take the mean of both)."""


def _relative(known: Known, to: Callable[[Floats, Floats], Floats]) -> Floats:
    """Return the differences relative to something, of each row."""
    below = to(known_value(known, "reference"), known_value(known, "measured"))
    if (below == 0).any():
        raise NotEstablished("a value is 0, so a relative difference would divide by zero")
    return np.asarray(known_value(known, "difference") / below)


def _relative_bias(known: Known, to: Callable[[Floats, Floats], Floats], turn: float) -> float:
    return turn * float(_relative(known, to).mean())


def _relative_limit(known: Known, to: Callable[[Floats, Floats], Floats], turn: float) -> float:
    found = turn * _relative(known, to)
    if known_value(known, "spread").repeated:
        raise DoesNotApply("replicates enter the variance")
    side = SIDES[known_value(known, "label")]
    return float(found.mean() + side * LIMIT * found.std(ddof=1))


def _relative_size(known: Known, to: Callable[[Floats, Floats], Floats]) -> float:
    return float(np.abs(_relative(known, to)).mean())


def _relative_root(known: Known, to: Callable[[Floats, Floats], Floats]) -> float:
    return float((_relative(known, to) ** 2).mean() ** 0.5)


def _shares_of(make: Callable[..., float]) -> tuple[OtherWay, ...]:
    """Return the ways to a number of relative differences."""
    return tuple(
        OtherWay(f"as a share of {words}", partial(make, to=to), share=True)
        for words, to in RELATIVE.items()
    )


def _signed_shares_of(make: Callable[..., float]) -> tuple[OtherWay, ...]:
    """Return the same for either sign of the difference."""
    return (
        *_shares_of(partial(make, turn=1.0)),
        *(
            way._replace(words=f"{way.words}, reference minus measured")
            for way in _shares_of(partial(make, turn=-1.0))
        ),
    )


def _concordance_of_sample(known: Known) -> float:
    """Return Lin's concordance with n - 1 below the variances."""
    x, y = known_value(known, "reference"), known_value(known, "measured")
    both = np.cov(x, y, ddof=1)
    return float(2 * both[0, 1] / (both[0, 0] + both[1, 1] + (x.mean() - y.mean()) ** 2))


def _deviation(known: Known) -> float:
    return float(np.std(known_value(known, "difference"), ddof=1))


def _of_evaluable(known: Known, worst: str) -> float:
    """Return the share of the cases with a response by this method that is no worse."""
    found: Codes = known_value(known, f"{known_value(known, 'label')}_response")
    found = found[found != NOT_EVALUABLE]
    if not len(found):
        raise NotEstablished("no case is evaluable")
    return float((found <= CATEGORIES.index(worst)).mean())


# Raters


def _under(task: str, metric: str, **given: object) -> Callable[[Known], float]:
    """Return what makes our own metric under another setting."""

    def make(known: Known) -> float:
        found: Any = known.inside(**given).ask(METRICS[task, metric].function)
        if isinstance(found, Absent):
            raise NotEstablished(found.because)
        return float(found)

    return make


def _all_agree(known: Known) -> float:
    ratings: Floats = known_value(known, "ratings")
    whole = ratings[~np.isnan(ratings).any(axis=1)]
    if not len(whole):
        raise NotEstablished("no subject was rated by every rater")
    return float((whole == whole[:, :1]).all(axis=1).mean())


def _mean_weighted(known: Known, weights: Weights) -> float:
    """Return the mean over pairs of raters of Cohen's kappa with these weights."""
    rated, patient = known_value(known, "rated"), known_value(known, "patient")
    pairs = combinations(range(rated.raters), 2)
    sums = [pair_sums_of(pair_of(rated, patient, *each), weights) for each in pairs]
    return float(mean_kappa(sums, None))


def _percentile_limit(known: Known) -> float:
    """Return the limit of normal as a percentile of the measured values."""
    if known_value(known, "basis").method == "percentile":
        raise DoesNotApply("it is a percentile")
    there = known.inside(reference_method="percentile", at_covariate=None)
    value: Any = there.ask(METRICS["agreement", "reference_limit"].function)
    if isinstance(value, Absent):
        raise NotEstablished(value.because)
    return float(value)


# Classes


def _mean_over_pairs(known: Known) -> float:
    """Return the mean AUROC of all pairs of classes (Van Calster 2012)."""
    outcome, score = known_value(known, "outcome"), known_value(known, "score")
    pairs = (np.isin(outcome, each) for each in combinations(np.unique(outcome), 2))
    auroc = METRICS["classification", "auroc"]
    found = [auroc(outcome[at] == outcome[at].max(), score[at]) for at in pairs]
    if not found:
        raise NotEstablished("there is one class")
    return float(np.mean(found))


def _table(known: Known) -> Floats:
    table: Floats = known_value(known, "cross_table")
    return table


def _over_classes(known: Known) -> float:
    risks, outcome = known_value(known, "risks"), known_value(known, "outcome")
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


def _weighted_precision(known: Known) -> float:
    precision, _, share = _shares(known)
    return float(share @ precision)


def _weighted_specificity(known: Known) -> float:
    table = _table(known)
    true, called = table.sum(axis=1), table.sum(axis=0)
    others = true.sum() - true
    if (others == 0).any():
        raise NotEstablished("every case is of one class")
    falsely = called - np.diagonal(table)
    return float(true / true.sum() @ (1 - falsely / others))


def _share_of_right(known: Known) -> float:
    table = _table(known)
    return float(np.trace(table) / table.sum())


# Readers


def _pooled_area(known: Known) -> float:
    """Return the AUROC of all ratings under the modality, whoever gave them."""
    crossed = known_value(known, "crossed")
    assert isinstance(crossed, Crossed)
    rating: Floats = known_value(known, "rating")
    rows = crossed.row[crossed.modalities.index(known_value(known, "modality"))]
    there = rows >= 0
    outcome = np.broadcast_to(crossed.outcome, rows.shape)[there]
    return float(METRICS["classification", "auroc"](outcome, rating[rows[there]]))


WEIGHTED = "weighted by the size of classes"
MICRO = OtherWay("micro-averaged, which is the accuracy", _share_of_right)

F1S = (
    OtherWay(WEIGHTED, _weighted_f1),
    OtherWay("of mean precision and mean sensitivity", _f1_of_means),
    MICRO,
)
PRECISIONS = (OtherWay(WEIGHTED, _weighted_precision), MICRO)
SPECIFICITIES = (OtherWay(WEIGHTED, _weighted_specificity),)

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
        *_signed_shares_of(_relative_limit),
    ),
    ("agreement", "bland_altman_bias"): _signed_shares_of(_relative_bias),
    ("agreement", "mean_absolute_error"): _shares_of(_relative_size),
    ("agreement", "reference_limit"): (OtherWay("percentile", _percentile_limit),),
    ("agreement", "concordance_correlation"): (
        OtherWay("variances with n - 1 below", _concordance_of_sample),
    ),
    ("agreement", "root_mean_squared_error"): (
        OtherWay("standard deviation of the differences", _deviation),
        *_shares_of(_relative_root),
    ),
    ("ordinal", "ordinal_c_index"): (
        OtherWay("mean over pairs of classes (Van Calster 2012)", _mean_over_pairs),
    ),
    ("raters", "kendall_w"): (
        OtherWay(
            "without correction for ties",
            _under("raters", "kendall_w", tie_correction=False),
        ),
    ),
    ("raters", "percent_agreement"): (
        OtherWay("share of cases on which all raters agree", _all_agree),
    ),
    ("raters", "krippendorff_alpha"): tuple(
        OtherWay(f"{scale} differences", _under("raters", "krippendorff_alpha", scale=scale))
        for scale in SCALES
    ),
    ("raters", "light_kappa"): tuple(
        OtherWay(f"{words} weights", partial(_mean_weighted, weights=words))
        for words in ("linear", "quadratic")
    ),
    **{
        ("responses", name): (
            OtherWay("of the cases that are evaluable", partial(_of_evaluable, worst=worst)),
        )
        for name, worst in (("objective_response_rate", "PR"), ("disease_control_rate", "SD"))
    },
    ("multiclass", "brier_score"): (OtherWay("mean over classes", _over_classes),),
    **{
        (task, name): ways
        for task in ("multiclass", "ordinal")
        for name, ways in (
            ("macro_f1", F1S),
            ("macro_precision", PRECISIONS),
            ("macro_specificity", SPECIFICITIES),
        )
    },
    ("readers", "auroc"): (OtherWay("ratings of all readers pooled", _pooled_area),),
    **{
        ("explanation", name): (
            OtherWay(MEDIAN_OVER_PATIENTS, _under("explanation", name, summary="median")),
        )
        for name in ("energy_in_region", "energy_beyond_chance", "map_region_overlap")
    },
}
"""Task and metric to the ways that are tried after ours, in this order."""
