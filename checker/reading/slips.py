"""What newcomers write instead of a field, and the hint that sends them to it."""

import re
from collections.abc import Mapping
from itertools import islice, takewhile

from checker.model.study.facts import FACTS, groups
from checker.model.study.kinds import Kind, kinds
from checker.model.study.marks import Described
from checker.reading import yaml_nodes
from checker.reading.plain_values import nearest
from checker.reading.yaml_nodes import Node, Scalar

OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "n": ("patients", "cases"),
    "n_cases": ("cases",),
    "n_patients": ("patients",),
    "n_events": ("events",),
    "total": ("cases",),
    "denominator": ("cases",),
    "ci": ("low", "high"),
    "95_ci": ("low", "high"),
    "95ci": ("low", "high"),
    "ci_95": ("low", "high"),
    "ci95": ("low", "high"),
    "confidence_interval": ("low", "high"),
    "interval": ("low", "high"),
    "lower": ("low",),
    "ci_low": ("low",),
    "ci_lower": ("low",),
    "lower_limit": ("low",),
    "upper": ("high",),
    "ci_high": ("high",),
    "ci_upper": ("high",),
    "upper_limit": ("high",),
    "sd": ("standard_deviation",),
    "std": ("standard_deviation",),
    "p": ("p_value",),
    "pvalue": ("p_value",),
    "threshold": ("at",),
    "cutoff": ("at", "threshold"),
    "patient": ("cluster",),
    "subgroup": ("group", "groups"),
    "subgroups": ("groups",),
    "dataset": ("partition",),
    "cohort": ("partition",),
    "pos_label": ("positive",),
    "positive_class": ("positive",),
    "positive_label": ("positive",),
    "inclusion_criteria": ("inclusion",),
    "exclusion_criteria": ("exclusion",),
    "eligibility": ("inclusion", "exclusion"),
    "eligibility_criteria": ("inclusion", "exclusion"),
    "centers": ("centres",),
    "sites": ("centres",),
    "license": ("licence",),
    "start_date": ("start",),
    "end_date": ("end",),
}
"""What others call our fields, in small letters and joined by underscores."""
NULL = ("", "~", "null", "Null", "NULL")


def unknown_field(cls: type[Described], name: str, node: yaml_nodes.Mapping) -> str:
    """Return what to write instead of a field that does not exist; empty: nothing is like it."""
    ours = OTHER_NAMES.get(re.sub(r"\W+", "_", name.casefold()).strip("_"), ())
    return (
        _not_indented(cls, name, node)
        or _here(cls, ours)
        or _elsewhere(name)
        or (_elsewhere(ours[0]) if ours else "")
        or nearest(name, kinds(cls))
    )


def _not_indented(cls: type[Described], name: str, node: yaml_nodes.Mapping) -> str:
    """Return the hint for a field that stands below its group, but not further right."""
    before = takewhile(lambda each: each != name, node.entries)
    *_, group = ("", *(each for each in before if each in kinds(cls)))
    if not group or not is_nothing(node.entries[group]):
        return ""
    if not any(name in kinds(each) for each in kinds(cls)[group].classes):
        return ""
    return f"{name} belongs under {group}; begin its line further right than {group}"


def _here(cls: type[Described], ours: tuple[str, ...]) -> str:
    found = [each for each in ours if each in kinds(cls) and kinds(cls)[each].item != "path"]
    return f"this is called {' and '.join(found)}" if found else ""


def _elsewhere(name: str) -> str:
    """Return under which groups a field of that name exists."""
    parts = [each.rpartition(".") for each in (*FACTS, *sorted(groups()))]
    homes = dict.fromkeys(group or "no other field" for group, _, last in parts if last == name)
    return f"{name} belongs under {' or '.join(islice(homes, 3))}" if homes else ""


def is_cut_by_comma(name: str, node: yaml_nodes.Mapping) -> bool:
    """Return whether the name is what a comma inside { } left over of a value (0,88)."""
    return name[:1].isdigit() and is_nothing(node.entries[name])


def after_comma(kind: Kind | None, field: str, rest: str, node: yaml_nodes.Mapping) -> str:
    """Return how to write the value of a field that a comma inside { } cut in two.

    Args:
        kind: what the field takes; None if there is no such field.
        field: its name.
        rest: what follows the comma.
        node: has the field with what precedes the comma.
    """
    value = node.entries.get(field)
    first = value.text if isinstance(value, Scalar) else ""
    return f"inside {{ }} a comma begins the next field; {_uncut(field, kind, first, rest)}"


def _uncut(field: str, kind: Kind | None, first: str, second: str) -> str:
    grouped = re.fullmatch(r"[1-9][0-9]{0,2}", first) and re.fullmatch(r"[0-9]{3}", second)
    if kind and kind.item == "integer":
        return f"write {first}{second}" if grouped else "write a whole number"
    if not re.fullmatch(r"[-+]?[0-9]+", first) or not re.fullmatch(r"[0-9]+\s*%?", second):
        return f'write the value in quotation marks, {field}: "..."'
    if grouped:
        return f"write {first}.{second} or {first}{second}"
    return f'write {first}.{second}, or {field}: "{first},{second}"'


def without_space(text: str) -> str:
    """Return how to mend a name without a space after its colon (``title:A``)."""
    name, colon, value = text.partition(":")
    found = colon and re.fullmatch(r"\w+", name) and value[:1].strip()
    return f"write a space after the colon: {name}: {value}" if found else ""


def no_list(node: Node) -> str:
    """Return how to write a list in place of what stands there."""
    if isinstance(node, yaml_nodes.Mapping) and any(each[:1] == "-" for each in node.entries):
        return "write a space after the hyphen that begins an entry"
    return "begin each entry with a hyphen, or write the list in [ ]"


def is_nothing(node: Node | None) -> bool:
    """Return whether no value is written there."""
    return node is None or (isinstance(node, Scalar) and node.plain and node.text in NULL)
