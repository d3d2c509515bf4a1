"""Several classes, with and without an order: values of other software, definitions by hand, properties, sentences."""

import math
import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn import metrics as sk

from checker.metrics import (
    METRICS,
    Undefined,
    class_distances,
    compare,
    compare_ordinal,
    confusion_matrix,
    dichotomies,
    estimates,
    expected_class,
    largest_class,
    most_likely_class,
)
from checker.metrics.areas import pairwise_areas, shares_below
from checker.metrics.base import TASKS, Metric
from checker.metrics.cross_tables import counts_by_class
from checker.metrics.estimating import complete, in_order, known_of
from checker.metrics.kappa import kappa, kappa_test, kappa_variance
from checker.metrics.ranking import ranking
from checker.metrics.resampling import Asked, drawn, resampled
from checker.model.estimate import Comparison, Estimate, Estimates
from checker.model.metric_names import METRIC_NAMES
from checker.needs import Absent

HERE = Path(__file__).resolve().parent
OURS = HERE / "reference"
OTHERS = Path(os.environ.get("CHECKER_REFERENCE_DATA", HERE.parent.parent / "shared" / "data"))
"""Data under the GPL, looked for beside the checkout and never shipped."""
MULTICLASS, ORDINAL = "multiclass", "ordinal"
Z = 1.959963984540054
Columns = Mapping[str, Any]


@cache
def table_of(path: Path) -> polars.DataFrame:
    return polars.read_csv(path, infer_schema_length=None)


def made(task: str, columns: Columns, classes: tuple[str, ...], **given: Any) -> Estimates:
    options = {"resamples": 20, **given.pop("options", {})}
    return Estimates(estimates(task, columns, given={"classes": classes, **given}, **options))


def limits(found: Estimate | Comparison) -> tuple[float, float]:
    assert found.interval is not None
    return found.interval.low, found.interval.high


def error(found: Estimate | Comparison) -> float:
    low, high = limits(found)
    return (high - low) / 2 / Z


# Reference values of other software: hcv_multiclass_a (shipped)

HCV = OURS / "hcv_multiclass_a"
HCV_CASES = {
    each["id"]: each for each in yaml.safe_load((HCV / "expected.yaml").read_text("utf-8"))["cases"]
}
STAGES = ("blood_donor", "hepatitis", "fibrosis", "cirrhosis")


def hcv() -> dict[str, np.ndarray]:
    table = table_of(HCV / "predictions.csv")
    risks = table.select([f"p_{name}" for name in STAGES]).to_numpy()
    return {"outcome": table["truth_code"].to_numpy(), "risks": risks}


def hcv_decision() -> np.ndarray:
    return table_of(HCV / "predictions.csv")["pred_code"].to_numpy()


def expected(id: str) -> tuple[Mapping[str, Any], float]:
    return HCV_CASES[id]["values"], float(HCV_CASES[id]["tolerance"])


def test_areas_of_four_classes_are_those_of_proc() -> None:
    values, near = expected("hand_till_auc")
    found = made(MULTICLASS, hcv(), STAGES)
    assert found.one("multiclass_auroc").value == pytest.approx(values["hand_till_m"], abs=near)
    areas = {**values["ovr_auc"], "macro": values["macro_ovr_auc"]}
    areas["prevalence-weighted"] = values["prevalence_weighted_ovr_auc"]
    for label, value in areas.items():
        one = found.one("one_vs_rest_auroc", label=label)
        assert (one.value, one.cases) == (pytest.approx(value, abs=near), values["n"])
    counts = np.bincount(hcv()["outcome"])
    assert dict(zip(STAGES, counts.tolist(), strict=True)) == values["class_counts"]


def test_the_cross_table_of_four_classes_is_that_of_caret() -> None:
    values, near = expected("confusion")
    table = confusion_matrix(hcv()["outcome"], hcv_decision(), STAGES)
    theirs = [[row[name] for row in values["matrix_rows_pred_cols_truth"]] for name in STAGES]
    assert [list(row) for row in table.counts] == theirs
    found = made(MULTICLASS, hcv(), STAGES, options={"proportion_interval": "exact"})
    accuracy = found.one("multiclass_accuracy")
    assert accuracy.value == pytest.approx(values["accuracy"], abs=near)
    theirs = [values[f"accuracy_clopper_pearson95_{end}"] for end in ("low", "high")]
    assert limits(accuracy) == pytest.approx(theirs, abs=near)
    assert accuracy.note == "The no-information rate is 0.904 (always blood_donor)."
    rate = largest_class(hcv()["outcome"], STAGES)
    assert rate == ("blood_donor", pytest.approx(values["no_information_rate"], abs=near))
    assert found.one("cohen_kappa").value == pytest.approx(values["kappa"], abs=near)
    macro = values["balanced_accuracy_macro"]
    assert found.one("balanced_accuracy").value == pytest.approx(macro, abs=near)
    mean_f1 = np.mean(list(values["f1"].values()))
    assert found.one("macro_f1").value == pytest.approx(mean_f1, abs=near)
    for name, metric in (("sensitivity",) * 2, ("specificity",) * 2, ("ppv", "precision")):
        for label in STAGES:
            one = found.one(f"class_{metric}", label=label)
            assert one.value == pytest.approx(values[name][label], abs=near)


def test_kappas_of_four_classes_are_those_of_irr() -> None:
    values, near = expected("kappa_truth_pred")
    table = counts_by_class(hcv()["outcome"], hcv_decision(), STAGES)
    for weights in ("unweighted", "linear", "quadratic"):
        theirs = values[weights]
        found = kappa_test(table, weights)  # type: ignore[arg-type]
        assert float(kappa(table, weights)) == pytest.approx(theirs["kappa"], abs=near)  # type: ignore[arg-type]
        assert (found.z, found.p) == pytest.approx((theirs["z"], theirs["p"]), abs=near)


def test_the_brier_score_of_four_classes_and_why_the_log_loss_differs() -> None:
    """The reference log loss is that of permuted classes.

    MLmetrics 1.1.1 sorts the classes of a vector by name (blood_donor, cirrhosis, fibrosis, hepatitis) and takes the
    columns of the probabilities as they stand (blood_donor, hepatitis, fibrosis, cirrhosis). Given a matrix of
    indicators in the order of the columns the same function returns 0.104056697489145, which is ours.
    """
    values, near = expected("multiclass_log_loss")
    columns = hcv()
    found = made(MULTICLASS, columns, STAGES)
    assert found.one("brier_score").value == pytest.approx(values["brier_multiclass"], abs=near)
    assert found.one("log_loss").value == pytest.approx(0.104056697489145, abs=1e-12)
    off = abs(columns["risks"].sum(axis=1) - 1).max()
    assert off == pytest.approx(values["max_abs_row_sum_minus_1"], abs=1e-12)
    permuted = {**columns, "outcome": np.array([0, 3, 2, 1])[columns["outcome"]]}
    theirs = made(MULTICLASS, permuted, STAGES, clip=1e-15).one("log_loss")
    assert theirs.value == pytest.approx(values["log_loss"], abs=near)
    assert theirs.note == "Risks were clipped to 1e-15 and 1 - 1e-15."


def test_any_disease_against_donors_is_the_first_cut_and_the_first_class() -> None:
    values, near = expected("auc_any_disease_vs_donor")
    columns = {"outcome": hcv()["outcome"], "score": 1 - hcv()["risks"][:, 0]}
    cut = made(ORDINAL, columns, STAGES).one(
        "dichotomised_auroc", label="blood_donor vs hepatitis-cirrhosis"
    )
    rest = made(MULTICLASS, hcv(), STAGES).one("one_vs_rest_auroc", label="blood_donor")
    for found in (cut, rest):
        assert found.value == pytest.approx(values["auc"], abs=near)
        assert limits(found) == pytest.approx((values["ci95_low"], values["ci95_high"]), abs=near)


