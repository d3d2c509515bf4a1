"""Agreement beyond chance of raters who choose among categories: kappa in its forms, AC1, percent agreement."""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from checker.metrics.base import Codes, Floats, Share, Uncertainty, Undefined, derived, metric, over
from checker.metrics.classification import share_interval
from checker.metrics.distributions import student
from checker.metrics.intervals import around, cut
from checker.metrics.patients import (
    ByPatient,
    Weight,
    share_variance,
    sums_by_patient,
    totals,
)
from checker.metrics.ratings import TASK, Rated, as_numbers, rated_as, several
from checker.model.estimate import Interval
from checker.needs import DoesNotApply

Weights = Literal["identity", "linear", "quadratic"]
ONE_CATEGORY = "every rating is the same category"
NO_PAIR = "no subject has two ratings"


def category_weights(categories: int, weights: Weights) -> Floats:
    """Return how much two categories agree, shape (categories, categories), by their distance in the list.

    Identity: 1 for the same. Linear: 1 - distance / largest. Quadratic: 1 - its square (Fleiss & Cohen 1973).
    """
    if weights == "identity" or categories < 2:
        return np.eye(categories)
    apart = np.abs(np.subtract.outer(np.arange(categories), np.arange(categories)))
    apart = apart / (categories - 1)
    return np.asarray(1 - (apart if weights == "linear" else apart**2))


class Pair(NamedTuple):
    """The subjects that both of two raters rated."""

    first: Codes
    second: Codes
    patient: Codes
    categories: int


@derived(TASK)
def pair(rated: Rated, patient: Codes) -> Pair:
    """Return the ratings of two raters.

    Raises:
        DoesNotApply: there are more than two raters.
        Undefined: no subject has both ratings.
    """
    if rated.raters != 2:
        raise DoesNotApply("there are more than two raters")
    return pair_of(rated, patient)


def pair_of(rated: Rated, patient: Codes, one: int = 0, other: int = 1) -> Pair:
    """Return the ratings of these two raters."""
    both = (rated.code[:, one] >= 0) & (rated.code[:, other] >= 0)
    if not both.any():
        raise Undefined(NO_PAIR)
    code = rated.code[both]
    return Pair(code[:, one], code[:, other], patient[both], len(rated.categories))


class PairSums(NamedTuple):
    """Of each patient."""

    by_patient: ByPatient
    """Shape (patients, 2 + 2 categories): subjects, agreement, and the choices of either rater."""
    weights: Floats


def pair_sums_of(pair: Pair, weights: Weights) -> PairSums:
    """Return the sums from which kappa with these weights follows."""
    agreement = category_weights(pair.categories, weights)
    choices = [np.eye(pair.categories)[each] for each in (pair.first, pair.second)]
    columns = (
        np.ones(len(pair.first)),
        agreement[pair.first, pair.second],
        *choices[0].T,
        *choices[1].T,
    )
    return PairSums(sums_by_patient(pair.patient, *columns), agreement)


def kappa_of(sums: PairSums, weight: Weight) -> Floats:
    """Return kappa: agreement minus that of chance, over the most that is left (Cohen 1968).

    Raises:
        Undefined: chance alone agrees always, as where both raters always choose the same one category.
    """
    cases, agreed, *choices = totals(sums.by_patient, weight)
    of_each = np.array(choices).reshape(2, len(sums.weights), *np.shape(cases))
    chance = np.einsum("i...,ij,j...->...", of_each[0], sums.weights, of_each[1])
    left = cases**2 - chance
    left = np.where(left <= 1e-13 * cases**2, 0.0, left)
    return over(agreed * cases - chance, left, ONE_CATEGORY)


@derived(TASK)
def identity_sums(pair: Pair) -> PairSums:
    """Return the sums behind the unweighted kappa."""
    return pair_sums_of(pair, "identity")


@derived(TASK)
def linear_sums(pair: Pair, scale: str) -> PairSums:
    """Return the sums behind the linearly weighted kappa of ordered categories."""
    return pair_sums_of(_ordered(pair, scale), "linear")


