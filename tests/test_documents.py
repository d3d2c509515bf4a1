"""Reading study.yaml: what is accepted and echoed, every problem with its line, and the schema."""

import datetime
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.errors import BadSubmission, Problem
from checker.model.study import Study
from checker.model.study.dates import PartialDate
from checker.reading.documents import dotted, read_study, read_yaml
from checker.reading.printed_claims import read_result
from checker.reading.schema import schema_text, study_schema

ROOT = Path(__file__).parent.parent
STUDIES = Path(__file__).parent / "reference" / "studies"
EXAMPLES = sorted(STUDIES.glob("*.yaml"))


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "study.yaml"
    path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return path


def problems(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(BadSubmission) as caught:
        read_study(path)
    return caught.value.problems


# Sound descriptions


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_read_without_a_note(path):
    document = read_study(path)
    assert isinstance(document.study, Study)
    assert document.notes == ()
    assert document.file == path.name
    assert len(document.sha256) == 64


def test_values_keep_their_type_and_their_digits():
    document = read_study(STUDIES / "study-example.yaml")
    study, places = document.study, document.places
    assert study.model.version == "1.2"
    assert study.data.split.seed == 2021
    assert study.data.sources[0].start == datetime.date(2014, 1, 1)
    assert study.evaluations[1].decision_range == (0.1, 0.5)
    assert study.evaluations[1].columns["outcome"] == "diagnosis"
    assert study.evaluations[1].claims[1].high.text == "0.90"
    assert places.printed(("evaluations", 1, "decision_range", 0)) == "0.10"
    assert places.line(("evaluations", 1, "claims", 1, "value")) == 173
    assert places.line(("evaluations", 1, "claims", 1, "no such field")) == 173
    assert places.printed(("study", "keywords")) is None
    assert places.column(("study", "title")) > 1


def test_a_description_may_begin_with_a_byte_order_mark_and_use_windows_line_ends(tmp_path):
    path = written(tmp_path, b"\xef\xbb\xbfstudy:\r\n  title: A\r\n  type: update\r\n")
    document = read_study(path)
    assert document.study.study.title == "A"
    assert document.places.line(("study", "type")) == 3


def test_a_path_is_printed_as_people_write_it():
    assert dotted(("evaluations", 0, "claims", 1, "value")) == "evaluations[0].claims[1].value"
    assert dotted(()) == ""


EVALUATION = "evaluations: [{name: a, task: classification, %s}]"


class Accepted(NamedTuple):
    story: str
    text: str
    path: tuple[str | int, ...]
    value: object
    note: str = ""


def claims(text: str) -> str:
    return EVALUATION % f"claims: [{text}]"


CLAIM = ("evaluations", 0, "claims", 0)
MASKS = "evaluations: [{name: a, task: segmentation, claims: [{%s}]}]"
ACCEPTED = [
    Accepted("version", "model: {version: 1.10}", ("model", "version"), "1.10"),
    Accepted("positive: 1", EVALUATION % "positive: 1", ("evaluations", 0, "positive"), "1"),
    Accepted("no as a text", "outcome: {standard: no}", ("outcome", "standard"), "no"),
    Accepted("1e-3 as a text", "outcome: {cutoffs: 1e-3}", ("outcome", "cutoffs"), "1e-3"),
    Accepted("012 as a text", "openness: {ethics: {approval_number: 012}}",
             ("openness", "ethics", "approval_number"), "012"),
    Accepted("4.10 as a text", "model: {version: 4.10}", ("model", "version"), "4.10"),
    Accepted("N as a text", "statements: {appraisals: [{about: a/1, answer: N}]}",
             ("statements", "appraisals", 0, "answer"), "N"),
    Accepted("12:30 as a text", "outcome: {cutoffs: 12:30}", ("outcome", "cutoffs"), "12:30"),
    Accepted("true as a text", "outcome: {standard: true}", ("outcome", "standard"), "true"),
    Accepted("1e-3 as a number", "analysis: {missing: {fraction: 1e-3}}",
             ("analysis", "missing", "fraction"), 0.001),
    Accepted("a quoted number", 'analysis: {missing: {fraction: "0.10"}}',
             ("analysis", "missing", "fraction"), 0.1),
    Accepted("a decimal comma", 'analysis: {missing: {fraction: "0,10"}}',
             ("analysis", "missing", "fraction"), 0.1, "0,10 is read as 0.1"),
    Accepted("True", "outcome: {subjective: True}", ("outcome", "subjective"), True),
    Accepted("one text for a list", "participants: {inclusion: adults}",
             ("participants", "inclusion"), ("adults",)),
    Accepted("one value for a list", "analysis: {external_validation: {types: none}}",
             ("analysis", "external_validation", "types"), ("none",)),
    Accepted("one number for a list",
             "evaluations: [{name: a, task: survival, horizons_days: 365}]",
             ("evaluations", 0, "horizons_days"), (365.0,)),
    Accepted("an empty list", "model: {modifications: []}", ("model", "modifications"), ()),
    Accepted("a quoted date", 'data: {sources: [{name: a, start: "2014-02-03"}]}',
             ("data", "sources", 0, "start"), datetime.date(2014, 2, 3)),
    Accepted("a month", "data: {sources: [{name: a, start: 2014-03}]}",
             ("data", "sources", 0, "start"), PartialDate("2014-03")),
    Accepted("a year", "data: {partitions: [{name: a, end: 2014}]}",
             ("data", "partitions", 0, "end"), PartialDate("2014")),
    Accepted("a quoted year", 'data: {sources: [{name: a, followup_end: "2014"}]}',
             ("data", "sources", 0, "followup_end"), PartialDate("2014")),
    Accepted("a year from a day in it on",
             "data: {sources: [{name: a, start: 2014-03-01, end: 2014}]}",
             ("data", "sources", 0, "end"), PartialDate("2014")),
    Accepted("nothing written", "study:\n  title:\n", ("study", "title"), None),
    Accepted("an empty section", "study:\ndata:\n", ("study", "title"), None),
    Accepted("null", "study: {title: null}", ("study", "title"), None, "nothing is said here"),
    Accepted("an empty text", "study: {title: ''}", ("study", "title"), None,
             "a text without words is read as: nothing is said here"),
    Accepted("a text of spaces", "outcome: {definition: '  '}", ("outcome", "definition"), None,
             "nothing is said here"),
    Accepted("a quoted null", 'study: {title: "null"}', ("study", "title"), "null"),
    Accepted("a block of text", "study:\n  aims: |\n    one\n    two\n", ("study", "aims"),
             "one\ntwo"),
    Accepted("capitals and spaces in a value", "study: {type: Development and evaluation}",
             ("study", "type"), "development_and_evaluation", "is read as"),
    Accepted("ct", "predictors: {acquisition: {modality: [ct]}}",
             ("predictors", "acquisition", "modality"), ("CT",), "ct is read as CT"),
    Accepted("train", "data: {partitions: [{name: a, role: train}]}",
             ("data", "partitions", 0, "role"), "training", "train is read as training"),
    Accepted("training set", "data: {partitions: [{name: a, role: Training set}]}",
             ("data", "partitions", 0, "role"), "training", "is read as training"),
    Accepted("external validation", "data: {partitions: [{name: a, role: External validation set}]}",
             ("data", "partitions", 0, "role"), "external_test", "is read as external_test"),
    Accepted("a task with a capital", "evaluations: [{name: a, task: Survival, event: 2}]",
             ("evaluations", 0, "event"), "2", "Survival is read as survival"),
    Accepted("AUC", claims("{metric: AUC}"), (*CLAIM, "metric"), "auroc", "AUC is read as auroc"),
    Accepted("DSC", "evaluations: [{name: a, task: segmentation, claims: [{metric: DSC}]}]",
             (*CLAIM, "metric"), "dice", "DSC is read as dice"),
    Accepted("median HD95", MASKS % "metric: median HD95", (*CLAIM, "metric"), "hausdorff_95",
             "median HD95 is read as hausdorff_95, summary median"),
    Accepted("Dice per case", MASKS % "metric: Dice per-case", (*CLAIM, "metric"), "dice",
             "Dice per-case is read as dice, summary mean"),
    Accepted("global Dice", MASKS % "metric: Global_Dice, summary: pooled", (*CLAIM, "metric"),
             "dice", "Global_Dice is read as dice, summary pooled"),
    Accepted("mean surface distance", MASKS % "metric: mean surface distance",
             (*CLAIM, "metric"), "average_surface_distance", "is read as average_surface_distance"),
    Accepted("c-statistic", claims("{metric: c-statistic}"), (*CLAIM, "metric"), "auroc", "read as"),
    Accepted("numbers of classes", EVALUATION % "columns: {outcome: 1}",
             ("evaluations", 0, "columns"), {"outcome": "1"}),
    Accepted("a folder that somebody opened", EVALUATION % "predictions: 'ARCHIVE:labels/a'",
             ("evaluations", 0, "predictions"), "ARCHIVE:labels/a"),
    Accepted("what differs", EVALUATION % "differs: {outcome.annotators.count: 2}",
             ("evaluations", 0, "differs"), {"outcome.annotators.count": 2}),
]  # fmt: skip


def found(study: object, path: tuple[str | int, ...]) -> object:
    for step in path:
        study = study[step] if isinstance(step, int) else getattr(study, step)
    return study


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.story)
def test_plain_values_mean_what_the_author_wrote(case, tmp_path):
    document = read_study(written(tmp_path, case.text))
    assert found(document.study, case.path) == case.value
    assert type(found(document.study, case.path)) is type(case.value)
    assert case.note in "".join(note.message for note in document.notes)
    assert bool(case.note) is bool(document.notes)


