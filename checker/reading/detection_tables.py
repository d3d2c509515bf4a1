"""Tables of scans, reference lesions, marks and ignored regions: one table with a row for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from checker.errors import BadSubmission, Problem
from checker.model.detection import MODEL
from checker.model.predictions import Codes, Labels, TaskTable
from checker.reading.columns import Reading, listed, no_groups, selected
from checker.reading.detection_lesions import are_matched, counted, lesion_codes
from checker.reading.detection_parts import (
    IGNORED,
    LESIONS,
    MARKS,
    PARTS,
    SCANS,
    Part,
    Scans,
    other_scans,
    part_of,
    scan_ids,
)
from checker.reading.detection_places import place_columns
from checker.reading.detection_words import notes_of
from checker.reading.folds import fold_of
from checker.reading.positive import meaning
from checker.reading.tables import Table
from checker.reading.task_columns import DetectionColumns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_NAMES = 100
"""More names than this are no readers, modalities or classes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionTables:
    """What was submitted for one evaluation."""

    scans: Table
    marks: Table
    lesions: Table | None = None
    ignored: Table | None = None
    comparators: Mapping[str, Table] = field(default_factory=dict)
    """Marks of other algorithms on the same scans, by name."""

    @property
    def all(self) -> tuple[tuple[str, Table], ...]:
        """Return each table with what it holds."""
        found = {SCANS: self.scans, LESIONS: self.lesions, MARKS: self.marks, IGNORED: self.ignored}
        return (
            *((kind, table) for kind, table in found.items() if table is not None),
            *((MARKS, table) for table in self.comparators.values()),
        )


def read_detection(tables: DetectionTables, asked: DetectionColumns) -> TaskTable:
    """Return all rows of the tables as metrics of detection name them: scans first, then lesions, marks, regions.

    Raises:
        BadSubmission: what cannot be read, or does not fit together: every problem at once.
    """
    import numpy as np

    problems: list[Problem] = []
    named_somewhere(tables, asked, problems)
    scans = Reading(selected(tables.scans, asked.where, problems), problems)
    ids = scan_ids(scans, asked)
    if ids is None or problems:
        raise BadSubmission(dict.fromkeys(problems))
    notes: list[str] = []
    searched = Scans(ids, tables.scans.name, other_scans(tables.scans, ids, asked))
    parts = [Part(SCANS, scans, asked, np.arange(scans.table.rows))]
    for kind, table in tables.all[1:]:
        if part := part_of(kind, Reading(table, problems), asked, searched, notes):
            parts.append(part)
    if tables.lesions is None and (lesions := counted(parts[0])):
        parts.insert(1, lesions)
    _with_comparators(parts, tables)
    return _Rows(parts, ids, asked, notes).table(tables)


def named_somewhere(
    tables: DetectionTables, asked: DetectionColumns, problems: list[Problem]
) -> None:
    """Complain about each column that was named and that no table has."""
    for name, column in asked.names.items():
        kind, dot, _ = name.rpartition(".")
        among = [table for each, table in tables.all if not dot or each == kind]
        if among and not any(column in table.columns for table in among):
            missing = among[-1 if dot else _most_likely(name, among, tables)].missing(column)
            assert missing is not None
            problems.append(missing)


def _most_likely(name: str, among: Sequence[Table], tables: DetectionTables) -> int:
    """Return which table a problem with a column is reported for."""
    return among.index(tables.scans if name in ("lesions", "patient") else tables.marks)


def _with_comparators(parts: list[Part], tables: DetectionTables) -> None:
    """Take each algorithm as a modality of its own."""
    import numpy as np

    if not tables.comparators:
        return
    marks = [part for part in parts if part.kind == MARKS]
    names = (MODEL, *tables.comparators)
    for at, part in enumerate(marks):
        part.modality = Labels(np.full(part.rows, at), names)


