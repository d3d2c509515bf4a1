"""Evidence: every field has its function, and what each says on data small enough to count by hand."""

from dataclasses import fields, replace
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest

from checker.evidence import MAKERS, gather, known_about, places
from checker.evidence.gather import INNER
from checker.model.estimate import Estimates
from checker.model.evidence import ClaimEvidence, EvaluationEvidence, StudyEvidence
from checker.model.predictions import CaseTable, Labels, Predictions
from checker.model.settings import Settings
from checker.model.study import Study
from checker.needs import Absent, Known, needs, reach
from checker.reading.references import read_thresholds

GIVEN = {
    "study",
    "all_predictions",
    "case_tables",
    "thresholds",
    "settings",
    "evaluation",
    "predictions",
    "task_table",
    "claim",
    "claim_at",
}
SHAPES = (StudyEvidence, EvaluationEvidence, ClaimEvidence)
FIELDS = [
    (shape, each.name) for shape in SHAPES for each in fields(shape) if each.name not in INNER
]


@pytest.mark.parametrize(("shape", "name"), FIELDS)
def test_every_field_has_its_function_of_the_same_type(shape: type, name: str) -> None:
    made = get_type_hints(MAKERS[name])["return"]
    wanted = get_type_hints(shape)[name]
    assert set(get_args(wanted)) - {Absent} <= {made, *get_args(made)} or wanted == made | Absent


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_everything_needed_is_made_or_given(name: str) -> None:
    assert reach(name, MAKERS) <= GIVEN


def labels(*names: str) -> Labels:
    known = sorted({each for each in names if each})
    return Labels(np.array([known.index(each) if each else -1 for each in names]), tuple(known))


def predictions(outcome: list[int], score: list[float], **more: Any) -> Predictions:
    given: dict[str, Any] = {"file": "p.csv", "sha256": "0", **more}
    return Predictions(
        cases=len(outcome), outcome=np.array(outcome), score=np.array(score, float), **given
    )


def study(*evaluations: dict[str, Any], **sections: Any) -> Study:
    plain = {"name": "test", "task": "classification", "partition": "test", "unit": "patient"}
    made = [{**plain, **each} for each in evaluations or ({},)]
    parts = [{"name": "training", "role": "training"}, {"name": "test", "role": "internal_test"}]
    return Study.model_validate({"data": {"partitions": parts}, "evaluations": made, **sections})


def at_evaluation(described: Study, submitted: object, **tables: CaseTable) -> Known:
    """Return what is known at the first evaluation."""
    known = known_about(
        described,
        predictions={each.name: submitted for each in described.evaluations or ()},  # type: ignore[misc]
        case_tables=tables,
        thresholds=read_thresholds(),
        settings=Settings(resamples=200),
    )
    return next(each.known for each in places(described, known) if each.scope == "evaluation")


EIGHT = predictions([1, 1, 1, 0, 0, 0, -1, 1], [0.9, 0.8, 0.3, 0.4, 0.2, 0.1, 0.7, np.nan])


def test_the_cohort_counts_rows_patients_and_what_is_missing() -> None:
    repeated = predictions([1, 1, 0, -1], [0.9, 0.8, 0.1, 0.5], patient=labels("a", "a", "b", ""))
    found: Any = at_evaluation(study(), repeated).value("cohort")
    assert (found.rows, found.patients, found.most_rows_per_patient) == (4, 2, 2)
    assert (found.with_outcome, found.without_outcome) == (2, 1)
    assert (found.missing_outcome, found.missing_score, found.missing_patient) == (1, 0, 1)
    assert found.repeats


def test_estimates_leave_out_incomplete_rows_and_count_them() -> None:
    known = at_evaluation(study({"operating_point": {"threshold": 0.5}}), EIGHT)
    estimates: Any = known.value("estimates")
    assert isinstance(estimates, Estimates)
    sensitivity = estimates.one("sensitivity")
    assert (sensitivity.cases, sensitivity.missing) == (3, 2)
    assert sensitivity.value == pytest.approx(2 / 3)


def test_counts_at_the_threshold_take_equal_scores_as_positive() -> None:
    found: Any = at_evaluation(study({"operating_point": {"threshold": 0.4}}), EIGHT).value(
        "confusion_counts"
    )
    assert (found.true_positives, found.false_positives) == (2, 1)
    assert (found.false_negatives, found.true_negatives) == (1, 2)


def test_without_a_threshold_counts_could_not_be_made() -> None:
    found = at_evaluation(study(), EIGHT).value("confusion_counts")
    fact = "evaluations.operating_point.threshold"
    assert found == Absent(f"{fact} is not described yet", facts=(fact,))


