"""How many patients are needed: as text and as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from checker.render import digits
from checker.render.layout import Cell, Screen
from checker.render.metrics_text import FORMAT
from checker.render.to_json import plain
from checker.visible import to_json_text

TITLES = {
    "development": "To build the model",
    "evaluation": "To test the model",
    "accuracy": "To measure sensitivity and specificity",
}


class Demand(Protocol):
    """One demand and the number of patients that meets it."""

    @property
    def name(self) -> str:
        """Return its name."""

    @property
    def patients(self) -> int:
        """Return the patients."""

    @property
    def demand(self) -> str:
        """Return what is asked, in words."""


class Needed(Protocol):
    """The demands of a calculation and the one that asks for most patients."""

    @property
    def criteria(self) -> Sequence[Demand]:
        """Return every demand."""

    @property
    def patients(self) -> int:
        """Return the patients that meet all."""

    @property
    def binding(self) -> str:
        """Return the name of the demand that decides."""

    @property
    def events(self) -> int | None:
        """Return the patients with the outcome among them."""

    @property
    def events_per_parameter(self) -> float | None:
        """Return the events for each parameter."""

    @property
    def sentence(self) -> str:
        """Return the result in words."""


Answers = Sequence[tuple[str, str, Needed]]
"""Purpose, kind of outcome, and what is needed."""


def sample_size_text(
    answers: Answers, *, width: int = 80, colour: bool = False, unicode: bool = True
) -> str:
    """Return each calculation as a sentence and a table of its demands; what decides is said."""
    screen = Screen(width=width, colour=colour, unicode=unicode)
    lines: list[str] = []
    for purpose, kind, found in answers:
        lines += screen.heading(f"{TITLES[purpose]} ({kind} outcome)")
        lines += screen.paragraph(found.sentence, tone="strong")
        heads = (Cell("Demand"), Cell("Patients", right=True), Cell("Name"))
        rows = [
            (
                Cell(each.demand[:1].upper() + each.demand[1:]),
                Cell(digits.count(each.patients), right=True),
                Cell(f"{each.name}{' (decides)' if each.name == found.binding else ''}"),
            )
            for each in found.criteria
        ]
        lines += screen.table(heads, rows)
    return "\n".join(lines) + "\n"


def sample_size_json(answers: Answers, inputs: Mapping[str, float | int]) -> str:
    """Return the calculations as indented JSON with a newline at the end."""
    made = {
        "format": FORMAT,
        "task": "sample-size",
        "inputs": dict(inputs),
        "calculations": [_json(*each) for each in answers],
    }
    return to_json_text(plain(made, "sample-size"))


def _json(purpose: str, kind: str, found: Needed) -> dict[str, Any]:
    return {
        "purpose": purpose,
        "outcome": kind,
        "patients": found.patients,
        "events": found.events,
        "events_per_parameter": found.events_per_parameter,
        "binding": found.binding,
        "sentence": found.sentence,
        "criteria": [
            {"name": each.name, "patients": each.patients, "demand": each.demand}
            for each in found.criteria
        ],
    }
