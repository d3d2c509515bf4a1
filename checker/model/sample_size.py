"""How many patients are needed, by which criteria, and which of them decides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One demand and the number of patients that meets it."""

    name: str
    patients: int
    demand: str
    """What is asked, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSize:
    """The criteria of a calculation and the one that asks for most patients."""

    criteria: tuple[Criterion, ...]
    patients: int
    binding: str
    """Name of the criterion that decides; the first of several."""
    events: int | None
    """Patients with the outcome among them, rounded up; None without such an outcome."""
    events_per_parameter: float | None
    """None where no model is built."""
    sentence: str

    def one(self, name: str) -> Criterion:
        """Return the criterion of that name.

        Raises:
            KeyError: there is none.
        """
        return {each.name: each for each in self.criteria}[name]
