"""Claims about other tasks than binary classification: found among the recomputed numbers, then compared."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np

from checker.evidence.base import evidence
from checker.evidence.claim_folds import Folds, readings_of_spread
from checker.evidence.claim_intervals import PrintedLimits, printed_limits
from checker.evidence.claim_spread import spread_part
from checker.evidence.claim_values import CUT, Reading, counted, not_checkable, readings
from checker.evidence.claims import worst
from checker.evidence.limits import Limits, Resamples, exactly
from checker.evidence.mask_intervals import mask_intervals
from checker.evidence.mask_numbers import OF_LESIONS, hits_otherwise, mask_numbers
from checker.evidence.mask_spreads import mask_spreads
from checker.evidence.null_tests import check_p
from checker.evidence.printed import AsPrinted
from checker.evidence.reader_intervals import own_spreads, reader_intervals
from checker.evidence.task_conventions import OTHER_NUMBERS, standing_in
from checker.evidence.task_differences import check_task_difference
from checker.evidence.task_intervals import OTHER_INTERVALS
from checker.evidence.task_rows import (
    SCORE,
    TaskRows,
    group_rows,
    label_names,
    no_group,
    plain_name,
    rows_behind,
)
from checker.evidence.task_ways import MEDIAN_OVER_PATIENTS, OTHER_WAYS, OtherWay
from checker.evidence.tasks import estimates_of
from checker.metrics import intervals
from checker.metrics.base import METRICS, Floats, Metric, Share
from checker.metrics.cross_validation import MEAN_OVER_FOLDS, spreads_over_cases
from checker.metrics.patients import EACH_PATIENT
from checker.metrics.resampling import Asked
from checker.metrics.segmentation import TASK as MASKS
from checker.model.claim import Attempt, ClaimCheck, PartCheck, Verdict
from checker.model.estimate import Comparison, Estimate, Estimates, Interval
from checker.model.maps import EXPECTED
from checker.model.measures import EVERY
from checker.model.metric_names import METRIC_NAMES
from checker.model.predictions import TaskTable
from checker.model.settings import Settings
from checker.model.study import Claim, Evaluation, Printed
from checker.model.study.evaluated import EXPLANATION
from checker.model.times import DAYS, in_words
from checker.needs import Absent, NotEstablished, needs

NAMED_BY_OF = ("label", "reader", "modality", "structure", "strategy", "summary", "score")
"""Facets that a claim names by `of`."""
PLACED_BY_AT = ("horizon", "threshold", "tolerance_mm", "false_positives_per_case")
"""Facets that a claim names by `at`."""
ALSO_NAMED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("readers", "auroc"): ("reader_auroc",),
    ("readers", "reader_auroc"): ("auroc",),
    ("detection", "lesion_sensitivity"): ("froc_sensitivity",),
    ("detection", "mean_average_precision"): ("lesion_average_precision",),
    **{
        ("readers", name): (f"mean_reader_{name}",)
        for name in ("sensitivity", "specificity", "accuracy")
    },
}
"""Task and metric to others that go by its name: the same of one reader, and its mean over readers."""
AT_THRESHOLDS = (
    "lesion_sensitivity",
    "lesion_precision",
    "lesion_f1",
    "false_positives_per_case",
    "case_sensitivity",
    "case_specificity",
)
"""Metrics of marks at a threshold, which a claim may name by `at`."""
USUAL = ("macro", "mean", "model", "upper", "overclasses", "overlimits")
"""What is meant where a claim names nothing and several are there, in this order."""


@evidence
def task_claim_check(
    claim: Claim,
    claim_at: str,
    evaluation: Evaluation,
    task_table: TaskTable,
    task_estimates: Estimates,
    task_subgroup_estimates: Estimates | Absent,
    unit: str,
    settings: Settings,
) -> ClaimCheck:
    """Return the claim with the verdict on each part that it prints.

    Raises:
        NotEstablished: no recomputed number is what it is about, or the number is undefined.
    """
    _refuse_elsewhere(claim, evaluation, task_table)
    if claim.versus is not None:
        return _of_difference(claim, claim_at, evaluation, task_table, unit, settings)
    further = _of_further_score(claim, evaluation, task_table, unit, settings)
    if further is not None:
        return _compared_alone(claim, claim_at, evaluation, further, settings)
    every = [*task_estimates, *standing_in(task_table.task, task_estimates)]
    if not isinstance(task_subgroup_estimates, Absent):
        every += task_subgroup_estimates
    further = _at_own_threshold(claim, evaluation, task_table, unit, settings)
    if task_table.task == "detection" and claim.metric == SENSITIVITY and claim.at is not None:
        there = further or _Further("", task_table, every, claim.of)
        return _threshold_or_rate(claim, claim_at, evaluation, there, every, task_table, settings)
    if further is not None:
        return _compared_alone(claim, claim_at, evaluation, further, settings)
    if claim.metric == "reference_limit":
        further = _limits_of_normal(claim, evaluation, task_table, unit, settings)
        return _compared_alone(claim, claim_at, evaluation, further, settings)
    return _among(claim, claim_at, evaluation, task_table, every, settings)


def _refuse_elsewhere(claim: Claim, evaluation: Evaluation, table: TaskTable) -> None:
    """Refuse a measure of masks, maps or marks at a place at which it is not recomputed.

    Raises:
        NotEstablished: the claim is at another one.
    """
    if claim.at is None or claim.metric == "surface_dice":
        return
    there: object = None
    if table.task == "detection" and claim.metric in AT_THRESHOLDS and "score" not in table.columns:
        there, what = None, "marks have no score that a threshold could cut"
    elif table.task == MASKS and claim.metric in (*OF_LESIONS, "panoptic_quality"):
        there, what = HIT_OVERLAP, f"a hit is an IoU above {HIT_OVERLAP:g}"
    elif table.task == MASKS:
        there = evaluation.operating_point.threshold
        what = _said("operating_point.threshold", there)
    elif table.task == EXPLANATION and claim.metric in OF_TOP:
        there = table.given["active"]
        what = _said("map_threshold or top_share", there)
    elif table.task == EXPLANATION:
        what = "it is taken at no place"
    else:
        return
    if claim.at != there:
        raise NotEstablished(f"{claim.metric} is not recomputed at {claim.at:g}; {what}")


def _said(facts: str, value: object) -> str:
    return f"{facts} is {value}" if value is not None else f"{facts} is not described"


OF_TOP = ("map_region_overlap", "map_region_overlap_by_chance")
"""Metrics of what counts as active of a map."""
HIT_OVERLAP = 0.5
"""IoU above which a lesion in masks is hit."""


def _among(
    claim: Claim,
    claim_at: str,
    evaluation: Evaluation,
    table: TaskTable,
    every: list[Estimate],
    settings: Settings,
) -> ClaimCheck:
    """Return the claim about one of these numbers.

    Raises:
        NotEstablished: none is what it is about, or the number is undefined.
    """
    ours = _meant(claim, evaluation.task, every)
    if ours.value is None:
        raise NotEstablished(ours.undefined_because)
    parts = tuple(_parts(claim, ours, every, evaluation, table, settings))
    made = _made(claim, claim_at, evaluation, parts)
    return replace(
        made,
        label=_label(ours),
        group=ours.group,
        threshold=ours.threshold,
        recomputed=ours,
    )


SENSITIVITY, AT_A_RATE = "lesion_sensitivity", "froc_sensitivity"


def _threshold_or_rate(
    claim: Claim,
    claim_at: str,
    evaluation: Evaluation,
    there: "_Further",
    every: list[Estimate],
    table: TaskTable,
    settings: Settings,
) -> ClaimCheck:
    """Return the claim about a sensitivity of marks at a place that may be a threshold or a rate of false positives.

    It is that which gives the printed number, by our definition before conventions. Where neither does, it is the
    threshold of the study if it is that, else the rate; what it is at a threshold is said as well.

    Raises:
        NotEstablished: it is recomputed at neither.
    """
    at_rate = [each for each in every if each.metric != SENSITIVITY]
    at_threshold = there._replace(every=[each for each in there.every if each.metric != AT_A_RATE])
    of_study = there.table is table
    made: list[ClaimCheck] = []
    why: list[NotEstablished] = []
    among = partial(_among, claim, claim_at, evaluation, table, settings=settings)
    first = partial(among, at_threshold.every)
    if not of_study:
        first = partial(_compared_alone, claim, claim_at, evaluation, at_threshold, settings)
    for check in (first, partial(among, at_rate)):
        try:
            made.append(check())
        except NotEstablished as problem:
            why.append(problem)
    if not made:
        raise why[-1]
    best = min(made, key=_how_far)
    if _how_far(best) < len(NEAREST):
        return best
    if of_study or len(made) == 1 or claim.value is None:
        return made[0 if of_study else -1]
    return _with_threshold(made[1], made[0])


NEAREST = (Verdict.REPRODUCED, Verdict.OTHER_CONVENTION)


def _how_far(made: ClaimCheck) -> int:
    """Return 0 for a value of our definition, 1 for one of another convention, 2 for any else; without one, of all."""
    verdict = next((each.verdict for each in made.parts if each.part == "value"), made.verdict)
    return NEAREST.index(verdict) if verdict in NEAREST else len(NEAREST)


def _with_threshold(at_rate: ClaimCheck, at_threshold: ClaimCheck) -> ClaimCheck:
    """Return a claim that is contradicted at the rate, and what the number is at the threshold."""
    told = next(each for each in at_threshold.parts if each.part == "value")
    _, _, more = told.because.partition("; ")
    ours = at_threshold.recomputed
    there = ours is not None and bool(ours.value)  # a rate above every score is no threshold
    place = f"at a threshold of {at_threshold.threshold:g} it is {told.recomputed}" if there else ""
    parts = tuple(
        replace(each, because="; ".join(filter(None, (each.because, place, more))))
        if each.part == "value"
        else each
        for each in at_rate.parts
    )
    return replace(at_rate, parts=parts)


class _Further(NamedTuple):
    """A table that was changed for a claim, its numbers, and what else the claim names."""

    name: str
    table: TaskTable
    every: list[Estimate]
    of: str | None


def _of_further_score(
    claim: Claim, evaluation: Evaluation, table: TaskTable, unit: str, settings: Settings
) -> _Further | None:
    """Return the further score that the claim names, measured as the model's is; None if it names none."""
    known = {plain_name(each): each for each in table.compared}
    parts = [each.strip() for each in (claim.of or "").replace(";", ",").split(",")]
    named = [known[plain_name(each)] for each in parts if plain_name(each) in known]
    if len(named) != 1 or table.task not in SCORE:
        return None
    if named[0] in table.alone:
        _, alone = group_rows(table.alone[named[0]], claim.group)
    else:
        _, rows = group_rows(table, claim.group)
        others = ("risks", "decision", "risk_group")
        columns = {name: each for name, each in rows.columns.items() if name not in others}
        alone = replace(rows, columns={**columns, SCORE[table.task]: rows.compared[named[0]]})
    made = estimates_of(evaluation, alone, unit, settings)
    every = [replace(each, score=named[0]) for each in made]
    rest = [each for each in parts if each and plain_name(each) not in known]
    return _Further(named[0], replace(alone, groups={}), every, ", ".join(rest) or None)


