"""Facts of the section `model`: what the model is, how it was trained, what it returns."""

from typing import Annotated, Literal

from pydantic import Field

from checker.model.study.marks import Described, Texts, When

Family = Literal[
    "regression",
    "penalised_regression",
    "tree_ensemble",
    "svm",
    "neural_network",
    "foundation_model",
    "rules",
    "other",
]
Output = Literal[
    "probability", "score", "class", "mask", "marks", "measurement", "time", "image", "text"
]
OverfittingMeasure = Literal[
    "penalty", "dropout", "early_stopping", "augmentation", "limited_search", "resampling"
]

NETWORK = When("model.family", "neural_network", "foundation_model")
BUILT_OF_LAYERS = When("model.family", "neural_network", "foundation_model", "other")
ITERATED = When("model.family", "tree_ensemble", "neural_network", "foundation_model", "other")
"""Families that learn in steps, by a loss that the authors choose."""


class Training(Described):
    """How the model was trained."""

    augmentation: Annotated[Texts | None, NETWORK] = None
    """Augmentations; empty if none."""
    loss: Annotated[str | None, ITERATED] = None
    """Loss and why it suits the task."""
    stopping: Annotated[str | None, ITERATED] = None
    """Monitoring and stopping rule."""
    frozen_layers: Annotated[str | None, NETWORK] = None
    """Parts that were not trained; "none" if all were."""
    candidates: Texts | None = None
    """Models that were tried."""
    overfitting_measures: tuple[OverfittingMeasure, ...] | None = None
    """Steps against over-fitting."""


class Model(Described):
    """What the model is, how it was trained, what it returns."""

    name: str | None = None
    """Name of the model."""
    version: str | None = None
    """Version that was tested."""
    family: Family | None = None
    """Kind of model."""
    rationale: str | None = None
    """Why this kind of model."""
    architecture: Annotated[str | None, BUILT_OF_LAYERS] = None
    """Architecture, or a citation plus every change."""
    end_to_end: Annotated[bool | None, NETWORK] = None
    """A network maps images straight to the prediction."""
    inputs: Annotated[str | None, BUILT_OF_LAYERS] = None
    """Form of the input (shape, channels, order)."""
    output: Output | None = None
    """What the model returns."""
    initialisation: Annotated[str | None, NETWORK] = None
    """Random scheme, or origin of pretrained weights."""
    is_ensemble: bool | None = None
    """The final model combines several models."""
    ensemble: Annotated[str | None, When("model.is_ensemble", True)] = None
    """Members and the way outputs are combined."""
    locked: bool | None = None
    """The model was frozen before the test data were seen."""
    matches_analysis: bool | None = None
    """The presented model is the one that produced the results."""
    specification: str | None = None
    """Where formula, weights or service can be found, with what is needed to run it."""
    modifications: Texts | None = None
    """Changes to the system during the study; empty if none."""
    training: Training = Field(default_factory=Training)
    """How the model was trained."""
