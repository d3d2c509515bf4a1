"""Tables with a row for each reading, responses to treatment, cut-offs and further measurements, as users meet them."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from checker import pipeline
from checker.cli.app import run
from checker.errors import BadSubmission
from checker.model.report import Report
from checker.model.settings import Settings
from checker.pipeline import Options
from checker.reading.documents import read_study
from checker.reading.submission import read_submitted

from .agreement_data import MEASURED, REFERENCE

JUDGES = Path(__file__).parent / "reference/shrout_fleiss_icc/ratings.csv"
NAMES = ("judge1", "judge2", "judge3", "judge4")
FAST = ["--resamples", "200"]
LONG = ["--subject", "id", "--rater", "judge", "--rating", "points"]


def told(arguments: list[str], capsys: Any) -> Any:
    code = run(["metrics", *arguments, *FAST, "--format", "json"])
    out, err = capsys.readouterr()
    assert code == 0, err
    return json.loads(out)


def refused(arguments: list[str], capsys: Any) -> str:
    assert run(["metrics", *arguments, *FAST]) == 2
    return " ".join(capsys.readouterr().err.split())


def written(folder: Path, header: str, *rows: str, name: str = "t.csv") -> str:
    file = folder / name
    file.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return str(file)


def judges(folder: Path, *more: str) -> str:
    """Return the judges' ratings with a row for each, the last judge first."""
    with JUDGES.open(encoding="utf-8") as rows:
        table = list(csv.DictReader(rows))
    lines = [f"s{i},{name},{row[name]}" for name in NAMES[::-1] for i, row in enumerate(table)]
    return written(folder, "id,judge,points", *lines, *more)


def numbers(found: Any) -> list[tuple[object, ...]]:
    """Return what was found, without the words that depend on the form of the table."""
    return [
        (each["metric"], each["value"], each["interval"] and each["interval"]["low"])
        for each in found["estimates"]
        if not each["interval"] or "bootstrap" not in each["interval"]["method"]
    ]


# Raters


def test_a_row_for_each_rating_gives_the_numbers_of_a_column_for_each_rater(
    tmp_path: Path, capsys: Any
) -> None:
    wide = told(
        [
            "raters",
            str(JUDGES),
            *(x for n in NAMES for x in ("--rater", n)),
            "--scale",
            "continuous",
        ],
        capsys,
    )
    long = told(["raters", judges(tmp_path), *LONG, "--scale", "continuous"], capsys)
    assert (long["cases"], long["unit"]) == (6, "subject")
    for ours, theirs in zip(numbers(long), numbers(wide), strict=True):
        assert ours == (theirs[0], *(pytest.approx(each) for each in theirs[1:]))
    assert "Raters: judge1, judge2, judge3, judge4." in long["notes"]


def test_a_second_rating_is_refused_with_its_row(tmp_path: Path, capsys: Any) -> None:
    file = judges(tmp_path, "s0,judge1,8", "s1,judge1,7")
    says = refused(["raters", file, *LONG, "--scale", "continuous"], capsys)
    assert "row 26: the same rater rated this subject in an earlier row; also row 27" in says
    assert "name the column of the replicate: --replicate" in says


def test_replicates_are_averaged_and_have_numbers_of_their_own(tmp_path: Path, capsys: Any) -> None:
    rows = ["a,x,1,1", "a,x,2,3", "a,y,1,2", "b,x,1,5", "b,x,2,6", "b,y,1,5", "c,x,1,9", "c,y,1,"]
    file = written(tmp_path, "id,judge,time,points", *rows)
    more = ["--replicate", "time", "--scale", "continuous"]
    found = told(["raters", file, *LONG, *more], capsys)
    spread = {
        each["reader"]: each["value"]
        for each in found["estimates"]
        if each["metric"] == "within_subject_sd"
    }
    assert spread == {"x": pytest.approx(((2 + 0.5) / 2) ** 0.5), "y": None}
    assert any("compared by the mean of 1 to 2 ratings" in each for each in found["notes"])
    says = refused(["raters", file, *LONG, "--replicate", "time", "--scale", "ordinal"], capsys)
    assert "categories have no mean" in says
    assert "--where" in says
    one = told(["raters", file, *LONG, "--scale", "ordinal", "--where", "time=1"], capsys)
    assert one["cases"] == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--rater", "judge", "--rating", "points"], "name --subject, --rater and --rating"),
        (["--rater", "judge", "--replicate", "id"], "name --subject, --rater and --rating"),
        ([*LONG, "--rater", "id"], "one column names every rater"),
        (["--subject", "id", "--rater", "jugde", "--rating", "points"], "did you mean judge?"),
        (["--subject", "id", "--rater", "id", "--rating", "points"], "named as the subject and as"),
        ([*LONG, "--where", "judge=judge1"], "there is one rater"),
    ],
)
def test_what_is_no_table_of_ratings(
    arguments: list[str], says: str, tmp_path: Path, capsys: Any
) -> None:
    assert says in refused(
        ["raters", judges(tmp_path), *arguments, "--scale", "continuous"], capsys
    )


