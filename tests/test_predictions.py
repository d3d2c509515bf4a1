"""Predictions: from columns to outcome, score and names, and everything that is wrong with them at once."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
import pytest

from checker.errors import BadSubmission
from checker.reading.positive import meaning
from checker.reading.predictions import ColumnNames, read_predictions
from checker.reading.tables import Table, read_table

COLUMNS = ColumnNames("y", "p")


def table_of(text: str, folder: Path) -> Table:
    path = folder / "scores.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return read_table(path, name="data/scores.csv")


def outcomes(*values: str) -> str:
    return "y,p\n" + "".join(f"{value},0.5\n" for value in values)


def problems_of(text: str, folder: Path, columns: ColumnNames = COLUMNS, **options):
    table = table_of(text, folder)
    with pytest.raises(BadSubmission) as caught:
        read_predictions(table, columns, **options)
    return caught.value.problems


def test_columns_become_predictions(tmp_path):
    table = table_of(
        "id,who,y,p,other,sex,site\na,1,HCC,0.850,2,m,X\nb,1,FNH,,1,,Y\nc,2,,0.25,NA,f,X\n",
        tmp_path,
    )
    columns = ColumnNames("y", "p", "id", "who", ["sex"], ["other"], {"centre": "site"})
    read = read_predictions(table, columns, positive="HCC")
    assert (read.file, read.sha256, read.cases) == ("data/scores.csv", table.sha256, 3)
    assert read.outcome.tolist() == [1, 0, -1]
    np.testing.assert_array_equal(read.score, [0.85, np.nan, 0.25])
    np.testing.assert_array_equal(read.compared["other"], [2, 1, np.nan])
    assert read.case.names == ("a", "b", "c")
    assert read.patient.codes.tolist() == [0, 0, 1]
    assert (read.groups["sex"].names, read.groups["sex"].codes.tolist()) == (("f", "m"), [1, -1, 0])
    assert read.other["centre"].names == ("X", "Y")
    assert read.spelling == ("FNH", "HCC")
    assert read.decimals == 3
    assert set(read.everything) == set(table.columns)
    assert read.everything["p"].tolist().count(-1) == 1
    assert read.outcome.dtype == np.int64


class Outcome(NamedTuple):
    story: str
    values: list[str]
    positive: str | None
    expected: list[int]
    spelling: tuple[str, str]


OUTCOMES = [
    Outcome("0 and 1", ["0", "1"], None, [0, 1], ("0", "1")),
    Outcome("0 and 1 with points", ["0.0", "1.0"], None, [0, 1], ("0.0", "1.0")),
    Outcome("-1 and 1", ["-1", "1"], None, [0, 1], ("-1", "1")),
    Outcome("true and false", ["True", "FALSE"], None, [1, 0], ("FALSE", "True")),
    Outcome("yes and no", ["Yes", "no"], None, [1, 0], ("no", "Yes")),
    Outcome("ja and nein", ["Ja", "nein"], None, [1, 0], ("nein", "Ja")),
    Outcome("missing values between", ["0", "", "NA", "1"], None, [0, -1, -1, 1], ("0", "1")),
    Outcome("zero is positive", ["0", "1"], "0", [1, 0], ("1", "0")),
    Outcome("1 names 1.0", ["0.0", "1.0"], "1", [0, 1], ("0.0", "1.0")),
    Outcome("1.0 names 1", ["0", "1"], "1.0", [0, 1], ("0", "1")),
    Outcome("true names True", ["True", "False"], "true", [1, 0], ("False", "True")),
    Outcome("one value printed in two ways", ["1", "1.0", "0"], None, [1, 1, 0], ("0", "1")),
    Outcome("text", ["HCC", "FNH"], "FNH", [0, 1], ("HCC", "FNH")),
    Outcome("stages", ["2", "4"], "4", [0, 1], ("2", "4")),
    Outcome("only the positive value", ["HCC", "HCC"], "HCC", [1, 1], ("", "HCC")),
    Outcome("only another value", ["FNH", "FNH"], "HCC", [0, 0], ("FNH", "HCC")),
    Outcome("only 0", ["0", "0"], None, [0, 0], ("0", "1")),
    Outcome("only 1", ["1", "1"], None, [1, 1], ("", "1")),
    Outcome("only no", ["no"], None, [0], ("no", "yes")),
]


@pytest.mark.parametrize("case", OUTCOMES, ids=lambda case: case.story)
def test_the_outcome_has_two_values_or_a_known_one(case, tmp_path):
    table = table_of(outcomes(*case.values), tmp_path)
    read = read_predictions(table, COLUMNS, positive=case.positive)
    assert read.outcome.tolist() == case.expected
    assert read.spelling == case.spelling


class Wrong(NamedTuple):
    story: str
    values: list[str]
    positive: str | None
    says: str
    hint: str


WRONG = [
    Wrong("three values", ["0", "1", "2"], None,
          '3 values were seen: "0" (row 2), "1" (row 3), "2" (row 4); an outcome has two', "right column"),
    Wrong("three values, one of them positive", ["a", "b", "c"], "a",
          '3 values were seen: "a" (row 2), "b" (row 3), "c" (row 4); an outcome has two', "right column"),
    Wrong("many values", [str(value) for value in range(10, 1010)], None,
          "1,000 values were seen, too many for an outcome", "right column"),
    Wrong("some values", [str(value) for value in range(1, 21)], None,
          '20 values were seen: "1" (row 2), "10" (row 11), "11" (row 12), "12" (row 13), '
          '"13" (row 14) and 15 more; an outcome has two', "right column"),
    Wrong("no value", ["", "NA"], None, "the outcome is missing in every row", ""),
    Wrong("text without a word which is positive", ["HCC", "FNH"], None,
          'the values are "FNH", "HCC", and which of them has the outcome is not said',
          "write positive: and the value that means having the outcome, one of: FNH, HCC"),
    Wrong("a word tells which is not positive", ["malignant", "benign"], None,
          'the values are "benign", "malignant", and which', "write positive: malignant, if that is"),
    Wrong("two words of absence", ["normal", "benign"], None,
          'the values are "benign", "normal", and which', "one of: benign, normal"),
    Wrong("one text without a word", ["HCC"], None,
          'the value is "HCC", and which of them has the outcome is not said',
          "write positive: and the value that means having the outcome, seen or not"),
    Wrong("only a word of absence", ["benign"], None,
          'the value is "benign"', "write positive: and the value that means having the outcome"),
    Wrong("1 and 2", ["1", "2"], None, 'the values are "1", "2"', "one of: 1, 2"),
    Wrong("a positive value that nobody has", ["HCC", "FNH"], "HC",
          'no row has the positive value "HC"; the values are "FNH", "HCC"', "did you mean HCC? write positive: HCC"),
    Wrong("another positive value", ["HCC", "FNH"], "1",
          'no row has the positive value "1"', "one of: FNH, HCC"),
    Wrong("one value in another case", ["hcc"], "HCC",
          'no row has the positive value "HCC"; the values are "hcc"', "did you mean hcc?"),
    Wrong("nan", ["0", "1", "nan"], None, 'row 4: "nan" is not a value', "leave the cell empty"),
    Wrong("nan twice", ["0", "nan", "nan"], None, 'row 3: "nan" is not a value (2 rows)', "leave"),
    Wrong("inf", ["0", "1", "inf"], None, 'row 4: "inf" is not a value', "leave the cell empty"),
    Wrong("an error of the spreadsheet", ["0", "1", "#VALUE!"], None,
          'row 4: "#VALUE!" is not a value', "leave the cell empty"),
]  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.story)
def test_an_outcome_that_is_none_is_said(case, tmp_path):
    [problem] = problems_of(outcomes(*case.values), tmp_path, positive=case.positive)
    assert problem.message.startswith(case.says)
    assert case.hint in problem.hint
    assert (problem.file, problem.path) == ("data/scores.csv", "y")


@pytest.mark.parametrize("positive", [None, "cancer"])
def test_what_is_positive_is_asked_for_in_the_words_of_the_asker(positive, tmp_path):
    text = outcomes("benign", "malignant")
    options = {"positive": positive, "positive_written": "--positive"}
    [problem] = problems_of(text, tmp_path, **options)
    assert (
        problem.hint == "write --positive malignant, if that is what having the outcome is called"
    )


def test_every_problem_is_said_at_once(tmp_path):
    found = problems_of(
        "y,p,q,who\na,x,1,nan\nb,0.5,inf,2\nc,0.5,1,3\n",
        tmp_path,
        ColumnNames("y", "p", "cas", "who", ["sex"], ["q"]),
    )
    assert [(each.line, each.path) for each in found] == [
        (None, "y"), (2, "p"), (3, "q"), (1, "cas"), (2, "who"), (1, "sex"),
    ]  # fmt: skip


def test_a_column_asked_for_twice_is_missed_once(tmp_path):
    [problem] = problems_of("y,p\n1,0.5\n0,1\n", tmp_path, ColumnNames("y", "p", "who", "who"))
    assert problem.path == "who"


def test_missing_columns_name_the_nearest(tmp_path):
    found = problems_of("outcome,score\n1,0.5\n", tmp_path, ColumnNames("outcom", "Score"))
    assert [(each.path, each.hint) for each in found] == [
        ("outcom", "did you mean outcome?"),
        ("Score", "did you mean score?"),
    ]


def test_one_column_cannot_be_outcome_and_score(tmp_path):
    [problem] = problems_of("y,p\n1,0.5\n0,1\n", tmp_path, ColumnNames("y", "y"))
    assert problem.message == "this column was named as the outcome and as the score"


def test_scores_are_turned_where_lower_is_positive(tmp_path):
    table = table_of("y,p,q\n1,0,3\n0,-0.5,\n1,2,-0\n", tmp_path)
    columns = ColumnNames("y", "p", compared=["q"])
    read = read_predictions(table, columns, lower_is_positive=True)
    assert read.lower_is_positive
    np.testing.assert_array_equal(read.score, [0, 0.5, -2])
    np.testing.assert_array_equal(read.compared["q"], [-3, np.nan, 0])
    for scores in (read.score, read.compared["q"]):
        assert not np.signbit(scores[scores == 0]).any()


def test_repeated_cases_and_missing_patients_are_no_problem(tmp_path):
    table = table_of("id,who,y,p\na,,1,0.5\na,1,0,0.5\n,1,0,0.5\n", tmp_path)
    read = read_predictions(table, ColumnNames("y", "p", "id", "who"))
    assert read.case.codes.tolist() == [0, 0, -1]
    assert read.patient.codes.tolist() == [-1, 0, 0]


# Some of the rows

SPLIT = "fold,y,p,sex\ndev,1,x,m\ntest,0,0.25,f\ntest,1,0.5,m\ndev,2,0.5,m\ntest,0,0.125,f\n"


def test_only_the_rows_asked_for_are_read_and_judged(tmp_path):
    read = read_predictions(table_of(SPLIT, tmp_path), COLUMNS, where=[("fold", "test")])
    assert read.cases == 3
    assert read.outcome.tolist() == [0, 1, 0]
    assert len(set(read.everything["fold"].tolist())) == 1
    assert read.decimals == 3


def test_two_conditions_hold_together(tmp_path):
    read = read_predictions(
        table_of(SPLIT, tmp_path), COLUMNS, where=[("fold", "test"), ("sex", "f")]
    )
    assert read.score.tolist() == [0.25, 0.125]


def test_a_condition_compares_numbers_as_numbers(tmp_path):
    table = table_of("fold,y,p\n1.0,1,0.5\n2.0,0,0.5\n", tmp_path)
    assert read_predictions(table, COLUMNS, where=[("fold", "1")]).cases == 1


def test_rows_are_numbered_as_in_the_file_after_a_condition(tmp_path):
    [problem] = problems_of(
        "fold,y,p\ndev,1,0.5\ntest,1,0.5\ntest,0,x\n", tmp_path, where=[("fold", "test")]
    )
    assert (problem.line, problem.message) == (4, 'row 4: "x" is not a number')


CONDITIONS = [
    ([("fold", "tets")], 'no row has "tets" in this column; its values are "dev", "test"', "did you mean test?"),
    ([("fold", "7")], 'no row has "7" in this column; its values are "dev", "test"', ""),
    ([("flod", "test")], "the table has no column of this name", "did you mean fold?"),
    ([("fold", "test"), ("sex", "f"), ("y", "1")], "no row has fold = test and sex = f and y = 1", ""),
]  # fmt: skip


@pytest.mark.parametrize(("where", "says", "hint"), CONDITIONS, ids=[c[1] for c in CONDITIONS])
def test_a_condition_that_no_row_meets_is_said(where, says, hint, tmp_path):
    found = problems_of(SPLIT, tmp_path, where=where)
    assert (found[0].message, found[0].hint) == (says, hint)


# Other formats


def test_parquet_columns_become_predictions(tmp_path):
    path = tmp_path / "scores.parquet"
    pl.DataFrame(
        {
            "y": [True, False, None],
            "p": [0.25, None, 1.0],
            "who": [7, 7, None],
            "day": [1.0, 2.0, 2.0],
        }
    ).write_parquet(path)
    table = read_table(path, name="scores.parquet")
    read = read_predictions(table, ColumnNames("y", "p", patient="who", groups=["day"]))
    assert read.outcome.tolist() == [1, 0, -1]
    assert read.patient.names == ("7",)
    assert read.patient.codes.tolist() == [0, 0, -1]
    assert read.groups["day"].names == ("1", "2")
    assert read.spelling == ("false", "true")
    assert read.decimals is None
    assert read.everything["y"].tolist()[2] == -1


def test_a_stored_nan_is_not_a_patient(tmp_path):
    path = tmp_path / "scores.parquet"
    pl.DataFrame({"y": [1, 0], "p": [0.5, 0.5], "who": [1.0, float("nan")]}).write_parquet(path)
    table = read_table(path, name="scores.parquet")
    with pytest.raises(BadSubmission, match='row 3: "NaN" is not a value'):
        read_predictions(table, ColumnNames("y", "p", patient="who"))


MEANINGS = [
    ("1", "1.0", True), ("1", "+1", True), ("1", "01", True), ("0", "-0", True),
    ("true", "TRUE", True), ("0.1", "1e-1", True), ("yes", "Yes", False), ("1", "true", False),
    ("10", "1_0", False), ("a", "A", False), (" a", "a", True),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "equal"), MEANINGS)
def test_values_are_equal_as_numbers_or_as_text(first, second, equal):
    assert (meaning(first) == meaning(second)) is equal


@pytest.mark.parametrize("number", ["1.7e308", "-1e101"])
def test_a_score_whose_sums_would_overflow_is_said(number, tmp_path):
    text = f"y,p\n1,0.5\n0,{number}\n1,1e99\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadSubmission) as caught:
        read_predictions(read_table(tmp_path / "t.csv", name="t.csv"), ColumnNames("y", "p"))
    [problem] = caught.value.problems
    assert (problem.line, problem.message) == (3, "row 3: the number is beyond 1e+100")
