"""The statements and differences of a study as rows of a worksheet."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from checker.model.study import Study
from checker.model.study.facts import FACTS
from checker.model.study.kinds import kinds
from checker.model.study.statements import Location, NotApplicable, NotReported
from checker.model.worksheet import LOCATED, NONE, NOT_APPLICABLE, NOT_REPORTED, written


class Said(NamedTuple):
    """A statement that a fact is not reported or does not apply."""

    about: str
    words: str
    reason: str
    at: int
    """Its place in the list of statements, from 1."""


class Located(NamedTuple):
    """A place in the paper."""

    about: str
    values: Mapping[str, str]
    """Field to its text."""
    at: int


@dataclass(slots=True)
class Beside:
    """Statements by the fact that they are about, and those that have no row of their own."""

    said: dict[str, Said] = field(default_factory=dict)
    located: dict[str, Located] = field(default_factory=dict)
    other_said: list[Said] = field(default_factory=list)
    other_located: list[Located] = field(default_factory=list)


def beside(study: Study, has_row: Callable[[str], bool]) -> Beside:
    """Return the statements of a study, each in the row of its fact if it has one of its own."""
    found, all_said = Beside(), list(_all_said(study))
    abouts = [each.about for each in all_said]
    for said in all_said:
        if has_row(said.about) and abouts.count(said.about) == 1:
            found.said[said.about] = said
        else:
            found.other_said.append(said)
    for located in _all_located(study):
        if has_row(located.about) and located.values and located.about not in found.located:
            found.located[located.about] = located
        else:
            found.other_located.append(located)
    return found


def _all_said(study: Study) -> Iterator[Said]:
    statements = study.statements
    lists: tuple[tuple[str, Sequence[NotReported | NotApplicable] | None], ...] = (
        (NOT_REPORTED, statements.not_reported),
        (NOT_APPLICABLE, statements.not_applicable),
    )
    for words, said in lists:
        if said == ():
            yield Said(NONE, words, "", 0)
        for at, each in enumerate(said or (), start=1):
            yield Said(each.about, words, each.reason, at)


def _all_located(study: Study) -> Iterator[Located]:
    if study.statements.locations == ():
        yield Located(NONE, {}, 0)
    for at, each in enumerate(study.statements.locations or (), start=1):
        values = {
            name: written(kinds(Location)[name], value)
            for name in LOCATED
            if (value := getattr(each, name)) is not None
        }
        yield Located(each.about, values, at)


def different(value: object) -> Iterator[tuple[str, str]]:
    """Yield facts that differ with their answers; a list of records gives one row for each field."""
    if not isinstance(value, Mapping):
        return
    if not value:
        yield NONE, ""
    for name, each in value.items():
        kind = FACTS[name].kind
        if kind.item != "records":
            yield name, written(kind, each)
            continue
        if not each:
            yield name, NONE
        for i, entry in enumerate(each):
            for fact, text in _fields(name, entry):
                yield f"{name}[{i}].{fact.removeprefix(f'{name}.')}", text


def _fields(name: str, entry: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for key, value in entry.items():
        if isinstance(value, Mapping) and f"{name}.{key}" not in FACTS:
            yield from _fields(f"{name}.{key}", value)
        else:
            yield f"{name}.{key}", written(FACTS[f"{name}.{key}"].kind, value)


def name_at(study: Study, path: Sequence[str | int]) -> str:
    """Return the name of the entry around a path."""
    node: Any = study
    steps = list(path)
    while not isinstance(steps[-1], int):
        steps.pop()
    for step in steps:
        node = node[step] if isinstance(step, int) else getattr(node, step)
    return str(node.name)
