"""Local regression of the outcome on the predicted risk (loess), for all cases or for many resamples at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from checker.metrics.base import Codes, Floats, Undefined, derived
from checker.metrics.ranking import Ranking, Tallies

SPAN = 0.75
"""Share of cases in each neighbourhood; with degree 2 as in Austin & Steyerberg 2019, the defaults of R's loess."""
LEAF = 0.2
"""The curve is fitted where the range, halved again and again by cases, holds at most this part of a neighbourhood
(Cleveland & Grosse 1991, as R's loess), and blended between by cubics with the fitted slopes."""
MARGIN = 0.005
"""The range of risks is widened by so much at both ends."""
CELLS = 20_000
"""More distinct risks than this are pooled into so many cells of equal count, which bounds the memory."""
RESAMPLED_CELLS = 1000
"""The same for resamples; it moves an ICI of 0.01 by less than 1e-4, far below what resampling does."""
FEWEST_RISKS = 6
"""A local curve of degree 2 through fewer distinct risks follows single values."""


class Neighbourhoods(NamedTuple):
    """What the smoother needs of the predicted risks alone, so that resamples only change counts."""

    start: Codes
    """Shape (cells,): first distinct risk of each cell, in the falling order of the ranking."""
    risk: Floats
    """Shape (cells,): mean risk of each cell, falling."""
    vertices: Floats
    """Shape (vertices,): where the curve is fitted, rising."""
    bandwidth: Floats
    """Shape (vertices,): radius of the neighbourhood."""
    kernel: Floats
    """Shape (cells, 5 * vertices): tricube weight times the powers 0 to 4 of the scaled distance."""


SORTED = 4096
"""More distances than these are not sorted for a quantile."""
BINS = 4096
"""In which they are counted instead."""


class Gaps(NamedTuple):
    """Distance between predicted and smoothed observed risk, per cell (the last axis)."""

    gap: Floats
    cases: Floats


@derived("classification")
def neighbourhoods(ranking: Ranking, risk: Floats) -> Neighbourhoods:
    """Return cells and kernels over the distinct predicted risks.

    Raises:
        Undefined: too few distinct risks.
    """
    return _neighbourhoods(ranking, risk, CELLS)


@derived("classification")
def resampled_neighbourhoods(
    ranking: Ranking, risk: Floats, neighbourhoods: Neighbourhoods
) -> Neighbourhoods:
    """Return the same with fewer cells, for resamples."""
    if len(risk) <= RESAMPLED_CELLS:
        return neighbourhoods
    return _neighbourhoods(ranking, risk, RESAMPLED_CELLS)


def _neighbourhoods(ranking: Ranking, risk: Floats, most: int) -> Neighbourhoods:
    if len(risk) < FEWEST_RISKS:
        raise Undefined(f"a smooth curve needs at least {FEWEST_RISKS} distinct predicted risks")
    counts = np.diff(ranking.last, prepend=-1)
    start, centre = _cells(risk, counts, most)
    vertices = _vertices(risk[::-1], counts[::-1])
    off = centre[:, None] - vertices
    # the fourth nearest cell has to be inside, or a parabola is not determined
    fourth = np.partition(np.abs(off), 3, axis=0)[3] * (1 + 1e-6)
    bandwidth = np.maximum(_bandwidth(vertices, risk[::-1], counts[::-1]), fourth)
    scaled = off / bandwidth
    near = np.abs(scaled)
    bell = np.clip(1 - near * near * near, 0, None)
    powers = [bell * bell * bell]
    for _ in range(4):
        powers.append(powers[-1] * scaled)
    return Neighbourhoods(start, centre, vertices, bandwidth, np.concatenate(powers, axis=1))


def _cells(risk: Floats, counts: Codes, most: int) -> tuple[Codes, Floats]:
    if len(risk) <= most:
        return np.arange(len(risk)), risk
    middle = np.cumsum(counts) - counts / 2
    cell = (most * middle / counts.sum()).astype(np.int64)
    start = np.flatnonzero(np.diff(cell, prepend=-1))
    return start, np.add.reduceat(risk * counts, start) / np.add.reduceat(counts, start)


