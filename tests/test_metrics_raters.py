"""Agreement between raters: published tables, other software, every case of the reference data, bad tables."""

from collections.abc import Callable
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pytest

from checker.metrics import METRICS, Undefined
from checker.metrics.chance import (
    choices_of,
    conger_kappa,
    fleiss_chance,
    fleiss_test,
    gwet_ac2,
    gwet_chance,
    light_kappa,
    linearised,
)
from checker.metrics.estimating import complete, estimates, in_order, known_of
from checker.metrics.krippendorff import kendall_w_test
from checker.metrics.ratings import rated_as, raters
from checker.model.estimate import Estimate, Estimates
from checker.model.metric_names import METRIC_NAMES
from checker.reading.references import read_sources

from .agreement_data import GAPS
from .test_metrics_agreement import OTHERS, OURS, Case, cases_of

TASK = "raters"
NAMES = [name for task, name in METRICS if task == TASK]
JUDGES = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)
"""Shrout & Fleiss 1979, table 2."""
TWO = GAPS[:, :2]
WHOLE = GAPS[~np.isnan(GAPS).any(axis=1)]


def made(ratings: Any, scale: Any = "nominal", **options: Any) -> Estimates:
    return Estimates(raters(ratings, scale, **{"resamples": 200, **options}))


def limits(found: Estimate, other: int | None = None) -> tuple[float, float]:
    interval = found.interval if other is None else found.other_intervals[other]
    assert interval is not None, found.note or found.undefined_because
    return interval.low, interval.high


class Frozen(NamedTuple):
    metric: str
    ratings: Any
    scale: Any
    value: float
    interval: tuple[float, float] | None = None
    near: float = 1e-11


FOUR = {"categories": [1, 2, 3, 4]}
FROZEN = [
    # irrCAC 0.4.4 (Python), CAC(...).fleiss() and .gwet(): value and interval, printed with 12 digits
    Frozen("fleiss_kappa", GAPS, "nominal", 0.416251432708, (0.126988980207, 0.705513885209)),
    Frozen("gwet_ac1", GAPS, "nominal", 0.440127440127, (0.171291035518, 0.708963844737)),
    # the same, pa
    Frozen("percent_agreement", GAPS, "nominal", 0.575757575758),
    # krippendorff 0.9.0, alpha(level_of_measurement =)
    Frozen("krippendorff_alpha", GAPS, "nominal", 0.442658092175777),
    Frozen("krippendorff_alpha", GAPS, "ordinal", 0.7645190075929953),
    Frozen("krippendorff_alpha", GAPS, "interval", 0.7621701969528056),
    # scikit-learn 1.9 cohen_kappa_score, statsmodels 0.15 cohens_kappa for the intervals, cut at 1
    Frozen(
        "cohen_kappa", TWO, "nominal", 0.466666666666667, (0.06993663639016762, 0.8633966969431657)
    ),
    Frozen(
        "linear_weighted_kappa",
        TWO,
        "ordinal",
        0.5967741935483871,
        (0.2600966249718653, 0.933451762124909),
    ),
    Frozen("weighted_kappa", TWO, "ordinal", 0.7154471544715447, (0.3988803268741947, 1.0)),
    # scipy 1.12 friedmanchisquare over m (n - 1), subjects without gaps
    Frozen("kendall_w", GAPS, "ordinal", 0.8306962025316456),
    Frozen("kendall_w", JUDGES, "ordinal", 0.8870370370370365),
    # R 4.2.2, psych 2.2.9: mean of cohen.kappa(G[, c(i, j)])$kappa over pairs; vcd 1.4-11 Kappa(table) gives the same
    Frozen("light_kappa", WHOLE, "nominal", 0.447845804988662),
    # irrCAC 0.4.4 (Python), CAC(...).conger(); cases of the reference data have irr::kappam.fleiss(exact = TRUE)
    Frozen("conger_kappa", WHOLE, "nominal", 0.446366782007),
    # R 4.2.2, psych 2.2.9, ICC(lmer = FALSE)
    Frozen(
        "intraclass_correlation",
        JUDGES,
        "interval",
        0.289763779527559,
        (0.018786513374712, 0.761084369648953),
    ),
    Frozen(
        "icc_1_1", JUDGES, "interval", 0.165741768405476, (-0.132932324874751, 0.722560062328121)
    ),
    Frozen("icc_3_1", JUDGES, "interval", 0.714840714840715, (0.342464765033925, 0.94585825995536)),
    Frozen(
        "icc_1_k", JUDGES, "interval", 0.442797133679269, (-0.884442155238119, 0.912415420340776)
    ),
    Frozen(
        "icc_2_k", JUDGES, "interval", 0.620050547598989, (0.0711368153025035, 0.927232040167722)
    ),
    Frozen(
        "icc_3_k", JUDGES, "interval", 0.909315542377069, (0.675674713816305, 0.985891678169062)
    ),
]


