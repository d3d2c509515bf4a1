"""Tables of text that reports and commands share: folds, and groups of risk."""

from collections.abc import Iterator

from checker.model.curves import RiskGroups
from checker.render import digits, page, risk_groups
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
