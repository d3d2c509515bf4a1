"""Response of tumours to treatment: categories of RECIST 1.1 and mRECIST, and by volume."""

from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from checker.metrics.base import Bools, Codes, Floats

Category = Literal["CR", "PR", "SD", "PD", "NE"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
"""Complete response, partial response, stable disease, progressive disease, not evaluable."""
Categories = NDArray[np.str_]
SLACK = 1e-9
"""A sum of 24 mm after 20 mm has grown by 20 %, not by 19.999999999999996 %."""


class Cutoffs(NamedTuple):
    """Of relative changes, as shares."""

    shrunk: float
    """From baseline: a partial response at or below."""
    grown: float
    """From the smallest sum so far: progression at or above."""
    least_mm: float = 0.0
    """And by at least so much."""


RECIST = Cutoffs(-0.30, 0.20, 5.0)
"""Eisenhauer et al. 2009, sums of diameters in mm."""
MRECIST = Cutoffs(-0.30, 0.20)
"""Lencioni & Llovet 2010, sums of diameters of enhancing tumour; no smallest growth in mm."""
VOLUME = Cutoffs(-0.65, 0.73)
"""What the cut-offs of diameters are for the volume of a ball: 0.7³ = 0.343 and 1.2³ = 1.728."""


def recist(
    baseline: ArrayLike,
    nadir: ArrayLike,
    follow_up: ArrayLike,
    *,
    new_lesion: ArrayLike | None = None,
    gone: ArrayLike | None = None,
) -> Categories:
    """Return the response of the target lesions by RECIST 1.1 (Eisenhauer et al. 2009, section 4.3.1).

    PD: the sum is at least 20 % and at least 5 mm above the smallest sum so far, or there is a new lesion; it goes
    before PR. CR: every target lesion is gone. PR: the sum is at least 30 % below baseline. Otherwise SD; NE where
    a sum is missing and there is no new lesion.

    Args:
        baseline: sum of diameters in mm (short axes of nodes), shape (patients,), positive; NaN missing.
        nadir: the smallest sum so far, baseline included; a larger one than baseline is taken as baseline.
        follow_up: the sum now.
        new_lesion: True where there is one.
        gone: True where every target lesion is gone, all nodes below 10 mm (their sum is not 0); None: the sum is 0.

    Raises:
        ValueError: a sum is negative, or a baseline is 0.
    """
    return categories_of(RECIST, (baseline, nadir, follow_up), new_lesion, gone)


def mrecist(
    baseline: ArrayLike,
    nadir: ArrayLike,
    follow_up: ArrayLike,
    *,
    new_lesion: ArrayLike | None = None,
    gone: ArrayLike | None = None,
) -> Categories:
    """Return the response of target lesions by mRECIST for hepatocellular carcinoma (Lencioni & Llovet 2010, table 1).

    As `recist`, with sums of diameters of the tumour that enhances in the arterial phase (CR: nowhere any more),
    and without a smallest growth in mm.
    """
    return categories_of(MRECIST, (baseline, nadir, follow_up), new_lesion, gone)


def response_by_volume(
    baseline: ArrayLike,
    nadir: ArrayLike,
    follow_up: ArrayLike,
    *,
    new_lesion: ArrayLike | None = None,
    gone: ArrayLike | None = None,
) -> Categories:
    """Return the response by volumes: PR from -65 % of baseline, PD from +73 % of the smallest volume so far.

    The cut-offs of RECIST's diameters, carried over to the volume of a ball. As `recist` otherwise, in ml.
    """
    return categories_of(VOLUME, (baseline, nadir, follow_up), new_lesion, gone)


def categories_of(
    cutoffs: Cutoffs,
    sums: tuple[ArrayLike, ArrayLike, ArrayLike],
    new_lesion: ArrayLike | None,
    gone: ArrayLike | None,
) -> Categories:
    """Return the response by these cut-offs from the sums at baseline, the smallest so far, and now."""
    first, least, now = np.broadcast_arrays(*(np.asarray(each, float) for each in sums))
    if (first <= 0).any() or (least < 0).any() or (now < 0).any():
        raise ValueError("a sum is negative, or 0 at baseline")
    least = np.fmin(first, least)
    new = np.zeros(first.shape, bool) if new_lesion is None else np.asarray(new_lesion, bool)
    vanished = now == 0 if gone is None else np.asarray(gone, bool)
    grown = now - least
    worse = (grown > 0) & (grown >= cutoffs.grown * least * (1 - SLACK))
    worse &= grown >= cutoffs.least_mm * (1 - SLACK)
    smaller = now <= (1 + cutoffs.shrunk) * first * (1 + SLACK)
    missing = np.isnan(first) | np.isnan(now)
    ways = ((new, "PD"), (missing, "NE"), (vanished, "CR"), (worse, "PD"), (smaller, "PR"))
    return np.select([each for each, _ in ways], [name for _, name in ways], "SD")


NonTarget = Literal["CR", "non-CR/non-PD", "PD", "NE", "none"]


def overall_response(target: Category, non_target: NonTarget, new_lesion: bool) -> Category:
    """Return the overall response at one visit (Eisenhauer et al. 2009, table 1).

    Args:
        target: response of the target lesions.
        non_target: of all others; ``none`` where there are none.
        new_lesion: whether there is one.
    """
    if new_lesion or "PD" in (target, non_target):
        return "PD"
    if target == "CR":
        return "CR" if non_target in ("CR", "none") else "PR"
    return target


def of_change(change: Floats, cutoffs: Cutoffs) -> Codes:
    """Return the categories that relative changes alone mean, as positions in `CATEGORIES`: -1 is CR."""
    gone, smaller = change <= -1, change <= cutoffs.shrunk + SLACK
    worse = change >= cutoffs.grown - SLACK
    return np.select([gone, smaller, worse], [0, 1, 3], 2).astype(np.int64)


def evaluable(*categories: Categories) -> Bools:
    """Return which cases have a response in every one of these, so that agreement can be counted."""
    return np.asarray(np.logical_and.reduce([each != "NE" for each in categories]))