@pytest.mark.parametrize("case", FROZEN, ids=lambda case: f"{case.metric} {case.scale}")
def test_values_computed_elsewhere(case: Frozen) -> None:
    found = made(case.ratings, case.scale).one(case.metric)
    assert found.value == pytest.approx(case.value, abs=case.near)
    if case.interval is not None:
        assert limits(found) == pytest.approx(case.interval, abs=1e-9)


def test_conger_counts_the_subjects_that_every_rater_rated() -> None:
    found = made(GAPS).one("conger_kappa")
    assert found.value == made(WHOLE).one("conger_kappa").value
    assert (found.cases, made(GAPS).one("light_kappa").cases) == (8, 12)
    assert found.note.startswith("4 of 12 subjects lack a rating, and are left out.")


SINGLE = np.full((4, 2, 3), np.nan)
SINGLE[:, 0, :] = [[1, 2, 4], [3, 3, 5], [2, 4, np.nan], [7, 6, 8]]
SINGLE[:, 1, 0] = [2, 3, 4, 5]
REPEATED = {
    # R 4.2.2: residual mean square of lm(v ~ factor(subject)), qchisq for its limits, root mean square of sd / mean
    "within_subject_sd": (1.2724180205607, (0.841289901701883, 2.589716885052947)),
    "within_subject_cv": (0.43885514916028, None),
    "repeatability_coefficient": (3.52696281050235, None),
}


@pytest.mark.parametrize("name", REPEATED)
def test_repeatability_of_a_rater(name: str) -> None:
    given = {"scale": "interval", "rater_names": ("ann", "bob")}
    columns = {"ratings": np.nanmean(SINGLE, axis=2), "repeats": SINGLE}
    found = Estimates(estimates(TASK, columns, given=given, resamples=200))
    value, expected = REPEATED[name]
    ann = found.one(name, reader="ann")
    assert ann.value == pytest.approx(value, rel=1e-12)
    if expected:
        assert limits(ann) == pytest.approx(expected, rel=1e-12)
    (bob,) = (each for each in found if each.metric == name and each.reader == "bob")
    assert bob.undefined_because == "this rater measured no subject twice"


def test_repeatability_counts_a_patient_who_is_drawn_twice_twice() -> None:
    metric = METRICS[TASK, "within_subject_cv"]
    columns = {
        "ratings": np.nanmean(SINGLE, axis=2),
        "repeats": SINGLE,
        "patient": np.array([0, 0, 1, 2]),
    }
    rows, _ = complete(columns, task=TASK)
    given = {"rater_names": ("ann", "bob"), "reader": "ann"}
    weight = np.array([[2.0, 0.0, 1.0]])
    known = known_of(rows, (0, 0), given, TASK).inside(weight=weight)
    again = SINGLE[[0, 1, 0, 1, 3]]
    expected = metric(np.nanmean(again, axis=2), again, **given)
    assert known.ask(metric.function) == pytest.approx(expected)


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_has_a_value_computed_elsewhere_a_listed_name_and_a_source(name: str) -> None:
    assert name in {case.metric for case in FROZEN} | set(REPEATED)
    assert "agreement" in METRIC_NAMES[name].tasks
    assert METRICS[TASK, name].source in read_sources()


def test_every_metric_is_printed_in_one_place() -> None:
    assert sorted(each.name for each in in_order(TASK)) == sorted(NAMES)


def test_gwets_second_coefficient() -> None:
    """irrCAC 0.4.4, CAC(weights = "quadratic" and "linear").gwet()."""
    assert gwet_ac2(GAPS) == pytest.approx(0.809305777649, abs=1e-11)
    assert gwet_ac2(GAPS, "linear") == pytest.approx(0.65148564552, abs=1e-11)
    assert gwet_ac2(GAPS, "identity") == pytest.approx(0.440127440127, abs=1e-11)


def ratings_of(case: Case) -> np.ndarray:
    inputs, table = case.inputs, case.table
    names = inputs.get("raters") or [
        inputs[each] for each in ("rater_a", "rater_b") if each in inputs
    ]
    return table[names or table.columns[1:]].to_numpy()


