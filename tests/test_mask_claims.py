"""Printed numbers of segmentation: our own, under each convention in use, and off by a little."""

from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import stats

from checker.metrics.segmentation import of_patients
from checker.model.claim import ClaimCheck, PartCheck, Verdict
from checker.model.metric_names import find_metric
from checker.model.predictions import TaskTable
from checker.needs import Absent

from . import task_tables
from .task_evaluations import described, evidence_of

REPRODUCED, OTHER = Verdict.REPRODUCED, Verdict.OTHER_CONVENTION
CONTRADICTED, NOT_CHECKABLE = Verdict.CONTRADICTED, Verdict.NOT_CHECKABLE
LIVER, LESION, BOTH = 0, 1, 2


@cache
def table() -> TaskTable:
    return task_tables.of("segmentation")


def check(**claim: object) -> ClaimCheck | Absent:
    named = claim | {"metric": find_metric(str(claim["metric"]), "segmentation")}
    study = described("segmentation", claims=[named])
    (found,) = evidence_of(study, table(), resamples=400).evaluations
    return found.claims[0].claim_check


def checked(**claim: object) -> ClaimCheck:
    found = check(**claim)
    assert isinstance(found, ClaimCheck), found
    return found


def part_of(found: ClaimCheck, name: str) -> PartCheck:
    return next(part for part in found.parts if part.part == name)


def measure(name: str, structure: int = LIVER, other: bool = False) -> Any:
    """Return a measure of every case."""
    made = table().compared["unet"] if other else table().columns["measures"]
    quantities: Any = table().given["quantities"]
    return made[:, structure, quantities.index(name)]


def by_patient(values: Any) -> Any:
    patient = table().patient
    assert patient is not None
    found = of_patients(values, patient.codes)
    return found[~np.isnan(found)]


def with_empty(both: float, one: float, name: str = "dice") -> float:
    """Return the mean over patients with these values where masks are empty."""
    values = measure(name, LESION).copy()
    sizes = [measure(each, LESION) > 0 for each in ("reference_voxels", "predicted_voxels")]
    values[~sizes[0] & ~sizes[1]] = both
    values[sizes[0] ^ sizes[1]] = one
    return float(by_patient(values).mean())


class Convention(NamedTuple):
    story: str
    claim: dict[str, Any]
    value: float
    words: str
    digits: int = 4


def mean(name: str, structure: int = LIVER) -> float:
    return float(by_patient(measure(name, structure)).mean())


def convention(
    story: str, words: str, value: float, metric: str = "Dice", **claim: Any
) -> Convention:
    return Convention(story, {"metric": metric, "of": "liver", **claim}, value, words)


def _relative_to_the_mean() -> float:
    first, second = (measure(each) for each in ("reference_voxels", "predicted_voxels"))
    return float(by_patient(2 * (second - first) / (first + second)).mean())


def rms(which: str) -> float:
    return mean(f"root_mean_square_surface_distance{which}")


def touched() -> float:
    found, every = (measure(f"{each}_lesions", LESION) for each in ("touched", "reference"))
    return float(np.nansum(found) / np.nansum(every))


def found_per_patient() -> float:
    found, every = (measure(f"{each}_lesions", LESION) for each in ("matched", "reference"))
    there = every > 0
    shares = np.full(len(every), np.nan)
    shares[there] = found[there] / every[there]
    return float(by_patient(shares).mean())


def pq_per_case() -> Any:
    names = ("matched_overlap", "reference_lesions", "predicted_lesions")
    overlap, every, marked = (measure(each, LESION) for each in names)
    below = (every + marked) / 2
    return np.divide(overlap, below, out=np.full(len(below), np.nan), where=below > 0)


