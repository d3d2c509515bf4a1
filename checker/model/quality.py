"""The quality score of one study in plain values: the number or its range, and the list behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NOT_APPLICABLE = "not_applicable"
"""How an assessor marks an item whose condition is false; of some questions it is an answer of the form."""


class AnsweredBy(StrEnum):
    """Where an answer comes from."""

    ASSESSOR = "assessor"
    """A person gave it."""
    DESCRIPTION = "description"
    """Suggested from facts of study.yaml, or from what rules found."""
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer to a question or a condition, or the points of a whole item."""

    answer: str = ""
    """In the words of the form; empty where points are given for the item."""
    points: float | None = None
    by: AnsweredBy = AnsweredBy.ASSESSOR
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSheet:
    """What one assessor answered about one study."""

    study: str = ""
    assessor: str = ""
    answers: Mapping[str, Given] = field(default_factory=dict)
    """By the id of a question, a condition, or an item whose points are given."""
    printed: Mapping[str, str] = field(default_factory=dict)
    """What stands beside the answers as a result: ``total``, ``category``, sections and items by their name or id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswer:
    """One question of an item, and how it was answered."""

    question: str
    asks: str
    answer: str = ""
    """In the words of the form; empty: nobody answered."""
    by: AnsweredBy = AnsweredBy.NOBODY
    reason: str = ""
    """Why: the facts behind a suggestion, or the words of the assessor."""
    points: float | None = None
    """Of this answer alone; None without an answer, or where only the item's points were given."""
    differs: str = ""
    """What the description suggests instead, where an assessor answered otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemScore:
    """One item: what it gives, and why."""

    item: str
    section: str
    topic: str
    requirement: str
    scoring_rule: str
    applies: bool | None
    """False: it is not counted. None: a condition on which it depends is not answered yet."""
    because: str = ""
    """Why it does not apply, or on what that depends."""
    weight: float | None = None
    lowest: float
    highest: float
    """Points at least and at most; the same once nothing is open."""
    maximum: float
    answers: tuple[QuestionAnswer, ...] = ()
    open: tuple[str, ...] = ()
    """Questions without an answer that could still change the points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionAnswer:
    """Whether a condition is true of the study."""

    condition: str
    meaning: str
    holds: bool | None
    """None: not known yet."""
    by: AnsweredBy = AnsweredBy.NOBODY
    reason: str = ""
    differs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionScore:
    """The part of the score that stands in one official section: weights answered yes, or points."""

    section: str
    lowest: float
    highest: float
    maximum: float
    """Weight of what applies, or could; or the best possible points."""
    open: int
    """Items with an open question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityScore:
    """One study by one quality score. It stands for itself: no share of reporting, no risk of bias."""

    guideline: str
    title: str
    year: int
    doi: tuple[str, ...]
    licence: str
    study: str = ""
    """Which of several studies, where a table has several."""
    assessor: str = ""
    """Who answered; empty: nobody is named."""
    why: str = ""
    """Why it was looked at."""
    formula: str
    unit: str
    """``%`` or ``points``."""
    digits: int
    minimum: float
    maximum: float
    score: float | None
    """The number; None while an open question can change it."""
    lowest: float
    highest: float
    """What the score is at least and at most, whatever the open questions are answered."""
    percentage: float | None = None
    """Points as a share of the best possible ones, where that is published."""
    percentage_lowest: float | None = None
    percentage_highest: float | None = None
    category: str = ""
    """Published category of the score; empty while it is open, or if none is published."""
    categories: tuple[str, ...] = ()
    """All that are still possible."""
    answered: int
    """Items of `asked` of which nothing is open."""
    asked: int
    """Items that apply, or could, and can give points."""
    untouched: int
    """Items of `asked` of which nobody answered anything."""
    as_the_form: float | None = None
    """What the official form gives for these answers as they are; None while a condition is not known."""
    blanks: str
    """What the official form does with a blank."""
    conditions: tuple[ConditionAnswer, ...] = ()
    sections: tuple[SectionScore, ...] = ()
    items: tuple[ItemScore, ...] = ()
    notes: tuple[str, ...] = ()
    """Answers that count for nothing, and why; answers that differ from the description."""
    printed: str = ""
    """The total that a table printed beside the answers."""
    agrees: bool | None = None
    """Whether everything that the table printed is as computed; None: it printed nothing."""
    differences: tuple[str, ...] = ()
    """What it printed otherwise, each in a sentence."""
