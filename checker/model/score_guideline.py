"""A quality score as data: its questions, what each answer gives, and how the number follows from them."""

from collections.abc import Mapping
from itertools import product
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from checker.model.guideline import Condition, Guideline, Item, Shape, Some

YES_NO = {"no": 0.0, "yes": 1.0}
"""What an item without questions of its own asks: one for a yes."""
Answers = Mapping[str, str]
"""Question to answer, in the words of the form."""
Asked = dict[str, tuple[str, ...]]
"""Questions of the same item to the answers, one of which each must have."""


class Range(NamedTuple):
    """The smallest and the largest possible value; the same where nothing is open."""

    low: float
    high: float


class Question(Shape):
    """One thing that an assessor answers, and the points of each answer."""

    id: Annotated[str, Field(pattern=r"^\S+$")]
    """As in the official form; unique in the guideline."""
    asks: str
    """In a sentence of our own."""
    points: dict[str, float]
    """Every possible answer to its points, in the order of the form."""
    also: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Answer to other spellings of it."""
    asked_if: Asked = Field(default_factory=dict)
    """A blank is a missing answer only if this holds; otherwise it gives no points. A given answer always counts."""
    clears: tuple[str, ...] = ()
    """Answers after which the whole item gives 0."""
    blank: str = ""
    """The answer that the official form starts with; empty: a blank gives no points."""

    def is_asked(self, answers: Answers) -> bool:
        """Return whether it is asked after these answers."""
        return all(answers.get(name) in words for name, words in self.asked_if.items())

    def may_be_asked(self, answers: Answers) -> bool:
        """Return whether no answer rules out that it is asked."""
        return all(
            name not in answers or answers[name] in words for name, words in self.asked_if.items()
        )


class Suggestion(Shape):
    """When the description suggests an answer: if everything named here holds. The first that holds counts.

    A suggestion is no judgement: where the facts cannot decide there is none, and the item stays open.
    """

    question: str = ""
    """Id of the question; may be left out where the item has one."""
    answer: str
    when: Condition = Field(default_factory=dict)
    """Every fact has one of its values."""
    described: tuple[str, ...] = ()
    """Every fact has a value that states no absence."""
    stated: tuple[str, ...] = ()
    """Every fact has a value, be it one that states an absence."""
    absent: tuple[str, ...] = ()
    """Every fact states an absence: none, false, an empty list."""
    not_reported: tuple[str, ...] = ()
    """A person said of every fact that the paper does not report it."""
    several: tuple[str, ...] = ()
    """Every fact has two or more different values, or is a number of at least 2."""
    single: tuple[str, ...] = ()
    """Every fact has one value, or is the number 1."""
    mentions: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Every text has one of its words."""
    found: tuple[str, ...] = ()
    """One of these rules found something."""


