"""The facts of the description by their dotted names: what exists, what is asked, what is said."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Literal, NamedTuple

from checker.model.study.description import Study
from checker.model.study.evaluations import Evaluation
from checker.model.study.kinds import Condition, Kind, kinds, meanings
from checker.model.study.marks import Described

_PART_ENDS = re.compile(r"[.;] ")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a description can say."""

    name: str
    """Path in study.yaml; below a list of records the name goes on inside each entry."""
    section: str
    kind: Kind
    when: Condition
    """Asked only if each of these facts has one of its values."""
    owner: type[Described]
    """The class that has it as a field."""

    @property
    def type(self) -> str:
        """What it takes: text, number, list of enum, ..."""
        return self.kind.form

    @property
    def values(self) -> tuple[str, ...]:
        """The values of an enum."""
        return self.kind.values

    @property
    def unit(self) -> str:
        """The unit of a number; empty if it has none."""
        return self.kind.unit

    @property
    def meaning(self) -> str:
        """What it says, in a sentence."""
        return meanings(self.owner)[self.name.rpartition(".")[2]]

    @property
    def words(self) -> str:
        """What it says, to stand inside a sentence: the first part of its meaning, without a capital.

        A meaning of one or two words ("How.") is followed by the name of the group it stands in.
        """
        first = _PART_ENDS.split(self.meaning)[0].removesuffix(".")
        if not first[1:2].isupper():
            first = first[:1].lower() + first[1:]
        group = self.name.split(".")[-2:][0].replace("_", " ")
        return first if first.count(" ") > 1 else f"{first} ({group})"

    @property
    def negative(self) -> tuple[str, ...]:
        """Values that state an absence."""
        return self.kind.negative


class State(NamedTuple):
    """What the description says about one fact."""

    kind: Literal["reported", "not_reported", "not_applicable", "silent"]
    """not_reported and not_applicable: a person said so. silent: nobody said anything."""
    reason: str = ""


CAN_DIFFER = ("participants", "predictors", "outcome", "model", "analysis")
"""Sections whose facts may be different in one partition or evaluation."""
_NEVER_ASKED = (
    "evaluations.claims", "explanations.claims", "evaluations.differs", "data.partitions.differs",
)  # fmt: skip


def _facts() -> Iterator[Fact]:
    for section, kind in kinds(Study).items():
        if kind.form == "list of records":
            yield Fact(section, section, kind, {}, Study)
        yield from _below(section, kind, {})


def _below(name: str, kind: Kind, around: Condition) -> Iterator[Fact]:
    for field, (found, tasks, owner) in _fields(kind.classes).items():
        inner = f"{name}.{field}"
        when = dict(around)
        if len(tasks) < len(kind.classes):
            when[f"{name}.task"] = tuple(tasks)
        when.update({mark.fact: mark.values for mark in found.when})
        if found.form != "group":
            yield Fact(inner, name.partition(".")[0], found, when, owner)
        yield from _below(inner, found, when)


class _Field(NamedTuple):
    """A field of several classes: the tasks that have it, and the first class that does."""

    kind: Kind
    tasks: list[str]
    owner: type[Described]


def _fields(classes: Iterable[type[Described]]) -> Mapping[str, _Field]:
    """Return every field that one of the classes has; `task` with the values of all."""
    fields: dict[str, _Field] = {}
    for cls in classes:
        own = kinds(cls)
        task = own["task"].values if "task" in own else ("",)
        for name, kind in own.items():
            fields.setdefault(name, _Field(kind, [], cls)).tasks.extend(task)
    if "task" in fields:
        one = fields["task"]
        fields["task"] = one._replace(kind=replace(one.kind, values=tuple(one.tasks)))
    return fields


FACTS: Mapping[str, Fact] = MappingProxyType({fact.name: fact for fact in _facts()})
"""Every fact, in the order of the description."""


@cache
def groups() -> frozenset[str]:
    """Return the names under which several facts stand: sections, groups and lists of records."""
    steps = [name.split(".") for name in FACTS]
    return frozenset(".".join(each[:depth]) for each in steps for depth in range(1, len(each)))


@cache
def record_lists() -> tuple[str, ...]:
    """Return the facts that are lists of records, in the order of the description."""
    return tuple(name for name, fact in FACTS.items() if fact.type == "list of records")


class _Place(NamedTuple):
    """One place where a fact can stand: the entries around it, and its value."""

    around: tuple[tuple[str, Described], ...]
    value: object
    path: tuple[str | int, ...]


def _places(
    node: Described,
    name: str,
    done: str = "",
    around: tuple[tuple[str, Described], ...] = (),
    steps: tuple[str | int, ...] = (),
) -> Iterator[_Place]:
    head, _, rest = name.partition(".")
    if head not in type(node).model_fields:
        return  # a fact of another task
    value, path, here = getattr(node, head), f"{done}{head}", (*steps, head)
    if not rest or value is None or value == ():
        yield _Place(around, value, here)
    elif isinstance(value, tuple):
        for i, entry in enumerate(value):
            yield from _places(entry, rest, f"{path}.", (*around, (path, entry)), (*here, i))
    else:
        yield from _places(value, rest, f"{path}.", around, here)


class Spot(NamedTuple):
    """One place where a fact can stand in this description."""

    path: tuple[str | int, ...]
    value: object
    """None: nothing is said there."""
    is_asked: bool
    """Whether the fact concerns this place; unknown conditions count as holding."""