class Result(NamedTuple):
    text: str
    value: str
    low: str | None = None
    high: str | None = None
    level: float | None = None
    percent: bool = False
    counts: tuple[int | None, int | None] = (None, None)


RESULTS = [
    Result("88.4 % (84.0-92.1)", "88.4", "84.0", "92.1", None, True),
    Result("88.4% (84.0%–92.1%)", "88.4", "84.0", "92.1", None, True),
    Result("88.4 (84.0 to 92.1) %", "88.4", "84.0", "92.1", None, True),
    Result("0.910 (0.860-0.950)", "0.910", "0.860", "0.950"),
    Result("0.91 [0.86, 0.95]", "0.91", "0.86", "0.95"),
    Result("0.91 [0.86; 0.95]", "0.91", "0.86", "0.95"),
    Result("0.91 (95% CI 0.86 to 0.95)", "0.91", "0.86", "0.95", 0.95),
    Result("0.91 (95 % CI: 0.86–0.95)", "0.91", "0.86", "0.95", 0.95),
    Result("0.91, 95% CI 0.86 to 0.95", "0.91", "0.86", "0.95", 0.95),
    Result("91 % (90% CI, 86-95)", "91", "86", "95", 0.90, True),
    Result("95 % (95 CI 90-98)", "95", "90", "98", 0.95, True),
    Result("0.91 (99% confidence interval 0.84 to 0.97)", "0.91", "0.84", "0.97", 0.99),
    Result("0.91 (CI 0.86-0.95)", "0.91", "0.86", "0.95"),
    Result("0,91 (0,86-0,95)", "0,91", "0,86", "0,95"),
    Result("0,91 (0,86; 0,95)", "0,91", "0,86", "0,95"),
    Result("0·91 (0·86–0·95)", "0·91", "0·86", "0·95"),
    Result("-0.02 (-0.05 to 0.01)", "-0.02", "-0.05", "0.01"),
    Result("−0.02 (−0.05–0.01)", "−0.02", "−0.05", "0.01"),
    Result("-0.04 (-0.05--0.01)", "-0.04", "-0.05", "-0.01"),
    Result("88.4 %", "88.4", percent=True),
    Result("85% (111/131)", "85", percent=True, counts=(111, 131)),
    Result("0.85 (111 of 131)", "0.85", counts=(111, 131)),
    Result("84.7% [111/131] (78.0-89.9)", "84.7", "78.0", "89.9", None, True, (111, 131)),
    Result("84.7% (111/131), 95% CI 78.0-89.9", "84.7", "78.0", "89.9", 0.95, True, (111, 131)),
    Result("84.7 % (78.0-89.9) (111/131)", "84.7", "78.0", "89.9", None, True, (111, 131)),
    Result("84.7% (111/131; 95% CI 78.0-89.9)", "84.7", "78.0", "89.9", 0.95, True, (111, 131)),
    Result("141 of 159 (88.7 %)", "88.7", percent=True, counts=(141, 159)),
    Result("45/60 (75%; 95% CI, 62-85)", "75", "62", "85", 0.95, True, (45, 60)),
    Result("45/60 (0.75, 0.62 to 0.85)", "0.75", "0.62", "0.85", None, False, (45, 60)),
]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.text)
def test_results_are_read_as_papers_print_them(result):
    read = read_result(result.text)
    limits = (read.low and read.low.text, read.high and read.high.text)
    assert (read.value.text, *limits, read.level) == result[1:5]
    assert read.value.percent is result.percent
    assert (read.numerator, read.cases) == result.counts


