"""How far predicted risks agree with what was observed: by logistic recalibration, bins, smoothing, and scores."""

import zlib
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from checker.metrics.base import (
    NO_CASES,
    Bools,
    Codes,
    Floats,
    Share,
    Uncertainty,
    Undefined,
    derived,
    metric,
    over,
    weighted_sum,
)
from checker.metrics.intervals import around, around_logarithm, quantile
from checker.metrics.patients import ByPatient, share_variance, sums_by_patient
from checker.metrics.ranking import NEEDS_BOTH, Ranking, Tallies
from checker.metrics.smoothing import Gaps, quantile_of_gaps
from checker.model.estimate import Interval
from checker.needs import DoesNotApply

TASK = "classification"
BINS = 10
"""Of equal count, for the expected calibration error and the points beside the curve."""
STEPS = 50
"""Newton's method needs about six; more than this many means it does not converge."""
NO_FIT = "the logistic fit does not converge, as where some predicted risks lie extremely close to 0 or 1"
FLAT = 1e-8
"""Less information than this, in cases, and rounding alone decides where the likelihood is largest."""
CONVERGED = 1e-8
"""A last step of this length leaves an error of about its square."""
LONG = 0.5
"""Newton steps on the logit scale below this length only go up."""
SIMULATED = 20_000_000
"""Outcomes drawn for the calibration error of perfect calibration: up to 1,000 sets, fewer for large data."""


@derived(TASK)
def risk(ranking: Ranking, probability: bool | None) -> Floats:
    """Return the distinct scores as predicted risks, falling.

    Args:
        ranking: of the scores.
        probability: what the description says the score is; None: a probability if all lie in 0..1.

    Raises:
        DoesNotApply: the score is no probability.
        Undefined: it is said to be one, but lies outside 0..1.
    """
    outside = (ranking.score < 0) | (ranking.score > 1)
    if probability is False or (probability is None and outside.any()):
        raise DoesNotApply("the score is no probability")
    if outside.any():
        cases = int(np.diff(ranking.last, prepend=-1)[outside].sum())
        raise Undefined(f"{cases} of {ranking.last[-1] + 1} predicted risks lie outside 0 to 1")
    return ranking.score


@derived(TASK)
def linear_predictor(score: Floats, risk: Floats) -> Floats:
    """Return the logit of each predicted risk, shape (cases,).

    Raises:
        Undefined: a risk of exactly 0 or 1, where the logit is infinite.
    """
    zero, one = int(np.count_nonzero(score == 0)), int(np.count_nonzero(score == 1))
    if zero or one:
        raise Undefined(
            f"the logit is infinite for {zero} predicted risks of exactly 0 and {one} of exactly 1"
        )
    return np.asarray(np.log(score) - np.log1p(-score))


class Fit(NamedTuple):
    """A logistic regression of the outcome: coefficients, and their covariance (robust where patients repeat)."""

    coefficients: Floats
    covariance: Floats
    method: str


@derived(TASK)
def recalibration(outcome: Bools, linear_predictor: Floats, patient: Codes) -> Fit:
    """Return intercept and slope of the logistic regression of the outcome on the linear predictor (Cox 1958).

    Raises:
        Undefined: no maximum of the likelihood exists.
    """
    _both(outcome)
    if linear_predictor.min() == linear_predictor.max():
        raise Undefined("all predicted risks are equal, so there is no slope")
    with_it, without = linear_predictor[outcome], linear_predictor[~outcome]
    if with_it.min() >= without.max() or without.min() >= with_it.max():
        raise Undefined(
            "the predicted risks separate the outcomes completely, so no slope fits best"
        )
    design = np.stack([np.ones(len(outcome)), linear_predictor])
    return _fit(outcome, design, np.zeros(len(outcome)), np.array([0.0, 1.0]), patient)


@derived(TASK)
def recalibration_in_the_large(outcome: Bools, linear_predictor: Floats, patient: Codes) -> Fit:
    """Return the intercept of the same regression with the slope fixed at 1.

    Raises:
        Undefined: one of the classes is empty.
    """
    _both(outcome)
    return _fit(outcome, np.ones((1, len(outcome))), linear_predictor, np.zeros(1), patient)


