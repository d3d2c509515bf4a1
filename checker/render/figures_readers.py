"""The figure of readers: the ROC curve of each under each modality, and of the average reader."""

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

from checker.model.curves import ReaderCurve, RocCurve
from checker.model.report import EvaluationReport
from checker.render import digits
from checker.render.cleaned import without_controls
from checker.render.drawing import (
    FALSE_POSITIVES,
    MODEL,
    MUTED,
    PAPER,
    SECOND,
    SMALL,
    WIDE,
    DrawnFigure,
    drawn,
    first_upper,
    unit_square,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACROSS = 3
"""Most panels beside each other."""
LONGEST = 32
"""A name of a modality is cut after so many signs."""


def readers_figure(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    """Return the figure with one panel for each modality."""
    curves = evaluation.reader_curves
    panels = list(dict.fromkeys(each.modality for each in curves))
    wide = len(panels) > 1
    across = min(len(panels), ACROSS)
    height = (WIDE / across + 0.2) * ceil(len(panels) / across) if wide else 3.6
    readers = len({each.reader for each in curves if each.reader is not None})
    points = any(each.curve.at_threshold for each in curves)
    said = f"{readers} {'reader' if readers == 1 else 'readers'}; {_areas(evaluation, panels)}"
    return DrawnFigure(
        name=name,
        title="ROC curves of readers",
        caption=(
            "Thin lines are readers, the thick one is the average reader; the nearer it comes to the upper left "
            "corner, the better cases are told apart. Thin lines that lie far from each other mean that readers differ."
            + (" Dots are the decisions that were made." if points else "")
            + f" {first_upper(said)}."
        ),
        svg=drawn(
            name,
            "ROC curves of readers",
            f"Sensitivity against 1 minus specificity of {said}.",
            (WIDE if wide else SMALL, height),
            lambda figure: _draw(figure, curves, panels, across),
        ),
        heads=("Modality", "Reader", "Sensitivity and specificity of the decisions"),
        rows=tuple(
            (each.modality, each.reader or "average", _point(each.curve)) for each in curves
        ),
        wide=wide,
    )


def _areas(evaluation: EvaluationReport, panels: Sequence[str]) -> str:
    """Return the mean area of each modality, as far as it was computed."""
    means = {
        each.modality: digits.together(each)
        for each in evaluation.estimates
        if each.metric == "auroc" and each.reader is None and each.value is not None
    }
    said = [f"{panel} {means[panel]}" for panel in panels if panel in means]
    return f"mean AUROC {', '.join(said)}" if said else f"modality {', '.join(panels)}"


def _point(curve: RocCurve) -> str:
    if curve.at_threshold is None:
        return digits.DASH
    x, y = curve.at_threshold
    return f"{y:.3f} and {1 - x:.3f}"


def _draw(
    figure: "Figure", curves: Sequence[ReaderCurve], panels: Sequence[str], across: int
) -> None:
    down = ceil(len(panels) / across)
    every = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True)
    places = [axes for row in every for axes in row]
    for axes, panel in zip(places, panels, strict=False):
        _draw_panel(axes, [each for each in curves if each.modality == panel])
        title = panel if len(panel) <= LONGEST else f"{panel[: LONGEST - 1]}…"
        axes.set_title(first_upper(without_controls(title)), loc="left", fontweight="semibold")
    for axes in places[len(panels) :]:
        axes.set_visible(False)
    for row in every:
        for axes in row[1:]:
            axes.set_ylabel("")
    for row in every[:-1]:
        for axes in row:
            axes.set_xlabel("")


def _draw_panel(axes: "Axes", curves: Sequence[ReaderCurve]) -> None:
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
    for each in sorted(curves, key=lambda one: one.reader is None):
        mean = each.reader is None
        axes.plot(
            each.curve.false_positive_rate,
            each.curve.sensitivity,
            color=MODEL if mean else SECOND,
            linewidth=1.9 if mean else 0.7,
            alpha=1 if mean else 0.75,
            clip_on=False,
        )
    for each in sorted(curves, key=lambda one: one.reader is None):
        if each.curve.at_threshold:
            mean = each.reader is None
            axes.plot(
                *([value] for value in each.curve.at_threshold),
                marker="o",
                markersize=6 if mean else 4,
                color=MODEL if mean else SECOND,
                markeredgecolor=PAPER,
                markeredgewidth=1,
                clip_on=False,
            )
    unit_square(axes, FALSE_POSITIVES, "Sensitivity")