@pytest.mark.parametrize("text", ["0.91 ± 0.03", "0.91 +/- 0.03", "0.91±0.03"])
def test_what_follows_plus_minus_is_kept_as_printed(text):
    read = read_result(text)
    assert (read.value.text, read.standard_deviation.text) == ("0.91", "0.03")
    assert read_result("91.0 ± 3.0 %").standard_deviation.percent
    assert read_result("0.91 (SD 0.03)").standard_deviation.text == "0.03"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("141/159", "numerator and cases"),
        ("high", "not a number as papers print it"),
        ("0.91 (0.86-0.95", "not a number as papers print it"),
        ("0.9" + " " * 100_000 + "x", "not a number as papers print it"),
    ],
    ids=lambda text: text[:20],
)
def test_an_unclear_result_is_asked_about(text, asked):
    with pytest.raises(ValueError, match=asked):
        read_result(text)


def test_a_printed_claim_fills_its_fields(tmp_path):
    text = claims('{metric: recall, value: "88.4 % (95% CI 84.0-92.1)", place: Table 2}')
    document = read_study(written(tmp_path, text))
    claim = document.study.evaluations[0].claims[0]
    assert (claim.value.text, claim.low.text, claim.high.text) == ("88.4", "84.0", "92.1")
    assert (claim.level, claim.percent, claim.metric) == (0.95, True, "sensitivity")
    assert document.places.printed((*CLAIM, "low")) == "84.0"
    assert [note.message for note in document.notes] == [
        "read as value 88.4, low 84.0, high 92.1, level 0.95, in percent",
        "recall is read as sensitivity",
    ]


def test_a_fraction_beside_a_printed_percentage_fills_numerator_and_cases(tmp_path):
    document = read_study(written(tmp_path, claims("{metric: recall, value: 85% (111/131)}")))
    claim = document.study.evaluations[0].claims[0]
    assert (str(claim.value), claim.numerator, claim.cases) == ("85 %", 111, 131)
    assert document.notes[0].message == "read as value 85, numerator 111, cases 131, in percent"


SWALLOWED = [
    ("a number of a patient", "study:\n  title: Patient #12\n", "study.title", '"Patient #12"'),
    ("a whole value", "study:\n  title: #12 of them\n", "study.title", '"#12 of them"'),
    ("an entry", "study:\n  keywords:\n    - a #b\n", "study.keywords[0]", '"a #b"'),
    ("the end of several lines", "study:\n  aims: one\n    two #3\n", "study.aims", '"one two #3"'),
    ("a column", EVALUATION % "columns: {score: p #1\n}", "evaluations[0].columns.score", '"p #1"'),
]


@pytest.mark.parametrize(
    ("text", "path", "whole"), [each[1:] for each in SWALLOWED], ids=[each[0] for each in SWALLOWED]
)
def test_a_text_cut_by_a_comment_is_told(text, path, whole, tmp_path):
    (note,) = read_study(written(tmp_path, text)).notes
    assert note.at == path
    assert f"if it belongs to the text, write {whole} with the quotation marks" in note.message
    assert note.message.startswith("what follows # is a comment and not read")


@pytest.mark.parametrize(
    "text",
    [
        "study:\n  title: A # a remark\n",
        'study:\n  title: "Patient #12" #sure\n',
        "study:\n  title: Patient#12\n",
        "study:\n  title:\n    #a remark\n    A\n",
        "data: {split: {seed: 7 #lucky\n}}",
        "study: #first\n  title: A\n",
        "study:\n  aims: |\n    Patient #12\n",
    ],
)
def test_a_comment_that_cuts_nothing_is_not_told(text, tmp_path):
    assert read_study(written(tmp_path, text)).notes == ()


def test_a_note_says_where_and_how_something_was_understood(tmp_path):
    (note,) = read_study(written(tmp_path, "study:\n  type: Update\n")).notes
    assert (note.path, note.at, note.line) == (("study", "type"), "study.type", 2)
    assert str(note) == "line 2: study.type: Update is read as update"


def test_a_percent_sign_on_a_limit_is_the_claim_s(tmp_path):
    text = claims("{metric: auroc, value: 88, low: 84 %, high: 92}")
    assert read_study(written(tmp_path, text)).study.evaluations[0].claims[0].percent is True


# Problems


class Bad(NamedTuple):
    story: str
    text: str
    line: int | None
    path: str
    message: str
    hint: str = ""


