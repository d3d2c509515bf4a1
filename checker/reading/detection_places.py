"""Where lesions, marks and ignored regions are, as columns over all rows, and whether the hit rule can judge them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from checker.errors import Problem
from checker.model.detection import OVERLAPS
from checker.reading.detection_parts import IGNORED, LESIONS, MARKS, SCANS, Part
from checker.reading.detection_shapes import Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray


def place_columns(parts: Sequence[Part]) -> dict[str, Any]:
    """Return centre, low, size and diameter, of those that any row has; a problem is kept where they do not fit."""
    problems = parts[0].reading.problems
    _say_what_is_missing(parts)
    shapes = [part.shape for part in parts if part.shape is not None]
    sizes = {shape.centre.shape[1] for shape in shapes}
    if len(sizes) > 1:
        message = "some tables have two coordinates and others three; all need the same"
        problems.append(Problem(parts[-1].reading.table.name, None, "", message))
    _fit_the_rule([(part, part.shape) for part in parts if part.shape is not None])
    if problems or len(sizes) != 1:
        return {}
    across = {"centre": sizes, "low": sizes, "size": sizes, "diameter": ()}
    made = {name: _filled(parts, name, tuple(more)) for name, more in across.items()}
    return {name: column for name, column in made.items() if column is not None}


def _say_what_is_missing(parts: Sequence[Part]) -> None:
    """Complain about tables without places, and about lesions that are only counted."""
    for part in parts:
        if part.kind == SCANS or part.shape is not None:
            continue
        written, name = part.asked.written, part.reading.table.name
        column = ""
        message = "no columns say where each row is: x, y and z of points, or the corners of boxes"
        hint = f"name them: {written['column']} x, y, z, x1, x2, width ..."
        if part.kind == LESIONS and part.reading is parts[0].reading:
            column = "lesions"
            message = "lesions are counted and have no place, so that no mark can be matched to one"
            hint = f"give a table of lesions, or leave out {written['hit']} and say which lesion each mark hit"
        part.reading.problems.append(Problem(name, None, column, message, hint))


def _filled(parts: Sequence[Part], name: str, across: tuple[int, ...]) -> "NDArray[Any] | None":
    """Return one column over all parts, NaN where a part has none; None: no part has it."""
    import numpy as np

    found = [None if part.shape is None else getattr(part.shape, name) for part in parts]
    if all(each is None for each in found):
        return None
    nothing = (np.full((part.rows, *across), np.nan) for part in parts)
    filled = zip(found, nothing, strict=True)
    return np.concatenate([empty if each is None else each for each, empty in filled])


def _fit_the_rule(shapes: Sequence[tuple[Part, Shape]]) -> None:
    """Complain about lesions and marks that the hit rule cannot judge."""
    looked_at = [(part, shape) for part, shape in shapes if part.kind != IGNORED]
    for part, shape in looked_at:
        _has_its_size(part, shape)
    boxed = {part.kind: shape.low is not None for part, shape in looked_at}
    rule = shapes[0][0].asked.hit if shapes else None
    if rule in OVERLAPS and len(set(boxed.values())) > 1:
        marks = next(part for part, _ in looked_at if part.kind == MARKS)
        message = (
            f"the hit rule {rule} cannot compare boxes with balls: marks and lesions need the same"
        )
        marks.reading.problems.append(Problem(marks.reading.table.name, None, "", message))


def _has_its_size(part: Part, shape: Shape) -> None:
    """Complain about a lesion or mark without the size that the rule needs."""
    import numpy as np

    rule, what = part.asked.hit, "mark" if part.kind == MARKS else "lesion"
    needed = rule in OVERLAPS or (part.kind == LESIONS and rule in ("radius", "centre_inside"))
    if not needed or (shape.low is not None and rule != "radius"):
        return
    if shape.diameter is None:
        wanted = "a diameter" if rule == "radius" else "a diameter or a box"
        message = f"the hit rule {rule} needs {wanted} of each {what}"
        found = Problem(part.reading.table.name, None, "diameter", message)
        part.reading.problems.append(found)
        return
    part.wrong_rows(
        part.column("diameter") or "diameter",
        np.isnan(shape.diameter),
        f"the {what} has no diameter, and the hit rule {rule} needs one",
        "give it one, or take it out of the lesions and name it as an ignored region",
    )
