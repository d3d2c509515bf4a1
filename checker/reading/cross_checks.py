"""What must agree between the fields of one description: names, orders, limits, statements."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, pairwise
from typing import Any, NamedTuple

from checker.model.guideline import is_named
from checker.model.study.dates import is_later
from checker.model.study.description import Study
from checker.model.study.facts import FACTS, groups, is_present
from checker.model.study.printed import Printed
from checker.model.study.references import REFERENCES
from checker.reading import yaml_nodes
from checker.reading.item_names import guideline_names, item_names
from checker.reading.plain_values import nearest
from checker.reading.yaml_nodes import Node, Scalar, Sequence, ValuePath

_ITEM = re.compile(r"[a-z0-9_]+/\S+")


class Trouble(NamedTuple):
    """Fields that do not agree; the path names the one to look at first."""

    path: ValuePath
    message: str
    hint: str = ""


def cross_checks(root: Node, data: Mapping[str, object]) -> Iterator[Trouble]:
    """Return what does not agree. Values that did not fit are no longer in `data`.

    Names are taken from the file itself, so that a reference to an entry with another mistake is
    no second problem.
    """
    for path, names in _names(root).items():
        yield from _repeated(path, names)
    yield from _references(root, data)
    yield from _orders(data)
    yield from _limits(data)
    yield from _abouts(data)
    yield from _empty_locations(root)


NO_REASON = frozenset(
    ("na", "none", "no", "notapplicable", "notreported", "doesnotapply", "tbd", "todo", "")
)
"""Letters of what stands under reason and gives none."""


def contradictions(study: Study) -> Iterator[Trouble]:
    """Return statements that contradict the description or each other, and reasons that are none."""
    said = study.statements
    unreported = [each.about for each in said.not_reported or ()]
    for i, absent in enumerate(said.not_reported or ()):
        yield from _at_odds(study, "not_reported", i, absent.about, "to be not reported")
        yield from _reasonless("not_reported", i, absent.reason)
    for i, other in enumerate(said.not_applicable or ()):
        yield from _at_odds(study, "not_applicable", i, other.about, "not to apply")
        yield from _reasonless("not_applicable", i, other.reason)
        if other.about in unreported:
            yield Trouble(
                ("statements", "not_applicable", i, "about"),
                f"{other.about} is said to be not reported, and also not to apply",
                "delete one of the two",
            )


def _at_odds(study: Study, records: str, at: int, about: str, what: str) -> Iterator[Trouble]:
    if about in FACTS and is_present(study, about):
        yield Trouble(
            ("statements", records, at, "about"),
            f"{about} is said {what}, but this description has it",
            "delete one of the two",
        )


def _reasonless(records: str, at: int, reason: str) -> Iterator[Trouble]:
    if "".join(sign for sign in reason.casefold() if sign.isalnum()) in NO_REASON:
        yield Trouble(
            ("statements", records, at, "reason"),
            f'"{reason}" is no reason',
            "write why, so that a reader of the form can follow: the model was not updated",
        )


_NAMED = (("data", "sources"), ("data", "partitions"), ("evaluations",), ("explanations",))


def _names(root: Node) -> dict[ValuePath, list[str | None]]:
    return {path: list(_names_at(root, path)) for path in _NAMED}


def _names_at(node: Node | None, path: tuple[str, ...]) -> Iterator[str | None]:
    for step in path:
        node = node.entries.get(step) if isinstance(node, yaml_nodes.Mapping) else None
    for entry in node.items if isinstance(node, Sequence) else ():
        name = entry.entries.get("name") if isinstance(entry, yaml_nodes.Mapping) else None
        yield name.text.strip() if isinstance(name, Scalar) else None


def _repeated(path: ValuePath, names: list[str | None]) -> Iterator[Trouble]:
    seen: set[str] = set()
    for i, name in enumerate(names):
        if name and name in seen:
            yield Trouble(
                (*path, i, "name"),
                f'the name "{name}" is given twice in {path[-1]}',
                "give each entry a name of its own",
            )
        seen.add(name or "")


class _Reference(NamedTuple):
    """A field of an entry, and the lists of entries one of whose names it must be."""

    records: ValuePath
    field: str
    to: tuple[ValuePath, ...]


_SOURCES, _PARTITIONS, _EVALUATIONS, _EXPLANATIONS = _NAMED
_REFERENCES = tuple(
    _Reference(tuple(records.split(".")), field, tuple(tuple(each.split(".")) for each in lists))
    for records, _, field, lists in ((*fact.rpartition("."), to) for fact, to in REFERENCES.items())
)


def _references(root: Node, data: Mapping[str, object]) -> Iterator[Trouble]:
    names = _names(root)
    for reference in _REFERENCES:
        known = dict.fromkeys(name for path in reference.to for name in names[path] if name)
        for path, entry in _entries(data, reference.records):
            name = entry.get(reference.field)
            if isinstance(name, str) and name not in known:
                yield _nobody((*path, reference.field), name, reference.to, known)


def _nobody(
    path: ValuePath, name: str, to: Iterable[ValuePath], known: Mapping[str, None]
) -> Trouble:
    where = " or ".join(".".join(map(str, each)) for each in to)
    listed = f"there is {', '.join(islice(known, 5))}" if known else f"{where} has no entries"
    return Trouble(
        path, f'no entry of {where} has the name "{name}"', nearest(name, known) or listed
    )


def _entries(
    data: Mapping[str, object], path: ValuePath
) -> Iterator[tuple[ValuePath, Mapping[str, object]]]:
    """Return the records of a list, each with its path."""
    node: object = data
    for step in path:
        if isinstance(node, tuple) and isinstance(step, int):
            node = node[step]
        else:
            node = node.get(str(step)) if isinstance(node, Mapping) else None
    for i, entry in enumerate(node if isinstance(node, tuple) else ()):
        if isinstance(entry, Mapping):
            yield (*path, i), entry


_ORDERS = (
    (_SOURCES, "start", "end"),
    (_SOURCES, "end", "followup_end"),
    (_PARTITIONS, "start", "end"),
    (_PARTITIONS, "events", "patients"),
    (_PARTITIONS, "non_events", "patients"),
)
"""Records, and two of their fields of which the first cannot be larger."""


def _orders(data: Mapping[str, object]) -> Iterator[Trouble]:
    for records, low, high in _ORDERS:
        for path, entry in _entries(data, records):
            yield from _order(path, entry, low, high)


def _order(path: ValuePath, entry: Mapping[str, object], low: str, high: str) -> Iterator[Trouble]:
    first: Any = entry.get(low)
    last: Any = entry.get(high)
    if first is None or last is None:
        return
    if isinstance(first, int):
        if first > last:
            yield Trouble((*path, low), f"{low} is {first}, but {high} is only {last}")
    elif is_later(first, last):
        yield Trouble((*path, low), f"{low} is {first}, which is after {high}, {last}")


def _limits(data: Mapping[str, object]) -> Iterator[Trouble]:
    for path, evaluation in _entries(data, _EVALUATIONS):
        for at, claim in _entries(data, (*path, "claims")):
            yield from _interval(at, claim)
            yield from _order(at, claim, "numerator", "cases")
        yield from _decision_range(path, evaluation.get("decision_range"))


def _interval(path: ValuePath, claim: Mapping[str, object]) -> Iterator[Trouble]:
    given = [(name, claim.get(name)) for name in ("low", "value", "high")]
    numbers = [(name, value) for name, value in given if isinstance(value, Printed)]
    for (lower, first), (upper, last) in pairwise(numbers):
        if first.number > last.number:
            said = f"{lower} ({first.text}) is larger than {upper} ({last.text})"
            yield Trouble((*path, lower), said, "an interval goes from low over value to high")
    if claim.get("level") in (0, 1):
        yield Trouble((*path, "level"), "the level of an interval lies between 0 and 1")


def _decision_range(path: ValuePath, limits: object) -> Iterator[Trouble]:
    if not isinstance(limits, tuple):
        return
    if len(limits) != 2 or not 0 < limits[0] < limits[1] < 1:
        said = "expected the lowest and the highest threshold, between 0 and 1"
        yield Trouble((*path, "decision_range"), said, "such as [0.10, 0.50], with decimal points")


_ABOUT = {"locations": True, "not_reported": False, "not_applicable": True, "appraisals": True}
"""Lists of statements, and whether they may be about an item of a guideline."""


def _abouts(data: Mapping[str, object]) -> Iterator[Trouble]:
    for records, items in _ABOUT.items():
        for path, statement in _entries(data, ("statements", records)):
            about = statement.get("about")
            if records == "appraisals" and isinstance(about, str) and _ITEM.fullmatch(about):
                continue  # a tool of another kind
            if isinstance(about, str) and (wrong := _wrong_about(about, items)):
                yield Trouble((*path, "about"), *wrong)


def _wrong_about(about: str, items: bool) -> tuple[str, str] | None:
    """Return what is wrong with what a statement is about, and a hint; None if nothing is."""
    known = {*FACTS, *groups()}
    if about in known:
        return None
    if items and (hint := _called_otherwise(about)):
        return f'"{about}" is no fact or item', hint
    is_item = _ITEM.fullmatch(about)
    if is_item and items:
        return _wrong_item(about)
    kinds = "fact or item (tripod_ai_2024/12d)" if items else "fact"
    hint = f"name the facts of it; checker explain {about} lists them" if is_item else ""
    return f'"{about}" is no {kinds}', hint or nearest(about, known)


def _called_otherwise(name: str) -> str:
    """Return the hint if a person writes an item as people call it: ``TRIPOD+AI/12a``, ``tripod_ai_2024/12 A``."""
    guideline, _, number = name.partition("/")
    meant = next((each for each in guideline_names() if is_named(each, guideline)), "")
    if not number or not meant or (meant == guideline and _ITEM.fullmatch(name)):
        return ""
    wanted = f"{meant}/{''.join(number.split())}".casefold()
    found = next((each for each in item_names(meant) if each.casefold() == wanted), "")
    return f"did you mean {found}?" if found else f"checker explain {meant} lists the items of it"


def _wrong_item(name: str) -> tuple[str, str] | None:
    """Return that no guideline that ships has the item; of a guideline that may be an own one, nothing is known."""
    guideline, _, number = name.partition("/")
    shipped = guideline_names()
    if guideline in shipped:
        known = item_names(guideline)
        lacks = f"{guideline} has no item {number}"
        return None if name in known else (lacks, _nearest_item(name, known))
    hint = nearest(guideline, shipped, cutoff=0.85)
    return (f'no guideline of this version is called "{guideline}"', hint) if hint else None


def _nearest_item(name: str, known: Iterable[str]) -> str:
    """Return the hint: items of the same number, else the list of all."""
    number = re.match(r".*/[A-Za-z]*[0-9]*", name)
    same = [
        each for each in known if number and re.fullmatch(re.escape(number[0]) + "[a-z]*", each)
    ]
    guideline = name.partition("/")[0]
    return (
        f"did you mean {' or '.join(same)}?" if same else f"checker explain {guideline} lists them"
    )


def _empty_locations(root: Node) -> Iterator[Trouble]:
    """Return each place of the paper that says neither where nor in which words; the file itself is asked."""
    node: Node | None = root
    for step in ("statements", "locations"):
        node = node.entries.get(step) if isinstance(node, yaml_nodes.Mapping) else None
    for i, entry in enumerate(node.items if isinstance(node, Sequence) else ()):
        if isinstance(entry, yaml_nodes.Mapping) and all(
            _is_blank(entry.entries.get(each)) for each in ("place", "quote")
        ):
            yield Trouble(
                ("statements", "locations", i),
                "neither place nor quote is given",
                "write place: Methods, Outcome, and quote: with the words of the paper",
            )


def _is_blank(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and node.text.strip() in ("", "~", "null"))
