"""The commands and the descriptions of other tasks than binary classification, as a user meets them."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scipy import stats

from checker import metrics, pipeline
from checker.cli.app import run
from checker.errors import BadSubmission
from checker.metrics.sample_size import development_survival
from checker.model.predictions import TaskTable
from checker.model.settings import Settings
from checker.pipeline import Options
from checker.reading.documents import read_study
from checker.reading.submission import read_submitted

REFERENCE = Path(__file__).parent / "reference"
HCV = str(REFERENCE / "hcv_multiclass_a/predictions.csv")
CLASSES = ("blood_donor", "hepatitis", "fibrosis", "cirrhosis")
IN_CLASSES = [each for name in CLASSES for each in ("--class", f"{name}=p_{name}")]
GRADES = str(REFERENCE / "simulated_classes/table.csv")
FOLLOWED = str(REFERENCE / "simulated_survival/cases.csv")
SURVIVAL = ["survival", FOLLOWED, "--time", "time", "--event", "event", "--competing", "2"]
JUDGES = str(REFERENCE / "shrout_fleiss_icc/ratings.csv")
RATERS = [each for i in range(1, 5) for each in ("--rater", f"judge{i}")]
READINGS = str(REFERENCE / "readers_simulated/ratings.csv")
READERS = [
    "readers", READINGS, "--case", "case", "--truth", "truth", "--reader", "reader",
    "--modality", "modality", "--rating", "rating", "--patient", "patient",
]  # fmt: skip
FAST = ["--resamples", "200"]


def as_json(arguments: list[str], capsys: Any) -> Any:
    code = run(["metrics", *arguments, "--format", "json"])
    out, err = capsys.readouterr()
    assert code == 0, err
    return json.loads(out)


def values(found: Any, metric: str, *facets: str) -> dict[Any, float]:
    return {
        tuple(each.get(name) for name in facets): each["value"]
        for each in found["estimates"]
        if each["metric"] == metric and each["group"] == "all"
    }


# The same numbers as other programs


def test_several_classes(capsys: Any) -> None:
    arguments = ["multiclass", HCV, "--outcome", "truth", *IN_CLASSES, "--group", "Sex", *FAST]
    found = as_json(arguments, capsys)
    assert (found["task"], found["cases"], found["missing"]) == ("multiclass", 291, 0)
    assert values(found, "multiclass_auroc")[()] == pytest.approx(0.894776263906492)
    areas = values(found, "one_vs_rest_auroc", "label")
    assert areas[("fibrosis",)] == pytest.approx(0.963157894736842)
    assert areas[("macro",)] == pytest.approx(0.986673356364948)
    one = next(each for each in found["estimates"] if each["metric"] == "multiclass_accuracy")
    assert set(one["interval"]) == {"low", "high", "level", "method"}
    assert {each["group"] for each in found["estimates"]} == {"all", "Sex = f", "Sex = m"}
    with Path(HCV).open(encoding="utf-8") as rows:
        table = list(csv.DictReader(rows))
    matrix = found["confusion_matrix"]
    for true, counts in zip(matrix["classes"], matrix["counts"], strict=True):
        for called, count in zip(matrix["classes"], counts, strict=True):
            assert count == sum((row["truth"], row["pred"]) == (true, called) for row in table)


def test_risks_that_fall_and_turned_scores_are_said(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "t.csv"
    rows = "".join(f"{i + 1},{i % 2},{i},0.{9 - i % 9},0.{i % 9 + 1}\n" for i in range(40))
    file.write_text(f"time,event,liver,one,five\n{rows}")
    arguments = ["survival", str(file), "--time", "time", "--event", "event", "--score", "liver"]
    arguments += ["--lower-is-positive", "--risk", "1=one", "--risk", "5=five", *FAST]
    notes = as_json(arguments, capsys)["notes"]
    assert (
        "Lower values of liver mean more risk: hazard ratios are of one unit less of it." in notes
    )
    (said,) = [each for each in notes if "is smaller than that by" in each]
    assert said.startswith("In 20 rows the risk by 5 is smaller than that by 1")


def test_counts_stand_beside_the_numbers(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "t.csv"
    file.write_text(
        "y,s,time,event\n" + "".join(f"{i % 2},0.{i},{i + 1},{i % 3 == 0:d}\n" for i in range(10))
    )
    found = as_json(
        [
            "classification",
            str(file),
            "--outcome",
            "y",
            "--score",
            "s",
            "--threshold",
            "0.5",
            *FAST,
        ],
        capsys,
    )
    assert found["confusion_counts"] == {
        "true_positives": 3, "false_positives": 2, "false_negatives": 2, "true_negatives": 3,
    }  # fmt: skip
    arguments = ["survival", str(file), "--time", "time", "--event", "event", *FAST]
    (curve,) = as_json(arguments, capsys)["survival_curves"]
    assert (curve["label"], curve["quantity"], curve["cases"]) == ("all", "survival", 10)
    assert curve["at_risk"][0] == 10
    assert curve["value"][:2] == [1.0, 0.9]
    assert run(["metrics", *arguments]) == 0
    assert "Still followed, and outcomes so far" in capsys.readouterr().out


def test_classes_in_order(capsys: Any) -> None:
    arguments = ["ordinal", GRADES, "--outcome", "outcome", "--score", "score", *FAST]
    found = as_json([*arguments, "--patient", "patient", "--compare", "rater"], capsys)
    with Path(GRADES).open(encoding="utf-8") as rows:
        table = list(csv.DictReader(rows))
    columns = {
        "outcome": [int(each["outcome"]) for each in table],
        "score": [float(each["score"]) for each in table],
        "patient": [int(each["patient"]) for each in table],
    }
    expected = metrics.estimates(
        "ordinal", columns, given={"classes": ("0", "1", "2", "3")}, resamples=200
    )  # type: ignore[arg-type]  # lists are arrays enough
    assert values(found, "obuchowski_measure")[()] == pytest.approx(expected[0].value)
    assert [(each["metric"], each.get("label")) for each in found["comparisons"]] == [
        ("obuchowski_measure", None),
        ("ordinal_c_index", None),
        ("dichotomised_auroc", "0 vs 1-3"),
        ("dichotomised_auroc", "0-1 vs 2-3"),
        ("dichotomised_auroc", "0-2 vs 3"),
    ]
    assert "Order of the classes: 0 < 1 < 2 < 3." in found["notes"]


def test_time_to_an_event(capsys: Any) -> None:
    arguments = [
        "--risk",
        "2=risk_2",
        "--risk",
        "5=risk_5",
        "--score",
        "score",
        "--net-benefit",
        "0.2",
    ]
    found = as_json([*SURVIVAL, *arguments, "--compare", "risk_5", *FAST], capsys)
    expected = yaml.safe_load(
        (REFERENCE / "simulated_survival/expected.yaml").read_text(encoding="utf-8")
    )
    assert values(found, "hazard_ratio")[()] == pytest.approx(expected["hazard_ratio"][0])
    assert values(found, "time_dependent_auroc", "horizon").keys() == {(2.0,), (5.0,)}
    benefit = values(found, "net_benefit", "horizon", "threshold", "strategy")
    assert benefit[2.0, 0.2, "treat_none"] == 0
    assert len(benefit) == 6
    assert {each["metric"] for each in found["comparisons"]} >= {"c_index"}
    assert any('"2" a competing event' in each for each in found["notes"])


def test_measurements(capsys: Any) -> None:
    arguments = ["agreement", JUDGES, "--reference", "judge1", "--measured", "judge2"]
    found = as_json([*arguments, "--unit", "points", *FAST], capsys)
    assert values(found, "bland_altman_bias")[()] == pytest.approx(-31 / 6)
    assert set(values(found, "limits_of_agreement", "label")) == {("lower",), ("upper",)}


def test_several_raters(capsys: Any) -> None:
    found = as_json(["raters", JUDGES, *RATERS, "--scale", "continuous", *FAST], capsys)
    assert (found["task"], found["unit"], found["cases"]) == ("raters", "subject", 6)
    assert values(found, "intraclass_correlation")[()] == pytest.approx(0.289763779527559)
    assert values(found, "icc_3_k")[()] == pytest.approx(0.909315542377069)


def test_readers(capsys: Any) -> None:
    found = as_json([*READERS, "--baseline", "2", "--threshold", "3", *FAST], capsys)
    expected = json.loads(
        (REFERENCE / "readers_simulated/expected.json").read_text(encoding="utf-8")
    )
    areas = values(found, "reader_auroc", "modality", "reader")
    at = sorted(areas, key=lambda each: (each[1], each[0]))
    assert [areas[each] for each in at] == pytest.approx(expected["auroc"])
    differences = values(found, "reader_auroc_difference", "modality", "versus")
    assert differences.keys() == {("1", "2"), ("3", "2")}
    alone = [each for each in found["comparisons"] if each["metric"] == "reader_auroc"]
    assert {each["reader"] for each in alone} == {"1", "2", "3", "4"}
    assert (found["unit"], found["cases"]) == ("reading", 504)


def test_random_readers_or_random_cases_alone(capsys: Any) -> None:
    tests = {
        as_json([*READERS, "--analysis", each, *FAST], capsys)["comparisons"][0]["test"]
        for each in ("RRRC", "FRRC", "RRFC")
    }
    assert len(tests) == 3


def test_predictions_made_out_of_fold(tmp_path: Path, capsys: Any) -> None:
    with Path(HCV).open(encoding="utf-8") as rows:
        table = list(csv.reader(rows))
    file = tmp_path / "folds.csv"
    lines = [[*row, f"f{i % 3}" if i else "fold"] for i, row in enumerate(table)]
    file.write_text("\n".join(map(",".join, lines)) + "\n", encoding="utf-8")
    arguments = ["multiclass", str(file), "--outcome", "truth", *IN_CLASSES, *FAST]
    found = as_json([*arguments, "--fold", "fold"], capsys)
    accuracy = values(found, "multiclass_accuracy", "summary")
    assert accuracy[(None,)] == pytest.approx(0.965635738831615)
    assert accuracy[("mean over folds",)] == pytest.approx(accuracy[(None,)], abs=0.02)
    mean = next(each for each in found["estimates"] if each.get("summary"))
    assert "standard deviation over the 3 folds" in mean["note"]
    assert mean["interval"]["high"] <= 1
    assert run(["metrics", *arguments, "--fold", "truth_code", "--where", "truth_code=0"]) == 2
    assert "there is one fold" in capsys.readouterr().err


def test_numbers_of_a_task_as_text_and_in_files(tmp_path: Path, capsys: Any) -> None:
    files = [tmp_path / f"m.{ending}" for ending in ("json", "txt", "html", "md")]
    outputs = [each for file in files for each in ("-o", str(file))]
    assert run(["metrics", *READERS, "--threshold", "3", *FAST, *outputs]) == 0
    out = capsys.readouterr().out
    assert "modality 1" in out
    assert "Sensitivity at 3," in out
    assert "reader 4: 3 minus 1" in out
    assert json.loads(files[0].read_text(encoding="utf-8"))["task"] == "readers"
    assert "Differences are from the modality" in files[3].read_text(encoding="utf-8")
    assert files[2].read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


# Sample size


def test_sample_size_to_build_and_to_test(capsys: Any) -> None:
    options = ["--outcome-share", "0.174", "--r2", "0.288", "--parameters", "24"]
    found = as_json(["sample-size", *options, "--c-statistic", "0.8"], capsys)
    development, evaluation = found["calculations"]
    assert development["patients"] == 662
    assert development["binding"] == "optimism"
    assert {each["name"]: each["patients"] for each in development["criteria"]}["shrinkage"] == 623
    assert evaluation["purpose"] == "evaluation"
    assert evaluation["sentence"].startswith("At least")


WIDTHS = [
    (["0.018", "--predictor", "normal:-5,2.5", "--oe-width", "1"], (906, 4554, 4252)),
    (["0.43", "--predictor", "beta:1.33,1.75"], (511, 2135, 308)),
    (["0.43", "--predictor", "beta:1.33,1.75", "--c-width", "0.05", "--width", "0.2"], (511, 2135, 1228)),
]  # fmt: skip
"""Published worked examples (tests/reference/samplesize), rounded up, and one with a narrower C-statistic."""


@pytest.mark.parametrize(("options", "patients"), WIDTHS)
def test_widths_and_the_distribution_of_the_predictor_are_options(
    options: list[str], patients: tuple[int, ...], capsys: Any
) -> None:
    found = as_json(["sample-size", "--outcome-share", *options, "--c-statistic", "0.8"], capsys)
    criteria = found["calculations"][0]["criteria"]
    assert tuple(each["patients"] for each in criteria) == patients


def test_sample_size_of_follow_up(capsys: Any) -> None:
    options = ["--event-rate", "0.065", "--mean-follow-up", "2.07", "--time-point", "2"]
    found = as_json(["sample-size", *options, "--parameters", "30", "--r2", "0.051"], capsys)
    expected = development_survival(0.065, 2.07, 2, 30, cox_snell_r2=0.051)
    assert found["calculations"][0]["patients"] == expected.patients == 5143


def test_sample_size_of_a_continuous_outcome_as_text(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "n.txt"
    options = ["--sd", "2", "--mean", "20", "--r2", "0.5", "--parameters", "5", "-o", str(file)]
    assert run(["metrics", "sample-size", *options]) == 0
    out = capsys.readouterr().out
    assert out.count("(decides)") == 2
    assert file.read_text(encoding="utf-8").count("(decides)") == 2


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "name one of --outcome-share"),
        (["--outcome-share", "0.2"], "needs --outcome-share and"),
        (["--outcome-share", "0.2", "--parameters", "3"], "one of --c-statistic"),
        (["--outcome-share", "1.2", "--c-statistic", "0.8"], "between 0 and 1"),
        (["--outcome-share", "0.2", "--c-statistic", "0.4"], "between 0.5 and 1"),
        (
            ["--outcome-share", "nan", "--c-statistic", "0.8"],
            "--outcome-share nan: a finite number",
        ),
        (["--outcome-share", "0.2", "--sd", "2"], "name one of"),
        (["--event-rate", "0.2", "--c-statistic", "0.8"], "simulating"),
        (["--sd", "1", "--r2", "0.4", "--parameters", "3"], "--mean and --parameters"),
        (["--outcome-share", "1e-300", "--c-statistic", "0.8"], "no number of patients"),
        (["--outcome-share", "0,2"], "write 0.2"),
        (
            ["--outcome-share", "0.2", "--c-statistic", "0.8", "--predictor", "t:1"],
            "normal:MEAN,SD",
        ),
        (
            ["--outcome-share", "0.2", "--c-statistic", "0.8", "--oe-width", "nan"],
            "a finite number",
        ),
        (["--outcome-share", "0.2", "-o", "x.html"], "must be one of .json, .txt"),
    ],
)
def test_a_sample_size_that_cannot_be(options: list[str], says: str, capsys: Any) -> None:
    assert run(["metrics", "sample-size", *options]) == 2
    assert says in " ".join(capsys.readouterr().err.split())


# What is refused


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["multiclass", HCV, "--outcome", "truth", "--class", "p_x"], "LABEL=COLUMN"),
        (["multiclass", HCV, "--outcome", "truth", "--class", "a=x", "--class", "a=y"], "twice"),
        (["multiclass", HCV, "--outcome", "truth"], "--class"),
        (["multiclass", HCV, "--outcome", "truht", *IN_CLASSES], "did you mean truth?"),
        (["ordinal", GRADES, "--outcome", "outcome", "--order", "1,,2"], "parted by commas"),
        (["ordinal", GRADES, "--outcome", "outcome", "--compare", "score"], "--score"),
        ([*SURVIVAL, "--risk", "soon=risk_2"], '"soon" is no horizon'),
        ([*SURVIVAL, "--risk", "2=risk_2", "--risk", "2.0=risk_5"], "comes twice"),
        ([*SURVIVAL, "--horizon", "-1"], "the horizon -1 is not positive"),
        ([*SURVIVAL, "--net-benefit", "1"], "between 0 and 1"),
        (["survival", FOLLOWED, "--time", "time", "--event", "event"], "write --competing 2"),
        (["agreement", JUDGES, "--reference", "judge1", "--measured", "judge1"], "named as"),
        (
            ["agreement", JUDGES, "--reference", "judge1", "--measured", "judge2", "--error-ratio", "0"],
            "above 0",
        ),
        (["raters", JUDGES, "--rater", "judge1", "--scale", "nominal"], "one rater"),
        (["raters", JUDGES, *RATERS, "--scale", "interval"], "'interval'"),
        ([*READERS, "--decision", "rating", "--threshold", "3"], "name one"),
        ([*READERS, "--threshold", "inf"], "a finite number is expected"),
        ([*READERS, "--baseline", "9"], 'no row has the modality "9"'),
        (["explanation"], "Missing option '--maps'"),
    ],
)  # fmt: skip
def test_wrong_use_of_a_task(arguments: list[str], says: str, capsys: Any) -> None:
    assert run(["metrics", *arguments]) == 2
    out, err = capsys.readouterr()
    assert says in " ".join(err.split())
    assert "Traceback" not in err
    assert not out


def test_a_table_without_a_complete_row_is_refused(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "t.csv"
    file.write_text("x,y\n1,\n,2\n", encoding="utf-8")
    assert run(["metrics", "agreement", str(file), "--reference", "x", "--measured", "y"]) == 2
    assert "no row has every value (reference, measured)" in capsys.readouterr().err


# study.yaml

STUDY = """\
study: {title: All tasks}
evaluations:
  - name: hepatitis
    task: multiclass
    predictions: hcv.csv
    columns: {outcome: truth, sex: Sex}
    classes: [blood_donor, hepatitis, fibrosis, cirrhosis]
    groups: [sex]
    claims: [{metric: accuracy, value: "0.966"}]
  - name: grades
    task: ordinal
    predictions: classes.csv
    columns: {decision: rater}
    cluster: patient
  - name: time
    task: survival
    predictions: survival.csv
    time_unit: years
    competing_events: ["2"]
    risk_columns: {730.5: risk_2, 1826.25: risk_5}
    treatment_risk_columns: {"0": risk_a, "1": risk_b}
    decision_range: [0.1, 0.3]
    cluster: cluster
    claims: [{metric: time_dependent_auroc, at: 730.5, value: "0.71"}]
  - name: judges
    task: agreement
    predictions: judges.csv
    raters: {a: judge1, b: judge2, c: judge3, d: judge4}
    scale: continuous
    claims: [{metric: intraclass_correlation, value: "0.29"}]
  - name: two judges
    task: agreement
    predictions: judges.csv
    columns: {reference: judge1, measured: judge2}
    measurement_unit: points
  - name: readers
    task: readers
    predictions: readers.csv
    columns: {outcome: truth, condition: modality}
    claims: [{metric: reader_auroc_difference, of: "3", versus: "2", value: "0.056"}]
