"""What facts and findings suggest as answers to the questions of a quality score."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from checker.appraisal.facts import in_words, short_value
from checker.model.quality import AnsweredBy, Given
from checker.model.score_guideline import ScoreGuideline, ScoreItem, Suggestion
from checker.model.study import Study
from checker.model.study.facts import FACTS, holds, is_present, state, values


def suggested(
    guideline: ScoreGuideline, study: Study, found: Collection[str] = ()
) -> dict[str, Given]:
    """Return the answers that the description suggests, by the id of question or condition.

    Questions that the facts cannot decide are left out: silence is no answer.

    Args:
        guideline: any quality score.
        study: the description; what differs in one partition or evaluation is not looked at.
        found: codes of the rules that found something.
    """
    answers = dict(_conditions(guideline, study))
    for item in guideline.items:
        for suggestion in item.suggest:
            name = suggestion.question or item.asked[0].id
            if name not in answers and fits(suggestion, study, found):
                answers[name] = Given(
                    answer=suggestion.answer,
                    by=AnsweredBy.DESCRIPTION,
                    reason="; ".join(_because(suggestion, study, found)),
                )
    return answers


def _conditions(guideline: ScoreGuideline, study: Study) -> Iterator[tuple[str, Given]]:
    for condition in guideline.conditions:
        known = holds(study, condition.when)
        if known is not None:
            said = "; ".join(f"{fact} is {short_value(study, fact)}" for fact in condition.when)
            answer = "yes" if known else "no"
            yield condition.id, Given(answer=answer, by=AnsweredBy.DESCRIPTION, reason=said)


def fits(suggestion: Suggestion, study: Study, found: Collection[str]) -> bool:
    """Return whether everything that the suggestion names holds."""
    return (
        (not suggestion.when or holds(study, suggestion.when) is True)
        and all(_is_described(study, fact) for fact in suggestion.described)
        and all(is_present(study, fact) for fact in suggestion.stated)
        and all(_is_absent(study, fact) for fact in suggestion.absent)
        and all(_is_not_reported(study, fact) for fact in suggestion.not_reported)
        and all(_is_several(study, fact) for fact in suggestion.several)
        and all(_is_single(study, fact) for fact in suggestion.single)
        and all(_mentions(study, fact, words) for fact, words in suggestion.mentions.items())
        and (not suggestion.found or any(code in found for code in suggestion.found))
    )


def _is_described(study: Study, fact: str) -> bool:
    said = values(study, fact)
    return is_present(study, fact) and not all(_states_absence(fact, each) for each in said)


def _is_absent(study: Study, fact: str) -> bool:
    said = values(study, fact)
    return is_present(study, fact) and all(_states_absence(fact, each) for each in said)


def _states_absence(fact: str, value: object) -> bool:
    """Return whether the value says that there is none: false, an empty list, none, a negative value."""
    if isinstance(value, tuple):
        return all(_states_absence(fact, each) for each in value)
    text = str(value).strip().casefold()
    return value is False or text == "none" or value in FACTS[fact].negative


def _is_not_reported(study: Study, fact: str) -> bool:
    return state(study, fact).kind == "not_reported"


def _each(study: Study, fact: str) -> list[object]:
    """Return the values said about the fact, those of lists one by one."""
    said = values(study, fact)
    return [each for value in said for each in (value if isinstance(value, tuple) else (value,))]


def _numbers(said: Iterable[object]) -> list[float]:
    return [each for each in said if isinstance(each, int | float) and not isinstance(each, bool)]


def _is_several(study: Study, fact: str) -> bool:
    said = _each(study, fact)
    if numbers := _numbers(said):
        return min(numbers) > 1
    return len(set(said)) > 1


def _is_single(study: Study, fact: str) -> bool:
    said = _each(study, fact)
    if numbers := _numbers(said):
        return is_present(study, fact) and max(numbers) == 1
    return is_present(study, fact) and len(set(said)) == 1


def _mentions(study: Study, fact: str, words: Iterable[str]) -> bool:
    text = " ; ".join(map(str, _each(study, fact)))
    return any(
        re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_]|\+)", text, re.IGNORECASE)
        for word in words
    )


def _because(suggestion: Suggestion, study: Study, found: Collection[str]) -> Iterator[str]:
    """Yield what was looked at, in words."""
    facts: Mapping[str, None] = dict.fromkeys(
        [
            *suggestion.when,
            *suggestion.described,
            *suggestion.stated,
            *suggestion.absent,
            *suggestion.several,
            *suggestion.single,
            *suggestion.mentions,
        ]
    )
    for fact in facts:
        yield f"{fact} is {short_value(study, fact)}"
    for fact in suggestion.not_reported:
        yield f"{fact} is said not to be reported ({state(study, fact).reason})"
    if codes := [code for code in suggestion.found if code in found]:
        yield f"{', '.join(codes)} found something"


def when_suggested(item: ScoreItem) -> list[str]:
    """Return a sentence for each suggestion of the item: what must hold, and the answer."""
    return [
        f"{each.question + ': ' if each.question else ''}{each.answer} if {'; '.join(_words(each))}"
        for each in item.suggest
    ]


def _words(suggestion: Suggestion) -> Iterator[str]:
    if suggestion.when:
        yield in_words(suggestion.when)
    tests = {
        "is described": suggestion.described,
        "is stated": suggestion.stated,
        "is said to be none": suggestion.absent,
        "is said not to be reported": suggestion.not_reported,
        "has two or more values": suggestion.several,
        "has one value": suggestion.single,
    }
    for words, facts in tests.items():
        yield from (f"{fact} {words}" for fact in facts)
    for fact, named in suggestion.mentions.items():
        yield f"{fact} names {', '.join(named)}"
    if suggestion.found:
        yield f"{' or '.join(suggestion.found)} finds something"