def obuchowski_case(case: Mapping[str, Any], columns: Columns, classes: tuple[str, ...]) -> None:
    """Compare with nonbinROC: the measure, its error, all pairs of classes, and two scores with each other."""
    values, near = case["values"], float(case["tolerance"])
    penalty = values["penalty"] or "equal"
    scores = [columns[name] for name in case["inputs"]["scores"]]
    accuracy, errors = (np.atleast_1d(values[f"overall_{name}"]) for name in ("accuracy", "se"))
    for score, value, one_error in zip(scores, accuracy, errors, strict=True):
        table = {"outcome": columns["outcome"], "score": score}
        found = made(ORDINAL, table, classes, penalty=penalty).one("obuchowski_measure")
        assert (found.value, found.cases) == (pytest.approx(value, abs=near), values["n"])
        assert error(found) == pytest.approx(one_error, abs=near)
        if values["penalty"] is None:
            c = made(ORDINAL, table, classes).one("ordinal_c_index")
            assert c.value == pytest.approx(value, abs=near)
        else:
            default = made(ORDINAL, table, classes).one("obuchowski_measure")
            assert default.value == pytest.approx(value, abs=near)
    areas = pairwise_areas(columns["outcome"], ranking(scores[0]), len(classes))
    pairs = np.array(
        [each if isinstance(each, float) else each["Estimate"] for each in values["pairwise"]]
    )
    ours = areas[np.triu_indices(len(classes), 1)]
    assert np.maximum(ours, 1 - ours) == pytest.approx(pairs, abs=near)  # they fold pairs at 0.5
    if "test" in values:
        two = {"outcome": columns["outcome"], "a": scores[0], "b": scores[1]}
        found, *_ = compare_ordinal(two, "a", "b", classes=classes, penalty=penalty)
        together = (errors[0] ** 2 + errors[1] ** 2 - error(found) ** 2) / 2
        assert abs(together) == pytest.approx(values["test"]["Covariance"], abs=near)
        if together > 0:
            z, p = values["test"]["Two-Sided Hypothesis Test"]
            assert found.p == pytest.approx(p, abs=near)
            assert found.difference is not None
            assert found.difference / error(found) == pytest.approx(z, abs=1e-5)
        else:
            assert case["id"] in WITHOUT_SIGN


WITHOUT_SIGN = {
    "ordinal_gos6_s100b_ndka": (
        "nonbinROC 1.0.1 takes the absolute value of the covariance of the two measures. Here it is negative, which "
        "the jackknife (-0.00035) and a stratified bootstrap (-0.00031) confirm, so its z of 1.815 is too large; "
        "with the sign kept it is 1.535"
    )
}


def test_expected_grades_have_the_obuchowski_measure_of_nonbinroc() -> None:
    case = HCV_CASES["ordinal_expected_grade"]
    score = expected_class(hcv()["risks"])
    columns = {"outcome": hcv()["outcome"], **{name: score for name in case["inputs"]["scores"]}}
    obuchowski_case(case, columns, STAGES)


def test_the_linear_penalty_follows_from_the_pairs_of_nonbinroc() -> None:
    """One minus weight times penalty times (1 - area), summed by hand over the printed pairs."""
    values, near = expected("ordinal_expected_grade")
    sizes = np.bincount(hcv()["outcome"])
    pairs = list(zip(*np.triu_indices(4, 1), strict=True))
    weights = np.array([sizes[i] * sizes[j] for i, j in pairs], float)
    lost = [
        weight / weights.sum() * (j - i) / 3 * (1 - pair["Estimate"])
        for (i, j), weight, pair in zip(pairs, weights, values["pairwise"], strict=True)
    ]
    found = made(ORDINAL, hcv(), STAGES).one("obuchowski_measure")
    assert found.value == pytest.approx(1 - sum(lost), abs=near)


def test_every_case_of_the_shipped_classes_is_compared() -> None:
    assert set(HCV_CASES) == {
        *("hand_till_auc", "confusion", "kappa_truth_pred", "multiclass_log_loss"),
        *("auc_any_disease_vs_donor", "ordinal_expected_grade"),
    }


# Reference values beside the checkout: pbc_mayo and asah_biomarkers


def beside(folder: str) -> Iterator[Any]:
    path = OTHERS / folder / "expected.yaml"
    if not path.is_file():
        return
    for each in yaml.safe_load(path.read_text("utf-8"))["cases"]:
        if each["family"] == ORDINAL or each["inputs"]["file"] == "fibrosis_stage.csv":
            yield pytest.param(OTHERS / folder, each, id=f"{folder}: {each['id']}")


def ordinal_case(case: Mapping[str, Any], table: polars.DataFrame) -> None:
    inputs = case["inputs"]
    seen, codes = np.unique(table[inputs["reference"]].to_numpy(), return_inverse=True)
    assert seen.tolist() == case["values"]["categories"]
    columns = {name: inputs["sign"] * table[name].to_numpy() for name in inputs["scores"]}
    obuchowski_case(case, {"outcome": codes, **columns}, tuple(f"stage {each}" for each in seen))


def correlation_case(case: Mapping[str, Any], table: polars.DataFrame) -> None:
    columns = {"outcome": table["stage"].to_numpy() - 1, "score": table["apri"].to_numpy()}
    found = made(ORDINAL, columns, tuple("1234"))
    for name, metric in (("spearman", "spearman_correlation"), ("kendall_tau_b", "kendall_tau")):
        near = pytest.approx(case["values"][name], abs=case["tolerance"])
        assert found.one(metric).value == near


def cut_case(case: Mapping[str, Any], table: polars.DataFrame) -> None:
    inputs, values = case["inputs"], case["values"]
    sign = 1 if inputs["higher_is_positive"] else -1
    columns = {"outcome": table["stage"].to_numpy() - 1, "score": sign * table[inputs["score"]]}
    label = {"cirrhosis": "1-3 vs 4", "advanced": "1-2 vs 3-4"}[inputs["label"]]
    found = made(ORDINAL, columns, tuple("1234")).one("dichotomised_auroc", label=label)
    assert found.value == pytest.approx(values["auc"], abs=case["tolerance"])
    assert error(found) == pytest.approx(values["se"], abs=case["tolerance"])


def paired_case(case: Mapping[str, Any], table: polars.DataFrame) -> None:
    """A binary comparison of the same table."""
    inputs, values, near = case["inputs"], case["values"], case["tolerance"]
    scores = {name: table[inputs[f"score_{name}"]].to_numpy() for name in "ab"}
    outcome = table[inputs["label"]].to_numpy()
    found = compare({"outcome": outcome, **scores}, "a", "b", resamples=20)[0]
    assert (found.difference, found.p) == pytest.approx(
        (values["diff"], values["p_two_sided"]), abs=near
    )
    theirs = (values["diff_ci95_low"], values["diff_ci95_high"])
    assert limits(found) == pytest.approx(theirs, abs=near)


def threshold_case(case: Mapping[str, Any], table: polars.DataFrame) -> None:
    """A binary threshold of the same table: its counts and its proportions with Wilson's limits."""
    inputs, values, near = case["inputs"], case["values"], case["tolerance"]
    columns = {
        "outcome": table[inputs["label"]].to_numpy(),
        "score": table[inputs["score"]].to_numpy(),
    }
    made_at = estimates("classification", columns, threshold=inputs["threshold"], resamples=20)
    called = (columns["score"] >= inputs["threshold"]).astype(int)
    (tn, fp), (fn, tp) = confusion_matrix(columns["outcome"], called, ("without", "with")).counts
    assert [tp, fp, fn, tn] == [values[name] for name in ("tp", "fp", "fn", "tn")]
    for name in ("sensitivity", "specificity", "accuracy", "prevalence"):
        found, theirs = Estimates(made_at).one(name), values[name]
        assert found.value == pytest.approx(theirs["value"], abs=near)
        ends = (theirs["wilson95_low"], theirs["wilson95_high"])
        assert limits(found) == pytest.approx(ends, abs=near)
    for name, metric in (("mcc", "matthews_correlation"), ("cohen_kappa", "cohen_kappa")):
        assert Estimates(made_at).one(metric).value == pytest.approx(values[name], abs=near)


BESIDE = [*beside("pbc_mayo"), *beside("asah_biomarkers")]
CHECKS: dict[str, Callable[[Mapping[str, Any], polars.DataFrame], None]] = {
    "obuchowski_ordinal_accuracy": ordinal_case,
    "rank_correlation": correlation_case,
    "auc_delong": cut_case,
    "auc_paired_delong_test": paired_case,
    "confusion_matrix": threshold_case,
}


@pytest.mark.skipif(not BESIDE, reason="pbc_mayo (LGPL) and asah_biomarkers (GPL) are not here")
@pytest.mark.parametrize(("folder", "case"), BESIDE)
def test_reference_values_beside_the_checkout(folder: Path, case: Mapping[str, Any]) -> None:
    CHECKS[case["metric"]](case, table_of(folder / case["inputs"]["file"]))


