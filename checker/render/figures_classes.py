"""Figures of several classes: the confusion matrix, and how many classes predictions are off."""

from typing import TYPE_CHECKING

from checker.model.curves import ClassDistances, ConfusionMatrix
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
    SMALL,
    WIDE,
    DrawnFigure,
    drawn,
    present,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MANY = 6
"""More classes than this need the width of the page."""
TOO_MANY_FOR_SHARES = 12
"""More classes than this leave no room for the share below each count."""
LONGEST = 20
"""A name of a class is cut after so many signs."""
DARK = 0.72
"""Cells of at least this share are dark, so that what is written in them is light."""


def matrix_figure(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    """Return the figure of cases by true and predicted class."""
    matrix = present(evaluation.confusion_matrix)
    every = sum(map(sum, matrix.counts))
    right = sum(row[at] for at, row in enumerate(matrix.counts))
    said = f"{digits.count(right)} of {digits.count(every)} cases lie on the diagonal, where both agree."
    classes = len(matrix.classes)
    wide = classes > MANY
    size = (WIDE, 0.9 + 0.42 * classes) if wide else (SMALL, 1.15 + 0.42 * classes)
    return DrawnFigure(
        name=name,
        title="Confusion matrix",
        caption=(
            "Rows are the true classes and columns the predicted ones; each cell has the number of cases"
            + (
                " and its share of the row. The darker a cell, the larger that share"
                if classes <= TOO_MANY_FOR_SHARES
                else ". The darker a cell, the larger its share of the row"
            )
            + f", and on the diagonal that share is the sensitivity of the class. {said}"
        ),
        svg=drawn(
            name,
            "Confusion matrix",
            f"Cases by true and predicted class. {said} {_words(matrix)}",
            size,
            lambda figure: _draw_matrix(figure, matrix),
        ),
        heads=("True class", *(f"Predicted {each}" for each in matrix.classes)),
        rows=tuple(
            (each, *map(digits.count, row))
            for each, row in zip(matrix.classes, matrix.counts, strict=True)
        ),
        wide=wide,
    )


def _words(matrix: ConfusionMatrix) -> str:
    if len(matrix.classes) > TOO_MANY_FOR_SHARES:
        return ""
    return "; ".join(
        f"{name}: {row[at]} of {sum(row)} predicted as such"
        for at, (name, row) in enumerate(zip(matrix.classes, matrix.counts, strict=True))
    )


def _draw_matrix(figure: "Figure", matrix: ConfusionMatrix) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    axes = figure.subplots()
    shades = LinearSegmentedColormap.from_list("share", [PAPER, BAND, MODEL])
    shares = [[each / max(sum(row), 1) for each in row] for row in matrix.counts]
    axes.pcolormesh(shares, cmap=shades, vmin=0, vmax=1, edgecolors=RULE, linewidth=0.4)
    for y, row in enumerate(matrix.counts):
        for x, count in enumerate(row):
            _draw_cell(axes, x, y, count, shares[y][x], len(matrix.classes))
    names = [_cut(each) for each in matrix.classes]
    middles = [at + 0.5 for at in range(len(names))]
    slanted = max(map(len, names)) * len(names) > 40
    axes.set_xticks(
        middles, names, rotation=35 if slanted else 0, ha="right" if slanted else "center"
    )
    if slanted:
        for label in axes.get_xticklabels():
            label.set_rotation_mode("anchor")
    axes.set_yticks(middles, names)
    axes.set_ylim(len(names), 0)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xlabel("Predicted class")
    axes.set_ylabel("True class")


def _draw_cell(axes: object, x: int, y: int, count: int, share: float, classes: int) -> None:
    colour = PAPER if share >= DARK else INK if count else MUTED
    write = axes.text  # type: ignore[attr-defined]
    if classes > TOO_MANY_FOR_SHARES:
        write(
            x + 0.5,
            y + 0.5,
            digits.count(count),
            color=colour,
            ha="center",
            va="center",
            fontsize=6,
        )
        return
    write(
        x + 0.5, y + 0.42, digits.count(count), color=colour, ha="center", va="center", fontsize=8.5
    )
    if count:
        percent = ("<1%" if share < 0.005 else f"{share:.0%}").replace("%", f"{digits.THIN}%")
        write(x + 0.5, y + 0.76, percent, color=colour, ha="center", va="center", fontsize=6.5)


def _cut(text: str) -> str:
    return without_controls(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


def distances_figure(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    """Return the figure of how many classes predictions are too low or too high."""
    found = present(evaluation.class_distances)
    cases = max(sum(found.cases), 1)
    near = sum(
        count for off, count in zip(found.distance, found.cases, strict=True) if abs(off) <= 1
    )
    said = (
        f"{digits.count(near)} of {digits.count(sum(found.cases))} predictions ({near / cases:.1%}) "
        "are at most one class off."
    ).replace("%)", f"{digits.SPACE}%)")
    return DrawnFigure(
        name=name,
        title="Distance of predicted from true class",
        caption=(
            "Number of cases by how many classes the prediction is too low (left of zero) or too high (right); "
            f"the darker bar in the middle is the right class. {said}"
        ),
        svg=drawn(
            name,
            "Distance of predicted from true class",
            f"Cases by how many classes the prediction is off. {said}",
            (SMALL, 2.6),
            lambda figure: _draw_distances(figure, found),
        ),
        heads=("Classes off", "Cases", "Share"),
        rows=tuple(
            (signed(off), digits.count(count), digits.number(count / cases, 3))
            for off, count in zip(found.distance, found.cases, strict=True)
        ),
    )


def signed(off: int) -> str:
    """Return ``+1``, ``0`` or ``−2``."""
    return digits.number(off, 0) if off <= 0 else f"+{off}"


def _draw_distances(figure: "Figure", found: ClassDistances) -> None:
    axes = figure.subplots()
    colours = [MODEL if off == 0 else BAND for off in found.distance]
    bars = axes.bar(found.distance, found.cases, 0.8, color=colours, edgecolor=MODEL, linewidth=0.6)
    axes.bar_label(
        bars, [digits.count(each) for each in found.cases], fontsize=7, padding=2, color=INK
    )
    few = len(found.distance) <= 13
    shown = [off for off in found.distance if few or off % 5 == 0]
    axes.set_xticks(shown, [signed(off) for off in shown])
    axes.set_ylim(0, 1.12 * max((*found.cases, 1)))
    axes.set_xlabel("Predicted minus true class")
    axes.set_ylabel("Cases")
