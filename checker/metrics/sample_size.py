"""How many patients are needed: to build a model, to test one, to measure the accuracy of a test. Formulas alone."""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np

from checker.metrics.base import Floats, Undefined
from checker.metrics.intervals import PROPORTION_INTERVALS, hanley_mcneil_variance, quantile
from checker.model.sample_size import Criterion, SampleSize

NODES = 4001
"""Of a numerical integral over a smooth density (trapezoid): errors beyond the ninth digit."""
REACH = 40.0
"""Tails below e^-40 are left out of an integral."""
MOST_PATIENTS = 10**9
BY_SIMULATION = (
    "for an evaluation with a time-to-event outcome the number of patients is found by simulating event and "
    "censoring times of the target population (Riley 2022); there is no formula"
)
"""Why there is no function for it."""
AreaMethod = Literal["newcombe", "hanley_mcneil", "obuchowski"]


def _sample_size(
    *criteria: Criterion, event_rate: float | None = None, parameters: int | None = None
) -> SampleSize:
    binding = max(criteria, key=lambda each: each.patients)
    patients = binding.patients
    events = None if event_rate is None else _up(patients * event_rate)
    share = None
    said = f"{patients:,} patients"
    if event_rate is not None:
        said += f", {events:,} of them with the outcome"
        if parameters is not None:
            share = patients * event_rate / parameters
            said += f" ({share:.1f} per parameter)"
    sentence = f"At least {said}; what decides is {binding.demand}."
    return SampleSize(
        criteria=criteria,
        patients=patients,
        binding=binding.name,
        events=events,
        events_per_parameter=share,
        sentence=sentence,
    )


def _up(number: float) -> int:
    """Return the next whole number, but not beyond one that is meant (662.0000000001)."""
    return int(np.ceil(round(number, 9)))


def _smallest(enough: Callable[[int], bool], first: int = 2) -> int:
    """Return the smallest number from `first` on that is enough; if it is, so is every larger one.

    Raises:
        Undefined: a thousand million patients are not enough.
    """
    low, high = first - 1, first
    while not enough(high):
        if high > MOST_PATIENTS:
            raise Undefined("no number of patients is enough")
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _within(value: float, low: float, high: float, what: str) -> float:
    if not low < value < high:
        raise Undefined(f"{what} has to lie between {low:g} and {high:g}, and is {value:g}")
    return value


def events_per_parameter(events: int, parameters: int) -> float:
    """Return the events (of the rarer outcome) per candidate parameter.

    Parameters, not predictors: a class with four levels has three, and those that selection dropped count.

    Raises:
        Undefined: no parameter.
    """
    if parameters < 1:
        raise Undefined("a model has at least one parameter")
    return events / parameters


def largest_cox_snell(prevalence: float) -> float:
    """Return the largest possible Cox-Snell R² of a binary outcome: 1 - (φ^φ (1 - φ)^(1 - φ))² (Riley 2019, II)."""
    share = _within(prevalence, 0, 1, "the prevalence")
    return 1 - float(np.exp(2 * (share * np.log(share) + (1 - share) * np.log(1 - share))))


def largest_cox_snell_survival(rate: float, mean_followup: float) -> float:
    """Return the largest possible Cox-Snell R² of a time-to-event outcome (Riley 2019, II).

    From the likelihood of a constant rate: with e = rate times mean follow-up the events per patient,
    1 - exp(2 (e ln e - e)).

    Args:
        rate: events per unit of time.
        mean_followup: in the same unit.

    Raises:
        Undefined: a rate or a follow-up that is not positive.
    """
    events = _positive(rate, "the rate") * _positive(mean_followup, "the mean follow-up")
    return 1 - float(np.exp(2 * (events * np.log(events) - events)))


def _positive(value: float, what: str) -> float:
    return _within(value, 0, np.inf, what)


def cox_snell_of_auroc(auroc: float, prevalence: float) -> float:
    """Return the Cox-Snell R² of a model with this AUROC.

    The linear predictor is taken as normal with variance 1 among patients with the outcome and among those
    without, which makes the model logistic; R² = 1 - exp(-2 times the mean gain in log likelihood over the
    prevalence alone), integrated numerically. Riley, Van Calster & Collins 2021 simulate the same model.

    Raises:
        Undefined: an AUROC outside 0.5..1, or a prevalence outside 0..1.
    """
    predictor = binormal_predictor(auroc, prevalence)
    risk = predictor.risk
    gain = float(predictor.weight @ _log_likelihood(risk, predictor.value)) - float(
        prevalence * np.log(prevalence) + (1 - prevalence) * np.log(1 - prevalence)
    )
    return 1 - float(np.exp(-2 * gain))


