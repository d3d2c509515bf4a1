"""Tables of measurements with their reference, and of several raters of the same subjects."""

from collections.abc import Sequence

from checker.model.predictions import Codes, Floats
from checker.reading.class_names import MOST_CLASSES, classes_of, codes_of, in_order
from checker.reading.columns import Reading, listed
from checker.reading.positive import meaning
from checker.reading.task_columns import AgreementColumns, RatersColumns
from checker.reading.task_rows import TaskRows, apart, as_floats

MOST_RATINGS = 20
"""Different whole numbers up to which ratings are grades rather than measurements, where nobody says."""
# Measurements


def agreement(made: TaskRows, asked: AgreementColumns) -> None:
    """Fill the table of a measurement and its reference."""
    apart(made, reference=asked.reference, measurement=asked.measured)
    made.columns["reference"] = made.reading.numbers(asked.reference)
    made.columns["measured"] = made.reading.numbers(asked.measured)
    if asked.covariate:
        made.columns["covariate"] = made.reading.numbers(asked.covariate)
    if asked.replicate:
        made.columns["replicate"] = as_floats(made.reading.labels(asked.replicate).codes)
    made.given |= dict(asked.options)
    if asked.unit:
        made.given["measurement_unit"] = asked.unit


# Raters


def raters(made: TaskRows, asked: RatersColumns) -> None:
    """Fill the table of several raters."""
    import numpy as np

    columns = tuple(asked.raters.values())
    if len(set(columns)) < 2:
        message = "there is one rater, and nobody to compare with"
        made.wrong(columns[0] if columns else "", message, "name a column for each rater")
        return
    scale = asked.scale or _scale(made, asked)
    made.given["scale"] = scale
    if scale == "interval":
        found = [made.reading.numbers(column) for column in columns]
    else:
        found = _categories(made, asked, scale)
    if len({len(each) for each in found}) == 1:
        made.columns["ratings"] = np.column_stack(found)


def _scale(made: TaskRows, asked: RatersColumns) -> str:
    """Return the scale that the values tell, and note it."""
    reading = Reading(made.reading.table, [])
    names = {meaning(name) for each in asked.raters.values() for name in reading.labels(each).names}
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


def _categories(made: TaskRows, asked: RatersColumns, scale: str) -> list[Floats]:
    columns = tuple(asked.raters.values())
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


def _order_written(asked: RatersColumns) -> str:
    return asked.written["order"]


def _numbered(codes: Codes, classes: Sequence[str]) -> Floats:
    import numpy as np

    return np.array([*map(float, classes), np.nan])[codes]
