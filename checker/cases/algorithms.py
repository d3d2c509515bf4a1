"""Further algorithms beside the predictions: their masks of the same cases, measured the same way."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from checker.cases.every_case import Measured, Running, measure
from checker.cases.one_case import Masks
from checker.cases.people import People, with_people


def compared(
    asked: Masks,
    others: Mapping[str, Path],
    people: People | None = None,
    running: Running | None = None,
) -> Measured:
    """Return what is measured of the predictions, with the measures of further algorithms on the same cases.

    Raises:
        BadSubmission: as for `measure`; or the table of cases cannot be used.
    """
    found = measure(asked, running)
    for name, folder in others.items():
        theirs = measure(replace(asked, prediction=folder, prediction_name=name), running)
        found = _beside(found, theirs, name)
    if people is None:
        return found
    whole = {name: with_people(each, people) for name, each in found.table.alone.items()}
    return found._replace(table=replace(with_people(found.table, people), alone=whole))


def _beside(found: Measured, theirs: Measured, name: str) -> Measured:
    """Return the table with the measures of another algorithm, in the order of ours, NaN where it has none."""
    ours, other = found.table, theirs.table
    assert ours.case is not None
    assert other.case is not None
    rows = {case: i for i, case in enumerate(other.case.names)}
    places = [
        {each: i for i, each in enumerate(cast(Any, other.given[axis]))}
        for axis in ("structures", "quantities")
    ]
    measures = np.full(ours.columns["measures"].shape, np.nan)
    theirs_there = other.columns["measures"]
    for i, case in enumerate(ours.case.names):
        for j, structure in enumerate(cast(Any, ours.given["structures"])):
            for k, quantity in enumerate(cast(Any, ours.given["quantities"])):
                if case in rows and structure in places[0] and quantity in places[1]:
                    at = (rows[case], places[0][structure], places[1][quantity])
                    measures[i, j, k] = theirs_there[at]
    further = rows.keys() - set(ours.case.names)
    unscored = sum(case not in rows for case in ours.case.names)
    note = (
        f"{name} has no mask of {unscored:,} of {ours.cases:,} cases: left out of the comparison."
    )
    table = replace(
        ours,
        compared={**ours.compared, name: measures},
        alone={**ours.alone, name: other} if further else ours.alone,
        notes=(*ours.notes, note) if unscored else ours.notes,
    )
    return found._replace(
        table=table, broken=(*found.broken, *theirs.broken), files={**found.files, **theirs.files}
    )
