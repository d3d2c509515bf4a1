"""Which mark hits which lesion: pairs in the same scan that fit a rule, and who gets whom where several do."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np

from checker.metrics.base import Bools, Codes, Floats, Undefined
from checker.model.detection import OVERLAPS

Hit = Literal["centre_inside", "any_overlap", "iou", "dice", "distance", "radius"]
Matching = Literal["highest_score_first", "nearest_first", "best_overall"]
LIMITED = ("iou", "dice", "distance")
"""Rules with a limit."""
PAIRS_AT_ONCE = 1 << 21
"""Pairs of mark and lesion looked at together: their distances fill a few dozen megabytes."""
UNKNOWN_DIAMETER = 10.0
"""Of a region without one in which marks are ignored, in mm (the rule of the LUNA16 challenge)."""
NEARLY = 1 - 1e-10
"""A limit of 1 asks for no more than this, so that equal boxes overlap wholly whatever the rounding (as COCO)."""


class Shapes(NamedTuple):
    """Points, balls or boxes, each in a scan."""

    scan: Codes
    """Shape (shapes,)."""
    centre: Floats
    """Shape (shapes, 2 or 3)."""
    low: Floats | None = None
    """Lowest corner of the box, shape (shapes, 2 or 3); None: they are no boxes."""
    size: Floats | None = None
    """Sides of the box."""
    diameter: Floats | None = None
    """Shape (shapes,); NaN where it is unknown. None: they are no balls."""

    def at(self, rows: Codes) -> "Shapes":
        """Return these of them."""
        low, size, diameter = (
            None if each is None else each[rows] for each in (self.low, self.size, self.diameter)
        )
        return Shapes(self.scan[rows], self.centre[rows], low, size, diameter)


class Pairs(NamedTuple):
    """Pairs of a mark and a lesion (or region) of its scan that fit the rule."""

    mark: Codes
    lesion: Codes
    quality: Floats
    """How well they fit: the overlap, or minus the distance of the centres."""


class Matched(NamedTuple):
    """What became of each mark."""

    lesion: Codes
    """Shape (marks,): the lesion it hit; -1: none."""
    extra: Bools
    """Shape (marks,): it fits a lesion that another mark hit."""


def pairs(marks: Shapes, lesions: Shapes, hit: Hit, limit: float | None = None) -> Pairs:
    """Return the pairs of the same scan that fit the rule, by mark and then by lesion.

    Memory is bounded whatever the number of marks of one scan. Rules:

    - distance: the centres are at most `limit` apart;
    - radius: the centre of the mark is nearer to that of the lesion than its radius (not at it; LUNA16);
    - centre_inside: the centre of the mark is inside the lesion or on its border;
    - any_overlap: both share some volume (area);
    - iou, dice: the overlap is at least `limit`. Of two balls it is exact; a ball and a box have none.

    Args:
        marks: of all scans, in any order.
        lesions: likewise.
        hit: the rule.
        limit: of distance (in the unit of the coordinates), iou and dice.

    Raises:
        Undefined: there are marks and lesions, and the rule needs a limit, a diameter or a box that is not there.
    """
    found = [Pairs(*_nothing())]
    if not len(marks.scan) or not len(lesions.scan):  # nothing says which shape they would have
        return found[0]
    fits = _Fitting(marks, lesions, hit, limit)
    for mark, lesion in of_same_scan(marks.scan, lesions.scan):
        found.append(fits(mark, lesion))
    return Pairs(*(np.concatenate(each) for each in zip(*found, strict=True)))


def _nothing() -> tuple[Codes, Codes, Floats]:
    return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)


def of_same_scan(marks: Codes, lesions: Codes) -> Iterator[tuple[Codes, Codes]]:
    """Yield all pairs of a mark and a lesion of the same scan (or other code) by mark, in blocks of bounded size."""
    order = np.argsort(lesions, kind="stable")
    ordered = lesions[order]
    first = np.searchsorted(ordered, marks, "left")
    count = np.searchsorted(ordered, marks, "right") - first
    ends = np.cumsum(count)
    at = 0
    while at < len(marks):
        done = ends[at - 1] if at else 0
        to = max(at + 1, int(np.searchsorted(ends, done + PAIRS_AT_ONCE, "right")))
        here = count[at:to]
        mark = np.repeat(np.arange(at, to), here)
        within = np.arange(len(mark)) - np.repeat(np.cumsum(here) - here, here)
        yield mark, order[np.repeat(first[at:to], here) + within]
        at = to


class _Fitting:
    """Which pairs of marks and lesions fit one rule, and how well."""

    def __init__(self, marks: Shapes, lesions: Shapes, hit: Hit, limit: float | None) -> None:
        if hit in LIMITED and limit is None:
            raise Undefined(f"the hit rule {hit} needs a limit")
        if hit == "radius" and lesions.diameter is None:
            raise Undefined("the hit rule radius needs the diameter of each lesion")
        if hit in OVERLAPS and _kind(marks) != _kind(lesions):
            raise Undefined(
                f"the hit rule {hit} needs marks and lesions of one kind: marks are {_kind(marks)}, "
                f"lesions are {_kind(lesions)}"
            )
        if hit in (*OVERLAPS, "centre_inside") and _kind(lesions) == "points":
            raise Undefined(f"the hit rule {hit} needs a box or a diameter of each lesion")
        self.marks, self.lesions, self.hit = marks, lesions, hit
        self.limit = 0.0 if limit is None else limit

    def __call__(self, mark: Codes, lesion: Codes) -> Pairs:
        """Return the pairs that fit, of these."""
        if self.hit in OVERLAPS:
            return self._overlapping(mark, lesion)
        apart = _distance(self.marks.centre[mark], self.lesions.centre[lesion])
        good = self._near(mark, lesion, apart)
        return Pairs(mark[good], lesion[good], -apart[good])

    def _near(self, mark: Codes, lesion: Codes, apart: Floats) -> Bools:
        if self.hit == "distance":
            return apart <= self.limit
        low, size, diameter = self.lesions.low, self.lesions.size, self.lesions.diameter
        if self.hit == "centre_inside" and low is not None and size is not None:
            centre, low = self.marks.centre[mark], low[lesion]
            return np.asarray(((low <= centre) & (centre <= low + size[lesion])).all(axis=1))
        assert diameter is not None
        radius = diameter[lesion] / 2
        return apart < radius if self.hit == "radius" else apart <= radius

    def _overlapping(self, mark: Codes, lesion: Codes) -> Pairs:
        if self.marks.low is not None and self.lesions.low is not None:
            mark, lesion, first, second, both = _boxes(self.marks, self.lesions, mark, lesion)
        else:
            first, second, both = _balls(self.marks.at(mark), self.lesions.at(lesion))
        below = first + second if self.hit == "dice" else first + second - both
        shared = 2 * both if self.hit == "dice" else both
        quality = np.divide(shared, below, out=np.zeros(len(both)), where=below > 0)
        good = both > 0 if self.hit == "any_overlap" else quality >= min(self.limit, NEARLY)
        return Pairs(mark[good], lesion[good], quality[good])


def _kind(shapes: Shapes) -> str:
    if shapes.low is not None:
        return "boxes"
    return "points" if shapes.diameter is None else "balls"


def _distance(first: Floats, second: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", first - second, first - second)))


def _boxes(
    marks: Shapes, lesions: Shapes, mark: Codes, lesion: Codes
) -> tuple[Codes, Codes, Floats, Floats, Floats]:
    """Return the pairs of boxes that share something, the volume (area) of each, and what both share."""
    assert marks.low is not None
    assert marks.size is not None
    assert lesions.low is not None
    assert lesions.size is not None
    both = np.ones(len(mark))
    for axis in range(marks.low.shape[1]):  # most pairs are apart along the first one
        (low, size), (start, length) = (
            (each.low[:, axis], each.size[:, axis])  # type: ignore[index]  # both are boxes
            for each in (marks, lesions)
        )
        side = np.minimum((low + size)[mark], (start + length)[lesion])
        side -= np.maximum(low[mark], start[lesion])
        there = side > 0
        mark, lesion, both = mark[there], lesion[there], (both[there] * side[there])
    volumes = (each.prod(axis=1) for each in (marks.size, lesions.size))
    first, second = (volume[at] for volume, at in zip(volumes, (mark, lesion), strict=True))
    return mark, lesion, first, second, both


def _balls(marks: Shapes, lesions: Shapes) -> tuple[Floats, Floats, Floats]:
    """Return the volume (area) of each ball, and what both of a pair share."""
    assert marks.diameter is not None
    assert lesions.diameter is not None
    apart = _distance(marks.centre, lesions.centre)
    r, s = marks.diameter / 2, lesions.diameter / 2
    if marks.centre.shape[1] == 2:
        first, second, both = np.pi * r**2, np.pi * s**2, _lens(r, s, apart)
    else:
        first, second, both = 4 / 3 * np.pi * r**3, 4 / 3 * np.pi * s**3, _caps(r, s, apart)
    whole = apart <= np.abs(r - s)
    both = np.where(whole, np.minimum(first, second), np.where(apart < r + s, both, 0.0))
    return first, second, both


def _lens(r: Floats, s: Floats, apart: Floats) -> Floats:
    """Return the area that two circles share which cross: two circular segments."""
    d = np.where(apart > 0, apart, 1.0)
    near = np.clip((d**2 + r**2 - s**2) / (2 * d * np.where(r > 0, r, 1.0)), -1, 1)
    far = np.clip((d**2 + s**2 - r**2) / (2 * d * np.where(s > 0, s, 1.0)), -1, 1)
    inside = (-d + r + s) * (d + r - s) * (d - r + s) * (d + r + s)
    kite = 0.5 * np.sqrt(np.clip(inside, 0, None))
    return np.asarray(r**2 * np.arccos(near) + s**2 * np.arccos(far) - kite)


def _caps(r: Floats, s: Floats, apart: Floats) -> Floats:
    """Return the volume that two balls share whose surfaces cross: two spherical caps."""
    d = np.where(apart > 0, apart, 1.0)
    across = d**2 + 2 * d * (r + s) - 3 * (r - s) ** 2
    return np.asarray(np.pi * (r + s - d) ** 2 * across / (12 * d))


# Who gets whom


def matched(found: Pairs, score: Floats, marks: int, matching: Matching) -> Matched:
    """Return which lesion each mark hit: a mark hits one lesion at most, a lesion is hit by one mark at most.

    - highest_score_first: marks by falling score, each takes the free lesion that it fits best (as COCO). Of equal
      scores the earlier mark comes first; of lesions that fit equally well the later one is taken.
    - nearest_first: pairs by how well they fit; of equal ones that with the higher score.
    - best_overall: as many hits as possible, and among those the best sum of fits (Kuhn 1955).

    Args:
        found: pairs that fit.
        score: shape (marks,).
        marks: their number.
        matching: which of these.
    """
    lesion = np.full(marks, -1)
    chosen = (
        _assigned(found)
        if matching == "best_overall"
        else _in_turn(found, _order(found, score, matching))
    )
    lesion[found.mark[chosen]] = found.lesion[chosen]
    fits = np.zeros(marks, bool)
    fits[found.mark] = True
    return Matched(lesion, fits & (lesion < 0))


def _order(found: Pairs, score: Floats, matching: Matching) -> Codes:
    """Return the pairs in the order in which they may be taken."""
    if matching == "nearest_first":
        return np.lexsort((found.lesion, found.mark, -score[found.mark], -found.quality))
    return np.lexsort((-found.lesion, -found.quality, found.mark, -score[found.mark]))


def _in_turn(found: Pairs, order: Codes) -> Codes:
    """Return the pairs that are taken one after the other, each if its mark and its lesion are free.

    A pair that comes first among those left of its mark and of its lesion is taken whatever comes before it, so
    all such pairs are taken at once.
    """
    taken = [np.zeros(0, np.int64)]
    used = np.zeros(int(found.mark.max(initial=-1)) + 1, bool)
    hit = np.zeros(int(found.lesion.max(initial=-1)) + 1, bool)
    while len(order):
        mark, lesion = found.mark[order], found.lesion[order]
        now = _first(mark, len(used)) & _first(lesion, len(hit))
        taken.append(order[now])
        used[mark[now]], hit[lesion[now]] = True, True
        order = order[~(used[mark] | hit[lesion])]
    return np.concatenate(taken)


def _first(codes: Codes, number: int) -> Bools:
    """Return where each code stands for the first time."""
    at = np.full(number, -1)
    at[codes[::-1]] = np.arange(len(codes))[::-1]
    return np.asarray(at[codes] == np.arange(len(codes)))


def _assigned(found: Pairs) -> Codes:
    """Return the pairs of the best assignment, by groups of marks and lesions that share a pair."""
    from scipy.optimize import linear_sum_assignment

    taken = [np.zeros(0, np.int64)]
    for some in _connected(found):
        rows, mark = np.unique(found.mark[some], return_inverse=True)
        columns, lesion = np.unique(found.lesion[some], return_inverse=True)
        quality = found.quality[some]
        worth = quality - quality.min() + 1  # a further hit is worth more than all fits together
        worth += 2 * (np.ptp(quality) + 1) * min(len(rows), len(columns))
        value, which = np.zeros((len(rows), len(columns))), np.full((len(rows), len(columns)), -1)
        value[mark, lesion], which[mark, lesion] = worth, some
        at = which[linear_sum_assignment(value, maximize=True)]
        taken.append(at[at >= 0])
    return np.concatenate(taken)


def _connected(found: Pairs) -> Iterator[Codes]:
    """Yield the pairs of each group of marks and lesions that hang together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(found.mark):
        return
    marks, lesions = int(found.mark.max()) + 1, int(found.lesion.max()) + 1
    ends = (found.mark, found.lesion + marks)
    graph = coo_array((np.ones(len(found.mark)), ends), shape=(marks + lesions, marks + lesions))
    group = connected_components(graph, directed=False)[1][found.mark]
    order = np.argsort(group, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(group[order])) + 1)


def kept(scan: Codes, score: Floats, most: int | None) -> Bools:
    """Return which marks are kept: of each scan those that score above its mark number `most` + 1.

    Marks that score as high as that one are left out with it, so that the order of rows decides nothing (the rule
    of the LUNA16 challenge).

    Args:
        scan: shape (marks,).
        score: shape (marks,).
        most: marks per scan; None: all are kept.
    """
    if most is None or not len(scan):
        return np.ones(len(scan), bool)
    order = np.lexsort((-score, scan))
    ordered = scan[order]
    start = np.searchsorted(ordered, ordered, "left")
    size = np.searchsorted(ordered, ordered, "right") - start
    next_one = score[order[np.minimum(start + most, len(scan) - 1)]]
    good = np.empty(len(scan), bool)
    good[order] = (size <= most) | (score[order] > next_one)
    return good
