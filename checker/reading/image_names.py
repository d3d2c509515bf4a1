"""Pairs the images of two sides by the names of their cases."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from checker.reading.image_data import bad
from checker.reading.images import suffix_of

Image = Path | Mapping[str, Path]

SEPARATORS = "_-. "
"""Signs at which a name may be cut."""
SHOWN = 2
"""Names of each side that a message shows."""


class Pair(NamedTuple):
    """A case with the images of both sides, each a file or a file for each structure."""

    case: str
    reference: Image
    prediction: Image


@dataclass(frozen=True, slots=True)
class Matched:
    """The cases that both sides have, and those that one side lacks, in natural order (2 before 10)."""

    pairs: tuple[Pair, ...]
    missing: tuple[str, ...]
    """Cases with a reference and no prediction."""
    extra: tuple[str, ...]
    """Cases with a prediction and no reference."""
    note: str = ""
    """How names were matched, where they were not simply equal."""


class _Cut(NamedTuple):
    """What is left off all names of a side."""

    before: str
    after: str

    def __call__(self, name: str) -> str:
        return name[len(self.before) : len(name) - len(self.after)]

    @property
    def said(self) -> str:
        parts = [
            f'"{self.before}" before' if self.before else "",
            f'"{self.after}" after' if self.after else "",
        ]
        return " and ".join(filter(None, parts))


NOTHING = _Cut("", "")


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return the key by which names sort as people count: 2 before 10."""
    parts = re.split(r"(\d+)", name.casefold())
    numbered = ((1, int(each), "") if each.isdecimal() else (0, 0, each) for each in parts)
    return (*numbered, (0, 0, name))


def case_name(file: str) -> str:
    """Return the name of the case of an image file: its own without the ending of an image."""
    return file.removesuffix(suffix_of(file))


def matched(
    reference: Mapping[str, Any],
    prediction: Mapping[str, Any],
    *,
    names: tuple[str, str] = ("the reference", "the prediction"),
    single: bool = False,
) -> Matched:
    """Return which images belong together: by equal names of the case.

    Where no name is equal, what all names of a side have in common is left off, at ``_``, ``-``, ``.`` or a space:
    an end on either side (``case1_seg`` and ``case1_pred``), a beginning on one side; `Matched.note` says so.

    Args:
        reference: images by case, as `images_in` returns them.
        prediction: likewise.
        names: of both sides, for messages.
        single: both sides are a single file; they belong together whatever they are called.

    Raises:
        BadSubmission: no names match; shows some of each side.
    """
    if single and len(reference) == len(prediction) == 1:
        [(case, first)], [second] = reference.items(), prediction.values()
        return Matched((Pair(case, first, second),), (), ())
    ours, theirs = _cuts(tuple(reference), tuple(prediction))
    left = {ours(case): image for case, image in reference.items()}
    right = {theirs(case): image for case, image in prediction.items()}
    both = sorted(left.keys() & right.keys(), key=natural)
    if not both:
        shown = (", ".join(sorted(side, key=natural)[:SHOWN]) for side in (reference, prediction))
        raise bad(
            names[1],
            "no case has the same name in {} and {}: there {}, here {}".format(*names, *shown),
            "call the file of a case the same on both sides, or list them in a table with the columns case and file",
        )
    return Matched(
        tuple(Pair(case, left[case], right[case]) for case in both),
        tuple(sorted(left.keys() - right.keys(), key=natural)),
        tuple(sorted(right.keys() - left.keys(), key=natural)),
        _note((ours, theirs), names),
    )


def _note(cuts: tuple[_Cut, _Cut], names: tuple[str, str]) -> str:
    said = [
        f"of {name} without {cut.said}" for cut, name in zip(cuts, names, strict=True) if cut.said
    ]
    return f"cases were matched by the names {' and '.join(said)}" if said else ""


def _cuts(ours: Sequence[str], theirs: Sequence[str]) -> tuple[_Cut, _Cut]:
    """Return what to leave off the names of each side so that most are equal: as little as possible."""
    if set(ours) & set(theirs):
        return NOTHING, NOTHING
    tried = [
        (left, right)
        for left in _common(ours)
        for right in _common(theirs)
        if not (left.before and right.before)
    ]
    return max(
        tried, key=lambda cuts: (_shared(ours, theirs, cuts), -len("".join(cuts[0] + cuts[1])))
    )


def _shared(ours: Sequence[str], theirs: Sequence[str], cuts: tuple[_Cut, _Cut]) -> int:
    left, right = {cuts[0](name) for name in ours}, {cuts[1](name) for name in theirs}
    if len(left) < len(ours) or len(right) < len(theirs):
        return 0
    return len((left & right) - {""})


def _common(names: Sequence[str]) -> list[_Cut]:
    """Return what could be left off all names of a side."""
    least = min(map(len, names))
    begins = [
        "",
        *(each for each in _beginnings(names[0]) if all(name.startswith(each) for name in names)),
    ]
    ends = [
        "",
        *(each for each in _endings(names[0]) if all(name.endswith(each) for name in names)),
    ]
    return [_Cut(begin, end) for begin in begins for end in ends if len(begin) + len(end) < least]


def _beginnings(name: str) -> Iterable[str]:
    return (name[: i + 1] for i, sign in enumerate(name) if sign in SEPARATORS)


def _endings(name: str) -> Iterable[str]:
    return (name[i:] for i, sign in enumerate(name) if sign in SEPARATORS)
