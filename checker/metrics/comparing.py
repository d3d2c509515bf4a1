"""Differences: two scores on the same cases (always paired), two groups, and rows against patients."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from checker.metrics.base import (
    METRICS,
    NO_CASES,
    Bools,
    Codes,
    Floats,
    Share,
    Undefined,
    over,
    plain,
)
from checker.metrics.estimating import Cases, Columns, complete, known_of, plural
from checker.metrics.intervals import around, cut, percentile, tango, two_sided_p
from checker.metrics.patients import EACH_PATIENT, share_variance, sums_by_patient, with_outcome
from checker.metrics.ranking import (
    NEEDS_BOTH,
    Placements,
    area,
    delong_covariance,
    delong_variance,
    obuchowski_covariance,
    obuchowski_sums,
    placements,
    ranking,
    tally,
)
from checker.metrics.resampling import FEWEST_PATIENTS, Asked, drawn, resampled, seeds
from checker.model.estimate import Comparison, Interval
from checker.needs import Absent, Known

TASK = "classification"
AT_THRESHOLD = ("sensitivity", "specificity", "accuracy")
RECLASSIFICATION = {
    "net_reclassification_improvement": "continuous NRI",
    "integrated_discrimination_improvement": "IDI",
}
"""By name: the words. What the second score, as the older one, gains by the first."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two scores on the same complete rows, and how to compare them."""

    names: tuple[str, str]
    cases: tuple[Cases, Cases]
    known: tuple[Known, Known]
    seeds: tuple[int, int]
    unit: str
    group: str
    level: float
    resamples: int
    stratified: bool

    @property
    def repeated(self) -> bool:
        """Whether a patient has several cases."""
        return self.cases[0].repeated

    @property
    def who(self) -> str:
        """Who is resampled, in words."""
        unit = "patients" if self.repeated else plural(self.unit)
        apart = ", those with the outcome apart" if self.stratified else ""
        return f"{self.cases[0].patients:,} {unit}{apart}"


def compare(
    columns: Columns,
    first: str,
    second: str,
    *,
    threshold: float | None = None,
    second_threshold: float | None = None,
    net_benefit: Sequence[float] = (),
    unit: str = "row",
    group: str = "all",
    evaluation: str = "",
    seed: int = 0,
    level: float = 0.95,
    resamples: int = 2000,
    probability: bool | None = None,
    stratified: bool = False,
) -> tuple[Comparison, ...]:
    """Return first minus second for every metric that makes sense, on the rows where both scores are known.

    AUROC by paired DeLong (clustered by patient where ids repeat), decisions by McNemar with Tango's interval,
    the rest by one bootstrap over patients in which both scores see the same patients.

    Args:
        columns: outcome, patient (optional), and both scores by name; as for `estimates`.
        first: name of the score that is put first.
        second: name of the other.
        threshold: of the first score; without one, no decisions are compared.
        second_threshold: of the second; None: the same.
        net_benefit: threshold probabilities at which net benefit is compared.
        unit: what one row is.
        group: written into the result.
        evaluation: its name; with `group` it makes the random numbers its own.
        seed: of the report.
        level: of the intervals.
        resamples: of patients.
        probability: whether the scores are probabilities; None: they are if all values lie in 0..1.
        stratified: patients with and without the outcome are resampled apart, as they were sampled.
    """
    names, given = (first, second), {"probability": probability}
    cases = _both(columns, first, second)
    own = seeds(seed, evaluation, group)
    both = (known_of(cases[0], own, given), known_of(cases[1], own, given))
    pair = Pair(names, cases, both, own, unit, group, level, resamples, stratified)
    return tuple(_compared(pair, (threshold, second_threshold), net_benefit))


def compare_areas(
    columns: Columns,
    first: str,
    second: str,
    *,
    unit: str = "row",
    group: str = "all",
    level: float = 0.95,
) -> Comparison:
    """Return the first AUROC minus the second by paired DeLong, as `compare` does, and nothing else."""
    cases, own = _both(columns, first, second), (0, 0)
    both = (known_of(cases[0], own, {}), known_of(cases[1], own, {}))
    pair = Pair((first, second), cases, both, own, unit, group, level, 0, False)
    return next(_compared(pair, (None, None), ()))


def _both(columns: Columns, first: str, second: str) -> tuple[Cases, Cases]:
    """Return the rows on which both scores are known, with either as the score."""
    alike = {"score": columns[first], "other": columns[second]}
    cases, known = complete({**columns, **alike}, "other")
    return cases, cases.scored(np.asarray(columns[second], float)[known])


class Difference(NamedTuple):
    """First minus second, and what is known about it."""

    value: float
    interval: Interval | None
    p: float | None
    test: str


