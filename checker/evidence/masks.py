"""Evidence about masks: which of them are empty, and what the mean is under each rule for them."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import numpy as np

from checker.evidence.base import evidence
from checker.metrics.base import Codes, Floats
from checker.metrics.estimating import complete
from checker.metrics.segmentation import Chosen, mean_over_patients, of_patients
from checker.model.curves import EmptyMasks, EmptyRule, MeasureSpread
from checker.model.predictions import TaskTable
from checker.model.study import Evaluation
from checker.needs import DoesNotApply, NotEstablished

RULES: Mapping[str, tuple[float | None, float | None, float | None]] = {
    "both empty left out (ours)": (None, 0.0, None),
    "both empty counts 1": (1.0, 0.0, None),
    "both empty counts 0": (0.0, 0.0, None),
    "one empty left out": (None, None, None),
    "no prediction counts 0": (None, 0.0, 0.0),
}
"""What counts in place of the Dice where both masks are empty, where one is, and where there is no prediction."""


@evidence
def of_masks(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation, if masks are compared.

    Raises:
        DoesNotApply: it is of another task.
    """
    if evaluation.task != "segmentation":
        raise DoesNotApply(f"the task is {evaluation.task}")
    return evaluation


@evidence
def empty_masks(of_masks: Evaluation, task_table: TaskTable) -> tuple[EmptyMasks, ...]:
    """Return for each structure how many masks are empty, and the mean Dice under each rule for them.

    Raises:
        DoesNotApply: no mask is empty, and none is missing.
        NotEstablished: the table does not say how many voxels a mask has.
    """
    found = tuple(_of_structures(task_table))
    if not any(sum(each.counts[1:]) for each in found):
        raise DoesNotApply("no mask is empty or missing")
    return found


FEWEST = 10
"""Patients below which percentiles would be single patients."""
SPREAD = ("dice", "hausdorff_95")
PERCENTILES = (5, 25, 50, 75, 95)


@evidence
def measure_spreads(of_masks: Evaluation, task_table: TaskTable) -> tuple[MeasureSpread, ...]:
    """Return how Dice and HD95 of each structure are spread over patients.

    Raises:
        DoesNotApply: there are fewer than ten patients.
    """
    chosen, patient = _chosen(task_table)
    found = tuple(_spreads(task_table, chosen, patient))
    if not found:
        raise DoesNotApply(f"there are fewer than {FEWEST} patients")
    return found


def _spreads(table: TaskTable, chosen: Chosen, patient: Codes) -> Iterator[MeasureSpread]:
    for metric in SPREAD:
        values = chosen.look(metric)
        for at, structure in enumerate(cast(Any, table.given["structures"])):
            each = of_patients(values[:, at], patient)
            each = each[~np.isnan(each)]
            if len(each) >= FEWEST:
                yield MeasureSpread(
                    metric=metric,
                    structure=structure,
                    patients=len(each),
                    percentiles=tuple(float(p) for p in np.percentile(each, PERCENTILES)),
                    mean=float(each.mean()),
                )


def _chosen(table: TaskTable) -> tuple[Chosen, Codes]:
    """Return the measures of the complete cases, and whose they are."""
    columns: dict[str, Any] = dict(table.columns)
    if table.patient is not None:
        columns["patient"] = table.patient.codes
    cases, _ = complete(columns, task=table.task)
    quantities = {name: i for i, name in enumerate(cast(Any, table.given["quantities"]))}
    return Chosen(cases.columns["measures"], quantities), cases.patient


def _of_structures(table: TaskTable) -> Iterator[EmptyMasks]:
    chosen, patient = _chosen(table)
    if not chosen.has("reference_voxels"):
        raise NotEstablished("the table does not say how many voxels a mask has")
    missing = int(cast(Any, table.given.get("without_prediction", 0)))
    sizes = [chosen.look(name) for name in ("reference_voxels", "predicted_voxels")]
    dice = chosen.look("dice")
    for at, structure in enumerate(cast(Any, table.given["structures"])):
        reference, prediction = (each[:, at] for each in sizes)
        yield _of_one(structure, reference, prediction, dice[:, at], patient, missing)


def _of_one(
    structure: str,
    reference: Floats,
    prediction: Floats,
    dice: Floats,
    patient: Codes,
    missing: int,
) -> EmptyMasks:
    both = (reference == 0) & (prediction == 0)
    one = (reference == 0) ^ (prediction == 0)
    one &= ~np.isnan(reference)
    rules = [
        EmptyRule(words=words, dice=_mean(dice, both, one, rule, patient, missing))
        for words, rule in RULES.items()
    ]
    return EmptyMasks(
        structure=structure,
        cases=int(np.count_nonzero(~np.isnan(reference))),
        both_empty=int(np.count_nonzero(both)),
        prediction_empty=int(np.count_nonzero(one & (prediction == 0))),
        reference_empty=int(np.count_nonzero(one & (reference == 0))),
        missing=missing,
        rules=tuple(rules),
    )


def _mean(
    dice: Floats,
    both: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]",
    one: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]",
    rule: tuple[float | None, float | None, float | None],
    patient: Codes,
    missing: int,
) -> float | None:
    """Return the mean over patients; a case without a prediction is taken as one of a patient of its own."""
    values = dice.copy()
    for rows, value in ((both, rule[0]), (one, rule[1])):
        values[rows] = np.nan if value is None else value
    if rule[2] is not None and missing:
        more = np.arange(missing) + (int(patient.max(initial=-1)) + 1)
        values, patient = np.append(values, np.full(missing, rule[2])), np.append(patient, more)
    if np.isnan(values).all():
        return None
    return float(mean_over_patients(values, patient, None))
