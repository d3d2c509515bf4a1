"""Printed numbers against recomputed ones: every verdict, every convention, and rounding on both sides of each edge."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import metrics
from checker.evidence import MAKERS
from checker.evidence.claim_intervals import check_interval
from checker.evidence.claim_values import check_value
from checker.evidence.claims import worst
from checker.evidence.conventions import WIDEST_ROOM
from checker.evidence.definitions import OTHER_DEFINITIONS, lowess_gaps
from checker.evidence.interval_methods import methods, wilson_corrected
from checker.evidence.limits import Resamples
from checker.evidence.printed import as_printed, printed_p
from checker.evidence.rows import Rows, subject
from checker.metrics import intervals
from checker.metrics.estimating import STATED
from checker.model.claim import ClaimCheck, PartCheck, Verdict
from checker.model.evidence import IntervalWidth
from checker.model.metric_names import METRIC_NAMES
from checker.model.predictions import Labels, Predictions
from checker.model.settings import Settings
from checker.model.study import Claim, Classification, Printed, Study
from checker.needs import Absent, Known, NotEstablished

REPRODUCED, OTHER = Verdict.REPRODUCED, Verdict.OTHER_CONVENTION
CONTRADICTED, NOT_CHECKABLE = Verdict.CONTRADICTED, Verdict.NOT_CHECKABLE

WITH = [0.9] * 4 + [0.8] * 3 + [0.5, 0.3, 0.2]
WITHOUT = [0.7] * 2 + [0.5] * 2 + [0.4] * 4 + [0.1] * 5
"""At 0.5: 8 true positives, 2 missed, 4 false positives, 9 true negatives; above 0.5: 7, 3, 2, 11."""
OTHER_SCORE = [0.9] * 5 + [0.2] * 5 + [0.8] * 2 + [0.1] * 11
"""At 0.5 it finds 5 of the 10 with the outcome and 11 of the 13 without."""


def table(**change: Any) -> Predictions:
    """Return the 23 cases above, with some columns changed."""
    given = {
        "file": "predictions.csv",
        "sha256": "",
        "outcome": np.array([1] * 10 + [0] * 13),
        "score": np.array(WITH + WITHOUT),
        "groups": {"sex": labels(["female", "male"] * 11 + ["female"])},
        "compared": {
            "reader": np.array(OTHER_SCORE),
            "quarter": np.array([0.9, 0.1, 0.1, 0.1, *[np.nan] * 6, *[0.1] * 13]),
        },
        **change,
    }
    return Predictions(cases=len(given["outcome"]), **given)


def labels(names: list[str]) -> Labels:
    distinct = tuple(sorted(set(names)))
    return Labels(np.array([distinct.index(name) for name in names]), distinct)


def many(
    cases: int, seed: int = 1, *, per_patient: int = 1, decimals: int | None = None
) -> Predictions:
    """Return cases with overlapping scores; those of a patient have one outcome and a score in common."""
    rng = np.random.default_rng(seed)
    patients = cases // per_patient
    patient = np.repeat(np.arange(patients), per_patient)
    outcome = (rng.random(patients) < 0.4).astype(int)[patient]
    shared = rng.normal(size=patients)[patient] * (per_patient > 1)
    score = 1 / (1 + np.exp(-(rng.normal(size=len(patient)) + shared + 1.5 * outcome - 1)))
    if decimals is not None:
        score = score.round(decimals)
    named = Labels(patient, tuple(map(str, range(patients)))) if per_patient > 1 else None
    return table(
        outcome=outcome, score=score, patient=named, groups={}, compared={}, decimals=decimals
    )


def known_of(
    claim: Mapping[str, object], predictions: Predictions, threshold: float | None = 0.5
) -> Known:
    evaluation = Classification.model_validate(
        {
            "name": "external",
            "task": "classification",
            "operating_point": {"threshold": threshold},
        }
    )
    return Known(
        MAKERS,
        {
            "study": Study(),
            "evaluation": evaluation,
            "predictions": predictions,
            "task_table": Absent("the task is classification", applies=False),
            "claim": Claim.model_validate(claim),
            "claim_at": "evaluations[0].claims[0]",
            "settings": Settings(resamples=400),
        },
    )


def checked(
    claim: Mapping[str, object],
    predictions: Predictions | None = None,
    threshold: float | None = 0.5,
) -> ClaimCheck | Absent:
    made = known_of(claim, predictions or table(), threshold).value("claim_check")
    assert isinstance(made, ClaimCheck | Absent)
    return made


def part_of(check: ClaimCheck | Absent, name: str) -> PartCheck:
    assert isinstance(check, ClaimCheck), check
    return next(part for part in check.parts if part.part == name)


class Case(NamedTuple):
    story: str
    claim: dict[str, object]
    verdict: Verdict
    words: str = ""
    """In the convention, or in the reason."""
    predictions: Predictions | None = None
    threshold: float | None = 0.5


def sensitivity(value: str, **more: object) -> dict[str, object]:
    return {"metric": "sensitivity", "value": value, **more}


def ppv(value: str) -> dict[str, object]:
    return {"metric": "positive_predictive_value", "value": value}


def f1(value: str) -> dict[str, object]:
    return {"metric": "f1", "value": value}


def auroc(value: str, **more: object) -> dict[str, object]:
    return {"metric": "auroc", "value": value, **more}


TIES = table(score=np.array(WITH + WITHOUT), decimals=1)
MISSING = table(
    outcome=np.array([1] * 10 + [0] * 12 + [-1]),
    score=np.array([*WITH[:-1], np.nan, *WITHOUT[:-1], 0.6]),
)
TWO_ROWS_EACH = table(patient=labels([f"p{i // 2}" for i in range(23)]))
SEPARATED = table(score=np.array([0.9] * 10 + [0.1] * 13))
NO_MALE_EVENT = table(groups={"sex": labels(["female"] * 10 + ["male"] * 13)})
TURNED = table(score=np.array(WITH + WITHOUT) - 1, lower_is_positive=True)
"""Submitted as 1 minus the score: 0.5 is 0.5, and lower values mean the outcome."""

VALUES = [
    Case("the value as recomputed", sensitivity("0.80"), REPRODUCED),
    Case("one digit is enough to agree", sensitivity("0.8"), REPRODUCED),
    Case(
        "further digits have to agree too",
        sensitivity("0.801"),
        CONTRADICTED,
        "recomputed 0.800, printed 0.801: differs by 0.001",
    ),
    Case("0.66667 rounds to 0.667", ppv("0.667"), REPRODUCED),
    Case("0.66667 does not round to 0.668", ppv("0.668"), CONTRADICTED, "differs by 0.001"),
    Case("half a unit, rounded up", sensitivity("0.3", at=0.84, of="quarter"), REPRODUCED),
    Case("half a unit, rounded to even", sensitivity("0.2", at=0.84, of="quarter"), REPRODUCED),
    Case(
        "digits cut instead of rounded",
        ppv("0.66"),
        OTHER,
        "cut after the printed digits, not rounded",
    ),
    Case("cutting explains no higher number", ppv("0.68"), CONTRADICTED),
    Case("a percent sign", sensitivity("80.0 %"), REPRODUCED),
    Case("said to be in percent", sensitivity("80.0", percent=True), REPRODUCED),
    Case("in percent, unsaid", sensitivity("80.0"), OTHER, "printed in percent"),
    Case(
        "digits after percent count",
        sensitivity("80.1 %"),
        CONTRADICTED,
        "differs by 0.1 percentage points",
    ),
    Case(
        "a fraction marked as percent",
        sensitivity("0.80", percent=True),
        OTHER,
        "printed as a fraction",
    ),
    Case(
        "in percent, unsaid, strictly above",
        sensitivity("70.0"),
        OTHER,
        "printed in percent; score > threshold",
    ),
    Case("decisions strictly above the threshold", sensitivity("0.70"), OTHER, "score > threshold"),
    Case(
        "strictly below where lower is positive",
        sensitivity("0.70", at=0.5),
        OTHER,
        "score < threshold",
        TURNED,
    ),
    Case(
        "the measure of the other class", ppv("0.818"), OTHER, "the other class taken as positive"
    ),
    Case("F1 of the other class", f1("0.750"), OTHER, "the other class"),
    Case("F1 averaged over classes", f1("0.739"), OTHER, "(macro)"),
    Case("F1 averaged over classes by size", f1("0.740"), OTHER, "weighted by size"),
    Case(
        "another metric is named, not excused",
        {"metric": "accuracy", "value": "0.746"},
        CONTRADICTED,
        "equals the balanced accuracy",
    ),
    Case(
        "decisions in place of scores are named",
        auroc("0.746"),
        CONTRADICTED,
        "the AUROC of decisions, not of scores",
    ),
    Case(
        "another threshold is named, not excused",
        sensitivity("0.800"),
        CONTRADICTED,
        "at a threshold of 0.5",
        None,
        0.2,
    ),
    Case(
        "observed over expected",
        {"metric": "observed_expected_ratio", "value": "0.870"},
        REPRODUCED,
    ),
    Case(
        "expected over observed",
        {"metric": "observed_expected_ratio", "value": "1.15"},
        OTHER,
        "expected over observed",
    ),
    Case(
        "a mean difference called in the large",
        {"metric": "calibration_in_the_large", "value": "-0.065"},
        OTHER,
        "the observed share minus the mean predicted risk",
    ),
    Case(
        "the Brier score over both classes",
        {"metric": "brier_score", "value": "0.323"},
        OTHER,
        "the sum over both classes",
    ),
    Case(
        "a likelihood ratio with half a case added",
        {"metric": "positive_likelihood_ratio", "value": "2.40"},
        OTHER,
        "0.5 added to each cell",
    ),
    Case("ties that printing did not make leave no room", auroc("0.86"), CONTRADICTED),
    Case(
        "ties made by printing leave room",
        auroc("0.86"),
        REPRODUCED,
        "within the range of ways to break 2 tied pairs",
        TIES,
    ),
    Case("room ends where the tied pairs end", auroc("0.84"), CONTRADICTED, "differs by", TIES),
    Case(
        "patients by their highest score",
        auroc("0.886"),
        OTHER,
        "one row per patient, highest score",
        TWO_ROWS_EACH,
    ),
    Case(
        "patients by their mean score",
        auroc("0.857"),
        OTHER,
        "one row per patient, mean score",
        TWO_ROWS_EACH,
    ),
    Case("complete rows alone", sensitivity("0.889"), REPRODUCED, "", MISSING),
    Case(
        "missing outcomes counted as without",
        {"metric": "specificity", "value": "0.62"},
        OTHER,
        "a missing outcome counted as without it",
        MISSING,
    ),
    Case(
        "missing scores counted as negative",
        sensitivity("0.80"),
        OTHER,
        "a missing score counted as negative",
        MISSING,
    ),
    Case("in one group", sensitivity("0.80", group="sex = female"), REPRODUCED),
    Case(
        "a group is found whatever its spaces", sensitivity("0.80", group="Sex=Female"), REPRODUCED
    ),
    Case("at another threshold", sensitivity("0.7", at=0.6), REPRODUCED),
    Case("of another score", sensitivity("0.50", of="reader", at=0.5), REPRODUCED),
    Case(
        "net benefit at its threshold",
        {"metric": "net_benefit", "value": "0.174", "at": 0.5},
        REPRODUCED,
    ),
    Case(
        "net benefit of treating no one",
        {"metric": "net_benefit", "value": "0.000", "at": 0.5, "of": "treat_none"},
        REPRODUCED,
    ),
    Case(
        "sensitivity at a specificity",
        {"metric": "sensitivity_at_specificity", "value": "0.73", "at": 0.8},
        REPRODUCED,
    ),
    Case(
        "undefined here",
        sensitivity("0.80", group="sex = male"),
        NOT_CHECKABLE,
        "no case has the outcome",
        NO_MALE_EVENT,
    ),
]


@pytest.mark.parametrize("case", VALUES, ids=lambda case: case.story)
def test_value(case: Case) -> None:
    part = part_of(checked(case.claim, case.predictions, case.threshold), "value")
    assert part.verdict is case.verdict, part
    assert case.words in (part.convention or part.because)


def at_digits(number: float, digits: int = 3) -> str:
    return f"{number:z.{digits}f}"


def test_both_calibration_intercepts_are_tried_under_either_name() -> None:
    data = many(400)
    joint = metrics.METRICS["classification", "calibration_intercept"](data.outcome, data.score)
    large = metrics.METRICS["classification", "calibration_in_the_large"](data.outcome, data.score)
    for metric, printed, words in (
        ("calibration_in_the_large", joint, "estimated together with the slope"),
        ("calibration_intercept", large, "slope fixed at 1"),
    ):
        part = part_of(checked({"metric": metric, "value": at_digits(printed)}, data), "value")
        assert part.verdict is OTHER
        assert words in part.convention


def test_a_contradiction_shows_every_convention_that_was_tried() -> None:
    part = part_of(checked(f1("0.600"), TWO_ROWS_EACH), "value")
    assert [each.convention for each in part.tried] == [
        "score ≥ threshold",
        "score > threshold",
        "one row per patient, highest score",
        "one row per patient, mean score",
        "the other class taken as positive",
        "the mean of both classes (macro)",
        "the mean of both classes weighted by size",
        "cut after the printed digits, not rounded",
    ]
    assert not any(each.fits for each in part.tried)


def test_our_own_convention_ends_the_search() -> None:
    part = part_of(checked(sensitivity("0.80")), "value")
    assert len(part.tried) == 1


ABSENT = [
    (
        sensitivity("0.8", group="sex = other"),
        'there is no group "sex = other"; there are "sex = female", "sex = male"',
    ),
    (sensitivity("0.8", of="radiologist"), 'there is no score "radiologist"'),
    (sensitivity("0.8", of="reader"), 'at which threshold "reader" decides is not described yet'),
    (auroc("0.1", versus="radiologist"), 'there is no score "radiologist"'),
    (auroc("0.1", versus="model"), "compared with itself"),
    (
        {"metric": "calibration_slope", "value": "0.1", "versus": "reader"},
        "a difference of calibration_slope is not recomputed",
    ),
    ({"metric": "partial_auroc", "value": "0.1"}, "evaluations.claims.at is not described yet"),
    ({"metric": "c_index", "value": "0.7"}, "c_index is not recomputed by this version"),
]


@pytest.mark.parametrize(("claim", "because"), ABSENT, ids=lambda each: str(each)[:60])
def test_what_is_missing_is_said(claim: dict[str, object], because: str) -> None:
    found = checked(claim)
    assert isinstance(found, Absent)
    assert because in found.because


def test_a_threshold_that_is_not_described_is_said() -> None:
    found = checked(sensitivity("0.8"), threshold=None)
    assert isinstance(found, Absent)
    assert "evaluations.operating_point.threshold is not described yet" in found.because


@pytest.mark.parametrize(
    ("factor", "threshold", "question"),
    [(100, 0.5, "are the scores in percent?"), (1, 50.0, "is the threshold in percent?")],
)
def test_a_threshold_on_another_scale_than_the_scores_is_asked_about(
    factor: int, threshold: float, question: str
) -> None:
    data = table(score=factor * np.array(WITH + WITHOUT))
    for at in ({}, {"at": threshold}):
        found = checked(sensitivity("0.8", **at), data, threshold)
        assert isinstance(found, Absent)
        assert question in found.because
        assert f"the threshold {threshold:g} lies outside all scores" in found.because


@pytest.mark.parametrize(
    ("threshold", "origin", "verdict"),
    [
        (0.42, "tuning", OTHER),
        (0.42, None, OTHER),
        (0.42, "fixed_before", CONTRADICTED),
        (0.42, "published", CONTRADICTED),
        (0.4, "tuning", CONTRADICTED),
    ],
)
def test_a_threshold_from_data_was_printed_with_fewer_digits_than_it_had(
    threshold: float, origin: str | None, verdict: Verdict
) -> None:
    score = np.array([*WITH[:-3], 0.424, 0.3, 0.2, *WITHOUT])
    data = table(score=score, groups={}, compared={})
    evaluation = Classification.model_validate(
        {
            "name": "external",
            "task": "classification",
            "operating_point": {"threshold": threshold, "origin": origin},
        }
    )
    known = known_of(sensitivity("0.70"), data).inside(evaluation=evaluation)
    part = part_of(known.value("claim_check"), "value")  # type: ignore[arg-type]  # it is a check
    assert part.verdict is verdict
    if verdict is OTHER:
        assert part.convention == "a threshold that rounds to 0.42"


def test_an_auroc_the_wrong_way_round_is_asked_about() -> None:
    turned = table(score=1 - np.array(WITH + WITHOUT))
    value = metrics.auroc(turned.outcome, turned.score)
    limits = {"low": at_digits(1 - value - 0.1), "high": at_digits(1 - value + 0.1)}
    check = checked(auroc(at_digits(1 - value), **limits), turned)
    part = part_of(check, "value")
    assert part.verdict is NOT_CHECKABLE
    assert "direction: lower_is_positive" in part.because
    assert part_of(check, "interval").verdict is NOT_CHECKABLE


def test_a_threshold_above_every_score_may_be_meant() -> None:
    part = part_of(checked(sensitivity("0.00"), threshold=0.95), "value")
    assert part.verdict is REPRODUCED


def test_scores_too_coarse_for_the_auroc_are_said_and_not_passed() -> None:
    rng = np.random.default_rng(3)
    outcome = np.arange(60) % 2
    score = (rng.random(60) * 0.5 + 0.3 * outcome).round(1)
    data = table(outcome=outcome, score=score, decimals=1, groups={}, compared={})
    low, high = metrics.auroc_tie_range(outcome == 1, score)
    assert high - low > WIDEST_ROOM
    inside = part_of(checked(auroc(at_digits(low + 0.01)), data), "value")
    assert inside.verdict is NOT_CHECKABLE
    assert "submit the scores unrounded" in inside.because
    assert part_of(checked(auroc(at_digits(low - 0.01)), data), "value").verdict is CONTRADICTED


def test_a_rating_has_ties_of_its_own() -> None:
    rng = np.random.default_rng(3)
    outcome = np.arange(200) % 2
    rating = np.clip(rng.integers(1, 5, 200) + outcome, 1, 5).astype(float)
    data = table(outcome=outcome, score=rating, decimals=0, groups={}, compared={})
    value = metrics.METRICS["classification", "auroc"](outcome, rating)
    assert part_of(checked(auroc(at_digits(value + 0.01)), data), "value").verdict is CONTRADICTED


def test_rounded_scores_leave_room_for_the_last_digits_of_a_brier_score() -> None:
    exact = many(300)
    rounded = table(
        outcome=exact.outcome, score=exact.score.round(2), decimals=2, groups={}, compared={}
    )
    brier = metrics.METRICS["classification", "brier_score"]
    printed = at_digits(brier(exact.outcome, exact.score), 5)
    assert printed != at_digits(brier(rounded.outcome, rounded.score), 5)
    part = part_of(checked({"metric": "brier_score", "value": printed}, rounded), "value")
    assert part.verdict is REPRODUCED
    assert "as scores with 2 decimals allow" in part.convention
    wrong = at_digits(brier(exact.outcome, exact.score) + 0.005, 5)
    assert (
        part_of(checked({"metric": "brier_score", "value": wrong}, rounded), "value").verdict
        is CONTRADICTED
    )


def test_rounded_scores_excuse_no_interval_around_a_wrong_value() -> None:
    exact = many(300)
    rounded = table(
        outcome=exact.outcome, score=exact.score.round(2), decimals=2, groups={}, compared={}
    )
    about = about_of(auroc("0.8"), exact)
    value, limits = about.rows.value(about.metric), next(methods(about.metric, about.rows)).limits()
    printed = {"low": at_digits(limits.low, 5), "high": at_digits(limits.high, 5)}
    inside = part_of(checked(auroc(at_digits(value, 5), **printed), rounded), "interval")
    assert inside.verdict is REPRODUCED
    assert "tied pairs" in inside.convention
    wrong = part_of(checked(auroc(at_digits(value + 0.05), **printed), rounded), "interval")
    assert "tied pairs" not in wrong.convention


ONCE, TWICE = many(240), many(240, per_patient=3)


def limits_of(metric: str, words: str, data: Predictions) -> tuple[float, float]:
    about = about_of({"metric": metric, "value": "0"}, data)
    method = next(each for each in methods(about.metric, about.rows) if each.words == words)
    limits = method.limits()
    return limits.low, limits.high


def about_of(claim: dict[str, object], data: Predictions, threshold: float | None = 0.5):  # type: ignore[no-untyped-def]
    evaluation = Classification.model_validate({"name": "external", "task": "classification"})
    return subject(
        Claim.model_validate(claim), evaluation, data, threshold, True, Settings(resamples=400)
    )


class Interval(NamedTuple):
    metric: str
    method: str
    verdict: Verdict
    data: Predictions
    named: str | None = None
    """The method that the paper names."""


INTERVALS = [
    Interval("auroc", "DeLong", REPRODUCED, ONCE),
    Interval("auroc", "DeLong, logit scale", OTHER, ONCE),
    Interval("auroc", "DeLong, logit scale", REPRODUCED, ONCE, "logit"),
    Interval("auroc", "Hanley-McNeil", OTHER, ONCE),
    Interval("auroc", "percentile bootstrap over cases", OTHER, ONCE),
    Interval("auroc", "percentile bootstrap over cases", REPRODUCED, ONCE, "bootstrap"),
    Interval("auroc", "BCa bootstrap over cases", OTHER, ONCE),
    Interval("auroc", "percentile bootstrap over cases, each class apart", OTHER, ONCE),
    Interval("auroc", "Obuchowski (DeLong clustered by patient)", REPRODUCED, TWICE),
    Interval("auroc", "Obuchowski, logit scale", OTHER, TWICE),
    Interval("auroc", "DeLong, rows taken as independent", OTHER, TWICE),
    Interval("auroc", "DeLong, rows taken as independent", REPRODUCED, TWICE, "delong"),
    Interval("auroc", "percentile bootstrap over patients", OTHER, TWICE),
    Interval("auroc", "percentile bootstrap over rows, taken as independent", OTHER, TWICE),
    Interval("sensitivity", "Wilson", REPRODUCED, ONCE),
    Interval("sensitivity", "Clopper-Pearson", OTHER, ONCE),
    Interval("sensitivity", "Clopper-Pearson", REPRODUCED, ONCE, "exact"),
    Interval("sensitivity", "Wald", OTHER, ONCE),
    Interval("sensitivity", "Agresti-Coull", OTHER, ONCE),
    Interval("sensitivity", "Jeffreys", OTHER, ONCE),
    Interval("sensitivity", "Wilson with continuity correction", OTHER, ONCE),
    Interval("sensitivity", "Wilson, clustered by patient", REPRODUCED, TWICE),
    Interval("sensitivity", "Clopper-Pearson on the effective number of cases", OTHER, TWICE),
    Interval("sensitivity", "Wilson, rows taken as independent", OTHER, TWICE),
    Interval("balanced_accuracy", "Wilson limits combined (MOVER)", REPRODUCED, ONCE),
    Interval("balanced_accuracy", "percentile bootstrap over cases", OTHER, ONCE),
    Interval("matthews_correlation", "percentile bootstrap over cases", REPRODUCED, ONCE),
    Interval("matthews_correlation", "Fisher's z", OTHER, ONCE),
    Interval("cohen_kappa", "standard error of Cohen 1960", REPRODUCED, ONCE, "wald"),
    Interval("observed_expected_ratio", "exact Poisson", OTHER, ONCE),
    Interval("observed_expected_ratio", "Wald limits of the observed share", OTHER, ONCE),
    Interval("auroc", "binomial exact, the AUROC as a proportion of all cases", OTHER, ONCE),
    Interval(
        "positive_predictive_value",
        "percentile bootstrap over cases, each class apart",
        OTHER,
        ONCE,
    ),
    Interval("balanced_accuracy", "Wald", REPRODUCED, ONCE, "wald"),
    Interval("calibration_slope", "Wald", REPRODUCED, ONCE),
    Interval("calibration_slope", "profile likelihood", OTHER, ONCE),
    Interval("calibration_intercept", "profile likelihood", OTHER, ONCE),
    Interval("calibration_in_the_large", "profile likelihood", OTHER, ONCE),
    Interval("observed_expected_ratio", "logarithmic", REPRODUCED, ONCE),
    Interval("observed_expected_ratio", "logarithmic, observed number as Poisson", OTHER, ONCE),
]


@pytest.mark.parametrize(
    "case", INTERVALS, ids=lambda case: f"{case.metric}: {case.method}, {case.named}"
)
def test_interval(case: Interval) -> None:
    low, high = limits_of(case.metric, case.method, case.data)
    about = about_of({"metric": case.metric, "value": "0"}, case.data)
    claim = {
        "metric": case.metric,
        "value": at_digits(about.rows.value(about.metric), 4),
        "low": at_digits(low, 4),
        "high": at_digits(high, 4),
        "interval_method": case.named,
    }
    part = part_of(checked(claim, case.data), "interval")
    assert part.verdict is case.verdict, part
    fitting = [each.convention for each in part.tried if each.fits]
    assert case.method in fitting
    if case.verdict is OTHER:
        assert part.convention in fitting


@pytest.mark.parametrize(
    ("moved", "verdict"),
    [
        ((0.0, 0.0), REPRODUCED),
        ((0.0, 0.002), CONTRADICTED),
        ((-0.002, 0.0), CONTRADICTED),
        ((0.03, -0.03), CONTRADICTED),
    ],
)
def test_both_limits_of_a_closed_formula_have_to_agree(
    moved: tuple[float, float], verdict: Verdict
) -> None:
    low, high = limits_of("calibration_slope", "Wald", ONCE)
    about = about_of({"metric": "calibration_slope", "value": "0"}, ONCE)
    claim = Claim.model_validate(
        {
            "metric": "calibration_slope",
            "value": at_digits(about.rows.value(about.metric)),
            "low": at_digits(low + moved[0]),
            "high": at_digits(high + moved[1]),
        }
    )
    part = check_interval(claim, check_value(claim, about, ONCE))
    assert part is not None
    closed = [each for each in part.tried if "bootstrap" not in each.convention]
    assert any(each.fits for each in closed) is (verdict is REPRODUCED)


@pytest.mark.parametrize("metric", ["auroc", "f1"])
def test_bootstraps_by_other_random_numbers_are_no_contradiction(metric: str) -> None:
    """Authors who drew 1,000 resamples with another seed: at most one of 60 intervals falls out of the room."""
    about = about_of({"metric": metric, "value": "0"}, ONCE)
    ours = replace(about, rows=replace(about.rows, resamples=2000))
    value = at_digits(ours.rows.value(ours.metric))
    contradicted = 0
    for seed in range(60):
        theirs = replace(about.rows, seeds=(seed + 1, 99), resamples=1000)
        limits = Resamples(about.metric, theirs).percentile()
        claim = Claim.model_validate(
            {
                "metric": metric,
                "value": value,
                "low": at_digits(limits.low),
                "high": at_digits(limits.high),
                "interval_method": "bootstrap",
            }
        )
        part = check_interval(claim, check_value(claim, ours, ONCE))
        assert part is not None
        contradicted += part.verdict is CONTRADICTED
    assert contradicted <= 1


def test_an_interval_that_no_method_gives_says_by_how_much() -> None:
    part = part_of(checked(auroc("0.900", low="0.899", high="0.901"), ONCE), "interval")
    assert part.verdict is CONTRADICTED
    assert "(DeLong)" in part.because
    assert "the lower limit differs by" in part.because
    assert len(part.tried) == 9


def test_a_method_that_cannot_be_recomputed_contradicts_nothing() -> None:
    claim = auroc("0.900", low="0.899", high="0.901", interval_method="fold_spread")
    part = part_of(checked(claim, ONCE), "interval")
    assert part.verdict is NOT_CHECKABLE
    assert "folds" in part.because


def test_percent_counts_for_limits_as_for_the_value() -> None:
    claim = sensitivity("80.0 %", low="49.0", high="94.3")
    found = checked(claim)
    assert isinstance(found, ClaimCheck)
    assert found.verdict is REPRODUCED
    assert part_of(found, "interval").recomputed == "49.0 % to 94.3 %"


def test_the_level_of_the_claim_counts() -> None:
    wilson = intervals.wilson(8, 10, 0.9)
    claim = sensitivity("0.80", low=at_digits(wilson.low), high=at_digits(wilson.high))
    assert part_of(checked({**claim, "level": 0.9}), "interval").verdict is REPRODUCED
    assert part_of(checked(claim), "interval").verdict is not REPRODUCED


def test_an_undefined_number_at_another_threshold_explains_nothing() -> None:
    separated = table(score=np.array([0.9] * 9 + [0.2] + [0.3] + [0.1] * 12))
    claim = {"metric": "positive_likelihood_ratio", "value": "99.0"}
    part = part_of(checked(claim, separated, 0.25), "value")  # infinite at 0.5
    assert part.verdict is CONTRADICTED
    assert "equals" not in part.because


def test_an_interval_follows_the_convention_of_its_value() -> None:
    wilson = intervals.wilson(7, 10)  # strictly above 0.5: 7 of 10
    claim = sensitivity("0.70", low=at_digits(wilson.low), high=at_digits(wilson.high))
    part = part_of(checked(claim), "interval")
    assert part.verdict is OTHER
    assert part.convention == "score > threshold"


def test_limits_turn_with_expected_over_observed() -> None:
    low, high = limits_of("observed_expected_ratio", "logarithmic", ONCE)
    about = about_of({"metric": "observed_expected_ratio", "value": "0"}, ONCE)
    claim = {
        "metric": "observed_expected_ratio",
        "value": at_digits(1 / about.rows.value(about.metric)),
        "low": at_digits(1 / high),
        "high": at_digits(1 / low),
    }
    part = part_of(checked(claim, ONCE), "interval")
    assert part.verdict is OTHER
    assert part.convention == "expected over observed"


def test_separated_classes_as_programs_print_them() -> None:
    exact = part_of(checked(auroc("1.00", low="0.74", high="1.00"), SEPARATED), "interval")
    assert exact.verdict is REPRODUCED
    none = part_of(checked(auroc("1.00", low="1.00", high="1.00"), SEPARATED), "interval")
    assert none.verdict is OTHER
    assert "without variance" in none.convention


CASES = [
    (sensitivity("0.80", cases=10), "cases", REPRODUCED, ""),
    (sensitivity("0.80", cases=23), "cases", OTHER, "all scored rows"),
    (sensitivity("0.80", cases=22), "cases", CONTRADICTED, "counted 10, printed 22: differs by 12"),
    (sensitivity("0.80", numerator=8), "numerator", REPRODUCED, ""),
    (sensitivity("0.80", numerator=7), "numerator", CONTRADICTED, "differs by 1"),
    (sensitivity("0.70", numerator=7), "numerator", REPRODUCED, ""),
    (auroc("0.854", numerator=7), "numerator", NOT_CHECKABLE, "no proportion"),
    (auroc("0.854", standard_deviation="0.08"), "standard_deviation", OTHER, "standard error"),
    (
        auroc("0.854", standard_deviation="0.02"),
        "standard_deviation",
        NOT_CHECKABLE,
        "columns.fold",
    ),
    (auroc("0.854", p_value="0.03"), "p_value", NOT_CHECKABLE, "evaluations.claims.versus"),
]


@pytest.mark.parametrize(
    ("claim", "name", "verdict", "words"), CASES, ids=lambda each: str(each)[:50]
)
def test_counts(claim: dict[str, object], name: str, verdict: Verdict, words: str) -> None:
    part = part_of(checked(claim), name)
    assert part.verdict is verdict
    assert words in (part.convention or part.because)


FOLDED = replace(many(300, seed=12), fold=labels([f"fold {i % 5}" for i in range(300)]))


def by_fold(metric: str = "auroc") -> list[float]:
    made = metrics.METRICS["classification", metric]
    assert FOLDED.fold is not None
    codes = FOLDED.fold.codes
    return [made(FOLDED.outcome[codes == k], FOLDED.score[codes == k]) for k in range(5)]


def test_a_mean_over_folds_is_a_convention_and_its_spread_is_reproduced() -> None:
    found = by_fold()
    mean, sd = at_digits(float(np.mean(found))), at_digits(float(np.std(found, ddof=1)))
    check = checked(auroc(mean, standard_deviation=sd), FOLDED)
    assert part_of(check, "value").convention == "mean over 5 folds"
    assert part_of(check, "standard_deviation").verdict is REPRODUCED
    error = part_of(
        checked(
            auroc(mean, standard_deviation=at_digits(float(np.std(found, ddof=1)) / 5**0.5)), FOLDED
        ),
        "standard_deviation",
    )
    assert "standard error of the mean over folds" in error.convention
    wrong = part_of(checked(auroc(mean, standard_deviation="0.2"), FOLDED), "standard_deviation")
    assert wrong.verdict is CONTRADICTED
    assert wrong.tried[-1].convention == "half of the 95% interval of the mean over folds"
    assert len(wrong.tried) == 8


def test_intervals_of_cross_validation_say_that_models_are_fixed() -> None:
    described = Study.model_validate(
        {"data": {"partitions": [{"name": "all", "role": "cross_validation"}]}}
    )
    evaluation = Classification.model_validate(
        {"name": "external", "task": "classification", "partition": "all"}
    )
    known = known_of(auroc("0.8"), FOLDED).inside(study=described, evaluation=evaluation)
    made = known.value("estimates")
    assert "models of the folds taken as fixed" in made.one("auroc").interval.method  # type: ignore[attr-defined]


def test_all_rows_and_patients_are_conventions_of_the_number_of_cases() -> None:
    assert part_of(checked(auroc("0.8", cases=21), MISSING), "cases").verdict is REPRODUCED
    assert "incomplete" in part_of(checked(auroc("0.8", cases=23), MISSING), "cases").convention
    assert part_of(checked(auroc("0.8", cases=12), TWO_ROWS_EACH), "cases").convention == "patients"


PAIRED = many(300)
PAIRED = table(
    outcome=PAIRED.outcome,
    score=PAIRED.score,
    groups={},
    compared={"reader": 0.6 * PAIRED.score + 0.4 * many(300, 2).score},
)
DIFFERENCE = next(
    each
    for each in metrics.compare(
        {"outcome": PAIRED.outcome, "a": PAIRED.score, "b": PAIRED.compared["reader"]}, "a", "b"
    )
    if each.metric == "auroc"
)


def versus(value: str | None = None, **more: object) -> dict[str, object]:
    return {"metric": "auroc", "value": value, "versus": "reader", **more}


def test_a_difference_is_reproduced_with_interval_and_p_value() -> None:
    assert DIFFERENCE.difference is not None
    assert DIFFERENCE.interval is not None
    assert DIFFERENCE.p is not None
    low, high = at_digits(DIFFERENCE.interval.low), at_digits(DIFFERENCE.interval.high)
    claim = versus(
        at_digits(DIFFERENCE.difference),
        low=low,
        high=high,
        p_value=f"p = {DIFFERENCE.p:.4f}",
        test="delong",
    )
    found = checked(claim, PAIRED)
    assert isinstance(found, ClaimCheck)
    assert found.verdict is REPRODUCED
    assert [part.part for part in found.parts] == ["value", "interval", "p_value"]
    assert found.compared is not None
    assert found.compared.second == "reader"
    mirrored = versus(
        at_digits(-DIFFERENCE.difference),
        low=at_digits(-DIFFERENCE.interval.high),
        high=at_digits(-DIFFERENCE.interval.low),
    )
    found = checked(mirrored, PAIRED)
    assert part_of(found, "value").convention == "the difference taken the other way round"
    assert part_of(found, "interval").verdict is REPRODUCED


def test_decisions_of_another_score_need_its_own_threshold() -> None:
    data = table(compared={"points": 10 * np.array(OTHER_SCORE)})
    claim = {"metric": "sensitivity", "value": "0.30", "versus": "points"}
    found = checked(claim, data)
    assert isinstance(found, Absent)
    assert 'at which threshold "points" decides is not described' in found.because
    decisions = table(compared={"points": (np.array(OTHER_SCORE) >= 0.5).astype(float)})
    assert part_of(checked(claim, decisions), "value").verdict is REPRODUCED


def test_a_threshold_assumed_for_another_probability_contradicts_nothing() -> None:
    claim = {"metric": "sensitivity", "value": "0.20", "versus": "reader"}
    part = part_of(checked(claim), "value")
    assert part.verdict is NOT_CHECKABLE
    assert 'at which threshold "reader" decides is not described; at 0.5' in part.because


@pytest.mark.parametrize("test", ["delong", None])
def test_a_bootstrap_explains_no_p_value_where_another_test_is_named(test: str | None) -> None:
    made = part_of(checked(versus(p_value="0.5", test=test), PAIRED), "p_value")
    assert any("bootstrap" in each.convention for each in made.tried) is (test is None)
    assert all(type(each.fits) is bool for each in made.tried)


def test_a_p_value_of_a_bootstrap_is_shown_as_it_was_found() -> None:
    claim = {**versus(p_value="0.9999"), "metric": "average_precision"}
    found = checked(claim, PAIRED)
    assert isinstance(found, ClaimCheck)
    part = part_of(found, "p_value")
    assert found.compared is not None
    assert "bootstrap" in found.compared.test
    assert part.tried[0].value == found.compared.p
    assert part.recomputed == f"{found.compared.p:.4f}"


def test_a_p_value_alone_is_enough_for_a_comparison() -> None:
    assert DIFFERENCE.p is not None
    assert DIFFERENCE.p < 0.01
    found = checked(versus(p_value="<0.01"), PAIRED)
    assert isinstance(found, ClaimCheck)
    assert [part.part for part in found.parts] == ["p_value"]
    assert found.verdict is REPRODUCED


@pytest.mark.parametrize(
    ("p_value", "test", "verdict"),
    [
        ("0.9", None, CONTRADICTED),
        ("0.9", "wilcoxon", NOT_CHECKABLE),
        ("hardly any", None, NOT_CHECKABLE),
    ],
)
def test_p_values_that_are_not_reproduced(p_value: str, test: str | None, verdict: Verdict) -> None:
    assert (
        part_of(checked(versus(p_value=p_value, test=test), PAIRED), "p_value").verdict is verdict
    )


def test_cases_taken_for_different_people_are_named() -> None:
    part = part_of(checked(versus(p_value="n.s."), PAIRED), "p_value")
    assert part.verdict is OTHER
    assert part.convention == "unpaired DeLong"


def test_a_one_sided_p_value_is_a_convention() -> None:
    assert DIFFERENCE.p is not None
    part = part_of(checked(versus(p_value=f"{DIFFERENCE.p / 2:.3g}"), PAIRED), "p_value")
    assert part.verdict is OTHER
    assert "one-sided" in part.convention


def test_decisions_are_compared_by_mcnemar_in_all_its_forms() -> None:
    # of 10 with the outcome, 4 are found by the model alone and 1 by the reader alone
    score = np.array([0.9] * 8 + [0.1] * 2 + WITHOUT)
    reader = np.array([0.9] * 4 + [0.1] * 4 + [0.9] + [0.1] + [0.2] * 13)
    data = table(score=score, compared={"reader": reader})
    claim = sensitivity("0.3", versus="reader", p_value="0.375")
    found = checked(claim, data)
    assert part_of(found, "value").verdict is REPRODUCED
    assert part_of(found, "p_value").verdict is REPRODUCED  # 2 P(X <= 1), X ~ B(5, 1/2) = 12/32
    for p_value, words in (
        ("0.18", "chi-squared"),
        ("0.371", "continuity correction"),
        ("0.22", "mid-p"),
    ):
        part = part_of(checked({**claim, "p_value": p_value}, data), "p_value")
        assert words in part.convention, part


def test_reclassification_exists_as_a_difference_only() -> None:
    made = metrics.compare(
        {"outcome": PAIRED.outcome, "a": PAIRED.score, "b": PAIRED.compared["reader"]}, "a", "b"
    )
    idi = next(each for each in made if each.metric == "integrated_discrimination_improvement")
    assert idi.difference is not None
    claim = {"metric": idi.metric, "value": at_digits(idi.difference), "versus": "reader"}
    assert part_of(checked(claim, PAIRED), "value").verdict is REPRODUCED
    assert isinstance(checked({"metric": idi.metric, "value": "0.1"}, PAIRED), Absent)


VERDICTS = [
    ((REPRODUCED,), REPRODUCED),
    ((REPRODUCED, OTHER), OTHER),
    ((OTHER, CONTRADICTED), CONTRADICTED),
    ((REPRODUCED, NOT_CHECKABLE), REPRODUCED),
    ((NOT_CHECKABLE, REPRODUCED), NOT_CHECKABLE),
    ((NOT_CHECKABLE, CONTRADICTED), CONTRADICTED),
    ((), NOT_CHECKABLE),
]


@pytest.mark.parametrize(("parts", "verdict"), VERDICTS)
def test_the_verdict_on_a_claim_is_the_worst_of_what_could_be_checked(
    parts: tuple[Verdict, ...], verdict: Verdict
) -> None:
    assert (
        worst([PartCheck(part="value", printed="", verdict=each, recomputed="") for each in parts])
        is verdict
    )


def test_a_claim_without_any_number_is_not_checkable() -> None:
    found = checked({"metric": "auroc"})
    assert isinstance(found, ClaimCheck)
    assert found.verdict is NOT_CHECKABLE
    assert "no value" in found.because


def widths_of(claim: dict[str, object], data: Predictions) -> tuple[IntervalWidth, ...]:
    made = known_of(claim, data).value("interval_widths")
    assert isinstance(made, tuple), made
    return made


def test_widths_tell_methods_that_know_about_patients_from_others() -> None:
    low, high = limits_of("auroc", "DeLong, rows taken as independent", TWICE)
    claim = auroc("0.8", low=at_digits(low), high=at_digits(high))
    found = widths_of(claim, TWICE)
    same = [each for each in found if each.same]
    assert same
    assert not any(each.clustered for each in same)
    clustered = next(each for each in found if each.method.startswith("Obuchowski (DeLong"))
    apart = next(each for each in found if each.method == "DeLong, rows taken as independent")
    assert clustered.width > apart.width == pytest.approx(high - low)
    assert (apart.claimed_low, apart.claimed_high) == (
        float(at_digits(low)),
        float(at_digits(high)),
    )


def test_room_of_a_bootstrap_is_larger_than_that_of_a_formula() -> None:
    found = widths_of(auroc("0.8", low="0.80", high="0.84"), ONCE)
    rooms = {each.method: each.room for each in found}
    assert rooms["DeLong"] == pytest.approx(0.01, abs=1e-6)  # half a unit at either limit
    assert 0.01 < rooms["percentile bootstrap over cases"] < 0.05
    assert all(each.width > 0 for each in found)


def test_nothing_is_resampled_for_an_interval_that_is_wide_enough() -> None:
    found = widths_of(auroc("0.8", low="0.70", high="0.90"), ONCE)
    assert not any("bootstrap" in each.method for each in found)
    repeated = widths_of(auroc("0.8", low="0.60", high="0.99"), TWICE)
    assert any("bootstrap" in each.method for each in repeated)


@pytest.mark.parametrize("claim", [auroc("0.8"), versus("0.1", low="0.0", high="0.2")])
def test_widths_do_not_apply_without_an_interval_of_one_metric(claim: dict[str, object]) -> None:
    made = known_of(claim, PAIRED).value("interval_widths")
    assert isinstance(made, Absent)
    assert not made.applies


def test_the_interval_of_no_method_is_narrower_after_room_than_it_may_be() -> None:
    made = known_of(
        sensitivity("0.8", low="0.5", high="0.9", group="sex = male"), NO_MALE_EVENT
    ).value("interval_widths")
    assert isinstance(made, Absent)
    assert "no case has the outcome" in made.because


PRINTED = [
    ("0.85", 0.845, True),
    ("0.85", 0.855, True),
    ("0.85", 0.84499, False),
    ("0.85", 0.85501, False),
    ("0.850", 0.8494, False),
    ("0.850", 0.8495, True),
    ("-0.19", -0.1949, True),
    ("-0.19", 0.19, False),
    ("1", 1.5, True),
    ("1.5e-3", 0.00146, True),
    ("0,85", 0.85, True),
]


@pytest.mark.parametrize(("text", "number", "agrees"), PRINTED)
def test_printed_digits_decide(text: str, number: float, agrees: bool) -> None:
    assert as_printed(Printed(text)).agrees(number) is agrees


P_VALUES = [
    ("<0.001", 0.0009, True),
    ("<0.001", 0.0011, False),
    ("p < .05", 0.03, True),
    ("P = 0.03", 0.0349, True),
    ("p=.03", 0.036, False),
    ("> 0.05", 0.2, True),
    ("n.s.", 0.2, True),
    ("NS", 0.01, False),
    ("0.000", 0.0004, True),
    ("0.000", 0.0006, False),
    ("1.4e-5", 0.0000143, True),
    ("1.4 × 10^-5", 0.0000143, True),
    ("p ≤ 0.01", 0.02, False),
]


def test_a_number_one_unit_above_is_not_cut() -> None:
    for decimals in (1, 2, 3):
        unit = 10**-decimals
        for k in range(10**decimals):
            printed = as_printed(Printed(f"{k * unit:.{decimals}f}"))
            assert not printed.is_cut((k + 1) / 10**decimals)
            assert printed.is_cut((k + 0.7) / 10**decimals)


@pytest.mark.parametrize(("text", "p", "agrees"), P_VALUES)
def test_p_values_are_read_as_printed(text: str, p: float, agrees: bool) -> None:
    assert printed_p(text).agrees(p) is agrees


@pytest.mark.parametrize("text", ["", "significant", "p = high", "1.2", "<"])
def test_what_is_no_p_value_is_said(text: str) -> None:
    with pytest.raises(NotEstablished, match="p value"):
        printed_p(text)


def test_wilson_with_continuity_correction_gives_the_published_table() -> None:
    """Newcombe 1998, Table I, method 4."""
    for found, cases, low, high in (
        (81, 263, 0.2535, 0.3682),
        (15, 148, 0.0598, 0.1644),
        (0, 20, 0.0, 0.2005),
        (1, 29, 0.0018, 0.1963),
    ):
        interval = wilson_corrected(found, cases)
        assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def test_lowess_gives_the_distances_of_a_straight_line_through_straight_outcomes() -> None:
    score = np.linspace(0.05, 0.95, 400)
    outcome = np.random.default_rng(5).random(400) < 0.1 + 0.8 * score
    gaps = lowess_gaps(Rows(outcome=outcome, score=score, patient=np.arange(400)))
    assert abs(gaps - abs(0.1 - 0.2 * score)).max() < 0.12


def test_every_other_definition_is_of_a_metric_that_exists() -> None:
    for name, definitions in OTHER_DEFINITIONS.items():
        assert ("classification", name) in metrics.METRICS
        assert name in METRIC_NAMES
        for each in definitions:
            assert each.metric or each.turn or each.direct


AT_NO_STATED_PLACE = sorted(
    name
    for task, name in metrics.METRICS
    if task == "classification" and name not in STATED and "net_benefit" not in name
)


@pytest.mark.parametrize("data", [ONCE, TWICE], ids=["one row each", "three rows each"])
def test_our_first_interval_is_that_of_the_estimates(data: Predictions) -> None:
    columns = {"outcome": data.outcome, "score": data.score}
    if data.patient is not None:
        columns["patient"] = data.patient.codes
    made = metrics.estimates(
        "classification", columns, threshold=0.5, evaluation="external", resamples=400
    )
    compared = 0
    for each in made:
        if each.interval is None:
            continue
        about = about_of({"metric": each.metric, "value": "0"}, data)
        limits = next(methods(about.metric, about.rows)).limits()
        assert (limits.low, limits.high) == pytest.approx(
            (each.interval.low, each.interval.high), abs=1e-9
        ), each.metric
        compared += 1
    assert compared > 15


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    cases=st.integers(30, 90),
    metric=st.sampled_from(AT_NO_STATED_PLACE),
    digits=st.integers(1, 4),
    per_patient=st.sampled_from([1, 2]),
    decimals=st.sampled_from([None, 2, 4]),
)
def test_our_own_numbers_are_reproduced(
    seed: int, cases: int, metric: str, digits: int, per_patient: int, decimals: int | None
) -> None:
    data = many(cases, seed, per_patient=per_patient, decimals=decimals)
    about = about_of({"metric": metric, "value": "0"}, data)
    try:
        value = about.rows.value(about.metric)
        limits = next(methods(about.metric, about.rows)).limits()
    except NotEstablished:
        return
    claim = Claim.model_validate(
        {
            "metric": metric,
            "value": at_digits(value, digits),
            "low": at_digits(limits.low, digits),
            "high": at_digits(limits.high, digits),
        }
    )
    found = check_value(claim, about, data)
    interval = check_interval(claim, found)
    assert found.part is not None
    assert found.part.verdict is REPRODUCED
    assert interval is not None
    assert interval.verdict is REPRODUCED


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    metric=st.sampled_from(AT_NO_STATED_PLACE),
    digits=st.integers(1, 4),
    units=st.sampled_from([-3, -2, 2, 3]),
)
def test_a_number_two_units_off_is_never_reproduced_as_ours(
    seed: int, metric: str, digits: int, units: int
) -> None:
    data = many(60, seed)
    about = about_of({"metric": metric, "value": "0"}, data)
    try:
        value = about.rows.value(about.metric)
    except NotEstablished:
        return
    printed = at_digits(round(value, digits) + units * 10.0**-digits, digits)
    part = check_value(Claim.model_validate({"metric": metric, "value": printed}), about, data).part
    assert part is not None
    if part.verdict is OTHER:
        fitting = next(each for each in part.tried if each.fits)
        assert fitting.convention == part.convention
        assert fitting.value is not None
    else:
        assert part.verdict is CONTRADICTED


def test_few_wrong_numbers_are_explained_by_some_convention() -> None:
    """Values 0.01 to 0.05 off, printed with two digits: how many slip through."""
    rng, explained, wrong = np.random.default_rng(11), 0, 0
    names = (
        "auroc",
        "sensitivity",
        "specificity",
        "positive_predictive_value",
        "accuracy",
        "f1",
        "brier_score",
        "calibration_slope",
    )
    for seed in range(12):
        data = many(300, seed)
        for metric in names:
            about = about_of({"metric": metric, "value": "0"}, data)
            value = about.rows.value(about.metric)
            off = rng.choice([-1, 1]) * rng.uniform(0.015, 0.05)
            printed = at_digits(value + off, 2)
            if as_printed(Printed(printed)).agrees(value):
                continue
            claim = Claim.model_validate({"metric": metric, "value": printed})
            part = check_value(claim, about, data).part
            wrong += 1
            explained += part is not None and part.verdict is not CONTRADICTED
    assert wrong > 80
    assert explained / wrong < 0.08
