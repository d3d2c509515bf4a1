"""The figures of a report, drawn with matplotlib: each with a caption, a text alternative and its table."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from checker.model.curves import CalibrationCurve, DecisionCurve, RocCurve, ScoreDistribution
from checker.model.estimate import Estimate
from checker.model.report import EvaluationReport
from checker.render import digits
from checker.render.cleaned import without_controls
from checker.render.svg import inline
from checker.resources import folder

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

T = TypeVar("T")
INK, MUTED, RULE, PAPER = "#1c2430", "#5b6573", "#c9cfd6", "#ffffff"
MODEL, SECOND = "#1d4f91", "#b3541e"
"""Blue and vermilion: told apart with every colour vision, and in grey by line style and marker."""
BAND = "#c5d5ea"
SMALL, WIDE = 3.35, 6.9
"""Widths in inches: half a page and a page."""
NEAR_ZERO = 0.1
"""A decision curve that begins below this threshold is drawn from zero on."""
ROWS = 11
"""About as many rows in the table of a curve."""
FALSE_POSITIVES = f"1{digits.SPACE}{digits.MINUS}{digits.SPACE}specificity"
FOREST = ("auroc", "sensitivity", "specificity")
"""Metrics of the forest of groups, one panel each, where they were computed."""
UNDEFINED: dict[str, Any] = {
    "color": MUTED,
    "fontsize": 7.0,
    "ha": "center",
    "va": "center",
    "bbox": {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
}
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "checker",
    "font.family": ["Inter"],
    "font.size": 8.0,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.0,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 8.0,
    "axes.formatter.use_mathtext": False,
    "axes.unicode_minus": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "legend.handlelength": 2.2,
    "lines.linewidth": 1.5,
    "lines.solid_capstyle": "round",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFigure:
    """A figure ready to be placed in a page."""

    name: str
    """Prefix of every id in it."""
    title: str
    caption: str
    """What is shown and how to read it."""
    svg: str
    """With title and text alternative inside."""
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The table behind it, thinned for curves."""
    wide: bool = False


def figures_of(evaluation: EvaluationReport, prefix: str) -> tuple[DrawnFigure, ...]:
    """Return the figures of one evaluation for which there is data; `prefix` makes their ids unique."""
    roc, calibration = evaluation.roc_curve, evaluation.calibration_curve
    decision, scores = evaluation.decision_curve, evaluation.score_distribution
    drawn = (
        (roc and roc.sensitivity, _roc),
        (calibration and (calibration.predicted or calibration.bin_predicted), _calibration),
        (decision and decision.threshold, _decision),
        (scores and scores.with_outcome, _scores),
    )
    return tuple(
        draw(evaluation, f"{prefix}-{draw.__name__[1:]}") for points, draw in drawn if points
    )


def forest_of(evaluation: EvaluationReport, prefix: str) -> DrawnFigure | None:
    """Return the forest of the groups of one evaluation, or None if no metric of it has an interval in any."""
    panels = [metric for metric in FOREST if _forest_rows(evaluation, metric)]
    return _forest(evaluation, f"{prefix}-forest", panels) if panels else None


