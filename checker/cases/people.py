"""Patient and groups of the cases of a folder, from a table with a row for each case."""

from dataclasses import dataclass, replace

import numpy as np

from checker.errors import BadSubmission, Problem
from checker.model.predictions import Labels, TaskTable
from checker.reading.columns import Reading
from checker.reading.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """A table that names patient and groups of the cases."""

    table: Table
    case: str = "case"
    patient: str | None = None
    groups: tuple[str, ...] = ()


def with_people(table: TaskTable, people: People) -> TaskTable:
    """Return the table with the patient and the groups of each case.

    Raises:
        BadSubmission: a column is not there, a case stands there twice, or a case is not listed.
    """
    assert table.case is not None
    reading = Reading(people.table, [])
    listed = reading.labels(people.case)
    columns = {
        name: reading.labels(name)
        for name in ((people.patient,) if people.patient else ()) + people.groups
    }
    rows: dict[str, int] = {}
    for row, code in enumerate(listed.codes.tolist()):
        name = listed.names[code] if code >= 0 else ""
        if name in rows:
            message = f'row {people.table.row(row):,}: the case "{name}" stands in an earlier row'
            reading.problems.append(Problem(people.table.name, None, people.case, message))
        rows[name] = row
    lacking = [each for each in table.case.names if each not in rows]
    if lacking and not reading.problems:
        more = f" and {len(lacking) - 1:,} more" if lacking[1:] else ""
        message = f'there is no row for the case "{lacking[0]}"{more}'
        reading.problems.append(Problem(people.table.name, None, people.case, message))
    if reading.problems:
        raise BadSubmission(reading.problems)
    at = np.array([rows[each] for each in table.case.names])
    found = {name: Labels(each.codes[at], each.names) for name, each in columns.items()}
    groups = {name: found[name] for name in people.groups}
    patient = found[people.patient] if people.patient else None
    return replace(table, patient=patient, groups=groups)