# Frozen values of other software for a simulated table

LETTERS = tuple("ABCD")


def simulated() -> dict[str, np.ndarray]:
    table = table_of(OURS / "simulated_classes" / "table.csv")
    risks = table.select([f"p_{name}" for name in LETTERS]).to_numpy()
    names = ("outcome", "score", "rater", "patient")
    return {"risks": risks, **{name: table[name].to_numpy() for name in names}}


def inputs(task: str, *names: str, patient: bool = False) -> dict[str, np.ndarray]:
    table = simulated()
    found = {"decision" if name == "rater" else name: table[name] for name in names}
    found["outcome"] = table["outcome"]
    return {**found, "patient": table["patient"]} if patient else found


class Frozen(NamedTuple):
    metric: str
    label: str | None
    value: float
    error: float | None = None
    """Half the width of the interval over 1.96, where it is by formula."""


PROC = "R 4.2.2, pROC 1.18.0: multiclass.roc(y, P); ci.auc(roc(y == k, P[, k])), ci.auc(roc(y >= k, score))"
SKLEARN = (
    "scikit-learn 1.9.1: roc_auc_score(Y, P, average=...), balanced_accuracy_score, matthews_corrcoef, recall_score, "
    "precision_score, f1_score(average='macro'), specificities of multilabel_confusion_matrix"
)
VCD = (
    "R 4.2.2, vcd 1.4.11: Kappa(table, weights = 'Equal-Spacing' or 'Fleiss-Cohen'), value and ASE"
)
IRRCAC = "irrCAC 0.4.4 of Python: CAC(ratings).gwet()"
VGAM = (
    "R 4.2.2, VGAM 1.1.7: vglm(y ~ LP1 + LP2 + LP3, multinomial(refLevel = 1)), constrained so that each LP is in its "
    "own equation; vglm(y ~ 1, offset = LP)"
)
MLMETRICS = "R 4.2.2: MLmetrics 1.1.1 MultiLogLoss(P, Y); mean(rowSums((P - Y)^2)); bins of floor(10 * rank / n)"
SURVIVAL = "R 4.2.2, survival 3.5.3: concordance(outcome ~ score), its variance times n / (n - 1)"
BASE_R = "R 4.2.2: cor(outcome, score, method = 'spearman' or 'kendall')"

OF_RISKS = [  # PROC
    Frozen(
        "one_vs_rest_auroc", "A", 0.914358394573205, (0.953607775718569 - 0.87510901342784) / 2 / Z
    ),
    Frozen(
        "one_vs_rest_auroc", "B", 0.713115985576923, (0.788184459005557 - 0.63804751214829) / 2 / Z
    ),
    Frozen(
        "one_vs_rest_auroc", "C", 0.784090909090909, (0.853504948579949 - 0.71467670186960) / 2 / Z
    ),
    Frozen(
        "one_vs_rest_auroc", "D", 0.909840159840160, (0.968339376016725 - 0.85134094366359) / 2 / Z
    ),
    Frozen("multiclass_auroc", None, 0.832321007076478),
    # SKLEARN
    Frozen("one_vs_rest_auroc", "macro", 0.8303513622702994),
    Frozen("one_vs_rest_auroc", "prevalence-weighted", 0.8237259016171671),
    Frozen("micro_auroc", None, 0.8472942386831276),
    Frozen("multiclass_accuracy", None, 0.5611111111111111),
    Frozen("percent_agreement", None, 0.5611111111111111),
    Frozen("balanced_accuracy", None, 0.5605859657583796),
    Frozen("matthews_correlation", None, 0.4017530244925375),
    Frozen("macro_f1", None, 0.5605956638968713),
    Frozen("macro_precision", None, 0.561786410470621),
    Frozen("macro_specificity", None, 0.850417100754236),
    Frozen("class_sensitivity", "A", 0.6724137931034483),
    Frozen("class_sensitivity", "D", 0.6153846153846154),
    Frozen("class_specificity", "B", 0.7578125),
    Frozen("class_precision", "C", 0.47619047619047616),
    # VCD
    Frozen("cohen_kappa", None, 0.4013639808032332, 0.0506127968227425),
    # IRRCAC
    Frozen("gwet_ac1", None, 0.4192560324),
    # MLMETRICS
    Frozen("brier_score", None, 0.529419648222222),
    Frozen("log_loss", None, 0.894032022598675),
    Frozen("expected_calibration_error", None, 0.123825),
    # VGAM
    Frozen("multinomial_calibration_slope", "B vs A", 0.750812143042656, 0.154377402568284),
    Frozen("multinomial_calibration_slope", "C vs A", 0.899299004224897, 0.127430810930027),
    Frozen("multinomial_calibration_slope", "D vs A", 0.897428386985945, 0.117785341697261),
    Frozen("calibration_intercept", "B vs A", -0.257607008886783, 0.223009345869900),
    Frozen("calibration_intercept", "C vs A", -0.592587537536806, 0.335308102705609),
    Frozen("calibration_intercept", "D vs A", -0.874780502565854, 0.584128781543413),
    Frozen("calibration_in_the_large", "B vs A", -0.327155279416654, 0.231878594439595),
    Frozen("calibration_in_the_large", "C vs A", -0.394873451729956, 0.287680143460230),
    Frozen("calibration_in_the_large", "D vs A", -0.657304220972323, 0.382180279167587),
]
OF_SCORES = [  # PROC
    Frozen(
        "dichotomised_auroc",
        "A vs B-D",
        0.808860938383267,
        (0.873411335442343 - 0.744310541324192) / 2 / Z,
    ),
    Frozen(
        "dichotomised_auroc",
        "A-B vs C-D",
        0.865324675324675,
        (0.916167472670971 - 0.814481877978379) / 2 / Z,
    ),
    Frozen(
        "dichotomised_auroc",
        "A-C vs D",
        0.898226773226773,
        (0.967327361916223 - 0.829126184537323) / 2 / Z,
    ),
    # SURVIVAL, BASE_R
    Frozen("ordinal_c_index", None, 0.809485666104553, 0.0220794406172309 * (180 / 179) ** 0.5),
    Frozen("spearman_correlation", None, 0.66567286591564),
    Frozen("kendall_tau", None, 0.535323194587306),
]
OF_RATER = [  # VCD
    Frozen("cohen_kappa", None, 0.4178916421671566, 0.0492533709001732),
    Frozen("linear_weighted_kappa", None, 0.6072088724584104, 0.0389311264070325),
    Frozen("weighted_kappa", None, 0.7616175390747928, 0.0318421238477438),
    # SKLEARN, BASE_R
    Frozen("multiclass_accuracy", None, 0.5722222222222222),
    Frozen("percent_agreement", None, 0.5722222222222222),
    Frozen("balanced_accuracy", None, 0.5737732095490716),
    Frozen("macro_f1", None, 0.5597254810943028),
    Frozen("macro_precision", None, 0.554773541870316),
    Frozen("macro_specificity", None, 0.8548511536227755),
    Frozen("off_by_one_accuracy", None, 0.9555555555555556),
    Frozen("class_sensitivity", "B", 0.36538461538461536),
    Frozen("class_specificity", "D", 0.9090909090909091),
    Frozen("class_precision", "A", 0.6818181818181818),
    Frozen("spearman_correlation", None, 0.759532285846229),
    Frozen("kendall_tau", None, 0.677147090244904),
]
"""The quadratic and linear errors of psych 2.2.9 (cohen.kappa) are smaller; a numerical delta method agrees with vcd
and ours to 1e-9."""


@pytest.mark.parametrize(
    ("task", "columns", "frozen"),
    [
        *((MULTICLASS, ("risks",), each) for each in OF_RISKS),
        *((ORDINAL, ("score",), each) for each in OF_SCORES),
        *((ORDINAL, ("rater",), each) for each in OF_RATER),
    ],
    ids=str,
)
def test_values_of_other_software_for_a_simulated_table(
    task: str, columns: tuple[str, ...], frozen: Frozen
) -> None:
    made_once = simulated_estimates(task, columns)
    found = made_once.one(frozen.metric, label=frozen.label)
    assert found.value == pytest.approx(frozen.value, abs=1e-9)
    if frozen.error is not None:
        assert error(found) == pytest.approx(frozen.error, abs=1e-7)


@cache
def simulated_estimates(task: str, columns: tuple[str, ...]) -> Estimates:
    return made(task, inputs(task, *columns), LETTERS)


