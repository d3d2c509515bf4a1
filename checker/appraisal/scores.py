"""Answers become a published quality score: a number, a range while questions are open, and the list behind it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import product

from checker.appraisal.facts import short_value
from checker.appraisal.printed_scores import compared
from checker.model.guideline import IndexEntry
from checker.model.quality import (
    NOT_APPLICABLE,
    AnsweredBy,
    AnswerSheet,
    ConditionAnswer,
    Given,
    ItemScore,
    QualityScore,
    QuestionAnswer,
    SectionScore,
)
from checker.model.score_guideline import Range, ScoreCondition, ScoreGuideline, ScoreItem
from checker.model.study import Study
from checker.model.study.facts import holds

Truth = Mapping[str, bool]
"""Condition to whether it is true."""


def quality_score(
    guideline: ScoreGuideline,
    sheet: AnswerSheet,
    suggested: Mapping[str, Given] | None = None,
    *,
    why: str = "",
) -> QualityScore:
    """Return the score of one study.

    The assessor's answer counts before a suggested one. A question without either is open: it is not
    taken for a no, and the score is then given as a range over all its possible answers.

    Args:
        guideline: any quality score.
        sheet: answers that fit the guideline, as `checker.reading.answers` returns them.
        suggested: answers from the description.
        why: why the score was looked at.
    """
    answers = marked(guideline, sheet.answers)
    given = {**(suggested or {}), **answers}
    conditions = _conditions(guideline, given, suggested or {})
    truth = {each.condition: each.holds for each in conditions if each.holds is not None}
    items = tuple(_item(guideline, each, given, suggested or {}, truth) for each in guideline.items)
    score = _summed(guideline, sheet, conditions, items, given)
    score = replace(score, why=why, notes=tuple(_notes(sheet, conditions, items)))
    return compared(guideline, sheet, score) if sheet.printed else score


# Items that an assessor marked as not applicable


def marked(guideline: ScoreGuideline, answers: Mapping[str, Given]) -> dict[str, Given]:
    """Return the answers without marks of not applicable; conditions that follow from the marks take their place.

    Who marks items as not applicable tells which conditions are true: the one condition left of a
    marked item is false, and those of an answered item are true. What was said of a condition stands.
    """
    left_out = [item for item in guideline.items if _is_marked(item, answers)]
    kept = {name: each for name, each in answers.items() if name not in {i.id for i in left_out}}
    if not left_out:
        return kept
    for item in guideline.items:
        if item.id in kept:
            for name in item.applicable_if:
                kept.setdefault(name, Given(answer="yes", reason=f"item {item.id} is answered"))
    for item in left_out:
        unsaid = [name for name in item.applicable_if if not _is_true(name, kept)]
        if len(unsaid) == 1:
            reason = f"item {item.id} is marked as not applicable"
            kept.setdefault(unsaid[0], Given(answer="no", reason=reason))
    return kept


def _is_marked(item: ScoreItem, answers: Mapping[str, Given]) -> bool:
    """Return whether the mark is none of the item's own answers."""
    own = any(NOT_APPLICABLE in each.points for each in item.asked)
    return not own and item.id in answers and answers[item.id].answer == NOT_APPLICABLE


def _is_true(condition: str, answers: Mapping[str, Given]) -> bool:
    return condition in answers and answers[condition].answer == "yes"


# One item


def _item(
    guideline: ScoreGuideline,
    item: ScoreItem,
    given: Mapping[str, Given],
    suggested: Mapping[str, Given],
    truth: Truth,
) -> ItemScore:
    answers = _words(item, given)
    whole = given[item.id].points if item.id in given else None
    low, high = (whole, whole) if whole is not None else item.between(answers)
    applies, because = _applies(guideline, item, truth)
    return ItemScore(
        item=item.id,
        section=item.section,
        topic=item.topic,
        requirement=item.requirement,
        scoring_rule=item.scoring_rule,
        applies=applies,
        because=because,
        weight=item.weight,
        lowest=low,
        highest=high,
        maximum=item.max_points,
        answers=tuple(_answers(item, given, suggested)),
        open=() if whole is not None else item.open(answers),
    )


