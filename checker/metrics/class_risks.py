"""How far predicted risks of several classes agree with what was observed: scores, top-class bins, recalibration."""

from collections.abc import Mapping, Sequence

import numpy as np

from checker.metrics import calibration
from checker.metrics.base import (
    NO_CASES,
    Bools,
    Codes,
    Floats,
    Uncertainty,
    Undefined,
    derived,
    over,
)
from checker.metrics.calibration import (
    CONVERGED,
    FLAT,
    LONG,
    NO_FIT,
    STEPS,
    Fit,
    coefficient_interval,
)
from checker.metrics.classes import MULTICLASS, Names, measure, none_is_empty
from checker.metrics.patients import ByPatient, Weight, sums_by_patient, totals
from checker.metrics.ranking import Ranked, Ranking, Tallies, ranking, tallies
from checker.needs import DoesNotApply

SUM_OFF = 1e-3
"""Risks printed with three decimals may miss 1 by this much."""


@derived(MULTICLASS)
def probabilities(class_risks: Floats, probability: bool | None) -> Floats:
    """Return the predicted risks where they are probabilities: in 0..1, and of each case summing to 1.

    Args:
        class_risks: shape (cases, classes).
        probability: what the description says they are; None: probabilities if all lie in 0..1.

    Raises:
        DoesNotApply: they are no probabilities.
        Undefined: they are said to be, but lie outside 0..1; or those of a case miss a sum of 1 by more than 0.001.
    """
    outside = ((class_risks < 0) | (class_risks > 1)).any(axis=1)
    if probability is False or (probability is None and outside.any()):
        raise DoesNotApply("the predicted risks are no probabilities")
    if outside.any():
        raise Undefined(f"{outside.sum()} of {len(class_risks)} cases have a risk outside 0 to 1")
    total = class_risks.sum(axis=1)
    off = np.abs(total - 1)
    if (wrong := int(np.count_nonzero(off > SUM_OFF))) > 0:
        worst = total[np.argmax(off)]
        raise Undefined(
            f"the predicted risks of {wrong} of {len(total)} cases do not sum to 1 (one sums to {worst:.4g})"
        )
    return class_risks


@derived(MULTICLASS)
def squared_by_patient(outcome: Codes, probabilities: Floats, patient: Codes) -> ByPatient:
    """Return the squared errors and the number of cases of each patient."""
    seen = outcome[:, None] == np.arange(probabilities.shape[1])
    squared = ((probabilities - seen) ** 2).sum(axis=1)
    return sums_by_patient(patient, squared, np.ones(len(squared)))


def half_of_it(squared_by_patient: ByPatient) -> str:
    """Return the sentence that names the convention of the Brier score, with the value by the other one."""
    total, cases = squared_by_patient.sum(axis=0)
    return f"Summed over classes, from 0 to 2 (Brier 1950); by the convention of half of it {total / cases / 2:.4f}."


@measure(
    "brier_score", tasks=(MULTICLASS,), goal="lower", bounds=(0, 2), source="brier-1950",
    beside=half_of_it, per_case=True,
)  # fmt: skip
def brier_score(squared_by_patient: ByPatient, weight: Weight) -> Floats:
    """Return the mean over cases of the squared differences, summed over classes, of risk and outcome (0 or 1).

    Brier's own definition: 0 is perfect, 2 the worst. With two classes it is twice the binary Brier score.
    """
    squared, cases = totals(squared_by_patient, weight)
    return over(squared, cases, NO_CASES)


@derived(MULTICLASS)
def log_by_patient(
    outcome: Codes, probabilities: Floats, clip: float | None, patient: Codes
) -> ByPatient:
    """Return the negative log-likelihoods and the number of cases of each patient.

    Args:
        outcome: shape (cases,).
        probabilities: shape (cases, classes).
        clip: risks are moved into clip..1 - clip; None: they are left as they are.
        patient: shape (cases,).

    Raises:
        Undefined: a class of risk 0 was the true one, and risks are not clipped.
    """
    risk = probabilities[np.arange(len(outcome)), outcome]
    if clip is not None:
        risk = np.clip(risk, clip, 1 - clip)
    if wrong := int(np.count_nonzero(risk == 0)):
        cases = "1 case was" if wrong == 1 else f"{wrong} cases were"
        raise Undefined(
            f"the log loss is infinite: {cases} of a class whose predicted risk is exactly 0"
        )
    return sums_by_patient(patient, -np.log(risk), np.ones(len(risk)))


def how_clipped(clip: float | None) -> str:
    """Return the sentence that says whether risks were clipped."""
    return "" if clip is None else f"Risks were clipped to {clip:g} and 1 - {clip:g}."


@measure(
    "log_loss", tasks=(MULTICLASS,), goal="lower", bounds=(0, np.inf), source="good-1952",
    beside=how_clipped, per_case=True,
)  # fmt: skip
def log_loss(log_by_patient: ByPatient, weight: Weight) -> Floats:
    """Return the mean negative logarithm of the risk of the true class (natural logarithm).

    Risks are not clipped unless `clip` is given: where the true class had the risk 0 it is infinite, which is
    said instead of a number that depends on where it was clipped.
    """
    total, cases = totals(log_by_patient, weight)
    return over(total, cases, NO_CASES)


