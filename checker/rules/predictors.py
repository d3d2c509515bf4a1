"""Rules about what goes into the model."""

from collections.abc import Iterator
from typing import get_args

from checker.model.finding import Finding, Severity
from checker.model.study import Study
from checker.model.study.marks import Moment
from checker.needs import NotDescribed, stated
from checker.rules.base import rule

MOMENTS = get_args(Moment)
"""In order of time."""


@rule(
    "PRE001",
    title="Inputs that are not known yet at the moment of prediction",
    severity=Severity.CRITICAL,
    why="A model cannot use in practice what becomes known only later; its results come partly from the future.",
    fix="Leave the input out, or move the moment of prediction after it, and evaluate again.",
    sources=("probast-ai-2025", "kapoor-2023"),
    loud="The model is meant for use before biopsy, and the histological grade is an input.",
    quiet="Every input is known at imaging, and the model is used before treatment.",
)
def inputs_known_too_late(study: Study) -> Iterator[Finding]:
    """Say each input that is available only after the intended moment of use."""
    moment = stated(study.intended_use.moment, "intended_use.moment")
    inputs = stated(study.predictors.inputs, "predictors.inputs")
    if not any(each.available_at for each in inputs):
        raise NotDescribed("predictors.inputs.available_at")
    for i, each in enumerate(inputs):
        late = each.available_at and MOMENTS.index(each.available_at) > MOMENTS.index(moment)
        if late:
            yield Finding(
                message=(
                    f"{each.name or 'An input'} is available at {(each.available_at or '').replace('_', ' ')}, "
                    f"after the intended moment of use ({moment.replace('_', ' ')})."
                ),
                at=("predictors", "inputs", i, "available_at"),
                observed=each.available_at or "",
                expected=f"{moment} or earlier",
            )
