"""Agreement of measurements with a reference: published tables, R, all reference cases, degenerate tables."""

import math
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars
import pytest
import yaml
from scipy import integrate, special, stats

from checker.metrics import METRICS, Undefined, estimates
from checker.metrics.agreement import proportional_bias
from checker.metrics.association import compare_correlations, dependent_correlations
from checker.metrics.base import Metric
from checker.metrics.comparing_agreement import compare_agreement
from checker.metrics.distributions import f_quantile, noncentral_t_quantile
from checker.metrics.estimating import in_order
from checker.metrics.grades import grade_of
from checker.metrics.order import inversions
from checker.metrics.passing_bablok import passing_bablok
from checker.metrics.reliability import agreement_limits, icc_2_k_of, mean_squares_of, rating_sums
from checker.model.estimate import Estimate, Estimates
from checker.model.metric_names import METRIC_NAMES
from checker.reading.references import read_sources

from .agreement_data import IC, MEASURED, PATIENT, REFERENCE, RV

HERE = Path(__file__).resolve().parent
OURS = HERE / "reference"
OTHERS = Path(os.environ.get("CHECKER_REFERENCE_DATA", HERE.parent.parent / "shared" / "data"))
TASK = "agreement"
NAMES = [name for task, name in METRICS if task == TASK]
PAIRS = {"reference": REFERENCE, "measured": MEASURED}
CARDIAC = {"reference": RV, "measured": IC, "patient": PATIENT.astype(int)}


def of(name: str) -> Metric:
    return METRICS[TASK, name]


def made(columns: Mapping[str, Any], given: Mapping[str, Any] | None = None, **options: Any) -> Any:
    return Estimates(estimates(TASK, columns, given=given, **{"resamples": 50, **options}))


def limits(found: Estimate, other: int | None = None) -> tuple[float, float]:
    interval = found.interval if other is None else found.other_intervals[other]
    assert interval is not None, found.note or found.undefined_because
    return interval.low, interval.high


class Frozen(NamedTuple):
    metric: str
    columns: Mapping[str, Any]
    value: float
    interval: tuple[float, float] | None = None
    facets: Mapping[str, Any] = {}
    given: Mapping[str, Any] = {}


