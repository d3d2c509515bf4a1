"""What the sections of the description are written with: base class, marks, shared types."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Described(BaseModel):
    """A group of facts. None: the description is silent; false, 0 and () are values.

    The docstring below a field is its meaning; `kinds.meanings` reads it when somebody asks
    (pydantic would read all of them at every start, which doubles the time of import).
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        allow_inf_nan=False,
    )


class When:
    """The fact is asked only if another fact has one of these values; several must all hold."""

    __slots__ = ("fact", "values")

    def __init__(self, fact: str, *values: str | bool) -> None:
        self.fact = fact
        self.values = values


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a number."""

    name: str


class Negative:
    """Values that state an absence: a guideline may accept them as reported."""

    __slots__ = ("values",)

    def __init__(self, *values: str) -> None:
        self.values = values


@dataclass(frozen=True, slots=True)
class Inside:
    """The text names a file or folder inside the submission, or ``NAME:`` and one inside a folder opened besides."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the JSON Schema: no drive letter, no backslash, no way out of the folder."""
        inside = r"^(?![/~])([A-Za-z0-9_-]{2,}:(?!/))?(?!(.*/)?\.\.(/|$))[^\\:]+$"
        return {"type": "string", "pattern": inside}


Texts = tuple[str, ...]
Count = Annotated[int, Ge(0)]
Positive = Annotated[float, Gt(0)]
NotNegative = Annotated[float, Ge(0)]
Fraction = Annotated[float, Ge(0), Le(1), Unit("fraction 0-1")]
InsidePath = Annotated[str, Inside()]

Role = Literal["training", "tuning", "internal_test", "external_test", "cross_validation"]
Setting = Literal[
    "primary_care",
    "community_hospital",
    "academic_hospital",
    "rural_site",
    "emergency",
    "screening",
    "population",
]
Moment = Literal[
    "screening",
    "presentation",
    "at_imaging",
    "before_biopsy",
    "before_treatment",
    "during_treatment",
    "after_treatment",
    "follow_up",
]
"""In order of time."""
FittedOn = Literal["training", "within_fold", "all_data", "not_fitted"]
SampleSizeBasis = Literal[
    "all_available",
    "rule_of_thumb",
    "riley_criteria",
    "learning_curve",
    "precision",
    "power",
    "none",
]
