"""The line of Passing and Bablok: the shifted median of all slopes between two cases, in bounded memory."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from checker.metrics.agreement import TASK
from checker.metrics.base import Codes, Floats, Uncertainty, Undefined, derived, metric
from checker.metrics.intervals import quantile
from checker.model.estimate import Interval

AT_ONCE = 1 << 22
"""Slopes that are held at once: 32 MB."""
DRAWN = 1 << 18
"""Slopes drawn to see where a rank lies; what is returned does not depend on the draw."""
MOST_CASES = 20_000
"""Of more, 200 million slopes and more would have to be looked at."""


class Slopes(NamedTuple):
    """What is known of all slopes that count."""

    counted: int
    """Pairs of cases with a slope other than -1 (and other than 0 over 0)."""
    below: int
    """Of these, with a slope smaller than -1: by so many the median is shifted."""


class Line(NamedTuple):
    """Slope and intercept with their rank intervals; ends are infinite where the ranks reach vertical slopes."""

    slope: float
    intercept: float
    slope_interval: tuple[float, float] | None
    """None: too few slopes for the level."""
    intercept_interval: tuple[float, float] | None


def _blocks(x: Floats, y: Floats) -> Iterator[Floats]:
    """Yield the slopes between every case and those after it that count.

    A vertical slope is +infinity: with -infinity in its place the shift would grow by one and pick the same rank.
    """
    rows = max(1, AT_ONCE // len(x))
    for begin in range(0, len(x) - 1, rows):
        end = min(begin + rows, len(x))
        here, later = slice(begin, end), slice(end, len(x))
        one, other = np.triu_indices(end - begin, 1)
        yield _slopes(x[here][other] - x[here][one], y[here][other] - y[here][one])
        yield _slopes(
            np.subtract.outer(x[later], x[here]).ravel(),
            np.subtract.outer(y[later], y[here]).ravel(),
        )


def _slopes(across: Floats, up: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = up / across
    found[found == -np.inf] = np.inf
    counted = found != -1
    counted &= ~np.isnan(found)  # 0 over 0
    return np.asarray(found if counted.all() else found[counted])


def _at_ranks(x: Floats, y: Floats, slopes: Slopes, ranks: tuple[int, ...]) -> list[float]:
    """Return the slopes of these ranks (from 1 for the smallest)."""
    if slopes.counted <= AT_ONCE:
        every = np.concatenate(list(_blocks(x, y)))
        places = [rank - 1 for rank in ranks]
        return [float(each) for each in np.partition(every, sorted(set(places)))[places]]
    return _selected(x, y, slopes.counted, ranks, _drawn(x, y))


def _drawn(x: Floats, y: Floats) -> Floats:
    """Return some slopes in rising order."""
    rng = np.random.default_rng(0)
    first, second = (rng.integers(0, len(x), DRAWN) for _ in range(2))
    return np.sort(_slopes(x[second] - x[first], y[second] - y[first]))


def _selected(
    x: Floats, y: Floats, counted: int, ranks: tuple[int, ...], drawn: Floats
) -> list[float]:
    """Return the slopes of these ranks: between two drawn slopes around each are few enough to sort."""
    width, found = 4 * DRAWN**0.5 / len(drawn), dict.fromkeys(ranks, np.nan)
    while wanted := [rank for rank in found if np.isnan(found[rank])]:
        edges = {
            rank: [_drawn_at(drawn, rank / counted + side * width) for side in (-1, 1)]
            for rank in wanted
        }
        below = dict.fromkeys(wanted, 0)
        between: dict[int, list[Floats]] = {rank: [] for rank in wanted}
        for block in _blocks(x, y):
            for rank, (low, high) in edges.items():
                below[rank] += int(np.count_nonzero(block < low))
                between[rank].append(block[(block >= low) & (block <= high)])
        for rank in wanted:
            near, place = np.concatenate(between[rank]), rank - below[rank] - 1
            if 0 <= place < len(near):
                found[rank] = float(np.partition(near, place)[place])
        width *= 4
    return [found[rank] for rank in ranks]


def _drawn_at(drawn: Floats, share: float) -> float:
    if share <= 0:
        return -np.inf
    return np.inf if share >= 1 else float(drawn[int(share * len(drawn))])


def passing_bablok(reference: Floats, measured: Floats, level: float = 0.95) -> Line:
    """Return the line of Passing & Bablok 1983 with its rank intervals.

    The slope is the median of all slopes between two cases, shifted by the number K of slopes below -1, so that
    either method may be x; slopes of exactly -1 and pairs of equal cases do not count. The intercept is the
    median of y - slope x. The interval: ranks M1 + K and M2 + K, M1 = (N - C) / 2 rounded, M2 = N - M1 + 1,
    C = z √(n (n - 1) (2 n + 5) / 18); that of the intercept follows from both ends.

    Args:
        reference: shape (cases,).
        measured: shape (cases,); meant to rise with the reference, in a line, with errors in both.
        level: of the intervals.

    Raises:
        Undefined: fewer than two cases that differ, more than 20,000 cases, or the median slope is vertical, as
            where the measured value falls as the reference rises.
    """
    n, slopes = len(reference), _count(reference, measured)
    half, shift = slopes.counted / 2, slopes.below
    middle = (int(np.floor(half + 0.5)) + shift, int(np.floor(half)) + 1 + shift)
    wide = quantile(level) * (n * (n - 1) * (2 * n + 5) / 18) ** 0.5
    first = int(np.floor((slopes.counted - wide) / 2 + 0.5))
    ends = (first + shift, slopes.counted - first + 1 + shift)
    if middle[1] > slopes.counted:
        raise Undefined(
            "the measured value falls as the reference rises, so the line does not exist"
        )
    wanted = (*middle, max(ends[0], 1), min(ends[1], slopes.counted))
    *pair, low, high = _at_ranks(reference, measured, slopes, wanted)
    if not np.isfinite(pair).all():
        raise Undefined("more than half of the slopes between two cases are vertical")
    slope = sum(pair) / 2
    around = (low, high) if first >= 1 and ends[1] <= slopes.counted else None
    return Line(
        slope, _intercept(reference, measured, slope), around, _ends(reference, measured, around)
    )


def _count(x: Floats, y: Floats) -> Slopes:
    if len(x) > MOST_CASES:
        raise Undefined(f"the slopes between more than {MOST_CASES:,} cases are too many")
    counted = below = 0
    for block in _blocks(x, y):
        counted += len(block)
        below += int(np.count_nonzero(block < -1))
    if not counted:
        raise Undefined("needs at least two cases that differ")
    return Slopes(counted, below)


def _intercept(x: Floats, y: Floats, slope: float) -> float:
    return float(np.median(y - slope * x))


def _ends(x: Floats, y: Floats, slopes: tuple[float, float] | None) -> tuple[float, float] | None:
    if slopes is None or not np.isfinite(slopes).all():
        return None
    low, high = sorted(_intercept(x, y, each) for each in slopes)
    return low, high


@derived(TASK)
def rank_line(reference: Floats, measured: Floats, level: float) -> Line:
    """Return the line of Passing and Bablok."""
    return passing_bablok(reference, measured, level)


REPEATED = (
    "No interval: the rank interval of Passing and Bablok holds for independent cases, "
    "and patients repeat."
)


def _interval(
    ends: tuple[float, float] | None, cases: int, patient: Codes, level: float
) -> Uncertainty:
    if int(patient.max()) + 1 < cases:
        return Uncertainty(None, REPEATED)
    if ends is None or not np.isfinite(ends).all():
        raise Undefined("too few slopes for ranks at this level")
    found = Interval(low=ends[0], high=ends[1], level=level, method="ranks (Passing-Bablok)")
    return Uncertainty(found)


def rank_slope_interval(
    rank_line: Line, difference: Floats, patient: Codes, level: float
) -> Uncertainty:
    """Return the rank interval of the slope (Passing & Bablok 1983, eq. 12)."""
    return _interval(rank_line.slope_interval, len(difference), patient, level)


def rank_intercept_interval(
    rank_line: Line, reference: Floats, patient: Codes, level: float
) -> Uncertainty:
    """Return the interval of the intercept that follows from the ends of the slope's.

    Raises:
        Undefined: the reference has both signs; a steeper line then need not have a lower intercept.
    """
    if reference.min() < 0 < reference.max():
        raise Undefined(
            "the reference has both signs, so the slope's ends do not hold the intercept"
        )
    return _interval(rank_line.intercept_interval, len(reference), patient, level)


@metric(
    "passing_bablok_slope", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    interval=rank_slope_interval, source="passing-bablok-1983",
)  # fmt: skip
def passing_bablok_slope(rank_line: Line) -> Floats:
    """Return the shifted median of all slopes between two cases."""
    return np.asarray(rank_line.slope)


@metric(
    "passing_bablok_intercept", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    interval=rank_intercept_interval, source="passing-bablok-1983",
)  # fmt: skip
def passing_bablok_intercept(rank_line: Line) -> Floats:
    """Return the median of the measured value minus slope times reference."""
    return np.asarray(rank_line.intercept)
