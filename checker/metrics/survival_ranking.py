"""How well scores order survival times: Harrell's and Uno's concordance, and the AUROC at a horizon."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from checker.metrics.base import Bools, Codes, Floats, Uncertainty, Undefined, derived, metric
from checker.metrics.intervals import cut
from checker.metrics.survival import (
    COMPETING,
    OUTCOME,
    TASK,
    Censoring,
    Status,
    Timeline,
    at_risk_note,
    given_at,
    gone,
    stated,
)
from checker.needs import DoesNotApply

NO_PAIR = "no two cases can be compared: nobody had the outcome while another was still followed"


class Side(NamedTuple):
    """Cases that are the earlier, or the later, of a pair."""

    key: Codes
    """Place in time."""
    score: Floats
    weight: Floats


class Pairs(NamedTuple):
    """Sums over the pairs of an earlier and a later case, for each case of one side.

    Every pair counts with the product of both weights; here with that of the other side alone.
    """

    concordant: Floats
    """Of pairs in which the earlier case has the higher score."""
    tied: Floats
    """Of pairs with the same score."""
    all: Floats

    @property
    def ordered(self) -> Floats:
        """The concordant, and half of the tied."""
        return self.concordant + self.tied / 2


def pairs(earlier: Side, later: Side) -> tuple[Pairs, Pairs]:
    """Return the sums for each earlier case and for each later case; a pair needs a smaller and a larger key.

    Time n log n, memory n (n: cases of both sides).
    """
    first = len(earlier.key)
    key, score, weight = (np.concatenate(both) for both in zip(earlier, later, strict=True))
    is_later = np.arange(len(key)) >= first
    # at one key an earlier case stands before a later one, and at one score it ranks below; the rest may be as it likes
    order = np.argsort(is_later - 2 * key)
    group = _dense(score)
    rank = np.empty(len(order), np.int64)
    rank[np.argsort(2 * group + is_later)] = np.arange(len(order))
    rank, group, weight, is_later = rank[order], group[order], weight[order], is_later[order]
    sums = (
        _concordant(rank, weight, is_later),
        _tied(group, weight, is_later),
        _before_and_behind(weight, is_later),
    )
    found = []
    for each in sums:
        back = np.empty(len(order))
        back[order] = each
        found.append(back)
    return Pairs(*(each[:first] for each in found)), Pairs(*(each[first:] for each in found))


def _dense(values: Floats) -> Codes:
    """Return the rank of each value, equal values alike: 0, 1, ... without gaps."""
    order = np.argsort(values)
    ordered = values[order]
    rank = np.empty(len(order), np.int64)
    rank[order] = np.cumsum(np.append(False, ordered[1:] != ordered[:-1]))
    return rank


def _concordant(rank: Codes, weight: Floats, is_later: Bools) -> Floats:
    """Return the sums over concordant pairs for each position; positions go by falling key.

    The ranks of the scores (0, 1, ... without gaps) are read bit by bit from the highest. At each bit those that agree
    in all higher bits stand together, by falling key; there every later case with a 0 makes pairs with the
    earlier cases with a 1 behind it.
    """
    size, place = len(rank), np.arange(len(rank))
    packed, sums, weights = rank << 1 | is_later, np.zeros(size), weight
    ones, lower, higher = np.zeros(size + 1, np.int64), np.zeros(size + 1), np.zeros(size + 1)
    for bit in range(max(size - 1, 1).bit_length(), 0, -1):
        one = (packed >> bit & 1).astype(bool)
        later = (packed & 1).astype(bool)
        start = (
            packed >> (bit + 1) << bit
        )  # every rank is there, so a group begins where its lowest belongs
        np.cumsum(one, out=ones[1:])
        before = ones[:-1] - ones[start]
        np.cumsum(np.where(one | ~later, 0.0, weights), out=lower[1:])
        np.cumsum(np.where(one & ~later, weights, 0.0), out=higher[1:])
        end = np.minimum(start + (1 << bit), size)
        gained = np.where(later, higher[end] - higher[1:], lower[:-1] - lower[start])
        sums = sums + np.where(one == later, 0.0, gained)
        to = np.where(one, start + (1 << (bit - 1)) + before, place - before)
        packed, sums, weights = _moved(to, packed), _moved(to, sums), _moved(to, weights)
    return sums[rank]


def _moved(to: Codes, values: NDArray[Any]) -> NDArray[Any]:
    moved = np.empty_like(values)
    moved[to] = values
    return moved


def _tied(group: Codes, weight: Floats, is_later: Bools) -> Floats:
    """Return the sums over pairs of the same score (the same group) for each position."""
    size = len(group)
    times = np.bincount(group)
    found = np.zeros(size)
    if times.max() == 1:
        return found
    order = np.argsort(group * size + np.arange(size))
    last = np.cumsum(times).repeat(times)
    first = last - times.repeat(times)
    later = is_later[order]
    before = np.append(0.0, np.cumsum(np.where(later, weight[order], 0)))
    behind = np.append(0.0, np.cumsum(np.where(later, 0, weight[order])))
    found[order] = np.where(later, behind[last] - behind[1:], before[:-1] - before[first])
    return found


def _before_and_behind(weight: Floats, is_later: Bools) -> Floats:
    """Return the weight of all later cases before each position, or of all earlier cases behind it."""
    later, earlier = np.where(is_later, weight, 0), np.where(is_later, 0, weight)
    behind = np.cumsum(earlier[::-1])[::-1]
    return np.asarray(np.where(is_later, behind, np.cumsum(later)))


class Concordance(NamedTuple):
    """The share of concordant pairs, and what each case adds to its deviation."""

    value: float
    influence: Floats
    """Shape (cases,), in the order of the columns (infinitesimal jackknife)."""
    concordant: float
    """Weight of the concordant pairs; without weights their number."""
    tied: float
    """Of pairs with the same score, which count one half."""
    pairs: float
    """Of all pairs that can be compared."""


@derived(TASK)
def place(timeline: Timeline) -> Codes:
    """Return the place of each case in time, shape (cases,): at one time, an outcome stands before all others."""
    time = timeline.time
    rank = np.cumsum(np.append(False, time[1:] != time[:-1]))
    found = np.empty(len(time), np.int64)
    found[timeline.order] = 2 * rank + (timeline.event != OUTCOME)
    return found


@derived(TASK)
def harrell(event: Codes, place: Codes, prognosis: Floats) -> Concordance:
    """Return Harrell's concordance; who had a competing event counts as without the outcome for ever.

    Harrell et al. 1982; competing events: Wolbers et al. 2009.

    Raises:
        Undefined: no two cases can be compared.
    """
    outcome = event == OUTCOME
    key = np.where(event == COMPETING, 2 * len(place), place)
    first = Side(place[outcome], prognosis[outcome], np.ones(np.count_nonzero(outcome)))
    earlier, later = pairs(first, Side(key, prognosis, np.ones(len(key))))
    ordered, everything = later.ordered, later.all
    ordered[outcome] += earlier.ordered
    everything[outcome] += earlier.all
    total = float(earlier.all.sum())
    if not total:
        raise Undefined(NO_PAIR)
    value = float(earlier.ordered.sum()) / total
    influence = (ordered - value * everything) / total
    return Concordance(
        value, influence, float(earlier.concordant.sum()), float(earlier.tied.sum()), total
    )


@derived(TASK)
def last_horizon(horizons: tuple[float, ...] | None) -> float:
    """Return the largest horizon.

    Raises:
        DoesNotApply: none is stated.
    """
    if not horizons:
        raise DoesNotApply("no horizon is stated")
    return float(max(horizons))


@derived(TASK)
def uno(
    timeline: Timeline,
    censoring: Censoring,
    event: Codes,
    place: Codes,
    prognosis: Floats,
    last_horizon: float,
) -> Concordance:
    """Return Uno's concordance of outcomes up to the largest horizon, that time itself included.

    Each pair is weighted by 1 / G(t)², where G is the share not yet censored just before the outcome (Uno et al.
    2011). Who had a competing event at s, before the outcome of the other, makes a pair of weight
    1 / (G(s) G(t)) (Wolbers et al. 2014). The influences hold what the estimate of G adds.

    Raises:
        Undefined: the horizon lies beyond the last follow-up, or no two cases can be compared.
    """
    left = gone(timeline, last_horizon)
    inverse = np.empty(len(event))
    inverse[timeline.order] = 1 / np.maximum(censoring.share[:-1], np.finfo(float).tiny)
    outcome = (event == OUTCOME) & (_times(timeline) <= last_horizon)
    parts = tuple(_parts(event, place, prognosis, outcome, inverse))
    earlier = [each for each in parts if each.earlier]
    total = sum(float(each.weight @ each.sums.all) for each in earlier)
    if not total:
        raise Undefined(NO_PAIR)
    value = sum(float(each.weight @ each.sums.ordered) for each in earlier) / total
    influence, gradient = np.zeros(len(event)), np.zeros(len(event))
    for each in parts:
        off = each.weight * (each.sums.ordered - value * each.sums.all) / total
        influence[each.where] += off
        gradient[each.where] += each.power * off
    order = timeline.order
    influence[order] += censoring.spread(gradient[order], 0.0, left)
    concordant = sum(float(each.weight @ each.sums.concordant) for each in earlier)
    tied = sum(float(each.weight @ each.sums.tied) for each in earlier)
    return Concordance(value, influence, concordant, tied, total)


class _Part(NamedTuple):
    """One side of weighted pairs, and with which power of G just before it each case is weighted."""

    where: Bools
    sums: Pairs
    weight: Floats
    power: float
    earlier: bool


def _parts(
    event: Codes, place: Codes, prognosis: Floats, outcome: Bools, inverse: Floats
) -> Iterator[_Part]:
    """Yield both sides of the pairs by time, and of those with a competing event before the outcome."""
    once, score = inverse[outcome], prognosis[outcome]
    alone = np.ones(len(event))
    first, second = pairs(Side(place[outcome], score, once**2), Side(place, prognosis, alone))
    yield _Part(outcome, first, once**2, 2.0, True)
    yield _Part(np.ones(len(event), bool), second, alone, 0.0, False)
    competing = event == COMPETING
    if not competing.any():
        return
    twice, other = inverse[competing], prognosis[competing]
    # against the course of time: whose competing event came strictly before the outcome
    first, second = pairs(
        Side(-place[outcome], score, once), Side(1 - place[competing], other, twice)
    )
    yield _Part(outcome, first, once, 1.0, True)
    yield _Part(competing, second, twice, 1.0, False)


def _times(line: Timeline) -> Floats:
    found = np.empty(len(line.time))
    found[line.order] = line.time
    return found


def harrell_interval(harrell: Concordance, patient: Codes, level: float) -> Uncertainty:
    """Return the interval of Harrell's C-index, cut at 0 and 1."""
    return _interval(harrell.value, harrell.influence, patient, level)


