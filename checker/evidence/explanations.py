"""Evidence about explanation maps: whether they lie where prior knowledge expects it, by class, beside chance."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from checker.evidence.base import evidence
from checker.model.curves import AsExpected, ExplanationInRegion, RegionShare
from checker.model.estimate import Estimate, Estimates
from checker.model.maps import CLASS, EXPECTED
from checker.model.predictions import TaskTable
from checker.model.study import Evaluation
from checker.needs import Absent, DoesNotApply

OF_CLASS = f"{CLASS} = "


@evidence
def of_maps(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation, if saliency maps are looked at.

    Raises:
        DoesNotApply: it is of another task.
    """
    if evaluation.task != "explanation":
        raise DoesNotApply(f"the task is {evaluation.task}")
    return evaluation


@evidence
def explanation_in_region(
    of_maps: Evaluation,
    task_table: TaskTable,
    task_estimates: Estimates,
    task_subgroup_estimates: Estimates | Absent,
) -> ExplanationInRegion:
    """Return each region's share of the saliency beside what chance gives, of all maps and of each class."""
    by_class = () if isinstance(task_subgroup_estimates, Absent) else task_subgroup_estimates
    every = [*task_estimates, *(each for each in by_class if each.group.startswith(OF_CLASS))]
    expected: Mapping[str, Sequence[str]] = cast(Any, task_table.given.get("expected", {}))
    return ExplanationInRegion(
        field=str(task_table.given["field"]),
        regions=tuple(_regions(every, expected)),
        as_expected=tuple(_as_expected(every)),
    )


def _of(estimates: Sequence[Estimate], metric: str, like: Estimate) -> Estimate | None:
    where = (metric, like.group, like.structure, like.summary)
    return next(
        (
            each
            for each in estimates
            if (each.metric, each.group, each.structure, each.summary or like.summary) == where
        ),
        None,
    )


def _regions(
    estimates: Sequence[Estimate], expected: Mapping[str, Sequence[str]]
) -> Iterator[RegionShare]:
    for each in estimates:
        if each.metric != "energy_in_region" or each.summary != "mean" or each.value is None:
            continue
        beyond, over = (
            _of(estimates, name, each) for name in ("energy_beyond_chance", "energy_over_chance")
        )
        name, region = each.group.removeprefix(OF_CLASS), each.structure or ""
        yield RegionShare(
            class_name=name,
            region=region,
            expected=region == EXPECTED or region in expected.get(name, ()),
            maps=each.cases,
            energy=each.value,
            interval=each.interval,
            chance=None if beyond is None or beyond.value is None else each.value - beyond.value,
            ratio=None if over is None else over.value,
        )


def _as_expected(estimates: Sequence[Estimate]) -> Iterator[AsExpected]:
    for each in estimates:
        if each.metric != "energy_exceeds_chance" or each.structure != EXPECTED:
            continue
        if each.value is None:
            continue
        right, wrong, difference = (
            _of(estimates, name, each)
            for name in (
                "accuracy_as_expected",
                "accuracy_not_as_expected",
                "accuracy_difference_as_expected",
            )
        )
        yield AsExpected(
            class_name=each.group.removeprefix(OF_CLASS),
            maps=each.cases,
            share=each.value,
            interval=each.interval,
            accuracy_as_expected=right,
            accuracy_not_as_expected=wrong,
            difference=difference,
        )