ONE = "evaluations[0]"
BAD = [
    Bad("a misspelt field", "study:\n  titel: A\n", 2, "study.titel", "does not exist",
        "did you mean title?"),
    Bad("a field of another group", "study: {}\npartitions: []\n", 2, "partitions",
        "does not exist", "belongs under data"),
    Bad("a field of another task", EVALUATION % "structures: {a: 1}", 1, f"{ONE}.structures",
        "belongs to evaluations of the task segmentation"),
    Bad("an unknown value", "study: {question: diagnos}", 1, "study.question",
        '"diagnos" is none of the values: diagnostic, prognostic, other', "did you mean diagnostic?"),
    Bad("validation as a role", "data: {partitions: [{name: a, role: validation}]}", 1,
        "data.partitions[0].role", "means different things", "internal_test, or external_test"),
    Bad("test as a role", "data: {partitions: [{name: a, role: Test}]}", 1,
        "data.partitions[0].role", "means different things", "tuning"),
    *(Bad(f"{role} as a role", f"data: {{partitions: [{{name: a, role: {role}}}]}}", 1,
          "data.partitions[0].role", f'"{role}" means different things in different papers',
          "is it tuning (used while building), internal_test, or external_test")
      for role in ("internal validation", "validation set", "Validation cohort", "holdout",
                   "hold-out set", "test data", "held-out test set")),
    Bad("yes", "outcome:\n  subjective: yes\n", 2, "outcome.subjective", "neither true nor false",
        "write true or false"),
    Bad("a word for a number", "data: {split: {seed: abc}}", 1, "data.split.seed",
        '"abc" is no whole number'),
    Bad("a fraction for a whole number", "data: {split: {seed: 1.0}}", 1, "data.split.seed",
        '"1.0" is no whole number'),
    Bad("012 for a whole number", "data: {split: {seed: 012}}", 1, "data.split.seed",
        "begins with a zero", "write 12"),
    Bad("012 for a number", "analysis: {missing: {fraction: 012}}", 1, "analysis.missing.fraction",
        "begins with a zero", "write 12"),
    Bad("012 for a claim", claims("{metric: auroc, value: 012}"), 1, f"{ONE}.claims[0].value",
        "begins with a zero"),
    Bad("1_000", "data: {split: {seed: 1_000}}", 1, "data.split.seed", "groups of digits",
        "write 1000"),
    Bad("1,234 in braces", "data: {split: {seed: 1,234}}", 1, "data.split.234", "does not exist",
        "a comma begins the next field"),
    Bad("1,234", "data:\n  split:\n    seed: 1,234\n", 3, "data.split.seed", "groups of digits",
        "write 1234"),
    Bad("a decimal comma in braces", claims("{metric: auroc, value: 0,88}"), 1,
        f"{ONE}.claims[0].88", "does not exist",
        'inside { } a comma begins the next field; write 0.88, or value: "0,88"'),
    Bad("percent with a decimal comma in braces", claims("{metric: recall, value: 88,4 %}"), 1,
        f"{ONE}.claims[0].4 %", "does not exist", 'write 88.4 %, or value: "88,4 %"'),
    Bad("a decimal comma or thousands in braces", claims("{metric: auroc, at: 1,234}"), 1,
        f"{ONE}.claims[0].234", "does not exist", "write 1.234 or 1234"),
    Bad("thousands in braces", "data: {split: {seed: 1,234}}", 1, "data.split.234",
        "does not exist", "write 1234"),
    Bad("a whole number with a decimal comma in braces", "data: {split: {seed: 1,5}}", 1,
        "data.split.5", "does not exist", "write a whole number"),
    Bad("a printed result with decimal commas in braces",
        claims("{metric: auroc, value: 0,88 (0,80-0,93)}"), 1, f"{ONE}.claims[0].88 (0",
        "does not exist", 'write the value in quotation marks, value: "..."'),
    Bad("two equal decimals in braces", claims("{metric: auroc, value: 0,88, low: 0,88}"), 1,
        f"{ONE}.claims[0].88", "88 is given twice", "write 0.88, not 0,88"),
    Bad("n", claims("{metric: recall, n: 131}"), 1, f"{ONE}.claims[0].n", "does not exist",
        "this is called cases"),
    Bad("n of a part", "data: {partitions: [{name: a, n: 131}]}", 1, "data.partitions[0].n",
        "does not exist", "this is called patients"),
    Bad("n of the study", "study: {n: 131}", 1, "study.n", "does not exist",
        "patients belongs under data.partitions"),
    Bad("ci", claims("{metric: recall, ci: [0.8, 0.9]}"), 1, f"{ONE}.claims[0].ci",
        "does not exist", "this is called low and high"),
    Bad("95% CI", claims("{metric: recall, 95% CI: 0.8-0.9}"), 1, f"{ONE}.claims[0].95% CI",
        "does not exist", "this is called low and high"),
    Bad("confidence_interval", claims("{metric: recall, confidence_interval: 0.8-0.9}"), 1,
        f"{ONE}.claims[0].confidence_interval", "does not exist", "this is called low and high"),
    Bad("inclusion_criteria", "participants: {inclusion_criteria: adults}", 1,
        "participants.inclusion_criteria", "does not exist", "this is called inclusion"),
    Bad("inclusion_criteria elsewhere", "study: {inclusion_criteria: adults}", 1,
        "study.inclusion_criteria", "does not exist", "inclusion belongs under participants"),
    Bad("nan", claims("{metric: auroc, value: nan}"), 1, f"{ONE}.claims[0].value",
        "not a number", "leave the field out"),
    Bad(".inf", "outcome: {horizon_days: .inf}", 1, "outcome.horizon_days", "not a number"),
    Bad("percent for a fraction", "analysis: {missing: {fraction: 5 %}}", 1,
        "analysis.missing.fraction", "written in percent", "write 0.05"),
    Bad("35 for a fraction", "analysis: {missing: {fraction: 35}}", 1, "analysis.missing.fraction",
        "35 is out of range: expected at least 0 and at most 1", "35 % is written 0.35"),
    Bad("fewer than none", "data: {partitions: [{name: a, patients: -1}]}", 1,
        "data.partitions[0].patients", "-1 is out of range: expected at least 0"),
    Bad("a horizon of 0", "evaluations: [{name: a, task: survival, horizons_days: [0]}]", 1,
        f"{ONE}.horizons_days[0]", "expected more than 0"),
    Bad("a day that is none", "data: {sources: [{name: a, start: 2023-02-30}]}", 1,
        "data.sources[0].start", "2023-02-30 is no day of the calendar"),
    Bad("a date in another order", "data: {sources: [{name: a, start: 01.02.2023}]}", 1,
        "data.sources[0].start", '"01.02.2023" is no date',
        "such as 2014-01-31; 2014-01 or 2014 if no more is printed"),
    Bad("a month that is none", "data: {sources: [{name: a, start: 2023-13}]}", 1,
        "data.sources[0].start", "2023-13 is no month of the calendar"),
    Bad("a month of one digit", "data: {sources: [{name: a, start: 2023-1}]}", 1,
        "data.sources[0].start", '"2023-1" is no date'),
    Bad("a number that is no year", "data: {sources: [{name: a, start: 12}]}", 1,
        "data.sources[0].start", '"12" is no date', "2014"),
    Bad("an absolute path", EVALUATION % "predictions: /data/a.csv", 1, f"{ONE}.predictions",
        "does not begin inside the folder", "use forward slashes"),
    Bad("a drive letter", EVALUATION % "predictions: 'C:/a.csv'", 1, f"{ONE}.predictions",
        "does not begin inside the folder"),
    Bad("a backslash", EVALUATION % r"predictions: data\a.csv", 1, f"{ONE}.predictions",
        "has a backslash", "use forward slashes"),
    Bad("a way out of the folder", EVALUATION % "predictions: data/../../a.csv", 1,
        f"{ONE}.predictions", "leaves the folder"),
    Bad("a list for one value", "study: {title: [a]}", 1, "study.title",
        "one text is expected here, not a list"),
    Bad("fields for one value", "study: {title: {a: b}}", 1, "study.title",
        "one text is expected here, not further fields"),
    Bad("one value for a group", "study: short", 1, "study",
        'fields are expected here (title, title_names, abstract, ...), not "short"'),
    Bad("one value for records", "evaluations: external", 1, "evaluations", "a list is expected"),
    Bad("fields for a list", "evaluations: {name: a, task: survival}", 1, "evaluations",
        "a list is expected here", "begin each entry with a hyphen"),
    Bad("an empty entry", "participants: {inclusion: [a, ]}\nevaluations: [null]\n", 2,
        "evaluations[0]", "this entry of the list is empty"),
    Bad("a list for names", EVALUATION % "columns: [a]", 1, f"{ONE}.columns",
        "names with their values are expected here"),
    Bad("a name without text", EVALUATION % "columns: {case: }", 1, f"{ONE}.columns.case",
        "one text is expected here"),
    Bad("no task", "evaluations: [{name: a}]", 1, f"{ONE}.task", "task is missing",
        "it is one of classification, multiclass"),
    Bad("a task that does not exist", "evaluations: [{name: a, task: classifcation}]", 1,
        f"{ONE}.task", "none of the values", "did you mean classification?"),
    Bad("no name", "evaluations:\n  - task: survival\n", 2, f"{ONE}.name", "name is missing",
        "short name"),
    Bad("a metric that does not exist", claims("{metric: auorc}"), 1, f"{ONE}.claims[0].metric",
        '"auorc" is no metric of classification', "did you mean auroc?"),
    Bad("a log-rank test", "evaluations: [{name: a, task: survival, claims: [{metric: log-rank, p_value: '0.01'}]}]",
        1, f"{ONE}.claims[0].metric", '"log-rank" is no metric of survival',
        "write metric: hazard_ratio, test: log_rank and the p_value"),
    Bad("two summaries", MASKS % "metric: median Dice, summary: mean", 1,
        f"{ONE}.claims[0].metric", "median Dice is a median, but summary is mean", "delete one"),
    Bad("a metric of another task", claims("{metric: dice}"), 1, f"{ONE}.claims[0].metric",
        '"dice" is a metric of segmentation, not of classification', "checker list metrics"),
    Bad("a value and another limit", claims('{metric: auroc, value: "0.9 (0.8-0.95)", low: 0.7}'),
        1, f"{ONE}.claims[0].low", "low is 0.7, but value prints 0.8", "write each number once"),
    Bad("a percent sign and no percent", claims("{metric: f1, value: 88 %, percent: false}"), 1,
        f"{ONE}.claims[0].percent", "value has a percent sign, but percent is false"),
    Bad("limits the wrong way round", claims("{metric: f1, low: 0.9, high: 0.80}"), 1,
        f"{ONE}.claims[0].low", "low (0.9) is larger than high (0.80)"),
    Bad("a value below its interval", claims("{metric: f1, value: 0.7, low: 0.8, high: 0.9}"), 1,
        f"{ONE}.claims[0].low", "low (0.8) is larger than value (0.7)"),
    Bad("a value above its interval", claims("{metric: f1, value: 0.95, low: 0.8, high: 0.9}"), 1,
        f"{ONE}.claims[0].value", "value (0.95) is larger than high (0.9)"),
    Bad("a level of 1", claims("{metric: f1, level: 1}"), 1, f"{ONE}.claims[0].level",
        "lies between 0 and 1"),
    Bad("a level in percent", claims("{metric: f1, level: 95}"), 1, f"{ONE}.claims[0].level",
        "95 is out of range", "95 % is written 0.95"),
    Bad("a decision range of one", EVALUATION % "decision_range: [0.1]", 1,
        f"{ONE}.decision_range", "the lowest and the highest threshold"),
    Bad("a decision range in percent", EVALUATION % "decision_range: 10-50%", 1,
        f"{ONE}.decision_range", '"10-50" is not a number', "write [0.1, 0.5]"),
    Bad("a decision range of whole numbers", EVALUATION % "decision_range: 10 to 50", 1,
        f"{ONE}.decision_range", '"10 to 50" is not a number', "write [0.1, 0.5]"),
    Bad("a decision range with a dash", "evaluations:\n- name: a\n  task: classification\n"
        "  decision_range: 0,05–0,5\n", 4, f"{ONE}.decision_range", "is not a number",
        "write [0.05, 0.5]"),
    Bad("horizons as a range", "evaluations: [{name: a, task: survival, horizons_days: 365-730}]",
        1, f"{ONE}.horizons_days", "is not a number", "write [365, 730]"),
    Bad("a range of thousands", "evaluations:\n- name: a\n  task: survival\n"
        "  horizons_days: 1,000-2,000\n", 4, f"{ONE}.horizons_days", "is not a number"),
    Bad("a decision range downwards", EVALUATION % "decision_range: [0.5, 0.1]", 1,
        f"{ONE}.decision_range", "the lowest and the highest threshold"),
    Bad("a decision range from 0", EVALUATION % "decision_range: [0, 0.5]", 1,
        f"{ONE}.decision_range", "between 0 and 1"),
    Bad("two partitions of one name", "data: {partitions: [{name: a}, {name: a}]}", 1,
        "data.partitions[1].name", 'the name "a" is given twice in partitions'),
    Bad("two evaluations of one name",
        "evaluations: [{name: a, task: survival}, {name: a, task: survival}]", 1,
        "evaluations[1].name", 'the name "a" is given twice in evaluations'),
    Bad("a source nobody described",
        "data: {sources: [{name: hospital A}], partitions: [{name: a, source: hospital B}]}", 1,
        "data.partitions[0].source", 'no entry of data.sources has the name "hospital B"',
        "did you mean hospital A?"),
    Bad("a partition nobody described", EVALUATION % "partition: external", 1,
        f"{ONE}.partition", 'no entry of data.partitions has the name "external"',
        "data.partitions has no entries"),
    Bad("an evaluation nobody described", "explanations: [{name: cam, evaluation: a}]", 1,
        "explanations[0].evaluation", 'no entry of evaluations has the name "a"'),
    Bad("more events than patients", "data: {partitions: [{name: a, patients: 5, events: 6}]}", 1,
        "data.partitions[0].events", "events is 6, but patients is only 5"),
    Bad("an end before the start",
        "data: {sources: [{name: a, start: 2020-01-02, end: 2020-01-01}]}", 1,
        "data.sources[0].start", "start is 2020-01-02, which is after end, 2020-01-01"),
    Bad("an end in the year before", "data: {sources: [{name: a, start: 2020, end: 2019-12-31}]}", 1,
        "data.sources[0].start", "start is 2020, which is after end, 2019-12-31"),
    Bad("an end in the month before", "data: {sources: [{name: a, start: 2020-03, end: 2020-02}]}",
        1, "data.sources[0].start", "start is 2020-03, which is after end, 2020-02"),
    Bad("more hits than cases", claims("{metric: recall, value: 85% (131/111)}"), 1,
        f"{ONE}.claims[0].numerator", "numerator is 131, but cases is only 111"),
    Bad("not reported without a reason", "statements: {not_reported: [{about: outcome.blinding}]}", 1,
        "statements.not_reported[0].reason", "reason is missing",
        'write reason: "in neither the paper nor its supplement", or what holds here'),
    Bad("not applicable without a reason",
        "statements:\n  not_applicable:\n    - about: analysis.updating\n", 3,
        "statements.not_applicable[0].reason", "reason is missing",
        'write reason: "the model was not updated", or what holds here'),
    Bad("an empty reason", "statements: {not_reported: [{about: outcome.blinding, reason: }]}", 1,
        "statements.not_reported[0].reason", "reason is missing", "write reason:"),
    Bad("a blank reason", "statements: {not_reported: [{about: outcome.blinding, reason: ' '}]}", 1,
        "statements.not_reported[0].reason", "reason is missing", "write reason:"),
    Bad("a place without place and quote", "statements:\n  locations:\n    - {about: outcome.blinding}\n", 3,
        "statements.locations[0]", "neither place nor quote is given", "words of the paper"),
    Bad("a quote of another kind is one problem", "statements: {locations: [{about: outcome.blinding, quote: [a]}]}", 1,
        "statements.locations[0].quote", "expected"),
    Bad("a place with blanks for both", "statements: {locations: [{about: outcome.blinding, quote: ' ', place: }]}", 1,
        "statements.locations[0]", "neither place nor quote is given"),
    Bad("a statement about nothing", "statements: {not_reported: [{about: outcome.blindng, reason: a}]}", 1,
        "statements.not_reported[0].about", '"outcome.blindng" is no fact',
        "did you mean outcome.blinding?"),
    Bad("an item that cannot be not reported",
        "statements: {not_reported: [{about: tripod_ai_2024/1, reason: a}]}", 1,
        "statements.not_reported[0].about", "is no fact"),
    Bad("said and said to be not reported",
        "outcome: {blinding: blinded}\nstatements: {not_reported: [{about: outcome.blinding, reason: a}]}\n",
        2, "statements.not_reported[0].about", "but this description has it"),
    Bad("a fact that is there and does not apply",
        "outcome: {blinding: blinded}\nstatements: {not_applicable: [{about: outcome.blinding, reason: a b}]}",
        2, "statements.not_applicable[0].about", "is said not to apply, but this description has it"),
    Bad("not reported and not applicable",
        "statements:\n  not_reported: [{about: model.name, reason: a b}]\n"
        "  not_applicable: [{about: model.name, reason: a b}]",
        3, "statements.not_applicable[0].about", "is said to be not reported, and also not to apply"),
    Bad("a reason that is none", "statements: {not_applicable: [{about: claim_2024/3, reason: N/A}]}",
        1, "statements.not_applicable[0].reason", '"N/A" is no reason'),
    Bad("a fact that differs and does not exist", EVALUATION % "differs: {outcome.bling: blinded}",
        1, f"{ONE}.differs.outcome.bling", "there is no such fact", "did you mean outcome.blinding?"),
    Bad("a group that differs", EVALUATION % "differs: {outcome: {blinding: blinded}}", 1,
        f"{ONE}.differs.outcome", "there is no such fact", "write facts by their full name"),
    Bad("a section that cannot differ", EVALUATION % "differs: {study.type: update}", 1,
        f"{ONE}.differs.study.type", "this fact cannot differ", "participants, predictors"),
    Bad("a fact of one entry that differs", EVALUATION % "differs: {predictors.inputs.kind: image}",
        1, f"{ONE}.differs.predictors.inputs.kind", "belongs to one entry of predictors.inputs"),
    Bad("a fact that differs with a wrong value",
        EVALUATION % "differs: {outcome.annotators.count: many}", 1,
        f"{ONE}.differs.outcome.annotators.count", '"many" is no whole number'),
    Bad("a list", "- study\n", 1, "", "fields are expected here (study, intended_use, data, ...)"),
    Bad("a field twice", "study:\n  title: a\n  title: b\n", 3, "study.title",
        "title is given twice; it stands in line 2 already", "keep one of the two"),
    Bad("a merge key", "study: {<<: {title: a}}", 1, "study.<<", "merge keys (<<)"),
    Bad("a list as a name", "? [a, b]\n: c\n", 1, "", "a list or group cannot be a name"),
    Bad("an anchor", "study: &a {title: b}\n", 1, "", "anchors are not accepted (&a)"),
    Bad("a number in other digits", claims('{metric: auroc, value: "٣"}'), 1,
        "evaluations[0].claims[0].value", "is not a number"),
    Bad("an alias", "study: *a\n", 1, "", "aliases are not accepted"),
    Bad("a tag", "study: !!python/object:os.system {}\n", 1, "", "tags are not accepted"),
    Bad("a tag of one's own", "study: {title: !new a}\n", 1, "", "tags are not accepted"),
    Bad("a second document", "study: {}\n---\nstudy: {}\n", 2, "", "a second document begins here"),
    Bad("a tab", "study:\n\ttitle: a\n", 2, "", "a tab stands where YAML wants spaces"),
    Bad("a colon in a text", "study:\n  title: Deep learning: a study\n", 2, "",
        "a colon is not possible here", "in quotation marks"),
    Bad("an open quotation mark", 'study:\n  title: "a\n', 3, "", "a quotation mark is not closed"),
    Bad("an open bracket", "study: {title: a\n", 2, "", "a bracket is not closed"),
    Bad("a text that begins with @", "study: {title: @a}\n", 1, "", "a text cannot begin with @"),
    Bad("a wrong indentation", "study:\n    title: a\n  type: update\n", 3, "",
        "does not fit the lines above"),
    Bad("a field further right than the one above", "study:\n  title: a\n    type: update\n", 3, "",
        "this line begins further right than the field above it", "begin both in the same column"),
    Bad("a field further right than the first of its entry",
        "evaluations:\n  - name: a\n     task: survival\n", 3, "",
        "this line begins further right than the field above it", "begin both in the same column"),
    Bad("a text that goes on and holds a colon", "study:\n  title: a\n    and so on: b\n", 3, "",
        "a colon is not possible here", "in quotation marks"),
    Bad("a field below its group", "data:\n  split:\n  method: random\n", 3, "data.method",
        "does not exist", "method belongs under split; begin its line further right than split"),
    Bad("a field below its section", "study:\ntitle: a\n", 2, "title", "does not exist",
        "title belongs under study; begin its line further right than study"),
    Bad("no space after a hyphen", "evaluations:\n  -name: a\n  task: survival\n", 1,
        "evaluations", "a list is expected here", "a space after the hyphen"),
    Bad("no space after a hyphen, as wide", "evaluations:\n  -name: a\n   task: survival\n", 3, "",
        "a colon is not possible here", "a space after the hyphen in the line above"),
    Bad("no space after a colon", "study:\n  title:A\n", 2, "study", "fields are expected here",
        "write a space after the colon: title: A"),
    Bad("no space after the colon above", "study:\n  title:A\n  type: update\n", 3, "",
        "a colon is not possible here", "a space after the colon in the line above"),
    Bad("no space after the last colon", "study:\n  type: update\n  title:A\n", 4, "",
        "a colon is missing after the name", "write name: value, with a space between"),
    Bad("a text without a name", "study:\n  title\n  type: update\n", 3, "", "a colon"),
    Bad("a control character", "study: {title: a\x07}\n", 1, "", "a control character (code 7)"),
    Bad("a control character by its number", 'study: {title: "\\e[31m"}\n', 1, "study.title",
        "holds a control character"),
    Bad("only a comment", "# to do\n", None, "", "the file is empty", "checker new"),
    Bad("only a dash line", "---\n", None, "", "the file is empty"),
    Bad("nothing", "", None, "", "the file is empty"),
]  # fmt: skip


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.story)
def test_a_problem_has_its_place_and_a_sentence(case, tmp_path):
    path = written(tmp_path, case.text)
    (problem,) = problems(path)
    assert (problem.file, problem.line, problem.path) == (str(path), case.line, case.path)
    assert case.message in problem.message
    assert case.hint in problem.hint