@derived(TASK)
def quadratic_sums(pair: Pair, scale: str) -> PairSums:
    """Return the sums behind the quadratically weighted kappa of ordered categories."""
    return pair_sums_of(_ordered(pair, scale), "quadratic")


def _ordered(pair: Pair, scale: str) -> Pair:
    if scale != "ordinal":
        raise DoesNotApply("the categories have no order")
    return pair


def kappa_variance(pair: Pair, weights: Weights) -> float:
    """Return the large-sample variance of kappa (Fleiss, Cohen & Everitt 1969, eq. 13 and 15)."""
    q, n = pair.categories, len(pair.first)
    cells = np.bincount(pair.first * q + pair.second, minlength=q * q).reshape(q, q) / n
    agreement, rows, columns = category_weights(q, weights), cells.sum(axis=1), cells.sum(axis=0)
    observed, chance = float((cells * agreement).sum()), float(rows @ agreement @ columns)
    off = agreement * (1 - chance) - (1 - observed) * np.add.outer(
        agreement @ columns, rows @ agreement
    )
    spread = float((cells * off**2).sum()) - (observed * chance - 2 * chance + observed) ** 2
    return max(0.0, spread) / (n * (1 - chance) ** 4)


def _kappa_interval(pair: Pair, weights: Weights, value: Floats, level: float) -> Uncertainty:
    variance = kappa_variance(pair, weights)
    if not variance > 1e-20 or float(value) >= 1 - 1e-12:
        raise Undefined("the variance is zero, so an interval would have no width")
    return inside(around(float(value), variance, level, "Fleiss-Cohen-Everitt"))


def inside(found: Interval, low: float = -1.0, high: float = 1.0) -> Uncertainty:
    """Return the interval inside the bounds, and a sentence where it was cut."""
    held = cut(found, low, high)
    ends = [
        f"{end:g}" for end, beyond in ((low, found.low < low), (high, found.high > high)) if beyond
    ]
    return Uncertainty(held, f"The interval was cut at {' and '.join(ends)}." if ends else "")


def identity_interval(pair: Pair, measured: Floats, level: float) -> Uncertainty:
    """Return the large-sample interval of Cohen's kappa, cut at -1 and 1 (Fleiss, Cohen & Everitt 1969)."""
    return _kappa_interval(pair, "identity", measured, level)


def linear_interval(pair: Pair, measured: Floats, level: float) -> Uncertainty:
    """Return the large-sample interval of the linearly weighted kappa."""
    return _kappa_interval(pair, "linear", measured, level)


def quadratic_interval(pair: Pair, measured: Floats, level: float) -> Uncertainty:
    """Return the large-sample interval of the quadratically weighted kappa."""
    return _kappa_interval(pair, "quadratic", measured, level)


@metric(
    "cohen_kappa", task=TASK, goal="higher", bounds=(-1, 1),
    interval=identity_interval, source="cohen-1960",
)  # fmt: skip
def cohen_kappa(identity_sums: PairSums, weight: Weight) -> Floats:
    """Return the agreement of two raters beyond chance; subjects that one of them left out do not count."""
    return kappa_of(identity_sums, weight)


@metric(
    "weighted_kappa", task=TASK, goal="higher", bounds=(-1, 1),
    interval=quadratic_interval, source="cohen-1968",
)  # fmt: skip
def weighted_kappa(quadratic_sums: PairSums, weight: Weight) -> Floats:
    """Return kappa of two raters with quadratic weights, by the distance of categories in their list."""
    return kappa_of(quadratic_sums, weight)


@metric(
    "linear_weighted_kappa", task=TASK, goal="higher", bounds=(-1, 1),
    interval=linear_interval, source="cohen-1968",
)  # fmt: skip
def linear_weighted_kappa(linear_sums: PairSums, weight: Weight) -> Floats:
    """Return kappa of two raters with linear weights, by the distance of categories in their list."""
    return kappa_of(linear_sums, weight)