def spots(study: Study, name: str) -> tuple[Spot, ...]:
    """Return every place of the fact: one, or one for each entry of the lists around it that can have it.

    Lists around it that have no entries give none.

    Raises:
        KeyError: there is no such fact.
    """
    fact = FACTS[name]
    depth = name.count(".") + 1
    return tuple(
        Spot(place.path, place.value, _holds(study, fact.when, place.around) is not False)
        for place in _places(study, name)
        if sum(isinstance(step, str) for step in place.path) == depth
    )


def values(study: Study, name: str) -> list[object]:
    """Return what is said about the fact: one value, inside a list of records one for each entry.

    A fact that takes a list is one tuple. Entries that are silent are left out.

    Raises:
        KeyError: there is no such fact.
    """
    return [place.value for place in _places(study, FACTS[name].name) if place.value is not None]


def holds(study: Study, when: Mapping[str, object]) -> bool | None:
    """Return whether every fact has the value, or one of the values, given for it.

    A list matches if any element does. None: a fact is unknown and no other decides; of a list of
    records, one entry that is silent may still match.

    Raises:
        KeyError: there is no such fact.
    """
    return _holds(study, when, ())


def _holds(
    study: Study, when: Mapping[str, object], around: tuple[tuple[str, Described], ...]
) -> bool | None:
    answers = [_matches(study, fact, wanted, around) for fact, wanted in when.items()]
    if False in answers:
        return False
    return None if None in answers else True


def _matches(
    study: Study, fact: str, wanted: object, around: tuple[tuple[str, Described], ...]
) -> bool | None:
    node: Described = study
    name, accepted = FACTS[fact].name, wanted if isinstance(wanted, list | tuple) else (wanted,)
    for prefix, entry in around:  # the nearest entry decides about its own facts
        if fact.startswith(f"{prefix}."):
            node, name = entry, fact.removeprefix(f"{prefix}.")
    said = [place.value for place in _places(node, name)]
    seen = [item for value in said for item in (value if isinstance(value, tuple) else (value,))]
    if any(item in accepted for item in seen):
        return True
    return None if not said or None in said else False


def is_asked(study: Study, name: str) -> bool:
    """Return whether the fact concerns this study; unknown conditions count as holding.

    Raises:
        KeyError: there is no such fact.
    """
    fact = FACTS[name]
    places = list(_places(study, name))
    if not places:
        return holds(study, fact.when) is not False
    return any(_holds(study, fact.when, place.around) is not False for place in places)


def is_present(study: Study, name: str) -> bool:
    """Return whether the fact has a value; inside a list of records, in every entry it concerns.

    false, 0 and an empty list are values; an empty list of records also speaks for what stands
    below it.

    Raises:
        KeyError: there is no such fact.
    """
    given, concerned = _count(study, name)
    return given == concerned > 0


def _count(study: Study, name: str) -> tuple[int, int]:
    """Return how many places have the fact, and how many it concerns."""
    fact = FACTS[name]
    places = list(_places(study, name))
    concerned = [
        place
        for place in places
        if place.value is not None or _holds(study, fact.when, place.around) is not False
    ]
    return sum(place.value is not None for place in concerned), len(concerned)


def state(study: Study, name: str) -> State:
    """Return what the description says about the fact, with the reason that a person gave.

    Statements about a group of facts ("analysis.updating") hold for each fact below it.

    Raises:
        KeyError: there is no such fact.
    """
    if is_present(study, name):
        return State("reported")
    said = study.statements
    for absent in said.not_reported or ():
        if _covers(absent.about, name):
            return State("not_reported", absent.reason)
    for other in said.not_applicable or ():
        if _covers(other.about, name):
            return State("not_applicable", other.reason)
    given, concerned = _count(study, name)
    part = f"described for {given} of {concerned} entries" if given else ""
    section = FACTS[name].section
    if section in (said.complete or ()):
        return State("not_reported", part or f"the section {section} is declared complete")
    return State("silent", part)


def _covers(about: str, name: str) -> bool:
    return about == name or name.startswith(f"{about}.")


def described(study: Study, names: Iterable[str] | None = None) -> tuple[int, int]:
    """Return how many facts the description speaks of, and how many are asked.

    A fact said to be not reported counts as spoken of; one said not to apply is not asked. Without
    `names` all facts count that concern this study, except statements and lists of records.

    Raises:
        KeyError: there is no fact of one of the names.
    """
    states = [state(study, name) for name in names or _countable() if is_asked(study, name)]
    asked = [each for each in states if each.kind != "not_applicable"]
    return sum(each.kind != "silent" for each in asked), len(asked)


@cache
def _countable() -> tuple[str, ...]:
    return tuple(
        name
        for name, fact in FACTS.items()
        if fact.section != "statements"
        and fact.type != "list of records"
        and not name.startswith(_NEVER_ASKED)
    )


def study_there(study: Study, evaluation: Evaluation) -> Study:
    """Return the study as it is for one evaluation: with what differs in its partition, then in it.

    Raises:
        pydantic.ValidationError: a value under `differs` does not fit its fact.
    """
    differs: dict[str, object] = {}
    for partition in study.data.partitions or ():
        if partition.name == evaluation.partition:
            differs.update(partition.differs or {})
    differs.update(evaluation.differs or {})
    changed = {name.partition(".")[0] for name in differs}
    return study.model_copy(update={each: _section(study, each, differs) for each in changed})


def _section(study: Study, section: str, differs: Mapping[str, object]) -> Described:
    before: Described = getattr(study, section)
    data = before.model_dump(exclude_none=True)
    for name, value in differs.items():
        first, *groups_, last = name.split(".")
        if first == section:
            at = data
            for group in groups_:
                at = at.setdefault(group, {})
            at[last] = value
    return type(before).model_validate(data)
