"""Figures of survival: curves with numbers at risk below, calibration and net benefit by a horizon."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from checker.model.curves import CalibrationAt, CalibrationCurve, DecisionAt, SurvivalCurve
from checker.model.report import EvaluationReport
from checker.model.times import in_words, unit_of_time
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
    curve_rows,
    drawn,
    first_upper,
    legend_above,
)
from checker.render.figures_scores import (
    BIN_HEADS,
    ON_DIAGONAL,
    bin_rows,
    calibration_words,
    draw_calibration,
    draw_decision,
    where_best,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES: tuple[dict[str, Any], ...] = (
    {"color": MODEL, "linestyle": "-"},
    {"color": SECOND, "linestyle": (0, (5, 2))},
    {"color": INK, "linestyle": (0, (1, 1.4))},
    {"color": "#5c8f6b", "linestyle": (0, (7, 2, 1.5, 2))},
    {"color": MUTED, "linestyle": "-"},
    {"color": "#8e6ba8", "linestyle": (0, (3, 1.5))},
)
"""Told apart by colour and by line style."""
BESIDE = 13
"""Points between the name of a curve and its first number at risk."""
LONGEST = 16
"""A name of a group is cut after so many signs."""
MOST_SIGNS = 24
"""In all names together, if they stand side by side."""
SCALES = (0.1, 0.25, 0.5, 1.0)
"""Upper ends of the axes of predicted and observed risk."""


def curves_by_column(evaluation: EvaluationReport) -> tuple[tuple[SurvivalCurve, ...], ...]:
    """Return the curve of everyone alone, then those of the groups of each column together."""
    by_column: dict[str, list[SurvivalCurve]] = {}
    for curve in evaluation.survival_curves:
        if curve.time:
            column = curve.label.partition(" = ")[0] if " = " in curve.label else ""
            by_column.setdefault(column, []).append(curve)
    return tuple(tuple(curves) for curves in by_column.values())


def curves_of_risk_groups(evaluation: EvaluationReport) -> tuple[SurvivalCurve, ...]:
    """Return the curves of the risk groups; none where they are more than lines can be told apart."""
    found = evaluation.risk_groups
    curves = [each.curve for each in found.groups if each.curve] if found else []
    return tuple(curves) if len(curves) <= len(LINES) else ()


def survival_figure(curves: Sequence[SurvivalCurve], name: str) -> DrawnFigure:
    """Return the figure of curves over one time axis, with the numbers at risk below."""
    first = curves[0]
    grouped = " = " in first.label
    column = first.label.partition(" = ")[0]
    survival = first.quantity == "survival"
    title = "Survival" if survival else "Cumulative incidence"
    if grouped:
        title += f" by {column}"
    share = (
        "Share of patients without the outcome over time"
        if survival
        else "Share of patients in whom the outcome has happened over time; a competing event prevents it"
    )
    bands = "" if grouped else ", with its pointwise band"
    return DrawnFigure(
        name=name,
        title=title,
        caption=(
            f"{share} ({_way(first.method)}){bands}. Numbers below are those still followed; where few are left, "
            f"the {'curves are' if grouped else 'curve is'} uncertain. {_last_words(curves)}"
        ),
        svg=drawn(
            name,
            title,
            f"{title} over time. {_last_words(curves)}",
            (SMALL, 2.95 + 0.17 * len(curves) + (0.3 if _across(curves) < len(curves) else 0)),
            lambda figure: _draw_curves(figure, curves),
        ),
        heads=(
            *(("Group",) if grouped else ()),
            "Time",
            "At risk",
            "Outcomes so far",
            f"{first_upper(first.quantity)} (interval)",
        ),
        rows=tuple(row for curve in curves for row in _rows(curve, grouped)),
    )


def _way(method: str) -> str:
    return method.partition(";")[0]


def _rows(curve: SurvivalCurve, grouped: bool) -> list[tuple[str, ...]]:
    return [
        (
            *((_group(curve),) if grouped else ()),
            in_words(at) if at else "0",
            digits.count(left),
            digits.count(outcomes),
            _value(curve, at),
        )
        for at, left, outcomes in zip(curve.at, curve.at_risk, curve.outcomes, strict=True)
    ]


def _value(curve: SurvivalCurve, at: float) -> str:
    here = max(bisect_right(curve.time, at) - 1, 0)
    value = f"{curve.value[here]:.3f}"
    if not here or not curve.low:
        return value
    return f"{value} ({curve.low[here]:.3f} to {curve.high[here]:.3f})"


def _last_words(curves: Sequence[SurvivalCurve]) -> str:
    """Return what each curve has come to at the last of the times below it at which ten are left."""
    said = []
    for curve in curves:
        followed = [
            at for at, left in zip(curve.at, curve.at_risk, strict=True) if at and left >= 10
        ]
        if followed:
            who = f"{_group(curve)}: " if " = " in curve.label else ""
            said.append(f"{who}{_value(curve, followed[-1])} at {in_words(followed[-1])}")
    return f"{first_upper(curves[0].quantity)}: {'; '.join(said)}." if said else ""


def _group(curve: SurvivalCurve) -> str:
    return curve.label.partition(" = ")[2] or curve.label


def _draw_curves(figure: "Figure", curves: Sequence[SurvivalCurve]) -> None:
    above, below = figure.subplots(2, 1, height_ratios=(2.4, 0.17 * len(curves) + 0.1), sharex=True)
    days, unit = unit_of_time(max(curve.time[-1] for curve in curves))
    alone = len(curves) == 1
    for curve, line in zip(curves, LINES, strict=False):
        time = [each / days for each in curve.time]
        if alone and curve.low:
            above.fill_between(time, curve.low, curve.high, step="post", color=BAND, linewidth=0)
        above.step(time, curve.value, where="post", label=_cut(_group(curve)), **line)
    above.set_ylim(0, 1.02 if curves[0].quantity == "survival" else _top(curves))
    above.set_ylabel(first_upper(curves[0].quantity))
    last = max((*(at for curve in curves for at in curve.at), curves[0].time[-1])) / days
    above.set_xlim(0, 1.01 * last or 1)
    if not alone:
        legend_above(above, _across(curves))
    _draw_numbers(below, curves, days)
    above.tick_params(labelbottom=True)
    above.set_xlabel(f"Time ({unit})")


def _across(curves: Sequence[SurvivalCurve]) -> int:
    """Return how many names stand side by side: all, or two where they are many or long."""
    signs = sum(len(_cut(_group(each))) for each in curves)
    return 2 if len(curves) > 3 or signs > MOST_SIGNS else len(curves)


def _top(curves: Sequence[SurvivalCurve]) -> float:
    highest = max(max((*curve.value, *curve.high)) for curve in curves)
    return min(1.02, 1.08 * max(highest, 0.05))


def _draw_numbers(axes: "Axes", curves: Sequence[SurvivalCurve], days: float) -> None:
    for row, curve in enumerate(curves):
        for at, left in zip(curve.at, curve.at_risk, strict=True):
            axes.text(
                at / days, row, digits.count(left), ha="center", va="center", fontsize=7, color=INK
            )
    names = ["At risk"] if len(curves) == 1 else [_cut(_group(each)) for each in curves]
    axes.set_yticks(range(len(curves)), names)
    axes.set_ylim(len(curves) - 0.4, -0.6)
    axes.tick_params(length=0, labelbottom=False)
    axes.tick_params(axis="y", pad=BESIDE)
    if len(curves) > 1:
        axes.set_title("At risk", loc="left", fontsize=7, color=MUTED, pad=1)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xticks([at / days for at in curves[0].at])


def _cut(text: str) -> str:
    return without_controls(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


def calibration_figure(found: CalibrationAt, name: str) -> DrawnFigure:
    """Return the figure of observed against predicted risk by a horizon."""
    curve, when = found.curve, in_words(found.horizon)
    return DrawnFigure(
        name=name,
        title=f"Calibration at {when}",
        caption=(
            f"Observed against predicted risk of the outcome by {when}; who was not followed so long counts until "
            f"then. {ON_DIAGONAL}Line: {curve.method}. Points: groups of equal size with intervals."
        ),
        svg=drawn(
            name,
            f"Calibration at {when}",
            f"By {when}. {calibration_words(curve)}",
            (SMALL, 3.4),
            lambda figure: draw_calibration(figure, curve, None, _upto(curve)),
        ),
        heads=BIN_HEADS,
        rows=bin_rows(curve),
    )


def _upto(curve: CalibrationCurve) -> float:
    """Return where the axes end: at the first scale that holds every point."""
    highest = max(
        (*curve.predicted, *curve.observed, *curve.bin_predicted, *curve.bin_observed, 0.0)
    )
    return next((scale for scale in SCALES if highest <= scale), SCALES[-1])


def decision_figure(found: DecisionAt, name: str) -> DrawnFigure:
    """Return the figure of net benefit by a horizon."""
    curve, when = found.curve, in_words(found.horizon)
    return DrawnFigure(
        name=name,
        title=f"Decision curve at {when}",
        caption=(
            f"Net benefit per patient if everyone whose predicted risk by {when} is at or above the threshold is "
            f"treated. The model is useful where its line lies above both simple strategies. {where_best(curve)}"
        ),
        svg=drawn(
            name,
            f"Decision curve at {when}",
            "Net benefit of the model, of treating everyone and of treating no one, over threshold risks. "
            + where_best(curve),
            (SMALL, 3.1),
            lambda figure: draw_decision(figure, curve),
        ),
        heads=("Threshold risk", "Model", "Treat all", "Treat none"),
        rows=curve_rows(curve.threshold, curve.model, curve.treat_all, curve.treat_none),
    )
