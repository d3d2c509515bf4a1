"""Claims about a difference between two algorithms that segmented the same cases."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from checker.evidence.asked_differences import Checked, Difference, checked_parts, defined
from checker.evidence.claim_values import not_checkable
from checker.evidence.difference_ways import Way, normal_way, our_way
from checker.evidence.limits import exactly
from checker.evidence.mask_numbers import OVER_CASES
from checker.evidence.null_tests import SIGNED_RANKS
from checker.evidence.task_figures import compare_masks
from checker.evidence.task_rows import columns_of, plain_name
from checker.metrics.base import Floats
from checker.metrics.classical_tests import paired_t, signed_ranks
from checker.metrics.comparing_masks import Paired, paired_measures
from checker.metrics.distributions import student
from checker.metrics.segmentation import chosen, summarised
from checker.model.estimate import Comparison, Interval
from checker.model.measures import EVERY, surface_dice_names
from checker.needs import NotEstablished

OURS = ("", "prediction", "predictions", "model", "score")
"""What stands for the predictions of the evaluation, as plain names."""


def difference_of_masks(asked: Difference) -> Checked:
    """Return the verdict on each printed part of the difference, and the recomputed comparison.

    Raises:
        NotEstablished: the other algorithm was not submitted, or such a difference is not recomputed.
    """
    if asked.claim.summary == "pooled":
        because = f"a difference of {asked.claim.metric} pooled over all cases is not recomputed"
        raise NotEstablished(because)
    structure, of = _structure(asked)
    other, sign = _other(asked, of)
    columns = columns_of(asked.table)
    wanted = (asked.claim.metric,)
    made = compare_masks(asked.table, columns, other, asked.unit, asked.settings, wanted)
    found = _turned(defined(_one(asked, made, structure)), sign)
    pair = _pair(asked, columns, other, found)
    cases = _pair(asked, {"measures": columns["measures"]}, other, found)
    others = list(_other_values(pair, sign))
    if len(cases.first) > len(pair.first):
        others += [(f"{words}, {OVER_CASES}", value) for words, value in _summaries(cases, sign)]
    others += _of_own_cases(asked, columns, other, found, sign)

    def tests() -> tuple[Way, ...]:
        made = tuple(_tests(asked, found, pair, sign))
        if len(cases.first) == len(pair.first):
            return made
        every = tuple(_tests(asked, found, cases, sign))[1:]
        return made + tuple(each._replace(words=f"{each.words}, {OVER_CASES}") for each in every)

    if asked.claim.summary == "median":
        return _of_medians(asked, found, tests, others)
    if asked.claim.summary == "mean":
        others = [each for each in others if not MEDIANS.search(each[0])]
    return checked_parts(asked, found, tests, others)


MEDIANS = re.compile(r"\bmedians?\b")


def _of_medians(
    asked: Difference,
    found: Comparison,
    tests: Callable[[], tuple[Way, ...]],
    others: Sequence[tuple[str, float]],
) -> Checked:
    """Return the verdict where the claim says that medians are compared: of them there is no interval."""
    medians = sorted(
        (each for each in others if MEDIANS.search(each[0])), key=lambda each: each[0] != OF_MEDIANS
    )
    made = replace(found, difference=medians[0][1], interval=None)
    parts, compared = checked_parts(asked, made, tests, medians[1:])
    because = "no interval of a difference of medians is recomputed"
    return (
        tuple(
            not_checkable("interval", each.printed, because) if each.part == "interval" else each
            for each in parts
        ),
        compared,
    )


OF_MEDIANS = "difference of the medians"


def _parts_of(text: str | None) -> list[str]:
    return [each.strip() for each in (text or "").replace(";", ",").split(",") if each.strip()]


def _structure(asked: Difference) -> tuple[str | None, str]:
    """Return the structure that the claim names, and what else it names."""
    names = (*cast(Any, asked.table.given["structures"]), EVERY)
    known = {plain_name(each.replace("_", " ")): each for each in names}
    parts = {plain_name(each.replace("_", " ")): each for each in _parts_of(asked.claim.of)}
    named = [known[each] for each in parts if each in known]
    rest = [text for each, text in parts.items() if each not in known]
    return (named[0] if named else None), ", ".join(rest)


def _other(asked: Difference, of: str) -> tuple[str, float]:
    """Return the algorithm that is compared with ours, and 1; -1 where ours is the second one."""
    known = {plain_name(each): each for each in asked.table.compared}
    ours = {*OURS, plain_name(asked.evaluation.model or "")}
    first, second = plain_name(of), plain_name(asked.claim.versus or "")
    if second in known and first in ours:
        return known[second], 1.0
    if first in known and second in ours:
        return known[first], -1.0
    there = ", ".join(f'"{name}"' for name in asked.table.compared) or "no other algorithm"
    raise NotEstablished(
        f'"{asked.claim.versus}" is not compared with the predictions; there is {there}'
    )


def _one(asked: Difference, made: tuple[Comparison, ...], structure: str | None) -> Comparison:
    claim = asked.claim
    found = [each for each in made if each.metric == claim.metric]
    if not found:
        raise NotEstablished(f"a difference of {claim.metric} is not recomputed by this version")
    found = [each for each in found if claim.at is None or each.tolerance_mm in (None, claim.at)]
    wanted = structure or (EVERY if any(each.structure == EVERY for each in found) else None)
    found = [each for each in found if wanted in (None, each.structure)]
    if len(found) != 1:
        there = "; ".join(
            f"{each.structure}, {each.tolerance_mm or ''}".strip(", ") for each in found
        )
        raise NotEstablished(f"say which difference by of or at: {there or 'there is none'}")
    return found[0]


def _turned(found: Comparison, sign: float) -> Comparison:
    if sign > 0:
        return found
    assert found.difference is not None
    interval = found.interval and replace(
        found.interval, low=-found.interval.high, high=-found.interval.low
    )
    return replace(
        found,
        first=found.second,
        second=found.first,
        difference=-found.difference,
        interval=interval,
    )


def _pair(asked: Difference, columns: dict[str, Any], other: str, found: Comparison) -> Paired:
    table = asked.table
    measures: dict[str, Any] = {
        name: columns[name] for name in ("measures", "patient") if name in columns
    }
    every = paired_measures(
        measures,
        table.compared[other],
        cast(Any, table.given["quantities"]),
        cast(Any, table.given["structures"]),
        cast(Any, table.places.get("tolerance_mm", ())),
    )
    place = (found.metric, found.structure, found.tolerance_mm)
    return next(each for each in every if (each.metric, each.structure, each.tolerance_mm) == place)


def _summaries(pair: Paired, sign: float) -> Iterator[tuple[str, float]]:
    yield "mean of the differences", sign * float(pair.difference.mean())
    yield from _other_values(pair, sign)


def _of_own_cases(
    asked: Difference, columns: dict[str, Any], other: str, found: Comparison, sign: float
) -> Iterator[tuple[str, float]]:
    """Yield differences of two printed summaries: each algorithm over every case that it has a value of."""
    given, name = asked.table.given, found.metric
    if found.tolerance_mm is not None:
        name = surface_dice_names(found.tolerance_mm)[0]
    sides = [
        chosen(
            each,
            cast(Any, given["quantities"]),
            cast(Any, given["structures"]),
            found.structure or EVERY,
        )
        for each in (columns["measures"], asked.table.compared[other])
    ]
    each_case = np.arange(len(columns["measures"]))
    patient = columns.get("patient", each_case)
    people = [("", patient)]
    if len(np.unique(patient)) < len(patient):
        people.append((f", {OVER_CASES}", each_case))
    for words, codes in people:
        for summary in ("mean", "median"):
            try:
                values = [float(summarised(each.of(name), summary, codes, None)) for each in sides]
            except NotEstablished:
                continue
            yield (
                f"difference of the {summary}s, each over its own cases{words}",
                sign * (values[0] - values[1]),
            )


def _other_values(pair: Paired, sign: float) -> Iterator[tuple[str, float]]:
    yield "median of the differences", sign * float(np.median(pair.difference))
    medians = float(np.median(pair.first) - np.median(pair.second))
    yield OF_MEDIANS, sign * medians


def _tests(asked: Difference, found: Comparison, pair: Paired, sign: float) -> Iterator[Way]:
    """Yield ours, then signed ranks and t, and as if the cases of both were different ones."""
    yield our_way(found, "wilcoxon", asked.settings.resamples)
    difference = sign * pair.difference
    for words, correction, exact in SIGNED_RANKS:
        try:
            p = signed_ranks(difference, correction=correction, exact=exact)
        except NotEstablished:
            continue
        yield Way(f"Wilcoxon signed-rank test{words}", "wilcoxon", None, (p, p))
    yield from _of_means(difference, asked.settings.level)
    size = len(difference)
    if size > 1:
        variance = float(pair.first.var(ddof=1) + pair.second.var(ddof=1)) / size
        words = "as if of different cases, normal"
        yield normal_way(words, "t", float(difference.mean()), variance, asked.settings.level)


def _of_means(difference: Floats, level: float) -> Iterator[Way]:
    try:
        p = paired_t(difference)
    except NotEstablished:
        return
    size = len(difference)
    half = student(level, size - 1) * float(difference.std(ddof=1)) / size**0.5
    middle = float(difference.mean())
    limits = exactly(Interval(low=middle - half, high=middle + half, level=level))
    yield Way("paired t test", "paired_t", limits, (p, p))
