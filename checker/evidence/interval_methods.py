"""Methods by which the interval of a metric is computed: ours first, then every other one in accepted use."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal, NamedTuple, cast

from checker.evidence.limits import Limits, Resamples, exactly
from checker.evidence.rows import Rows
from checker.metrics import calibration, intervals
from checker.metrics.base import Floats, Metric, Share, Uncertainty
from checker.metrics.patients import EACH_PATIENT, effective_cases
from checker.model.estimate import Interval
from checker.needs import Absent, NotEstablished, needs

Family = Literal["delong", "logit", "wilson", "exact", "wald", "bootstrap", "fold_spread", "other"]


class Method(NamedTuple):
    """One method for one metric over one set of rows."""

    words: str
    family: Family
    clustered: bool
    """Repeated patients are taken into account, or nobody repeats."""
    limits: Callable[[], Limits]
    """Raises NotEstablished where the method gives no interval."""
    accepted: bool = True
    """False: printed by programs, but no interval to measure others by."""


def methods(metric: Metric, rows: Rows) -> Iterator[Method]:
    """Yield every method for the metric, ours first; the order is fixed.

    Where patients repeat, methods that take rows for independent come last.
    """
    over = "over patients" if rows.repeated else "over cases"
    resampling = partial(_resampling, metric, rows, over, clustered=True)
    if metric.interval is not None and (not rows.repeated or _knows_patients(metric)):
        yield _formula(
            metric, rows, ", clustered by patient" if rows.repeated else "", clustered=True
        )
        yield from _closed(metric, rows)
        yield from resampling()
    else:
        yield from resampling()
        yield from _closed(metric, rows)
    if rows.repeated:
        apart, words = rows.independent(), ", rows taken as independent"
        if metric.interval is not None:
            yield _formula(metric, apart, words, clustered=False)
        yield from _resampling(metric, apart, "over rows, taken as independent", clustered=False)


def _knows_patients(metric: Metric) -> bool:
    assert metric.interval is not None
    return not {"patient", "each_patient"}.isdisjoint(needs(metric.interval))


FORMULAS: dict[str, tuple[str, Family]] = {
    "auroc": ("DeLong", "delong"),
    "calibration_slope": ("Wald", "wald"),
    "calibration_intercept": ("Wald", "wald"),
    "calibration_in_the_large": ("Wald", "wald"),
    "observed_expected_ratio": ("logarithmic", "wald"),
    "positive_likelihood_ratio": ("logarithmic (Simel)", "wald"),
    "negative_likelihood_ratio": ("logarithmic (Simel)", "wald"),
    "diagnostic_odds_ratio": ("logarithmic (Woolf)", "wald"),
    "balanced_accuracy": ("Wilson limits combined (MOVER)", "wilson"),
    "youden_index": ("Wilson limits combined (MOVER)", "wilson"),
}
"""Metric to the name and family of our closed formula; a proportion has Wilson's."""


def _formula(metric: Metric, rows: Rows, more: str, *, clustered: bool) -> Method:
    words, family = FORMULAS.get(metric.name, ("Wilson", "wilson"))
    if metric.name == "auroc" and clustered and rows.repeated:
        words, more = "Obuchowski (DeLong clustered by patient)", ""
    if metric.name == "auroc" and rows.value(metric) in (0.0, 1.0):
        words, family, more = "exact one-sided bound", "exact", ""
    return Method(f"{words}{more}", family, clustered, lambda: exactly(by_formula(metric, rows)))


def by_formula(metric: Metric, rows: Rows) -> Interval:
    """Return the interval by our closed formula.

    Raises:
        NotEstablished: there is none, with the sentence.
    """
    assert metric.interval is not None
    known = rows.known()
    given: dict[str, object] = {"measured": rows.measured(metric)}
    if "each_patient" in needs(metric.interval):
        given["each_patient"] = known.inside(weight=EACH_PATIENT).ask(metric.function)
    found = known.ask(metric.interval, **given)
    if isinstance(found, Absent):
        raise NotEstablished(found.because)
    assert isinstance(found, Uncertainty)
    if found.interval is None:
        raise NotEstablished(found.note)
    return found.interval


def _closed(metric: Metric, rows: Rows) -> Iterator[Method]:
    if metric.name == "auroc":
        yield from _of_area(metric, rows)
    elif isinstance(measured := rows.measured(metric), Share):
        yield from _of_proportion(metric, rows, measured)
    elif metric.name in PROFILED:
        alone, apart = not rows.repeated, ", rows taken as independent" if rows.repeated else ""
        yield Method(f"profile likelihood{apart}", "other", alone, partial(_profiled, metric, rows))
    elif metric.name in ("balanced_accuracy", "youden_index"):
        yield Method("Wald", "wald", not rows.repeated, partial(_of_two_shares, metric, rows))
    elif metric.name == "observed_expected_ratio":
        for words, family, make in OBSERVED:
            limits = partial(make, metric, rows)
            yield Method(words, family, not rows.repeated, limits)
    elif metric.name == "matthews_correlation":
        limits = partial(_by_fisher, metric, rows)
        yield Method("Fisher's z", "other", not rows.repeated, limits)
    elif metric.name == "cohen_kappa":
        limits = partial(_simple_kappa, metric, rows)
        yield Method("standard error of Cohen 1960", "wald", not rows.repeated, limits)


