"""Tables of scans, reference lesions, marks and ignored regions: one table with a row for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from checker.errors import BadSubmission, Problem
from checker.model.predictions import Codes, Floats, Labels, TaskTable
from checker.reading.columns import Reading, no_groups, selected
from checker.reading.detection_shapes import Shape, shape_of
from checker.reading.folds import fold_of
from checker.reading.positive import meaning
from checker.reading.tables import Table
from checker.reading.task_columns import DetectionColumns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCANS, LESIONS, MARKS, IGNORED = "scans", "lesions", "marks", "ignored"
PARTS = {SCANS: 0, LESIONS: 1, MARKS: 2, IGNORED: 3}
"""What a row is, in numbers that the metrics know."""
TABLE_NAMES = tuple(PARTS)
COLUMN_NAMES = (
    "scan", "x", "y", "z", "diameter", "width", "height", "depth", "x1", "y1", "z1", "x2", "y2", "z2",
    "score", "class", "lesion", "mark", "lesions", "reader", "modality",
)  # fmt: skip
"""Our names of columns, in whichever table they are."""
ON_LESION = frozenset({"lesion", "ll", "tp", "hit", "1", "true", "yes"})
OFF_LESION = frozenset({"nonlesion", "non_lesion", "non-lesion", "nl", "fp", "0", "false", "no"})
"""Values of a column that says whether a mark is on a lesion."""
MODEL = "model"
"""The modality of the main marks, where further files hold those of comparators."""


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


@dataclass(slots=True)
class _Part:
    """The rows of one table."""

    kind: str
    reading: Reading
    asked: DetectionColumns
    scan: "NDArray[np.int64]"
    """Place of each row's scan among the scans; -1 unknown."""
    shape: Shape | None = None
    score: Floats | None = None
    classes: Labels | None = None
    reader: Labels | None = None
    modality: Labels | None = None
    lesion: Labels | None = None

    @property
    def rows(self) -> int:
        return self.reading.table.rows

    def column(self, name: str) -> str | None:
        """Return the column of this table that holds what we call so; None: there is none."""
        return column_of(self.asked, self.reading.table, self.kind, name)

    def wrong_rows(self, column: str, rows: "NDArray[np.bool_]", what: str, hint: str = "") -> None:
        """Complain about the rows that the mask tells."""
        at = [int(row) for row in rows.nonzero()[0]]
        if at:
            table = self.reading.table
            message = f"row {table.row(at[0]):,}: {what}{table.others(at)}"
            found = Problem(table.file(at[0]), table.line(at[0]), column, message, hint)
            self.reading.problems.append(found)


def column_of(asked: DetectionColumns, table: Table, kind: str, name: str) -> str | None:
    """Return the column of a table that holds what we call so: named for it, named for all, or called so."""
    own = asked.names.get(f"{kind}.{name}")
    if own is not None:
        return own
    named = asked.names.get(name)
    if named is not None and named in table.columns:
        return named
    return name if name in table.columns else None


def read_detection(tables: DetectionTables, asked: DetectionColumns) -> TaskTable:
    """Return all rows of the tables as metrics of detection name them: scans first, then lesions, marks, regions.

    Raises:
        BadSubmission: what cannot be read, or does not fit together: every problem at once.
    """
    import numpy as np

    problems: list[Problem] = []
    _named_somewhere(tables, asked, problems)
    scans = Reading(selected(tables.scans, asked.where, problems), problems)
    ids = _scan_ids(scans, asked)
    if ids is None or problems:
        raise BadSubmission(dict.fromkeys(problems))
    notes: list[str] = []
    parts = [_Part(SCANS, scans, asked, np.arange(scans.table.rows))]
    for kind, table in tables.all[1:]:
        if part := _part(kind, Reading(table, problems), asked, ids, tables.scans.name, notes):
            parts.append(part)
    _with_comparators(parts, tables)
    made = _Made(parts, ids, asked, notes, problems)
    columns = made.columns()
    if problems:
        raise BadSubmission(dict.fromkeys(problems))
    return made.table(tables, columns)


