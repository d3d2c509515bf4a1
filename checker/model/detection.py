"""What rows of detection are, and what holds of marks on lesions where nobody says otherwise."""

SCAN, LESION, MARK, IGNORED = 0, 1, 2, 3
"""What a row is: a scan that was searched, a reference lesion, a mark, a region in which marks do not count."""
RATES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""False positives per case of the competition performance metric (Setio et al. 2017)."""
MODEL = "model"
"""The modality of the main marks, where further files hold those of comparators."""
OVERLAPS = ("any_overlap", "iou", "dice")
"""Hit rules that look at the extent of both."""


def usual_extra_hits(hit: str | None) -> str:
    """Return what further marks on a lesion are: false positives where extents overlap (COCO), else ignored."""
    return "false_positive" if hit in OVERLAPS else "ignored"
