"""Other ways to compute a number of marks on lesions from the same marks, each in print or in common software."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from checker.evidence.task_ways import OtherWay, known_value
from checker.metrics.base import METRICS, Floats, Share, plain
from checker.metrics.detection import COCO, Curves, envelope
from checker.metrics.detection import NORMAL as OF_NORMAL
from checker.metrics.detections import (
    TASK,
    Ordered,
    Outcomes,
    Scans,
    Tallies,
    sensitivity_at,
    tallies_of,
)
from checker.metrics.matching import Hit
from checker.model.detection import RATES
from checker.needs import Absent, DoesNotApply, Known, NotEstablished

Make = Callable[[Known], float]
LIMITS = (0.1, 0.3, 0.5)
"""Overlaps that are asked for in practice, of three-dimensional boxes and lesions the lower ones."""
DISTANCES = (5.0, 10.0, 15.0)
"""Distances in mm."""
COCO_LIMITS = tuple(np.linspace(0.5, 0.95, 10).round(2).tolist())
CAMELYON = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""False positives per case over which the mean is taken in the CAMELYON16 challenge."""


def under(metric: str, **given: object) -> Make:
    """Return what makes our own metric under another setting."""

    def make(known: Known) -> float:
        return _asked(known.inside(**given), metric)

    return make


def _asked(known: Known, metric: str) -> float:
    found: Any = known.ask(METRICS[TASK, metric].function)
    if isinstance(found, Absent):
        raise NotEstablished(found.because)
    if isinstance(found, Share):
        return plain(found)
    return float(found)


def _extra(metric: str, extra: str) -> Make:
    """Return what counts further marks on a lesion otherwise."""

    def make(known: Known) -> float:
        if known_value(known, "rule").extra_hits == extra:
            raise DoesNotApply("this is how they are counted")
        return _asked(known.inside(extra_hits=extra), metric)

    return make


def _ruled(metric: str, hit: Hit, limit: float | None) -> Make:
    """Return what takes another hit rule; lesions and marks have to have the shapes for it."""

    def make(known: Known) -> float:
        rule = known_value(known, "rule")
        if rule.hit is None:
            raise DoesNotApply("marks were matched before")
        if (rule.hit, rule.limit) == (hit, limit):
            raise DoesNotApply("this is the hit rule")
        return _asked(known.inside(hit=hit, hit_limit=limit), metric)

    return make


def _regions_false(metric: str) -> Make:
    """Return what counts marks in ignored regions as false."""

    def make(known: Known) -> float:
        every = known_value(known, "detections")
        if not any(len(each.ignored.scan) for each in every.values()):
            raise DoesNotApply("there are no ignored regions")
        return _asked(known.inside(ignored_regions=False), metric)

    return make


def _all_marks(metric: str) -> Make:
    def make(known: Known) -> float:
        if known_value(known, "rule").max_marks is None:
            raise DoesNotApply("all marks count")
        return _asked(known.inside(max_marks=None), metric)

    return make


def _above(metric: str) -> Make:
    """Return what takes marks strictly above the threshold."""

    def make(known: Known) -> float:
        threshold = known_value(known, "threshold")
        if threshold is None:
            raise DoesNotApply("no threshold is named")
        return _asked(known.inside(threshold=float(np.nextafter(threshold, np.inf))), metric)

    return make


def _extras(metric: str) -> tuple[OtherWay, ...]:
    return (
        OtherWay("further marks on a lesion as false positives", _extra(metric, "false_positive")),
        OtherWay("further marks on a lesion ignored", _extra(metric, "ignored")),
    )


def _kept(metric: str) -> tuple[OtherWay, ...]:
    return (OtherWay("all marks, however many a scan has", _all_marks(metric)),)


def _regions(metric: str) -> tuple[OtherWay, ...]:
    return (OtherWay("marks in ignored regions as false positives", _regions_false(metric)),)