def _named_somewhere(
    tables: DetectionTables, asked: DetectionColumns, problems: list[Problem]
) -> None:
    """Complain about a column that was named and that no table has."""
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


def _scan_ids(scans: Reading, asked: DetectionColumns) -> Labels | None:
    """Return the scan of each row; each is listed once."""
    import numpy as np

    column = column_of(asked, scans.table, SCANS, "scan") or _called(scans.table)
    if column is None:
        wanted = asked.names.get("scan", "scan")
        missing = scans.table.missing(wanted)
        scans.problems.append(
            missing or Problem(scans.table.name, None, wanted, "no column names the scan")
        )
        return None
    found = scans.labels(column)
    part = _Part(SCANS, scans, asked, found.codes)
    part.wrong_rows(column, found.codes < 0, "the scan is not named", "give each scan a name")
    first = np.unique(found.codes, return_index=True)[1]
    again = np.ones(len(found.codes), bool)
    again[first] = False
    part.wrong_rows(column, again & (found.codes >= 0), "the scan is listed before", "list it once")
    return found


def _called(table: Table) -> str | None:
    """Return the column that by its name holds the scan, where it is called otherwise than ``scan``."""
    return next((each for each in ("case", "image") if each in table.columns), None)


def _part(
    kind: str,
    reading: Reading,
    asked: DetectionColumns,
    ids: Labels,
    scans: str,
    notes: list[str],
) -> _Part | None:
    import numpy as np

    column = column_of(asked, reading.table, kind, "scan") or _called(reading.table)
    if column is None:
        missing = reading.table.missing(asked.names.get("scan", "scan"))
        reading.problems.append(
            missing or Problem(reading.table.name, None, "scan", "no column names the scan")
        )
        return None
    part = _Part(kind, reading, asked, _places(reading.labels(column), ids))
    named = reading.labels(column).codes >= 0
    part.wrong_rows(column, ~named, "the scan is not named", "name the scan of every row")
    away = named & (part.scan < 0)
    if kind == IGNORED and away.any():
        notes.append(
            f"{int(away.sum()):,} ignored regions are on scans that are not listed, and left out."
        )
        kept = Reading(reading.table.kept(~away), reading.problems)
        return _part(kind, kept, asked, ids, scans, notes) if (~away).any() else None
    first = int(np.argmax(away)) if away.any() else 0
    name = reading.table.text(column)[first] if away.any() else ""
    part.wrong_rows(
        column, away, f'the scan "{name}" is not listed in {scans}',
        "list every scan that was searched, those without a lesion or a mark included",
    )  # fmt: skip
    part.shape = shape_of(part, notes)
    if kind == MARKS:
        _said_of_marks(part)
    if kind in (LESIONS, MARKS):
        part.classes = _labels(part, "class")
        part.lesion = _labels(part, "lesion")
    return part


def _places(found: Labels, ids: Labels) -> "NDArray[np.int64]":
    """Return the row among the scans of each name."""
    import numpy as np

    at = {ids.names[code]: row for row, code in enumerate(ids.codes.tolist())}
    known = np.array([at.get(name, -1) for name in found.names] + [-1], np.int64)
    return known[found.codes]


def _labels(part: _Part, name: str) -> Labels | None:
    column = part.column(name)
    return None if column is None else part.reading.labels(column)


def _said_of_marks(part: _Part) -> None:
    import numpy as np

    if column := part.column("score") or part.column("rating"):
        part.score = part.reading.numbers(column)
        part.wrong_rows(
            column,
            np.isnan(part.score),
            "the mark has no score",
            "give every mark a score, or none",
        )
    for name in ("reader", "modality"):
        names = ("modality", "condition") if name == "modality" else (name,)
        column = next((each for each in map(part.column, names) if each), None)
        if column is None:
            continue
        found = part.reading.labels(column)
        part.wrong_rows(column, found.codes < 0, f"the {name} is not named")
        setattr(part, name, found)


def _with_comparators(parts: list[_Part], tables: DetectionTables) -> None:
    """Take each algorithm as a modality of its own."""
    import numpy as np

    if not tables.comparators:
        return
    marks = [part for part in parts if part.kind == MARKS]
    names = (MODEL, *tables.comparators)
    for at, part in enumerate(marks):
        part.modality = Labels(np.full(part.rows, at), names)


