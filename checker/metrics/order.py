"""Order statistics of rows that count several times: middle ranks, medians, quantiles, discordant pairs."""

from typing import NamedTuple

import numpy as np

from checker.metrics.base import NO_CASES, Codes, Floats, Undefined
from checker.metrics.patients import Weight


class Order(NamedTuple):
    """Rows from the smallest value to the largest, and where each distinct value ends."""

    order: Codes
    """Shape (rows,): positions."""
    last: Codes
    """Shape (distinct values,): position in `order` of the last row that has the value."""


def rising(*columns: Floats) -> Order:
    """Return the rows by the first column, ties by the next; rows equal in all are one value.

    Raises:
        Undefined: there are no rows.
    """
    if not len(columns[0]):
        raise Undefined(NO_CASES)
    order = np.lexsort(columns[::-1])
    new = np.zeros(len(order) - 1, bool)
    for column in columns:
        new |= column[order][1:] != column[order][:-1]
    return Order(order, np.append(np.flatnonzero(new), len(order) - 1))


def row_weights(patient: Codes, weight: Weight) -> Floats:
    """Return how often each row counts: shape (rows,), or (resamples, rows)."""
    if weight is None or isinstance(weight, str):
        return np.ones(len(patient))
    return np.asarray(weight.take(patient, axis=-1))


def counts(times: Floats, order: Order) -> Floats:
    """Return how often each distinct value counts, shape (..., distinct values)."""
    up_to = np.cumsum(times[..., order.order], axis=-1)[..., order.last]
    return np.diff(up_to, axis=-1, prepend=0)


def middle_ranks(times: Floats, order: Order) -> Floats:
    """Return the rank of each row, shape (..., rows); rows with equal values share the mean of their ranks."""
    up_to = np.cumsum(times[..., order.order], axis=-1)[..., order.last]
    here = np.diff(up_to, axis=-1, prepend=0)
    ranks = up_to - here + (here + 1) / 2
    found = np.empty(times.shape)
    found[..., order.order] = np.repeat(ranks, np.diff(order.last, prepend=-1), axis=-1)
    return found


def at_rank(values: Floats, times: Floats, order: Order, rank: Floats) -> Floats:
    """Return the value at a rank from 1, between two ranks on a straight line; rows count several times."""
    up_to = np.cumsum(times[..., order.order], axis=-1)
    low = _at(values[order.order], up_to, np.floor(rank))
    high = _at(values[order.order], up_to, np.ceil(rank))
    return np.asarray(low + (rank - np.floor(rank)) * (high - low))


def _at(ordered: Floats, up_to: Floats, rank: Floats) -> Floats:
    place = (up_to < np.asarray(rank)[..., None]).sum(axis=-1)
    return np.asarray(ordered[np.minimum(place, len(ordered) - 1)])


def middle(values: Floats, order: Order, patient: Codes, weight: Weight) -> Floats:
    """Return the median: the value at the middle, or the mean of both."""
    times = row_weights(patient, weight)
    return at_rank(values, times, order, (times.sum(axis=-1) + 1) / 2)


def inversions(codes: Codes, times: Floats) -> Floats:
    """Return the pairs of rows of which the earlier has the larger code, each counted weight times weight.

    Bit by bit from the highest: rows that agree in all higher bits lie together, in their first order, and an
    inversion is decided at the first bit that differs. n log n steps, no pair is looked at.

    Args:
        codes: shape (rows,), not negative.
        times: shape (..., rows): how often each row counts.
    """
    found = np.zeros(times.shape[:-1])
    for bit in reversed(range(int(codes.max(initial=0)).bit_length())):
        high, one = codes >> (bit + 1), (codes >> bit & 1).astype(bool)
        begin = np.searchsorted(high, high)
        ones = np.cumsum(times * one, axis=-1)
        before = np.concatenate([np.zeros((*times.shape[:-1], 1)), ones], axis=-1)[..., begin]
        found += np.einsum("...i,...i->...", times * ~one, ones - before)
        place = _sorted_within(one, begin)
        moved, heavy = np.empty_like(codes), np.empty_like(times)
        moved[place], heavy[..., place] = codes, times
        codes, times = moved, heavy
    return found


def _sorted_within(one: Codes, begin: Codes) -> Codes:
    """Return where each row goes when, in each group, those without the bit come first, in their order."""
    zeros = np.append(0, np.cumsum(~one))
    ends = np.append(np.flatnonzero(np.diff(begin)) + 1, len(begin))
    end = ends[np.searchsorted(ends, begin, side="right")]
    mine, at = zeros[:-1] - zeros[begin], np.arange(len(one))
    return np.asarray(
        np.where(one, begin + zeros[end] - zeros[begin] + (at - begin) - mine, begin + mine)
    )