def _words(item: ScoreItem, given: Mapping[str, Given]) -> dict[str, str]:
    return {
        each.id: given[each.id].answer
        for each in item.asked
        if each.id in given and given[each.id].answer
    }


def _answers(
    item: ScoreItem, given: Mapping[str, Given], suggested: Mapping[str, Given]
) -> Iterator[QuestionAnswer]:
    whole = given.get(item.id)
    if whole is not None and whole.points is not None:
        said = f"{whole.points:g} {'point' if whole.points == 1 else 'points'}"
        yield QuestionAnswer(
            question=item.id,
            asks=item.requirement,
            answer=said,
            by=whole.by,
            reason=whole.reason,
            points=whole.points,
        )
        return
    for each in item.asked:
        found = given.get(each.id)
        if found is None:
            yield QuestionAnswer(question=each.id, asks=each.asks)
            continue
        yield QuestionAnswer(
            question=each.id,
            asks=each.asks,
            answer=found.answer,
            by=found.by,
            reason=found.reason,
            points=each.points[found.answer],
            differs=_differs(found, suggested.get(each.id)),
        )


def _differs(given: Given, suggested: Given | None) -> str:
    """Return what the description suggests, where an assessor says otherwise."""
    if suggested is None or given.by is not AnsweredBy.ASSESSOR:
        return ""
    same = given.answer == suggested.answer
    return "" if same else f"{suggested.answer} ({suggested.reason})"


def _applies(guideline: ScoreGuideline, item: ScoreItem, truth: Truth) -> tuple[bool | None, str]:
    """Return whether an item is counted, and where it is not or nobody knows yet, why."""
    meanings = {each.id: each.meaning for each in guideline.conditions}
    if wrong := [name for name in item.applicable_if if truth.get(name) is False]:
        return False, f"{wrong[0]} is no: {meanings[wrong[0]]}"
    if unknown := [name for name in item.applicable_if if name not in truth]:
        return None, f"{unknown[0]} is not answered: {meanings[unknown[0]]}"
    return True, ""


# Conditions


def _conditions(
    guideline: ScoreGuideline, given: Mapping[str, Given], suggested: Mapping[str, Given]
) -> tuple[ConditionAnswer, ...]:
    said = {
        each.id: given[each.id].answer == "yes" for each in guideline.conditions if each.id in given
    }
    truth = _consistent(guideline.conditions, said)
    return tuple(
        _condition(each, truth, said, given.get(each.id), suggested.get(each.id))
        for each in guideline.conditions
    )


def _consistent(conditions: Sequence[ScoreCondition], said: Truth) -> Truth:
    """Return what follows: one that is true makes true what it needs, unless that was said to be false."""
    truth = dict(said)
    for each in conditions:
        if each.needs and truth.get(each.id) and each.needs not in truth:
            truth[each.needs] = True
    for each in conditions:
        if each.needs and truth.get(each.needs) is False:
            truth[each.id] = False
    return truth


def _condition(
    condition: ScoreCondition,
    truth: Truth,
    said: Truth,
    given: Given | None,
    suggested: Given | None,
) -> ConditionAnswer:
    holds = truth.get(condition.id)
    reason = given.reason if given else ""
    if holds is not None and holds is not said.get(condition.id):
        reason = f"{condition.needs} is no" if not holds else "a condition that needs it is yes"
    return ConditionAnswer(
        condition=condition.id,
        meaning=condition.meaning,
        holds=holds,
        by=given.by if given else AnsweredBy.NOBODY,
        reason=reason,
        differs=_differs(given, suggested) if given else "",
    )


