"""Tables of outcomes with several classes, with and without an order."""

from collections.abc import Mapping, Sequence

from checker.model.predictions import Codes, Floats
from checker.reading.class_names import classes_of, codes_of, in_order
from checker.reading.columns import listed
from checker.reading.positive import meaning
from checker.reading.task_columns import MulticlassColumns, OrdinalColumns, TaskColumns
from checker.reading.task_rows import TaskRows, apart, roles

SUM_OFF = 1e-3
"""Probabilities of one row that miss a sum of 1 by more are said."""


# Several classes


def multiclass(made: TaskRows, asked: MulticlassColumns) -> None:
    """Fill the table of an outcome with several classes."""
    classes = tuple(asked.risks)
    if len(classes) < 2:
        hint = f"name a column for each class: {asked.written['class']}"
        made.wrong(asked.outcome, "at least two classes are expected, each with a column", hint)
        return
    apart(made, outcome=asked.outcome, **roles("probability of", asked.risks))
    codes = codes_of(made.reading, asked.outcome, classes, _classes_written(asked), "class")
    made.columns |= {"outcome": codes, "risks": _risks(made, asked.risks)}
    made.given["classes"] = classes
    _note_classes(made, codes, classes)


def _classes_written(asked: TaskColumns) -> str:
    both = {asked.written["class"], asked.written["order"]}
    return " and ".join(sorted(both)) if isinstance(asked, OrdinalColumns) else min(both)


def _risks(made: TaskRows, risks: Mapping[str, str]) -> Floats:
    """Return the columns of probabilities side by side, and note rows that do not sum to 1."""
    import numpy as np

    found = [made.reading.numbers(column) for column in risks.values()]
    if not found or len({len(each) for each in found}) > 1:
        return np.zeros((0, 2))
    together = np.column_stack(found)
    inside = ((together >= 0) & (together <= 1)).all(axis=1)
    beyond = np.flatnonzero(((together < 0) | (together > 1)).any(axis=1))
    if len(beyond):
        row = made.reading.table.row_words(int(beyond[0]))
        others = made.reading.table.others([int(row) for row in beyond])
        made.notes.append(
            f"{row[:1].upper()}{row[1:]} has a value below 0 or above 1{others}, so the columns are read as "
            "scores: Brier score, log loss and calibration are left out."
        )
    off = np.flatnonzero(inside & (np.abs(together.sum(axis=1) - 1) > SUM_OFF))
    if len(off):
        first = int(off[0])
        others = made.reading.table.others([int(row) for row in off])
        made.notes.append(
            f"The probabilities of {made.reading.table.row_words(first)} sum to "
            f"{together[first].sum():.4g}, not to 1{others}."
        )
    return together


def _note_classes(made: TaskRows, codes: Codes, classes: Sequence[str]) -> None:
    empty = [name for code, name in enumerate(classes) if not (codes == code).any()]
    if empty and len(codes):
        made.notes.append(f"No row has the class {listed(empty)}.")


# Classes in order


def ordinal(made: TaskRows, asked: OrdinalColumns) -> None:
    """Fill the table of an outcome with classes in order."""
    if not (asked.score or asked.decision or asked.risks):
        made.wrong(
            asked.outcome, "nothing that was predicted is named: a score, a class or probabilities"
        )
    apart(made, outcome=asked.outcome, score=asked.score, decision=asked.decision)
    classes = _order(made, asked)
    written = _classes_written(asked)
    codes = codes_of(made.reading, asked.outcome, classes, written)
    made.columns["outcome"] = codes
    if asked.score:
        made.columns["score"] = made.reading.numbers(asked.score, asked.lower_is_positive)
    if asked.decision:
        made.columns["decision"] = codes_of(made.reading, asked.decision, classes, written)
    if asked.risks and set(asked.risks) == set(classes):
        made.columns["risks"] = _risks(made, {name: asked.risks[name] for name in classes})
    for each in asked.compared:
        made.columns[each] = made.reading.numbers(each, asked.lower_is_positive)
        made.compared[each] = made.columns[each]
    made.given["classes"] = classes
    made.notes.insert(0, f"Order of the classes: {' < '.join(classes)}.")
    _note_classes(made, codes, classes)


def _order(made: TaskRows, asked: OrdinalColumns) -> tuple[str, ...]:
    columns = [asked.outcome, *([asked.decision] if asked.decision else [])]
    order = tuple(asked.order)
    if order:
        _whole_order(made, asked, order)
        return order
    named = tuple(asked.risks) or classes_of(made.reading, columns)
    found = in_order(named) if len(named) > 1 else named
    if found is None:
        hint = f"write {asked.written['order']} and the classes from the lowest to the highest"
        made.wrong(asked.outcome, f"the order of the classes {listed(named)} is not said", hint)
    return found or named


def _whole_order(made: TaskRows, asked: OrdinalColumns, order: tuple[str, ...]) -> None:
    written = asked.written["order"]
    if len({meaning(each) for each in order}) < max(len(order), 2):
        message = f"the order {', '.join(order)} has fewer than two classes, or one twice"
        made.wrong(asked.outcome, message, f"correct {written}")
    for name in asked.risks:
        if name not in order:
            made.wrong(
                asked.risks[name], f'the order lacks the class "{name}"', f"add it to {written}"
            )
    for name in order if asked.risks else ():
        if name not in asked.risks:
            message = f'no column holds the probability of the class "{name}"'
            made.wrong(asked.outcome, message, f"name it: {asked.written['class']}")
