"""Numbers of several readers as tables: a row for each reader, a column for each modality, a table for each metric."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from checker.model.estimate import Estimate
from checker.render import digits, page

MANY = 3
"""Readers from which on a screen of text has tables by reader rather than a line for each number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderTable:
    """One metric by reader and modality."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def of_many_readers(estimates: Sequence[Estimate]) -> bool:
    """Return whether there are so many readers that their numbers are shown as tables."""
    return len({each.reader for each in estimates} - {None}) >= MANY


def by_reader(
    estimates: Sequence[Estimate], task: str
) -> tuple[tuple[ReaderTable, ...], list[Estimate]]:
    """Return the tables of single readers where there are many who marked lesions, and the numbers that are left."""
    if task != "detection" or not of_many_readers(estimates):
        return (), list(estimates)
    return tuple(reader_tables(estimates)), [each for each in estimates if each.reader is None]


def reader_tables(estimates: Sequence[Estimate]) -> Iterator[ReaderTable]:
    """Yield a table for each metric (and place) of single readers, in the order in which they come."""
    parts: dict[str, list[Estimate]] = {}
    for each in estimates:
        if each.reader is not None:
            bare = replace(each, reader=None, modality=None, versus=None, group="all")
            label = page.estimate_label(bare, in_days=False)
            title = label if each.group == "all" else f"{label}, {each.group}"
            parts.setdefault(title, []).append(each)
    yield from (_table(title, found) for title, found in parts.items())


def _table(title: str, found: Sequence[Estimate]) -> ReaderTable:
    modalities = list(dict.fromkeys(each.modality or "" for each in found))
    readers = list(dict.fromkeys(each.reader or "" for each in found))
    cells = {(each.reader or "", each.modality or ""): digits.together(each) for each in found}
    methods = dict.fromkeys(each.interval.method for each in found if each.interval)
    alike = [each for each in methods if "effective" not in each]
    return ReaderTable(
        title=title,
        heads=("Reader", *(each or "Value" for each in modalities)),
        rows=tuple(
            (page.reader_title(reader), *(cells.get((reader, each), "") for each in modalities))
            for reader in readers
        ),
        notes=tuple(f"Interval: {each}." for each in alike[:1]),
    )
