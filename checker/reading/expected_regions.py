"""Which regions prior knowledge expects for each class: from a small YAML or table, or from a description."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from checker.errors import BadSubmission, Problem
from checker.reading.documents import read_yaml
from checker.reading.folder import nearest
from checker.reading.tables import FORMATS, Table, read_table

YAML = (".yaml", ".yml")
SIGNS = "+,;"
"""What may part several regions in one text, besides the word and."""
HINT = "write a class and its region, or several, on each line: F4: [parenchyma, spleen]"
Expected = dict[str, tuple[str, ...]]
"""Class to regions, in the order in which they are written."""


def read_expected(path: Path, name: str = "") -> Expected:
    """Return the regions that are expected for each class.

    Args:
        path: a YAML file of classes with a region or a list of regions, or a table with the columns `class` and
            `region`, in which a class may have several rows.
        name: for messages; else the path.

    Raises:
        BadSubmission: it is neither, or a class has no region; every problem at once.
    """
    name = name or str(path)
    if path.suffix.lower() in YAML:
        return _from_yaml(path, name)
    if path.suffix.lower() not in FORMATS:
        message = "this is neither a YAML file nor a table of class and region"
        raise BadSubmission([Problem(name, None, "", message, HINT)])
    return _from_table(read_table(path, name=name))


def _from_yaml(path: Path, name: str) -> Expected:
    document = read_yaml(path)
    if not isinstance(document.data, Mapping) or not document.data:
        raise BadSubmission([Problem(name, 1, "", "no class with a region was found", HINT)])
    found: Expected = {}
    problems: list[Problem] = []
    for key, value in document.data.items():
        regions = _texts(value)
        found[str(key)] = tuple(dict.fromkeys(regions))
        if not regions:
            line = document.places.line((key,))
            said = f"the class {key} has no region"
            problems.append(Problem(name, line, str(key), said, HINT))
    if problems:
        raise BadSubmission(problems)
    return found


def _texts(value: object) -> list[str]:
    """Return the regions of a class; none where it is anything but texts."""
    if isinstance(value, list):
        single = [each for each in value if isinstance(each, str | int) and str(each).strip()]
        return [str(each).strip() for each in single] if len(single) == len(value) else []
    return [str(value).strip()] if isinstance(value, str | int) and str(value).strip() else []


def _from_table(table: Table) -> Expected:
    columns = ("class", "region")
    if problems := [each for each in map(table.missing, columns) if each]:
        raise BadSubmission(problems)
    found: Expected = {}
    wrong: list[Problem] = []
    rows = zip(*(table.text(column).to_list() for column in columns), strict=True)
    for i, (name, region) in enumerate(rows):
        if not name or not region:
            lacking = "region" if name else "class"
            wrong.append(Problem(table.name, table.line(i), lacking, f"the {lacking} is missing"))
            continue
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), region)))
    if wrong:
        raise BadSubmission(wrong)
    return found


def parted(text: str, regions: Iterable[str]) -> tuple[str, ...]:
    """Return the regions that a text names: itself where it is one, else its parts (``parenchyma + spleen``)."""
    known = set(regions)
    if text.strip() in known:
        return (text.strip(),)
    for sign in SIGNS:
        text = text.replace(sign, "\n")
    parts = [each.strip() for each in text.replace(" and ", "\n").splitlines()]
    return tuple(dict.fromkeys(each for each in parts if each))


def unknown(expected: Expected, regions: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield class, message and hint of each expected region that no mask has."""
    known = tuple(regions)
    for name, wanted in expected.items():
        for region in wanted:
            if region not in known:
                close = nearest(region, known)
                hint = f"did you mean {close}?" if close else f"the regions are {', '.join(known)}"
                yield name, f'for the class {name} the region "{region}" is expected', hint