def _log_likelihood(risk: Floats, predictor: Floats) -> Floats:
    """Return the expected log likelihood at each linear predictor: p ln p + (1 - p) ln(1 - p)."""
    return np.asarray(-risk * np.logaddexp(0, -predictor) - (1 - risk) * np.logaddexp(0, predictor))


class Predictor(NamedTuple):
    """The distribution of a linear predictor (the logit of the predicted risk): points and their weights."""

    value: Floats
    weight: Floats
    """They sum to 1."""

    @property
    def risk(self) -> Floats:
        """The risk at each point."""
        return np.asarray(np.exp(-np.logaddexp(0, -self.value)))


def _weighted(value: Floats, log_density: Floats) -> Predictor:
    density = np.exp(log_density - log_density.max())
    return Predictor(value, density / density.sum())


def normal_predictor(mean: float, sd: float) -> Predictor:
    """Return a normal linear predictor."""
    z = np.linspace(-1, 1, NODES) * (2 * REACH) ** 0.5
    return _weighted(mean + _positive(sd, "the standard deviation") * z, -(z**2) / 2)


def beta_predictor(a: float, b: float) -> Predictor:
    """Return the linear predictor of risks that follow a beta distribution."""
    low, high = -REACH / _positive(a, "a"), REACH / _positive(b, "b")
    value = np.linspace(low, high, NODES)
    return _weighted(value, -a * np.logaddexp(0, -value) - b * np.logaddexp(0, value))


def observed_predictor(risk: Floats) -> Predictor:
    """Return the linear predictor of observed risks, each inside 0..1.

    Raises:
        Undefined: a risk of 0 or 1, or no risks.
    """
    risks = np.asarray(risk, float)
    if not len(risks) or not ((risks > 0) & (risks < 1)).all():
        raise Undefined("risks have to lie inside 0 and 1")
    return Predictor(np.log(risks / (1 - risks)), np.full(len(risks), 1 / len(risks)))


def binormal_predictor(auroc: float, prevalence: float) -> Predictor:
    """Return the linear predictor of a calibrated model with this AUROC, normal in both classes.

    Variances are equal; the means lie √2 Φ⁻¹(AUROC) standard deviations apart, so the linear predictor has
    that, squared, as its variance.
    """
    share = _within(prevalence, 0, 1, "the prevalence")
    apart = 2**0.5 * NormalDist().inv_cdf(_within(auroc, 0.5, 1, "the AUROC"))
    reach = (2 * REACH) ** 0.5
    x = np.linspace(-reach, apart + reach, NODES)
    value = np.log(share / (1 - share)) + apart * (x - apart / 2)
    log_density = np.log(1 - share) - x**2 / 2 + np.logaddexp(0, value)
    return _weighted(value, log_density)


def _shrinkage_patients(parameters: int, r2: float, shrinkage: float) -> int:
    """Return the patients for an expected uniform shrinkage (Riley et al. 2019, II, criterion i)."""
    return _up(parameters / ((shrinkage - 1) * np.log(1 - r2 / shrinkage)))


def expected_shrinkage(patients: int, parameters: int, cox_snell_r2: float) -> float:
    """Return the shrinkage to expect of a model built on so many patients.

    Solves n = p / ((S - 1) ln(1 - R² / S)) for S (Riley et al. 2019, II, criterion i) by bisection.

    Raises:
        Undefined: an R² outside 0..1, or no patients.
    """
    low, high = _within(cox_snell_r2, 0, 1, "the Cox-Snell R²"), 1.0
    _positive(patients, "the number of patients")
    for _ in range(200):
        middle = (low + high) / 2
        needed = parameters / ((middle - 1) * math.log(1 - cox_snell_r2 / middle))
        low, high = (middle, high) if needed < patients else (low, middle)
        if high - low < 1e-12:
            break
    return (low + high) / 2


