"""Rules about groups."""

from collections.abc import Iterator

from checker.model.evidence import GroupSize
from checker.model.finding import Finding, Severity
from checker.model.study import Evaluation
from checker.model.threshold import Thresholds
from checker.rules.base import rule


@rule(
    "FAI001",
    title="Group too small to compare",
    severity=Severity.MINOR,
    why="In a very small group a difference in performance can neither be shown nor ruled out.",
    fix="Say that the group is too small for a conclusion, pool it where that makes sense, or add patients.",
    sources=("tripod-ai-2024",),
    thresholds=("group_patients",),
    loud="Nine women have the outcome in the external test, and results by sex are given.",
    quiet="Every group has at least 20 cases with and 20 without the outcome.",
)
def group_too_small(
    evaluation: Evaluation, group_sizes: tuple[GroupSize, ...], thresholds: Thresholds
) -> Iterator[Finding]:
    """Say each group with too few cases with, or without, the outcome."""
    wanted = thresholds["group_patients"]
    for group in group_sizes:
        if min(group.with_outcome, group.without_outcome) < wanted:
            yield Finding(
                message=(
                    f"The group {group.column} = {group.name} has {group.with_outcome} "
                    f"{'case' if group.with_outcome == 1 else 'cases'} with and {group.without_outcome} without "
                    "the outcome."
                ),
                at=("groups",),
                observed=f"{min(group.with_outcome, group.without_outcome)} cases in the smaller class",
                expected=f"at least {wanted:g}",
            )
