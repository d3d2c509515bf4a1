"""Tables of readings: one row for each case, reader and modality."""

from collections.abc import Sequence

from checker.model.predictions import Codes, Labels
from checker.reading.columns import listed
from checker.reading.positive import absence, meaning, words
from checker.reading.task_columns import ReadersColumns
from checker.reading.task_rows import TaskRows, apart
from checker.reading.two_values import outcome

MOST_READERS = 100
UNHELPED = frozenset(
    {"unaided", "baseline", "conventional", "standard", "alone", "control", "usual"}
)
"""Words in the name of a modality with which others are compared."""


# Readers


def readers(made: TaskRows, asked: ReadersColumns) -> None:
    """Fill the table of readings."""
    import numpy as np

    if not (asked.rating or asked.decision):
        made.wrong(asked.reader, "nothing that readers said is named: a rating or a decision")
    apart(
        made, case=asked.case, truth=asked.truth, reader=asked.reader, modality=asked.modality,
        rating=asked.rating, decision=asked.decision,
    )  # fmt: skip
    truth, spelling = outcome(made.reading, asked.truth, asked.positive, asked.written["positive"])
    readers, modalities = _people(made, asked.reader, "readers"), _modalities(made, asked)
    made.columns |= {
        "case": made.reading.labels(asked.case).codes,
        "outcome": truth,
        "reader_code": readers.codes,
        "modality_code": modalities.codes,
    }
    thresholds: list[float | None] = []
    if asked.rating:
        made.columns["rating"] = made.reading.numbers(asked.rating, asked.lower_is_positive)
    if asked.decision:
        made.columns["decision"] = _decisions(made, asked, spelling)
        thresholds.append(None)
    elif asked.threshold is not None and asked.rating:
        if asked.lower_is_positive:  # the threshold stays as it was written
            rating = made.columns["rating"]
            called = np.where(np.isnan(rating), -1, rating >= -asked.threshold)
            made.columns["decision"] = called.astype(np.int64)
            thresholds.append(None)
            made.notes.append(f"Ratings at or below {asked.threshold:g} are positive decisions.")
        else:
            thresholds.append(asked.threshold)
    made.given |= {
        "reader_names": readers.names, "modality_names": modalities.names, **asked.options,
    }  # fmt: skip
    made.places |= {"reader": readers.names, "modality": modalities.names}
    if thresholds:
        made.places["threshold"] = tuple(thresholds)
    if len(modalities.names) > 1 and (baseline := _baseline(made, asked, modalities.names)):
        made.places["versus"] = (baseline,)


def _people(made: TaskRows, column: str, what: str) -> Labels:
    found = made.reading.labels(column)
    if len(found.names) > MOST_READERS:
        message = f"{len(found.names):,} different values are no {what}"
        made.wrong(column, message, f"is this the right column? it names the {what}")
    return found


def _modalities(made: TaskRows, asked: ReadersColumns) -> Labels:
    import numpy as np

    if asked.modality is None:
        return Labels(np.zeros(made.reading.table.rows, dtype=np.int64), ("all",))
    return _people(made, asked.modality, "modalities")


def _decisions(made: TaskRows, asked: ReadersColumns, spelling: tuple[str, str]) -> Codes:
    """Return decisions as 1, 0 and -1; where they have the values of the truth, they mean the same."""
    assert asked.decision is not None
    known = {meaning(name) for name in made.reading.labels(asked.decision).names}
    same = bool(known) and known <= {meaning(each) for each in spelling}
    positive = spelling[1] if same else None
    return outcome(made.reading, asked.decision, positive, asked.written["positive"])[0]


def _baseline(made: TaskRows, asked: ReadersColumns, names: Sequence[str]) -> str | None:
    """Return the modality with which others are compared, and note which it is if nobody said."""
    if asked.baseline is not None:
        found = [name for name in names if meaning(name) == meaning(asked.baseline)]
        if not found:
            assert asked.modality is not None
            message = f'no row has the modality "{asked.baseline}"; they are {listed(names)}'
            made.wrong(asked.modality, message, f"correct {asked.written['baseline']}")
        return found[0] if found else None
    without = [name for name in names if words(name) & UNHELPED] or [absence(names) or names[0]]
    made.notes.append(
        f'Differences are from the modality "{without[0]}"; {asked.written["baseline"]} names another.'
    )
    return without[0]
