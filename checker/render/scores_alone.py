"""Quality scores without a report around them: as text, JSON, Markdown, HTML and a table."""

import csv
import io
from collections.abc import Iterator, Sequence

from checker import __version__
from checker.model.quality import QualityScore
from checker.render import quality
from checker.render.layout import Cell, Screen
from checker.render.to_html import scores_to_html
from checker.render.to_json import plain
from checker.render.to_markdown import escaped, score_lines, table
from checker.visible import to_json_text

FORMAT = "checker-scores/1"
SUFFIXES = (".json", ".html", ".md", ".csv", ".txt")
"""Of the files that can be written."""


def written(scores: Sequence[QualityScore], suffix: str) -> str:
    """Return the content of a file with that ending."""
    match suffix:
        case ".json":
            return to_json(scores)
        case ".html":
            return scores_to_html(scores, scores[0].title, __version__)
        case ".md":
            return to_markdown(scores)
        case ".csv":
            return to_csv(scores)
    return to_text(scores, Screen(width=100))


def to_json(scores: Sequence[QualityScore]) -> str:
    """Return every score with its whole list, as indented JSON."""
    return to_json_text({"format": FORMAT, "scores": [plain(each, "scores") for each in scores]})


def to_csv(scores: Sequence[QualityScore]) -> str:
    """Return a table with a row for each study: number, category, sections, points of every item.

    What is still open has its lowest and highest possible value, as ``2 to 5``.
    """
    first = scores[0]
    heads = ["study", "assessor", "score", "lowest", "highest", "category", "answered", "asked"]
    heads += [each.section for each in first.sections] + [
        f"item_{each.item}" for each in first.items
    ]
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(heads)
    for each in scores:
        number = "" if each.score is None else f"{each.score:g}"
        row = [each.study, each.assessor, number, f"{each.lowest:g}", f"{each.highest:g}"]
        row += [quality.category(each), str(each.answered), str(each.asked)]
        row += [_span(part.lowest, part.highest) for part in each.sections]
        row += ["" if i.applies is False else _span(i.lowest, i.highest) for i in each.items]
        writer.writerow(map(_harmless, row))
    return made.getvalue()


def _harmless(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula; numbers stay numbers."""
    return f"'{cell}" if cell[:1] in ("=", "+", "@", "\t") else cell


def _span(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def to_markdown(scores: Sequence[QualityScore]) -> str:
    """Return the scores as Markdown, several with a table of all above them."""
    lines = [f"# {escaped(scores[0].title)}", "", quality.APART, ""]
    if len(scores) > 1:
        heads = tuple(map(escaped, quality.overview_heads(scores)))
        lines += table(heads, [tuple(map(escaped, row)) for row in quality.overview(scores)])
    for each in scores:
        lines += score_lines(each)
    return "\n".join(lines).rstrip() + "\n"


def to_text(scores: Sequence[QualityScore], screen: Screen) -> str:
    """Return one score with its list, or of several a table and what differs from what was printed."""
    lines = list(_one(scores[0], screen) if len(scores) == 1 else _several(scores, screen))
    return "\n".join(lines).strip("\n") + "\n"


def _several(scores: Sequence[QualityScore], screen: Screen) -> Iterator[str]:
    yield from screen.paragraph(scores[0].title, tone="strong")
    yield ""
    heads = [Cell(each) for each in quality.overview_heads(scores)]
    rows = [[Cell(cell) for cell in row] for row in quality.overview(scores)]
    yield from screen.table(heads, rows)
    for each in scores:
        said = [quality.printed(each)] if each.differences else []
        for sentence in (*said, *each.notes):
            yield ""
            yield from screen.paragraph(f"{each.study}: {sentence}")


def _one(score: QualityScore, screen: Screen) -> Iterator[str]:
    yield from screen.paragraph(score.title, tone="strong")
    of = ", ".join(each for each in (score.study, score.assessor) if each)
    yield from screen.paragraph(f"{of + ': ' if of else ''}{quality.summary(score)}")
    sentences = (quality.progress(score), quality.as_the_form(score), quality.printed(score))
    for sentence in (*sentences, *score.notes):
        if sentence:
            yield ""
            yield from screen.paragraph(sentence)
    if score.conditions:
        yield from screen.heading("Conditions")
        for each in score.conditions:
            yield from screen.paragraph(quality.condition(each), "   ", "")
    if len(score.sections) > 1:
        yield from _sections(score, screen)
    yield from screen.heading("The list behind the number")
    unit = "Weight" if score.unit == "%" else "Points"
    heads = [Cell("Item"), Cell("Result"), Cell(unit), Cell("What is asked, and the answers")]
    yield from screen.table(heads, [_row(each, screen) for each in quality.items(score)])


def _sections(score: QualityScore, screen: Screen) -> Iterator[str]:
    yield from screen.heading("By section")
    heads = (Cell("Section"), Cell("Score", right=True), Cell("of", right=True))
    rows = [
        (Cell(row.section), Cell(row.got, right=True), Cell(row.of, right=True))
        for row in quality.sections(score)
    ]
    yield from screen.table(heads, rows)


def _row(row: quality.ItemRow, screen: Screen) -> tuple[Cell, ...]:
    answers = "" if row.sign is quality.LEFT_OUT else quality.answered(row)
    said = " ".join(part for part in (f"{row.topic}.", answers, row.because) if part)
    return Cell(row.item), screen.sign(row.sign), Cell(row.got), Cell(said)