class _Rows:
    """All rows together, and what was chosen."""

    def __init__(
        self, parts: Sequence[Part], ids: Labels, asked: DetectionColumns, notes: list[str]
    ) -> None:
        self.parts, self.ids, self.asked, self.notes = parts, ids, asked, notes
        self.problems = parts[0].reading.problems
        self.given: dict[str, object] = {}

    def of(self, kind: str) -> list[Part]:
        """Return the parts of one kind."""
        return [part for part in self.parts if part.kind == kind]

    def columns(self) -> dict[str, Any]:
        """Return every column, one row for each scan, lesion, mark and region.

        Raises:
            BadSubmission: every problem so far.
        """
        import numpy as np

        made: dict[str, Any] = {
            "case": np.concatenate([part.scan for part in self.parts]),
            "part": np.concatenate([np.full(part.rows, PARTS[part.kind]) for part in self.parts]),
            **self._people(),
            **self._scores(),
            **self._classes(),
        }
        if self.asked.hit is not None:
            made |= place_columns(self.parts)
        elif are_matched(self.parts):
            made["lesion"] = lesion_codes(self.parts, self.notes)
        else:
            self._no_rule()
        if self.problems:
            raise BadSubmission(dict.fromkeys(self.problems))
        return made

    def _no_rule(self) -> None:
        (first, *_) = self.of(MARKS) or self.parts
        message = (
            "when a mark is a hit is not said, and no column names the lesion that each mark hit"
        )
        hint = f"write {self.asked.written['hit']} distance, radius, iou, dice, any_overlap or centre_inside"
        self.problems.append(Problem(first.reading.table.name, None, "", message, hint))

    def _people(self) -> dict[str, Any]:
        """Return codes of readers and modalities, where there are any."""
        made: dict[str, Any] = {}
        for name in ("reader", "modality"):
            if found := self._codes(name):
                made[f"{name}_code"], self.given[f"{name}_names"] = found
        return made

    def _codes(self, name: str) -> "tuple[Codes, tuple[str, ...]] | None":
        """Return names as codes over all parts; None: no part has any."""
        import numpy as np

        found = [getattr(part, name) for part in self.parts]
        names = sorted({each for one in found if one is not None for each in one.names})
        if not names or self._too_many(name, len(names)):
            return None
        if name == "modality" and MODEL in names:
            names = [MODEL, *(each for each in names if each != MODEL)]
        at = {each: code for code, each in enumerate(names)}
        filled = []
        for part, one in zip(self.parts, found, strict=True):
            known = [] if one is None else [at[each] for each in one.names]
            codes = np.full(part.rows, -1) if one is None else np.array([*known, -1])[one.codes]
            filled.append(codes)
        return np.concatenate(filled), tuple(names)

    def _too_many(self, name: str, names: int) -> bool:
        """Complain about a column with so many names that it holds something else; return whether it does."""
        if names <= MOST_NAMES:
            return False
        first = next(part for part in self.parts if getattr(part, name) is not None)
        ours = "class" if name == "classes" else name
        message = f"{names:,} different values are no column that names the {ours}"
        found = Problem(first.reading.table.name, None, first.column(ours) or ours, message)
        self.problems.append(found)
        return True

    def _scores(self) -> "dict[str, NDArray[np.float64]]":
        """Return the score of each mark, where marks have one."""
        import numpy as np

        if all(part.score is None for part in self.parts):
            self.notes.append(
                "Marks have no score: all count the same, and there is one threshold."
            )
            return {}
        filled = [
            np.full(part.rows, np.nan) if part.score is None else part.score for part in self.parts
        ]
        return {"score": np.concatenate(filled)}

    def _classes(self) -> "dict[str, Codes]":
        """Return the class of each lesion and mark, where lesions have one."""
        lesions = any(part.classes is not None for part in self.of(LESIONS))
        if not lesions or not (found := self._codes("classes")):
            return {}
        codes, self.given["class_names"] = found
        return {"class_code": codes}

    def table(self, tables: DetectionTables) -> TaskTable:
        """Return all of it, with patients, groups and folds of the scans.

        Raises:
            BadSubmission: every problem at once.
        """
        columns = self.columns()
        (scans,) = self.of(SCANS)
        asked, reading = self.asked, scans.reading
        of_scan: NDArray[np.int64] = columns["case"]  # a scan has the number of its row
        patient = asked.patient or scans.column("patient")
        names = {
            column: reading.labels(column)
            for column in (patient, *asked.groups)
            if column is not None
        }
        fold = fold_of(reading, asked.fold, said=asked.fold_said)
        self.problems.extend(no_groups(reading.table, asked.groups, None, patient, names))
        if self.problems:
            raise BadSubmission(dict.fromkeys(self.problems))

        def spread(found: Labels) -> Labels:
            return Labels(found.codes[of_scan], found.names)

        places, given = self._places(), self._given()
        self.notes[:0] = notes_of(asked, columns, given)
        return TaskTable(
            task="detection",
            file=tables.marks.name,
            sha256=tables.marks.sha256,
            cases=scans.rows,
            columns=columns,
            given=given,
            places=places,
            case=spread(self.ids),
            patient=None if patient is None else spread(names[patient]),
            fold=None if fold is None else spread(fold),
            groups={column: spread(names[column]) for column in asked.groups},
            unit="scan",
            notes=tuple(self.notes),
        )

    def _given(self) -> dict[str, object]:
        asked = self.asked
        more: dict[str, object] = {"rates": tuple(asked.score_rates)} if asked.score_rates else {}
        return {
            "hit": asked.hit,
            "hit_limit": asked.limit,
            "limits": tuple(asked.limits) if len(asked.limits) > 1 else (),
            "matching": asked.matching,
            "extra_hits": asked.extra_hits,
            "max_marks": asked.max_marks,
            **self.given,
            **more,
            **asked.options,
        }

    def _places(self) -> dict[str, tuple[object, ...]]:
        asked = self.asked
        places: dict[str, tuple[object, ...]] = {}
        if asked.thresholds:
            places["threshold"] = tuple(asked.thresholds)
        if asked.rates:
            places["false_positives_per_case"] = tuple(asked.rates)
        names: Any = self.given.get("modality_names") or ()
        if len(names) > 1:
            places["versus"] = (self._baseline(names),)
        return places

    def _baseline(self, names: Sequence[str]) -> str:
        """Return the modality with which others are compared, and note which it is if nobody said."""
        asked = self.asked.baseline
        same = [name for name in names if asked is not None and meaning(name) == meaning(asked)]
        option = self.asked.written["baseline"]
        if asked is not None and not same and option.startswith("--"):
            (first, *_) = self.of(MARKS)
            message = f'no mark has the modality "{asked}"; they are {listed(names)}'
            raise BadSubmission(
                [Problem(first.reading.table.name, None, "", message, f"correct {option}")]
            )
        if not same:
            self.notes.append(f'Differences are from the modality "{names[0]}".')
        return (same or list(names))[0]
