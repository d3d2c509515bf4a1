"""Folders of saliency maps and regions to a table: every map is measured, and what cannot be read is reported."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from checker import work
from checker.cases.every_case import IGNORED, Measured, Running, apart, finished, folder_hash, stamp
from checker.cases.one_map import MapCase, Maps, measured_map_case
from checker.errors import BadSubmission, Problem
from checker.model.maps import BETWEEN, CLASS, EXPECTED, QUANTITIES, REPEATS
from checker.model.predictions import Floats, Labels, TaskTable
from checker.reading.expected_regions import HINT, unknown
from checker.reading.explained_cases import ExplainedCases
from checker.reading.image_folders import images_in, labels_in
from checker.reading.image_names import Matched, Pair, matched
from checker.reading.images import suffix_of

VERSION = "maps 1"
"""Of what a map's line in a store of finished maps holds."""
HINTED = "\n    hint: "
"""Between a problem and what to do about it, in text."""
PARTNERS = 2
"""Other cases that each map is compared with."""
WHOLE_MAP = "the whole map"


class _Found(NamedTuple):
    """The maps that are measured, and what is known of their cases."""

    asked: Maps
    matched: Matched
    cases: ExplainedCases | None
    row_of: Mapping[str, int]

    def class_of(self, case: str) -> str:
        return "" if self.cases is None else self.cases.class_at(self.row_of[case])

    def patient_of(self, case: str) -> object:
        people = None if self.cases is None else self.cases.patient
        if people is None:
            return case
        code = int(people.codes[self.row_of[case]])
        return case if code < 0 else code


def explain(
    asked: Maps, cases: ExplainedCases | None = None, running: Running | None = None
) -> Measured:
    """Return what is measured of every map that has its regions, one row per map.

    Args:
        asked: maps, regions, and what is measured.
        cases: what is known of the cases; None: nothing.
        running: how the work is done.

    Raises:
        BadSubmission: a folder holds no images, no case matches, no map could be measured, a map has no row among the
            cases, or a region is expected that no mask has.
    """
    running = running or Running()
    asked = asked if asked.labels else replace(asked, labels=_labels(asked))
    found = _known(asked, _matched(asked), cases)
    items = [work.Item(_key(each), each) for each in _items(found)]
    done = finished(items, measured_map_case, VERSION, running)
    pairs = list(zip(items, done, strict=True))
    broken = tuple(
        problem
        for item, each in pairs
        if each.failed
        for problem in _problems(asked.maps_name, item.value.name, each.failed)
    )
    rows = {item.value.name: each.result for item, each in pairs if each.result is not None}
    if not rows:
        raise BadSubmission(apart(broken))
    return _together(found, cast(dict[str, Any], rows), broken)


def _problems(name: str, case: str, failed: str) -> Iterator[Problem]:
    """Yield the problems of a case from the text that tells them, as `BadSubmission` writes it."""
    for text in re.split(rf"\n(?!{HINTED.strip(chr(10))})", failed):
        message, _, hint = text.partition(HINTED)
        yield Problem(name, None, case, message, hint)


def _labels(asked: Maps) -> dict[str, frozenset[int]]:
    """Return the names of labels that a dataset.json tells; none where every region has a file of its own."""
    images = images_in(asked.regions, asked.regions_name)
    if not all(isinstance(each, Path) for each in images.values()):
        return {}
    found = labels_in(asked.regions, asked.regions_name)
    return {name: labels for name, labels in found.items() if name != IGNORED}


def _matched(asked: Maps) -> Matched:
    """Return maps and regions of the cases that have both; a single file of regions belongs to every map.

    Raises:
        BadSubmission: a folder holds no images, several maps for one case, or nothing matches.
    """
    maps = images_in(asked.maps, asked.maps_name, inside=asked.inside)
    regions = images_in(asked.regions, asked.regions_name, inside=asked.inside)
    if several := [case for case, each in maps.items() if not isinstance(each, Path)]:
        message = f"{several[0]} has several files, and one map for each case is expected"
        hint = "name one folder for each method; further runs or models go to --repeat"
        raise BadSubmission([Problem(asked.maps_name, None, "", message, hint)])
    if asked.regions.is_file() and suffix_of(asked.regions.name) and not asked.maps.is_file():
        [one] = regions.values()
        return Matched(tuple(Pair(case, one, each) for case, each in maps.items()), (), ())
    return matched(
        regions,
        maps,
        names=(asked.regions_name, asked.maps_name),
        single=asked.maps.is_file() and asked.regions.is_file(),
    )