def test_clustered_concordance_has_the_error_of_survival() -> None:
    """R 4.2.2, survival 3.5.3: concordance(outcome ~ score, cluster = patient); times patients / (patients - 1)."""
    found = made(ORDINAL, inputs(ORDINAL, "score", patient=True), LETTERS).one("ordinal_c_index")
    assert error(found) == pytest.approx(0.0224204389947642 * (91 / 90) ** 0.5, abs=1e-10)
    assert found.interval is not None
    assert found.interval.method == "DeLong's components, clustered by patient (91 patients)"


def test_every_metric_has_a_value_of_other_software_and_a_listed_name() -> None:
    frozen = {(MULTICLASS, each.metric) for each in OF_RISKS}
    frozen |= {(ORDINAL, each.metric) for each in OF_SCORES + OF_RATER}
    frozen |= {(ORDINAL, "obuchowski_measure"), (ORDINAL, "one_vs_rest_auroc")}
    for task in (MULTICLASS, ORDINAL):
        ours = {name for of, name in METRICS if of == task}
        assert ours == {name for of, name in frozen if of == task}
        assert all(task in METRIC_NAMES[name].tasks for name in ours)
        assert sorted(each.name for each in in_order(task)) == sorted(ours)


def test_one_against_the_rest_is_the_same_in_classes_with_an_order() -> None:
    ordinal = made(ORDINAL, inputs(ORDINAL, "risks"), LETTERS)
    for each in simulated_estimates(MULTICLASS, ("risks",)).matching("one_vs_rest_auroc"):
        assert each == ordinal.one("one_vs_rest_auroc", label=each.label)


# Definitions, by hand and by brute force


def by_pairs(outcome: np.ndarray, score: np.ndarray, low: int, high: int) -> float:
    above = score[outcome == high][:, None] - score[outcome == low]
    return float(np.mean((above > 0) + (above == 0) / 2))


def test_areas_between_classes_are_shares_of_pairs() -> None:
    table = simulated()
    outcome, score = table["outcome"], table["score"]
    areas = pairwise_areas(outcome, ranking(score), 4)
    for i in range(4):
        for j in range(4):
            expected = by_pairs(outcome, score, i, j)
            assert areas[i, j] == pytest.approx(expected, abs=1e-12)
    below = shares_below(outcome, ranking(score), 4)
    case = 17
    others = score[outcome == 2]
    expected = np.mean((others < score[case]) + (others == score[case]) / 2)
    assert below[case, 2] == pytest.approx(expected, abs=1e-12)


def test_the_mean_of_pairs_is_that_of_hand_and_till() -> None:
    table = simulated()
    pairs = [
        by_pairs(table["outcome"], table["risks"][:, i], j, i)
        for i in range(4)
        for j in range(4)
        if i != j
    ]
    found = METRICS[MULTICLASS, "multiclass_auroc"](table["outcome"], table["risks"])
    assert found == pytest.approx(np.mean(pairs), abs=1e-12)


def obuchowski_by_hand(penalty: np.ndarray, share: np.ndarray) -> float:
    table = simulated()
    lost = weights = 0.0
    for i in range(4):
        for j in range(i + 1, 4):
            weight = share[i] * share[j]
            weights += weight
            area = by_pairs(table["outcome"], table["score"], i, j)
            lost += weight * penalty[i, j] * (1 - area)
    return 1 - lost / weights


SHARES = (0.1, 0.2, 0.3, 0.4)
STATED = np.triu(np.arange(16.0).reshape(4, 4) / 15, 1)


@pytest.mark.parametrize("penalty", ["linear", "equal", STATED.tolist()], ids=str)
@pytest.mark.parametrize("shares", [None, SHARES], ids=str)
def test_the_obuchowski_measure_by_its_definition(penalty: Any, shares: Any) -> None:
    code = np.arange(4)
    table = {"linear": (code - code[:, None]) / 3, "equal": np.ones((4, 4))}
    by_hand = obuchowski_by_hand(
        STATED if isinstance(penalty, list) else table[penalty],
        np.bincount(simulated()["outcome"]) if shares is None else np.array(shares),
    )
    columns = inputs(ORDINAL, "score")
    found = made(ORDINAL, columns, LETTERS, penalty=penalty, class_shares=shares)
    assert found.one("obuchowski_measure").value == pytest.approx(by_hand, abs=1e-12)


NOTES = [
    ("linear", None, "Pairs of classes weighted by the product of their sizes; penalty 0.333, 0.667, 1 "
     "by distance. With the penalty 1, pairs weighted by size, it would be 0.809."),
    ("equal", None, "Pairs of classes weighted by the product of their sizes; penalty 1."),
    ("equal", SHARES, "Pairs of classes weighted by the stated shares of the classes; penalty 1."),
    (STATED.tolist(), SHARES, "Pairs of classes weighted by the stated shares of the classes; penalty as "
     "stated. With the penalty 1, pairs weighted by size, it would be 0.809."),
]  # fmt: skip


@pytest.mark.parametrize(("penalty", "shares", "note"), NOTES, ids=str)
def test_weights_and_penalty_are_named(penalty: Any, shares: Any, note: str) -> None:
    found = made(
        ORDINAL, inputs(ORDINAL, "score"), LETTERS, penalty=penalty, class_shares=shares
    ).one("obuchowski_measure")
    assert found.note == note


def test_the_concordance_names_the_mean_over_pairs() -> None:
    table = simulated()
    pairs = [
        by_pairs(table["outcome"], table["score"], i, j) for i in range(4) for j in range(i + 1, 4)
    ]
    note = simulated_estimates(ORDINAL, ("score",)).one("ordinal_c_index").note
    assert note.endswith(
        f"the mean over pairs of classes (Van Calster 2012) is {np.mean(pairs):.3f}."
    )


def delete_one(
    metric: Metric, columns: list[np.ndarray], patient: np.ndarray, **facets: Any
) -> float:
    """Return the standard error by leaving out one patient after the other."""
    each = np.array(
        [
            metric(*(column[patient != one] for column in columns), **facets)
            for one in range(patient.max() + 1)
        ]
    )
    return float(np.sqrt((len(each) - 1) / len(each) * ((each - each.mean()) ** 2).sum()))


@pytest.mark.parametrize("clustered", [False, True], ids=["independent", "clustered"])
@pytest.mark.parametrize(
    ("metric", "label"),
    [
        ("one_vs_rest_auroc", "macro"),
        ("one_vs_rest_auroc", "prevalence-weighted"),
        ("multiclass_auroc", None),
        ("micro_auroc", None),
    ],
)
def test_errors_of_means_of_areas_are_near_those_of_the_jackknife(
    metric: str, label: str | None, clustered: bool
) -> None:
    table = inputs(MULTICLASS, "risks", patient=clustered)
    found = made(MULTICLASS, table, LETTERS).one(metric, label=label)
    patient = table.get("patient", np.arange(180))
    facets = {"classes": LETTERS, **({"label": label} if label else {})}
    columns = [table["outcome"], table["risks"]]
    near = delete_one(METRICS[MULTICLASS, metric], columns, patient, **facets)
    assert error(found) == pytest.approx(near, rel=0.03)


@pytest.mark.parametrize("metric", ["obuchowski_measure", "ordinal_c_index"])
def test_errors_of_ordinal_measures_are_near_those_of_the_jackknife(metric: str) -> None:
    table = inputs(ORDINAL, "score", patient=True)
    shares = {"penalty": "linear", "class_shares": SHARES} if metric[1] == "b" else {}
    found = made(ORDINAL, table, LETTERS, **shares).one(metric)
    columns = [table["outcome"], table["score"]]
    near = delete_one(
        METRICS[ORDINAL, metric], columns, table["patient"], classes=LETTERS, **shares
    )
    assert error(found) == pytest.approx(near, rel=0.03)


def test_the_error_of_kappa_is_that_of_the_delta_method() -> None:
    table = counts_by_class(simulated()["outcome"], simulated()["rater"], LETTERS)
    share, step = table / table.sum(), 1e-4
    for weights in ("unweighted", "linear", "quadratic"):
        slope = np.zeros((4, 4))
        for cell in zip(*np.nonzero(table), strict=True):
            moved = np.zeros((4, 4))
            moved[cell] = step
            ends = [float(kappa(table + sign * moved, weights)) for sign in (1, -1)]  # type: ignore[arg-type]
            slope[cell] = (ends[0] - ends[1]) / (2 * step) * table.sum()
        variance = ((share * slope**2).sum() - (share * slope).sum() ** 2) / table.sum()
        assert kappa_variance(table, weights) == pytest.approx(variance, rel=1e-6)  # type: ignore[arg-type]