def development_binary(
    prevalence: float,
    parameters: int,
    *,
    cox_snell_r2: float | None = None,
    nagelkerke_r2: float | None = None,
    auroc: float | None = None,
    shrinkage: float = 0.9,
    optimism: float = 0.05,
    margin: float = 0.05,
    mean_error: float | None = None,
) -> SampleSize:
    """Return the patients needed to build a model of a binary outcome (Riley et al. 2019, II; 2020).

    Args:
        prevalence: of the outcome in the development data.
        parameters: candidate ones.
        cox_snell_r2: expected of the model, adjusted for optimism; or one of the next two.
        nagelkerke_r2: the same as a part of its largest possible value.
        auroc: from which it is derived (`cox_snell_of_auroc`).
        shrinkage: expected uniform shrinkage is at least this.
        optimism: apparent and adjusted Nagelkerke R² differ by at most this.
        margin: the overall risk is estimated within this, at 95 % confidence.
        mean_error: if given, the mean absolute error of predicted risks is at most this (van Smeden et al. 2019;
            for up to 30 parameters).

    Raises:
        Undefined: a value is impossible, or none or several of the three are given.
    """
    largest = largest_cox_snell(prevalence)
    r2 = _cox_snell(cox_snell_r2, nagelkerke_r2, auroc, prevalence, largest)
    criteria = [
        *_of_development(r2, largest, parameters, shrinkage, optimism),
        Criterion(
            name="overall_risk",
            patients=_up((quantile(0.95) / margin) ** 2 * prevalence * (1 - prevalence)),
            demand=f"an overall risk within {margin:g}",
        ),
    ]
    if mean_error is not None:
        logarithm = -0.508 + 0.259 * np.log(prevalence) + 0.504 * np.log(parameters)
        criteria.append(
            Criterion(
                name="mean_error",
                patients=_up(float(np.exp((logarithm - np.log(mean_error)) / 0.544))),
                demand=f"a mean absolute error of risks of at most {mean_error:g}",
            )
        )
    return _sample_size(*criteria, event_rate=prevalence, parameters=parameters)


def _cox_snell(
    cox_snell_r2: float | None,
    nagelkerke_r2: float | None,
    auroc: float | None,
    prevalence: float,
    largest: float,
) -> float:
    given = [cox_snell_r2, nagelkerke_r2, auroc]
    if sum(each is not None for each in given) != 1:
        raise Undefined("give one of the Cox-Snell R², the Nagelkerke R² and the AUROC")
    if nagelkerke_r2 is not None:
        return _within(nagelkerke_r2, 0, 1, "the Nagelkerke R²") * largest
    if auroc is not None:
        return cox_snell_of_auroc(auroc, prevalence)
    assert cox_snell_r2 is not None
    return cox_snell_r2


def _of_development(
    r2: float, largest: float, parameters: int, shrinkage: float, optimism: float
) -> tuple[Criterion, Criterion]:
    """Return the criteria of shrinkage and of optimism (Riley et al. 2019, II, criteria i and ii)."""
    events_per_parameter(0, parameters)
    _within(r2, 0, largest, "the Cox-Snell R²")
    of_optimism = r2 / (r2 + optimism * largest)
    return (
        Criterion(
            name="shrinkage",
            patients=_shrinkage_patients(parameters, r2, _within(shrinkage, r2, 1, "shrinkage")),
            demand=f"an expected shrinkage of at least {shrinkage:g}",
        ),
        Criterion(
            name="optimism",
            patients=_shrinkage_patients(parameters, r2, of_optimism),
            demand=f"an apparent R² at most {optimism:g} above the adjusted one",
        ),
    )


def development_survival(
    rate: float,
    mean_followup: float,
    timepoint: float,
    parameters: int,
    *,
    cox_snell_r2: float | None = None,
    nagelkerke_r2: float | None = None,
    shrinkage: float = 0.9,
    optimism: float = 0.05,
    margin: float = 0.05,
) -> SampleSize:
    """Return the patients needed to build a model of the time to an event (Riley et al. 2019, II).

    Args:
        rate: events per unit of time.
        mean_followup: in that unit.
        timepoint: at which risks are predicted, in that unit.
        parameters: candidate ones.
        cox_snell_r2: expected of the model, adjusted for optimism; or the next.
        nagelkerke_r2: the same as a part of its largest possible value.
        shrinkage: expected uniform shrinkage is at least this.
        optimism: apparent and adjusted Nagelkerke R² differ by at most this.
        margin: the overall risk at the timepoint is estimated within this, at 95 % confidence, at a constant rate.

    Raises:
        Undefined: a value is impossible, or none or both R² are given.
    """
    largest = largest_cox_snell_survival(rate, mean_followup)
    r2 = _cox_snell(cox_snell_r2, nagelkerke_r2, None, 0.5, largest)
    # the lower limit of the risk lies further away than the upper one
    survival = float(np.exp(-rate * _positive(timepoint, "the timepoint")))
    widest = float(np.log(1 + margin / survival)) / (quantile(0.95) * timepoint)
    criteria = (
        *_of_development(r2, largest, parameters, shrinkage, optimism),
        Criterion(
            name="overall_risk",
            patients=_up(rate / widest**2 / mean_followup),
            demand=f"an overall risk at {timepoint:g} within {margin:g}",
        ),
    )
    return _sample_size(*criteria, event_rate=rate * mean_followup, parameters=parameters)


