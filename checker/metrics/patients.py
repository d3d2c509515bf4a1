"""Patients with several cases: sums by patient, effective numbers of cases, and one row per patient."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from checker.metrics.base import Bools, Codes, Floats, Share, Undefined

ByPatient = Floats
"""Shape (patients, sums): sums over the cases of each patient."""

EACH_PATIENT: Literal["each patient"] = "each patient"
Weight = Floats | Literal["each patient"] | None
"""None: everyone once. Shape (resamples, patients): how often each was drawn. `EACH_PATIENT`: one by one."""


def totals(by_patient: ByPatient, weight: Weight) -> Floats:
    """Return the sums of everyone, shape (sums,), or of each resample or patient, shape (sums, ...).

    Patients of whom no case counts may be left out of the sums where they are the last ones.
    """
    if weight is None:
        return np.asarray(by_patient.sum(axis=0))
    if isinstance(weight, str):
        return by_patient.T
    return (weight[..., : len(by_patient)] @ by_patient).T


def sums_by_patient(patient: Codes, *values: Floats) -> ByPatient:
    """Return the sum of each value over the cases of each patient, shape (patients, values)."""
    return np.column_stack([np.bincount(patient, each) for each in values])


def with_outcome(outcome: Bools, patient: Codes) -> Codes:
    """Return 1 for each patient of whom a case has the outcome, else 0; shape (patients,)."""
    return np.asarray(np.bincount(patient, outcome) > 0, np.int64)


def share_variance(each_patient: Share) -> float:
    """Return the variance of a proportion whose cases are clustered by patient (ratio estimator).

    G / (G - 1) times the sum over patients of (numerator - share * denominator)², over the squared total
    (Cochran 1977, eq. 6.13, without the finite population); G: patients in the denominator.

    Raises:
        Undefined: fewer than two patients in the denominator.
    """
    counted = each_patient.denominator > 0
    patients = int(np.count_nonzero(counted))
    if patients < 2:
        raise Undefined("needs cases of at least two patients")
    found, of = each_patient.numerator[counted], each_patient.denominator[counted]
    off = found - of * (found.sum() / of.sum())
    return float(patients / (patients - 1) * (off @ off) / of.sum() ** 2)


def effective_cases(each_patient: Share) -> float:
    """Return the number of independent cases that would give the same variance, at most all cases.

    n over the design effect (Kish 1965, section 8.2). At a share of 0 or 1 no variance can be seen; there
    every patient counts as one case.

    Raises:
        Undefined: fewer than two patients in the denominator, although one has several cases.
    """
    found, cases = each_patient.numerator.sum(), float(each_patient.denominator.sum())
    patients = float(np.count_nonzero(each_patient.denominator))
    if patients == cases:
        return cases
    variance = share_variance(each_patient)
    if found in (0.0, cases):
        return patients
    independent = found / cases * (1 - found / cases) / cases
    return float(min(cases, cases * independent / variance)) if variance else cases


def aggregate(
    columns: Mapping[str, NDArray[Any]], by: Literal["max", "mean"] = "max"
) -> dict[str, NDArray[Any]]:
    """Return the columns with one row per patient, by rising patient code; rows with a missing value are left out.

    Args:
        columns: outcome (1, 0, -1 missing), score (NaN missing), patient (-1 missing), each shape (cases,).
        by: what stands for a patient's scores; the outcome is there if any of the cases has it.
    """
    known = (columns["outcome"] >= 0) & ~np.isnan(columns["score"]) & (columns["patient"] >= 0)
    outcome, score = columns["outcome"][known], columns["score"][known]
    names, patient = np.unique(columns["patient"][known], return_inverse=True)
    order = np.argsort(patient, kind="stable")
    first = np.searchsorted(patient[order], np.arange(len(names)))
    if not len(names):
        return {"outcome": outcome, "score": score, "patient": names}
    highest = np.maximum.reduceat(score[order], first)
    scores = highest if by == "max" else np.bincount(patient, score) / np.bincount(patient)
    anywhere = np.maximum.reduceat(outcome[order], first)
    return {"outcome": anywhere, "score": scores, "patient": names}
