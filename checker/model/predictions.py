"""What was submitted for one evaluation: its rows, under our names and as numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int64]
else:
    Floats = Codes = Any


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """A column of names as codes: `codes` index `names`; -1 where the cell is empty."""

    codes: Codes
    """Shape (cases,)."""
    names: tuple[str, ...]
    """Distinct names, sorted (folds: 2 before 10)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predictions:
    """The rows of one evaluation. Every array has shape (cases,) and the order of the file.

    A missing value is -1 in outcomes and codes and NaN in numbers; nothing else is ever NaN.
    """

    file: str
    """As written in the description."""
    sha256: str
    cases: int
    outcome: Codes
    """1: has the outcome, 0: has not, -1: missing."""
    score: Floats
    """Larger means more of the outcome (already turned if `lower_is_positive`)."""
    lower_is_positive: bool = False
    """The score was turned: what is stored is minus what was submitted."""
    case: Labels | None = None
    patient: Labels | None = None
    """None: no patient column, so rows are taken as patients."""
    fold: Labels | None = None
    """Whose model scored the row while it was left out; None: nothing names folds."""
    groups: Mapping[str, Labels] = field(default_factory=dict)
    """By column; in the order of the description."""
    compared: Mapping[str, Floats] = field(default_factory=dict)
    """Further scores, by column, turned like the score."""
    everything: Mapping[str, Codes] = field(default_factory=dict)
    """Every column of the file as codes of its texts, the same in every file, -1 where empty; to find copies."""
    other: Mapping[str, Labels] = field(default_factory=dict)
    """Further columns that the description names (centre, date ...), as text."""
    spelling: tuple[str, str] = ("", "")
    """The outcome's two values as printed in the file: without, with."""
    decimals: int | None = None
    """Largest number of decimals that any printed score has; None where numbers were stored, not printed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TaskTable:
    """The rows of one evaluation of another task than binary classification, as the metrics of the task name them."""

    task: str
    file: str
    """As written in the description."""
    sha256: str
    cases: int
    """Rows."""
    columns: Mapping[str, Any]
    """By our name: each array has one row per row of the file, in its order (per subject, see `unit`)."""
    given: Mapping[str, object] = field(default_factory=dict)
    """What else metrics of the task name: the classes, the horizons ..."""
    places: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    """Values of each facet at which metrics are taken: label, horizon, reader ..."""
    case: Labels | None = None
    patient: Labels | None = None
    fold: Labels | None = None
    """As in `Predictions`."""
    groups: Mapping[str, Labels] = field(default_factory=dict)
    compared: Mapping[str, Floats] = field(default_factory=dict)
    """Further scores, by column, turned like the score."""
    alone: Mapping[str, "TaskTable"] = field(default_factory=dict)
    """Of those that have cases which the rows do not have: all of their own."""
    everything: Mapping[str, Codes] = field(default_factory=dict)
    """As in `Predictions`."""
    unit: str = "row"
    """What one row of the columns is: where the file has a row for each reading, the subject or pair of them."""
    notes: tuple[str, ...] = ()
    """What was read or chosen otherwise than written."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseTable:
    """The table of the cases of a partition, scored or not."""

    file: str
    sha256: str
    rows: int
    case: tuple[str, ...] | None
    """Id of the case per row, empty text where missing; None: no such column."""
    patient: tuple[str, ...] | None
    everything: Mapping[str, Codes] = field(default_factory=dict)
