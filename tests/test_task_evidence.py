"""Evidence of every task but binary classification, on small tables: figures, who was scored, rules about rows."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from checker.evidence import gather, known_about, places
from checker.evidence.task_figures import below_the_curve
from checker.model.evidence import EvaluationEvidence
from checker.model.predictions import TaskTable
from checker.model.settings import Settings
from checker.model.times import YEAR, in_words
from checker.needs import Absent
from checker.reading.references import read_thresholds
from checker.render.to_json import plain
from checker.rules import RULES
from checker.rules.base import run_all
from checker.visible import to_json_text

from . import task_tables
from .task_evaluations import described, evidence_of, made

FIGURES = {
    "multiclass": {"confusion_matrix"},
    "ordinal": {"confusion_matrix", "class_distances"},
    "survival": {"survival_curves", "survival_calibration", "survival_decision_curve"},
    "agreement": {"agreement_plot"},
    "raters": set(),
    "readers": {"reader_curves", "task_comparison"},
}
OF_TASKS = {
    "task_comparison",
    "confusion_matrix",
    "class_distances",
    "survival_curves",
    "survival_calibration",
    "survival_decision_curve",
    "treatment_choice",
    "agreement_plot",
    "reader_curves",
}


def here(task: str, table: TaskTable | None = None, **more: Any) -> EvaluationEvidence:
    (found,) = evidence_of(described(task, **more), table or task_tables.of(task)).evaluations
    return found


@pytest.mark.parametrize("task", FIGURES)
def test_each_task_has_its_figures_and_all_others_do_not_apply(task: str) -> None:
    found = here(task)
    for name in OF_TASKS:
        value = getattr(found, name)
        assert isinstance(value, Absent) is (name not in FIGURES[task]), (name, value)
        if isinstance(value, Absent):
            assert not value.applies, (name, value)
    for each in fields(found):
        value = getattr(found, each.name)
        if isinstance(value, Absent) and value.applies:
            assert each.name == "duplicate_rows", (each.name, value)


@pytest.mark.parametrize("task", FIGURES)
def test_without_a_table_only_what_belongs_to_the_task_is_missed(task: str) -> None:
    study = described(task)
    (evaluation,) = study.evaluations or ()
    known = known_about(
        study,
        predictions={evaluation.name: Absent("no predictions were submitted")},
        case_tables={},
        thresholds=read_thresholds(),
        settings=Settings(),
    )
    everywhere = places(study, known)
    (found,) = gather(everywhere).evaluations
    assert found.estimates == Absent("no predictions were submitted")
    for name in ("cohort", "roc_curve", "group_sizes", "missingness_by_score"):
        value = getattr(found, name)
        assert isinstance(value, Absent)
        assert not value.applies, name
    missed = {
        each.rule
        for each in run_all(everywhere, tuple(sorted(RULES)), strict=True)
        if each.absent is not None and each.absent.applies and each.at
    }
    assert missed <= {"LEA002"}


@pytest.mark.parametrize("task", FIGURES)
def test_rules_of_a_classification_do_not_apply(task: str) -> None:
    study = described(task, operating_point={"threshold": 0.5})
    table = task_tables.of(task)
    case = task_tables.labels([f"c{each}" for each in range(table.cases)])
    (evaluation,) = study.evaluations or ()
    known = known_about(
        study,
        predictions={evaluation.name: replace(table, case=case)},
        case_tables={},
        thresholds=read_thresholds(),
        settings=Settings(resamples=50),
    )
    runs = run_all(places(study, known), tuple(sorted(RULES)), strict=True)
    assert not [
        each for each in runs if each.at and each.absent is not None and each.absent.applies
    ]


def test_a_confusion_matrix_counts_true_by_predicted_class() -> None:
    table = task_tables.multiclass()
    found: Any = here("multiclass").confusion_matrix
    decided = table.columns["risks"].argmax(axis=1)
    for true in range(3):
        for called in range(3):
            both = (table.columns["outcome"] == true) & (decided == called)
            assert found.counts[true][called] == both.sum()


def test_too_many_classes_are_not_shown() -> None:
    rng = np.random.default_rng(1)
    names = tuple(f"class {each}" for each in range(40))
    table = task_tables.multiclass()
    columns = {
        "outcome": rng.integers(0, 40, 200),
        "risks": rng.dirichlet(np.ones(40), 200),
    }
    many = replace(table, cases=200, columns=columns, given={"classes": names}, groups={})
    found = here("multiclass", many)
    assert found.confusion_matrix == Absent("40 classes are too many to show")
    assert isinstance(found.task_cohort, Absent) is False


def test_a_score_alone_has_no_confusion_matrix() -> None:
    table = task_tables.ordinal()
    columns = {name: table.columns[name] for name in ("outcome", "score")}
    found = here("ordinal", replace(table, columns=columns))
    for value in (found.confusion_matrix, found.class_distances):
        assert isinstance(value, Absent)


def test_curves_are_of_everyone_and_of_each_group_that_is_large_enough() -> None:
    table = task_tables.survival()
    names = ["few"] * 9 + ["many"] * 231
    found: Any = here("survival", replace(table, groups={"centre": task_tables.labels(names)}))
    assert [each.label for each in found.survival_curves] == ["all", "centre = many"]
    assert found.survival_curves[0].quantity == "survival"
    competing: Any = here("survival", task_tables.survival(competing=True))
    assert competing.survival_curves[0].quantity == "cumulative incidence"


@pytest.mark.parametrize(
    ("last", "step", "times"), [(3000, YEAR * 2, 5), (400, YEAR / 4, 5), (80, 20, 5), (1, 0.2, 6)]
)
def test_times_below_a_curve_are_round(last: float, step: float, times: int) -> None:
    found = below_the_curve(last)
    assert found[0] == 0
    assert found[1] == pytest.approx(step)
    assert len(found) == times
    assert found[-1] <= last


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (365, "1 year"),
        (365.25, "1 year"),
        (1825, "5 years"),
        (1826.25, "5 years"),
        (3650, "10 years"),
        (90, "3 months"),
        (180, "6 months"),
        (100, "100 days"),
        (28, "28 days"),
        (1, "1 day"),
        (0.5, "0.5 days"),
    ],
)
def test_horizons_are_said_as_people_say_them(days: float, words: str) -> None:
    assert in_words(days) == words


def test_a_horizon_without_predicted_risks_has_no_curve() -> None:
    table = task_tables.survival()
    risks = table.columns["risks"].copy()
    risks[:, 0] = np.nan
    found: Any = here("survival", replace(table, columns={**table.columns, "risks": risks}))
    assert [each.horizon for each in found.survival_calibration] == [3 * YEAR]
    assert [each.horizon for each in found.survival_decision_curve] == [3 * YEAR]


def test_without_a_decision_range_there_is_no_decision_curve() -> None:
    found = here("survival", decision_range=None)
    assert found.survival_decision_curve == Absent(
        "evaluations.decision_range is not described yet",
        facts=("evaluations.decision_range",),
    )


def test_treatments_are_compared_by_predicted_risk() -> None:
    found: Any = here("survival", task_tables.survival(treated=True)).treatment_choice
    assert found.horizon == 3 * YEAR
    assert 0 < found.switch < found.cases
    assert "not randomised" in found.caution


def test_an_agreement_plot_holds_counts_and_no_pairs() -> None:
    table = task_tables.agreement()
    found: Any = here("agreement").agreement_plot
    assert sum(found.cases) == found.pairs == table.cases
    difference = table.columns["measured"] - table.columns["reference"]
    assert found.bias == pytest.approx(difference.mean())
    assert found.upper == pytest.approx(difference.mean() + 1.96 * difference.std(ddof=1))
    assert found.lower_interval.low < found.lower < found.lower_interval.high
    assert not set(found.difference) & set(difference.tolist())


def test_readers_are_compared_with_the_baseline() -> None:
    found: Any = here("readers")
    (mean,) = [each for each in found.task_comparison if each.metric == "reader_auroc_difference"]
    assert (mean.first, mean.second) == ("with the model", "alone")
    curves = [(each.modality, each.reader) for each in found.reader_curves]
    assert len(curves) == 8
    assert curves[3] == ("alone", None)


def test_scores_of_survival_are_compared() -> None:
    rng = np.random.default_rng(9)
    table = task_tables.survival()
    found: Any = here("survival", replace(table, compared={"age": rng.normal(size=table.cases)}))
    first = found.task_comparison[0]
    assert (first.metric, first.first, first.second) == ("c_index", "score", "age")
    assert first.difference > 0.05


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("ordinal", [("class", "F0-F1", 22), ("class", "F2", 36), ("class", "F3", 33)]),
        ("survival", [("event", "", 109), ("censored", "", 131)]),
        ("raters", [("rater", "", 3)]),
        ("readers", [("case", "", 60), ("case with the outcome", "", 30), ("reader", "", 3)]),
    ],
)
def test_who_was_scored_is_counted(task: str, said: list[tuple[str, str, int]]) -> None:
    found: Any = here(task).task_cohort
    assert [(each.kind, each.name, each.count) for each in found.parts][: len(said)] == said


def test_rows_with_a_missing_value_are_counted() -> None:
    table = task_tables.agreement()
    measured = table.columns["measured"].copy()
    measured[:4] = np.nan
    found: Any = here("agreement", replace(table, columns={**table.columns, "measured": measured}))
    assert (found.task_cohort.rows, found.task_cohort.incomplete) == (60, 4)


def test_repeated_case_ids_are_found_in_every_table() -> None:
    table = task_tables.survival()
    names = [f"c{each}" for each in range(table.cases)]
    names[7] = "c3"
    found: Any = here("survival", replace(table, case=task_tables.labels(names)))
    assert found.duplicate_rows.same_case == 1


def test_readers_read_a_case_several_times_by_design() -> None:
    found = here("readers").duplicate_rows
    assert isinstance(found, Absent)
    assert not found.applies


def test_partitions_are_counted_and_patients_compared_in_every_table() -> None:
    table = task_tables.survival()
    patients = task_tables.labels([f"p{each // 2:03}" for each in range(table.cases)])
    study = described("survival")
    (evaluation,) = study.evaluations or ()
    other = evaluation.model_copy(update={"name": "apparent", "partition": "earlier patients"})
    study = study.model_copy(update={"evaluations": (evaluation, other)})
    everything = {
        f"x{each}": np.random.default_rng(each).integers(0, 90, table.cases) for each in range(6)
    }
    given = replace(table, patient=patients, everything=everything)
    known = known_about(
        study,
        predictions={"death after transplantation": given, "apparent": given},
        case_tables={},
        thresholds=read_thresholds(),
        settings=Settings(resamples=50),
    )
    (shared,) = known.value("shared_patients_between_partitions")  # type: ignore[misc]
    assert (shared.patients, shared.of) == (120, 120)
    (rows,) = known.value("shared_rows_between_partitions")  # type: ignore[misc]
    assert rows.pairs == table.cases
    counts: Any = known.value("partition_counts")
    assert {(each.patients, each.rows) for each in counts} == {(120, 240)}
    with_it = set(patients.codes[table.columns["event"] == 1].tolist())
    assert counts[0].events == len(with_it)


def test_cases_of_readers_are_counted_once() -> None:
    (count,) = evidence_of(described("readers"), task_tables.readers()).partition_counts  # type: ignore[misc]
    assert (count.patients, count.events, count.rows) == (60, 30, 360)


def test_the_report_holds_no_pair_of_measurements_and_no_id() -> None:
    table = task_tables.agreement()
    patients = [f"p-{each}" for each in range(table.cases)]
    named = replace(table, patient=task_tables.labels(patients), case=task_tables.labels(patients))
    report = made("agreement", named)
    assert "p-1" not in to_json_text(plain(report))
    points = to_json_text(plain(report.agreement_plot))
    difference = table.columns["measured"] - table.columns["reference"]
    numbers = np.concatenate([difference, table.columns["measured"], table.columns["reference"]])
    assert not any(repr(float(each)) in points for each in numbers)


def test_comparisons_are_in_the_report() -> None:
    assert len(made("readers").comparisons) == 16
