"""Tables of text beside the numbers: folds, groups of risk, counts by class, numbers at risk."""

from collections.abc import Iterator, Mapping, Sequence

from checker.model.curves import (
    ClassDistances,
    ConfusionMatrix,
    EmptyMasks,
    ExplanationInRegion,
    FrocCurve,
    MarkCounts,
    MeasureSpread,
    RiskGroups,
    SurvivalCurve,
    TreatmentChoice,
)
from checker.model.evidence import CrossTable
from checker.render import digits, explanation_tables, marks, mask_tables, page, risk_groups
from checker.render.layout import Cell, Screen


def folded(row: page.FoldRow) -> tuple[Cell, ...]:
    """Return the cells of a metric over folds: over all rows, as the mean, and how far folds are apart."""
    mean = row.mean if row.interval == digits.DASH else f"{row.mean} ({row.interval})"
    undefined = f"undefined {row.undefined_because}"
    return (
        Cell(row.label),
        Cell(row.pooled, right=True),
        Cell(undefined if row.undefined_because else mean, right=not row.undefined_because),
        Cell(row.spread, right=True),
    )


def risk_groups_lines(found: RiskGroups, screen: Screen, *, in_days: bool = True) -> Iterator[str]:
    """Yield the risk groups as tables, with the test between them; arguments as of `risk_groups.tables`."""
    for caption, heads, rows in risk_groups.tables(found, in_days=in_days):
        yield from screen.heading(caption)
        cells = [
            [Cell(each, right=at > 0) for at, each in enumerate(row)] for row in (heads, *rows)
        ]
        yield from screen.table(tuple(cells[0]), [tuple(row) for row in cells[1:]])
    for sentence in (risk_groups.test_words(found), *risk_groups.remarks(found)):
        yield from screen.paragraph(sentence, "  ", "- ")


def tables_lines(tables: Mapping[str, object], screen: Screen) -> Iterator[str]:
    """Yield the aggregates that have a short table, in the order in which they were made."""
    for found in tables.values():
        for each in _apart(found):
            for caption, heads, rows in _tables(each):
                yield from screen.heading(caption)
                cells = [[Cell(text, right=at > 0) for at, text in enumerate(row)] for row in rows]
                titles = [Cell(text, right=at > 0) for at, text in enumerate(heads)]
                yield from screen.table(tuple(titles), [tuple(row) for row in cells])
            if isinstance(each, TreatmentChoice):
                yield from screen.paragraph(each.caution, "  ", "- ")


def _apart(found: object) -> tuple[object, ...]:
    """Return what each has a table of its own; marks of several readers have one together, a curve has none."""
    if not isinstance(found, tuple):
        return (found,)
    if all(isinstance(each, MarkCounts | EmptyMasks) for each in found):
        return (found,)
    return tuple(each for each in found if not isinstance(each, FrocCurve | MeasureSpread))


TextTable = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""Caption, heads, rows."""


def _tables(found: object) -> Iterator[TextTable]:
    """Yield the tables of an aggregate that have a row."""
    made = (
        explanation_tables.tables(found)
        if isinstance(found, ExplanationInRegion)
        else (_table(found),)
    )
    yield from (each for each in made if each[2])


def _table(found: object) -> TextTable:
    match found:
        case (EmptyMasks(), *_):
            shown = len(mask_tables.EMPTY_COUNTS) + 1  # the report and the JSON have the means, too
            masks = [each for each in found if isinstance(each, EmptyMasks)]
            heads = mask_tables.empty_heads(masks)[:shown]
            rows = [row[:shown] for row in mask_tables.empty_rows(masks)]
            return "Empty and missing masks", heads, rows
        case tuple():
            return "What became of the marks", marks.HEADS, marks.mark_rows(found)
        case CrossTable():
            return _decisions(found)
        case ConfusionMatrix():
            heads = ("True class", *(f"Predicted {name}" for name in found.classes))
            counts = zip(found.classes, found.counts, strict=True)
            rows = [(name, *map(digits.count, row)) for name, row in counts]
            return "Cases by true and predicted class", heads, rows
        case ClassDistances():
            pairs = zip(found.distance, found.cases, strict=True)
            rows = [(f"{off:+d}" if off else "0", digits.count(cases)) for off, cases in pairs]
            return "Classes that predictions are off", ("Predicted minus true", "Cases"), rows
        case SurvivalCurve():
            return _at_risk(found)
        case TreatmentChoice():
            return _choice(found)
    raise TypeError(f"no table of {type(found).__name__}")


def _decisions(found: CrossTable) -> TextTable:
    rows = (
        ("with the outcome", found.true_positives, found.false_negatives),
        ("without", found.false_positives, found.true_negatives),
    )
    heads = ("Decisions at the threshold", "Positive", "Negative")
    return (
        "Decisions and outcomes",
        heads,
        [(name, *map(digits.count, each)) for name, *each in rows],
    )


def _at_risk(found: SurvivalCurve) -> TextTable:
    who = "" if found.label == "all" else f", {found.label}"
    rows = [
        (digits.short(at), digits.count(there), digits.count(outcomes))
        for at, there, outcomes in zip(found.at, found.at_risk, found.outcomes, strict=True)
    ]
    return f"Still followed, and outcomes so far{who}", ("Time", "At risk", "Outcomes"), rows


def _choice(found: TreatmentChoice) -> TextTable:
    rows = [
        (
            words,
            digits.count(count),
            digits.number(risk, 3),
            digits.limits(interval) if interval else digits.DASH,
        )
        for words, count, risk, interval in (
            (
                "received the treatment with the lowest predicted risk",
                found.cases - found.switch,
                found.observed_received,
                found.observed_received_interval,
            ),
            (
                f"received another (mean predicted fall in risk {digits.number(found.gain, 3)})",
                found.switch,
                found.observed_other,
                found.observed_other_interval,
            ),
        )
    ]
    at = digits.short(found.horizon)
    caption = f"If everyone had the treatment with the lowest predicted risk at {at}"
    return caption, ("Patients", "n", "Observed risk", "Interval"), rows
