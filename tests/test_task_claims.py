"""Printed numbers of every task but binary classification: our own, under each convention, and off by a little."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import combinations
from math import log, sqrt
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import stats

from checker import metrics
from checker.evidence import gather, known_about, places
from checker.evidence.printed import printed_p
from checker.evidence.task_conventions import OTHER_NUMBERS
from checker.evidence.task_intervals import OTHER_INTERVALS
from checker.evidence.task_ways import OTHER_WAYS
from checker.metrics import intervals
from checker.metrics.cox import cox
from checker.metrics.distributions import student
from checker.metrics.estimating import complete, known_of
from checker.metrics.survival import timeline
from checker.model.claim import ClaimCheck, PartCheck, Verdict
from checker.model.estimate import Estimate
from checker.model.metric_names import METRIC_NAMES, find_metric
from checker.model.predictions import TaskTable
from checker.model.settings import Settings
from checker.model.times import YEAR
from checker.needs import Absent
from checker.reading.references import read_thresholds

from . import task_tables
from .agreement_data import MEASURED, REFERENCE
from .task_evaluations import described

REPRODUCED, OTHER = Verdict.REPRODUCED, Verdict.OTHER_CONVENTION
CONTRADICTED, NOT_CHECKABLE = Verdict.CONTRADICTED, Verdict.NOT_CHECKABLE
Checked = ClaimCheck | Absent


@cache
def table_of(name: str) -> TaskTable:
    """Return a table by the name of its task, or of a variety of it."""
    if name == "competing":
        return task_tables.survival(competing=True)
    if name == "rounded":
        table = task_tables.survival()
        return replace(table, columns={**table.columns, "score": table.columns["score"].round(0)})
    if name == "decisions":
        table = task_tables.readers()
        called = (table.columns["rating"] >= 3).astype(int)
        rest = {each: column for each, column in table.columns.items() if each != "rating"}
        places = {**table.places, "threshold": (None,)}
        return replace(table, columns={**rest, "decision": called}, places=places)
    if name == "two raters":
        table = task_tables.raters()
        return replace(table, columns={"ratings": table.columns["ratings"][:, :2]})
    if name == "grades":
        table = task_tables.agreement()
        cutoffs = (1200.0, 1600.0)
        given = {**table.given, "cutoffs": cutoffs}
        return replace(table, given=given, places={**table.places, "threshold": cutoffs})
    if name == "repeated":
        patients = task_tables.labels([f"p{each // 3:02}" for each in range(60)])
        return task_tables.agreement(patient=patients)
    if name == "replicates":
        rng = np.random.default_rng(8)
        ratings = np.repeat(rng.normal(50, 9, 30), 2).reshape(30, 2) + rng.normal(0, 3, (30, 2))
        return replace(
            task_tables.raters(),
            cases=30,
            given={"scale": "interval"},
            columns={"ratings": ratings},
        )
    if name == "replicates tied":
        table = table_of("replicates")
        return replace(table, columns={"ratings": table.columns["ratings"].round(-1)})
    if name == "score alone":
        table = task_tables.survival()
        columns = {each: table.columns[each] for each in ("time", "event", "score")}
        return replace(table, columns=columns)
    return task_tables.of(name)


def checks(name: str, *claims: Mapping[str, object], resamples: int = 200) -> tuple[Checked, ...]:
    """Return the claims about a table, checked."""
    table = table_of(name)
    task = {"raters": "agreement"}.get(table.task, table.task)
    study = described("raters" if table.task == "raters" else task, claims=[*claims])
    (evaluation,) = study.evaluations or ()
    known = known_about(
        study,
        predictions={evaluation.name: table},
        case_tables={},
        thresholds=read_thresholds(),
        settings=Settings(resamples=resamples),
    )
    (found,) = gather(places(study, known)).evaluations
    return tuple(each.claim_check for each in found.claims)


def checked(name: str, **claim: object) -> ClaimCheck:
    (found,) = checks(name, claim)
    assert isinstance(found, ClaimCheck), found
    return found


def part_of(check: ClaimCheck, name: str) -> PartCheck:
    return next(part for part in check.parts if part.part == name)


@cache
def estimates(name: str) -> tuple[Estimate, ...]:
    table = table_of(name)
    columns = dict(table.columns)
    if table.patient is not None:
        columns["patient"] = table.patient.codes
    evaluation = (described(table.task).evaluations or ())[0].name
    return metrics.estimates(
        table.task,
        columns,
        places=table.places,
        given=table.given,
        resamples=200,
        evaluation=evaluation,
    )


def one(name: str, metric: str, **where: object) -> Estimate:
    (found,) = [
        each
        for each in estimates(name)
        if each.metric == metric and all(getattr(each, key) == at for key, at in where.items())
    ]
    return found


def claimable(name: str) -> Iterator[tuple[dict[str, object], Estimate]]:
    """Yield a claim on each number that a claim can name, without its value, and the number."""
    for each in estimates(name):
        if each.value is None or not 1e-4 < abs(each.value) < 1e5:
            continue
        named = [
            value
            for value in (each.label, each.reader, each.modality, each.strategy, each.structure)
            if value
        ]
        places = (
            each.horizon,
            each.threshold,
            each.false_positives_per_case,
            each.tolerance_mm,
        )
        placed = [value for value in places if value is not None]
        if len(named) > 1 or len(placed) > 1:
            continue
        claim: dict[str, object] = {"metric": each.metric}
        claim |= {"of": named[0]} if named else {}
        claim |= {"at": placed[0]} if placed else {}
        claim |= {"versus": each.versus} if each.versus else {}
        claim |= {"summary": each.summary} if each.summary else {}
        yield claim, each


TABLES = (*task_tables.MAKE, "competing", "repeated", "replicates")


@pytest.mark.parametrize("name", TABLES)
def test_our_own_numbers_are_reproduced(name: str) -> None:
    claims, expected = [], []
    for claim, each in claimable(name):
        printed = {"value": f"{each.value:.5f}", "cases": each.cases}
        if each.interval:
            printed |= {"low": f"{each.interval.low:.5f}", "high": f"{each.interval.high:.5f}"}
        claims.append({**claim, **printed})
        expected.append(each)
    for claim, each, found in zip(claims, expected, checks(name, *claims), strict=True):
        assert isinstance(found, ClaimCheck), (claim, found)
        if each.versus is None:
            assert found.recomputed is not None
            assert found.recomputed.value == each.value, claim
        else:
            assert found.compared is not None
            assert found.compared.difference == pytest.approx(each.value, abs=1e-12), claim
        for part in found.parts:
            drawn = each.interval is not None and "bootstrap" in each.interval.method
            if part.part != "interval" or not drawn:
                assert part.verdict is REPRODUCED, (claim, part)
            assert part.verdict in (REPRODUCED, OTHER), (claim, part)


@pytest.mark.parametrize("name", [*TABLES, "decisions", "two raters", "grades"])
def test_no_part_that_is_wrong_ends_the_check(name: str) -> None:
    claims = [
        {**claim, "value": f"{each.value:.4f}", **more}
        for claim, each in claimable(name)
        for more in (
            {"low": f"{each.value - 0.31:.4f}", "high": f"{each.value + 0.0123:.4f}"},
            {"standard_deviation": "0.7777", "numerator": 3, "cases": 7, "p_value": "0.7777"},
        )
    ]
    for claim, found in zip(claims, checks(name, *claims, resamples=40), strict=True):
        if isinstance(found, Absent):
            assert "versus" in claim, (claim, found)
            continue
        verdicts = {part.part: part.verdict for part in found.parts}
        assert verdicts["value"] is REPRODUCED, (claim, found)
        if "low" in claim and claim.get("summary") == "median":
            assert verdicts["interval"] is not OTHER, (claim, found)
        elif "low" in claim:
            assert verdicts["interval"] in (CONTRADICTED, NOT_CHECKABLE), (claim, found)
        else:
            assert verdicts["cases"] is CONTRADICTED, (claim, found)
            assert not {REPRODUCED, OTHER} & {verdicts["standard_deviation"], verdicts["p_value"]}


def _off_by_two(number: float) -> str:
    """Return the number with many digits, the last of them two too large."""
    places = 7 if abs(number) < 10 else 5 if abs(number) < 1000 else 3
    return f"{number + 2 * 10**-places:.{places}f}"


@pytest.mark.parametrize("name", TABLES)
def test_two_units_off_is_contradicted(name: str) -> None:
    claims = [
        {**claim, "value": _off_by_two(each.value)}
        for claim, each in claimable(name)
        if each.value is not None
    ]
    for claim, found in zip(claims, checks(name, *claims), strict=True):
        assert isinstance(found, ClaimCheck)
        assert part_of(found, "value").verdict is CONTRADICTED, (claim, found)


@pytest.mark.parametrize("name", TABLES)
def test_limits_that_lie_elsewhere_are_contradicted(name: str) -> None:
    claims = []
    for claim, each in claimable(name):
        # limits of a median jump from one patient's distance to the next, so that far ones are within reach
        if each.interval and each.value is not None and each.summary != "median":
            half = (each.interval.high - each.interval.low) / 2
            low, high = each.interval.low + half, each.interval.high + half
            value = f"{each.value:.6f}"
            claims.append({**claim, "value": value, "low": f"{low:.6f}", "high": f"{high:.6f}"})
    for claim, found in zip(claims, checks(name, *claims), strict=True):
        assert isinstance(found, ClaimCheck)
        assert part_of(found, "interval").verdict is CONTRADICTED, (claim, found)


# Conventions


class Convention(NamedTuple):
    words: str
    table: str
    claim: dict[str, object]
    value: float


def _columns(name: str) -> dict[str, Any]:
    return dict(table_of(name).columns)


def _difference(name: str = "agreement") -> np.ndarray[Any, np.dtype[np.float64]]:
    columns = _columns(name)
    return np.asarray(columns["measured"] - columns["reference"])


def value(name: str, metric: str, **where: object) -> float:
    found = one(name, metric, **where).value
    assert found is not None
    return found


def _confusion() -> np.ndarray[Any, np.dtype[np.float64]]:
    columns = _columns("multiclass")
    table = np.zeros((3, 3))
    np.add.at(table, (columns["outcome"], columns["risks"].argmax(axis=1)), 1)
    return table


def _f1(weights: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    table = _confusion()
    each = 2 * np.diagonal(table) / (table.sum(axis=0) + table.sum(axis=1))
    return float(weights @ each / weights.sum())


def _f1_of_means() -> float:
    table = _confusion()
    precision = (np.diagonal(table) / table.sum(axis=0)).mean()
    recall = (np.diagonal(table) / table.sum(axis=1)).mean()
    return float(2 * precision * recall / (precision + recall))


def _precision_by_size() -> float:
    table = _confusion()
    precision = np.diagonal(table) / table.sum(axis=0)
    return float(np.average(precision, weights=table.sum(axis=1)))


def _specificity_by_size() -> float:
    table = _confusion()
    found = [
        np.delete(np.delete(table, i, 0), i, 1).sum() / np.delete(table, i, 0).sum()
        for i in range(3)
    ]
    return float(np.average(found, weights=table.sum(axis=1)))


def _without_ties() -> float:
    columns = _columns("rounded")
    time, event, score = columns["time"], columns["event"], columns["score"]
    right = pairs = 0
    for i in np.flatnonzero(event == 1):
        later = (time > time[i]) | ((time == time[i]) & (event != 1))
        differ = later & (score != score[i])
        pairs += int(differ.sum())
        right += int((score[differ] < score[i]).sum())
    return right / pairs


def _percentile() -> float:
    return float(np.quantile(table_of("agreement").columns["measured"], 0.975, method="weibull"))


def _subdistribution() -> float:
    columns = table_of("competing").columns
    line = timeline(columns["time"], columns["event"])
    return float(np.exp(cox(line, columns["score"][None], stay=True).coefficients[0]))


def _concordance_of_the_cause() -> float:
    columns = table_of("competing").columns
    alone = np.where(columns["event"] == 2, 0, columns["event"])
    return metrics.METRICS["survival", "c_index"](columns["time"], alone, columns["score"])


def _competing_as_censored() -> float:
    columns = _columns("competing")
    curve = metrics.survival_curve(columns["time"], np.where(columns["event"] == 1, 1, 0))
    return 1 - curve.value[int(np.searchsorted(curve.time, 3 * YEAR, "right")) - 1]


def _pooled() -> float:
    columns = _columns("readers")
    rows = columns["modality_code"] == 1
    outcome, rating = columns["outcome"][rows] == 1, columns["rating"][rows]
    above = rating[outcome][:, None] - rating[~outcome][None, :]
    return float(((above > 0) + (above == 0) / 2).mean())


def _mean_over_pairs() -> float:
    columns = _columns("ordinal")
    outcome, score = columns["outcome"], columns["score"]
    found = []
    for low, high in combinations(np.unique(outcome), 2):
        above = score[outcome == high][:, None] - score[outcome == low][None, :]
        found.append(((above > 0) + (above == 0) / 2).mean())
    return float(np.mean(found))


def _plain_w() -> float:
    ratings = _columns("replicates tied")["ratings"]
    n, m = ratings.shape
    sums = stats.rankdata(ratings, axis=0).sum(axis=1)
    return float(12 * ((sums - sums.mean()) ** 2).sum() / (m**2 * (n**3 - n)))


def _alpha_of_squares() -> float:
    """Return 1 - D_o / D_e of complete ratings: squared differences inside subjects over those of all ratings."""
    ratings = _columns("raters")["ratings"]
    return float(1 - ratings.var(axis=1, ddof=1).mean() / ratings.var(ddof=1))


def _mean_quadratic_kappa() -> float:
    """Return the mean over pairs of 2 s_xy / (s_x² + s_y² + (mean x - mean y)²), which is quadratic kappa."""
    ratings = _columns("raters")["ratings"]
    found = []
    for x, y in combinations(ratings.T, 2):
        below = x.var() + y.var() + (x.mean() - y.mean()) ** 2
        found.append(2 * np.cov(x, y, ddof=0)[0, 1] / below)
    return float(np.mean(found))


@cache
def conventions() -> tuple[Convention, ...]:
    agreement, difference = _columns("agreement"), _difference()
    middle = (agreement["reference"] + agreement["measured"]) / 2
    spread, bias = difference.std(ddof=1), difference.mean()
    rows = _difference("repeated")
    both = np.cov(agreement["reference"], agreement["measured"])
    apart = both[0, 0] + both[1, 1] + bias**2
    survival, risks = _columns("survival"), _columns("multiclass")["risks"]
    right = np.eye(3)[_columns("multiclass")["outcome"]]
    upper, lower = {"metric": "limits_of_agreement", "of": "upper"}, "limits_of_agreement"
    at = {"at": 3 * YEAR}
    hazard = value("survival", "hazard_ratio")
    difference_of = {"metric": "reader_auroc_difference"}
    made = [
        ("Uno's", "survival", {"metric": "c_index"}, value("survival", "uno_c_index")),
        ("1 - C", "survival", {"metric": "c_index"}, 1 - value("survival", "c_index")),
        ("tied scores left out", "rounded", {"metric": "c_index"}, _without_ties()),
        ("Harrell's", "survival", {"metric": "uno_c_index"}, value("survival", "c_index")),
        ("1 - C", "survival", {"metric": "uno_c_index"}, 1 - value("survival", "uno_c_index")),
        (
            "1 - C",
            "survival",
            {"metric": "time_dependent_auroc", **at},
            1 - value("survival", "time_dependent_auroc", horizon=3 * YEAR),
        ),
        (
            "share without",
            "survival",
            {"metric": "observed_risk", **at},
            1 - value("survival", "observed_risk", horizon=3 * YEAR),
        ),
        (
            "competing events as censored",
            "competing",
            {"metric": "observed_risk", **at},
            _competing_as_censored(),
        ),
        ("other direction", "survival", {"metric": "hazard_ratio"}, 1 / hazard),
        ("percentile", "agreement", {"metric": "reference_limit", "of": "upper"}, _percentile()),
        ("Fine and Gray", "competing", {"metric": "hazard_ratio"}, _subdistribution()),
        ("events as censored", "competing", {"metric": "c_index"}, _concordance_of_the_cause()),
        ("logarithm", "survival", {"metric": "hazard_ratio"}, log(hazard)),
        (
            "in months",
            "survival",
            {"metric": "median_survival"},
            value("survival", "median_survival") / YEAR * 12,
        ),
        (
            "in years",
            "survival",
            {"metric": "median_follow_up"},
            value("survival", "median_follow_up") / YEAR,
        ),
        (
            "all times",
            "survival",
            {"metric": "median_follow_up"},
            float(np.median(survival["time"])),
        ),
        (
            "those without the outcome",
            "survival",
            {"metric": "median_follow_up"},
            float(np.median(survival["time"][survival["event"] == 0])),
        ),
        *(
            (
                f"{words}{unit}",
                "survival",
                {"metric": metric},
                float(np.median(survival["time"][rows])) / days,
            )
            for metric, words, rows in (
                ("median_follow_up", "all times, outcomes included", slice(None)),
                ("median_follow_up", "those without the outcome", survival["event"] == 0),
                ("median_survival", "as if nobody were censored", slice(None)),
                ("median_survival", "those with the outcome", survival["event"] == 1),
            )
            for unit, days in ((", in months", YEAR / 12), (", in years", YEAR))
        ),
        (
            "as if nobody were censored",
            "survival",
            {"metric": "median_survival"},
            float(np.median(survival["time"])),
        ),
        (
            "those with the outcome",
            "survival",
            {"metric": "median_survival"},
            float(np.median(survival["time"][survival["event"] == 1])),
        ),
        (
            "coefficient of the score",
            "survival",
            {"metric": "calibration_slope", **at},
            log(hazard),
        ),
        (
            "expected over observed",
            "survival",
            {"metric": "observed_expected_ratio", **at},
            1 / value("survival", "observed_expected_ratio", horizon=3 * YEAR),
        ),
        ("reference minus measured", "agreement", {"metric": "bland_altman_bias"}, -bias),
        (
            "share of the mean of both",
            "agreement",
            {"metric": "bland_altman_bias"},
            float((difference / middle).mean()),
        ),
        (
            "share of the reference",
            "agreement",
            {"metric": "bland_altman_bias"},
            float((difference / agreement["reference"]).mean()),
        ),
        ("reference minus measured", "agreement", upper, -value("agreement", lower, label="lower")),
        ("2 standard deviations", "agreement", upper, bias + 2 * spread),
        ("reference minus measured", "agreement", upper, -bias + 2 * spread),
        ("with n below", "agreement", upper, bias + 1.96 * difference.std()),
        ("normal quantile", "agreement", upper, bias + intervals.quantile(0.95) * spread),
        ("rows taken as independent", "repeated", upper, rows.mean() + 1.96 * rows.std(ddof=1)),
        (
            "n - 1 below",
            "agreement",
            {"metric": "concordance_correlation"},
            float(2 * both[0, 1] / apart),
        ),
        (
            "standard deviation of the differences",
            "agreement",
            {"metric": "root_mean_squared_error"},
            float(spread),
        ),
        (
            "squared Pearson",
            "agreement",
            {"metric": "r_squared"},
            value("agreement", "pearson_correlation") ** 2,
        ),
        (
            "ICC(3,1)",
            "agreement",
            {"metric": "intraclass_correlation"},
            value("agreement", "icc_3_1"),
        ),
        (
            "half of the sum",
            "multiclass",
            {"metric": "brier_score"},
            value("multiclass", "brier_score") / 2,
        ),
        (
            "mean over classes",
            "multiclass",
            {"metric": "brier_score"},
            float(((risks - right) ** 2).mean()),
        ),
        (
            "prevalence-weighted",
            "multiclass",
            {"metric": "one_vs_rest_auroc"},
            value("multiclass", "one_vs_rest_auroc", label="prevalence-weighted"),
        ),
        (
            "all pairs of case and class",
            "multiclass",
            {"metric": "one_vs_rest_auroc"},
            value("multiclass", "micro_auroc"),
        ),
        (
            "Hand and Till",
            "multiclass",
            {"metric": "one_vs_rest_auroc"},
            value("multiclass", "multiclass_auroc"),
        ),
        ("size of classes", "multiclass", {"metric": "macro_f1"}, _f1(_confusion().sum(axis=1))),
        ("mean precision", "multiclass", {"metric": "macro_f1"}, _f1_of_means()),
        ("size of classes", "multiclass", {"metric": "macro_precision"}, _precision_by_size()),
        ("size of classes", "multiclass", {"metric": "macro_specificity"}, _specificity_by_size()),
        (
            "accuracy",
            "multiclass",
            {"metric": "macro_f1"},
            value("multiclass", "multiclass_accuracy"),
        ),
        (
            "linear weights",
            "ordinal",
            {"metric": "weighted_kappa"},
            value("ordinal", "linear_weighted_kappa"),
        ),
        (
            "without weights",
            "ordinal",
            {"metric": "weighted_kappa"},
            value("ordinal", "cohen_kappa"),
        ),
        (
            "1 - C",
            "ordinal",
            {"metric": "dichotomised_auroc", "of": "F0-F1 vs F2-F4"},
            1 - value("ordinal", "dichotomised_auroc", label="F0-F1 vs F2-F4"),
        ),
        (
            "Conger",
            "raters",
            {"metric": "fleiss_kappa"},
            metrics.conger_kappa(_columns("raters")["ratings"]),
        ),
        (
            "Light",
            "raters",
            {"metric": "fleiss_kappa"},
            metrics.light_kappa(_columns("raters")["ratings"]),
        ),
        ("Fleiss", "raters", {"metric": "light_kappa"}, value("raters", "fleiss_kappa")),
        (
            "other modality first",
            "readers",
            difference_of,
            -value("readers", "reader_auroc_difference"),
        ),
        ("pooled", "readers", {"metric": "auroc", "of": "with the model"}, _pooled()),
        (
            "Van Calster",
            "ordinal",
            {"metric": "ordinal_c_index"},
            _mean_over_pairs(),
        ),
        ("without correction for ties", "replicates tied", {"metric": "kendall_w"}, _plain_w()),
        (
            "all raters agree",
            "raters",
            {"metric": "percent_agreement"},
            float((np.ptp(_columns("raters")["ratings"], axis=1) == 0).mean()),
        ),
        ("interval differences", "raters", {"metric": "krippendorff_alpha"}, _alpha_of_squares()),
        ("quadratic weights", "raters", {"metric": "light_kappa"}, _mean_quadratic_kappa()),
        (
            "as a share of the reference",
            "agreement",
            {"metric": "mean_absolute_error"},
            np.abs(difference / agreement["reference"]).mean(),
        ),
        (
            "as a share of the mean of both",
            "agreement",
            {"metric": "limits_of_agreement", "of": "upper"},
            (difference / middle).mean() + 1.96 * (difference / middle).std(ddof=1),
        ),
        (
            "as a share of the mean reference",
            "agreement",
            {"metric": "root_mean_squared_error"},
            sqrt((difference**2).mean()) / agreement["reference"].mean(),
        ),
    ]
    return tuple(Convention(*each) for each in made)


@pytest.mark.parametrize("at", range(66))
def test_a_number_under_another_convention_is_named(at: int) -> None:
    case = conventions()[at]
    found = part_of(checked(case.table, **case.claim, value=f"{case.value:.6f}"), "value")
    assert found.verdict is OTHER, (case, found)
    assert case.words in found.convention, (case, found)


def test_every_convention_has_its_case() -> None:
    assert len(conventions()) == 68
    told = {str(case.claim["metric"]) for case in conventions()}
    told |= {"objective_response_rate", "disease_control_rate"}  # in test_metrics_responses.py
    # those of maps are in test_explanation.py
    assert {metric for task, metric in OTHER_WAYS if task != "explanation"} <= told
    assert set(OTHER_NUMBERS) <= set(METRIC_NAMES)


def test_a_turned_number_has_turned_limits() -> None:
    ours = one("survival", "c_index")
    assert ours.value is not None
    assert ours.interval is not None
    low, high = 1 - ours.interval.high, 1 - ours.interval.low
    found = checked(
        "survival",
        metric="c_index",
        value=f"{1 - ours.value:.4f}",
        low=f"{low:.4f}",
        high=f"{high:.4f}",
    )
    assert part_of(found, "interval").verdict in (REPRODUCED, OTHER)


@pytest.mark.parametrize("with_risks", [True, False])
def test_a_slope_on_the_score_itself_has_its_own_limits(with_risks: bool) -> None:
    ours = one("survival", "hazard_ratio")
    assert ours.value is not None
    assert ours.interval is not None
    claim = {
        "metric": "calibration_slope",
        "value": f"{log(ours.value):.3f}",
        "low": f"{log(ours.interval.low):.3f}",
        "high": f"{log(ours.interval.high):.3f}",
    }
    name = "survival" if with_risks else "score alone"
    claim |= {"at": 3 * YEAR} if with_risks else {}
    value, interval = checked(name, **claim).parts
    assert value.verdict is (OTHER if with_risks else REPRODUCED)
    assert interval.verdict is REPRODUCED
    for factor in (1.06, 0.9):
        wrong = {**claim, "value": f"{log(ours.value) * factor:.3f}"}
        assert part_of(checked(name, **wrong), "value").verdict is CONTRADICTED


@pytest.mark.parametrize("metric", ["median_follow_up", "median_survival"])
def test_a_median_in_another_unit_that_is_none_of_these_is_contradicted(metric: str) -> None:
    for days in (1.0, YEAR / 12, YEAR):
        wrong = 1.37 * float(np.median(_columns("survival")["time"])) / days
        assert checked("survival", metric=metric, value=f"{wrong:.4f}").verdict is CONTRADICTED


def test_an_inverse_ratio_has_inverse_limits() -> None:
    ours = one("survival", "observed_expected_ratio", horizon=3 * YEAR)
    assert ours.value is not None
    assert ours.interval is not None
    found = checked(
        "survival",
        metric="observed_expected_ratio",
        at=3 * YEAR,
        value=f"{1 / ours.value:.4f}",
        low=f"{1 / ours.interval.high:.4f}",
        high=f"{1 / ours.interval.low:.4f}",
    )
    assert part_of(found, "interval").verdict in (REPRODUCED, OTHER)


def test_without_an_interval_of_its_own_a_convention_leaves_it_unchecked() -> None:
    spread, bias = _difference().std(), _difference().mean()
    found = checked(
        "agreement",
        metric="limits_of_agreement",
        of="upper",
        value=f"{bias + 1.96 * spread:.3f}",
        low="90",
        high="150",
    )
    assert part_of(found, "value").verdict is OTHER
    part = part_of(found, "interval")
    assert part.verdict is NOT_CHECKABLE
    assert "standard deviation with n below" in part.because


ENDS = (-intervals.quantile(0.95), intervals.quantile(0.95))


def _limits(name: str, metric: str, **facets: object) -> tuple[Estimate, float]:
    """Return our number and, of the agreement table, the standard deviation of the differences."""
    return (
        next(
            each
            for each in estimates(name)
            if each.metric == metric and all(getattr(each, key) == v for key, v in facets.items())
        ),
        float(_difference().std(ddof=1)),
    )


def _printed(ours: Estimate, half: float) -> dict[str, str]:
    assert ours.value is not None
    low, high = ours.value - half, ours.value + half
    return {"value": f"{ours.value:.3f}", "low": f"{low:.3f}", "high": f"{high:.3f}"}


@pytest.mark.parametrize("label", ["lower", "upper"])
@pytest.mark.parametrize(
    ("words", "variance", "times"),
    [
        ("approximate (Bland-Altman 1986)", 3 / 60, student(0.95, 59)),
        ("approximate (Bland-Altman 1986), normal quantile", 3 / 60, intervals.quantile(0.95)),
        ("approximate (Bland-Altman 1999)", 1 / 60 + 1.96**2 / 118, student(0.95, 59)),
        ("Bland-Altman 1999), normal", 1 / 60 + 1.96**2 / 118, intervals.quantile(0.95)),
    ],
)
def test_approximate_intervals_of_a_limit_are_conventions(
    words: str, variance: float, times: float, label: str
) -> None:
    ours, spread = _limits("agreement", "limits_of_agreement", label=label)
    half = times * spread * sqrt(variance)
    claim = {"metric": "limits_of_agreement", "of": label}
    part = part_of(checked("agreement", **claim, **_printed(ours, half)), "interval")
    assert part.verdict is OTHER
    assert words in part.convention
    wrong = part_of(checked("agreement", **claim, **_printed(ours, 1.5 * half)), "interval")
    assert wrong.verdict is CONTRADICTED


def test_other_intervals_of_bias_and_correlations_are_conventions() -> None:
    bias, spread = _limits("agreement", "bland_altman_bias")
    half = intervals.quantile(0.95) * spread / sqrt(60)
    for factor, verdict in ((1.0, OTHER), (1.5, CONTRADICTED)):
        found = checked("agreement", metric="bland_altman_bias", **_printed(bias, factor * half))
        assert part_of(found, "interval").verdict is verdict
    icc, _ = _limits("agreement", "intraclass_correlation")
    assert icc.value is not None
    for size, verdict in ((58.5, OTHER), (30, CONTRADICTED)):
        low, high = (float(np.tanh(np.arctanh(icc.value) + z / sqrt(size))) for z in ENDS)
        found = checked(
            "agreement",
            metric="intraclass_correlation",
            value=f"{icc.value:.6f}",
            low=f"{low:.6f}",
            high=f"{high:.6f}",
        )
        assert part_of(found, "interval").verdict is verdict


def test_the_interval_of_concordance_without_fishers_z() -> None:
    """R 4.2.2, epiR 2.0.57: epi.ccc(ci = "asymptotic")$rho.c of the first readings of both meters."""
    columns = {"reference": REFERENCE, "measured": MEASURED}
    cases, _ = complete(columns, task="agreement")
    (lin,) = OTHER_INTERVALS["agreement", "concordance_correlation"]
    found = lin.make(known_of(cases, (0, 0), {}, "agreement"), 0.95)
    assert (found.low, found.high) == pytest.approx((0.886654656649574, 0.998830206205395))


@pytest.mark.parametrize("make", [intervals.wald, intervals.clopper_pearson, intervals.jeffreys])
def test_other_intervals_of_a_proportion_are_named(make: Any) -> None:
    share = value("multiclass", "multiclass_accuracy")
    limits = make(share * 120, 120, 0.95)
    found = checked(
        "multiclass",
        metric="multiclass_accuracy",
        value=f"{share:.4f}",
        low=f"{limits.low:.5f}",
        high=f"{limits.high:.5f}",
    )
    part = part_of(found, "interval")
    assert part.verdict is OTHER
    assert part.convention.casefold().startswith(limits.method.split()[0].casefold())


def test_kappa_with_the_simple_standard_error_is_named() -> None:
    table = _confusion()
    n = table.sum()
    same, chance = np.trace(table) / n, table.sum(axis=0) @ table.sum(axis=1) / n**2
    kappa = (same - chance) / (1 - chance)
    half = intervals.quantile(0.95) * sqrt(same * (1 - same) / n) / (1 - chance)
    found = checked(
        "multiclass",
        metric="cohen_kappa",
        value=f"{kappa:.4f}",
        low=f"{kappa - half:.5f}",
        high=f"{kappa + half:.5f}",
    )
    assert "Cohen 1960" in part_of(found, "interval").convention


# How a claim is read


@pytest.mark.parametrize(
    ("table", "claim", "label"),
    [
        ("multiclass", {"metric": "one_vs_rest_auroc"}, "one-vs-rest AUROC (macro)"),
        ("survival", {"metric": "c_index"}, "Harrell's C-index"),
        (
            "survival",
            {"metric": "brier_score", "at": 1095},
            "Brier score (at 3 years)",
        ),
        (
            "agreement",
            {"metric": "limits_of_agreement", "of": "lower"},
            "limits of agreement (lower)",
        ),
        (
            "readers",
            {"metric": "reader_auroc_difference", "versus": "alone"},
            "difference in reader AUROC (with the model minus alone)",
        ),
    ],
)
def test_labels_say_which_number_it_is(table: str, claim: dict[str, object], label: str) -> None:
    assert checked(table, **claim, value="0.5").label == label


def test_net_benefit_is_named_by_horizon_and_threshold() -> None:
    ours = value("survival", "net_benefit", horizon=3 * YEAR, threshold=0.2, strategy="model")
    found = checked("survival", metric="net_benefit", of="3 years", at=0.2, value=f"{ours:.4f}")
    assert part_of(found, "value").verdict is REPRODUCED


def test_a_limit_of_normal_is_claimed_at_a_value_of_the_covariate() -> None:
    table = task_tables.agreement()
    weight = np.linspace(45, 110, 60)
    with_weight = replace(table, columns={**table.columns, "covariate": weight})
    given = {"reference_method": "normal", "at_covariate": 70.0}
    made = metrics.estimates("agreement", with_weight.columns, given=given)
    upper = next(e for e in made if (e.metric, e.label) == ("reference_limit", "upper"))
    assert upper.interval is not None
    claims: list[dict[str, Any]] = [
        {"metric": "reference_limit", "of": "upper", "at": 70, "value": f"{upper.value:.2f}",
         "low": f"{upper.interval.low:.2f}", "high": f"{upper.interval.high:.2f}"},
        {"metric": "reference_limit", "of": "upper", "at": 71, "value": f"{upper.value:.2f}"},
        {"metric": "reference_limit", "of": "upper",
         "value": f"{np.quantile(table.columns['measured'], 0.975, method='weibull'):.3f}"},
    ]  # fmt: skip
    study = described("agreement", claims=claims)
    (evaluation,) = study.evaluations or ()
    known = known_about(
        study,
        predictions={evaluation.name: with_weight},
        case_tables={},
        thresholds=read_thresholds(),
        settings=Settings(resamples=40),
    )
    (found,) = gather(places(study, known)).evaluations
    right, elsewhere, ranked = (each.claim_check for each in found.claims)
    assert isinstance(right, ClaimCheck)
    assert {each.verdict for each in right.parts} == {REPRODUCED}, right
    assert right.label.endswith("at 70")
    assert isinstance(elsewhere, ClaimCheck)
    assert elsewhere.verdict is CONTRADICTED
    assert isinstance(ranked, ClaimCheck)
    assert part_of(ranked, "value").convention == "percentile"


def test_times_are_in_the_unit_of_the_study() -> None:
    table = table_of("survival")
    study = described(
        "survival",
        time_unit="months",
        claims=[
            {
                "metric": "median_survival",
                "value": f"{value('survival', 'median_survival') / YEAR * 12:.3f}",
            },
            {"metric": "median_survival", "value": "3.21"},
            {"metric": "median_survival", "value": f"{value('survival', 'median_survival'):.1f}"},
        ],
    )
    (evaluation,) = study.evaluations or ()
    known = known_about(
        study,
        predictions={evaluation.name: table},
        case_tables={},
        thresholds=read_thresholds(),
        settings=Settings(resamples=20),
    )
    (found,) = gather(places(study, known)).evaluations
    right, wrong, in_days = (part_of(each.claim_check, "value") for each in found.claims)  # type: ignore[arg-type]  # checked
    assert right.verdict is REPRODUCED
    assert wrong.verdict is CONTRADICTED
    assert "months, printed 3.21" in wrong.because
    assert (in_days.verdict, in_days.convention) == (OTHER, "in days")


def test_a_calibration_slope_is_named_by_its_class() -> None:
    made = [
        each for each in estimates("multiclass") if each.metric == "multinomial_calibration_slope"
    ]
    for each in made:
        assert each.label is not None
        name = each.label.partition(" vs ")[0]
        claim = {"metric": each.metric, "of": name, "value": f"{each.value:.5f}"}
        assert checked("multiclass", **claim).verdict is REPRODUCED


def test_survival_is_claimed_by_its_own_name() -> None:
    share = 1 - value("survival", "observed_risk", horizon=3 * YEAR)
    found = checked("survival", metric="survival_probability", at=3 * YEAR, value=f"{share:.5f}")
    assert found.verdict is REPRODUCED


def test_percent_is_read_as_such() -> None:
    share = value("multiclass", "multiclass_accuracy")
    found = checked("multiclass", metric="multiclass_accuracy", value=f"{100 * share:.1f} %")
    assert part_of(found, "value").verdict is REPRODUCED


def test_a_number_in_a_group_is_found() -> None:
    found = checked("survival", metric="c_index", group="sex = female", value="0.5")
    assert found.group == "sex = female"
    assert found.recomputed is not None
    assert found.recomputed.group == "sex = female"


@pytest.mark.parametrize(
    ("claim", "because"),
    [
        ({"metric": "brier_score"}, "say which by of or at"),
        ({"metric": "net_benefit", "at": 0.2}, "say which by of or at"),
        ({"metric": "brier_score", "at": 700}, "is not recomputed at 700"),
        ({"metric": "c_index", "group": "age = old"}, 'no group "age = old"'),
        ({"metric": "c_index", "of": "nobody"}, 'no "nobody"'),
    ],
)
def test_a_claim_that_names_no_number_says_what_there_is(
    claim: dict[str, object], because: str
) -> None:
    (found,) = checks("survival", {**claim, "value": "0.5"})
    assert isinstance(found, Absent)
    assert because in found.because


def test_an_interval_of_independent_rows_is_told_as_such() -> None:
    table = table_of("repeated")
    apart = metrics.estimates("agreement", table.columns, given=table.given, resamples=50)
    (found,) = [each for each in apart if each.metric == "pearson_correlation"]
    assert found.interval is not None
    limits = {
        "low": f"{found.interval.low:.5f}",
        "high": f"{found.interval.high:.5f}",
    }
    check = checked("repeated", metric="pearson_correlation", value=f"{found.value:.5f}", **limits)
    part = part_of(check, "interval")
    assert part.verdict is OTHER
    assert part.convention.endswith("rows taken as independent")


def test_of_forms_that_are_equal_as_printed_the_one_whose_interval_fits_is_meant() -> None:
    form = one("replicates", "icc_2_k")
    assert form.value is not None
    assert form.interval is not None
    printed = {
        "value": f"{form.value:.1f}",
        "low": f"{form.interval.low:.5f}",
        "high": f"{form.interval.high:.5f}",
    }
    check = checked("replicates", metric="intraclass_correlation", **printed)
    assert "ICC(2,k)" in part_of(check, "value").convention
    assert part_of(check, "interval").verdict is not CONTRADICTED


def test_a_bootstrap_of_a_metric_that_has_a_formula_really_resamples() -> None:
    ours = one("survival", "c_index")
    assert ours.value is not None
    check = checked(
        "survival", metric="c_index", value=f"{ours.value:.4f}", low="0.0001", high="0.9999"
    )
    tried = [each for each in part_of(check, "interval").tried if "bootstrap" in each.convention]
    assert tried
    assert all(each.high - each.low > 0.01 for each in tried)  # type: ignore[operator]  # both are there


@pytest.mark.parametrize("name", ["{0}", "≥{1}", ">={1}"])
def test_a_cut_between_classes_may_be_called_by_its_upper_part(name: str) -> None:
    first = next(each for each in estimates("ordinal") if each.metric == "dichotomised_auroc")
    assert first.label is not None
    upper = first.label.partition(" vs ")[2]
    of = name.format(upper, upper.split("-")[0])
    check = checked("ordinal", metric="dichotomised_auroc", of=of, value=f"{first.value:.4f}")
    assert check.verdict is REPRODUCED


# What a claim says excludes what it does not say


@pytest.mark.parametrize(
    ("table", "metric", "other"),
    [
        ("replicates", "icc_3_1", "intraclass_correlation"),
        ("agreement", "icc_1_k", "icc_1_1"),
        ("ordinal", "linear_weighted_kappa", "weighted_kappa"),
        ("agreement", "spearman_correlation", "pearson_correlation"),
    ],
)
def test_a_form_that_the_claim_names_is_not_excused_by_another(
    table: str, metric: str, other: str
) -> None:
    printed = f"{value(table, other):.6f}"
    part = part_of(checked(table, metric=metric, value=printed), "value")
    assert part.verdict is CONTRADICTED
    assert "the printed number equals " in part.because


def test_a_class_that_the_claim_names_is_not_excused_by_another() -> None:
    first, other = [
        each
        for each in estimates("multiclass")
        if each.metric == "one_vs_rest_auroc" and each.label not in ("macro", "weighted")
    ][:2]
    claim = {"metric": "one_vs_rest_auroc", "value": f"{other.value:.6f}"}
    part = part_of(checked("multiclass", **claim, of=first.label), "value")
    assert part.verdict is CONTRADICTED
    assert (
        f"the printed number equals that of another class or mean ({other.label})" in part.because
    )
    assert checked("multiclass", **claim).verdict is OTHER


@pytest.mark.parametrize("metric", ["bland_altman_bias", "limits_of_agreement"])
def test_percent_of_a_quantity_with_a_unit_are_of_something(metric: str) -> None:
    where = {"of": "upper"} if metric == "limits_of_agreement" else {}
    columns = _columns("agreement")
    relative = 2 * _difference() / (columns["reference"] + columns["measured"])
    share = relative.mean() + (1.96 * relative.std(ddof=1) if where else 0)
    found = checked("agreement", metric=metric, **where, value=f"{100 * share:.2f} %")
    assert part_of(found, "value").verdict is OTHER
    assert part_of(found, "value").convention == "as a share of the mean of both"
    ours = value("agreement", metric, **({"label": "upper"} if where else {}))
    part = part_of(
        checked("agreement", metric=metric, **where, value=f"{100 * ours:.2f} %"), "value"
    )
    assert part.verdict is CONTRADICTED
    assert f"recomputed {100 * share:.2f} % (as a share of the mean of both)" in part.because


def test_percent_of_what_is_not_recomputed_are_not_checked() -> None:
    label = next(
        each.label for each in estimates("agreement") if each.metric == "regression_intercept"
    )
    check = checked("agreement", metric="regression_intercept", of=label, value="12 %")
    part = part_of(check, "value")
    assert part.verdict is NOT_CHECKABLE
    assert "has a unit" in part.because


@pytest.mark.parametrize("times", [1.0, 1.06])
def test_intervals_of_the_rank_correlation_are_conventions(times: float) -> None:
    columns = _columns("agreement")
    r = stats.spearmanr(columns["reference"], columns["measured"]).statistic
    half = 1.959963984540054 * sqrt(times / (len(columns["reference"]) - 3))
    low, high = (float(np.tanh(np.arctanh(r) + sign * half)) for sign in (-1, 1))
    printed = {"value": f"{r:.6f}", "low": f"{low:.6f}", "high": f"{high:.6f}"}
    part = part_of(checked("agreement", metric="spearman_correlation", **printed), "interval")
    assert part.verdict is OTHER
    assert "(n - 3)" in part.convention


def test_the_interval_of_fleiss_kappa_by_its_error_under_chance_is_a_convention() -> None:
    ratings = _columns("raters")["ratings"]
    n, m = ratings.shape
    counts = np.stack([(ratings == each).sum(axis=1) for each in range(3)], axis=1)
    p = counts.sum(axis=0) / counts.sum()
    kappa = (((counts**2).sum(axis=1) - m).mean() / (m * (m - 1)) - p @ p) / (1 - p @ p)
    pq = p @ (1 - p)
    variance = 2 * (pq**2 - (p * (1 - p)) @ (1 - 2 * p)) / (n * m * (m - 1) * pq**2)
    low, high = (kappa + sign * 1.959963984540054 * sqrt(variance) for sign in (-1, 1))
    printed = {"value": f"{kappa:.6f}", "low": f"{low:.6f}", "high": f"{high:.6f}"}
    part = part_of(checked("raters", metric="fleiss_kappa", **printed), "interval")
    assert part.verdict is OTHER
    assert "under chance" in part.convention


def test_p_values_of_rank_correlations_with_ordered_classes() -> None:
    columns = _columns("ordinal")
    p = stats.spearmanr(columns["outcome"], columns["score"]).pvalue
    check = checked("ordinal", metric="spearman_correlation", p_value=f"{p:.3g}")
    assert part_of(check, "p_value").verdict is REPRODUCED


def test_subjects_with_a_gap_are_not_counted() -> None:
    table = table_of("replicates")
    ratings = table.columns["ratings"].copy()
    ratings[:3, 0] = np.nan
    given = {"scale": "interval"}
    found = metrics.estimates("raters", {"ratings": ratings}, given=given, resamples=0)
    for name in ("intraclass_correlation", "icc_3_k", "kendall_w"):
        (each,) = [each for each in found if each.metric == name]
        assert each.cases == 27
        assert "3 subjects that not every rater rated are left out." in each.note


@pytest.mark.parametrize("name", ["icc_2_1", "ICC2,1", "ICC(2,1)", "ICC(A,1)"])
def test_the_usual_icc_is_known_by_its_form(name: str) -> None:
    assert find_metric(name, "agreement") == "intraclass_correlation"


def test_a_p_value_too_small_for_a_number_is_not_shown_as_0() -> None:
    assert printed_p("1e-20").show(0.0) == "<1e-300"
    assert printed_p("0.03").show(0.0) == "<0.001"
