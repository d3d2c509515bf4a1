"""Several raters of the same subjects: what a table of ratings holds, and its categories."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from checker.metrics.base import NO_CASES, Bools, Codes, Floats, Undefined, derived, task
from checker.model.estimate import Estimate
from checker.needs import DoesNotApply

TASK = "raters"
Scale = Literal["nominal", "ordinal", "interval"]
SCALES: tuple[Scale, ...] = get_args(Scale)
LARGEST = 1e100
MOST_CATEGORIES = 100
"""More different ratings than these are measurements that were taken for categories by mistake."""
ONE_RATER = "there is one rater, and nobody to compare with"


@task(
    TASK,
    "ratings",
    incomplete="a subject has no rating at all",
    optional=("repeats",),
    defaults={"scale": "nominal", "categories": None, "tie_correction": True, "rater_names": ()},
)
def rated_subjects(
    ratings: ArrayLike, repeats: ArrayLike | None = None
) -> tuple[Bools, tuple[Floats, Floats]]:
    """Return which subjects have a rating, and the ratings of these, shape (subjects, raters); NaN where missing.

    Text (empty where missing) becomes the position of the word in the sorted list of words. Repeats, if there are
    any, are the single measurements of which the ratings are means, shape (subjects, raters, replicates).
    """
    values = as_numbers(ratings)
    known = np.asarray(~np.isnan(values).all(axis=1))
    single = np.empty((*values.shape, 0)) if repeats is None else np.asarray(repeats, float)
    return known, (values[known], single[known])


def as_numbers(ratings: ArrayLike, categories: Sequence[object] | None = None) -> Floats:
    """Return ratings as numbers, shape (subjects, raters); words as their position in the list of categories.

    Args:
        ratings: shape (subjects, raters); numbers (NaN, infinite or beyond 1e100: missing) or text (empty or
            None: missing).
        categories: all words in their order; None: the words that occur, sorted. Numbers stay as they are.

    Raises:
        ValueError: not two axes, or a word that is none of the categories.
    """
    found = np.asarray(ratings)
    if found.ndim == 1 and not len(found):
        found = found.reshape(0, 1)
    if found.ndim != 2:
        raise ValueError(
            f"ratings have {found.ndim} axes; expected 2, a row per subject and a column per rater"
        )
    if found.dtype.kind not in "OUS":
        values = found.astype(float)
        return np.where(np.abs(values) <= LARGEST, values, np.nan)
    return _positions(found, categories)


def _positions(found: NDArray[Any], categories: Sequence[object] | None) -> Floats:
    words = [[_word(each) for each in row] for row in found]
    occurring = sorted({each for row in words for each in row if each is not None})
    listed = occurring if categories is None else [str(each) for each in categories]
    place: Mapping[str | None, float] = {each: float(at) for at, each in enumerate(listed)}
    if unknown := [each for each in occurring if each not in place]:
        raise ValueError(f"{unknown[0]!r} is none of the categories {', '.join(listed)}")
    return np.array([[place.get(each, np.nan) for each in row] for row in words]).reshape(
        found.shape
    )


def _word(cell: object) -> str | None:
    if cell is None or cell == "" or cell != cell:  # NaN differs from itself
        return None
    return str(cell)


class Rated(NamedTuple):
    """Ratings as positions in a list of categories."""

    code: Codes
    """Shape (subjects, raters); -1 where missing."""
    categories: Floats
    """Rising."""

    @property
    def raters(self) -> int:
        """Number of raters."""
        return int(self.code.shape[1])


def several(raters: int) -> int:
    """Return the number of raters.

    Raises:
        Undefined: there is one alone.
    """
    if raters < 2:
        raise Undefined(ONE_RATER)
    return raters


@derived(TASK)
def rated(ratings: Floats, scale: str, categories: Sequence[float] | None) -> Rated:
    """Return the ratings as positions in the sorted list of categories.

    Raises:
        Undefined: one rater, or so many different ratings that they are no categories.
        DoesNotApply: the ratings are measurements.
        ValueError: a rating is none of the categories.
    """
    if scale == "interval":
        raise DoesNotApply("the ratings are measurements, not categories")
    several(ratings.shape[1])
    return rated_as(ratings, categories)


def rated_as(ratings: Floats, categories: Sequence[float] | None) -> Rated:
    """Return numbers as positions in the sorted list of categories; None: those that occur."""
    known = ~np.isnan(ratings)
    occurring = np.unique(ratings[known])
    if not len(occurring):
        raise Undefined(NO_CASES)
    if categories is not None:
        listed = np.unique(np.asarray(categories, float))
        if not np.isin(occurring, listed).all():
            wrong = occurring[~np.isin(occurring, listed)][0]
            raise ValueError(f"{wrong:g} is none of the {len(listed)} categories")
        occurring = listed
    if len(occurring) > MOST_CATEGORIES:
        raise Undefined(
            f"there are {len(occurring):,} different ratings, more than {MOST_CATEGORIES}: "
            "measurements, not categories"
        )
    code = np.where(known, np.searchsorted(occurring, np.where(known, ratings, 0)), -1)
    return Rated(code, occurring)


class Measurements(NamedTuple):
    """The measurements of the subjects that every rater measured."""

    values: Floats
    """Shape (subjects, raters)."""
    patient: Codes
    """Of these subjects; numbered as in the whole table."""


@derived(TASK)
def everyone_rated(ratings: Floats, patient: Codes) -> Measurements:
    """Return the ratings of the subjects that every rater rated.

    Raises:
        Undefined: one rater, or no such subject.
    """
    several(ratings.shape[1])
    whole = ~np.isnan(ratings).any(axis=1)
    if not whole.any():
        raise Undefined("no subject was rated by every rater")
    # a patient of whom no subject is whole keeps his number, with nothing in it
    return Measurements(ratings[whole], patient[whole])


def rated_by_everyone(everyone_rated: Measurements) -> int:
    """Return the number of subjects that every rater rated."""
    return len(everyone_rated.values)


def left_out(everyone_rated: Measurements, ratings: Floats) -> str:
    """Return a sentence about the subjects that not every rater rated; empty without any."""
    left = len(ratings) - len(everyone_rated.values)
    if not left:
        return ""
    who = "1 subject" if left == 1 else f"{left:,} subjects"
    return f"{who} that not every rater rated {'is' if left == 1 else 'are'} left out."


@derived(TASK)
def measurements(everyone_rated: Measurements, scale: str) -> Measurements:
    """Return the measurements of the subjects that every rater measured.

    Raises:
        DoesNotApply: the ratings are categories.
    """
    if scale != "interval":
        raise DoesNotApply("the ratings are categories, not measurements")
    return everyone_rated


def raters(
    ratings: ArrayLike,
    scale: Scale = "nominal",
    *,
    categories: Sequence[object] | None = None,
    patient: ArrayLike | None = None,
    given: Mapping[str, object] | None = None,
    **options: Any,
) -> tuple[Estimate, ...]:
    """Return every measure of agreement between raters that fits the scale, each with its interval.

    Two raters: Cohen's kappa, weighted as well if ordinal. Any number: percent agreement, Fleiss' kappa, Gwet's
    AC1, Krippendorff's alpha (all nominal or ordinal; alpha also interval), Kendall's W (ordinal, interval), six
    intraclass correlations (interval).

    Args:
        ratings: shape (subjects, raters); numbers (NaN missing) or text (empty missing).
        scale: nominal, ordinal or interval (measurements).
        categories: all categories, of an ordinal scale in their order; None: those that occur, sorted.
        patient: codes, where several subjects (lesions, images) belong to one patient.
        given: what else metrics of the task name.
        options: as of `estimates`.

    Raises:
        ValueError: an unknown scale, ratings without two axes, or a rating that is none of the categories.
    """
    from checker.metrics.estimating import estimates

    if scale not in SCALES:
        raise ValueError(f"{scale!r} is no scale; expected {', '.join(SCALES)}")
    words = np.asarray(ratings).dtype.kind in "OUS"
    columns = {"ratings": as_numbers(ratings, categories)}
    if patient is not None:
        columns["patient"] = np.asarray(patient)
    listed: Sequence[Any] | None = categories
    if words and categories is not None:
        listed = range(len(categories))
    known = {"scale": scale, "categories": listed, **(given or {})}
    return estimates(TASK, columns, given=known, **{"unit": "subject", **options})
