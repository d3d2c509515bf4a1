"""Order statistics of rows that count several times: middle ranks, medians, quantiles, discordant pairs."""

from typing import NamedTuple

import numpy as np

from checker.metrics.base import NO_CASES, Bools, Codes, Floats, Undefined
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
    codes = codes.astype(np.int64)
    for bit in reversed(range(int(codes.max(initial=0)).bit_length())):
        one = (codes >> bit & 1).astype(bool)
        groups = _Groups.of(codes >> (bit + 1))
        with_it = times * one
        before = np.cumsum(with_it, axis=-1)
        before -= with_it
        before -= before.take(groups.begin, axis=-1)  # of the same group alone
        found += np.einsum("...i,...i->...", times - with_it, before)
        order = groups.without_first(one)
        codes, times = codes[order], times.take(order, axis=-1)
    return found


class _Groups(NamedTuple):
    """Neighbours with the same code: where the group of each row begins, and how it goes on."""

    begin: Codes
    number: Codes

    @classmethod
    def of(cls, codes: Codes) -> "_Groups":
        new = np.append(True, codes[1:] != codes[:-1])
        number = np.cumsum(new) - 1
        return cls(np.flatnonzero(new)[number], number)

    def without_first(self, one: Bools) -> Codes:
        """Return the rows in the order in which, in each group, those without the bit come first."""
        zeros: Codes = np.cumsum(~one) - ~one  # zeros before each row
        inside: Codes = zeros - zeros[self.begin]
        of_group = np.bincount(self.number, ~one).astype(np.int64)[self.number]
        ones_inside = np.arange(len(one)) - self.begin - inside
        place = self.begin + np.where(one, of_group + ones_inside, inside)
        order = np.empty_like(place)
        order[place] = np.arange(len(one))
        return order