def test_a_row_without_a_name_is_refused(tmp_path: Path, capsys: Any) -> None:
    file = judges(tmp_path, ",judge1,3", "s9,,3")
    says = refused(["raters", file, *LONG, "--scale", "continuous"], capsys)
    assert "row 26: the name is missing" in says
    assert "row 27: the name is missing" in says


def test_groups_are_of_subjects(tmp_path: Path, capsys: Any) -> None:
    rows = [f"s{i},{judge},{i % 3},{'fm'[i % 2]}" for i in range(12) for judge in "xy"]
    file = written(tmp_path, "id,judge,points,sex", *rows)
    found = told(["raters", file, *LONG, "--scale", "ordinal", "--group", "sex"], capsys)
    assert {each["group"] for each in found["estimates"]} == {"all", "sex = f", "sex = m"}
    file = written(tmp_path, "id,judge,points,sex", *rows[:-1], "s11,y,2,f")
    says = refused(["raters", file, *LONG, "--scale", "ordinal", "--group", "sex"], capsys)
    assert "row 25: the value differs from that of an earlier row of the same subject" in says


# Measurements


def meters(folder: Path, *more: str) -> str:
    """Return both meters' readings with a row for each."""
    pairs = zip(REFERENCE, MEASURED, strict=True)
    rows = [
        f"p{i},{name},{value:g}"
        for i, both in enumerate(pairs)
        for name, value in zip(("mini", "wright"), both, strict=True)
    ]
    return written(folder, "who,meter,flow", *rows, *more)


METERS = ["--method", "meter", "--value", "flow", "--reference", "mini", "--measured", "wright"]


def test_a_row_for_each_value_gives_the_numbers_of_a_row_for_each_pair(
    tmp_path: Path, capsys: Any
) -> None:
    long = told(["agreement", meters(tmp_path), *METERS, "--patient", "who"], capsys)
    pairs = zip(REFERENCE, MEASURED, strict=True)
    file = written(tmp_path, "x,y", *(f"{x:g},{y:g}" for x, y in pairs), name="wide.csv")
    wide = told(["agreement", file, "--reference", "x", "--measured", "y"], capsys)
    assert (long["cases"], long["unit"]) == (17, "pair")
    for ours, theirs in zip(numbers(long), numbers(wide), strict=True):
        assert ours == (theirs[0], *(pytest.approx(each) for each in theirs[1:]))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([*METERS], "nothing says which values belong together"),
        ([*METERS[:-1], "wrigth", "--patient", "who"], "did you mean wright?"),
        ([*METERS[:-1], "mini", "--patient", "who"], 'the method "mini" was named twice'),
        (["--method", "meter", *METERS[4:]], "--method and --value"),
        ([*METERS, "--patient", "who", "--compare", "third"], 'no row has the method "third"'),
    ],
)
def test_what_is_no_table_of_values(
    arguments: list[str], says: str, tmp_path: Path, capsys: Any
) -> None:
    assert says in refused(["agreement", meters(tmp_path), *arguments], capsys)


def test_a_second_value_and_a_third_method(tmp_path: Path, capsys: Any) -> None:
    more = ["--patient", "who"]
    says = refused(["agreement", meters(tmp_path, "p0,mini,500"), *METERS, *more], capsys)
    assert "row 36: the same method measured this subject in an earlier row" in says
    file = meters(tmp_path, *(f"p{i},old,{400 + 20 * i}" for i in range(9)))
    assert any(
        'not compared: "old"' in each
        for each in told(["agreement", file, *METERS, *more], capsys)["notes"]
    )
    found = told(["agreement", file, *METERS, *more, "--compare", "old"], capsys)
    assert {(each["second"], each["cases"]) for each in found["comparisons"]} == {("old", 9)}


def test_cut_offs_make_grades(tmp_path: Path, capsys: Any) -> None:
    arguments = ["agreement", meters(tmp_path), *METERS, "--patient", "who", "--unit", "l/min"]
    found = told([*arguments, "--cutoff", "500", "--cutoff", "400"], capsys)
    (table,) = found["category_tables"]
    assert table["categories"] == ["< 400 l/min", "400 to < 500 l/min", "≥ 500 l/min"]
    assert table["counts"] == [[2, 3, 0], [1, 5, 0], [0, 2, 4]]
    assert (table["rows"], table["columns"]) == ("reference", "measured")
    values = {(each["metric"], each.get("threshold")): each["value"] for each in found["estimates"]}
    assert values["sensitivity", 400.0] == pytest.approx(11 / 12)
    assert values["weighted_kappa", None] == pytest.approx(0.664473684210526)
    alone = told([*arguments, "--cutoff", "400"], capsys)
    assert "weighted_kappa" not in {each["metric"] for each in alone["estimates"]}
    assert "category_tables" not in told(arguments, capsys)
    assert "a finite number is expected" in refused([*arguments, "--cutoff", "inf"], capsys)


