"""The study model: its facts, the names of metrics, printed numbers, and what a description says."""

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from checker.model.metric_names import METRIC_NAMES, find_metric, metrics_of, summary_in, tasks_of
from checker.model.study import TASKS, Printed, Study
from checker.model.study.facts import (
    FACTS,
    State,
    described,
    groups,
    holds,
    is_asked,
    is_present,
    state,
    study_there,
    values,
)

LOCKED = Path(__file__).parent / "locked"


def locked(name: str) -> list[str]:
    return (LOCKED / name).read_text(encoding="utf-8").split()


# The list of facts


def test_the_facts_are_those_agreed_on():
    assert sorted(FACTS) == sorted(locked("facts.txt"))
    assert len(FACTS) == 458


WORDS = {
    "study.type": "was a model built, tested, both, or an existing one updated",
    "outcome.blinding": "did those who set the label know inputs or model result",
    "data.sources.start": "first inclusion (sources)",
    "analysis.updating.method": "how (updating)",
    "openness.code_restrictions": "reason for not sharing code openly, or conditions of access",
}


@pytest.mark.parametrize("name", WORDS)
def test_a_fact_can_stand_inside_a_sentence(name):
    assert FACTS[name].words == WORDS[name]


FORMS = {
    *("text", "bool", "integer", "number", "date", "path", "enum", "map of text", "map of facts"),
    *("list of text", "list of number", "list of enum", "list of path", "list of records"),
}


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_can_be_explained(name):
    fact = FACTS[name]
    assert fact.meaning.endswith((".", '"', "..."))
    assert fact.type in FORMS
    assert fact.section == name.split(".")[0]
    assert bool(fact.values) is fact.type.endswith("enum")
    assert set(fact.negative) <= set(fact.values)


@pytest.mark.parametrize("name", [name for name in FACTS if FACTS[name].when])
def test_every_condition_names_facts_and_their_values(name):
    for other, accepted in FACTS[name].when.items():
        known = FACTS[other].values if FACTS[other].values else (True, False)
        assert set(accepted) <= set(known)


class Known(NamedTuple):
    name: str
    type: str
    unit: str
    when: dict[str, tuple[object, ...]]


KNOWN = [
    Known("study.type", "enum", "", {}),
    Known("data.partitions.patients", "integer", "patients", {}),
    Known("data.sources.url", "text", "", {"data.sources.origin": ("repository",)}),
    Known("evaluations.claims.value", "number", "", {}),
    Known("evaluations.predictions", "path", "", {}),
    Known(
        "evaluations.spacing_mm", "list of number", "mm", {"evaluations.task": ("segmentation",)}
    ),
    Known(
        "evaluations.counts.true_positives",
        "integer",
        "rows",
        {"evaluations.task": ("classification", "readers")},
    ),
    Known(
        "evaluations.hit_limit",
        "number",
        "fraction or mm",
        {"evaluations.task": ("detection",), "evaluations.hit": ("iou", "dice", "distance")},
    ),
    Known("intended_use.prevalence", "number", "fraction 0-1", {}),
    Known("data.partitions.differs", "map of facts", "", {}),
]


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_facts_are_read_off_the_classes(known):
    fact = FACTS[known.name]
    assert (fact.type, fact.unit, dict(fact.when)) == (known.type, known.unit, known.when)


def test_the_task_decides_which_class_holds_an_evaluation():
    assert FACTS["evaluations.task"].values == tuple(TASKS)
    with pytest.raises(ValidationError, match="structures"):
        Study(evaluations=({"task": "classification", "name": "a", "structures": {"liver": "1"}},))


def test_importing_the_model_is_light():
    heavy = "{'numpy', 'scipy', 'polars', 'yaml', 'matplotlib'}"
    code = (
        f"import sys; import checker.model.study.facts; print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Printed numbers


class Print(NamedTuple):
    text: str
    number: float
    decimals: int
    percent: bool = False


PRINTS = [
    Print("0.850", 0.85, 3),
    Print("0.85", 0.85, 2),
    Print("1", 1.0, 0),
    Print("-0.02", -0.02, 2),
    Print("−0.02", -0.02, 2),
    Print("0,91", 0.91, 2),
    Print("0·91", 0.91, 2),
    Print(".91", 0.91, 2),
    Print("88.4 %", 88.4, 1, True),
    Print("88%", 88.0, 0, True),
    Print("1e-3", 0.001, 3),
    Print("1.5e-3", 0.0015, 4),
    Print("1.5e3", 1500.0, 0),
    Print("12,5", 12.5, 1),
    Print("0,850", 0.85, 3),
]


@pytest.mark.parametrize("seen", PRINTS, ids=lambda seen: seen.text)
def test_a_printed_number_keeps_its_digits(seen):
    printed = Printed.read(seen.text)
    assert (printed.number, printed.decimals, printed.percent) == seen[1:]
    assert Printed.read(str(printed)) == printed


NO_PRINTS = [
    "",
    "x",
    "0.85 (0.8-0.9)",
    "1 234",
    "1.2.3",
    "nan",
    "inf",
    "0x10",
    "5.",
    "--1",
    "1e999",
    "٣",
    "0.٣",
]


@pytest.mark.parametrize("text", NO_PRINTS)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="number"):
        Printed.read(text)


