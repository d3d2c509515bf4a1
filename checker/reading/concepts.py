"""Reads what several guidelines ask alike, and says everything wrong with the file at once."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from checker import resources
from checker.errors import BadSubmission, Problem
from checker.model.concept import Concept, Concepts
from checker.reading.documents import YamlDocument, dotted, read_yaml
from checker.reading.yaml_nodes import ValuePath

EXPECTED = {
    "model_type": "names and values are expected",
    "dict_type": "names and values are expected",
    "tuple_type": "a list is expected",
    "string_type": "a text is expected",
    "string_pattern_mismatch": "small letters and _ are expected",
    "too_short": "at least one is expected",
}
"""What is expected, by the kind of error."""

Trouble = tuple[ValuePath, str]
"""Where something is wrong, and what."""


def read_concepts(path: Path | None = None) -> tuple[Concept, ...]:
    """Return all concepts in the order of the file: the one that ships, or another.

    Raises:
        BadSubmission: with every problem of the file, in the order of its lines.
    """
    document = read_yaml(path or resources.folder("schemas") / "concepts.yaml")
    try:
        read = Concepts.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as error:
        raise _bad(document, _wrong_shapes(error)) from None
    if troubles := list(_repeated(read.concepts)):
        raise _bad(document, troubles)
    return read.concepts


def _bad(document: YamlDocument, troubles: Iterable[Trouble]) -> BadSubmission:
    problems = [
        Problem(document.file, document.places.line(path), dotted(path), message)
        for path, message in troubles
    ]
    return BadSubmission(sorted(problems, key=lambda each: (each.line or 0, each.path)))


def _wrong_shapes(error: ValidationError) -> Iterator[Trouble]:
    for each in error.errors(include_url=False):
        # a list is called too short as well if all its entries are wrong
        if each["type"] != "too_short" or not each["input"]:
            yield each["loc"], _in_words(each)


def _in_words(error: Mapping[str, object]) -> str:
    if error["type"] == "missing":
        return "this key is missing"
    if error["type"] == "extra_forbidden":
        return "this key does not exist"
    seen = json.dumps(error["input"], ensure_ascii=False)[:40]
    return f"{EXPECTED.get(str(error['type']), error['msg'])}, not {seen}"


def _repeated(concepts: Iterable[Concept]) -> Iterator[Trouble]:
    """Yield each name that two concepts have, and each id that one concept names twice."""
    first: dict[str, int] = {}
    for i, each in enumerate(concepts):
        if each.concept in first:
            yield (
                ("concepts", i, "concept"),
                f"{each.concept} is the name of concepts[{first[each.concept]}] already",
            )
        first.setdefault(each.concept, i)
        for catalog, ids in each.items.items():
            for j, item in enumerate(ids):
                if item in ids[:j]:
                    yield ("concepts", i, "items", catalog, j), f"{item} is named twice"