def _both(outcome: Bools) -> None:
    if outcome.all() or not outcome.any():
        raise Undefined(NEEDS_BOTH)


def _fit(outcome: Bools, design: Floats, offset: Floats, start: Floats, patient: Codes) -> Fit:
    """Return the maximum of the likelihood by Newton's method; the design has shape (coefficients, cases)."""
    coefficients = start
    for _ in range(STEPS):
        expected = _inverse_logit(_linear(coefficients, design, offset))
        residual = outcome - expected
        information = np.einsum("in,jn->ij", design * (expected * (1 - expected)), design)
        step = solved(information, weighted_sum(design, residual))
        if np.abs(step).max() < CONVERGED:
            if np.linalg.eigvalsh(information)[0] < FLAT:
                break
            covariance, method = robust_covariance(information, design * residual, patient)
            return Fit(coefficients + step, covariance, method)
        coefficients = coefficients + _shortened(step, coefficients, outcome, design, offset)
    raise Undefined(NO_FIT)


def _shortened(
    step: Floats, coefficients: Floats, outcome: Bools, design: Floats, offset: Floats
) -> Floats:
    """Return the step, halved until it does not lower the likelihood; only long steps can."""
    if np.abs(step).max() < LONG:
        return step
    before = _deviance(outcome, _linear(coefficients, design, offset))
    while _deviance(outcome, _linear(coefficients + step, design, offset)) > before:
        step = step / 2
        if np.abs(step).max() < CONVERGED:
            raise Undefined(NO_FIT)
    return step


def _linear(coefficients: Floats, design: Floats, offset: Floats) -> Floats:
    linear = offset.copy()
    for each, row in zip(coefficients, design, strict=True):
        linear += each * row
    return linear


def solved(information: Floats, gradient: Floats) -> Floats:
    """Return a Newton step.

    Raises:
        Undefined: there is none.
    """
    try:
        return np.asarray(np.linalg.solve(information, gradient), float)
    except np.linalg.LinAlgError as error:
        raise Undefined(NO_FIT) from error


def _deviance(outcome: Bools, linear: Floats) -> float:
    against = np.where(outcome, -linear, linear)
    # log(1 + exp(x)), several times faster than logaddexp
    return float((np.maximum(against, 0) + np.log(1 + np.exp(-np.abs(against)))).sum())


def _inverse_logit(linear: Floats) -> Floats:
    with np.errstate(over="ignore"):  # exp(710) is infinite, and 1 / infinity is the right answer
        return np.asarray(1 / (1 + np.exp(-linear)))


def robust_covariance(information: Floats, scores: Floats, patient: Codes) -> tuple[Floats, str]:
    """Return the covariance of coefficients, robust to clustering where patients repeat, and how it is called.

    Args:
        information: shape (coefficients, coefficients).
        scores: shape (coefficients, cases): what each case adds to the gradient of the likelihood.
        patient: shape (cases,).

    Raises:
        Undefined: all cases are of one patient.
    """
    inverse = np.asarray(np.linalg.inv(information), float)
    patients = int(patient.max()) + 1
    if patients == len(patient):
        return inverse, "Wald"
    if patients < 2:
        raise Undefined("needs cases of at least two patients")
    off = sums_by_patient(patient, *scores)
    middle = off.T @ off * patients / (patients - 1)
    return (
        inverse @ middle @ inverse,
        f"Wald, robust to clustering by patient ({patients:,} patients)",
    )


def coefficient_interval(fit: Fit, at: int, level: float) -> Uncertainty:
    """Return the Wald interval of one coefficient."""
    value, variance = float(fit.coefficients[at]), float(fit.covariance[at, at])
    return _stated(lambda: around(value, variance, level, fit.method))


def _stated(make: Callable[[], Interval]) -> Uncertainty:
    try:
        return Uncertainty(make())
    except Undefined as reason:
        return Uncertainty(None, f"No interval: {reason}.")