def test_a_comma_before_three_digits_is_asked_about():
    with pytest.raises(ValueError, match=r"two ways; write 1234 or 1\.234"):
        Printed.read("1,234")


def test_digits_are_part_of_the_claim():
    assert Printed("0.850") != Printed("0.85")
    assert Printed("0.850").number == Printed("0.85").number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-99, max_value=99))
def test_decimals_are_those_printed(number):
    printed = Printed(f"{number:f}")
    assert printed.decimals == 4
    assert printed.number == float(number)


# Names of metrics


def test_the_metrics_are_those_agreed_on():
    assert list(METRIC_NAMES) == locked("quantities.txt")


@pytest.mark.parametrize("name", METRIC_NAMES)
def test_every_metric_is_found_by_name_and_label(name):
    metric = METRIC_NAMES[name]
    assert metric.name == name
    assert metric.meaning.endswith((".", ")"))
    assert set(metric.tasks) <= {*TASKS, "explanation"}
    for task in metric.tasks:
        assert find_metric(name, task) == name
        assert find_metric(metric.label, task) == name


def test_a_spelling_means_one_metric_of_a_task_except_where_masks_hold_lesions():
    for task in {*TASKS, "explanation"}:
        meant: dict[str, set[str]] = {}
        for name in metrics_of(task):
            for spelling in (name, *METRIC_NAMES[name].synonyms):
                meant.setdefault(re.sub(r"[\s'-]", "", spelling).casefold(), set()).add(name)
        double = {spelling for spelling, names in meant.items() if len(names) > 1}
        assert double == set() if task != "segmentation" else "sensitivity" in double


class Spelling(NamedTuple):
    text: str
    task: str
    metric: str | None


SPELLINGS = [
    Spelling("AUC", "classification", "auroc"),
    Spelling("AUROC", "classification", "auroc"),
    Spelling("ROC AUC", "classification", "auroc"),
    Spelling("roc_auc", "classification", "auroc"),
    Spelling("c-statistic", "classification", "auroc"),
    Spelling("C statistic", "survival", "c_index"),
    Spelling("AUC", "survival", "time_dependent_auroc"),
    Spelling("AUC", "multiclass", "one_vs_rest_auroc"),
    Spelling("kappa", "readers", "fleiss_kappa"),
    Spelling("correlation", "agreement", "pearson_correlation"),
    Spelling("AUC", "agreement", None),
    Spelling("Cohen's kappa", "readers", None),
    Spelling("overall survival", "survival", "survival_probability"),
    Spelling("cumulative incidence", "survival", "observed_risk"),
    Spelling("recall", "classification", "sensitivity"),
    Spelling("TPR", "classification", "sensitivity"),
    Spelling("PPV", "classification", "positive_predictive_value"),
    Spelling("Precision", "classification", "positive_predictive_value"),
    Spelling("LR+", "classification", "positive_likelihood_ratio"),
    Spelling("LR-", "classification", "negative_likelihood_ratio"),
    Spelling("LR", "classification", None),
    Spelling("E50", "classification", "calibration_error_median"),
    Spelling("O:E ratio", "classification", "observed_expected_ratio"),
    Spelling("DSC", "segmentation", "dice"),
    Spelling("DSC", "classification", None),
    Spelling("sensitivity", "segmentation", "voxel_sensitivity"),
    Spelling("sensitivity", "detection", "lesion_sensitivity"),
    Spelling("HD95", "segmentation", "hausdorff_95"),
    Spelling("VOE", "segmentation", "volumetric_overlap_error"),
    Spelling("RMSD", "segmentation", "root_mean_square_surface_distance"),
    Spelling("mIoU", "segmentation", "jaccard"),
    Spelling("median HD95", "segmentation", None),
    Spelling("ICC(3,1)", "agreement", "icc_3_1"),
    Spelling("", "classification", None),
]


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda each: f"{each.text} in {each.task}")
def test_metrics_are_found_as_papers_print_them(spelling):
    assert find_metric(spelling.text, spelling.task) == spelling.metric


