"""Printed differences and p values of other tasks: reproduced, under another convention, contradicted."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import stats

from checker import metrics
from checker.evidence import gather, known_about, places
from checker.metrics.intervals import two_sided_p
from checker.model.claim import ClaimCheck, PartCheck, Verdict
from checker.model.estimate import Comparison
from checker.model.predictions import TaskTable
from checker.model.settings import Settings
from checker.model.times import YEAR
from checker.needs import Absent
from checker.reading.references import read_thresholds

from . import task_tables
from .task_evaluations import described

REPRODUCED, OTHER = Verdict.REPRODUCED, Verdict.OTHER_CONVENTION
CONTRADICTED, NOT_CHECKABLE = Verdict.CONTRADICTED, Verdict.NOT_CHECKABLE


@cache
def table_of(name: str) -> TaskTable:
    """Return a table with a further score, or one of readers."""
    if name == "readers":
        return _hard_and_easy_cases(task_tables.readers(cases=90, count=6))
    table = task_tables.of(name)
    if name in ("survival", "ordinal"):
        rng = np.random.default_rng(12)
        other = table.columns["score"] + rng.normal(0, 0.8, table.cases)
        sex = task_tables.labels(["female", "male"] * (table.cases // 2))
        return replace(table, compared={"clinic": other}, groups={"sex": sex})
    return table


def _hard_and_easy_cases(table: TaskTable) -> TaskTable:
    """Return the readings with what a case adds for every reader, so that readers go together."""
    rng = np.random.default_rng(7)
    of_case = rng.normal(0, 1.2, (2, 90)) + rng.normal(0, 0.8, 90)
    skill = rng.normal(0, 0.6, (2, 6))
    columns = table.columns
    at, who, case = (columns[each] for each in ("modality_code", "reader_code", "case"))
    rating = columns["rating"] + of_case[at, case] + skill[at, who] * columns["outcome"]
    return replace(table, columns={**columns, "rating": np.clip(np.round(rating), -2, 8)})


def check(name: str, claim: Mapping[str, object]) -> ClaimCheck | Absent:
    table = table_of(name)
    task = {"raters": "agreement"}.get(table.task, table.task)
    study = described("raters" if table.task == "raters" else task, claims=[claim])
    (evaluation,) = study.evaluations or ()
    known = known_about(
        study,
        predictions={evaluation.name: table},
        case_tables={},
        thresholds=read_thresholds(),
        settings=Settings(resamples=300),
    )
    (found,) = gather(places(study, known)).evaluations
    return found.claims[0].claim_check


def checked(name: str, **claim: object) -> ClaimCheck:
    found = check(name, claim)
    assert isinstance(found, ClaimCheck), found
    return found


def refused(name: str, **claim: object) -> str:
    found = check(name, claim)
    assert isinstance(found, Absent), found
    return found.because


def part_of(made: ClaimCheck, name: str) -> PartCheck:
    return next(each for each in made.parts if each.part == name)


# Readers

WITH, WITHOUT = "with the model", "alone"
BETWEEN = {"of": WITH, "versus": WITHOUT}


def readers() -> dict[str, Any]:
    table = table_of("readers")
    return {
        "columns": table.columns,
        "reader_names": table.given["reader_names"],
        "modality_names": table.given["modality_names"],
        "threshold": 3.0,
    }


def compared(metric: str, reader: str | None = None) -> Comparison:
    asked = readers()
    made = metrics.compare_readers(asked.pop("columns"), WITH, WITHOUT, **asked)
    return next(each for each in made if (each.metric, each.reader) == (metric, reader))


@pytest.mark.parametrize(
    ("claimed", "reader", "ours"),
    [
        ("auroc", None, "reader_auroc_difference"),
        ("reader_auroc_difference", None, "reader_auroc_difference"),
        ("sensitivity", None, "reader_sensitivity_difference"),
        ("mean_reader_specificity", None, "reader_specificity_difference"),
        ("accuracy", None, "reader_accuracy_difference"),
        ("auroc", "reader 2", "reader_auroc"),
        ("sensitivity", "reader 3", "sensitivity"),
        ("accuracy", "reader 1", "accuracy"),
    ],
)
def test_a_difference_between_modalities_is_reproduced(
    claimed: str, reader: str | None, ours: str
) -> None:
    expected = compared(ours, reader)
    assert expected.difference is not None
    assert expected.interval is not None
    of = WITH if reader is None else f"{reader}, {WITH}"
    found = checked(
        "readers",
        metric=claimed,
        of=of,
        versus=WITHOUT,
        value=f"{expected.difference:.4f}",
        low=f"{expected.interval.low:.4f}",
        high=f"{expected.interval.high:.4f}",
        p_value=f"{expected.p:.4f}",
        cases=expected.cases,
    )
    assert {each.part: each.verdict for each in found.parts} == dict.fromkeys(
        ("value", "cases", "interval", "p_value"), REPRODUCED
    )
    assert found.compared is not None
    assert found.compared.difference == pytest.approx(expected.difference)
    wrong = checked("readers", metric=claimed, of=of, versus=WITHOUT, value="0.4321")
    assert wrong.verdict is CONTRADICTED


class Analysed(NamedTuple):
    words: str
    p: float


def analyses() -> list[Analysed]:
    made = []
    for words, chosen in (
        ("fixed readers", {"analysis": "FRRC"}),
        ("random readers and fixed cases", {"analysis": "RRFC"}),
        ("DeLong covariances", {"covariances": "delong"}),
    ):
        study = metrics.reader_study(**readers(), **chosen)  # type: ignore[arg-type]  # words of each
        p = study.difference(WITH, WITHOUT).p
        assert p is not None
        made.append(Analysed(words, p))
    study = metrics.reader_study(**readers())
    each = [one - other for one, other in zip(study.values[1], study.values[0], strict=True)]
    made.append(Analysed("paired t test over readers", float(stats.ttest_1samp(each, 0).pvalue)))
    return made


@pytest.mark.parametrize("at", range(4))
def test_the_analysis_behind_a_p_value_is_named(at: int) -> None:
    words, p = analyses()[at]
    found = part_of(checked("readers", metric="auroc", **BETWEEN, p_value=f"{p:.6f}"), "p_value")
    assert found.verdict is OTHER, found
    same_number = {each.convention for each in found.tried if each.fits}
    assert any(words in each for each in same_number), (words, same_number)


def test_the_test_that_a_paper_names_is_reproduced() -> None:
    p = analyses()[-1].p
    found = checked("readers", metric="auroc", **BETWEEN, p_value=f"{p:.6f}", test="paired_t")
    assert part_of(found, "p_value").verdict is REPRODUCED
    found = checked("readers", metric="auroc", **BETWEEN, p_value="0.77", test="mrmc")
    assert part_of(found, "p_value").verdict is CONTRADICTED
    found = checked("readers", metric="auroc", **BETWEEN, p_value="0.77", test="permutation")
    assert part_of(found, "p_value").verdict is NOT_CHECKABLE


def test_readings_may_have_been_pooled() -> None:
    table = table_of("readers").columns
    areas = []
    for modality in (1, 0):
        here = table["modality_code"] == modality
        score, outcome = table["rating"][here], table["outcome"][here]
        areas.append(metrics.METRICS["classification", "auroc"](outcome, score))
    found = part_of(
        checked("readers", metric="auroc", **BETWEEN, value=f"{areas[0] - areas[1]:.6f}"), "value"
    )
    assert found.verdict is OTHER
    assert found.convention == "all readings pooled"


def test_two_readers_are_compared_on_the_same_cases() -> None:
    table = table_of("readers").columns
    right = []
    for reader in (0, 2):
        here = (table["modality_code"] == 1) & (table["reader_code"] == reader)
        order = np.argsort(table["case"][here])
        right.append(((table["rating"][here] >= 3) == (table["outcome"][here] == 1))[order])
    only = [int((one & ~other).sum()) for one, other in (right, right[::-1])]
    p = stats.binomtest(min(only), sum(only)).pvalue if sum(only) else 1.0
    found = checked(
        "readers",
        metric="accuracy",
        of=f"reader 1, {WITH}",
        versus="reader 3",
        value=f"{(only[0] - only[1]) / 90:.4f}",
        p_value=f"{p:.4f}",
    )
    assert found.verdict is REPRODUCED, found.parts
    assert "reader 1, with the model minus reader 3, with the model" in found.label


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ({"metric": "auroc", "of": WITH, "versus": "nobody"}, 'no condition or reader "nobody"'),
        ({"metric": "auroc", "of": WITH, "versus": WITH}, "compared with itself"),
        ({"metric": "fleiss_kappa", **BETWEEN}, "a difference of fleiss_kappa between readers"),
        ({"metric": "auroc", "of": "reader 1", "versus": "reader 1"}, "say which two conditions"),
    ],
)
def test_what_readers_cannot_be_compared_by(claim: dict[str, object], words: str) -> None:
    assert words in refused("readers", **claim, value="0.1")


def test_a_claim_names_one_reader_under_one_modality_or_the_mean() -> None:
    table = table_of("readers")
    made = metrics.estimates("readers", table.columns, places=table.places, given=table.given)
    values = {(each.metric, each.reader, each.modality): each.value for each in made}
    one = values["sensitivity", "reader 2", WITH]
    mean = values["mean_reader_sensitivity", None, WITH]
    area = values["reader_auroc", "reader 2", WITH]
    assert one != mean
    for metric, of, value in (
        ("sensitivity", f"reader 2, {WITH}", one),
        ("sensitivity", WITH, mean),
        ("sensitivity", f"{WITH}, mean", mean),
        ("auroc", f"{WITH}; reader 2", area),
    ):
        found = checked("readers", metric=metric, of=of, value=f"{value:.5f}")
        assert found.verdict is REPRODUCED, (metric, of)
        assert checked("readers", metric=metric, of=of, value="0.12345").verdict is CONTRADICTED


def test_readers_that_are_numbered_may_be_called_reader() -> None:
    table = table_of("readers")
    named = replace(
        table,
        given={**table.given, "reader_names": tuple("123456")},
        places={**table.places, "reader": tuple("123456")},
    )
    made = metrics.estimates("readers", named.columns, places=named.places, given=named.given)
    value = next(
        each.value
        for each in made
        if (each.metric, each.reader, each.modality) == ("sensitivity", "2", WITH)
    )
    claims = [{"metric": "sensitivity", "of": f"reader 2, {WITH}", "value": f"{value:.5f}"}]
    claims.append(
        {"metric": "sensitivity", "of": f"reader 2, {WITH}", "versus": WITHOUT, "p_value": "n.s."}
    )
    study = described("readers", claims=claims)
    for found in gather_claims(study, named):
        assert isinstance(found, ClaimCheck), found
    assert found.compared is not None
    assert found.compared.reader == "2"


def gather_claims(study: Any, table: TaskTable) -> list[ClaimCheck | Absent]:
    (evaluation,) = study.evaluations
    known = known_about(
        study,
        predictions={evaluation.name: table},
        case_tables={},
        thresholds=read_thresholds(),
        settings=Settings(resamples=60),
    )
    (found,) = gather(places(study, known)).evaluations
    return [each.claim_check for each in found.claims]


@pytest.mark.parametrize("analysis", ["FRRC", "RRFC"])
@pytest.mark.parametrize("figure", ["auroc", "sensitivity"])
def test_the_interval_of_a_mean_over_readers_under_another_analysis(
    figure: Any, analysis: Any
) -> None:
    study = metrics.reader_study(**readers(), figure=figure, analysis=analysis)
    mean = next(each for each in study.means if each.modality == WITH)
    assert mean.interval is not None
    found = checked(
        "readers",
        metric=figure,
        of=WITH,
        value=f"{mean.value:.5f}",
        low=f"{mean.interval.low:.5f}",
        high=f"{mean.interval.high:.5f}",
        standard_deviation=f"{mean.standard_error:.6f}",
    )
    interval = part_of(found, "interval")
    assert interval.verdict is OTHER, interval
    assert f"({analysis})" in interval.convention
    assert part_of(found, "standard_deviation").verdict is OTHER


def test_counts_of_readers_may_be_of_all_readings() -> None:
    table = table_of("readers").columns
    here = (table["modality_code"] == 1) & (table["outcome"] == 1)
    called = int((table["rating"][here] >= 3).sum())
    found = checked(
        "readers",
        metric="sensitivity",
        of=WITH,
        value=f"{called / here.sum():.5f}",
        numerator=called,
        cases=int(here.sum()),
    )
    assert found.verdict is OTHER, found.parts
    assert part_of(found, "cases").convention == "readings of all readers"
    wrong = checked("readers", metric="sensitivity", of=WITH, value="0.9", numerator=called + 1)
    assert part_of(wrong, "numerator").verdict is CONTRADICTED


def test_the_exact_interval_of_one_reader_is_a_convention() -> None:
    table = table_of("readers").columns
    here = (table["modality_code"] == 1) & (table["reader_code"] == 1) & (table["outcome"] == 1)
    called, cases = int((table["rating"][here] >= 3).sum()), int(here.sum())
    exact = stats.binomtest(called, cases).proportion_ci(method="exact")
    found = checked(
        "readers",
        metric="sensitivity",
        of=f"reader 2, {WITH}",
        value=f"{called / cases:.5f}",
        low=f"{exact.low:.5f}",
        high=f"{exact.high:.5f}",
        numerator=called,
    )
    assert part_of(found, "interval").convention == "Clopper-Pearson"
    assert part_of(found, "numerator").verdict is REPRODUCED


# Two scores


def of_scores(name: str, metric: str, horizon: float | None = None) -> Comparison:
    table = table_of(name)
    columns = {**table.columns, **table.compared}
    if name == "survival":
        made = metrics.compare_survival(
            columns,
            "score",
            "clinic",
            horizons=table.given["horizons"],  # type: ignore[arg-type]  # a tuple
        )
    else:
        made = metrics.compare_ordinal(columns, "score", "clinic", classes=task_tables.STAGES)
    return next(each for each in made if (each.metric, each.horizon) == (metric, horizon))


SCORES = [
    ("survival", "c_index", None),
    ("survival", "uno_c_index", None),
    ("survival", "time_dependent_auroc", 3 * YEAR),
    ("ordinal", "obuchowski_measure", None),
    ("ordinal", "ordinal_c_index", None),
]


@pytest.mark.parametrize(("name", "metric", "at"), SCORES)
def test_a_difference_between_scores_is_reproduced(
    name: str, metric: str, at: float | None
) -> None:
    expected = of_scores(name, metric, at)
    assert expected.difference is not None
    assert expected.interval is not None
    place = {} if at is None else {"at": at}
    printed = {
        "value": f"{expected.difference:.4f}",
        "low": f"{expected.interval.low:.4f}",
        "high": f"{expected.interval.high:.4f}",
        "p_value": f"{expected.p:.4f}",
    }
    found = checked(name, metric=metric, versus="clinic", **place, **printed)
    assert {each.verdict for each in found.parts} == {REPRODUCED}, found.parts
    turned = {
        "value": f"{-expected.difference:.4f}",
        "low": f"{-expected.interval.high:.4f}",
        "high": f"{-expected.interval.low:.4f}",
    }
    found = checked(name, metric=metric, of="clinic", versus="model", **place, **turned)
    assert {each.verdict for each in found.parts} == {REPRODUCED}, found.parts
    found = checked(name, metric=metric, versus="clinic", **place, **turned)
    assert part_of(found, "value").convention == "the difference taken the other way round"
    for name_of, value in (("value", "0.4321"), ("p_value", "0.9876")):
        found = checked(name, metric=metric, versus="clinic", **place, **{name_of: value})
        assert found.verdict is CONTRADICTED


@pytest.mark.parametrize(
    ("name", "metric", "where"),
    [
        ("survival", "c_index", {}),
        ("survival", "time_dependent_auroc", {"horizon": 3 * YEAR}),
        ("ordinal", "dichotomised_auroc", {"label": "F0-F1 vs F2-F4"}),
        ("ordinal", "obuchowski_measure", {}),
    ],
)
def test_a_further_score_alone_is_checked(name: str, metric: str, where: dict[str, Any]) -> None:
    table = table_of(name)
    columns = {
        each: table.columns[each] for each in ("outcome", "time", "event") if each in table.columns
    }
    columns["score"] = table.compared["clinic"]
    given = {key: table.given[key] for key in ("classes", "horizons") if key in table.given}
    made = metrics.estimates(name, columns, given=given, places=table.places)
    (ours,) = [
        each
        for each in made
        if each.metric == metric and all(getattr(each, key) == at for key, at in where.items())
    ]
    assert ours.interval is not None
    claim: dict[str, Any] = {
        "metric": metric,
        "of": ", ".join(["clinic", *([where["label"]] if "label" in where else [])]),
        "value": f"{ours.value:.4f}",
        "low": f"{ours.interval.low:.4f}",
        "high": f"{ours.interval.high:.4f}",
        **({"at": where["horizon"]} if "horizon" in where else {}),
    }
    found = checked(name, **claim)
    assert {each.verdict for each in found.parts} == {REPRODUCED}, found.parts
    assert found.label.endswith(", clinic")
    assert checked(name, **{**claim, "value": "0.123"}).verdict is CONTRADICTED


def test_areas_at_a_cut_between_classes_are_compared_by_delong() -> None:
    table = table_of("ordinal")
    above = (table.columns["outcome"] >= 1).astype(int)
    scores = {"score": table.columns["score"], "clinic": table.compared["clinic"]}
    expected = metrics.compare({"outcome": above, **scores}, "score", "clinic", resamples=1)[0]
    assert expected.difference is not None
    assert expected.interval is not None
    printed = {
        "value": f"{expected.difference:.4f}",
        "low": f"{expected.interval.low:.4f}",
        "high": f"{expected.interval.high:.4f}",
        "p_value": f"{expected.p:.5f}",
    }
    for of in ("F2-F4", "≥F2", "F0-F1 vs F2-F4", "model, F2-F4"):
        found = checked(
            "ordinal", metric="dichotomised_auroc", of=of, versus="clinic", test="delong", **printed
        )
        assert {each.verdict for each in found.parts} == {REPRODUCED}, (of, found.parts)
    assert "F0-F1 vs F2-F4, score minus clinic" in found.label
    wrong = checked("ordinal", metric="dichotomised_auroc", of="F4", versus="clinic", p_value="0.9")
    assert wrong.verdict is CONTRADICTED
    said = refused("ordinal", metric="dichotomised_auroc", versus="clinic", value="0.1")
    assert "say at which cut by of; the differences are at F0-F1 vs F2-F4" in said


def test_a_difference_of_another_metric_of_that_name_is_named() -> None:
    uno = of_scores("survival", "uno_c_index").difference
    found = checked("survival", metric="c_index", versus="clinic", value=f"{uno:.6f}")
    assert part_of(found, "value").convention == "Uno's C-index"


def test_a_difference_inside_a_group() -> None:
    table = table_of("survival")
    rows = table.groups["sex"].codes == 0
    columns = {name: each[rows] for name, each in {**table.columns, **table.compared}.items()}
    expected = metrics.compare_survival(columns, "score", "clinic")[0]
    found = checked(
        "survival",
        metric="c_index",
        versus="clinic",
        group="sex = female",
        value=f"{expected.difference:.5f}",
        cases=expected.cases,
    )
    assert found.verdict is REPRODUCED
    assert found.group == "sex = female"


@pytest.mark.parametrize(
    ("name", "claim", "words"),
    [
        (
            "survival",
            {"metric": "c_index", "versus": "tumour markers"},
            'no score "tumour markers"',
        ),
        ("survival", {"metric": "c_index", "versus": "score"}, "compared with itself"),
        (
            "survival",
            {"metric": "time_dependent_auroc", "versus": "clinic"},
            "say at which horizon",
        ),
        (
            "survival",
            {"metric": "hazard_ratio", "versus": "clinic"},
            "a difference of hazard_ratio",
        ),
        ("survival", {"metric": "c_index", "versus": "clinic", "group": "age = old"}, "no group"),
        (
            "multiclass",
            {"metric": "multiclass_accuracy", "versus": "x"},
            "not recomputed for the task",
        ),
    ],
)
def test_what_scores_cannot_be_compared_by(name: str, claim: dict[str, object], words: str) -> None:
    assert words in refused(name, **claim, value="0.1")


# The p value of a single number


def single() -> list[tuple[str, dict[str, object], float, Verdict]]:
    """Return the table, the claim, the p value by scipy, and how another one fares."""
    pairs = task_tables.agreement().columns
    reference, measured = pairs["reference"], pairs["measured"]
    off = measured - reference
    return [
        ("agreement", {"metric": "bland_altman_bias"}, stats.ttest_rel(measured, reference).pvalue, CONTRADICTED),
        ("agreement", {"metric": "bland_altman_bias", "test": "wilcoxon"}, stats.wilcoxon(off).pvalue, CONTRADICTED),
        ("agreement", {"metric": "pearson_correlation"}, stats.pearsonr(reference, measured).pvalue, CONTRADICTED),
    ]  # fmt: skip


@pytest.mark.parametrize("at", range(3))
def test_the_p_value_of_a_single_number(at: int) -> None:
    name, claim, p, otherwise = single()[at]
    value = metrics.estimates("agreement", task_tables.agreement().columns)
    ours = next(each.value for each in value if each.metric == claim["metric"])
    given = {**claim, "value": f"{ours:.5f}"}
    printed = f"{p:.4f}" if p > 1e-3 else f"{p:.2e}"
    found = part_of(checked(name, **given, p_value=printed), "p_value")
    assert found.verdict is REPRODUCED, found
    found = part_of(checked(name, **given, p_value="0.77"), "p_value")
    assert found.verdict is otherwise


def test_an_area_is_tested_against_one_half_and_a_misfit_may_be_a_comparison() -> None:
    table = table_of("survival")
    made = metrics.estimates("survival", table.columns, given=table.given)
    ours = next(each for each in made if each.metric == "c_index")
    assert ours.interval is not None
    assert ours.value is not None
    error = (ours.interval.high - ours.interval.low) / 2 / stats.norm.ppf(0.975)
    p = two_sided_p((ours.value - 0.5) / error)
    assert p < 1e-6
    found = part_of(checked("survival", metric="c_index", p_value="<0.001"), "p_value")
    assert found.verdict is REPRODUCED
    found = part_of(checked("survival", metric="c_index", p_value="0.31"), "p_value")
    assert found.verdict is NOT_CHECKABLE
    assert "evaluations.claims.versus" in found.because


@pytest.mark.parametrize("metric", ["weighted_kappa", "cohen_kappa"])
def test_kappa_is_tested_against_chance(metric: str) -> None:
    found = part_of(checked("ordinal", metric=metric, p_value="<0.001"), "p_value")
    assert found.verdict is REPRODUCED
    found = part_of(checked("ordinal", metric=metric, p_value="0.2"), "p_value")
    assert found.verdict is CONTRADICTED