WIDE = {
    **PAIRS,
    "covariate": np.array(
        [490, 397, 512, 401, 470, 611, 415, 431, 638, 429, 420, 633, 275, 492, 165, 372, 421.0]
    ),
}
"""The covariate: the second reading of the Wright meter."""
ML = {"measurement_unit": "ml"}
CONSTANT = {"true_value": "constant"}
GRADED = {"cutoffs": (400.0, 500.0)}
FROZEN = [
    # R 4.2.2 on the two columns of PAIRS: mean, sd, t.test, cor.test, cor(method =), lm with confint; psych 2.2.9
    # ICC(lmer = FALSE); epiR 2.0.57 epi.ccc; Fisher's z with the named variance, Deming's line with its jackknife and
    # the line of Passing and Bablok written out in base R from the publications; quantile(type = 6).
    Frozen("bland_altman_bias", PAIRS, -2.11764705882353, (-22.0488376966452, 17.8135435789981)),
    Frozen("limits_of_agreement", PAIRS, -78.097301611094, None, {"label": "lower"}),
    # R: bias + qt(c(.025, .975), 16, ncp = 1.96 sqrt(17)) sd / sqrt(17)
    Frozen(
        "limits_of_agreement",
        PAIRS,
        73.8620074934469,
        (48.8607670699845, 119.9275336669934),
        {"label": "upper"},
    ),
    Frozen("mean_absolute_error", PAIRS, 28.9411764705882),
    Frozen("root_mean_squared_error", PAIRS, 37.6672739843457),
    Frozen("mean_absolute_percentage_error", PAIRS, 0.0753541039875907),
    Frozen("r_squared", PAIRS, 0.882180674688327),
    Frozen("pearson_correlation", PAIRS, 0.943279446890946, (0.846358808792465, 0.979731337351924)),
    Frozen(
        "spearman_correlation", PAIRS, 0.899509803921569, (0.690464083903150, 0.969890653627779)
    ),
    Frozen("kendall_tau", PAIRS, 0.764705882352941, (0.570390816144652, 0.877961107704638)),
    Frozen("spearman_correlation", {k: v.round(-2) for k, v in PAIRS.items()}, 0.947973880010823),
    Frozen("kendall_tau", {k: v.round(-2) for k, v in PAIRS.items()}, 0.911808527029899),
    Frozen(
        "concordance_correlation", PAIRS, 0.942742431427484, (0.85049187316856, 0.978726279170122)
    ),
    Frozen(
        "intraclass_correlation", PAIRS, 0.94592840557731, (0.857411171234992, 0.980078659146259)
    ),
    Frozen("icc_1_1", PAIRS, 0.946014725088045, (0.860790171319928, 0.979939215450636)),
    Frozen("icc_3_1", PAIRS, 0.94291307240698, (0.849908391677367, 0.978943134396592)),
    Frozen("icc_1_k", PAIRS, 0.972258547576246, (0.925187788056014, 0.989867979586031)),
    Frozen("icc_2_k", PAIRS, 0.972212957954818, (0.923232491021253, 0.989939116427662)),
    Frozen("icc_3_k", PAIRS, 0.970617868393722, (0.918865383281741, 0.9893595398284)),
    Frozen(
        "regression_slope",
        WIDE,
        0.969944061393396,
        (0.782067068159058, 1.15782105462773),
        {"label": "reference"},
    ),
    Frozen(
        "regression_intercept",
        WIDE,
        11.481781162470147,
        (-75.991454887218481, 98.95501721215885),
        {"label": "reference"},
    ),
    Frozen(
        "regression_slope",
        WIDE,
        0.9562958329971367,
        (0.8592808117169241, 1.0533108542773495),
        {"label": "covariate"},
    ),
    Frozen("deming_slope", PAIRS, 1.02999253836543, (0.744279056851614, 1.31570601987925)),
    Frozen("deming_intercept", PAIRS, -15.6883885356996, (-158.636045211165, 127.259268139766)),
    Frozen(
        "deming_slope",
        PAIRS,
        1.00943358317493,
        (0.729223469842966, 1.2896436965069),
        {},
        {"error_ratio": 2.0},
    ),
    Frozen(
        "passing_bablok_slope", PAIRS, 0.939130434782609, (0.715909090909091, 1.194630872483222)
    ),
    Frozen(
        "passing_bablok_intercept",
        PAIRS,
        22.826086956521721,
        (-99.080536912751654, 127.454545454545439),
    ),
    Frozen(
        "passing_bablok_slope",
        {k: v.round(-1) for k, v in PAIRS.items()},
        0.941176470588235,
        (0.75, 1.142857142857143),
    ),
    Frozen(
        "reference_limit",
        PAIRS,
        222.384461793701,
        None,
        {"label": "lower"},
        {"reference_method": "normal"},
    ),
    Frozen(
        "reference_limit",
        PAIRS,
        678.32142055924,
        None,
        {"label": "upper"},
        {"reference_method": "normal"},
    ),
    Frozen(
        "reference_limit",
        {"reference": RV, "measured": RV},
        2.91825,
        None,
        {"label": "lower"},
        {"reference_method": "percentile"},
    ),
    Frozen(
        "reference_limit",
        {"reference": RV, "measured": RV},
        7.88475,
        None,
        {"label": "upper"},
        {"reference_method": "percentile"},
    ),
    # R: predict(lm(y ~ x), data.frame(x = 400), interval = "prediction")
    Frozen(
        "reference_limit",
        {**PAIRS, "covariate": REFERENCE},
        311.434319604141,
        None,
        {"label": "lower"},
        {"reference_method": "normal", "at_covariate": 400.0},
    ),
    Frozen(
        "reference_limit",
        {**PAIRS, "covariate": REFERENCE},
        487.484491835517,
        None,
        {"label": "upper"},
        {"reference_method": "normal", "at_covariate": 400.0},
    ),
    # R 4.2.2 on the cardiac outputs: mean squares by aov(d ~ id), the rest written out from Bland & Altman 2007 and
    # Zou 2013, with Student's quantile for the bias. The publication prints 0.7092 and 1.0517 (true value constant).
    Frozen(
        "bland_altman_bias", CARDIAC, -0.602166666666667, (-1.19724382626407, -0.00708950706925959)
    ),
    Frozen(
        "limits_of_agreement",
        CARDIAC,
        -2.54378991839859,
        (-3.88582963985505, -1.78112695870265),
        {"label": "lower"},
    ),
    Frozen(
        "limits_of_agreement",
        CARDIAC,
        1.33945658506526,
        (0.576793625369319, 2.68149630652171),
        {"label": "upper"},
    ),
    Frozen(
        "bland_altman_bias",
        CARDIAC,
        -0.709236111111111,
        (-1.31623572098907, -0.10223650123315),
        {},
        CONSTANT,
    ),
    Frozen(
        "limits_of_agreement",
        CARDIAC,
        -2.77086329342199,
        (-4.1457020832629, -1.99595130601391),
        {"label": "lower"},
        CONSTANT,
    ),
    Frozen(
        "limits_of_agreement",
        CARDIAC,
        1.35239107119977,
        (0.577479083791685, 2.72722986104067),
        {"label": "upper"},
        CONSTANT,
    ),
    Frozen(
        "within_subject_sd",
        CARDIAC,
        0.371313967553067,
        (0.309646583296421, 0.463882008830582),
        {"label": "measured"},
    ),
    Frozen(
        "within_subject_sd",
        CARDIAC,
        0.327456528073234,
        (0.273072935457227, 0.409090972387378),
        {"label": "reference"},
    ),
    Frozen("within_subject_cv", CARDIAC, 0.0792453446842422, None, {"label": "measured"}),
    Frozen("within_subject_cv", CARDIAC, 0.0628871081899641, None, {"label": "reference"}),
    Frozen("repeatability_coefficient", CARDIAC, 1.02922980767174, None, {"label": "measured"}),
    Frozen("repeatability_coefficient", CARDIAC, 0.907663187653996, None, {"label": "reference"}),
    # by hand: means and medians of differences
    Frozen("volume_difference_ml", PAIRS, -36 / 17, None, {"summary": "mean"}, ML),
    Frozen("volume_difference_ml", PAIRS, -8, None, {"summary": "median"}, ML),
    Frozen("absolute_volume_difference_ml", PAIRS, 24, None, {"summary": "median"}, ML),
    Frozen("relative_volume_difference", PAIRS, -8 / 658, None, {"summary": "median"}, ML),
    Frozen(
        "absolute_relative_volume_difference",
        PAIRS,
        0.0753541039875907,
        None,
        {"summary": "mean"},
        ML,
    ),
    # R 4.2.2, vcd 1.4-11: Kappa(t, weights = "Fleiss-Cohen" and "Equal-Spacing") with confint, of the table of
    # cut(x, c(-Inf, 400, 500, Inf), right = FALSE); shares with prop.test(correct = FALSE)
    Frozen(
        "cohen_kappa", PAIRS, 0.463157894736842, (0.132561615374717, 0.793754174098968), {}, GRADED
    ),
    Frozen(
        "weighted_kappa",
        PAIRS,
        0.664473684210526,
        (0.417419920256545, 0.911527448164508),
        {},
        GRADED,
    ),
    Frozen(
        "linear_weighted_kappa",
        PAIRS,
        0.552631578947368,
        (0.257132541765731, 0.848130616129006),
        {},
        GRADED,
    ),
    Frozen("percent_agreement", PAIRS, 11 / 17, (0.413003634852187, 0.826902796027563), {}, GRADED),
    Frozen(
        "sensitivity",
        PAIRS,
        11 / 12,
        (0.646120088858883, 0.985134905595083),
        {"threshold": 400.0},
        GRADED,
    ),
    Frozen(
        "specificity",
        PAIRS,
        0.4,
        (0.117620774232648, 0.769275718723987),
        {"threshold": 400.0},
        GRADED,
    ),
]


