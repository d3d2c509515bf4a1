"""Facts of the section `analysis`: how the model was tuned, validated and measured."""

from typing import Annotated, Literal

from pydantic import Field

from checker.model.study.marks import (
    Count,
    Described,
    FittedOn,
    Fraction,
    Negative,
    SampleSizeBasis,
    Texts,
    Unit,
    When,
)

MissingStrategy = Literal[
    "none_missing",
    "complete_case",
    "single_imputation",
    "multiple_imputation",
    "native",
    "indicator",
]
Censoring = Literal[
    "none_censored", "survival_model", "inverse_weights", "dropped", "counted_as_non_event"
]
Indeterminate = Literal[
    "none_occurred",
    "counted_as_positive",
    "counted_as_negative",
    "counted_as_wrong",
    "repeated",
    "reported_apart",
    "excluded",
]
Rebalancing = Literal[
    "none", "oversampling", "undersampling", "smote", "class_weights", "focal_loss", "other"
]
InternalMethod = Literal[
    "none", "split_sample", "cross_validation", "nested_cross_validation", "bootstrap"
]
CalibrationShown = Literal["none", "goodness_of_fit_test", "summary", "slope_intercept", "plot"]
UncertaintyMethod = Literal[
    "none",
    "bootstrap_by_patient",
    "bootstrap_by_case",
    "delong",
    "clustered",
    "exact",
    "analytic",
    "fold_spread",
    "other",
]
ComparedWith = Literal[
    "none",
    "existing_model",
    "regression_same_inputs",
    "clinical_model",
    "clinical_standard",
    "no_information",
    "single_input",
]

DEVELOPMENT = When("study.type", "development", "development_and_evaluation", "update")
EVALUATION = When("study.type", "evaluation", "development_and_evaluation", "update")
SIZE_CALCULATED = When("analysis.sample_size.development", "riley_criteria", "precision", "power")
PROGNOSTIC = When("study.question", "prognostic")
REBALANCED = When(
    "analysis.imbalance.method",
    "oversampling",
    "undersampling",
    "smote",
    "class_weights",
    "focal_loss",
    "other",
)
RESAMPLED = When(
    "analysis.internal_validation.method",
    "cross_validation",
    "nested_cross_validation",
    "bootstrap",
)
TUNED = When("analysis.tuning.method", "manual", "grid", "random", "bayesian")


class SampleSize(Described):
    """How many patients were needed, and why."""

    development: Annotated[SampleSizeBasis | None, DEVELOPMENT] = None
    """Basis of the sample size for building."""
    evaluation: Annotated[SampleSizeBasis | None, EVALUATION] = None
    """Basis of the sample size for testing."""
    argument: str | None = None
    """Why it was large enough, with any calculation."""
    required_patients: Annotated[Count | None, Unit("patients"), SIZE_CALCULATED] = None
    """Patients the calculation asked for."""
    required_events: Annotated[Count | None, Unit("patients"), SIZE_CALCULATED] = None
    """Events the calculation asked for."""


class MissingData(Described):
    """How much was missing and what was done about it."""

    fraction: Fraction | None = None
    """Share of people with any missing input or outcome."""
    strategy: MissingStrategy | None = None
    """What was done about it."""
    rationale: str | None = None
    """Why that strategy."""
    left_out_because: Annotated[str | None, When("analysis.missing.strategy", "complete_case")] = (
        None
    )
    """Why data were left out."""
    imputation_fitted_on: Annotated[
        FittedOn | None,
        When("analysis.missing.strategy", "single_imputation", "multiple_imputation"),
    ] = None
    """Data from which imputation was learned."""


class Imbalance(Described):
    """How rare outcomes were handled."""

    method: Rebalancing | None = None
    """Rebalancing of classes in training."""
    rationale: Annotated[str | None, REBALANCED] = None
    """Why it was done."""
    recalibrated: Annotated[bool | None, REBALANCED] = None
    """Probabilities were recalibrated afterwards."""
    natural_prevalence_in_test: Annotated[bool | None, REBALANCED] = None
    """Test data kept their natural outcome frequency; rebalancing touched training data only."""


class InternalValidation(Described):
    """How performance was tested on data of the same origin."""

    method: InternalMethod | None = None
    """Internal validation."""
    repeats_all_steps: Annotated[bool | None, RESAMPLED] = None
    """Every modelling step was repeated in each resample."""
    optimism_corrected: bool | None = None
    """Reported performance is corrected for optimism."""


class ExternalValidation(Described):
    """How performance was tested on data of another origin."""

    types: Annotated[
        tuple[Literal["none", "temporal", "geographic", "domain", "prospective"], ...] | None,
        Negative("none"),
    ] = None
    """External tests that were done; [none] if none. domain is another setting or kind of
    patient.
    """
    why_none: Annotated[str | None, When("analysis.external_validation.types", "none")] = None
    """Why there is no external test."""


