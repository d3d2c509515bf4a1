"""The measures of every case and structure as a table, which can be scored again."""

import csv
from io import StringIO
from typing import Any, cast

import numpy as np

from checker.model.measures import is_measure
from checker.model.predictions import Labels, TaskTable


def per_case(table: TaskTable) -> str:
    """Return the measures of every case and structure as CSV, a row for each; it can be scored again.

    Patients and groups stand beside the case where they are known, but for a group with the name of another column.
    """
    assert table.case is not None
    structures, quantities = (cast(Any, table.given[each]) for each in ("structures", "quantities"))
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    people = _people(table, {"case", "structure", *quantities})
    rows.writerow(["case", *people, "structure", *quantities])
    for at, (case, of_case) in enumerate(
        zip(table.case.names, table.columns["measures"], strict=True)
    ):
        who = [
            each.names[each.codes[at]] if each.codes[at] >= 0 else "" for each in people.values()
        ]
        for structure, values in zip(structures, of_case, strict=True):
            shown = ["" if np.isnan(each) else repr(float(each)) for each in values]
            rows.writerow([case, *who, structure, *shown])
    return text.getvalue()


def _people(table: TaskTable, taken: set[str]) -> dict[str, Labels]:
    found = {} if table.patient is None else {"patient": table.patient}
    groups = {name: each for name, each in table.groups.items() if name not in {*found, *taken}}
    return found | {name: each for name, each in groups.items() if not is_measure(name)}