def _matched(metric: str) -> tuple[OtherWay, ...]:
    nearest = under(metric, matching="nearest_first")
    return (OtherWay("the pairs that fit best matched first", nearest),)


def _strictly(metric: str) -> tuple[OtherWay, ...]:
    return (OtherWay("marks strictly above the threshold", _above(metric)),)


def _overlaps(metric: str) -> tuple[OtherWay, ...]:
    return tuple(_rule(f"a hit is an IoU of {limit:g}", metric, "iou", limit) for limit in LIMITS)


def _rule(words: str, metric: str, hit: Hit, limit: float | None = None) -> OtherWay:
    """Return our number under another hit rule; as the study says which is its own, no claim means it."""
    return OtherWay(f"the one if {words}", _ruled(metric, hit, limit), meant=False)


def _rules(metric: str) -> tuple[OtherWay, ...]:
    """Return the other hit rules, of which lesions and marks have the shapes."""
    return (
        *_overlaps(metric),
        _rule("a hit is any overlap", metric, "any_overlap"),
        _rule("a hit is a centre inside the lesion", metric, "centre_inside"),
        *(
            _rule(f"a hit is a distance of {limit:g} mm", metric, "distance", limit)
            for limit in DISTANCES
        ),
    )


def _all_settings(metric: str) -> tuple[OtherWay, ...]:
    """Return every other way to count hits and false marks."""
    return (
        *_extras(metric),
        *_matched(metric),
        *_regions(metric),
        *_kept(metric),
        *_rules(metric),
    )


# Per scan and patient


def _found(known: Known) -> tuple[Outcomes, Scans, np.ndarray[Any, Any]]:
    """Return marks, scans, and which lesions are hit at the threshold."""
    threshold = known_value(known, "threshold")
    outcomes = known_value(known, "outcomes")
    least = -np.inf if threshold is None else threshold
    hit = (outcomes.lesion_mark >= 0) & (outcomes.lesion_score >= least)
    return outcomes, known_value(known, "scans"), hit


def _not_of_a_class(known: Known) -> None:
    if known_value(known, "label") is not None:
        raise DoesNotApply("it is of one class")


def _per_scan(known: Known, by_patient: bool) -> float:
    """Return the share of scans (patients) with a lesion of which one is hit."""
    _not_of_a_class(known)
    outcomes, scans, hit = _found(known)
    who = scans.patient[outcomes.lesion_scan] if by_patient else outcomes.lesion_scan
    if by_patient and len(np.unique(scans.patient)) == len(scans.code):
        raise DoesNotApply("a patient has one scan")
    with_lesion, at_all = np.unique(who), np.unique(who[hit])
    if not len(with_lesion):
        raise NotEstablished("there are no lesions")
    return len(at_all) / len(with_lesion)


def _mean_over_scans(known: Known) -> float:
    """Return the mean over scans with lesions of the share of their lesions that is hit."""
    _not_of_a_class(known)
    outcomes, _, hit = _found(known)
    scan, at = np.unique(outcomes.lesion_scan, return_inverse=True)
    if not len(scan):
        raise NotEstablished("there are no lesions")
    return float((np.bincount(at, hit) / np.bincount(at)).mean())


def _normal_scans(outcomes: Outcomes, scans: Scans) -> np.ndarray[Any, Any]:
    normal = np.ones(len(scans.code), bool)
    normal[outcomes.lesion_scan] = False
    if not normal.any() or normal.all():
        raise NotEstablished("there are no scans without a lesion")
    return normal


def _best_f1(known: Known) -> float:
    found = tallies_of(known_value(known, "ordered"), None)
    if not len(found.hits):
        raise NotEstablished("there are no marks")
    return float((2 * found.hits / (found.lesions + found.hits + found.false)).max())


# FROC


def _by_steps(known: Known, rates: Callable[[Known], Sequence[float]]) -> float:
    """Return the highest sensitivity reached at no more than the rate, averaged over the rates."""
    found: Tallies = known_value(known, "tallies")
    rate = np.append(0.0, found.false / found.scans)
    sensitivity = np.append(0.0, found.hits / found.lesions)
    at = [np.searchsorted(rate, each, "right") - 1 for each in rates(known)]
    return float(sensitivity[at].mean())