def uno_interval(uno: Concordance, patient: Codes, level: float) -> Uncertainty:
    """Return the interval of Uno's C-index, cut at 0 and 1."""
    return _interval(uno.value, uno.influence, patient, level)


def _interval(value: float, influence: Floats, patient: Codes, level: float) -> Uncertainty:
    try:
        found = stated(value, influence, patient, level, "infinitesimal jackknife")
    except Undefined as reason:
        return Uncertainty(None, f"No interval: {reason}.")
    inside = cut(found)
    return Uncertainty(inside, "" if inside == found else "The interval was cut at 0 or 1.")


def up_to_note(timeline: Timeline, last_horizon: float) -> str:
    """Return up to which time outcomes count."""
    return " ".join(
        filter(None, (f"Up to {last_horizon:g}.", at_risk_note(timeline, last_horizon)))
    )


@metric(
    "c_index", task=TASK, goal="higher", bounds=(0, 1),
    interval=harrell_interval, source="harrell-1982",
)  # fmt: skip
def c_index(harrell: Concordance) -> Floats:
    """Return the share of pairs in which the case with the earlier outcome has the higher score; ties count one half.

    Pairs: one case had the outcome while the other was still followed. At one time, who was censored is later than
    who had the outcome, and two outcomes make no pair, as in R's concordance. The score is that of the table,
    without one the predicted risk at the largest horizon. Under competing events, who had one is later than everyone
    (Wolbers et al. 2009).
    """
    return np.asarray(harrell.value)


