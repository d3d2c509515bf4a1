"""Facts of the section `results`: what was found besides the claimed numbers."""

from typing import Annotated, Literal

from checker.model.study.marks import Count, Described, Unit, When


class FlowStep(Described):
    """One step from candidates to analysed."""

    step: str
    """Name of the step."""
    source: str | None = None
    """Source or partition the step belongs to; all if not given."""
    patients: Annotated[Count | None, Unit("patients")] = None
    """Patients left after the step."""
    excluded: Annotated[Count | None, Unit("patients")] = None
    """Patients lost in the step."""
    reason: str | None = None
    """Why."""


class Characteristic(Described):
    """One variable that describes the people of each partition."""

    name: str
    """Variable (age, sex, stage, scanner ...)."""
    values: dict[str, str] | None = None
    """Partition to printed value."""


class Results(Described):
    """What was found besides the claimed numbers: flow, characteristics, errors, harms."""

    flow: tuple[FlowStep, ...] | None = None
    """Steps from candidates to analysed, in order."""
    without_reference: Annotated[Count | None, Unit("patients")] = None
    """Patients without any reference standard."""
    indeterminate: Annotated[Count | None, Unit("rows")] = None
    """Inconclusive model or reference results."""
    characteristics: tuple[Characteristic, ...] | None = None
    """Characteristics by partition, one entry per variable."""
    severity: str | None = None
    """Spread of disease severity among those with the outcome."""
    other_diagnoses: str | None = None
    """Diagnoses among those without it."""
    subgroups: tuple[Literal["performance", "calibration", "utility"], ...] | None = None
    """What is reported per group; empty if nothing."""
    clusters: str | None = None
    """Variation between centres that was found."""
    errors: str | None = None
    """What went wrong, how often, with what effect."""
    adverse_events: str | None = None
    """Harms from either test or from using the system; "none" if none."""
    comparison: str | None = None
    """Results against the comparators."""
    utility: str | None = None
    """Net benefit or other utility results."""
    updating: Annotated[str | None, When("analysis.updating.done", True)] = None
    """The updated model and how it performed."""
    features: Annotated[str | None, When("predictors.features.kind", "hand_crafted", "deep")] = None
    """Stable and selected features, with statistics."""
    loss_curves: Annotated[
        bool | None, When("model.family", "neural_network", "foundation_model")
    ] = None
    """Loss curves are shown."""
    endpoints: str | None = None
    """Results for the endpoints."""
    workflow_changes: str | None = None
    """Changes in workflow brought about by the system."""