def f1_per_case(hit: str, nothing: float) -> Any:
    """Return F1 of each case, this value where neither mask has a lesion."""
    names = {"matched": ("matched", "matched"), "any": ("touched", "touching")}[hit]
    found, right = (measure(f"{each}_lesions", LESION) for each in names)
    every, marked = (measure(f"{each}_lesions", LESION) for each in ("reference", "predicted"))
    below = found + every + marked - right
    shares = [2 * a / b if b else nothing for a, b in zip(found, below, strict=True)]
    return np.array(shares)


def f1_per_patient(hit: str, nothing: float) -> float:
    return float(by_patient(f1_per_case(hit, nothing)).mean())


def touching() -> float:
    found, every = (measure(f"{each}_lesions", LESION) for each in ("touching", "predicted"))
    return float(np.nansum(found) / np.nansum(every))


@cache
def conventions() -> tuple[Convention, ...]:
    nan = float("nan")
    voxels = [measure(each) for each in ("shared_voxels", "reference_voxels", "predicted_voxels")]
    pooled = 2 * voxels[0].sum() / (voxels[1].sum() + voxels[2].sum())
    slices = measure("slices_dice").sum() / measure("slices").sum()
    return (
        convention("median", "median over patients", float(np.median(by_patient(measure("dice"))))),
        convention("pooled", "over all voxels together", pooled),
        convention("cases", "mean over cases, not patients", float(measure("dice").mean())),
        convention("slices", "mean over all slices", slices),
        convention("with the lesions", "of liver with lesion", mean("dice", BOTH)),
        convention("both empty 1", "both masks empty counted as 1", with_empty(1, 0), of="lesion"),
        convention("both empty 0", "both masks empty counted as 0", with_empty(0, 0), of="lesion"),
        convention("one left out", "one mask empty left out", with_empty(nan, nan), of="lesion"),
        convention("voxels", "over border voxels", mean("hausdorff_95_voxel"), "HD95"),
        convention("pooled HD95", "both directions pooled", mean("hausdorff_95_pooled"), "HD95"),
        convention(
            "spacing forgotten", "the spacing left out", mean("hausdorff_95_voxel_in_voxels"), "HD95"
        ),
        convention(
            "empty 0 mm", "one mask empty counted as 0 mm", with_empty(nan, 0, "hausdorff_95"),
            "HD95", of="lesion",
        ),
        convention("elements", "surface elements", mean("hausdorff_elements"), "hausdorff"),
        convention("sets", "sets of voxels", mean("hausdorff_sets"), "hausdorff"),
        convention("MASD", "both directed means", mean("mean_average_surface_distance"), "ASSD"),
        convention(
            "area", "surface elements", mean("average_surface_distance_elements"), "ASSD"
        ),
        convention("one way", "reference to the prediction", mean("distance_of_reference"), "ASSD"),
        convention("border voxels", "border voxels", mean("surface_dice_voxel_1"), "NSD", at=1),
        convention("VOE", "volumetric overlap error", 1 - mean("jaccard"), "jaccard"),
        convention(
            "of the mean",
            "mean of both",
            _relative_to_the_mean(),
            "relative_volume_difference",
        ),
        convention("RMSD", "surface elements", rms("_elements"), "RMSD"),
        convention("RMSD forgotten", "the spacing left out", rms("_in_voxels"), "RMSD"),
        convention("empty error", "both masks empty counted as 0", 1 - with_empty(1, 0, "jaccard"),
            "VOE", of="lesion"),
        convention("touched", "a hit is any overlap", touched(), "lesion_sensitivity", of="lesion"),
        convention(
            "mean of lesions", "mean over patients with lesions", found_per_patient(),
            "lesion_sensitivity", of="lesion",
        ),
        convention("touching", "a hit is any overlap", touching(), "lesion_precision", of="lesion"),
        convention(
            "mean of F1", "mean over patients with a lesion in either mask",
            f1_per_patient("matched", nan), "lesion_f1", of="lesion",
        ),
        convention(
            "mean of F1 by touch", "mean over patients with a lesion in either mask, a hit is any overlap",
            f1_per_patient("any", nan), "lesion_f1", of="lesion",
        ),
        convention(
            "no lesion counts 1", "mean over patients, no lesion in both masks counted as 1",
            f1_per_patient("matched", 1), "lesion_f1", of="lesion",
        ),
        convention(
            "turned", "reference minus predicted", -mean("volume_difference_ml"), "volume_difference_ml"
        ),
    )  # fmt: skip