class _Made:
    """All rows together."""

    def __init__(
        self,
        parts: Sequence[_Part],
        ids: Labels,
        asked: DetectionColumns,
        notes: list[str],
        problems: list[Problem],
    ) -> None:
        self.parts, self.ids, self.asked = parts, ids, asked
        self.notes, self.problems = notes, problems
        self.given: dict[str, object] = {}

    def of(self, kind: str) -> list[_Part]:
        return [part for part in self.parts if part.kind == kind]

    def columns(self) -> dict[str, Any]:
        """Return every column, one row for each scan, lesion, mark and region."""
        import numpy as np

        counted = self._counted()
        more = 0 if counted is None else len(counted[0])
        rows = [part.rows for part in self.parts]
        scan = [part.scan for part in self.parts]
        kind = [np.full(part.rows, PARTS[part.kind]) for part in self.parts]
        if counted is not None:
            scan.append(counted[0])
            kind.append(np.full(more, PARTS[LESIONS]))
            rows.append(more)
        made: dict[str, Any] = {"case": np.concatenate(scan), "part": np.concatenate(kind)}
        self.total = len(made["case"])
        self._people(made, more)
        self._scores(made, more)
        self._classes(made, more)
        if not self._lesions(made, counted):
            self._shapes(made, more)
        return made

    def _filled(self, name: str, nothing: float, more: int) -> "NDArray[Any] | None":
        """Return one column over all parts; None: no part has it."""
        import numpy as np

        found = [getattr(part, name) for part in self.parts]
        if all(each is None for each in found):
            return None
        filled = [
            np.full(part.rows, nothing) if each is None else each
            for part, each in zip(self.parts, found, strict=True)
        ]
        return np.concatenate([*filled, np.full(more, nothing)])

    def _codes(self, name: str, more: int) -> "tuple[Codes, tuple[str, ...]] | None":
        """Return names as codes over all parts."""
        import numpy as np

        found = [getattr(part, name) for part in self.parts]
        names = sorted({each for one in found if one is not None for each in one.names})
        if not names:
            return None
        if name == "modality" and MODEL in names:
            names = [MODEL, *(each for each in names if each != MODEL)]
        at = {each: code for code, each in enumerate(names)}
        filled = []
        for part, one in zip(self.parts, found, strict=True):
            known = [] if one is None else [at[each] for each in one.names]
            codes = np.full(part.rows, -1) if one is None else np.array([*known, -1])[one.codes]
            filled.append(codes)
        return np.concatenate([*filled, np.full(more, -1)]), tuple(names)

    def _people(self, made: dict[str, Any], more: int) -> None:
        for name in ("reader", "modality"):
            if found := self._codes(name, more):
                made[f"{name}_code"], self.given[f"{name}_names"] = found

    def _scores(self, made: dict[str, Any], more: int) -> None:
        import numpy as np

        scored = self._filled("score", np.nan, more)
        if scored is not None:
            made["score"] = scored
        else:
            self.notes.append(
                "Marks have no score: all count the same, and there is one threshold."
            )

    def _classes(self, made: dict[str, Any], more: int) -> None:
        both = all(
            any(part.classes is not None and part.classes.names for part in self.of(kind))
            for kind in (LESIONS, MARKS)
        )
        lesions = any(part.classes is not None for part in self.of(LESIONS))
        if (both or lesions) and (found := self._codes("classes", more)):
            made["class_code"], names = found
            self.given["class_names"] = names

    # Already matched

    def _counted(self) -> "tuple[Codes, Codes] | None":
        """Return scan and number of the lesions that a column of the scans counts; None: a table lists them."""
        import numpy as np

        (scans,) = self.of(SCANS)
        column = scans.column("lesions")
        if self.of(LESIONS):
            return None
        if column is None:
            self.problems.append(
                Problem(
                    scans.reading.table.name, None, "lesions",
                    "no lesions are given: neither a table of them nor a column that counts those of each scan",
                )
            )  # fmt: skip
            return None
        count = scans.reading.numbers(column)
        if len(count) != scans.rows:
            return None
        wrong = np.isnan(count) | (count < 0) | (count != np.round(count))
        scans.wrong_rows(column, wrong, "the number of lesions is no whole number")
        whole = np.where(wrong, 0, count).astype(np.int64)
        number = np.arange(whole.sum()) - np.repeat(np.cumsum(whole) - whole, whole)
        return np.repeat(scans.scan, whole), number

    def _lesions(self, made: dict[str, Any], counted: "tuple[Codes, Codes] | None") -> bool:
        """Fill the column of lesions, where marks say which one they hit; return whether they do."""
        import numpy as np

        marks = self.of(MARKS)
        said = [(part.lesion, part.column("mark")) for part in marks]
        named = any(lesion is not None or mark is not None for lesion, mark in said)
        if not named or self.asked.hit is not None:
            return False
        codes = np.full(self.total, -1)
        made["lesion"] = codes
        at, places = 0, []
        for part in self.parts:
            places.append(slice(at, at + part.rows))
            at += part.rows
        lesions: list[tuple[Codes, list[str], slice]] = []
        for part, place in zip(self.parts, places, strict=True):
            if part.kind == LESIONS:
                lesions.append((part.scan, _texts(part.lesion, part.rows), place))
        if counted is not None:
            lesions.append((counted[0], [""] * len(counted[0]), slice(at, self.total)))
        known: dict[tuple[int, str], int] = {}
        free: dict[int, list[int]] = {}
        code = 0
        for scan, texts, place in lesions:
            for row, (where, text) in enumerate(zip(scan.tolist(), texts, strict=True)):
                codes[place.start + row] = code
                if text:
                    known[where, text] = code
                else:
                    free.setdefault(where, []).append(code)
                code += 1
        for part, place in zip(self.parts, places, strict=True):
            if part.kind == MARKS:
                codes[place] = self._hits(part, known, free)
        return True

    def _hits(
        self, part: _Part, known: dict[tuple[int, str], int], free: dict[int, list[int]]
    ) -> Codes:
        """Return the code of the lesion that each mark hit; lesions without a name take names as they come."""
        import numpy as np

        texts, on = _texts(part.lesion, part.rows), self._on_lesion(part)
        if part.lesion is None and on is not None:
            texts = self._numbered(part, on)
            self.notes.append(
                "Marks on lesions do not say which lesion: those of one reading of a scan are taken as on "
                "different lesions."
            )
        elif on is not None:
            column = part.column("mark") or ""
            there = np.array([bool(text) for text in texts])
            part.wrong_rows(column, on & ~there, "the mark is on a lesion, and none is named")
            part.wrong_rows(column, ~on & there, "the mark is on no lesion, and one is named")
        column = part.column("lesion") or part.column("mark") or ""
        found, away = np.full(part.rows, -1), np.zeros(part.rows, bool)
        for row, (where, text) in enumerate(zip(part.scan.tolist(), texts, strict=True)):
            if not text:
                continue
            if (where, text) not in known and free.get(where):
                known[where, text] = free[where].pop(0)
            found[row] = known.get((where, text), -1)
            away[row] = found[row] < 0 and where >= 0
        name = next((text for text, wrong in zip(texts, away.tolist(), strict=True) if wrong), "")
        part.wrong_rows(
            column,
            away,
            "more marks of one reading are on lesions than the scan has"
            if part.lesion is None
            else f'the scan has no lesion "{name}"',
            "list the lesion, or count it among those of its scan",
        )  # fmt: skip
        return found

    def _on_lesion(self, part: _Part) -> "NDArray[np.bool_] | None":
        import numpy as np

        column = part.column("mark")
        if column is None:
            return None
        found = part.reading.labels(column)
        on = np.array([meaning(each) in ON_LESION for each in found.names] + [False])
        off = np.array([meaning(each) in OFF_LESION for each in found.names] + [False])
        part.wrong_rows(
            column, ~(on | off)[found.codes], "whether the mark is on a lesion cannot be told",
            "write lesion or non_lesion",
        )  # fmt: skip
        return np.asarray(on[found.codes])

    def _numbered(self, part: _Part, on: "NDArray[np.bool_]") -> list[str]:
        """Return a number for each mark on a lesion, among those of its reading."""
        seen: dict[tuple[int, ...], int] = {}
        who = [
            [0] * part.rows if each is None else each.codes.tolist()
            for each in (part.reader, part.modality)
        ]
        texts = []
        for row, here in enumerate(on.tolist()):
            key = (int(part.scan[row]), who[0][row], who[1][row])
            seen[key] = seen.get(key, 0) + here
            texts.append(f"lesion {seen[key]}" if here else "")
        return texts

    # Shapes

    def _shapes(self, made: dict[str, Any], more: int) -> None:
        import numpy as np

        if self.asked.hit is None:
            (first, *_) = self.of(MARKS) or self.parts
            message = "when a mark is a hit is not said, and no column names the lesion that each mark hit"
            hint = f"write {self.asked.written['hit']} distance, radius, iou, dice or centre_inside"
            self.problems.append(Problem(first.reading.table.name, None, "", message, hint))
            return
        shapes = [(part, part.shape) for part in self.parts if part.kind != SCANS]
        for part, shape in shapes:
            if shape is None:
                message = "no columns say where each row is: x, y and z of points, or the corners of boxes"
                hint = f"name them: {self.asked.written['column']} x, y, z, x1, x2, width ..."
                self.problems.append(Problem(part.reading.table.name, None, "", message, hint))
        there = [shape for _, shape in shapes if shape is not None]
        sizes = {shape.centre.shape[1] for shape in there}
        if len(sizes) > 1:
            message = "some tables have two coordinates and others three; all need the same"
            self.problems.append(Problem(shapes[-1][0].reading.table.name, None, "", message))
        self._fits_the_rule(shapes)
        if more:
            message = "lesions are counted and have no place, so that no mark can be matched to one"
            hint = (
                f"give a table of lesions, or leave out {self.asked.written['hit']} and say which lesion "
                "each mark hit"
            )
            self.problems.append(
                Problem(self.of(SCANS)[0].reading.table.name, None, "lesions", message, hint)
            )
        if len(there) < len(shapes) or len(sizes) != 1 or self.problems:
            return
        (size,) = sizes
        for name, across in (("centre", size), ("low", size), ("size", size), ("diameter", 0)):
            found = [
                None if part.shape is None else getattr(part.shape, name) for part in self.parts
            ]
            if any(each is not None for each in found):
                filled = [
                    np.full((part.rows, across) if across else part.rows, np.nan)
                    if each is None
                    else each
                    for part, each in zip(self.parts, found, strict=True)
                ]
                made[name] = np.concatenate(filled)

    def _fits_the_rule(self, shapes: Sequence[tuple[_Part, Shape | None]]) -> None:
        """Complain about lesions and marks that the hit rule cannot judge."""
        import numpy as np

        rule = self.asked.hit
        overlaps = rule in ("iou", "dice", "any_overlap")
        for part, shape in shapes:
            if shape is None or part.kind == IGNORED:
                continue
            needs_size = overlaps or (
                part.kind == LESIONS and (rule == "radius" or rule == "centre_inside")
            )
            if not needs_size or (shape.low is not None and rule != "radius"):
                continue
            what = "mark" if part.kind == MARKS else "lesion"
            if shape.diameter is None:
                wanted = "a diameter" if rule == "radius" else "a diameter or a box"
                message = f"the hit rule {rule} needs {wanted} of each {what}"
                self.problems.append(Problem(part.reading.table.name, None, "diameter", message))
                continue
            part.wrong_rows(
                part.column("diameter") or "diameter", np.isnan(shape.diameter),
                f"the {what} has no diameter, and the hit rule {rule} needs one",
                "give it one, or take it out of the lesions and name it as an ignored region",
            )  # fmt: skip
        kinds = {
            part.kind: shape.low is not None
            for part, shape in shapes
            if shape is not None and part.kind != IGNORED
        }
        if overlaps and len(set(kinds.values())) > 1:
            message = f"the hit rule {rule} cannot compare boxes with balls: marks and lesions need the same"
            self.problems.append(Problem(self.of(MARKS)[0].reading.table.name, None, "", message))

    # The table

    def table(self, tables: DetectionTables, columns: Mapping[str, Any]) -> TaskTable:
        """Return all of it, with patients, groups and folds of the scans."""
        import numpy as np

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

        self._notes(tables, columns)
        self._silent(columns)
        return TaskTable(
            task="detection",
            file=tables.marks.name,
            sha256=tables.marks.sha256,
            cases=scans.rows,
            columns=columns,
            given=self._given(),
            places=self._places(),
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
        asked = self.asked.baseline
        same = [name for name in names if asked is not None and meaning(name) == meaning(asked)]
        if not same and asked is None:
            chosen = names[0]
            self.notes.append(f'Differences are from the modality "{chosen}".')
            return chosen
        return same[0] if same else names[0]

    def _notes(self, tables: DetectionTables, columns: Mapping[str, Any]) -> None:
        """Say what counts as a hit, what becomes of the other marks, and how many scans have lesions."""
        import numpy as np

        asked = self.asked
        with_lesion = len(np.unique(columns["case"][columns["part"] == PARTS[LESIONS]]))
        scans = int((columns["part"] == PARTS[SCANS]).sum())
        self.notes[:0] = [
            hit_words(asked),
            extra_words(asked),
            f"{scans:,} scans were searched: {with_lesion:,} with a lesion, {scans - with_lesion:,} without.",
            *(
                []
                if asked.max_marks is None
                else [
                    f"At most {asked.max_marks} marks of a scan count: those that score above the next one."
                ]
            ),
            *(
                []
                if asked.thresholds
                else ["No threshold is named: all marks count where one is needed."]
            ),
        ]

    def _silent(self, columns: Mapping[str, Any]) -> None:
        """Say which readers have no mark under a modality: they are taken as having read and marked nothing."""
        readers: Any = self.given.get("reader_names") or ()
        modalities: Any = self.given.get("modality_names") or ()
        if not readers or len(modalities) < 2:
            return
        marks = columns["part"] == PARTS[MARKS]
        pairs = zip(columns["reader_code"][marks], columns["modality_code"][marks], strict=True)
        seen = set(pairs)
        for at, reader in enumerate(readers):
            for of, modality in enumerate(modalities):
                if (at, of) not in seen:
                    self.notes.append(
                        f"Reader {reader} has no mark under {modality}, and is taken as having read every scan and "
                        "marked nothing."
                    )


def _texts(found: Labels | None, rows: int) -> list[str]:
    if found is None:
        return [""] * rows
    return [found.names[code] if code >= 0 else "" for code in found.codes.tolist()]


HITS = {
    "distance": "its centre is at most {limit:g} (mm) from that of the lesion",
    "radius": "its centre is nearer to that of the lesion than the radius of the lesion",
    "iou": "intersection over union with the lesion is at least {limit:g}",
    "dice": "its Dice overlap with the lesion is at least {limit:g}",
    "any_overlap": "it overlaps the lesion",
    "centre_inside": "its centre is inside the lesion",
}
ORDERS = {
    "highest_score_first": "marks with higher scores choose first",
    "nearest_first": "the pairs that fit best go first",
    "best_overall": "as many as possible are matched, and those as well as possible",
}


def hit_words(asked: DetectionColumns) -> str:
    """Return in words when a mark is a hit."""
    if asked.hit is None:
        return "The table of marks says which lesion each mark hit."
    words = HITS[asked.hit].format(limit=asked.limit or 0.0)
    return f"A mark is a hit if {words}; {ORDERS[asked.matching]}."


def extra_words(asked: DetectionColumns) -> str:
    """Return in words what further marks on a lesion are."""
    chosen = asked.extra_hits or usual_extra_hits(asked.hit)
    counted = "count as false positives" if chosen == "false_positive" else "are ignored"
    said = "" if asked.extra_hits else ", as is usual with this rule; nobody said"
    return f"Further marks on a lesion that was hit {counted}{said}."


def usual_extra_hits(hit: str | None) -> str:
    """Return what further marks on a lesion are where nobody says."""
    return "false_positive" if hit in ("iou", "dice", "any_overlap") else "ignored"