class Choices(NamedTuple):
    """What all raters chose for each subject."""

    counts: Floats
    """Shape (subjects, categories)."""
    agreed: Floats
    """Shape (subjects,): the share of pairs of ratings that agree; 0 where a subject has one rating."""
    paired: Floats
    """Shape (subjects,): 1 where a subject has two ratings or more."""
    shares: Floats
    """Shape (subjects, categories): of its ratings."""
    weights: Floats


def choices_of(rated: Rated, weights: Weights = "identity") -> Choices:
    """Return what all raters chose; with weights, categories may agree in part (Gwet 2014, section 2.4)."""
    q, agreement = len(rated.categories), category_weights(len(rated.categories), weights)
    subject = np.repeat(np.arange(len(rated.code)), rated.raters)
    code = rated.code.ravel()
    given = code >= 0
    counts = (
        np.bincount(subject[given] * q + code[given], minlength=len(rated.code) * q)
        .reshape(-1, q)
        .astype(float)
    )
    of = counts.sum(axis=1)
    pairs = of * (of - 1)
    found = (counts * (counts @ agreement - 1)).sum(axis=1)
    agreed = np.divide(found, pairs, out=np.zeros(len(of)), where=pairs > 0)
    return Choices(counts, agreed, (of > 1).astype(float), counts / of[:, None], agreement)


@derived(TASK)
def choices(rated: Rated) -> Choices:
    """Return what all raters chose for each subject."""
    return choices_of(rated)


@derived(TASK)
def choice_sums(choices: Choices, patient: Codes) -> ByPatient:
    """Return, of each patient: agreement, subjects with two ratings, all subjects, and shares of the categories."""
    columns = (choices.agreed, choices.paired, np.ones(len(choices.agreed)), *choices.shares.T)
    return sums_by_patient(patient, *columns)


Chance = Callable[[Floats, Floats], Floats]
"""From the shares of all categories, shape (categories, ...), and the weights: the agreement of chance."""


def fleiss_chance(shares: Floats, weights: Floats) -> Floats:
    """Return the chance that two ratings drawn from all ratings agree (Fleiss 1971)."""
    return np.asarray(np.einsum("i...,ij,j...->...", shares, weights, shares))


def gwet_chance(shares: Floats, weights: Floats) -> Floats:
    """Return the chance agreement of raters who guess at random on hard subjects (Gwet 2008, eq. 10)."""
    q = len(shares)
    if q < 2:
        raise Undefined(ONE_CATEGORY)
    return np.asarray(weights.sum() / (q * (q - 1)) * (shares * (1 - shares)).sum(axis=0))


def beyond_chance(choice_sums: ByPatient, weight: Weight, weights: Floats, of: Chance) -> Floats:
    """Return (agreement - chance) / (1 - chance)."""
    agreed, paired, cases, *found = totals(choice_sums, weight)
    observed = over(agreed, paired, NO_PAIR)
    shares = np.array([over(each, cases, NO_PAIR) for each in found])
    chance = of(shares, weights)
    left = np.where(1 - chance <= 1e-13, 0.0, 1 - chance)
    return over(observed - chance, left, ONE_CATEGORY)


def linearised(choices: Choices, of: Chance) -> tuple[float, float]:
    """Return the coefficient and its variance over subjects (Gwet 2008, eq. 27 to 29; 2014, chapter 5).

    Raises:
        Undefined: fewer than two subjects, no pair of ratings, or one category alone.
    """
    n, n_paired = len(choices.agreed), float(choices.paired.sum())
    if n < 2 or not n_paired:
        raise Undefined("needs at least two subjects with two ratings")
    shares, observed = choices.shares.mean(axis=0), float(choices.agreed.sum()) / n_paired
    chance = float(of(shares, choices.weights))
    if 1 - chance <= 1e-13:
        raise Undefined(ONE_CATEGORY)
    value = (observed - chance) / (1 - chance)
    each = n / n_paired * choices.paired * (choices.agreed - chance) / (1 - chance)
    own = _own_chance(choices, shares, of)
    moved = each - 2 * (1 - value) * (own - chance) / (1 - chance)
    return value, float(((moved - value) ** 2).sum()) / (n * (n - 1))


