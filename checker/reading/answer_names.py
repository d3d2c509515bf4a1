"""The names under which questions, items and conditions of a quality score are written, and the words of answers."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from checker.model.quality import NOT_APPLICABLE, Given
from checker.model.score_guideline import Question, ScoreGuideline, ScoreItem
from checker.reading.plain_values import Unfit, nearest, quoted

TOTALS = {
    "total": ("total", "total_score", "score", "sum", "percentage", "overall"),
    "category": ("category", "band", "quality", "quality_category", "grade"),
}
"""What a table prints as its own result, by the names of the column."""
SAME = {
    "yes": ("y", "true", "ja", "oui"),
    "no": ("n", "false", "nein", "non"),
    NOT_APPLICABLE: ("na", "n/a", "n.a.", "not applicable"),
}
"""Other spellings of answers that many forms have."""
_APART = re.compile(r"[\s\-#.:]+")
_NUMBER = re.compile(r"[-+−]?\d+([.,]\d+)?")


class Name(NamedTuple):
    """What a key or a column is about."""

    kind: str
    """question, item, condition, section, total, category."""
    id: str


class Names:
    """The names by which a guideline's questions, items and conditions are written."""

    def __init__(self, guideline: ScoreGuideline) -> None:
        self.guideline = guideline
        self.items = {each.id: each for each in guideline.items}
        self.questions = {each.id: each for item in guideline.items for each in item.asked}

    def find(self, text: str) -> Name | None:
        """Return what is meant by ``a_4iv_lmic``, ``Item#9``, ``RQS_5``, ``Condition1``; None: nothing."""
        return self._spelled.get(folded(text))

    def results(self, text: str) -> Name | None:
        """Return the result that a column of that name prints: a total, a category, a section."""
        word = folded(text)
        for kind, names in TOTALS.items():
            if word in names or word.removeprefix(f"{self.guideline.id}_") in names:
                return Name(kind, kind)
        for section in self.guideline.score.sections:
            if word and folded(section).split("_")[: word.count("_") + 1] == word.split("_"):
                return Name("section", section)
        return None

    def hint(self, text: str) -> str:
        """Return the nearest question, item or condition, else how they are called."""
        known = [*self.questions, *self.items, *self._conditions]
        number = re.search(r"\d+\w*$", text.strip())
        if number and number[0] in known and number[0] != text.strip():
            return f"did you mean {number[0]}?"
        spelled = {folded(each): each for each in known}
        bare = re.sub(rf"^({'|'.join(map(re.escape, self.starts))})_?", "", folded(text))
        found = nearest(bare, spelled) or nearest(text, known)
        listed = list(self.questions)
        return found or f"questions are called {', '.join(listed[:3])} ... {listed[-1]}"

    @cached_property
    def _conditions(self) -> list[str]:
        return [each.id for each in self.guideline.conditions]

    @cached_property
    def starts(self) -> list[str]:
        """Return what may stand before the number of an item."""
        ours = [folded(each).strip("_") for each in self.guideline.prefixes]
        return [*ours, "item", "question", "q"]

    @cached_property
    def _spelled(self) -> Mapping[str, Name]:
        found: dict[str, Name] = {}
        for kind, names in (("item", self.items), ("question", self.questions)):
            for each in names:
                for start in ("", *self.starts):
                    for spelled in (f"{start}_{folded(each)}", f"{start}{folded(each)}"):
                        found[spelled.strip("_")] = Name(kind, each)
        for each in self._conditions:
            number = folded(each).removeprefix("c")
            for start in ("c", "con", "cond", "condition"):
                for spelled in (f"{start}{number}", f"{start}_{number}"):
                    found[spelled] = Name("condition", each)
        return found


def folded(text: str) -> str:
    """Return the text in small letters, with one low line for each gap."""
    return _APART.sub("_", text.strip().casefold()).strip("_")


def fitted(names: Names, name: Name, value: object, reason: str = "") -> tuple[str, Given] | None:
    """Return the answer under the id of its question, condition or item; None: the cell is blank.

    A number is taken for the points of an item. Where one answer alone gives these points, it is
    that answer. An item that depends on a condition may be marked as not applicable.

    Raises:
        Unfit: the question has no such answer; says which there are.
    """
    text = text_of(value)
    if not text:
        return None
    if name.kind == "condition":
        return name.id, Given(answer=_word(text, {"no": ("0",), "yes": ("1",)}), reason=reason)
    item = names.items[name.id] if name.kind == "item" else names.guideline.item_of(name.id)
    if name.id in names.items and _NUMBER.fullmatch(text):
        return _points(
            names.items[name.id], float(text.replace("−", "-").replace(",", ".")), reason
        )
    if name.kind == "item":
        if len(item.asked) > 1:
            raise Unfit(_no_points(item, text), f"or answer {_listed(q.id for q in item.asked)}")
        name = Name("question", item.asked[0].id)
    question = names.questions[name.id]
    if item.applicable_if and NOT_APPLICABLE not in question.points and _is_na(text):
        return name.id, Given(answer=NOT_APPLICABLE, reason=reason)
    return name.id, Given(answer=_answer(question, text), reason=reason)


def _is_na(text: str) -> bool:
    return folded(text) in map(folded, (NOT_APPLICABLE, *SAME[NOT_APPLICABLE]))


def text_of(value: object) -> str:
    """Return the text of a cell or of a plain value of YAML; empty for a blank."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def _answer(question: Question, text: str) -> str:
    if text in ("0", "1") and {"yes", "no"} <= question.points.keys():
        return "yes" if text == "1" else "no"
    return _word(text, {each: question.also.get(each, ()) for each in question.points})


def _word(text: str, allowed: Mapping[str, Iterable[str]]) -> str:
    word = folded(text)
    for answer, also in allowed.items():
        if word == folded(answer):
            return answer
        if word in map(folded, (*also, *SAME.get(answer, ()))):
            return answer
    hint = nearest(word, allowed)
    raise Unfit(f"{quoted(text)} is none of the answers: {', '.join(allowed)}", hint)


def _points(item: ScoreItem, points: float, reason: str) -> tuple[str, Given]:
    possible = item.possible({})
    if points not in possible:
        raise Unfit(_no_points(item, f"{points:g}"), "")
    if len(item.asked) == 1:
        only = item.asked[0]
        words = [word for word, worth in only.points.items() if worth == points]
        if len(words) == 1:
            return only.id, Given(answer=words[0], reason=reason)
    return item.id, Given(points=points, reason=reason)


def _no_points(item: ScoreItem, text: str) -> str:
    possible = ", ".join(f"{each:g}" for each in item.possible({}))
    return f"{quoted(text)} is not what item {item.id} can give: {possible} points"


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
