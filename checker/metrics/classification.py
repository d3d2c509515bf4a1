"""Measures of decisions at a threshold against the outcome, from the four cells of the cross table."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from checker.metrics.base import (
    NO_CASES,
    Bools,
    Codes,
    Floats,
    Share,
    Uncertainty,
    Undefined,
    complete_rows,
    derived,
    metric,
    over,
)
from checker.metrics.intervals import PROPORTION_INTERVALS, around_logarithm, wilson
from checker.metrics.patients import ByPatient, Weight, effective_cases, sums_by_patient, totals
from checker.model.estimate import Interval

TASK = "classification"
NO_POSITIVE = "no case has the outcome"
NO_NEGATIVE = "every case has the outcome"
NONE_CALLED = "no case scores at or above the threshold"
ALL_CALLED = "every case scores at or above the threshold"
EMPTY_CELL = "No interval: a cell of the cross table is empty, so the logarithm has no variance."


class Cells(NamedTuple):
    """The cross table: of all cases, or of each resample or patient (the last axis)."""

    tp: Floats
    fp: Floats
    fn: Floats
    tn: Floats

    @property
    def positives(self) -> Floats:
        """Cases with the outcome."""
        return self.tp + self.fn

    @property
    def negatives(self) -> Floats:
        """Cases without the outcome."""
        return self.fp + self.tn

    @property
    def cases(self) -> Floats:
        """All cases."""
        return self.positives + self.negatives


@derived(TASK)
def decision(score: Floats, threshold: float) -> Bools:
    """Return the decisions: True at or above the threshold."""
    return np.asarray(score >= threshold)


@derived(TASK)
def patient_cells(outcome: Bools, decision: Bools, patient: Codes) -> ByPatient:
    """Return the four cells of each patient, shape (patients, 4): tp, fp, fn, tn."""
    cell = 2 * (1 - decision.astype(np.int64)) + (1 - outcome.astype(np.int64))
    patients = int(patient.max()) + 1
    counts = np.bincount(4 * patient + cell, minlength=4 * patients)
    return counts.reshape(patients, 4).astype(float)


@derived(TASK)
def cells(patient_cells: ByPatient, weight: Weight) -> Cells:
    """Return the cross table of all cases, of each resample, or of each patient."""
    return Cells(*totals(patient_cells, weight))


@derived(TASK)
def patient_classes(outcome: Bools, patient: Codes) -> ByPatient:
    """Return the cases with the outcome and all cases of each patient, shape (patients, 2)."""
    return sums_by_patient(patient, outcome.astype(float), np.ones(len(outcome)))


def share_interval(
    measured: Share, each_patient: Share, level: float, proportion_interval: str
) -> Uncertainty:
    """Return the interval of a proportion; where patients repeat, on the effective number of cases."""
    cases = float(measured.denominator)
    try:
        effective = effective_cases(each_patient)
    except Undefined as reason:
        return Uncertainty(None, f"No interval: {reason}.")
    found = float(measured.numerator) / cases * effective
    interval = PROPORTION_INTERVALS[proportion_interval](found, effective, level)
    if np.count_nonzero(each_patient.denominator) == cases:
        return Uncertainty(interval)
    seen = 0 < float(measured.numerator) < cases
    why = f"design effect {cases / effective:.2f}" if seen else "each patient counted once"
    effect = f"{effective:.1f} effective cases ({why})"
    return Uncertainty(replace(interval, method=f"{interval.method} on {effect}"))


def sum_interval(
    cells: Cells, patient_cells: ByPatient, patient: Codes, measured: Floats, level: float
) -> Uncertainty:
    """Return the interval of the sum of sensitivity and specificity, whatever is taken from it."""
    return _combined(cells, patient_cells, float(measured), level, 1.0)


def mean_interval(
    cells: Cells, patient_cells: ByPatient, patient: Codes, measured: Floats, level: float
) -> Uncertainty:
    """Return the interval of the mean of sensitivity and specificity."""
    return _combined(cells, patient_cells, float(measured), level, 0.5)


def _combined(
    cells: Cells, patient_cells: ByPatient, value: float, level: float, scale: float
) -> Uncertainty:
    tp, fp, fn, tn = patient_cells.T
    shares = (Share(tp, tp + fn, NO_POSITIVE), Share(tn, tn + fp, NO_NEGATIVE))
    return combined_shares(shares, value, level, scale, "sensitivity and specificity")


def combined_shares(
    shares: Sequence[Share], value: float, level: float, scale: float, words: str
) -> Uncertainty:
    """Return the interval of a scaled sum of independent shares: Wilson's limits, combined by squaring and adding.

    MOVER (Zou & Donner, Stat Med 2008;27:1693, eq. 3 and 4), on the effective number of cases where patients
    repeat. It holds at 0 and 100 % too, where resampling sees no uncertainty.

    Args:
        shares: each with the counts of every patient.
        value: of the measure.
        level: of the interval.
        scale: what the sum of the shares is multiplied by.
        words: what the shares are.
    """
    below, above, effective = 0.0, 0.0, False
    for each in shares:
        share = float(each.numerator.sum() / each.denominator.sum())
        try:
            cases = effective_cases(each)
        except Undefined as reason:
            return Uncertainty(None, f"No interval: {reason}.")
        limits = wilson(share * cases, cases, level)
        below, above = below + (share - limits.low) ** 2, above + (limits.high - share) ** 2
        effective |= np.count_nonzero(each.denominator) < each.denominator.sum()
    low, high = value - scale * below**0.5, value + scale * above**0.5
    method = f"Wilson limits of {words}, combined (MOVER)"
    method += " on effective cases" if effective else ""
    return Uncertainty(Interval(low=low, high=high, level=level, method=method))


def positive_ratio_interval(cells: Cells, measured: Floats, level: float) -> Uncertainty:
    """Return the interval of the positive likelihood ratio (Simel, Samsa & Matchar 1991)."""
    return _ratio_interval(cells, measured, level, ("tp", "fp"))


def negative_ratio_interval(cells: Cells, measured: Floats, level: float) -> Uncertainty:
    """Return the interval of the negative likelihood ratio (Simel, Samsa & Matchar 1991)."""
    return _ratio_interval(cells, measured, level, ("fn", "tn"))


def odds_ratio_interval(cells: Cells, measured: Floats, level: float) -> Uncertainty:
    """Return the interval of the diagnostic odds ratio (Woolf 1955)."""
    return _ratio_interval(cells, measured, level, ("tp", "fp", "fn", "tn"))


def _ratio_interval(
    cells: Cells, measured: Floats, level: float, counted: tuple[str, ...]
) -> Uncertainty:
    if not min(cells):
        return Uncertainty(None, EMPTY_CELL)
    variance = sum(float(1 / getattr(cells, name)) for name in counted)
    if len(counted) == 2:  # a ratio of two shares, one of each class
        variance -= float(1 / cells.positives + 1 / cells.negatives)
    method = "logarithmic (Simel)" if len(counted) == 2 else "logarithmic (Woolf)"
    try:
        return Uncertainty(around_logarithm(float(measured), variance, level, method))
    except Undefined as reason:
        return Uncertainty(None, f"No interval: {reason}.")


def empty_cell(cells: Cells) -> str:
    """Return the sentence for an interval by resampling where one kind of case has all decisions alike."""
    if min(cells):
        return ""
    return (
        "A cell of the cross table is empty and stays empty in every resample, so that resampling shows too little of "
        "the uncertainty."
    )


def guessing(cells: Cells) -> str:
    """Return the sentence that puts the accuracy beside that of always choosing the larger class."""
    larger = max(float(cells.positives), float(cells.negatives)) / float(cells.cases)
    return f"Always choosing the larger class would be right in {larger:.3f} (no-information rate)."


@metric(
    "sensitivity", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="yerushalmy-1947",
)  # fmt: skip
def sensitivity(cells: Cells) -> Share:
    """Return the share of cases with the outcome that score at or above the threshold."""
    return Share(cells.tp, cells.positives, NO_POSITIVE)


@metric(
    "specificity", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="yerushalmy-1947",
)  # fmt: skip
def specificity(cells: Cells) -> Share:
    """Return the share of cases without the outcome that score below the threshold."""
    return Share(cells.tn, cells.negatives, NO_NEGATIVE)


@metric(
    "positive_predictive_value", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="vecchio-1966",
)  # fmt: skip
def positive_predictive_value(cells: Cells) -> Share:
    """Return the share of cases at or above the threshold that have the outcome, at the observed prevalence."""
    return Share(cells.tp, cells.tp + cells.fp, NONE_CALLED)


@metric(
    "negative_predictive_value", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="vecchio-1966",
)  # fmt: skip
def negative_predictive_value(cells: Cells) -> Share:
    """Return the share of cases below the threshold that do not have the outcome, at the observed prevalence."""
    return Share(cells.tn, cells.tn + cells.fn, ALL_CALLED)


@metric(
    "accuracy", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, beside=guessing, source="metz-1978",
)  # fmt: skip
def accuracy(cells: Cells) -> Share:
    """Return the share of right decisions; read it beside the no-information rate."""
    return Share(cells.tp + cells.tn, cells.cases, NO_CASES)


@metric(
    "balanced_accuracy", task=TASK, goal="higher", bounds=(0, 1),
    interval=mean_interval, source="brodersen-2010",
)  # fmt: skip
def balanced_accuracy(cells: Cells) -> Floats:
    """Return the mean of sensitivity and specificity."""
    return (sensitivity_of(cells) + specificity_of(cells)) / 2


@metric(
    "f1", task=TASK, goal="higher", bounds=(0, 1),
    beside=empty_cell, source="van-rijsbergen-1979",
)  # fmt: skip
def f1(cells: Cells) -> Floats:
    """Return the harmonic mean of sensitivity and positive predictive value: 2 tp / (2 tp + fp + fn)."""
    below = 2 * cells.tp + cells.fp + cells.fn
    return over(
        2 * cells.tp, below, "no case has the outcome and none scores at or above the threshold"
    )


@metric(
    "matthews_correlation", task=TASK, goal="higher", bounds=(-1, 1),
    beside=empty_cell, source="matthews-1975",
)  # fmt: skip
def matthews_correlation(cells: Cells) -> Floats:
    """Return the correlation of decision and outcome (the phi coefficient)."""
    called, not_called = cells.tp + cells.fp, cells.fn + cells.tn
    margins = np.sqrt(called) * np.sqrt(not_called)
    margins = margins * np.sqrt(cells.positives) * np.sqrt(cells.negatives)
    above = cells.tp * cells.tn - cells.fp * cells.fn
    found = over(above, margins, "all decisions or all outcomes are the same")
    return np.clip(found, -1, 1)


@metric(
    "cohen_kappa", task=TASK, goal="higher", bounds=(-1, 1),
    beside=empty_cell, source="cohen-1960",
)  # fmt: skip
def cohen_kappa(cells: Cells) -> Floats:
    """Return the agreement of decision and outcome beyond chance."""
    called, cases = cells.tp + cells.fp, cells.cases
    chance = called * cells.positives + (cases - called) * cells.negatives
    agreed = (cells.tp + cells.tn) * cases - chance
    return over(agreed, cases**2 - chance, "decisions and outcomes are all the same")


@metric(
    "gwet_ac1", task=TASK, goal="higher", bounds=(-1, 1),
    beside=empty_cell, source="gwet-2008",
)  # fmt: skip
def gwet_ac1(cells: Cells) -> Floats:
    """Return the agreement of decision and outcome beyond chance, stable at extreme prevalence (Gwet 2008).

    Chance is 2 q (1 - q), q the mean share of positive decisions and of cases with the outcome.
    """
    agreed = over(cells.tp + cells.tn, cells.cases, NO_CASES)
    q = over(2 * cells.tp + cells.fp + cells.fn, 2 * cells.cases, NO_CASES)
    chance = 2 * q * (1 - q)
    return (agreed - chance) / (1 - chance)


@metric(
    "percent_agreement",
    task=TASK,
    goal="higher",
    bounds=(0, 1),
    interval=share_interval,
    source="fleiss-1981",
)
def percent_agreement(cells: Cells) -> Share:
    """Return the share of cases where decision and outcome agree: the accuracy, by another name."""
    return Share(cells.tp + cells.tn, cells.cases, NO_CASES)


@metric(
    "youden_index", task=TASK, goal="higher", bounds=(-1, 1),
    interval=sum_interval, source="youden-1950",
)  # fmt: skip
def youden_index(cells: Cells) -> Floats:
    """Return sensitivity plus specificity minus one."""
    return sensitivity_of(cells) + specificity_of(cells) - 1


@metric(
    "positive_likelihood_ratio", task=TASK, goal="higher", bounds=(0, np.inf),
    interval=positive_ratio_interval, source="simel-1991",
)  # fmt: skip
def positive_likelihood_ratio(cells: Cells) -> Floats:
    """Return sensitivity over one minus specificity."""
    missed = 1 - specificity_of(cells)
    missed = np.where(cells.fp == 0, 0.0, missed)
    return over(
        sensitivity_of(cells), missed, "specificity is 1, so the ratio would divide by zero"
    )


@metric(
    "negative_likelihood_ratio", task=TASK, goal="lower", bounds=(0, np.inf),
    interval=negative_ratio_interval, source="simel-1991",
)  # fmt: skip
def negative_likelihood_ratio(cells: Cells) -> Floats:
    """Return one minus sensitivity over specificity."""
    missed = over(cells.fn, cells.positives, NO_POSITIVE)
    return over(
        missed, specificity_of(cells), "specificity is 0, so the ratio would divide by zero"
    )


@metric(
    "diagnostic_odds_ratio", task=TASK, goal="higher", bounds=(0, np.inf),
    interval=odds_ratio_interval, source="glas-2003",
)  # fmt: skip
def diagnostic_odds_ratio(cells: Cells) -> Floats:
    """Return the odds of the outcome above the threshold over the odds below it: tp tn / (fp fn)."""
    return over(
        cells.tp * cells.tn,
        cells.fp * cells.fn,
        "one kind of decision has no errors, so the ratio would divide by zero",
    )


@metric(
    "prevalence", task=TASK, goal="target", bounds=(0, 1),
    interval=share_interval, source="rothman-2008",
)  # fmt: skip
def prevalence(patient_classes: ByPatient, weight: Weight) -> Share:
    """Return the share of cases with the outcome."""
    with_outcome, cases = totals(patient_classes, weight)
    return Share(with_outcome, cases, NO_CASES)


def sensitivity_of(cells: Cells) -> Floats:
    """Return the sensitivity of each cross table."""
    return over(cells.tp, cells.positives, NO_POSITIVE)


def specificity_of(cells: Cells) -> Floats:
    """Return the specificity of each cross table."""
    return over(cells.tn, cells.negatives, NO_NEGATIVE)


def no_information_rate(outcome: Bools) -> float:
    """Return the accuracy of always choosing the larger class; rows without an outcome (0 or 1) are left out.

    Raises:
        Undefined: there are no cases.
    """
    known, _ = complete_rows(outcome, np.zeros(len(outcome)))
    if not len(known):
        raise Undefined(NO_CASES)
    share = float(np.mean(known))
    return max(share, 1 - share)
