"""The figure of explanation maps: the saliency in each region, by class, beside what its area gives by chance."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from checker.model.curves import RegionShare
from checker.model.maps import EXPECTED
from checker.model.report import EvaluationReport
from checker.render import digits
from checker.render.cleaned import without_controls
from checker.render.drawing import (
    BAND,
    INK,
    MODEL,
    MUTED,
    PAPER,
    RULE,
    WIDE,
    DrawnFigure,
    drawn,
    present,
)
from checker.render.explanation_tables import class_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_BARS = 40
"""More bars than this are no figure that anybody reads: the expected regions alone are drawn."""
LONGEST = 30
"""Letters of a name that are shown."""


def maps_figure(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    """Return the figure of saliency and chance in each region, by class."""
    found = present(evaluation.explanation_in_region)
    shares = shown(found.regions)
    rows = tuple(
        (
            _words(each),
            digits.count(each.maps),
            digits.number(each.energy, 3),
            digits.limits(each.interval) if each.interval else digits.DASH,
            digits.DASH if each.chance is None else digits.number(each.chance, 3),
        )
        for each in shares
    )
    said = "; ".join(f"{row[0]}: {row[2]}, by chance {row[4]}" for row in rows)
    return DrawnFigure(
        name=name,
        title="Saliency in the regions beside chance",
        caption=(
            "Each bar is the mean share of the saliency in a region and the line its interval; the dark stroke across "
            f"is the region's share of {found.field}, what saliency without aim has there. Filled bars are regions in "
            "which prior knowledge expects the saliency of the class. A bar that ends before the stroke has less "
            "than chance. Saliency in the right place does not show that the model decides by it."
        ),
        svg=drawn(
            name,
            "Bars of saliency by class and region",
            said,
            (WIDE, 0.8 + 0.21 * len(shares)),
            lambda figure: _draw(figure, shares),
        ),
        heads=("Maps of, region", "n", "Saliency", "Interval", "By chance"),
        rows=rows,
        wide=True,
    )


def shown(regions: Sequence[RegionShare]) -> tuple[RegionShare, ...]:
    """Return what is drawn: the joined region of several beside them only where it says more, and not too many."""
    expected = {
        each.class_name: sum(
            other.expected for other in regions if other.class_name == each.class_name
        )
        for each in regions
    }
    kept = [
        each
        for each in regions
        if each.region != EXPECTED or each.class_name == "all" or expected[each.class_name] != 2
    ]
    if len(kept) > MOST_BARS:
        kept = [each for each in regions if each.region == EXPECTED]
    return tuple(kept[:MOST_BARS])


def _words(each: RegionShare) -> str:
    return f"{class_words(each.class_name)}, {each.region.replace('_', ' ')}"


def _draw(figure: "Figure", shares: Sequence[RegionShare]) -> None:
    axes = figure.subplots()
    for at, each in enumerate(shares):
        fill = MODEL if each.expected else BAND
        axes.barh(at, each.energy, height=0.62, color=fill, edgecolor=MODEL, linewidth=0.6)
        if each.interval:
            ends = [each.interval.low, each.interval.high]
            _stroke(axes, ends, [at, at], MUTED, 1.4)
        if each.chance is not None:
            _stroke(axes, [each.chance] * 2, [at - 0.42, at + 0.42], INK, 1.8)
    axes.set_yticks(range(len(shares)))
    labels = [without_controls(_words(each)) for each in shares]
    axes.set_yticklabels(
        [text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…" for text in labels]
    )
    axes.set_ylim(len(shares) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axes.set_xlabel("Share of the saliency")
    axes.grid(axis="x", color=RULE, linewidth=0.4)
    axes.set_axisbelow(True)


def _stroke(
    axes: "Axes", x: Sequence[float], y: Sequence[float], colour: str, width: float
) -> None:
    """Draw a line with a light edge, so that it is seen on a bar, too."""
    for paint, wide in ((PAPER, width + 1.6), (colour, width)):
        axes.plot(x, y, color=paint, linewidth=wide, solid_capstyle="butt")
