"""What a table printed as the result beside the answers, against what the answers give."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from checker.model.quality import AnswerSheet, ItemScore, QualityScore
from checker.model.score_guideline import ScoreGuideline


def compared(guideline: ScoreGuideline, sheet: AnswerSheet, score: QualityScore) -> QualityScore:
    """Return the score with what a table printed beside the answers, and how it differs."""
    differences = tuple(_differences(guideline, sheet.printed, score))
    printed = sheet.printed.get("total", "")
    return replace(score, printed=printed, agrees=not differences, differences=differences)


def _differences(
    guideline: ScoreGuideline, printed: Mapping[str, str], score: QualityScore
) -> Iterator[str]:
    empty = []
    for each in score.items:
        seen = printed.get(each.item)
        if seen == "" and each.open:
            continue
        if seen is not None and not _is_number(seen, each.lowest, each.highest):
            empty += [] if seen else [each]
            yield f"item {each.item}: printed {seen or 'blank'}, computed {_span(each.lowest, each.highest)}"
    for section in score.sections:
        seen = printed.get(section.section)
        if seen is not None and not _is_number(seen, section.lowest, section.highest):
            said = _span(section.lowest, section.highest)
            yield f"{section.section}: printed {seen or 'blank'}, computed {said}"
    yield from _of_the_total(guideline, printed, score, empty)


def _of_the_total(
    guideline: ScoreGuideline,
    printed: Mapping[str, str],
    score: QualityScore,
    empty: Sequence[ItemScore],
) -> Iterator[str]:
    seen = printed.get("total")
    if seen is not None and not _is_number(seen, score.lowest, score.highest):
        said = f"total: printed {seen or 'blank'}, computed {_span(score.lowest, score.highest)}"
        if empty and _is_number(seen, *_without(guideline, score, empty)):
            names = ", ".join(each.item for each in empty)
            said += f"; the printed total takes the blank of item {names} for no points"
        yield said
    band = printed.get("category")
    if band is not None and band.strip().casefold() not in (
        name.casefold() for name in score.categories
    ):
        yield f"category: printed {band or 'blank'}, computed {' to '.join(score.categories)}"


def _without(
    guideline: ScoreGuideline, score: QualityScore, empty: Sequence[ItemScore]
) -> tuple[float, float]:
    """Return what the points would be without those items."""
    if guideline.score.method != "points":
        return score.lowest, score.highest
    return (
        score.lowest - sum(each.lowest for each in empty),
        score.highest - sum(each.highest for each in empty),
    )


def _is_number(text: str, low: float, high: float) -> bool:
    """Return whether the text is that number, or lies in the range while something is open."""
    try:
        number = float(text.strip().removesuffix("%"))
    except ValueError:
        return False
    return low - 1e-9 <= number <= high + 1e-9


def _span(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