def fleiss_kappa(case: Case) -> None:
    ratings, values = ratings_of(case), case.values
    assert ratings.shape == (values["n"], values["raters"])
    found = fleiss_test(ratings)
    assert found.kappa == case.near("kappa")
    assert found.z == case.near("z")
    expected = [values["per_category"][str(each)] for each in range(1, 6)]
    assert found.by_category == pytest.approx(expected, abs=0.001)
    assert conger_kappa(ratings) == case.near("conger_exact_kappa")
    assert light_kappa(ratings) == case.near("light_kappa")
    assert made(ratings).one("fleiss_kappa").value == case.near("kappa")


def gwet_ac1_and_krippendorff_alpha(case: Case) -> None:
    ratings, values = ratings_of(case), case.values
    found = made(ratings, resamples=2000)
    for metric, name in (
        ("gwet_ac1", "ac1"),
        ("krippendorff_alpha", "alpha_nominal"),
        ("fleiss_kappa", "fleiss_kappa"),
    ):
        assert found.one(metric).value == case.near(name)
    choices = choices_of(rated_as(ratings.astype(float), None))
    assert linearised(choices, gwet_chance)[1] ** 0.5 == case.near("ac1_se")
    assert linearised(choices, fleiss_chance)[1] ** 0.5 == case.near("fleiss_se")
    # the reference linearises alpha; ours is bootstrapped over subjects, so the standard error is near, not equal
    low, high = limits(found.one("krippendorff_alpha"))
    assert (high - low) / 3.92 == pytest.approx(values["alpha_se"], rel=0.1)


UNWEIGHTED = ("cohen_kappa", "unweighted")
LINEAR = ("linear_weighted_kappa", "equal", "linear")
QUADRATIC = ("weighted_kappa", "squared", "quadratic")


def cohen_kappa(case: Case) -> None:
    found = made(ratings_of(case), "ordinal")
    for metric, *names in (UNWEIGHTED, LINEAR, QUADRATIC):
        name = next(each for each in names if each in case.values)
        assert found.one(metric).value == pytest.approx(case.values[name]["kappa"], abs=1e-6)
    if "percent_agreement" in case.values:
        assert found.one("percent_agreement").value == case.near("percent_agreement")
    if psych := case.values.get("psych_ci"):
        theirs = (psych["unweighted_low"], psych["unweighted_high"])
        assert limits(found.one("cohen_kappa")) == pytest.approx(theirs, abs=1e-4)
        # psych 2.2.9's interval of the weighted kappa is about half as wide as that of vcd 1.4-11 (Kappa, confint) and
        # of statsmodels 0.15, which ours equals, and as the bootstrap (standard error 0.149 against 0.138 and 0.059)
    if case.id == "kappa_rater1_rater2":
        vcd = (0.3853822, 0.9255422), (0.3991025, 0.8670846)
        for metric, expected in zip((QUADRATIC[0], LINEAR[0]), vcd, strict=True):
            assert limits(found.one(metric)) == pytest.approx(expected, abs=1e-7)


def kendall_w(case: Case) -> None:
    found = kendall_w_test(
        ratings_of(case), tie_correction=False
    )  # as irr::kendall(correct = FALSE)
    assert (found.w, found.chi_squared) == (case.near("w"), case.near("chisq"))
    assert found.p == case.near("p")
    plain = made(ratings_of(case), "ordinal", given={"tie_correction": False}).one("kendall_w")
    assert plain.value == case.near("w")


CHECKS: dict[str, Callable[[Case], None]] = {
    "fleiss_kappa": fleiss_kappa,
    "gwet_ac1_and_krippendorff_alpha": gwet_ac1_and_krippendorff_alpha,
    "cohen_kappa": cohen_kappa,
    "kendall_w": kendall_w,
}
SHIPPED = [
    case
    for name in ("shrout_fleiss_icc", "hcv_multiclass_a")
    for case in cases_of(OURS / name, "agreement_categorical")
]
DIAGNOSES = OTHERS / "diagnoses_fleiss"
BESIDE = list(cases_of(DIAGNOSES, "agreement_categorical")) if DIAGNOSES.is_dir() else []


@pytest.mark.parametrize("case", SHIPPED, ids=lambda case: f"{case.folder.name}: {case.id}")
def test_shipped_reference_values(case: Case) -> None:
    CHECKS[case.metric](case)


@pytest.mark.skipif(not BESIDE, reason="diagnoses_fleiss (GPL) is not beside the checkout")
@pytest.mark.parametrize("case", BESIDE, ids=lambda case: f"{case.folder.name}: {case.id}")
def test_reference_values_beside_the_checkout(case: Case) -> None:
    CHECKS[case.metric](case)