def slope_interval(recalibration: Fit, patient: Codes, level: float) -> Uncertainty:
    """Return the Wald interval of the slope."""
    return coefficient_interval(recalibration, 1, level)


def intercept_interval(recalibration: Fit, patient: Codes, level: float) -> Uncertainty:
    """Return the Wald interval of the joint intercept."""
    return coefficient_interval(recalibration, 0, level)


def in_the_large_interval(
    recalibration_in_the_large: Fit, patient: Codes, level: float
) -> Uncertainty:
    """Return the Wald interval of the intercept in the large."""
    return coefficient_interval(recalibration_in_the_large, 0, level)


Coefficient = Literal["slope", "intercept", "in_the_large"]
FURTHEST = 20
"""Standard errors within which the limits of a profile interval are looked for."""


def profile_interval(
    outcome: Bools, linear_predictor: Floats, coefficient: Coefficient, level: float = 0.95
) -> Interval:
    """Return the profile-likelihood interval of a recalibration coefficient, as R's ``confint`` gives it for a glm.

    The limits are where twice the log-likelihood, at its maximum over the other coefficient, lies the normal
    quantile squared below its peak (Venzon & Moolgavkar 1988, eq. 1). For independent cases only.

    Args:
        outcome: shape (cases,).
        linear_predictor: shape (cases,): logit of the predicted risk.
        coefficient: slope or intercept of the regression with both, or the intercept with the slope fixed at 1.
        level: of the interval.

    Raises:
        Undefined: there is no fit, or no limit within 20 standard errors.
    """
    everyone = np.arange(len(outcome))
    if coefficient == "in_the_large":
        fit, at = recalibration_in_the_large(outcome, linear_predictor, everyone), 0
    else:
        fit, at = recalibration(outcome, linear_predictor, everyone), int(coefficient == "slope")

    def deviance(value: float) -> float:
        """Return the smallest deviance (half of it) with the coefficient at this value."""
        if coefficient == "in_the_large":
            return _deviance(outcome, linear_predictor + value)
        fixed, free = np.stack([np.ones(len(outcome)), linear_predictor])[[at, 1 - at]]
        start = fit.coefficients[[1 - at]]
        other = _fit(outcome, free[None], value * fixed, start, everyone).coefficients[0]
        return _deviance(outcome, value * fixed + other * free)

    found, error = float(fit.coefficients[at]), float(fit.covariance[at, at]) ** 0.5
    highest = deviance(found) + quantile(level) ** 2 / 2
    low, high = (
        _limit(lambda off, way=way: deviance(found + way * off * error) - highest)  # type: ignore[misc]
        for way in (-1.0, 1.0)
    )
    return Interval(
        low=found - low * error, high=found + high * error, level=level, method="profile likelihood"
    )


def _limit(above: Callable[[float], float]) -> float:
    """Return where a rising function of the distance, in standard errors, crosses 0."""
    near, far = 0.0, 1.0
    while above(far) < 0:
        near, far = far, 2 * far
        if far > FURTHEST:
            raise Undefined(
                "the likelihood does not fall off, so the profile interval has no limit"
            )
    for _ in range(50):
        middle = (near + far) / 2
        near, far = (near, middle) if above(middle) > 0 else (middle, far)
    return (near + far) / 2


@derived(TASK)
def patient_risks(outcome: Bools, score: Floats, patient: Codes, risk: Floats) -> ByPatient:
    """Return observed events, expected events and cases of each patient, shape (patients, 3)."""
    return sums_by_patient(patient, outcome.astype(float), score, np.ones(len(score)))


def ratio_interval(patient_risks: ByPatient, patient: Codes, level: float) -> Uncertainty:
    """Return the interval of observed over expected on the logarithmic scale.

    The variance of the logarithm is (1 - O/n) / O, the expected number taken as fixed (Debray et al. 2017);
    where patients repeat it is that of the ratio estimator over patients.
    """
    observed, expected, cases = patient_risks.sum(axis=0)
    if not observed:
        return Uncertainty(None, "No interval: no case has the outcome.")
    method, variance = "logarithmic", (1 - observed / cases) / observed
    if len(patient_risks) < cases:
        method = f"logarithmic, clustered by patient ({len(patient_risks):,} patients)"
        each = Share(patient_risks[:, 0], patient_risks[:, 1], "")
        variance = share_variance(each) * (expected / observed) ** 2
    return _stated(lambda: around_logarithm(observed / expected, variance, level, method))


