"""Risk groups of survival: read, compared, claimed and shown."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from math import log
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from checker import metrics, pipeline
from checker.cli.app import run as command
from checker.errors import BadSubmission
from checker.evidence.risk_groups import NOBODY_SAID
from checker.metrics.cox import cox_tests, hazard_ratios, log_rank
from checker.model.claim import ClaimCheck, PartCheck, Verdict
from checker.model.curves import RiskGroups
from checker.model.predictions import TaskTable
from checker.model.settings import Settings
from checker.model.times import YEAR
from checker.needs import Absent
from checker.pipeline import Options
from checker.reading.tables import read_table
from checker.reading.task_columns import COMMAND_LINE, SurvivalColumns
from checker.reading.task_tables import read_task

from . import task_tables
from .task_evaluations import described, evidence_of

REPRODUCED, OTHER = Verdict.REPRODUCED, Verdict.OTHER_CONVENTION
CONTRADICTED = Verdict.CONTRADICTED

# Read


def table(folder: Path, text: str, **asked: Any) -> TaskTable:
    file = folder / "table.csv"
    file.write_text(text, encoding="utf-8")
    columns: dict[str, Any] = {"time": "time", "event": "event", "written": COMMAND_LINE, **asked}
    return read_task(read_table(file, name="table.csv"), SurvivalColumns(**columns))


SCORES = "time,event,score,risk,stage\n1,1,5,0.2,low\n2,0,6,0.4,high\n3,1,,0.5,medium\n4,0,7,0.1,\n"


class Read(NamedTuple):
    asked: Mapping[str, Any]
    codes: list[int]
    names: tuple[str, ...]
    by: str


READ = [
    Read({"score": "score", "cutoffs": (6.0,)}, [0, 1, -1, 1], ("below 6", "6 or more"),
         "the score score with the cut-off 6"),
    Read({"score": "score", "cutoffs": (5.0, 6.0), "lower_is_positive": True}, [2, 1, -1, 0],
         ("above 6", "above 5 to 6", "5 or less"), "the score score with the cut-offs 6 and 5"),
    Read({"risks": {1.0: "risk"}, "cutoffs": (0.4,)}, [0, 1, 1, 0], ("below 0.4", "0.4 or more"),
         "the risk risk with the cut-off 0.4"),
    Read({"risk_group": "stage"}, [0, 2, 1, -1], ("low", "medium", "high"), "the column stage"),
    Read({"risk_group": "stage", "order": ("high", "medium", "low")}, [2, 0, 1, -1],
         ("high", "medium", "low"), "the column stage"),
]  # fmt: skip


@pytest.mark.parametrize("case", READ, ids=lambda each: ", ".join(each.asked))
def test_who_belongs_to_which_group(case: Read, tmp_path: Path) -> None:
    found = table(tmp_path, SCORES, **case.asked)
    assert found.columns["risk_group"].tolist() == case.codes
    assert found.given["risk_groups"] == case.names
    assert found.given["risk_groups_by"] == case.by
    assert f"Risk groups from the lowest, by {case.by}: {', '.join(case.names)}." in found.notes


def test_a_cut_risk_is_said(tmp_path: Path) -> None:
    found = table(tmp_path, SCORES, risks={1.0: "risk"}, cutoffs=(0.4,), unit="years")
    assert "There is no score, so cut-offs are on the predicted risk by 1 years." in found.notes


COLOURS = "time,event,colour\n1,1,red\n2,0,blue\n3,1,red\n"
REFUSED = [
    ("the order of the risk groups", COLOURS, {"risk_group": "colour"}, "--order"),
    ("is none of the risk group names", COLOURS, {"risk_group": "colour", "order": ("red", "green")}, ""),
    ("has a group twice", COLOURS, {"risk_group": "colour", "order": ("red", "red")}, ""),
    ("names a cut-off twice: 5 and 5", SCORES, {"score": "score", "cutoffs": (5.0, 5.0)}, ""),
    ("holds what is no finite number", SCORES, {"score": "score", "cutoffs": (5.0, np.nan)}, ""),
    ("neither a score nor a predicted risk", SCORES, {"cutoffs": (5.0,)}, "name the column"),
    ("made by cut-offs, and read from", SCORES, {"score": "score", "cutoffs": (5.0,), "risk_group": "stage"}, ""),
    ("named as the event and as the risk group", SCORES, {"risk_group": "event"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("says", "text", "asked", "hint"), REFUSED, ids=[e[0] for e in REFUSED])
def test_groups_that_cannot_be_are_refused(
    says: str, text: str, asked: Mapping[str, Any], hint: str, tmp_path: Path
) -> None:
    with pytest.raises(BadSubmission) as refused:
        table(tmp_path, text, **asked)
    (found,) = [each for each in refused.value.problems if says in each.message]
    assert hint in found.hint


# Compared


def made(origin: str | None = None, **more: Any) -> Any:
    point = {} if origin is None else {"operating_point": {"origin": origin}}
    study = described("survival", **point)
    (found,) = evidence_of(study, task_tables.survival(**more)).evaluations
    return found.risk_groups


def test_without_risk_groups_nothing_is_missed() -> None:
    assert made() == Absent("no risk groups are described", applies=False)


def test_groups_that_a_column_names_need_no_origin() -> None:
    table = task_tables.survival(cuts=(0.0,))
    named = replace(table, given={**table.given, "risk_groups_by": "the column stage"})
    (found,) = evidence_of(described("survival"), named).evaluations
    assert not isinstance(found.risk_groups, Absent)
    assert NOBODY_SAID not in found.risk_groups.note


def test_cut_offs_of_unknown_origin_are_said_to_be() -> None:
    assert made(cuts=(0.0,)).note == NOBODY_SAID
    assert "chosen on these same data" in made("same_test_data", cuts=(0.0,)).note
    assert "medians of these very scores" in made("median", cuts=(0.0,)).note
    for origin in ("fixed_before", "published", "training", "tuning"):
        assert made(origin, cuts=(0.0,)).note == ""


def test_groups_say_what_is_missing() -> None:
    alone = made(cuts=(99.0,))
    assert isinstance(alone, Absent)
    assert alone.because == 'all cases are in the risk group "low"'
    few = made("published", cuts=(-0.5, 9.0))
    assert few.note == 'No case is in the risk group "high".'
    assert [each.name for each in few.groups] == ["low", "intermediate"]


def test_a_group_of_few_has_no_curve_of_its_own() -> None:
    found = made("published", cuts=(2.2,))
    assert found.groups[1].cases < 10
    assert found.groups[1].curve is None
    assert found.groups[0].curve is not None


def test_rows_of_one_patient_are_told() -> None:
    patients = task_tables.labels([f"p{each // 2:03}" for each in range(240)])
    found = made("published", cuts=(0.0,), patient=patients)
    assert "takes rows of one patient for different people" in found.note
    assert "robust" in found.groups[1].hazard_ratio.interval.method


def test_a_group_without_outcomes_leaves_the_other_ratios_as_they_are() -> None:
    rng = np.random.default_rng(1)
    time, group = rng.exponential(5, 90) + 0.1, np.repeat([0, 1, 2], 30)
    event = np.where(group == 1, 0, rng.integers(0, 2, 90))
    found = metrics.compare_risk_groups(time, event, group, ("a", "b", "c"))
    kept = group != 1
    (alone,) = hazard_ratios(time[kept], event[kept], group[kept])
    ratios = [each.hazard_ratio for each in found.groups]
    assert alone is not None
    assert ratios[1] is not None
    assert ratios[2] is not None
    assert ratios[2].value == pytest.approx(alone.value)
    assert "nobody in the group had the outcome" in ratios[1].undefined_because


def test_the_order_of_rows_does_not_matter() -> None:
    columns = task_tables.survival().columns
    rng = np.random.default_rng(2)
    given = [columns[name] for name in ("time", "event", "score")]

    def of(order: np.ndarray) -> RiskGroups:
        rows = [each[order] for each in given]
        return metrics.risk_groups(*rows, (-0.5, 0.5), horizons=(YEAR, 3 * YEAR))

    first = of(np.arange(240))
    for _ in range(5):
        found = of(rng.permutation(240))
        assert found.p == pytest.approx(first.p, rel=1e-9)
        for one, other in zip(found.groups, first.groups, strict=True):
            assert one.curve == other.curve
            assert [each.value for each in one.observed_risks] == [
                each.value for each in other.observed_risks
            ]
            if one.hazard_ratio and other.hazard_ratio:
                assert one.hazard_ratio.value == pytest.approx(other.hazard_ratio.value, rel=1e-9)


# Claimed


@cache
def grouped(count: int) -> TaskTable:
    return task_tables.survival(cuts=(-0.5, 0.5) if count == 3 else (0.0,))


def checks(count: int, *claims: Mapping[str, Any]) -> list[Any]:
    study = described("survival", claims=[*claims])
    (found,) = evidence_of(study, grouped(count)).evaluations
    return [each.claim_check for each in found.claims]


def checked(count: int = 3, **claim: Any) -> ClaimCheck:
    (found,) = checks(count, {"metric": "hazard_ratio", **claim})
    assert isinstance(found, ClaimCheck), found
    return found


def part(check: ClaimCheck, name: str) -> PartCheck:
    return next(each for each in check.parts if each.part == name)


def columns(count: int = 3) -> tuple[Any, Any, Any]:
    made = grouped(count).columns
    return made["time"], made["event"], made["risk_group"]


def ratios(**more: Any) -> Any:
    return hazard_ratios(*columns(), **more)


@pytest.mark.parametrize(
    "of", ["high vs low", "high", "High-risk vs. low risk group", "highest versus lowest"]
)
def test_a_ratio_between_risk_groups_is_reproduced(of: str) -> None:
    ratio = ratios()[1]
    found = checked(
        of=of,
        value=f"{ratio.value:.3f}",
        low=f"{ratio.interval.low:.3f}",
        high=f"{ratio.interval.high:.3f}",
        cases=int(np.isin(columns()[2], (0, 2)).sum()),
        p_value="<0.001",
    )
    assert [each.verdict for each in found.parts] == [REPRODUCED] * 4
    assert found.label == "hazard ratio (high vs low)"


def test_two_groups_may_be_named_apart_and_either_way_round() -> None:
    low = checked(of="low", versus="high", value=f"{1 / ratios()[1].value:.4f}")
    assert (low.verdict, low.label) == (REPRODUCED, "hazard ratio (low vs high)")
    middle = ratios()[1].value / ratios()[0].value
    assert checked(of="high vs intermediate", value=f"{middle:.4f}").verdict is REPRODUCED


def test_a_wrong_ratio_is_contradicted() -> None:
    ratio = ratios()[1].value
    for wrong in (ratio * 1.17, ratio * 0.84, ratio + 0.31):
        assert checked(of="high vs low", value=f"{wrong:.3f}").verdict is CONTRADICTED
    interval = checked(of="high vs low", value=f"{ratio:.3f}", low="1.001", high="99.5")
    assert part(interval, "interval").verdict is CONTRADICTED


def test_conventions_of_a_ratio() -> None:
    time, event, group = columns()
    ratio, two = ratios()[1], group != 1
    alone = hazard_ratios(time[two], event[two], group[two])[0]
    test = log_rank(time[two], event[two], group[two])
    assert alone is not None
    step = (test.observed[1] - test.expected[1]) / test.covariance[1, 1]
    rates = test.observed / test.expected
    for words, value in (
        ("other direction", 1 / ratio.value),
        ("logarithm", log(ratio.value)),
        ("these two groups alone", alone.value),
        ("observed over expected", rates[1] / rates[0]),
        ("Peto", np.exp(step)),
    ):
        found = part(checked(of="high vs low", value=f"{value:.5f}"), "value")
        assert (found.verdict, words in found.convention) == (OTHER, True), words


def test_the_interval_goes_with_the_ratio_that_fits() -> None:
    ratio = ratios()[1]
    found = checked(
        of="high vs low",
        value=f"{1 / ratio.value:.4f}",
        low=f"{1 / ratio.interval.high:.4f}",
        high=f"{1 / ratio.interval.low:.4f}",
    )
    assert part(found, "value").verdict is OTHER
    assert part(found, "interval").verdict is REPRODUCED


def printed(p: float) -> str:
    return f"{p:.3g}"


def test_p_of_the_log_rank_test_with_and_without_a_ratio() -> None:
    p = log_rank(*columns()).p
    found = checked(test="log_rank", p_value=printed(p))
    assert (found.verdict, found.label) == (REPRODUCED, "log-rank test of the risk groups")
    both = checked(
        of="high vs low", value=f"{ratios()[1].value:.2f}", test="log_rank", p_value=printed(p)
    )
    assert [each.verdict for each in both.parts] == [REPRODUCED] * 2


def test_conventions_of_p() -> None:
    time, event, group = columns()
    test, cox = log_rank(time, event, group), cox_tests(time, event, group)
    for words, p in (
        ("score test", cox.score),
        ("Wald test of the Cox", cox.wald),
        ("likelihood ratio", cox.likelihood_ratio),
        ("Breslow", cox_tests(time, event, group, "Breslow").score),
        ("Peto", log_rank(time, event, group, "Peto").p),
        ("Gehan", log_rank(time, event, group, "Gehan").p),
        ("trend", test.trend),
        ("one-sided", test.p / 2),
    ):
        found = part(checked(test="log_rank", p_value=f"{p:.12g}"), "p_value")
        assert (found.verdict, words in found.convention) == (OTHER, True), (words, found)
    wilcoxon = checked(
        test="wilcoxon", of="high vs low", p_value=printed(log_rank(time, event, group, "Gehan").p)
    )
    assert part(wilcoxon, "p_value").verdict is REPRODUCED


def test_a_wrong_p_is_contradicted_and_a_foreign_test_is_not_checked() -> None:
    assert checked(test="log_rank", p_value="0.21").verdict is CONTRADICTED
    assert part(checked(of="high", p_value="0.21"), "p_value").verdict is CONTRADICTED
    foreign = part(checked(of="high", p_value="0.21", test="delong"), "p_value")
    assert foreign.verdict is Verdict.NOT_CHECKABLE
    assert "delong" in foreign.because


def test_risk_and_median_of_one_group_are_compared() -> None:
    time, event, group = columns()
    found = metrics.compare_risk_groups(
        time, event, group, ("low", "intermediate", "high"), horizons=(3 * YEAR,)
    )
    (risk,) = found.groups[2].observed_risks
    assert risk.value is not None
    claim = {"metric": "observed_risk", "of": "high", "at": 3 * YEAR}
    right, complement, wrong, median = checks(
        3,
        {**claim, "value": f"{risk.value:.4f}", "cases": found.groups[2].cases},
        {**claim, "value": f"{1 - risk.value:.4f}"},
        {**claim, "value": f"{risk.value + 0.03:.4f}"},
        {"metric": "median_survival", "group": "risk group = high",
         "value": f"{found.groups[2].median_survival.value:.0f}"},
    )  # fmt: skip
    assert (right.verdict, complement.verdict, wrong.verdict) == (REPRODUCED, OTHER, CONTRADICTED)
    assert median.verdict is REPRODUCED


def test_what_is_meant_has_to_be_said_only_where_it_is_not_clear() -> None:
    (score,) = [
        each.value
        for each in metrics.estimates("survival", dict(grouped(3).columns))
        if each.metric == "hazard_ratio"
    ]
    assert checked(value=f"{score:.4f}").label == "hazard ratio"
    two = hazard_ratios(*columns(2))[0]
    assert two is not None
    found = checked(2, value=f"{two.value:.4f}")
    assert (found.verdict, found.label) == (REPRODUCED, "hazard ratio (high vs low)")
    assert checked(2, value="9.876").verdict is CONTRADICTED
    for claim, says in (
        ({"value": "9.876"}, 'write of: "high vs low"'),
        (
            {"of": "red vs low", "value": "2.1"},
            'no risk groups "red vs low"; there are low, intermediate',
        ),
        ({"value": "2.1", "test": "log_rank", "p_value": "0.2"}, 'write of: "high vs low"'),
    ):
        (absent,) = checks(3, {"metric": "hazard_ratio", **claim})
        assert isinstance(absent, Absent)
        assert says in absent.because


def test_claims_without_described_groups_say_so() -> None:
    study = described(
        "survival", claims=[{"metric": "hazard_ratio", "of": "high vs low", "value": "2.1"}]
    )
    (found,) = evidence_of(study, task_tables.survival()).evaluations
    check = found.claims[0].claim_check
    assert isinstance(check, Absent)
    assert "name their cut-offs (cutoffs), or their column" in check.because


# Shown


def run(arguments: list[str], capsys: Any) -> str:
    assert command(["metrics", "survival", *arguments]) == 0
    return str(capsys.readouterr().out)


def follow_up(folder: Path) -> list[str]:
    made = grouped(3).columns
    rows = zip(made["time"] / YEAR, made["event"], made["score"], strict=True)
    lines = [f"{time:.6f},{event},{score:.6f}" for time, event, score in rows]
    (folder / "table.csv").write_text("\n".join(["years,death,score", *lines]), encoding="utf-8")
    return [
        str(folder / "table.csv"), "--time", "years", "--event", "death", "--score", "score",
        "--horizon", "3", "--time-unit", "years", "--cutoff", "0.5", "--cutoff", "-0.5",
    ]  # fmt: skip


def test_the_command_tells_risk_groups_as_text_and_json(tmp_path: Path, capsys: Any) -> None:
    arguments = follow_up(tmp_path)
    text = " ".join(run(arguments, capsys).split())
    assert "Risk groups by the score score with the cut-offs -0.5 and 0.5" in text
    assert "Log-rank test of equal hazards in all risk groups: chi-square" in text
    assert "Nobody said where the cut-offs come from" in text
    origin = ["--cutoff-origin", "published"]
    assert "Nobody said" not in run([*arguments, *origin], capsys)
    found = json.loads(run([*arguments, *origin, "--format", "json"], capsys))["risk_groups"]
    assert list(found) == [
        "by", "groups", "statistic", "degrees", "p", "cases", "missing", "note"
    ]  # fmt: skip
    assert found["p"] == pytest.approx(log_rank(*columns()).p, rel=1e-4)
    high = found["groups"][2]
    assert high["name"] == "0.5 or more"
    assert high["hazard_ratio"]["value"] == pytest.approx(ratios()[1].value, rel=1e-4)
    assert high["observed_risks"][0]["horizon"] == 3
    assert high["curve"]["at_risk"][0] == high["cases"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--order", "a,b"], "the order of risk groups by cut-offs is theirs"),
        (["--cutoff-origin", "published"], "name the risk groups by --cutoff or --risk-group"),
        (["--order", "low,high"], "name the risk groups by --risk-group"),
    ],
)
def test_what_is_said_about_groups_needs_groups(
    more: list[str], says: str, tmp_path: Path, capsys: Any
) -> None:
    arguments = follow_up(tmp_path)
    arguments = arguments if "theirs" in says else arguments[:11]
    assert command(["metrics", "survival", *arguments, *more]) == 2
    assert says in capsys.readouterr().err


def test_an_order_against_what_was_observed_is_asked_about() -> None:
    time, event, group = columns()
    found = metrics.compare_risk_groups(time, event, 2 - group, ("low", "intermediate", "high"))
    assert (
        'The hazard in "high", named as the highest risk, is below that of the lowest' in found.note
    )


def test_an_origin_has_to_be_a_known_word(tmp_path: Path, capsys: Any) -> None:
    arguments = [*follow_up(tmp_path), "--cutoff-origin", "Smith"]
    assert command(["metrics", "survival", *arguments]) == 2
    assert "one of none, fixed_before, published" in capsys.readouterr().err


def test_the_report_draws_and_tells_risk_groups(tmp_path: Path, capsys: Any) -> None:
    page = tmp_path / "report.html"
    run([*follow_up(tmp_path), "-o", str(page), "-o", str(tmp_path / "report.md")], capsys)
    html = page.read_text(encoding="utf-8")
    assert 'id="evaluation-1-risk-groups"' in html
    assert "Survival by risk group" in html
    assert "Observed risk of each risk group, by horizon" in html
    assert "Log-rank test of equal hazards" in (tmp_path / "report.md").read_text(encoding="utf-8")


STUDY = """
evaluations:
  - name: later
    task: survival
    predictions: table.csv
    columns: {time: years, event: death, score: score, risk_group: stage}
    time_unit: years
    horizons_days: [730.5]
    classes: [good, fair, poor]
    operating_point: {origin: published}
    claims:
      - {name: fair, metric: hazard_ratio, of: fair vs good, value: RATIO}