def _known(asked: Maps, found: Matched, cases: ExplainedCases | None) -> _Found:
    """Return the maps with what is known of their cases.

    Raises:
        BadSubmission: regions are expected by class, and nothing names the classes, or none of them; or a map has no
            row.
    """
    if cases is None:
        if asked.expected:
            message = "regions are expected by class, and nothing names the class of a case"
            raise BadSubmission([Problem(asked.maps_name, None, "", message)])
        return _Found(asked, found, None, {})
    row_of = cases.row_of()
    if lacking := [each.case for each in found.pairs if each.case not in row_of]:
        more = f" and {len(lacking) - 1:,} more" if lacking[1:] else ""
        message = f'there is no row for the case "{lacking[0]}"{more}, of which there is a map'
        raise BadSubmission([Problem(cases.file, None, "case", message)])
    here = {cases.class_at(row_of[each.case]) for each in found.pairs} - {""}
    if asked.expected and not here & asked.expected.keys():
        shown = (", ".join(sorted(side)[:4]) or "none" for side in (asked.expected, here))
        message = "no case has a class for which a region is expected: expected for {}, classes {}"
        problem = Problem(cases.file, None, CLASS, message.format(*shown), HINT)
        raise BadSubmission([problem])
    return _Found(asked, found, cases, row_of)


def _items(found: _Found) -> Iterator[MapCase]:
    asked, pairs = found.asked, found.matched.pairs
    repeats = {each.name: images_in(each.path, each.name) for each in asked.repeats}
    for at, pair in enumerate(pairs):
        assert isinstance(pair.prediction, Path)  # `_matched` refuses several maps of a case
        again = ((name, images.get(pair.case)) for name, images in repeats.items())
        yield MapCase(
            name=pair.case,
            map=pair.prediction,
            regions=pair.reference,
            repeats=tuple((name, each) for name, each in again if isinstance(each, Path)),
            others=tuple(_others(found, at)),
            expected=asked.expected.get(found.class_of(pair.case), ()),
            asked=asked,
        )


def _others(found: _Found, at: int) -> Iterator[Path]:
    """Yield the maps of the next cases, of other patients, going on from the first after the last."""
    pairs = found.matched.pairs
    patient, count = found.patient_of(pairs[at].case), 0
    for step in range(1, len(pairs)):
        pair = pairs[(at + step) % len(pairs)]
        if found.patient_of(pair.case) != patient:
            yield cast(Path, pair.prediction)
            count += 1
        if count == PARTNERS:
            return


def _key(case: MapCase) -> str:
    """Return what a finished map is known by: its files as they are now, and what is measured."""
    regions = [case.regions] if isinstance(case.regions, Path) else case.regions.values()
    files = [case.map, *regions, *case.others, *(each for _, each in case.repeats)]
    stamps = [stamp(each) for each in files]
    asked = replace(case.asked, maps=Path(), regions=Path(), repeats=())
    return repr((case.name, stamps, case.expected, asked))


def _together(
    found: _Found, rows: Mapping[str, dict[str, Any]], broken: tuple[Problem, ...]
) -> Measured:
    asked = found.asked
    regions = tuple(dict.fromkeys(each for row in rows.values() for each in row["regions"]))
    _refuse_unknown(asked, regions)
    first = (EXPECTED,) if asked.expected else ()
    structures = (*first, *(each for each in regions if each != asked.within))
    quantities = tuple(_quantities(rows))
    at = {case: i for i, case in enumerate(rows)}
    table = TaskTable(
        task="explanation",
        file=asked.maps_name,
        sha256=folder_hash(rows, asked.maps_name),
        cases=len(rows),
        columns={"measures": _array(rows, structures, quantities), **_correct(found, at)},
        given={
            "quantities": quantities,
            "structures": structures,
            "field": asked.within or WHOLE_MAP,
            "top": asked.top.words,
            "active": asked.top.threshold if asked.top.share is None else asked.top.share,
            "expected": dict(asked.expected),
            "broken": _cases(broken),
        },
        case=Labels(np.arange(len(rows)), tuple(rows)),
        patient=_column(found, at, None if found.cases is None else found.cases.patient),
        groups=dict(_groups(found, at)),
        unit="map",
        notes=tuple(_notes(found, rows, structures, broken)),
    )
    named = (asked.regions_name, asked.maps_name, *(each.name for each in asked.repeats))
    files = {name: folder_hash(rows, name) for name in named}
    return Measured(table, broken, found.matched.missing, found.matched.extra, files)


def _refuse_unknown(asked: Maps, regions: Sequence[str]) -> None:
    """Refuse regions that no mask has.

    Raises:
        BadSubmission: with each of them.
    """
    problems = [
        Problem(asked.regions_name, None, "", f"{message}, and no mask has it", hint)
        for _, message, hint in unknown(dict(asked.expected), regions)
    ]
    if problems:
        raise BadSubmission(problems)