def _on_normal_scans(known: Known, rates: Callable[[Known], Sequence[float]]) -> float:
    """Return the sensitivity at false positives per scan without a lesion (FROC with the abscissa of Bunch 1978)."""
    outcomes: Outcomes = known_value(known, "outcomes")
    scans: Scans = known_value(known, "scans")
    normal = _normal_scans(outcomes, scans)
    false = np.sort(outcomes.false_score[normal[outcomes.false_scan]])
    hit = outcomes.lesion_score[outcomes.lesion_mark >= 0]
    least = np.unique(np.concatenate((false, hit)))[::-1]
    above = len(false) - np.searchsorted(false, least, "left")
    hits = len(hit) - np.searchsorted(np.sort(hit), least, "left")
    made = Tallies(
        hits.astype(float), above.astype(float),
        np.asarray(float(len(outcomes.lesion_mark))), np.asarray(float(normal.sum())),
    )  # fmt: skip
    return float(sensitivity_at(made, rates(known)).mean())


def _one_rate(known: Known) -> Sequence[float]:
    return [known_value(known, "false_positives_per_case")]


def _score_rates(known: Known) -> Sequence[float]:
    found: Sequence[float] = known_value(known, "rates")
    return found


def _over(rates: Sequence[float]) -> Make:
    def make(known: Known) -> float:
        if tuple(known_value(known, "rates")) == tuple(rates):
            raise DoesNotApply("these are its rates")
        return _asked(known.inside(rates=tuple(rates)), "froc_score")

    return make


# Precision-recall


def _areas(known: Known, area: Callable[[Ordered], float]) -> float:
    curves: Sequence[Curves] = known_value(known, "curves")
    if any(each.grid for each in curves):
        raise DoesNotApply("it is taken on the grid of COCO")
    found = [area(each.ordered) for each in curves if each.ordered.lesions.any()]
    if not found:
        raise NotEstablished("there are no lesions")
    return float(np.mean(found))


def _recall_precision(ordered: Ordered) -> tuple[Floats, Floats]:
    found = tallies_of(ordered, None)
    return found.hits / found.lesions, found.hits / (found.hits + found.false)


def _all_points(ordered: Ordered) -> float:
    recall, precision = _recall_precision(ordered)
    return float((envelope(precision) * np.diff(recall, prepend=0.0)).sum())


def _eleven_points(ordered: Ordered) -> float:
    recall, precision = _recall_precision(ordered)
    highest = np.append(envelope(precision), 0.0)
    return float(highest[np.searchsorted(recall, np.arange(11) / 10 - 1e-12, "left")].mean())


def _trapezoid(ordered: Ordered) -> float:
    recall, precision = _recall_precision(ordered)
    if not len(recall):
        return 0.0
    x, y = np.append(0.0, recall), np.append(1.0, precision)
    return float((np.diff(x) * (y[1:] + y[:-1]) / 2).sum())


def _of_coco(metric: str) -> Make:
    def make(known: Known) -> float:
        label = known_value(known, "label")
        if label is not None and label.endswith(COCO):
            raise DoesNotApply("it is taken on the grid of COCO")
        place = COCO if label is None else f"{label}, {COCO}"
        return _asked(known.inside(label=place), metric)

    return make


def _over_limits(known: Known) -> float:
    """Return the mean over the ten overlaps of COCO of the area on its grid."""
    rule = known_value(known, "rule")
    _not_of_a_class(known)
    if rule.hit != "iou":
        raise DoesNotApply("the hit rule is no IoU")
    there = known.inside(limits=COCO_LIMITS, label=f"over limits, {COCO}")
    return _asked(there, "mean_average_precision")