def test_a_column_may_be_called_like_one_of_ours(tmp_path: Path, capsys: Any) -> None:
    pairs = zip(REFERENCE, MEASURED, strict=True)
    rows = [f"{x:g},{y:g},{x + 7 * (i % 3):g}" for i, (x, y) in enumerate(pairs)]
    file = written(tmp_path, "x,reference,measured", *rows)
    arguments = ["agreement", file, "--reference", "x", "--measured", "reference"]
    found = told([*arguments, "--compare", "measured"], capsys)
    bias = next(each for each in found["comparisons"] if each["metric"] == "bland_altman_bias")
    expected = float(np.mean(MEASURED - REFERENCE) - np.mean([7 * (i % 3) for i in range(17)]))
    assert bias["difference"] == pytest.approx(expected)
    assert "named as the reference and as the measurement x" in refused(
        [*arguments, "--compare", "x"], capsys
    )


# Response


SUMS = "a,a0,b,b0,new"
PATIENTS = (
    "0,50,0,50,no",
    "30,50,34,50,no",
    "36,50,35,50,no",
    "61,50,59,50,no",
    ",50,40,50,no",
    "40,50,41,50,yes",
)
BOTH = ["--reference", "a", "--measured", "b"]
RECIST = [
    *BOTH,
    "--criteria",
    "recist_1_1",
    "--reference-baseline",
    "a0",
    "--measured-baseline",
    "b0",
]


def test_responses_from_sums(tmp_path: Path, capsys: Any) -> None:
    file = written(tmp_path, SUMS, *PATIENTS)
    new = ["--reference-new-lesion", "new", "--measured-new-lesion", "new"]
    found = told(["agreement", file, *RECIST, *new], capsys)
    (table,) = found["category_tables"]
    assert (found["task"], found["cases"]) == ("responses", 6)
    assert table["categories"] == ["CR", "PR", "SD", "PD", "NE"]
    assert table["counts"] == [
        [1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 1, 0, 0],
    ]  # fmt: skip
    rates = {
        each["label"]: each["value"]
        for each in found["estimates"]
        if each["metric"] == "objective_response_rate"
    }
    assert rates == {"reference": 2 / 6, "measured": 3 / 6}


def test_responses_from_changes(tmp_path: Path, capsys: Any) -> None:
    file = written(tmp_path, "a,b", "-1,-1", "-0.3,-0.29", "0.2,0.25", "0.1,0")
    found = told(["agreement", file, *BOTH, "--change-of", "diameter"], capsys)
    share = next(each for each in found["estimates"] if each["metric"] == "percent_agreement")
    assert share["value"] == 0.75
    assert any("growth after shrinking is not seen" in each for each in found["notes"])


@pytest.mark.parametrize(
    ("rows", "arguments", "says"),
    [
        (("-30,50,1,2,no",), RECIST, "row 2: the sum is negative"),
        (("3,0,1,2,no",), RECIST, "row 2: the sum at baseline is 0"),
        (("-30,50,1,2,no",), [*BOTH, "--change-of", "volume"], "row 2: the change is below -1"),
        (("30,50,10,2,no",), [*BOTH, "--change-of", "volume"], "these are percent or sums"),
        (PATIENTS, [*BOTH, "--criteria", "mrecist"], "--reference-baseline"),
        (PATIENTS, [*BOTH, "--reference-baseline", "a0"], "by --criteria"),
        (PATIENTS, [*RECIST, "--change-of", "volume"], "name one"),
        (PATIENTS, [*RECIST, "--cutoff", "3"], "one at a time"),
        (PATIENTS, [*BOTH, "--change-of", "volume", "--reference-nadir", "a0"], "already one"),
        (("3,50,1,2,perhaps",), [*RECIST, "--reference-new-lesion", "new"], "says yes or no"),
        (PATIENTS, [*RECIST, "--reference-nadir", "a"], "reference sum now and as the smallest"),
    ],
)  # fmt: skip
def test_what_has_no_response(
    rows: tuple[str, ...], arguments: list[str], says: str, tmp_path: Path, capsys: Any
) -> None:
    assert says in refused(["agreement", written(tmp_path, SUMS, *rows), *arguments], capsys)


# study.yaml


