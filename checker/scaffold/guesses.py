"""Guesses which column of a table holds what, from names and contents, each with its reason."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from checker.reading.positive import OBVIOUS, absence, meaning, words
from checker.reading.tables import Table, labels, numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(words.split())


OUTCOME = word_set(
    "outcome label labels y true truth target gt groundtruth reference diagnosis disease status "
    "malignant malignancy cancer positive event response hcc "
    "ergebnis diagnose zielgrösse zielgroesse zielvariable referenz goldstandard befund krankheit "
    "erkrankung krank bösartig boesartig maligne malignität krebs karzinom ereignis ansprechen"
)
SCORE = word_set(
    "score scores prob probs probability proba pred preds prediction predicted risk logit "
    "confidence phat output "
    "wahrscheinlichkeit wahrsch vorhersage prognose risiko punktwert punktzahl modellwert konfidenz"
)
PATIENT = word_set(
    "patient patients patientid subject subjectid person participant mrn pid pseudonym "
    "patienten patientin patientennummer patientennr patientenid patnr proband probanden teilnehmer"
)
CASE = word_set(
    "case caseid id uid exam examination study scan image accession file filename index row "
    "record lesion "
    "fall fallnummer fallnr fallid nummer nr untersuchung untersuchungsnummer studie bild "
    "bildnummer aufnahme datei dateiname zeile läsion"
)
PARTITION = word_set("split partition fold subset set dataset aufteilung teilmenge datensatz")
GROUP = word_set(
    "sex gender ethnicity race scanner vendor manufacturer stage grade etiology aetiology group "
    "category region country centre center site hospital institution "
    "geschlecht altersgruppe altersklasse ethnie hersteller gerät stadium grad ätiologie gruppe "
    "kategorie land zentrum standort klinik krankenhaus"
)
"""Words in the name of a column that tell what it holds, in English and German."""
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
FEW = 8
"""Most values of a column that divides the cases into groups."""
MOST_PARTS = 12
"""Most values of a column that names the partition."""
ROLES = {
    "training": word_set("train training development dev derivation entwicklung"),
    "tuning": word_set("tune tuning"),
    "external_test": word_set("external ext extern externe externer"),
    "internal_test": word_set("internal intern interne interner"),
}
"""Words in the name of a partition that tell its role; "test" and "validation" do not."""
TESTED = (
    *("external", "ext", "extern", "internal", "intern", "test", "testing", "holdout"),
    *("validation", "val", "valid", "validierung"),
)
"""Words in the name of the partition that is scored, the likeliest first."""


class Column(NamedTuple):
    """What a column looks like."""

    name: str
    words: frozenset[str]
    values: tuple[str, ...]
    """Distinct values, sorted; of a column with more than `MOST_PARTS` only so many."""
    distinct: int
    filled: int
    low: float | None
    """Smallest number; None if the column holds something else."""
    high: float | None
    whole: bool
    """Every number is whole."""


class Guess(NamedTuple):
    """What we took a column for, and why."""

    column: str
    why: str
    others: tuple[str, ...] = ()
    """Columns that it could be as well."""


class Part(NamedTuple):
    """One partition that the table holds."""

    name: str
    role: str
    """Empty: only the author knows."""
    rows: int
    having: int | None
    """Rows with the outcome."""
    patients: int | None
    events: int | None
    """Patients with the outcome in any row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesses:
    """All that was guessed about one table; None and empty: nothing looks like it."""

    rows: int
    columns: int
    outcome: Guess | None
    positive: Guess | None
    """The value, instead of a column, that means having the outcome."""
    score: Guess | None
    case: Guess | None
    patient: Guess | None
    repeats: bool
    """A patient has several rows."""
    partition: Guess | None
    fold: Guess | None
    """Of a cross-validation."""
    groups: tuple[Guess, ...]
    other_groups: tuple[str, ...]
    """Columns with few values that nothing else tells about."""
    parts: tuple[Part, ...]
    tested: Part
    """The part that is scored."""
    turned: bool
    """Rows with the outcome have lower scores on average."""