@pytest.mark.parametrize("at", range(30))
def test_a_number_under_a_convention_is_reproduced_under_it(at: int) -> None:
    each = conventions()[at]
    found = checked(**each.claim, value=f"{each.value:.{each.digits}f}")
    assert found.verdict is OTHER, (each.story, found.parts)
    assert each.words in part_of(found, "value").convention, each.story


@pytest.mark.parametrize("at", range(30))
def test_a_number_beside_a_convention_is_contradicted(at: int) -> None:
    each = conventions()[at]
    off = 0.031 if abs(each.value) < 0.9 else -0.031
    found = checked(**each.claim, value=f"{each.value + off:.{each.digits}f}")
    assert found.verdict is CONTRADICTED, (each.story, found.parts)


def test_every_convention_is_tried_here() -> None:
    assert len(conventions()) == 30


# Cases, failures


def ruled(name: str, both: float, one: float, structure: int = LESION) -> Any:
    """Return a measure of every case with these values where masks are empty."""
    values = measure(name, structure).copy()
    sizes = [measure(each, structure) > 0 for each in ("reference_voxels", "predicted_voxels")]
    values[~sizes[0] & ~sizes[1]] = both
    values[sizes[0] ^ sizes[1]] = one
    return values[~np.isnan(values)]


def _by_case() -> tuple[Convention, ...]:
    nan, diagonal = float("nan"), (2 * 240**2 + 155**2) ** 0.5
    liver = {each: measure(each) for each in ("dice", "hausdorff_95_voxel", "hausdorff_95_pooled")}
    return (
        convention("median", "median over cases", float(np.median(liver["dice"]))),
        convention(
            "median, named", "median over cases", float(np.median(liver["dice"])), summary="median"
        ),
        convention("HD95", "over border voxels, over cases", liver["hausdorff_95_voxel"].mean(), "HD95"),
        convention(
            "median HD95", "both directions pooled, over cases",
            float(np.median(liver["hausdorff_95_pooled"])), "HD95", summary="median",
        ),
        convention(
            "both empty 1", "both masks empty counted as 1, over cases", ruled("dice", 1, 0).mean(), of="lesion"
        ),
        convention("left out", "one mask empty left out, over cases", ruled("dice", nan, nan).mean(), of="lesion"),
        convention(
            "BraTS", "both as 0 mm (BraTS), over cases", ruled("hausdorff_95", 0, diagonal).mean(), "HD95",
            of="lesion",
        ),
        convention(
            "size", "without the sign", mean("absolute_relative_volume_difference", LESION),
            "relative_volume_difference", of="lesion",
        ),
        convention(
            "F1", "mean over cases with a lesion in either mask", float(np.nanmean(f1_per_case("matched", nan))),
            "lesion_f1", of="lesion",
        ),
        convention("PQ", "mean over cases", float(np.nanmean(pq_per_case())), "PQ", of="lesion"),
    )  # fmt: skip


@pytest.mark.parametrize("at", range(10))
def test_every_convention_may_be_over_cases(at: int) -> None:
    each = _by_case()[at]
    found = checked(**each.claim, value=f"{each.value:.5f}")
    assert found.verdict is OTHER, (each.story, found.parts)
    assert each.words in part_of(found, "value").convention, each.story
    wrong = checked(**each.claim, value=f"{each.value * 1.037:.5f}")
    assert wrong.verdict is CONTRADICTED, (each.story, wrong.parts)


