"""Tables with a row for each reading: brought to one row for each subject, with a column for each rater or method."""

from typing import NamedTuple

from checker.model.predictions import Codes, Floats, Labels
from checker.reading.agreement_tables import ONE_RATER, chosen, rated
from checker.reading.columns import listed
from checker.reading.folder import nearest
from checker.reading.positive import meaning
from checker.reading.task_columns import LongAgreementColumns, LongRatersColumns
from checker.reading.task_rows import TaskRows, apart, as_floats

MOST_RATERS = 100


class Place(NamedTuple):
    """Where the value of each row goes."""

    subject: Codes
    """0, 1, ... without gaps."""
    column: Codes
    """Rater or method."""
    columns: int


# Raters


def long_raters(made: TaskRows, asked: LongRatersColumns) -> None:
    """Fill the table of several raters from one row for each rating.

    Replicates of a rater are averaged, of measurements; the single ones are kept for repeatability.
    """
    apart(
        made, subject=asked.subject, rater=asked.rater, rating=asked.rating,
        replicate=asked.replicate,
    )  # fmt: skip
    subject, rater = (_named(made, each) for each in (asked.subject, asked.rater))
    if len(rater.names) > MOST_RATERS:
        message = f"{len(rater.names):,} different values are no raters"
        made.wrong(asked.rater, message, "is this the right column? it names the rater")
    elif len(rater.names) == 1:
        made.wrong(asked.rater, ONE_RATER, "name the column of several raters")
    (values,) = rated(made, asked)
    replicate = _replicate(made, asked.replicate)
    if made.reading.problems:
        return
    made.unit, names = subject.codes, rater.names
    place = Place(subject.codes, rater.codes, len(names))
    _refuse_twice(made, place, replicate, values, asked.rating, "rated", "rater")
    if not made.reading.problems:
        _fill(made, asked, _spread_out(place, replicate, values), names)


def _fill(made: TaskRows, asked: LongRatersColumns, single: Floats, names: tuple[str, ...]) -> None:
    """Fill the ratings from the single ones, shape (subjects, raters, replicates)."""
    import numpy as np

    made.notes.append(f"Raters: {', '.join(names)}.")
    count = np.count_nonzero(~np.isnan(single), axis=2)
    if count.max(initial=0) > 1 and made.given["scale"] != "interval":
        message = "a rater rated a subject several times, and categories have no mean"
        hint = f"choose one replicate ({asked.written['where']}), or {asked.written['scale']} continuous"
        made.wrong(asked.rating, message, hint)
        return
    total = np.nansum(single, axis=2)
    made.columns["ratings"] = np.divide(
        total, count, out=np.full(count.shape, np.nan), where=count > 0
    )
    if count.max(initial=0) > 1:
        made.columns["repeats"] = single
        made.given["rater_names"] = names
        made.notes.append(_averaged(sorted({*count[count > 0].tolist()})))


def _averaged(counts: list[int]) -> str:
    several = f"{counts[0]} to {counts[-1]}" if counts[0] != counts[-1] else f"{counts[0]}"
    return (
        f"Replicates are averaged: raters are compared by the mean of {several} ratings of a subject, and single "
        "ratings agree less well. Repeatability of each rater is that of single ratings."
    )


# Methods


def long_agreement(made: TaskRows, asked: LongAgreementColumns) -> None:
    """Fill the table of a measurement and its reference from one row for each value.

    Values of one patient (and of one replicate, if these are named) are a pair.
    """
    apart(
        made, patient=asked.patient, method=asked.method, value=asked.value,
        replicate=asked.replicate, covariate=asked.covariate,
    )  # fmt: skip
    if asked.patient is None:
        hint = f"name the column that pairs the values: {asked.written['patient']}"
        made.wrong(asked.method, "nothing says which values belong together", hint)
        return
    patient, method = _named(made, asked.patient), made.reading.labels(asked.method)
    chosen_methods = _methods(made, asked, method)
    values, replicate = made.reading.numbers(asked.value), _replicate(made, asked.replicate)
    if made.reading.problems:
        return
    made.unit = _pairs(patient, replicate)
    place = Place(made.unit, method.codes, len(method.names))
    _refuse_twice(made, place, replicate, values, asked.value, "measured", "method")
    matrix = _spread_out(place, None, values)[:, :, 0]
    made.columns["reference"], made.columns["measured"], *more = (
        matrix[:, method.names.index(name)] for name in chosen_methods
    )
    made.compared |= dict(zip(asked.compared, more, strict=True))
    _of_pairs(made, asked, replicate)
    chosen(made, asked)
    if others := [name for name in method.names if name not in chosen_methods]:
        made.notes.append(f"Rows of other methods are not compared: {listed(others)}.")


