"""Readers: values of other programs, what always holds, incomplete tables, curves, agreement, error rates."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.metrics import (
    METRICS,
    Undefined,
    auroc,
    compare,
    compare_readers,
    estimates,
    reader_agreement,
    reader_roc_curves,
    reader_study,
)
from checker.metrics.estimating import complete, in_order, known_of
from checker.metrics.mrmc import ReaderStudy, analyse
from checker.metrics.reader_areas import reader_areas
from checker.metrics.readers import TASK
from checker.metrics.resampling import Asked, drawn, resampled
from checker.model.estimate import Estimate, Estimates, Interval
from checker.model.metric_names import METRIC_NAMES

TESTS = Path(__file__).resolve().parent
OURS = TESTS / "reference"
OTHERS = Path(os.environ.get("CHECKER_REFERENCE_DATA", TESTS.parent.parent / "shared" / "data"))
"""Data under the GPL, looked for beside the checkout and never shipped."""
Columns = dict[str, np.ndarray]
NAMES = [metric.name for metric in in_order(TASK)]


class Study(NamedTuple):
    """A table of readings with its names."""

    columns: Columns
    readers: tuple[str, ...]
    modalities: tuple[str, ...]

    @property
    def names(self) -> dict[str, Any]:
        return {"reader_names": self.readers, "modality_names": self.modalities}

    def where(self, threshold: float | None = 3.0) -> dict[str, Any]:
        places = {
            "reader": self.readers,
            "modality": self.modalities,
            "versus": self.modalities[-1:],
            "threshold": (threshold,),
        }
        return {"places": places, "given": self.names, "unit": "case"}

    def made(self, threshold: float | None = 3.0, **options: Any) -> Estimates:
        options = {"resamples": 30, **self.where(threshold), **options}
        return Estimates(estimates(TASK, self.columns, **options))


def coded(table: polars.DataFrame, rating: str = "rating") -> Study:
    def codes(column: str) -> tuple[tuple[str, ...], np.ndarray]:
        found, code = np.unique(table[column].cast(polars.String).to_numpy(), return_inverse=True)
        return tuple(found.tolist()), code

    readers, modalities, cases = codes("reader"), codes("modality"), codes("case")
    columns = {
        "case": cases[1],
        "outcome": table["truth"].to_numpy(),
        "reader_code": readers[1],
        "modality_code": modalities[1],
        "rating": table[rating].to_numpy().astype(float),
    }
    if "patient" in table.columns:
        columns["patient"] = codes("patient")[1]
    return Study(columns, readers[0], modalities[0])


# What R computed from simulated readings that are part of the project


HERE = OURS / "readers_simulated"
EXPECTED: dict[str, list[float]] = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
"""R 4.2.2, base alone: values.R in the folder says how."""


@cache
def simulated(by_patient: bool = False) -> Study:
    made = coded(polars.read_csv(HERE / "ratings.csv"))
    if not by_patient:
        made.columns.pop("patient")
    return made


FIGURES_BY_R = [
    tuple(name.removesuffix(".components").split("_", 1))
    for name in EXPECTED
    if name.endswith(".components")
]


@pytest.mark.parametrize(("figure", "way"), FIGURES_BY_R)
@pytest.mark.parametrize("analysis", ["RRRC", "FRRC", "RRFC"])
def test_obuchowski_rockette_is_what_r_computes(figure: Any, way: str, analysis: Any) -> None:
    study = simulated(way == "by_patient")
    found = reader_study(
        study.columns, figure, threshold=4, analysis=analysis, **study.names,
        covariances="delong" if way == "delong" else "jackknife",
    )  # fmt: skip
    expected = {
        part: EXPECTED[f"{figure}_{way}.{part}"]
        for part in ("components", "RRRC", "FRRC", "RRFC", "single")
    }
    assert np.ravel(found.values, order="F") == pytest.approx(EXPECTED[figure], abs=1e-12)
    parts = found.components
    assert expected["components"] == pytest.approx(
        [parts.variance, parts.same_reader, parts.same_modality, parts.neither], abs=1e-12
    )
    assert found.overall is not None
    error = {each.standard_error for each in found.differences}
    assert len(error) == 1
    above, below = found.overall.degrees
    seen = {
        "RRRC": [found.overall.statistic, below, found.overall.p, *error],
        "FRRC": [found.overall.statistic * above, found.overall.p, *error],
        "RRFC": [found.overall.statistic, found.overall.p, *error],
    }[analysis]
    assert seen == pytest.approx(expected[analysis], rel=1e-9)
    if analysis == "RRRC":
        single = [
            x for each in found.means for x in (each.value, each.standard_error, each.degrees)
        ]
        assert single == pytest.approx(expected["single"], rel=1e-9)


def test_dorfman_berbaum_metz_is_what_r_computes() -> None:
    study = simulated()
    made = [
        reader_study(study.columns, method="DBM", analysis=analysis, **study.names).overall
        for analysis in ("RRRC", "FRRC")
    ]
    assert made[0] is not None
    assert made[1] is not None
    seen = [made[0].statistic, made[0].degrees[1], made[0].p, made[1].statistic, made[1].p]
    assert seen == pytest.approx(EXPECTED["auroc_dbm"], rel=1e-9)


# Reference data of readers


class Reference(NamedTuple):
    folder: str
    id: str
    values: Mapping[str, Any]


ELSEWHERE = {
    "froc_points": "operating points of marks: detection",
    "fom_AFROC": "a figure of merit of marks: detection",
    "fom_wAFROC": "a figure of merit of marks: detection",
    "fom_AFROC1": "a figure of merit of marks: detection",
    "fom_wAFROC1": "a figure of merit of marks: detection",
    "significance_OR_wAFROC": "a figure of merit of marks: detection; `mrmc.analyse` takes its figures",
}
"""Cases of these folders that are not tested here, and why."""


def references() -> Iterator[Reference]:
    for name in ("vandyke_mrmc", "froc_thompson_readers"):
        if not (OTHERS / name).is_dir():
            continue
        text = (OTHERS / name / "expected.yaml").read_text(encoding="utf-8")
        for each in yaml.safe_load(text)["cases"]:
            if each["id"] not in ELSEWHERE:
                yield Reference(name, each["id"], each["values"])


BESIDE = {each.id: each for each in references()}
beside = pytest.mark.skipif(not BESIDE, reason="vandyke_mrmc (GPL) is not beside the checkout")


TESTED = {
    *(
        "per_reader_auc",
        "significance_OR",
        "significance_DBM",
        "fom_HrAuc",
        "significance_OR_HrAuc",
    ),
    *("mrmcaov_DeLong", "mrmcaov_jackknife", "mrmcaov_unbiased"),
}


@beside
def test_every_reference_value_is_tested_or_listed() -> None:
    assert set(BESIDE) == TESTED


@cache
def vandyke() -> Study:
    return coded(polars.read_csv(OTHERS / "vandyke_mrmc" / "ratings.csv"))


def limits(interval: Interval | None) -> tuple[float, float]:
    assert interval is not None
    return interval.low, interval.high


@beside
def test_the_auroc_of_each_reader_of_vandyke() -> None:
    made = vandyke().made()
    for each in BESIDE["per_reader_auc"].values["aucs"]:
        found = made.one("reader_auroc", reader=each["reader"], modality=each["modality"])
        assert found.value == pytest.approx(each["auc"], abs=1e-6)
        assert limits(found.interval) == pytest.approx(
            (each["ci95_low"], each["ci95_high"]), abs=1e-6
        )


@beside
@pytest.mark.parametrize("method", ["OR", "DBM"])
@pytest.mark.parametrize("analysis", ["RRRC", "FRRC", "RRFC"])
def test_both_methods_on_vandyke(method: Any, analysis: Any) -> None:
    expected = BESIDE[f"significance_{method}"].values
    found = reader_study(vandyke().columns, method=method, analysis=analysis, **vandyke().names)
    for modality, row in zip(found.values, expected["foms"], strict=True):
        assert modality == pytest.approx([row[f"rdr{at}"] for at in range(5)], abs=1e-6)
    here = expected[analysis]
    test, (difference,) = here["ftests"][0], here["ci_diff_treatments"]
    assert found.overall is not None
    statistic = test.get("FStat") or test.get("F") or test.get("Chisq")
    assert found.overall.statistic == pytest.approx(statistic, abs=1e-6)
    assert found.overall.p == pytest.approx(test["p"], abs=1e-5)
    _as_expected(found.differences[0], difference)
    if "DF" in difference:
        assert found.differences[0].degrees == pytest.approx(difference["DF"], abs=1e-6)
    if found.overall.degrees[1] != np.inf and here["ftests"][1]["DF"]:
        assert found.overall.degrees[1] == pytest.approx(here["ftests"][1]["DF"], abs=1e-6)
    for mean, row in zip(found.means, here["ci_avg_each_treatment"], strict=True):
        _as_expected(mean, row)
    if method == "OR":
        _components_as_expected(found, expected["anova"]["VarCom"])
    else:
        assert found.overall.p == pytest.approx(test["p"], abs=1e-9)


def _as_expected(found: Any, row: Mapping[str, float]) -> None:
    seen = (found.value, found.standard_error, *limits(found.interval))
    assert seen == pytest.approx(
        (row["Estimate"], row["StdErr"], row["CILower"], row["CIUpper"]), abs=1e-6
    )
    if "PrGTt" in row or "PrGTz" in row:
        assert found.p == pytest.approx(row.get("PrGTt", row.get("PrGTz")), abs=1e-5)


def _components_as_expected(found: ReaderStudy, rows: list[Mapping[str, Any]]) -> None:
    by_name = {row["row"]: row["Estimates"] for row in rows}
    parts = found.components
    seen = {
        "VarR": parts.reader,
        "VarTR": parts.modality_reader,
        "Cov1": parts.same_reader,
        "Cov2": parts.same_modality,
        "Cov3": parts.neither,
        "Var": parts.variance,
    }
    assert seen == pytest.approx(by_name, abs=1e-9)


@beside
@pytest.mark.parametrize(
    ("id", "covariances"),
    [("DeLong", "delong"), ("jackknife", "jackknife"), ("unbiased", "unbiased")],
)
def test_all_covariances_on_vandyke(id: str, covariances: Any) -> None:
    expected = BESIDE[f"mrmcaov_{id}"].values
    found = reader_study(vandyke().columns, covariances=covariances, **vandyke().names)
    names = {"reader": "VarR", "modality:reader": "VarTR", "Error": "Var"}
    rows = [{**row, "row": names.get(row["row"], row["row"])} for row in expected["vcov_comps"]]
    _components_as_expected(found, [{**row, "Estimates": row["Estimate"]} for row in rows])
    (test,), (difference,) = expected["test_equality"], expected["test_diffs"]
    assert found.overall is not None
    assert found.overall.statistic == pytest.approx(test["F"], abs=1e-5)
    assert found.overall.degrees == pytest.approx((test["df1"], test["df2"]), abs=1e-5)
    assert found.overall.p == pytest.approx(test["p-value"], abs=1e-5)
    for one, row in (
        (found.differences[0], difference),
        *zip(found.means, expected["test_means"], strict=True),
    ):
        assert (one.value, one.standard_error, one.degrees) == pytest.approx(
            (row["Estimate"], row["StdErr"], row["df"]), abs=1e-5
        )
        assert limits(one.interval) == pytest.approx(tuple(row["CI"]), abs=1e-5)


@cache
def highest_marks() -> Study:
    """Return the highest rating of each case, lesion or not; a case without a mark is rated lowest of all."""
    folder = OTHERS / "froc_thompson_readers"
    marks, cases = (polars.read_csv(folder / f"{name}.csv") for name in ("marks", "cases"))
    highest = marks.group_by("modality", "reader", "case").agg(polars.col("rating").max())
    grid = (
        marks.select("modality").unique()
        .join(marks.select("reader").unique(), how="cross")
        .join(cases, how="cross")
        .join(highest, on=["modality", "reader", "case"], how="left")
        .with_columns(polars.col("rating").cast(polars.Float64).fill_null(-np.inf))
    )  # fmt: skip
    truth = "truth" if "truth" in grid.columns else "abnormal"
    return coded(grid.rename({truth: "truth"}))


@beside
def test_readers_by_their_highest_mark_of_each_case() -> None:
    study = highest_marks()
    made = study.made(threshold=5.0)
    for each in BESIDE["fom_HrAuc"].values["foms"]:
        found = made.one("reader_auroc", reader=each["reader"], modality=each["modality"])
        assert found.value == pytest.approx(each["fom"], abs=1e-6)
    here = BESIDE["significance_OR_HrAuc"].values["RRRC"]
    analysed = reader_study(study.columns, **study.names)
    assert analysed.overall is not None
    assert analysed.overall.p == pytest.approx(here["ftests"][0]["p"], abs=1e-5)
    _as_expected(analysed.differences[0], here["ci_diff_treatments"][0])
    for mean, row in zip(analysed.means, here["ci_avg_each_treatment"], strict=True):
        _as_expected(mean, row)


# Values computed by hand


def tiny(**changes: Any) -> Study:
    """Return two readers of four cases under two modalities."""
    rating = np.array([
        [[3, 1, 2, 1], [3, 2, 1, 3]],  # without help: reader a, reader b
        [[3, 2, 1, 1], [3, 3, 2, 1]],  # with help
    ])  # fmt: skip
    modality, reader, case = (each.ravel() for each in np.indices(rating.shape))
    columns = {
        "case": case,
        "outcome": np.array([1, 1, 0, 0])[case],
        "reader_code": reader,
        "modality_code": modality,
        "rating": rating.ravel().astype(float),
    }
    return Study({**columns, **changes}, ("a", "b"), ("without", "with"))


HAND = {
    ("reader_auroc", "a", "without", None): (2 + 0.5) / 4,
    ("reader_auroc", "b", "without", None): (1 + 0.5 + 1) / 4,
    ("reader_auroc", "b", "with", None): 1.0,
    ("auroc", None, "without", None): 0.625,
    ("auroc", None, "with", None): 1.0,
    ("reader_auroc_difference", None, "without", "with"): -0.375,
    ("sensitivity", "a", "without", None): 1 / 2,
    ("sensitivity", "b", "with", None): 1.0,
    ("specificity", "b", "without", None): 1 / 2,
    ("accuracy", "b", "without", None): 1 / 2,
    ("accuracy", "a", "with", None): 3 / 4,
    ("positive_predictive_value", "b", "without", None): 1 / 2,
    ("negative_predictive_value", "a", "without", None): 2 / 3,
    ("mean_reader_sensitivity", None, "with", None): 3 / 4,
    ("mean_reader_specificity", None, "without", None): 3 / 4,
    ("mean_reader_accuracy", None, "without", None): 5 / 8,
    ("percent_agreement", None, "without", None): 3 / 4,
    ("fleiss_kappa", None, "without", None): (3 / 4 - 34 / 64) / (30 / 64),
    ("gwet_ac1", None, "without", None): (3 / 4 - 30 / 64) / (34 / 64),
    ("reader_accuracy_difference", None, "without", "with"): -0.25,
    ("reader_sensitivity_difference", None, "without", "with"): -0.25,
    ("reader_specificity_difference", None, "without", "with"): -0.25,
    ("partial_auroc", "a", "without", None): 0.25,
    ("sensitivity_at_specificity", "a", "without", None): 0.5,
    ("specificity_at_sensitivity", "a", "without", None): 1.0,
}
"""Reader a without help: the ROC curve goes through (0, 1/2), (1/2, 1/2) and (1, 1)."""
STATED = {
    "partial_auroc": 0.5,
    "sensitivity_at_specificity": 0.6,
    "specificity_at_sensitivity": 0.5,
}


@pytest.mark.parametrize("at", HAND, ids=lambda at: " ".join(map(str, at)))
def test_values_computed_by_hand(at: tuple[str, str | None, str | None, str | None]) -> None:
    name, reader, modality, versus = at
    made = tiny().made(threshold=3.0, stated=STATED)
    found = made.one(name, reader=reader, modality=modality, versus=versus)
    assert found.value == pytest.approx(HAND[at], abs=1e-12)
    of_one_class = "sensitivity" in name or "specificity" in name
    called = {"positive_predictive_value": 2, "negative_predictive_value": 3}
    of_all = 2 if of_one_class and "_at_" not in name else 4
    assert found.cases == called.get(name, of_all)


def test_every_metric_has_a_value_computed_by_hand_and_a_listed_name() -> None:
    assert set(NAMES) == {at[0] for at in HAND}
    assert all(TASK in METRIC_NAMES[name].tasks for name in NAMES)


# What always holds


@st.composite
def tables(draw: st.DrawFn, complete_design: bool = False) -> Study:
    """Return a small reader study; unless it has to be complete, some readings are missing."""
    modalities, readers = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    cases = draw(st.integers(1, 12))
    modality, reader, case = (each.ravel() for each in np.indices((modalities, readers, cases)))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    sick = rng.random(cases) < 0.5
    rating = rng.integers(1, 6, len(case)) + sick[case] * rng.integers(0, 2)
    kept = np.ones(len(case), bool)
    if not complete_design and draw(st.booleans()):
        kept = rng.random(len(case)) < 0.8
    columns = {
        "case": case,
        "outcome": sick[case].astype(int),
        "reader_code": reader,
        "modality_code": modality,
        "rating": rating.astype(float),
    }
    if draw(st.booleans()):
        columns["patient"] = rng.integers(0, max(1, cases // 2), cases)[case]
    columns = {name: column[kept] for name, column in columns.items()}
    return Study(columns, tuple("abcd"[:readers]), tuple("xyz"[:modalities]))


def value(study: Study, name: str) -> float | str:
    """Return the value of one reader, or the sentence why there is none."""
    metric = METRICS[TASK, name]
    at: dict[str, Any] = {
        "reader": "a",
        "modality": study.modalities[0],
        "versus": "y",
        "threshold": 3.0,
        "lowest_specificity": 0.6,
        "at_specificity": 0.6,
        "at_sensitivity": 0.6,
    }
    more = {each: at[each] for each in at if each in metric.depends_on()}
    columns = dict(study.columns)
    ordered = [columns.pop(each) for each in ("case", "outcome", "reader_code", "modality_code")]
    try:
        return metric(*ordered, **columns, **study.names, **more)
    except Undefined as reason:
        return str(reason)


@pytest.mark.parametrize("name", NAMES)
@given(study=tables())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_metric_is_within_its_bounds_or_says_why_it_is_undefined(name: str, study: Study) -> None:
    found = value(study, name)
    if isinstance(found, str):
        assert len(found.split()) > 3
        assert not found.endswith(".")
    else:
        low, high = METRICS[TASK, name].bounds
        assert low - 1e-9 <= found <= high + 1e-9


@pytest.mark.parametrize("name", NAMES)
@given(study=tables(), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_a_metric_is_blind_to_the_order_of_rows_and_to_the_codes_of_cases(
    name: str, study: Study, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(study.columns["case"]))
    mixed = {each: column[order] for each, column in study.columns.items()}
    mixed["case"] = rng.permutation(12)[mixed["case"]]
    found, shuffled = value(study, name), value(study._replace(columns=mixed), name)
    assert shuffled == (found if isinstance(found, str) else pytest.approx(found, abs=1e-9))


@pytest.mark.parametrize("name", NAMES)
@given(study=tables())
@settings(max_examples=30, deadline=None, derandomize=True)
def test_giving_every_case_twice_changes_no_value(name: str, study: Study) -> None:
    twice = {each: np.tile(column, 2) for each, column in study.columns.items()}
    twice["case"][len(study.columns["case"]) :] += 12
    found, again = value(study, name), value(study._replace(columns=twice), name)
    if not isinstance(found, str):
        assert again == pytest.approx(found, abs=1e-9)


@given(study=tables(complete_design=True), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_analysis_is_blind_to_who_is_called_the_first_reader(study: Study, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(study.readers))
    mixed = {**study.columns, "reader_code": order[study.columns["reader_code"]]}
    try:
        found = reader_study(study.columns, **study.names)
    except Undefined:
        return
    again = reader_study(mixed, **study.names)
    for one, other in zip(found.differences, again.differences, strict=True):
        assert other.value == pytest.approx(one.value, abs=1e-9)
        assert other.standard_error == pytest.approx(one.standard_error, abs=1e-9)
        assert (other.p is None) == (one.p is None)
        assert one.p is None or other.p == pytest.approx(one.p, abs=1e-6)


@given(study=tables(complete_design=True), analysis=st.sampled_from(["RRRC", "RRFC"]))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_both_methods_agree_where_readers_are_random(study: Study, analysis: Any) -> None:
    """Hillis et al. 2005: with jackknife covariances and the same degrees of freedom they are the same."""
    if len(study.readers) < 3:
        return
    try:
        found, other = (
            reader_study(study.columns, analysis=analysis, method=method, **study.names)
            for method in ("OR", "DBM")
        )
    except Undefined:
        return
    for one, two in zip(found.differences, other.differences, strict=True):
        assert two.standard_error == pytest.approx(one.standard_error, abs=1e-9)
        if one.p is not None and one.degrees < 1e6:
            assert two.p == pytest.approx(one.p, abs=1e-6)


@given(study=tables(complete_design=True))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_one_reader_compared_is_the_paired_delong_test(study: Study) -> None:
    try:
        found = reader_study(study.columns, covariances="delong", **study.names).by_reader
    except Undefined:
        return
    codes = study.columns["reader_code"], study.columns["modality_code"]
    for each in found:
        chosen = [
            (codes[0] == study.readers.index(each.reader)) & (codes[1] == study.modalities.index(m))
            for m in (each.first, each.second)
        ]
        both = {"outcome": study.columns["outcome"][chosen[0]]}
        both |= {m: study.columns["rating"][rows] for m, rows in zip("ab", chosen, strict=True)}
        if "patient" in study.columns:
            both["patient"] = study.columns["patient"][chosen[0]]
        paired = compare(both, "a", "b", resamples=1)[0]
        assert each.value == pytest.approx(paired.difference, abs=1e-12)
        if each.standard_error > 1e-6:
            assert each.p == pytest.approx(paired.p, abs=1e-6)
            assert limits(each.interval) == pytest.approx(limits(paired.interval), abs=1e-9)


RESAMPLED = [name for name in NAMES if "weight" in METRICS[TASK, name].depends_on()]


@pytest.mark.parametrize("name", RESAMPLED)
@pytest.mark.parametrize("by_patient", [False, True])
def test_a_resample_equals_the_metric_of_the_drawn_cases(name: str, by_patient: bool) -> None:
    study = simulated(by_patient)
    rows, _ = complete(study.columns, task=TASK)
    assert rows.patients == (18 if by_patient else 42)
    at = {"reader": "2", "modality": "1", "threshold": 3.0, **{"lowest_specificity": 0.6}}
    at |= {"at_specificity": 0.6, "at_sensitivity": 0.6}
    metric = METRICS[TASK, name]
    at = {each: at[each] for each in at if each in metric.depends_on()}
    (weight,) = drawn((5, 0), rows.patients, len(rows), 1)
    asked = Asked(metric, tuple(at.items()))
    found = resampled(known_of(rows, (0, 0), study.names, TASK), [asked], iter([weight]))[asked]
    times = weight[0].astype(int)[rows.patient]
    again = {each: np.repeat(column, times) for each, column in rows.columns.items()}
    copy = np.concatenate([np.arange(each) for each in times])
    again["case"] = (
        again["case"] * (times.max() + 1) + copy
    )  # copies of one case are read by all readers
    rating, decision = again.pop("rating"), again.pop("decision")
    expected = metric(*again.values(), rating=rating, decision=decision, **study.names, **at)
    assert found[0] == pytest.approx(expected, abs=1e-12)


def test_patients_with_one_case_are_cases() -> None:
    study = simulated()
    alone = {**study.columns, "patient": study.columns["case"] + 100}
    first, second = study.made(), study._replace(columns=alone).made()
    for one, other in zip(first, second, strict=True):
        assert (one.value, one.cases) == (other.value, other.cases)
        assert (one.interval is None) == (other.interval is None)
        if one.interval:
            assert limits(one.interval) == limits(other.interval)


def test_all_estimates_of_a_table() -> None:
    study = simulated()
    made = study.made(stated=STATED)
    assert {each.metric for each in made} == set(NAMES)
    for each in made:
        assert each.value is not None, each
        assert each.interval is not None, each
        assert each.interval.low <= each.value <= each.interval.high
        numbers = (each.value, each.interval.low, each.interval.high)
        assert {type(number) for number in numbers} == {float}
    assert {each.cases for each in made.matching("reader_auroc")} == {42}
    assert {each.cases for each in made.matching("reader_sensitivity_difference")} == {18}
    assert len(made.matching("reader_auroc_difference")) == 2  # not that of a modality from itself
    interval = made.one("partial_auroc", reader="1", modality="1").interval
    assert interval is not None
    assert interval.method.startswith("percentile bootstrap over 42 cases, 30 resamples")
    few = simulated(by_patient=True).made(stated=STATED)
    note = few.one("partial_auroc", reader="1", modality="1").note
    assert note.endswith("No interval: 18 patients are too few to resample (at least 20).")
    note = made.one("reader_auroc_difference", modality="1").note
    assert note.startswith("0.775 under 1 and 0.853 under 3; p = ")
    assert "All 3 modalities: F(2, " in note


def test_a_difference_turns_with_its_modalities() -> None:
    study = simulated()
    first, second = (
        compare_readers(study.columns, *pair, threshold=4, **study.names)
        for pair in (("1", "3"), ("3", "1"))
    )
    assert len(first) == 4 * (1 + 4)
    for one, other in zip(first, second, strict=True):
        assert one.difference == pytest.approx(-other.difference, abs=1e-12)
        assert limits(one.interval) == pytest.approx(
            tuple(-x for x in limits(other.interval)[::-1])
        )
        assert one.p == pytest.approx(other.p, abs=1e-12)
        assert (one.reader, one.metric) == (other.reader, other.metric)


def test_decisions_may_stand_in_a_column_of_their_own() -> None:
    study = simulated()
    called = (study.columns["rating"] >= 4).astype(int)
    without = {name: column for name, column in study.columns.items() if name != "rating"}
    only = study._replace(columns={**without, "decision": called})
    for name in ("sensitivity", "reader_sensitivity_difference", "reader_specificity_difference"):
        by_rating, by_column = study.made(4.0), only.made(None)
        one, other = by_rating.matching(name), by_column.matching(name)
        assert [each.value for each in one] == [each.value for each in other]
        assert [each.interval for each in one] == [each.interval for each in other]
        assert {each.threshold for each in other} == {None}
    found = compare_readers(only.columns, "1", "2", **study.names)
    assert {each.metric for each in found} == {
        "reader_sensitivity_difference", "reader_specificity_difference", "sensitivity", "specificity",
        "reader_accuracy_difference", "accuracy",
    }  # fmt: skip
    by_rating = compare_readers(study.columns, "1", "2", threshold=4, **study.names)[5:]
    assert [replace(each, threshold=4) for each in found] == list(by_rating)


def test_of_each_reader_decisions_are_compared_in_pairs() -> None:
    study = simulated()
    found = compare_readers(study.columns, "3", "1", threshold=4, **study.names)
    one = next(each for each in found if (each.metric, each.reader) == ("sensitivity", "2"))
    rows = {
        name: study.columns["rating"][
            (study.columns["reader_code"] == 1) & (study.columns["modality_code"] == code)
        ][np.argsort(study.columns["case"][
            (study.columns["reader_code"] == 1) & (study.columns["modality_code"] == code)
        ])]
        for name, code in (("new", 2), ("old", 0))
    }  # fmt: skip
    outcome = np.zeros(42, int)
    outcome[study.columns["case"]] = study.columns["outcome"]
    paired = compare({"outcome": outcome, **rows}, "new", "old", threshold=4, resamples=1)
    same = next(each for each in paired if each.metric == "sensitivity")
    assert (one.difference, one.p) == (same.difference, same.p)
    assert one.interval == same.interval
    assert one.cases == 18
    by_patient = simulated(by_patient=True)
    found = compare_readers(by_patient.columns, "3", "1", threshold=4, **study.names)
    one = next(each for each in found if (each.metric, each.reader) == ("sensitivity", "2"))
    assert "over 6 patients with the outcome" in one.test


# Few readers, no variance, wrong tables


@pytest.mark.parametrize("analysis", ["RRRC", "RRFC", "FRRC"])
def test_fewer_than_three_readers_are_fixed(analysis: Any) -> None:
    study = simulated()
    two = study.columns["reader_code"] < 2
    columns = {name: column[two] for name, column in study.columns.items()}
    found = reader_study(columns, analysis=analysis, **study.names)
    assert (found.analysis, found.asked) == ("FRRC", analysis)
    assert ("fewer than 3 readers are fixed" in found.words) == (analysis != "FRRC")
    assert {each.degrees for each in found.differences} == {np.inf}
    one = {
        name: column[study.columns["reader_code"] == 0] for name, column in study.columns.items()
    }
    alone = reader_study(one, analysis=analysis, **study.names)
    mine = reader_study(study.columns, **study.names).by_reader[0]
    two_only = {name: column[one["modality_code"] < 2] for name, column in one.items()}
    of_two = reader_study(two_only, **study.names).differences[0]
    assert of_two.standard_error == pytest.approx(mine.standard_error, abs=1e-12)
    assert alone.components.reader is None
    assert alone.words.count("1 reader,") == 1


def test_one_modality_has_means_and_no_differences() -> None:
    study = simulated()
    one = study.columns["modality_code"] == 1
    columns = {name: column[one] for name, column in study.columns.items()}
    for method in ("OR", "DBM"):
        for analysis in ("RRRC", "FRRC", "RRFC"):
            found = reader_study(columns, method=method, analysis=analysis, **study.names)  # type: ignore[arg-type]
            assert found.differences == ()
            assert found.overall is None
            assert found.means[0].interval is not None
    expected = EXPECTED["auroc_jackknife.single"][3:6]
    found = reader_study(columns, **study.names)
    seen = (found.means[0].value, found.means[0].standard_error, found.means[0].degrees)
    assert seen == pytest.approx(tuple(expected), rel=1e-9)


def test_equal_readings_have_no_variance_and_say_so() -> None:
    study = simulated()
    first = study.columns["modality_code"] == 0
    once = {name: column[first] for name, column in study.columns.items()}
    twice = {name: np.tile(column, 2) for name, column in once.items()}
    twice["modality_code"] = np.repeat([0, 1], len(once["case"]))
    made = study._replace(columns=twice, modalities=("m", "n")).made(4.0)
    found = made.one("reader_auroc_difference", modality="m")
    assert (found.value, found.interval) == (0, None)
    assert found.note.endswith("No interval: it has no variance.")
    names = {"reader_names": study.readers, "modality_names": ("m", "n")}
    for each in compare_readers(twice, "m", "n", threshold=4, **names):
        assert each.difference == 0
        assert each.p in (None, 1.0)


def test_more_separated_readings_than_any_test_can_tell() -> None:
    rating = np.zeros((2, 3, 20))
    rating[1, :, :10] = 1
    outcome = np.arange(20) < 10
    found = analyse(reader_areas(outcome, rating), ("a", "b", "c"), ("x", "y"))
    assert found.differences[0].value == -0.5
    assert found.differences[0].interval is None
    assert found.means[1].interval is None


class Wrong(NamedTuple):
    story: str
    change: dict[str, Any]
    metric: str
    sentence: str


def without(*rows: int) -> dict[str, np.ndarray]:
    return {name: np.delete(column, rows) for name, column in tiny().columns.items()}


COLUMNS = tiny().columns
CROSSED = "every reader has to read every case under every modality; "
WRONG = [
    Wrong("a skipped case", without(5), "reader_auroc_difference",
        CROSSED + "reader b has no usable rating of 1 of 4 cases under without"),
    Wrong("a modality not read", without(12, 13, 14, 15), "reader_auroc_difference",
        CROSSED + "reader b has no usable rating of 4 of 4 cases under with"),
    Wrong("several gaps", without(0, 5, 6), "auroc",
        CROSSED + "reader a has no usable rating of 1 of 4 cases under without "
        "(and so on for 1 other pair of reader and modality)"),
    Wrong("no rating", {"rating": np.where(np.arange(16) == 9, np.nan, COLUMNS["rating"])},
        "reader_auroc_difference",
        CROSSED + "reader a has no usable rating of 1 of 4 cases under with"),
    Wrong("two truths", {"outcome": np.where(np.arange(16) == 4, 0, COLUMNS["outcome"])},
        "reader_auroc", "the outcome differs between the rows of 1 case"),
    Wrong("read twice", {"case": np.where(COLUMNS["case"] == 1, 0, COLUMNS["case"])},
        "reader_auroc_difference", "reader a read 1 case more than once under without "
        "(and so on for 3 other pairs of reader and modality)"),
    Wrong("two patients", {"patient": np.arange(16) % 3}, "reader_auroc_difference",
        "4 cases are given to several patients"),
    Wrong("one class", {"outcome": np.ones(16, int)}, "reader_auroc_difference",
        "needs cases with the outcome and cases without"),
    Wrong("one class", {"outcome": np.zeros(16, int)}, "reader_sensitivity_difference",
        "no case has the outcome"),
    Wrong("one negative", {"outcome": (COLUMNS["case"] < 3).astype(int)},
        "reader_auroc_difference", "needs at least two cases with the outcome and two without"),
    Wrong("one negative", {"outcome": (COLUMNS["case"] < 3).astype(int)},
        "reader_specificity_difference", "needs cases of at least two patients without the outcome"),
    Wrong("no such reader", {"reader_code": COLUMNS["reader_code"] + 1}, "reader_auroc",
        "reader a rated no case under without"),
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda each: f"{each.story}: {each.metric}")
def test_a_table_that_is_wrong_gets_its_sentence(wrong: Wrong) -> None:
    study = tiny(**wrong.change)
    found = [each for each in study.made() if each.metric == wrong.metric and each.value is None]
    assert found[0].undefined_because == wrong.sentence


def test_nothing_names_a_case_or_a_patient() -> None:
    columns = {**COLUMNS, "case": COLUMNS["case"] + 7_000_000}
    columns = {name: np.delete(column, 5) for name, column in columns.items()}
    for each in Study(columns, ("a", "b"), ("without", "with")).made():
        assert "7" not in each.undefined_because.replace("70", "7") or each.value is not None
        assert "7000" not in f"{each.undefined_because}{each.note}"


def test_requests_that_cannot_be_met() -> None:
    study = simulated()
    with pytest.raises(Undefined, match="no analysis of readers"):
        reader_study(study.columns, analysis="FRFC", **study.names)  # type: ignore[arg-type]
    with pytest.raises(Undefined, match="no way to find covariances"):
        reader_study(study.columns, covariances="bootstrap", **study.names)  # type: ignore[arg-type]
    with pytest.raises(Undefined, match="one case per patient"):
        reader_study(simulated(True).columns, covariances="unbiased", **study.names)
    with pytest.raises(Undefined, match="no row has a decision"):
        reader_study(study.columns, "sensitivity", **study.names)
    with pytest.raises(Undefined, match="no row has every value"):
        reader_study({name: column[:0] for name, column in study.columns.items()})
    found = compare_readers(study.columns, "1", "4", **study.names)
    assert found[0].undefined_because == "the study has no difference of 1 and 4"
    found = compare_readers({name: column[:0] for name, column in study.columns.items()}, "1", "2")
    assert found[0].undefined_because == "no row has every value"
    first = next(each for each in study.made() if each.metric == "sensitivity")
    assert first.threshold == 3.0
    undefined = study._replace(readers=("p", "q", "r", "s")).where()
    undefined["places"]["reader"] = ("t",)
    made: tuple[Estimate, ...] = estimates(TASK, study.columns, resamples=5, **undefined)
    assert made[0].undefined_because == "no reader is called t"


# Curves and agreement


def trapezoid(across: tuple[float, ...], up: tuple[float, ...]) -> float:
    return float(np.trapezoid(up, across))


def test_curves_of_readers_and_of_the_average_reader_hold_their_areas() -> None:
    study = simulated()
    found = reader_study(study.columns, **study.names)
    curves = reader_roc_curves(study.columns, threshold=4, **study.names)
    assert len(curves) == 3 * (4 + 1)
    for modality, mean in zip(study.modalities, found.means, strict=True):
        here = [each for each in curves if each.modality == modality]
        areas = [trapezoid(each.curve.false_positive_rate, each.curve.sensitivity) for each in here]
        assert [each.reader for each in here] == [*study.readers, None]
        assert areas[:4] == pytest.approx(
            list(found.values[study.modalities.index(modality)]), abs=1e-12
        )
        assert areas[4] == pytest.approx(mean.value, abs=1e-9)
        points = [each.curve.at_threshold for each in here]
        assert all(points)
        assert points[4] == pytest.approx(tuple(np.mean(points[:4], axis=0)))


def test_a_reader_without_cases_of_a_class_has_no_curve() -> None:
    columns = {name: np.delete(column, [0, 1]) for name, column in COLUMNS.items()}
    found = reader_roc_curves(columns, reader_names=("a", "b"), modality_names=("without", "with"))
    assert [(each.modality, each.reader) for each in found] == [
        ("without", "b"), ("without", None), ("with", "a"), ("with", "b"), ("with", None),
    ]  # fmt: skip
    assert found[0].curve.at_threshold is None


def test_agreement_of_readers_is_the_kappa_of_scikit_learn() -> None:
    from sklearn.metrics import cohen_kappa_score

    study = simulated()
    found = reader_agreement(study.columns, threshold=4, **study.names)
    assert len(found) == 3 * 6
    said = np.zeros((3, 4, 42))
    said[study.columns["modality_code"], study.columns["reader_code"], study.columns["case"]] = (
        study.columns["rating"] >= 4
    )
    for each in found:
        pair = [
            said[study.modalities.index(each.modality), study.readers.index(reader)]
            for reader in (each.first, each.second)
        ]
        assert each.kappa == pytest.approx(cohen_kappa_score(*pair), abs=1e-12)
        assert each.agreement == pytest.approx(np.mean(pair[0] == pair[1]))
        assert each.cases == 42
    same = reader_agreement({**study.columns, "rating": np.full(504, 5.0)}, threshold=4)
    assert {(each.agreement, each.kappa) for each in same} == {(1.0, None)}


FLEISS = {"1": 0.3604938271604936, "2": 0.42515703998774323, "3": 0.4987654320987652}
"""statsmodels 0.15.0, stats.inter_rater.fleiss_kappa of the decisions at 4, by modality."""


def test_agreement_of_all_readers_is_what_statsmodels_computes() -> None:
    made = simulated().made(4.0)
    found = {each.modality: each.value for each in made.matching("fleiss_kappa")}
    assert found == {name: pytest.approx(value, abs=1e-12) for name, value in FLEISS.items()}


def test_the_mean_over_readers_is_that_of_the_analysis_of_all_readers() -> None:
    study = simulated()
    made = study.made(4.0)
    for figure in ("sensitivity", "specificity", "accuracy"):
        found = reader_study(study.columns, figure, threshold=4, **study.names)
        for mean in found.means:
            one = made.one(f"mean_reader_{figure}", modality=mean.modality)
            own = made.matching(figure, modality=mean.modality)
            assert one.value == pytest.approx(np.mean([each.value for each in own]), abs=1e-12)
            assert one.interval == mean.interval


def test_infinite_ratings_are_ratings() -> None:
    study = simulated()
    rating = np.where(study.columns["rating"] == 1, -np.inf, study.columns["rating"])
    moved = study._replace(columns={**study.columns, "rating": rating})
    one, other = (reader_study(each.columns, **study.names) for each in (study, moved))
    assert one == other
    outcome, chosen = study.columns["outcome"], study.columns["reader_code"] == 0
    assert auroc(outcome[chosen], study.columns["rating"][chosen]) == pytest.approx(
        auroc(outcome[chosen], rating[chosen])
    )


# Error rates


def ratings(rng: np.random.Generator, readers: int, cases: int) -> tuple[np.ndarray, np.ndarray]:
    """Return outcomes and ratings of two modalities without a difference (the model of Roe & Metz 1997)."""
    outcome = np.arange(cases) < cases // 2
    shape = (2, readers, cases)
    rating = 1.5 * outcome + np.zeros(shape)
    rating = rating + outcome * rng.normal(0, 0.25, (1, readers, 1))
    rating = rating + outcome * rng.normal(0, 0.2, (2, readers, 1))
    rating = (
        rating + rng.normal(0, 0.3**0.5, (1, 1, cases)) + rng.normal(0, 0.3**0.5, (2, 1, cases))
    )
    rating = rating + rng.normal(0, 0.2**0.5, (1, readers, cases))
    return outcome, rating + rng.normal(0, 0.2**0.5, shape)


@pytest.mark.slow
@pytest.mark.parametrize("readers", [3, 6])
@pytest.mark.parametrize("covariances", ["jackknife", "delong"])
def test_coverage_of_the_difference_and_the_mean(readers: int, covariances: Any) -> None:
    """Without a difference 95 % of intervals hold 0; those of a mean hold its value in the long run.

    The variance of three readers is hardly known: their means' intervals hold it in 92 to 93 % of studies.
    """
    rng = np.random.default_rng(3)
    names = tuple(map(str, range(readers)))
    inside, means, values = 0, [], []
    for _ in range(1500):
        figures = reader_areas(*ratings(rng, readers, 100), covariances=covariances)
        found = analyse(figures, names, ("x", "y"))
        low, high = limits(found.differences[0].interval)
        inside += low <= 0 <= high
        means.append(limits(found.means[0].interval))
        values.append(found.means[0].value)
    truth = np.mean(values)
    held = np.mean([low <= truth <= high for low, high in means])
    assert inside / 1500 == pytest.approx(0.955, abs=0.025)
    assert held == pytest.approx({3: 0.925, 6: 0.95}[readers], abs=0.02)
