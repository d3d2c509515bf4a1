"""Tables of response to treatment: sums of diameters or volumes by two methods, or their relative changes."""

from collections.abc import Iterator

from checker.model.predictions import Floats
from checker.reading.columns import listed
from checker.reading.positive import meaning, obvious
from checker.reading.task_columns import ResponseColumns, Sums
from checker.reading.task_rows import TaskRows, apart

FLAGS = ("new_lesion", "gone")
NO_CHANGE = "the change is below -1 (-100 %)"


def responses(made: TaskRows, asked: ResponseColumns) -> None:
    """Fill the table of both methods."""
    sides = (("reference", asked.reference, asked.reference_sums),
             ("measured", asked.measured, asked.measured_sums))  # fmt: skip
    apart(made, **{side: column for side, column, _ in sides})
    for side, column, sums in sides:
        apart(made, **_times(side, column, sums))
    changes = _are_changes(made, asked)
    for side, column, sums in sides:
        made.columns[side] = made.reading.numbers(column)
        if changes:
            hint = "write changes as fractions: -0.3 for -30 %"
            made.refuse_rows(column, made.columns[side] < -1 - 1e-9, NO_CHANGE, hint)
            _refuse_sums(made, column, made.columns[side])
        else:
            _refuse_no_sum(made, column, made.columns[side])
        for word, name in sums.named.items():
            made.columns[f"{side}_{word}"] = _column(made, word, name)
    made.given |= {"criteria": asked.criteria, "changes": changes}
    made.notes += _notes(asked, changes)


def _times(side: str, now: str, sums: Sums) -> dict[str, str | None]:
    """Return the sums of one method, which may not be one column."""
    return {
        f"{side} sum now": now,
        f"{side} sum at baseline": sums.baseline,
        f"smallest {side} sum": sums.nadir,
    }


def _are_changes(made: TaskRows, asked: ResponseColumns) -> bool:
    """Return whether both columns are relative changes, because no sums before treatment are named."""
    both = (asked.reference_sums, asked.measured_sums)
    named = [sums.baseline is not None for sums in both]
    if named[0] != named[1]:
        lacking = asked.reference if not named[0] else asked.measured
        made.wrong(lacking, "the sum at baseline is named for one of the two methods only")
    return not any(named)


def _flag(made: TaskRows, column: str) -> Floats:
    """Return 1 where the column says yes, 0 where it says no, NaN where the value is missing."""
    import numpy as np

    found = made.reading.labels(column)
    having = obvious(found.names)
    if found.names and not having:
        message = f"this column says yes or no, and its values are {listed(found.names)}"
        made.wrong(column, message, "write 1 and 0, yes and no, or true and false")
    yes = np.array([meaning(name) == meaning(having) for name in found.names] + [False])
    return np.where(found.codes < 0, np.nan, yes[found.codes].astype(np.float64))


def _column(made: TaskRows, word: str, column: str) -> Floats:
    if word in FLAGS:
        return _flag(made, column)
    values = made.reading.numbers(column)
    _refuse_no_sum(made, column, values)
    if word == "baseline":
        hint = "a response is seen from a sum above 0; leave the row out, or the cell empty"
        made.refuse_rows(column, values == 0, "the sum at baseline is 0", hint)
    return values


def _refuse_sums(made: TaskRows, column: str, values: Floats) -> None:
    """Complain about a column that cannot be of changes: nobody's sum fell, and most have more than doubled."""
    import numpy as np

    known = values[~np.isnan(values)]
    if len(known) and known.min() >= 0 and np.median(known) > 1:
        message = "no change is negative and half of them are above 1 (100 %), so these are percent or sums"
        hint = "write changes as fractions (0.2 for 20 %); of sums, name those at baseline"
        made.wrong(column, message, hint)


def _refuse_no_sum(made: TaskRows, column: str, values: Floats) -> None:
    made.refuse_rows(
        column,
        values < 0,
        "the sum is negative",
        "a sum of sizes is 0 or more; of relative changes no baseline is named",
    )


def _notes(asked: ResponseColumns, changes: bool) -> Iterator[str]:
    said = {
        "recist_1_1": "RECIST 1.1, sums of diameters in mm",
        "mrecist": "mRECIST, sums of diameters",
        "volumetric_recist": "the cut-offs of RECIST carried over to volumes (-65 %, +73 %)",
    }
    yield f"Response by {said[asked.criteria]}; a case without a sum and without a new lesion is not evaluable (NE)."
    if changes:
        yield "Changes are from baseline, so that growth after shrinking is not seen."
        if asked.criteria == "recist_1_1":
            yield "Changes do not tell whether a sum grew by 5 mm, which RECIST 1.1 asks for beside the 20 %."
    elif not _nadirs(asked.reference_sums, asked.measured_sums):
        yield "No smallest sum so far is named, so that growth is counted from baseline."


def _nadirs(*sums: Sums) -> bool:
    return all(each.nadir is not None for each in sums)