@metric(
    "calibration_slope", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    interval=slope_interval, source="cox-1958",
)  # fmt: skip
def calibration_slope(recalibration: Fit) -> Floats:
    """Return the slope of the logistic regression of the outcome on the logit of the risk; 1 is ideal.

    Below 1 the risks are too extreme, above 1 not extreme enough.
    """
    return np.asarray(recalibration.coefficients[1])


@metric(
    "calibration_in_the_large", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    interval=in_the_large_interval, source="steyerberg-2010",
)  # fmt: skip
def calibration_in_the_large(recalibration_in_the_large: Fit) -> Floats:
    """Return the intercept with the slope fixed at 1; 0 is ideal, above 0 the risks are too low on average."""
    return np.asarray(recalibration_in_the_large.coefficients[0])


@metric(
    "calibration_intercept", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    interval=intercept_interval, source="cox-1958",
)  # fmt: skip
def calibration_intercept(recalibration: Fit) -> Floats:
    """Return the intercept estimated together with the slope; it is no measure of mean calibration."""
    return np.asarray(recalibration.coefficients[0])


@metric(
    "observed_expected_ratio", task=TASK, goal="target", bounds=(0, np.inf),
    interval=ratio_interval, source="debray-2017",
)  # fmt: skip
def observed_expected_ratio(patient_risks: ByPatient) -> Floats:
    """Return the number of observed events over the sum of predicted risks; 1 is ideal."""
    observed, expected, _ = patient_risks.sum(axis=0)
    return over(observed, expected, "all predicted risks are 0")


def _squared(tallies: Tallies, risk: Floats) -> Floats:
    with_outcome = weighted_sum(tallies.with_outcome, (1 - risk) ** 2)
    return with_outcome + weighted_sum(tallies.without, risk**2)


@metric("brier_score", task=TASK, goal="lower", bounds=(0, 1), source="brier-1950", per_case=True)
def brier_score(tallies: Tallies, risk: Floats) -> Floats:
    """Return the mean squared difference between outcome (0 or 1) and predicted risk."""
    squared = _squared(tallies, risk)
    return over(squared, tallies.positives + tallies.negatives, NO_CASES)


@metric(
    "scaled_brier_score", task=TASK, goal="higher", bounds=(-np.inf, 1), source="steyerberg-2010"
)
def scaled_brier_score(tallies: Tallies, risk: Floats) -> Floats:
    """Return 1 minus the Brier score over that of always predicting the prevalence; 1 is perfect."""
    squared = _squared(tallies, risk)
    cases = tallies.positives + tallies.negatives
    of_prevalence = tallies.positives * tallies.negatives / cases
    return 1 - over(squared, of_prevalence, NEEDS_BOTH)


@metric("log_loss", task=TASK, goal="lower", bounds=(0, np.inf), source="good-1952", per_case=True)
def log_loss(tallies: Tallies, risk: Floats) -> Floats:
    """Return the mean negative log-likelihood of the outcomes (natural logarithm)."""
    wrong = tallies.with_outcome[..., risk == 0].sum() + tallies.without[..., risk == 1].sum()
    if wrong:
        cases = "1 case" if wrong == 1 else f"{wrong:.0f} cases"
        raise Undefined(
            f"the log loss is infinite: {cases} had a predicted risk of exactly 0 or 1, and it was wrong"
        )
    of_event = -np.log(risk, out=np.zeros_like(risk), where=risk > 0)
    of_none = -np.log1p(-risk, out=np.zeros_like(risk), where=risk < 1)
    total = weighted_sum(tallies.with_outcome, of_event)
    total = total + weighted_sum(tallies.without, of_none)
    return over(total, tallies.positives + tallies.negatives, NO_CASES)