def test_lower_scores_that_are_positive_turn_the_threshold_as_well() -> None:
    turned = predictions([1, 0], [-0.2, -0.8], lower_is_positive=True)
    known = at_evaluation(study({"operating_point": {"threshold": 0.2}}), turned)
    found: Any = known.value("confusion_counts")
    assert (found.true_positives, found.false_positives) == (1, 0)


def test_what_is_made_for_one_task_does_not_apply_to_another() -> None:
    known = at_evaluation(study({"task": "survival"}), EIGHT)
    assert known.value("roc_curve") == Absent("the task is survival", applies=False)


def test_no_predictions_travel_as_the_reason_everywhere() -> None:
    described = study({"claims": [{"metric": "auroc", "value": "0.9"}]})
    known = known_about(
        described,
        predictions={"test": Absent("no predictions were submitted")},
        case_tables={},
        thresholds=read_thresholds(),
        settings=Settings(),
    )
    evidence = gather(places(described, known))
    (here,) = evidence.evaluations
    assert here.estimates == Absent("no predictions were submitted")
    assert here.claims[0].claim_check == Absent("no predictions were submitted")


def test_net_benefit_of_sampled_cases_has_no_meaning() -> None:
    described = study(
        {"decision_range": [0.1, 0.5]},
        data={
            "sources": [{"name": "one", "design": "case_control"}],
            "partitions": [{"name": "test", "source": "one"}],
        },
    )
    found: Any = at_evaluation(described, EIGHT).value("decision_curve")
    assert isinstance(found, Absent)
    assert "case control" in found.because


@pytest.mark.parametrize(
    ("design", "apart"), [("case_control", True), ("retrospective_cohort", False)]
)
def test_sampled_cases_are_resampled_as_they_were_sampled(design: str, apart: bool) -> None:
    rng = np.random.default_rng(4)
    outcome = np.arange(60) % 3 == 0
    scored = predictions([*outcome.astype(int)], [*(rng.random(60) + 0.3 * outcome)])
    described = study(data={"sources": [{"name": "one", "design": design}]})
    found: Any = at_evaluation(described, scored).value("estimates")
    method = found.one("average_precision").interval.method
    assert ("those with the outcome apart" in method) is apart


def test_patients_of_two_partitions_are_compared() -> None:
    scored = predictions([1, 0], [0.9, 0.1], patient=labels("a", "b"))
    table = CaseTable(file="t.csv", sha256="0", rows=2, case=None, patient=("b", "c"))
    known = at_evaluation(study(), scored, training=table)
    (pair,) = known.value("shared_patients_between_partitions")  # type: ignore[misc]
    assert (pair.first, pair.second, pair.patients, pair.of) == ("training", "test", 1, 2)


def test_partitions_are_counted_by_patient() -> None:
    scored = predictions([1, 1, 0], [0.9, 0.8, 0.1], patient=labels("a", "a", "b"))
    (count,) = at_evaluation(study(), scored).value("partition_counts")  # type: ignore[misc]
    assert (count.partition, count.patients, count.events, count.rows) == ("test", 2, 1, 3)


def test_missing_outcomes_are_compared_by_score() -> None:
    scored = predictions([1, 0, 1, 0, -1, -1], [0.5, 0.4, 0.6, 0.3, 0.9, 0.5])
    found: Any = at_evaluation(study(), scored).value("missingness_by_score")
    assert (found.missing, found.known) == (2, 4)
    assert found.area == pytest.approx((4 + 2.5) / 8)


def test_no_missing_outcome_does_not_apply() -> None:
    scored = predictions([1, 0], [0.9, 0.1])
    found = at_evaluation(study(), scored).value("missingness_by_score")
    assert found == Absent("no outcome is missing", applies=False)


def coded(rows: list[tuple[int, ...]]) -> dict[str, Any]:
    return {f"x{i}": np.array(column) for i, column in enumerate(zip(*rows, strict=True))}


def test_equal_rows_under_different_case_ids_are_pairs() -> None:
    rng = np.random.default_rng(1)
    rows = [tuple(rng.integers(0, 50, 6).tolist()) for _ in range(40)]
    rows[7], rows[8] = rows[3], rows[3]
    scored = predictions(
        [0, 1] * 20,
        list(range(40)),
        case=labels(*(f"c{i:02}" for i in range(40))),
        everything=coded(rows),
    )
    found: Any = at_evaluation(study(), scored).value("duplicate_rows")
    assert (found.same_case, found.same_values, found.columns) == (0, 3, 6)
    assert found.pairs_by_chance < 0.01
    assert found.p < 1e-6


def test_a_repeated_case_id_is_counted_once_and_makes_no_pair() -> None:
    rows = [(1, 2, 3, 4, 5), (1, 2, 3, 4, 5), (2, 3, 4, 5, 6)]
    scored = predictions([1, 1, 0], [1, 1, 0], case=labels("a", "a", "b"), everything=coded(rows))
    found: Any = at_evaluation(study(), scored).value("duplicate_rows")
    assert (found.same_case, found.same_values) == (1, 0)