@pytest.mark.parametrize(
    ("of", "both", "words"),
    [(LIVER, float("nan"), ""), (LESION, float("nan"), ""), (LESION, 1.0, "counted as 1, ")],
)
def test_a_case_without_a_prediction_may_count_0(of: int, both: float, words: str) -> None:
    without = replace(table(), given={**table().given, "without_prediction": 3})
    values = np.append(ruled("dice", both, 0, of), [0.0] * 3)
    claim = {"metric": "dice", "of": ("liver", "lesion")[of], "value": f"{values.mean():.5f}"}
    (found,) = evidence_of(
        described("segmentation", claims=[claim]), without, resamples=400
    ).evaluations
    check = found.claims[0].claim_check
    assert isinstance(check, ClaimCheck)
    assert check.verdict is OTHER
    said = part_of(check, "value").convention
    assert said.endswith(f"{words}no prediction counted as 0, over cases, not patients")
    assert checked(**claim).verdict is CONTRADICTED  # where every case has one


@pytest.mark.parametrize(
    ("values", "verdict", "words"),
    [
        ("patients", REPRODUCED, ""),
        ("patients, n", OTHER, "divided by n"),
        ("cases", OTHER, "over 40 cases"),
        ("cases, n", OTHER, "over 40 cases, divided by n"),
    ],
)
def test_the_spread_is_over_patients_or_over_cases(
    values: str, verdict: Verdict, words: str
) -> None:
    each = measure("dice") if values.startswith("cases") else by_patient(measure("dice"))
    deviation = each.std(ddof=0 if values.endswith("n") else 1)
    claim = {"metric": "Dice", "of": "liver", "value": f"{mean('dice'):.4f}"}
    found = part_of(checked(**claim, standard_deviation=f"{deviation:.5f}"), "standard_deviation")
    assert found.verdict is verdict
    assert found.convention.endswith(words)


def test_the_spread_may_count_empty_masks() -> None:
    each = ruled("dice", 1, 0)
    claim = {"metric": "Dice", "of": "lesion", "value": f"{each.mean():.4f}"}
    found = checked(**claim, standard_deviation=f"{each.std(ddof=1):.5f}")
    said = part_of(found, "standard_deviation").convention
    assert said == "standard deviation over 40 cases, both masks empty counted as 1"


OURS = [
    ("Dice", "liver", "dice", {}),
    ("IoU", "lesion", "jaccard", {}),
    ("HD95", "liver", "hausdorff_95", {}),
    ("ASSD", "lesion", "average_surface_distance", {}),
    ("RMSD", "lesion", "root_mean_square_surface_distance", {}),
    ("VOE", "lesion", "volumetric_overlap_error", {}),
    ("specificity", "liver", "voxel_specificity", {}),
    ("accuracy", "liver", "voxel_accuracy", {}),
    ("NSD", "liver", "surface_dice_2", {"at": 2}),
    ("relative_volume_difference", "liver", "relative_volume_difference", {}),
]


@pytest.mark.parametrize(("metric", "of", "name", "more"), OURS)
def test_our_own_number_is_reproduced_with_its_spread_and_interval(
    metric: str, of: str, name: str, more: dict[str, Any]
) -> None:
    values = by_patient(measure(name, ("liver", "lesion").index(of)))
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5
    limits = {"low": f"{values.mean() - half:.4f}", "high": f"{values.mean() + half:.4f}"}
    found = checked(metric=metric, of=of, value=f"{values.mean():.4f}", **limits, **more)
    assert part_of(found, "value").verdict is REPRODUCED
    assert part_of(found, "interval").verdict is not CONTRADICTED
    wide = {"low": f"{values.mean() - 3 * half:.4f}", "high": f"{values.mean() + 3 * half:.4f}"}
    wrong = checked(metric=metric, of=of, value=f"{values.mean():.4f}", **wide, **more)
    assert part_of(wrong, "interval").verdict is CONTRADICTED


