"""Facts of the section `statements`: where the paper says things, and what people judged."""

from typing import Literal

from checker.model.study.dates import Date
from checker.model.study.marks import Described, InsidePath, Texts

SectionName = Literal[
    "study",
    "intended_use",
    "data",
    "participants",
    "predictors",
    "outcome",
    "model",
    "analysis",
    "evaluations",
    "explanations",
    "readers",
    "results",
    "openness",
    "discussion",
]


class Location(Described):
    """A place where the paper says something."""

    about: str
    """A fact ("outcome.blinding") or an item ("tripod_ai_2024/12d"). A fact serves all
    guidelines.
    """
    place: str | None = None
    """Page, section, table."""
    quote: str | None = None
    """The words of the paper."""


class NotReported(Described):
    """A fact the authors know to be absent from the paper."""

    about: str
    """A fact."""
    reason: str
    """Why, such as "in neither the paper nor its supplement"."""


class NotApplicable(Described):
    """A fact or an item that does not apply."""

    about: str
    """A fact or an item."""
    reason: str
    """Why, such as "the model was not updated"; printed in the report."""


class Appraisal(Described):
    """An answer that a person gave."""

    about: str
    """A question, item or domain ("probast_ai_2025/eval-4.5", "probast_ai_2025/D4", "metrics_2024/18")."""
    part: Literal["development", "evaluation"] | None = None
    """Which pass of the tool."""
    evaluation: str | None = None
    """Name of the evaluation, if the answer is about one."""
    answer: str | None = None
    """Answer or judgement, in the words of the tool's scale, or points of an item; in quotation marks."""
    reason: str | None = None
    """Why; needed when it differs from ours."""
    by: str | None = None
    """Role of the assessor."""
    date: Date | None = None
    """When."""
    kind: Literal["answer", "risk_of_bias", "quality", "applicability"] | None = None
    """An answer to a question, a domain judgement, or an overall one."""


class Statements(Described):
    """Where the paper says things, what does not apply, and what people judged."""

    guidelines: Texts | None = None
    """Catalogs to check against, or YAML files of own ones; chosen by the kind of study when left
    out.
    """
    manuscript: InsidePath | None = None
    """The paper, inside the submission."""
    complete: tuple[SectionName, ...] | None = None
    """Sections of this description that hold all the paper says; silence in them means not
    reported. Elsewhere it means not looked up.
    """
    locations: tuple[Location, ...] | None = None
    """Where the paper says something."""
    not_reported: tuple[NotReported, ...] | None = None
    """Facts the authors know to be absent from the paper."""
    not_applicable: tuple[NotApplicable, ...] | None = None
    """Facts or items that do not apply."""
    appraisals: tuple[Appraisal, ...] | None = None
    """Answers that a person gave."""