def _vertices(rising: Floats, counts: Codes) -> Floats:
    """Return both ends of the range and every cut of its halving by cases; a cut never parts equal risks."""
    ends = np.cumsum(counts)
    margin = MARGIN * (rising[-1] - rising[0])
    found, most = [rising[0] - margin, rising[-1] + margin], int(ends[-1] * SPAN * LEAF)
    waiting = [(0, int(ends[-1]))]
    while waiting:
        first, behind = waiting.pop()
        start, stop = np.searchsorted(ends, first, "right"), np.searchsorted(ends, behind)
        if behind - first <= most or start == stop:
            continue
        middle = (first + 1 + behind) // 2
        upper = min(int(np.searchsorted(ends, middle)), int(stop) - 1)
        lower = max(upper - 1, int(start))
        at = lower if middle - ends[lower] < ends[upper] - middle else upper
        found.append(rising[at])
        waiting += [(first, int(ends[at])), (int(ends[at]), behind)]
    return np.unique(found)


def _bandwidth(vertices: Floats, rising: Floats, counts: Codes) -> Floats:
    """Return the distance from each vertex to its k-th nearest case, by bisection; k = span * cases."""
    up_to = np.append(0, np.cumsum(counts))
    nearest = max(1, int(SPAN * up_to[-1] + 1e-5))
    low, high = np.zeros(len(vertices)), np.full(len(vertices), vertices[-1] - vertices[0])
    for _ in range(50):
        middle = (low + high) / 2
        upper = np.searchsorted(rising, vertices + middle, "right")
        lower = np.searchsorted(rising, vertices - middle, "left")
        enough = up_to[upper] - up_to[lower] >= nearest
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.asarray(high)


def smooth(with_outcome: Floats, cases: Floats, around: Neighbourhoods, at: Floats) -> Floats:
    """Return the smoothed observed risk at these predicted risks, shape (..., at), from counts per cell.

    At each vertex a parabola by weighted least squares (Cleveland & Devlin 1988), solved by Cramer's rule.
    NaN where a resample leaves too few distinct risks in a neighbourhood.
    """
    size = len(around.vertices)
    s0, s1, s2, s3, s4 = _split(cases @ around.kernel, size)
    t0, t1, t2 = _split(with_outcome @ around.kernel[:, : 3 * size], size)
    c00, c01, c02 = s2 * s4 - s3 * s3, s2 * s3 - s1 * s4, s1 * s3 - s2 * s2
    determinant = s0 * c00 + s1 * c01 + s2 * c02
    solvable = determinant > 1e-13 * s0 * s2 * s4
    scale = np.divide(1, determinant, out=np.full(determinant.shape, np.nan), where=solvable)
    level = (t0 * c00 + t1 * c01 + t2 * c02) * scale
    tilt = (t0 * c01 + t1 * (s0 * s4 - s2 * s2) + t2 * (s1 * s2 - s0 * s3)) * scale
    return np.concatenate([level, tilt / around.bandwidth], axis=-1) @ _blend(around.vertices, at)


def _split(moments: Floats, size: int) -> list[Floats]:
    return [moments[..., at : at + size] for at in range(0, moments.shape[-1], size)]


def _blend(vertices: Floats, at: Floats) -> Floats:
    """Return the cubic Hermite weights of levels and slopes, shape (2 * vertices, at)."""
    left = np.clip(np.searchsorted(vertices, at, "right") - 1, 0, len(vertices) - 2)
    width = vertices[left + 1] - vertices[left]
    t = (at - vertices[left]) / width
    weights, each = np.zeros((2 * len(vertices), len(at))), np.arange(len(at))
    weights[left, each] = (1 - t) ** 2 * (1 + 2 * t)
    weights[left + 1, each] = t**2 * (3 - 2 * t)
    weights[len(vertices) + left, each] = t * (1 - t) ** 2 * width
    weights[len(vertices) + left + 1, each] = -(t**2) * (1 - t) * width
    return weights