def test_a_summary_is_found_beside_a_metric_of_masks_alone():
    assert summary_in("median 95 % HD", "segmentation") == ("hausdorff_95", "median")
    assert summary_in("IoU per patient", "segmentation") == ("jaccard", "mean")
    assert summary_in("mean per-case Dice", "segmentation") == ("dice", "mean")
    assert summary_in("mean Dice per case", "segmentation") == ("dice", "mean")
    assert summary_in("Median DSC per patient", "segmentation") == ("dice", "median")
    fps = summary_in("mean false positives per case", "segmentation")
    assert fps == ("false_positives_per_case", "mean")
    assert summary_in("HD95 (median)", "segmentation") == ("hausdorff_95", "median")
    assert summary_in("Dice, median", "segmentation") == ("dice", "median")
    assert summary_in("median surface Dice (NSD)", "segmentation") == ("surface_dice", "median")
    assert summary_in("mean energy in region", "explanation") == ("energy_in_region", "mean")
    assert summary_in("average Hausdorff distance", "segmentation") is None
    assert summary_in("average HD95", "segmentation") == ("hausdorff_95", "mean")
    assert summary_in("mean Hausdorff distance", "segmentation") == ("hausdorff", "mean")
    assert summary_in("global Dice per case", "segmentation") is None
    assert summary_in("mean median Dice", "segmentation") is None
    assert summary_in("median", "segmentation") is None
    assert summary_in("median auroc", "classification") is None


def test_tasks_of_a_metric_help_when_the_task_is_another():
    assert tasks_of("DSC") == ("segmentation",)
    assert "classification" in tasks_of("AUC")
    assert tasks_of("nothing like it") == ()


# What a description says


SOURCES = [
    {"name": "own", "design": "case_control", "controls": "healthy", "centres": ["A"]},
    {"name": "other", "design": "registry"},
]
STUDY = Study.model_validate(
    {
        "study": {"question": "diagnostic", "type": "evaluation"},
        "data": {
            "sources": SOURCES,
            "partitions": [
                {"name": "test", "patients": 0, "differs": {"outcome.annotators.count": 1}}
            ],
        },
        "predictors": {"features": {"kind": []}, "subjective": False},
        "outcome": {"blinding": "blinded", "annotators": {"count": 3, "experts": True}},
        "analysis": {"subgroups": [], "external_validation": {"types": ["none"]}},
        "evaluations": [
            {
                "name": "a",
                "task": "classification",
                "partition": "test",
                "claims": [{"metric": "auroc", "value": "0.850"}, {"metric": "f1"}],
                "differs": {"outcome.blinding": "not_blinded"},
            },
            {"name": "b", "task": "segmentation"},
        ],
        "statements": {
            "complete": ["discussion"],
            "not_reported": [{"about": "outcome.rationale", "reason": "asked the authors"}],
            "not_applicable": [{"about": "analysis.updating", "reason": "not updated"}],
        },
    }
)


class Said(NamedTuple):
    story: str
    name: str
    values: list[object]
    asked: bool
    present: bool


SAID = [
    Said("a plain fact", "study.question", ["diagnostic"], True, True),
    Said("a silent fact", "study.title", [], True, False),
    Said("0 is a value", "data.partitions.patients", [0], True, True),
    Said("false is a value", "predictors.subjective", [False], True, True),
    Said("an empty list is a value", "predictors.features.kind", [()], True, True),
    Said("one entry of two has it", "data.sources.centres", [("A",)], True, False),
    Said("only the entry it concerns has it", "data.sources.controls", ["healthy"], True, True),
    Said("it concerns no entry", "data.sources.url", [], True, False),
    Said("no entries, said so", "analysis.subgroups.name", [()], True, True),
    Said("no entries, not said", "results.flow.step", [], True, False),
    Said("records are one tuple", "data.sources", [STUDY.data.sources], True, True),
    Said("of another question", "participants.outcome_at_entry", [], False, False),
    Said("of a task that is there", "evaluations.structures", [], True, False),
    Said("of a task that is not", "evaluations.horizons_days", [], False, False),
    Said("a condition in a list", "analysis.external_validation.why_none", [], True, False),
    Said("an empty list matches nothing", "predictors.features.count", [], False, False),
    Said("a false condition", "predictors.assessors.count", [], False, False),
    Said("an unknown condition is asked", "data.subset.method", [], True, False),
    Said("records in records", "evaluations.claims.value", [Printed("0.850")], True, False),
]


@pytest.mark.parametrize("said", SAID, ids=lambda said: said.story)
def test_facts_are_found_in_the_description(said):
    assert values(STUDY, said.name) == said.values
    assert is_asked(STUDY, said.name) is said.asked
    assert is_present(STUDY, said.name) is said.present


