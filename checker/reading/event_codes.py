"""The event column of follow-up: which value means the outcome, a competing event, and the end of follow-up."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from checker.errors import BadSubmission, Problem
from checker.model.predictions import Codes, Labels
from checker.reading.columns import NO_NAME, Reading, listed, no_names, nobody, places
from checker.reading.folder import nearest
from checker.reading.positive import meaning, obvious
from checker.reading.tables import Table, labels, short

CENSORED, OUTCOME, COMPETING = 0, 1, 2
WITHOUT_EVENT = ("0", "false", "no", "nein", "censored", "alive", "none", "no event", "event-free")
"""Values that say that follow-up ended without an event."""
MOST_EVENTS = 20


class EventProblem(Problem):
    """Which value means the outcome, or a competing event, is not said, or is not there."""

    __slots__ = ()


class Events(NamedTuple):
    """The column as codes (`CENSORED`, `OUTCOME`, `COMPETING`, -1 missing), and how it was read."""

    codes: Codes
    notes: tuple[str, ...]


class Asked(NamedTuple):
    """What is said about the values of an event column."""

    outcome: str | None
    competing: Sequence[str]
    written_outcome: str
    written_competing: str


def events(reading: Reading, column: str, asked: Asked) -> Events:
    """Return the event column.

    The outcome is the value that is named, else 1, true or yes. What is no competing event is the end of
    follow-up where it says so (0, false, censored ...), or where it is the only other value and the outcome is
    named. Whatever else is refused.
    """

    def read() -> Events:
        table, found = reading.table, labels(reading.table, column)
        problems = no_names(table, column, found, NO_NAME)
        if not found.names:
            problems.append(Problem(table.name, None, column, "the event is missing in every row"))
        elif len(found.names) > MOST_EVENTS:
            message = f"{len(found.names):,} different values are no kinds of events"
            hint = "is this the right column? it says who had the outcome (1) and who had not (0)"
            problems.append(Problem(table.name, None, column, message, hint))
        if problems:
            raise BadSubmission(problems)
        return _events(table, column, found, asked)

    return reading.kept(read, Events(nobody().codes, ()))


def _events(table: Table, column: str, found: Labels, asked: Asked) -> Events:
    import numpy as np

    kinds = {meaning(name): name for name in found.names}
    outcome = _outcome(table, column, kinds, asked)
    competing = {meaning(each): each for each in asked.competing}
    problems = [*_absent(table, column, found.names, outcome, asked)]
    rest = [key for key in kinds if key != outcome and key not in competing]
    without = [key for key in rest if kinds[key].casefold() in WITHOUT_EVENT or key == meaning("0")]
    if not without and len(rest) == 1 and asked.outcome is not None:
        without = rest
    unknown = [key for key in rest if key not in without]
    problems += [_unknown(table, column, found, key, asked) for key in unknown]
    if problems:
        raise BadSubmission(problems)
    code = {
        outcome: OUTCOME,
        **dict.fromkeys(competing, COMPETING),
        **dict.fromkeys(without, CENSORED),
    }
    own = np.array([code[meaning(name)] for name in found.names] + [-1], dtype=np.int64)
    return Events(
        own[found.codes], tuple(_notes(column, kinds, asked, outcome, competing, without))
    )


def _outcome(table: Table, column: str, kinds: dict[str, str], asked: Asked) -> str:
    names = list(kinds.values())
    if asked.outcome is not None:
        if meaning(asked.outcome) in kinds or {*map(str.casefold, names)} <= {*WITHOUT_EVENT}:
            return meaning(asked.outcome)
        message = f'no row has the event "{asked.outcome}"; the values are {listed(names)}'
        close = nearest(asked.outcome, names)
        hint = (
            f"did you mean {close}? write {asked.written_outcome} {close}"
            if close
            else _which(names, asked)
        )
        raise BadSubmission([EventProblem(table.name, None, column, message, hint)])
    one = meaning("1")
    if one in kinds and (meaning("0") in kinds or len(kinds) == 1):
        return one
    if guessed := obvious(names):
        return meaning(guessed)
    message = f"the values are {listed(names)}, and which of them is the outcome is not said"
    raise BadSubmission([EventProblem(table.name, None, column, message, _which(names, asked))])


def _which(names: Sequence[str], asked: Asked) -> str:
    known = ", ".join(short(name) for name in names)
    return f"write {asked.written_outcome} and the value that means the outcome, one of: {known}"


def _absent(
    table: Table,
    column: str,
    names: Sequence[str],
    outcome: str,
    asked: Asked,
) -> Iterator[Problem]:
    for each in asked.competing:
        if meaning(each) == outcome:
            message = f'"{each}" is named as the outcome and as a competing event'
            hint = f"name it once: {asked.written_outcome} or {asked.written_competing}"
            yield EventProblem(table.name, None, column, message, hint)
        elif meaning(each) not in {meaning(name) for name in names}:
            close = nearest(each, tuple(names))
            message = f'no row has the competing event "{each}"; the values are {listed(names)}'
            hint = (
                f"did you mean {close}?" if close else f"leave out {asked.written_competing} {each}"
            )
            yield EventProblem(table.name, None, column, message, hint)


def _unknown(table: Table, column: str, found: Labels, key: str, asked: Asked) -> Problem:
    codes = [code for code, name in enumerate(found.names) if meaning(name) == key]
    first, _ = places(found, codes)
    rows = [i for i, code in enumerate(found.codes) if code in codes]
    name = short(found.names[codes[0]])
    message = f'row {table.row(first):,}: "{name}" is not known as an event{table.others(rows)}'
    hint = (
        f"the values are {listed(found.names)}; write {asked.written_competing} {name} if it is a competing "
        "event, or 0 where follow-up ended without an event"
    )
    return Problem(table.file(first), table.line(first), column, message, hint)


def _notes(
    column: str,
    kinds: Mapping[str, str],
    asked: Asked,
    outcome: str,
    competing: Mapping[str, str],
    without: Sequence[str],
) -> Iterator[str]:
    said = [f'"{kinds.get(outcome, asked.outcome or "1")}" is the outcome']
    said += [f'"{each}" a competing event' for each in competing.values()]
    said += [f'"{kinds[each]}" the end of follow-up without an event' for each in without]
    yield f"In the column {column}, {', '.join(said)}."