@derived(MULTICLASS)
def top_ranking(probabilities: Floats) -> Ranking:
    """Return the cases from the highest risk of the predicted class to the lowest."""
    return ranking(probabilities.max(axis=1))


@derived(MULTICLASS)
def top_bins(top_ranking: Ranking) -> Codes:
    """Return the first distinct risk of each of ten bins of equal count."""
    return calibration.bin_starts(top_ranking, top_ranking.score)


@derived(MULTICLASS)
def top_ranked(outcome: Codes, decided: Codes, patient: Codes, top_ranking: Ranking) -> Ranked:
    """Return whether the predicted class is right, and the patients, in the order of this ranking."""
    right: Bools = outcome == decided
    return Ranked(right[top_ranking.order], patient[top_ranking.order])


@derived(MULTICLASS)
def top_tallies(top_ranked: Ranked, top_ranking: Ranking, weight: Floats | None) -> Tallies:
    """Return counts of right and wrong predictions per distinct risk of the predicted class."""
    return tallies(top_ranked, top_ranking, weight)


def perfect_calibration(top_ranking: Ranking, top_bins: Codes, seeds: Sequence[int]) -> str:
    """Return the sentence that puts the expected calibration error into proportion."""
    found = calibration.perfect_calibration_error(top_ranking, top_ranking.score, top_bins, seeds)
    return f"Of the predicted class. {calibration.perfect_calibration(found)}"


@measure(
    "expected_calibration_error", tasks=(MULTICLASS,), goal="lower", bounds=(0, 1),
    source="guo-2017", beside=perfect_calibration,
)  # fmt: skip
def expected_calibration_error(
    top_tallies: Tallies, top_ranking: Ranking, top_bins: Codes
) -> Floats:
    """Return the mean distance between accuracy and mean risk of the predicted class over ten bins of equal count.

    Bins are weighted by their cases and kept for resamples. It says nothing about the risks of the other classes.
    """
    return calibration.binned_error(top_tallies, top_ranking.score, top_bins)


@derived(MULTICLASS)
def linear_predictors(probabilities: Floats) -> Floats:
    """Return the logarithm of the risk of each class over that of the first, shape (classes - 1, cases).

    Raises:
        Undefined: a risk is exactly 0.
    """
    if zero := int(np.count_nonzero(probabilities == 0)):
        risks = "1 predicted risk" if zero == 1 else f"{zero} predicted risks"
        raise Undefined(f"the logit is infinite for {risks} of exactly 0")
    logs = np.log(probabilities)
    return np.ascontiguousarray((logs[:, 1:] - logs[:, :1]).T)


@derived(MULTICLASS)
def multinomial_recalibration(
    outcome: Codes, linear_predictors: Floats, patient: Codes, sizes: Floats, names: Names
) -> Fit:
    """Return intercepts and slopes of the multinomial recalibration, one of each for every class but the first.

    log(P(class) / P(first class)) = intercept + slope * log(risk of the class / risk of the first): a class has a
    slope for its own predictor alone (Van Hoorde et al. 2014, parametric framework).

    Raises:
        Undefined: a class has no case, its predictor is constant, or no maximum of the likelihood exists.
    """
    none_is_empty(sizes, names)
    flat = linear_predictors.min(axis=1) == linear_predictors.max(axis=1)
    if flat.any():
        raise Undefined(
            f"all predictors of {names[1 + int(np.argmax(flat))]} are equal, so there is no slope"
        )
    design = np.stack([np.ones_like(linear_predictors), linear_predictors], axis=1)
    start = np.tile([0.0, 1.0], len(names) - 1)
    return _fit(outcome, design, np.zeros_like(linear_predictors), start, patient)


@derived(MULTICLASS)
def multinomial_in_the_large(
    outcome: Codes, linear_predictors: Floats, patient: Codes, sizes: Floats, names: Names
) -> Fit:
    """Return the intercepts of the same model with all slopes fixed at 1.

    Raises:
        Undefined: a class has no case.
    """
    none_is_empty(sizes, names)
    design = np.ones((len(linear_predictors), 1, len(outcome)))
    return _fit(outcome, design, linear_predictors, np.zeros(len(linear_predictors)), patient)


def _fit(outcome: Codes, design: Floats, offset: Floats, start: Floats, patient: Codes) -> Fit:
    """Return the maximum of the likelihood by Newton's method.

    Args:
        outcome: shape (cases,).
        design: shape (classes - 1, coefficients of a class, cases).
        offset: shape (classes - 1, cases).
        start: shape (all coefficients,), class by class.
        patient: shape (cases,).
    """
    seen = outcome == np.arange(1, len(design) + 1)[:, None]
    coefficients = start
    for _ in range(STEPS):
        risk = _risks(_linear(coefficients, design, offset))[1:]
        scores = _flat(design * (seen - risk)[:, None])
        information = _information(design, risk)
        step = calibration.solved(information, scores.sum(axis=1))
        if np.abs(step).max() < CONVERGED:
            if np.linalg.eigvalsh(information)[0] < FLAT:
                break
            covariance, method = calibration.robust_covariance(information, scores, patient)
            return Fit(coefficients + step, covariance, method)
        coefficients = coefficients + _shortened(step, coefficients, outcome, design, offset)
    raise Undefined(NO_FIT)


