"""The JSON Schema of a study description, for editors that complete and complain while one types."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from checker.model.metric_names import METRIC_NAMES
from checker.model.study.description import Study
from checker.model.study.facts import CAN_DIFFER, FACTS
from checker.model.study.kinds import kinds, meanings
from checker.model.study.marks import Described

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_text() -> str:
    """Return the JSON Schema as the text of `schemas/study.schema.json`."""
    return json.dumps(study_schema(), indent=1, ensure_ascii=False) + "\n"


def study_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of study.yaml, with the meaning of every field.

    A text takes any plain value, a list also a single one, and a field may be left empty, as when
    a description is read. Spellings that are only accepted with a note are not in it.
    """
    schema = Study.model_json_schema(schema_generator=_Generator, mode="validation")
    definitions = schema["$defs"]
    classes = {each.__name__: each for each in _classes(Study)}
    _tidy(schema, Study)
    for name, definition in definitions.items():
        _tidy(definition, classes[name])
    metric = definitions["Claim"]["properties"]["metric"]
    metric["anyOf"] = [{"enum": list(METRIC_NAMES)}, {"type": metric.pop("type")}]
    for definition in definitions.values():
        if differs := definition["properties"].get("differs"):
            _name_facts(differs)
    return {"$schema": DIALECT, "title": "Study description, format 1", **schema}


def _classes(cls: type[Described]) -> Iterator[type[Described]]:
    yield cls
    for kind in kinds(cls).values():
        for inner in kind.classes:
            yield from _classes(inner)


def _tidy(group: dict[str, Any], cls: type[Described]) -> None:
    """Say what each field means; let groups be empty; leave out that nothing is the default."""
    for name, field in group["properties"].items():
        field["description"] = meanings(cls)[name]
        if field.get("default", ...) is None:
            del field["default"]
        if "$ref" in field and name not in group.get("required", ()):
            field["anyOf"] = [{"$ref": field.pop("$ref")}, {"type": "null"}]


def _name_facts(differs: dict[str, Any]) -> None:
    """Say which facts may stand under `differs`."""
    names = [name for name, fact in FACTS.items() if fact.section in CAN_DIFFER]
    for form in differs["anyOf"]:
        if form.get("type") == "object":
            form["propertyNames"] = {"enum": names}


class _Generator(GenerateJsonSchema):
    """Writes the schema as loosely as descriptions are read."""

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        """Return any plain value: `1.10` and `N` are texts where a text is asked."""
        return {"type": ["string", "number", "boolean"]}

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        """Return a list, or one plain value in its place."""
        item = self.generate_inner(schema["items_schema"][0])
        many = {"type": "array", "items": item}
        is_record = "$ref" in item or "oneOf" in item
        return many if is_record else {"anyOf": [item, many]}

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Return False: the name of a field is its title."""
        return False
