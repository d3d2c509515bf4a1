"""Every rule, shown silent and shown speaking; the sound study, on which no rule speaks."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pytest

from checker.metrics.intervals import wilson
from checker.model.claim import IN_PERCENT, Attempt, ClaimCheck, PartCheck, Verdict
from checker.model.estimate import Estimate, Estimates, Interval
from checker.model.evidence import (
    CohortCount,
    CrossTable,
    DesignEffect,
    DuplicateRows,
    GroupSize,
    IntervalWidth,
    MissingnessByScore,
    PartitionCount,
    PartitionOverlap,
    SharedRows,
    ThresholdOptimum,
)
from checker.model.finding import Path
from checker.model.place import Found, Place
from checker.model.study import Study
from checker.needs import Absent, Known, needs
from checker.reading.references import read_sources, read_thresholds
from checker.rules import RULES, run, run_all

DESCRIPTION: dict[str, Any] = {
    "study": {"title": "A sound study", "type": "development_and_evaluation"},
    "intended_use": {"moment": "before_biopsy"},
    "data": {
        "partitions": [
            {"name": "training", "role": "training", "patients": 500, "events": 250},
            {"name": "external", "role": "external_test", "patients": 300, "events": 150},
        ]
    },
    "predictors": {
        "inputs": [{"name": "CT", "kind": "image", "available_at": "at_imaging"}],
        "preprocessing_fitted_on": "training",
    },
    "outcome": {"includes_predictors": False, "target": "disease_state"},
    "model": {"output": "probability"},
    "analysis": {
        "tuning": {"on_test": False},
        "measures": {"calibration": "slope_intercept", "discrimination": "auc"},
        "external_validation": {"types": ["geographic"]},
    },
    "evaluations": [
        {
            "name": "external test",
            "task": "classification",
            "partition": "external",
            "operating_point": {"threshold": 0.5, "origin": "tuning"},
            "counts": {
                "true_positives": 120,
                "false_positives": 20,
                "false_negatives": 30,
                "true_negatives": 130,
            },
            "claims": [
                {
                    "name": "AUROC",
                    "metric": "auroc",
                    "value": "0.90",
                    "low": "0.86",
                    "high": "0.93",
                },
                {"metric": "accuracy", "value": "0.83", "low": "0.79", "high": "0.87"},
            ],
        }
    ],
}


def described(**changes: object) -> Study:
    """Return the sound study with values changed at dotted paths (evaluations.0.claims.0.low)."""
    data: dict[str, Any] = Study.model_validate(DESCRIPTION).model_dump(exclude_none=True)
    for path, value in changes.items():
        *above, last = [int(step) if step.isdigit() else step for step in path.split("__")]
        at: Any = data
        for step in above:
            at = list_of(at, step)
        at[last] = value
    return Study.model_validate(data)


def list_of(at: Any, step: Any) -> Any:
    """Return the part at the step, made if it is not there, as something that can be changed."""
    part = at[step] if isinstance(step, int) else at.setdefault(step, {})
    if isinstance(part, tuple):
        part = at[step] = list(part)
    return part


def check(part: PartCheck) -> ClaimCheck:
    return ClaimCheck(
        name="AUROC",
        evaluation="external test",
        metric="auroc",
        label="AUROC",
        place="Table 2",
        at="evaluations[0].claims[0]",
        parts=(part,),
        verdict=part.verdict,
    )


OF_ONE_CASE = Estimate(metric="auroc", cases=1, unit="case", value=0.9)


def fate(verdict: Verdict, convention: str = "") -> PartCheck:
    tried = (
        Attempt(convention="ours", value=0.9),
        Attempt(convention="score > threshold", value=0.9),
    )
    return PartCheck(
        part="value",
        printed="0.90",
        verdict=verdict,
        recomputed="0.86",
        convention=convention,
        tried=tried,
    )


def width(low: float, high: float, **more: Any) -> IntervalWidth:
    given: dict[str, Any] = {
        "method": "DeLong",
        "claimed_low": 0.86,
        "claimed_high": 0.94,
        "room": 0.01,
        "clustered": True,
        "same": False,
    }
    return IntervalWidth(low=low, high=high, **{**given, **more})


def auroc(low: float, high: float) -> Estimates:
    return Estimates(
        (number("auroc", (low + high) / 2, low, high), number("accuracy", 0.83, 0.79, 0.87))
    )


def number(metric: str, value: float, low: float, high: float) -> Estimate:
    return Estimate(
        metric=metric,
        cases=300,
        unit="patient",
        value=value,
        interval=Interval(low=low, high=high, method="DeLong"),
    )


def accuracy(low: float) -> Estimates:
    return Estimates((number("auroc", 0.9, 0.86, 0.93), number("accuracy", 0.83, low, 0.87)))


COHORT = CohortCount(
    rows=300,
    patients=300,
    most_rows_per_patient=1,
    with_outcome=150,
    without_outcome=150,
    missing_outcome=0,
    missing_score=0,
    missing_patient=0,
)
COUNTED = PartitionCount(
    partition="external",
    role="external_test",
    source="predictions/external.csv",
    described_patients=300,
    patients=300,
    described_events=150,
    events=150,
    rows=300,
    whole=True,
)
TABLE = CrossTable(true_positives=120, false_positives=20, false_negatives=30, true_negatives=130)
UNIQUE = DuplicateRows(same_case=0, same_values=0, columns=12, pairs_by_chance=0.01, p=1.0)
COPIED = SharedRows(
    first="training", second="external", pairs=12, columns=11, pairs_by_chance=1e-9, p=1e-12
)
ELSEWHERE = ThresholdOptimum(
    criterion="the largest Youden index",
    declared=0.5,
    low=0.30,
    high=0.31,
    equals=False,
    chance=0.004,
)
GROUP = GroupSize(
    column="sex", name="female", cases=150, patients=150, with_outcome=75, without_outcome=75
)
STUDY = described()
BUILT_FROM = described(evaluations__0__partition="training")
ACCURACY_ONLY = described(
    evaluations__0__claims=[{"metric": "accuracy", "value": "0.83"}],
    analysis__measures={"calibration": "plot"},
)
QUOTED = Place(
    about="outcome.blinding",
    at="statements.locations[3]",
    section="Methods",
    quote="Both experts were unaware of the output.",
    found=Found.EXACTLY,
    manuscript="paper.pdf",
    pages=(7,),
    times=1,
    heading="Methods, Outcome",
    as_said=True,
)
NEARLY = replace(
    QUOTED,
    found=Found.NEARLY,
    alike=0.91,
    text="Both radiologists were unaware of the output",
)
LOST = replace(
    QUOTED, found=Found.NOT_FOUND, pages=(), times=0, heading="", as_said=None, alike=0.0
)
ELSEWHERE_QUOTED = replace(QUOTED, heading="Results", as_said=False)
SOUND = Known(
    {},
    {
        "study": STUDY,
        "evaluation": STUDY.evaluations[0],  # type: ignore[index]  # it has one
        "claim": STUDY.evaluations[0].claims[0],  # type: ignore[index]  # it has two
        "thresholds": read_thresholds(),
        "shared_patients_between_partitions": (
            PartitionOverlap(first="training", second="external", patients=0, of=300),
        ),
        "shared_rows_between_partitions": (replace(COPIED, pairs=0, p=1.0),),
        "partition_counts": (COUNTED,),
        "cohort": COHORT,
        "estimates": auroc(0.86, 0.93),
        "no_information_rate": 0.5,
        "confusion_counts": TABLE,
        "rounded_threshold_counts": (),
        "design_effect": (DesignEffect(metric="auroc", value=1.0),),
        "duplicate_rows": UNIQUE,
        "missingness_by_score": MissingnessByScore(missing=10, known=290, area=0.52, p=0.7),
        "threshold_equals_optimum_on_test": (ELSEWHERE,),
        "group_sizes": (GROUP,),
        "claim_check": check(fate(Verdict.REPRODUCED)),
        "interval_widths": (width(0.86, 0.94),),
        "quoted_places": (QUOTED,),
    },
)


def origin(value: str | None, **more: object) -> dict[str, object]:
    point = {"threshold": 0.5, "origin": value}
    study = described(evaluations__0__operating_point=point)
    return {"study": study, "evaluation": study.evaluations[0], **more}  # type: ignore[index]  # it has one


def study(**changes: object) -> dict[str, object]:
    made = described(**changes)
    return {"study": made, "evaluation": made.evaluations[0]}  # type: ignore[index]  # it has one


def claim(**changes: object) -> dict[str, object]:
    made = described(evaluations__0__claims=[{"metric": "auroc", **changes}])
    return {"claim": made.evaluations[0].claims[0]}  # type: ignore[index]  # it has one


AT_OPTIMUM = {"threshold_equals_optimum_on_test": (replace(ELSEWHERE, equals=True),)}
OFTEN_THERE = {"threshold_equals_optimum_on_test": (replace(ELSEWHERE, equals=True, chance=0.05),)}
PAIRS = replace(UNIQUE, same_values=13, pairs_by_chance=0.5, p=1e-12)
FEW = replace(COHORT, without_outcome=99)
MISSING = MissingnessByScore(missing=40, known=260, area=0.61, p=0.009)
REPEATED = {"design_effect": (DesignEffect(metric="auroc", value=1.11),)}


class Case(NamedTuple):
    rule: str
    story: str
    change: dict[str, Any]
    flagged: bool


CASES = [
    Case("LEA001", "no patient is shared", {}, False),
    Case(
        "LEA001",
        "one patient is shared",
        {
            "shared_patients_between_partitions": (
                PartitionOverlap(first="training", second="external", patients=1, of=300),
            )
        },
        True,
    ),
    Case("LEA002", "every row is another case", {}, False),
    Case(
        "LEA002", "a case id stands twice", {"duplicate_rows": replace(UNIQUE, same_case=1)}, True
    ),
    Case("LEA002", "more equal rows than chance gives", {"duplicate_rows": PAIRS}, True),
    Case(
        "LEA002",
        "exactly ten times as many as by chance",
        {"duplicate_rows": replace(PAIRS, same_values=5)},
        False,
    ),
    Case(
        "LEA002", "so few that it can be chance", {"duplicate_rows": replace(PAIRS, p=0.001)}, False
    ),
    Case(
        "LEA002",
        "as many differ in a single column",
        {"duplicate_rows": replace(PAIRS, nearly=13)},
        False,
    ),
    Case("LEA006", "no row stands in both", {}, False),
    Case(
        "LEA006",
        "as many differ in a single column",
        {"shared_rows_between_partitions": (replace(COPIED, nearly=12),)},
        False,
    ),
    Case(
        "LEA006", "twelve rows stand in both", {"shared_rows_between_partitions": (COPIED,)}, True
    ),
    Case(
        "LEA006",
        "exactly ten times as many as by chance",
        {"shared_rows_between_partitions": (replace(COPIED, pairs_by_chance=1.2),)},
        False,
    ),
    Case("LEA003", "the threshold comes from tuning", AT_OPTIMUM, False),
    Case("LEA003", "no origin, and another threshold would be better", origin(None), False),
    Case("LEA003", "no origin, and it is the optimum", origin(None, **AT_OPTIMUM), True),
    Case("LEA003", "no origin, and chance often gives it", origin(None, **OFTEN_THERE), False),
    Case("LEA003", "said to be chosen on the test data", origin("same_test_data"), True),
    Case("LEA004", "everything was fitted on training data", {}, False),
    Case(
        "LEA004",
        "preprocessing was fitted on all data",
        study(predictors__preprocessing_fitted_on="all_data"),
        True,
    ),
    Case("LEA005", "tuned apart from the test", {}, False),
    Case("LEA005", "tuned on the test data", study(analysis__tuning={"on_test": True}), True),
    Case("OUT001", "missing as often at every score", {}, False),
    Case("OUT001", "missing at high scores", {"missingness_by_score": MISSING}, True),
    Case(
        "OUT001",
        "exactly at the threshold of p",
        {"missingness_by_score": replace(MISSING, p=0.01)},
        False,
    ),
    Case(
        "OUT001",
        "a trifling relation",
        {"missingness_by_score": replace(MISSING, area=0.59)},
        False,
    ),
    Case("OUT002", "another standard", {}, False),
    Case("OUT002", "the inputs make the label", study(outcome__includes_predictors=True), True),
    Case(
        "OUT002",
        "the image is the rightful truth",
        study(outcome={"includes_predictors": True, "target": "image_finding"}),
        False,
    ),
    Case("PRE001", "known in time", {}, False),
    Case(
        "PRE001",
        "known at the moment itself",
        study(predictors__inputs=[{"name": "CT", "available_at": "before_biopsy"}]),
        False,
    ),
    Case(
        "PRE001",
        "known afterwards",
        study(predictors__inputs=[{"name": "grade", "available_at": "before_treatment"}]),
        True,
    ),
    Case("PAR001", "the same numbers", {}, False),
    Case(
        "PAR001", "one patient less", {"partition_counts": (replace(COUNTED, patients=299),)}, True
    ),
    Case("PAR001", "one event more", {"partition_counts": (replace(COUNTED, events=151),)}, True),
    Case(
        "PAR001",
        "only a subset was scored",
        {
            "partition_counts": (
                replace(COUNTED, patients=50, whole=False),
                replace(COUNTED, source="all.csv"),
            )
        },
        False,
    ),
    Case("ANA001", "slope and intercept", {}, False),
    Case("ANA001", "not assessed", study(analysis__measures={"calibration": "none"}), True),
    Case(
        "ANA001",
        "a test of fit alone",
        study(analysis__measures={"calibration": "goodness_of_fit_test"}),
        True,
    ),
    Case(
        "ANA001",
        "said to be none, and a slope is claimed",
        study(
            analysis__measures={"calibration": "none"},
            evaluations__0__claims=[{"metric": "calibration_slope", "value": "0.9"}],
        ),
        False,
    ),
    Case("ANA002", "AUROC as well", {"no_information_rate": 0.9}, False),
    Case(
        "ANA002",
        "accuracy alone, at the rate of guessing",
        {
            "study": ACCURACY_ONLY,
            "evaluation": ACCURACY_ONLY.evaluations[0],  # type: ignore[index]  # it has one
            "estimates": accuracy(0.80),
            "no_information_rate": 0.80,
        },
        True,
    ),
    Case(
        "ANA002",
        "accuracy alone, above guessing",
        {
            "study": ACCURACY_ONLY,
            "evaluation": ACCURACY_ONLY.evaluations[0],  # type: ignore[index]  # it has one
            "estimates": accuracy(0.81),
            "no_information_rate": 0.80,
        },
        False,
    ),
    Case("ANA003", "one part is external", {}, False),
    Case(
        "ANA003",
        "said to be none",
        study(
            data__partitions=[{"name": "test", "role": "internal_test"}],
            analysis__external_validation={"types": ["none"]},
            evaluations__0__partition="test",
        ),
        True,
    ),
    Case("ANA004", "enough patients", {"estimates": auroc(0.80, 0.93)}, False),
    Case("ANA004", "few, and precise", {"cohort": FEW}, False),
    Case("ANA004", "few, and imprecise", {"cohort": FEW, "estimates": auroc(0.80, 0.91)}, True),
    Case(
        "ANA004",
        "exactly a hundred",
        {"cohort": replace(COHORT, without_outcome=100), "estimates": auroc(0.80, 0.91)},
        False,
    ),
    Case("ANA005", "an external part", {}, False),
    Case(
        "ANA005",
        "the part the model was built from",
        {
            "study": BUILT_FROM,
            "evaluation": BUILT_FROM.evaluations[0],  # type: ignore[index]  # it has one
        },
        True,
    ),
    Case("CLM001", "reproduced", {}, False),
    Case("CLM001", "contradicted", {"claim_check": check(fate(Verdict.CONTRADICTED))}, True),
    Case("CLM002", "as wide as DeLong", {}, False),
    Case("CLM002", "less than 0.8 of it", {"interval_widths": (width(0.84, 0.96),)}, True),
    Case(
        "CLM002",
        "less than 0.8 of one, as wide as another",
        {"interval_widths": (width(0.84, 0.96), width(0.86, 0.94, method="logit"))},
        False,
    ),
    Case(
        "CLM002",
        "narrower, and Monte-Carlo room explains it",
        {"interval_widths": (width(0.84, 0.96, room=0.017),)},
        False,
    ),
    Case("CLM003", "no patient repeats", {}, False),
    Case(
        "CLM003",
        "equal to the interval of independent rows",
        {"interval_widths": (width(0.86, 0.94, clustered=False, same=True),), **REPEATED},
        True,
    ),
    Case(
        "CLM003",
        "exactly at the threshold of the design effect",
        {
            "interval_widths": (width(0.86, 0.94, clustered=False, same=True),),
            "design_effect": (DesignEffect(metric="auroc", value=1.1),),
        },
        False,
    ),
    Case(
        "CLM003",
        "equal to a clustered one as well",
        {
            "interval_widths": (
                width(0.86, 0.94, clustered=False, same=True),
                width(0.86, 0.94, method="Obuchowski", same=True),
            ),
            **REPEATED,
        },
        False,
    ),
    Case(
        "CLM003",
        "of a metric without a formula, by the widths of both bootstraps",
        {
            "interval_widths": (
                width(0.85, 0.95, clustered=True),
                width(0.86, 0.94, clustered=False, same=True),
            ),
            "design_effect": (),
        },
        True,
    ),
    Case("CLM004", "under ours", {}, False),
    Case(
        "CLM004",
        "an interval by another method, and none is named",
        {"claim_check": check(replace(fate(Verdict.OTHER_CONVENTION, "Wald"), part="interval"))},
        False,
    ),
    Case(
        "CLM004",
        "an interval by another method than the one named",
        {
            "claim_check": check(replace(fate(Verdict.OTHER_CONVENTION, "Wald"), part="interval")),
            **claim(value="0.90", low="0.86", high="0.93", interval_method="delong"),
        },
        True,
    ),
    Case(
        "CLM004",
        "under another",
        {"claim_check": check(fate(Verdict.OTHER_CONVENTION, "score > threshold"))},
        True,
    ),
    Case(
        "CLM004",
        "only the percent sign left out",
        {"claim_check": check(fate(Verdict.OTHER_CONVENTION, IN_PERCENT))},
        False,
    ),
    Case("CLM005", "the same four counts", {}, False),
    Case("CLM005", "one more", {"confusion_counts": replace(TABLE, true_positives=121)}, True),
    Case(
        "CLM005",
        "one more, and another threshold that prints alike gives it",
        {
            "confusion_counts": replace(TABLE, true_positives=121),
            "rounded_threshold_counts": (TABLE,),
        },
        False,
    ),
    Case("CLM006", "with its interval", {}, False),
    Case("CLM006", "alone", claim(value="0.90"), True),
    Case(
        "CLM006",
        "of one case, which has no interval",
        {
            **claim(value="0.90"),
            "claim_check": replace(check(fate(Verdict.REPRODUCED, "")), recomputed=OF_ONE_CASE),
        },
        False,
    ),
    Case("FAI001", "exactly twenty", {"group_sizes": (replace(GROUP, with_outcome=20),)}, False),
    Case("FAI001", "nineteen", {"group_sizes": (replace(GROUP, with_outcome=19),)}, True),
    Case("QUO001", "found nearly", {"quoted_places": (QUOTED, NEARLY)}, False),
    Case("QUO001", "one of two is not there", {"quoted_places": (QUOTED, LOST)}, True),
    Case("QUO002", "the quote is not there at all", {"quoted_places": (LOST,)}, False),
    Case("QUO002", "another word", {"quoted_places": (NEARLY,)}, True),
    Case(
        "QUO003",
        "no heading of that name",
        {"quoted_places": (replace(QUOTED, as_said=None),)},
        False,
    ),
    Case("QUO003", "under another heading", {"quoted_places": (ELSEWHERE_QUOTED,)}, True),
    Case(
        "QUO004",
        "four words",
        {"quoted_places": (replace(QUOTED, quote="Readers were blinded throughout"),)},
        False,
    ),
    Case(
        "QUO004", "three words", {"quoted_places": (replace(QUOTED, quote="blinded to it"),)}, True
    ),
    Case("QUO004", "short, and not there", {"quoted_places": (replace(LOST, quote="No"),)}, False),
]


@dataclass(frozen=True)
class At:
    """A place for one rule."""

    known: Known
    scope: str = "study"
    at: Path = ()
    words: str = "the study"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.story}")
def test_rule(case: Case) -> None:
    ran = run(RULES[case.rule], At(SOUND.inside(**case.change)))
    assert bool(ran.findings) is case.flagged
    assert ran.absent is None or (not case.flagged and not ran.absent.applies)


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_rule_is_shown_both_ways(code: str) -> None:
    assert {case.flagged for case in CASES if case.rule == code} == {True, False}


@pytest.mark.parametrize("code", sorted(RULES))
def test_the_sound_study_is_silent(code: str) -> None:
    ran = run(RULES[code], At(SOUND))
    assert ran.findings == ()
    assert ran.absent is None or not ran.absent.applies, (
        f"{code} cannot run: {ran.absent.because}; give the sound study that fact (DESCRIPTION) or evidence (SOUND)"
    )


@pytest.mark.parametrize("code", sorted(RULES))
def test_missing_evidence_is_never_a_pass(code: str) -> None:
    rule = RULES[code]
    for name in needs(rule.check):
        if name != "thresholds":
            ran = run(rule, At(SOUND.inside(**{name: Absent("it was not submitted")})))
            assert ran.findings == ()
            assert ran.absent == Absent("it was not submitted")


SILENT = Study.model_validate({"evaluations": [{"name": "x", "task": "classification"}]})


@pytest.mark.parametrize(
    "code", sorted(code for code in RULES if "study" in needs(RULES[code].check))
)
def test_a_silent_description_is_neither_a_finding_nor_a_pass(code: str) -> None:
    silent = {"study": SILENT, "evaluation": SILENT.evaluations[0]}  # type: ignore[index]  # it has one
    ran = run(RULES[code], At(SOUND.inside(**silent)))
    assert ran.findings == ()
    assert ran.absent is not None


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_rule_has_its_page(code: str) -> None:
    rule = RULES[code]
    assert set(rule.sources) <= set(read_sources())
    assert set(rule.thresholds) <= set(read_thresholds().values)
    for text in (rule.why, rule.fix, rule.loud, rule.quiet):
        assert not text[0].islower()
        assert text.endswith(".")


def test_every_threshold_is_used_and_has_its_source() -> None:
    used = {name for rule in RULES.values() for name in rule.thresholds}
    assert used == set(read_thresholds().values)
    for each in read_thresholds().values.values():
        assert each.source == "ours" or each.source in read_sources()


def test_every_case_names_thresholds_that_its_rule_declares() -> None:
    for rule in RULES.values():
        assert bool(rule.thresholds) is ("thresholds" in needs(rule.check)), rule.code


class Said(NamedTuple):
    rule: str
    change: dict[str, Any]
    message: str


SAID = [
    Said(
        "LEA006",
        {"shared_rows_between_partitions": (COPIED,)},
        "12 pairs of rows agree between training and external in all 11 columns that both files have, under "
        "different ids; by chance practically none.",
    ),
    Said(
        "LEA002",
        {"duplicate_rows": PAIRS},
        "13 pairs of rows agree in all 12 columns that vary, under different case ids; by chance about 0.5.",
    ),
    Said(
        "LEA002",
        {"duplicate_rows": replace(UNIQUE, same_case=1)},
        "1 row repeats the case id of an earlier row.",
    ),
    Said(
        "LEA004",
        study(predictors__preprocessing_fitted_on="all_data"),
        "Preprocessing was fitted on all data, test cases included.",
    ),
    Said(
        "ANA004",
        {"cohort": FEW, "estimates": auroc(0.80, 0.91)},
        "99 cases are without the outcome, and the AUROC is 0.855 (95 % interval 0.800 to 0.910).",
    ),
    Said(
        "FAI001",
        {"group_sizes": (replace(GROUP, with_outcome=1),)},
        "The group sex = female has 1 case with and 75 without the outcome.",
    ),
    Said(
        "QUO001",
        {"quoted_places": (QUOTED, LOST)},
        "The quote about outcome.blinding, “Both experts were unaware of the output.”, is not in paper.pdf, and "
        "nothing there is 80 % like it. It is said to stand in Methods.",
    ),
    Said(
        "QUO002",
        {"quoted_places": (QUOTED, NEARLY)},
        "The quote about outcome.blinding is found nearly in paper.pdf (page 7, 91 % alike): the quote has “experts”, "
        "the paper “radiologists”.",
    ),
    Said(
        "QUO002",
        {"quoted_places": (replace(NEARLY, quote="B c ... A d", text="B c ... A d", alike=1.0),)},
        "The quote about outcome.blinding is found nearly in paper.pdf (page 7, 100 % alike): its parts are there, but "
        "not behind each other, or far apart.",
    ),
    Said(
        "QUO003",
        {"quoted_places": (ELSEWHERE_QUOTED,)},
        "The quote about outcome.blinding is said to stand in “Methods”; in paper.pdf it stands on page 7 under "
        "“Results”.",
    ),
    Said(
        "QUO004",
        {"quoted_places": (replace(QUOTED, quote="Readers blinded", pages=(2, 5), times=3),)},
        "The quote about outcome.blinding, “Readers blinded”, has 2 words, and stands in 3 places.",
    ),
    Said(
        "OUT001",
        {"missingness_by_score": replace(MISSING, p=1e-7)},
        "The 40 rows without an outcome have higher scores than the 260 with one: one of them scores above a "
        "row with an outcome in 61 % of pairs (p <0.001).",
    ),
    Said(
        "CLM006",
        {
            **claim(value="94.0", percent=True),
            "claim_check": replace(
                check(fate(Verdict.REPRODUCED)), label="Dice (liver, median)", group="sex = f"
            ),
        },
        "Dice (liver, median) (sex = f) 94.0 % is printed without an interval.",
    ),
]


@pytest.mark.parametrize("said", SAID, ids=lambda said: said.rule)
def test_messages_are_sentences_for_people(said: Said) -> None:
    (found,) = run(RULES[said.rule], At(SOUND.inside(**said.change))).findings
    assert found.message == said.message


def test_the_size_wanted_of_groups_is_explained_by_the_width_of_an_interval() -> None:
    wanted = read_thresholds().values["group_patients"]
    assert wanted.value == 20
    for found, width_ in ((10, "0.40"), (18, "0.27")):
        interval = wilson(found, 20)
        assert f"{interval.high - interval.low:.2f}" == width_
        assert width_ in wanted.why


def test_a_rule_that_fails_is_reported_as_our_fault() -> None:
    broken = SOUND.inside(cohort="no cohort")
    (ran,) = run_all([At(broken, scope="evaluation")], ["ANA004"])
    assert ran.crashed
    assert ran.absent is not None
    with pytest.raises(AttributeError):
        run_all([At(broken, scope="evaluation")], ["ANA004"], strict=True)
