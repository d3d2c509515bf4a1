"""Figures of a binary classification: ROC curve, calibration, decisions, scores by outcome."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from checker.model.curves import CalibrationCurve, DecisionCurve, RocCurve, ScoreDistribution
from checker.model.report import EvaluationReport
from checker.render import digits
from checker.render.drawing import (
    BAND,
    FALSE_POSITIVES,
    INK,
    MODEL,
    MUTED,
    PAPER,
    RULE,
    SECOND,
    SMALL,
    DrawnFigure,
    curve_rows,
    drawn,
    legend_above,
    present,
    unit_square,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ON_DIAGONAL = (
    "On the dashed diagonal, predicted and observed risk agree; below it the model overestimates the risk, "
    "above it it underestimates. "
)
NOTHING_KNOWN = (0.0, 1.0)
"""Limits of a group in which nobody or everybody had the outcome by a horizon: it has no interval."""
NEAR_ZERO = 0.1
"""A decision curve that begins below this threshold is drawn from zero on."""


def roc_figure(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    """Return the figure of the ROC curve."""
    curve = present(evaluation.roc_curve)
    auroc = next((e for e in evaluation.estimates if e.metric == "auroc"), None)
    area = f" AUROC {digits.together(auroc)}." if auroc and auroc.value is not None else ""
    point = ""
    if curve.at_threshold and evaluation.threshold is not None:
        x, y = curve.at_threshold
        point = (
            f" The dot is the declared threshold {digits.short(evaluation.threshold)}: "
            f"sensitivity {y:.2f}, {FALSE_POSITIVES} {x:.2f}."
        )
    return DrawnFigure(
        name=name,
        title="ROC curve",
        caption=(
            f"The nearer the line comes to the upper left corner, the better the score separates; "
            f"the dashed diagonal is a score that knows nothing.{area}{point}"
        ),
        svg=drawn(
            name,
            "ROC curve",
            f"Sensitivity against 1 minus specificity.{area}{point}",
            (SMALL, 3.6),
            lambda figure: _draw_roc(figure, curve),
        ),
        heads=(FALSE_POSITIVES, "Sensitivity"),
        rows=curve_rows(curve.false_positive_rate, curve.sensitivity),
    )


def _draw_roc(figure: "Figure", curve: RocCurve) -> None:
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.plot(
        curve.false_positive_rate,
        curve.sensitivity,
        color=MODEL,
        drawstyle="default",
        clip_on=False,
    )
    if curve.at_threshold:
        axes.plot(
            *([value] for value in curve.at_threshold),
            marker="o",
            markersize=6,
            color=MODEL,
            markeredgecolor=PAPER,
            markeredgewidth=1.2,
            clip_on=False,
        )
    unit_square(axes, FALSE_POSITIVES, "Sensitivity")


def calibration_figure(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    """Return the figure of observed against predicted risk."""
    curve = present(evaluation.calibration_curve)
    marks = (
        f"Line: {curve.method}; the band is its interval. Points: groups of equal size with intervals. "
        "Columns below: patients at each predicted risk, with the outcome above the line and without below it."
    )
    return DrawnFigure(
        name=name,
        title="Calibration curve",
        caption=ON_DIAGONAL + (marks if evaluation.score_distribution else marks.split(" Col")[0]),
        svg=drawn(
            name,
            "Calibration curve",
            calibration_words(curve),
            (SMALL, 3.6),
            lambda figure: draw_calibration(figure, curve, evaluation.score_distribution),
        ),
        heads=BIN_HEADS,
        rows=bin_rows(curve),
    )


BIN_HEADS = ("Predicted risk", "Observed share", "Interval", "Cases")


def bin_rows(curve: CalibrationCurve) -> tuple[tuple[str, ...], ...]:
    """Return the table of the bins of a calibration curve."""
    return tuple(
        (f"{x:.3f}", f"{y:.3f}", _bin_limits(low, high), digits.count(cases))
        for x, y, low, high, cases in zip(
            curve.bin_predicted,
            curve.bin_observed,
            curve.bin_low,
            curve.bin_high,
            curve.bin_cases,
            strict=True,
        )
    )


def _bin_limits(low: float, high: float) -> str:
    return digits.DASH if (low, high) == NOTHING_KNOWN else f"{low:.3f} to {high:.3f}"


def calibration_words(curve: CalibrationCurve) -> str:
    """Return the text alternative of a calibration curve."""
    if not curve.bin_predicted:
        return "Observed against predicted risk."
    pairs = zip(curve.bin_predicted, curve.bin_observed, strict=True)
    said = "; ".join(f"{x:.2f}: {y:.2f}" for x, y in pairs)
    return f"Observed share by mean predicted risk of each bin. {said}."


def draw_calibration(
    figure: "Figure",
    curve: CalibrationCurve,
    scores: ScoreDistribution | None,
    upto: float = 1.0,
) -> None:
    """Draw observed against predicted risk, and below it the scores by outcome where they are given."""
    every = figure.subplots(
        2 if scores else 1,
        1,
        height_ratios=(5, 1) if scores else (1,),
        sharex=True,
        squeeze=False,
    )
    axes = every[0, 0]
    axes.plot([0, upto], [0, upto], color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
    if curve.low:
        axes.fill_between(curve.predicted, curve.low, curve.high, color=BAND, linewidth=0)
    axes.plot(curve.predicted, curve.observed, color=MODEL)
    for x, low, high in zip(curve.bin_predicted, curve.bin_low, curve.bin_high, strict=True):
        if (low, high) == NOTHING_KNOWN:
            continue
        axes.plot([x, x], [low, high], color=INK, linewidth=0.7)
    axes.plot(
        curve.bin_predicted,
        curve.bin_observed,
        linestyle="none",
        marker="o",
        markersize=4,
        markerfacecolor=PAPER,
        markeredgecolor=INK,
        markeredgewidth=0.9,
    )
    unit_square(axes, "" if scores else "Predicted risk", "Observed share", upto)
    if scores:
        axes.tick_params(labelbottom=False)
        _draw_strip(every[1, 0], scores)


def _draw_strip(axes: "Axes", scores: ScoreDistribution) -> None:
    left, widths = _bars(scores)
    axes.bar(left, scores.with_outcome, widths, align="edge", color=MODEL)
    below = [-height for height in scores.without_outcome]
    axes.bar(left, below, widths, align="edge", color=RULE, edgecolor=MUTED, linewidth=0.4)
    axes.axhline(0, color=INK, linewidth=0.6)
    axes.set_xlim(-0.02, 1.02)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Predicted risk")


def decision_figure(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    """Return the figure of net benefit over threshold risks."""
    curve = present(evaluation.decision_curve)
    return DrawnFigure(
        name=name,
        title="Decision curve",
        caption=(
            "Net benefit per patient if everyone at or above the threshold risk is treated. The model is useful "
            f"where its line lies above both simple strategies. {where_best(curve)}"
        ),
        svg=drawn(
            name,
            "Decision curve",
            "Net benefit of the model, of treating everyone and of treating no one, over threshold risks. "
            + where_best(curve),
            (SMALL, 3.1),
            lambda figure: draw_decision(figure, curve),
        ),
        heads=("Threshold risk", "Model", "Treat all", "Treat none"),
        rows=curve_rows(curve.threshold, curve.model, curve.treat_all, curve.treat_none),
    )


def where_best(curve: DecisionCurve) -> str:
    """Return at which thresholds the model is better than both simple strategies, as a sentence."""
    best = [
        at
        for at, model, everyone, nobody in zip(
            curve.threshold, curve.model, curve.treat_all, curve.treat_none, strict=True
        )
        if model > max(everyone, nobody)
    ]
    if not best:
        return "It does so at none of the thresholds shown."
    return (
        f"It does so at {len(best)} of the {len(curve.threshold)} thresholds shown, "
        f"between {digits.number(best[0], 2)} and {digits.number(best[-1], 2)}."
    )


def draw_decision(figure: "Figure", curve: DecisionCurve) -> None:
    """Draw net benefit over threshold risks."""
    axes = figure.subplots()
    axes.plot(
        curve.threshold,
        curve.treat_none,
        color=MUTED,
        linewidth=1,
        linestyle=(0, (1, 1.6)),
        label="treat none",
    )
    axes.plot(
        curve.threshold,
        curve.treat_all,
        color=SECOND,
        linewidth=1.2,
        linestyle=(0, (5, 2)),
        label="treat all",
    )
    axes.plot(curve.threshold, curve.model, color=MODEL, label="model")
    top = max((*curve.model, *curve.treat_all, 0.01))
    axes.set_ylim(-0.25 * top, 1.06 * top)
    first, last = curve.threshold[0], curve.threshold[-1]
    axes.set_xlim(0 if first < NEAR_ZERO or first == last else first, last)
    axes.set_xlabel("Threshold risk")
    axes.set_ylabel("Net benefit per patient")
    legend_above(axes)


def scores_figure(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    """Return the figure of the histogram of scores by outcome."""
    scores = present(evaluation.score_distribution)
    threshold = evaluation.threshold
    edges = scores.edges
    line = " The vertical line is the declared threshold." if threshold is not None else ""
    return DrawnFigure(
        name=name,
        title="Scores by outcome",
        caption=(
            "Number of cases at each score. The less the two outlines overlap, the better the score separates; "
            f"gaps and spikes hint at rounding or at a mixture.{line}"
        ),
        svg=drawn(
            name,
            "Histogram of scores by outcome",
            f"{sum(scores.with_outcome)} cases with the outcome and {sum(scores.without_outcome)} without, "
            f"scores from {edges[0]:.3g} to {edges[-1]:.3g}.{line}",
            (SMALL, 3.1),
            lambda figure: _draw_scores(figure, scores, threshold),
        ),
        heads=("Score", "With the outcome", "Without"),
        rows=tuple(
            (f"{low:.3g} to {high:.3g}", digits.count(with_it), digits.count(without))
            for low, high, with_it, without in zip(
                edges, edges[1:], scores.with_outcome, scores.without_outcome, strict=False
            )
        ),
    )


def _draw_scores(figure: "Figure", scores: ScoreDistribution, threshold: float | None) -> None:
    axes = figure.subplots()
    axes.stairs(scores.with_outcome, scores.edges, color=BAND, fill=True)
    axes.stairs(
        scores.without_outcome,
        scores.edges,
        color=SECOND,
        linewidth=1.2,
        linestyle=(0, (3, 1.5)),
        label="without",
    )
    axes.stairs(
        scores.with_outcome, scores.edges, color=MODEL, linewidth=1.2, label="with the outcome"
    )
    if threshold is not None:
        axes.axvline(threshold, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_xlabel("Score")
    axes.set_ylabel("Cases")
    axes.set_ylim(0, 1.06 * max((*scores.with_outcome, *scores.without_outcome, 1)))
    legend_above(axes)


def _bars(scores: ScoreDistribution) -> tuple[Sequence[float], list[float]]:
    pairs = list(zip(scores.edges, scores.edges[1:], strict=False))
    return [low for low, _ in pairs], [high - low for low, high in pairs]