def _roc(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    curve = _present(evaluation.roc_curve)
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
        svg=_drawn(
            name,
            "ROC curve",
            f"Sensitivity against 1 minus specificity.{area}{point}",
            (SMALL, 3.6),
            lambda figure: _draw_roc(figure, curve),
        ),
        heads=(FALSE_POSITIVES, "Sensitivity"),
        rows=_curve_rows(curve.false_positive_rate, curve.sensitivity),
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
    _unit_square(axes, FALSE_POSITIVES, "Sensitivity")


def _calibration(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    curve = _present(evaluation.calibration_curve)
    about = (
        "On the dashed diagonal, predicted and observed risk agree; below it the model overestimates the risk, "
        "above it it underestimates. "
    )
    marks = (
        f"Line: {curve.method}; the band is its interval. Points: groups of equal size with intervals. "
        "Columns below: patients at each predicted risk, with the outcome above the line and without below it."
    )
    return DrawnFigure(
        name=name,
        title="Calibration curve",
        caption=about + marks if evaluation.score_distribution else about + marks.split(" Col")[0],
        svg=_drawn(
            name,
            "Calibration curve",
            _calibration_words(curve),
            (SMALL, 3.6),
            lambda figure: _draw_calibration(figure, curve, evaluation.score_distribution),
        ),
        heads=("Predicted risk", "Observed share", "Interval", "Cases"),
        rows=tuple(
            (f"{x:.3f}", f"{y:.3f}", f"{low:.3f} to {high:.3f}", digits.count(cases))
            for x, y, low, high, cases in zip(
                curve.bin_predicted,
                curve.bin_observed,
                curve.bin_low,
                curve.bin_high,
                curve.bin_cases,
                strict=True,
            )
        ),
    )


def _calibration_words(curve: CalibrationCurve) -> str:
    if not curve.bin_predicted:
        return "Observed against predicted risk."
    pairs = zip(curve.bin_predicted, curve.bin_observed, strict=True)
    said = "; ".join(f"{x:.2f}: {y:.2f}" for x, y in pairs)
    return f"Observed share by mean predicted risk of each bin. {said}."


def _draw_calibration(
    figure: "Figure", curve: CalibrationCurve, scores: ScoreDistribution | None
) -> None:
    every = figure.subplots(
        2 if scores else 1,
        1,
        height_ratios=(5, 1) if scores else (1,),
        sharex=True,
        squeeze=False,
    )
    axes = every[0, 0]
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
    if curve.low:
        axes.fill_between(curve.predicted, curve.low, curve.high, color=BAND, linewidth=0)
    axes.plot(curve.predicted, curve.observed, color=MODEL)
    for x, low, high in zip(curve.bin_predicted, curve.bin_low, curve.bin_high, strict=True):
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
    _unit_square(axes, "" if scores else "Predicted risk", "Observed share")
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


def _decision(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    curve = _present(evaluation.decision_curve)
    return DrawnFigure(
        name=name,
        title="Decision curve",
        caption=(
            "Net benefit per patient if everyone at or above the threshold risk is treated. The model is useful "
            f"where its line lies above both simple strategies. {_where_best(curve)}"
        ),
        svg=_drawn(
            name,
            "Decision curve",
            "Net benefit of the model, of treating everyone and of treating no one, over threshold risks. "
            + _where_best(curve),
            (SMALL, 3.1),
            lambda figure: _draw_decision(figure, curve),
        ),
        heads=("Threshold risk", "Model", "Treat all", "Treat none"),
        rows=_curve_rows(curve.threshold, curve.model, curve.treat_all, curve.treat_none),
    )


def _where_best(curve: DecisionCurve) -> str:
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


def _draw_decision(figure: "Figure", curve: DecisionCurve) -> None:
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
    _legend_above(axes)


def _scores(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    scores = _present(evaluation.score_distribution)
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
        svg=_drawn(
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
    _legend_above(axes)


def _legend_above(axes: "Axes") -> None:
    """Place the legend above the axes, so that it never covers a line; what was drawn last comes first."""
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1],
        labels[::-1],
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=len(labels),
        borderaxespad=0.2,
        columnspacing=1.4,
    )


def _bars(scores: ScoreDistribution) -> tuple[Sequence[float], list[float]]:
    pairs = list(zip(scores.edges, scores.edges[1:], strict=False))
    return [low for low, _ in pairs], [high - low for low, high in pairs]


def _forest(evaluation: EvaluationReport, name: str, panels: list[str]) -> DrawnFigure:
    groups = list(dict.fromkeys(each.group for each in evaluation.subgroup_estimates))
    labels = [digits.metric_label(metric) for metric in panels]
    rows = [
        (group, *(_forest_cell(evaluation, metric, group) for metric in panels)) for group in groups
    ]
    said = "; ".join(f"{row[0]}: {labels[0]} {row[1]}" for row in rows)
    return DrawnFigure(
        name=name,
        title="Performance by group",
        caption=(
            "Each dot is the value in one group and the line its interval; the dashed line is the value of all "
            "patients. Intervals that overlap do not show that groups are alike, and small groups have long lines."
        ),
        svg=_drawn(
            name,
            "Forest plot of groups",
            said,
            (WIDE, 0.85 + 0.235 * (len(groups) + len(_columns(groups)))),
            lambda figure: _draw_forest(figure, evaluation, panels, groups),
        ),
        heads=("Group", *labels),
        rows=tuple(rows),
        wide=True,
    )


def _draw_forest(
    figure: "Figure", evaluation: EvaluationReport, panels: list[str], groups: list[str]
) -> None:
    places = _forest_places(groups)
    every = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, metric in zip(every, panels, strict=True):
        _draw_panel(axes, evaluation, metric, places)
    bottom = max(place for place, _ in places)
    every[0].set_ylim(bottom + 0.6, -0.6)
    every[0].set_yticks([place for place, _ in places])
    sizes = {f"{each.column} = {each.name}": each.cases for each in evaluation.group_sizes}
    every[0].set_yticklabels([_forest_label(label, sizes) for _, label in places])
    for tick, (_, label) in zip(every[0].get_yticklabels(), places, strict=True):
        tick.set_fontweight("normal" if " = " in label else "semibold")


def _draw_panel(
    axes: "Axes", evaluation: EvaluationReport, metric: str, places: list[tuple[float, str]]
) -> None:
    found = {each.group: each for each in _forest_rows(evaluation, metric)}
    overall = next(
        (e for e in evaluation.estimates if e.metric == metric and e.value is not None), None
    )
    if overall and overall.value is not None:
        axes.axvline(overall.value, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    for place, group in places:
        if (each := found.get(group)) and each.interval and each.value is not None:
            axes.plot(
                [each.interval.low, each.interval.high], [place] * 2, color=MODEL, linewidth=1.2
            )
            axes.plot([each.value], [place], "s", color=MODEL, markersize=4.5)
        elif " = " in group:
            axes.text(0.5, place, "undefined", transform=axes.get_yaxis_transform(), **UNDEFINED)
    axes.set_title(_first_upper(digits.metric_label(metric)), loc="left", fontweight="semibold")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=RULE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.locator_params(axis="x", nbins=5)


def _forest_rows(evaluation: EvaluationReport, metric: str) -> list[Estimate]:
    return [
        each
        for each in evaluation.subgroup_estimates
        if each.metric == metric and each.score == "score" and each.interval
    ]


def _forest_cell(evaluation: EvaluationReport, metric: str, group: str) -> str:
    for each in evaluation.subgroup_estimates:
        if (each.metric, each.group, each.score) == (metric, group, "score"):
            return digits.together(each)
    return digits.DASH


def _forest_places(groups: list[str]) -> list[tuple[float, str]]:
    """Return where each line of the forest stands, from the top: columns as headings, then their groups."""
    places: list[tuple[float, str]] = []
    for column in _columns(groups):
        start = places[-1][0] + 1.25 if places else 0.0
        inside = [group for group in groups if group.partition(" = ")[0] == column]
        places.append((start, column))
        places += [(start + at, group) for at, group in enumerate(inside, start=1)]
    return places


def _columns(groups: list[str]) -> list[str]:
    return list(dict.fromkeys(group.partition(" = ")[0] for group in groups))


def _forest_label(label: str, sizes: dict[str, int]) -> str:
    name = label.partition(" = ")[2] or label
    text = without_controls(name if len(name) <= 28 else f"{name[:27]}…")
    return f"{text}  ({digits.count(sizes[label])})" if label in sizes else text


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _unit_square(axes: "Axes", x: str, y: str) -> None:
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    for ticks in (axes.set_xticks, axes.set_yticks):
        ticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])


def _curve_rows(*columns: Sequence[float]) -> tuple[tuple[str, ...], ...]:
    """Return about a dozen rows, evenly taken, with the first and the last."""
    last = len(columns[0]) - 1
    taken = (
        sorted({round(at * last / (ROWS - 1)) for at in range(ROWS)})
        if last > 0
        else range(last + 1)
    )
    return tuple(tuple(digits.number(column[at], 3) for column in columns) for at in taken)


def _present(value: T | None) -> T:
    if value is None:
        raise ValueError("a figure was asked for without its data")
    return value


def _drawn(
    name: str,
    title: str,
    description: str,
    size: tuple[float, float],
    draw: Callable[["Figure"], None],
) -> str:
    import logging
    from io import StringIO

    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # a home it cannot write to is no news
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    written = StringIO()
    with _style():
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure)
        figure.savefig(
            written,
            format="svg",
            transparent=True,
            metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")),
        )
    return inline(written.getvalue(), name, title, description)


@contextmanager
def _style() -> Iterator[None]:
    import warnings

    import matplotlib

    _register_fonts()
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        # A text that Inter lacks is still written as text; the reader's machine has a font for it.
        warnings.filterwarnings("ignore", message=r"Glyph \d+", category=UserWarning)
        # Numbers near the largest there are cannot be drawn to scale; the table beside the figure has them.
        warnings.filterwarnings("ignore", category=RuntimeWarning)
        yield


@cache
def _register_fonts() -> None:
    from matplotlib.font_manager import fontManager

    for file in sorted((folder("templates") / "fonts").glob("*.ttf")):
        fontManager.addfont(file)
