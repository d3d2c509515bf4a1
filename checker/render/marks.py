"""The table of what became of the marks on lesions: hits, false positives, those that do not count."""

from collections.abc import Sequence

from checker.model.curves import FrocCurve, MarkCounts
from checker.render import digits

HEADS = (
    "Marks of",
    "Lesions",
    "Hit",
    "Missed",
    "False positives",
    "Further marks on a hit lesion",
    "In ignored regions",
    "Beyond the most per scan",
)
"""Of the table of what became of the marks."""


def curve_title(of: FrocCurve | MarkCounts) -> str:
    """Return whose marks they are; of one algorithm alone: all marks."""
    named = [each for each in (of.modality, of.reader) if each is not None]
    return ", ".join(named) or "all marks"


def mark_rows(counts: Sequence[MarkCounts]) -> tuple[tuple[str, ...], ...]:
    """Return one line of the table for each reader or algorithm."""
    return tuple(
        (
            curve_title(each),
            *map(
                digits.count,
                (
                    each.lesions, each.hits, each.lesions - each.hits, each.false_positives,
                    each.extra, each.in_ignored_regions, each.beyond_most,
                ),
            ),
        )
        for each in counts
    )  # fmt: skip


def mark_note(counts: Sequence[MarkCounts]) -> str:
    """Return where further marks on a lesion are counted."""
    if any(each.extra_count for each in counts):
        return "Further marks on a lesion that was hit are among the false positives."
    return "Further marks on a lesion that was hit, and marks in ignored regions, count neither as hit nor as false."