def _quantities(rows: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield what was measured; maps of different shapes are not compared between cases."""
    asked = {name for row in rows.values() for name in row["similarities"]}
    if len({tuple(row["shape"]) for row in rows.values()}) > 1:
        asked -= {BETWEEN}
    yield from (name for name in QUANTITIES if name not in (REPEATS, BETWEEN) or name in asked)


def _array(
    rows: Mapping[str, dict[str, Any]], structures: Sequence[str], quantities: Sequence[str]
) -> Floats:
    return np.array(
        [
            [
                [
                    {**row["measures"].get(structure, {}), **row["similarities"]}.get(name, np.nan)
                    for name in quantities
                ]
                for structure in structures
            ]
            for row in rows.values()
        ]
    )


def _correct(found: _Found, at: Mapping[str, int]) -> dict[str, Floats]:
    if found.cases is None or found.cases.correct is None:
        return {}
    return {"correct": found.cases.correct[[found.row_of[case] for case in at]]}


def _column(found: _Found, at: Mapping[str, int], labels: Labels | None) -> Labels | None:
    """Return a column of the cases for the maps that were measured."""
    if labels is None:
        return None
    return Labels(labels.codes[[found.row_of[case] for case in at]], labels.names)


def _groups(found: _Found, at: Mapping[str, int]) -> Iterator[tuple[str, Labels]]:
    cases = found.cases
    if cases is None:
        return
    for name, labels in {CLASS: cases.class_, **cases.groups}.items():
        if column := _column(found, at, labels):
            yield name, column


def _notes(
    found: _Found,
    rows: Mapping[str, dict[str, Any]],
    structures: Sequence[str],
    broken: Sequence[Problem],
) -> Iterator[str]:
    asked = found.asked
    if found.matched.note:
        yield found.matched.note
    where = f"{asked.within} alone, and regions as far as they lie in it" if asked.within else ""
    yield f"Saliency is looked for in {where or WHOLE_MAP}; chance is the region's share of it."
    yield from _of_values(asked, rows)
    yield from _of_regions(rows, structures)
    yield from _of_classes(found, rows)
    shapes = {tuple(row["shape"]) for row in rows.values()}
    if len(shapes) > 1:
        yield "The maps have different shapes: they are not compared between cases."
    yield from _without_map(found)
    for count, words in (
        (len(found.matched.missing), "with regions and no map: left out"),
        (len(found.matched.extra), "with a map and no regions: left out"),
        (_cases(broken), "that could not be read: left out"),
    ):
        if count:
            yield f"{count:,} {'case' if count == 1 else 'cases'} {words}."


def _without_map(found: _Found) -> Iterator[str]:
    """Yield how many cases of the table have neither a map nor regions of their own, which are counted apart."""
    if found.cases is None:
        return
    matched = found.matched
    there = {*(each.case for each in matched.pairs), *matched.missing, *matched.extra}
    if lacking := [case for case in found.row_of if case not in there]:
        one = len(lacking) == 1
        yield f"{len(lacking):,} {'case' if one else 'cases'} of {found.cases.file} without a map: left out."


def _cases(broken: Sequence[Problem]) -> int:
    return len({each.path for each in broken})


def _of_values(asked: Maps, rows: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    counts = Counter(
        name for row in rows.values() for name in ("silent", "flat", "negative") if row[name]
    )
    if counts["negative"] and asked.absolute:
        yield f"Saliency below 0 counts by its size (in {_maps(counts['negative'])})."
    elif counts["negative"]:
        yield f"Saliency below 0 (in {_maps(counts['negative'])}) does not count; --absolute counts its size."
    if counts["silent"]:
        kind = "no value above 0" if not asked.absolute else "no value but 0"
        yield f"{_maps(counts['silent'])} without saliency ({kind}): left out."
    if flat := counts["flat"]:
        yield f"{_maps(flat)} with the same value everywhere: nothing is pointed at."


def _maps(count: int) -> str:
    return f"{count:,} {'map' if count == 1 else 'maps'}"


def _of_regions(rows: Mapping[str, dict[str, Any]], structures: Sequence[str]) -> Iterator[str]:
    """Yield how often a region has no voxel in what is searched."""
    for structure in structures:
        empty = sum(row["measures"].get(structure, {}) == {} for row in rows.values())
        if empty and structure != EXPECTED:
            yield f"{structure} has no voxel in what is searched in {_maps(empty)}: left out there."


def _of_classes(found: _Found, rows: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield which maps have no class, which classes no expected region, and which of those no map."""
    expected = found.asked.expected
    if found.cases is None or not expected:
        return
    counts = Counter(found.class_of(case) for case in rows)
    if nobody := counts.pop("", 0):
        yield f"{_maps(nobody)} of cases without a class: no region is expected of them."
    for name, count in counts.items():
        if name not in expected:
            yield f"No region is expected for the class {name} ({_maps(count)})."
    for name in expected:
        if name not in counts:
            yield f"A region is expected for the class {name}, of which there is no map."
