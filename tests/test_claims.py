"""Printed numbers against recomputed ones: every verdict, every convention, and rounding on both sides of each edge."""

from collections.abc import Mapping
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
from checker.evidence.conventions import RATING_LEVELS, WIDEST_ROOM
from checker.evidence.definitions import OTHER_DEFINITIONS, lowess_gaps
from checker.evidence.interval_methods import methods, wilson_corrected
from checker.evidence.printed import as_printed, printed_p
from checker.evidence.rows import Rows, subject
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


def many(cases: int, seed: int = 1, *, per_patient: int = 1, decimals: int | None = None) -> Predictions:
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
            "claim": Claim.model_validate(claim),
            "claim_at": "evaluations[0].claims[0]",
            "settings": Settings(resamples=400),
        },
    )


def checked(
    claim: Mapping[str, object], predictions: Predictions | None = None, threshold: float | None = 0.5
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
    Case("further digits have to agree too", sensitivity("0.801"), CONTRADICTED, "recomputed 0.800, printed 0.801: differs by 0.001"),
    Case("0.66667 rounds to 0.667", ppv("0.667"), REPRODUCED),
    Case("0.66667 does not round to 0.668", ppv("0.668"), CONTRADICTED, "differs by 0.001"),
    Case("half a unit, rounded up", sensitivity("0.3", at=0.84, of="quarter"), REPRODUCED),
    Case("half a unit, rounded to even", sensitivity("0.2", at=0.84, of="quarter"), REPRODUCED),
    Case("digits cut instead of rounded", ppv("0.66"), OTHER, "cut after the printed digits, not rounded"),
    Case("cutting explains no higher number", ppv("0.68"), CONTRADICTED),
    Case("a percent sign", sensitivity("80.0 %"), REPRODUCED),
    Case("said to be in percent", sensitivity("80.0", percent=True), REPRODUCED),
    Case("in percent, unsaid", sensitivity("80.0"), OTHER, "printed in percent"),
    Case("digits after percent count", sensitivity("80.1 %"), CONTRADICTED, "differs by 0.1 percentage points"),
    Case("a fraction marked as percent", sensitivity("0.80", percent=True), OTHER, "printed as a fraction"),
    Case("in percent, unsaid, strictly above", sensitivity("70.0"), OTHER, "printed in percent; score > threshold"),
    Case("decisions strictly above the threshold", sensitivity("0.70"), OTHER, "score > threshold"),
    Case("strictly below where lower is positive", sensitivity("0.70", at=0.5), OTHER, "score < threshold", TURNED),
    Case("the measure of the other class", ppv("0.818"), OTHER, "the other class taken as positive"),
    Case("F1 of the other class", f1("0.750"), OTHER, "the other class"),
    Case("F1 averaged over classes", f1("0.739"), OTHER, "(macro)"),
    Case("F1 averaged over classes by size", f1("0.740"), OTHER, "weighted by size"),
    Case("another metric is named, not excused", {"metric": "accuracy", "value": "0.746"}, CONTRADICTED, "equals the balanced accuracy"),
    Case("decisions in place of scores are named", auroc("0.746"), CONTRADICTED, "the AUROC of decisions, not of scores"),
    Case("another threshold is named, not excused", sensitivity("0.700"), CONTRADICTED, "at a threshold of 0.5", None, 0.2),
    Case("observed over expected", {"metric": "observed_expected_ratio", "value": "0.870"}, REPRODUCED),
    Case("expected over observed", {"metric": "observed_expected_ratio", "value": "1.15"}, OTHER, "expected over observed"),
    Case("a mean difference called in the large", {"metric": "calibration_in_the_large", "value": "-0.065"}, OTHER, "the observed share minus the mean predicted risk"),
    Case("the Brier score over both classes", {"metric": "brier_score", "value": "0.323"}, OTHER, "the sum over both classes"),
    Case("a likelihood ratio with half a case added", {"metric": "positive_likelihood_ratio", "value": "2.40"}, OTHER, "0.5 added to each cell"),
    Case("ties that printing did not make leave no room", auroc("0.86"), CONTRADICTED),
    Case("ties made by printing leave room", auroc("0.86"), REPRODUCED, "within the range of ways to break 2 tied pairs", TIES),
    Case("room ends where the tied pairs end", auroc("0.84"), CONTRADICTED, "differs by", TIES),
    Case("patients by their highest score", auroc("0.886"), OTHER, "one row per patient, highest score", TWO_ROWS_EACH),
    Case("patients by their mean score", auroc("0.857"), OTHER, "one row per patient, mean score", TWO_ROWS_EACH),
    Case("complete rows alone", sensitivity("0.889"), REPRODUCED, "", MISSING),
    Case("missing outcomes counted as without", {"metric": "specificity", "value": "0.62"}, OTHER, "a missing outcome counted as without it", MISSING),
    Case("missing scores counted as negative", sensitivity("0.80"), OTHER, "a missing score counted as negative", MISSING),
    Case("in one group", sensitivity("0.80", group="sex = female"), REPRODUCED),
    Case("a group is found whatever its spaces", sensitivity("0.80", group="Sex=Female"), REPRODUCED),
    Case("at another threshold", sensitivity("0.7", at=0.6), REPRODUCED),
    Case("of another score", sensitivity("0.50", of="reader", at=0.5), REPRODUCED),
    Case("net benefit at its threshold", {"metric": "net_benefit", "value": "0.174", "at": 0.5}, REPRODUCED),
    Case("net benefit of treating no one", {"metric": "net_benefit", "value": "0.000", "at": 0.5, "of": "treat_none"}, REPRODUCED),
    Case("sensitivity at a specificity", {"metric": "sensitivity_at_specificity", "value": "0.73", "at": 0.8}, REPRODUCED),
    Case("undefined here", sensitivity("0.80", group="sex = male"), NOT_CHECKABLE, "no case has the outcome", NO_MALE_EVENT),
]  # fmt: skip


@pytest.mark.parametrize("case", VALUES, ids=lambda case: case.story)
def test_value(case: Case) -> None:
    part = part_of(checked(case.claim, case.predictions, case.threshold), "value")
    assert part.verdict is case.verdict, part
    assert case.words in (part.convention or part.because)