# Two classes are binary classification

TWO = {
    "one_vs_rest_auroc": "auroc",
    "multiclass_auroc": "auroc",
    "brier_score": "brier_score",
    "log_loss": "log_loss",
    "multiclass_accuracy": "accuracy",
    "balanced_accuracy": "balanced_accuracy",
    "matthews_correlation": "matthews_correlation",
    "cohen_kappa": "cohen_kappa",
    "gwet_ac1": "gwet_ac1",
    "class_sensitivity": "sensitivity",
    "class_specificity": "specificity",
    "class_precision": "positive_predictive_value",
    "multinomial_calibration_slope": "calibration_slope",
    "calibration_intercept": "calibration_intercept",
    "calibration_in_the_large": "calibration_in_the_large",
}
LABELS = {
    "one_vs_rest_auroc": "sick",
    "class_": "sick",
    "calib": "sick vs well",
    "multin": "sick vs well",
}


@pytest.mark.parametrize("patient", [False, True], ids=["once", "repeated"])
@pytest.mark.parametrize("name", TWO)
def test_two_classes_give_the_values_and_intervals_of_binary_classification(
    name: str, patient: bool
) -> None:
    rng = np.random.default_rng(8)
    outcome = (rng.random(150) < 0.4).astype(int)
    risk = 1 / (1 + np.exp(-(rng.normal(size=150) + 1.1 * outcome - 0.6)))
    who = {"patient": np.sort(rng.integers(0, 70, 150))} if patient else {}
    binary = Estimates(
        estimates("classification", {"outcome": outcome, "score": risk, **who}, threshold=0.5)
    ).one(TWO[name])
    risks = np.stack([1 - risk, risk], axis=1)
    columns = {"outcome": outcome, "risks": risks, **who}
    label = next((label for begin, label in LABELS.items() if name.startswith(begin)), None)
    found = made(MULTICLASS, columns, ("well", "sick"), options={"resamples": 2000}).one(
        name, label=label
    )
    times = 2 if name == "brier_score" else 1
    assert binary.value is not None
    assert found.value == pytest.approx(times * binary.value, abs=1e-9)
    if name == "cohen_kappa" and not patient:
        return  # by formula here, by resampling there
    if name == "multiclass_auroc" and patient:
        assert limits(found) == pytest.approx(
            limits(binary), abs=2e-3
        )  # another small-sample factor
        return
    assert limits(found) == pytest.approx(tuple(times * each for each in limits(binary)), abs=1e-7)


def test_two_ordered_classes_are_binary_discrimination() -> None:
    table = simulated()
    outcome = (table["outcome"] > 1).astype(int)
    binary = Estimates(estimates("classification", {"outcome": outcome, "score": table["score"]}))
    found = made(ORDINAL, {"outcome": outcome, "score": table["score"]}, ("low", "high"))
    auroc = binary.one("auroc")
    for name, label in (("obuchowski_measure", None), ("dichotomised_auroc", "low vs high")):
        one = found.one(name, label=label)
        assert one.value == pytest.approx(auroc.value, abs=1e-12)
        assert limits(one) == pytest.approx(limits(auroc), abs=1e-12)
    assert found.one("ordinal_c_index").value == pytest.approx(auroc.value, abs=1e-12)


# What holds for every metric, whatever the data

CODES = st.integers(0, 2)
CLASSES = ("low", "middle", "high")
PLACES = {
    MULTICLASS: {
        "one_vs_rest_auroc": ("low", "macro", "prevalence-weighted"),
        "multinomial_calibration_slope": ("high vs low",),
        "calibration_intercept": ("high vs low",),
        "calibration_in_the_large": ("middle vs low",),
    },
    ORDINAL: {
        "one_vs_rest_auroc": ("macro",),
        "dichotomised_auroc": ("low vs middle-high", "low-middle vs high"),
    },
}
ALL = [
    (task, name, label)
    for task, name in METRICS
    if task in PLACES
    for label in PLACES[task].get(name, ("middle",) if name.startswith("class_") else (None,))
]


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, ...]:
    """Return outcome, score, decision, and risks that sum to 1 and often are 0."""
    size = draw(st.integers(1, 30))
    codes = arrays.arrays(np.int64, size, elements=CODES)
    score = draw(arrays.arrays(np.float64, size, elements=st.floats(-3, 3, width=16)))
    parts = draw(arrays.arrays(np.int64, (size, 3), elements=st.integers(0, 4)))
    parts[parts.sum(axis=1) == 0, 1] = 1
    return draw(codes), score, draw(codes), parts / parts.sum(axis=1, keepdims=True)