def _own_chance(choices: Choices, shares: Floats, of: Chance) -> Floats:
    """Return the part of each subject in the chance agreement."""
    if of is fleiss_chance:
        return np.asarray(choices.shares @ (choices.weights + choices.weights.T) @ shares / 2)
    q = len(shares)
    return np.asarray(choices.weights.sum() / (q * (q - 1)) * (choices.shares @ (1 - shares)))


def _linearised_interval(
    choices: Choices, choice_sums: ByPatient, of: Chance, level: float
) -> Uncertainty:
    value, variance = linearised(choices, of)
    if not variance > 1e-20:
        raise Undefined("the variance is zero, so an interval would have no width")
    half = student(level, len(choices.agreed) - 1) * variance**0.5
    found = inside(
        Interval(low=value - half, high=value + half, level=level, method="linearised (Gwet)"),
        low=-np.inf,
    )
    return found._replace(others=_jackknife(choices, choice_sums, of, level))


def _jackknife(
    choices: Choices, choice_sums: ByPatient, of: Chance, level: float
) -> tuple[Interval, ...]:
    """Return the interval from leaving out each subject in turn; none where one of these is undefined."""
    n = len(choice_sums)
    left = beyond_chance(choice_sums, 1 - np.eye(n), choices.weights, of) if n <= 2000 else None
    if left is None or np.isnan(left).any():
        return ()
    value = float(beyond_chance(choice_sums, None, choices.weights, of))
    error = float(((left - left.mean()) ** 2).sum() * (n - 1) / n) ** 0.5
    half = student(level, n - 1) * error
    made = Interval(low=value - half, high=value + half, level=level, method="jackknife")
    return (cut(made, -np.inf, 1),)


def fleiss_interval(choices: Choices, choice_sums: ByPatient, level: float) -> Uncertainty:
    """Return the interval of Fleiss' kappa from its linearised variance (Gwet 2014), the jackknife's beside it."""
    return _linearised_interval(choices, choice_sums, fleiss_chance, level)


def gwet_interval(choices: Choices, choice_sums: ByPatient, level: float) -> Uncertainty:
    """Return the interval of AC1 from its linearised variance (Gwet 2008), the jackknife's beside it."""
    return _linearised_interval(choices, choice_sums, gwet_chance, level)


@metric(
    "fleiss_kappa", task=TASK, goal="higher", bounds=(-np.inf, 1),
    interval=fleiss_interval, source="fleiss-1971",
)  # fmt: skip
def fleiss_kappa(choice_sums: ByPatient, choices: Choices, weight: Weight) -> Floats:
    """Return the agreement of several raters beyond chance.

    With gaps: agreement over subjects with two ratings or more, shares of categories over all subjects, each
    subject counting the same (Gwet 2014); it may then be below -1.
    """
    return beyond_chance(choice_sums, weight, choices.weights, fleiss_chance)


@metric(
    "gwet_ac1", task=TASK, goal="higher", bounds=(-1, 1),
    interval=gwet_interval, source="gwet-2008",
)  # fmt: skip
def gwet_ac1(choice_sums: ByPatient, choices: Choices, weight: Weight) -> Floats:
    """Return the agreement of several raters beyond chance, stable where one category prevails (Gwet 2008).

    The number of categories enters: give all of them (`categories`) if one was never chosen.
    """
    return beyond_chance(choice_sums, weight, choices.weights, gwet_chance)


def percent_interval(
    measured: Share,
    each_patient: Share,
    rated: Rated,
    level: float,
    proportion_interval: str,
) -> Uncertainty:
    """Return Wilson's interval for two raters; for more, where subjects agree in part, the normal one."""
    if rated.raters == 2:
        return share_interval(measured, each_patient, level, proportion_interval)
    value = float(measured.value())
    found = around(value, share_variance(each_patient), level, "normal, ratio estimator")
    return inside(found, 0.0, 1.0)