"""


def test_a_description_names_the_column_of_risk_groups(tmp_path: Path) -> None:
    made = grouped(3).columns
    words = np.array(["good", "fair", "poor"])[made["risk_group"]]
    rows = zip(made["time"] / YEAR, made["event"], made["score"], words, strict=True)
    lines = ["years,death,score,stage", *(f"{a:.6f},{b},{c:.6f},{d}" for a, b, c, d in rows)]
    (tmp_path / "table.csv").write_text("\n".join(lines), encoding="utf-8")
    ratio = f"{ratios()[0].value:.3f}"
    study = tmp_path / "study.yaml"
    study.write_text(STUDY.replace("RATIO", ratio), encoding="utf-8")
    report = pipeline.check(study, Options(settings=Settings(resamples=50)))
    (evaluation,), (claim,) = report.evaluations, report.claims
    assert claim.verdict is REPRODUCED
    assert evaluation.risk_groups is not None
    assert [each.name for each in evaluation.risk_groups.groups] == ["good", "fair", "poor"]
    assert evaluation.risk_groups.by == "the column stage"
    assert evaluation.risk_groups.note == ""


def test_treating_everyone_needs_no_predicted_risk(tmp_path: Path, capsys: Any) -> None:
    arguments = [*follow_up(tmp_path)[:11], "--threshold", "0.2"]
    found = json.loads(run([*arguments, "--format", "json"], capsys))
    benefit = {
        each["strategy"]: each["value"]
        for each in found["estimates"]
        if each["metric"] == "net_benefit"
    }
    (risk,) = [each["value"] for each in found["estimates"] if each["metric"] == "observed_risk"]
    assert benefit == {"treat_all": pytest.approx(risk - (1 - risk) / 4), "treat_none": 0}
    assert any("that of the model does not apply" in each for each in found["notes"])


def test_times_of_0_are_counted_and_negative_ones_refused(tmp_path: Path, capsys: Any) -> None:
    first = tmp_path / "first.csv"
    rows = ["time,event,score", "0,1,3", "0,0,1", "4,1,2", "5,0,1", "6,1,0"]
    first.write_text("\n".join(rows), encoding="utf-8")
    arguments = [str(first), "--time", "time", "--event", "event", "--score", "score"]
    text = " ".join(run(arguments, capsys).split())
    assert "In 2 rows the time is 0: follow-up ended on the day it began" in text
    first.write_text("\n".join([*rows, "-1,1,2"]), encoding="utf-8")
    assert command(["metrics", "survival", *arguments]) == 2
    assert "row 7: the time is negative" in capsys.readouterr().err
