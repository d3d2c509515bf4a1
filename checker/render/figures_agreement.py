"""The figure of agreement: differences against means, with bias and limits of agreement."""

from typing import TYPE_CHECKING

from checker.model.curves import AgreementPlot
from checker.model.estimate import Interval
from checker.model.report import EvaluationReport
from checker.render import digits
from checker.render.cleaned import without_controls
from checker.render.drawing import (
    BAND,
    INK,
    MODEL,
    MUTED,
    SECOND,
    SMALL,
    DrawnFigure,
    drawn,
    first_upper,
    present,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LIMIT_BAND = "#f0dccd"
"""Of the intervals of both limits."""


def agreement_figure(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    """Return the figure of differences against means (Bland and Altman)."""
    plot = present(evaluation.agreement_plot)
    unit = (
        f"{digits.SPACE}{without_controls(plot.measurement_unit)}" if plot.measurement_unit else ""
    )
    said = first_upper(
        "; ".join(
            f"{what.lower()} {_together(value, found)}{unit}" for what, value, found in _lines(plot)
        )
    )
    largest = max(plot.cases)
    dots = (
        "Dots are pairs of measurements"
        if largest == 1
        else f"Dots are pairs of measurements, larger where several lie close together (up to {largest})"
    )
    return DrawnFigure(
        name=name,
        title="Differences against means",
        caption=(
            f"{dots}, moved to the middle of a fine grid. The solid line is the mean difference (bias); between "
            "the dashed lines, the limits of agreement, 95 % of differences are expected; bands are intervals. "
            f"A cloud that rises, falls or widens means that the limits do not hold everywhere. {said}."
        ).replace("95 %", f"95{digits.SPACE}%"),
        svg=drawn(
            name,
            "Differences against means",
            f"{plot.pairs} pairs: measured minus reference against the mean of both. {said}.",
            (SMALL, 3.2),
            lambda figure: _draw(figure, plot),
        ),
        heads=("Line", f"Value{unit and f' ({unit.strip()})'}", "Interval"),
        rows=tuple(
            (
                what,
                digits.number(value, digits.decimals(found)),
                digits.limits(found) if found else digits.DASH,
            )
            for what, value, found in _lines(plot)
        ),
    )


def _lines(plot: AgreementPlot) -> tuple[tuple[str, float, Interval | None], ...]:
    return (
        ("Upper limit of agreement", plot.upper, plot.upper_interval),
        ("Bias", plot.bias, plot.bias_interval),
        ("Lower limit of agreement", plot.lower, plot.lower_interval),
    )


def _together(value: float, found: Interval | None) -> str:
    text = digits.number(value, digits.decimals(found))
    return f"{text} ({digits.limits(found)})" if found else text


def _draw(figure: "Figure", plot: AgreementPlot) -> None:
    axes = figure.subplots()
    axes.axhline(0, color=MUTED, linewidth=0.6)
    for what, value, found in _lines(plot):
        _draw_line(axes, what == "Bias", value, found)
    order = sorted(range(len(plot.cases)), key=lambda at: -plot.cases[at])
    largest = max(plot.cases)
    axes.scatter(
        [plot.mean[at] for at in order],
        [plot.difference[at] for at in order],
        [9 + 60 * (plot.cases[at] - 1) / max(largest, 10) for at in order],
        color=MODEL,
        alpha=0.65,
        linewidths=0,
    )
    unit = f" ({without_controls(plot.measurement_unit)})" if plot.measurement_unit else ""
    axes.set_xlabel(f"Mean of both{unit}")
    axes.set_ylabel(f"Measured {digits.MINUS} reference{unit}")
    axes.margins(x=0.04, y=0.08)


def _draw_line(axes: "Axes", bias: bool, value: float, found: Interval | None) -> None:
    if found:
        axes.axhspan(
            found.low, found.high, color=BAND if bias else LIMIT_BAND, linewidth=0, zorder=0
        )
    axes.axhline(
        value,
        color=INK if bias else SECOND,
        linewidth=1.1,
        linestyle="-" if bias else (0, (5, 2)),
    )
    axes.annotate(
        digits.number(value, digits.decimals(found)),
        (1, value),
        xytext=(3, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        fontsize=7,
        color=INK if bias else SECOND,
    )