PROFILED: dict[str, calibration.Coefficient] = {
    "calibration_slope": "slope",
    "calibration_intercept": "intercept",
    "calibration_in_the_large": "in_the_large",
}
"""Metric to the coefficient whose interval R's confint gives by profile likelihood."""


def _profiled(metric: Metric, rows: Rows) -> Limits:
    logit = rows.known().value("linear_predictor")
    if isinstance(logit, Absent):
        raise NotEstablished(logit.because)
    risks = cast(Floats, logit)
    return exactly(
        calibration.profile_interval(rows.outcome, risks, PROFILED[metric.name], rows.level)
    )


def _of_area(metric: Metric, rows: Rows) -> Iterator[Method]:
    outcome, score, level = rows.outcome, rows.score, rows.level
    alone, apart = not rows.repeated, ", rows taken as independent" if rows.repeated else ""
    if rows.repeated:
        yield Method(
            "Obuchowski, logit scale",
            "logit",
            True,
            lambda: exactly(_clustered_logit(metric, rows)),
        )
    yield Method(
        f"DeLong, logit scale{apart}",
        "logit",
        alone,
        lambda: exactly(intervals.delong_logit(outcome, score, level)),
    )
    positives = int(outcome.sum())
    sizes = positives, len(outcome) - positives
    yield Method(
        f"Hanley-McNeil{apart}",
        "other",
        alone,
        lambda: exactly(intervals.hanley_mcneil(rows.value(metric), *sizes, level)),
    )
    yield Method(
        "binomial exact, the AUROC as a proportion of all cases",
        "exact",
        alone,
        partial(
            _from_counts,
            intervals.clopper_pearson,
            rows.value(metric) * len(outcome),
            float(len(outcome)),
            level,
        ),
        accepted=False,
    )
    yield Method(
        "DeLong without variance: both limits are the value",
        "delong",
        alone,
        partial(_without_variance, metric, rows),
        accepted=False,
    )


def _clustered_logit(metric: Metric, rows: Rows) -> Interval:
    found = intervals.obuchowski(rows.outcome, rows.score, rows.patient, rows.level)
    if not 0 < found.low < found.high < 1:
        raise NotEstablished("the interval is cut, so its width tells no variance")
    half = (found.high - found.low) / 2 / intervals.quantile(rows.level)
    return intervals.around_logit(rows.value(metric), half**2, rows.level)


def _without_variance(metric: Metric, rows: Rows) -> Limits:
    value = rows.value(metric)
    if value not in (0.0, 1.0):
        raise NotEstablished("the scores do not separate the classes completely")
    return exactly(Interval(low=value, high=value, level=rows.level))


def _of_proportion(metric: Metric, rows: Rows, measured: Share) -> Iterator[Method]:
    found, cases = float(measured.numerator), float(measured.denominator)
    if rows.repeated:
        each = rows.known().inside(weight=EACH_PATIENT).ask(metric.function)
        if isinstance(each, Share):
            yield from _over_patients(found / cases, each, rows.level)
    alone, apart = not rows.repeated, ", rows taken as independent" if rows.repeated else ""
    for words, family, make in PROPORTIONS:
        limits = partial(_from_counts, make, found, cases, rows.level)
        yield Method(f"{words}{apart}", family, alone, limits)
    if found in (0.0, cases):
        limits = partial(_one_sided, found, cases, rows.level)
        yield Method(f"exact, one-sided{apart}", "exact", alone, limits)


def _one_sided(found: float, cases: float, level: float) -> Limits:
    """Return the exact limit of a share of 0 or 1, with the whole error on its one side."""
    bound = (1 - level) ** (1 / cases)
    low, high = (bound, 1.0) if found else (0.0, 1 - bound)
    return exactly(Interval(low=low, high=high, level=level))


def _from_counts(make: intervals.Method, found: float, cases: float, level: float) -> Limits:
    return exactly(make(found, cases, level))


def _over_patients(share: float, each: Share, level: float) -> Iterator[Method]:
    for words, family, make in PROPORTIONS:

        def limits(make: intervals.Method = make) -> Limits:
            cases = effective_cases(each)
            return exactly(make(share * cases, cases, level))

        yield Method(f"{words} on the effective number of cases", family, True, limits)


