"""The measures of every case and structure as a table, which can be scored again."""

import csv
from io import StringIO
from typing import Any, cast

import numpy as np

from checker.model.predictions import TaskTable


def per_case(table: TaskTable) -> str:
    """Return the measures of every case and structure as CSV, a row for each; it can be scored again."""
    assert table.case is not None
    structures, quantities = (cast(Any, table.given[each]) for each in ("structures", "quantities"))
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["case", "structure", *quantities])
    for case, of_case in zip(table.case.names, table.columns["measures"], strict=True):
        for structure, values in zip(structures, of_case, strict=True):
            shown = ["" if np.isnan(each) else repr(float(each)) for each in values]
            rows.writerow([case, structure, *shown])
    return text.getvalue()