class ScoreItem(Item):
    """One row of a quality score."""

    weight: float | None = None
    """Official weight, where the score is a weighted share."""
    applicable_if: tuple[str, ...] = ()
    """Conditions that must all be true; otherwise the item leaves the sum and what it is divided by."""
    questions: tuple[Question, ...] = ()
    """Empty: the item itself is answered with yes or no, and yes gives 1."""
    together: tuple[tuple[str, ...], ...] = ()
    """Questions that count once, with the lowest of their points (1 if all three are named)."""
    max_points: float = 1.0
    min_points: float = 0.0
    scoring_rule: str
    """The official advice on scoring, in our words."""
    suggest: tuple[Suggestion, ...] = ()

    @property
    def asked(self) -> tuple[Question, ...]:
        """The questions an assessor answers: at least one."""
        if self.questions:
            return self.questions
        return (Question(id=self.id, asks=self.requirement, points=YES_NO, blank="no"),)

    def gives(self, answers: Answers) -> float:
        """Return the points of the item. A question without an answer gives none, and clears nothing."""
        asked = {each.id: each for each in self.asked}
        said = {name: answers[name] for name in asked if name in answers}
        if any(answer in asked[name].clears for name, answer in said.items()):
            return 0.0
        points = {name: asked[name].points[said[name]] if name in said else 0.0 for name in asked}
        grouped = {name for group in self.together for name in group}
        alone = [points[name] for name in asked if name not in grouped]
        lowest = [min(points[name] for name in group) for group in self.together]
        return float(sum((*alone, *lowest)))

    def possible(self, answers: Answers) -> tuple[float, ...]:
        """Return what the item can give, whatever its open questions are answered; in rising order."""
        open_ = [each for each in self.asked if each.id not in answers]
        ways = product(*([(each.id, word) for word in each.points] for each in open_))
        totals = {self.gives(_asked_only(open_, {**answers, **dict(way)})) for way in ways}
        return tuple(sorted(totals))

    def between(self, answers: Answers) -> Range:
        """Return the least and the most that the item can give."""
        totals = self.possible(answers)
        return Range(totals[0], totals[-1])

    def as_the_form(self, answers: Answers) -> float:
        """Return what the official form gives, with its own reading of blanks."""
        blanks = {each.id: each.blank for each in self.asked if each.blank}
        return self.gives({**blanks, **answers})

    def open(self, answers: Answers) -> tuple[str, ...]:
        """Return the questions without an answer that can still change what the item gives."""
        low, high = self.between(answers)
        if low == high:
            return ()
        return tuple(
            each.id
            for each in self.asked
            if each.id not in answers and each.may_be_asked(answers) and self._may_matter(each)
        )

    def _may_matter(self, question: Question) -> bool:
        named = any(question.id in each.asked_if for each in self.asked)
        return len(set(question.points.values())) > 1 or bool(question.clears) or named


def _asked_only(open_: list[Question], answers: Answers) -> Answers:
    """Return the answers without those to open questions that are not asked after the others."""
    left_out = {each.id for each in open_ if not each.is_asked(answers)}
    return {name: word for name, word in answers.items() if name not in left_out}


class ScoreCondition(Shape):
    """Something about the study on which it depends whether items are asked."""

    id: Annotated[str, Field(pattern=r"^\S+$")]
    meaning: str
    when: Condition
    """The same as data, about facts of study.yaml."""
    needs: str = ""
    """The condition without which this one cannot be true."""


class Band(Shape):
    """A category of the score: from here on, up to the next one."""

    name: str
    at_least: float


class Percentage(Shape):
    """The share of the best possible points that is given beside them."""

    of: float
    digits: int
    lowest: float = 0.0
    """Shares below are given as this."""


class ScoreRule(Shape):
    """How the number follows from the answers."""

    method: Literal["weighted", "points"]
    """weighted: 100 times the weights of what was answered yes over those of what applies. points: their sum."""
    formula: str
    """The same in words."""
    unit: Literal["%", "points"]
    digits: int = 0
    """Decimals; the rounded number decides the category. Ties go up, as in the official tool."""
    minimum: float = 0.0
    maximum: float
    bands: tuple[Band, ...] = ()
    """Lowest first; empty: none are published."""
    sections: dict[str, float]
    """Official sections to their weight or their points, in this order."""
    percentage: Percentage | None = None
    blanks: str
    """What the official form does with a blank, as a sentence."""


class ScoreGuideline(Guideline):
    """A published quality score: never merged with completeness or risk of bias."""

    kind: Literal["quality_score"]
    items: Some[ScoreItem]
    conditions: tuple[ScoreCondition, ...] = ()
    score: ScoreRule
    prefixes: tuple[str, ...] = ()
    """What tables write before the number of an item (``a_``), besides item and condition."""

    def item_of(self, question: str) -> ScoreItem:
        """Return the item with that question.

        Raises:
            KeyError: there is no such question.
        """
        for item in self.items:
            if any(each.id == question for each in item.asked):
                return item
        raise KeyError(question)
