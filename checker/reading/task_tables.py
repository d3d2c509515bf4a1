"""The rows of an evaluation of another task than binary classification: from columns to a `TaskTable`."""

from collections.abc import Callable, Mapping
from typing import Any

from checker.errors import BadSubmission, Problem
from checker.model.predictions import TaskTable
from checker.reading.agreement_tables import agreement, raters
from checker.reading.class_tables import multiclass, ordinal
from checker.reading.columns import Reading, no_groups, selected
from checker.reading.folds import FOLD, fold_of
from checker.reading.long_tables import long_agreement, long_raters
from checker.reading.measure_tables import segmentation
from checker.reading.reader_tables import readers
from checker.reading.response_tables import responses
from checker.reading.survival_tables import survival
from checker.reading.tables import Table, everything
from checker.reading.task_columns import (
    AgreementColumns,
    LongAgreementColumns,
    LongRatersColumns,
    MulticlassColumns,
    OrdinalColumns,
    RatersColumns,
    ReadersColumns,
    ResponseColumns,
    SegmentationColumns,
    SurvivalColumns,
    TaskColumns,
)
from checker.reading.task_rows import TaskRows

UNITS = {"raters": "subject", "agreement": "pair", "segmentation": "case"}
"""What several rows of a file make up, where it has a row for each reading."""


def read_task(table: Table, asked: TaskColumns) -> TaskTable:
    """Return the rows of a table as its task names them.

    Missing values are no problem here: a name is then -1, a number NaN.

    Raises:
        BadSubmission: what cannot be read, or cannot be what it is said to be: every problem at once.
    """
    problems: list[Problem] = []
    made = TaskRows(Reading(selected(table, asked.where, problems), problems), asked)
    task, read = READERS[type(asked)]
    read(made, asked)
    return _finished(made, task)


def _finished(made: TaskRows, task: str) -> TaskTable:
    asked, reading = made.asked, made.reading
    fold = fold_of(reading, asked.fold, said=asked.fold_said)
    if fold is not None:
        fold = made.of_subjects(asked.fold or FOLD, fold)
    names = {
        column: made.of_subjects(column, reading.labels(column))
        for column in (asked.case, asked.patient, *asked.groups)
        if column is not None
    }
    reading.problems.extend(
        no_groups(reading.table, asked.groups, asked.case, asked.patient, names)
    )
    if reading.problems:
        raise BadSubmission(dict.fromkeys(reading.problems))
    return TaskTable(
        task=task,
        file=reading.table.name,
        sha256=reading.table.sha256,
        cases=len(made.first),
        columns=made.columns,
        given=made.given,
        places=made.places,
        case=names[asked.case] if asked.case is not None else None,
        patient=names[asked.patient] if asked.patient is not None else None,
        fold=fold,
        groups={column: names[column] for column in asked.groups},
        compared=made.compared,
        everything={name: codes[made.first] for name, codes in everything(reading.table).items()},
        unit="row" if made.unit is None else UNITS[task],
        notes=tuple(made.notes),
    )


READERS: Mapping[type[TaskColumns], tuple[str, Callable[[TaskRows, Any], None]]] = {
    MulticlassColumns: ("multiclass", multiclass),
    OrdinalColumns: ("ordinal", ordinal),
    SurvivalColumns: ("survival", survival),
    AgreementColumns: ("agreement", agreement),
    LongAgreementColumns: ("agreement", long_agreement),
    ResponseColumns: ("responses", responses),
    RatersColumns: ("raters", raters),
    LongRatersColumns: ("raters", long_raters),
    ReadersColumns: ("readers", readers),
    SegmentationColumns: ("segmentation", segmentation),
}
"""By what is asked: the task, and the function that fills its table."""