def test_an_anchor_and_a_tag_are_told_at_once(tmp_path):
    path = written(tmp_path, "study:\n  title: &a !new b\n  type: *a\n")
    told = [(each.line, each.message.split()[0]) for each in problems(path)]
    assert told == [(2, "anchors"), (2, "tags"), (3, "aliases")]


def test_every_problem_is_told_at_once_in_the_order_of_lines(tmp_path):
    text = (
        "study:\n  titel: a\n  question: all\ndata:\n  partitions:\n"
        "    - {name: a, role: test, events: many}\n    - {name: a}\n"
        "evaluations:\n  - {name: e, task: survival, partition: b, claims: [{metric: dice}]}\n"
        "  - {name: f, task: segmentaton, foo: 1, structures: {liver: 1}}\n  - 7\n"
    )
    told = [(each.line, each.path) for each in problems(written(tmp_path, text))]
    assert told == [
        (2, "study.titel"),
        (3, "study.question"),
        (6, "data.partitions[0].events"),
        (6, "data.partitions[0].role"),
        (7, "data.partitions[1].name"),
        (9, "evaluations[0].claims[0].metric"),
        (9, "evaluations[0].partition"),
        (10, "evaluations[1].foo"),
        (10, "evaluations[1].task"),
        (11, "evaluations[2]"),
    ]


