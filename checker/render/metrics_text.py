"""Recomputed numbers without a study: as tables of text and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Protocol

from checker.model.curves import CategoryTable, RiskGroups
from checker.model.estimate import Comparison, Estimate, facets
from checker.model.evidence import FoldEstimates
from checker.render import digits, page
from checker.render.layout import Cell, Screen
from checker.render.mask_tables import HEADS, StructureTable, structure_tables, without_pooled
from checker.render.reader_matrix import ReaderTable, by_reader
from checker.render.text_tables import folded, risk_groups_lines, tables_lines
from checker.render.to_json import plain
from checker.visible import to_json_text

FORMAT = "checker-metrics/1"
WIDE = 110
"""Columns of a screen from which the table of a structure has all of its summaries."""
MOST_FOLDS = 6
"""Folds up to which each has a column of its own on a screen of text."""
ALWAYS = ("metric", "label", "group")
"""Fields of every estimate that come first; further facets stand only where they are set."""


class Recomputed(Protocol):
    """What was recomputed from one table."""

    @property
    def task(self) -> str:
        """Return the task."""

    @property
    def cases(self) -> int:
        """Return the number of rows that were used."""

    @property
    def missing(self) -> int:
        """Return the number of rows in which a value was missing."""

    @property
    def unit(self) -> str:
        """Return what one row is."""

    @property
    def estimates(self) -> Sequence[Estimate]:
        """Return every number."""

    @property
    def comparisons(self) -> Sequence[Comparison]:
        """Return every difference between two scores."""

    @property
    def folds(self) -> FoldEstimates | None:
        """Return the numbers over folds, of predictions made out of fold."""

    @property
    def risk_groups(self) -> RiskGroups | None:
        """Return the groups by risk of follow-up; None: none were asked for."""

    @property
    def category_tables(self) -> Sequence[CategoryTable]:
        """Return the cases by category of reference and measured value."""

    @property
    def tables(self) -> Mapping[str, object]:
        """Return further aggregates by name: the confusion matrix, survival curves ..."""

    @property
    def notes(self) -> Sequence[str]:
        """Return what was read otherwise than written, or chosen for the user."""


def metrics_text(
    found: Recomputed, *, width: int = 80, colour: bool = False, unicode: bool = True
) -> str:
    """Return the numbers as tables of text: first of all rows, then by group, then the comparisons."""
    screen = Screen(width=width, colour=colour, unicode=unicode)
    rows = digits.unit_of(found.cases, found.unit)
    missing = f"; a value is missing in {digits.count(found.missing)}" if found.missing else ""
    lines = screen.paragraph(f"{page.worded(found.task)}: {rows}{missing}", tone="strong")
    for note in found.notes:
        lines += screen.paragraph(note, "  ", "- ")
    means = {each.mean.summary for each in found.folds.values} if found.folds else set()
    pooled = [each for each in found.estimates if each.summary is None or each.summary not in means]
    for table in structure_tables(pooled):
        lines += _structure_lines(table, screen)
    rest = [each for each in pooled if each.structure is None]
    matrices, rest = by_reader(rest, found.task)
    for matrix in matrices:
        lines += _matrix_lines(matrix, screen)
    for (score, group), estimates in _parts(rest):
        title = "All rows" if group == "all" else group
        lines += screen.heading(title if score == "score" else f"{title}, score {score}")
        lines += screen.table(_heads(), [_row(each) for each in estimates])
        lines += [line for each in estimates for line in _remark(each, screen)]
        if found.folds and (score, group) == ("score", "all"):
            lines += _over_folds(found.folds, screen)
    lines += tables_lines(found.tables, screen)
    if found.risk_groups is not None:
        lines += risk_groups_lines(found.risk_groups, screen, in_days=False)
    for each in found.category_tables:
        lines += screen.heading(page.category_title(each))
        lines += screen.table(_category_heads(each), list(_category_rows(each)))
    compared = [each for each in found.comparisons if not matrices or each.reader is None]
    if len(compared) < len(found.comparisons):
        lines += screen.paragraph(OF_SINGLE_READERS, "  ", "- ")
    for caption, comparisons in page.parted(compared, "Comparisons on the same rows"):
        lines += screen.heading(caption)
        lines += screen.table(_comparison_heads(), [_comparison(each) for each in comparisons])
    return "\n".join(lines) + "\n"


def metrics_json(found: Recomputed) -> str:
    """Return the numbers as indented JSON with a newline at the end.

    Raises:
        ValueError: a number is not finite; the message says where.
    """
    made = {
        "format": FORMAT,
        "task": found.task,
        "cases": found.cases,
        "missing": found.missing,
        "unit": found.unit,
        "estimates": [_estimate_json(each) for each in found.estimates],
        "comparisons": [_comparison_json(each) for each in found.comparisons],
        **({"folds": _folds_json(found.folds)} if found.folds else {}),
        **(
            {}
            if found.risk_groups is None
            else {"risk_groups": _risk_groups_json(found.risk_groups)}
        ),
        **found.tables,
        "notes": list(found.notes),
        **_tables_json(found.category_tables),
    }
    return to_json_text(plain(made, "metrics"))


def _parts(
    estimates: Sequence[Estimate],
) -> Iterator[tuple[tuple[str, str], list[Estimate]]]:
    parts: dict[tuple[str, str], list[Estimate]] = {}
    for each in estimates:
        parts.setdefault((each.score, each.group), []).append(each)
    yield from parts.items()


OF_SINGLE_READERS = "Differences of single readers stand in the JSON and in the report."


def _matrix_lines(matrix: ReaderTable, screen: Screen) -> Iterator[str]:
    yield from screen.heading(matrix.title)
    heads, *rows = (
        tuple(Cell(each, right=at > 0) for at, each in enumerate(row))
        for row in (matrix.heads, *matrix.rows)
    )
    yield from screen.table(heads, rows)
    for note in matrix.notes:
        yield from screen.paragraph(note, "  ", "- ")


def _structure_lines(table: StructureTable, screen: Screen) -> Iterator[str]:
    yield from screen.heading(table.title)
    if screen.width < WIDE and table.heads[-1] == HEADS["pooled"] and len(table.heads) > 1:
        table = without_pooled(table)
    heads = (Cell("Measure"), *(Cell(each, right=True) for each in (*table.heads, "n")))
    yield from screen.table(
        heads,
        [
            (Cell(row.label), *(Cell(each, right=True) for each in (*row.cells, row.n)))
            for row in table.rows
        ],
    )
    for note in table.notes:
        yield from screen.paragraph(note, "  ", "- ")


def _heads() -> tuple[Cell, ...]:
    return (
        Cell("Metric"),
        Cell("Value (interval)", right=True),
        Cell("n", right=True),
        Cell("Method"),
    )


def _row(estimate: Estimate) -> tuple[Cell, ...]:
    return (
        Cell(page.estimate_label(estimate, in_days=False)),
        Cell(digits.together(estimate), right=estimate.value is not None),
        Cell(digits.count(estimate.cases), right=True),
        Cell(estimate.interval.method if estimate.interval else ""),
    )


def _remark(estimate: Estimate, screen: Screen) -> Iterator[str]:
    label = page.estimate_label(estimate, in_days=False)
    for each in estimate.other_intervals:
        yield from screen.paragraph(
            f"{label}: also {digits.limits(each)}, {each.method}", "  ", "- "
        )
    if estimate.missing:
        text = f"{label}: {digits.count(estimate.missing)} left out, because a value is missing"
        yield from screen.paragraph(text, "  ", "- ")
    if estimate.note:
        yield from screen.paragraph(f"{label}: {estimate.note}", "  ", "- ")


def _over_folds(found: FoldEstimates, screen: Screen) -> Iterator[str]:
    yield from screen.heading(f"As the mean over {page.fold_sizes(found)}")
    heads = ("All rows", "Mean over folds (interval)", "SD over folds")
    rows = page.fold_rows(found.values, in_days=False)
    yield from screen.table(
        (Cell("Metric"), *(Cell(each, right=True) for each in heads)), list(map(folded, rows))
    )
    for row in rows:
        if row.note:
            yield from screen.paragraph(f"{row.label}: {row.note}", "  ", "- ")
    yield from screen.paragraph(
        "What else a printed ± can be (a standard error, half of an interval, over cases) is in the JSON output.",
        "  ", "- ",
    )  # fmt: skip
    yield from screen.heading("In each fold")
    cells = [page.fold_cells(found, each, MOST_FOLDS) for each in found.values]
    yield from screen.table(
        (Cell("Metric"), *(Cell(each, right=True) for each in page.fold_heads(found, MOST_FOLDS))),
        [
            (Cell(row.label), *(Cell(each, right=True) for each in of_folds))
            for row, of_folds in zip(rows, cells, strict=True)
        ],
    )


def _comparison_heads() -> tuple[Cell, ...]:
    return (
        Cell("Comparison"),
        Cell("Difference (interval)", right=True),
        Cell("p", right=True),
        Cell("n", right=True),
        Cell("Test"),
    )


def _comparison(each: Comparison) -> tuple[Cell, ...]:
    label = page.first_upper(digits.metric_label(each.metric))
    return (
        Cell(
            f"{label}{_of(each)}: {page.score_title(each.first)} minus {page.score_title(each.second)}"
        ),
        Cell(digits.difference(each), right=each.difference is not None),
        Cell(digits.p_value(each.p), right=True),
        Cell(digits.count(each.cases), right=True),
        Cell(each.test),
    )


def _category_heads(each: CategoryTable) -> tuple[Cell, ...]:
    return (
        Cell("Reference"),
        *(Cell(f"Measured {name}", right=True) for name in each.categories),
    )


def _category_rows(each: CategoryTable) -> Iterator[tuple[Cell, ...]]:
    for name, row in zip(each.categories, each.counts, strict=True):
        yield (Cell(name), *(Cell(digits.count(count), right=True) for count in row))


def _tables_json(tables: Sequence[CategoryTable]) -> dict[str, Any]:
    """Return the tables under their name, where there are any."""
    if not tables:
        return {}
    return {
        "category_tables": [
            {
                "title": each.title,
                "categories": list(each.categories),
                "rows": "reference",
                "columns": "measured",
                "counts": [list(row) for row in each.counts],
            }
            for each in tables
        ]
    }


def _of(each: Comparison) -> str:
    """Return what tells a comparison from others of its metric."""
    parts = [
        f", {each.label}" if each.label is not None else "",
        f", {page.worded(each.structure)}" if each.structure is not None else "",
        f" at {digits.short(each.tolerance_mm)} mm" if each.tolerance_mm is not None else "",
        f" at {digits.short(each.threshold)}" if each.threshold is not None else "",
        f", horizon {digits.short(each.horizon)}" if each.horizon is not None else "",
        f", reader {each.reader}" if each.reader is not None else "",
        f", {each.group}" if each.group != "all" else "",
    ]
    return "".join(parts)


def _estimate_json(estimate: Estimate) -> dict[str, Any]:
    return {
        **_where(estimate),
        **{
            each.name: getattr(estimate, each.name)
            for each in fields(estimate)
            if each.name not in ("metric", *facets())
        },
    }


def _where(estimate: Estimate) -> dict[str, Any]:
    """Return the metric, and the facets that it has."""
    where = {name: getattr(estimate, name) for name in facets() if name != "group"}
    if where["score"] == "score":
        where["score"] = None
    return {
        "metric": estimate.metric,
        "label": digits.metric_label(estimate.metric),
        "group": estimate.group,
        **{name: value for name, value in where.items() if value is not None},
    }


def _folds_json(found: FoldEstimates) -> dict[str, Any]:
    """Return the folds, and each metric in each of them; the means stand among the estimates."""
    return {
        "folds": [
            {each.name: getattr(one, each.name) for each in fields(one)} for one in found.folds
        ],
        "values": [
            {
                **_where(each.mean),
                "by_fold": list(each.by_fold),
                "spreads": [plain(one) for one in each.spreads],
            }
            for each in found.values
        ],
    }


def _risk_groups_json(found: RiskGroups) -> dict[str, Any]:
    groups = [
        {
            **plain(each),
            "hazard_ratio": _estimate_json(each.hazard_ratio) if each.hazard_ratio else None,
            "observed_risks": [_estimate_json(risk) for risk in each.observed_risks],
            "median_survival": _estimate_json(each.median_survival),
        }
        for each in found.groups
    ]
    return {**plain(replace(found, groups=())), "groups": groups}


def _comparison_json(comparison: Comparison) -> dict[str, Any]:
    made = {each.name: getattr(comparison, each.name) for each in fields(comparison)}
    for optional in ("threshold", "reader", "label"):
        if made[optional] is None:
            del made[optional]
    return made