@derived("classification")
def gaps(
    tallies: Tallies,
    neighbourhoods: Neighbourhoods,
    resampled_neighbourhoods: Neighbourhoods,
    weight: Floats | None,
) -> Gaps:
    """Return the distance between predicted and smoothed observed risk at each cell.

    Raises:
        Undefined: the smoother has no solution somewhere.
    """
    around = neighbourhoods if weight is None else resampled_neighbourhoods
    with_outcome, cases = in_cells(tallies, around)
    observed = smooth(with_outcome, cases, around, around.risk)
    if weight is None and np.isnan(observed).any():
        raise Undefined("too few distinct predicted risks lie near each other for a smooth curve")
    return Gaps(np.abs(observed - around.risk), cases)


def in_cells(tallies: Tallies, around: Neighbourhoods) -> tuple[Floats, Floats]:
    """Return the cases with the outcome and all cases of each cell."""
    if len(around.start) == tallies.with_outcome.shape[-1]:
        return tallies.with_outcome, tallies.with_outcome + tallies.without
    with_outcome = np.add.reduceat(tallies.with_outcome, around.start, axis=-1)
    return with_outcome, with_outcome + np.add.reduceat(tallies.without, around.start, axis=-1)


def quantile_of_gaps(gaps: Gaps, share: float) -> Floats:
    """Return the quantile over cases, with straight lines between order statistics (Hyndman & Fan 1996, type 7)."""
    return np.asarray(quantiles_of_gaps(gaps, (share,))[0])


def quantiles_of_gaps(gaps: Gaps, shares: Sequence[float]) -> Floats:
    """Return several such quantiles, shape (shares, ...)."""
    at = [share * (gaps.cases.sum(-1) - 1) for share in shares]
    ranks = np.stack([np.floor(each) + more for each in at for more in (0, 1)])
    many = gaps.gap.shape[-1] > SORTED
    found = (_selected if many else _ordered)(gaps, ranks)
    lower, upper = found[::2], found[1::2]
    fraction = np.stack(at) - ranks[::2]
    return np.where(fraction > 0, lower + fraction * (upper - lower), lower)


def _ordered(gaps: Gaps, ranks: Floats) -> Floats:
    """Return the order statistics of these ranks (from 0), shape (ranks, ...), by sorting."""
    order = np.argsort(gaps.gap, axis=-1)
    ordered = np.take_along_axis(gaps.gap, order, -1)
    cases = np.broadcast_to(gaps.cases, gaps.gap.shape)
    up_to = np.cumsum(np.take_along_axis(cases, order, -1), axis=-1)
    last = ordered.shape[-1] - 1
    places = [np.minimum((up_to <= rank[..., None]).sum(-1, keepdims=True), last) for rank in ranks]
    return np.stack([np.take_along_axis(ordered, each, -1)[..., 0] for each in places])


def _selected(gaps: Gaps, ranks: Floats) -> Floats:
    """Return the same without sorting: the few in the bin of each rank are."""
    flat = gaps.gap.reshape(-1, gaps.gap.shape[-1])
    cases = np.broadcast_to(gaps.cases, gaps.gap.shape).reshape(flat.shape)
    asked = ranks.reshape(len(ranks), -1)
    found = [_of_row(*row, asked[:, at]) for at, row in enumerate(zip(flat, cases, strict=True))]
    return np.stack(found, axis=-1).reshape(ranks.shape)


def _of_row(gap: Floats, cases: Floats, ranks: Floats) -> Floats:
    low, high = float(gap.min()), float(gap.max())
    if not high > low:  # all alike, or no number
        return np.full(len(ranks), low)
    scaled = gap - low
    scaled *= (BINS - 1) / (high - low)
    bins = scaled.astype(np.int32)
    up_to = np.cumsum(np.bincount(bins, cases, BINS))
    found = np.empty(len(ranks))
    for at, rank in enumerate(np.minimum(ranks, up_to[-1] - 1)):
        chosen = int(np.searchsorted(up_to, rank, "right"))
        inside = np.flatnonzero(bins == chosen)
        inside = inside[np.argsort(gap[inside])]
        before = up_to[chosen - 1] if chosen else 0.0
        place = int(np.searchsorted(before + np.cumsum(cases[inside]), rank, "right"))
        found[at] = gap[inside[place]]
    return found
