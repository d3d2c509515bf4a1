"""What is said beside marks on lesions: the hit rule, further marks, scans, readers who marked nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checker.model.detection import usual_extra_hits
from checker.reading.detection_parts import LESIONS, MARKS, PARTS, SCANS
from checker.reading.task_columns import DetectionColumns

HITS = {
    "distance": "its centre is at most {limit:g} (mm) from that of the lesion",
    "radius": "its centre is nearer to that of the lesion than the radius of the lesion",
    "iou": "intersection over union with the lesion is at least {limit:g}",
    "dice": "its Dice overlap with the lesion is at least {limit:g}",
    "any_overlap": "it overlaps the lesion",
    "centre_inside": "its centre is inside the lesion",
}
TOLD = (
    "case", "score", "centre", "size", "diameter", "class_code", "reader_code", "modality_code",
)  # fmt: skip
"""What is known of a lesion or a mark."""
IN_MASKS = (
    "A mark is a hit if its centre lies in the mask of a lesion; a lesion hangs together over 26 "
    "neighbours (8 in 2-D)."
)
ORDERS = {
    "highest_score_first": "marks with higher scores choose first",
    "nearest_first": "the pairs that fit best go first",
    "best_overall": "as many as possible are matched, and those as well as possible",
}


def notes_of(
    asked: DetectionColumns, columns: Mapping[str, Any], given: Mapping[str, Any]
) -> Iterator[str]:
    """Yield what counts as a hit, what becomes of the other marks, and how many scans have lesions."""
    import numpy as np

    with_lesion = len(np.unique(columns["case"][columns["part"] == PARTS[LESIONS]]))
    scans = int((columns["part"] == PARTS[SCANS]).sum())
    yield hit_words(asked)
    yield extra_words(asked)
    yield f"{scans:,} scans were searched: {with_lesion:,} with a lesion, {scans - with_lesion:,} without."
    if asked.max_marks is not None:
        yield f"At most {asked.max_marks} marks of a scan count: those that score above the next one."
    if not asked.thresholds:
        yield "No threshold is named: all marks count where one is needed."
    yield from _silent(columns, given)
    yield from _repeated(columns)


def _repeated(columns: Mapping[str, Any]) -> Iterator[str]:
    """Yield how many lesions and marks are the same as another one in everything that is known of them."""
    if columns.get("centre") is None:
        return
    for kind, words in ((LESIONS, "scan and place"), (MARKS, "scan, place and score")):
        rows = columns["part"] == PARTS[kind]
        if count := _repeats(
            [columns[name][rows] for name in TOLD if columns.get(name) is not None]
        ):
            verb = "is" if count == 1 else "are"
            name = kind.removesuffix("s") if count == 1 else kind
            yield f"{count:,} {name} {verb} listed before (same {words}); each row counts."


def _repeats(columns: Sequence[Any]) -> int:
    """Return how many rows are the same as an earlier one; missing values are the same."""
    import numpy as np

    table = np.nan_to_num(np.column_stack(columns).astype(float), nan=-np.pi)
    key = table @ np.sqrt(np.arange(2, table.shape[1] + 2))  # equal rows have equal keys
    order = np.argsort(key, kind="stable")
    same = key[order[1:]] == key[order[:-1]]
    near = order[np.append(same, False) | np.append(False, same)] if len(order) else order
    return len(near) - len(np.unique(table[near], axis=0))


def _silent(columns: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """Yield readers without a mark under a modality: they are taken as having read and marked nothing."""
    readers, modalities = given.get("reader_names") or (), given.get("modality_names") or ()
    if not readers or len(modalities) < 2:
        return
    marks = columns["part"] == PARTS[MARKS]
    codes = (columns[name][marks].tolist() for name in ("reader_code", "modality_code"))
    seen = set(zip(*codes, strict=True))
    for at, reader in enumerate(readers):
        for of, modality in enumerate(modalities):
            if (at, of) not in seen:
                yield (
                    f"Reader {reader} has no mark under {modality}, and is taken as having read every scan and "
                    "marked nothing."
                )


def hit_words(asked: DetectionColumns) -> str:
    """Return in words when a mark is a hit."""
    if asked.in_masks:
        return IN_MASKS
    if asked.hit is None:
        return "The table of marks says which lesion each mark hit."
    words = HITS[asked.hit].format(limit=asked.limit or 0.0)
    return f"A mark is a hit if {words}; {ORDERS[asked.matching]}."


def extra_words(asked: DetectionColumns) -> str:
    """Return in words what further marks on a lesion are."""
    chosen = asked.extra_hits or usual_extra_hits(asked.hit)
    counted = "count as false positives" if chosen == "false_positive" else "are ignored"
    rule = " with this rule" if asked.hit is not None or asked.in_masks else ""
    said = "" if asked.extra_hits else f", as is usual{rule}; nobody said"
    return f"Further marks on a lesion that was hit {counted}{said}."