def _areas_of(metric: str) -> tuple[OtherWay, ...]:
    return (
        OtherWay(
            "highest precision at or beyond each sensitivity, 101 points (COCO)", _of_coco(metric)
        ),
        OtherWay(
            "highest precision at or beyond each sensitivity, all points (VOC 2010)",
            partial(_areas, area=_all_points),
        ),
        OtherWay(
            "highest precision at or beyond each sensitivity, 11 points (VOC 2007)",
            partial(_areas, area=_eleven_points),
        ),
        OtherWay("trapezoids", partial(_areas, area=_trapezoid)),
    )


AT_RATE = "highest sensitivity up to the rate, without interpolation"
NORMAL = "false positives per scan without a lesion"
DETECTION_WAYS: dict[tuple[str, str], tuple[OtherWay, ...]] = {
    (TASK, "lesion_sensitivity"): (
        OtherWay(
            "share of scans with a lesion of which one is hit",
            partial(_per_scan, by_patient=False),
        ),
        OtherWay(
            "share of patients with a lesion of which one is hit",
            partial(_per_scan, by_patient=True),
        ),
        OtherWay("mean over scans with lesions", _mean_over_scans),
        *_strictly("lesion_sensitivity"),
        *_matched("lesion_sensitivity"),
        *_kept("lesion_sensitivity"),
        *_rules("lesion_sensitivity"),
    ),
    (TASK, "lesion_precision"): (
        *_strictly("lesion_precision"),
        *_all_settings("lesion_precision"),
    ),
    (TASK, "lesion_f1"): (
        OtherWay("largest over all thresholds", _best_f1),
        *_strictly("lesion_f1"),
        *_all_settings("lesion_f1"),
    ),
    (TASK, "false_positives_per_case"): (
        OtherWay(NORMAL, under("false_positives_per_case", label=OF_NORMAL)),
        *_strictly("false_positives_per_case"),
        *_all_settings("false_positives_per_case"),
    ),
    (TASK, "froc_sensitivity"): (
        OtherWay(AT_RATE, partial(_by_steps, rates=_one_rate)),
        OtherWay(NORMAL, partial(_on_normal_scans, rates=_one_rate)),
        *_all_settings("froc_sensitivity"),
    ),
    (TASK, "froc_score"): (
        OtherWay(AT_RATE, partial(_by_steps, rates=_score_rates)),
        OtherWay(NORMAL, partial(_on_normal_scans, rates=_score_rates)),
        OtherWay("mean over 1/8, 1/4, 1/2, 1, 2, 4 and 8 false positives per case", _over(RATES)),
        OtherWay("mean over 1/4, 1/2, 1, 2, 4 and 8 false positives per case", _over(CAMELYON)),
        *_all_settings("froc_score"),
    ),
    (TASK, "lesion_average_precision"): (
        *_areas_of("lesion_average_precision"),
        OtherWay("mean over IoU limits 0.50 to 0.95 (COCO)", _over_limits),
        *_all_settings("lesion_average_precision"),
    ),
    (TASK, "mean_average_precision"): (
        *_areas_of("mean_average_precision")[1:],  # that of COCO is a number of its own
        *_extras("mean_average_precision"),
        *_kept("mean_average_precision"),
        *_overlaps("mean_average_precision"),
    ),
    (TASK, "case_sensitivity"): _strictly("case_sensitivity"),
    (TASK, "case_specificity"): (*_strictly("case_specificity"), *_regions("case_specificity")),
    # a case's highest mark is the same whatever it hit; further marks are on scans with lesions
    (TASK, "highest_mark_auroc"): (
        *_regions("highest_mark_auroc"),
        *_kept("highest_mark_auroc"),
    ),
    **{
        (TASK, figure): (
            *_matched(figure),
            *_regions(figure),
            *_kept(figure),
            *_rules(figure),
        )
        for figure in ("jafroc", "weighted_jafroc")
    },
    **{(TASK, figure): _all_settings(figure) for figure in ("jafroc1", "weighted_jafroc1")},
}
"""Metric to the ways that are tried after ours, in this order."""