def test_limits_under_another_definition_of_ours_are_checked() -> None:
    study = described("segmentation")
    (found,) = evidence_of(study, table(), resamples=400).evaluations
    ours = next(
        each
        for each in found.estimates
        if (each.metric, each.structure, each.summary) == ("hausdorff_95_voxel", "liver", "mean")
    )
    assert ours.interval is not None
    said = {"metric": "HD95", "of": "liver", "value": f"{ours.value:.4f}"}
    limits = {"low": f"{ours.interval.low:.4f}", "high": f"{ours.interval.high:.4f}"}
    right = checked(**said, **limits)
    assert part_of(right, "value").verdict is OTHER
    assert part_of(right, "interval").verdict is REPRODUCED
    wrong = checked(**said, **limits | {"high": f"{ours.interval.high + 0.5:.4f}"})
    assert part_of(wrong, "interval").verdict is CONTRADICTED


def test_the_spread_after_the_sign_is_that_over_cases() -> None:
    values = measure("dice", BOTH)
    claim = {"metric": "Dice", "of": "liver with lesion", "value": f"{mean('dice', BOTH):.3f}"}
    found = checked(**claim, standard_deviation=f"{values.std(ddof=1):.4f}")
    assert part_of(found, "standard_deviation").verdict in (REPRODUCED, OTHER)
    wrong = checked(**claim, standard_deviation="0.4321")
    assert part_of(wrong, "standard_deviation").verdict is NOT_CHECKABLE


def test_the_spread_is_that_of_the_definition_under_which_the_value_fits() -> None:
    values = measure("hausdorff_95_voxel")
    claim = {"metric": "HD95", "of": "liver", "value": f"{mean('hausdorff_95_voxel'):.3f}"}
    found = checked(**claim, standard_deviation=f"{values.std(ddof=1):.4f}")
    assert part_of(found, "standard_deviation").verdict in (REPRODUCED, OTHER)
    ours = measure("hausdorff_95").std(ddof=1)
    wrong = checked(**claim, standard_deviation=f"{ours:.4f}")
    assert part_of(wrong, "standard_deviation").verdict is NOT_CHECKABLE


def test_quartiles_are_no_confidence_interval() -> None:
    values = by_patient(measure("dice"))
    low, middle, high = np.percentile(values, (25, 50, 75))
    found = checked(
        metric="Dice", of="liver", summary="median", value=f"{middle:.4f}",
        low=f"{low:.4f}", high=f"{high:.4f}",
    )  # fmt: skip
    assert part_of(found, "value").verdict is REPRODUCED
    assert "no confidence interval" in part_of(found, "interval").convention


def test_a_summary_that_is_named_is_not_exchanged() -> None:
    median = float(np.median(by_patient(measure("dice"))))
    found = checked(metric="Dice", of="liver", summary="mean", value=f"{median:.4f}")
    assert found.verdict is CONTRADICTED


def test_without_a_structure_the_mean_over_structures_is_meant() -> None:
    means = [mean("dice", each) for each in (LIVER, LESION, BOTH)]
    found = checked(metric="Dice", value=f"{np.mean(means):.4f}")
    assert found.verdict is REPRODUCED


def test_a_structure_that_is_not_there_is_named() -> None:
    found = check(metric="Dice", of="spleen", value=0.9)
    assert isinstance(found, Absent)
    assert "liver" in found.because


# Two algorithms


def differences(name: str = "dice", structure: int = LIVER) -> Any:
    pair = [measure(name, structure, other) for other in (False, True)]
    both = ~np.isnan(pair[0]) & ~np.isnan(pair[1])
    return by_patient(np.where(both, pair[0] - pair[1], np.nan))