def test_the_scale_decides_what_is_computed() -> None:
    names = {
        scale: {each.metric for each in made(ratings, scale)}
        for scale, ratings in (("nominal", TWO), ("ordinal", TWO), ("interval", JUDGES))
    }
    categorical = {
        "cohen_kappa",
        "fleiss_kappa",
        "gwet_ac1",
        "krippendorff_alpha",
        "percent_agreement",
    }
    assert names["nominal"] == categorical
    assert names["ordinal"] == categorical | {
        "weighted_kappa",
        "linear_weighted_kappa",
        "kendall_w",
    }
    assert names["interval"] == {
        "krippendorff_alpha",
        "kendall_w",
        *(each for each in NAMES if each.startswith(("icc", "intra"))),
    }
    assert not {each.metric for each in made(GAPS, "ordinal")} & {"cohen_kappa", "weighted_kappa"}


def test_words_are_categories_in_the_order_that_is_said() -> None:
    words = np.array(["", "none", "mild", "severe", "none"])[
        np.array([[1, 1], [2, 3], [3, 3], [2, 2], [1, 2], [0, 1], [3, 2]])
    ]
    order = ["none", "mild", "severe"]
    numbers = np.array([[0, 0], [1, 2], [2, 2], [1, 1], [0, 1], [np.nan, 0], [2, 1]])
    said, coded = made(words, "ordinal", categories=order), made(numbers, "ordinal")
    assert [each.value for each in said] == [each.value for each in coded]
    wrong = made(words, "ordinal").one("weighted_kappa").value
    assert wrong != pytest.approx(coded.one("weighted_kappa").value)
    with pytest.raises(ValueError, match="'severe' is none of the categories none, mild"):
        raters(words, "ordinal", categories=["none", "mild"])
    with pytest.raises(ValueError, match="3 is none of the 2 categories"):
        raters([[1, 2], [3, 1]], categories=[1, 2])


def test_a_category_that_nobody_chose_counts_if_it_is_said() -> None:
    few = made(TWO, "ordinal", **FOUR)
    more = made(TWO, "ordinal", categories=[0, 1, 2, 3, 4])
    for name in ("cohen_kappa", "fleiss_kappa", "krippendorff_alpha"):
        assert more.one(name).value == pytest.approx(few.one(name).value)
    assert more.one("gwet_ac1").value > few.one("gwet_ac1").value
    assert more.one("weighted_kappa").value == pytest.approx(few.one("weighted_kappa").value)


class Bad(NamedTuple):
    story: str
    ratings: Any
    scale: Any
    metric: str
    sentence: str


ONE_RATER = "there is one rater, and nobody to compare with"
SAME = np.full((12, 3), 2.0)
MANY = np.random.default_rng(0).random((100_000, 2))
LONELY = np.array([[1, np.nan], [np.nan, 2], [3, np.nan]])
BAD = [
    *(
        Bad("one rater", [[1], [2], [3]], "ordinal", name, ONE_RATER)
        for name in ("percent_agreement", "fleiss_kappa", "krippendorff_alpha", "kendall_w")
    ),
    Bad("one rater", [[1], [2]], "interval", "intraclass_correlation", ONE_RATER),
    Bad("constant", SAME, "nominal", "fleiss_kappa", "every rating is the same category"),
    Bad("constant", SAME, "nominal", "gwet_ac1", "every rating is the same category"),
    Bad("constant", SAME[:, :2], "nominal", "cohen_kappa", "every rating is the same category"),
    Bad(
        "constant",
        SAME,
        "ordinal",
        "krippendorff_alpha",
        "every rating is the same, so there is no disagreement to expect",
    ),
    Bad("constant", SAME, "ordinal", "kendall_w", "a rater gives every subject the same rating"),
    Bad("constant", SAME, "interval", "intraclass_correlation", "all ratings are equal"),
    *(
        Bad(
            "measurements",
            MANY,
            "nominal",
            name,
            "there are 200,000 different ratings, more than 100: measurements, not categories",
        )
        for name in (
            "cohen_kappa",
            "fleiss_kappa",
            "gwet_ac1",
            "percent_agreement",
            "krippendorff_alpha",
        )
    ),
    Bad("nobody rated twice", LONELY, "nominal", "fleiss_kappa", "no subject has two ratings"),
    Bad("nobody rated twice", LONELY, "nominal", "cohen_kappa", "no subject has two ratings"),
    Bad(
        "nobody rated twice", LONELY, "interval", "krippendorff_alpha", "no subject has two ratings"
    ),
    Bad("nobody rated twice", LONELY, "interval", "icc_3_1", "no subject was rated by every rater"),
    Bad(
        "nothing", [[np.nan, np.nan]], "nominal", "fleiss_kappa", "no row has every value (ratings)"
    ),
    Bad(
        "one subject",
        [[1.0, 2]],
        "interval",
        "icc_1_1",
        "needs at least two cases that every rater rated",
    ),
    Bad(
        "one subject",
        [[1.0, 2]],
        "interval",
        "kendall_w",
        "needs at least two subjects that every rater rated",
    ),
]