def guess(table: Table) -> Guesses:
    """Return what each column of a table of predictions seems to be."""
    seen = seen_columns(table)
    fold = _fold(seen)
    partition = _partition(_without(seen, fold))
    free = _without(seen, partition, fold)
    outcome = _outcome(free)
    score = _score(_without(free, outcome))
    free = _without(free, outcome, score)
    patient = _patient(free, table.rows)
    case = _case(_without(free, patient), table.rows)
    groups, other_groups = _groups(_without(free, patient, case))
    positive = _positive(table, outcome)
    parts = _parts(table, partition, outcome, positive, patient)
    repeats = patient is not None and _count(table, patient.column) < table.rows
    return Guesses(
        rows=table.rows,
        columns=len(table.columns),
        outcome=outcome,
        positive=positive,
        score=score,
        case=case,
        patient=patient,
        repeats=repeats,
        partition=partition,
        fold=fold,
        groups=groups,
        other_groups=other_groups,
        parts=parts,
        tested=_tested(parts),
        turned=_turned(table, outcome, positive, score),
    )


def seen_columns(table: Table) -> list[Column]:
    """Return what each column looks like that a description can name."""
    return [each for each in (_seen(table, name) for name in table.columns) if _can_be_named(each)]


def _seen(table: Table, name: str) -> Column:
    import numpy as np

    text = table.text(name)
    distinct = text.drop_nulls().unique().sort()
    values, problems = numbers(table, name)
    known = values[~np.isnan(values)] if not problems else values[:0]
    return Column(
        name,
        words(name),
        tuple(distinct.head(MOST_PARTS).to_list()),
        len(distinct),
        len(text) - text.null_count(),
        float(known.min()) if len(known) else None,
        float(known.max()) if len(known) else None,
        bool(len(known)) and bool((known == np.round(known)).all()),
    )


def _can_be_named(column: Column) -> bool:
    """Return whether a description may hold the column's name and values: no control characters."""
    return not any(CONTROL.search(each) for each in (column.name, *column.values))


def _without(seen: Iterable[Column], *taken: Guess | None) -> list[Column]:
    names = {each.column for each in taken if each}
    return [each for each in seen if each.name not in names]


def best(points: Sequence[tuple[int, Column, str]]) -> Guess | None:
    """Return the column with most points, the leftmost of equals, and the rest as alternatives."""
    ordered = sorted((each for each in points if each[0] > 0), key=lambda each: -each[0])
    if not ordered:
        return None
    _, best, why = ordered[0]
    return Guess(best.name, why, tuple(column.name for _, column, _ in ordered[1:4]))


def _fold(seen: Sequence[Column]) -> Guess | None:
    """Return the column that numbers folds: called so, and no value sounds like a part of the data."""
    parts = frozenset(TESTED).union(*ROLES.values())
    fits = [
        each
        for each in seen
        if each.words & {"fold", "folds"}
        and 2 <= each.distinct <= MOST_PARTS
        and not any(words(value) & parts for value in each.values)
    ]
    return best([(1, each, f"named like a fold; {values_of(each)}") for each in fits])


def _partition(seen: Sequence[Column]) -> Guess | None:
    fits = [each for each in seen if each.words & PARTITION and 2 <= each.distinct <= MOST_PARTS]
    return best([(1, each, f"named like a partition; {values_of(each)}") for each in fits])


def _outcome(seen: Sequence[Column]) -> Guess | None:
    points = []
    for each in seen:
        if each.distinct != 2 or each.words & GROUP:
            continue
        named = bool(each.words & OUTCOME)
        obvious = {meaning(value).casefold() for value in each.values} in _obvious_pairs()
        why = f"two values, {values_of(each)}" + ("; named like an outcome" if named else "")
        points.append((4 * named + 2 * obvious + 1 - bool(each.words & SCORE), each, why))
    return best(points)


def _obvious_pairs() -> list[set[str]]:
    return [{meaning(value).casefold() for value in pair} for pair in OBVIOUS]


def values_of(column: Column) -> str:
    """Return the values of a column, the first four at most."""
    shown = [_short(value) for value in column.values[:4]]
    more = column.distinct - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _short(value: str) -> str:
    return value if len(value) <= 24 else f"{value[:23]}…"


def _score(seen: Sequence[Column]) -> Guess | None:
    points = []
    for each in seen:
        if each.low is None or each.high is None or each.distinct < 3:
            continue
        named = bool(each.words & SCORE)
        fraction = each.low >= 0 and each.high <= 1 and not each.whole
        name = "named like a score, " if named else ""
        why = f"{name}numbers from {each.low:.3g} to {each.high:.3g}"
        points.append((3 * named + fraction, each, why))
    return best(points) or _alone(seen)