def _at_own_threshold(
    claim: Claim, evaluation: Evaluation, table: TaskTable, unit: str, settings: Settings
) -> _Further | None:
    """Return the numbers of marks at a threshold that the claim alone names; None if it names none."""
    if table.task != "detection" or claim.metric not in AT_THRESHOLDS or claim.at is None:
        return None
    if claim.at in table.places.get("threshold", ()):
        return None
    _, rows = group_rows(table, claim.group)
    asked = replace(rows, places={**rows.places, "threshold": (claim.at,)}, groups={})
    made = estimates_of(evaluation, asked, unit, settings)
    return _Further("", asked, [each for each in made if each.threshold is not None], claim.of)


def _limits_of_normal(
    claim: Claim, evaluation: Evaluation, table: TaskTable, unit: str, settings: Settings
) -> _Further:
    """Return the table with the value of the covariate at which the claim has its limit, and the limits there."""
    _, rows = group_rows(table, claim.group)
    said: dict[str, object] = {} if claim.at is None else {"at_covariate": claim.at}
    method = rows.given.get("reference_method") or "normal"
    if claim.at is not None:
        method = "normal"
    asked = replace(rows, given={**rows.given, "reference_method": method, **said}, groups={})
    made = estimates_of(evaluation, asked, unit, settings)
    where = "" if claim.at is None else f"at {claim.at:g}"
    return _Further(where, asked, list(made), claim.of)