def _possible(guideline: ScoreGuideline, conditions: Sequence[ConditionAnswer]) -> Iterator[Truth]:
    """Yield every way in which the conditions nobody answered can turn out."""
    known = {each.condition: each.holds for each in conditions if each.holds is not None}
    unknown = [each.condition for each in conditions if each.holds is None]
    for values in product((False, True), repeat=len(unknown)):
        truth = {**known, **dict(zip(unknown, values, strict=True))}
        if _consistent(guideline.conditions, truth) == truth:
            yield truth


# The number


def rounded(value: float, digits: int) -> float:
    """Return the number with so many decimals; a tie goes up, as `toFixed` of the official web tools does.

    The tie is looked for in the binary number itself, as they do.
    """
    step = Decimal(1).scaleb(-digits)
    return float(Decimal(value).quantize(step, rounding=ROUND_HALF_UP)) + 0.0


def category_of(guideline: ScoreGuideline, score: float) -> str:
    """Return the published category of a rounded score; empty if none is published."""
    names = [each.name for each in guideline.score.bands if score >= each.at_least]
    return names[-1] if names else ""


def total(guideline: ScoreGuideline, points: Mapping[str, float], truth: Truth) -> float:
    """Return the rounded score.

    Weights are summed in the order of the items, as the official tool sums them, so that the last
    digit is the same.

    Args:
        guideline: any quality score.
        points: what each item gives.
        truth: every condition; items of a false one are left out.
    """
    rule = guideline.score
    got = divisor = 0.0
    for item in guideline.items:
        if not all(truth[name] for name in item.applicable_if):
            continue
        if rule.method == "points":
            got += points[item.id]
        elif item.weight is not None:
            got += item.weight * (points[item.id] / item.max_points)
            divisor += item.weight
    if rule.method == "points":
        return rounded(got, rule.digits)
    return rounded(got / divisor * 100 if divisor else 0.0, rule.digits)


def _summed(
    guideline: ScoreGuideline,
    sheet: AnswerSheet,
    conditions: tuple[ConditionAnswer, ...],
    items: tuple[ItemScore, ...],
    given: Mapping[str, Given],
) -> QualityScore:
    ways = list(_possible(guideline, conditions))
    low = min(total(guideline, {each.item: each.lowest for each in items}, way) for way in ways)
    high = max(total(guideline, {each.item: each.highest for each in items}, way) for way in ways)
    counted = [each for each in items if each.applies is not False and _can_give(each)]
    settled = len(ways) == 1 and not any(each.open for each in counted)
    rule, share = guideline.score, _share(guideline, low, high)
    return QualityScore(
        guideline=guideline.id,
        title=guideline.title,
        year=guideline.year,
        doi=guideline.doi,
        licence=guideline.licence,
        study=sheet.study,
        assessor=sheet.assessor,
        formula=rule.formula,
        unit=rule.unit,
        digits=rule.digits,
        minimum=rule.minimum,
        maximum=rule.maximum,
        score=low if settled else None,
        lowest=low,
        highest=high,
        percentage=share.low if share and settled else None,
        percentage_lowest=share.low if share else None,
        percentage_highest=share.high if share else None,
        category=category_of(guideline, low) if settled else "",
        categories=_categories(guideline, low, high),
        answered=sum(not each.open for each in counted),
        asked=len(counted),
        untouched=sum(bool(each.open) and not _touched(each) for each in counted),
        as_the_form=_as_the_form(guideline, items, given, ways),
        blanks=rule.blanks,
        conditions=conditions,
        sections=tuple(_sections(guideline, items)),
        items=items,
    )


def _can_give(item: ItemScore) -> bool:
    """Return whether the item can change the score; one that is only recorded cannot."""
    return bool(item.maximum or item.lowest)


def _touched(item: ItemScore) -> bool:
    return any(each.by is not AnsweredBy.NOBODY for each in item.answers)


def _share(guideline: ScoreGuideline, low: float, high: float) -> Range | None:
    rule = guideline.score.percentage
    if rule is None:
        return None
    return Range(
        *(max(rounded(each / rule.of * 100, rule.digits), rule.lowest) for each in (low, high))
    )