readers: {random: these_readers}
"""
TABLES = {
    "hcv.csv": HCV,
    "classes.csv": GRADES,
    "survival.csv": FOLLOWED,
    "judges.csv": JUDGES,
    "readers.csv": READINGS,
}


def described(folder: Path, text: str = STUDY) -> Path:
    for name, file in TABLES.items():
        shutil.copy(file, folder / name)
    study = folder / "study.yaml"
    study.write_text(text, encoding="utf-8")
    return study


def tables(study: Path) -> dict[str, TaskTable]:
    found = read_submitted(read_study(study), study.parent).predictions
    return {name: each for name, each in found.items() if isinstance(each, TaskTable)}


def test_a_description_names_the_tables_of_every_task(tmp_path: Path) -> None:
    found = tables(described(tmp_path))
    assert [each.task for each in found.values()] == [
        "multiclass", "ordinal", "survival", "raters", "agreement", "readers",
    ]  # fmt: skip
    assert found["hepatitis"].groups["sex"].names == ("f", "m")
    assert found["hepatitis"].columns["risks"].shape == (291, 4)
    assert found["time"].columns["time"].max() > 365
    assert found["time"].places["threshold"] == (0.1, 0.2, 0.3)
    assert found["time"].columns["treatment_risks"].shape == (240, 2)
    assert found["grades"].patient is not None
    assert found["judges"].given == {"scale": "interval"}
    assert found["readers"].given["analysis"] == "FRRC"
    assert found["readers"].places["versus"] == ("2",)


@pytest.mark.parametrize(
    ("columns", "header"),
    [
        ("{F0: low, F1: high}", "outcome,low,high"),
        ("{}", "outcome,F0,F1"),
        ("{}", "outcome,p_F0,p_F1"),
        ("{}", "outcome,prob_F0,prob_F1"),
        ("{}", "outcome,P_f0,P_f1"),
    ],
)
def test_the_column_of_a_class(columns: str, header: str, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(f"{header}\nF0,0.9,0.1\nF1,0.2,0.8\n", encoding="utf-8")
    text = (
        "study: {title: x}\nevaluations:\n"
        f"  - {{name: a, task: multiclass, predictions: p.csv, columns: {columns}}}\n"
    )
    (found,) = tables(described(tmp_path, text)).values()
    assert found.columns["risks"].tolist() == [[0.9, 0.1], [0.2, 0.8]]
    assert found.given["classes"] == ("F0", "F1")


def test_every_task_is_recomputed_and_its_claims_are_checked(tmp_path: Path) -> None:
    report = pipeline.check(described(tmp_path), Options(settings=Settings(resamples=200)))
    verdicts = {(each.evaluation, each.metric): each.verdict.value for each in report.claims}
    assert verdicts["hepatitis", "multiclass_accuracy"] == "reproduced"
    assert verdicts["time", "time_dependent_auroc"] == "reproduced"
    assert verdicts["judges", "intraclass_correlation"] == "reproduced"
    assert verdicts["readers", "reader_auroc_difference"] == "reproduced"
    assert all(each.estimates for each in report.evaluations)
    assert any("grades: Order of the classes" in each for each in report.provenance.notes)


WRONG = [
    ("outcome: truth,", "outcome: truht,", "did you mean truth?"),
    ("cirrhosis]", "cirrosis]", 'no column holds the probability of the class "cirrosis"'),
    ("1826.25: risk_5", "soon: risk_5", '"soon" is no horizon in days'),
    ("1826.25: risk_5", "1826.25: risk_9", 'no column "risk_9"'),
    ("d: judge4", "d: judge5", 'no column "judge5"'),
    ("condition: modality", "condition: modalty", 'no column "modalty"'),
    ("unit: years", "unit: years\n    event: death", 'no row has the event "death"'),
]


@pytest.mark.parametrize(("right", "wrong", "says"), WRONG, ids=[each[2] for each in WRONG])
def test_a_description_that_does_not_fit_is_told_where(
    right: str, wrong: str, says: str, tmp_path: Path
) -> None:
    text = STUDY.replace(right, wrong)
    found = [each for each in refusals(tmp_path, text) if says in f"{each.message} {each.hint}"]
    assert text.splitlines()[found[0].line - 1].endswith(
        next(line for line in text.splitlines() if wrong.splitlines()[-1].strip() in line)
    )


def refusals(folder: Path, text: str) -> list[Any]:
    study = described(folder, text)
    with pytest.raises(BadSubmission) as refused:
        read_submitted(read_study(study), folder)
    return list(refused.value.problems)


def test_what_is_wrong_in_the_table_is_told_there(tmp_path: Path) -> None:
    found = refusals(tmp_path, STUDY.replace('competing_events: ["2"]', "competing_events: []"))
    assert [each.message.partition(";")[0] for each in found] == [
        'row 6: "2" is not known as an event'
    ]
    assert (found[0].file, found[0].line) == ("survival.csv", 6)
    assert "competing_events: 2" in found[0].hint


# Pages


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("c_index", "Harrell's C-index"),
        ("C-index", "AUROC"),
        ("obuchowski_measure", "Obuchowski measure"),
        ("brier_score", "How it is computed (survival)"),
        ("brier_score", "from 0 to 2"),
        ("fleiss_kappa", "up to 1"),
        ("reader_auroc_difference", "tasks: readers"),
        ("evaluations.scale", "continuous"),
    ],
)
def test_the_page_of_a_metric_of_any_task(word: str, says: str, capsys: Any) -> None:
    assert run(["explain", word]) == 0
    assert says in " ".join(capsys.readouterr().out.replace("*", "").split())


@pytest.mark.parametrize("task", ["multiclass", "ordinal", "survival", "agreement", "readers"])
def test_a_new_description_of_any_task_can_be_read(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", "x", "--task", task]) == 0
    assert run(["validate", "x/study.yaml"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("lines", "arguments"),
    [
        (
            ["x,y", "7.01,4.32", "6.84,3.84", "5.35,6.26"],
            ["agreement", "--reference", "x", "--measured", "y"],
        ),
        (["x,y", "F2,F0"], ["ordinal", "--outcome", "x", "--decision", "y"]),
    ],
)
def test_a_table_of_almost_nothing_gets_sentences(
    lines: list[str], arguments: list[str], tmp_path: Path, capsys: Any
) -> None:
    file = tmp_path / "t.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = as_json([arguments[0], str(file), *arguments[1:], *FAST], capsys)
    assert any(each["undefined_because"] or each["note"] for each in found["estimates"])


def test_limits_of_normal_at_a_value_of_a_covariate(tmp_path: Path, capsys: Any) -> None:
    """The prediction limits of the regression, by statsmodels' formula: value ± t s √(1 + 1/n + (x - mean)² / S_xx)."""
    rng = np.random.default_rng(4)
    weight = rng.normal(70, 12, 40)
    volume = 300 + 17 * weight + rng.normal(0, 120, 40)
    rows = "\n".join(f"{v},{v + 1},{w}" for v, w in zip(volume, weight, strict=True))
    file = tmp_path / "liver.csv"
    file.write_text(f"ct,ai,kg\n{rows}\n")
    asked = ["agreement", str(file), "--reference", "ct", "--measured", "ai", "--covariate", "kg"]
    found = as_json([*asked, "--at-covariate", "80", *FAST], capsys)
    fit = stats.linregress(weight, volume + 1)
    left = volume + 1 - fit.intercept - fit.slope * weight
    spread = ((weight - weight.mean()) ** 2).sum()
    error = (left @ left / 38 * (1 + 1 / 40 + (80 - weight.mean()) ** 2 / spread)) ** 0.5
    half = stats.t.ppf(0.975, 38) * error
    at = fit.intercept + fit.slope * 80
    limits = values(found, "reference_limit", "label")
    assert limits[("lower",)] == pytest.approx(at - half)
    assert limits[("upper",)] == pytest.approx(at + half)
    assert any(each.get("note") == "At a covariate of 80." for each in found["estimates"])
    assert run(["metrics", *asked[:-2], "--at-covariate", "80"]) == 2
    assert "--covariate" in capsys.readouterr().err