def wilson_corrected(found: float, cases: float, level: float = 0.95) -> Interval:
    """Return the score interval with continuity correction (Newcombe 1998, method 4)."""
    share, z = found / cases, intervals.quantile(level)
    below = 2 * (cases + z**2)
    middle = 2 * found + z**2
    low_root = z**2 - 2 - 1 / cases + 4 * share * (cases * (1 - share) + 1)
    high_root = z**2 + 2 - 1 / cases + 4 * share * (cases * (1 - share) - 1)
    low = 0.0 if found <= 0 else (middle - 1 - z * max(low_root, 0.0) ** 0.5) / below
    high = 1.0 if found >= cases else (middle + 1 + z * max(high_root, 0.0) ** 0.5) / below
    return Interval(low=max(0.0, low), high=min(1.0, high), level=level)


PROPORTIONS: tuple[tuple[str, Family, intervals.Method], ...] = (
    ("Clopper-Pearson", "exact", intervals.clopper_pearson),
    ("Wald", "wald", intervals.wald),
    ("Agresti-Coull", "other", intervals.agresti_coull),
    ("Jeffreys", "other", intervals.jeffreys),
    ("Wilson with continuity correction", "wilson", wilson_corrected),
)
"""Besides Wilson's, which is ours: those that statistics programs offer by name."""


def _of_two_shares(metric: Metric, rows: Rows) -> Limits:
    """Return the limits from the variances of sensitivity and specificity, which are independent."""
    positive = rows.score >= float(rows.threshold or 0.0)
    variance = 0.0
    for of in (rows.outcome, ~rows.outcome):
        share = float(positive[of].mean())
        variance += share * (1 - share) / int(of.sum())
    scale = 0.25 if metric.name == "balanced_accuracy" else 1.0
    return exactly(intervals.around(rows.value(metric), scale * variance, rows.level))


def _poisson_ratio(metric: Metric, rows: Rows) -> Limits:
    observed = int(rows.outcome.sum())
    if not observed:
        raise NotEstablished("no case has the outcome")
    return exactly(intervals.around_logarithm(rows.value(metric), 1 / observed, rows.level))


def _exact_poisson_ratio(metric: Metric, rows: Rows) -> Limits:
    """Return exact limits of a Poisson number of events over the expected number (Garwood 1936)."""
    from scipy.special import gammaincinv

    observed, tail = int(rows.outcome.sum()), (1 - rows.level) / 2
    if not observed:
        raise NotEstablished("no case has the outcome")
    expected = observed / rows.value(metric)
    low, high = gammaincinv(observed, tail), gammaincinv(observed + 1, 1 - tail)
    return exactly(Interval(low=low / expected, high=high / expected, level=rows.level))


def _binomial_ratio(metric: Metric, rows: Rows) -> Limits:
    """Return Wald limits of the observed share over the mean predicted risk."""
    observed, cases, value = int(rows.outcome.sum()), len(rows.outcome), rows.value(metric)
    variance = value**2 * (1 / observed - 1 / cases) if observed else 0.0
    return exactly(intervals.around(value, variance, rows.level))


def _by_fisher(metric: Metric, rows: Rows) -> Limits:
    """Return limits of a correlation by Fisher's transformation (Fisher 1921)."""
    value = rows.value(metric)
    if abs(value) >= 1 or len(rows.outcome) <= 3:
        raise NotEstablished("a correlation of 1 has no transformed value")
    middle = math.atanh(value)
    half = intervals.quantile(rows.level) / (len(rows.outcome) - 3) ** 0.5
    low, high = math.tanh(middle - half), math.tanh(middle + half)
    return exactly(Interval(low=low, high=high, level=rows.level))


def _simple_kappa(metric: Metric, rows: Rows) -> Limits:
    """Return limits by the standard error of Cohen 1960, which takes the agreement by chance as known."""
    positive = rows.score >= float(rows.threshold or 0.0)
    agreed = float((positive == rows.outcome).mean())
    called, with_it = float(positive.mean()), float(rows.outcome.mean())
    chance = called * with_it + (1 - called) * (1 - with_it)
    variance = agreed * (1 - agreed) / (len(positive) * (1 - chance) ** 2) if chance < 1 else 0.0
    return exactly(intervals.around(rows.value(metric), variance, rows.level))


OBSERVED: tuple[tuple[str, Family, Callable[[Metric, Rows], Limits]], ...] = (
    ("logarithmic, observed number as Poisson", "wald", _poisson_ratio),
    ("exact Poisson", "exact", _exact_poisson_ratio),
    ("Wald limits of the observed share", "wald", _binomial_ratio),
)
"""Besides ours: in use for observed over expected (Breslow & Day 1987; common programs)."""


def _resampling(metric: Metric, rows: Rows, over: str, *, clustered: bool) -> Iterator[Method]:
    found = Resamples(metric, rows)
    yield Method(f"percentile bootstrap {over}", "bootstrap", clustered, found.percentile)
    yield Method(f"BCa bootstrap {over}", "bootstrap", clustered, found.bca)
    yield Method(f"bootstrap standard error {over}", "bootstrap", clustered, found.normal)
    if not rows.repeated:
        yield Method(
            f"percentile bootstrap {over}, each class apart",
            "bootstrap",
            clustered,
            Resamples(metric, rows, stratified=True).percentile,
        )