def columns_of(task: str, table: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    return (table[0], table[3]) if task == MULTICLASS else table


def value(metric: Metric, label: str | None, *columns: np.ndarray) -> float | str:
    facets = {} if label is None else {"label": label}
    try:
        return metric(*columns, classes=CLASSES, **facets)
    except Undefined as reason:
        return str(reason)


@pytest.mark.parametrize(("task", "name", "label"), ALL)
@given(table=tables())
@settings(max_examples=50, deadline=None, derandomize=True)
def test_a_metric_is_within_its_bounds_or_says_why_it_is_undefined(
    task: str, name: str, label: str | None, table: tuple[np.ndarray, ...]
) -> None:
    metric = METRICS[task, name]
    found = value(metric, label, *columns_of(task, table))
    if isinstance(found, str):
        assert len(found.split()) > 3
        assert not found.endswith(".")
    else:
        low, high = metric.bounds
        assert low - 1e-9 <= found <= high + 1e-9


@pytest.mark.parametrize(("task", "name", "label"), ALL)
@given(table=tables(), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_a_metric_is_blind_to_the_order_of_rows(
    task: str, name: str, label: str | None, table: tuple[np.ndarray, ...], seed: int
) -> None:
    columns = columns_of(task, table)
    order = np.random.default_rng(seed).permutation(len(table[0]))
    found, shuffled = (
        value(METRICS[task, name], label, *each)
        for each in (columns, [column[order] for column in columns])
    )
    assert shuffled == (found if isinstance(found, str) else pytest.approx(found, abs=1e-6))


NOT_SAMPLE_FREE = {"expected_calibration_error": "bins of equal count move with the middle ranks"}


@pytest.mark.parametrize(
    ("task", "name", "label"), [each for each in ALL if each[1] not in NOT_SAMPLE_FREE]
)
@given(table=tables())
@settings(max_examples=30, deadline=None, derandomize=True)
def test_giving_every_row_twice_changes_no_value(
    task: str, name: str, label: str | None, table: tuple[np.ndarray, ...]
) -> None:
    columns = columns_of(task, table)
    once, twice = (
        value(METRICS[task, name], label, *each)
        for each in (columns, [np.concatenate([column, column]) for column in columns])
    )
    if isinstance(once, str):
        assert isinstance(twice, str)
    else:
        assert twice == pytest.approx(once, abs=1e-6)


@given(table=tables())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_turning_score_and_classes_changes_no_ordinal_measure(
    table: tuple[np.ndarray, ...],
) -> None:
    outcome, score, decision, _ = table
    for name in ("ordinal_c_index", "obuchowski_measure", "kendall_tau", "weighted_kappa"):
        metric = METRICS[ORDINAL, name]
        found = value(metric, None, outcome, score, decision)
        turned = value(metric, None, 2 - outcome, -score, 2 - decision)
        assert isinstance(found, str) or turned == pytest.approx(found, abs=1e-9)


RESAMPLED = [each for each in ALL if "weight" in METRICS[each[:2]].depends_on()]


def with_three_classes() -> dict[str, np.ndarray]:
    table = simulated()
    risks = table["risks"][:, :3] + 0.01
    return {
        "outcome": np.minimum(table["outcome"], 2),
        "score": table["score"],
        "decision": np.minimum(table["rater"], 2),
        "risks": risks / risks.sum(axis=1, keepdims=True),
        "patient": table["patient"],
    }


@pytest.mark.parametrize(("task", "name", "label"), RESAMPLED)
def test_a_resample_equals_the_metric_of_the_drawn_rows(
    task: str, name: str, label: str | None
) -> None:
    metric, cases = METRICS[task, name], complete(with_three_classes(), task=task)[0]
    weights = next(drawn((5, 0), cases.patients, len(cases), 4))
    asked = Asked(metric, () if label is None else (("label", label),))
    known = known_of(cases, (0, 0), {"classes": CLASSES}, task)
    found = resampled(known, [asked], iter([weights]))[asked]
    near = 0.04 if name in NOT_SAMPLE_FREE else 1e-12
    for one, weight in zip(found, weights, strict=True):
        rows = np.repeat(np.arange(len(cases)), weight[cases.patient].astype(int))
        there = (cases.columns[column] for column in TASKS[task].names)
        drawn_rows = [None if isinstance(each, Absent) else each[rows] for each in there]
        assert one == pytest.approx(value(metric, label, *drawn_rows), abs=near)


WEIGHTED = {
    "balanced_accuracy": sk.balanced_accuracy_score,
    "matthews_correlation": sk.matthews_corrcoef,
    "cohen_kappa": sk.cohen_kappa_score,
    "multiclass_accuracy": sk.accuracy_score,
}


@pytest.mark.parametrize("name", WEIGHTED)
def test_every_resample_equals_the_weighted_value_of_scikit_learn(name: str) -> None:
    cases, _ = complete(with_three_classes(), task=MULTICLASS)
    weights = next(drawn((1, 0), cases.patients, len(cases), 5))
    asked = Asked(METRICS[MULTICLASS, name])
    known = known_of(cases, (0, 0), {"classes": CLASSES}, MULTICLASS)
    called = most_likely_class(cases.columns["risks"])
    expected = [
        WEIGHTED[name](cases.columns["outcome"], called, sample_weight=weight[cases.patient])
        for weight in weights
    ]
    assert resampled(known, [asked], iter([weights]))[asked] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("task", [MULTICLASS, ORDINAL])
def test_patients_with_one_case_each_are_cases(task: str) -> None:
    columns = with_three_classes()
    named = np.random.default_rng(2).permutation(1000)[: len(columns["outcome"])]
    once = made(task, {k: v for k, v in columns.items() if k != "patient"}, CLASSES)
    again = made(task, {**columns, "patient": np.sort(named)}, CLASSES)
    assert tuple(once) == tuple(again)


@pytest.mark.parametrize("repeated", [False, True], ids=["once", "repeated"])
@pytest.mark.parametrize("task", [MULTICLASS, ORDINAL])
def test_every_interval_holds_its_value_and_names_its_method(task: str, repeated: bool) -> None:
    columns = with_three_classes()
    if not repeated:
        columns.pop("patient")
    for each in made(task, columns, CLASSES, options={"resamples": 300}):
        assert each.value is not None, each.undefined_because
        assert type(each.value) is float
        assert each.interval is not None, each
        assert {type(each.interval.low), type(each.interval.high)} == {float}
        if each.metric not in NOT_SAMPLE_FREE:
            assert each.interval.low <= each.value <= each.interval.high, each
        words = each.interval.method
        assert ("patient" in words or "effective cases" in words) == repeated, each


# What a table may hold, and the sentences about tables that are not as they should be


def names_of(found: Estimates) -> set[str]:
    return {each.metric for each in found}


def test_a_score_alone_has_no_predicted_class() -> None:
    found = names_of(made(ORDINAL, inputs(ORDINAL, "score"), LETTERS))
    assert found == {
        *("obuchowski_measure", "ordinal_c_index", "dichotomised_auroc"),
        *("spearman_correlation", "kendall_tau"),
    }


def test_a_predicted_class_alone_ranks_the_cases_as_well() -> None:
    found = made(ORDINAL, inputs(ORDINAL, "rater"), LETTERS)
    assert {"obuchowski_measure", "weighted_kappa", "off_by_one_accuracy"} <= names_of(found)
    assert "one_vs_rest_auroc" not in names_of(found)
    scored = {**inputs(ORDINAL, "rater"), "score": simulated()["rater"].astype(float)}
    assert tuple(made(ORDINAL, scored, LETTERS)) == tuple(found)


def test_risks_alone_give_the_expected_class_and_the_most_likely_one() -> None:
    risks = simulated()["risks"]
    found = made(ORDINAL, inputs(ORDINAL, "risks"), LETTERS)
    columns = {**inputs(ORDINAL, "risks"), "score": expected_class(risks)}
    columns["decision"] = most_likely_class(risks)
    assert tuple(made(ORDINAL, columns, LETTERS)) == tuple(found)
    assert names_of(found) == {name for task, name in METRICS if task == ORDINAL}


def test_a_score_and_a_predicted_class_have_to_be_known_both() -> None:
    columns = {**inputs(ORDINAL, "score", "rater")}
    columns["score"] = columns["score"].copy()
    columns["decision"] = columns["decision"].copy()
    columns["score"][:3], columns["decision"][2:5] = np.nan, -1
    found = made(ORDINAL, columns, LETTERS).one("ordinal_c_index")
    assert (found.cases, found.missing) == (175, 5)


def test_rows_with_a_missing_or_impossible_value_are_left_out_and_counted() -> None:
    columns = inputs(MULTICLASS, "risks")
    outcome, risks = columns["outcome"].astype(float), columns["risks"].copy()
    outcome[:3] = -1, 4, 1.5
    risks[5, 2] = np.nan
    found = made(MULTICLASS, {"outcome": outcome, "risks": risks}, LETTERS).one("brier_score")
    assert (found.cases, found.missing) == (176, 4)


def test_an_empty_table_gives_every_metric_its_sentence() -> None:
    nothing = {"outcome": np.array([-1, -1]), "risks": np.full((2, 4), 0.25)}
    found = tuple(made(MULTICLASS, nothing, LETTERS))
    sentence = "no row has every value (outcome, risks)"
    assert {each.undefined_because for each in found} == {sentence}
    assert len([each for each in found if each.metric == "one_vs_rest_auroc"]) == 6


def test_classes_without_names_are_called_by_their_codes() -> None:
    found = Estimates(estimates(MULTICLASS, inputs(MULTICLASS, "risks"), resamples=20))
    assert found.one("class_sensitivity", label="3").value == pytest.approx(0.6153846153846154)


def test_ordinal_classes_need_names() -> None:
    with pytest.raises(TypeError, match="an ordinal task needs its classes in order"):
        estimates(ORDINAL, inputs(ORDINAL, "score"), resamples=20)


@pytest.mark.parametrize(
    ("task", "columns", "message"),
    [
        (MULTICLASS, {"risks": np.ones(180)}, "one row per case and one column per class"),
        (MULTICLASS, {"risks": np.ones((180, 1))}, "at least two"),
        (MULTICLASS, {"risks": np.ones((3, 4))}, "one row per case"),
        (ORDINAL, {}, "needs a score, a predicted class .decision., or risks"),
    ],
)
def test_arrays_of_the_wrong_shape_are_refused(task: str, columns: Columns, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        made(task, {"outcome": simulated()["outcome"], **columns}, LETTERS)


class Bad(NamedTuple):
    story: str
    task: str
    changes: Mapping[str, Any]
    metric: str
    sentence: str
    given: Mapping[str, Any] = {}
    label: str | None = None


def moved(*changes: tuple[Any, Any]) -> np.ndarray:
    risks = simulated()["risks"].copy()
    for where, what in changes:
        risks[where] = what
    return risks


ABSENT = np.where(simulated()["outcome"] == 2, 1, simulated()["outcome"])
SEPARATED = np.eye(4)[simulated()["outcome"]] * 0.8 + 0.05
NO_C = "no case is of the class C"
ALIKE = np.full((180, 4), 0.25)
BAD = [
    Bad("sums", MULTICLASS, {"risks": moved((slice(0, 3), 0.2))}, "brier_score",
        "the predicted risks of 3 of 180 cases do not sum to 1 (one sums to 0.8)"),
    Bad("a sum just off", MULTICLASS, {"risks": moved(((0, 0), 0.0167 + 0.0012))}, "log_loss",
        "the predicted risks of 1 of 180 cases do not sum to 1 (one sums to 1.001)"),
    Bad("said to be risks", MULTICLASS, {"risks": moved((7, (1.2, -0.2, 0, 0)))}, "brier_score",
        "1 of 180 cases have a risk outside 0 to 1", {"probability": True}),
    Bad("a risk of 0", MULTICLASS, {"risks": moved((0, (0.2, 0.8, 0, 0)))}, "log_loss",
        "the log loss is infinite: 1 case was of a class whose predicted risk is exactly 0"),
    Bad("a risk of 0", MULTICLASS, {"risks": moved((0, (0.2, 0.8, 0, 0)))},
        "multinomial_calibration_slope",
        "the logit is infinite for 2 predicted risks of exactly 0", {}, "B vs A"),
    Bad("a class never seen", MULTICLASS, {"outcome": ABSENT}, "multiclass_auroc", NO_C),
    Bad("a class never seen", MULTICLASS, {"outcome": ABSENT}, "one_vs_rest_auroc", NO_C, {}, "C"),
    Bad("a class never seen", MULTICLASS, {"outcome": ABSENT}, "one_vs_rest_auroc", NO_C, {}, "macro"),
    Bad("a class never seen", MULTICLASS, {"outcome": ABSENT}, "class_sensitivity", NO_C, {}, "C"),
    Bad("a class never seen", MULTICLASS, {"outcome": ABSENT}, "multinomial_calibration_slope", NO_C, {},
        "B vs A"),
    Bad("a class never seen", MULTICLASS, {"outcome": ABSENT}, "balanced_accuracy",
        f"{NO_C}, so there is no mean sensitivity over all classes"),
    Bad("a class never seen or predicted", ORDINAL, {"outcome": ABSENT, "decision": ABSENT}, "macro_f1",
        "the class C has no case and is never predicted, so there is no mean over all classes"),
    Bad("a class never predicted", ORDINAL, {"decision": ABSENT}, "macro_precision",
        "the class C is never predicted, so there is no mean precision over all classes"),
    Bad("one class only", ORDINAL, {"outcome": np.full(180, 3)}, "macro_specificity",
        "every case is of the class D, so there is no mean specificity over all classes"),
    Bad("a class never predicted", ORDINAL, {"decision": ABSENT}, "class_precision",
        "the class C is never predicted", {}, "C"),
    Bad("one class only", ORDINAL, {"outcome": np.zeros(180, int)}, "ordinal_c_index",
        "all cases are of one class"),
    Bad("one class only", ORDINAL, {"outcome": np.zeros(180, int)}, "dichotomised_auroc",
        "every case lies below the cut A vs B-D", {}, "A vs B-D"),
    Bad("one class only", ORDINAL, {"outcome": np.full(180, 3)}, "class_specificity",
        "every case is of the class D", {}, "D"),
    Bad("one class only", ORDINAL, {"outcome": np.zeros(180, int)}, "kendall_tau",
        "all scores or all classes are the same, so there is no rank correlation"),
    Bad("one class in both", ORDINAL, {"outcome": np.ones(180, int), "decision": np.ones(180, int)},
        "weighted_kappa", "decisions and outcomes are all the same"),
    Bad("one class predicted", MULTICLASS, {"risks": ALIKE}, "matthews_correlation",
        "all decisions or all outcomes are the same"),
    Bad("all risks equal", MULTICLASS, {"risks": ALIKE}, "multinomial_calibration_slope",
        "all predictors of B are equal, so there is no slope", {}, "C vs A"),
    Bad("classes separated", MULTICLASS, {"risks": SEPARATED}, "multinomial_calibration_slope",
        "the logistic fit does not converge, as where some predicted risks lie extremely close to 0 or 1",
        {}, "B vs A"),
    Bad("too few names", MULTICLASS, {}, "multiclass_auroc",
        "an outcome has the code 3, but only 3 classes are named", {"classes": tuple("ABC")}),
    Bad("too many names", MULTICLASS, {}, "brier_score",
        "5 classes are named, but there are 4 columns of risks", {"classes": tuple("ABCDE")}),
    Bad("a name twice", MULTICLASS, {}, "brier_score",
        'at least two classes with different names are needed, not "A", "B", "A", "C"',
        {"classes": tuple("ABAC")}),
    Bad("a name that is taken", MULTICLASS, {}, "brier_score",
        'a class cannot be called "macro", the name of a mean over classes',
        {"classes": ("A", "B", "C", "macro")}),
    Bad("a predicted class without a name", ORDINAL, {"decision": np.full(180, 4)}, "weighted_kappa",
        "a predicted class has the code 4, but only 4 classes are named"),
    Bad("a penalty that is none", ORDINAL, {}, "obuchowski_measure",
        'the penalty is "linear", "equal" or a table, not "quadratic"', {"penalty": "quadratic"}),
    Bad("penalties of another shape", ORDINAL, {}, "obuchowski_measure",
        "the penalties need 4 rows of 4 numbers, one for each class", {"penalty": [[0, 1], [0, 0]]}),
    Bad("a penalty too large", ORDINAL, {}, "obuchowski_measure", "a penalty lies outside 0 to 1",
        {"penalty": (np.ones((4, 4)) * 2).tolist()}),
    Bad("too few shares", ORDINAL, {}, "obuchowski_measure",
        "4 shares of classes are needed, none of them negative", {"class_shares": (0.5, 0.5)}),
    Bad("a share of an empty class", ORDINAL, {"outcome": ABSENT}, "obuchowski_measure",
        "no case is of the class C, which has a share", {"class_shares": (0.25,) * 4}),
]  # fmt: skip


def changed(case: Bad) -> dict[str, np.ndarray]:
    names = ("risks",) if case.task == MULTICLASS else ("score", "rater")
    return {**inputs(case.task, *names), **case.changes}


@pytest.mark.parametrize("case", BAD, ids=lambda case: f"{case.metric}: {case.story}")
def test_bad_tables_give_a_sentence(case: Bad) -> None:
    facets = {"label": case.label} if case.label else {}
    table = changed(case)
    columns = [table.get(name) for name in TASKS[case.task].names]
    with pytest.raises(Undefined) as raised:
        METRICS[case.task, case.metric](*columns, **{"classes": LETTERS, **case.given, **facets})
    assert str(raised.value) == case.sentence


def test_scores_that_are_no_probabilities_still_discriminate() -> None:
    found = made(
        MULTICLASS, {**inputs(MULTICLASS, "risks"), "risks": simulated()["risks"] * 9}, LETTERS
    )
    assert found.one("multiclass_auroc").value == pytest.approx(0.832321007076478)
    assert not names_of(found) & {"brier_score", "log_loss", "expected_calibration_error"}
    said = made(MULTICLASS, inputs(MULTICLASS, "risks"), LETTERS, options={"probability": False})
    assert "brier_score" not in names_of(said)


def test_risks_that_do_not_sum_to_one_still_discriminate() -> None:
    columns = {**inputs(MULTICLASS, "risks"), "risks": simulated()["risks"] / 2}
    found = made(MULTICLASS, columns, LETTERS)
    assert found.one("multiclass_auroc").value == pytest.approx(0.832321007076478)
    (brier,) = found.matching("brier_score")
    assert brier.undefined_because.startswith(
        "the predicted risks of 180 of 180 cases do not sum to 1"
    )


def test_the_accuracy_says_what_is_never_seen_never_predicted_and_tied() -> None:
    risks = simulated()["risks"].copy()
    risks[:, 1], risks[:2] = 0, (0.4, 0.1, 0.4, 0.1)
    found = made(MULTICLASS, {"outcome": ABSENT, "risks": risks}, LETTERS).one(
        "multiclass_accuracy"
    )
    assert found.note == (
        "The no-information rate is 0.533 (always B). No case is of the class C. Never predicted: B. "
        "2 cases have the largest risk for several classes; the first named counts as predicted."
    )


def test_the_conventions_of_risks_are_named() -> None:
    found = simulated_estimates(MULTICLASS, ("risks",))
    assert found.one("brier_score").note == (
        "Summed over classes, from 0 to 2 (Brier 1950); by the convention of half of it 0.2647."
    )
    words = found.one("expected_calibration_error").note
    assert words.startswith("Of the predicted class. Ten bins of equal count. Perfectly calibrated")


def test_a_class_without_cases_has_no_part_in_ordinal_measures() -> None:
    columns = {**inputs(ORDINAL, "score"), "outcome": ABSENT}
    with_it = made(ORDINAL, columns, LETTERS)
    without = made(
        ORDINAL, {**columns, "outcome": np.minimum(ABSENT, 2)}, tuple("ABD"), penalty="equal"
    )
    for name in ("ordinal_c_index", "spearman_correlation", "kendall_tau"):
        assert with_it.one(name).value == pytest.approx(without.one(name).value, abs=1e-12)
        assert limits(with_it.one(name)) == pytest.approx(limits(without.one(name)), abs=1e-9)


class Noted(NamedTuple):
    story: str
    task: str
    columns: Columns
    metric: str
    value: float
    note: str
    label: str | None = None


FEW = {"outcome": np.array([0, 1, 1, 2, 2]), "score": np.array([0.3, 0.2, 0.8, 0.7, 0.9])}
PERFECT = {"outcome": simulated()["outcome"], "score": simulated()["outcome"] * 1.0}
NOTED = [
    Noted("a class of one case", ORDINAL, FEW, "obuchowski_measure", 1 - (1 + 1) / 8 * 0.5,
          "needs at least two cases of each class"),
    Noted("perfect ranks", ORDINAL, PERFECT, "ordinal_c_index", 1.0, "separate the classes completely"),
    Noted("perfect agreement", ORDINAL, {"outcome": PERFECT["outcome"], "decision": PERFECT["outcome"]},
          "weighted_kappa", 1.0, "agreement is perfect, so there is no variance"),
    Noted("perfect risks", MULTICLASS, {"outcome": PERFECT["outcome"], "risks": SEPARATED},
          "one_vs_rest_auroc", 1.0, "separate the classes completely", "macro"),
    Noted("perfect risks", MULTICLASS, {"outcome": PERFECT["outcome"], "risks": SEPARATED},
          "multiclass_auroc", 1.0, "separate the classes completely"),
]  # fmt: skip


@pytest.mark.parametrize("case", NOTED, ids=lambda case: f"{case.metric}: {case.story}")
def test_numbers_without_an_ordinary_interval_say_why(case: Noted) -> None:
    classes = LETTERS if case.columns["outcome"].max() == 3 else CLASSES
    found = made(case.task, case.columns, classes).one(case.metric, label=case.label)
    assert found.value == pytest.approx(case.value, abs=1e-12)
    assert found.interval is None
    assert case.note in found.note


# Shapes for the report, comparisons


def test_a_cross_table_counts_rows_that_have_both() -> None:
    found = confusion_matrix([0, 1, 1, 2, -1, 2], [0, 1, 2, 2, 0, -1], CLASSES)
    assert found.classes == CLASSES
    assert found.counts == ((1, 0, 0), (0, 1, 1), (0, 0, 1))
    with pytest.raises(Undefined, match="there are no cases"):
        confusion_matrix([-1], [0], CLASSES)


def test_distances_between_predicted_and_true_class_are_counted() -> None:
    found = class_distances(simulated()["outcome"], simulated()["rater"], LETTERS)
    assert found.distance == (-3, -2, -1, 0, 1, 2, 3)
    assert sum(found.cases) == 180
    near = sum(found.cases[2:5]) / 180
    assert near == pytest.approx(0.9555555555555556)


def test_cuts_are_called_by_their_classes() -> None:
    assert dichotomies(("F0", "F1", "F2", "F3", "F4")) == (
        "F0 vs F1-F4", "F0-F1 vs F2-F4", "F0-F2 vs F3-F4", "F0-F3 vs F4",
    )  # fmt: skip


def test_two_ordinal_scores_are_compared_on_the_same_rows() -> None:
    table = simulated()
    other = expected_class(table["risks"])
    other[:5] = np.nan
    columns = {"outcome": table["outcome"], "score": table["score"], "risk": other}
    options: dict[str, Any] = {"classes": LETTERS}
    found = compare_ordinal(columns, "risk", "score", **options)
    turned = compare_ordinal(columns, "score", "risk", **options)
    cuts = [("dichotomised_auroc", label) for label in dichotomies(LETTERS)]
    whole = [("obuchowski_measure", None), ("ordinal_c_index", None)]
    assert [(each.metric, each.label) for each in found] == [*whole, *cuts]
    kept = {"outcome": table["outcome"][5:]}
    for one, back in zip(found, turned, strict=True):
        ends = [
            made(ORDINAL, {**kept, "score": each[5:]}, LETTERS)
            .one(one.metric, label=one.label)
            .value
            for each in (other, table["score"])
        ]
        assert one.difference == pytest.approx(ends[0] - ends[1], abs=1e-12)  # type: ignore[operator]
        assert one.cases == 175
        assert one.difference == pytest.approx(-back.difference)  # type: ignore[operator]
        assert one.p == pytest.approx(back.p)
    clustered = compare_ordinal(
        {**columns, "patient": table["patient"]}, "risk", "score", **options
    )
    assert all(limits(a) != limits(b) for a, b in zip(found, clustered, strict=True))


def test_comparisons_that_are_not_possible_say_why() -> None:
    table = simulated()
    same = {"outcome": table["outcome"], "a": table["score"], "b": table["score"]}
    for each in compare_ordinal(same, "a", "b", classes=LETTERS):
        assert (each.difference, each.interval) == (0.0, None)
        assert "the difference has no variance" in each.test
    one_class = {**same, "outcome": np.zeros(180, int)}
    for each in compare_ordinal(one_class, "a", "b", classes=LETTERS):
        of_a_cut = "needs cases with the outcome and cases without"
        expected = "all cases are of one class" if each.label is None else of_a_cut
        assert each.undefined_because == expected
    nothing = {**same, "a": np.full(180, np.nan)}
    for each in compare_ordinal(nothing, "a", "b", classes=LETTERS):
        assert each.undefined_because == "no row has an outcome and both scores"


# How often intervals hold the truth in simulated data (slow)

CENTRES = np.array([-1.0, 0.0, 1.2])
MIX = np.array([0.5, 0.3, 0.2])


def population(rng: np.random.Generator, patients: int, each: int) -> dict[str, np.ndarray]:
    """Return cases of three classes; those of one patient share a part of what blurs their score."""
    patient = np.repeat(np.arange(patients), each)
    outcome = (
        rng.choice(3, patients, p=MIX)[patient] if each > 1 else rng.choice(3, patients, p=MIX)
    )
    blur = (rng.normal(size=patients)[patient] + rng.normal(size=len(patient))) / math.sqrt(2)
    score = CENTRES[outcome] + blur
    density = MIX * np.exp(-((score[:, None] - CENTRES) ** 2) / 2)
    risks = density / density.sum(axis=1, keepdims=True)
    decision = np.digitize(score, [-0.5, 0.6])
    return {
        "outcome": outcome,
        "score": score,
        "risks": risks,
        "decision": decision,
        "patient": patient,
    }


COVERED = [
    (MULTICLASS, "one_vs_rest_auroc", "macro"),
    (MULTICLASS, "one_vs_rest_auroc", "prevalence-weighted"),
    (MULTICLASS, "micro_auroc", None),
    (MULTICLASS, "multiclass_auroc", None),
    (MULTICLASS, "multinomial_calibration_slope", "high vs low"),
    (MULTICLASS, "calibration_in_the_large", "middle vs low"),
    (ORDINAL, "obuchowski_measure", None),
    (ORDINAL, "ordinal_c_index", None),
    (ORDINAL, "cohen_kappa", None),
    (ORDINAL, "weighted_kappa", None),
    (ORDINAL, "linear_weighted_kappa", None),
]
BY_FORMULA_ONLY_ONCE = {"cohen_kappa", "weighted_kappa", "linear_weighted_kappa"}


@cache
def truth() -> Mapping[tuple[str, str, str | None], float]:
    columns = population(np.random.default_rng(77), 400_000, 1)
    found = {}
    for task, name, label in COVERED:
        facets = {"label": label} if label else {}
        given = [columns.get(each) for each in TASKS[task].names]
        found[task, name, label] = METRICS[task, name](*given, classes=CLASSES, **facets)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("each", [1, 3], ids=["one case each", "three cases each"])
def test_intervals_hold_the_truth_as_often_as_they_say(each: int) -> None:
    rng, times = np.random.default_rng(6), 400
    held = dict.fromkeys(COVERED, 0)
    for _ in range(times):
        columns = population(rng, 150, each)
        if each == 1:
            columns.pop("patient")
        found = {
            task: made(task, columns, CLASSES, options={"resamples": 2})
            for task in (MULTICLASS, ORDINAL)
        }
        for place in COVERED:
            task, name, label = place
            low, high = limits(found[task].one(name, label=label))
            held[place] += low <= truth()[place] <= high
    for place, count in held.items():
        if each > 1 and place[1] in BY_FORMULA_ONLY_ONCE:
            continue  # two resamples are no interval
        assert 0.91 <= count / times <= 0.985, (place, count / times)