@derived(TASK)
def bin_starts(ranking: Ranking, risk: Floats) -> Codes:
    """Return the first distinct risk of each of ten bins of equal count, in the falling order of the ranking.

    A distinct risk goes, with all its cases, where its middle rank falls; bins that stay empty are left out.
    """
    counts = np.diff(ranking.last, prepend=-1)
    middle = ranking.last - (counts - 1) / 2
    where = np.floor(BINS * (middle + 0.5) / (ranking.last[-1] + 1))
    return np.flatnonzero(np.diff(where, prepend=-1))


@derived(TASK)
def perfect_calibration_error(
    ranking: Ranking, risk: Floats, bin_starts: Codes, seeds: Sequence[int]
) -> float:
    """Return the mean expected calibration error if every outcome were drawn from its predicted risk."""
    each = np.repeat(risk, np.diff(ranking.last, prepend=-1))
    first = np.append(0, ranking.last[:-1] + 1)[bin_starts]
    rng = np.random.default_rng([*seeds, zlib.crc32(b"perfect calibration")])
    sets = int(np.clip(SIMULATED // len(each), 20, 1000))
    found = [
        np.abs(np.add.reduceat((rng.random(len(each)) < each) - each, first)).sum()
        for _ in range(sets)
    ]
    return float(np.mean(found)) / len(each)


def perfect_calibration(perfect_calibration_error: float) -> str:
    """Return the sentence that puts the expected calibration error into proportion."""
    return (
        f"Ten bins of equal count. Perfectly calibrated risks would give {perfect_calibration_error:.4f} "
        "on average with this number of cases (simulated); resampling adds to the distance, so read the interval as "
        "its spread."
    )


@metric(
    "expected_calibration_error", task=TASK, goal="lower", bounds=(0, 1),
    beside=perfect_calibration, source="naeini-2015",
)  # fmt: skip
def expected_calibration_error(tallies: Tallies, risk: Floats, bin_starts: Codes) -> Floats:
    """Return the mean distance between observed and mean predicted risk over ten bins of equal count.

    Bins are weighted by their cases and kept for resamples.
    """
    return binned_error(tallies, risk, bin_starts)


def binned_error(tallies: Tallies, risk: Floats, bin_starts: Codes) -> Floats:
    """Return the mean distance over bins between observed and mean predicted risk, weighted by their cases."""
    off = tallies.with_outcome - risk * (tallies.with_outcome + tallies.without)
    total = np.abs(np.add.reduceat(off, bin_starts, axis=-1)).sum(axis=-1)
    return over(total, tallies.positives + tallies.negatives, NO_CASES)


def resampled_gaps(gaps: Gaps) -> str:
    """Return the sentence that says how to read the interval of an absolute distance."""
    return (
        "A distance is never below 0, and resampling adds to it: read the interval as its spread, not as limits of "
        "the true distance."
    )


@metric(
    "integrated_calibration_index", task=TASK, goal="lower", bounds=(0, np.inf),
    beside=resampled_gaps, source="austin-steyerberg-2019",
)  # fmt: skip
def integrated_calibration_index(gaps: Gaps) -> Floats:
    """Return the mean distance over cases between predicted and smoothed observed risk (ICI).

    Loess of the outcome on the risk, span 0.75, degree 2 (Austin & Steyerberg 2019).
    """
    return over((gaps.gap * gaps.cases).sum(-1), gaps.cases.sum(-1), NO_CASES)


@metric(
    "calibration_error_median", task=TASK, goal="lower", bounds=(0, np.inf),
    beside=resampled_gaps, source="austin-steyerberg-2019",
)  # fmt: skip
def calibration_error_median(gaps: Gaps) -> Floats:
    """Return the median of the same distance (E50)."""
    return quantile_of_gaps(gaps, 0.5)


@metric(
    "calibration_error_90", task=TASK, goal="lower", bounds=(0, np.inf),
    beside=resampled_gaps, source="austin-steyerberg-2019",
)  # fmt: skip
def calibration_error_90(gaps: Gaps) -> Floats:
    """Return the 90th percentile of the same distance (E90)."""
    return quantile_of_gaps(gaps, 0.9)
