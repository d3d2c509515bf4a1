"""Facts of the section `predictors`: what goes into the model."""

from typing import Annotated, Literal

from pydantic import Field

from checker.model.study.marks import Count, Described, FittedOn, Moment, Texts, Unit, When

InputKind = Literal["image", "radiomic", "deep_feature", "clinical", "laboratory", "reader"]
InputBlinding = Literal["blinded", "recorded_before_outcome", "automatic", "not_blinded"]
ContinuousInputs = Literal[
    "continuous_nonlinear",
    "continuous_linear",
    "categorised",
    "dichotomised",
    "no_continuous_inputs",
]
SelectionMethod = Literal[
    "prespecified", "full_model", "penalised", "stepwise", "univariable_filter", "other"
]
Modality = Literal[
    "CT",
    "MRI",
    "ultrasound",
    "radiograph",
    "PET",
    "SPECT",
    "mammography",
    "endoscopy",
    "histology",
    "other",
]

SUBJECTIVE = When("predictors.subjective", True)
COUNTABLE_PARAMETERS = When(
    "model.family", "regression", "penalised_regression", "tree_ensemble", "svm", "other"
)
FROM_IMAGES = When("predictors.inputs.kind", "image", "radiomic", "deep_feature", "reader")
OUTLINED = When("predictors.segmentation.method", "manual", "semi_automatic", "automatic")
FEATURES_KEPT = When("predictors.features.kind", "hand_crafted", "deep")
HAND_CRAFTED = When("predictors.features.kind", "hand_crafted")


class Input(Described):
    """One input of the model, or a group of inputs."""

    name: str
    """Name of the input."""
    kind: InputKind | None = None
    """What sort of input it is."""
    definition: str | None = None
    """How it is defined."""
    unit: Annotated[str | None, When("predictors.inputs.kind", "clinical", "laboratory")] = None
    """Its unit."""
    available_at: Moment | None = None
    """When it is known; compared with intended_use.moment."""


class Assessors(Described):
    """The people who measured or drew inputs."""

    count: Annotated[Count | None, Unit("people"), SUBJECTIVE] = None
    """People who measured or drew inputs."""
    qualifications: Annotated[str | None, SUBJECTIVE] = None
    """Their training and experience."""
    demographics: Annotated[str | None, SUBJECTIVE] = None
    """Their demographic profile."""


class Selection(Described):
    """How inputs or features were chosen."""

    method: SelectionMethod | None = None
    """How inputs or features were chosen."""
    rationale: str | None = None
    """Where candidates came from and why they were kept."""
    fitted_on: FittedOn | None = None
    """Data used to choose them."""


class Acquisition(Described):
    """How the images were made."""

    modality: tuple[Modality, ...] | None = None
    """Imaging modalities."""
    protocol: str | None = None
    """Acquisition settings or their ranges."""
    scanners: Texts | None = None
    """Makers and models, with counts."""
    phases: Texts | None = None
    """Contrast phases or sequences used."""
    standard: str | None = None
    """Public acquisition standard that was followed, by name; "none" if none."""
    harmonised: bool | None = None
    """Differences between scanners or protocols were harmonised or shown not to matter."""
    several_compared: bool | None = None
    """If several phases or sequences are used, they were compared with one alone."""


class RegionOutlining(Described):
    """How regions of interest were outlined."""

    method: Literal["none", "manual", "semi_automatic", "automatic"] | None = None
    """How regions were outlined, boxed or cropped."""
    description: Annotated[str | None, OUTLINED] = None
    """Tool with version, plane, margins, rules for several lesions."""
    operators: Annotated[
        str | None, When("predictors.segmentation.method", "manual", "semi_automatic")
    ] = None
    """Number and experience of the people who drew."""
    repeats: Annotated[Count | None, Unit("masks per region"), OUTLINED] = None
    """Readers, algorithms or perturbations per region; 1 means drawn once."""
    test_masks: Annotated[
        Literal["one_reader", "automatic", "several_readers", "reviewed"] | None, OUTLINED
    ] = None
    """Who made the masks of the test data."""
    tested: Annotated[str | None, When("predictors.segmentation.method", "automatic")] = None
    """Test of an automatic method against experts: method and value."""