HOLDS = [
    ("one value", {"study.question": "diagnostic"}, True),
    ("another value", {"study.question": "prognostic"}, False),
    ("one of the values", {"study.type": ["evaluation", "update"]}, True),
    ("a list matches if any element does", {"analysis.external_validation.types": "none"}, True),
    ("any entry of a list of records", {"data.sources.design": "registry"}, True),
    ("any evaluation", {"evaluations.task": ["segmentation", "detection"]}, True),
    ("unknown", {"study.timing": "both"}, None),
    ("unknown and true", {"study.timing": "both", "study.question": "diagnostic"}, None),
    ("unknown and false", {"study.timing": "both", "study.question": "other"}, False),
    ("true and false of a bool", {"predictors.subjective": False}, True),
    ("no condition", {}, True),
]


@pytest.mark.parametrize(("story", "when", "answer"), HOLDS, ids=[each[0] for each in HOLDS])
def test_conditions_hold_or_not_or_are_unknown(story, when, answer):
    assert holds(STUDY, when) is answer


def test_a_silent_entry_of_a_list_may_still_match():
    when = {"predictors.inputs.kind": ["image"]}
    for kinds, answer in (([None], None), (["clinical", None], None), (["clinical"], False)):
        inputs = [{"name": "a", "kind": kind} for kind in kinds]
        assert holds(Study.model_validate({"predictors": {"inputs": inputs}}), when) is answer


REGRESSION = {
    "predictors": {"inputs": [{"name": "bilirubin", "kind": "laboratory"}]},
    "model": {"family": "regression"},
    "analysis": {"tuning": {"method": "none"}},
}
NETWORK = {
    "predictors": {"inputs": [{"name": "CT", "kind": "image"}]},
    "model": {"family": "neural_network"},
    "analysis": {"tuning": {"method": "grid"}},
}
OF_NETWORKS_TUNED_ON_IMAGES = (
    "analysis.tuning.space",
    "analysis.tuning.final_values",
    "analysis.tuning.selection",
    "model.architecture",
    "model.initialisation",
    "model.training.stopping",
    "predictors.acquisition.modality",
    "predictors.segmentation.method",
    "predictors.features.kind",
)


@pytest.mark.parametrize("name", OF_NETWORKS_TUNED_ON_IMAGES)
def test_a_regression_of_blood_tests_is_not_asked_what_only_networks_have(name):
    assert not is_asked(Study.model_validate(REGRESSION), name)
    assert is_asked(Study.model_validate(NETWORK), name)
    assert is_asked(Study(), name)


@pytest.mark.parametrize("name", ["analysis.tuning.on_test", "model.specification"])
def test_every_model_is_asked_what_every_model_has(name):
    assert is_asked(Study.model_validate(REGRESSION), name)


STATES = [
    ("outcome.blinding", State("reported")),
    ("outcome.rationale", State("not_reported", "asked the authors")),
    ("analysis.updating.method", State("not_applicable", "not updated")),
    (
        "discussion.limitations",
        State("not_reported", "the section discussion is declared complete"),
    ),
    ("study.title", State("silent")),
    ("data.sources.centres", State("silent", "described for 1 of 2 entries")),
]


@pytest.mark.parametrize(("name", "expected"), STATES, ids=[name for name, _ in STATES])
def test_a_fact_is_in_one_of_four_states(name, expected):
    assert state(STUDY, name) == expected


def test_described_counts_what_is_said_among_what_is_asked():
    names = ["outcome.blinding", "outcome.rationale", "study.title", "analysis.updating.method"]
    assert described(STUDY, names) == (2, 3)
    assert described(STUDY, ["evaluations.horizons_days"]) == (0, 0)
    present, asked = described(Study())
    assert present == 0
    assert 300 < asked < 433


@pytest.mark.parametrize("function", [values, is_present, is_asked, state])
def test_an_unknown_fact_is_an_error_of_ours(function):
    with pytest.raises(KeyError):
        function(STUDY, "outcome.blindness")


def test_groups_are_the_names_above_facts():
    assert {"study", "outcome.annotators", "evaluations.claims"} <= groups()
    assert "study.title" not in groups()


def test_there_the_nearest_value_counts():
    first, second = STUDY.evaluations
    there = study_there(STUDY, first)
    assert there.outcome.blinding == "not_blinded"
    assert there.outcome.annotators.count == 1
    assert there.outcome.annotators.experts is True
    assert STUDY.outcome.annotators.count == 3
    assert study_there(STUDY, second) == STUDY


def test_what_differs_must_fit_its_fact():
    bad = STUDY.evaluations[0].model_copy(update={"differs": {"outcome.blinding": "perhaps"}})
    with pytest.raises(ValidationError):
        study_there(STUDY, bad)


def test_a_study_survives_json_with_its_digits():
    again = Study.model_validate_json(STUDY.model_dump_json(exclude_none=True))
    assert again == STUDY
    assert again.evaluations[0].claims[0].value.text == "0.850"
    assert again.predictors.features.kind == ()