@pytest.mark.parametrize("case", FROZEN, ids=lambda case: f"{case.metric} {dict(case.facets)}")
def test_values_computed_elsewhere(case: Frozen) -> None:
    found = made(case.columns, case.given).one(case.metric, **case.facets)
    assert found.value == pytest.approx(case.value, rel=1e-9, abs=1e-12)
    if case.interval is not None:
        assert limits(found) == pytest.approx(case.interval, rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_has_a_value_computed_elsewhere_a_listed_name_and_a_source(name: str) -> None:
    assert name in {case.metric for case in FROZEN}
    assert TASK in METRIC_NAMES[name].tasks
    assert of(name).source in read_sources()


def test_every_metric_is_printed_in_one_place() -> None:
    assert sorted(each.name for each in in_order(TASK)) == sorted(NAMES)


class Case(NamedTuple):
    folder: Path
    id: str
    metric: str
    inputs: Mapping[str, Any]
    values: Mapping[str, Any]
    tolerance: Any

    @property
    def table(self) -> polars.DataFrame:
        return polars.read_csv(self.folder / self.inputs["file"], infer_schema_length=None)

    def allowed(self, name: str = "default") -> float:
        if isinstance(self.tolerance, float):
            return self.tolerance
        return float(self.tolerance.get(name, self.tolerance["default"]))

    def near(self, name: str) -> Any:
        return pytest.approx(self.values[name], abs=self.allowed())


def cases_of(folder: Path, *families: str) -> Iterator[Case]:
    text = (folder / "expected.yaml").read_text(encoding="utf-8")
    for each in yaml.safe_load(text)["cases"]:
        if each["family"] in families:
            picked = (each[name] for name in ("id", "metric", "inputs", "values", "tolerance"))
            yield Case(folder, *picked)


SHIPPED = list(cases_of(OURS / "shrout_fleiss_icc", "agreement_continuous"))
BESIDE = [
    case
    for name in ("pefr_bland_altman", "fat_ultrasound_observers")
    if (OTHERS / name).is_dir()
    for case in cases_of(OTHERS / name, "agreement_continuous")
]


def wide(case: Case) -> np.ndarray:
    """Return the columns that the inputs of a case describe, shape (cases, columns)."""
    inputs, table = case.inputs, case.table
    if "value" not in inputs:
        names = inputs.get("columns") or [inputs["a"], inputs["b"]]
        return np.column_stack([column(table, name) for name in names])
    if "filter" in inputs:
        observer = inputs["filter"].split("'")[1]
        part = table.filter(polars.col("observer") == observer)
        return part.pivot(on="replicate", index="subject", values=inputs["value"])[:, 1:].to_numpy()
    wide = table.pivot(on=["observer", "replicate"], index="subject", values=inputs["value"])
    values = np.array([list(row[1:]) for row in wide.sort("subject").rows()])
    observers = np.array([name.strip("{}").split(",")[0].strip('"') for name in wide.columns[1:]])
    return np.column_stack([mean_as_in_r(values[:, observers == each]) for each in ("KL", "SL")])


def mean_as_in_r(values: np.ndarray) -> np.ndarray:
    """Return row means summed in extended precision, with a second pass, as R does.

    Means that are equal on paper then differ in the last digit or not exactly where they do in R. The reference
    values of Spearman's correlation hang on it: on means rounded to ten digits R gives 0.993840870880048 and
    0.953920534524070 in their place.
    """
    long = values.astype(np.longdouble)
    mean = long.sum(axis=1) / long.shape[1]
    return (mean + (long - mean[:, None]).sum(axis=1) / long.shape[1]).astype(float)


def rounded_spearman(a: np.ndarray, b: np.ndarray) -> float:
    return of("spearman_correlation")(a.round(10), b.round(10))


ON_ROUNDED_MEANS = {
    "ccc_KL_SL_subcutaneous_cm": 0.993840870880048,
    "ccc_KL_SL_visceral_cm": 0.953920534524070,
}
"""R 4.2.2: cor(round(a, 10), round(b, 10), method = "spearman")."""
EXTENDED = np.finfo(np.longdouble).nmant >= 63


def column(table: polars.DataFrame, name: str) -> np.ndarray:
    if name.startswith("mean("):
        return table.select(polars.mean_horizontal(*name[5:-1].split(", "))).to_numpy()[:, 0]
    return table[name].to_numpy()


def bland_altman(case: Case) -> None:
    a, b = wide(case).T.astype(float)
    found = made({"reference": b, "measured": a})
    bias, values = found.one("bland_altman_bias"), case.values
    assert (bias.cases, bias.value) == (values["n"], case.near("bias"))
    assert limits(bias) == (case.near("bias_ci95_low"), case.near("bias_ci95_high"))
    deviation = float((a - b).std(ddof=1))
    assert deviation == case.near("sd_diff")
    for side, label in (("low", "lower"), ("high", "upper")):
        limit = found.one("limits_of_agreement", label=label)
        assert limit.value == case.near(f"loa_{side}")
        # the reference solved for the noncentral t with 1.959964 standard deviations: relative 1e-3
        assert limits(limit) == pytest.approx(values[f"loa_{side}_exact_ci95"], rel=1e-3)
        low, high = limits(limit, other=0)
        t = stats.t.ppf(0.975, values["n"] - 1)
        assert (high - low) / 2 / t == case.near("loa_se_bland_altman_1999")
        # the interval of 1986 is not ours; its standard error is sd √(3 / n)
        older = deviation * (3 / values["n"]) ** 0.5
        assert older == case.near("loa_se_bland_altman_1986")
        assert limit.value - t * older == pytest.approx(values[f"loa_{side}_ci95"][0], abs=1e-6)
    trend = proportional_bias(b, a)
    assert (trend.correlation, trend.p) == (
        case.near("trend_correlation_diff_vs_mean"),
        case.near("trend_p"),
    )
    half = (bias.interval.high - bias.interval.low) / 2
    assert bias.value / (half / t) == case.near("paired_t")


def lin_ccc(case: Case) -> None:
    a, b = wide(case).T.astype(float)
    found = made({"reference": a, "measured": b})
    ccc = found.one("concordance_correlation")
    assert ccc.value == case.near("ccc")
    assert limits(ccc) == (case.near("ci95_low"), case.near("ci95_high"))
    pearson = found.one("pearson_correlation").value
    assert pearson == case.near("pearson")
    assert ccc.value / pearson == case.near("bias_correction_cb")
    if EXTENDED or case.id not in ON_ROUNDED_MEANS:
        assert found.one("spearman_correlation").value == case.near("spearman")
    if case.id in ON_ROUNDED_MEANS:
        assert rounded_spearman(a, b) == pytest.approx(ON_ROUNDED_MEANS[case.id], abs=1e-12)
    assert found.one("mean_absolute_error").value == case.near("mae")
    assert found.one("root_mean_squared_error").value == case.near("rmse")
    assert pearson**2 == case.near("r2")  # theirs is the squared correlation; ours refits nothing
    assert a.std() / b.std() == pytest.approx(
        case.values["scale_shift"], abs=1e-6
    ) or b.std() / a.std() == case.near("scale_shift")
    shift = (a.mean() - b.mean()) / (a.std(ddof=1) * b.std(ddof=1)) ** 0.5
    assert abs(shift) == pytest.approx(abs(case.values["location_shift"]), rel=0.05)


FORMS = {
    "ICC1": "icc_1_1",
    "ICC2": "intraclass_correlation",
    "ICC3": "icc_3_1",
    "ICC1k": "icc_1_k",
    "ICC2k": "icc_2_k",
    "ICC3k": "icc_3_k",
}
IRR = {
    "oneway_single": "icc_1_1",
    "twoway_agreement_single": "intraclass_correlation",
    "twoway_consistency_single": "icc_3_1",
    "twoway_agreement_average": "icc_2_k",
    "twoway_consistency_average": "icc_3_k",
}


def icc(case: Case) -> None:
    ratings = wide(case).astype(float)
    found = Estimates(
        estimates("raters", {"ratings": ratings}, given={"scale": "interval"}, resamples=20)
    )
    squares = mean_squares_of(rating_sums(ratings, np.arange(len(ratings))), None)
    assert ratings.shape == (case.values["n_targets"], case.values["n_raters"])
    for each in case.values["psych"]:
        estimate = found.one(FORMS[each["type"]])
        assert estimate.value == pytest.approx(each["icc"], abs=1e-6)
        assert limits(estimate) == pytest.approx((each["ci95_low"], each["ci95_high"]), abs=1e-4)
        left = squares.within if each["type"].startswith("ICC1") else squares.error
        assert float(squares.rows / left) == pytest.approx(each["f"], rel=1e-6)
    for name, each in case.values["irr"].items():
        estimate = found.one(IRR[name])
        assert estimate.value == pytest.approx(each["icc"], abs=1e-6)
        theirs = (each["ci95_low"], each["ci95_high"])
        if name == "twoway_agreement_average":
            # irr 0.84.1 puts ICC(A,k) where the degrees of freedom want ICC(A,1) (McGraw & Wong 1996, table 7)
            assert _limits_of_irr(squares) == pytest.approx(theirs, abs=1e-6)
        else:
            assert limits(estimate) == pytest.approx(theirs, abs=1e-4)


def _limits_of_irr(m: Any) -> tuple[float, float]:
    rho, n, k = float(icc_2_k_of(m)), float(m.cases), m.raters
    a = k * rho / (n * (1 - rho))
    b = 1 + k * rho * (n - 1) / (n * (1 - rho))
    above = (a * m.columns + b * m.error) ** 2
    v = above / ((a * m.columns) ** 2 / (k - 1) + (b * m.error) ** 2 / ((n - 1) * (k - 1)))
    low, high = f_quantile(0.975, n - 1, float(v)), f_quantile(0.975, float(v), n - 1)
    return (
        float(n * (m.rows - low * m.error) / (low * (m.columns - m.error) + n * m.rows)),
        float(n * (high * m.rows - m.error) / (m.columns - m.error + n * high * m.rows)),
    )


def repeatability(case: Case) -> None:
    values = wide(case).astype(float)
    patient = np.repeat(np.arange(len(values)), values.shape[1])
    long = {"reference": np.zeros(values.size), "measured": values.ravel(), "patient": patient}
    found = made(long)
    for metric, name in (
        ("within_subject_sd", "within_subject_sd"),
        ("repeatability_coefficient", "repeatability_coefficient"),
        ("within_subject_cv", "wcv_rms"),
    ):
        assert found.one(metric, label="measured").value == case.near(name)


NOT_OURS = {
    "variance_components_reml": "variance components by a mixed model (REML) are no metric of this task",
}
CHECKS: dict[str, Callable[[Case], None]] = {
    "bland_altman": bland_altman,
    "lin_ccc": lin_ccc,
    "icc": icc,
    "repeatability": repeatability,
}


@pytest.mark.parametrize("case", SHIPPED, ids=lambda case: f"{case.folder.name}: {case.id}")
def test_shipped_reference_values(case: Case) -> None:
    CHECKS[case.metric](case)


@pytest.mark.skipif(not BESIDE, reason="data under the GPL are not beside the checkout")
@pytest.mark.parametrize("case", BESIDE, ids=lambda case: f"{case.folder.name}: {case.id}")
def test_reference_values_beside_the_checkout(case: Case) -> None:
    if case.metric in NOT_OURS:
        pytest.skip(NOT_OURS[case.metric])
    CHECKS[case.metric](case)


def test_quantiles_of_the_noncentral_t_are_those_of_its_density() -> None:
    """By quadrature over the chi distribution; R 4.2's qt is 3e-4 off where the noncentrality is above 37.62."""

    def area(t: float, degrees: float, shift: float) -> float:
        def density(s: float) -> float:
            half = degrees / 2
            logarithm = math.log(2) + half * math.log(half) - special.gammaln(half)
            logarithm += (degrees - 1) * math.log(s) - half * s * s
            return float(special.ndtr(t * s - shift)) * math.exp(logarithm)

        wide = 10 / math.sqrt(2 * degrees)
        ends = (max(1e-12, 1 - wide), 1 + wide)
        return float(integrate.quad(density, *ends, epsabs=1e-13, limit=500)[0])

    for n in (5, 17, 500, 10_000):
        for share in (0.025, 0.975):
            found = noncentral_t_quantile(share, n - 1, 1.96 * math.sqrt(n))
            assert area(found, n - 1, 1.96 * math.sqrt(n)) == pytest.approx(share, abs=1e-10)


def test_equal_numbers_of_replicates_give_the_same_by_either_definition_of_the_bias() -> None:
    rng = np.random.default_rng(3)
    patient = np.repeat(np.arange(20), 3)
    reference = rng.normal(50, 10, 20)[patient] + rng.normal(size=60)
    columns = {
        "reference": reference,
        "measured": reference + rng.normal(1, 2, 60),
        "patient": patient,
    }
    both = [
        made(columns, {"true_value": each}).one("bland_altman_bias")
        for each in ("varies", "constant")
    ]
    assert both[0].value == pytest.approx(both[1].value, abs=1e-12)
    assert limits(both[0]) == pytest.approx(limits(both[1]), abs=1e-12)


def test_the_slope_of_the_difference_on_the_mean() -> None:
    """R 4.2.2: lm(I(y - x) ~ I((x + y) / 2)) with summary and confint."""
    found = proportional_bias(REFERENCE, MEASURED)
    assert found.slope == pytest.approx(0.0286874451525492, rel=1e-10)
    assert found.intercept == pytest.approx(-15.0674973000389993, rel=1e-10)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (-0.159320063683956, 0.216694953989055), rel=1e-9
    )
    assert found.p == pytest.approx(0.749498533649294, rel=1e-9)
    note = made(PAIRS).one("bland_altman_bias").note
    assert note == "Slope of the difference on the mean: 0.0287 (p = 0.75)."
    with pytest.raises(Undefined, match="all means are equal"):
        proportional_bias([1, 2, 3], [3, 2, 1])
    with pytest.raises(Undefined, match="at least three pairs"):
        proportional_bias([1, 2, 2, 1], [1, 2, 2, 3], patient=[0, 1, 1, 0])


