"""Tables with a row for each case and structure, and a column for each measure of its masks."""

from collections.abc import Iterator, Mapping

from checker.model.measures import EVERY, NAMES, SURFACE_DICE, bounds, is_measure, tolerance_of
from checker.model.metric_names import find_metric
from checker.model.predictions import Floats, Labels
from checker.reading.tables import Table
from checker.reading.task_columns import SegmentationColumns
from checker.reading.task_rows import TaskRows, apart, roles

MOST_NAMED = 8
FROM_A_TABLE = "The measures were computed elsewhere; only their summaries are recomputed."


def measures_named(table: Table) -> dict[str, str]:
    """Return the measures that the columns of a table hold by their names, ours or a synonym, with the column."""
    found: dict[str, str] = {}
    for column in table.columns:
        name = column if is_measure(column) else find_metric(column, "segmentation") or ""
        if is_measure(name) and name not in found:
            found[name] = column
    return found


def segmentation(made: TaskRows, asked: SegmentationColumns) -> None:
    """Fill the measures, shape (cases, structures, quantities)."""
    measures = dict(asked.measures) or measures_named(made.reading.table)
    apart(made, case=asked.case, structure=asked.structure, **roles("measure", measures))
    if not measures:
        hint = "name one, as in columns: {dice: COLUMN}; docs/tasks.md lists the names"
        made.wrong("", "no column holds a measure (dice, hausdorff_95 ...)", hint)
        return
    case, structure = _names(made, asked.case), _structures(made, asked)
    values = {name: _values(made, name, column) for name, column in measures.items()}
    if made.reading.problems:
        return
    made.unit = case.codes
    _refuse_twice(made, case, structure, asked)
    if not made.reading.problems:
        _fill(made, asked, case, structure, values)


def _names(made: TaskRows, column: str) -> Labels:
    found = made.reading.labels(column)
    made.refuse_rows(
        column, found.codes < 0, "the name is missing", "fill it in, or leave the row out"
    )
    return found


def _structures(made: TaskRows, asked: SegmentationColumns) -> Labels:
    import numpy as np

    if asked.structure is not None:
        return _names(made, asked.structure)
    return Labels(np.zeros(made.reading.table.rows, np.int64), (asked.name,))


def _values(made: TaskRows, name: str, column: str) -> Floats:
    """Return a measure; a value outside of what it can be is refused."""
    import numpy as np

    values, (low, high, words) = made.reading.numbers(column), bounds(name)
    with np.errstate(invalid="ignore"):
        wrong = (values < low) | (values > high)
    seen = f"{values[wrong][0]:g}" if wrong.any() else ""
    hint = "write it as a fraction: 0.93, not 93" if high == 1 else "correct it, or leave it empty"
    made.refuse_rows(column, wrong, f"{name} {seen}: expected {words}", hint)
    return values


def _refuse_twice(
    made: TaskRows, case: Labels, structure: Labels, asked: SegmentationColumns
) -> None:
    import numpy as np

    pairs = case.codes * len(structure.names) + structure.codes
    again = np.ones(len(pairs), bool)
    again[np.unique(pairs, return_index=True)[1]] = False
    what = "the same case and structure stand in an earlier row"
    hint = "name the column of the structure: columns: {structure: NAME}" if (
        asked.structure is None
    ) else "leave one of them out"  # fmt: skip
    made.refuse_rows(asked.case, again, what, hint)


def _fill(
    made: TaskRows,
    asked: SegmentationColumns,
    case: Labels,
    structure: Labels,
    values: Mapping[str, Floats],
) -> None:
    import numpy as np

    rows = np.unique(case.codes, return_inverse=True)[1]
    found = np.full((len(made.first), len(structure.names), len(values)), np.nan)
    for at, each in enumerate(values.values()):
        found[rows, structure.codes, at] = each
    made.columns["measures"] = found
    made.given |= {
        "quantities": tuple(values),
        "structures": structure.names,
        "spacing_known": asked.spacing_known and not _in_voxels(values),
    }
    made.places |= dict(places(structure.names, tuple(values)))
    made.notes += [FROM_A_TABLE, _measures_read(values)]
    if _in_voxels(values) and any("hausdorff" in name or "distance" in name for name in values):
        made.notes.append(VOXELS_ALONE)


VOXELS_ALONE = "Sizes stand in voxels alone: distances are taken as in voxels, too."


def _in_voxels(values: Mapping[str, Floats]) -> bool:
    """Return whether masks without a spacing were measured: of others there are volumes in ml beside the voxels."""
    voxels = {"reference_voxels", "predicted_voxels"} & values.keys()
    return bool(voxels) and not any("_ml" in name for name in values)


def places(
    structures: tuple[str, ...], quantities: tuple[str, ...]
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the values of the facets at which a segmentation is summarised."""
    several = (EVERY,) if len(structures) > 1 else ()
    yield "structure", (*structures, *several)
    found = (tolerance_of(name) for name in quantities if name.startswith(SURFACE_DICE))
    yield "tolerance_mm", tuple(sorted({each for each in found if each is not None}))


def _measures_read(values: Mapping[str, Floats]) -> str:
    several = sorted(values, key=lambda name: NAMES.index(name) if name in NAMES else len(NAMES))
    more = f" and {len(several) - MOST_NAMED} more" if len(several) > MOST_NAMED else ""
    return f"Measures read: {', '.join(several[:MOST_NAMED])}{more}."
