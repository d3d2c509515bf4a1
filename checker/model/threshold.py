"""The numbers that rules compare with: each has a unit, a reason and a source."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One number that a rule compares with."""

    name: str
    value: float
    unit: str
    why: str
    source: str
    """A key of sources.yaml, or ``ours``."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All of them, by name."""

    values: Mapping[str, Threshold]

    def __getitem__(self, name: str) -> float:
        """Return the value of the threshold of that name."""
        return self.values[name].value