def test_a_reference_to_an_entry_with_another_mistake_is_no_second_problem(tmp_path):
    text = (
        "data: {partitions: [{name: a, role: test}]}\n"
        "evaluations: [{name: e, task: tell, partition: a}]\n"
        "explanations: [{name: cam, evaluation: e}]\n"
    )
    assert [each.line for each in problems(written(tmp_path, text))] == [1, 2]


def test_a_claim_for_a_partition_without_predictions_is_no_problem(tmp_path):
    text = "data: {partitions: [{name: a}]}\n" + claims("{metric: auroc, value: 0.9}").replace(
        "name: a,", "name: e, partition: a,"
    )
    assert read_study(written(tmp_path, text)).study.evaluations[0].predictions is None


class BadFile(NamedTuple):
    story: str
    content: bytes
    message: str
    hint: str = ""


BAD_FILES = [
    BadFile("UTF-16", "study: {}".encode("utf-16"), "UTF-16", "save it as UTF-8"),
    BadFile("UTF-16 without a mark", "study: {}".encode("utf-16-le"), "UTF-16", "save it as UTF-8"),
    BadFile("UTF-32", "study: {}".encode("utf-32"), "UTF-16 or UTF-32", "save it as UTF-8"),
    BadFile("Latin-1", b"study:\n  title: M\xfcller\n", "not UTF-8 text", "save it as UTF-8"),
    BadFile("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary file"),
    BadFile("50 MB", b"a: b\n" * 10_000_000, "50.0 MB; at most 2 MB are read"),
    BadFile("200,000 brackets", b"a: " + b"[" * 200_000, "nested deeper than 40 levels"),
    BadFile("200,000 levels", b"- " * 200_000, "nested deeper than 40 levels"),
]


