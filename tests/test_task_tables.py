"""Tables of every task: what their columns become, what is chosen and said, and what is refused."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from checker import metrics
from checker.errors import BadSubmission
from checker.model.predictions import TaskTable
from checker.reading.class_names import in_order
from checker.reading.tables import read_table
from checker.reading.task_columns import (
    COMMAND_LINE,
    AgreementColumns,
    MulticlassColumns,
    OrdinalColumns,
    RatersColumns,
    ReadersColumns,
    SurvivalColumns,
    TaskColumns,
)
from checker.reading.task_tables import read_task

REFERENCE = Path(__file__).parent / "reference"


def read(file: Path, asked: TaskColumns) -> TaskTable:
    return read_task(read_table(file, name=file.name), asked)


def written(folder: Path, *lines: str) -> Path:
    file = folder / "table.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def problems(folder: Path, asked: TaskColumns, *lines: str) -> list[Any]:
    with pytest.raises(BadSubmission) as refused:
        read(written(folder, *lines), asked)
    return list(refused.value.problems)


# The order of classes


class Order(NamedTuple):
    names: tuple[str, ...]
    expected: tuple[str, ...] | None


ORDERS = [
    Order(("F10", "F2", "F0"), ("F0", "F2", "F10")),
    Order(("2", "0", "10"), ("0", "2", "10")),
    Order(("-1", "1", "0"), ("-1", "0", "1")),
    Order(("grade 2", "Grade 1"), ("Grade 1", "grade 2")),
    Order(("LR-5", "LR-3", "LR-4"), ("LR-3", "LR-4", "LR-5")),
    Order(("IV", "I", "III"), ("I", "III", "IV")),
    Order(("stage II", "stage I"), ("stage I", "stage II")),
    Order(("C", "A", "B"), ("A", "B", "C")),
    Order(("Child B", "Child A"), ("Child A", "Child B")),
    Order(("mild", "severe", "moderate"), None),
    Order(("F0-F1", "F2"), None),
    Order(("F1", "G2"), None),
    Order(("LR-1", "LR-M"), None),
]


@pytest.mark.parametrize("case", ORDERS, ids=lambda each: ",".join(each.names))
def test_classes_are_ordered_where_their_names_tell(case: Order) -> None:
    assert in_order(case.names) == case.expected


# What columns become


def test_several_classes(tmp_path: Path) -> None:
    file = written(tmp_path, "y,a,b,who", "B,0.2,0.8,p1", "A,0.7,0.3,p1", ",0.5,0.5,", "b,,0.1,p2")
    bad = MulticlassColumns(outcome="y", risks={"A": "a", "B": "b"})
    with pytest.raises(BadSubmission, match="did you mean B"):
        read(file, bad)
    file = written(tmp_path, "y,a,b,who", "B,0.2,0.8,p1", "A,0.7,0.3,p1", ",0.5,0.5,", "B,,0.1,p2")
    table = read(file, MulticlassColumns(outcome="y", risks={"A": "a", "B": "b"}, patient="who"))
    assert table.task == "multiclass"
    assert table.columns["outcome"].tolist() == [1, 0, -1, 1]
    assert table.columns["risks"][:3].tolist() == [[0.2, 0.8], [0.7, 0.3], [0.5, 0.5]]
    assert np.isnan(table.columns["risks"][3, 0])
    assert table.given == {"classes": ("A", "B")}
    assert table.patient is not None
    assert table.patient.codes.tolist() == [0, 0, -1, 1]


def test_numbers_of_classes_are_equal_as_numbers(tmp_path: Path) -> None:
    file = written(tmp_path, "y,a,b", "1.0,0.2,0.8", "0,0.7,0.3")
    table = read(file, MulticlassColumns(outcome="y", risks={"0": "a", "1": "b"}))
    assert table.columns["outcome"].tolist() == [1, 0]


def test_what_is_noticed_of_several_classes(tmp_path: Path) -> None:
    file = written(tmp_path, "y,a,b,c", "A,0.2,0.8,0", "A,0.7,0.4,0", "B,0.5,0.5,0.2", "A,7,2,1")
    table = read(file, MulticlassColumns(outcome="y", risks={"A": "a", "B": "b", "C": "c"}))
    assert table.notes == (
        "Row 5 has a value below 0 or above 1, so the columns are read as scores: Brier score, log loss and "
        "calibration are left out.",
        "The probabilities of row 3 sum to 1.1, not to 1; also row 4.",
        'No row has the class "C".',
    )


def test_classes_in_order(tmp_path: Path) -> None:
    file = written(tmp_path, "y,s,d", "F2,1,F0", "F0,3,F2", ",2,F1")
    asked = OrdinalColumns(outcome="y", score="s", decision="d", lower_is_positive=True)
    table = read(file, asked)
    assert table.given == {"classes": ("F0", "F1", "F2")}
    assert table.columns["outcome"].tolist() == [2, 0, -1]
    assert table.columns["decision"].tolist() == [0, 2, 1]
    assert table.columns["score"].tolist() == [-1, -3, -2]
    assert table.notes == ("Order of the classes: F0 < F1 < F2.", 'No row has the class "F1".')


def test_the_order_that_is_said_holds_for_the_probabilities(tmp_path: Path) -> None:
    file = written(tmp_path, "y,lo,hi", "hi,0.2,0.8", "lo,0.7,0.3")
    risks = {"hi": "hi", "lo": "lo"}
    table = read(file, OrdinalColumns(outcome="y", risks=risks, order=("lo", "hi")))
    assert table.columns["risks"].tolist() == [[0.2, 0.8], [0.7, 0.3]]
    assert table.columns["outcome"].tolist() == [1, 0]


def test_follow_up(tmp_path: Path) -> None:
    file = written(
        tmp_path, "t,e,r5,r1,arm,ra,rb", "1,dead,0.3,0.1,b,0.3,0.4", "2,alive,0.2,,a,0.2,0.1",
        ",graft,0.2,0.1,,0.2,0.1",
    )  # fmt: skip
    table = read(
        file,
        SurvivalColumns(
            time="t", event="e", outcome="dead", competing=("graft",), unit_days=365.25,
            risks={1826: "r5", 365: "r1"}, horizons=(730,), treatment="arm",
            treatment_risks={"a": "ra", "b": "rb"}, thresholds=(0.2,),
        ),
    )  # fmt: skip
    assert table.columns["time"].tolist()[:2] == [365.25, 730.5]
    assert np.isnan(table.columns["time"][2])
    assert table.columns["event"].tolist() == [1, 0, 2]
    assert table.given["horizons"] == (365.0, 730.0, 1826.0)
    assert np.isnan(table.columns["risks"][:, 1]).all()
    assert table.columns["risks"][:, 2].tolist() == [0.3, 0.2, 0.2]
    assert table.columns["treatment"].tolist() == [1, 0, -1]
    assert table.columns["treatment_risks"].tolist() == [[0.3, 0.4], [0.2, 0.1], [0.2, 0.1]]
    assert table.places == {
        "horizon": (365.0, 730.0, 1826.0),
        "threshold": (0.2,),
        "strategy": ("model", "treat_all", "treat_none"),
    }
    assert table.notes[0] == (
        'In the column e, "dead" is the outcome, "graft" a competing event, '
        '"alive" the end of follow-up without an event.'
    )


@pytest.mark.parametrize(
    ("values", "outcome", "codes"),
    [
        (("1", "0"), None, [1, 0]),
        (("true", "false"), None, [1, 0]),
        (("yes", "no"), None, [1, 0]),
        (("1", "1"), None, [1, 1]),
        (("0", "0"), None, [0, 0]),
        (("2", "1"), "2", [1, 0]),
        (("1", "2"), "1.0", [1, 0]),
        (("death", "Censored"), "death", [1, 0]),
        (("alive", "alive"), "death", [0, 0]),
    ],
)
def test_events(
    values: tuple[str, str], outcome: str | None, codes: list[int], tmp_path: Path
) -> None:
    file = written(tmp_path, "t,e", *(f"3,{each}" for each in values))
    table = read(file, SurvivalColumns(time="t", event="e", outcome=outcome))
    assert table.columns["event"].tolist() == codes


def test_measurements(tmp_path: Path) -> None:
    file = written(tmp_path, "p,x,y,r,w", "1,1,2,a,3", "1,,2,b,", "2,3,4,,5")
    asked = AgreementColumns(
        patient="p", reference="x", measured="y", replicate="r", covariate="w", unit="mm"
    )
    table = read(file, asked)
    assert table.columns["measured"].tolist() == [2, 2, 4]
    np.testing.assert_equal(table.columns["reference"], [1, np.nan, 3])
    np.testing.assert_equal(table.columns["replicate"], [0, 1, np.nan])
    np.testing.assert_equal(table.columns["covariate"], [3, np.nan, 5])
    assert table.given["measurement_unit"] == "mm"


@pytest.mark.parametrize(
    ("cells", "scale", "given", "ratings"),
    [
        (("lo,hi", "hi,"), "nominal", (0, 1), [[1, 0], [0, np.nan]]),
        (("F1,F3", "F3,F1"), None, (0, 1), [[0, 1], [1, 0]]),
        (("1,3", "3,"), None, (1.0, 3.0), [[1, 3], [3, np.nan]]),
        (("1,3", "3,1"), "ordinal", (1.0, 3.0), [[1, 3], [3, 1]]),
        (("1.5,3", "3,1"), None, None, [[1.5, 3], [3, 1]]),
        (("1,3", "3,1"), "interval", None, [[1, 3], [3, 1]]),
    ],
)
def test_raters(cells: Any, scale: str | None, given: Any, ratings: Any, tmp_path: Path) -> None:
    table = read(
        written(tmp_path, "a,b", *cells), RatersColumns(raters={"A": "a", "B": "b"}, scale=scale)
    )
    np.testing.assert_equal(table.columns["ratings"], ratings)
    assert table.given.get("categories") == given
    assert bool(table.notes) is (scale is None or (scale == "ordinal" and given == (0, 1)))


def test_readings(tmp_path: Path) -> None:
    file = written(
        tmp_path, "c,y,r,m,s,d", "c1,1,ann,unaided,80,yes", "c1,1,ann,ai,90,yes",
        "c2,0,ann,unaided,10,no", "c2,0,ann,ai,,no",
    )  # fmt: skip
    asked = ReadersColumns(
        case="c", truth="y", reader="r", modality="m", rating="s", decision="d",
        options={"analysis": "FRRC"},
    )  # fmt: skip
    table = read(file, asked)
    assert table.columns["outcome"].tolist() == [1, 1, 0, 0]
    assert table.columns["decision"].tolist() == [1, 1, 0, 0]
    assert table.columns["modality_code"].tolist() == [1, 0, 1, 0]
    np.testing.assert_equal(table.columns["rating"], [80, 90, 10, np.nan])
    assert table.given["modality_names"] == ("ai", "unaided")
    assert table.given["analysis"] == "FRRC"
    assert table.places == {
        "reader": ("ann",),
        "modality": ("ai", "unaided"),
        "threshold": (None,),
        "versus": ("unaided",),
    }
    assert table.notes[0].startswith('Differences are from the modality "unaided"')


def test_low_ratings_at_a_threshold_become_decisions(tmp_path: Path) -> None:
    file = written(tmp_path, "c,y,r,s", "1,1,ann,2", "2,0,ann,3", "3,0,ann,4", "4,1,ann,")
    table = read(
        file,
        ReadersColumns(
            case="c", truth="y", reader="r", rating="s", threshold=3, lower_is_positive=True
        ),
    )
    assert table.columns["decision"].tolist() == [1, 1, 0, -1]
    assert table.places["threshold"] == (None,)
    assert table.given["modality_names"] == ("all",)
    assert "Ratings at or below 3 are positive decisions." in table.notes


def test_only_chosen_rows_are_read_and_groups_are_kept(tmp_path: Path) -> None:
    file = written(tmp_path, "x,y,set,sex", "1,2,test,f", "2,3,train,m", "3,4,test,m")
    asked = AgreementColumns(reference="x", measured="y", where=(("set", "test"),), groups=("sex",))
    table = read(file, asked)
    assert table.columns["reference"].tolist() == [1, 3]
    assert table.groups["sex"].names == ("f", "m")
    assert table.cases == 2


# What is refused

TWO = {"A": "a", "B": "b"}
SURVIVAL = {"time": "t", "event": "e"}
READERS = {"case": "c", "truth": "y", "reader": "r"}


class Refused(NamedTuple):
    asked: TaskColumns
    lines: tuple[str, ...]
    message: str
    hint: str = ""
    line: int | None = None


REFUSED = [
    Refused(
        SurvivalColumns(**SURVIVAL), ("t,e", "1,1", "-2,0", "3,1", "0,0"),
        "row 3: the time is negative", "leave the cell empty", 3,
    ),
    Refused(SurvivalColumns(**SURVIVAL), ("t,e", ",1", ",0"), "the time is missing in every row"),
    Refused(
        SurvivalColumns(**SURVIVAL), ("t,e", "1,1", "2,0", "3,2", "3,2"),
        'row 4: "2" is not known as an event; also row 5', 'the values are "0", "1", "2"', 4,
    ),
    Refused(
        SurvivalColumns(**SURVIVAL), ("t,e", "1,1", "2,2"),
        'the values are "1", "2", and which of them is the outcome is not said', "event: and",
    ),
    Refused(
        SurvivalColumns(**SURVIVAL, outcome="death"), ("t,e", "1,deth", "2,0"),
        'no row has the event "death"', "did you mean deth?",
    ),
    Refused(
        SurvivalColumns(**SURVIVAL, competing=("3",)), ("t,e", "1,1", "2,0"),
        'no row has the competing event "3"', "leave out",
    ),
    Refused(
        SurvivalColumns(**SURVIVAL, competing=("1",)), ("t,e", "1,1", "2,0"),
        '"1" is named as the outcome and as a competing event', "name it once",
    ),
    Refused(
        SurvivalColumns(**SURVIVAL), ("t,e", *(f"1,c{i}" for i in range(30))),
        "30 different values are no kinds of events", "right column",
    ),
    Refused(SurvivalColumns(**SURVIVAL), ("t,e", "1,", "2,"), "the event is missing in every row"),
    Refused(
        SurvivalColumns(**SURVIVAL, risks={2: "r"}), ("t,e,r", "1,1,0.2", "2,0,1.5"),
        "row 3: a predicted risk lies outside 0 to 1", "0.45 for 45 %", 3,
    ),
    Refused(
        SurvivalColumns(**SURVIVAL, risks={2: "r"}), ("t,e,r", "1,1,0.2", "2,0,high"),
        'row 3: "high" is not a number', "leave the cell empty", 3,
    ),
    Refused(
        SurvivalColumns(**SURVIVAL, risks={-2: "r"}), ("t,e,r", "1,1,0.2"),
        "the horizon -2 is not positive",
    ),
    Refused(
        SurvivalColumns(**SURVIVAL, score="t"), ("t,e", "1,1"),
        "this column was named as the time and as the score",
    ),
    Refused(
        SurvivalColumns(**SURVIVAL, treatment="arm", treatment_risks={"a": "ra", "b": "rb"}),
        ("t,e,arm,ra,rb", "1,1,a,0.1,0.2", "2,0,c,0.1,0.2"),
        'row 3: "c" is none of the treatment names "a", "b"', "", 3,
    ),
    Refused(
        SurvivalColumns(**SURVIVAL, treatment_risks={"a": "ra", "b": "rb"}),
        ("t,e,ra,rb", "1,1,0.1,0.2"), "not which one was received", "name the column",
    ),
    Refused(
        MulticlassColumns(outcome="y", risks=TWO), ("y,a,b", "A,0.5,0.5", "C,0.5,0.5"),
        'row 3: "C" is none of the class names "A", "B"', "name it too: classes:", 3,
    ),
    Refused(
        MulticlassColumns(outcome="y", risks=TWO), ("y,a,b", "x,0.5,0.5", "z,0.5,0.5"),
        'none of the values "x", "z" is a class name: "A", "B"', "right column",
    ),
    Refused(
        MulticlassColumns(outcome="y", risks={"A": "a"}), ("y,a", "A,1"),
        "at least two classes are expected", "name a column for each class",
    ),
    Refused(
        MulticlassColumns(outcome="y", risks=TWO), ("y,a,b", *(f"id{i},1,0" for i in range(101))),
        "101 different values are no classes", "classes have a few values",
    ),
    Refused(
        MulticlassColumns(outcome="y", risks=TWO), ("y,a,b", "A,0.5,x"), '"x" is not a number', "", 2
    ),
    Refused(
        MulticlassColumns(outcome="y", risks=TWO), ("y,a,b", ",0.5,0.5"),
        "the value is missing in every row",
    ),
    Refused(
        OrdinalColumns(outcome="y", score="s"), ("y,s", "mild,1", "severe,2"),
        'the order of the classes "mild", "severe" is not said', "write classes:",
    ),
    Refused(
        OrdinalColumns(outcome="y", score="s", order=("a", "b")), ("y,s", "a,1", "c,2"),
        'row 3: "c" is none of the class names "a", "b"', "", 3,
    ),
    Refused(
        OrdinalColumns(outcome="y", score="s", order=("a", "a")), ("y,s", "a,1"), "one twice"
    ),
    Refused(
        OrdinalColumns(outcome="y", risks=TWO, order=("A", "C")), ("y,a,b", "A,1,0"),
        'the order lacks the class "B"', "add it to classes:",
    ),
    Refused(
        OrdinalColumns(outcome="y"), ("y", "1", "2"), "nothing that was predicted is named"
    ),
    Refused(
        AgreementColumns(reference="x", measured="x"), ("x", "1"),
        "named as the reference and as the measurement",
    ),
    Refused(RatersColumns(raters={"a": "a"}), ("a", "1"), "there is one rater", "each rater"),
    Refused(
        RatersColumns(raters=TWO, scale="ordinal"), ("a,b", "lo,hi"),
        'the order of the categories "hi", "lo" is not said',
    ),
    Refused(
        RatersColumns(raters=TWO, scale="ordinal", order=("lo", "hi")), ("a,b", "lo,hi", "mid,lo"),
        'row 3: "mid" is none of the category names', "", 3,
    ),
    Refused(
        RatersColumns(raters=TWO, scale="nominal"), ("a,b", *(f"{i},{i + 80}" for i in range(80))),
        "160 different ratings are measurements, not categories", "continuous",
    ),
    Refused(ReadersColumns(**READERS), ("c,y,r", "1,1,ann"), "a rating or a decision"),
    Refused(
        ReadersColumns(**READERS, rating="s"), ("c,y,r,s", "1,1,ann,1", "2,2,ann,1"),
        "which of them has the outcome is not said", "positive:",
    ),
    Refused(
        ReadersColumns(**READERS, rating="s"),
        ("c,y,r,s", *(f"{i},{i % 2},reader{i},1" for i in range(120))),
        "120 different values are no readers", "names the readers",
    ),
    Refused(
        ReadersColumns(**READERS, rating="s", modality="m", baseline="wth"),
        ("c,y,r,m,s", "1,1,ann,with,1", "2,0,ann,alone,1"), 'no row has the modality "wth"',
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda each: each.message[:50])
def test_what_cannot_be_is_refused_with_its_place(case: Refused, tmp_path: Path) -> None:
    found = problems(tmp_path, case.asked, *case.lines)
    fitting = [each for each in found if case.message in each.message]
    assert fitting, [each.message for each in found]
    assert case.hint in fitting[0].hint
    if case.line is not None:
        assert fitting[0].line == case.line


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    asked = SurvivalColumns(time="t", event="e", risks={2: "r"}, written=COMMAND_LINE)
    found = problems(tmp_path, asked, "t,e,r", "-1,1,0.2", "2,0,x", "3,4,0.1")
    assert {each.path for each in found} == {"t", "e", "r"}
    assert any("--competing 4" in each.hint for each in found)


def test_a_column_of_groups_names_nobody(tmp_path: Path) -> None:
    asked = AgreementColumns(reference="x", measured="y", patient="who", groups=("who",))
    (found,) = problems(tmp_path, asked, "x,y,who", "1,2,ann", "2,3,bob")
    assert "names the patient" in found.message


# The same numbers as from Python


def test_numbers_are_those_of_the_library() -> None:
    file = REFERENCE / "simulated_survival/cases.csv"
    table = read(
        file,
        SurvivalColumns(
            time="time", event="event", score="score", competing=("2",), patient="cluster",
            risks={2: "risk_2", 5: "risk_5"},
        ),
    )  # fmt: skip
    assert table.patient is not None
    columns = {**table.columns, "patient": table.patient.codes}
    found = metrics.estimates(
        "survival", columns, places=table.places, given=table.given, resamples=200
    )
    stored = np.genfromtxt(file, delimiter=",", names=True)
    expected = metrics.estimates(
        "survival",
        {
            "time": stored["time"],
            "event": stored["event"],
            "score": stored["score"],
            "risks": np.column_stack([stored["risk_2"], stored["risk_5"]]),
            "patient": table.patient.codes,
        },
        places={"horizon": (2.0, 5.0)},
        given={"horizons": (2.0, 5.0)},
        resamples=200,
    )
    assert found == expected


def test_replicates_without_a_patient_are_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "x,y,r", "1,2,a", "2,2,b")
    with pytest.raises(BadSubmission, match="replicates of one patient"):
        read(file, AgreementColumns(reference="x", measured="y", replicate="r"))