def test_copies_under_other_ids_are_found_across_partitions() -> None:
    rng = np.random.default_rng(2)
    rows = [tuple(rng.integers(0, 50, 6).tolist()) for _ in range(60)]
    rows[45] = rows[5]
    scored = predictions(
        [0, 1] * 15,
        list(range(30)),
        case=labels(*(f"t{i:02}" for i in range(30))),
        everything=coded(rows[30:]) | {"score": np.arange(30)},
    )
    table = CaseTable(
        file="t.csv",
        sha256="0",
        rows=30,
        case=tuple(f"d{i:02}" for i in range(30)),
        patient=None,
        everything=coded(rows[:30]) | {"case": np.arange(100, 130)},
    )
    known = at_evaluation(study(), scored, training=table)
    (pair,) = known.value("shared_rows_between_partitions")  # type: ignore[misc]
    assert (pair.first, pair.second, pair.pairs, pair.columns) == ("training", "test", 1, 6)
    assert pair.p < 0.001


def test_few_columns_say_nothing_about_equal_rows() -> None:
    scored = predictions([1, 0], [1, 0], everything=coded([(1, 2), (2, 1)]))
    found: Any = at_evaluation(study(), scored).value("duplicate_rows")
    assert isinstance(found, Absent)


@pytest.mark.parametrize("seed", range(20))
def test_coarse_tables_without_copies_rarely_look_copied(seed: int) -> None:
    """Columns that depend on each other agree more often than the chance figure says; the rule leaves room."""
    rng = np.random.default_rng(seed)
    sick = rng.integers(0, 2, 600)
    age = np.clip(rng.normal(60 + 5 * sick, 10), 20, 90).astype(int)
    rows = np.stack(
        [
            sick,
            age,
            rng.integers(0, 2, 600),
            np.where(rng.random(600) < 0.8, sick, 1 - sick),
            rng.integers(0, 4, 600),
            np.round(np.clip(rng.normal(0.4 + 0.3 * sick, 0.2, 600), 0, 1), 2) * 100,
        ],
        axis=1,
    ).astype(int)
    scored = predictions(
        sick.tolist(),
        rows[:, 5].tolist(),
        case=labels(*(f"c{i:03}" for i in range(600))),
        everything=coded([tuple(row) for row in rows.tolist()]),
    )
    found: Any = at_evaluation(study(), scored).value("duplicate_rows")
    assert found.same_values <= 10 * found.pairs_by_chance or found.p >= 0.001


def test_groups_have_their_own_estimates_and_empty_cells_are_a_group() -> None:
    rng = np.random.default_rng(3)
    sex = ["female", "male", ""] * 20
    scored = predictions(
        rng.integers(0, 2, 60).tolist(), rng.random(60).tolist(), groups={"sex": labels(*sex)}
    )
    known = at_evaluation(study({"groups": ["sex"]}), scored)
    sizes: Any = known.value("group_sizes")
    assert [(each.name, each.cases) for each in sizes] == [
        ("female", 20),
        ("male", 20),
        ("not known", 20),
    ]
    estimates: Any = known.value("subgroup_estimates")
    assert {each.group for each in estimates} == {
        "sex = female",
        "sex = male",
        "sex = not known",
    }


def test_scikit_learn_agrees_where_it_is_asked() -> None:
    rng = np.random.default_rng(5)
    scored = predictions(rng.integers(0, 2, 80).tolist(), rng.random(80).round(2).tolist())
    described = study({"operating_point": {"threshold": 0.5}}, model={"output": "probability"})
    silent = at_evaluation(described, scored).value("second_opinion")
    assert isinstance(silent, Absent)
    assert not silent.applies
    known = at_evaluation(described, scored).inside(settings=Settings(second_opinion=True))
    opinions: Any = known.value("second_opinion")
    assert {each.metric for each in opinions} >= {"auroc", "average_precision", "brier_score", "f1"}
    assert all(each.agrees for each in opinions)


def test_parameters_are_named_after_what_they_need() -> None:
    assert needs(MAKERS["confusion_counts"]) == ("classified", "scored", "threshold")


def dependent(rng: np.random.Generator, rows: int) -> dict[str, np.ndarray]:
    """Return six coarse columns that all follow the severity of the disease."""
    severity = rng.integers(0, 4, rows)
    coarse = {
        f"item {i}": np.where(rng.random(rows) < 0.85, severity, rng.integers(0, 4, rows))
        for i in range(5)
    }
    return {**coarse, "score": (severity + rng.integers(0, 3, rows))}


