"""How far replicates of one patient lie apart: within-subject deviation and variation, repeatability."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from checker.metrics.agreement import TASK
from checker.metrics.base import Codes, Floats, Uncertainty, Undefined, derived, metric, over
from checker.metrics.distributions import chi_squared_quantile
from checker.metrics.patients import ByPatient, Weight, sums_by_patient, totals
from checker.metrics.ratings import TASK as RATERS
from checker.model.estimate import Interval
from checker.needs import DoesNotApply

OF = {"label": ("measured", "reference")}
"""Whose replicates, as the facet `label`."""
FACTOR = 1.96 * 2**0.5
"""Two single measurements of one patient differ by less in 95 of 100 pairs, in within-subject deviations."""
NO_REPLICATES = "no patient has several measurements, so repeatability cannot be seen"


class Replicates(NamedTuple):
    """Of each patient."""

    by_patient: ByPatient
    """Shape (patients, 4): squares about the patient's mean, values minus one, squared coefficient of variation,
    whether there are several values."""
    zero_mean: bool
    """The mean of a patient with several values is 0."""


@derived(TASK)
def replicates(
    reference: Floats, measured: Floats, replicate: Floats, patient: Codes, label: str
) -> Replicates:
    """Return the spread of each patient's replicates.

    Raises:
        Undefined: there is a column of replicates and no patient has two, or one replicate stands there twice.
        DoesNotApply: nothing is repeated, or the reference is one value per patient.
    """
    if label not in OF["label"]:
        raise DoesNotApply(f"replicates are of the measured value or the reference, not of {label}")
    of = np.bincount(patient)
    if len(of) == len(patient):
        kind = DoesNotApply if np.isnan(replicate).all() else Undefined
        raise kind(NO_REPLICATES)
    _distinct(patient, replicate)
    values = measured if label == "measured" else reference
    found = _replicates(values, patient, of)
    if label == "reference" and not found.by_patient[:, 0].any():
        raise DoesNotApply("the reference is one value per patient")
    return found


def _distinct(patient: Codes, replicate: Floats) -> None:
    known = ~np.isnan(replicate)
    pairs = np.column_stack([patient[known], replicate[known]])
    if len(np.unique(pairs, axis=0)) < len(pairs):
        raise Undefined("a patient has the same replicate twice")


def _replicates(values: Floats, patient: Codes, of: Codes) -> Replicates:
    first = values[np.unique(patient, return_index=True)[1]]
    off = (
        values - first[patient]
    )  # about the patient's first value, so that equal values give exactly 0
    own = np.bincount(patient, off) / of
    squares = np.bincount(patient, (off - own[patient]) ** 2)
    mean, several = first + own, of > 1
    zero = several & (mean == 0)
    variance = squares / np.maximum(of - 1, 1)
    relative = np.divide(variance, mean**2, out=np.zeros(len(of)), where=several & ~zero)
    return Replicates(np.column_stack([squares, of - 1.0, relative, several]), bool(zero.any()))


@derived(TASK)
def within_variance(replicates: Replicates, weight: Weight) -> Floats:
    """Return the pooled variance within patients (Bland & Altman 1996)."""
    squares, degrees, *_ = totals(replicates.by_patient, weight)
    return over(squares, degrees, NO_REPLICATES)


def deviation_interval(
    measured: Floats, replicates: Replicates, level: float, patient: Codes
) -> Uncertainty:
    """Return the chi-squared interval of a standard deviation, or of what is proportional to it."""
    value, degrees = float(measured), float(replicates.by_patient[:, 1].sum())
    if not value > 0:
        raise Undefined("the replicates do not differ, so there is no variance")
    low, high = (
        value * (degrees / chi_squared_quantile(share, degrees)) ** 0.5
        for share in ((1 + level) / 2, (1 - level) / 2)
    )
    method = f"chi-squared, {degrees:,.0f} degrees of freedom"
    return Uncertainty(Interval(low=low, high=high, level=level, method=method))


@metric(
    "within_subject_sd", task=TASK, goal="lower", bounds=(0, np.inf),
    interval=deviation_interval, source="bland-altman-1996", places=OF,
)  # fmt: skip
def within_subject_sd(within_variance: Floats, label: str) -> Floats:
    """Return the standard deviation of replicates of one patient: the root of the pooled variance within patients."""
    return np.sqrt(within_variance)


@metric(
    "within_subject_cv", task=TASK, goal="lower", bounds=(0, np.inf),
    source="bland-altman-1996", places=OF,
)  # fmt: skip
def within_subject_cv(replicates: Replicates, weight: Weight, label: str) -> Floats:
    """Return the root mean square, over patients with replicates, of standard deviation over mean.

    Raises:
        Undefined: nothing is repeated, or a patient's mean is 0.
    """
    if replicates.zero_mean:
        raise Undefined("the mean of a patient is 0, so a coefficient of variation divides by zero")
    _, _, relative, several = totals(replicates.by_patient, weight)
    return np.sqrt(over(relative, several, NO_REPLICATES))


@metric(
    "repeatability_coefficient", task=TASK, goal="lower", bounds=(0, np.inf),
    interval=deviation_interval, source="bland-altman-1999", places=OF,
)  # fmt: skip
def repeatability_coefficient(within_variance: Floats, label: str) -> Floats:
    """Return 1.96 √2 within-subject standard deviations: 95 of 100 pairs of replicates differ by less."""
    return FACTOR * np.sqrt(within_variance)


# Raters


@derived(RATERS)
def rater_replicates(
    repeats: Floats, patient: Codes, reader: str, rater_names: Sequence[str]
) -> Replicates:
    """Return the spread of one rater's replicates about the mean of each subject.

    Raises:
        DoesNotApply: there is no rater of that name, or there are no repeats.
        Undefined: the rater measured no subject twice.
    """
    if reader not in rater_names or not repeats.shape[2]:
        raise DoesNotApply("no rater of that name measured a subject several times")
    values = repeats[:, rater_names.index(reader), :]
    subject, _ = np.nonzero(~np.isnan(values))
    of = np.bincount(subject, minlength=len(values))
    if of.max(initial=0) < 2:
        raise Undefined("this rater measured no subject twice")
    rated = of > 0
    dense = np.unique(subject, return_inverse=True)[1]
    found = _replicates(values[~np.isnan(values)], dense, of[rated])
    return Replicates(sums_by_patient(patient[rated], *found.by_patient.T), found.zero_mean)


@derived(RATERS)
def rater_variance(rater_replicates: Replicates, weight: Weight) -> Floats:
    """Return the pooled variance within subjects of one rater."""
    squares, degrees, *_ = totals(rater_replicates.by_patient, weight)
    return over(squares, degrees, NO_REPLICATES)


def each_rater(rater_names: Sequence[str]) -> Mapping[str, Sequence[object]]:
    """Return the raters whose replicates are known."""
    return {"reader": tuple(rater_names)}


def rater_interval(
    measured: Floats, rater_replicates: Replicates, level: float, patient: Codes
) -> Uncertainty:
    """Return the chi-squared interval of a standard deviation, or of what is proportional to it."""
    return deviation_interval(measured, rater_replicates, level, patient)


@metric(
    "within_subject_sd", task=RATERS, goal="lower", bounds=(0, np.inf),
    interval=rater_interval, source="bland-altman-1996", places=each_rater,
)  # fmt: skip
def within_rater_sd(rater_variance: Floats) -> Floats:
    """Return the standard deviation of one rater's replicates of a subject: from the variance pooled over subjects."""
    return np.sqrt(rater_variance)


@metric(
    "within_subject_cv", task=RATERS, goal="lower", bounds=(0, np.inf),
    source="bland-altman-1996", places=each_rater,
)  # fmt: skip
def within_rater_cv(rater_replicates: Replicates, weight: Weight) -> Floats:
    """Return the root mean square, over subjects that the rater measured twice, of standard deviation over mean.

    Raises:
        Undefined: nothing is repeated, or a subject's mean is 0.
    """
    if rater_replicates.zero_mean:
        raise Undefined("the mean of a subject is 0, so a coefficient of variation divides by zero")
    _, _, relative, several = totals(rater_replicates.by_patient, weight)
    return np.sqrt(over(relative, several, NO_REPLICATES))


@metric(
    "repeatability_coefficient", task=RATERS, goal="lower", bounds=(0, np.inf),
    interval=rater_interval, source="bland-altman-1999", places=each_rater,
)  # fmt: skip
def rater_repeatability(rater_variance: Floats) -> Floats:
    """Return 1.96 √2 within-subject deviations of one rater: 95 of 100 pairs of replicates differ by less."""
    return FACTOR * np.sqrt(rater_variance)
