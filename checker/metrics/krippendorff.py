"""Krippendorff's alpha (nominal, ordinal, interval; with gaps) and Kendall's W of several rankings."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from checker.metrics.base import Codes, Floats, Undefined, derived, metric, over
from checker.metrics.distributions import chi_squared_p
from checker.metrics.moments import about_mean
from checker.metrics.order import Order, counts, middle_ranks, rising, row_weights
from checker.metrics.patients import ByPatient, Weight, sums_by_patient, totals
from checker.metrics.ratings import (
    TASK,
    Measurements,
    as_numbers,
    left_out,
    rated_as,
    rated_by_everyone,
    several,
)
from checker.needs import DoesNotApply

NO_PAIR = "no subject has two ratings"
ALL_THE_SAME = "every rating is the same, so there is no disagreement to expect"


class Disagreement(NamedTuple):
    """Of everyone, or of each resample."""

    observed: Floats
    expected: Floats


class Units(NamedTuple):
    """The subjects with two ratings or more."""

    values: Floats
    """Shape (subjects, raters); NaN where missing."""
    of: Floats
    """Shape (subjects,): how many ratings."""
    patient: Codes


@derived(TASK)
def units(ratings: Floats, patient: Codes) -> Units:
    """Return the subjects with two ratings or more.

    Raises:
        Undefined: one rater, or no such subject.
    """
    several(ratings.shape[1])
    of = (~np.isnan(ratings)).sum(axis=1)
    if not (of > 1).any():
        raise Undefined(NO_PAIR)
    return Units(ratings[of > 1], of[of > 1].astype(float), patient[of > 1])


class Tally(NamedTuple):
    """How often each category was chosen for each subject."""

    counts: Floats
    """Shape (subjects, categories)."""
    of: Floats
    patient: Codes


def tally(units: Units, categories: Sequence[float] | None) -> Tally:
    """Return how often each category was chosen for each subject."""
    coded = rated_as(units.values, categories)
    rows, q = len(units.of), len(coded.categories)
    given = coded.code >= 0
    subject = np.broadcast_to(np.arange(rows)[:, None], given.shape)[given]
    found = np.bincount(subject * q + coded.code[given], minlength=rows * q)
    return Tally(found.reshape(rows, q).astype(float), units.of, units.patient)


def nominal_sums(tally: Tally) -> ByPatient:
    """Return, of each patient: disagreeing pairs over ratings minus one, and how often each category was chosen."""
    apart = (tally.of**2 - (tally.counts**2).sum(axis=1)) / (tally.of - 1)
    return sums_by_patient(tally.patient, apart, *tally.counts.T)


def interval_sums(units: Units) -> ByPatient:
    """Return, of each patient: squared differences over ratings minus one, ratings, their sum and squares."""
    off = units.values - np.nanmedian(units.values)
    total, squares = np.nansum(off, axis=1), np.nansum(off**2, axis=1)
    inner = squares - total**2 / units.of
    inner = np.where(inner <= 1e-13 * squares, 0.0, inner)
    apart = 2 * units.of * inner / (units.of - 1)
    return sums_by_patient(units.patient, apart, units.of, total, squares)


@derived(TASK)
def disagreement(
    scale: str, alpha_sums: ByPatient, ordinal_tally: Tally, weight: Weight
) -> Disagreement:
    """Return observed and expected disagreement, each the sum over all pairs of ratings."""
    if scale == "ordinal":
        return _ordinal(ordinal_tally, weight)
    found = totals(alpha_sums, weight)
    return (_interval if scale == "interval" else _nominal)(found)


@derived(TASK)
def alpha_sums(
    ratings: Floats, units: Units, scale: str, categories: Sequence[float] | None
) -> ByPatient:
    """Return the sums of the scale; for an ordinal one they are made from the tally."""
    if scale == "interval":
        return interval_sums(units)
    return nominal_sums(tally(units, categories))


@derived(TASK)
def ordinal_tally(units: Units, scale: str, categories: Sequence[float] | None) -> Tally:
    """Return the tally; nothing of a scale that needs none."""
    if scale != "ordinal":
        return Tally(np.zeros((0, 1)), np.zeros(0), np.zeros(0, np.int64))
    return tally(units, categories)


def _nominal(found: Floats) -> Disagreement:
    apart, chosen = found[0], found[1:]
    n = chosen.sum(axis=0)
    expected = n**2 - (chosen**2).sum(axis=0)
    return Disagreement(apart * (n - 1), np.asarray(expected))


def _interval(found: Floats) -> Disagreement:
    apart, n, total, squares = found
    return Disagreement(apart * (n - 1), 2 * n * about_mean(squares, total, np.maximum(n, 1)))


def _ordinal(tally: Tally, weight: Weight) -> Disagreement:
    """Return the disagreement of ordered categories.

    The ratings between two categories, each end counting half, are the difference of their middle ranks, so
    the ordinal difference is the squared distance of ranks.
    """
    times = row_weights(tally.patient, weight)
    chosen = times @ tally.counts
    ranks = np.cumsum(chosen, axis=-1) - chosen / 2
    n = chosen.sum(axis=-1)
    ranks = ranks - (n / 2)[..., None]
    own = ranks @ tally.counts.T
    squares = ranks**2 @ tally.counts.T
    apart = 2 * (tally.of * squares - own**2) / (tally.of - 1)
    expected = 2 * n * (chosen * ranks**2).sum(axis=-1)
    return Disagreement(np.asarray((times * apart).sum(axis=-1) * (n - 1)), np.asarray(expected))


@metric(
    "krippendorff_alpha", task=TASK, goal="higher", bounds=(-np.inf, 1),
    source="krippendorff-2004",
)  # fmt: skip
def krippendorff_alpha(disagreement: Disagreement) -> Floats:
    """Return 1 minus observed over expected disagreement (Krippendorff 2004, section 11.3).

    Subjects with one rating do not count. The difference of two ratings is by scale: whether they differ
    (nominal), how many ratings lie between (ordinal), or their squared distance (interval).
    """
    observed, expected = disagreement
    return 1 - over(observed, expected, ALL_THE_SAME)


class Rankings(NamedTuple):
    """The order of the subjects by each rater."""

    orders: tuple[Order, ...]
    patient: Codes


@derived(TASK)
def rankings(everyone_rated: Measurements, scale: str) -> Rankings:
    """Return the order of the subjects that every rater rated.

    Raises:
        DoesNotApply: the categories have no order.
    """
    if scale == "nominal":
        raise DoesNotApply("the categories have no order")
    if len(everyone_rated.values) < 2:
        raise Undefined("needs at least two subjects that every rater rated")
    orders = tuple(rising(each) for each in everyone_rated.values.T)
    return Rankings(orders, everyone_rated.patient)


@metric(
    "kendall_w", task=TASK, goal="higher", bounds=(0, 1), source="kendall-smith-1939",
    cases=rated_by_everyone, beside=left_out,
)  # fmt: skip
def kendall_w(rankings: Rankings, weight: Weight, tie_correction: bool) -> Floats:
    """Return the concordance of several rankings: the spread of the subjects' rank sums over the largest possible.

    Equal ratings of one rater share the mean of their ranks; the largest possible spread is lessened for them
    (`tie_correction`), so that raters with the same ties reach 1.
    """
    return concordance(rankings, row_weights(rankings.patient, weight), tie_correction)


def concordance(rankings: Rankings, times: Floats, tie_correction: bool = True) -> Floats:
    """Return Kendall's W of subjects of which each counts so often (Kendall & Gibbons 1990, eq. 6.8)."""
    m, n = len(rankings.orders), times.sum(axis=-1)
    sums = sum(middle_ranks(times, each) for each in rankings.orders) - (m * (n + 1) / 2)[..., None]
    spread = np.einsum("...i,...i,...i->...", times, sums, sums)
    most = m**2 * (n**3 - n)
    if tie_correction:
        tied = (counts(times, each) for each in rankings.orders)
        most = most - m * sum((each**3 - each).sum(axis=-1) for each in tied)
    return np.clip(over(12 * spread, most, "a rater gives every subject the same rating"), 0, 1)


class ConcordanceTest(NamedTuple):
    """Kendall's W against no concordance."""

    w: float
    chi_squared: float
    degrees: int
    p: float


def kendall_w_test(ratings: ArrayLike, tie_correction: bool = True) -> ConcordanceTest:
    """Return Kendall's W with the chi-squared test m (n - 1) W, n - 1 degrees of freedom (Friedman 1937).

    Args:
        ratings: shape (subjects, raters); subjects with a missing rating (NaN) are left out.
        tie_correction: lessen the largest possible spread for ties.

    Raises:
        Undefined: one rater, fewer than two subjects, or a rater who gives every subject the same rating.
    """
    values = as_numbers(ratings)
    m = several(values.shape[1])
    values = values[~np.isnan(values).any(axis=1)]
    n = len(values)
    found = rankings(Measurements(values, np.arange(n)), "ordinal")
    w = float(concordance(found, np.ones(n), tie_correction))
    statistic = m * (n - 1) * w
    return ConcordanceTest(w, statistic, n - 1, chi_squared_p(statistic, n - 1))
