"""Means, sums of squares and products of two columns, by patient, so that resamples need no row a second time."""

from typing import NamedTuple

import numpy as np

from checker.metrics.base import Bools, Codes, Floats
from checker.metrics.patients import ByPatient, Weight, sums_by_patient, totals

ROUNDING = 1e-13
"""A sum of squares about the mean that is smaller, relative to the one about the centre, is rounding."""


class PairSums(NamedTuple):
    """Sums over the cases of each patient, of both columns about a centre near their means."""

    x_centre: float
    y_centre: float
    by_patient: ByPatient
    """Shape (patients, 6): cases, x, y, x², y², xy."""


class Moments(NamedTuple):
    """Of all cases, or of each resample (the last axis)."""

    cases: Floats
    x_mean: Floats
    y_mean: Floats
    x_squares: Floats
    """Sum of squares about the mean; exactly 0 where all values are equal."""
    y_squares: Floats
    products: Floats


def pair_sums(x: Floats, y: Floats, patient: Codes, where: Bools | None = None) -> PairSums:
    """Return the sums of each patient, of the cases in `where`."""
    counted = np.ones(len(x), bool) if where is None else where
    x_centre, y_centre = (float(np.median(each[counted])) for each in (x, y))
    x0, y0 = (
        np.where(counted, each - centre, 0.0) for each, centre in ((x, x_centre), (y, y_centre))
    )
    columns = (counted.astype(float), x0, y0, x0 * x0, y0 * y0, x0 * y0)
    return PairSums(x_centre, y_centre, sums_by_patient(patient, *columns))


def moments_of(sums: PairSums, weight: Weight) -> Moments:
    """Return the moments of everyone, or of each resample."""
    return moments_from(sums, totals(sums.by_patient, weight))


def without_each(sums: PairSums) -> Moments:
    """Return the moments without each patient in turn, shape (patients,)."""
    return moments_from(sums, (sums.by_patient.sum(axis=0) - sums.by_patient).T)


def moments_from(sums: PairSums, total: Floats) -> Moments:
    """Return the moments that belong to these totals, shape (6, ...)."""
    cases, x, y, xx, yy, xy = total
    some = np.maximum(cases, 1.0)
    return Moments(
        cases,
        sums.x_centre + x / some,
        sums.y_centre + y / some,
        about_mean(xx, x, some),
        about_mean(yy, y, some),
        np.asarray(xy - x * y / some),
    )


def about_mean(squares: Floats, total: Floats, cases: Floats) -> Floats:
    """Return the sum of squares about the mean, without what is only rounding."""
    found = squares - total * total / cases
    return np.asarray(np.where(found <= ROUNDING * squares, 0.0, found))