class Tuning(Described):
    """How hyperparameters and the final model were chosen."""

    method: Literal["none", "manual", "grid", "random", "bayesian"] | None = None
    """Search for hyperparameters."""
    parameters: Annotated[Texts | None, TUNED] = None
    """Hyperparameters that were tuned."""
    space: Annotated[Literal["none", "some", "all"] | None, TUNED] = None
    """For how many of them the searched values are given."""
    selection: Annotated[str | None, TUNED] = None
    """Metric and rule by which the final model was chosen."""
    nested: Annotated[bool | None, TUNED] = None
    """Tuning used data apart from those that measure performance."""
    on_test: bool | None = None
    """Test data were used for tuning or model choice."""
    final_values: Annotated[str | None, TUNED] = None
    """Final hyperparameters, or the file that holds them."""


class Measures(Described):
    """How performance was measured."""

    names: Texts | None = None
    """Performance measures; names of our metrics are recognised."""
    rationale: str | None = None
    """Why these measures answer the clinical question."""
    plots: Texts | None = None
    """Plots that are shown."""
    discrimination: Literal["none", "accuracy_only", "auc", "c_index"] | None = None
    """Strongest measure of discrimination reported."""
    calibration: CalibrationShown | None = None
    """Strongest assessment of calibration reported."""
    utility: Literal["none", "threshold_metrics", "decision_curve"] | None = None
    """Strongest assessment of clinical utility reported."""


class Clusters(Described):
    """Differences between centres or other clusters."""

    examined: bool | None = None
    """Differences between centres or other clusters were studied."""
    method: Annotated[str | None, When("analysis.clusters.examined", True)] = None
    """How they were modelled and measured."""


class Subgroup(Described):
    """One attribute by which groups were compared."""

    name: str
    """Attribute, as named in evaluations.groups."""
    kind: Literal["patient", "task"] | None = None
    """Does it describe patients or the task (scanner, lesion size)."""
    planned: bool | None = None
    """The comparison was planned."""


class Fairness(Described):
    """What was done about fairness."""

    method: str | None = None
    """What was done about fairness, tests and measures."""
    rationale: str | None = None
    """Why that way."""


class Updating(Described):
    """Whether the model was changed after testing."""

    done: bool | None = None
    """The model was recalibrated or otherwise updated after testing."""
    method: Annotated[str | None, When("analysis.updating.done", True)] = None
    """How."""


class Safety(Described):
    """How errors and harm were handled."""

    error_definition: str | None = None
    """What counts as a serious error or failure, and how it was detected."""
    harm_handling: str | None = None
    """How risk to patients was found, examined and kept low."""


class Analysis(Described):
    """Sample size, missing data, validation, tuning, measures, uncertainty, groups, updating."""

    endpoints: Texts | None = None
    """Primary and secondary endpoints."""
    prediction_method: str | None = None
    """How predictions for the test data were produced."""
    software: Texts | None = None
    """Every program and library with version and use, statistics included."""
    sample_size: SampleSize = Field(default_factory=SampleSize)
    """How many patients were needed, and why."""
    missing: MissingData = Field(default_factory=MissingData)
    """How much was missing and what was done about it."""
    censoring: Annotated[Censoring | None, PROGNOSTIC] = None
    """Treatment of people with incomplete follow-up."""
    competing_risks: Annotated[Literal["none", "handled", "ignored"] | None, PROGNOSTIC] = None
    """Treatment of competing events."""
    indeterminate: Indeterminate | None = None
    """What was done with inconclusive model or reference results."""
    imbalance: Imbalance = Field(default_factory=Imbalance)
    """How rare outcomes were handled."""
    internal_validation: InternalValidation = Field(default_factory=InternalValidation)
    """How performance was tested on data of the same origin."""
    external_validation: ExternalValidation = Field(default_factory=ExternalValidation)
    """How performance was tested on data of another origin."""
    tuning: Tuning = Field(default_factory=Tuning)
    """How hyperparameters and the final model were chosen."""
    measures: Measures = Field(default_factory=Measures)
    """How performance was measured."""
    uncertainty: tuple[UncertaintyMethod, ...] | None = None
    """How uncertainty was quantified; [none] if not."""
    tests: Texts | None = None
    """Significance tests."""
    multiplicity_corrected: bool | None = None
    """Multiple testing was corrected for."""
    comparators: tuple[ComparedWith, ...] | None = None
    """What the model was compared with; [none] if nothing."""
    clusters: Clusters = Field(default_factory=Clusters)
    """Differences between centres or other clusters."""
    subgroups: tuple[Subgroup, ...] | None = None
    """Groups that were compared, one entry per attribute."""
    fairness: Fairness = Field(default_factory=Fairness)
    """What was done about fairness."""
    robustness: str | None = None
    """Stress tests and sensitivity analyses."""
    confounders: str | None = None
    """Confounders that were looked for (size, scanner, site) and how they were handled."""
    error_analysis: str | None = None
    """Analysis of errors."""
    unexpected_errors: str | None = None
    """Analysis of surprising errors."""
    explained: bool | None = None
    """A method that explains predictions was applied."""
    biological_correlates: bool | None = None
    """Biological correlates were examined."""
    cost_effectiveness: bool | None = None
    """Cost-effectiveness was examined."""
    updating: Updating = Field(default_factory=Updating)
    """Whether the model was changed after testing."""
    safety: Safety = Field(default_factory=Safety)
    """How errors and harm were handled."""