def _compared_alone(
    claim: Claim, claim_at: str, evaluation: Evaluation, further: _Further, settings: Settings
) -> ClaimCheck:
    """Return the claim about a further score alone, or about numbers taken at another place."""
    asked = claim.model_copy(update={"of": further.of, "group": None})
    ours = _meant(asked, evaluation.task, further.every)
    if ours.value is None:
        raise NotEstablished(ours.undefined_because)
    parts = tuple(_parts(asked, ours, further.every, evaluation, further.table, settings))
    made = _made(claim, claim_at, evaluation, parts)
    return replace(
        made,
        label=", ".join(filter(None, (_label(ours), further.name))),
        group=claim.group or "all",
        threshold=ours.threshold,
        recomputed=ours,
    )


def _of_difference(
    claim: Claim,
    claim_at: str,
    evaluation: Evaluation,
    table: TaskTable,
    unit: str,
    settings: Settings,
) -> ClaimCheck:
    parts, compared = check_task_difference(claim, evaluation, table, unit, settings)
    made = _made(claim, claim_at, evaluation, parts)
    return replace(
        made,
        label=_difference_label(compared),
        group=compared.group,
        threshold=compared.threshold,
        compared=compared,
    )


def _made(
    claim: Claim, claim_at: str, evaluation: Evaluation, parts: tuple[PartCheck, ...]
) -> ClaimCheck:
    verdict = worst(parts)
    because = next((each.because for each in parts if each.verdict is Verdict.NOT_CHECKABLE), "")
    because = because or "the claim has no value, interval, number of cases or p value"
    return ClaimCheck(
        name=claim.name or claim.metric,
        evaluation=evaluation.name,
        metric=claim.metric,
        label=METRIC_NAMES[claim.metric].label,
        place=claim.place or "",
        at=claim_at,
        parts=parts,
        verdict=verdict,
        because=because if verdict is Verdict.NOT_CHECKABLE else "",
    )


def _label(ours: Estimate) -> str:
    """Return the metric as people print it, with what tells it from others of its name."""
    named = [ours.label, ours.structure, ours.summary, ours.reader]
    if ours.modality is not None:
        named.append(
            ours.modality if ours.versus is None else f"{ours.modality} minus {ours.versus}"
        )
    if ours.horizon is not None:
        named.append(f"at {in_words(ours.horizon)}")
    if ours.false_positives_per_case is not None:
        named.append(f"at {_rate(ours.false_positives_per_case)}")
    if ours.tolerance_mm is not None:
        named.append(f"at {ours.tolerance_mm:g} mm")
    more = ", ".join(each for each in named if each)
    return METRIC_NAMES[ours.metric].label + (f" ({more})" if more else "")


def _difference_label(found: Comparison) -> str:
    named = [
        found.label,
        found.structure,
        f"{found.first} minus {found.second}",
        found.reader if found.reader and found.reader not in found.first else None,
        None if found.horizon is None else f"at {in_words(found.horizon)}",
    ]
    return f"{METRIC_NAMES[found.metric].label} ({', '.join(each for each in named if each)})"


