"""Evidence about cross-validation: which folds there are, and each number as a mean over them and in each."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker import metrics
from checker.evidence.base import evidence
from checker.evidence.performance import as_submitted, with_fixed_models
from checker.metrics.cross_validation import MODELS_ARE_FIXED, CrossValidated, in_several_folds
from checker.metrics.estimating import complete
from checker.model.estimate import Estimates
from checker.model.evidence import FoldEstimate, FoldEstimates, FoldSize
from checker.model.predictions import Labels, Predictions, TaskTable
from checker.model.settings import Settings
from checker.model.study import Evaluation, Study
from checker.needs import Absent, DoesNotApply, NotEstablished, either

Table = Predictions | TaskTable
ROLE = "cross_validation"


@evidence
def out_of_fold(study: Study, evaluation: Evaluation) -> bool:
    """Return whether the partition is said to be scored out of fold (data.partitions.role)."""
    roles = {each.name: each.role for each in study.data.partitions or ()}
    return roles.get(evaluation.partition or "") == ROLE


@evidence
def table(predictions: Table | Absent, task_table: Table | Absent) -> Table:
    """Return the rows of the evaluation, whatever its task."""
    found: object = either(predictions, task_table)
    assert isinstance(found, Predictions | TaskTable)
    return found


@evidence
def folds(table: Table, out_of_fold: bool) -> Labels:
    """Return the fold of each row.

    Raises:
        DoesNotApply: nothing names folds, and nobody says that there are some.
        NotEstablished: only one of both is said: that there are folds, or which.
    """
    if table.fold is None and not out_of_fold:
        raise DoesNotApply("there is no cross-validation")
    if table.fold is None:
        raise NotEstablished(
            f"{table.file} does not tell which fold a row belongs to, so there is no mean over folds (name the column, "
            "evaluations.columns.fold, or give a folder with a file for each fold, evaluations.predictions)"
        )
    if not out_of_fold:
        raise NotEstablished(
            f"the rows of {table.file} are divided into folds, and no partition with the role cross_validation is "
            "named for them (evaluations.partition, data.partitions.role), so nothing is averaged over folds"
        )
    return table.fold


@evidence
def over_folds(
    classification_over_folds: tuple[CrossValidated, ...] | Absent,
    task_over_folds: tuple[CrossValidated, ...] | Absent,
) -> tuple[CrossValidated, ...]:
    """Return every metric pooled, by fold and as the mean over folds."""
    return either(classification_over_folds, task_over_folds)


@evidence
def classification_over_folds(
    classified: Evaluation,
    folds: Labels,
    predictions: Predictions,
    columns: Mapping[str, NDArray[np.generic]],
    classification_estimates: Estimates,
    optional_threshold: float | None,
    optional_decision_thresholds: tuple[float, ...],
    is_probability: bool,
    sampled_by_outcome: str,
    unit: str,
    settings: Settings,
) -> tuple[CrossValidated, ...]:
    """Return every metric of a binary classification over folds; thresholds are on the stored score."""
    return metrics.over_folds(
        "classification",
        columns,
        folds.codes,
        fold_names=folds.names,
        pooled=[as_submitted(each, predictions) for each in classification_estimates],
        threshold=optional_threshold,
        net_benefit=optional_decision_thresholds,
        probability=is_probability,
        stratified=bool(sampled_by_outcome),
        unit=unit,
        evaluation=classified.name,
        seed=settings.seed,
        level=settings.level,
        resamples=settings.resamples,
    )


@evidence
def task_over_folds(
    evaluation: Evaluation,
    folds: Labels,
    task_table: TaskTable,
    task_estimates: Estimates,
    unit: str,
    settings: Settings,
) -> tuple[CrossValidated, ...]:
    """Return every metric of another task over folds."""
    return metrics.over_folds(
        task_table.task,
        _columns(task_table),
        folds.codes,
        fold_names=folds.names,
        pooled=task_estimates.values,
        places=task_table.places,
        given=task_table.given,
        unit=unit,
        evaluation=evaluation.name,
        seed=settings.seed,
        level=settings.level,
        resamples=settings.resamples,
    )


def _columns(table: Table) -> dict[str, Any]:
    """Return the columns as the metrics name them."""
    columns = (
        dict(table.columns)
        if isinstance(table, TaskTable)
        else {"outcome": table.outcome, "score": table.score}
    )
    return columns if table.patient is None else {**columns, "patient": table.patient.codes}


@evidence
def fold_estimates(
    table: Table,
    folds: Labels,
    over_folds: tuple[CrossValidated, ...],
    unit: str,
) -> FoldEstimates:
    """Return the mean over folds beside each pooled number, and the value in each fold."""
    task = table.task if isinstance(table, TaskTable) else "classification"
    columns = _columns(table)
    known = complete(columns, task=task)[1]
    named = folds.codes >= 0
    people = in_several_folds(
        task, {name: each[named] for name, each in columns.items()}, folds.codes[named], unit
    )
    outside = int(np.count_nonzero(~named))
    left = f"{outside:,} {'row names' if outside == 1 else 'rows name'} no fold; the means leave them out."
    return FoldEstimates(
        folds=tuple(
            _size(name, known & (folds.codes == code), table.patient)
            for code, name in enumerate(folds.names)
            if (folds.codes == code).any()
        ),
        values=tuple(_fold_estimate(each, table) for each in over_folds),
        notes=tuple(filter(None, (MODELS_ARE_FIXED, people, left if outside else ""))),
    )


def _size(name: str, rows: NDArray[np.bool_], patient: Labels | None) -> FoldSize:
    patients = None
    if patient is not None:
        codes = patient.codes[rows]
        patients = len(np.unique(codes[codes >= 0])) + int(np.count_nonzero(codes < 0))
    return FoldSize(name=name, cases=int(np.count_nonzero(rows)), patients=patients)


def _fold_estimate(each: CrossValidated, table: Table) -> FoldEstimate:
    mean = with_fixed_models(each.as_estimate)
    return FoldEstimate(
        pooled=each.pooled.value,
        mean=as_submitted(mean, table) if isinstance(table, Predictions) else mean,
        by_fold=each.values,
        spreads=each.spreads,
    )