def _alone(seen: Sequence[Column]) -> Guess | None:
    """Return the only column of measured numbers, whatever its name; none where there are several."""
    measured = [
        each
        for each in seen
        if each.low is not None and not each.whole and each.distinct > FEW and not each.words & CASE
    ]
    if len(measured) != 1:
        return None
    (each,) = measured
    why = f"the only column of measured numbers, from {each.low:.3g} to {each.high:.3g}"
    return Guess(each.name, why)


def _patient(seen: Sequence[Column], rows: int) -> Guess | None:
    points = []
    for each in seen:
        if each.distinct < 2 or not each.filled:
            continue
        again = f"{each.distinct:,} different in {rows:,} rows"
        if each.words & PATIENT:
            points.append((3, each, f"named like a patient id; {again}"))
        elif "id" in each.words and FEW < each.distinct < rows:
            points.append((1, each, f"an id that repeats; {again}"))
    return best(points)


def _case(seen: Sequence[Column], rows: int) -> Guess | None:
    fits = [each for each in seen if each.words & CASE and each.distinct == rows]
    return best([(1 + ("case" in each.words), each, "another value in every row") for each in fits])


def _groups(seen: Sequence[Column]) -> tuple[tuple[Guess, ...], tuple[str, ...]]:
    few = [each for each in seen if 2 <= each.distinct <= FEW]
    named = tuple(Guess(each.name, values_of(each)) for each in few if each.words & GROUP)
    return named, tuple(each.name for each in few if not each.words & GROUP)[:FEW]


def _positive(table: Table, outcome: Guess | None) -> Guess | None:
    """Return which of the outcome's two values means having it."""
    if outcome is None:
        return None
    found = labels(table, outcome.column)
    names = list(found.names)
    for having, without in OBVIOUS:
        by_meaning = {meaning(name).casefold(): name for name in names}
        if by_meaning.keys() == {meaning(having), meaning(without)}:
            return Guess(by_meaning[meaning(having)], "as usual")
    if absent := absence(names):
        other = next(name for name in names if name != absent)
        return Guess(other, f"{absent} sounds like its absence")
    rarer = min(names, key=lambda name: int((found.codes == names.index(name)).sum()))
    return Guess(rarer, "the rarer of the two values")


def _count(table: Table, column: str) -> int:
    return int(table.text(column).drop_nulls().n_unique())


def _parts(
    table: Table,
    partition: Guess | None,
    outcome: Guess | None,
    positive: Guess | None,
    patient: Guess | None,
) -> tuple[Part, ...]:
    import numpy as np

    whole = np.ones(table.rows, dtype=np.bool_)
    masks: dict[str, NDArray[np.bool_]] = {"test": whole}
    if partition:
        found = labels(table, partition.column)
        masks = {name: found.codes == code for code, name in enumerate(found.names)}
    return tuple(
        _part(name, table.kept(mask), outcome, positive, patient) for name, mask in masks.items()
    )


def _part(
    name: str, rows: Table, outcome: Guess | None, positive: Guess | None, patient: Guess | None
) -> Part:
    role = next((role for role, marks in ROLES.items() if words(name) & marks), "")
    if outcome is None or positive is None:
        return Part(name, role, rows.rows, None, None, None)
    having = (rows.text(outcome.column) == positive.column).fill_null(False)
    if patient is None:
        return Part(name, role, rows.rows, int(having.sum()), None, None)
    ids = rows.text(patient.column)
    patients, events = ids.drop_nulls().n_unique(), ids.filter(having).drop_nulls().n_unique()
    return Part(name, role, rows.rows, int(having.sum()), int(patients), int(events))


def _tested(parts: Sequence[Part]) -> Part:
    for word in TESTED:
        for part in parts:
            if word in words(part.name):
                return part
    others = [part for part in parts if part.role not in ("training", "tuning")]
    return (others or list(parts))[-1]


def _turned(
    table: Table, outcome: Guess | None, positive: Guess | None, score: Guess | None
) -> bool:
    if outcome is None or positive is None or score is None:
        return False
    import numpy as np

    having = (table.text(outcome.column) == positive.column).fill_null(False).to_numpy()
    known = table.text(outcome.column).is_not_null().to_numpy()
    values, _ = numbers(table, score.column)
    with_it, without = values[having], values[known & ~having]
    if np.isnan(with_it).all() or np.isnan(without).all():
        return False
    return bool(np.nanmean(with_it) < np.nanmean(without))