# Which number


def _meant(claim: Claim, evaluation_task: str, every: list[Estimate]) -> Estimate:
    """Return the estimate that the claim is about.

    Raises:
        NotEstablished: there is none, or several, with the names of those that there are.
    """
    called = (claim.metric, *ALSO_NAMED.get((evaluation_task, claim.metric), ()))
    of_metric = [each for each in every if each.metric in called]
    if not of_metric:
        raise NotEstablished(f"{claim.metric} is not recomputed here")
    group = plain_name(claim.group or "all")
    inside = [each for each in of_metric if plain_name(each.group) == group]
    if not inside:
        raise no_group(claim.group, (each.group for each in of_metric))
    found = inside
    if claim.of is not None:
        found = _named(claim.of, found)
        if not found:
            there = _there(_first_summary(inside), "summary")
            raise NotEstablished(f'there is no "{claim.of}" of {claim.metric}; {there}')
    if claim.summary is not None and any(each.summary for each in found):
        found = [each for each in found if each.summary == claim.summary]
        if not found:
            raise NotEstablished(f"the {claim.summary} of {claim.metric} is not recomputed here")
    elif claim.summary == "median" and evaluation_task in (MASKS, "detection"):
        raise NotEstablished(
            f"{claim.metric} is of all cases together; its median is not recomputed"
        )
    if claim.at is not None and any(_placed(each) for each in found):
        found = _at(claim.at, found)
        if not found:
            raise NotEstablished(
                f"{claim.metric} is not recomputed at {claim.at:g}; {_there(inside)}"
            )
    return _only(claim, found)


def _named(of: str, found: list[Estimate]) -> list[Estimate]:
    """Return the numbers that have this name, or each of several names that are parted by commas."""
    whole = [each for each in found if plain_name(of) in _names(each)]
    if not whole and (
        spaced := [each for each in found if _spaced(of) in map(_spaced, _names(each))]
    ):
        return spaced  # as reports print it: portal vein of portal_vein
    parts = {plain_name(each) for each in of.replace(";", ",").split(",")} - {""}
    return whole or [each for each in found if parts <= _names(each) | {"mean", "average"}]


def _spaced(name: str) -> str:
    return plain_name(name.replace("_", " "))


def _at(place: float, found: list[Estimate]) -> list[Estimate]:
    """Return the numbers at that place; 1825 days are the horizon of 1826.25 days where it is not one itself."""
    exactly_there = [each for each in found if place in _placed(each)]
    return exactly_there or [
        each
        for each in found
        if each.horizon is not None and in_words(each.horizon) == in_words(place)
    ]


def _only(claim: Claim, found: list[Estimate]) -> Estimate:
    if len(found) > 1:  # the mean over patients, and over structures
        found = _first_summary(found)
        found = [each for each in found if each.structure in (EVERY, EXPECTED)] or found
    if len(found) > 1:  # of readers, the mean over them
        found = [each for each in found if each.reader is None] or found
    if len(found) > 1:  # what also goes by its name stands back
        found = [each for each in found if each.metric == claim.metric] or found
    if len(found) > 1:  # of classes, all of them together
        found = [each for each in found if each.label is None] or found
    if len(found) > 1:
        usual = ([each for each in found if word in _names(each)] for word in USUAL)
        found = next((each for each in usual if each), found)
    if len(found) > 1:
        raise NotEstablished(
            f"{claim.metric} has {len(found)} values here; say which by of or at: {_there(found)}"
        )
    return found[0]


def _first_summary(found: list[Estimate]) -> list[Estimate]:
    """Return the numbers with the first of their metric's summaries."""
    return [each for each in found if each.summary == found[0].summary]


def _names(each: Estimate) -> set[str]:
    named = {plain_name(str(value)) for name in NAMED_BY_OF if (value := getattr(each, name))}
    if (
        each.label and each.metric == "multinomial_calibration_slope"
    ):  # of a class against the first
        named.add(plain_name(each.label.partition(" vs ")[0]))
    elif each.label:
        named |= label_names(each.label)
    named |= {plain_name(f"reader {each.reader}")} if each.reader else set()
    return named if each.horizon is None else named | {plain_name(in_words(each.horizon))}


def _placed(each: Estimate) -> set[float]:
    return {value for name in PLACED_BY_AT if (value := getattr(each, name)) is not None}


def _there(found: list[Estimate], besides: str = "") -> str:
    """Return what there is, in words, one facet left out."""
    shown = dict.fromkeys(
        ", ".join(
            _facet(name, getattr(each, name))
            for name in (*NAMED_BY_OF[:-1], "versus", *PLACED_BY_AT)
            if name != besides and getattr(each, name) is not None
        )
        for each in found
    )
    listed = [each for each in shown if each]
    return "there are " + "; ".join(listed[:8]) if listed else "it is one number"


def _rate(value: float) -> str:
    """Return a rate of false positives in words."""
    return f"{value:g} false {'positive' if value == 1 else 'positives'} per case"


def _facet(name: str, value: object) -> str:
    """Return a facet in words."""
    if name == "false_positives_per_case" and isinstance(value, float):
        return _rate(value)
    return f"{name.replace('_', ' ')} {value}"