class Dependent(NamedTuple):
    given: tuple[float, float, float, int]
    method: Any
    z: float
    allowed: float = 5e-3


DEPENDENT = [
    # Meng, Rosenthal & Rubin 1992, p. 173: Z = 1.68, p = .094
    Dependent((0.63, -0.03, -0.19, 15), "meng", 1.68),
    # eq. 14 of Steiger 1980 by hand: mean r 0.35, psi = 0.1 (1 - 0.245) - 0.06125 (1 - 0.245 - 0.01), over
    # (1 - 0.1225)² 0.0387903; z = (0.2027326 - 0.5493061) √97 / √(2 - 0.0775806)
    Dependent((0.2, 0.5, 0.1, 100), "steiger", -2.461825, 1e-5),
]


@pytest.mark.parametrize("case", DEPENDENT, ids=lambda case: case.method)
def test_two_correlations_with_one_reference(case: Dependent) -> None:
    found = dependent_correlations(*case.given, method=case.method)
    assert found.z == pytest.approx(case.z, abs=case.allowed)
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(found.z)), rel=1e-12)
    assert found.interval.low < found.difference < found.interval.high
    assert (found.interval.low > 0 or found.interval.high < 0) == (found.p < 0.05)


def test_correlations_are_compared_from_the_rows() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=80)
    a, b = x + rng.normal(size=80), x + 2 * rng.normal(size=80)
    a[3] = np.nan
    found = compare_correlations(x, a, b)
    kept = ~np.isnan(a)
    assert found.cases == 79
    assert found.first == pytest.approx(np.corrcoef(x[kept], a[kept])[0, 1], abs=1e-12)
    turned = compare_correlations(x, b, a)
    assert turned.z == pytest.approx(-found.z)
    assert turned.interval.low == pytest.approx(-found.interval.high)
    for method in ("steiger", "meng"):
        same = compare_correlations(x, a, 2 * b, method=method)
        assert same.z == pytest.approx(found.z, rel=0.1)
    with pytest.raises(Undefined, match="is -1 or 1"):
        compare_correlations(x, a, 2 * a)