@pytest.mark.parametrize("case", BAD, ids=lambda case: f"{case.metric}: {case.story}")
def test_bad_tables_give_a_sentence(case: Bad) -> None:
    (found,) = made(case.ratings, case.scale).matching(case.metric)
    assert (found.undefined_because, found.value) == (case.sentence, None)


def test_what_is_no_table_of_ratings_is_refused() -> None:
    with pytest.raises(ValueError, match="ratings have 1 axes; expected 2"):
        raters([1, 2, 3])
    with pytest.raises(ValueError, match="'metric' is no scale"):
        raters([[1, 2]], "metric")  # type: ignore[arg-type]
    with pytest.raises(Undefined, match="a rating is missing"):
        fleiss_test(GAPS)
    with pytest.raises(Undefined, match="one rater"):
        light_kappa([[1], [2]])


def test_raters_who_agree_always_have_no_interval() -> None:
    ratings = np.repeat(np.arange(1.0, 5)[:, None] % 3, 2, axis=1)
    for each in made(np.tile(ratings, (6, 1)), "ordinal"):
        assert each.value == pytest.approx(1.0), each
        if each.metric == "percent_agreement":
            assert limits(each)[1] == 1.0
        else:
            assert each.interval is None
            assert "no width" in each.note or "the same value" in each.note


def test_an_interval_that_was_cut_says_so() -> None:
    found = made(TWO, "ordinal").one("weighted_kappa")
    assert found.note == "The interval was cut at 1."


def simulated(seed: int, subjects: int = 60, of: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, subjects)
    noise = rng.choice([-1, 0, 0, 0, 1], (subjects, of))
    return np.clip(truth[:, None] + noise, 0, 3).astype(float)


def test_kappa_of_two_raters_is_that_of_light_and_conger() -> None:
    ratings = simulated(1)
    for first, second in combinations(range(3), 2):
        pair = ratings[:, [first, second]]
        value = made(pair).one("cohen_kappa").value
        assert light_kappa(pair) == pytest.approx(value, abs=1e-12)
        assert conger_kappa(pair) == pytest.approx(value, abs=1e-12)


def test_lesions_of_one_patient_are_resampled_together() -> None:
    ratings = simulated(2)
    patient = np.repeat(np.arange(30), 2)
    alone, together = made(ratings), made(ratings, patient=patient)
    for each in together:
        assert each.value == pytest.approx(alone.one(each.metric).value, abs=1e-12)
        assert each.interval is not None
        if each.metric != "percent_agreement":
            assert "bootstrap over 30 patients" in each.interval.method


@pytest.mark.slow
def test_coverage_of_the_intervals_of_kappa_and_its_kin() -> None:
    rng, inside = np.random.default_rng(3), {}
    everyone = made(simulated(9, 200_000), resamples=1)
    pair = made(simulated(9, 200_000, 2), "ordinal", resamples=1)
    for _ in range(600):
        seed = int(rng.integers(1 << 30))
        for truth, found in (
            (everyone, made(simulated(seed), resamples=1)),
            (pair, made(simulated(seed, of=2), "ordinal", resamples=1)),
        ):
            for name in ("fleiss_kappa", "gwet_ac1", "cohen_kappa", "weighted_kappa"):
                if found.matching(name) and found.one(name).interval:
                    low, high = limits(found.one(name))
                    hit = low <= (truth.one(name).value or 0) <= high
                    inside.setdefault((name, truth is pair), []).append(hit)
    assert len(inside) == 6
    for name, hits in inside.items():
        assert 0.92 <= np.mean(hits) <= 0.975, (name, np.mean(hits))


def test_a_last_patient_without_a_whole_subject_is_drawn_without_harm() -> None:
    ratings = np.array([[0, 1], [1, 1], [0, 0]] * 20 + [[1, np.nan]], float)
    found = raters(ratings, "nominal", patient=np.arange(61) // 2, resamples=200)
    kappa = next(each for each in found if each.metric == "cohen_kappa")
    assert kappa.value == pytest.approx(0.4)
    assert kappa.interval is not None