def development_continuous(
    r2: float,
    parameters: int,
    mean: float,
    sd: float,
    *,
    shrinkage: float = 0.9,
    optimism: float = 0.05,
    factor: float = 1.1,
) -> SampleSize:
    """Return the patients needed to build a linear model of a continuous outcome (Riley et al. 2019, I).

    Args:
        r2: expected of the model, adjusted for optimism.
        parameters: candidate ones.
        mean: of the outcome in the development data.
        sd: standard deviation of the outcome.
        shrinkage: expected uniform shrinkage is at least this: 1 + (p - 2) / (n ln(1 - apparent R²)).
        optimism: apparent and adjusted R² differ by at most this.
        factor: residual standard deviation and mean outcome are estimated within it, at 95 % confidence.

    Raises:
        Undefined: a value is impossible.
    """
    events_per_parameter(0, parameters)
    _within(r2, 0, 1, "R²")
    first = parameters + 2

    def shrunk(patients: int) -> bool:
        apparent = (r2 * (patients - parameters - 1) + parameters) / (patients - 1)
        return 1 + (parameters - 2) / (patients * math.log(1 - apparent)) >= shrinkage

    def located(patients: int) -> bool:
        from scipy.special import stdtrit

        error = sd * math.sqrt((1 - r2) / patients)
        half = float(stdtrit(patients - parameters - 1, 0.975)) * error
        return half <= (factor - 1) * abs(mean)

    if mean == 0:
        raise Undefined("a mean outcome of 0 cannot be estimated within a factor")
    criteria = (
        Criterion(
            name="shrinkage",
            patients=_smallest(shrunk, first),
            demand=f"an expected shrinkage of at least {shrinkage:g}",
        ),
        Criterion(
            name="optimism",
            patients=_up(1 + parameters * (1 - r2) / optimism),
            demand=f"an apparent R² at most {optimism:g} above the adjusted one",
        ),
        Criterion(
            name="residual_sd",
            patients=_residual_patients(parameters + 1, factor),
            demand=f"a residual standard deviation within a factor of {factor:g}",
        ),
        Criterion(
            name="mean_outcome",
            patients=_smallest(located, first),
            demand=f"a mean outcome within a factor of {factor:g}",
        ),
    )
    return _sample_size(*criteria, parameters=parameters)


def _residual_patients(estimated: int, factor: float) -> int:
    """Return the patients for a residual standard deviation within a factor (Riley et al. 2019, I).

    Args:
        estimated: coefficients, the intercept included.
        factor: the larger of both limits over the estimate.
    """
    from scipy.special import chdtri

    def precise(patients: int) -> bool:
        degrees = patients - estimated
        upper, lower = (float(chdtri(degrees, tail)) for tail in (0.025, 0.975))
        return math.sqrt(max(upper / degrees, degrees / lower)) <= factor

    return _smallest(precise, estimated + 1)


