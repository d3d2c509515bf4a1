"""A study as a workbook: from YAML and back without a change, what a person sees and types, and what is told."""

import datetime
import io
import json
import random
import re
import shutil
import subprocess
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
import xlsxwriter
from hypothesis import HealthCheck, assume, given, settings

from checker import pipeline
from checker.appraisal.questions import condition, questions, topic
from checker.cli.app import run
from checker.errors import BadSubmission, OutputFailed, Problem
from checker.model.question import Counting, QuestionState
from checker.model.study import Study
from checker.model.study.facts import FACTS, record_lists, spots
from checker.model.study.kinds import Kind
from checker.model.worksheet import (
    MARK,
    STATEMENTS,
    Piece,
    fields_of,
    pairs,
    piece,
    pieces,
    questions_of,
    rows_of,
    sheets,
    written,
)
from checker.reading import worksheets
from checker.reading.documents import StudyDocument, read_study
from checker.reading.guidelines import guidelines
from checker.reading.workbooks import Cell, Page, read_cells
from checker.render.to_description import to_description
from checker.render.to_workbook import to_workbook
from tests.study_descriptions import TEXTS, descriptions

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted(
    [
        *(ROOT / "examples").glob("*/study.yaml"),
        *(ROOT / "tests/reference/studies").glob("*.yaml"),
    ]
)
LIVER = ROOT / "examples/indian_liver_patients/study.yaml"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def workbook(document: StudyDocument) -> bytes:
    study = document.study
    return to_workbook(study, questions(study, guidelines()), (), document.places.printed)


def kept(folder: Path, document: StudyDocument, name: str = "work.xlsx") -> Path:
    path = folder / name
    path.write_bytes(workbook(document))
    return path


def described(folder: Path, text: str) -> StudyDocument:
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    return read_study(folder / "study.yaml")


def problems(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(BadSubmission) as caught:
        read_study(path)
    return caught.value.problems


# The way of a user


def test_a_clinician_fills_in_a_workbook_and_the_study_is_checked(tmp_path, capsys, monkeypatch):
    shutil.copytree(LIVER.parent, tmp_path / "study")
    monkeypatch.chdir(tmp_path / "study")
    assert run(["worksheet", "study.yaml", "-o", "work.xlsx"]) == 0
    assert re.search(r"wrote work.xlsx: \d+ open questions, \d+ answered", capsys.readouterr().out)
    assert run(["validate", "work.xlsx"]) == 0
    assert capsys.readouterr().out.startswith("work.xlsx: described so far: 167 of 289 facts")
    assert run(["check", "study.yaml", "--format", "json", "--resamples", "200"]) == 1
    first = json.loads(capsys.readouterr().out)
    assert run(["check", "work.xlsx", "--format", "json", "--resamples", "200"]) == 1
    second = json.loads(capsys.readouterr().out)
    assert first["evaluations"] == second["evaluations"]
    assert first["claims"] == second["claims"]
    assert first["answers"] == second["answers"]
    assert [each["code"] for each in first["findings"]] == [
        each["code"] for each in second["findings"]
    ]
    places = {(each["file"], each["cell"], each["line"]) for each in second["findings"]}
    assert ("work.xlsx", 'sheet "Claims", cell E7', None) in places


def test_findings_name_sheet_and_cell_in_every_view(tmp_path, capsys, monkeypatch):
    shutil.copytree(LIVER.parent, tmp_path / "study")
    monkeypatch.chdir(tmp_path / "study")
    kept(Path(), read_study(Path("study.yaml")))
    outputs = ["r.html", "r.md", "r.json"]
    asked = [word for name in outputs for word in ("-o", name)]
    assert run(["check", "work.xlsx", "--resamples", "200", *asked]) == 1
    assert (
        'work.xlsx, sheet "Claims", cell E7: evaluations[0].claims[4].value'
        in capsys.readouterr().out
    )
    assert "work.xlsx, sheet &#34;Claims&#34;, cell E7" in Path("r.html").read_text("utf-8")
    assert 'work.xlsx, sheet "Claims", cell E7' in Path("r.md").read_text("utf-8")
    assert run(["render", "r.json"]) == 0
    assert 'work.xlsx, sheet "Claims", cell E7' in capsys.readouterr().out


def test_files_are_looked_for_beside_the_workbook(tmp_path, capsys):
    other = tmp_path / "elsewhere"
    other.mkdir()
    path = kept(other, read_study(LIVER))
    assert run(["check", str(path)]) == 2
    said = capsys.readouterr().err
    place = re.escape(f'{path}, sheet "Evaluations", cell E')
    assert re.search(
        place + r"\d+: evaluations\[0\].predictions: predictions/test.csv: there is no", said
    )


def test_a_workbook_in_another_folder_than_its_files_is_told(tmp_path, capsys):
    shutil.copytree(LIVER.parent, tmp_path / "study")
    study, told = tmp_path / "study/study.yaml", "looked for beside it"
    assert run(["worksheet", str(study), "-o", str(tmp_path / "work.xlsx")]) == 0
    assert f"{told}; they lie in {tmp_path / 'study'}" in capsys.readouterr().err
    assert run(["worksheet", str(study), "-o", str(tmp_path / "study/work.xlsx")]) == 0
    assert told not in capsys.readouterr().err


def test_the_first_sheet_names_facts_as_the_other_sheets_do(tmp_path):
    why = '"Study: question" is diagnostic'
    document = described(tmp_path, "study: {question: diagnostic}\n")
    every = questions(document.study, guidelines())
    counting = (Counting(name="a", title="A", why="Here study.question is diagnostic."),)
    (tmp_path / "w.xlsx").write_bytes(to_workbook(document.study, every, counting))
    start = read_cells(tmp_path / "w.xlsx").pages[0]
    assert any(why in cell.text for cell in start.cells.values())


def test_cells_below_a_table_are_text_cells(tmp_path):
    path = kept(tmp_path, read_study(LIVER))
    with zipfile.ZipFile(path) as book:
        styles = ElementTree.fromstring(book.read("xl/styles.xml"))
        at = [page.name for page in read_cells(path).pages].index("Claims") + 1
        claims = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{at}.xml"))
    formats = [each.get("numFmtId") for each in styles.findall(f"{MAIN}cellXfs/{MAIN}xf")]
    columns = claims.findall(f"{MAIN}cols/{MAIN}col")[1:]
    assert columns
    assert {formats[int(each.get("style", "0"))] for each in columns} == {"49"}


# From YAML and back


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_going_to_a_workbook_and_back_changes_nothing(path, tmp_path):
    document = read_study(path)
    back = read_study(kept(tmp_path, document))
    assert back.study == document.study
    assert back.file == "work.xlsx"
    (tmp_path / "back.yaml").write_text(to_description(back.study, back.places.printed), "utf-8")
    assert read_study(tmp_path / "back.yaml").study == document.study
    again = read_study(kept(tmp_path, back, "again.xlsx"))
    assert again.study == document.study
    assert again.sha256 == back.sha256, "the same answers give the same bytes"


def test_numbers_keep_the_digits_of_their_author(tmp_path):
    document = read_study(ROOT / "tests/reference/studies/study-example.yaml")
    back = read_study(kept(tmp_path, document))
    assert back.study.evaluations[1].claims[1].high.text == "0.90"
    at = ("evaluations", 1, "decision_range")
    assert document.study.evaluations[1].decision_range == (0.1, 0.5)
    assert back.places.printed((*at[:2], "claims", 1, "high")) == "0.90"
    changed = described(tmp_path, "analysis: {missing: {fraction: 0.10}}\n")
    assert (
        read_study(kept(tmp_path, changed)).places.printed(("analysis", "missing", "fraction"))
        == "0.10"
    )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=descriptions())