def _categories(guideline: ScoreGuideline, low: float, high: float) -> tuple[str, ...]:
    names = [each.name for each in guideline.score.bands]
    if not names:
        return ()
    first, last = (names.index(category_of(guideline, each)) for each in (low, high))
    return tuple(names[first : last + 1])


def _as_the_form(
    guideline: ScoreGuideline,
    items: Sequence[ItemScore],
    given: Mapping[str, Given],
    ways: Sequence[Truth],
) -> float | None:
    if len(ways) > 1:
        return None
    points = {
        item.id: found.lowest
        if item.id in given and given[item.id].points is not None
        else item.as_the_form(_words(item, given))
        for item, found in zip(guideline.items, items, strict=True)
    }
    return total(guideline, points, ways[0])


def _sections(guideline: ScoreGuideline, items: Sequence[ItemScore]) -> Iterator[SectionScore]:
    weighted = guideline.score.method == "weighted"
    for name in guideline.score.sections:
        inside = [each for each in items if each.section == name and each.applies is not False]
        sure = [each for each in inside if each.applies]
        yield SectionScore(
            section=name,
            lowest=_exact(_part(each, each.lowest, weighted=weighted) for each in sure),
            highest=_exact(_part(each, each.highest, weighted=weighted) for each in inside),
            maximum=_exact(_part(each, each.maximum, weighted=weighted) for each in inside),
            open=sum(bool(each.open) for each in inside),
        )


def _part(item: ItemScore, points: float, *, weighted: bool) -> float:
    return (item.weight or 0.0) * points / item.maximum if weighted else points


def _exact(parts: Iterable[float]) -> float:
    """Return the sum without the noise of binary fractions."""
    return round(float(sum(parts)), 10)


# What a reader should know


def _notes(
    sheet: AnswerSheet, conditions: Iterable[ConditionAnswer], items: Sequence[ItemScore]
) -> Iterator[str]:
    for item in items:
        if item.applies is False and any(each.points for each in item.answers):
            yield f"Item {item.item} is answered and not counted, because {item.because}."
    for item in items:
        mark = sheet.answers.get(item.item)
        if mark and mark.answer == NOT_APPLICABLE and item.open and item.applies is not False:
            yield f"Item {item.item} is marked as not applicable, and no condition says so: it is open."
    for condition in conditions:
        told = sheet.answers.get(condition.condition)
        if told and condition.holds is False and told.answer == "yes":
            yield f"{condition.condition} is answered yes and counts as no, because {condition.reason}."
        if condition.differs and not condition.reason:
            yield _unexplained(
                condition.condition, "yes" if condition.holds else "no", condition.differs
            )
    for item in items:
        for each in item.answers:
            if each.differs and not each.reason:
                yield _unexplained(f"Question {each.question}", each.answer, each.differs)


def _unexplained(what: str, answer: str, differs: str) -> str:
    return (
        f"{what} is answered {answer}, and the description suggests {differs}; no reason is given."
    )


# Which scores are looked at


def choose_scores(study: Study, entries: Iterable[IndexEntry]) -> tuple[tuple[str, str], ...]:
    """Return the quality scores that are looked at although nobody named them, each with the reason.

    None is looked at because nothing speaks against it: an assessor answered it, or it is said to be
    the score for what is described here and the description names no guidelines.

    Args:
        study: the description.
        entries: all guidelines that ship.
    """
    said = study.statements
    answered = {each.about.partition("/")[0] for each in said.appraisals or ()}
    found = []
    for entry in entries:
        if entry.kind != "quality_score":
            continue
        if entry.id in answered:
            found.append((entry.id, "statements.appraisals has answers to it."))
        elif said.guidelines is None and entry.by_default and holds(study, entry.when):
            here = " and ".join(f"{fact} is {short_value(study, fact)}" for fact in entry.when)
            found.append((entry.id, f"{entry.when_to_use} Here {here}."))
    return tuple(found)
