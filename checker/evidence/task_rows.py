"""The rows behind a number of another task than binary classification, with everything a metric can name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.metrics.base import METRICS, TASKS, Codes, Floats, Metric, Share, plain
from checker.metrics.estimating import Cases, columns_behind, complete, known_of
from checker.metrics.resampling import seeds
from checker.model.estimate import Comparison, Estimate, facets
from checker.model.predictions import Labels, TaskTable
from checker.model.settings import Settings
from checker.model.study import Evaluation
from checker.needs import Absent, Known, NotEstablished

SCORE = {
    "survival": "score",
    "ordinal": "score",
    "agreement": "measured",
    "segmentation": "measures",
}
"""Task to the column in whose place another score is put to compare the two."""


def plain_name(text: str) -> str:
    """Return a name as it is compared with others: without spaces, in small letters."""
    return "".join(text.split()).casefold()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TaskRows:
    """The complete rows behind an estimate, and the facets at which its metric is taken."""

    task: str
    cases: Cases
    given: Mapping[str, object]
    facets: Mapping[str, object] = field(default_factory=dict)
    seeds: tuple[int, int] = (0, 0)
    resamples: int = 2000
    level: float = 0.95

    @property
    def patients(self) -> int:
        """Return the number of patients."""
        return self.cases.patients

    @property
    def size(self) -> int:
        """Return the number of rows."""
        return len(self.cases)

    def bare(self) -> Known:
        """Return what metrics can name, at no facet."""
        return known_of(self.cases, self.seeds, self.settings(), self.task)

    def settings(self) -> dict[str, object]:
        """Return what metrics name besides columns and facets."""
        return {"level": self.level, **self.given}

    def known(self) -> Known:
        """Return what metrics can name, at the facets."""
        return self.bare().inside(**self.facets)

    def sides(self) -> Codes:
        """Return one stratum: only a binary outcome has two sides."""
        return np.zeros(self.patients, np.int64)

    def value(self, metric: Metric) -> float:
        """Return the metric as a number.

        Raises:
            NotEstablished: it is undefined, with its sentence.
        """
        found: Share | Floats | Absent = self.known().ask(metric.function)
        if isinstance(found, Absent):
            raise NotEstablished(found.because)
        return plain(found)


def rows_behind(
    of: Estimate,
    evaluation: Evaluation,
    table: TaskTable,
    level: float,
    settings: Settings,
    fold: int | None = None,
) -> TaskRows:
    """Return the complete rows behind an estimate at its facets; of one fold alone, if its code is given."""
    columns, fold_name = columns_of(table), ""
    if table.fold is not None:
        columns["fold"] = table.fold.codes
    if of.group != "all":
        column, _, name = of.group.partition(" = ")
        labels = table.groups[column]
        code = labels.names.index(name) if name in labels.names else -1
        columns = {each: values[labels.codes == code] for each, values in columns.items()}
    if fold is not None and table.fold is not None:
        fold_name = f", fold {table.fold.names[fold]}"
        here = columns["fold"] == fold
        columns = {each: values[here] for each, values in columns.items()}
    metric = METRICS[table.task, of.metric]
    cases, _ = complete(columns_behind(metric, columns), task=table.task)
    behind = metric.depends_on()
    there = {
        name: getattr(of, name)
        for name in facets()
        if name in behind and name not in ("group", "score")  # which rows, and of which score
    }
    return TaskRows(
        task=table.task,
        cases=cases,
        given=table.given,
        facets={
            name: value
            for name, value in there.items()
            if value is not None
            or None in table.places.get(name, ())  # decisions without a threshold
        },
        seeds=seeds(settings.seed, evaluation.name, f"{of.group}{fold_name}"),
        resamples=settings.resamples,
        level=level,
    )


def label_names(label: str) -> set[str]:
    """Return how people call a class, or a cut between classes: F0-F1 vs F2-F4 is also F2-F4 or ≥F2."""
    named = {plain_name(label)}
    if " vs " not in label:
        return named
    higher = label.partition(" vs ")[2]
    signed = (plain_name(f"{sign}{higher.split('-')[0]}") for sign in ("≥", ">=", "> ="))
    return {*named, plain_name(higher), *signed}


def group_rows(table: TaskTable, group: str | None) -> tuple[str, TaskTable]:
    """Return the group as the file spells it, and its rows.

    Raises:
        NotEstablished: the file has no such group.
    """
    if group is None or plain_name(group) in ("", "all"):
        return "all", table
    for column, labels in table.groups.items():
        for code, value in enumerate(labels.names):
            name = f"{column} = {value}"
            if plain_name(name) == plain_name(group):
                return name, _only(table, labels.codes == code)
    raise no_group(
        group,
        [f"{column} = {each}" for column in table.groups for each in table.groups[column].names],
    )


def no_group(group: str | None, there: Iterable[str]) -> NotEstablished:
    """Return what is said of a group that is not there, with the first of those that are."""
    listed = [f'"{each}"' for each in dict.fromkeys(there) if each != "all"]
    named = f"there are {', '.join(listed[:8])}" if listed else "no groups are described"
    return NotEstablished(f'there is no group "{group}"; {named}')


def _only(table: TaskTable, rows: NDArray[np.bool_]) -> TaskTable:
    def of(labels: Labels | None) -> Labels | None:
        return None if labels is None else Labels(labels.codes[rows], labels.names)

    return replace(
        table,
        cases=int(np.count_nonzero(rows)),
        columns={name: values[rows] for name, values in table.columns.items()},
        compared={name: values[rows] for name, values in table.compared.items()},
        case=of(table.case),
        patient=of(table.patient),
        fold=of(table.fold),
        groups={},
    )


def columns_of(table: TaskTable) -> dict[str, Any]:
    """Return the columns of a table, the patient among them."""
    patient = {} if table.patient is None else {"patient": table.patient.codes}
    return {**table.columns, **patient}


def rows_scored(
    table: TaskTable, score: str, found: Comparison, settings: Settings, own: tuple[int, int]
) -> TaskRows:
    """Return the rows that have both scores of a comparison, with the named one as the score.

    Args:
        table: of the task; its own score stands in the column `SCORE`.
        score: that column, or a further score.
        found: the comparison, at whose horizon or cut the metric is taken.
        settings: resamples and level.
        own: seeds of the evaluation and the group.
    """
    place = SCORE[table.task]
    scores = {place: table.columns[place], **table.compared}
    names = {each for each in (found.first, found.second) if each in scores} | {place, score}
    both = np.logical_and.reduce([~np.isnan(np.asarray(scores[each], float)) for each in names])
    columns = {
        name: np.asarray(values)[both]
        for name, values in columns_of(table).items()
        if name in TASKS[table.task].columns or name == "patient"
    }
    columns[place] = np.asarray(scores[score], float)[both]
    cases, _ = complete(columns, task=table.task)
    facets_there = {
        name: at
        for name, at in (("horizon", found.horizon), ("label", found.label))
        if at is not None
    }
    return TaskRows(
        task=table.task,
        cases=cases,
        given=table.given,
        facets=facets_there,
        seeds=own,
        resamples=settings.resamples,
        level=settings.level,
    )