# Comparison


class Number(NamedTuple):
    """A recomputed number under one convention."""

    words: str
    value: float
    estimate: Estimate | None
    """None: computed another way, of which no interval is recomputed."""
    turn: Callable[[float], float] = float
    """What is done to the estimate, and to its limits."""
    unit: str = ""
    """Of a time that is not in days."""
    share: bool = False
    """Of a quantity with a unit: relative to something, as which alone it can be in percent."""


def _parts(
    claim: Claim,
    ours: Estimate,
    every: list[Estimate],
    evaluation: Evaluation,
    table: TaskTable,
    settings: Settings,
) -> Iterator[PartCheck]:
    first = _first(ours, evaluation)
    reading, found = next(readings(claim, claim.metric)), first
    level = claim.level or settings.level
    folds = _folds(ours, evaluation, table, level, settings)
    if claim.value is not None:
        rows = rows_behind(ours, evaluation, table, level, settings)
        numbers = chain(_numbers(first, claim, ours, every, rows), _over_folds(ours, folds))
        if claim.summary == "mean" and folds is not None and ours.summary is None:
            numbers = chain(islice(_over_folds(ours, folds), 1), numbers)
        others = chain(
            _others(claim, ours, every, rows.task, meant=False),
            _by_ways(claim, ours, rows, meant=False),
        )
        of_unit = has_unit(table.task, ours.metric)
        part, reading, fitting = value_part(claim, claim.value, numbers, others, of_unit=of_unit)
        yield _of_all_marks(part, ours, table)
        found = fitting or found
    limits = printed_limits(claim, reading)
    if limits is not None and found.estimate is None:
        because = f"no interval is recomputed under this convention ({found.words})"
        yield not_checkable("interval", limits.text, because)
    elif limits is not None and reading.percent and has_unit(table.task, ours.metric):
        because = "no interval is recomputed in percent of a quantity that has a unit"
        yield not_checkable("interval", limits.text, because)
    elif limits is not None and found.estimate is not None:
        rows = rows_behind(found.estimate, evaluation, table, level, settings)
        ways = turned(_with_folds(_ways(found.estimate, rows), found.estimate, folds), found.turn)
        yield interval_part(limits, ways, found.estimate.note)
    if claim.cases is not None:
        yield counted("cases", claim.cases, _counts(ours, table))
    if claim.numerator is not None:
        rows = rows_behind(ours, evaluation, table, level, settings)
        yield _numerator(claim.numerator, ours, rows, table)
    if claim.standard_deviation is not None:
        spread = _spread_of(ours, found, table.task)
        rows = rows_behind(spread, evaluation, table, level, settings)
        asked = Asked(METRICS[table.task, spread.metric], tuple(rows.facets.items()))
        cases = spreads_over_cases(table.task, rows.cases, asked, rows.settings())
        of_folds = readings_of_spread(folds, cases, spread.interval, level)
        own = own_spreads(spread, rows)
        if table.task == MASKS and folds is None:
            own = mask_spreads(spread, rows.known())
        ours_first = table.task == "readers" or (table.task == MASKS and folds is None)
        spreads = chain(own, of_folds) if ours_first else chain(of_folds, own)
        printed = reading.of(claim.standard_deviation)
        yield spread_part(printed, spreads, folded=folds is not None)
    if claim.p_value is not None:
        rows = rows_behind(ours, evaluation, table, level, settings)
        yield check_p(claim, claim.p_value, ours, table.task, rows.known(), rows.cases.repeated)


def _spread_of(ours: Estimate, found: Number, task: str) -> Estimate:
    """Return the number whose spread is meant: of masks that of the definition under which the value fits."""
    return found.estimate if task == MASKS and found.estimate is not None else ours


def _of_all_marks(part: PartCheck, ours: Estimate, table: TaskTable) -> PartCheck:
    """Return the verdict; where a number at no threshold is contradicted, that all marks count in ours is said."""
    at_none = table.task == "detection" and ours.metric in AT_THRESHOLDS and ours.threshold is None
    if part.verdict is not Verdict.CONTRADICTED or not at_none or "score" not in table.columns:
        return part
    return replace(part, because=f"{part.because}; no threshold is named, so all marks count")