@metric(
    "percent_agreement", task=TASK, goal="higher", bounds=(0, 1),
    interval=percent_interval, source="fleiss-1981",
)  # fmt: skip
def percent_agreement(choice_sums: ByPatient, weight: Weight) -> Share:
    """Return the mean over subjects of the share of pairs of raters who chose the same category."""
    agreed, paired, *_ = totals(choice_sums, weight)
    return Share(agreed, paired, NO_PAIR)


def gwet_ac2(
    ratings: ArrayLike,
    weights: Weights = "quadratic",
    categories: Sequence[float] | None = None,
) -> float:
    """Return Gwet's AC2: AC1 where near categories agree in part (Gwet 2014, section 3.6).

    Args:
        ratings: numbers, shape (subjects, raters); NaN missing.
        weights: how much categories agree.
        categories: all of them; None: those that occur.

    Raises:
        Undefined: one rater, no subject with two ratings, one category alone, or too many.
    """
    found = _choices(ratings, categories, weights)
    return _alone(found, gwet_chance)


def _choices(
    ratings: ArrayLike, categories: Sequence[float] | None, weights: Weights = "identity"
) -> Choices:
    values = as_numbers(ratings)
    values = values[~np.isnan(values).all(axis=1)]
    several(values.shape[1])
    return choices_of(rated_as(values, categories), weights)


def _alone(found: Choices, of: Chance) -> float:
    sums = choice_sums(found, np.arange(len(found.agreed)))
    return float(beyond_chance(sums, None, found.weights, of))


class FleissTest(NamedTuple):
    """Fleiss' kappa against no agreement beyond chance."""

    kappa: float
    z: float
    by_category: tuple[float, ...]
    """Kappa of each category against all others."""


def fleiss_test(ratings: ArrayLike) -> FleissTest:
    """Return Fleiss' kappa with its z under the hypothesis of chance agreement (Fleiss, Nee & Landis 1979, eq. 12).

    Args:
        ratings: shape (subjects, raters), without gaps.

    Raises:
        Undefined: one rater, one category alone, or a rating is missing.
    """
    found = _choices(ratings, None)
    if len(set(found.counts.sum(axis=1))) > 1:
        raise Undefined("a rating is missing, and the variance under chance wants the same number")
    n, m = len(found.counts), float(found.counts[0].sum())
    p, kappa = found.shares.mean(axis=0), _alone(found, fleiss_chance)
    q = 1 - p
    pq = float(p @ q)
    variance = 2 / (n * m * (m - 1) * pq**2) * (pq**2 - float((p * q) @ (q - p)))
    apart = (found.counts * (m - found.counts)).sum(axis=0) / (n * m * (m - 1) * p * q)
    return FleissTest(kappa, kappa / variance**0.5, tuple(float(1 - each) for each in apart))


@derived(TASK)
def every_pair(rated: Rated, patient: Codes) -> tuple[PairSums, ...]:
    """Return the sums behind the kappa of each pair of raters.

    Raises:
        DoesNotApply: there are two raters.
        Undefined: two raters have no subject in common.
    """
    _several(rated)
    return tuple(
        pair_sums_of(pair_of(rated, patient, *each), "identity")
        for each in combinations(range(rated.raters), 2)
    )


def _several(rated: Rated) -> None:
    if rated.raters == 2:
        raise DoesNotApply("there are two raters, of whom it is Cohen's kappa")


def mean_kappa(pairs: Sequence[PairSums], weight: Weight) -> Floats:
    """Return the mean of Cohen's kappa over pairs of raters."""
    return np.asarray(np.mean([kappa_of(each, weight) for each in pairs], axis=0))


@metric("light_kappa", task=TASK, goal="higher", bounds=(-1, 1), source="light-1971")
def light(every_pair: tuple[PairSums, ...], weight: Weight) -> Floats:
    """Return the mean of Cohen's kappa over all pairs of raters (Light 1971).

    Each pair counts the subjects that both rated.
    """
    return mean_kappa(every_pair, weight)


