"""Evidence about how a model does in other tasks than binary classification: what their metrics say of the table."""

from checker import metrics
from checker.evidence.base import evidence
from checker.evidence.groups import MISSING
from checker.model.estimate import Estimate, Estimates
from checker.model.predictions import Labels, TaskTable
from checker.model.settings import Settings
from checker.model.study import Evaluation
from checker.needs import DoesNotApply


@evidence
def task_estimates(
    evaluation: Evaluation, task_table: TaskTable, unit: str, settings: Settings
) -> Estimates:
    """Return all estimates of the task, with interval, method and number of cases."""
    return Estimates(estimates_of(evaluation, task_table, unit, settings))


@evidence
def task_subgroup_estimates(
    evaluation: Evaluation, task_table: TaskTable, unit: str, settings: Settings
) -> Estimates:
    """Return all estimates in each group; a group is called ``column = value``.

    Raises:
        DoesNotApply: no groups are named.
    """
    if not task_table.groups:
        raise DoesNotApply("no groups are named")
    made: list[Estimate] = []
    for column, labels in task_table.groups.items():
        for code, name in [*enumerate(labels.names), (-1, MISSING)]:
            if (labels.codes == code).any():
                made += estimates_of(
                    evaluation, task_table, unit, settings, (f"{column} = {name}", labels, code)
                )
    return Estimates(tuple(made))


def estimates_of(
    evaluation: Evaluation,
    table: TaskTable,
    unit: str,
    settings: Settings,
    group: tuple[str, Labels, int] | None = None,
) -> tuple[Estimate, ...]:
    """Return all estimates of the table, or of the rows of one group: its name, its column and its code there."""
    columns = dict(table.columns)
    if table.patient is not None:
        columns["patient"] = table.patient.codes
    name = "all"
    if group is not None:
        name, labels, code = group
        rows = labels.codes == code
        columns = {each: values[rows] for each, values in columns.items()}
    made = metrics.estimates(
        table.task,
        columns,
        places=table.places,
        given=table.given,
        unit=unit,
        group=name,
        seed=settings.seed,
        level=settings.level,
        resamples=settings.resamples,
        evaluation=evaluation.name,
    )
    return tuple(each for each in made if each.versus is None or each.versus != each.modality)