@metric(
    "uno_c_index", task=TASK, goal="higher", bounds=(0, 1),
    interval=uno_interval, beside=up_to_note, source="uno-2011",
)  # fmt: skip
def uno_c_index(uno: Concordance) -> Floats:
    """Return the same share for outcomes up to the largest horizon, weighted against censoring (Uno et al. 2011).

    Each pair has the weight 1 / G², with G the Kaplan-Meier share not yet censored just before the outcome.
    """
    return np.asarray(uno.value)


@derived(TASK)
def score_groups(score: Floats | None) -> Codes | None:
    """Return the rank of each score, equal scores alike; the same for all horizons."""
    return None if score is None else _dense(score)


@derived(TASK)
def marker_groups(
    score_groups: Codes | None,
    risks: Floats | None,
    horizons: tuple[float, ...] | None,
    horizon: float,
) -> Codes:
    """Return the rank of each predicted risk at the horizon, or where there is none of each score.

    Raises:
        DoesNotApply: there is neither.
    """
    at = given_at(risks, horizons, horizon)
    if risks is not None and at is not None:
        return _dense(risks[:, at])
    if score_groups is None:
        raise DoesNotApply("there is neither a predicted risk at the horizon nor a score")
    return score_groups


class Ranked(NamedTuple):
    """The AUROC at a horizon, and how each rank stands among cases of either kind."""

    value: float
    below: Floats
    """Shape (ranks,): weighted share of cases without the outcome that score below; ties one half."""
    above: Floats
    """Shape (ranks,): of cases with the outcome that score above."""


