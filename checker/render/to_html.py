"""The report as one HTML page: no network, no scripts, figures inside."""

from collections.abc import Sequence
from functools import cache, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.model.quality import QualityScore
from checker.model.report import EvaluationReport, Report
from checker.model.times import in_words
from checker.render import (
    checklists,
    digits,
    explanation_tables,
    marks,
    mask_tables,
    page,
    quality,
    risk_groups,
    signs,
)
from checker.render.cleaned import without_controls
from checker.render.figures import DrawnFigure, figures_of, forest_of
from checker.render.headlines import group_metrics
from checker.render.mask_tables import StructureTable, structure_tables
from checker.render.reader_matrix import ReaderTable, by_reader
from checker.resources import folder

if TYPE_CHECKING:
    from jinja2 import Environment


class EvaluationView(NamedTuple):
    """One evaluation with everything that its section prints."""

    report: EvaluationReport
    name: str
    """Beginning of every id that belongs to it."""
    scores: tuple[page.ScoreTable, ...]
    structures: tuple[StructureTable, ...]
    readers: tuple[ReaderTable, ...]
    figures: tuple[tuple[int, DrawnFigure], ...]
    """Each with its number in the page."""
    forest: tuple[int, DrawnFigure] | None
    group_metrics: tuple[str, ...]
    groups: tuple[page.GroupTable, ...]
    group_of: str
    group_rows: tuple[page.EstimateRow, ...]
    absent: tuple[tuple[str, str], ...]


def to_html(report: Report, *, figures: bool = True, paged: bool = False) -> str:
    """Return the report as a page that is complete in itself.

    Args:
        report: What to show.
        figures: Draw the figures; without them the page is ready in a tenth of the time.
        paged: For the printer: what is folded on the screen is shown or left out.
    """
    return (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            sections=page.sections(report),
            evaluations=_evaluations(report, figures),
            css=_file("report.css"),
            paged=paged,
            item_label=partial(checklists.item_label, report),
            references=page.references(report),
        )
    )


def scores_to_html(scores: Sequence[QualityScore], title: str, version: str) -> str:
    """Return quality scores, without a report around them, as a page that is complete in itself."""
    return (
        _environment()
        .get_template("quality.html")
        .render(
            report=SimpleNamespace(scores=scores),
            title=title,
            version=version,
            css=_file("report.css"),
            paged=False,
        )
    )


def _evaluations(report: Report, figures: bool) -> tuple[EvaluationView, ...]:
    views = []
    number = 0
    for at, each in enumerate(report.evaluations, start=1):
        name = f"evaluation-{at}"
        drawn = figures_of(each, name) if figures else ()
        forest = forest_of(each, name) if figures else None
        numbered = tuple(enumerate(drawn, start=number + 1))
        number += len(drawn)
        metrics = group_metrics(each)
        readers, rest = by_reader(each.estimates, each.task)
        views.append(
            EvaluationView(
                report=each,
                name=name,
                scores=page.score_tables(rest, each.task),
                structures=structure_tables(each.estimates),
                readers=readers,
                figures=numbered,
                forest=(0, forest) if forest else None,
                group_metrics=metrics,
                groups=page.group_tables(each, metrics),
                group_of=page.structure_of_groups(each),
                group_rows=tuple(page.estimate_row(e) for e in each.subgroup_estimates),
                absent=page.absent_here(each),
            )
        )
    return tuple(_with_forest_numbers(views, number))


def _with_forest_numbers(views: list[EvaluationView], number: int) -> list[EvaluationView]:
    """Return the views with their forests numbered after all other figures, since they stand in a later section."""
    numbered = []
    for each in views:
        if each.forest:
            number += 1
            each = each._replace(forest=(number, each.forest[1]))
        numbered.append(each)
    return numbered


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(folder("templates"), encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        page=page,
        checklists=checklists,
        digits=digits,
        signs=signs,
        in_words=in_words,
        risk=risk_groups,
        explanations=explanation_tables,
        marks=marks,
        masks=mask_tables,
        quality=quality,
    )
    environment.filters["worded"] = page.worded
    environment.filters["first_upper"] = page.first_upper
    return environment


def _finalize(shown: Any) -> Any:
    """Return what a template prints without control characters; our own markup is left as it is."""
    return without_controls(shown) if type(shown) is str else shown


@cache
def _file(name: str) -> str:
    return (folder("templates") / name).read_text(encoding="utf-8")