def value_part(
    claim: Claim,
    printed: Printed,
    numbers: Iterator[Number],
    others: Iterable[Number] = (),
    *,
    of_unit: bool = False,
) -> tuple[PartCheck, Reading, Number | None]:
    """Return the verdict on the value, how its digits were read, and the number that fits.

    Where several numbers fit, the one whose own interval fits as well, if there is one: forms of one measure may be
    equal at the printed digits, and their intervals are not.

    Args:
        claim: with the value.
        printed: the value.
        numbers: that the claim may mean, ours first.
        others: that it does not mean, and that may tell where a wrong one comes from.
        of_unit: the number has a unit, so that percent are of something else.
    """
    read = tuple(readings(claim, claim.metric))
    tried: list[Attempt] = []
    made = tuple(numbers)
    in_percent = of_unit and read[0].percent
    if in_percent:
        made = tuple(each for each in made if each.share)
    if not made:
        because = "it has a unit, and nothing is recomputed that it could be in percent of"
        return not_checkable("value", read[0].of(printed).text, because), read[0], None
    ours = made[0]
    for reading in read:
        as_printed = reading.of(printed)
        for number in made:
            fits = as_printed.agrees(number.value)
            words = reading.named(number.words if tried else "") or number.words
            tried.append(Attempt(convention=words, value=number.value, fits=fits))
            later = made[made.index(number) + 1 :]
            if fits and not _another_fits_better(claim, reading, number, later):
                first = len(tried) == 1 and not in_percent
                part = PartCheck(
                    part="value",
                    printed=as_printed.text,
                    verdict=Verdict.REPRODUCED if first else Verdict.OTHER_CONVENTION,
                    recomputed=as_printed.show(ours.value),
                    convention="" if first else words,
                    tried=tuple(tried),
                )
                return part, reading, number
    last = read[-1].of(printed)
    found = _cut_or_contradicted(last, ours, tried, in_percent)
    alike = next((each.words for each in others if last.agrees(each.value)), "")
    if alike and found.verdict is Verdict.CONTRADICTED:
        found = replace(found, because=f"{found.because}; the printed number equals {alike}")
    return found, read[-1], None


def _another_fits_better(
    claim: Claim, reading: Reading, number: Number, later: Sequence[Number]
) -> bool:
    """Return whether the interval of this number does not fit, and that of a later one that fits does."""
    printed = printed_limits(claim, reading)
    assert claim.value is not None
    if printed is None or _own_interval_fits(printed, number):
        return False
    value = reading.of(claim.value)
    return any(value.agrees(each.value) and _own_interval_fits(printed, each) for each in later)


def _own_interval_fits(printed: PrintedLimits, number: Number) -> bool:
    made = number.estimate
    if made is None or made.interval is None or made.value != number.value:
        return False
    return printed.fit(exactly(made.interval))


def _cut_or_contradicted(
    printed: AsPrinted, ours: Number, tried: list[Attempt], say_which: bool
) -> PartCheck:
    value = ours.value
    cut = Attempt(convention=CUT, value=value, fits=printed.is_cut(value))
    shown = printed.show(value)
    which = f" ({ours.words})" if say_which else f" {ours.unit}" if ours.unit else ""
    differs = (
        f"recomputed {shown}{which}, printed {printed.text}: differs by {printed.difference(value)}"
    )
    return PartCheck(
        part="value",
        printed=printed.text,
        verdict=Verdict.OTHER_CONVENTION if cut.fits else Verdict.CONTRADICTED,
        recomputed=shown,
        convention=CUT if cut.fits else "",
        because="" if cut.fits else differs,
        tried=(*tried, cut),
    )


def _first(ours: Estimate, evaluation: Evaluation) -> Number:
    """Return our number; a time in the unit of the study's own times."""
    assert ours.value is not None
    unit = getattr(evaluation, "time_unit", None) or "days"
    if ours.metric not in TIMES or unit == "days":
        return Number("our definition", ours.value, ours)
    turn = partial(_in_unit, DAYS[unit])
    return Number(f"our definition, in {unit}", turn(ours.value), ours, turn, unit)


def _in_unit(days: float, value: float) -> float:
    return value / days


TIMES = ("median_survival", "median_follow_up", "restricted_mean_survival")
"""Metrics that are times; recomputed in days."""


def has_unit(task: str, metric: str) -> bool:
    """Return whether the number is a measurement, with its unit: a length has no percent of its own."""
    without_end = METRICS[task, metric].bounds[1] == np.inf
    return task in ("agreement", "raters") and without_end and not METRIC_NAMES[metric].percent_able


def _others(
    claim: Claim, ours: Estimate, every: list[Estimate], task: str, *, meant: bool
) -> Iterator[Number]:
    """Yield the other recomputed numbers that the claim may mean, or those that it may not."""
    for other in OTHER_NUMBERS.get(ours.metric, ()):
        named = claim.of is not None and ours.label is not None
        if other.task not in ("", task) or other.excuses(ours.metric, named) is not meant:
            continue
        for each in every:
            if each.value is None or not other.fits(ours, each):
                continue
            value = other.turn(each.value)
            if np.isfinite(value):
                yield Number(other.words_for(each), value, each, other.turn)


def _numbers(
    first: Number, claim: Claim, ours: Estimate, every: list[Estimate], rows: TaskRows
) -> Iterator[Number]:
    """Yield our number, then those that go by the same name, in a fixed order."""
    yield first
    if first.unit:
        yield Number("in days", float(ours.value or 0.0), ours)
    yield from _others(claim, ours, every, rows.task, meant=True)
    known = rows.known()
    if rows.task == MASKS:
        missing = int(str(rows.given.get("without_prediction", 0))) if ours.group == "all" else 0
        found = mask_numbers(claim, ours, every, known, missing)
        yield from (Number(*each) for each in found)
    yield from _by_ways(claim, ours, rows, meant=True)


def _by_ways(claim: Claim, ours: Estimate, rows: TaskRows, *, meant: bool) -> Iterator[Number]:
    """Yield the number made in other ways, those that the claim may mean or those that it may not."""
    known = rows.known()
    for way in _ways_to(rows.task, ours.metric):
        exchanged = way.words.startswith(NAMED_OTHERWISE.get(claim.summary or "", "no way"))
        if way.meant is not meant or exchanged:
            continue
        try:
            value = way.make(known)
        except NotEstablished:
            continue
        if np.isfinite(value):
            yield Number(way.words, value, None, share=way.share)