def test_two_measurements_are_compared_on_the_same_cases() -> None:
    """R 4.2.2: t.test(paired = TRUE), means of absolute differences, epiR 2.0.57 epi.ccc; Steiger as above."""
    columns = {"reference": REFERENCE, "a": MEASURED, "b": WIDE["covariate"]}
    found = {each.metric: each for each in compare_agreement(columns, "a", "b", resamples=200)}
    bias = found["bland_altman_bias"]
    assert (bias.difference, bias.p) == pytest.approx((4.94117647058824, 0.362284447181557))
    assert bias.interval is not None
    limits_of_bias = (bias.interval.low, bias.interval.high)
    assert limits_of_bias == pytest.approx((-6.2282931689890, 16.1106461101655))
    assert found["mean_absolute_error"].difference == pytest.approx(1.64705882352941)
    assert found["concordance_correlation"].difference == pytest.approx(-0.0109773206838126)
    steiger = compare_correlations(REFERENCE, MEASURED, WIDE["covariate"])
    assert (found["pearson_correlation"].difference, found["pearson_correlation"].p) == (
        steiger.difference,
        steiger.p,
    )
    assert {each.cases for each in found.values()} == {17}
    assert (bias.first, bias.second) == ("a", "b")


def test_a_measurement_compared_with_itself_differs_by_nothing_and_has_no_test() -> None:
    columns = {"reference": REFERENCE, "a": MEASURED, "b": MEASURED}
    for each in compare_agreement(columns, "a", "b", resamples=200):
        assert each.undefined_because or each.difference == 0
        assert each.p is None or each.p == 1


