"""Numbers that Word prints before paragraphs and keeps in no text: which number each paragraph gets."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from checker.forms.elements import Element, parsed
from checker.forms.package import Package

DEEPEST = 8
"""The last of the nine levels of a list, counted from 0."""
LARGEST = 10_000
"""A number beyond it is that of no item."""
ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LEVEL = re.compile(r"%([1-9])")


class Level(NamedTuple):
    """How one level of a list is numbered."""

    form: str
    """``decimal``, ``lowerLetter``, ``upperRoman``; ``bullet`` and ``none`` are no numbers."""
    pattern: str
    """``%1.`` or ``%1%2)``."""
    start: int


class List(NamedTuple):
    """A list by its number: its levels, and what it counts in common with others."""

    counted_as: str
    levels: Mapping[int, Level]
    starts: Mapping[int, int]
    """Levels at which it begins anew."""


def numbers_of(package: Package, root: Element) -> dict[int, str]:
    """Return the printed number of each paragraph that has one, by the byte at which the paragraph begins.

    Raises:
        BadSubmission: a part that describes lists or styles is damaged.
    """
    folder = package.document.rpartition("/")[0]
    there = package.names()
    name = f"{folder}/numbering.xml"
    if name not in there:
        return {}
    lists = _lists(parsed(package.file, package.part(name)))
    style_part = f"{folder}/styles.xml"
    styles = parsed(package.file, package.part(style_part)) if style_part in there else None
    return dict(_numbered(root, lists, _of_styles(styles)))


def _lists(root: Element) -> dict[str, List]:
    kinds = {each.attributes.get("w:abstractNumId", ""): each for each in root.all("w:abstractNum")}
    found = {}
    for each in root.all("w:num"):
        kind = _value(each.child("w:abstractNumId"))
        if kind in kinds:
            starts = {
                _whole(over.attributes.get("w:ilvl"), 0): _whole(_value(new), 1)
                for over in each.all("w:lvlOverride")
                if (new := over.child("w:startOverride")) is not None
            }
            levels = dict(map(_level, kinds[kind].all("w:lvl")))
            found[each.attributes.get("w:numId", "")] = List(kind, levels, starts)
    return found


def _level(element: Element) -> tuple[int, Level]:
    level = Level(
        _value(element.child("w:numFmt")) or "decimal",
        _value(element.child("w:lvlText")),
        _whole(_value(element.child("w:start")), 1),
    )
    return _whole(element.attributes.get("w:ilvl"), 0), level


def _of_styles(root: Element | None) -> dict[str, tuple[str, str]]:
    """Return list and level of the styles that number their paragraphs."""
    styles = (
        {each.attributes.get("w:styleId", ""): each for each in root.all("w:style")} if root else {}
    )
    found = {}
    for name in styles:
        at, seen = name, set[str]()
        while at in styles and at not in seen:
            seen.add(at)
            if number := _said(styles[at]):
                found[name] = number
                break
            at = _value(styles[at].child("w:basedOn"))
    return found


def _said(element: Element) -> tuple[str, str] | None:
    """Return list and level that a paragraph or a style names; None if it names none."""
    said = element.at("w:pPr", "w:numPr")
    if said is None or said.child("w:numId") is None:
        return None
    return _value(said.child("w:numId")), _value(said.child("w:ilvl")) or "0"


def _numbered(
    root: Element, lists: Mapping[str, List], styles: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[int, str]]:
    counts: dict[str, dict[int, int]] = {}
    begun: set[tuple[str, int]] = set()
    for paragraph in root.all("w:p"):
        said = _said(paragraph) or styles.get(_value(paragraph.at("w:pPr", "w:pStyle")))
        if said is None or said[0] not in lists:
            continue
        own, level = lists[said[0]], min(_whole(said[1], 0), DEEPEST)
        count = counts.setdefault(own.counted_as, {})
        if level in own.starts and (said[0], level) not in begun:
            count[level] = own.starts[level] - 1
        begun.add((said[0], level))
        _count(count, own, level)
        if printed := _printed(count, own, level):
            yield paragraph.start, printed


def _count(count: dict[int, int], own: List, level: int) -> None:
    """Count on at a level; those below it begin anew, those above it have begun."""
    for above in range(level):
        count.setdefault(above, _start(own, above))
    count[level] = count.get(level, _start(own, level) - 1) + 1
    for below in [each for each in count if each > level]:
        del count[below]


def _start(own: List, level: int) -> int:
    return own.levels[level].start if level in own.levels else 1


def _printed(count: Mapping[int, int], own: List, level: int) -> str:
    how = own.levels.get(level)
    if how is None or how.form in ("bullet", "none"):
        return ""

    def number(found: re.Match[str]) -> str:
        at = int(found[1]) - 1
        form = own.levels[at].form if at in own.levels else "decimal"
        return in_form(count.get(at, 1), form)

    return _LEVEL.sub(number, how.pattern)


def in_form(number: int, form: str) -> str:
    """Return a number as a list prints it: 3 as ``c``, ``III``, ``3``; forms that we do not know as digits."""
    if not 0 < number < LARGEST:
        return str(number)
    match form:
        case "lowerLetter" | "upperLetter":
            letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
            return letter.upper() if form == "upperLetter" else letter
        case "lowerRoman" | "upperRoman":
            roman = _roman(number)
            return roman.upper() if form == "upperRoman" else roman
        case _:
            return str(number)


def _roman(number: int) -> str:
    printed = ""
    for value, signs in ROMAN:
        printed += signs * (number // value)
        number %= value
    return printed


def _value(element: Element | None) -> str:
    return "" if element is None else element.attributes.get("w:val", "")


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else otherwise
