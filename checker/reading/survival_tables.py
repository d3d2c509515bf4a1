"""Tables of follow-up: times, events, predicted risks by horizon and by treatment."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from checker.model.predictions import Floats
from checker.reading.class_names import codes_of
from checker.reading.event_codes import Asked, events
from checker.reading.risk_groups import risk_groups
from checker.reading.task_columns import SurvivalColumns
from checker.reading.task_rows import TaskRows, apart, roles

STRATEGIES = ("model", "treat_all", "treat_none")


# Time to an event


def survival(made: TaskRows, asked: SurvivalColumns) -> None:
    """Fill the table of follow-up."""
    import numpy as np

    predicted = roles("risk at", {f"{at:g}": column for at, column in asked.risks.items()})
    apart(
        made,
        time=asked.time,
        event=asked.event,
        score=asked.score,
        **{"risk group": asked.risk_group},
        **predicted,
    )
    time = made.reading.numbers(asked.time)
    known = ~np.isnan(time)
    made.refuse_rows(
        asked.time,
        known & (time < 0),
        "the time is negative",
        "follow-up begins before it ends: correct it, or leave the cell empty",
    )
    if len(time) and not known.any() and not made.reading.problems:
        made.wrong(asked.time, "the time is missing in every row")
    if first_day := int(np.count_nonzero(time == 0)):
        made.notes.append(_first_day(first_day))
    made.columns["time"] = time if asked.unit_days is None else time * asked.unit_days
    written = asked.written
    wanted = Asked(asked.outcome, asked.competing, written["event"], written["competing"])
    found = events(made.reading, asked.event, wanted)
    made.columns["event"] = found.codes
    made.notes += found.notes
    if asked.score:
        made.columns["score"] = made.reading.numbers(asked.score, asked.lower_is_positive)
        if asked.lower_is_positive:
            made.notes.append(
                f"Lower values of {asked.score} mean more risk: hazard ratios are of one unit less of it."
            )
    for each in asked.compared:
        made.columns[each] = made.reading.numbers(each, asked.lower_is_positive)
        made.compared[each] = made.columns[each]
    _horizons(made, asked)
    _treatments(made, asked)
    risk_groups(made, asked)


def _first_day(rows: int) -> str:
    """Return the sentence about follow-up that ended when it began."""
    return (
        f"In {rows:,} row{'s' if rows > 1 else ''} the time is 0: follow-up ended on the day it began, so such a case "
        "is at risk then and at no later time."
    )


def _horizons(made: TaskRows, asked: SurvivalColumns) -> None:
    import numpy as np

    horizons = tuple(sorted({*map(float, asked.horizons), *map(float, asked.risks)}))
    for each in horizons:
        if not 0 < each < np.inf:
            made.wrong(asked.time, f"the horizon {each:g} is not positive")
    if asked.risks:
        found = {float(at): made.reading.numbers(column) for at, column in asked.risks.items()}
        for at, column in asked.risks.items():
            _refuse_no_risk(made, column, found[float(at)])
        rows = made.reading.table.rows
        nothing = np.full(rows, np.nan)
        by_horizon = [found.get(at, nothing) for at in horizons]
        if all(len(values) == rows for values in by_horizon):
            made.columns["risks"] = np.column_stack(by_horizon)
            made.notes += _falling(found)
    if not horizons:
        made.notes.append("No horizon is named, so nothing is computed at one.")
        return
    made.given["horizons"] = horizons
    made.places["horizon"] = horizons
    if asked.unit:
        made.notes.append(f"Horizons are in {asked.unit}.")
    if asked.thresholds:
        made.places |= {"threshold": tuple(asked.thresholds), "strategy": STRATEGIES}
        if not asked.risks:
            made.notes.append(
                "Net benefit is that of treating everyone and no one: that of the model does not apply, since there "
                "are no predicted risks."
            )


def _falling(risks: Mapping[float, Floats]) -> Iterator[str]:
    """Yield a sentence for each pair of horizons of which the later one has a smaller risk in some row."""
    for first, second in pairwise(sorted(risks)):
        rows = int((risks[second] < risks[first] - 1e-9).sum())
        if rows:
            yield (
                f"In {rows:,} row{'s' if rows > 1 else ''} the risk by {second:g} is smaller than that by {first:g}, "
                "which no risk of an event can be: are the columns exchanged?"
            )


def _refuse_no_risk(made: TaskRows, column: str, values: Floats) -> None:
    """Complain about risks that are none."""
    made.refuse_rows(
        column,
        (values < 0) | (values > 1),
        "a predicted risk lies outside 0 to 1",
        "write risks as fractions: 0.45 for 45 %; a score without a scale is no risk",
    )


def _treatments(made: TaskRows, asked: SurvivalColumns) -> None:
    import numpy as np

    if not asked.treatment_risks:
        return
    names = tuple(asked.treatment_risks)
    if asked.treatment is None:
        message = "the risk under several treatments is given, and not which one was received"
        made.wrong(asked.treatment_risks[names[0]], message, "name the column of the treatment")
        return
    made.columns["treatment"] = codes_of(
        made.reading, asked.treatment, names, asked.written["treatment"], "treatment"
    )
    found = [made.reading.numbers(column) for column in asked.treatment_risks.values()]
    for column, values in zip(asked.treatment_risks.values(), found, strict=True):
        _refuse_no_risk(made, column, values)
    if len({len(each) for each in found}) == 1:
        made.columns["treatment_risks"] = np.column_stack(found)