def test_a_difference_of_medians_that_is_said_is_no_other() -> None:
    values = differences()
    pair = [measure("dice", LIVER, other) for other in (False, True)]
    both = ~np.isnan(pair[0]) & ~np.isnan(pair[1])
    first, second = (by_patient(np.where(both, each, np.nan)) for each in pair)
    medians = float(np.median(first) - np.median(second))
    claim: dict[str, Any] = {"metric": "Dice", "of": "liver", "versus": "unet"}
    right = {**claim, "value": f"{medians:.5f}", "low": -0.3, "high": 0.3}
    found = checked(**right, summary="median")
    assert part_of(found, "value").verdict is REPRODUCED
    assert part_of(found, "interval").verdict is NOT_CHECKABLE
    assert "of medians" in part_of(found, "interval").because
    assert part_of(checked(**right), "value").verdict is OTHER
    assert part_of(checked(**right, summary="mean"), "value").verdict is CONTRADICTED
    mean = {**claim, "value": f"{values.mean():.5f}"}
    assert checked(**mean, summary="mean").verdict is REPRODUCED
    assert checked(**mean, summary="median").verdict is CONTRADICTED
    pooled = check(**mean, summary="pooled")
    assert isinstance(pooled, Absent)
    assert "pooled" in pooled.because


def test_a_difference_of_two_algorithms_is_reproduced_by_its_tests() -> None:
    values = differences()
    wilcoxon = stats.wilcoxon(values, method="approx", correction=False).pvalue
    paired = stats.ttest_1samp(values, 0).pvalue
    for test, p in (("wilcoxon", wilcoxon), ("paired_t", paired)):
        found = checked(
            metric="Dice", of="liver", versus="unet", value=f"{values.mean():.4f}",
            p_value=f"{p:.3f}", test=test,
        )  # fmt: skip
        assert part_of(found, "value").verdict is REPRODUCED
        assert part_of(found, "p_value").verdict is not CONTRADICTED, test
    turned = checked(
        metric="Dice", of="unet, liver", versus="prediction", value=f"{-values.mean():.4f}"
    )
    assert turned.verdict is REPRODUCED


def test_a_difference_may_be_over_cases_or_of_two_printed_numbers() -> None:
    pair = [measure("dice", LESION, other) for other in (False, True)]
    both = ~np.isnan(pair[0]) & ~np.isnan(pair[1])
    each = pair[0][both] - pair[1][both]
    p = stats.wilcoxon(each, method="approx", correction=False).pvalue
    claim: dict[str, Any] = {"metric": "Dice", "of": "lesion", "versus": "unet"}
    found = checked(**claim, value=f"{each.mean():.5f}", p_value=f"{p:.3f}", test="wilcoxon")
    assert "over cases" in part_of(found, "value").convention
    assert part_of(found, "p_value").verdict is not CONTRADICTED


def test_a_difference_may_be_that_of_two_printed_means() -> None:
    other = table().compared["unet"].copy()
    quantities: Any = table().given["quantities"]
    other[20:24, LIVER, quantities.index("dice")] = np.nan
    some = replace(table(), compared={"unet": other})
    means = [
        float(by_patient(each).mean())
        for each in (measure("dice"), other[:, LIVER, quantities.index("dice")])
    ]
    for off, verdict in ((0, OTHER), (0.04, CONTRADICTED)):
        value = f"{means[0] - means[1] + off:.5f}"
        study = described(
            "segmentation",
            claims=[{"metric": "dice", "of": "liver", "versus": "unet", "value": value}],
        )
        (found,) = evidence_of(study, some, resamples=400).evaluations
        check = found.claims[0].claim_check
        assert isinstance(check, ClaimCheck)
        assert check.verdict is verdict
        if verdict is OTHER:
            assert "each over its own cases" in part_of(check, "value").convention


def test_a_wrong_difference_is_contradicted_and_one_of_nobody_could_not_be_checked() -> None:
    wrong = f"{differences().mean() + 0.05:.4f}"
    assert checked(metric="Dice", of="liver", versus="unet", value=wrong).verdict is CONTRADICTED
    assert isinstance(check(metric="Dice", of="liver", versus="vnet", value=0.1), Absent)


def test_the_other_algorithm_alone_is_measured_as_ours() -> None:
    value = float(by_patient(measure("dice", LIVER, other=True)).mean())
    found = checked(metric="Dice", of="liver, unet", value=f"{value:.4f}")
    assert found.verdict is REPRODUCED


