"""The figure of groups: each metric in each group, with its interval, beside the value of all patients."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from checker.model.estimate import Estimate
from checker.model.report import EvaluationReport
from checker.render import digits
from checker.render.cleaned import without_controls
from checker.render.drawing import (
    MODEL,
    MUTED,
    PAPER,
    RULE,
    WIDE,
    DrawnFigure,
    drawn,
    first_upper,
)
from checker.render.headlines import group_cases, is_plain, usual

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

UNDEFINED: dict[str, Any] = {
    "color": MUTED,
    "fontsize": 7.0,
    "ha": "center",
    "va": "center",
    "bbox": {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
}


def forest_figure(evaluation: EvaluationReport, name: str, panels: Sequence[str]) -> DrawnFigure:
    """Return the figure of the groups, one panel for each metric."""
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
        svg=drawn(
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
    figure: "Figure", evaluation: EvaluationReport, panels: Sequence[str], groups: list[str]
) -> None:
    places = _forest_places(groups)
    every = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, metric in zip(every, panels, strict=True):
        _draw_panel(axes, evaluation, metric, places)
    bottom = max(place for place, _ in places)
    every[0].set_ylim(bottom + 0.6, -0.6)
    every[0].set_yticks([place for place, _ in places])
    sizes = group_cases(evaluation)
    every[0].set_yticklabels([_forest_label(label, sizes) for _, label in places])
    for tick, (_, label) in zip(every[0].get_yticklabels(), places, strict=True):
        tick.set_fontweight("normal" if " = " in label else "semibold")


def _draw_panel(
    axes: "Axes", evaluation: EvaluationReport, metric: str, places: list[tuple[float, str]]
) -> None:
    found = {each.group: each for each in forest_rows(evaluation, metric)}
    plain = usual(evaluation)
    overall = next(
        (
            e
            for e in evaluation.estimates
            if e.metric == metric and is_plain(e, plain) and e.value is not None
        ),
        None,
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
    axes.set_title(first_upper(digits.metric_label(metric)), loc="left", fontweight="semibold")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=RULE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.locator_params(axis="x", nbins=5)


def forest_rows(evaluation: EvaluationReport, metric: str) -> list[Estimate]:
    """Return the estimates of a metric in the groups that can be drawn."""
    plain = usual(evaluation)
    return [
        each
        for each in evaluation.subgroup_estimates
        if each.metric == metric and is_plain(each, plain) and each.interval
    ]


def _forest_cell(evaluation: EvaluationReport, metric: str, group: str) -> str:
    plain = usual(evaluation)
    for each in evaluation.subgroup_estimates:
        if (each.metric, each.group) == (metric, group) and is_plain(each, plain):
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
