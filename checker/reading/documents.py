"""Reads a study description, from YAML or a workbook, and other documents as plain data; every problem at once."""

import re
from dataclasses import dataclass
from pathlib import Path

from checker.errors import BadSubmission
from checker.model.study.description import Study
from checker.reading.cross_checks import contradictions, cross_checks
from checker.reading.fields import FieldReader
from checker.reading.yaml_nodes import (
    Node,
    Note,
    Places,
    Scalar,
    Sequence,
    Source,
    dotted,
    read_source,
)
from checker.visible import visible

__all__ = ["Note", "Places", "StudyDocument", "YamlDocument", "dotted", "read_study", "read_yaml"]

SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
"""Endings of spreadsheets; the first is read, and of the others it is said how to save them."""
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)?(\.[0-9]+|\.)?([eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class StudyDocument:
    """A description that was read: the study, and where each of its values stands in the file."""

    study: Study
    places: Places
    notes: tuple[Note, ...]
    """Spellings that we understood and echo."""
    sha256: str
    file: str
    """Name of the file as it can be shown, without its folder."""


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """Another document as plain data: mappings, lists, texts, numbers, true, false and None."""

    data: object
    places: Places
    sha256: str
    file: str


def read_study(path: Path) -> StudyDocument:
    """Return the description of a study.

    Raises:
        BadSubmission: with every problem of the file, in the order of its lines.
    """
    source = _source(path)
    reader = FieldReader(source)
    data = reader.group(Study, source.root, ())
    for trouble in cross_checks(source.root, data):
        reader.problem(*trouble)
    if not reader.problems:
        study = Study.model_validate(data)
        for trouble in contradictions(study):
            reader.problem(*trouble)
    if reader.problems:
        raise BadSubmission(reader.problems)
    name = visible(path.name)
    return StudyDocument(study, source.places, tuple(reader.notes), source.sha256, name)


def _source(path: Path) -> Source:
    """Return the values of a description, whatever it is written in.

    Raises:
        BadSubmission: it cannot be read.
    """
    if path.suffix.lower() not in SPREADSHEETS:
        return read_source(path)
    from checker.reading.worksheets import read_worksheet

    return read_worksheet(path)


def read_yaml(path: Path) -> YamlDocument:
    """Return a document other than a study, read with the same safety.

    Plain values follow the core rules of YAML 1.2, so `no` is a text and `1e-3` a number; a number
    that begins with a zero (012) and a date stay texts.

    Raises:
        BadSubmission: the file cannot be read or is no YAML.
    """
    source = read_source(path)
    return YamlDocument(_plain(source.root), source.places, source.sha256, path.name)


def _plain(node: Node) -> object:
    if isinstance(node, Sequence):
        return [_plain(each) for each in node.items]
    if isinstance(node, Scalar):
        return _core(node.text) if node.plain else node.text
    return {name: _plain(value) for name, value in node.entries.items()}


def _core(text: str) -> object:
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and any(each.isdigit() for each in text):
        return float(text)
    return text
