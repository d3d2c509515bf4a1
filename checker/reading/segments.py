"""Puts the segments of a file, which may overlap, into one array of numbers that stand for sets of labels."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.reading.image_data import Voxels, bad, bounded

MOST_SETS = 2**16
"""Most different sets of overlapping segments: a number for each fits two bytes."""


class Layers:
    """Segments that are laid over each other, one after the other; an array of numbers is all that is held."""

    def __init__(self, shape: tuple[int, ...], name: str) -> None:
        """Begin without any segment.

        Args:
            shape: of the image.
            name: of the file.

        Raises:
            BadSubmission: the image is too large.
        """
        bounded(2 * int(np.prod(shape, dtype=object)), name)
        self.name = name
        self.codes = np.zeros(shape, dtype=np.uint16, order="F")
        self.sets: list[frozenset[int]] = [frozenset()]
        self.known = {self.sets[0]: 0}

    def add(self, at: Any, inside: NDArray[np.bool_], label: int) -> None:
        """Lay a part of a segment over what is there.

        Args:
            at: index of the part in the image.
            inside: whether each voxel of that part is in the segment.
            label: of the segment.

        Raises:
            BadSubmission: segments overlap in too many ways.
        """
        part = self.codes[at]
        before = part[inside]
        if not before.size:
            return
        seen = np.flatnonzero(np.bincount(before))
        table = np.zeros(int(seen[-1]) + 1, dtype=np.uint16)
        for each in seen.tolist():
            table[each] = self._code(self.sets[each] | {label})
        part[inside] = table[before]

    def _code(self, labels: frozenset[int]) -> int:
        if labels not in self.known:
            if len(self.sets) == MOST_SETS:
                raise bad(self.name, f"its segments overlap in more than {MOST_SETS:,} ways")
            self.known[labels] = len(self.sets)
            self.sets.append(labels)
        return self.known[labels]

    def stored(self) -> tuple[Voxels, dict[int, frozenset[int]] | None]:
        """Return the array and what its numbers stand for; None: they are the labels, since nothing overlaps."""
        if any(len(labels) > 1 for labels in self.sets):
            small = self.codes.astype(np.min_scalar_type(len(self.sets) - 1), copy=False)
            return small, dict(enumerate(self.sets))
        labels = [next(iter(each), 0) for each in self.sets]
        table = np.array(labels, dtype=np.min_scalar_type(max(labels)))
        return np.asfortranarray(table[self.codes]), None


def named(segments: Iterable[tuple[int, str]]) -> Mapping[str, int]:
    """Return the number of each segment by its name; those of the same name carry their number in it."""
    pairs = [(number, name.strip()) for number, name in segments if name.strip()]
    count = Counter(name for _, name in pairs)
    return {name if count[name] == 1 else f"{name} {number}": number for number, name in pairs}
