"""Reads an assessor's answers to a quality score: a YAML sheet, a table with a row for each study, or study.yaml."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from checker.errors import BadSubmission, Problem
from checker.model.quality import NOT_APPLICABLE, AnswerSheet, Given
from checker.model.score_guideline import ScoreGuideline
from checker.reading.answer_names import Name, Names, fitted, folded, text_of
from checker.reading.documents import StudyDocument, YamlDocument, dotted, read_yaml
from checker.reading.guidelines import read_index, score_guidelines
from checker.reading.plain_values import Unfit, nearest, quoted
from checker.reading.yaml_nodes import ValuePath

if TYPE_CHECKING:
    from checker.reading.tables import Table

HEADER = ("guideline", "study", "assessor", "answers", "studies")
"""Keys of a YAML sheet beside the answers themselves."""
OF_AN_ANSWER = ("answer", "reason", "place")
"""Keys of an answer that is written with more than the word."""
LABELS = ("study", "assessor")


# A YAML sheet


def read_answers(path: Path, guideline: ScoreGuideline) -> tuple[AnswerSheet, ...]:
    """Return what a file answers: one sheet of a YAML file, or several; of a table one for each row.

    A YAML file maps questions, conditions and items to answers or points; beside them ``study`` and
    ``assessor`` may be named. ``studies`` lists several sheets, whose answers stand under ``answers``.
    A table has a column for each question; every other column is either the name of the study, the
    assessor, a printed result, or not read.

    Raises:
        BadSubmission: with every problem of the file.
    """
    if path.suffix.lower() in (".yaml", ".yml"):
        if path.is_file() and not path.stat().st_size:
            hint = f"checker score {guideline.id} prints a sheet to fill in"
            raise BadSubmission([Problem(str(path), None, "", "the file is empty", hint)])
        return _Sheets(read_yaml(path), guideline).read()
    return _Rows(path, guideline).read()


class _Sheets:
    """A YAML file on its way to sheets."""

    def __init__(self, document: YamlDocument, guideline: ScoreGuideline) -> None:
        self.document = document
        self.names = Names(guideline)
        self.problems: list[Problem] = []

    def read(self) -> tuple[AnswerSheet, ...]:
        data = self.document.data
        if not isinstance(data, dict):
            raise BadSubmission(
                [self._problem((), "names of questions and their answers are expected")]
            )
        if isinstance(data.get("study"), dict) or "statements" in data:
            said = "this is the description of a study, not a sheet of answers"
            hint = f"use checker check with --guideline {self.names.guideline.id}"
            raise BadSubmission([self._problem((), said, hint)])
        sheets = tuple(self._sheets(data))
        if self.problems:
            raise BadSubmission(sorted(self.problems, key=lambda each: (each.line or 0, each.path)))
        return sheets

    def _sheets(self, data: Mapping[str, object]) -> Iterator[AnswerSheet]:
        if "studies" not in data:
            yield self._sheet(data, ())
            return
        self._header(data, ())
        for key in data:
            if key not in ("guideline", "studies"):
                self._complain((key,), "beside studies only guideline is expected")
        studies = data["studies"]
        for at, each in enumerate(studies if isinstance(studies, list) else ()):
            if isinstance(each, dict):
                yield self._sheet(each, ("studies", at))
            else:
                self._complain(("studies", at), "a sheet is expected: study, assessor, answers")
        if not isinstance(studies, list) or not studies:
            self._complain(("studies",), "a list of sheets is expected")

    def _sheet(self, data: Mapping[str, object], at: ValuePath) -> AnswerSheet:
        self._header(data, at)
        answers, inside = data.get("answers"), (*at, "answers")
        if answers is None and "answers" not in data:
            answers = {key: value for key, value in data.items() if key not in HEADER}
            inside = at
        elif extra := [key for key in data if key not in HEADER]:
            for key in extra:
                self._complain(
                    (*at, key), "this key does not exist beside answers", nearest(key, HEADER)
                )
        if answers is not None and not isinstance(answers, dict):
            self._complain(inside, "names of questions and their answers are expected")
            answers = {}
        given = self._answers(answers or {}, inside)
        study, assessor = (text_of(data.get(each)) for each in LABELS)
        return AnswerSheet(study=study, assessor=assessor, answers=given)

    def _header(self, data: Mapping[str, object], at: ValuePath) -> None:
        named = data.get("guideline")
        if named is not None and named != self.names.guideline.id:
            said = f"these are answers to {named}, and {self.names.guideline.id} is asked for"
            self._complain((*at, "guideline"), said)

    def _answers(self, data: Mapping[str, object], at: ValuePath) -> dict[str, Given]:
        given: dict[str, Given] = {}
        for key, value in data.items():
            path = (*at, key)
            name = self.names.find(str(key))
            if name is None:
                said = f"{self.names.guideline.id} has no question or item {quoted(str(key))}"
                self._complain(path, said, self.names.hint(str(key)))
                continue
            word, reason = self._with_reason(value, path)
            try:
                found = fitted(self.names, name, word, reason)
            except Unfit as unfit:
                self._complain(path, unfit.message, unfit.hint)
                continue
            if found is None:
                continue
            if (twice := _twice(self.names, found, given)) is not None:
                self._complain(path, f"{key} is answered twice{twice}")
            given[found[0]] = found[1]
        return given

    def _with_reason(self, value: object, path: ValuePath) -> tuple[object, str]:
        if not isinstance(value, dict):
            if isinstance(value, list):
                self._complain(path, "one answer is expected, not a list")
                return None, ""
            return value, ""
        for key in value:
            if key not in OF_AN_ANSWER:
                self._complain((*path, key), "this key does not exist", nearest(key, OF_AN_ANSWER))
        said = (text_of(value.get("reason")), text_of(value.get("place")))
        return value.get("answer"), "; ".join(each for each in said if each)

    def _complain(self, path: ValuePath, message: str, hint: str = "") -> None:
        self.problems.append(self._problem(path, message, hint))

    def _problem(self, path: ValuePath, message: str, hint: str = "") -> Problem:
        line = self.document.places.line(path)
        return Problem(self.document.file, line, dotted(path), message, hint)


def _twice(names: Names, found: tuple[str, Given], given: Mapping[str, Given]) -> str | None:
    """Return how a question or its item was answered before; None: it was not."""
    name, answer = found
    if name in given:
        return ""
    if answer.points is not None:
        before = any(each.id in given for each in names.items[name].asked)
    elif name in names.questions:
        item = names.guideline.item_of(name).id
        before = item in given and given[item].points is not None
    else:
        before = False
    return ", as points and as an answer" if before else None


# A table with a row for each study


class _Rows:
    """A table on its way to sheets."""

    def __init__(self, path: Path, guideline: ScoreGuideline) -> None:
        from checker.reading.tables import read_table

        self.table: Table = read_table(path, name=str(path))
        self.names = Names(guideline)
        self.problems: list[Problem] = []

    def read(self) -> tuple[AnswerSheet, ...]:
        if {"item", "answer"} <= {folded(each) for each in self.table.columns}:
            return self._long()
        columns = self._columns()
        if not any(each.kind in ("question", "item", "condition") for each in columns.values()):
            said = f"no column is a question or an item of {self.names.guideline.id}"
            self.problems.append(Problem(self.table.name, 1, "", said, self.names.hint("")))
        sheets = tuple(self._sheet(row, columns) for row in range(self.table.rows))
        if self.problems:
            raise BadSubmission(self.problems)
        return sheets

    def _columns(self) -> dict[int, Name]:
        """Return what each column is about; an item whose questions stand in the table is a printed result."""
        found: dict[int, Name] = {}
        for at, column in enumerate(self.table.columns):
            if folded(column) in LABELS:
                found[at] = Name("label", folded(column))
            elif name := self.names.find(column) or self.names.results(column):
                found[at] = name
            elif self._looks_like_one(column):
                said = f"{self.names.guideline.id} has no question or item {quoted(column)}"
                self.problems.append(
                    Problem(self.table.name, 1, column, said, self.names.hint(column))
                )
        asked = {each.id for each in found.values() if each.kind == "question"}
        for at, name in found.items():
            if name.kind == "item" and asked & {q.id for q in self.names.items[name.id].asked}:
                found[at] = Name("printed", name.id)
        return found

    def _looks_like_one(self, column: str) -> bool:
        """Return whether a column is written as questions and items are, and is none of them."""
        starts = "|".join(map(re.escape, [*self.names.starts, "c", "condition"]))
        return bool(re.fullmatch(rf"({starts})?_?\d+[a-z_]*", folded(column)))

    def _sheet(self, row: int, columns: Mapping[int, Name]) -> AnswerSheet:
        cells = self.table.cells.frame.row(row)
        given: dict[str, Given] = {}
        printed: dict[str, str] = {}
        labels: dict[str, str] = {}
        for at, name in columns.items():
            text = text_of(cells[at])
            if name.kind == "label":
                labels[name.id] = text
            elif name.kind in ("printed", "section", "total", "category"):
                printed[name.id] = text
            elif found := self._fitted(row, self.table.columns[at], name, text):
                if (twice := _twice(self.names, found, given)) is not None:
                    column = self.table.columns[at]
                    self._complain(row, column, f"{found[0]} is answered twice{twice}")
                given[found[0]] = found[1]
        study = labels.get("study") or self._first_label(cells, columns) or f"row {row + 1}"
        return AnswerSheet(
            study=study, assessor=labels.get("assessor", ""), answers=given, printed=printed
        )

    def _first_label(self, cells: Sequence[object], columns: Mapping[int, Name]) -> str:
        """Return the first cell that is no answer: names of studies stand first."""
        return next((text_of(each) for at, each in enumerate(cells) if at not in columns), "")

    def _long(self) -> tuple[AnswerSheet, ...]:
        """Return the sheets of a table with a row for each answer: item, answer, and perhaps reason."""
        at = {folded(each): i for i, each in enumerate(self.table.columns)}
        sheets: dict[tuple[str, str], dict[str, Given]] = {}
        for row in range(self.table.rows):
            cells = {key: text_of(self.table.cells.frame.row(row)[i]) for key, i in at.items()}
            given = sheets.setdefault((cells.get("study", ""), cells.get("assessor", "")), {})
            name = self.names.find(cells["item"])
            if name is None:
                said = f"{self.names.guideline.id} has no question or item {quoted(cells['item'])}"
                self._complain(row, "item", said, self.names.hint(cells["item"]))
                continue
            found = self._fitted(row, "answer", name, cells["answer"], cells.get("reason", ""))
            if found and _twice(self.names, found, given) is not None:
                self._complain(
                    row, "item", f"{cells['item']} is answered in an earlier row already"
                )
            if found:
                given[found[0]] = found[1]
        if self.problems:
            raise BadSubmission(self.problems)
        return tuple(
            AnswerSheet(study=study, assessor=assessor, answers=given)
            for (study, assessor), given in sheets.items()
        )

    def _fitted(
        self, row: int, column: str, name: Name, text: str, reason: str = ""
    ) -> tuple[str, Given] | None:
        try:
            return fitted(self.names, name, text, reason)
        except Unfit as unfit:
            self._complain(row, column, unfit.message, unfit.hint)
            return None

    def _complain(self, row: int, column: str, message: str, hint: str = "") -> None:
        lines = self.table.cells.lines
        line = row + self.table.cells.first_row if lines is None else int(lines[row])
        self.problems.append(Problem(self.table.name, line, column, message, hint))


# study.yaml


def require_answers(document: StudyDocument) -> None:
    """Complain about every answer in `statements.appraisals` that does not fit the quality score it is about.

    Raises:
        BadSubmission: with all of them.
    """
    said = document.study.statements
    abouts = [each.about.partition("/")[0] for each in said.appraisals or ()]
    left_out = {each.about.partition("/")[0] for each in said.not_applicable or ()}
    if not abouts and not left_out:
        return
    index = read_index()
    scores = [entry.id for entry in index if entry.kind == "quality_score"]
    problems = list(_misspelled(document, abouts, [entry.id for entry in index], scores))
    if answered := {*abouts, *left_out} & set(scores):
        for guideline in score_guidelines(answered):
            problems += _with_problems(document, guideline)[1]
    if problems:
        raise BadSubmission(sorted(problems, key=lambda each: each.line or 0))


def _misspelled(
    document: StudyDocument, abouts: Sequence[str], known: Sequence[str], scores: Sequence[str]
) -> Iterator[Problem]:
    from difflib import get_close_matches

    for at, about in enumerate(abouts):
        close = [] if about in known else get_close_matches(about, scores, n=1, cutoff=0.9)
        for hint in (f"did you mean {each}?" for each in close):
            path = ("statements", "appraisals", at, "about")
            yield _at(document, path, f"there is no quality score {about}", hint)


def sheets_of(document: StudyDocument, guideline: ScoreGuideline) -> tuple[AnswerSheet, ...]:
    """Return what assessors answered in `statements.appraisals`: a sheet for each of them.

    Raises:
        BadSubmission: an appraisal names a question that does not exist, or an answer it does not have.
    """
    sheets, problems = _with_problems(document, guideline)
    if problems:
        raise BadSubmission(problems)
    return sheets


def _with_problems(
    document: StudyDocument, guideline: ScoreGuideline
) -> tuple[tuple[AnswerSheet, ...], list[Problem]]:
    names = Names(guideline)
    problems: list[Problem] = []
    sheets: dict[str, dict[str, Given]] = {}
    places = {
        each.about: each.place or each.quote or ""
        for each in document.study.statements.locations or ()
    }
    for at, each in enumerate(document.study.statements.appraisals or ()):
        about, _, wanted = each.about.partition("/")
        if about != guideline.id:
            continue
        path: ValuePath = ("statements", "appraisals", at)
        given = sheets.setdefault(each.by or "", {})
        name = names.find(wanted)
        if name is None:
            said = f"{guideline.id} has no question or item {quoted(wanted)}"
            problems.append(_at(document, (*path, "about"), said, names.hint(wanted)))
            continue
        try:
            why = (each.reason or "", places.get(f"{guideline.id}/{name.id}", ""))
            found = fitted(names, name, each.answer, "; ".join(filter(None, why)))
        except Unfit as unfit:
            problems.append(_at(document, (*path, "answer"), unfit.message, unfit.hint))
            continue
        if found is None:
            problems.append(_at(document, path, f"{each.about} has no answer", "write answer:"))
        elif found[0] in given:
            said = f"{each.about} is answered twice by {each.by or 'nobody named'}"
            problems.append(_at(document, path, said, "delete one, or say by whom each is"))
        else:
            given[found[0]] = found[1]
    marks = dict(_marks(document, names, problems))
    if marks and not sheets:
        sheets[""] = {}
    made = tuple(
        AnswerSheet(assessor=by, answers={**marks, **given}) for by, given in sheets.items()
    )
    return made, problems


def _marks(
    document: StudyDocument, names: Names, problems: list[Problem]
) -> Iterator[tuple[str, Given]]:
    """Yield the items said not to apply; where one always applies, that is a problem."""
    for at, each in enumerate(document.study.statements.not_applicable or ()):
        about, _, wanted = each.about.partition("/")
        name = names.find(wanted) if about == names.guideline.id else None
        if name is None or name.kind == "condition":
            continue  # an item that does not exist was refused with the description
        item = names.items.get(name.id) or names.guideline.item_of(name.id)
        if item.applicable_if:
            yield item.id, Given(answer=NOT_APPLICABLE, reason=each.reason)
        else:
            path = ("statements", "not_applicable", at, "about")
            said = f"item {item.id} of {names.guideline.id} is counted for every study"
            problems.append(_at(document, path, said, "answer it under appraisals"))


def _at(document: StudyDocument, path: ValuePath, message: str, hint: str) -> Problem:
    return document.places.problem(document.file, path, message, hint)
