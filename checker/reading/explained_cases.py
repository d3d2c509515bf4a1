"""What is known of the cases that maps explain: class, whether the model was right, patient, groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from checker.errors import BadSubmission, Problem
from checker.model.maps import CLASS
from checker.model.predictions import Floats, Labels, Predictions, TaskTable
from checker.reading.columns import Reading, no_groups
from checker.reading.positive import meaning, obvious
from checker.reading.tables import Table

TWO_VALUES = "write 1 where the decision was right and 0 where it was wrong"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExplainedCases:
    """A row for each case; every array has shape (cases,)."""

    file: str
    case: Labels
    """Every case once."""
    class_: Labels | None = None
    correct: "Floats | None" = None
    """1: the model decided rightly, 0: it did not, NaN: nobody said."""
    patient: Labels | None = None
    groups: Mapping[str, Labels] = field(default_factory=dict)

    def row_of(self) -> dict[str, int]:
        """Return the row of each case by its name."""
        return {self.case.names[code]: row for row, code in enumerate(self.case.codes.tolist())}

    def class_at(self, row: int) -> str:
        """Return the class of a row; empty where there is none."""
        code = -1 if self.class_ is None else int(self.class_.codes[row])
        return "" if self.class_ is None or code < 0 else self.class_.names[code]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseColumns:
    """Which column of a table of cases is what; None: there is none."""

    case: str = "case"
    class_: str | None = None
    correct: str | None = None
    outcome: str | None = None
    decision: str | None = None
    patient: str | None = None
    groups: tuple[str, ...] = ()


def read_cases(table: Table, asked: CaseColumns) -> ExplainedCases:
    """Return what a table says of the cases.

    A decision was right where it is the same text as the outcome, or the same number.

    Raises:
        BadSubmission: a column is not there, a case has no name or two rows, or `correct` has other values than two
            that mean right and wrong; every problem at once.
    """
    reading = Reading(table, [])
    case = reading.labels(asked.case)
    names = {
        column: reading.labels(column) for column in (asked.class_, asked.patient) if column
    } | {column: reading.labels(column) for column in asked.groups}
    correct = _correct(reading, asked)
    reading.problems.extend(_twice(table.name, table, asked.case, case))
    reading.problems.extend(no_groups(table, asked.groups, asked.case, asked.patient, names))
    if reading.problems:
        raise BadSubmission(dict.fromkeys(reading.problems))
    return ExplainedCases(
        file=table.name,
        case=case,
        class_=names[asked.class_] if asked.class_ else None,
        correct=correct,
        patient=names[asked.patient] if asked.patient else None,
        groups={column: names[column] for column in asked.groups if column != CLASS},
    )


def _twice(file: str, table: Table | None, column: str, case: Labels) -> list[Problem]:
    """Return a problem for rows without a case and for cases with several rows."""
    import numpy as np

    found = []
    if (case.codes < 0).any():
        found.append(f"{int((case.codes < 0).sum()):,} rows name no case")
    counts = np.bincount(case.codes[case.codes >= 0], minlength=len(case.names))
    if (several := np.flatnonzero(counts > 1)).size:
        more = f" and {len(several) - 1:,} more" if several[1:].size else ""
        found.append(f'the case "{case.names[int(several[0])]}"{more} stands in several rows')
    hint = "a map explains one case: leave one row for each"
    return [Problem(file, None, column, each, hint) for each in found]


def _correct(reading: Reading, asked: CaseColumns) -> "Floats | None":
    import numpy as np

    if asked.correct is not None:
        return _said(reading, asked.correct)
    if asked.outcome is None or asked.decision is None:
        return None
    outcome, decision = (reading.labels(each) for each in (asked.outcome, asked.decision))
    if reading.problems:
        return None
    texts = [[meaning(name).casefold() for name in each.names] for each in (outcome, decision)]
    strange = sorted({*texts[1]} - {*texts[0]})
    if len(strange) == len(texts[1]):
        values = (", ".join(each.names[:4]) for each in (outcome, decision))
        message = "no decision is called like an outcome: outcomes {}, decisions {}".format(*values)
        reading.problems.append(Problem(reading.table.name, None, asked.decision, message))
        return None
    there = (outcome.codes >= 0) & (decision.codes >= 0)
    same = [
        bool(known) and texts[0][true] == texts[1][said]
        for known, true, said in zip(there, outcome.codes, decision.codes, strict=True)
    ]
    return np.where(there, np.array(same, float), np.nan)


def _said(reading: Reading, column: str) -> "Floats | None":
    import numpy as np

    found = reading.labels(column)
    if reading.problems:
        return None
    right = obvious(found.names)
    if not right:
        values = ", ".join(found.names[:4])
        message = f"expected two values that mean right and wrong, there is {values}"
        reading.problems.append(Problem(reading.table.name, None, column, message, TWO_VALUES))
        return None
    is_right = np.array([name == right for name in found.names] + [False])[found.codes]
    return np.where(found.codes < 0, np.nan, is_right.astype(float))


def cases_of(predictions: Predictions | TaskTable, threshold: float | None) -> ExplainedCases:
    """Return what the table of an evaluation says of its cases: the class is the outcome.

    Args:
        predictions: of a classification, or of several classes.
        threshold: of a classification, at which scores become decisions; None: none do.

    Raises:
        BadSubmission: no column names the case, or a case has several rows.
    """
    if predictions.case is None:
        message = "the maps are of the cases of this table, and no column names the case"
        hint = "name it: columns: {case: COLUMN}"
        raise BadSubmission([Problem(predictions.file, None, "case", message, hint)])
    if problems := _twice(predictions.file, None, "case", predictions.case):
        raise BadSubmission(problems)
    outcome, correct = (
        _of_two(predictions, threshold)
        if isinstance(predictions, Predictions)
        else _of_several(predictions)
    )
    return ExplainedCases(
        file=predictions.file,
        case=predictions.case,
        class_=outcome,
        correct=correct,
        patient=predictions.patient,
        groups={name: each for name, each in predictions.groups.items() if name != CLASS},
    )


def _of_two(found: Predictions, threshold: float | None) -> tuple[Labels, "Floats | None"]:
    import numpy as np

    outcome = Labels(found.outcome, found.spelling)
    if threshold is None:
        return outcome, None
    turned = -threshold if found.lower_is_positive else threshold
    known = (found.outcome >= 0) & ~np.isnan(found.score)
    right = (found.score >= turned) == (found.outcome == 1)
    return outcome, np.where(known, right.astype(float), np.nan)


def _of_several(found: TaskTable) -> tuple[Labels | None, "Floats | None"]:
    import numpy as np

    classes: Sequence[str] = found.given.get("classes", ())  # type: ignore[assignment]  # of names
    codes = found.columns.get("outcome")
    if codes is None or not classes:
        return None, None
    outcome = Labels(np.asarray(codes, np.int64), tuple(classes))
    decided = found.columns.get("decision")
    if decided is None and "risks" in found.columns:
        risks = np.asarray(found.columns["risks"], float)
        unknown = np.isnan(risks).any(axis=1)
        decided = np.where(unknown, -1, np.nan_to_num(risks).argmax(axis=1))
    if decided is None:
        return outcome, None
    known = (outcome.codes >= 0) & (np.asarray(decided) >= 0)
    right = np.asarray(decided) == outcome.codes
    return outcome, np.where(known, right.astype(float), np.nan)