@derived(TASK)
def ranked_at(marker_groups: Codes, status: Status) -> Ranked:
    """Return the cumulative/dynamic AUROC at the horizon with inverse censoring weights.

    Uno et al. 2007; Blanche et al. 2013, whose second definition of controls holds under competing events: who had
    one before the horizon is a control.

    Raises:
        Undefined: by the horizon nobody had the outcome, or nobody is known to be without it.
    """
    here = np.bincount(marker_groups, status.weight * status.outcome)
    others = np.bincount(marker_groups, status.weight * status.without)
    sizes = float(here.sum()), float(others.sum())
    if not min(sizes):
        raise Undefined("needs cases with the outcome by the horizon and cases known to be without")
    below = (np.cumsum(others) - others / 2) / sizes[1]
    above = 1 - (np.cumsum(here) - here / 2) / sizes[0]
    return Ranked(float(here @ below) / sizes[0], below, above)


class Area(NamedTuple):
    """The AUROC at a horizon, and what each case adds to its deviation."""

    value: float
    influence: Floats


@derived(TASK)
def area_at(
    ranked_at: Ranked, marker_groups: Codes, status: Status, censoring: Censoring, gone: int
) -> Area:
    """Return the AUROC at the horizon with the influence of each case, through the estimated weights too."""
    placed = np.zeros(len(status.weight))
    for those, share in ((status.outcome, ranked_at.below), (status.without, ranked_at.above)):
        weight = status.weight * those
        placed += weight * (share[marker_groups] - ranked_at.value) / weight.sum()
    return Area(ranked_at.value, status.influence(placed, censoring, gone))


def area_interval(area_at: Area, patient: Codes, level: float) -> Uncertainty:
    """Return the interval of the AUROC at a horizon, cut at 0 and 1."""
    return _interval(area_at.value, area_at.influence, patient, level)


@metric(
    "time_dependent_auroc", task=TASK, goal="higher", bounds=(0, 1),
    interval=area_interval, beside=at_risk_note, source="blanche-2013",
)  # fmt: skip
def time_dependent_auroc(ranked_at: Ranked) -> Floats:
    """Return the chance that a case with the outcome by the horizon scores above one without; ties count one half.

    Cumulative cases, dynamic controls, weighted against censoring by Kaplan-Meier just before each time. Who had a
    competing event before the horizon is without the outcome. The predicted risk at the horizon is ranked, or where
    there is none the score.
    """
    return np.asarray(ranked_at.value)