NAMED_OTHERWISE = {"pooled": "mean over scans", "mean": MEDIAN_OVER_PATIENTS}
"""Summary that a claim names, to how the words of ways begin that have another one."""


def _ways_to(task: str, metric: str) -> tuple[OtherWay, ...]:
    """Return the other ways to compute a number, those of detection imported where they are needed."""
    if task != "detection":
        return OTHER_WAYS.get((task, metric), ())
    from checker.evidence.detection_ways import DETECTION_WAYS

    return DETECTION_WAYS.get((task, metric), ())


def _over_folds(ours: Estimate, folds: Folds | None) -> Iterator[Number]:
    """Yield mean and median over folds; of the mean there are intervals."""
    for at, (words, number) in enumerate(folds.numbers() if folds and folds.known else ()):
        mean = replace(ours, summary=MEAN_OVER_FOLDS, value=number(), interval=None)
        yield Number(words, number(), None if at else mean)


def _folds(
    of: Estimate, evaluation: Evaluation, table: TaskTable, level: float, settings: Settings
) -> Folds | None:
    """Return the metric in each fold; None where nothing names folds, or there is one alone."""
    if table.fold is None:
        return None
    codes = np.unique(table.fold.codes[table.fold.codes >= 0])
    every = [rows_behind(of, evaluation, table, level, settings, int(code)) for code in codes]
    parts = tuple(each for each in every if each.size)
    return Folds(metric=METRICS[table.task, of.metric], parts=parts) if parts[1:] else None


class Way(NamedTuple):
    """One interval of the number."""

    words: str
    limits: Limits


def interval_part(printed: PrintedLimits, ways: Iterator[Way], note: str = "") -> PartCheck:
    """Return the verdict on printed limits; the first way is ours. Without any, the note says why."""
    tried: list[Attempt] = []
    first: Limits | None = None
    for way in ways:
        first = first or way.limits
        fits = printed.fit(way.limits)
        tried.append(
            Attempt(convention=way.words, low=way.limits.low, high=way.limits.high, fits=fits)
        )
        if fits:
            ours = len(tried) == 1
            return PartCheck(
                part="interval",
                printed=printed.text,
                verdict=Verdict.REPRODUCED if ours else Verdict.OTHER_CONVENTION,
                recomputed=printed.show(first),
                convention="" if ours else way.words,
                tried=tuple(tried),
            )
    if first is None:
        because = note or "no interval is recomputed for it"
        return not_checkable("interval", printed.text, because)
    shown = printed.show(first)
    because = f"recomputed {shown} ({tried[0].convention}), printed {printed.text}: {printed.differences(first)}"
    return PartCheck(
        part="interval",
        printed=printed.text,
        verdict=Verdict.CONTRADICTED,
        recomputed=shown,
        because=because,
        tried=tuple(tried),
    )


def _with_folds(ways: Iterator[Way], of: Estimate, folds: Folds | None) -> Iterator[Way]:
    """Yield the intervals, and those of the mean over folds: first, if the number is that mean."""
    over_folds = _of_mean(folds) if folds and folds.metric.name == of.metric else iter(())
    yield from chain(over_folds, ways) if of.summary == MEAN_OVER_FOLDS else chain(ways, over_folds)


def _of_mean(folds: Folds) -> Iterator[Way]:
    for each in folds.intervals():
        try:
            yield Way(each.words, each.limits())
        except NotEstablished:
            continue


def turned(ways: Iterator[Way], turn: Callable[[float], float]) -> Iterator[Way]:
    """Yield the intervals of the number after it was turned; a turn may exchange the limits."""
    for way in ways:
        rooms = [
            tuple(sorted(map(turn, room))) for room in (way.limits.low_room, way.limits.high_room)
        ]
        ends = [turn(way.limits.low), turn(way.limits.high)]
        if ends[0] > ends[1]:
            ends, rooms = ends[::-1], rooms[::-1]
        if np.isfinite([*ends, *rooms[0], *rooms[1]]).all():
            (low, high), (first, last) = ends, rooms
            yield way._replace(limits=Limits(low, high, (first[0], first[1]), (last[0], last[1])))


def _ways(of: Estimate, rows: TaskRows) -> Iterator[Way]:
    """Yield every interval, ours first: by formula where there is one, then by resampling patients."""
    metric = METRICS[rows.task, of.metric]
    drawn = of.interval is not None and "bootstrap" in of.interval.method
    for interval in (of.interval, *of.other_intervals):
        if interval is not None and not drawn and interval.level == rows.level:
            yield Way(interval.method, exactly(interval))
    yield from _by_formula(metric, rows)
    for words, interval in reader_intervals(of, rows) if _of_several(of, rows) else ():
        yield Way(words, exactly(interval))
    if not drawn:
        yield from _other_ways(of, rows)
    found = Resamples(metric, rows)
    for words, make in (
        ("percentile bootstrap over patients", found.percentile),
        ("bootstrap standard error over patients", found.normal),
    ):
        try:
            limits = make()
        except NotEstablished:
            continue
        if np.isfinite(limits.low) and np.isfinite(limits.high):
            yield Way(words, limits)
    if drawn:
        yield from _other_ways(of, rows)
    yield from _of_independent_rows(metric, rows)


