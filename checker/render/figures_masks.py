"""The figure of masks: how Dice and HD95 of each structure are spread over patients."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from checker.model.curves import MeasureSpread
from checker.model.report import EvaluationReport
from checker.render import digits
from checker.render.cleaned import without_controls
from checker.render.drawing import (
    BAND,
    MODEL,
    RULE,
    SECOND,
    WIDE,
    DrawnFigure,
    drawn,
    first_upper,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LONGEST = 28
"""A name of a structure is cut after so many signs."""


def spreads_figure(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    """Return the figure with one panel for each measure and one box for each structure."""
    spreads = evaluation.measure_spreads
    panels = list(dict.fromkeys(each.metric for each in spreads))
    structures = list(dict.fromkeys(each.structure for each in spreads))
    said = "; ".join(
        f"{_name(each.structure)}: {digits.metric_label(each.metric)} {digits.short(each.percentiles[2])}"
        for each in spreads
    )
    return DrawnFigure(
        name=name,
        title="Spread over patients",
        caption=(
            "The line in each box is the median patient, the box holds the middle half of the patients, the lines "
            "reach from the 5th to the 95th percentile, the diamond is the mean. A mean far from the median comes "
            "from a few patients for whom the masks differ much."
        ),
        svg=drawn(
            name,
            "Box plots of Dice and HD95",
            f"Median by structure: {said}.",
            (WIDE, 0.9 + 0.3 * len(structures)),
            lambda figure: _draw(figure, spreads, panels, structures, _unit(evaluation)),
        ),
        heads=("Structure", "Measure", "Patients", "5 %", "25 %", "Median", "75 %", "95 %", "Mean"),
        rows=tuple(_row(each) for each in spreads),
        wide=True,
    )


def _unit(evaluation: EvaluationReport) -> str:
    in_voxels = any("In voxels" in each.note for each in evaluation.estimates)
    return " (voxels)" if in_voxels else " (mm)"


def _row(each: MeasureSpread) -> tuple[str, ...]:
    values = (*each.percentiles, each.mean)
    return (
        _name(each.structure),
        first_upper(digits.metric_label(each.metric)),
        digits.count(each.patients),
        *(digits.number(value, 3) for value in values),
    )


def _name(structure: str) -> str:
    name = without_controls(structure.replace("_", " "))
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _draw(
    figure: "Figure",
    spreads: Sequence[MeasureSpread],
    panels: Sequence[str],
    structures: Sequence[str],
    unit: str,
) -> None:
    every = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, metric in zip(every, panels, strict=True):
        for each in spreads:
            if each.metric == metric:
                _box(axes, each, structures.index(each.structure))
        label = first_upper(digits.metric_label(metric))
        more = unit if metric == "hausdorff_95" else ""
        axes.set_title(f"{label}{more}", loc="left", fontweight="semibold")
        axes.grid(axis="x", color=RULE, linewidth=0.4)
        axes.set_axisbelow(True)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.locator_params(axis="x", nbins=5)
    every[0].set_ylim(len(structures) - 0.4, -0.6)
    every[0].set_yticks(range(len(structures)))
    every[0].set_yticklabels([_name(each) for each in structures])


def _box(axes: "Axes", each: MeasureSpread, place: int) -> None:
    low, first, middle, third, high = each.percentiles
    axes.plot([low, high], [place] * 2, color=MODEL, linewidth=1.1, zorder=1)
    axes.barh(
        place,
        third - first,
        left=first,
        height=0.46,
        color=BAND,
        edgecolor=MODEL,
        linewidth=0.9,
        zorder=2,
    )
    axes.plot([middle] * 2, [place - 0.23, place + 0.23], color=MODEL, linewidth=2.2, zorder=3)
    axes.plot([each.mean], [place], "D", color=SECOND, markersize=3.6, zorder=4)