@pytest.mark.parametrize("case", BAD_FILES, ids=lambda case: case.story)
def test_a_file_that_cannot_be_read_is_one_quick_problem(case, tmp_path):
    path = written(tmp_path, case.content)
    began = time.perf_counter()
    (problem,) = problems(path)
    assert time.perf_counter() - began < 2
    assert case.message in problem.message
    assert case.hint in problem.hint


def test_latin_1_is_told_with_its_line(tmp_path):
    (problem,) = problems(written(tmp_path, b"study:\n  title: M\xfcller\n"))
    assert problem.line == 2


def test_a_missing_file_and_a_folder_are_told_with_what_is_there(tmp_path):
    written(tmp_path, "study: {}")
    (missing,) = problems(tmp_path / "studdy.yaml")
    assert (missing.message, missing.hint) == (
        "there is no such file",
        "in that folder there is study.yaml",
    )
    (folder,) = problems(tmp_path)
    assert folder.message == "this is a folder, not a file"
    assert "study.yaml" in folder.hint
    (nowhere,) = problems(tmp_path / "no" / "study.yaml")
    assert "there is no folder" in nowhere.hint


def test_many_problems_are_still_told_quickly(tmp_path):
    fields = "".join(f"  field_{i}: x\n" for i in range(5_000))
    entries = "".join(
        f"  - {{name: n{i}, task: survival, partition: p{i}}}\n" for i in range(2_000)
    )
    began = time.perf_counter()
    told = problems(written(tmp_path, f"study:\n{fields}evaluations:\n{entries}"))
    assert len(told) == 7_000
    assert time.perf_counter() - began < 10


