"""A study as study.yaml: what a workbook holds, written as people would write it by hand."""

import json
import re
from collections.abc import Callable, Iterator, Mapping

from checker.model.study import Printed, Study
from checker.model.study.facts import FACTS
from checker.model.study.kinds import Kind, kinds
from checker.model.study.marks import Described
from checker.model.worksheet import written

Path = tuple[str | int, ...]
Digits = Callable[[Path], str | None]
"""How a number at a path was written by its author; None: it is not known."""
WIDEST = 150
"""Signs of a line; entries that need more are written one field a line."""
_BARE = re.compile(r"[A-Za-z][\w ./()%+-]*", re.ASCII)
"""Texts that every reader of YAML takes as they stand."""
_NUMBER = re.compile(r"[0-9.eE+-]+")
_RESERVED = ("true", "false", "yes", "no", "on", "off", "y", "n", "null")
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Signs that must be written as codes, also inside quotation marks."""


def to_description(study: Study, printed: Digits = lambda path: None) -> str:
    """Return the study as YAML; reading it gives the same study.

    Args:
        study: the description.
        printed: the digits of numbers as their author wrote them.
    """
    text = "\n".join(_group(study, (), "", printed)).lstrip("\n")
    return f"{text or '{}'}\n"


def _group(node: Described, path: Path, indent: str, printed: Digits) -> Iterator[str]:
    """Yield the lines of a group or record, one field after the other."""
    for name, kind in kinds(type(node)).items():
        value, at = getattr(node, name), (*path, name)
        if value is None or (kind.form == "group" and value == type(value)()):
            continue
        if not path:
            yield ""
        if kind.form == "group":
            yield f"{indent}{name}:"
            yield from _group(value, at, f"{indent}  ", printed)
        else:
            yield from _field(name, kind, value, at, indent, printed)


def _field(
    name: str, kind: Kind, value: object, at: Path, indent: str, printed: Digits
) -> Iterator[str]:
    if kind.form == "map of facts" and isinstance(value, Mapping) and value:
        yield f"{indent}{name}:"
        for fact, each in value.items():
            yield f"{indent}  {fact}: {_flow(FACTS[fact].kind, each, (*at, fact), printed)}"
    elif kind.item == "records" and isinstance(value, tuple) and value:
        yield f"{indent}{name}:"
        for i, entry in enumerate(value):
            yield from _entry(entry, (*at, i), f"{indent}  ", printed)
    else:
        yield f"{indent}{name}: {_flow(kind, value, at, printed)}"


def _entry(entry: Described, at: Path, indent: str, printed: Digits) -> Iterator[str]:
    """Yield the lines of one entry of a list: one line if that is enough."""
    if not _is_nested(entry):
        line = f"{indent}- {_record(entry, at, printed)}"
        if len(line) <= WIDEST:
            yield line
            return
    first, *others = _group(entry, at, f"{indent}  ", printed)
    yield f"{indent}- {first.lstrip()}"
    yield from others


def _is_nested(entry: Described) -> bool:
    """Return whether an entry holds groups, lists of records or facts."""
    return any(
        kind.form in ("group", "map of facts") or kind.item == "records"
        for name, kind in kinds(type(entry)).items()
        if getattr(entry, name) is not None
    )


def _record(entry: Described, at: Path, printed: Digits) -> str:
    fields = (
        f"{name}: {_flow(kind, value, (*at, name), printed)}"
        for name, kind in kinds(type(entry)).items()
        if (value := getattr(entry, name)) is not None
    )
    return f"{{{', '.join(fields)}}}"


def _flow(kind: Kind, value: object, at: Path, printed: Digits) -> str:
    """Return a value on one line."""
    if isinstance(value, Mapping):
        texts = (
            f"{_text(str(name))}: {_flow(kind, each, at, printed)}" for name, each in value.items()
        )
        return f"{{{', '.join(texts)}}}"
    if isinstance(value, tuple | list):
        items = (_flow(kind, each, (*at, i), printed) for i, each in enumerate(value))
        return f"[{', '.join(items)}]"
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return written(Kind("number"), value, printed(at))
        case int():
            return str(value)
        case Printed():
            return str(value) if _NUMBER.fullmatch(str(value)) else _text(str(value))
    return str(value) if kind.item == "date" else _text(str(value))


def _text(text: str) -> str:
    """Return a text, in quotation marks where it could be taken for something else."""
    if _BARE.fullmatch(text) and text == text.strip() and text.casefold() not in _RESERVED:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