def test_columns_that_depend_on_each_other_make_no_copies() -> None:
    rng = np.random.default_rng(6)
    columns = dependent(rng, 300)
    scored = replace(
        predictions([0, 1] * 150, [0.1, 0.9] * 150),
        everything=columns,
        case=labels(*map(str, range(300))),
    )
    alike: Any = at_evaluation(study(), scored).value("duplicate_rows")
    assert alike.same_values > 10 * alike.pairs_by_chance
    assert alike.nearly > alike.same_values
    copied = {name: np.append(values[:287], values[:13]) for name, values in columns.items()}
    fine = {**copied, "weight": np.append(np.arange(287), np.arange(13))}
    found: Any = at_evaluation(study(), replace(scored, everything=fine)).value("duplicate_rows")
    assert (found.same_values, found.nearly) == (13, alike_without_weight(copied) - 13)


def alike_without_weight(columns: dict[str, np.ndarray]) -> int:
    """Return the pairs of rows that agree in all of these columns."""
    rows = np.column_stack(list(columns.values()))
    counts = np.unique(rows, axis=0, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def test_rows_of_one_patient_are_no_copies_of_each_other() -> None:
    columns = {name: np.repeat(np.arange(10), 2) for name in "abcdef"}
    scored = replace(
        predictions([0, 1] * 10, [0.1, 0.9] * 10),
        everything={**columns, "g": np.arange(20) % 2},
        case=labels(*map(str, range(20))),
        patient=labels(*[f"p{i // 2}" for i in range(20)]),
    )
    found: Any = at_evaluation(study(), scored).value("duplicate_rows")
    assert (found.same_values, found.nearly) == (0, 0)


def test_outcomes_missing_by_patient_are_compared_by_patient() -> None:
    rng = np.random.default_rng(8)
    level, lost = rng.normal(size=40), np.arange(40) < 10
    score = np.repeat(level, 12) + 0.2 * rng.normal(size=480)
    outcome = np.where(np.repeat(lost, 12), -1, rng.integers(0, 2, 480))
    many = predictions([*outcome], [*score], patient=labels(*[f"p{i // 12}" for i in range(480)]))
    by_patient: Any = at_evaluation(study(), many).value("missingness_by_score")
    by_row: Any = at_evaluation(study(), replace(many, patient=None)).value("missingness_by_score")
    assert (by_patient.area, by_patient.missing) == (pytest.approx(by_row.area), 120)
    assert by_patient.p > 10 * by_row.p


def test_patients_needed_are_told_for_testing_and_for_building() -> None:
    rng = np.random.default_rng(9)
    outcome = np.arange(100) % 4 == 0
    scored = predictions([*outcome.astype(int)], [*(rng.random(100) * 0.7 + 0.3 * outcome)])
    parts = [
        {"name": "training", "role": "training", "patients": 200, "events": 50},
        {"name": "test", "role": "internal_test"},
    ]
    described = study(data={"partitions": parts}, predictors={"candidate_parameters": 10})
    known = at_evaluation(described, scored)
    tested: Any = known.value("required_sample_size_evaluation")
    built: Any = known.value("required_sample_size_development")
    assert tested.patients > 100
    assert "interval of" in tested.sentence
    assert built.events_per_parameter == pytest.approx(built.patients * 0.25 / 10)
    bare: Any = at_evaluation(study(), scored).value("required_sample_size_development")
    assert bare == Absent(
        "predictors.candidate_parameters is not described yet",
        facts=("predictors.candidate_parameters",),
    )


def test_no_number_of_patients_follows_from_a_model_no_better_than_chance() -> None:
    scored = predictions([1, 0] * 10, [0.1, 0.9] * 10)
    found: Any = at_evaluation(study(), scored).value("required_sample_size_evaluation")
    assert "not above 0.5" in found.because


def test_what_is_said_of_a_score_whose_lower_values_mean_the_outcome_is_as_submitted() -> None:
    submitted = np.array([1.4, 1.5, 1.8, 2.0, 2.2, 2.5, 2.6, 3.0])
    turned = predictions(
        [-1, -1, 1, 1, 0, 1, 0, 0],
        [*-submitted],
        lower_is_positive=True,
        groups={"s": labels(*"aabbaabb")},
    )
    known = at_evaluation(study({"operating_point": {"threshold": 2.1}}), turned)
    for name in ("estimates", "subgroup_estimates"):
        found: Any = known.value(name)
        assert {each.threshold for each in found} == {None, 2.1}
    assert known.value("estimates").one("sensitivity").value == pytest.approx(2 / 3)  # type: ignore[attr-defined]
    histogram: Any = known.value("score_distribution")
    assert (histogram.edges[0], histogram.edges[-1]) == (1.8, 3.0)
    missing: Any = known.value("missingness_by_score")
    assert missing.area == 0.0  # rows without an outcome have the lowest scores