def _compared(
    pair: Pair, thresholds: tuple[float | None, float | None], net_benefit: Sequence[float]
) -> Iterator[Comparison]:
    if not len(pair.cases[0].outcome):
        yield _undefined(pair, "auroc", "no row has an outcome and both scores")
        return
    yield _stated(pair, "auroc", lambda: _areas(pair))
    first, second = thresholds
    if first is not None:
        at = (first, first if second is None else second)
        for metric in AT_THRESHOLD:
            yield _stated(pair, metric, partial(_decisions, pair, metric, at), first)
    risks = [known.value("risk") for known in pair.known]
    if any(isinstance(risk, Absent) and not risk.applies for risk in risks):
        yield _stated(pair, "average_precision", lambda: _resampled(pair, "average_precision", {}))
        return
    for metric in ("average_precision", "brier_score"):
        yield _stated(pair, metric, partial(_resampled, pair, metric, {}))
    for at_risk in net_benefit:
        facets = {"threshold": at_risk, "strategy": "model"}
        yield _stated(
            pair, "net_benefit", partial(_resampled, pair, "net_benefit", facets), at_risk
        )
    for metric in RECLASSIFICATION:
        yield _stated(pair, metric, partial(_reclassified, pair, metric))


def _stated(
    pair: Pair, metric: str, make: Callable[[], Difference], threshold: float | None = None
) -> Comparison:
    try:
        found = make()
    except Undefined as reason:
        return _undefined(pair, metric, str(reason), threshold)
    return replace(
        _undefined(pair, metric, "", threshold),
        difference=found.value,
        interval=found.interval,
        p=found.p,
        test=found.test,
    )


def _undefined(pair: Pair, metric: str, because: str, threshold: float | None = None) -> Comparison:
    return Comparison(
        metric=metric,
        first=pair.names[0],
        second=pair.names[1],
        difference=None,
        interval=None,
        p=None,
        test="",
        cases=len(pair.cases[0].outcome),
        unit=pair.unit,
        group=pair.group,
        threshold=threshold,
        undefined_because=because,
    )


def normal_difference(value: float, variance: float, level: float, test: str) -> Difference:
    """Return the difference with its normal interval, cut at -1 and 1, and the two-sided p value."""
    if not variance > 1e-20:
        return Difference(
            value, None, None, f"{test}, not possible: the difference has no variance"
        )
    interval = cut(around(value, variance, level, test), -1, 1)
    return Difference(value, interval, two_sided_p(value / variance**0.5), test)


def _areas(pair: Pair) -> Difference:
    cases = pair.cases[0]
    first, second = (placements(each.outcome, ranking(each.score)) for each in pair.cases)

    def covariance(a: Placements, b: Placements) -> float:
        if pair.repeated:
            return obuchowski_covariance(cases.outcome, cases.patient, a, b)
        return delong_covariance(cases.outcome, a, b)

    test = f"paired DeLong, clustered by {pair.who}" if pair.repeated else "paired DeLong"
    return normal_difference(
        first.area - second.area, _of_difference(covariance, first, second), pair.level, test
    )


def _of_difference(
    covariance: Callable[[Placements, Placements], float], first: Placements, second: Placements
) -> float:
    """Return the variance of the difference, from the placements' difference so that equal scores give exactly 0."""
    off = Placements(first.value - second.value, first.area - second.area)
    return covariance(off, off)


