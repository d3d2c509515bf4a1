"""The predictions of one evaluation: from the columns of a table to numbers under our names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from checker.errors import BadSubmission, Problem
from checker.model.predictions import Predictions
from checker.reading.columns import Reading, no_groups, selected
from checker.reading.folds import fold_of
from checker.reading.tables import Table, decimals, everything
from checker.reading.two_values import outcome


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """Which columns of a table hold what."""

    outcome: str
    score: str
    case: str | None = None
    patient: str | None = None
    groups: Sequence[str] = ()
    compared: Sequence[str] = ()
    """Further scores of the same cases."""
    other: Mapping[str, str] = field(default_factory=dict)
    """Further columns that the description names: by what they are (centre, date), the column."""
    fold: str | None = None
    fold_said: bool = True
    """Somebody named the column as that of the folds; otherwise it is only called so."""


def read_predictions(
    table: Table,
    columns: ColumnNames,
    *,
    positive: str | None = None,
    positive_written: str = "positive:",
    lower_is_positive: bool = False,
    where: Sequence[tuple[str, str]] = (),
) -> Predictions:
    """Return the rows of a table as predictions.

    The outcome has two values, or one if it is known what it means. Values are equal as text, as
    numbers (1 and 1.0) or as true and false in any case. Missing values are no problem here:
    neither of outcomes and scores, nor of patients and groups, whose codes are then -1. Repeated
    cases are none either. What follows from them is said by the rules.

    Args:
        table: of this evaluation, or of several.
        columns: which of its columns are read.
        positive: the outcome's value that means "has the outcome". None: 1 (of 0 or -1 and 1),
            true or yes is understood; of other values the author is asked.
        positive_written: what stands before that value where the author writes it.
        lower_is_positive: scores and compared scores are stored with the opposite sign.
        where: only rows are read in which each of these columns has this value.

    Raises:
        BadSubmission: columns that are not there, numbers that are none, an outcome without two
            values, groups that are names of cases, no rows: every problem at once.
    """
    problems: list[Problem] = []
    reading = Reading(selected(table, where, problems), problems)
    outcomes, spelling = outcome(reading, columns.outcome, positive, positive_written)
    if columns.outcome == columns.score:
        message = "this column was named as the outcome and as the score"
        problems.append(Problem(table.name, None, columns.score, message))
    scores = {
        column: reading.numbers(column, lower_is_positive)
        for column in (columns.score, *columns.compared)
    }
    names = {
        column: reading.labels(column)
        for column in (columns.case, columns.patient, *columns.groups, *columns.other.values())
        if column is not None
    }
    fold = fold_of(reading, columns.fold, said=columns.fold_said)
    problems += no_groups(reading.table, columns.groups, columns.case, columns.patient, names)
    if problems:
        raise BadSubmission(dict.fromkeys(problems))
    return Predictions(
        file=table.name,
        sha256=table.sha256,
        cases=reading.table.rows,
        outcome=outcomes,
        score=scores[columns.score],
        lower_is_positive=lower_is_positive,
        case=names[columns.case] if columns.case is not None else None,
        patient=names[columns.patient] if columns.patient is not None else None,
        fold=fold,
        groups={column: names[column] for column in columns.groups},
        compared={column: scores[column] for column in columns.compared},
        everything=everything(reading.table),
        other={what: names[column] for what, column in columns.other.items()},
        spelling=spelling,
        decimals=decimals(reading.table, columns.score),
    )
