"""Facts of the section `explanations`: saliency maps and the regions they should show."""

from typing import Literal

from checker.model.study.evaluations import Claim
from checker.model.study.marks import Described, Fraction, InsidePath

ExplanationMethod = Literal[
    "grad_cam", "saliency", "occlusion", "shap", "attention", "prototype", "other"
]


class Explanation(Described):
    """One explanation method: saliency maps and the regions they should show."""

    name: str
    """Short name."""
    method: ExplanationMethod | None = None
    """Method."""
    settings: str | None = None
    """Layer, baseline, smoothing, normalisation."""
    validation: str | None = None
    """How it was shown that the method tells something true here."""
    evaluation: str | None = None
    """Name of the evaluation whose cases are explained."""
    maps: InsidePath | None = None
    """Folder of maps: images of numbers, a file for each case."""
    expected_regions: InsidePath | None = None
    """Folder of masks of the regions that should matter, or one file of them for all maps."""
    regions: dict[str, str] | None = None
    """Region to label number in the masks; several as 1+2."""
    expected_by_class: dict[str, str] | None = None
    """Class to the region that prior knowledge expects for it; several parted by +."""
    map_threshold: Fraction | None = None
    """Share of the maximum above which a map counts as active."""
    top_share: Fraction | None = None
    """Share of the voxels, those with the most saliency, that count as active; as many as the region has if neither
    this nor a threshold is given.
    """
    search_region: str | None = None
    """Region in which alone is searched, one of `regions`; chance is then a region's share of its area."""
    absolute: bool | None = None
    """Saliency below 0 counts by its size; else it does not count."""
    repeats: tuple[InsidePath, ...] | None = None
    """Folders of maps of the same cases by another run or model."""
    claims: tuple[Claim, ...] | None = None
    """Numbers about the maps as printed in the paper; `of` names the region, `group` the class."""