def _of_several(of: Estimate, rows: TaskRows) -> bool:
    """Return whether the number may come from an analysis of several readers."""
    return rows.task == "readers" or (rows.task == "detection" and of.reader is None)


def _other_ways(of: Estimate, rows: TaskRows) -> Iterator[Way]:
    for words, make in mask_intervals().get((rows.task, of.metric), ()):
        try:
            yield Way(words, exactly(make(rows.known(), rows.level)))
        except NotEstablished:
            continue
    for other in OTHER_INTERVALS.get((rows.task, of.metric), ()):
        try:
            yield Way(other.words, exactly(other.make(rows.known(), rows.level)))
        except NotEstablished:
            continue


def _of_independent_rows(metric: Metric, rows: TaskRows) -> Iterator[Way]:
    """Yield the interval that takes rows of one patient for different people: common, and too narrow."""
    if not rows.cases.repeated or rows.cases.together or metric.interval is None:
        return
    size = len(rows.cases)
    apart = replace(rows, cases=replace(rows.cases, patient=np.arange(size), patients=size))
    known = apart.known()
    given: dict[str, object] = {"measured": known.ask(metric.function)}
    if "each_patient" in needs(metric.interval):
        given["each_patient"] = known.inside(weight=EACH_PATIENT).ask(metric.function)
    if any(isinstance(each, Absent) for each in given.values()):
        return
    found = known.ask(metric.interval, **given)
    if not isinstance(found, Absent) and found.interval is not None:
        words = f"{found.interval.method}, rows taken as independent"
        yield Way(words, exactly(found.interval))


def _by_formula(metric: Metric, rows: TaskRows) -> Iterator[Way]:
    """Yield further intervals in common use: of a proportion of independent cases, of Cohen's kappa."""
    found: Share | Floats | Absent = rows.known().ask(metric.function)
    if isinstance(found, Share) and _of_single_cases(metric, rows):
        counts = float(found.numerator), float(found.denominator)
        for words, make in PROPORTIONS:
            yield Way(words, exactly(make(*counts, rows.level)))
    if rows.cases.repeated or metric.name != "cohen_kappa" or rows.task not in CLASSES:
        return
    table = rows.known().value("cross_table")
    if isinstance(table, np.ndarray):
        yield Way("standard error of Cohen 1960", _simple_kappa(table, rows.level))


CLASSES = ("multiclass", "ordinal")
"""Tasks whose predicted classes are counted in a cross table."""


def _of_single_cases(metric: Metric, rows: TaskRows) -> bool:
    """Return whether no patient has two cases in the denominator."""
    each = rows.known().inside(weight=EACH_PATIENT).ask(metric.function)
    return isinstance(each, Share) and float(np.max(each.denominator, initial=0.0)) <= 1


PROPORTIONS: tuple[tuple[str, Callable[[float, float, float], Interval]], ...] = (
    ("Wald", intervals.wald),
    ("Clopper-Pearson", intervals.clopper_pearson),
    ("Agresti-Coull", intervals.agresti_coull),
    ("Jeffreys", intervals.jeffreys),
)
"""Intervals of a proportion after ours."""


def _simple_kappa(table: Floats, level: float) -> Limits:
    """Return kappa with the standard error √(p (1 - p) / n) / (1 - chance) of Cohen 1960."""
    cases = float(table.sum())
    same = float(np.trace(table)) / cases
    chance = float(table.sum(axis=0) @ table.sum(axis=1)) / cases**2
    value = (same - chance) / (1 - chance)
    variance = same * (1 - same) / cases / (1 - chance) ** 2
    return exactly(intervals.around(value, variance, level))


def _counts(ours: Estimate, table: TaskTable) -> dict[str, int]:
    """Return what a number of cases may count, ours first."""
    counts = {"cases behind the number": ours.cases, "all rows": table.cases}
    if table.patient is not None:
        counts["patients"] = len(np.unique(table.patient.codes[table.patient.codes >= 0]))
    if table.task == "readers" and ours.reader is None:
        counts["readings of all readers"] = ours.cases * _readers(table)
    return counts


def _readers(table: TaskTable) -> int:
    names: Any = table.given["reader_names"]
    return len(names)


def _numerator(printed: int, ours: Estimate, rows: TaskRows, table: TaskTable) -> PartCheck:
    """Return the verdict on the numerator of a proportion; of a mean over readers, of all their readings together."""
    found: Share | Floats | Absent = rows.known().ask(METRICS[table.task, ours.metric].function)
    if isinstance(found, Share):
        counts = {"our definition": round(float(found.numerator))}
        if table.task == MASKS:
            counts |= hits_otherwise(ours.metric, rows.known())
        return counted("numerator", printed, counts)
    if ours.metric.startswith("mean_reader_") and ours.value is not None:
        together = round(ours.value * ours.cases * _readers(table))
        return counted("numerator", printed, {"readings of all readers": together})
    return not_checkable("numerator", str(printed), "it is no proportion, so it has no numerator")