def test_where_patients_repeat_no_test_takes_rows_for_patients() -> None:
    columns = {"reference": RV, "a": IC, "b": IC + np.sin(IC * 9), "patient": CARDIAC["patient"]}
    for each in compare_agreement(columns, "a", "b", resamples=200):
        assert "12 patients" in each.test


def test_two_measurements_without_a_common_row_are_not_compared() -> None:
    columns = {"reference": REFERENCE, "a": MEASURED, "b": np.full(17, np.nan)}
    (sentence,) = {each.undefined_because for each in compare_agreement(columns, "a", "b")}
    assert sentence == "no row has a reference and both measurements"


def test_a_value_at_a_cut_off_is_of_the_higher_grade() -> None:
    assert grade_of(np.array([4.9, 5.0, 16.3, 30.0]), (16.3, 5.0)).tolist() == [0, 1, 2, 2]
    with pytest.raises(Undefined, match="no cut-offs are named"):
        of("cohen_kappa")(REFERENCE, MEASURED)
    with pytest.raises(Undefined, match="of which kappa needs no weights"):
        of("weighted_kappa")(REFERENCE, MEASURED, cutoffs=(400.0,))


def test_the_interval_of_zou_holds_as_published() -> None:
    """Zou 2007, section on overlapping correlations: r .396 and .179, between .088, n = 66: .217, -.093 to .517."""
    found = dependent_correlations(0.396, 0.179, 0.088, 66)
    assert (found.interval.low, found.interval.high) == pytest.approx((-0.093, 0.517), abs=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_discordant_pairs_are_counted_as_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes, times = rng.integers(0, 9, 50), rng.integers(0, 4, (3, 50)).astype(float)
    i, j = np.triu_indices(50, 1)
    expected = ((codes[i] > codes[j]) * times[:, i] * times[:, j]).sum(axis=1)
    assert inversions(codes, times) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(3))
def test_kendall_and_spearman_are_those_of_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=300).round(seed)
    y = (x + rng.normal(size=300)).round(seed)
    assert of("kendall_tau")(x, y) == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-12)
    assert of("spearman_correlation")(x, y) == pytest.approx(
        stats.spearmanr(x, y).statistic, abs=1e-12
    )


def test_slopes_of_many_cases_are_selected_as_if_all_were_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import checker.metrics.passing_bablok as module

    rng = np.random.default_rng(1)
    x = rng.normal(100, 15, 400).round(1)
    y = (1.1 * x - 3 + rng.normal(0, 5, 400)).round(1)
    at_once = passing_bablok(x, y)
    monkeypatch.setattr(module, "AT_ONCE", 5_000)
    monkeypatch.setattr(module, "DRAWN", 300)
    assert passing_bablok(x, y) == at_once


def test_passing_bablok_turns_with_the_axes() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(100, 15, 79)  # an odd number of slopes, so that the median is one of them
    y = 1.2 * x + rng.normal(0, 5, 79)
    there, back = passing_bablok(x, y), passing_bablok(y, x)
    assert back.slope == pytest.approx(1 / there.slope, rel=1e-12)
    assert there.slope_interval is not None
    assert back.slope_interval is not None
    assert back.slope_interval[0] == pytest.approx(1 / there.slope_interval[1], rel=1e-12)


class Degenerate(NamedTuple):
    story: str
    columns: Mapping[str, Any]
    metric: str
    sentence: str
    given: Mapping[str, Any] = {}