def test_whatever_a_description_says_survives_the_workbook(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    (folder / "study.yaml").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    try:
        document = read_study(folder / "study.yaml")
    except BadSubmission:
        assume(False)
    back = read_study(kept(folder, document))
    assert back.study == document.study
    (folder / "back.yaml").write_text(to_description(back.study, back.places.printed), "utf-8")
    assert read_study(folder / "back.yaml").study == document.study


EDGES = {
    "empty lists": "data: {sources: [], partitions: []}\nevaluations: []\nexplanations: []\npredictors: {inputs: []}\n"
    "results: {flow: [], characteristics: [], subgroups: []}\nparticipants: {inclusion: []}\n",
    "empty statements": "statements: {locations: [], not_reported: [], not_applicable: [], appraisals: [], "
    "complete: []}",
    "nested empty lists": "evaluations: [{name: a, task: classification, claims: [], comparators: [], columns: {}, "
    "differs: {}}, {name: b, task: survival, claims: [{metric: c_index}]}]",
    "texts that look empty": 'study: {title: "", aims: "null", goal: "(none)"}\n'
    'participants: {inclusion: ["a; b", "(none)"]}',
    "entries called none": 'data: {sources: [{name: "(none)"}]}\npredictors: {inputs: [{name: "(none)"}]}',
    "what differs": "data: {partitions: [{name: a, differs: {participants.inclusion: [x, 'y; z'], "
    "analysis.missing.fraction: 0.50, predictors.inputs: [{name: i, kind: image}, {name: j}]}}]}\n"
    "evaluations: [{name: a, task: ordinal, differs: {outcome.blinding: blinded, predictors.inputs: []}}]",
    "statements in their order": "statements: {not_reported: [{about: study.title, reason: r}, "
    "{about: data.split, reason: r}, {about: study.aims, reason: r}, {about: study.title, reason: again}], "
    "not_applicable: [{about: tripod_ai_2024/12d, reason: r}, {about: study.goal, reason: r}, "
    "{about: model.name, reason: r}], locations: [{about: study.aims, place: p2}, "
    "{about: study.title, quote: q, place: p1}, {about: study.aims, place: p3}, {about: study.title, quote: z}, "
    "{about: tripod_ai_2024/4, place: p}]}",
    "appraisals": "evaluations: [{name: a, task: ordinal}]\n"
    "statements: {appraisals: [{about: probast_ai_2025/eval-4.5, "
    'part: evaluation, evaluation: a, answer: "N", reason: r, by: first reviewer, date: 2026-01-05, kind: answer}]}',
    "claims of explanations": "evaluations: [{name: a, task: classification}]\nexplanations: [{name: m, evaluation: a, "
    "regions: {liver: '1+2'}, claims: [{metric: pointing_game, value: 0.50}], repeats: [x, y]}]",
}  # fmt: skip


@pytest.mark.parametrize("story", EDGES)
def test_the_edges_of_a_description_survive_the_workbook(story, tmp_path):
    try:
        document = described(tmp_path, EDGES[story])
    except BadSubmission as bad:
        pytest.fail(str(bad))
    assert read_study(kept(tmp_path, document)).study == document.study


SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.mark.xdist_group("libreoffice")
def test_a_workbook_that_libreoffice_has_saved_says_the_same(tmp_path):
    if SOFFICE is None:
        pytest.skip("LibreOffice is not installed")
    paths = {
        path: kept(tmp_path, read_study(path), f"{i}.xlsx") for i, path in enumerate(EXAMPLES[:4])
    }
    saved = tmp_path / "saved"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    done = subprocess.run(
        [
            SOFFICE,
            profile,
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            saved,
            *paths.values(),
        ],
        capture_output=True,
        timeout=300,
    )
    if not saved.is_dir():
        pytest.skip(f"this LibreOffice opens no workbooks: {done.stderr.decode()[-200:]}")
    for path, file in paths.items():
        assert read_study(saved / file.name).study == read_study(path).study


# What a person sees


class Opened(NamedTuple):
    """A workbook unpacked: the XML of each sheet by its title, its texts, the rest."""

    sheets: dict[str, ElementTree.Element]
    hidden: set[str]
    texts: list[str]
    parts: dict[str, bytes]

    def cells(self, title: str) -> dict[str, str]:
        found = {}
        for cell in self.sheets[title].iter(f"{MAIN}c"):
            value = cell.find(f"{MAIN}v")
            if value is not None and value.text is not None:
                is_shared = cell.get("t") == "s"
                found[cell.attrib["r"]] = self.texts[int(value.text)] if is_shared else value.text
        return found

    def drop_downs(self, title: str) -> dict[str, list[str]]:
        found = {}
        for each in self.sheets[title].iter(f"{MAIN}dataValidation"):
            formula = each.find(f"{MAIN}formula1")
            column, last = re.fullmatch(
                r"Lists!\$([A-Z]+)\$1:\$[A-Z]+\$(\d+)", formula.text
            ).groups()
            lists = self.cells("Lists")
            found[each.attrib["sqref"]] = [
                lists[f"{column}{row}"] for row in range(1, int(last) + 1)
            ]
        return found


def opened(data: bytes) -> Opened:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    book = ElementTree.fromstring(parts["xl/workbook.xml"])
    named = [each for each in book.iter(f"{MAIN}sheet")]
    shared = ElementTree.fromstring(parts["xl/sharedStrings.xml"])
    return Opened(
        {
            each.attrib["name"]: ElementTree.fromstring(parts[f"xl/worksheets/sheet{i}.xml"])
            for i, each in enumerate(named, start=1)
        },
        {each.attrib["name"] for each in named if each.get("state") == "hidden"},
        ["".join(text.itertext()) for text in shared.iter(f"{MAIN}si")],
        parts,
    )


@pytest.fixture(scope="module")
def liver() -> Opened:
    return opened(workbook(read_study(LIVER)))


def cell_of(opened_book: Opened, title: str, fact: str, column: str) -> str:
    row = next(
        at[1:]
        for at, text in opened_book.cells(title).items()
        if text == fact and at[0] == "A" and at[1].isdigit()
    )
    return f"{column}{row}"


def test_every_fact_has_its_place_in_the_workbook():
    found: list[str] = []
    for sheet in sheets():
        if sheet.layout == "questions":
            found += questions_of(sheet.of)
        elif sheet.layout == "entries":
            found += rows_of(sheet.of)
        elif sheet.layout == "table":
            found += fields_of(sheet.of)
    elsewhere = [fact for fact in FACTS if fact.startswith(STATEMENTS) or fact.endswith(".differs")]
    tables = [each for each in record_lists() if each in found]
    assert sorted({*found, *elsewhere}) == sorted(FACTS)
    assert len(found) == len({*found}), "each fact is asked once"
    assert len({sheet.title for sheet in sheets()}) == len(sheets())
    assert tables, (
        "lists of records have a row of their own, for what is said about them as a whole"
    )


def test_the_first_sheet_says_how_to_fill_in_and_which_guidelines_count(tmp_path):
    asked = pipeline.questions(LIVER)
    found = opened(to_workbook(asked.document.study, asked.questions, asked.counting))
    texts = " ".join(found.cells("Start").values())
    assert next(iter(found.sheets)) == "Start"
    assert "How to fill in" in texts
    assert "Guideline that counts" in texts
    assert "tripod_ai_2024" in texts
    assert all(title in texts for title in found.sheets if title not in ("Start", "Lists"))
    assert found.hidden == {"Lists"}


def test_keys_are_hidden_and_the_headings_stay_in_sight(liver):
    for title, sheet in liver.sheets.items():
        first = next(row for row in sheet.iter(f"{MAIN}row") if row.attrib["r"] == "1")
        assert first.get("hidden") == "1"
        assert liver.cells(title)["A1"].startswith(MARK)
        if title == "Lists":
            continue
        columns = next(iter(sheet.iter(f"{MAIN}col")))
        assert (columns.attrib["min"], columns.get("hidden")) == ("1", "1")
        assert any(each.get("fitToWidth", "1") for each in sheet.iter(f"{MAIN}pageSetup"))
        if title != "Start":
            pane = next(sheet.iter(f"{MAIN}pane"))
            assert (pane.attrib["ySplit"], pane.attrib["state"]) == ("2", "frozen")
            assert next(sheet.iter(f"{MAIN}autoFilter")).attrib["ref"].startswith("A2:")


def test_coded_values_have_drop_downs_in_words(liver):
    at = cell_of(liver, "Model", "model.family", "E")
    assert "tree ensemble" in liver.drop_downs("Model")[at]
    assert liver.drop_downs("Model")[cell_of(liver, "Model", "model.locked", "E")] == ["yes", "no"]
    said = cell_of(liver, "Model", "model.locked", "G")
    assert liver.drop_downs("Model")[said] == ["not reported", "does not apply"]
    partition = cell_of(liver, "Evaluations", "evaluations.partition", "E")
    assert liver.drop_downs("Evaluations")[partition] == ["development", "test"]
    claims = liver.drop_downs("Claims")
    assert next(names for at, names in claims.items() if at.startswith("B3:")) == ["test"]
    assert next("auroc" in names for at, names in claims.items() if at.startswith("D3:"))


def test_every_answer_cell_is_a_text_cell(liver):
    styles = ElementTree.fromstring(liver.parts["xl/styles.xml"])
    formats = [each.attrib["numFmtId"] for each in next(styles.iter(f"{MAIN}cellXfs"))]
    cells = {each.attrib["r"]: each for each in liver.sheets["Claims"].iter(f"{MAIN}c")}
    for row in range(3, 30):
        for column in "BCDEFGHIJKLMNOPQRSTU":
            cell = cells[f"{column}{row}"]
            assert formats[int(cell.attrib["s"])] == "49", cell.attrib
            assert cell.get("t", "s") == "s"
    assert liver.cells("Claims")["E10"] == "1.03"


def test_only_what_concerns_the_study_is_asked_and_open_questions_come_first(liver):
    facts = [
        text for at, text in liver.cells("Predictors").items() if re.fullmatch(r"A[0-9]+", at)
    ][1:]
    assert "predictors.acquisition.scanners" not in facts, "no image entered the models"
    asked_in = liver.cells("Analysis").items()
    states = [text for at, text in asked_in if re.fullmatch(r"B[0-9]+", at)][2:]
    assert states == sorted(states, key=lambda state: state != "open")
    assert {"open", "answered"} <= {*states}
    asked = liver.cells("Outcome")[cell_of(liver, "Outcome", "outcome.blinding", "G")]
    assert asked == "not reported"


def test_a_formula_that_somebody_wrote_as_a_text_stays_a_text(tmp_path):
    document = described(tmp_path, 'study: {title: "=HYPERLINK(1)", aims: "+1-2", goal: "@x"}\n')
    found = opened(workbook(document))
    assert "=HYPERLINK(1)" in found.cells("Study").values()
    formulas = [each.text for each in found.sheets["Study"].iter(f"{MAIN}f")]
    assert all(text.startswith("IF(COUNTA(") for text in formulas)


def test_a_text_that_no_cell_can_hold_is_refused(tmp_path):
    document = described(tmp_path, f"study: {{abstract: {'x ' * 20000}}}\n")
    with pytest.raises(
        OutputFailed,
        match=r"study.abstract has 39,999 signs, and a cell of a workbook holds 32,767",
    ):
        workbook(document)
    twice = described(tmp_path, 'study: {title: "_x005F_x000D_"}\n')
    with pytest.raises(OutputFailed, match="codes one after another"):
        workbook(twice)
    once = described(tmp_path, 'study: {title: "_x000D_"}\n')
    assert read_study(kept(tmp_path, once)).study.study.title == "_x000D_"


# How a value stands in a cell

WRITTEN = [
    (Kind("text"), "a; b", "a; b"),
    (Kind("text"), "", '""'),
    (Kind("text"), '"A"', '"""A"""'),
    (Kind("text"), '"A" and "B"', '"A" and "B"'),
    (Kind("list of text"), ("a", "b; c", 'say "x"', ""), 'a; "b; c"; say "x"; ""'),
    (Kind("list of text"), (), "(none)"),
    (Kind("bool"), True, "yes"),
    (Kind("enum", values=("case_control",)), "case_control", "case control"),
    (Kind("number"), 0.1 + 0.2, "0.30000000000000004"),
    (Kind("number"), 1.0, "1"),
    (Kind("date"), datetime.date(2014, 1, 31), "2014-01-31"),
    (Kind("map of text"), {"a": "1", "b:c": "x; y", "d": "e: f"}, 'a: 1; "b:c": "x; y"; d: e: f'),
]


@pytest.mark.parametrize(("kind", "value", "text"), WRITTEN, ids=lambda each: str(each)[:20])
def test_a_value_is_written_as_people_read_it(kind, value, text):
    assert written(kind, value) == text


def test_several_texts_of_a_cell_are_parted_by_semicolons_or_lines():
    assert pieces('a; "b; c"\nd;; "" ;') == (
        Piece("a"),
        Piece("b; c", False),
        Piece("d"),
        Piece("", False),
    )
    assert pieces(" (none) ") == ()
    assert piece(' "a ""b""" ') == Piece('a "b"', False)
    assert piece('"A" and "B"') == Piece('"A" and "B"')
    assert pairs('a: 1; "b:c": x: y\nd') == (
        (Piece("a"), Piece("1")),
        (Piece("b:c", False), Piece("x: y")),
        (Piece("d"), None),
    )


# What a person types


class Typed(NamedTuple):
    """A cell as a spreadsheet stores it when somebody types over a text cell."""

    value: Any
    format: str = "General"


def filled(path: Path, sheets_of: dict[str, tuple[str, list[str], list[list[Any]]]]) -> Path:
    """Write a workbook by hand: title to role, keys of the columns after the first, and rows."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    for title, (role, keys, rows) in sheets_of.items():
        page = book.add_worksheet(title)
        page.write_string(0, 0, f"{MARK} {role}" if role else "ask Anna")
        for column, key in enumerate(keys, start=1):
            page.write_string(0, column, key)
        for row, cells in enumerate(rows, start=2):
            for column, cell in enumerate(cells):
                put(book, page, row, column, cell)
    book.close()
    return path


def put(book: Any, page: Any, row: int, column: int, cell: Any) -> None:
    if isinstance(cell, str):
        page.write_string(row, column, cell)
    elif isinstance(cell, Typed) and isinstance(cell.value, datetime.date):
        page.write_datetime(row, column, cell.value, book.add_format({"num_format": "yyyy-mm-dd"}))
    elif isinstance(cell, Typed) and isinstance(cell.value, bool):
        page.write_boolean(row, column, cell.value)
    elif isinstance(cell, Typed) and isinstance(cell.value, str):
        page.write_formula(row, column, cell.value, None, cell.format)
    elif isinstance(cell, Typed):
        page.write_number(row, column, cell.value, book.add_format({"num_format": cell.format}))


BESIDE = ["answer", "said", "reason", "place", "quote"]
NAMES = (
    "evaluations",
    ["entry", "entry"],
    [["evaluations.name", "test", "other"], ["evaluations.task", "classification", "survival"]],
)
EVALUATIONS = {"Evaluations": (f"entries {NAMES[0]}", NAMES[1], NAMES[2])}
CLAIMS = [
    "parent",
    "evaluations.claims.metric",
    "evaluations.claims.value",
    "evaluations.claims.cases",
]


def asked(path: Path, *rows: list[Any], section: str = "data", title: str = "Data") -> Path:
    return filled(path / "work.xlsx", {title: (f"questions {section}", BESIDE, [*rows])})


class Wrong(NamedTuple):
    story: str
    rows: list[list[Any]]
    cell: str
    said: str
    hint: str = ""


WRONG = [
    Wrong("a date by mistake", [["data.split.proportions", Typed(datetime.date(2026, 2, 1))]], "B3",
          "data.split.proportions: the spreadsheet made a date of what was typed: 2026-02-01",
          "format the cell as text and type the answer again"),
    Wrong("an error", [["data.rationale", Typed("=1/0", "#DIV/0!")]], "B3",
          "data.rationale: the cell shows #DIV/0!, an error of the spreadsheet", "format the cell as text"),
    Wrong("a word that is no value", [["data.split.method", "by chance"]], "B3",
          '"by chance" is none of the values: none, random'),
    Wrong("a text where a number is asked", [["data.split.seed", "forty"]], "B3", '"forty" is no whole number'),
    Wrong("a number that is not whole", [["data.split.seed", Typed(1.5)]], "B3", '"1.5" is no whole number'),
    Wrong("a key that does not exist", [["data.splitt.seed", "1"]], "A3",
          "data.splitt.seed: there is no such fact", "did you mean data.split.seed?"),
    Wrong("a reason for nothing", [["data.rationale", "", "", "because"]], "C3",
          "data.rationale: a reason is given, but not for what",
          'say whether it is "not reported" or "does not apply"'),
    Wrong("a statement that is none", [["data.rationale", "", "unknown", "r"]], "C3", '"unknown" is neither'),
    Wrong("no reason", [["data.rationale", "", "not reported"]], "D3",
          "statements.not_reported[0].reason: reason is missing"),
    Wrong("both an answer and not reported", [["data.rationale", "x", "not reported", "r"]], "C3",
          "data.rationale is said to be not reported, but this description has it"),
    Wrong("a row that is there twice", [["data.rationale", "x"], ["data.rationale", "y"]], "A4",
          'data.rationale is asked twice: sheet "Data", cell A3 has it too'),
    Wrong("an answer that stands elsewhere", [["predictors.inputs", "age"]], "B3",
          "the answer to this stands on another sheet", 'fill in the sheet "Inputs"'),
    Wrong("a path out of the folder", [["statements.manuscript", "../paper.pdf"]], "B3", "leaves the folder"),
    Wrong("a list for one value", [["data.split.unit", "patient; exam"]], "B3",
          '"patient; exam" is none of the values'),
]  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.story)
def test_what_is_wrong_names_sheet_and_cell(case, tmp_path):
    found = problems(asked(tmp_path, *case.rows))
    said = next(each for each in found if case.said in f"{each.path}: {each.message}")
    assert said.cell == f'sheet "Data", cell {case.cell}'
    assert str(said).startswith(f'{tmp_path / "work.xlsx"}, sheet "Data", cell {case.cell}: ')
    assert case.hint in said.hint
    assert said.line is None


def test_every_problem_is_said_at_once_in_the_order_of_the_cells(tmp_path):
    rows = [
        ["data.split.seed", "x"],
        ["data.nothing", "y"],
        ["data.rationale", Typed(datetime.date(2026, 1, 2))],
    ]
    found = problems(asked(tmp_path, *rows))
    assert [each.cell for each in found] == [
        f'sheet "Data", cell {at}' for at in ("B3", "A4", "B5")
    ]


class Sane(NamedTuple):
    story: str
    fact: str
    cell: Any
    value: object
    note: str = ""


SANE = [
    Sane("a whole number", "data.split.seed", Typed(2021), 2021),
    Sane("a boolean", "data.subset.used", Typed(True), True),
    Sane("yes", "data.subset.used", "Yes", True),
    Sane("a code", "data.split.method", "stratified_random", "stratified_random"),
    Sane("its words", "data.split.method", "Stratified random", "stratified_random"),
    Sane("several words", "data.split.safeguards", "duplicates searched, test set used once",
         ("duplicates_searched", "test_set_used_once")),
    Sane("several lines", "data.quality_checks", "one\ntwo; three", ("one", "two", "three")),
    Sane("a number as a text", "data.rationale", Typed(0.5), "0.5",
         "is stored as a number, read as 0.5; format it as text if the paper prints more digits"),
    Sane("a formula", "data.rationale", Typed('="a"&"b"', "ab"), "ab"),
    Sane("a text in quotation marks", "data.rationale", '"so; and so"', "so; and so"),
    Sane("nothing", "data.rationale", "null", None, "null is read as: nothing is said here"),
]  # fmt: skip


@pytest.mark.parametrize("case", SANE, ids=lambda case: case.story)
def test_what_is_typed_over_a_cell_is_read_as_it_is_meant(case, tmp_path):
    document = read_study(asked(tmp_path, [case.fact, case.cell]))
    spot = spots(document.study, case.fact)[0]
    assert spot.value == case.value
    told = [str(note) for note in document.notes if "is missing" not in note.message]
    assert told == ([f'sheet "Data", cell B3: {case.fact}: {case.note}'] if case.note else [])


PRINTED = [
    (Typed(0.85), "0.85", "is stored as a number, read as 0.85"),
    (Typed(0.85, "0.000"), "0.850", "is stored as a number, read as 0.850"),
    (Typed(0.668, "0.0%"), "66.8 %", "is stored as a number, read as 66.8 %"),
    (Typed(0.8512, "0.0%"), "85.12 %", "is stored as a number, read as 85.12 %"),
    (Typed(0.8512, "0.00"), "0.8512", "is stored as a number, read as 0.8512"),
    ("0.850", "0.850", ""),
    ("0,850", "0,850", ""),
]


@pytest.mark.parametrize(("cell", "value", "note"), PRINTED, ids=lambda each: str(each))
def test_a_printed_number_that_was_typed_as_a_number_is_told(cell, value, note, tmp_path):
    book = EVALUATIONS | {
        "Claims": ("table evaluations.claims", CLAIMS, [["", "test", "auroc", cell]])
    }
    document = read_study(filled(tmp_path / "work.xlsx", book))
    assert str(document.study.evaluations[0].claims[0].value) == value
    told = [
        each for each in map(str, document.notes) if 'sheet "Claims"' in each and "stored" in each
    ]
    assert [each.partition("; ")[0] for each in told] == (
        [f'sheet "Claims", cell D3: evaluations[0].claims[0].value: {note}'] if note else []
    )


def test_a_date_that_a_spreadsheet_made_is_taken_for_a_date(tmp_path):
    day = Typed(datetime.date(2014, 3, 1))
    rows = [
        ["data.sources.name", "A"],
        ["data.sources.start", day],
        ["data.sources.end", "2014-05"],
    ]
    path = filled(tmp_path / "work.xlsx", {"Sources": ("entries data.sources", ["entry"], rows)})
    document = read_study(path)
    assert document.study.data.sources[0].start == datetime.date(2014, 3, 1)
    assert str(document.study.data.sources[0].end) == "2014-05"
    assert (
        'sheet "Sources", cell B4: data.sources[0].start: is stored as a date, read as 2014-03-01'
        in map(str, document.notes)
    )


def test_rows_may_be_sorted_and_columns_moved(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "work.xlsx"))
    page = book.add_worksheet("Data")
    page.write_row(0, 0, [f"{MARK} questions data", "answer", "said", "reason"])
    page.write_row(2, 0, ["data.split.seed", "5"])
    page.write_row(5, 0, ["data.rationale", "x", "", ""])
    other = book.add_worksheet("Moved")
    other.write_row(0, 0, [f"{MARK} questions study", "reason", "answer", "said"])
    other.write_row(3, 0, ["study.title", "", "A title", ""])
    other.write_row(4, 0, ["study.aims", "no aims", "", "not reported"])
    book.close()
    study = read_study(tmp_path / "work.xlsx").study
    assert (study.data.split.seed, study.data.rationale, study.study.title) == (5, "x", "A title")
    assert study.statements.not_reported[0].reason == "no aims"


def test_notes_of_a_person_are_told_and_change_nothing(tmp_path):
    pages = {
        "Data": ("questions data", [*BESIDE, "", "state"], [
            ["data.rationale", "x", "", "", "", "", "my own remark", "open"],
            ["", "an answer without a question"],
            ["", "", "", "", "", "", "only a remark"],
        ]),
        "To do": ("", [], []),
    }  # fmt: skip
    path = filled(tmp_path / "work.xlsx", pages)
    document = read_study(path)
    told = [str(each) for each in document.notes]
    assert 'sheet "Data", cell G3: this column is not one of ours, and is not read' in told
    assert 'sheet "Data", cell B4: this row belongs to no question, and is not read' in told
    assert 'sheet "Claims": this sheet is missing; what it asks counts as not answered' in told
    assert 'sheet "To do": this sheet is not one of the worksheet, and is not read' in told
    assert document.study == Study.model_validate({"data": {"rationale": "x"}})


@pytest.mark.parametrize(
    ("title", "role", "keys", "row"),
    [
        ("Data", "questions data", ["answer", "answer"], ["data.rationale", "x", "y"]),
        ("Data", "questions data", ["answer", "answer"], ["data.rationale", "", "y"]),
        ("Inputs", "table predictors.inputs", ["predictors.inputs.name"] * 2, ["", "x", "y"]),
    ],
    ids=["another answer", "an answer in the copy alone", "another name"],
)
def test_a_copied_column_with_other_answers_is_refused(title, role, keys, row, tmp_path):
    (said,) = problems(filled(tmp_path / "work.xlsx", {title: (role, keys, [row])}))
    assert said.cell == f'sheet "{title}", cell C3'
    assert said.message == "this column is there twice: column B has the same key"


def test_an_exact_copy_of_a_column_is_told(tmp_path):
    pages = {"Data": ("questions data", ["answer", "answer"], [["data.rationale", "x", "x"]])}
    document = read_study(filled(tmp_path / "work.xlsx", pages))
    assert document.study == Study.model_validate({"data": {"rationale": "x"}})
    told = 'sheet "Data", cell C2: this column is a copy of column B, and is not read'
    assert told in map(str, document.notes)


def test_a_column_inserted_beside_entries_is_one_more_entry_if_it_has_a_name(tmp_path):
    rows = [
        ["data.partitions.name", "zero", "first", "second", "", "", "third"],
        ["data.partitions.patients", "4", "5", "6", "looks odd", "", "7"],
    ]
    keys = ["", "entry", "", "", "", "entry", "said"]
    path = filled(tmp_path / "work.xlsx", {"Partitions": ("entries data.partitions", keys, rows)})
    document = read_study(path)
    found = document.study.data.partitions
    assert [(each.name, each.patients) for each in found] == [
        ("zero", 4), ("first", 5), ("second", 6), ("third", 7),
    ]  # fmt: skip
    told = [str(each) for each in document.notes]
    assert (
        'sheet "Partitions", cell D2: this column was not there before; it is read as an entry, since it names one'
        in told
    )
    assert 'sheet "Partitions", cell E4: this column is not one of ours, and is not read' in told


def test_a_formula_without_a_result_is_no_empty_cell(tmp_path):
    rows = [["data.rationale", Typed('="a"', "")], ["data.representativeness", "x"]]
    path = asked(tmp_path, *rows)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb"<f>(.*?)</f><v>[^<]*</v>", rb"<f>\1</f><v />", parts[sheet])
    assert b"</f><v />" in parts[sheet]
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)
    (said,) = problems(path)
    assert (said.cell, said.path) == ('sheet "Data", cell B3', "data.rationale")
    assert said.message.startswith("the cell holds a formula")


def test_a_text_that_a_program_stored_as_something_else_is_told(tmp_path):
    rows = [["data.rationale", Typed(2.1)], ["data.representativeness", Typed(True)]]
    told = [str(each) for each in read_study(asked(tmp_path, *rows)).notes]
    assert any(
        "cell B3: data.rationale: is stored as a number, read as 2.1;" in each for each in told
    )
    assert any(
        "cell B4: data.representativeness: is stored as TRUE or FALSE, read as true;" in each
        for each in told
    )


def test_a_deleted_column_is_told(tmp_path):
    pages = {"Data": ("questions data", ["said", "reason", "place", "quote"], [])}
    told = [str(each) for each in read_study(filled(tmp_path / "work.xlsx", pages)).notes]
    said = "the column Answer is gone; what stood there counts as not answered"
    assert f'sheet "Data": {said}' in told


def test_entries_stand_in_columns_and_empty_columns_are_left_out(tmp_path):
    rows = [
        ["evaluations.name", "first", "", "second"],
        ["evaluations.task", "classification", "", "survival"],
        ["evaluations.horizons_days", "", "", "365; 730"],
        ["evaluations.operating_point.threshold", "0.50", "", ""],
    ]
    pages = {"Evaluations": ("entries evaluations", ["entry"] * 3, rows)}
    document = read_study(filled(tmp_path / "work.xlsx", pages))
    first, second = document.study.evaluations
    assert (first.name, first.operating_point.threshold) == ("first", 0.5)
    assert (second.name, second.horizons_days) == ("second", (365, 730))
    assert document.places.at(("evaluations", 1, "unit")).cell == 'sheet "Evaluations", cell D2'


def test_a_fact_of_another_task_is_said_at_its_cell(tmp_path):
    rows = [*NAMES[2], ["evaluations.horizons_days", "365", "365"]]
    found = problems(
        filled(tmp_path / "work.xlsx", {"Evaluations": ("entries evaluations", NAMES[1], rows)})
    )
    assert [(each.cell, each.message) for each in found] == [
        ('sheet "Evaluations", cell B5', "this field belongs to evaluations of the task survival")
    ]


CLAIM_ROWS = [
    (["", "", "auroc", "0.8"], "B3", "the evaluation is missing that this row belongs to"),
    (["", "tset", "auroc", "0.8"], "B3", 'no evaluation has the name "tset"'),
    (["", "test", "AUCC", "0.8"], "C3", '"AUCC" is no metric of classification'),
    (["", "test", "", "0.8"], "C3", "metric is missing"),
    (["", "test", "auroc", "about 0.8"], "D3", '"about 0.8" is not a number as papers print it'),
]


@pytest.mark.parametrize(("row", "cell", "said"), CLAIM_ROWS, ids=lambda each: str(each)[:30])
def test_a_claim_that_cannot_be_read_is_said_at_its_cell(row, cell, said, tmp_path):
    book = EVALUATIONS | {"Claims": ("table evaluations.claims", CLAIMS, [row])}
    found = problems(filled(tmp_path / "work.xlsx", book))
    assert [each.cell for each in found] == [f'sheet "Claims", cell {cell}']
    assert found[0].message.startswith(said)


def test_an_entry_beside_a_row_that_says_there_are_none_is_told(tmp_path):
    for first, second in (
        (["", "test", "(none)"], ["", "test", "auroc", "0.8"]),
        (["", "test", "auroc", "0.8"], ["", "test", "(none)"]),
    ):
        book = EVALUATIONS | {"Claims": ("table evaluations.claims", CLAIMS, [first, second])}
        (found,) = problems(filled(tmp_path / "work.xlsx", book))
        assert found.cell == 'sheet "Claims", cell B4'
        assert "(none)" in found.message


def test_a_claim_of_the_only_evaluation_need_not_name_it(tmp_path):
    one = {"Evaluations": ("entries evaluations", ["entry"], [row[:2] for row in NAMES[2]])}
    rows = [["", "", "AUC", "0.88 (0.84-0.92)"], ["", "test", "sensitivity", "85 %"]]
    book = one | {"Claims": ("table evaluations.claims", CLAIMS, rows)}
    document = read_study(filled(tmp_path / "work.xlsx", book))
    first, second = document.study.evaluations[0].claims
    assert (first.metric, first.low.text, second.percent) == ("auroc", "0.84", True)


DIFFERENCES = [
    (["", "", "", "outcome.blinding", "blinded"], "B3", "name the partition or the evaluation"),
    (
        ["", "", "other one", "outcome.blinding", "blinded"],
        "C3",
        'no evaluation has the name "other one"',
    ),
    (["", "", "test", "", "blinded"], "D3", "the fact that differs is missing"),
    (
        ["", "", "test", "outcome.blinding", ""],
        "E3",
        "the answer is missing by which outcome.blinding differs",
    ),
    (["", "", "test", "study.title", "x"], "E3", "this fact cannot differ"),
    (["", "", "test", "outcome.blinding", "partly"], "E3", '"partly" is none of the values'),
]


@pytest.mark.parametrize(("row", "cell", "said"), DIFFERENCES, ids=lambda each: str(each)[:40])
def test_a_difference_that_cannot_be_read_is_said_at_its_cell(row, cell, said, tmp_path):
    keys = ["partition", "evaluation", "fact", "answer"]
    found = problems(
        filled(tmp_path / "work.xlsx", EVALUATIONS | {"Differences": ("differences", keys, [row])})
    )
    assert [each.cell for each in found] == [f'sheet "Differences", cell {cell}']
    assert found[0].message.startswith(said)


def test_a_finding_about_a_silent_fact_points_to_the_cell_where_it_is_asked(tmp_path):
    document = read_study(kept(tmp_path, read_study(LIVER)))
    places = document.places
    assert document.study.outcome.blinding is None
    found = places.within(("outcome", "blinding"))
    assert found is not None
    assert re.fullmatch(r'sheet "Outcome", cell E\d+', found.cell)
    assert places.line_within(("outcome", "blinding")) is None
    assert places.at(("data", "partitions")).cell == 'sheet "Partitions"'


# What is no worksheet


def test_a_workbook_of_something_else_is_told(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "work.xlsx"))
    book.add_worksheet("Scores").write(0, 0, "case")
    book.close()
    (found,) = problems(tmp_path / "work.xlsx")
    assert (found.message, found.hint) == (
        "this workbook holds no questions",
        "checker worksheet STUDY -o work.xlsx writes one",
    )


def test_a_sheet_of_another_version_and_a_sheet_that_is_there_twice_are_told(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "work.xlsx"))
    data = "checker worksheet 1 questions data"
    for title, role in (("Data", data), ("Data (2)", data), ("Old", data.replace("1", "0"))):
        book.add_worksheet(title).write(0, 0, role)
    book.close()
    found = problems(tmp_path / "work.xlsx")
    assert [(each.cell, each.message) for each in found] == [
        ('sheet "Data (2)"', 'this sheet is there twice: as "Data" too'),
        ('sheet "Old"', "this sheet was written by another version of checker"),
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("work.xls", "old kind of workbook"),
        ("work.ods", "a spreadsheet of LibreOffice"),
        ("work.xlsm", "macros, which are never run"),
        ("work.xlsb", "a binary workbook"),
    ],
)
def test_other_spreadsheets_are_refused_with_what_to_do(name, hint, tmp_path):
    (tmp_path / name).write_bytes(b"PK\x03\x04")
    (found,) = problems(tmp_path / name)
    assert hint in found.hint
    assert ".xlsx" in found.hint


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "this is no workbook, or it is protected by a password"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "this is no workbook, or it is protected by a password"),
        (b"PK\x03\x04" + bytes(100), "this workbook cannot be read"),
    ],
)
def test_a_damaged_or_protected_workbook_is_told(content, said, tmp_path):
    (tmp_path / "work.xlsx").write_bytes(content)
    (found,) = problems(tmp_path / "work.xlsx")
    assert found.message.startswith(said)


def test_a_workbook_that_is_not_there_names_those_that_are(tmp_path):
    kept(tmp_path, read_study(LIVER), "filled.xlsx")
    (found,) = problems(tmp_path / "work.xlsx")
    assert (found.message, found.hint) == (
        "there is no such file",
        "in that folder there is filled.xlsx",
    )


def test_a_workbook_that_unpacks_to_more_than_it_should_is_refused_quickly(tmp_path):
    parts = opened(workbook(read_study(LIVER))).parts
    bomb = parts | {"xl/sharedStrings.xml": b"<sst>" + bytes(200_000_000) + b"</sst>"}
    with zipfile.ZipFile(tmp_path / "work.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in bomb.items():
            archive.writestr(name, data)
    begin = time.monotonic()
    (found,) = problems(tmp_path / "work.xlsx")
    assert found.message == "the workbook unpacks to more than 64 MiB"
    assert time.monotonic() - begin < 20


def test_a_cell_far_outside_is_refused_and_not_unfolded(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "work.xlsx"))
    page = book.add_worksheet("Data")
    page.write(0, 0, f"{MARK} questions data")
    page.write(1_000_000, 16_000, "far")
    book.close()
    (found,) = problems(tmp_path / "work.xlsx")
    assert found.message.startswith("the table has 16,001,016,001 cells")


def test_parts_that_hold_macros_or_links_are_never_looked_at(tmp_path):
    parts = opened(workbook(read_study(LIVER))).parts
    parts |= {"xl/vbaProject.bin": bytes(10), "xl/externalLinks/externalLink1.xml": b"<not xml"}
    with zipfile.ZipFile(tmp_path / "work.xlsx", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert read_study(tmp_path / "work.xlsx").study == read_study(LIVER).study


def test_cells_are_read_with_what_sort_they_are(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "some.xlsx"))
    page = book.add_worksheet("Some")
    put(book, page, 1, 1, "text")
    put(book, page, 2, 2, Typed(1e16, "0.00"))
    put(book, page, 3, 3, Typed(-5, "0"))
    put(book, page, 4, 0, Typed(True))
    put(book, page, 5, 0, Typed(0.256, "0.00%"))
    put(book, page, 6, 0, Typed(1234.5, "#,##0.00"))
    book.close()
    (page,) = read_cells(tmp_path / "some.xlsx").pages
    assert [(at, cell.text, cell.stored) for at, cell in sorted(page.cells.items())] == [
        ((2, 2), "text", "text"),
        ((3, 3), "10000000000000000", "number"),
        ((4, 4), "-5", "number"),
        ((5, 1), "true", "boolean"),
        ((6, 1), "25.60 %", "number"),
        ((7, 1), "1234.5", "number"),
    ]


KEYS = (
    *(
        "not reported",
        "does not apply",
        "entry",
        "answer",
        "parent",
        "said",
        "reason",
        "about",
        "see Claims",
    ),
    *("predictors.inputs[0].name", "predictors.inputs[3].nothing", "evaluations.name", "test"),
)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_that_is_done_to_a_workbook_makes_us_fail(seed, tmp_path, monkeypatch):
    book = read_cells(kept(tmp_path, read_study(EXAMPLES[seed])))
    chance = random.Random(seed)
    words = [*filter(str.strip, TEXTS), *KEYS, *chance.sample(sorted(FACTS), 40)]
    found = Counter[str]()
    for _ in range(40):
        pages = [changed_page(each, chance, words) for each in book.pages]
        if chance.random() < 0.2:
            pages.pop(chance.randrange(len(pages)))
        made = book._replace(pages=tuple(pages))
        monkeypatch.setattr(worksheets, "read_cells", lambda path, made=made: made)
        try:
            found[read_study(tmp_path / "work.xlsx").file] += 1
        except BadSubmission as bad:
            found["bad"] += all(
                each.message and (each.cell or each.line is None) for each in bad.problems
            )
    assert found.total() == 40
    assert found["bad"]


def changed_page(page: Page, chance: random.Random, words: list[str]) -> Page:
    """Return the sheet with some cells that are changed, moved or gone."""
    cells = dict(page.cells)
    for _ in range(chance.choice((0, 0, 1, 3))):
        row, column = chance.choice(list(cells))
        if chance.random() < 0.3:
            row, column = (
                max(1, row + chance.randint(-1, 2)),
                max(1, column + chance.randint(-1, 3)),
            )
        if chance.random() < 0.25:
            cells.pop((row, column), None)
        else:
            stored = chance.choice(("text", "text", "number", "date", "boolean", "error"))
            cells[row, column] = Cell(chance.choice(words), stored, row, column)
    return Page(page.name, cells)


def test_a_workbook_without_any_keys_says_that_they_are_gone(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "work.xlsx"))
    book.add_worksheet("Study").write(2, 2, "Title")
    book.close()
    (said,) = problems(tmp_path / "work.xlsx")
    assert said.message == "this workbook holds no questions"
    assert "the hidden first row or first column of its sheets is gone or moved" in said.hint


def test_a_sheet_whose_keys_are_gone_is_told(tmp_path):
    path = filled(tmp_path / "work.xlsx", EVALUATIONS)
    book = read_cells(path)
    (page,) = book.pages
    cells = {at: cell for at, cell in page.cells.items() if at[1] > 1}
    book = book._replace(pages=(page, Page("Data", cells)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(worksheets, "read_cells", lambda path: book)
        (found,) = problems(path)
    assert found.cell == 'sheet "Data"'
    assert found.message == "the hidden first row or the hidden first column of this sheet is gone"


# The command


def test_a_workbook_that_somebody_may_have_filled_in_is_not_replaced(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["worksheet", str(LIVER), "-o", "work.xlsx"]) == 0
    before = Path("work.xlsx").read_bytes()
    assert run(["worksheet", str(LIVER), "-o", "work.xlsx"]) == 2
    assert "work.xlsx exists, and answers in it would be lost" in capsys.readouterr().err
    assert run(["worksheet", str(LIVER), "-o", "work.xlsx", "--replace"]) == 0
    assert Path("work.xlsx").read_bytes() == before
    assert run(["worksheet", "work.xlsx", "-o", "work.xlsx", "--replace"]) == 2
    assert "is read by this command" in capsys.readouterr().err
    assert run(["worksheet", str(LIVER), "-o", "work.pdf"]) == 2
    assert (
        "work.pdf: the ending must be .xlsx, or .yaml for a description" in capsys.readouterr().err
    )
    assert sorted(each.name for each in tmp_path.iterdir()) == ["work.xlsx"]


def test_a_workbook_with_problems_is_not_written_on(tmp_path, capsys):
    path = asked(tmp_path, ["data.split.seed", "x"])
    assert run(["worksheet", str(path), "-o", str(tmp_path / "next.xlsx")]) == 2
    said = capsys.readouterr().err
    assert 'work.xlsx, sheet "Data", cell B3: data.split.seed: "x" is no whole number' in said
    assert not (tmp_path / "next.xlsx").exists()


def test_validate_tells_cells_to_machines_too(tmp_path, capsys):
    path = asked(tmp_path, ["data.split.seed", "x"])
    assert run(["validate", str(path), "--format", "json"]) == 2
    (found,) = json.loads(capsys.readouterr().out)["problems"]
    assert (found["line"], found["cell"], found["path"]) == (
        None,
        'sheet "Data", cell B3',
        "data.split.seed",
    )


# The list of questions


def test_every_fact_is_a_question_with_its_answer():
    asked_of = pipeline.questions(LIVER)
    by_fact = {each.fact: each for each in asked_of.questions}
    assert list(by_fact) == list(FACTS)
    family = by_fact["model.family"]
    assert (family.state, family.answers[0].value) == (QuestionState.ANSWERED, "regression")
    assert ("tree_ensemble", "tree ensemble") in [
        (each.code, each.words) for each in family.choices
    ]
    blinding = by_fact["outcome.blinding"]
    assert blinding.state is QuestionState.NOT_REPORTED
    assert blinding.reason == "The data set does not say what the experts knew."
    scanners = by_fact["predictors.acquisition.scanners"]
    assert scanners.state is QuestionState.NOT_APPLICABLE
    assert scanners.reason == "No image entered the models."
    assert (
        by_fact["participants.outcome_at_entry"].reason
        == 'asked only if "Study: question" is prognostic'
    )
    assert by_fact["data.partitions.exams"].state is QuestionState.OPEN
    assert [each.path for each in by_fact["data.partitions.exams"].answers] == [
        "data.partitions[0].exams",
        "data.partitions[1].exams",
    ]
    assert by_fact["data.split.method"].items == ("tripod_ai_2024/12a",)
    assert by_fact["evaluations.claims.value"].answers[0].value == "0.768"
    assert by_fact["evaluations"].answers[0].value == 1
    assert (
        by_fact["study.type"].question
        == "Was a model built, tested, both, or an existing one updated?"
    )


def test_the_list_of_questions_is_printed_for_machines(capsys):
    assert run(["list", "questions", str(LIVER), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["format"] == "checker-questions-1"
    assert [each["name"] for each in found["guidelines"]] == [
        "tripod_ai_2024",
        "tripod_ai_abstracts_2024",
        "stard_ai_2025",
    ]
    assert len(found["questions"]) == len(FACTS)
    first = found["questions"][0]
    assert first["fact"] == "study.title"
    assert first["answers"][0]["path"] == "study.title"
    assert run(["list", "questions", str(LIVER)]) == 0
    assert "Kind of model. (answered)" in " ".join(capsys.readouterr().out.split())


def test_the_list_of_questions_needs_no_study_and_has_its_conditions_as_data(capsys):
    assert run(["list", "questions", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["study"] == ""
    by_fact = {each["fact"]: each for each in found["questions"]}
    assert by_fact.keys() == FACTS.keys()
    assert {each["state"] for each in found["questions"]} <= {"open", "not_asked"}
    interval = by_fact["outcome.interval.median_days"]
    assert interval["when"] == {"study.question": ["diagnostic"]}
    assert by_fact["study.title"]["when"] == {}
    for each in found["questions"]:
        for fact, values in each["when"].items():
            codes = {choice["code"] for choice in by_fact[fact]["choices"]}
            assert codes >= {
                str(value).lower() if isinstance(value, bool) else value for value in values
            }


def test_a_list_that_is_no_list_of_questions_takes_no_study(capsys):
    assert run(["list", "rules", str(LIVER)]) == 2
    assert "checker list rules takes no study" in capsys.readouterr().err


def test_what_a_question_is_about_is_said_in_words():
    assert topic("data.split.seed") == "Split: seed"
    assert topic("evaluations.operating_point.threshold") == "Operating point: threshold"
    assert topic("evaluations.claims.metric") == "Metric"
    assert condition({"data.split.method": ("random", "temporal"), "model.locked": (True,)}) == (
        '"Data: split: method" is random or temporal and "Model: locked" is yes'
    )
