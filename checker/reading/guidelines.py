"""Reads guidelines, those that ship and an author's own, and says everything wrong with one at once."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from checker import resources
from checker.errors import BadSubmission, Problem
from checker.model.guideline import Guideline, Index, IndexEntry, Item, Verification
from checker.model.study.facts import FACTS
from checker.reading.documents import YamlDocument, dotted, read_yaml
from checker.reading.plain_values import nearest
from checker.reading.yaml_nodes import ValuePath

T = TypeVar("T", bound=BaseModel)

EXPECTED = {
    "model_type": "names and values are expected",
    "dict_type": "names and values are expected",
    "tuple_type": "a list is expected",
    "bool_type": "true or false is expected",
    "int_type": "a whole number is expected",
    "id": "an id without spaces is expected; that of a guideline has small letters, digits and _ only",
    "applies": "development, evaluation or both are expected",
    "evidence": "at least one fact is expected",
    "items": "at least one item is expected",
}
"""What is expected, by the kind of error or by the key whose own limits are broken."""

LEAST = {
    "id": "-",
    "section": "",
    "topic": "",
    "applies": ["evaluation"],
    "requirement": "",
    "evidence": ["study.title"],
    "checkable": "declared",
}
"""Stands in for what does not fit in an item, so that the rest of it can be looked at."""


class Trouble(NamedTuple):
    """Something wrong with a value of the file."""

    path: ValuePath
    message: str
    hint: str = ""


def read_guideline(path: Path, *, rules: Collection[str] | None = None) -> Guideline:
    """Return the guideline of a file.

    Args:
        path: a YAML file; its keys are the fields of `Guideline`.
        rules: codes of the rules that exist; None leaves the names of rules unchecked.

    Raises:
        BadSubmission: with every problem of the file, in the order of its lines.
    """
    document = read_yaml(path)
    guideline, troubles = _shaped(Guideline, document.data)
    items = tuple(_items(document.data))
    for i, item in items:
        at: ValuePath = ("items", i)
        troubles += [Trouble(at + each.path, *each[1:]) for each in _wrong_in(item, rules)]
    troubles += _repeated(items)
    if guideline is None or troubles:
        raise _bad(document, troubles)
    return guideline


def read_index() -> tuple[IndexEntry, ...]:
    """Return when each guideline that ships is used, in the order of the report.

    Raises:
        BadSubmission: the shipped index cannot be used.
    """
    document = read_yaml(_folder() / "index.yaml")
    index, troubles = _shaped(Index, document.data)
    for i, entry in enumerate(index.catalogs if index else ()):
        at: ValuePath = ("catalogs", i, "when")
        troubles += [Trouble(at + each.path, *each[1:]) for each in _wrong_when(entry.when)]
    if index is None or troubles:
        raise _bad(document, troubles)
    return index.catalogs


def guidelines(names: Collection[str] | None = None) -> tuple[Guideline, ...]:
    """Return the guidelines that ship, in the order of the index; only those named, if any are.

    Raises:
        BadSubmission: a shipped file cannot be used.
    """
    return tuple(
        read_guideline(_folder() / entry.file)
        for entry in read_index()
        if names is None or entry.id in names
    )


def _folder() -> Path:
    return resources.folder("schemas") / "guidelines"


def _bad(document: YamlDocument, troubles: list[Trouble]) -> BadSubmission:
    problems = {
        Problem(document.file, document.places.line(path), dotted(path), message, hint)
        for path, message, hint in troubles
    }
    return BadSubmission(sorted(problems, key=lambda each: (each.line or 0, each.path)))


def _shaped(shape: type[T], data: object) -> tuple[T | None, list[Trouble]]:
    """Return the data as that shape, or what does not fit."""
    try:
        return shape.model_validate_json(json.dumps(data), strict=True), []
    except ValidationError as error:
        errors = map(dict, error.errors(include_url=False))
        # a list is called too short as well if all its entries are wrong
        return None, [_in_words(e) for e in errors if e["type"] != "too_short" or not e["input"]]


def _items(data: object) -> Iterator[tuple[int, Item]]:
    """Return the items with their place in the list; what does not fit in one is left out of it."""
    rows = data.get("items") if isinstance(data, dict) else None
    for i, row in enumerate(rows if isinstance(rows, list) else ()):
        _, troubles = _shaped(Item, row)
        wrong = {each.path[0] for each in troubles if each.path}
        for pair in ({"condition", "when"}, {"checkable", "recompute"}):
            wrong |= pair if wrong & pair else set()
        if isinstance(row, dict):
            fits = {key: value for key, value in row.items() if key not in wrong}
            item, _ = _shaped(Item, LEAST | fits)
            yield from [(i, item)] if item else []


def _in_words(error: Mapping[str, Any]) -> Trouble:
    path: ValuePath = error["loc"]
    seen = json.dumps(error["input"], ensure_ascii=False)[:40]
    if "when" in path and error["type"] in ("string_type", "bool_type"):
        path = path[: path.index("when") + 2]  # without the place in a list of one
        return Trouble(path, f"a text, or true or false, is expected, not {seen}")
    match error["type"]:
        case "missing":
            return Trouble(path, "this key is missing")
        case "extra_forbidden":
            return Trouble(path, "this key does not exist", nearest(str(path[-1]), _keys(path)))
        case "string_type":
            hint = "put it in quotation marks" if isinstance(error["input"], int | float) else ""
            return Trouble(path, f"a text is expected, not {seen}", hint)
        case "string_pattern_mismatch" | "too_short":
            return Trouble(path, EXPECTED[str(path[-1])] + f", not {seen}")
        case "literal_error":
            return Trouble(path, f"{error['ctx']['expected']} is expected, not {seen}")
        case _:
            return Trouble(path, f"{EXPECTED.get(error['type'], error['msg'])}, not {seen}")


def _keys(path: ValuePath) -> Collection[str]:
    """Return the keys that exist where one does not."""
    shapes: dict[object, type[BaseModel]] = {"items": Item, "verified": Verification}
    shapes["catalogs"] = IndexEntry
    return shapes.get(path[0], Guideline).model_fields if len(path) > 1 else Guideline.model_fields


def _repeated(items: Iterable[tuple[int, Item]]) -> Iterator[Trouble]:
    first: dict[str, int] = {}
    for i, item in items:
        if item.id in first and item.id != LEAST["id"]:
            message = f'"{item.id}" is the id of items[{first[item.id]}] already'
            yield Trouble(("items", i, "id"), message)
        first.setdefault(item.id, i)


def _wrong_in(item: Item, rules: Collection[str] | None) -> Iterator[Trouble]:
    for i, fact in enumerate(item.evidence):
        if fact not in FACTS:
            yield Trouble(("evidence", i), f"{fact} is no fact of study.yaml", nearest(fact, FACTS))
        elif fact in item.evidence[:i]:
            yield Trouble(("evidence", i), f"{fact} is named twice")
    yield from (Trouble(("when", *each.path), *each[1:]) for each in _wrong_when(item.when))
    if bool(item.when) != bool(item.condition):
        yield Trouble((), "condition and when say the same in words and as data: give both or none")
    if (item.checkable == "recomputed") != bool(item.recompute):
        yield Trouble(
            ("checkable",), "recomputed is said of items that name something under recompute"
        )
    for i, rule in enumerate(item.rules):
        if rules is not None and rule not in rules:
            yield Trouble(("rules", i), f"there is no rule {rule}", nearest(rule, rules))


def _wrong_when(when: Mapping[str, tuple[str | bool, ...]]) -> Iterator[Trouble]:
    for name, accepted in when.items():
        fact = FACTS.get(name)
        if fact is None:
            yield Trouble((name,), f"{name} is no fact of study.yaml", nearest(name, FACTS))
        elif fact.type not in ("bool", "enum", "list of enum"):
            yield Trouble(
                (name,), f"a condition needs a fact with fixed values, and {name} is {fact.type}"
            )
        else:
            allowed = fact.values or (True, False)
            yield from (
                _not_allowed(name, value, allowed) for value in accepted if value not in allowed
            )


def _not_allowed(name: str, value: str | bool, allowed: Collection[str | bool]) -> Trouble:
    printed = [str(each).lower() if isinstance(each, bool) else each for each in allowed]
    seen = str(value).lower() if isinstance(value, bool) else f'"{value}"'
    return Trouble((name,), f"{name} is never {seen}", f"it is one of {', '.join(printed)}")