def evaluation_binary(
    prevalence: float,
    auroc: float,
    *,
    predictor: Predictor | None = None,
    oe_width: float = 0.2,
    slope_width: float = 0.2,
    auroc_width: float = 0.1,
    threshold: float | None = None,
    sensitivity: float | None = None,
    specificity: float | None = None,
    net_benefit_width: float = 0.2,
) -> SampleSize:
    """Return the patients needed to test a model of a binary outcome (Riley et al. 2021).

    The model is expected to be calibrated: observed over expected and slope are 1.

    Args:
        prevalence: of the outcome.
        auroc: expected.
        predictor: distribution of the linear predictor; None: that of a calibrated model with this AUROC
            (`binormal_predictor`).
        oe_width: width of the 95 % interval of observed over expected (symmetric for its logarithm).
        slope_width: of the calibration slope.
        auroc_width: of the AUROC (variance of Newcombe 2006).
        threshold: if given, standardised net benefit is a criterion.
        sensitivity: at the threshold; None: from the distribution of the linear predictor.
        specificity: the same.
        net_benefit_width: of the standardised net benefit.

    Raises:
        Undefined: a value is impossible.
    """
    spread = predictor or binormal_predictor(auroc, prevalence)
    error = float(np.arcsinh(oe_width / 2)) / quantile(0.95)
    criteria = [
        Criterion(
            name="observed_expected",
            patients=_up((1 - _within(prevalence, 0, 1, "the prevalence")) / prevalence / error**2),
            demand=f"an interval of observed over expected no wider than {oe_width:g}",
        ),
        Criterion(
            name="calibration_slope",
            patients=_up(_slope_variance(spread) / _error(slope_width) ** 2),
            demand=f"an interval of the calibration slope no wider than {slope_width:g}",
        ),
        Criterion(
            name="auroc",
            patients=auroc_patients(auroc, prevalence, auroc_width),
            demand=f"an interval of the AUROC no wider than {auroc_width:g}",
        ),
    ]
    if threshold is not None:
        found = accuracy_at(spread, threshold)
        rates = (
            found[0] if sensitivity is None else sensitivity,
            found[1] if specificity is None else specificity,
        )
        variance = _net_benefit_variance(prevalence, threshold, *rates)
        criteria.append(
            Criterion(
                name="net_benefit",
                patients=_up(variance / _error(net_benefit_width) ** 2),
                demand=f"an interval of the standardised net benefit no wider than {net_benefit_width:g}",
            )
        )
    return _sample_size(*criteria, event_rate=prevalence)


def _error(width: float) -> float:
    """Return the standard error behind a 95 % interval of this width."""
    return _positive(width, "the width") / (2 * quantile(0.95))


def _slope_variance(predictor: Predictor) -> float:
    """Return n times the variance of the calibration slope of a calibrated model (Riley et al. 2021)."""
    information = predictor.risk * (1 - predictor.risk) * predictor.weight
    none = float(information.sum())
    one = float(information @ predictor.value)
    two = float(information @ predictor.value**2)
    return none / (none * two - one**2)


def accuracy_at(predictor: Predictor, threshold: float) -> tuple[float, float]:
    """Return sensitivity and specificity of a calibrated model at a threshold probability."""
    risk, called = predictor.risk, predictor.risk >= threshold
    with_it, without = risk * predictor.weight, (1 - risk) * predictor.weight
    return (
        float(with_it[called].sum() / with_it.sum()),
        float(without[~called].sum() / without.sum()),
    )


def _net_benefit_variance(
    prevalence: float, threshold: float, sensitivity: float, specificity: float
) -> float:
    """Return n times the variance of the standardised net benefit (Riley et al. 2021)."""
    odds = _within(threshold, 0, 1, "the threshold") / (1 - threshold)
    weight = (1 - prevalence) / prevalence * odds
    return (
        sensitivity * (1 - sensitivity) / prevalence
        + weight**2 * specificity * (1 - specificity) / (1 - prevalence)
        + weight**2 * (1 - specificity) ** 2 / (prevalence * (1 - prevalence))
    )


def evaluation_continuous(
    r2: float,
    sd: float,
    *,
    slope: float = 1.0,
    r2_width: float = 0.1,
    in_the_large_width: float | None = None,
    slope_width: float = 0.2,
    factor: float = 1.1,
) -> SampleSize:
    """Return the patients needed to test a model of a continuous outcome (Archer et al. 2021).

    Args:
        r2: expected, also of the calibration model.
        sd: standard deviation of the outcome.
        slope: expected calibration slope.
        r2_width: width of the 95 % interval of R².
        in_the_large_width: of the calibration in the large, in the unit of the outcome; None: a fifth of `sd`.
        slope_width: of the calibration slope.
        factor: residual standard deviations are estimated within it, at 95 % confidence.

    Raises:
        Undefined: a value is impossible.
    """
    _within(r2, 0, 1, "R²")
    width = _positive(sd, "the standard deviation") / 5
    width = width if in_the_large_width is None else in_the_large_width
    criteria = (
        Criterion(
            name="r_squared",
            patients=_up(4 * r2 * (1 - r2) ** 2 / _error(r2_width) ** 2),
            demand=f"an interval of R² no wider than {r2_width:g}",
        ),
        Criterion(
            name="calibration_in_the_large",
            patients=_up(sd**2 * (1 - r2) / _error(width) ** 2),
            demand=f"an interval of the calibration in the large no wider than {width:g}",
        ),
        Criterion(
            name="calibration_slope",
            patients=_up(1 + slope**2 * (1 - r2) / (_error(slope_width) ** 2 * r2)),
            demand=f"an interval of the calibration slope no wider than {slope_width:g}",
        ),
        Criterion(
            name="residual_sd",
            patients=_residual_patients(2, factor),
            demand=f"a residual standard deviation within a factor of {factor:g}",
        ),
    )
    return _sample_size(*criteria)


