"""Folders of masks or maps to one row for each case: volumes are read one at a time, and a small table is left."""

from checker.cases.algorithms import compared
from checker.cases.every_case import Measured, Running, apart, measure
from checker.cases.every_map import explain
from checker.cases.of_study import measured_maps, measured_masks
from checker.cases.one_case import Masks
from checker.cases.one_map import Maps, Repeat
from checker.cases.people import People
from checker.cases.per_case import per_case

__all__ = [
    "Maps",
    "Masks",
    "Measured",
    "People",
    "Repeat",
    "Running",
    "apart",
    "compared",
    "explain",
    "measure",
    "measured_maps",
    "measured_masks",
    "per_case",
]