class Features(Described):
    """Features that were extracted and kept as a table."""

    kind: tuple[Literal["hand_crafted", "deep"], ...] | None = None
    """Features kept as a table; an empty list means none."""
    software: Annotated[str | None, FEATURES_KEPT] = None
    """Extraction software and version."""
    ibsi: Annotated[bool | None, HAND_CRAFTED] = None
    """The software follows the image biomarker standard (IBSI)."""
    resampling: str | None = None
    """Interpolation and resulting voxel size."""
    discretisation: Annotated[str | None, HAND_CRAFTED] = None
    """Grey-level binning: method, value, reason."""
    image_types: Annotated[Texts | None, FEATURES_KEPT] = None
    """Original and filtered images used."""
    classes: Annotated[Texts | None, FEATURES_KEPT] = None
    """Feature classes with counts."""
    count: Annotated[Count | None, Unit("features"), FEATURES_KEPT] = None
    """Features per case before reduction."""
    defaults_stated: Annotated[bool | None, FEATURES_KEPT] = None
    """It is stated that all other settings are the defaults."""
    reliability: Annotated[str | None, FEATURES_KEPT] = None
    """Test of reader reliability: statistic, threshold, on which data."""
    phantom: Annotated[bool | None, HAND_CRAFTED] = None
    """A phantom was scanned on every device."""
    test_retest: Annotated[bool | None, HAND_CRAFTED] = None
    """People were imaged again to test stability over time."""
    scaling: Annotated[str | None, FEATURES_KEPT] = None
    """Scaling or batch correction, and the data it was fitted on."""
    reduction: Annotated[Texts | None, FEATURES_KEPT] = None
    """Reduction steps in order, with thresholds and the number kept."""
    dimensionality: Annotated[str | None, FEATURES_KEPT] = None
    """Why the number of features suits the number of cases."""


class Predictors(Described):
    """What goes into the model: inputs, acquisition, preprocessing, regions, features."""

    inputs: tuple[Input, ...] | None = None
    """Everything the model receives, one entry per input or group of inputs."""
    measurement: str | None = None
    """How the inputs were obtained."""
    uniform: bool | None = None
    """One definition and procedure for all people, sites and readers."""
    subjective: bool | None = None
    """Some inputs depend on a reader's judgement."""
    assessors: Assessors = Field(default_factory=Assessors)
    """The people who measured or drew inputs."""
    blinding: InputBlinding | None = None
    """What kept outcome knowledge away from those who measured or drew inputs."""
    handling: str | None = None
    """How inputs entered the model (form, scaling, transformation)."""
    continuous: ContinuousInputs | None = None
    """Treatment of continuous inputs."""
    cutpoints: Literal["none", "prespecified", "data_driven"] | None = None
    """Origin of cut points on inputs."""
    candidate_parameters: Annotated[Count | None, Unit("parameters"), COUNTABLE_PARAMETERS] = None
    """Parameters considered at any stage (not asked of networks)."""
    selection: Selection = Field(default_factory=Selection)
    """How inputs or features were chosen."""
    acquisition: Annotated[Acquisition, FROM_IMAGES] = Field(default_factory=Acquisition)
    """How the images were made."""
    preprocessing: Texts | None = None
    """Steps in order, each with tool, version and settings."""
    preprocessing_uniform: bool | None = None
    """The same steps for all sites and all social and demographic groups."""
    preprocessing_fitted_on: FittedOn | None = None
    """Data from which normalisation, imputation or harmonisation parameters were learned."""
    segmentation: Annotated[RegionOutlining, FROM_IMAGES] = Field(default_factory=RegionOutlining)
    """How regions of interest were outlined."""
    features: Annotated[Features, FROM_IMAGES] = Field(default_factory=Features)
    """Features that were extracted and kept as a table."""
