"""Cross-validation as a user meets it: a file for each fold or a column of them, in commands, reports and claims."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pytest
import yaml
from sklearn.metrics import accuracy_score, brier_score_loss, roc_auc_score

from checker import metrics, pipeline, render, scaffold
from checker.cli.app import run
from checker.errors import BadSubmission
from checker.evidence import known_about, places
from checker.model.claim import PartCheck, Verdict
from checker.model.evidence import FoldEstimate, FoldEstimates
from checker.model.report import EvaluationReport, Report
from checker.model.settings import Settings
from checker.pipeline import Options
from checker.reading.folds import natural, read_folds
from checker.reading.references import read_thresholds
from checker.reading.tables import read_table

from . import task_evaluations, task_tables

ROOT = Path(__file__).resolve().parent.parent
LIVER = ROOT / "tests/reference/ilpd_logistic/predictions.csv"
CLASSES = ROOT / "tests/reference/hcv_multiclass_a/predictions.csv"
CIRRHOSIS = ROOT / "examples/primary_biliary_cholangitis/predictions/derivation.csv"
FLOW = ROOT / "examples/peak_flow_meters/predictions/first_readings.csv"
FIVE = 5
Rows = list[list[str]]


def rows_of(file: Path) -> Rows:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def write(file: Path, rows: Sequence[Sequence[str]]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)
    return file


def apart(file: Path, folder: Path, folds: int = FIVE) -> Path:
    """Write a table as a folder with a file for each fold: every fifth row."""
    head, *body = rows_of(file)
    for at in range(folds):
        write(folder / f"fold_{at + 1}.csv", [head, *body[at::folds]])
    return folder


def with_column(file: Path, to: Path, folds: int = FIVE, name: str = "fold") -> Path:
    """Write a table with a column of folds, its rows in the order of the folder."""
    head, *body = rows_of(file)
    named = [[*row, f"fold_{at + 1}"] for at in range(folds) for row in body[at::folds]]
    return write(to, [[*head, name], *named])


# A folder


def small(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


TWO = {"fold_1": "y,p\n1,0.9\n0,0.2\n", "fold_2": "y,p\n0,0.4\n1,0.6\n1,0.7\n"}


def test_the_tables_of_a_folder_are_one_and_rows_keep_file_and_number(tmp_path: Path) -> None:
    table = read_folds(small(tmp_path / "folds", **TWO), name="folds")
    assert (table.rows, table.columns) == (5, ("y", "p"))
    assert table.text("p").to_list() == ["0.9", "0.2", "0.4", "0.6", "0.7"]
    assert [table.row(each) for each in range(5)] == [2, 3, 2, 3, 4]
    assert [table.file(each) for each in (1, 2)] == ["folds/fold_1.csv", "folds/fold_2.csv"]
    folds = table.folds()
    assert folds is not None
    assert (folds.names, folds.codes.tolist()) == (("fold_1", "fold_2"), [0, 0, 1, 1, 1])
    kept = table.kept(np.array([False, True, False, True, True]))
    assert [kept.row(each) for each in range(3)] == [3, 3, 4]
    assert kept.others([0, 1, 2]) == "; also row 3 of fold_2.csv and 1 more rows of other files"
    again = kept.folds()
    assert again is not None
    assert again.codes.tolist() == [0, 1, 1]
    for file, sha in table.files.items():
        assert sha == hashlib.sha256((tmp_path / file).read_bytes()).hexdigest()


def test_lines_are_those_of_the_file_where_a_cell_has_several(tmp_path: Path) -> None:
    texts = {"a": 'y,t\n1,"x\ny"\n0,z\n', "b": 'y,t\n0,"u\nv"\n1,w\n'}
    table = read_folds(small(tmp_path / "folds", **texts), name="folds")
    assert [(table.row(each), table.line(each)) for each in range(4)] == [
        (2, 2), (3, 4), (2, 2), (3, 4),
    ]  # fmt: skip


def test_folds_are_in_natural_order_and_columns_in_that_of_the_first(tmp_path: Path) -> None:
    names = ["fold_10", "fold_2", "fold_1"]
    texts = {name: f"y,p\n1,0.{at}\n" for at, name in enumerate(names)}
    texts["fold_2"] = "p,y\n0.5,1\n"
    table = read_folds(small(tmp_path / "folds", **texts), name="folds")
    assert [each.fold for each in table.parts] == ["fold_1", "fold_2", "fold_10"]
    assert table.text("p").to_list() == ["0.2", "0.5", "0.0"]
    assert sorted(["10", "9b", "9a", "a"], key=natural) == ["9a", "9b", "10", "a"]


def test_what_is_no_table_of_a_fold_is_left_out_and_said(tmp_path: Path) -> None:
    folder = small(tmp_path / "folds", **TWO)
    for name in ("README.md", ".hidden.csv", "~$fold_1.xlsx", "readme.txt"):
        (folder / name).write_text("x", encoding="utf-8")
    (folder / "more.csv").mkdir()
    table = read_folds(folder, name="folds")
    assert len(table.parts) == 2
    (said,) = table.notes
    for name in (".hidden.csv", "README.md", "more.csv", "readme.txt", "~$fold_1.xlsx"):
        assert f'"{name}"' in said


class Bad(NamedTuple):
    story: str
    make: Callable[[Path], object]
    said: tuple[str, ...]
    """Each as file:line: path: message."""


def _parquet(folder: Path) -> None:
    pl.DataFrame({"y": [1, 0], "p": [0.1, 0.2]}).write_parquet(folder / "fold_3.parquet")


def _typed(folder: Path) -> None:
    for each in folder.iterdir():
        each.unlink()
    pl.DataFrame({"y": [1, 0], "p": [0.1, 0.2]}).write_parquet(folder / "a.parquet")
    pl.DataFrame({"y": [1, 0], "p": ["0.1", "x"]}).write_parquet(folder / "b.parquet")


def _text(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


def _only(*names: str) -> Callable[[Path], object]:
    return lambda folder: [each.unlink() for each in folder.iterdir() if each.name not in names]


BAD = [
    Bad("nothing", _only(), ("folds:None: : the folder has no table; it is empty",)),
    Bad("one", _only("fold_2.csv"), ("folds:None: : the folder has one table, fold_2.csv",)),
    Bad(
        "lacking and more columns",
        _text("fold_3.csv", "y,q\n1,1\n"),
        (
            "folds/fold_3.csv:1: p: this column of fold_1.csv is missing here",
            "folds/fold_3.csv:1: q: fold_1.csv has no such column",
        ),
    ),
    Bad(
        "another format",
        _parquet,
        ("folds/fold_3.parquet:None: : this is a parquet file, and fold_1.csv is a text table",),
    ),
    Bad("another type", _typed, ("folds/b.parquet:None: p: this column holds another kind",)),
    Bad("another delimiter", _text("fold_3.csv", "y;p\n1;1\n"), ("folds/fold_3.csv:1: : commas",)),
    Bad(
        "the same file twice",
        lambda folder: (folder / "fold_3.csv").write_bytes((folder / "fold_1.csv").read_bytes()),
        ("folds/fold_3.csv:None: : this is the same file as fold_1.csv",),
    ),
    Bad(
        "one name twice",
        _text("fold_2.tsv", "y,p\n1,1\n"),
        ("folds/fold_2.tsv:None: : fold_2.csv is of the fold fold_2 as well",),
    ),
    Bad(
        "each broken file",
        lambda folder: [
            _text("fold_1.csv", "y,p\n1,2,3\n")(folder),
            _text("fold_2.csv", "")(folder),
        ],
        (
            "folds/fold_1.csv:2: : row 2 has 3 cells, the header has 2",
            "folds/fold_2.csv:None: : the file is empty",
        ),
    ),
]


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.story)
def test_a_folder_that_cannot_be_says_everything_at_once(case: Bad, tmp_path: Path) -> None:
    folder = small(tmp_path / "folds", **TWO)
    case.make(folder)
    with pytest.raises(BadSubmission) as bad:
        read_folds(folder, name="folds")
    said = [f"{each.file}:{each.line}: {each.path}: {each.message}" for each in bad.value.problems]
    assert len(said) == len(case.said)
    for seen, wanted in zip(said, case.said, strict=True):
        assert seen.startswith(wanted), seen


def test_a_hundred_folds_are_the_most(tmp_path: Path) -> None:
    folder = small(tmp_path / "folds", **{f"f{at}": "y,p\n1,1\n" for at in range(101)})
    with pytest.raises(BadSubmission, match="101 tables; at most 100"):
        read_folds(folder, name="folds")


# Commands: the folder and the column give the same numbers


def as_json(arguments: Sequence[object], capsys: Any) -> Any:
    code = run(["metrics", *map(str, arguments), "--resamples", "200", "--format", "json"])
    out, err = capsys.readouterr()
    assert code == 0, err
    return json.loads(out)


OF_LIVER = ["--outcome", "liver_disease", "--score", "prob_full", "--threshold", "0.5"]
NAMES = ("blood_donor", "hepatitis", "fibrosis", "cirrhosis")
OF_CLASSES = [
    "--outcome", "truth", *[text for name in NAMES for text in ("--class", f"{name}=p_{name}")],
]  # fmt: skip
OF_CIRRHOSIS = [
    *("--time", "days", "--event", "death", "--score", "mayo_score", "--time-unit", "days"),
    *("--risk", "1826.25=risk_5_years"),
]
TASKS = [
    ("classification", LIVER, OF_LIVER),
    ("multiclass", CLASSES, OF_CLASSES),
    ("survival", CIRRHOSIS, OF_CIRRHOSIS),
]


@pytest.mark.parametrize(("task", "file", "options"), TASKS, ids=lambda each: str(each)[:14])
def test_a_folder_and_a_column_give_the_same(
    task: str, file: Path, options: list[str], tmp_path: Path, capsys: Any
) -> None:
    folder = apart(file, tmp_path / "folds")
    column = with_column(file, tmp_path / "folds.csv", name="part")
    of_files = as_json([task, folder, *options], capsys)
    of_column = as_json([task, column, *options, "--fold", "part"], capsys)
    assert of_files["folds"]["folds"] == of_column["folds"]["folds"]
    assert [each["by_fold"] for each in of_files["folds"]["values"]] == [
        each["by_fold"] for each in of_column["folds"]["values"]
    ]
    assert [each["name"] for each in of_files["folds"]["folds"]] == [
        f"fold_{at}" for at in range(1, 6)
    ]
    for one, other in zip(of_files["estimates"], of_column["estimates"], strict=True):
        assert (one["metric"], one["value"]) == (other["metric"], other["value"])


def by_fold(found: Any, metric: str) -> tuple[list[float], dict[str, float]]:
    (one,) = [each for each in found["folds"]["values"] if each["metric"] == metric]
    return one["by_fold"], {each["name"]: each["value"] for each in one["spreads"]}


def means(found: Any, metric: str) -> float:
    (one,) = [
        each
        for each in found["estimates"]
        if each["metric"] == metric and each.get("summary") == "mean over folds"
    ]
    return float(one["value"])


def numbers(file: Path, column: str) -> np.ndarray:
    head, *body = rows_of(file)
    return np.array([float(row[head.index(column)]) for row in body])


def test_a_classifier_by_scikit_learn_in_each_fold(tmp_path: Path, capsys: Any) -> None:
    found = as_json(["classification", apart(LIVER, tmp_path / "folds"), *OF_LIVER], capsys)
    outcome, score = numbers(LIVER, "liver_disease"), numbers(LIVER, "prob_full")
    theirs = {
        "auroc": [roc_auc_score(outcome[k::5], score[k::5]) for k in range(FIVE)],
        "brier_score": [brier_score_loss(outcome[k::5], score[k::5]) for k in range(FIVE)],
        "accuracy": [accuracy_score(outcome[k::5], score[k::5] >= 0.5) for k in range(FIVE)],
    }
    for metric, expected in theirs.items():
        values, spreads = by_fold(found, metric)
        assert values == pytest.approx(expected)
        assert means(found, metric) == pytest.approx(np.mean(expected))
        assert spreads["sd_over_folds"] == pytest.approx(np.std(expected, ddof=1))


def test_survival_by_r_in_each_fold(tmp_path: Path, capsys: Any) -> None:
    """R 4.2.2, survival 3.5-3: concordance(Surv(days, death) ~ mayo_score, data = every fifth row, reverse = TRUE)."""
    found = as_json(["survival", apart(CIRRHOSIS, tmp_path / "folds"), *OF_CIRRHOSIS], capsys)
    values, spreads = by_fold(found, "c_index")
    expected = [0.880133185350, 0.840864440079, 0.856877323420, 0.758281110116, 0.921836228288]
    assert values == pytest.approx(expected, abs=1e-11)
    assert means(found, "c_index") == pytest.approx(0.8515984574505, abs=1e-12)  # mean
    assert spreads["sd_over_folds"] == pytest.approx(0.0604127222049, abs=1e-12)  # sd
    assert spreads["se_over_folds"] == pytest.approx(0.0270173907112, abs=1e-12)
    half = (0.926610759646 - 0.776586155255) / 2  # t.test(values)$conf.int
    assert spreads["half_t_interval_over_folds"] == pytest.approx(half, abs=1e-11)


@pytest.mark.parametrize("ending", [".txt", ".html", ".md", ".json"])
def test_files_of_the_command_have_the_folds(ending: str, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / f"m{ending}"
    folder = apart(LIVER, tmp_path / "folds")
    arguments = ["metrics", "classification", str(folder), *OF_LIVER, "--resamples", "200"]
    assert run([*arguments, "-o", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert "mean over" in text
    assert "models of the folds" in text.replace("\n", " ")
    assert str(tmp_path) not in text


def test_a_file_of_the_folder_is_not_written_over(tmp_path: Path, capsys: Any) -> None:
    folder = apart(LIVER, tmp_path / "folds")
    (folder / "m.json").write_text("{}", encoding="utf-8")
    arguments = ["metrics", "classification", str(folder), *OF_LIVER, "-o"]
    assert run([*arguments, str(folder / "m.json")]) == 2
    assert "is read by this command" in capsys.readouterr().err


def test_a_complaint_names_file_line_and_row_of_the_fold(tmp_path: Path, capsys: Any) -> None:
    folder = apart(LIVER, tmp_path / "folds")
    for name in ("fold_2.csv", "fold_4.csv"):
        rows = rows_of(folder / name)
        rows[3][rows[0].index("prob_full")] = "high"
        write(folder / name, rows)
    assert run(["metrics", "classification", str(folder), *OF_LIVER]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "fold_2.csv:4" in said
    assert 'row 4: "high" is not a number; also row 4 of fold_4.csv' in said


CONTRADICTED = [
    ("another value in one file", 1, 3, "fold_1", 'row 4: "fold_1", and "fold_2" in row 2'),
    ("the value of another file", 1, None, "fold_1", '"fold_1" stands in this file and in fold_1'),
]


@pytest.mark.parametrize(("story", "file", "row", "value", "said"), CONTRADICTED)
def test_a_column_inside_that_says_otherwise_is_a_problem(
    story: str, file: int, row: int | None, value: str, said: str, tmp_path: Path, capsys: Any
) -> None:
    folder = tmp_path / "folds"
    head, *body = rows_of(LIVER)
    for at in range(FIVE):
        rows = [[*each, f"fold_{at + 1}"] for each in body[at::FIVE]]
        if at == file:
            for index, each in enumerate(rows):
                each[-1] = value if row in (None, index + 1) else each[-1]
        write(folder / f"fold_{at + 1}.csv", [[*head, "fold"], *rows])
    for named in ([], ["--fold", "fold"]):
        assert run(["metrics", "classification", str(folder), *OF_LIVER, *named]) == 2
        seen = " ".join(capsys.readouterr().err.split())
        assert said in seen
        assert "fold_2.csv" in seen
        assert "the file is the fold" in seen


# In study.yaml


def described(**evaluation: object) -> dict[str, Any]:
    made = {
        "name": "cross-validation",
        "task": "classification",
        "partition": "all",
        "columns": {"outcome": "liver_disease", "score": "prob_full", "case": "case_id"},
        "operating_point": {"threshold": 0.5, "origin": "fixed_before"},
        "unit": "patient",
        **evaluation,
    }
    return {
        "study": {"title": "A cross-validated model"},
        "data": {"partitions": [{"name": "all", "role": "cross_validation"}]},
        "evaluations": [made],
    }


OPTIONS = Options(settings=Settings(resamples=200))


def checked(folder: Path, study: Mapping[str, Any]) -> Report:
    (folder / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    return pipeline.check(folder / "study.yaml", OPTIONS)


def first(report: Report) -> tuple[EvaluationReport, FoldEstimates]:
    (evaluation,) = report.evaluations
    assert evaluation.fold_estimates is not None, evaluation.absent
    return evaluation, evaluation.fold_estimates


def of_metric(found: FoldEstimates, metric: str) -> FoldEstimate:
    return next(each for each in found.values if each.mean.metric == metric)


def test_a_study_with_a_file_for_each_fold(tmp_path: Path) -> None:
    apart(LIVER, tmp_path / "folds")
    (tmp_path / "folds" / "README.md").write_text("five folds", encoding="utf-8")
    report = checked(tmp_path, described(predictions="folds/"))
    evaluation, found = first(report)
    outcome, score = numbers(LIVER, "liver_disease"), numbers(LIVER, "prob_full")
    expected = [roc_auc_score(outcome[k::5], score[k::5]) for k in range(FIVE)]
    auroc = of_metric(found, "auroc")
    assert list(auroc.by_fold) == pytest.approx(expected)
    assert auroc.mean.value == pytest.approx(np.mean(expected))
    assert auroc.standard_deviation == pytest.approx(np.std(expected, ddof=1))
    assert auroc.pooled == pytest.approx(roc_auc_score(outcome, score))
    assert auroc.mean.interval is not None
    assert auroc.mean.interval.method.endswith("; the models of the folds taken as fixed")
    assert len(found.values) == len(evaluation.estimates)
    assert (found.folds[0].name, found.folds[0].cases) == ("fold_1", len(outcome[::5]))
    files = report.provenance.files
    for at in range(1, 6):
        data = (tmp_path / f"folds/fold_{at}.csv").read_bytes()
        assert files[f"folds/fold_{at}.csv"] == hashlib.sha256(data).hexdigest()
    assert 'folds/: "README.md" left out, as no table of a fold' in report.provenance.notes


def test_the_report_shows_the_mean_over_folds_in_every_form(tmp_path: Path) -> None:
    apart(LIVER, tmp_path / "folds")
    report = checked(tmp_path, described(predictions="folds"))
    _, found = first(report)
    html, markdown = render.to_html(report), render.to_markdown(report)
    terminal = render.to_terminal(report)
    auroc = of_metric(found, "auroc")
    assert auroc.mean.value is not None
    for text in (html, markdown, terminal):
        assert "Mean over folds" in text
        assert "SD over folds" in text
        assert f"{auroc.mean.value:.3f}" in text
        assert "treats the models of the folds as fixed" in " ".join(text.split())
    assert "Values of each fold" in html
    assert "fold_5" in html
    again = render.from_json(render.to_json(report))
    assert again == report
    uneven = replace(found, values=(replace(auroc, by_fold=auroc.by_fold[:3]),))
    (evaluation,) = report.evaluations
    broken = replace(report, evaluations=(replace(evaluation, fold_estimates=uneven),))
    with pytest.raises(BadSubmission, match="3 values seen, 5 expected, as of folds"):
        render.from_json(render.to_json(broken))


def test_of_many_folds_the_lowest_the_middle_and_the_highest_are_shown(tmp_path: Path) -> None:
    with_column(LIVER, tmp_path / "all.csv", folds=12)
    report = checked(tmp_path, described(predictions="all.csv"))
    _, found = first(report)
    assert len(found.folds) == 12
    assert [each.name for each in found.folds][9:] == ["fold_10", "fold_11", "fold_12"]
    html = render.to_html(report)
    assert "Median fold" in html
    assert "fold_11" not in html


SAID = [
    ("no folds", "plain.csv", {}, "cross_validation", "does not tell which fold a row belongs to"),
    ("no role", "folds", {}, "internal_test", "no partition with the role cross_validation"),
    ("a column", "all.csv", {}, "internal_test", "no partition with the role cross_validation"),
    ("no partition", "folds", {"partition": None}, "cross_validation", "(evaluations.partition,"),
]


@pytest.mark.parametrize(("story", "file", "more", "role", "said"), SAID)
def test_half_of_a_cross_validation_is_said(
    story: str, file: str, more: dict[str, Any], role: str, said: str, tmp_path: Path
) -> None:
    apart(LIVER, tmp_path / "folds")
    with_column(LIVER, tmp_path / "all.csv")
    write(tmp_path / "plain.csv", rows_of(LIVER))
    study = described(predictions=file, **more)
    study["data"]["partitions"][0]["role"] = role
    (evaluation,) = checked(tmp_path, study).evaluations
    assert evaluation.fold_estimates is None
    assert said in evaluation.absent["fold_estimates"]
    assert evaluation.estimates


def test_without_folds_and_role_nothing_is_said(tmp_path: Path) -> None:
    write(tmp_path / "plain.csv", rows_of(LIVER))
    study = described(predictions="plain.csv")
    study["data"]["partitions"][0]["role"] = "internal_test"
    (evaluation,) = checked(tmp_path, study).evaluations
    assert "fold_estimates" not in evaluation.absent


def test_patients_and_cases_in_several_folds_are_said(tmp_path: Path) -> None:
    head, *body = rows_of(LIVER)
    named = [[*row, f"p{at // 2}"] for at, row in enumerate(body)]
    named[1][0] = named[0][0]  # a case of fold 1 stands in fold 2 as well
    for at in range(FIVE):
        write(tmp_path / f"folds/{at}.csv", [[*head, "patient"], *named[at::FIVE]])
    report = checked(tmp_path, described(predictions="folds", unit="exam"))
    _, found = first(report)
    assert any("patients have cases in several folds" in note for note in found.notes)
    assert found.folds[0].patients is not None
    repeated = [each for each in report.findings if each.code == "LEA002"]
    assert "repeats the case id of an earlier row" in repeated[0].message


def test_a_fold_without_a_class_leaves_no_mean_and_says_why(tmp_path: Path) -> None:
    folder = apart(LIVER, tmp_path / "folds")
    rows = rows_of(folder / "fold_3.csv")
    at = rows[0].index("liver_disease")
    write(folder / "fold_3.csv", [rows[0], *(row for row in rows[1:] if row[at] == "1")])
    report = checked(tmp_path, described(predictions="folds"))
    _, found = first(report)
    auroc = of_metric(found, "auroc")
    assert auroc.mean.value is None
    assert auroc.mean.undefined_because == (
        "in 1 of 5 folds (needs cases with the outcome and cases without)"
    )
    assert auroc.by_fold[2] is None
    assert "undefined in 1 of 5 folds" in render.to_html(report)


def test_a_link_to_a_place_outside_is_refused(tmp_path: Path) -> None:
    inside, outside = tmp_path / "study", tmp_path / "other.csv"
    apart(LIVER, inside / "folds")
    write(outside, rows_of(LIVER))
    (inside / "folds/fold_6.csv").symlink_to(outside)
    with pytest.raises(BadSubmission) as bad:
        checked(inside, described(predictions="folds"))
    (problem,) = bad.value.problems
    assert problem.path == "evaluations[0].predictions"
    assert "fold_6.csv: this is a link to a place outside" in problem.message


def test_a_missing_column_is_said_at_the_description(tmp_path: Path) -> None:
    apart(LIVER, tmp_path / "folds")
    study = described(predictions="folds", columns={"outcome": "liver", "score": "prob_full"})
    with pytest.raises(BadSubmission) as bad:
        checked(tmp_path, study)
    assert 'folds has no column "liver"' in bad.value.problems[0].message


@pytest.mark.parametrize("name", task_tables.MAKE)
def test_every_task_has_its_means_over_folds(name: str) -> None:
    table = task_tables.of(name)
    several = name in ("readers", "detection")
    of_row = table.columns["case"] if several else np.arange(table.cases)
    table = replace(table, fold=task_tables.labels([f"f{int(each) % 3}" for each in of_row]))
    study = task_evaluations.described(name)
    (evaluation,) = study.evaluations or ()
    known = known_about(
        study,
        predictions={evaluation.name: table},
        case_tables={},
        thresholds=read_thresholds(),
        settings=Settings(resamples=50),
    )
    found: Any = places(study, known)[-1].known.inside(out_of_fold=True).value("fold_estimates")
    assert isinstance(found, FoldEstimates), found
    assert len(found.values) > 3
    assert all(each.mean.value is not None for each in found.values)
    assert table.fold is not None
    for at, code in enumerate(range(3)):
        some = {each: column[table.fold.codes == code] for each, column in table.columns.items()}
        alone = metrics.estimates(
            table.task, some, places=table.places, given=table.given, resamples=0
        )
        theirs = [
            each.value for each in alone if each.versus is None or each.versus != each.modality
        ]
        assert [each.by_fold[at] for each in found.values] == pytest.approx(theirs)


def test_rows_without_a_fold_are_said(tmp_path: Path) -> None:
    rows = rows_of(with_column(LIVER, tmp_path / "all.csv"))
    rows[1][-1] = rows[2][-1] = ""
    write(tmp_path / "all.csv", rows)
    _, found = first(checked(tmp_path, described(predictions="all.csv")))
    assert "2 rows name no fold; the means leave them out." in found.notes


# A new description


def without_split(to: Path) -> Path:
    head, *body = rows_of(LIVER)
    kept = [at for at, name in enumerate(head) if name != "split"]
    return write(to, [[row[at] for at in kept] for row in (head, *body)])


def test_new_copies_every_fold_and_says_the_role(tmp_path: Path) -> None:
    folder = apart(without_split(tmp_path / "p.csv"), tmp_path / "five")
    (folder / "README.md").write_text("x", encoding="utf-8")
    made = scaffold.make(tmp_path / "new", "classification", folder)
    assert made.predictions == "predictions/five"
    copied = sorted(each.name for each in (tmp_path / "new/predictions/five").iterdir())
    assert copied == [f"fold_{at}.csv" for at in range(1, 6)]
    text = (tmp_path / "new/study.yaml").read_text(encoding="utf-8")
    assert "role: cross_validation # guessed: the predictions lie in 5 files" in text


def test_new_takes_a_column_of_folds_for_that_unless_it_names_parts(tmp_path: Path) -> None:
    plain = without_split(tmp_path / "p.csv")
    named = with_column(plain, tmp_path / "named.csv", name="cv_fold")
    scaffold.make(tmp_path / "new", "classification", named)
    text = (tmp_path / "new/study.yaml").read_text(encoding="utf-8")
    assert "role: cross_validation # guessed: the column cv_fold" in text
    assert "fold: cv_fold" in text
    assert first(pipeline.check(tmp_path / "new/study.yaml", OPTIONS))[1].folds[4].name == "fold_5"
    rows = rows_of(plain)
    split = [
        [*row, "fold" if not at else "test" if at % 2 else "train"] for at, row in enumerate(rows)
    ]
    found = scaffold.guess(read_table(write(tmp_path / "split.csv", split), name="split.csv"))
    assert found.fold is None
    assert found.partition is not None


# Claims


def claims_of(report: Report) -> Iterator[tuple[PartCheck, ...]]:
    for each in report.claims:
        yield each.parts


def claimed(tmp_path: Path, *claims: Mapping[str, object]) -> list[tuple[PartCheck, ...]]:
    """Return the parts of claims about the Mayo score in five folds, checked."""
    apart(CIRRHOSIS, tmp_path / "folds")
    study = described(
        task="survival",
        predictions="folds",
        columns={"time": "days", "event": "death", "score": "mayo_score"},
        operating_point={},
        horizons_days=[1826.25],
        risk_columns={"1826.25": "risk_5_years"},
        claims=[{"metric": "c_index", **each} for each in claims],
    )
    return list(claims_of(checked(tmp_path, study)))


REPRODUCED, OTHER = Verdict.REPRODUCED, Verdict.OTHER_CONVENTION
SPREADS = [
    ("0.060", REPRODUCED, ""),  # sd(values) of R, as in the test of the command
    ("0.054", OTHER, "with 5 instead of 4 below"),
    ("0.027", OTHER, "standard error of the mean over folds"),
    ("0.075", OTHER, "half of the 95% t interval over folds"),
    ("0.053", OTHER, "half of the 95% normal interval over folds"),
    ("0.038", OTHER, "half of the 95% interval of the pooled estimate"),
    ("0.019", OTHER, "standard error of the pooled estimate"),
    ("0.037", OTHER, "half of the 95% interval of the mean over folds"),
    ("0.090", Verdict.CONTRADICTED, "recomputed 0.060 (standard deviation over the 5 folds)"),
]


def test_what_follows_plus_minus_is_tried_as_everything_that_it_can_be(tmp_path: Path) -> None:
    found = claimed(tmp_path, *[{"value": f"0.852 ± {spread}"} for spread, _, _ in SPREADS])
    for (spread, verdict, words), parts in zip(SPREADS, found, strict=True):
        value, part = parts
        assert (value.verdict, value.convention) == (OTHER, "mean over 5 folds")
        assert (part.part, part.verdict) == ("standard_deviation", verdict), spread
        assert words in (part.convention or part.because)


def test_a_number_may_be_pooled_or_the_mean_or_median_over_folds(tmp_path: Path) -> None:
    found = claimed(tmp_path, *[{"value": each} for each in ("0.843", "0.852", "0.857", "0.900")])
    verdicts = [(parts[0].verdict, parts[0].convention) for parts in found]
    assert verdicts == [
        (REPRODUCED, ""),
        (OTHER, "mean over 5 folds"),
        (OTHER, "median over 5 folds"),
        (Verdict.CONTRADICTED, ""),
    ]
    tried = [each.convention for each in found[-1][0].tried]
    assert {"mean over 5 folds", "median over 5 folds"} <= {*tried}


def test_a_claim_that_says_mean_means_that_over_folds(tmp_path: Path) -> None:
    ((part,), (pooled,)) = claimed(
        tmp_path, {"value": "0.852", "summary": "mean"}, {"value": "0.843", "summary": "mean"}
    )
    assert part.verdict is REPRODUCED
    assert pooled.verdict is OTHER
    binary = tmp_path / "binary"
    apart(LIVER, binary / "folds")
    outcome, score = numbers(LIVER, "liver_disease"), numbers(LIVER, "prob_full")
    mean = np.mean([roc_auc_score(outcome[k::5], score[k::5]) for k in range(FIVE)])
    claim = {"metric": "auroc", "value": f"{mean:.4f}", "summary": "mean"}
    study = described(predictions="folds", claims=[claim])
    ((value, *_),) = claims_of(checked(binary, study))
    assert value.verdict is REPRODUCED


INTERVALS = [
    ("0.852", "0.814", "0.889", REPRODUCED, ""),  # from the intervals of the folds
    ("0.852", "0.777", "0.927", OTHER, "t interval over the 5 folds"),  # t.test of R
    ("0.852", "0.799", "0.905", OTHER, "normal interval over the 5 folds"),
    ("0.852", "0.791", "0.912", OTHER, "one standard deviation over the 5 folds to either side"),
    ("0.852", "0.758", "0.922", OTHER, "lowest and highest of the 5 folds"),
    ("0.843", "0.805", "0.882", REPRODUCED, ""),  # of the pooled number
    ("0.852", "0.700", "0.990", Verdict.CONTRADICTED, "recomputed 0.814 to 0.889"),
]


def test_intervals_of_the_mean_over_folds_are_conventions(tmp_path: Path) -> None:
    found = claimed(
        tmp_path,
        *[{"value": value, "low": low, "high": high} for value, low, high, *_ in INTERVALS],
    )
    for (_, low, _, verdict, words), parts in zip(INTERVALS, found, strict=True):
        assert parts[1].verdict == verdict, (low, parts[1])
        assert words in (parts[1].convention or parts[1].because)


def test_the_interval_of_a_classifier_may_be_that_of_the_mean_over_folds(tmp_path: Path) -> None:
    apart(LIVER, tmp_path / "folds")
    report = checked(tmp_path, described(predictions="folds"))
    auroc = of_metric(first(report)[1], "auroc")
    assert auroc.mean.value is not None
    assert auroc.mean.interval is not None
    spread = auroc.standard_deviation
    assert spread is not None
    half = 2.7764451051977987 * spread / 5**0.5  # qt(0.975, 4) of R 4.2.2
    mean = auroc.mean.value
    claims = [
        {"low": f"{auroc.mean.interval.low:.3f}", "high": f"{auroc.mean.interval.high:.3f}"},
        {
            "low": f"{mean - half:.3f}",
            "high": f"{mean + half:.3f}",
            "interval_method": "fold_spread",
        },
    ]
    made = [{"metric": "auroc", "value": f"{mean:.4f}", **each} for each in claims]
    again = checked(tmp_path, described(predictions="folds", claims=made))
    ours, by_t = (parts[1] for parts in claims_of(again))
    assert ours.convention == "mean over 5 folds"
    assert by_t.verdict is OTHER
    assert "t interval over the 5 folds" in by_t.convention or by_t.tried[0].fits


def test_without_folds_a_spread_over_cases_is_reproduced(tmp_path: Path) -> None:
    """R 4.2.2: x <- mini - wright; sd(x) is 38.77, sd(abs(x)) is 24.85."""
    write(tmp_path / "flow.csv", rows_of(FLOW))
    study = described(
        task="agreement",
        predictions="flow.csv",
        columns={"reference": "wright", "measured": "mini"},
        operating_point={},
        measurement_unit="l/min",
        claims=[
            {"metric": "bland_altman_bias", "value": "2.12 ± 38.77"},
            {"metric": "mean_absolute_error", "value": "28.94 ± 24.85"},
            {"metric": "mean_absolute_error", "value": "28.94 ± 20.00"},
        ],
    )
    study["data"]["partitions"][0]["role"] = "internal_test"
    bias, error, wrong = claims_of(checked(tmp_path, study))
    assert [part.verdict for part in (*bias, *error)] == [REPRODUCED] * 4
    assert wrong[1].verdict is Verdict.NOT_CHECKABLE
    assert "evaluations.columns.fold" in wrong[1].because
