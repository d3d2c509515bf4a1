"""Tables of scans, lesions and marks as users give them: what is read, and a sentence for each thing that is wrong."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from checker import pipeline
from checker.cli.app import run
from checker.errors import BadSubmission
from checker.measuring import TaskQuestion, measure
from checker.model.curves import MarkCounts
from checker.model.predictions import TaskTable
from checker.model.settings import Settings
from checker.pipeline import Options
from checker.reading.detection_tables import DetectionTables, read_detection
from checker.reading.documents import read_study
from checker.reading.submission import read_submitted
from checker.reading.tables import read_table
from checker.reading.task_columns import COMMAND_LINE, DetectionColumns
from checker.render.headlines import group_metrics, is_plain, usual

EXAMPLE = Path(__file__).resolve().parent.parent / "examples/lung_nodule_marks"
SCANS = "scan,sex,person\na,F,p\nb,M,p\nc,F,q\n"
LESIONS = "scan,x,y,z,diameter\na,0,0,0,10\na,20,0,0,10\nb,0,0,0,8\n"
MARKS = "scan,x,y,z,score\na,1,0,0,0.9\na,2,0,0,0.8\nb,50,0,0,0.6\nc,0,0,0,0.6\n"
READINGS = (
    "case,reader,condition,mark,lesion,rating\n"
    "a,1,without,lesion,1,4\na,1,without,lesion,1,2\na,1,without,non_lesion,,3\n"
    "a,2,without,lesion,2,5\nb,1,with,lesion,1,4\nc,2,with,non_lesion,,1\n"
)
NO_NAME = READINGS.replace("a,2,without,lesion,2", "a,2,without,lesion,")
TWO_NAMES = READINGS.replace("b,1,with,lesion,1,4", "b,1,with,lesion,9,4\nb,2,with,lesion,8,4")
UNSURE = READINGS.replace("non_lesion", "maybe")
COUNTED = "case,lesions\na,2\nb,1\nc,0\n"


def read(folder: Path, asked: dict[str, Any] | None = None, **files: str) -> TaskTable:
    """Return what these files hold; scans, lesions and marks are there unless given as empty text."""
    texts = {"scans": SCANS, "lesions": LESIONS, "marks": MARKS, **files}
    tables = {}
    for name, text in texts.items():
        if text:
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
            tables[name] = read_table(folder / f"{name}.csv", name=f"{name}.csv")
    given: dict[str, Any] = {"hit": "radius"} if asked is None else asked
    return read_detection(DetectionTables(**tables), DetectionColumns(**given))


def test_scans_lesions_and_marks_are_one_table(tmp_path: Path) -> None:
    table = read(tmp_path, {"hit": "radius", "groups": ["sex"], "patient": "person"})
    assert table.task == "detection"
    assert (table.cases, table.unit) == (3, "scan")
    assert table.columns["part"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 2]
    assert table.columns["case"].tolist() == [0, 1, 2, 0, 0, 1, 0, 0, 1, 2]
    assert table.patient is not None
    assert table.patient.codes.tolist() == [0, 0, 1, 0, 0, 0, 0, 0, 0, 1]
    assert [table.groups["sex"].names[code] for code in table.groups["sex"].codes[:3]] == [
        "F", "M", "F",
    ]  # fmt: skip
    assert np.isnan(table.columns["diameter"]).tolist() == [True] * 3 + [False] * 3 + [True] * 4
    assert table.notes[0].startswith("A mark is a hit if its centre is nearer")
    assert "3 scans were searched: 2 with a lesion, 1 without." in table.notes


def test_columns_are_named_for_all_tables_or_for_one(tmp_path: Path) -> None:
    marks = MARKS.replace("scan,x", "series,column")
    names = {"marks.scan": "series", "marks.x": "column"}
    assert read(tmp_path, {"hit": "radius", "names": names}, marks=marks).columns["centre"].shape == (
        10, 3,
    )  # fmt: skip
    every = {"scan": "id"}
    files = {name: text.replace("scan,", "id,") for name, text in
             {"scans": SCANS, "lesions": LESIONS, "marks": MARKS}.items()}  # fmt: skip
    assert read(tmp_path, {"hit": "radius", "names": every}, **files).cases == 3


@pytest.mark.parametrize(
    "marks",
    [
        "scan,x1,y1,x2,y2,score\na,1,2,5,8,0.9\n",
        "scan,x,y,width,height,score\na,1,2,4,6,0.9\n",
    ],
)
def test_boxes_by_their_corners_or_by_their_sides(tmp_path: Path, marks: str) -> None:
    lesions = "scan,x1,y1,x2,y2\na,0,0,4,4\n"
    table = read(tmp_path, {"hit": "iou", "limit": 0.1}, lesions=lesions, marks=marks)
    assert table.columns["low"][-1].tolist() == [1, 2]
    assert table.columns["size"][-1].tolist() == [4, 6]
    assert table.columns["centre"][-1].tolist() == [3, 5]


def test_a_diameter_beyond_the_box_is_said(tmp_path: Path) -> None:
    lesions = "scan,x1,y1,x2,y2,diameter\na,0,0,4,4,9\n"
    marks = "scan,x1,y1,x2,y2,score\na,1,2,5,8,0.9\n"
    table = read(tmp_path, {"hit": "iou", "limit": 0.1}, lesions=lesions, marks=marks)
    assert any(each.startswith("1 lesions have a diameter beyond") for each in table.notes)


def test_marks_that_name_their_lesion(tmp_path: Path) -> None:
    table = read(tmp_path, {}, scans=COUNTED, lesions="", marks=READINGS)
    assert table.given["reader_names"] == ("1", "2")
    assert table.given["modality_names"] == ("with", "without")
    assert not any("marked nothing" in each for each in table.notes)
    fewer = READINGS.replace("c,2,with,non_lesion,,1\n", "")
    quiet = read(tmp_path, {}, scans=COUNTED, lesions="", marks=fewer)
    assert any(each.startswith("Reader 2 has no mark under with") for each in quiet.notes)
    lesion, part = table.columns["lesion"], table.columns["part"]
    assert len(set(lesion[part == 1])) == 3
    marks = lesion[part == 2].tolist()
    assert marks[0] == marks[1]
    assert marks[2] == marks[5] == -1
    assert len({marks[0], marks[3], marks[4]}) == 3


def test_marks_on_lesions_without_a_name_are_on_different_ones(tmp_path: Path) -> None:
    readings = "\n".join(
        ",".join(row.split(",")[at] for at in (0, 1, 2, 3, 5)) for row in READINGS.splitlines()
    )
    table = read(tmp_path, {}, scans=COUNTED, lesions="", marks=readings + "\n")
    marks = table.columns["lesion"][table.columns["part"] == 2].tolist()
    assert marks[0] != marks[1]
    assert any("do not say which lesion" in each for each in table.notes)


def test_regions_on_other_scans_are_left_out_and_counted(tmp_path: Path) -> None:
    ignored = "scan,x,y,z,diameter\nz,0,0,0,5\na,50,0,0,-1\n"
    table = read(tmp_path, ignored=ignored)
    assert (table.columns["part"] == 3).sum() == 1
    assert any(each.startswith("1 ignored regions are on scans") for each in table.notes)
    assert any("have no diameter; each is taken as 10" in each for each in table.notes)


def test_scans_of_another_partition_are_left_out_with_their_marks(tmp_path: Path) -> None:
    table = read(tmp_path, {"hit": "radius", "where": [("sex", "F")]})
    assert table.cases == 2
    assert table.columns["part"].tolist() == [0, 0, 1, 1, 2, 2, 2]
    assert table.case is not None
    assert table.case.names == ("a", "c")
    with pytest.raises(BadSubmission, match="not listed"):
        read(tmp_path, {"hit": "radius", "where": [("sex", "F")]}, marks=MARKS + "z,0,0,0,1\n")


def test_a_baseline_that_is_no_modality_is_said(tmp_path: Path) -> None:
    asked = {"baseline": "never", "written": COMMAND_LINE}
    with pytest.raises(BadSubmission, match='no mark has the modality "never"'):
        read(tmp_path, asked, scans=COUNTED, lesions="", marks=READINGS)


WRONG = [
    ({"marks": "scan,x,y,z,score\nq,0,0,0,1\na,0,0,0,\n,0,0,0,1\n"},
     ["the scan is not named", 'the scan "q" is not listed in scans.csv', "the mark has no score"]),
    ({"lesions": "scan,x,y,z,diameter\na,0,0,0,-1\nz,0,0,0,3\n"},
     ['the scan "z" is not listed', "the lesion has no diameter, and the hit rule radius needs one"]),
    ({"scans": "scan\na\nb\na\nc\n"}, ["the scan is listed before"]),
    ({"marks": "scan,x,y,score\na,0,0,1\n"}, ["two coordinates and others three"]),
    ({"marks": "scan,x,y,z,score\na,0,,0,1\n"}, ["the coordinate is missing"]),
    ({"marks": "scan,score\na,1\n"}, ["no columns say where each row is"]),
    ({"lesions": ""}, ["no lesions are given"]),
    ({"marks": "scan,x,y,z,score,reader\n" + "".join(f"a,{at},0,0,1,r{at}\n" for at in range(101))},
     ["101 different values are no column that names the reader"]),
    ({"lesions": "", "scans": "scan,lesions\na,1\nb,1\nc,1.5\n"},
     ["no whole number", "lesions are counted and have no place"]),
    ({"asked": {}}, ["when a mark is a hit is not said"]),
    ({"asked": {"hit": "iou", "limit": 0.5}}, ["the hit rule iou needs a diameter or a box of each mark"]),
    ({"asked": {"hit": "radius", "names": {"x": "nope"}}}, ["the table has no column of this name"]),
    ({"asked": {"hit": "iou", "limit": 0.5}, "marks": "scan,x1,y1,z1,x2,y2,z2,score\na,1,1,1,0,2,2,1\n"},
     ["a side of the box is negative", "cannot compare boxes with balls"]),
    ({"asked": {}, "scans": COUNTED, "lesions": "", "marks": NO_NAME},
     ["the mark is on a lesion, and none is named"]),
    ({"asked": {}, "scans": COUNTED, "lesions": "", "marks": TWO_NAMES},
     ['the scan has no lesion "8"']),
    ({"asked": {}, "scans": COUNTED, "lesions": "", "marks": UNSURE},
     ["whether the mark is on a lesion cannot be told", "the mark is on a lesion, and none"][:1]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "words"), WRONG)
def test_everything_wrong_is_said_at_once(
    tmp_path: Path, files: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(BadSubmission) as bad:
        read(tmp_path, **files)
    said = [problem.message for problem in bad.value.problems]
    for each in words:
        assert any(each in message for message in said), said


# The command


def command(folder: Path, capsys: Any, *more: str, **files: str) -> Any:
    texts = {"scans": SCANS, "lesions": LESIONS, "marks": MARKS, **files}
    arguments = ["metrics", "detection"]
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        arguments += [f"--{name}", str(folder / f"{name}.csv")]
    code = run([*arguments, "--resamples", "200", "--format", "json", *more])
    out, err = capsys.readouterr()
    return (code, json.loads(out)) if code == 0 else (code, err)


def test_numbers_counts_and_curve(tmp_path: Path, capsys: Any) -> None:
    more = ["--hit", "radius", "--fp-rate", "0.5", "--threshold", "0.7", "--group", "sex"]
    code, found = command(tmp_path, capsys, *more)
    assert code == 0
    assert (found["task"], found["cases"], found["unit"]) == ("detection", 3, "scan")
    values = {
        (each["metric"], each.get("false_positives_per_case")): each["value"]
        for each in found["estimates"]
        if each["group"] == "all"
    }
    assert values["lesion_sensitivity", None] == pytest.approx(1 / 3)
    assert values["froc_sensitivity", 0.5] == pytest.approx(1 / 3)
    (counts,) = found["mark_counts"]
    assert (counts["hits"], counts["false_positives"], counts["extra"]) == (1, 2, 1)
    (curve,) = found["froc_curves"]
    assert curve["sensitivity"][0] == 0
    assert {each["group"] for each in found["estimates"]} == {"all", "sex = F", "sex = M"}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--hit", "iou"], "write a number after the rule"),
        (["--hit", "radius:5"], "has no limit"),
        (["--hit", "iou:1.5"], "above 0, at most 1"),
        (["--hit", "distance:-1"], "0 or more"),
        (["--hit", "near:1"], "one of centre_inside"),
        (["--hit", "radius", "--matching", "any"], "highest_score_first"),
        (["--hit", "radius", "--extra-hits", "any"], "ignored, false_positive"),
        (["--hit", "radius", "--fp-rate", "0"], "above 0"),
        (["--hit", "radius", "--column", "q=x"], "none of our names"),
        (["--hit", "radius", "--column", "x"], "write it as"),
        (["--hit", "radius", "--column", "x=a", "--column", "x=b"], "comes twice"),
        (["--hit", "radius", "--threshold", "inf"], "finite"),
    ],
)
def test_wrong_use(tmp_path: Path, capsys: Any, more: list[str], words: str) -> None:
    code, err = command(tmp_path, capsys, *more)
    assert code == 2
    assert words in err


def test_a_report_has_the_curve_and_the_counts(tmp_path: Path, capsys: Any) -> None:
    files = {"scans": "scans", "lesions": "nodules", "marks": "marks", "ignore-regions": "ignored"}
    arguments = ["metrics", "detection", "--hit", "radius", "--resamples", "200"]
    for option, name in files.items():
        arguments += [f"--{option}", str(EXAMPLE / f"predictions/{name}.csv")]
    out = [tmp_path / "report.html", tmp_path / "report.md"]
    assert run([*arguments, *(each for file in out for each in ("-o", str(file)))]) == 0
    page = out[0].read_text(encoding="utf-8")
    assert "FROC curve" in page
    assert "What became of the marks" in page
    assert "False positives per scan" in page
    assert "What became of the marks" in out[1].read_text(encoding="utf-8")
    assert "What became of the marks" in capsys.readouterr().out


def test_matched_marks_of_readers(tmp_path: Path) -> None:
    for name, text in (("scans", COUNTED), ("marks", READINGS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    found = measure(
        TaskQuestion(
            file=tmp_path / "marks.csv",
            columns=DetectionColumns(options={"analysis": "RRRC", "method": "OR"}),
            further={"scans": tmp_path / "scans.csv"},
            settings=Settings(resamples=200),
        )
    )
    figures = [each for each in found.estimates if each.metric == "weighted_jafroc1"]
    assert {(each.reader, each.modality) for each in figures} == {
        (reader, modality) for reader in ("1", "2", None) for modality in ("with", "without")
    }
    assert any(each.metric == "weighted_jafroc1" for each in found.comparisons)
    counts: Any = found.tables["mark_counts"]
    assert all(isinstance(each, MarkCounts) for each in counts)
    assert sum(each.extra for each in counts) == 1


# The description


def described(folder: Path, **more: Any) -> Path:
    """Write the tables and a study of them, and return its file."""
    for name, text in (("scans", SCANS), ("lesions", LESIONS), ("marks", MARKS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    evaluation = {
        "name": "test", "task": "detection", "cases": "scans.csv", "reference": "lesions.csv",
        "predictions": "marks.csv", "hit": "radius", **more,
    }  # fmt: skip
    study = {"study": {"title": "Marks"}, "evaluations": [evaluation]}
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump(study), encoding="utf-8")
    return file


def test_a_study_names_its_tables(tmp_path: Path) -> None:
    study = read_study(described(tmp_path, cluster="person", groups=["sex"]))
    submitted = read_submitted(study, tmp_path)
    table = submitted.predictions["test"]
    assert isinstance(table, TaskTable)
    assert set(submitted.files) == {"scans.csv", "lesions.csv", "marks.csv"}
    assert table.patient is not None
    assert tuple(table.groups) == ("sex",)


def test_another_algorithm_is_a_modality(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(MARKS.replace("0.9", "0.1"), encoding="utf-8")
    other = [{"name": "other", "predictions": "other.csv"}]
    claims = [{"metric": "froc_score", "versus": "other", "value": "0.1"}]
    file = described(tmp_path, comparators=other, claims=claims)
    table = read_submitted(read_study(file), tmp_path).predictions["test"]
    assert isinstance(table, TaskTable)
    assert table.given["modality_names"] == ("model", "other")
    assert table.places["versus"] == ("other",)
    report = pipeline.check(file, Options(settings=Settings(resamples=200)))
    (check,) = report.claims
    assert check.compared is not None
    assert check.compared.first == "model"


def test_groups_are_shown_of_the_model_where_another_algorithm_stands_beside_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "other.csv").write_text(MARKS.replace("0.9", "0.1"), encoding="utf-8")
    other = [{"name": "other", "predictions": "other.csv"}]
    file = described(tmp_path, comparators=other, groups=["sex"])
    (made,) = pipeline.check(file, Options(settings=Settings(resamples=200))).evaluations
    assert group_metrics(made) == ("lesion_sensitivity", "false_positives_per_case", "froc_score")
    plain = usual(made)
    shown = [each for each in made.subgroup_estimates if is_plain(each, plain)]
    assert {each.modality for each in shown} == {"model"}


def test_lesions_that_are_not_given_are_asked_for_where_they_are_named(tmp_path: Path) -> None:
    file = described(tmp_path, reference=None)
    with pytest.raises(BadSubmission) as bad:
        read_submitted(read_study(file), tmp_path)
    assert "reference: PATH" in bad.value.problems[0].hint


def test_without_the_list_of_scans_nothing_is_recomputed(tmp_path: Path) -> None:
    file = described(tmp_path, cases=None)
    found = read_submitted(read_study(file), tmp_path).predictions["test"]
    assert not isinstance(found, TaskTable)
    assert "all scans that were searched" in found.because  # type: ignore[union-attr]


def test_a_missing_column_is_said_where_it_was_named(tmp_path: Path) -> None:
    file = described(tmp_path, columns={"x": "nope"})
    with pytest.raises(BadSubmission) as bad:
        read_submitted(read_study(file), tmp_path)
    (problem,) = bad.value.problems
    assert problem.path == "evaluations[0].columns.x"
    assert 'has no column "nope"' in problem.message


@pytest.mark.parametrize(
    ("more", "words"), [({}, "has no limit"), ({"hit_limit": 50.0}, "at most 1")]
)
def test_a_rule_needs_its_limit(tmp_path: Path, more: dict[str, Any], words: str) -> None:
    file = described(tmp_path, hit="iou", **more)
    with pytest.raises(BadSubmission) as bad:
        read_submitted(read_study(file), tmp_path)
    (problem,) = bad.value.problems
    assert problem.path == "evaluations[0].hit_limit"
    assert words in problem.message


def test_rates_of_claims_are_recomputed(tmp_path: Path) -> None:
    claims = [{"metric": "sensitivity", "at": 3, "value": "33.3 %"}]
    report = pipeline.check(
        described(tmp_path, claims=claims), Options(settings=Settings(resamples=200))
    )
    (check,) = report.claims
    assert check.recomputed is not None
    assert check.recomputed.false_positives_per_case == 3


def test_the_numbers_of_many_readers_stand_in_a_table_for_each_metric(
    tmp_path: Path, capsys: Any
) -> None:
    rng = np.random.default_rng(4)
    (tmp_path / "scans.csv").write_text(
        "scan,lesions\n" + "".join(f"s{i},{i % 2}\n" for i in range(30)), "utf-8"
    )
    rows = [
        f"{modality},r{reader},s{i},{'lesion' if i % 2 else 'non_lesion'},{rng.integers(1, 9)}"
        for modality in ("alone", "with AI")
        for reader in range(1, 5)
        for i in range(30)
        if rng.random() < 0.7
    ]
    text = "modality,reader,scan,mark,score\n" + "\n".join(rows) + "\n"
    (tmp_path / "marks.csv").write_text(text, "utf-8")
    tables = ["--scans", str(tmp_path / "scans.csv"), "--marks", str(tmp_path / "marks.csv")]
    assert run(["metrics", "detection", *tables, "--resamples", "200"]) == 0
    lines = capsys.readouterr().out.splitlines()
    at = lines.index("Lesion sensitivity")
    assert lines[at + 2].split() == ["Reader", "alone", "with", "AI"]
    assert [each.split()[1] for each in lines[at + 4 : at + 8]] == ["r1", "r2", "r3", "r4"]
    assert len(lines) < 400
    assert any("single readers stand in the JSON" in each for each in lines)
    for name in ("r.html", "r.md"):
        assert run(["metrics", "detection", *tables, "-o", str(tmp_path / name)]) == 0
    page = (tmp_path / "r.html").read_text("utf-8")
    assert page.count("<caption>Lesion sensitivity by reader, ") == 1
    assert '<th scope="row">reader r3</th>' in page
    assert "Lesion sensitivity (reader r3" not in page
    text = (tmp_path / "r.md").read_text("utf-8")
    assert text.count("Lesion sensitivity, by reader:") == 1


def test_repeated_lesions_and_marks_are_counted(tmp_path: Path) -> None:
    marks = MARKS + "a,1,0,0,0.9\nb,50,0,0,0.6\na,1,0,0,0.8\n"
    table = read(tmp_path, lesions=LESIONS + "b,0,0,0,8\n", marks=marks)
    assert "1 lesion is listed before (same scan and place); each row counts." in table.notes
    assert "2 marks are listed before (same scan, place and score); each row counts." in table.notes
    assert not [note for note in read(tmp_path).notes if "listed before" in note]


@pytest.mark.parametrize(
    ("on", "off"), [("LL", "NL"), ("TP", "FP"), ("Lesion", "Non_Lesion"), ("1", "0")]
)
def test_whether_a_mark_is_on_a_lesion_may_be_said_in_capitals_or_numbers(
    tmp_path: Path, on: str, off: str
) -> None:
    marks = f"case,mark,score\na,{on},0.9\nb,{off},0.8\n"
    table = read(tmp_path, {}, scans=COUNTED, lesions="", marks=marks)
    assert table.columns["lesion"].tolist() == [-1, -1, -1, 0, 1, 2, 0, -1]


def test_of_matched_marks_no_rule_is_named_as_usual(tmp_path: Path) -> None:
    marks = "case,mark,score\na,lesion,0.9\nb,non_lesion,0.8\n"
    notes = read(tmp_path, {}, scans=COUNTED, lesions="", marks=marks).notes
    assert "Further marks on a lesion that was hit are ignored, as is usual; nobody said." in notes
