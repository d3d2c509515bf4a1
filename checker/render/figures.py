"""The figures of a report: which there are of an evaluation, in their order."""

from collections.abc import Callable, Iterator, Sequence

from checker.model.report import EvaluationReport
from checker.render import (
    figures_agreement,
    figures_classes,
    figures_detection,
    figures_maps,
    figures_masks,
    figures_readers,
    figures_scores,
    figures_survival,
)
from checker.render.drawing import DrawnFigure
from checker.render.figures_groups import forest_figure, forest_rows
from checker.render.headlines import group_metrics

__all__ = ["DrawnFigure", "figures_of", "forest_of"]

Draw = Callable[[EvaluationReport, str], DrawnFigure]


def figures_of(evaluation: EvaluationReport, prefix: str) -> tuple[DrawnFigure, ...]:
    """Return the figures of one evaluation for which there is data; `prefix` makes their ids unique."""
    roc, calibration = evaluation.roc_curve, evaluation.calibration_curve
    decision, scores = evaluation.decision_curve, evaluation.score_distribution
    matrix, distances = evaluation.confusion_matrix, evaluation.class_distances
    plot, maps = evaluation.agreement_plot, evaluation.explanation_in_region
    wanted: tuple[tuple[object, str, Draw], ...] = (
        (roc and roc.sensitivity, "roc", figures_scores.roc_figure),
        (
            calibration and (calibration.predicted or calibration.bin_predicted),
            "calibration",
            figures_scores.calibration_figure,
        ),
        (decision and decision.threshold, "decision", figures_scores.decision_figure),
        (scores and scores.with_outcome, "scores", figures_scores.scores_figure),
        (matrix and matrix.classes, "matrix", figures_classes.matrix_figure),
        (distances and distances.cases, "distances", figures_classes.distances_figure),
        (plot and plot.mean, "agreement", figures_agreement.agreement_figure),
        (evaluation.reader_curves, "readers", figures_readers.readers_figure),
        (maps and maps.regions, "maps", figures_maps.maps_figure),
        (evaluation.froc_curves, "froc", figures_detection.froc_figure),
        (evaluation.measure_spreads, "spreads", figures_masks.spreads_figure),
    )
    made = [draw(evaluation, f"{prefix}-{name}") for there, name, draw in wanted if there]
    return (*made, *_of_survival(evaluation, prefix))


def _of_survival(evaluation: EvaluationReport, prefix: str) -> Iterator[DrawnFigure]:
    for number, curves in enumerate(figures_survival.curves_by_column(evaluation)):
        name = f"{prefix}-survival" + (f"-{number}" if number else "")
        yield figures_survival.survival_figure(curves, name)
    curves = figures_survival.curves_of_risk_groups(evaluation)
    if curves:
        yield figures_survival.survival_figure(curves, f"{prefix}-risk-groups")
    for at, calibration in enumerate(evaluation.survival_calibration, start=1):
        if calibration.curve.predicted or calibration.curve.bin_predicted:
            yield figures_survival.calibration_figure(calibration, f"{prefix}-calibration-{at}")
    for at, decision in enumerate(evaluation.survival_decision_curve, start=1):
        if decision.curve.threshold:
            yield figures_survival.decision_figure(decision, f"{prefix}-decision-{at}")


def forest_of(evaluation: EvaluationReport, prefix: str) -> DrawnFigure | None:
    """Return the forest of the groups of one evaluation, or None if no metric of it has an interval in any."""
    panels: Sequence[str] = [
        metric for metric in group_metrics(evaluation) if forest_rows(evaluation, metric)
    ]
    return forest_figure(evaluation, f"{prefix}-forest", panels) if panels else None