def _decisions(pair: Pair, metric: str, at: tuple[float, float]) -> Difference:
    cases = pair.cases[0]
    right = [
        (each.score >= threshold) == each.outcome
        for each, threshold in zip(pair.cases, at, strict=True)
    ]
    counted = {
        "sensitivity": cases.outcome,
        "specificity": ~cases.outcome,
        "accuracy": np.ones(len(cases), bool),
    }[metric]
    if not counted.any():
        raise Undefined(NEEDS_BOTH)
    if pair.repeated:
        return _resampled(pair, metric, {"threshold": at[0]}, {"threshold": at[1]})
    only_first = int(np.count_nonzero(right[0] & ~right[1] & counted))
    only_second = int(np.count_nonzero(~right[0] & right[1] & counted))
    pairs = int(np.count_nonzero(counted))
    interval = tango(only_first, only_second, pairs, pair.level)
    value = (only_first - only_second) / pairs
    return Difference(value, interval, mcnemar(only_first, only_second), "exact McNemar")


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided exact p value of McNemar's test: the smaller tail of the binomial, doubled, at most 1.

    The test of McNemar 1947 with the binomial distribution in place of the chi-squared one.

    Args:
        only_first: pairs right by the first alone.
        only_second: pairs right by the second alone.
    """
    from scipy.special import bdtr

    discordant = only_first + only_second
    return min(1.0, 2 * float(bdtr(min(only_first, only_second), discordant, 0.5)))


def _resampled(
    pair: Pair,
    metric: str,
    facets: Mapping[str, object],
    second_facets: Mapping[str, object] | None = None,
) -> Difference:
    of_both = (facets, facets if second_facets is None else second_facets)
    asked = [Asked(METRICS[TASK, metric], tuple(each.items())) for each in of_both]
    values = [_alone(known, each) for known, each in zip(pair.known, asked, strict=True)]
    test = f"percentile bootstrap over {pair.who}, {pair.resamples:,} resamples"
    value = values[0] - values[1]
    if pair.cases[0].patients < FEWEST_PATIENTS:
        return Difference(value, None, None, f"{pair.who} are too few to resample")
    both = [
        resampled(known, [each], _weights(pair))[each]
        for known, each in zip(pair.known, asked, strict=True)
    ]
    return from_resamples(value, both[0] - both[1], pair.level, test)


def _alone(known: Known, asked: Asked) -> float:
    found = known.inside(**asked.where).ask(asked.metric.function)
    if isinstance(found, Absent):
        raise Undefined(found.because)
    return plain(found)


def _weights(pair: Pair) -> Iterator[Floats]:
    cases = pair.cases[0]
    sides = with_outcome(cases.outcome, cases.patient) if pair.stratified else None
    return drawn(pair.seeds, cases.patients, len(cases), pair.resamples, sides)


def from_resamples(value: float, differences: Floats, level: float, test: str) -> Difference:
    """Return the percentile interval; p: twice the smaller share of resamples beyond 0, never below 2 / (n + 1)."""
    try:
        interval = percentile(differences, level, test)
    except Undefined as reason:
        return Difference(value, None, None, f"no test: {reason}")
    defined = differences[~np.isnan(differences)]
    beyond = min(np.count_nonzero(defined <= 0), np.count_nonzero(defined >= 0))
    p = float(min(1.0, 2 * (beyond + 1) / (len(defined) + 1)))
    return Difference(value, interval, p, test)


def _reclassified(pair: Pair, metric: str) -> Difference:
    """Return the continuous NRI or the IDI of the first score over the second (Pencina et al. 2008, 2011)."""
    for known in pair.known:
        if isinstance(risk := known.value("risk"), Absent):
            raise Undefined(risk.because)
    cases, moved = pair.cases[0], pair.cases[0].score - pair.cases[1].score
    if metric == "net_reclassification_improvement":
        moved = np.sign(moved)
    sides = (cases.outcome, ~cases.outcome)
    if min(np.count_nonzero(side) for side in sides) < 2:
        raise Undefined("needs at least two cases with the outcome and two without")
    value = float(moved[sides[0]].mean() - moved[sides[1]].mean())
    test = f"{RECLASSIFICATION[metric]}, {pair.names[0]} over {pair.names[1]}"
    if not pair.repeated:
        variance = sum(_mean_variance(moved[side], metric) for side in sides)
        interval = around(value, variance, pair.level, "asymptotic") if variance else None
        p = two_sided_p(value / variance**0.5) if variance else None
        return Difference(value, interval, p, f"{test}, asymptotic")
    if cases.patients < FEWEST_PATIENTS:
        return Difference(value, None, None, f"{pair.who} are too few to resample")
    sums = np.column_stack([_per_patient(cases, moved, side) for side in sides])
    found = np.concatenate([weight @ sums for weight in _weights(pair)]).T
    means = [over(found[at], found[at + 1], NEEDS_BOTH) for at in (0, 2)]
    return from_resamples(
        value, means[0] - means[1], pair.level, f"{test}, bootstrap over {pair.who}"
    )


def _mean_variance(moved: Floats, metric: str) -> float:
    """Return the variance of the mean; for NRI with n below, as for proportions, for IDI with n - 1."""
    return float(moved.var(ddof=metric.startswith("integrated")) / len(moved))


def _per_patient(cases: Cases, moved: Floats, side: Bools) -> Floats:
    return sums_by_patient(cases.patient, np.where(side, moved, 0.0), side.astype(float))


class Unpaired(NamedTuple):
    """The difference of two AUROCs of different cases."""

    difference: float
    statistic: float
    """The difference over its standard error (pROC calls it D)."""
    degrees: float
    """Of freedom (Satterthwaite); infinite where patients repeat."""
    interval: Interval
    p: float


def unpaired_delong(
    first: tuple[Bools, Floats], second: tuple[Bools, Floats], level: float = 0.95
) -> Unpaired:
    """Return the unpaired DeLong test of two groups of independent cases, each as (outcome, score).

    The degrees of freedom weigh both variances by their numbers of cases (Satterthwaite 1946), as pROC.

    Raises:
        Undefined: a group with fewer than two cases in a class, or no variance.
    """
    from scipy.special import stdtr, stdtrit

    counts = [tally(*each) for each in (first, second)]
    variances = [delong_variance(each) for each in counts]
    spread = sum(variances)
    if not spread > 0:
        raise Undefined("the difference has no variance")
    sizes = (len(first[0]), len(second[0]))
    parts = [v**2 / (n - 1) for v, n in zip(variances, sizes, strict=True)]
    difference, degrees = area(counts[0]) - area(counts[1]), spread**2 / sum(parts)
    statistic, half = (
        difference / spread**0.5,
        float(stdtrit(degrees, (1 + level) / 2)) * spread**0.5,
    )
    method = f"unpaired DeLong, {degrees:.1f} degrees of freedom"
    interval = cut(
        Interval(low=difference - half, high=difference + half, level=level, method=method), -1, 1
    )
    return Unpaired(
        difference, statistic, degrees, interval, 2 * float(stdtr(degrees, -abs(statistic)))
    )


def compare_groups(
    columns: Columns,
    member: Bools,
    first: str,
    second: str,
    *,
    among: Bools | None = None,
    unit: str = "row",
    level: float = 0.95,
) -> Comparison:
    """Return the AUROC of one group minus that of another.

    Unpaired DeLong where every row is a patient; where patients repeat, in one group or across both,
    clustered by patient over both groups (Obuchowski 1997).

    Args:
        columns: as for `estimates`.
        member: shape (cases,): True in the first group, False in the second.
        first: name of the first group.
        second: name of the second.
        among: shape (cases,): rows of either group; None: all.
        unit: what one row is.
        level: of the interval.
    """
    cases, known = complete(columns)
    chosen = np.ones(len(known), bool) if among is None else np.asarray(among, bool)
    inside, of_first = chosen[known], np.asarray(member, bool)[known]
    blank = Comparison(
        metric="auroc",
        first=first,
        second=second,
        difference=None,
        interval=None,
        p=None,
        test="",
        cases=int(np.count_nonzero(inside)),
        unit=unit,
    )
    try:
        found = _two_groups(cases, inside & of_first, inside & ~of_first, level)
    except Undefined as reason:
        return replace(blank, undefined_because=str(reason))
    return replace(
        blank, difference=found.value, interval=found.interval, p=found.p, test=found.test
    )


def _two_groups(cases: Cases, first: Bools, second: Bools, level: float) -> Difference:
    patient, either = cases.patient, first | second
    if len(np.unique(patient[either])) == np.count_nonzero(either):
        both = [(cases.outcome[each], cases.score[each]) for each in (first, second)]
        found = unpaired_delong(both[0], both[1], level)
        return Difference(found.difference, found.interval, found.p, found.interval.method)
    placed = [
        placements(cases.outcome[each], ranking(cases.score[each])) for each in (first, second)
    ]
    sums = [
        obuchowski_sums(cases.outcome[each], patient[each], one, int(patient.max()) + 1)
        for each, one in zip((first, second), placed, strict=True)
    ]
    patients = len(np.unique(patient[either]))
    variance = float(((sums[0] - sums[1]) ** 2).sum()) * patients / (patients - 1)
    test = f"unpaired DeLong, clustered by {patients:,} patients"
    return normal_difference(placed[0].area - placed[1].area, variance, level, test)


def design_effect(
    outcome: Bools,
    score: Floats,
    patient: Codes,
    metric: str = "auroc",
    threshold: float | None = None,
) -> float:
    """Return the variance with cases clustered by patient over the variance as if they were independent.

    For the AUROC (Obuchowski 1997 over DeLong 1988) and for the proportions at a threshold (ratio estimator
    over binomial).

    Raises:
        Undefined: there is no variance to compare, or the metric has no design effect here.
    """
    columns = {"outcome": np.asarray(outcome), "score": score, "patient": patient}
    cases, _ = complete(columns)
    if not len(cases):
        raise Undefined(NO_CASES)
    if metric == "auroc":
        placed = placements(cases.outcome, ranking(cases.score))
        clustered = obuchowski_covariance(cases.outcome, cases.patient, placed, placed)
        return _ratio(clustered, delong_covariance(cases.outcome, placed, placed))
    if threshold is None and "threshold" in METRICS[TASK, metric].depends_on():
        raise Undefined(f"{metric} needs a threshold")
    given = {} if threshold is None else {"threshold": threshold}
    known = known_of(cases, (0, 0), given)
    each = known.inside(weight=EACH_PATIENT).ask(METRICS[TASK, metric].function)
    if not isinstance(each, Share):
        raise Undefined(f"{metric} has no design effect")
    found, of = each.numerator.sum(), each.denominator.sum()
    if not of:
        raise Undefined(each.otherwise)
    return _ratio(share_variance(each), float(found / of * (1 - found / of) / of))


def _ratio(clustered: float, independent: float) -> float:
    if not independent > 0:
        raise Undefined("there is no variance, so there is no design effect")
    return clustered / independent
