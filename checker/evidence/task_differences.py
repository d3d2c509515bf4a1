"""Claims about a difference in other tasks than binary classification: between two scores of the same cases."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from checker.evidence.asked_differences import Checked, Difference, checked_parts, defined
from checker.evidence.difference_ways import (
    Pair,
    Way,
    normal_way,
    our_way,
    resampled_difference,
    resampled_values,
    ways,
)
from checker.evidence.mask_differences import difference_of_masks
from checker.evidence.reader_differences import difference_of_readers
from checker.evidence.rows import Rows
from checker.evidence.task_figures import COMPARE
from checker.evidence.task_rows import (
    SCORE,
    TaskRows,
    columns_of,
    group_rows,
    label_names,
    plain_name,
    rows_scored,
)
from checker.metrics import compare_correlations
from checker.metrics.base import METRICS
from checker.metrics.classical_tests import williams
from checker.metrics.ordinal import dichotomies
from checker.model.estimate import Comparison
from checker.model.metric_names import METRIC_NAMES
from checker.model.predictions import TaskTable
from checker.model.settings import Settings
from checker.model.study import Claim, Evaluation
from checker.model.times import in_words
from checker.needs import NotEstablished

ALSO_CALLED: Mapping[str, tuple[str, ...]] = {
    "c_index": ("uno_c_index",),
    "uno_c_index": ("c_index",),
    "obuchowski_measure": ("ordinal_c_index",),
    "ordinal_c_index": ("obuchowski_measure",),
    "pearson_correlation": ("spearman_correlation",),
    "spearman_correlation": ("pearson_correlation",),
}
"""Metric to those of which a difference goes by the same name."""
MOST_RESAMPLED = 20_000
"""With more patients the bootstrap says what the formula says, and takes long."""


def check_task_difference(
    claim: Claim, evaluation: Evaluation, table: TaskTable, unit: str, settings: Settings
) -> Checked:
    """Return the verdict on each printed part of the difference, and the recomputed comparison.

    Raises:
        NotEstablished: what it compares is not in the file, or such a difference is not recomputed or undefined.
    """
    group, rows = group_rows(table, claim.group)
    asked = Difference(
        claim=claim,
        evaluation=evaluation,
        table=rows,
        group=group,
        unit=unit,
        settings=replace(settings, level=claim.level or settings.level),
    )
    return OF_TASK.get(table.task, _of_scores)(asked)


def _of_detections(asked: Difference) -> Checked:
    from checker.evidence.detection_differences import difference_of_detections

    return difference_of_detections(asked)


OF_TASK: Mapping[str, Callable[[Difference], Checked]] = {
    "readers": difference_of_readers,
    "segmentation": difference_of_masks,
    "detection": _of_detections,
}
"""Task to what checks a difference in it, where it is not one of two scores."""


def _of_scores(asked: Difference) -> Checked:
    claim, table = asked.claim, asked.table
    if table.task not in COMPARE:
        task = table.task.replace("_", " ")
        raise NotEstablished(
            f"differences between two models are not recomputed for the task {task} by this version"
        )
    label, of = _label(asked)
    name, sign = _other(asked, of)
    columns = {**table.compared, **columns_of(table)}
    made = COMPARE[table.task](table, columns, name, asked.unit, asked.settings)
    named = [each for each in made if each.metric == claim.metric and label in (None, each.label)]
    ours = _at(claim, named)
    found = _turned(defined(ours), sign)
    also = [
        each
        for each in made
        if each.metric in ALSO_CALLED.get(claim.metric, ()) and each.horizon in (None, ours.horizon)
    ]
    others = [
        (METRIC_NAMES[each.metric].label, sign * each.difference)
        for each in also
        if each.difference is not None
    ]
    return checked_parts(asked, found, lambda: tuple(_tests(asked, found, name, sign)), others)


def _label(asked: Difference) -> tuple[str | None, str | None]:
    """Return the cut between classes that the claim names, and what else it names."""
    given: Any = asked.table.given.get("classes") or ()
    cuts = {each: label_names(each) for each in dichotomies(tuple(map(str, given)))}
    parts = [each.strip() for each in (asked.claim.of or "").replace(";", ",").split(",")]
    found = next((cut for cut, names in cuts.items() if names & set(map(plain_name, parts))), None)
    rest = [each for each in parts if each and plain_name(each) not in cuts.get(found or "", set())]
    return found, ", ".join(rest) or None


def _other(asked: Difference, of: str | None) -> tuple[str, float]:
    """Return the score that is compared with the model's, and 1; -1 if the model's is the second one.

    Raises:
        NotEstablished: neither is the model's, or a score is none of the file.
    """
    table, claim = asked.table, asked.claim
    ours = {"", "score", "model", "measured", plain_name(asked.evaluation.model or "")}
    ours |= {plain_name(each) for each in (asked.evaluation.columns or {}).values()} - {
        plain_name(each) for each in table.compared
    }
    known = {plain_name(each): each for each in table.compared}
    first, second = plain_name(of or ""), plain_name(claim.versus or "")
    for each, text in ((first, of), (second, claim.versus)):
        if each not in known and each not in ours:
            there = ", ".join(f'"{name}"' for name in table.compared) or "no further score"
            raise NotEstablished(
                f'there is no score "{text}" beside the model\'s; there is {there}'
            )
    if first in known and second in known:
        raise NotEstablished(
            "further scores are compared with the model's only, not with each other"
        )
    if first not in known and second not in known:
        raise NotEstablished(
            f'"{claim.versus}" is compared with itself; say which two scores (of, versus)'
        )
    return (known[second], 1.0) if second in known else (known[first], -1.0)


def _at(claim: Claim, found: Sequence[Comparison]) -> Comparison:
    """Return the comparison at the place of the claim.

    Raises:
        NotEstablished: there is none, or several.
    """
    if not found:
        raise NotEstablished(f"a difference of {claim.metric} is not recomputed by this version")
    here = [
        each
        for each in found
        if claim.at is None
        or each.horizon is None
        or each.horizon == claim.at
        or in_words(each.horizon) == in_words(claim.at)
    ]
    if len(here) != 1:
        cuts = ", ".join(each.label for each in found if each.label is not None)
        if cuts:
            raise NotEstablished(f"say at which cut by of; the differences are at {cuts}")
        there = ", ".join(in_words(each.horizon) for each in found if each.horizon is not None)
        raise NotEstablished(f"say at which horizon by at; the differences are at {there}")
    return here[0]


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


def _tests(asked: Difference, found: Comparison, name: str, sign: float) -> Iterator[Way]:
    """Yield ours, then the bootstrap of both scores on the same patients, and as if of different ones."""
    yield our_way(found, "delong" if "DeLong" in found.test else "paired", asked.settings.resamples)
    metric = METRICS[asked.table.task, found.metric]
    pair = [
        rows_scored(asked.table, score, found, asked.settings, asked.seeds)
        for score in (SCORE[asked.table.task], name)
    ]
    first, second = pair if sign > 0 else pair[::-1]
    if found.label is not None:
        yield from _of_two_classes(asked, found, first, second)
        return
    if found.metric == "pearson_correlation" and not first.cases.repeated:
        yield from _of_correlations(first, second)
    if first.patients > MOST_RESAMPLED:
        return
    yield from resampled_difference(metric, first, second, "patients")
    yield from _apart(metric, first, second)


def _of_two_classes(
    asked: Difference, found: Comparison, first: TaskRows, second: TaskRows
) -> Iterator[Way]:
    """Yield every test of two AUROCs, at a cut between classes."""
    cut = dichotomies(first.given["classes"]).index(found.label or "") + 1  # type: ignore[arg-type]  # names
    rows = [
        Rows(
            outcome=np.asarray(each.cases.columns["outcome"]) >= cut,
            score=np.asarray(each.cases.columns["score"], float),
            patient=each.cases.patient,
            probability=False,
            seeds=asked.seeds,
            resamples=asked.settings.resamples,
            level=asked.settings.level,
        )
        for each in (first, second)
    ]
    pair = Pair(metric=METRICS["classification", "auroc"], first=rows[0], second=rows[1])
    yield from tuple(ways(pair, found))[1:]


def _of_correlations(first: TaskRows, second: TaskRows) -> Iterator[Way]:
    """Yield the other tests of two correlations with one reference: Williams 1959, Meng, Rosenthal and Rubin 1992."""
    reference = np.asarray(first.cases.columns["reference"], float)
    one, other = (np.asarray(each.cases.columns["measured"], float) for each in (first, second))
    try:
        meng = compare_correlations(reference, one, other, method="meng")
    except NotEstablished:
        return
    yield Way(meng.test, "meng", None, (meng.p, meng.p))
    p = williams(meng.first, meng.second, float(np.corrcoef(one, other)[0, 1]), len(reference))
    yield Way("Williams 1959", "williams", None, (p, p))


def _apart(metric: Any, first: TaskRows, second: TaskRows) -> Iterator[Way]:
    spreads = [np.nanvar(resampled_values(metric, each), ddof=1) for each in (first, second)]
    value = first.value(metric) - second.value(metric)
    words = "as if of different cases, bootstrap standard errors"
    yield normal_way(words, "unpaired", value, float(sum(spreads)), first.level)