STUDY = """\
study: {title: Agreement}
evaluations:
  - name: judges
    task: agreement
    predictions: judges.csv
    columns: {case: id, reader: judge, rating: points}
    scale: continuous
    claims: [{metric: ICC, value: "0.29"}]
  - name: meters
    task: agreement
    predictions: meters.csv
    columns: {patient: who, method: meter, value: flow, reference: mini, measured: wright}
    measurement_unit: l/min
    cutoffs: [400, 500]
    claims:
      - {metric: weighted_kappa, value: "0.66"}
      - {metric: sensitivity, at: 400, value: "0.92"}
  - name: two models
    task: agreement
    predictions: wide.csv
    columns: {reference: x, measured: y, old model: z}
    compared_scores: [old model]
  - name: response
    task: agreement
    predictions: sums.csv
    columns: {reference: a, measured: b, reference_baseline: a0, measured_baseline: b0}
    response_criteria: recist_1_1
    claims:
      - {metric: ORR, of: measured, value: "50", percent: true}
"""


def described(folder: Path, text: str = STUDY) -> Path:
    Path(judges(folder)).rename(folder / "judges.csv")
    Path(meters(folder)).rename(folder / "meters.csv")
    pairs = zip(REFERENCE, MEASURED, strict=True)
    wide = [f"{x:g},{y:g},{y + 5 * (i % 4):g}" for i, (x, y) in enumerate(pairs)]
    written(folder, "x,y,z", *wide, name="wide.csv")
    written(folder, SUMS, *PATIENTS, name="sums.csv")
    study = folder / "study.yaml"
    study.write_text(text, encoding="utf-8")
    return study


def checked(study: Path) -> Report:
    return pipeline.check(study, Options(settings=Settings(resamples=200)))


def test_a_description_says_all_of_it_and_the_report_shows_it(tmp_path: Path) -> None:
    from checker.render.to_html import to_html
    from checker.render.to_json import from_json, to_json
    from checker.render.to_markdown import to_markdown

    report = checked(described(tmp_path))
    assert [each.verdict.value for each in report.claims] == ["reproduced"] * 4
    judged, meter, models, response = report.evaluations
    assert judged.task_cohort is not None
    assert (judged.task_cohort.rows, judged.task_cohort.unit) == (6, "subject")
    assert meter.category_tables[0].counts == ((2, 3, 0), (1, 5, 0), (0, 2, 4))
    assert {(each.first, each.second) for each in models.comparisons} == {("measured", "old model")}
    assert response.category_tables[0].title == "Responses"
    assert from_json(to_json(report)) == report
    for text in (to_html(report), to_markdown(report)):
        assert "Grades by reference (rows) and measured value (columns)" in text
        assert "Responses by reference (rows) and measured value (columns)" in text
        assert "old model" in text


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("rating: points", "rating: point", 'no column "point"'),
        ("measured: wright", "measured: wrigth", "did you mean wright?"),
        ("old model: z", "old model: zz", 'no column "zz"'),
        ("measured_baseline: b0", "measured_baseline: b9", 'no column "b9"'),
        (", measured_baseline: b0", "", "named for one of the two methods only"),
    ],
)
def test_a_description_that_does_not_fit(right: str, wrong: str, says: str, tmp_path: Path) -> None:
    study = described(tmp_path, STUDY.replace(right, wrong))
    with pytest.raises(BadSubmission) as found:
        read_submitted(read_study(study), tmp_path)
    assert any(says in f"{each.message} {each.hint}" for each in found.value.problems)


def test_a_rule_that_is_not_recomputed_leaves_the_numbers(tmp_path: Path) -> None:
    study = described(tmp_path, STUDY.replace("recist_1_1", "easl"))
    table = read_submitted(read_study(study), tmp_path).predictions["response"]
    assert getattr(table, "task", "") == "agreement"
    assert "Responses by easl are not recomputed" in getattr(table, "notes", ("",))[0]


@pytest.mark.parametrize(
    ("evaluation", "source", "metric"),
    [
        ("{task: ordinal, columns: {other: rater}", "simulated_classes/table.csv", "ordinal_c_index"),
        (
            "{task: survival, columns: {other: risk_5}, competing_events: ['2']",
            "simulated_survival/cases.csv",
            "c_index",
        ),
    ],
)  # fmt: skip
def test_compared_scores_of_other_tasks_are_in_the_report(
    evaluation: str, source: str, metric: str, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_bytes((JUDGES.parent.parent / source).read_bytes())
    study = tmp_path / "study.yaml"
    said = f"{evaluation}, name: a, predictions: t.csv, compared_scores: [other]}}"
    study.write_text(f"study: {{title: x}}\nevaluations:\n  - {said}\n", encoding="utf-8")
    (found,) = checked(study).evaluations
    named = {(each.metric, each.first, each.second) for each in found.comparisons}
    assert (metric, "score", "other") in named