def _flat(values: Floats) -> Floats:
    return values.reshape(-1, values.shape[-1])


def _linear(coefficients: Floats, design: Floats, offset: Floats) -> Floats:
    each = coefficients.reshape(design.shape[:2])
    return np.asarray(np.einsum("kp,kpi->ki", each, design) + offset)


def _risks(linear: Floats) -> Floats:
    """Return the risks of all classes, shape (classes, cases); the first has the linear predictor 0."""
    every = np.concatenate([np.zeros((1, linear.shape[1])), linear])
    raised = np.exp(every - every.max(axis=0))
    return np.asarray(raised / raised.sum(axis=0))


def _information(design: Floats, risk: Floats) -> Floats:
    classes, each, _ = design.shape
    found = np.empty((classes, each, classes, each))
    for one in range(classes):
        for other in range(one, classes):
            spread = risk[one] * ((one == other) - risk[other])
            block = np.einsum("pi,qi->pq", design[one] * spread, design[other])
            found[one, :, other], found[other, :, one] = block, block.T
    return found.reshape(classes * each, classes * each)


def _shortened(
    step: Floats, coefficients: Floats, outcome: Codes, design: Floats, offset: Floats
) -> Floats:
    """Return the step, halved until it does not lower the likelihood; only long steps can."""
    if np.abs(step).max() < LONG:
        return step
    before = _deviance(outcome, _linear(coefficients, design, offset))
    while not _deviance(outcome, _linear(coefficients + step, design, offset)) <= before:
        step = step / 2
        if np.abs(step).max() < CONVERGED:
            raise Undefined(NO_FIT)
    return step


def _deviance(outcome: Codes, linear: Floats) -> float:
    every = np.concatenate([np.zeros((1, linear.shape[1])), linear])
    highest = every.max(axis=0)
    total = highest + np.log(np.exp(every - highest).sum(axis=0))
    return float((total - every[outcome, np.arange(len(outcome))]).sum())


def against_the_first(names: Names) -> Mapping[str, Names]:
    """Return the places of a coefficient: each class but the first, against the first."""
    return {"label": tuple(f"{each} vs {names[0]}" for each in names[1:])}


@derived(MULTICLASS)
def equation(label: str, names: Names) -> int:
    """Return which class but the first the label means, from 0.

    Raises:
        DoesNotApply: none.
    """
    labels = against_the_first(names)["label"]
    if label not in labels:
        raise DoesNotApply(f'no two classes are called "{label}"')
    return labels.index(label)


def slope_interval(
    multinomial_recalibration: Fit, equation: int, patient: Codes, level: float
) -> Uncertainty:
    """Return the Wald interval of the slope."""
    return coefficient_interval(multinomial_recalibration, 2 * equation + 1, level)


def intercept_interval(
    multinomial_recalibration: Fit, equation: int, patient: Codes, level: float
) -> Uncertainty:
    """Return the Wald interval of the joint intercept."""
    return coefficient_interval(multinomial_recalibration, 2 * equation, level)


def in_the_large_interval(
    multinomial_in_the_large: Fit, equation: int, patient: Codes, level: float
) -> Uncertainty:
    """Return the Wald interval of the intercept in the large."""
    return coefficient_interval(multinomial_in_the_large, equation, level)


@measure(
    "multinomial_calibration_slope", tasks=(MULTICLASS,), goal="target", bounds=(-np.inf, np.inf),
    interval=slope_interval, source="van-hoorde-2014", places=against_the_first,
)  # fmt: skip
def multinomial_calibration_slope(multinomial_recalibration: Fit, equation: int) -> Floats:
    """Return the slope of a class against the first named one in the multinomial recalibration model; 1 is ideal.

    It depends on which class is named first (Van Hoorde et al. 2014). Below 1 the risks are too extreme.
    """
    return np.asarray(multinomial_recalibration.coefficients[2 * equation + 1])


@measure(
    "calibration_in_the_large", tasks=(MULTICLASS,), goal="target", bounds=(-np.inf, np.inf),
    interval=in_the_large_interval, source="van-hoorde-2014", places=against_the_first,
)  # fmt: skip
def calibration_in_the_large(multinomial_in_the_large: Fit, equation: int) -> Floats:
    """Return the intercept of a class against the first named one with all slopes fixed at 1; 0 is ideal."""
    return np.asarray(multinomial_in_the_large.coefficients[equation])


@measure(
    "calibration_intercept", tasks=(MULTICLASS,), goal="target", bounds=(-np.inf, np.inf),
    interval=intercept_interval, source="van-hoorde-2014", places=against_the_first,
)  # fmt: skip
def calibration_intercept(multinomial_recalibration: Fit, equation: int) -> Floats:
    """Return the intercept of the same model, estimated with the slopes; it is no measure of mean calibration."""
    return np.asarray(multinomial_recalibration.coefficients[2 * equation])
