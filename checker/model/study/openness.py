"""Facts of the section `openness`: what others can see: code, data, ethics, funding, interests."""

from typing import Annotated, Literal

from pydantic import Field

from checker.model.study.marks import Described, Negative, Texts, When

DataPart = Literal["images", "segmentations", "features", "labels", "clinical", "dictionary"]


REVIEWED = When("openness.ethics.status", "approved", "waived")


class Ethics(Described):
    """Ethics review and consent."""

    status: Annotated[
        Literal["approved", "waived", "not_required"] | None, Negative("waived", "not_required")
    ] = None
    """Ethics review."""
    committee: Annotated[str | None, REVIEWED] = None
    """Committee by name."""
    approval_number: Annotated[str | None, REVIEWED] = None
    """Approval number."""
    consent: Literal["obtained", "waived", "not_required"] | None = None
    """Consent."""
    data_protection: str | None = None
    """Data protection rules that were followed."""


class Registration(Described):
    """Whether and where the study was registered."""

    status: Annotated[
        Literal["registered", "not_registered"] | None, Negative("not_registered")
    ] = None
    """Was the study registered."""
    registry: str | None = None
    """Registry."""
    number: str | None = None
    """Registration number."""


class Protocol(Described):
    """Whether and where the protocol can be read."""

    status: Annotated[Literal["available", "on_request", "none"] | None, Negative("none")] = None
    """Can the protocol be read."""
    location: str | None = None
    """Where."""


class Funding(Described):
    """Who paid, and what they did."""

    sources: Texts | None = None
    """Who paid; [none] if nobody."""
    role: str | None = None
    """What funders did."""


class Interests(Described):
    """Competing interests."""

    statement: str | None = None
    """Competing interests of all authors."""
    commercial: str | None = None
    """Commercial interests."""


class Involvement(Described):
    """How patients or the public took part."""

    status: Annotated[Literal["involved", "none"] | None, Negative("none")] = None
    """Did patients or the public take part in the study's design or conduct."""
    description: Annotated[str | None, When("openness.involvement.status", "involved")] = None
    """How."""


class Openness(Described):
    """Code, data, model, protocol, registration, ethics, funding, interests, public involvement."""

    checklists: Texts | None = None
    """Reporting checklists that were followed."""
    pipeline_figure: bool | None = None
    """A figure shows the technical pipeline."""
    ethics: Ethics = Field(default_factory=Ethics)
    """Ethics review and consent."""
    registration: Registration = Field(default_factory=Registration)
    """Whether and where the study was registered."""
    protocol: Protocol = Field(default_factory=Protocol)
    """Whether and where the protocol can be read."""
    funding: Funding = Field(default_factory=Funding)
    """Who paid, and what they did."""
    interests: Interests = Field(default_factory=Interests)
    """Competing interests."""
    involvement: Involvement = Field(default_factory=Involvement)
    """How patients or the public took part."""
    data: Literal["none", "on_request", "repository"] | None = None
    """Data sharing."""
    data_parts: Annotated[
        tuple[DataPart, ...] | None, When("openness.data", "on_request", "repository")
    ] = None
    """What is shared."""
    code: Literal["none", "on_request", "public", "executable"] | None = None
    """Code sharing."""
    model: Literal["none", "on_request", "public"] | None = None
    """Sharing of the model."""
    model_use: Annotated[
        tuple[Literal["single_prediction", "batch"], ...] | None,
        When("openness.model", "on_request", "public"),
    ] = None
    """How others can run it."""
    settings: str | None = None
    """Where scripts or settings of preprocessing and extraction are."""
    tool: str | None = None
    """Where a ready-to-use tool is."""
    data_restrictions: Annotated[str | None, When("openness.data", "none", "on_request")] = None
    """Reason for not sharing data openly, or conditions of access."""
    code_restrictions: Annotated[str | None, When("openness.code", "none", "on_request")] = None
    """Reason for not sharing code openly, or conditions of access."""
    model_restrictions: Annotated[str | None, When("openness.model", "none", "on_request")] = None
    """Reason for not sharing the model openly, or conditions of access."""
    outputs_audit: str | None = None
    """Are outputs kept and open to audit."""