ONE = {"reference": [1.0], "measured": [2.0]}
SAME_REFERENCE = {"reference": [2.0] * 5, "measured": [1.0, 2, 3, 4, 5]}
SAME_ALL = {"reference": [2.0] * 5, "measured": [2.0] * 5}
ZERO = {"reference": [0.0, 1, 0, 3, 4], "measured": [1.0, 2, 3, 4, 5]}
FALLING = {"reference": [1.0, 2, 3, 4, 5], "measured": [10.0, 8, 5.5, 4, 1]}
ONE_PATIENT = {"reference": [1.0, 2, 3], "measured": [2.0, 4, 3], "patient": [4, 4, 4]}
TWICE = {**CARDIAC, "replicate": np.ones(60)}
NOT_REPEATED = {**PAIRS, "replicate": np.ones(17)}
EQUAL = "all reference values or all measured values are equal"
DEGENERATE = [
    Degenerate(
        "no row",
        {"reference": [np.nan, 1], "measured": [1, np.inf]},
        "bland_altman_bias",
        "no row has every value (reference, measured)",
    ),
    Degenerate(
        "beyond all measures",
        {"reference": [1.0, 2], "measured": [1e200, -1e300]},
        "mean_absolute_error",
        "no row has every value (reference, measured)",
    ),
    Degenerate("one row", ONE, "limits_of_agreement", "needs at least two pairs"),
    Degenerate("one patient", ONE_PATIENT, "limits_of_agreement", "needs at least two patients"),
    Degenerate(
        "one row", ONE, "intraclass_correlation", "needs at least two cases that every rater rated"
    ),
    Degenerate("constant reference", SAME_REFERENCE, "pearson_correlation", EQUAL),
    Degenerate("constant reference", SAME_REFERENCE, "spearman_correlation", EQUAL),
    Degenerate("constant reference", SAME_REFERENCE, "kendall_tau", EQUAL),
    Degenerate("constant reference", SAME_REFERENCE, "r_squared", "all reference values are equal"),
    Degenerate(
        "constant reference",
        SAME_REFERENCE,
        "regression_slope",
        "all reference values are equal, so there is no slope",
    ),
    Degenerate(
        "constant reference", SAME_REFERENCE, "deming_slope", "the two methods are not correlated"
    ),
    Degenerate(
        "constant reference",
        SAME_REFERENCE,
        "passing_bablok_slope",
        "more than half of the slopes between two cases are vertical",
    ),
    Degenerate(
        "everything equal",
        SAME_ALL,
        "concordance_correlation",
        "neither reference nor measured values differ",
    ),
    Degenerate("everything equal", SAME_ALL, "intraclass_correlation", "all ratings are equal"),
    Degenerate(
        "everything equal",
        SAME_ALL,
        "icc_3_k",
        "the cases do not differ, so the reliability of a mean divides by zero",
    ),
    Degenerate(
        "everything equal", SAME_ALL, "passing_bablok_slope", "needs at least two cases that differ"
    ),
    Degenerate(
        "reference of 0",
        ZERO,
        "mean_absolute_percentage_error",
        "2 reference values are 0, so a relative difference would divide by zero",
    ),
    Degenerate(
        "falling",
        FALLING,
        "passing_bablok_slope",
        "the measured value falls as the reference rises, so the line does not exist",
    ),
    Degenerate(
        "ratio of 0",
        PAIRS,
        "deming_slope",
        "the ratio of error variances is 0; expected more than 0",
        {"error_ratio": 0.0},
    ),
    Degenerate(
        "replicates with one name",
        TWICE,
        "within_subject_sd",
        "a patient has the same replicate twice",
    ),
    Degenerate(
        "replicates missing",
        NOT_REPEATED,
        "repeatability_coefficient",
        "no patient has several measurements, so repeatability cannot be seen",
    ),
    Degenerate(
        "17 cases",
        PAIRS,
        "reference_limit",
        "the 2.5th percentile needs at least 39 cases",
        {"reference_method": "percentile"},
    ),
    Degenerate(
        "no covariate",
        PAIRS,
        "reference_limit",
        "no row has a value of the covariate",
        {"reference_method": "normal", "at_covariate": 3.0},
    ),
    Degenerate(
        "one covariate",
        {**PAIRS, "covariate": np.ones(17)},
        "reference_limit",
        "all values of the covariate are equal, so there is no slope",
        {"reference_method": "normal", "at_covariate": 3.0},
    ),
]


@pytest.mark.parametrize("case", DEGENERATE, ids=lambda case: f"{case.metric}: {case.story}")
def test_degenerate_data_give_a_sentence(case: Degenerate) -> None:
    columns = {name: np.asarray(column) for name, column in case.columns.items()}
    found = made(columns, case.given).matching(case.metric)
    assert found
    assert {(each.undefined_because, each.value) for each in found[:1]} == {(case.sentence, None)}


def test_what_nobody_asked_for_is_left_out() -> None:
    names = {each.metric for each in made(PAIRS)}
    left = {"reference_limit", "response_agreement", "within_subject_sd", "volume_difference_ml"}
    assert not names & left
    assert made(PAIRS).one("regression_slope").label == "reference"
    copied = {
        **CARDIAC,
        "reference": RV[np.unique(PATIENT, return_index=True)[1]][PATIENT.astype(int) - 1],
    }
    assert [each.label for each in made(copied).matching("within_subject_sd")] == ["measured"]


class Noted(NamedTuple):
    columns: Mapping[str, Any]
    metric: str
    note: str


STRAIGHT = {"reference": np.arange(30.0), "measured": 2 * np.arange(30.0) + 1}
SHIFTED = {"reference": np.arange(8.0), "measured": np.arange(8.0) + 2}
NOTED = [
    Noted(
        SHIFTED,
        "bland_altman_bias",
        "No interval: all differences are equal, so there is no variance.",
    ),
    Noted(
        SHIFTED,
        "limits_of_agreement",
        "No interval: all differences are equal, so there is no variance.",
    ),
    Noted(
        STRAIGHT,
        "pearson_correlation",
        "No interval: a correlation of -1 or 1 has no interval on the scale of Fisher's z.",
    ),
    Noted(
        STRAIGHT,
        "regression_slope",
        "No interval: all cases lie on the line, so there is no variance.",
    ),
    Noted(
        STRAIGHT, "deming_slope", "No interval: all cases lie on the line, so there is no variance."
    ),
    Noted(
        SHIFTED,
        "icc_3_1",
        "No interval: the raters agree perfectly, so F is infinite and has no interval.",
    ),
    Noted(
        PAIRS, "mean_absolute_error", "No interval: 17 rows are too few to resample (at least 20)."
    ),
    Noted(
        CARDIAC,
        "passing_bablok_slope",
        "No interval: the rank interval of Passing and Bablok holds for independent cases, and patients repeat.",
    ),
    Noted(ONE, "bland_altman_bias", "No interval: needs at least two pairs."),
]


@pytest.mark.parametrize("case", NOTED, ids=lambda case: case.metric)
def test_numbers_without_an_interval_say_why(case: Noted) -> None:
    columns = {name: np.asarray(column) for name, column in case.columns.items()}
    found = made(columns).matching(case.metric)[0]
    assert found.value is not None
    assert found.interval is None
    assert case.note in found.note


