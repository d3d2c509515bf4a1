"""The bootstrap over patients: how they are drawn, and every metric on all resamples at once."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from checker.metrics.base import TASKS, Codes, Floats, Metric, Share
from checker.needs import Absent, Known

FEWEST_PATIENTS = 20
"""The percentiles of fewer say little about the population; a sentence is given instead."""
BLOCK = 1 << 16
"""Weights of cases handled at once: half a megabyte, so that they stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One metric at one value of each of its facets."""

    metric: Metric
    facets: tuple[tuple[str, object], ...] = ()

    @property
    def where(self) -> dict[str, object]:
        """The facets by name."""
        return dict(self.facets)


def seeds(seed: int, *names: str) -> tuple[int, int]:
    """Return what seeds a generator of this evaluation and group alone, the same on every machine."""
    return seed, zlib.crc32("/".join(names).encode())


def drawn(
    seeds: Sequence[int],
    patients: int,
    cases: int,
    resamples: int,
    strata: Codes | None = None,
) -> Iterator[Floats]:
    """Return blocks of weights: how often each patient is in each resample, shape (resamples, patients).

    Args:
        seeds: as of `seeds`.
        patients: number of patients; so many are drawn with replacement.
        cases: number of cases, which decides how many resamples are handled at once.
        resamples: all of them.
        strata: shape (patients,): each is drawn from its own stratum, whose size stays as it is; None: from all.
    """
    rng, at_once = np.random.default_rng(seeds), max(1, BLOCK // cases)
    apart = [] if strata is None else [np.flatnonzero(strata == s) for s in np.unique(strata)]
    for done in range(0, resamples, at_once):
        size = min(at_once, resamples - done)
        if strata is None:
            yield _counts(rng, patients, size)
            continue
        weight = np.empty((size, patients))
        for members in apart:
            weight[:, members] = _counts(rng, len(members), size)
        yield weight


def _counts(rng: np.random.Generator, patients: int, size: int) -> Floats:
    """Return how often each of these patients is in each of so many resamples."""
    picked = rng.integers(0, patients, (size, patients), np.uint32).astype(np.int64)
    picked += np.arange(size)[:, None] * patients
    counts = np.bincount(picked.ravel(), minlength=size * patients)
    return np.asarray(counts.reshape(size, patients), float)


def resampled(
    known: Known, asked: Sequence[Asked], weights: Iterator[Floats]
) -> dict[Asked, Floats]:
    """Return the value of everything asked for on every resample; NaN where it is undefined.

    Args:
        known: the columns of the task; what does not depend on weights is made once.
        asked: metrics with their facets.
        weights: blocks of resamples.
    """
    places: dict[tuple[tuple[str, object], ...], Known] = {}
    found: dict[Asked, list[Floats]] = {each: [] for each in asked}
    by_rows = {
        each: each.metric.by_rows or "weight" not in each.metric.depends_on() for each in asked
    }
    for weight in weights:
        inside: dict[tuple[tuple[str, object], ...], Known] = {}
        for each in asked:
            around, last = _parted(each.facets)
            if around not in places:
                places[around] = known.inside(**dict(around))
            if by_rows[each]:
                there = places[around].inside(**dict(last))
                found[each].append(_row_by_row(there, each.metric, weight))
                continue
            if around not in inside:
                inside[around] = places[around].inside(weight=weight)
            there = inside[around].inside(**dict(last)) if last else inside[around]
            found[each].append(_values(there, each.metric, len(weight)))
    return {each: np.concatenate(values) for each, values in found.items()}


LAST = ("false_positives_per_case",)
"""Facets that are only looked up along a curve: the curve of one resample serves all their values."""


def _parted(
    facets: tuple[tuple[str, object], ...],
) -> tuple[tuple[tuple[str, object], ...], tuple[tuple[str, object], ...]]:
    """Return the facets on which what is resampled depends, and those in `LAST`."""
    last = tuple(each for each in facets if each[0] in LAST)
    return (tuple(each for each in facets if each[0] not in LAST), last) if last else (facets, last)


def _values(known: Known, metric: Metric, size: int) -> Floats:
    value = known.ask(metric.function)
    if isinstance(value, Absent):
        return np.full(size, np.nan)
    return np.broadcast_to(value.value() if isinstance(value, Share) else value, size)


def _row_by_row(known: Known, metric: Metric, weight: Floats) -> Floats:
    """Return the metric on resamples whose rows stand there as often as their patient was drawn."""
    patient = cast(Codes, known.value("patient"))
    columns = {name: known.value(name) for name in TASKS[metric.task].names}
    found = []
    for drawn_patients in weight:
        rows = np.repeat(np.arange(len(patient)), drawn_patients[patient].astype(np.int64))
        there = {
            name: column[rows] if isinstance(column, np.ndarray) else column
            for name, column in columns.items()
        }
        inside = known.inside(**there, patient=np.arange(len(rows)))
        found.append(_values(inside, metric, 1)[0])
    return np.array(found)


def left_out(known: Known, metric: Metric, facets: Mapping[str, object], patients: int) -> Floats:
    """Return the value without each patient in turn, shape (patients,), for BCa intervals."""
    everyone = np.arange(patients)
    at_once = max(1, BLOCK // patients)
    blocks = (everyone[at : at + at_once] for at in range(0, patients, at_once))
    weights = ((everyone != some[:, None]).astype(float) for some in blocks)
    one = Asked(metric, tuple(facets.items()))
    return resampled(known, [one], weights)[one]