def proportion_cases(share: float, width: float, method: str = "wilson") -> int:
    """Return the cases for which the interval of a proportion is no wider than this.

    Args:
        share: expected.
        width: from limit to limit.
        method: a name in `PROPORTION_INTERVALS`; the interval is that of exactly the expected share.

    Raises:
        Undefined: a share outside 0..1, or an unknown method.
    """
    _within(share, -1e-12, 1 + 1e-12, "the proportion")
    if method not in PROPORTION_INTERVALS:
        raise Undefined(f"{method} is no interval of a proportion")

    def narrow(cases: int) -> bool:
        found = PROPORTION_INTERVALS[method](share * cases, cases, 0.95)
        return found.high - found.low <= _positive(width, "the width")

    return _smallest(narrow, 1)


def accuracy_patients(
    prevalence: float,
    *,
    sensitivity: float | None = None,
    specificity: float | None = None,
    width: float = 0.1,
    method: str = "wilson",
) -> SampleSize:
    """Return the patients needed to measure sensitivity and specificity in a cohort (Buderer 1996).

    The cases for each, over the share of the cohort that counts for it.

    Args:
        prevalence: of the outcome.
        sensitivity: expected; None: not asked for.
        specificity: the same.
        width: of both 95 % intervals, from limit to limit.
        method: a name in `PROPORTION_INTERVALS`.

    Raises:
        Undefined: neither is asked for, or a value is impossible.
    """
    _within(prevalence, 0, 1, "the prevalence")
    asked = (
        ("sensitivity", sensitivity, prevalence),
        ("specificity", specificity, 1 - prevalence),
    )
    criteria = [
        Criterion(
            name=name,
            patients=_up(proportion_cases(value, width, method) / share),
            demand=f"an interval of the {name} no wider than {width:g}",
        )
        for name, value, share in asked
        if value is not None
    ]
    if not criteria:
        raise Undefined("give the sensitivity, the specificity or both")
    return _sample_size(*criteria, event_rate=prevalence)


def auroc_variance(
    auroc: float, positives: float, negatives: float, method: AreaMethod = "newcombe"
) -> float:
    """Return the variance of an AUROC to expect with these class sizes, which need not be whole numbers.

    Newcombe 2006 (method 4), Hanley & McNeil 1982, or Obuchowski 1994 for binormal ratings.

    Raises:
        Undefined: an empty class, an AUROC that is impossible, or an unknown method.
    """
    _within(auroc, 0, 1, "the AUROC")
    if method == "hanley_mcneil":
        return hanley_mcneil_variance(auroc, positives, negatives)
    if method == "obuchowski":
        a = 1.414 * NormalDist().inv_cdf(auroc)
        ratio = negatives / positives
        spread = 5 * a**2 + 8 + (a**2 + 8) / ratio
        return 0.0099 * float(np.exp(-(a**2) / 2)) * spread / positives
    if method != "newcombe":
        raise Undefined(f"{method} is no variance of an AUROC")
    more = (positives + negatives) / 2 - 1
    spread = 1 + more * ((1 - auroc) / (2 - auroc) + auroc / (1 + auroc))
    return auroc * (1 - auroc) * spread / (positives * negatives)


def auroc_patients(
    auroc: float, prevalence: float, width: float = 0.1, method: AreaMethod = "newcombe"
) -> int:
    """Return the patients for which the 95 % interval of the AUROC is no wider than this.

    Raises:
        Undefined: a value is impossible, or an unknown method.
    """
    _within(prevalence, 0, 1, "the prevalence")
    most = _error(width) ** 2

    def narrow(patients: int) -> bool:
        sizes = patients * prevalence, patients * (1 - prevalence)
        return auroc_variance(auroc, *sizes, method=method) <= most

    return _smallest(narrow)