def test_a_metric_alone_takes_further_columns_and_facets_by_name() -> None:
    upper = of("limits_of_agreement")(REFERENCE, MEASURED, label="upper")
    assert of("limits_of_agreement")(REFERENCE, MEASURED) < upper
    slope = of("regression_slope")(
        REFERENCE, MEASURED, label="covariate", covariate=list(REFERENCE)
    )
    assert slope == pytest.approx(of("regression_slope")(REFERENCE, MEASURED))
    with pytest.raises(ValueError, match="no number"):
        of("mean_absolute_error")([1, np.nan], [1, 2])
    with pytest.raises(Undefined, match="there are no cases"):
        of("mean_absolute_error")([], [])


def test_a_covariate_may_have_gaps() -> None:
    gaps = np.where(np.arange(17) % 5 == 0, np.nan, REFERENCE)
    found = made({**PAIRS, "covariate": gaps}).one("regression_slope", label="covariate")
    kept = ~np.isnan(gaps)
    assert found.value == pytest.approx(np.polyfit(REFERENCE[kept], MEASURED[kept], 1)[0])


def test_ranks_around_a_percentile_are_those_of_the_binomial() -> None:
    """Half of 1 - level lies beyond either rank, and no narrower ranks will do."""
    values = np.arange(1.0, 241.0)
    found = made({"reference": values, "measured": values}, {"reference_method": "percentile"}).one(
        "reference_limit", label="lower"
    )
    low, high = limits(found)
    below = stats.binom(240, 0.025).cdf
    assert below(high - 1) - below(low - 1) >= 0.95
    assert below(low - 1) <= 0.025
    assert 1 - below(high - 1) <= 0.025
    assert below(low) > 0.025
    assert 1 - below(high - 2) > 0.025


@pytest.mark.slow
def test_coverage_of_the_limits_of_agreement() -> None:
    rng, inside, truth = np.random.default_rng(0), np.zeros(2), 1.96
    for _ in range(2000):
        y = rng.normal(size=15)
        found = made({"reference": np.zeros(15), "measured": y}, resamples=1).one(
            "limits_of_agreement", label="upper"
        )
        for at, (low, high) in enumerate((limits(found), limits(found, other=0))):
            inside[at] += low <= truth <= high
    assert inside[0] / 2000 == pytest.approx(0.95, abs=0.015)
    assert inside[1] / 2000 == pytest.approx(0.95, abs=0.04)


@pytest.mark.slow
@pytest.mark.parametrize("true_value", ["varies", "constant"])
def test_coverage_of_the_limits_where_patients_repeat(true_value: str) -> None:
    rng, inside, bias = np.random.default_rng(1), 0, 0
    for _ in range(1500):
        patient = np.repeat(np.arange(25), rng.integers(2, 6, 25))
        shared = 0.0 if true_value == "constant" else rng.normal(0, 3, len(patient))
        own, x = rng.normal(1, 1.5, 25)[patient], rng.normal(50, 10, 25)[patient] + shared
        columns = {
            "reference": x + rng.normal(0, 1, len(patient)),
            "measured": x + own + rng.normal(0, 2, len(patient)),
            "patient": patient,
        }
        found = made(columns, {"true_value": true_value}, resamples=1)
        low, high = limits(found.one("limits_of_agreement", label="upper"))
        inside += low <= 1 + 1.96 * (1.5**2 + 1 + 4) ** 0.5 <= high
        low, high = limits(found.one("bland_altman_bias"))
        bias += low <= 1 <= high
    assert inside / 1500 == pytest.approx(0.95, abs=0.02)
    assert bias / 1500 == pytest.approx(0.95, abs=0.02)


@pytest.mark.slow
def test_coverage_of_intervals_of_correlations_and_lines() -> None:
    rng = np.random.default_rng(2)
    names = (
        "spearman_correlation",
        "concordance_correlation",
        "deming_slope",
        "passing_bablok_slope",
        "intraclass_correlation",
        "kendall_tau",
    )
    truth = {
        "spearman_correlation": 6 / np.pi * np.arcsin(0.8 / 2),
        "concordance_correlation": 0.8,
        "deming_slope": 1.0,
        "passing_bablok_slope": 1.0,
        "intraclass_correlation": 0.8,
        "kendall_tau": 2 / np.pi * np.arcsin(0.8),
    }
    inside = dict.fromkeys(names, 0)
    for _ in range(800):
        x = rng.normal(0, 2, 60)
        columns = {"reference": x + rng.normal(size=60), "measured": x + rng.normal(size=60)}
        found = made(columns, resamples=1)
        for name in names:
            low, high = limits(found.one(name))
            inside[name] += low <= truth[name] <= high
    for name, hits in inside.items():
        assert 0.925 <= hits / 800 <= 0.985, (name, hits / 800)


def test_the_interval_of_the_icc_turns_into_that_of_a_mean() -> None:
    squares = mean_squares_of(
        rating_sums(np.column_stack([REFERENCE, MEASURED]), np.arange(17)), None
    )
    low, high = agreement_limits(squares, 0.95)
    expected = (2 * low / (1 + low), 2 * high / (1 + high))
    assert limits(made(PAIRS).one("icc_2_k")) == pytest.approx(expected)


@pytest.mark.parametrize(
    "name",
    ["concordance_correlation", "pearson_correlation", "spearman_correlation", "kendall_tau"],
)
def test_one_pair_has_no_correlation(name: str) -> None:
    with pytest.raises(Undefined, match="needs at least two pairs"):
        METRICS["agreement", name]([1.0], [2.0])


def test_inverse_data_have_no_interval_without_width() -> None:
    x = np.arange(10.0)
    found = estimates("agreement", {"reference": x, "measured": x[::-1].copy()}, resamples=0)
    icc = next(each for each in found if each.metric == "intraclass_correlation")
    assert icc.interval is None
    assert "the cases do not differ" in icc.note