class OwnShares(NamedTuple):
    """Of the subjects that every rater rated, by patient."""

    by_patient: ByPatient
    """Shape (patients, 2 + raters x categories): subjects, agreement, and each rater's choices."""
    raters: int


@derived(TASK)
def own_shares(rated: Rated, patient: Codes) -> OwnShares:
    """Return what Conger's kappa is made of.

    Raises:
        DoesNotApply: there are two raters.
        Undefined: no subject was rated by every rater.
    """
    _several(rated)
    return own_shares_of(rated, patient)


def own_shares_of(rated: Rated, patient: Codes) -> OwnShares:
    """Return the same of any number of raters."""
    whole = (rated.code >= 0).all(axis=1)
    if not whole.any():
        raise Undefined("no subject was rated by every rater")
    code, q = rated.code[whole], len(rated.categories)
    agreed = choices_of(rated._replace(code=code)).agreed
    chosen = np.eye(q)[code].reshape(len(code), -1)
    sums = sums_by_patient(patient[whole], np.ones(len(code)), agreed, *chosen.T)
    return OwnShares(sums, rated.raters)


def beyond_own_chance(sums: OwnShares, weight: Weight) -> Floats:
    """Return Conger's kappa: chance is the mean over pairs of raters of that of Cohen's kappa.

    Raises:
        Undefined: every rating is the same category.
    """
    cases, agreed, *choices = totals(sums.by_patient, weight)
    own = np.array([over(each, cases, NO_PAIR) for each in choices])
    own = own.reshape(sums.raters, -1, *np.shape(cases))
    chance = (own.mean(axis=0) ** 2 - own.var(axis=0, ddof=1) / sums.raters).sum(axis=0)
    left = np.where(1 - chance <= 1e-13, 0.0, 1 - chance)
    return over(over(agreed, cases, NO_PAIR) - chance, left, ONE_CATEGORY)


def whole_subjects(own_shares: OwnShares) -> int:
    """Return how many subjects every rater rated."""
    return int(own_shares.by_patient[:, 0].sum())


def not_whole(own_shares: OwnShares, rated: Rated) -> str:
    """Return the sentence about subjects that a rater left out."""
    lacking = len(rated.code) - whole_subjects(own_shares)
    return (
        f"{lacking:,} of {len(rated.code):,} subjects lack a rating, and are left out."
        if lacking
        else ""
    )


@metric(
    "conger_kappa", task=TASK, goal="higher", bounds=(-1, 1), source="conger-1980",
    cases=whole_subjects, beside=not_whole,
)  # fmt: skip
def conger(own_shares: OwnShares, weight: Weight) -> Floats:
    """Return the agreement of several raters beyond chance, where each rater keeps his own shares (Conger 1980).

    Subjects that a rater left out do not count. Of two raters it is Cohen's kappa.
    """
    return beyond_own_chance(own_shares, weight)


def light_kappa(ratings: ArrayLike) -> float:
    """Return the mean of Cohen's kappa over all pairs of raters (Light 1971).

    Args:
        ratings: shape (subjects, raters); NaN missing. Each pair counts the subjects that both rated.

    Raises:
        Undefined: one rater, or a pair without a kappa.
    """
    values = as_numbers(ratings)
    several(values.shape[1])
    coded, nobody = rated_as(values, None), np.arange(len(values))
    pairs = combinations(range(coded.raters), 2)
    return float(
        mean_kappa(
            [pair_sums_of(pair_of(coded, nobody, *each), "identity") for each in pairs], None
        )
    )


def conger_kappa(ratings: ArrayLike) -> float:
    """Return Conger's kappa of several raters, which is Cohen's for two: each rater keeps his own shares (Conger 1980).

    Args:
        ratings: shape (subjects, raters); subjects with a missing rating (NaN) are left out.

    Raises:
        Undefined: one rater, no subject that all rated, or one category alone.
    """
    values = as_numbers(ratings)
    several(values.shape[1])
    coded = rated_as(values, None)
    return float(beyond_own_chance(own_shares_of(coded, np.arange(len(values))), None))
