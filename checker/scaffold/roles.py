"""Guesses which column of a table of another task than binary classification holds what, by names and contents."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from checker.model.times import DAYS
from checker.reading.tables import Table
from checker.scaffold.guesses import (
    CASE,
    FEW,
    OUTCOME,
    PATIENT,
    SCORE,
    Column,
    Guess,
    best,
    seen_columns,
    values_of,
    word_set,
)

MOST_CLASSES = 12
TIME = word_set(
    "time days weeks months years futime followup follow duration os dfs pfs rfs survival "
    "zeit tage monate jahre nachbeobachtung überleben"
)
EVENT = word_set(
    "event status death dead died deceased died relapse recurrence progression censor cens "
    "ereignis tod verstorben rezidiv"
)
REFERENCE = word_set(
    "reference ref truth true gold standard manual histology biopsy referenz goldstandard manuell"
)
MEASURED = word_set(
    "measured measurement ai auto automatic automated model predicted prediction algorithm "
    "messung gemessen automatisch"
)
GRADE = OUTCOME | word_set("stage grade grading fibrosis steatosis stadium grad fibrose")
PROGNOSIS = SCORE | word_set("lp linear predictor index")
READER = word_set("reader radiologist observer rater leser befunder radiologe radiologin")
CONDITION = word_set("modality condition arm session aided assistance setting modalität bedingung")
RATING = SCORE | word_set("rating likert bewertung")

SCAN = CASE | word_set("series seriesuid seriesinstanceuid volume serie")
KIND = word_set("class type label category klasse typ art")


class Role(NamedTuple):
    """What a column can be in a task."""

    ours: str
    words: frozenset[str]
    """In its name."""
    fits: Callable[[Column], bool]
    needed: bool
    """Without it nothing is recomputed."""


def _numbers(column: Column) -> bool:
    return column.low is not None and column.distinct > 2


def _times(column: Column) -> bool:
    return column.low is not None and column.low >= 0 and column.distinct > FEW


def _few(column: Column) -> bool:
    return 2 <= column.distinct <= MOST_CLASSES


def _two(column: Column) -> bool:
    return column.distinct == 2


def _several(column: Column) -> bool:
    return column.distinct >= 2


def _any(column: Column) -> bool:
    return column.distinct > 0


def _any_numbers(column: Column) -> bool:
    return column.low is not None


ROLES_OF: Mapping[str, tuple[Role, ...]] = {
    "multiclass": (Role("outcome", OUTCOME, _few, True),),
    "ordinal": (Role("outcome", GRADE, _few, True), Role("score", SCORE, _numbers, False)),
    "survival": (
        Role("time", TIME, _times, True),
        Role("event", EVENT, _few, True),
        Role("score", PROGNOSIS, _numbers, False),
    ),
    "agreement": (
        Role("reference", REFERENCE, _numbers, True),
        Role("measured", MEASURED, _numbers, True),
    ),
    "readers": (
        Role("case", CASE | PATIENT, _several, True),
        Role("outcome", OUTCOME, _two, True),
        Role("reader", READER, _several, True),
        Role("condition", CONDITION, _few, False),
        Role("score", RATING, _several, False),
    ),
    "detection": (
        Role("scan", SCAN | CASE, _any, True),
        Role("x", frozenset({"x", "coordx"}), _any_numbers, False),
        Role("y", frozenset({"y", "coordy"}), _any_numbers, False),
        Role("z", frozenset({"z", "coordz"}), _any_numbers, False),
        Role("score", SCORE | RATING, _any_numbers, False),
        Role("class", KIND, _few, False),
    ),
}
"""Task to what its table holds."""


class Roles(NamedTuple):
    """What the columns of a table were taken for, by our name of what they hold."""

    found: Mapping[str, Guess]
    missing: tuple[str, ...]
    """Needed, and no column looks like it."""
    patient: Guess | None
    time_unit: str
    """Empty: the name of the time does not tell it."""


def guess_roles(table: Table, task: str) -> Roles:
    """Return what each column of a table of the task seems to be; a name has to tell it."""
    free, found = list(seen_columns(table)), dict[str, Guess]()
    missing: list[str] = []
    for role in ROLES_OF.get(task, ()):
        points = [
            (_likely(each, role), each, _why(each))
            for each in free
            if each.words & role.words and role.fits(each)
        ]
        guess = best(points)
        if guess is not None:
            found[role.ours] = guess
            free = [each for each in free if each.name != guess.column]
        elif role.needed:
            missing.append(role.ours)
    named = [(1, each, _why(each)) for each in free if each.words & PATIENT and each.distinct > 1]
    return Roles(found, tuple(missing), best(named), _time_unit(found.get("time"), table))


def _likely(column: Column, role: Role) -> int:
    """Return points for a name that tells it, with few other words; an event of two values is likelier than of more."""
    told = 10 * len(column.words & role.words) + 5 * (column.name == role.ours)
    two = 4 * (role.ours == "event" and column.distinct == 2)
    return told + two - min(9, len(column.words - role.words))


def _why(column: Column) -> str:
    if column.distinct <= FEW:
        return f"named like it; {values_of(column)}"
    if column.low is not None and column.high is not None:
        return f"named like it; numbers from {column.low:.3g} to {column.high:.3g}"
    return f"named like it; {column.distinct:,} different"


def _time_unit(time: Guess | None, table: Table) -> str:
    if time is None:
        return ""
    words = next(each.words for each in seen_columns(table) if each.name == time.column)
    return next((unit for unit in DAYS if unit in words), "")
