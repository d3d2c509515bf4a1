"""Tables of measurements with their reference, and of several raters of the same subjects."""

from collections.abc import Sequence

from checker.model.predictions import Codes, Floats
from checker.reading.class_names import MOST_CLASSES, classes_of, codes_of, in_order
from checker.reading.columns import Reading, listed
from checker.reading.positive import meaning
from checker.reading.task_columns import AgreementColumns, Measurements, RatersColumns, Ratings
from checker.reading.task_rows import TaskRows, apart, as_floats

MOST_RATINGS = 20
"""Different whole numbers up to which ratings are grades rather than measurements, where nobody says."""
ONE_RATER = "there is one rater, and nobody to compare with"


# Measurements


def agreement(made: TaskRows, asked: AgreementColumns) -> None:
    """Fill the table of a measurement and its reference."""
    further = {f"measurement {each}": each for each in asked.compared}
    apart(made, reference=asked.reference, measurement=asked.measured, **further)
    made.columns["reference"] = made.reading.numbers(asked.reference)
    made.columns["measured"] = made.reading.numbers(asked.measured)
    made.compared |= {each: made.reading.numbers(each) for each in asked.compared}
    if asked.covariate:
        made.columns["covariate"] = made.reading.numbers(asked.covariate)
    if asked.replicate and asked.patient is None:
        hint = f"name the column of the patient: {asked.written['patient']}"
        made.wrong(asked.replicate, "nothing says which rows are replicates of one patient", hint)
    elif asked.replicate:
        made.columns["replicate"] = as_floats(made.reading.labels(asked.replicate).codes)
    chosen(made, asked)
    if asked.covariate and not made.given.get("reference_method"):
        _limits_at_the_median(made, asked.covariate)


def _limits_at_the_median(made: TaskRows, covariate: str) -> None:
    """Choose the value of the covariate at which limits of normal are given, where nobody named one."""
    import numpy as np

    values = made.columns["covariate"]
    known = values[np.isfinite(values)]
    if not len(known):
        return
    at = float(f"{np.median(known):.3g}")
    made.given |= {"reference_method": "normal", "at_covariate": at}
    made.notes.append(
        f"Limits of normal are those at {covariate} {at:g}, its median; {made.asked.written['at_covariate']} "
        "names another value."
    )


def chosen(made: TaskRows, asked: Measurements) -> None:
    """Note what was chosen about measurements."""
    made.given |= dict(asked.options)
    made.notes += asked.notes
    if asked.unit:
        made.given["measurement_unit"] = asked.unit
    if asked.cutoffs:
        made.given["cutoffs"] = tuple(sorted(set(asked.cutoffs)))


# Raters


def raters(made: TaskRows, asked: RatersColumns) -> None:
    """Fill the table of several raters."""
    import numpy as np

    if len(set(asked.rated)) < 2:
        column = asked.rated[0] if asked.rated else ""
        made.wrong(column, ONE_RATER, "name a column for each rater")
        return
    found = rated(made, asked)
    if len({len(each) for each in found}) == 1:
        made.columns["ratings"] = np.column_stack(found)


def rated(made: TaskRows, asked: Ratings) -> list[Floats]:
    """Return each column of ratings as numbers; scale and categories become known."""
    scale = asked.scale or _scale(made, asked)
    made.given["scale"] = scale
    if scale == "interval":
        return [made.reading.numbers(column) for column in asked.rated]
    return _categories(made, asked, scale)


def _scale(made: TaskRows, asked: Ratings) -> str:
    """Return the scale that the values tell, and note it."""
    reading = Reading(made.reading.table, [])
    names = {meaning(name) for each in asked.rated for name in reading.labels(each).names}
    if asked.order:
        scale = "ordinal"
    elif all(_is_number(name) for name in names):
        whole = all(float(name).is_integer() for name in names)
        scale = "ordinal" if whole and len(names) <= MOST_RATINGS else "interval"
    else:
        scale = "ordinal" if in_order(sorted(names)) else "nominal"
    said = {
        "interval": "measurements",
        "ordinal": "grades in order",
        "nominal": "kinds without order",
    }
    made.notes.append(
        f"The ratings are taken as {said[scale]}; {asked.written['scale']} says it otherwise."
    )
    return scale


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _categories(made: TaskRows, asked: Ratings, scale: str) -> list[Floats]:
    columns = asked.rated
    named = classes_of(made.reading, columns)
    classes = tuple(asked.order) or named
    if scale == "ordinal" and not asked.order:
        found = in_order(named) if len(named) > 1 else named
        if found is None:
            hint = (
                f"write {asked.written['order']} and the categories from the lowest to the highest"
            )
            made.wrong(columns[0], f"the order of the categories {listed(named)} is not said", hint)
        classes = found or named
    if len(classes) > MOST_CLASSES:
        message = f"{len(classes):,} different ratings are measurements, not categories"
        made.wrong(columns[0], message, f"write {asked.written['scale']} continuous")
    if classes and all(map(_is_number, classes)):
        made.given["categories"] = tuple(sorted(float(each) for each in classes))
        codes = [
            codes_of(made.reading, each, classes, _order_written(asked), "category")
            for each in columns
        ]
        return [_numbered(each, classes) for each in codes]
    made.given["categories"] = tuple(range(len(classes)))
    if scale == "ordinal":
        made.notes.append(f"Order of the categories: {' < '.join(classes)}.")
    return [
        as_floats(codes_of(made.reading, each, classes, _order_written(asked), "category"))
        for each in columns
    ]


def _order_written(asked: Ratings) -> str:
    return asked.written["order"]


def _numbered(codes: Codes, classes: Sequence[str]) -> Floats:
    import numpy as np

    return np.array([*map(float, classes), np.nan])[codes]
