"""A question about a study in plain words: what a form, a worksheet or a page asks for one fact."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class QuestionState(StrEnum):
    """How far a question is answered."""

    OPEN = "open"
    PARTLY = "partly"
    """Some entries of a list have an answer, others lack it."""
    ANSWERED = "answered"
    NOT_REPORTED = "not_reported"
    """A person said so."""
    NOT_APPLICABLE = "not_applicable"
    """A person said so."""
    NOT_ASKED = "not_asked"
    """Other answers say that it does not concern this study."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value that can be chosen."""

    code: str
    """As study.yaml writes it."""
    words: str
    """As people read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer, or a place that has none yet."""

    path: str
    """``study.title``, ``evaluations[0].unit``."""
    value: str | bool | int | float | tuple[object, ...] | dict[str, object] | None
    """As plain data; of a list of records the number of its entries. None: no answer yet."""
    is_asked: bool
    """False: other answers say that it does not concern this place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: what is asked, how it is answered, who asks, and what is said so far."""

    fact: str
    """Its dotted name in study.yaml."""
    section: str
    topic: str
    """What it is about in a few words."""
    question: str
    """The question in a sentence."""
    meaning: str
    """The question with all that explains it."""
    type: str
    """text, number, list of enum, ...; as in the list of facts."""
    choices: tuple[Choice, ...]
    """Of a question with coded values, or of yes and no."""
    unit: str
    is_required: bool
    """An entry of a list cannot be without it."""
    asked_if: str
    """The condition in words; empty: it is always asked."""
    when: Mapping[str, tuple[str | bool, ...]]
    """The condition as data: it is asked only if each of these facts has one of its values."""
    items: tuple[str, ...]
    """Items of guidelines that ask for it: ``tripod_ai_2024/12d``."""
    state: QuestionState
    reason: str
    """Why it is not reported, does not apply or is not asked; what lacks where it is partly answered."""
    answers: tuple[Given, ...]
    """One for each place where it can stand; none: the list around it has no entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """A guideline that counts for the study."""

    name: str
    title: str
    why: str
