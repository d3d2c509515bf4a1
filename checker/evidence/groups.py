"""Evidence about groups: how large they are, and how the model does in each."""

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from checker import metrics
from checker.evidence.base import evidence
from checker.evidence.performance import Scored, as_submitted
from checker.model.estimate import Comparison, Estimate, Estimates
from checker.model.evidence import GroupSize
from checker.model.predictions import Labels, Predictions
from checker.model.settings import Settings
from checker.model.study import Evaluation
from checker.needs import Absent, DoesNotApply, either

MISSING = "not known"
"""Name of the group of rows whose cell is empty."""
MOST_COMPARED = 4
"""Groups of a column up to which each is compared with each; beyond, too many tests for anybody to read."""


def groups_of(predictions: Predictions) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """Yield column, name and rows of each group; rows with an empty cell last."""
    for column, labels in predictions.groups.items():
        for code, name in enumerate(labels.names):
            yield column, name, labels.codes == code
        if (labels.codes < 0).any():
            yield column, MISSING, labels.codes < 0


@evidence
def group_sizes(
    classified: Evaluation, predictions: Predictions, scored: Scored
) -> tuple[GroupSize, ...]:
    """Return cases, patients and outcomes in each group, among scored rows.

    Raises:
        DoesNotApply: no groups are named.
    """
    if not predictions.groups:
        raise DoesNotApply("no groups are named")
    return tuple(_size(predictions, scored, *each) for each in groups_of(predictions))


def _size(
    predictions: Predictions, scored: Scored, column: str, name: str, rows: NDArray[np.bool_]
) -> GroupSize:
    here = rows & scored.keep
    patient = predictions.patient
    return GroupSize(
        column=column,
        name=name,
        cases=int(here.sum()),
        patients=None if patient is None else len(np.unique(patient.codes[here])),
        with_outcome=int((predictions.outcome[here] == 1).sum()),
        without_outcome=int((predictions.outcome[here] == 0).sum()),
    )


@evidence
def subgroup_estimates(
    classification_subgroup_estimates: Estimates | Absent,
    task_subgroup_estimates: Estimates | Absent,
) -> Estimates:
    """Return all estimates in each group; a group is called ``column = value``.

    Raises:
        DoesNotApply: no groups are named.
    """
    return either(classification_subgroup_estimates, task_subgroup_estimates)


@evidence
def classification_subgroup_estimates(
    classified: Evaluation,
    predictions: Predictions,
    columns: Mapping[str, NDArray[np.generic]],
    optional_threshold: float | None,
    is_probability: bool,
    sampled_by_outcome: str,
    unit: str,
    settings: Settings,
) -> Estimates:
    """Return all estimates of a binary classification in each group.

    Raises:
        DoesNotApply: no groups are named.
    """
    if not predictions.groups:
        raise DoesNotApply("no groups are named")
    made: list[Estimate] = []
    for column, name, rows in groups_of(predictions):
        made += metrics.estimates(
            "classification",
            {each: values[rows] for each, values in columns.items()},
            threshold=optional_threshold,
            probability=is_probability,
            stratified=bool(sampled_by_outcome),
            unit=unit,
            group=f"{column} = {name}",
            seed=settings.seed,
            level=settings.level,
            resamples=settings.resamples,
            evaluation=classified.name,
        )
    return Estimates(tuple(as_submitted(each, predictions) for each in made))


@evidence
def group_comparison(
    classified: Evaluation,
    predictions: Predictions,
    columns: Mapping[str, NDArray[np.generic]],
    unit: str,
    settings: Settings,
) -> tuple[Comparison, ...]:
    """Return the AUROC of each group minus that of each other, for columns of two to four groups.

    The p values are those of single tests; nothing is corrected for their number.

    Raises:
        DoesNotApply: no column has two to four groups.
    """
    pairs = [
        (column, first, second)
        for column, labels in predictions.groups.items()
        if len(labels.names) <= MOST_COMPARED
        for first, second in combinations(range(len(labels.names)), 2)
    ]
    if not pairs:
        raise DoesNotApply(f"no column of groups has two to {MOST_COMPARED} of them")
    return tuple(
        _compared(predictions.groups[column], column, first, second, columns, unit, settings)
        for column, first, second in pairs
    )


def _compared(
    labels: Labels,
    column: str,
    first: int,
    second: int,
    columns: Mapping[str, NDArray[np.generic]],
    unit: str,
    settings: Settings,
) -> Comparison:
    return metrics.compare_groups(
        columns,
        labels.codes == first,
        f"{column} = {labels.names[first]}",
        f"{column} = {labels.names[second]}",
        among=(labels.codes == first) | (labels.codes == second),
        unit=unit,
        level=settings.level,
    )
