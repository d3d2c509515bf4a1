"""What is printed of a quality score, in words: the number or its range, its sections, and the list behind it."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from checker.model.quality import AnsweredBy, ConditionAnswer, ItemScore, QualityScore
from checker.render.signs import Sign

YES = Sign("✓", "+", "yes", "good")
NO = Sign("□", "-", "no", "warn")
PART = Sign("½", "/", "part", "note")
OPEN = Sign("○", "?", "open", "quiet")
LEFT_OUT = Sign("–", "n/a", "does not apply", "quiet")
WHOSE = {
    AnsweredBy.ASSESSOR: "assessor",
    AnsweredBy.DESCRIPTION: "suggested",
    AnsweredBy.NOBODY: "nobody looked yet",
}
APART = (
    "A quality score stands for itself: it is no share of reported items and no judgement of risk of bias, "
    "and enters no other count."
)
"""Said once above all scores."""


class SectionRow(NamedTuple):
    """One official section of a score."""

    section: str
    got: str
    of: str
    open: str


class Said(NamedTuple):
    """One answer behind an item."""

    asks: str
    """Empty: the item has one question, which is the item itself."""
    answer: str
    whose: str
    reason: str
    points: str


class ItemRow(NamedTuple):
    """One item of a score: what it gives, and from which answers."""

    item: str
    section: str
    topic: str
    requirement: str
    sign: Sign
    got: str
    """Weight or points, of how many."""
    said: tuple[Said, ...]
    because: str
    """Why it does not apply, or what is open."""


def number(value: float, digits: int) -> str:
    """Return the number with its decimals, and a true minus."""
    return f"{value:.{digits}f}".replace("-", "−")


def heading(score: QualityScore) -> str:
    """Return name and year, and of which study and by whom where that is named."""
    of = [each for each in (score.study, score.assessor) if each]
    return ": ".join([f"{name(score)}", *([", ".join(of)] if of else [])])


def name(score: QualityScore) -> str:
    """Return the short name of the score and its year."""
    return f"{score.title.partition(':')[0]} ({score.year})"


def value(score: QualityScore) -> str:
    """Return the number, or the range: ``71.0 %``, ``37 to 38 of 100 points``, ``13 of 36 points (36.11 %)``."""
    low, high = number(score.lowest, score.digits), number(score.highest, score.digits)
    span = low if score.score is not None or low == high else f"{low} to {high}"
    if score.unit == "%":
        return f"{span} %"
    share = _share(score)
    return f"{span} of {score.maximum:g} points" + (f" ({share} %)" if share else "")


def _share(score: QualityScore) -> str:
    low, high = score.percentage_lowest, score.percentage_highest
    if low is None or high is None:
        return ""
    return f"{low:.2f}" if low == high else f"{low:.2f} to {high:.2f}"


def category(score: QualityScore) -> str:
    """Return the published category, or those that are still possible; empty if none is published."""
    names = score.categories
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}" if names else ""


def summary(score: QualityScore) -> str:
    """Return number and category on one line."""
    band = category(score)
    return f"{value(score)}, {band}" if band else value(score)


def state(score: QualityScore) -> str:
    """Return how many items are answered, and what is not: ``answered 12 of 28 items, nobody looked yet at 16``."""
    parts = [f"answered {score.answered} of {score.asked} items"]
    if score.untouched:
        parts.append(f"nobody looked yet at {score.untouched}")
    if unknown := [each.condition for each in score.conditions if each.holds is None]:
        parts.append(f"not known: {', '.join(unknown)}")
    return ", ".join(parts)


def progress(score: QualityScore) -> str:
    """Return how far it is answered, what open items mean for the number, and how much of it is a proposal."""
    if score.score is not None:
        return f"All {score.asked} items that apply are answered.{_proposed(score)}"
    because = "An open item is not taken for a no, so the score is a range: the lowest and the highest it can become."
    said = state(score)
    return f"{said[0].upper()}{said[1:]}. {because}{_proposed(score)}"


def _proposed(score: QualityScore) -> str:
    """Return how many items rest on answers that no person gave."""
    counted = [each for each in score.items if each.applies is not False and not each.open]
    proposed = sum(
        any(answer.by is AnsweredBy.DESCRIPTION for answer in each.answers) for each in counted
    )
    if not proposed:
        return ""
    items = "1 item rests" if proposed == 1 else f"{proposed} items rest"
    return f" {items} on answers suggested from the description, which an assessor confirms or changes."


def as_the_form(score: QualityScore) -> str:
    """Return what the official form gives for these answers as they are, where something is open."""
    if score.score is not None or score.as_the_form is None:
        return ""
    unit = "%" if score.unit == "%" else "points"
    given = number(score.as_the_form, score.digits)
    return f"{score.blanks} It would give {given} {unit} now."


def printed(score: QualityScore) -> str:
    """Return how what a table printed beside the answers compares; empty: it printed nothing."""
    if score.agrees is None:
        return ""
    if score.agrees:
        total = f" (total {score.printed})" if score.printed else ""
        within = "" if score.score is not None else ", as far as it is answered"
        return f"As printed in the file{total}{within}."
    return f"Printed otherwise in the file: {'; '.join(score.differences)}."


def condition(each: ConditionAnswer) -> str:
    """Return one condition in words: ``C1 yes (suggested): the study includes ...``."""
    answer = {True: "yes", False: "no", None: "not known"}[each.holds]
    reason = f" Because {each.reason}." if each.reason else ""
    return f"{each.condition} {answer} ({WHOSE[each.by]}): {each.meaning}.{reason}"


def sections(score: QualityScore) -> tuple[SectionRow, ...]:
    """Return the sections in their official order; a weight has four decimals."""
    digits = 4 if score.unit == "%" else 0
    rows = []
    for each in score.sections:
        low, high = number(each.lowest, digits), number(each.highest, digits)
        rows.append(
            SectionRow(
                section=each.section,
                got=low if low == high else f"{low} to {high}",
                of=number(each.maximum, digits),
                open=str(each.open),
            )
        )
    return tuple(rows)


def items(score: QualityScore) -> tuple[ItemRow, ...]:
    """Return the list behind the number, in the order of the form."""
    return tuple(_item(each) for each in score.items)


def _item(item: ItemScore) -> ItemRow:
    return ItemRow(
        item=item.item,
        section=item.section,
        topic=item.topic,
        requirement=item.requirement,
        sign=_sign(item),
        got=_got(item),
        said=tuple(_said(item)),
        because=_because(item),
    )


def _sign(item: ItemScore) -> Sign:
    if item.applies is False:
        return LEFT_OUT
    if item.open:
        return OPEN
    if item.lowest >= item.maximum:
        return YES if item.weight is not None or item.maximum else OPEN._replace(word="not scored")
    return PART if item.lowest > 0 else NO


def overview_heads(scores: Sequence[QualityScore]) -> tuple[str, ...]:
    """Return the heads of the table of several studies; a column stands only where it says something."""
    return ("Study", *(head for head, _ in _columns(scores)))


def overview(scores: Sequence[QualityScore]) -> tuple[tuple[str, ...], ...]:
    """Return one row for each study, or for each assessor of it."""
    columns = _columns(scores)
    return tuple((each.study or "–", *(cell(each) for _, cell in columns)) for each in scores)


def _columns(
    scores: Sequence[QualityScore],
) -> list[tuple[str, Callable[[QualityScore], str]]]:
    columns: list[tuple[str, Callable[[QualityScore], str]]] = []
    if any(each.assessor for each in scores):
        columns.append(("Assessor", lambda each: each.assessor or "–"))
    columns.append(("Score", value))
    if any(each.categories for each in scores):
        columns.append(("Category", category))
    columns.append(("Answered", lambda each: f"{each.answered} of {each.asked}"))
    if any(each.score is None and each.as_the_form is not None for each in scores):
        columns.append(("As the form reads blanks", _as_the_form_short))
    if any(each.agrees is not None for each in scores):
        columns.append(("Printed in the file", _printed_short))
    return columns


def _printed_short(score: QualityScore) -> str:
    if score.agrees is None:
        return "–"
    total = score.printed or "results"
    if not score.agrees:
        return f"{total}, differs"
    return f"{total}, as computed" if score.score is not None else f"{total}, within the range"


def _as_the_form_short(score: QualityScore) -> str:
    return "–" if score.as_the_form is None else number(score.as_the_form, score.digits)


def _got(item: ItemScore) -> str:
    if item.applies is False:
        return "–"
    if item.weight is not None:
        low, high = (item.weight * each / item.maximum for each in (item.lowest, item.highest))
        span = f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
        return f"{span} of {item.weight:.4g}"
    span = number(item.lowest, 0)
    if item.lowest != item.highest:
        span += f" to {number(item.highest, 0)}"
    return f"{span} of {item.maximum:g}"


def _said(item: ItemScore) -> Iterator[Said]:
    several = len(item.answers) > 1
    for each in item.answers:
        given = each.by is not AnsweredBy.NOBODY
        word = "not asked" if not given and each.question not in item.open else WHOSE[each.by]
        differs = f"The description suggests {each.differs}." if each.differs else ""
        yield Said(
            asks=each.asks if several else "",
            answer=each.answer.replace("_", " "),
            whose=word,
            reason=" ".join(part for part in (each.reason, differs) if part),
            points="" if each.points is None else f"{each.points:g}",
        )


def _because(item: ItemScore) -> str:
    if item.because:
        return f"{item.because}."
    return f"What counts: {item.scoring_rule}" if item.open else ""


def answered(row: ItemRow) -> str:
    """Return the answers of an item on one line, for formats without lists inside a table."""
    parts = []
    for each in row.said:
        if not each.asks and not each.answer:
            continue
        asks = f"{each.asks} " if each.asks else ""
        reason = f" ({each.whose}: {each.reason})" if each.reason else f" ({each.whose})"
        parts.append(f"{asks}{each.answer or '–'}{reason}")
    return "; ".join(parts)
