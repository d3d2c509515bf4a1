"""Structures in masks: which labels they are, and which of them are vessels or lesions by their names."""

import re
from collections.abc import Iterable, Mapping

LABELS = re.compile(r"\s*\d+(\s*[+,]\s*\d+)*\s*")
WHOLE = frozenset[int]()
"""Every voxel that is not background: of a file that holds one structure."""
VESSEL = re.compile(r"vein|vena|venous|arter|aorta|vessel|cava|portal|vascul|duct", re.IGNORECASE)
LESION = re.compile(
    r"lesion|tumou?r|metasta|cancer|carcinoma|\bhcc\b|nodul|cyst|h[ae]*mangioma|\bmass\b|ribs\b",
    re.IGNORECASE,
)
WITH = " with "
"""Between the name of an organ and of what lies in it, in the name of their union."""


def labels_of(text: str) -> frozenset[int] | None:
    """Return the labels of a structure: ``2``, or several as ``1+2``; None: the text is none of these."""
    if not LABELS.fullmatch(text):
        return None
    return frozenset(int(each) for each in re.split(r"[+,]", text))


def is_vessel(name: str) -> bool:
    """Return whether the name is that of a vessel, whose centreline is worth a look."""
    return bool(VESSEL.search(_words(name)))


def is_lesion(name: str) -> bool:
    """Return whether the name is that of lesions, which are worth counting."""
    return bool(LESION.search(_words(name)))


def _words(name: str) -> str:
    return re.sub(r"[_-]+", " ", name)


def with_unions(structures: Mapping[str, frozenset[int]]) -> dict[str, frozenset[int]]:
    """Return the structures, and the union of an organ with its lesions where that is clear: one organ, no overlap.

    Benchmarks score the liver with its tumours, label maps hold it without them.
    """
    organs = [name for name in structures if not is_lesion(name) and not is_vessel(name)]
    lesions = [name for name in structures if is_lesion(name)]
    found = dict(structures)
    if len(organs) == 1 and lesions and WHOLE not in structures.values():
        inside = union(structures[name] for name in lesions)
        if not inside & structures[organs[0]]:
            found[f"{organs[0]}{WITH}{' and '.join(lesions)}"] = inside | structures[organs[0]]
    return found


def union(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    """Return the labels of all sets."""
    return frozenset().union(*sets)