def _methods(made: TaskRows, asked: LongAgreementColumns, method: Labels) -> list[str]:
    """Return the names in the column of reference, measured value and further ones, as they stand there."""
    there = {meaning(name): name for name in method.names}
    roles = [("reference", asked.reference), ("measured", asked.measured)]
    found: list[str] = []
    for role, name in [*roles, *(("compare", each) for each in asked.compared)]:
        if meaning(name) not in there:
            close = nearest(name, method.names)
            hint = f"did you mean {close}?" if close else f"correct {asked.written[role]}"
            message = f'no row has the method "{name}"; there are {listed(method.names)}'
            made.wrong(asked.method, message, hint)
        elif there[meaning(name)] in found:
            made.wrong(asked.method, f'the method "{name}" was named twice')
        else:
            found.append(there[meaning(name)])
    return found


def _pairs(patient: Labels, replicate: Labels | None) -> Codes:
    import numpy as np

    if replicate is None:
        return patient.codes
    both = patient.codes * (len(replicate.names) + 1) + replicate.codes
    found: Codes = np.unique(both, return_inverse=True)[1]
    return found


def _of_pairs(made: TaskRows, asked: LongAgreementColumns, replicate: Labels | None) -> None:
    """Fill what is the same for both values of a pair."""
    import numpy as np

    if replicate is not None:
        made.columns["replicate"] = as_floats(replicate.codes[made.first])
    if asked.covariate:
        values = made.reading.numbers(asked.covariate)
        first = values[made.first]
        assert made.unit is not None
        differs = ~((values == first[made.unit]) | (np.isnan(values) & np.isnan(first[made.unit])))
        what = "the value differs from that of an earlier row of the same pair"
        made.refuse_rows(
            asked.covariate, differs, what, "it has to be the same in all rows of a pair"
        )
        made.columns["covariate"] = first


# Both


def _named(made: TaskRows, column: str) -> Labels:
    """Return a column in which every row has to have a name."""
    found = made.reading.labels(column)
    made.refuse_rows(
        column, found.codes < 0, "the name is missing", "fill it in, or leave the row out"
    )
    return found


def _replicate(made: TaskRows, column: str | None) -> Labels | None:
    return None if column is None else _named(made, column)


def _refuse_twice(
    made: TaskRows,
    place: Place,
    replicate: Labels | None,
    values: Floats,
    column: str,
    done: str,
    who: str,
) -> None:
    """Complain about the rows that hold a second value of the same subject and rater (and replicate)."""
    import numpy as np

    known = np.flatnonzero(~np.isnan(values))
    at = place.subject * place.columns + place.column
    if replicate is not None:
        at = at * len(replicate.names) + replicate.codes
    first = known[np.unique(at[known], return_index=True)[1]]
    again = ~np.isnan(values)
    again[first] = False
    if replicate is None:
        what = f"the same {who} {done} this subject in an earlier row"
        hint = f"name the column of the replicate: {made.asked.written['replicate']}"
    else:
        what = f"the same {who} {done} this subject in an earlier row of the same replicate"
        hint = "leave one of them out, or give each a replicate of its own"
    made.refuse_rows(column, again, what, hint)


def _spread_out(place: Place, replicate: Labels | None, values: Floats) -> Floats:
    """Return the values in shape (subjects, columns, replicates), NaN where there is none."""
    import numpy as np

    repeats = 1 if replicate is None else len(replicate.names)
    subjects = int(place.subject.max(initial=-1)) + 1
    made = np.full((subjects, place.columns, repeats), np.nan)
    known = ~np.isnan(values)
    third = np.zeros(len(values), np.int64) if replicate is None else replicate.codes
    made[place.subject[known], place.column[known], third[known]] = values[known]
    return made
