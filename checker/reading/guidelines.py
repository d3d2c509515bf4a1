"""Reads guidelines, those that ship and an author's own, and says everything wrong with one at once."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from checker import resources
from checker.errors import BadSubmission, Problem
from checker.model.guideline import Guideline, Index, IndexEntry, Item, Verification
from checker.model.score_guideline import (
    Percentage,
    Question,
    ScoreCondition,
    ScoreGuideline,
    ScoreItem,
    ScoreRule,
    Suggestion,
)
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


SHAPES: Mapping[str, type[BaseModel]] = {
    "items": ScoreItem,
    "verified": Verification,
    "catalogs": IndexEntry,
    "questions": Question,
    "suggest": Suggestion,
    "conditions": ScoreCondition,
    "score": ScoreRule,
    "percentage": Percentage,
}
"""The keys that exist inside a key, for a hint after one that does not."""


WRITTEN: Mapping[str, str] = MappingProxyType(
    {
        "kind": "write kind: reporting",
        "version": 'write version: "1"',
        "when_to_use": "write when_to_use: and a sentence that says for which studies it is",
        "doi": "write doi: [10.1136/bmj-2023-078378], and of a list without a publication doi: []",
        "licence": "write licence: CC BY 4.0, or own list",
        "verified": "write verified: {status: own list, what: not compared with a publication}",
        "applies": "write applies: [development, evaluation], or the one it is asked of",
        "checkable": "write checkable: declared (a person answers), structured (facts do) or recomputed (data do)",
        "evidence": "write evidence: [outcome.definition], the facts that answer it; checker list facts has all",
    }
)
"""How a key that is missing is written, of those whose names do not tell."""


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
    shape = ScoreGuideline if is_score(document.data) else Guideline
    guideline, troubles = _shaped(shape, document.data)
    items = tuple(_items(document.data))
    for i, item in items:
        at: ValuePath = ("items", i)
        troubles += [Trouble(at + each.path, *each[1:]) for each in _wrong_in(item, rules)]
    troubles += _repeated(items)
    if isinstance(guideline, ScoreGuideline):
        troubles += wrong_score(guideline, rules)
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


def answering(guideline: Guideline) -> tuple[Guideline, ...]:
    """Return the guidelines that answer single items of this one.

    Raises:
        BadSubmission: a shipped file cannot be used.
    """
    names = {item.delegates_to for item in guideline.items} - {""}
    return guidelines(names) if names else ()


def score_guidelines(names: Collection[str] | None = None) -> tuple[ScoreGuideline, ...]:
    """Return the quality scores that ship, in the order of the index; only those named, if any are.

    Raises:
        BadSubmission: a shipped file cannot be used.
    """
    scores = {entry.id for entry in read_index() if entry.kind == "quality_score"}
    wanted = scores if names is None else scores & set(names)
    return tuple(each for each in guidelines(wanted) if isinstance(each, ScoreGuideline))


def is_score(data: object) -> bool:
    """Return whether a guideline file says that it is a quality score."""
    return isinstance(data, dict) and data.get("kind") == "quality_score"


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
    shape = ScoreItem if is_score(data) else Item
    least = LEAST | ({"scoring_rule": ""} if is_score(data) else {})
    for i, row in enumerate(rows if isinstance(rows, list) else ()):
        _, troubles = _shaped(shape, row)
        wrong = {each.path[0] for each in troubles if each.path}
        for pair in ({"condition", "when"}, {"checkable", "recompute"}):
            wrong |= pair if wrong & pair else set()
        if isinstance(row, dict):
            fits = {key: value for key, value in row.items() if key not in wrong}
            item, _ = _shaped(shape, least | fits)
            yield from [(i, item)] if item else []


def _in_words(error: Mapping[str, Any]) -> Trouble:
    path: ValuePath = error["loc"]
    seen = json.dumps(error["input"], ensure_ascii=False)[:40]
    if "when" in path and error["type"] in ("string_type", "bool_type"):
        path = path[: path.index("when") + 2]  # without the place in a list of one
        return Trouble(path, f"a text, or true or false, is expected, not {seen}")
    match error["type"]:
        case "missing":
            return Trouble(path, "this key is missing", WRITTEN.get(str(path[-1]), ""))
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
    names = [step for step in path[:-1] if isinstance(step, str)]
    shapes = SHAPES if names else {}
    return shapes.get(names[-1] if names else "", ScoreGuideline).model_fields


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


# Quality scores

SAME_SUM = 5e-4
"""How far a sum of weights may be from the published one, which are rounded."""
MOST_WAYS = 20_000
"""Combinations of answers to the questions of one item; each is tried where all are open."""


def wrong_score(guideline: ScoreGuideline, rules: Collection[str] | None) -> Iterator[Trouble]:
    """Yield what does not agree inside a quality score."""
    conditions = [each.id for each in guideline.conditions]
    first: dict[str, str] = {}
    for i, condition in enumerate(guideline.conditions):
        at: ValuePath = ("conditions", i)
        yield from (
            Trouble((*at, "when", *each.path), *each[1:]) for each in _wrong_when(condition.when)
        )
        if condition.needs and condition.needs not in conditions[:i]:
            said = f"there is no condition {condition.needs} before this one"
            yield Trouble((*at, "needs"), said, nearest(condition.needs, conditions))
    for i, item in enumerate(guideline.items):
        at = ("items", i)
        wrong = [
            *_wrong_item(guideline, item),
            *_wrong_questions(item),
            *_wrong_suggest(item, rules),
        ]
        yield from (Trouble((*at, *each.path), *each[1:]) for each in wrong)
        for each in item.asked:
            if each.id in first and first[each.id] != item.id:
                said = f'"{each.id}" is the id of a question of item {first[each.id]} already'
                yield Trouble((*at, "questions"), said)
            first.setdefault(each.id, item.id)
    yield from _wrong_sums(guideline)


def _wrong_item(guideline: ScoreGuideline, item: ScoreItem) -> Iterator[Trouble]:
    conditions = [each.id for each in guideline.conditions]
    weighted = guideline.score.method == "weighted"
    for i, name in enumerate(item.applicable_if):
        if name not in conditions:
            said = f"there is no condition {name}"
            yield Trouble(("applicable_if", i), said, nearest(name, conditions))
    if item.section not in guideline.score.sections:
        listed = ", ".join(guideline.score.sections)
        yield Trouble(("section",), f"score.sections has no {item.section}", f"it has {listed}")
    if weighted and item.weight is None:
        yield Trouble((), "a weighted score needs the weight of each item")
    if not weighted and item.weight is not None:
        yield Trouble(("weight",), "points are summed without weights")


def _wrong_questions(item: ScoreItem) -> Iterator[Trouble]:
    ids = [each.id for each in item.asked]
    for i, each in enumerate(item.questions):
        at: ValuePath = ("questions", i)
        if each.id in ids[:i]:
            yield Trouble((*at, "id"), f'"{each.id}" is given twice')
        if not each.points:
            yield Trouble((*at, "points"), "at least one answer is expected")
        for key, words in (("clears", each.clears), ("also", each.also), ("blank", (each.blank,))):
            for word in words:
                if word and word not in each.points:
                    said = f"{word} is no answer of this question"
                    yield Trouble((*at, key), said, nearest(word, each.points))
        for name, words in each.asked_if.items():
            other = next((q for q in item.asked if q.id == name and name != each.id), None)
            if other is None:
                yield Trouble((*at, "asked_if"), f"item {item.id} has no other question {name}")
            elif missing := [word for word in words if word not in other.points]:
                yield Trouble((*at, "asked_if"), f"{name} has no answer {', '.join(missing)}")
    for group in item.together:
        if missing := [name for name in group if name not in ids]:
            yield Trouble(("together",), f"item {item.id} has no question {', '.join(missing)}")
    if all(name in ids for group in item.together for name in group):
        yield from _wrong_limits(item)


def _wrong_limits(item: ScoreItem) -> Iterator[Trouble]:
    """Yield that the questions do not give the points that the item says."""
    ways = prod(len(each.points) for each in item.asked)
    if ways > MOST_WAYS or not ways:
        said = f"its questions have {ways} combinations of answers; at most {MOST_WAYS} are tried"
        yield Trouble(("questions",), said, "part it into several items")
        return
    low, high = item.between({})
    for key, stated, computed in (
        ("min_points", item.min_points, low),
        ("max_points", item.max_points, high),
    ):
        if stated != computed:
            message = f"{key} is {stated:g}, and its questions give {computed:g}"
            yield Trouble((key,) if key in item.model_fields_set else (), message)


def _wrong_suggest(item: ScoreItem, rules: Collection[str] | None) -> Iterator[Trouble]:
    asked = {each.id: each for each in item.asked}
    for i, each in enumerate(item.suggest):
        at: ValuePath = ("suggest", i)
        question = asked.get(each.question or next(iter(asked)))
        if question is None or (not each.question and len(asked) > 1):
            listed = ", ".join(asked)
            yield Trouble((*at, "question"), f"one of the questions is expected: {listed}")
        elif each.answer not in question.points:
            said = f"{question.id} has no answer {each.answer}"
            yield Trouble((*at, "answer"), said, f"it has {', '.join(question.points)}")
        yield from (Trouble((*at, "when", *t.path), *t[1:]) for t in _wrong_when(each.when))
        for key in FACT_TESTS:
            for fact in getattr(each, key):
                if fact not in FACTS:
                    said = f"{fact} is no fact of study.yaml"
                    yield Trouble((*at, key), said, nearest(fact, FACTS))
        for rule in each.found:
            if rules is not None and rule not in rules:
                yield Trouble((*at, "found"), f"there is no rule {rule}", nearest(rule, rules))
        if not any(getattr(each, key) for key in ("when", "found", *FACT_TESTS)):
            yield Trouble(at, "something that must hold is expected: when, described, found ...")


FACT_TESTS = ("described", "stated", "absent", "not_reported", "several", "single", "mentions")
"""Keys of a suggestion that name facts."""


def _wrong_sums(guideline: ScoreGuideline) -> Iterator[Trouble]:
    """Yield where items do not sum to what their section, or the score, says."""
    weighted = guideline.score.method == "weighted"
    at: ValuePath = ("score", "sections")
    for name, said in guideline.score.sections.items():
        inside = [each for each in guideline.items if each.section == name]
        found = sum((each.weight or 0.0) if weighted else each.max_points for each in inside)
        if abs(found - said) > SAME_SUM:
            yield Trouble((*at, name), f"{said:g} is said, and its items sum to {found:g}")
    for key, low in (("minimum", True), ("maximum", False)):
        said = getattr(guideline.score, key)
        items = guideline.items
        found = sum(each.min_points if low else each.max_points for each in items)
        if not weighted and abs(found - said) > SAME_SUM:
            yield Trouble(("score", key), f"{said:g} is said, and the items sum to {found:g}")
    bands = [each.at_least for each in guideline.score.bands]
    if bands != sorted(set(bands)) or (bands and bands[0] > guideline.score.minimum):
        yield Trouble(("score", "bands"), "the lowest first, from the smallest possible score on")
