"""The masks and maps that a study names: measured for each of its evaluations and explanations."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from checker.cases.algorithms import compared
from checker.cases.every_case import Measured, Running
from checker.cases.every_map import explain
from checker.cases.one_case import Masks
from checker.cases.one_map import Maps, Repeat
from checker.cases.people import People
from checker.errors import BadSubmission, Problem
from checker.metrics.map_measures import Top
from checker.model.measures import DISTANCES
from checker.model.predictions import TaskTable
from checker.model.study import Study
from checker.model.study.evaluations import Segmentation
from checker.reading.map_places import MapPlaces
from checker.reading.mask_places import MaskPlaces


class OfStudy(NamedTuple):
    """What was measured for the evaluations of a study."""

    tables: Mapping[str, TaskTable]
    """By the name of the evaluation."""
    files: Mapping[str, str]
    problems: tuple[Problem, ...]
    """Cases that could not be read; the others were."""


def measured_masks(
    study: Study, places: Mapping[str, MaskPlaces], running: Running | None = None
) -> OfStudy:
    """Return the measures of the masks of every evaluation that names folders of them.

    Args:
        study: the description.
        places: by the name of the evaluation: where its masks lie.
        running: how the work is done.

    Raises:
        BadSubmission: an evaluation has no case that could be measured; every problem of all of them.
    """
    tables: dict[str, TaskTable] = {}
    files: dict[str, str] = {}
    wrong: list[Problem] = []
    broken: list[Problem] = []
    for evaluation in study.evaluations or ():
        if evaluation.name not in places or not isinstance(evaluation, Segmentation):
            continue
        try:
            found = _measured(evaluation, places[evaluation.name], running)
        except BadSubmission as bad:
            wrong += bad.problems
            continue
        tables[evaluation.name] = found.table
        files |= found.files
        broken += found.broken
    if wrong:
        raise BadSubmission(wrong)
    return OfStudy(tables, files, tuple(broken))


def _measured(evaluation: Segmentation, where: MaskPlaces, running: Running | None) -> Measured:
    claims = evaluation.claims or ()
    asked = Masks(
        reference=where.reference.path,
        prediction=where.prediction.path,
        reference_name=where.reference.name,
        prediction_name=where.prediction.name,
        inside=where.inside,
        structures=where.structures,
        tolerances_mm=_tolerances(evaluation),
        spacing_mm=evaluation.spacing_mm,
        cutoff=evaluation.operating_point.threshold,
        vessels=_claimed(evaluation, "centreline_"),
        lesions=_claimed(evaluation, "lesion_", "panoptic_", "false_positives"),
        thorough=any(claim.metric in DISTANCES for claim in claims),
    )
    people = where.people and People(
        table=where.people.table,
        case=where.people.case,
        patient=where.people.patient,
        groups=where.people.groups,
    )
    others = {each.name: each.path for each in where.others}
    found = compared(asked, others, people, running)
    return found._replace(table=replace(found.table, file=where.prediction.name))


def _tolerances(evaluation: Segmentation) -> tuple[float, ...]:
    """Return the tolerances that are described, and those at which a claim has its surface Dice."""
    claimed = (
        claim.at
        for claim in evaluation.claims or ()
        if claim.metric == "surface_dice" and claim.at is not None and claim.at > 0
    )
    return tuple(sorted({*(evaluation.tolerances_mm or ()), *claimed}))


def _claimed(evaluation: Segmentation, *beginnings: str) -> frozenset[str]:
    """Return the structures of which a claim is about vessels, or lesions; all of them where it names none."""
    names = frozenset(evaluation.structures or ())
    found: set[str] = set()
    for claim in evaluation.claims or ():
        if claim.metric.startswith(beginnings):
            parts = {_plain(each) for each in (claim.of or "").replace(";", ",").split(",")}
            found |= {each for each in names if _plain(each) in parts} or names
    return frozenset(found)


def _plain(name: str) -> str:
    return "".join(name.replace("_", " ").split()).casefold()


def measured_maps(places: Mapping[str, MapPlaces], running: Running | None = None) -> OfStudy:
    """Return the measures of the maps of every explanation that names them and their regions.

    Args:
        places: by the name of the explanation: where its maps lie, and what is expected of them.
        running: how the work is done.

    Raises:
        BadSubmission: an explanation has no map that could be measured; every problem of all of them.
    """
    tables: dict[str, TaskTable] = {}
    files: dict[str, str] = {}
    wrong: list[Problem] = []
    broken: list[Problem] = []
    for name, where in places.items():
        try:
            found = explain(_maps(where), where.cases, running)
        except BadSubmission as bad:
            wrong += bad.problems
            continue
        tables[name] = found.table
        files |= found.files
        broken += found.broken
    if wrong:
        raise BadSubmission(wrong)
    return OfStudy(tables, files, tuple(broken))


def _maps(where: MapPlaces) -> Maps:
    return Maps(
        maps=where.maps.path,
        regions=where.regions.path,
        maps_name=where.maps.name,
        regions_name=where.regions.name,
        inside=where.inside,
        labels=where.labels,
        expected=where.expected,
        top=Top(threshold=where.threshold, share=where.top_share),
        within=where.search_region,
        absolute=where.absolute,
        repeats=tuple(Repeat(each.name, each.path) for each in where.repeats),
    )
