"""AUROCs of several readers of the same cases under several modalities, and how they vary together."""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from checker.metrics.base import Bools, Codes, Floats, Undefined
from checker.metrics.mrmc import Figures, jackknife, products
from checker.metrics.ranking import NEEDS_BOTH, placements, ranking

Covariances = Literal["jackknife", "delong", "unbiased"]
NEEDS_TWO = "needs at least two cases with the outcome and two without"
NEEDS_TWO_PATIENTS = "needs at least two patients with the outcome and two without"
PAIRS_AT_ONCE = 1 << 20
"""Pairs of a case with and one without the outcome that are compared at once."""


def reader_areas(
    outcome: Bools,
    rating: Floats,
    patient: Codes | None = None,
    covariances: Covariances = "jackknife",
    unit: str = "case",
) -> Figures:
    """Return the AUROCs (trapezoid, ties one half) of all modalities and readers, with their covariances.

    Args:
        outcome: shape (cases,).
        rating: shape (modalities, readers, cases); larger means more of the outcome; infinite ones are allowed.
        patient: shape (cases,): codes; None: each case is one.
        covariances: jackknife over cases (over patients where they repeat); delong: DeLong et al. 1988, where
            patients repeat Obuchowski 1997; unbiased: Gallas 2006 from U-statistics, one case per patient only.
        unit: what one case is.

    Raises:
        Undefined: fewer than two cases (patients) in a class, or covariances that do not exist here.
    """
    if covariances not in COVARIANCES:
        known = ", ".join(get_args(Covariances))
        raise Undefined(f"{covariances} is no way to find covariances ({known})")
    positives = int(np.count_nonzero(outcome))
    if not 0 < positives < len(outcome):
        raise Undefined(NEEDS_BOTH)
    modalities, readers, cases = rating.shape
    who = np.arange(cases) if patient is None else np.unique(patient, return_inverse=True)[1]
    repeated = bool(who.max() + 1 < cases)
    _enough(outcome, who, repeated)
    place = np.empty(rating.shape)
    value = np.empty((modalities, readers))
    for at in np.ndindex(modalities, readers):
        found = placements(outcome, ranking(rating[at]))
        place[at], value[at] = found.value, found.area
    left = left_out_areas(outcome, rating, place, value, who, repeated)
    covariance = COVARIANCES[covariances](outcome, rating, place - value[..., None], who, left)
    over = f"{who.max() + 1:,} patients" if repeated else f"{cases:,} {unit}s"
    return Figures(value, covariance, left, WORDS[covariances], over)


WORDS = {"jackknife": "jackknife", "delong": "DeLong", "unbiased": "unbiased"}


def _enough(outcome: Bools, who: Codes, repeated: bool) -> None:
    if min(len(np.unique(who[of])) for of in (outcome, ~outcome)) < 2:
        raise Undefined(NEEDS_TWO_PATIENTS if repeated else NEEDS_TWO)


def left_out_areas(
    outcome: Bools, rating: Floats, place: Floats, value: Floats, who: Codes, repeated: bool
) -> Floats:
    """Return the AUROCs without each patient in turn, shape (modalities, readers, patients), from placements.

    Exact: without a patient, the pairs of its cases with the other class are taken off the number of pairs
    in the right order; pairs inside the patient are taken off once.
    """
    positives, negatives = np.count_nonzero(outcome), np.count_nonzero(~outcome)
    patients = int(who.max()) + 1
    lost = _by_patient(np.where(outcome, negatives, positives) * place, who, patients)
    if repeated:
        lost -= _pairs_inside(outcome, rating, who, patients)
    with_it = positives - np.bincount(who[outcome], minlength=patients)
    without = negatives - np.bincount(who[~outcome], minlength=patients)
    right = positives * negatives * value[..., None] - lost
    return np.asarray(right / (with_it * without))


def _by_patient(values: Floats, who: Codes, patients: int) -> Floats:
    """Return the sums over the cases of each patient along the last axis."""
    flat = values.reshape(-1, values.shape[-1])
    if patients == flat.shape[-1]:
        found = np.empty_like(flat)
        found[:, who] = flat
    else:
        found = np.stack([np.bincount(who, row, patients) for row in flat])
    return np.asarray(found.reshape(*values.shape[:-1], patients))


