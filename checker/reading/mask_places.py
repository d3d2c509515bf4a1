"""Where the masks of an evaluation lie: resolved inside the submission, before anything is read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import NamedTuple

from checker.errors import BadSubmission, Problem
from checker.model.finding import Path
from checker.model.study.evaluations import Segmentation
from checker.reading.images import suffix_of
from checker.reading.structures import labels_of
from checker.reading.tables import Table

STRUCTURE_HINT = "write the label as a number, several as 1+2"


class Place(NamedTuple):
    """A file or folder of the submission."""

    name: str
    """As written."""
    path: FilePath


class Cases(NamedTuple):
    """The table of the cases of a partition, and its columns."""

    table: Table
    case: str
    patient: str | None
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskPlaces:
    """What is needed to measure the masks of one evaluation."""

    reference: Place
    prediction: Place
    others: tuple[Place, ...] = ()
    """Masks of further algorithms, by their names."""
    structures: Mapping[str, frozenset[int]]
    people: Cases | None = None
    inside: tuple[FilePath, ...] = ()


Resolve = Callable[[str, Path], FilePath]
"""From a name as written and its place in the description to where it lies."""


def is_of_masks(path: FilePath) -> bool:
    """Return whether a file or folder holds masks rather than a table of measures."""
    return path.is_dir() or bool(suffix_of(path.name))


def structures_of(
    evaluation: Segmentation, wrong: Callable[[Path, str, str], Problem], at: Path
) -> dict[str, frozenset[int]]:
    """Return the labels of the structures that are described.

    Raises:
        BadSubmission: one is no label.
    """
    found: dict[str, frozenset[int]] = {}
    problems: list[Problem] = []
    for name, text in (evaluation.structures or {}).items():
        labels = labels_of(text)
        if labels is None:
            message = f'"{text}" is no label of a mask'
            problems.append(wrong((*at, "structures", name), message, STRUCTURE_HINT))
        else:
            found[name] = labels
    if problems:
        raise BadSubmission(problems)
    return found


def others_of(evaluation: Segmentation, resolve: Resolve, at: Path) -> Iterator[Place]:
    """Yield the masks of further algorithms.

    Raises:
        BadSubmission: a path cannot be used.
    """
    for i, each in enumerate(evaluation.comparators or ()):
        place = resolve(each.predictions, (*at, "comparators", i, "predictions"))
        yield Place(each.name, place)
