"""Tables of a segmentation: one for each structure, a line for each measure, a column for each summary."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from checker.model.curves import EmptyMasks
from checker.model.estimate import Estimate
from checker.model.measures import DISTANCES
from checker.model.metric_names import METRIC_NAMES
from checker.render import digits, page

SUMMARIES = ("mean", "median", "pooled")
HEADS = {"mean": "Mean", "median": "Median", "pooled": "Pooled"}
POOLED_MAPS = "Pooled: over all maps together. Means are over patients."
POOLED = "Pooled: over the voxels, or the lesions, of all cases together. Mean and median are over patients."
ONE_CASE = "Value"
IN_VOXELS = "In voxels"
"""How the note begins that stands beside a distance without a spacing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One measure of a structure."""

    label: str
    cells: tuple[str, ...]
    """Value with its interval, by the columns of the table; empty: there is no such summary."""
    n: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureTable:
    """The measures of one structure."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[MeasureRow, ...]
    notes: tuple[str, ...]
    """What belongs beside the numbers, each said once."""


EMPTY = "Empty and missing masks, and the mean Dice under each rule for them"
EMPTY_COUNTS = ("Cases", "Both empty", "Prediction empty", "Reference empty", "No prediction")


def empty_heads(found: Sequence[EmptyMasks]) -> tuple[str, ...]:
    """Return the heads of the table of empty masks."""
    rules = (page.first_upper(each.words) for each in found[0].rules)
    return ("Structure", *EMPTY_COUNTS, *rules)


def empty_rows(found: Sequence[EmptyMasks]) -> list[tuple[str, ...]]:
    """Return a row for each structure."""
    return [
        (
            page.worded(each.structure),
            *map(digits.count, each.counts),
            *(
                digits.DASH if rule.dice is None else digits.number(rule.dice, 3)
                for rule in each.rules
            ),
        )
        for each in found
    ]


def structure_tables(estimates: Sequence[Estimate]) -> tuple[StructureTable, ...]:
    """Return a table for each score, group and structure, in the order in which they come."""
    parts: dict[tuple[str, str, str], list[Estimate]] = {}
    for each in estimates:
        if each.structure is not None:
            parts.setdefault((each.score, each.group, each.structure), []).append(each)
    return tuple(_table(where, found) for where, found in parts.items())


def without_pooled(table: StructureTable) -> StructureTable:
    """Return the table for a narrow screen: a pooled number stands only where there is no other."""
    rows = [
        replace(each, cells=each.cells[:-1] if any(each.cells[:-1]) else each.cells[::-1][:-1])
        for each in table.rows
    ]
    notes = tuple(each for each in table.notes if each not in (POOLED, POOLED_MAPS))
    return replace(table, heads=table.heads[:-1], rows=tuple(rows), notes=notes)


def _table(where: tuple[str, str, str], found: list[Estimate]) -> StructureTable:
    score, group, structure = where
    title = [page.worded(structure), "" if group == "all" else group]
    title.append("" if score == "score" else f"score {score}")
    alone = all(each.cases <= 1 for each in found)
    summaries = [name for name in SUMMARIES if any(_summary(each) == name for each in found)]
    shown = summaries[:1] if alone else summaries
    rows: dict[str, dict[str, Estimate]] = {}
    for each in found:
        rows.setdefault(_label(each), {}).setdefault(_summary(each), each)
    return StructureTable(
        title=", ".join(filter(None, title)),
        heads=(ONE_CASE,) if alone else tuple(HEADS[name] for name in shown),
        rows=tuple(_row(label, cells, shown) for label, cells in rows.items()),
        notes=(
            *dict.fromkeys(_notes(found)),
            *((_pooled(found),) if "pooled" in shown[1:] else ()),
        ),
    )


def _pooled(found: Sequence[Estimate]) -> str:
    """Return what the column of pooled numbers is, of masks or of explanation maps."""
    of_maps = any(METRIC_NAMES[each.metric].family == "explanation" for each in found)
    return POOLED_MAPS if of_maps else POOLED


def _summary(each: Estimate) -> str:
    return each.summary or "pooled"


def _label(each: Estimate) -> str:
    bare = replace(each, structure=None, summary=None, group="all", score="score")
    label = page.estimate_label(bare)
    if each.metric not in DISTANCES:
        return label
    return f"{label} ({'voxels' if IN_VOXELS in each.note else 'mm'})"


def _row(label: str, cells: dict[str, Estimate], shown: Sequence[str]) -> MeasureRow:
    alone = len(shown) == 1 and shown[0] not in cells
    there = [next(iter(cells.values()))] if alone else [cells.get(name) for name in shown]
    first = next(each for each in (*there, *cells.values()) if each is not None)
    return MeasureRow(
        label=label,
        cells=tuple("" if each is None else _cell(each) for each in there),
        n=digits.count(first.cases),
    )


def _cell(each: Estimate) -> str:
    return digits.together(each) if each.value is not None else "undefined"


def _notes(found: Sequence[Estimate]) -> Iterator[str]:
    """Yield the sentences beside numbers, with the measures they belong to, and how intervals were made."""
    by_note: dict[str, list[str]] = {}
    for each in found:
        for note in (each.undefined_because, each.note):
            if note:
                said = note if note.endswith(".") else f"{note}."
                by_note.setdefault(page.first_upper(said), []).append(_noted(each, found))
    for note, labels in by_note.items():
        named = list(dict.fromkeys(labels))
        every = len(named) > MOST_NAMED
        yield note if every else f"{', '.join(named)}: {note}"
    yield from _methods(found)


def _noted(each: Estimate, found: Sequence[Estimate]) -> str:
    """Return the measure that a note belongs to; with its summary where another one of it does have an interval."""
    label = _label(each)
    if WITHOUT in each.note and any(other.interval and _label(other) == label for other in found):
        return f"{label}, {page.worded(_summary(each))}"
    return label


WITHOUT = "No interval"


def _methods(found: Sequence[Estimate]) -> Iterator[str]:
    """Yield how intervals were made; one way beside others, with the measures that have it if they are few."""
    by_method: dict[str, list[str]] = {}
    for each in found:
        if each.interval:
            by_method.setdefault(each.interval.method, []).append(_label(each))
    for method, labels in by_method.items():
        named = list(dict.fromkeys(labels))
        few = len(by_method) > 1 and len(named) <= MOST_NAMED
        yield f"{', '.join(named)}: interval by {method}." if few else f"Interval: {method}."


MOST_NAMED = 3
"""Measures that a note names; one beside more of them stands alone."""