def _pairs_inside(outcome: Bools, rating: Floats, who: Codes, patients: int) -> Floats:
    """Return the pairs in the right order within each patient, ties one half.

    Shape (modalities, readers, patients).
    """
    found = np.zeros((*rating.shape[:2], patients))
    order = np.argsort(who, kind="stable")
    first = np.searchsorted(who[order], np.arange(patients + 1))
    for each in range(patients):
        cases = order[first[each] : first[each + 1]]
        with_it, without = cases[outcome[cases]], cases[~outcome[cases]]
        if len(with_it) and len(without):
            found[..., each] = _ordered(rating[..., with_it], rating[..., without]).sum((-1, -2))
    return found


def _ordered(with_it: Floats, without: Floats) -> Floats:
    """Return 1, 1/2 or 0 for each pair, shape (..., with the outcome, without)."""
    above, below = with_it[..., :, None], without[..., None, :]
    return np.asarray((above > below) + 0.5 * (above == below))


def _jackknife(outcome: Bools, rating: Floats, off: Floats, who: Codes, left_out: Floats) -> Floats:
    return jackknife(left_out)


def _delong(outcome: Bools, rating: Floats, off: Floats, who: Codes, left_out: Floats) -> Floats:
    cases, patients = len(outcome), int(who.max()) + 1
    if patients == cases:
        return sum_of_classes(outcome, off)
    sums = [
        _by_patient(off * of, who, patients) / np.count_nonzero(of) for of in (outcome, ~outcome)
    ]
    seen = [len(np.unique(who[of])) for of in (outcome, ~outcome)]
    both = sums[0] + sums[1]
    squares = [products(each) for each in sums]
    crossed = products(both) - squares[0] - squares[1]
    scaled = [square * n / (n - 1) for square, n in zip(squares, seen, strict=True)]
    return np.asarray(scaled[0] + scaled[1] + crossed * patients / (patients - 1))


def sum_of_classes(outcome: Bools, off: Floats) -> Floats:
    """Return DeLong's covariances: of the placements of either class, over its number of cases."""
    found = np.zeros(off.shape[:2] * 2)
    for of in (outcome, ~outcome):
        size = np.count_nonzero(of)
        found += products(off[..., of]) / (size - 1) / size
    return found


def _unbiased(outcome: Bools, rating: Floats, off: Floats, who: Codes, left_out: Floats) -> Floats:
    """Return the unbiased covariances of U-statistics (Gallas 2006).

    Products of two kernels are summed over pairs that share both cases, one of them, or none; each mean is
    weighted by how often such pairs occur in the covariance.
    """
    if int(who.max()) + 1 < len(outcome):
        raise Undefined("unbiased covariances need one case per patient")
    flat = rating.reshape(-1, rating.shape[-1])
    with_it, without = flat[:, outcome], flat[:, ~outcome]
    positives, negatives = with_it.shape[1], without.shape[1]
    rows = np.zeros((len(flat), positives))
    columns = np.zeros((len(flat), negatives))
    same = np.zeros((len(flat), len(flat)))
    step = max(1, PAIRS_AT_ONCE // (negatives * len(flat)))
    for at in range(0, positives, step):
        kernel = _ordered(with_it[:, at : at + step], without)
        rows[:, at : at + step] = kernel.sum(-1)
        columns += kernel.sum(-2)
        paired = kernel.reshape(len(flat), -1)
        same += np.einsum("ik,jk->ij", paired, paired)
    one_positive = np.einsum("ik,jk->ij", rows, rows) - same
    one_negative = np.einsum("ik,jk->ij", columns, columns) - same
    total = rows.sum(axis=1)
    none = np.outer(total, total) - one_positive - one_negative - same
    pairs = positives * negatives
    mean_none = none / (pairs * (positives - 1) * (negatives - 1))
    shared = (same + one_positive + one_negative + none) / pairs**2
    found = shared - mean_none
    return np.asarray(found.reshape(rating.shape[:2] * 2))


COVARIANCES: dict[str, Callable[[Bools, Floats, Floats, Codes, Floats], Floats]] = {
    "jackknife": _jackknife,
    "delong": _delong,
    "unbiased": _unbiased,
}
"""By name: from outcome, rating, placements less their mean, patients, and left-out values."""