def test_many_commas_inside_braces_are_one_problem_and_quick(tmp_path):
    numbers = ", ".join(map(str, range(50_000)))
    began = time.perf_counter()
    (problem,) = problems(written(tmp_path, f"data: {{split: {{seed: 7, {numbers}}}}}"))
    assert problem.path == "data.split.0"
    assert time.perf_counter() - began < 10


TOKENS = re.findall(r"\w[\w.%-]*|\W", (STUDIES / "study-example.yaml").read_text(encoding="utf-8"))
WORDS = [i for i, token in enumerate(TOKENS) if token[0].isalnum()]
STRANGE = [
    *("null", "012", "no", "[]", "{}", "[a]", "{a: b}", "-1", "1,5", "2020-02-30", "35 %", "a: b"),
    *("nan", "''", "1e999", "9" * 30, "0.9 (0.8-0.95)", "../x", "\t", "&a", "*b", "test", "- 1"),
]


@given(st.dictionaries(st.sampled_from(WORDS), st.sampled_from(STRANGE), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_strange_word_anywhere_is_read_or_is_a_problem(changes):
    text = "".join(changes.get(i, token) for i, token in enumerate(TOKENS))
    with TemporaryDirectory() as folder:
        path = written(Path(folder), text)
        assert all(each.message for each in told(path))


def told(path: Path) -> tuple[Problem, ...]:
    try:
        read_study(path)
    except BadSubmission as bad:
        return bad.problems
    return ()


# Other documents


def test_other_documents_follow_the_core_rules_of_yaml_1_2(tmp_path):
    text = (
        "a: no\nb: 1e-3\nc: 012\nd: 4.10\ne: '7'\nf: true\ng:\nh: 2020-01-01\ni: [1, -2, .5]\n"
        "j: {k: ~}\nl: '.'\nm: 1.\nn: '-'\no: +\n"
    )
    document = read_yaml(written(tmp_path, text))
    assert document.data == {
        **{"a": "no", "b": 0.001, "c": "012", "d": 4.1, "e": "7", "f": True, "g": None},
        **{"h": "2020-01-01", "i": [1, -2, 0.5], "j": {"k": None}, "l": ".", "m": 1.0},
        **{"n": "-", "o": "+"},
    }
    assert document.places.printed(("d",)) == "4.10"
    assert document.places.line(("i", 2)) == 9


def test_other_documents_are_read_with_the_same_safety(tmp_path):
    with pytest.raises(BadSubmission, match="given twice"):
        read_yaml(written(tmp_path, "a: 1\na: 2\n"))


# The JSON Schema


def test_the_schema_in_the_repository_is_current():
    stored = (ROOT / "schemas" / "study.schema.json").read_text(encoding="utf-8")
    assert stored == schema_text(), "run: checker schema > schemas/study.schema.json"


VALIDATOR = jsonschema.Draft202012Validator(study_schema())


def errors(data: object) -> list[str]:
    """Return the paths of what the schema refuses, without those around them."""
    leaves: list[str] = []
    stack = list(VALIDATOR.iter_errors(data))
    while stack:
        error = stack.pop()
        stack.extend(error.context or ())
        if not error.context:
            leaves.append(dotted(tuple(error.absolute_path)))
    return leaves


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_fit_the_schema(path):
    assert errors(read_yaml(path).data) == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("study: {titel: a}", "study"),
        ("study: {question: all}", "study.question"),
        ("data: {partitions: [{name: a, patients: -1}]}", "data.partitions[0].patients"),
        (
            "evaluations: [{name: a, task: survival, predictions: ../a}]",
            "evaluations[0].predictions",
        ),
        (
            "evaluations: [{name: a, task: survival, predictions: 'C:/a'}]",
            "evaluations[0].predictions",
        ),
        (
            "evaluations: [{name: a, task: survival, differs: {outcome.x: 1}}]",
            "evaluations[0].differs",
        ),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(text, path, tmp_path):
    file = written(tmp_path, text)
    assert path in errors(read_yaml(file).data)
    assert problems(file)


@pytest.mark.parametrize(
    "case",
    # a number in quotation marks is read, but an editor asks for a number
    [case for case in ACCEPTED if not case.note and case.story != "a quoted number"],
    ids=lambda case: case.story,
)
def test_the_schema_accepts_what_is_read_without_a_note(case, tmp_path):
    assert errors(read_yaml(written(tmp_path, case.text)).data) == []


def test_every_field_of_the_schema_says_what_it_means():
    for name, definition in study_schema()["$defs"].items():
        assert definition["description"], name
        for field, form in definition["properties"].items():
            assert form["description"].endswith((".", '"')), f"{name}.{field}"


# Speed


def test_reading_needs_no_heavy_package_and_little_time():
    heavy = "{'numpy', 'scipy', 'polars', 'matplotlib'}"
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from checker.reading.documents import read_study\n"
        f"path = Path({str(STUDIES / 'study-example.yaml')!r})\n"
        "began = time.process_time()\nread_study(path)\n"
        f"print(time.process_time() - began, sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, _, loaded = done.stdout.strip().partition(" ")
    assert loaded == "[]"
    assert float(seconds) < 0.25  # measured: 0.05; three times as long on a busy machine