def test_any_overlap_has_two_f1_where_a_part_hits_several() -> None:
    made: Any = table().columns["measures"].copy()
    quantities: Any = table().given["quantities"]
    parts = {"reference": 2, "predicted": 2, "matched": 0, "touched": 2, "touching": 1}
    for name, count in parts.items():
        made[:, LESION, quantities.index(f"{name}_lesions")] = count
    other = replace(table(), columns={**table().columns, "measures": made})
    for value, words in (
        ("0.800", "a hit is any overlap"),
        ("0.667", "harmonic mean of sensitivity and precision, a hit is any overlap"),
    ):
        claim = {"metric": "lesion_f1", "of": "lesion", "value": value}
        study = described("segmentation", claims=[claim])
        (found,) = evidence_of(study, other, resamples=400).evaluations
        made_of = found.claims[0].claim_check
        assert isinstance(made_of, ClaimCheck)
        assert part_of(made_of, "value").convention == words


def test_a_summary_of_lesions_that_is_named_is_not_exchanged() -> None:
    claim = {"metric": "lesion_sensitivity", "of": "lesion", "value": f"{found_per_patient():.4f}"}
    assert checked(**claim).verdict is OTHER
    assert checked(**claim, summary="mean").verdict is OTHER
    assert checked(**claim, summary="pooled").verdict is CONTRADICTED
    found = check(**claim, summary="median")
    assert isinstance(found, Absent)
    assert "its median is not recomputed" in found.because


def test_lesions_are_no_voxels() -> None:
    found = checked(metric="PQ", of="lesion", value="0.0001")
    tried = [each.convention for each in part_of(found, "value").tried]
    assert "over all lesions together" in tried
    assert not any("voxels" in each for each in tried)


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ({"metric": "Dice", "of": "liver", "at": 0.3}, "dice is not recomputed at 0.3"),
        ({"metric": "Dice", "of": "liver", "at": 0.3, "versus": "unet"}, "not recomputed at 0.3"),
        ({"metric": "lesion_f1", "of": "lesion", "at": 0.1}, "a hit is an IoU above 0.5"),
        ({"metric": "Dice", "of": "liver", "group": "F"}, "there is no group"),
        ({"metric": "Dice", "of": "kidney"}, "there are structure liver; structure lesion"),
    ],
)
def test_a_number_at_another_place_could_not_be_checked(claim: dict[str, Any], said: str) -> None:
    found = check(**claim, value="0.500")
    assert isinstance(found, Absent)
    assert said in found.because


def test_a_number_of_lesions_at_our_hit_rule_is_compared() -> None:
    assert checked(metric="lesion_f1", of="lesion", at=0.5, value="0.212").verdict is REPRODUCED


def test_a_surface_dice_is_named_with_its_tolerance() -> None:
    (tolerance, *_) = table().places["tolerance_mm"]
    found = checked(metric="NSD", of="liver", at=tolerance, value="0.500")
    assert found.label == f"surface Dice (NSD) (liver, mean, at {tolerance:g} mm)"


@pytest.mark.parametrize("metric", ["lesion_sensitivity", "lesion_precision"])
def test_hits_under_any_overlap_are_counted_so(metric: str) -> None:
    hit, below = {
        "lesion_sensitivity": ("touched", "reference"),
        "lesion_precision": ("touching", "predicted"),
    }[metric]
    hits, every = (int(np.nansum(measure(f"{each}_lesions", LESION))) for each in (hit, below))
    claim = {"metric": metric, "of": "lesion", "value": f"{hits / every:.4f}", "cases": every}
    found = checked(**claim, numerator=hits)
    assert part_of(found, "numerator").verdict is OTHER
    assert part_of(found, "numerator").convention == "a hit is any overlap"
    assert part_of(checked(**claim, numerator=hits - 1), "numerator").verdict is CONTRADICTED
