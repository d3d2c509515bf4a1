"""A date as the paper prints it: a day, or no more than a month or a year."""

import datetime
import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

_PART = r"[12]\d{3}(-(0[1-9]|1[0-2]))?"


@dataclass(frozen=True)
class PartialDate:
    """A month (``2014-03``) or a year (``2014``)."""

    text: str
    """As printed."""

    def __post_init__(self) -> None:
        """Refuse what is neither.

        Raises:
            ValueError: the sentence says what was seen.

        """
        if not re.fullmatch(_PART, self.text):
            raise ValueError(f'"{self.text}" is neither a year nor a year and a month')

    def __str__(self) -> str:
        """Return it as printed."""
        return self.text

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return how it is validated (itself or its text) and serialised (its text)."""
        return core_schema.no_info_plain_validator_function(
            _to_partial, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the JSON Schema; a year without quotation marks is a number for editors."""
        return {
            "type": ["string", "integer"],
            "pattern": f"^{_PART}$",
            "minimum": 1000,
            "maximum": 2999,
        }


Date = datetime.date | PartialDate


def is_later(first: Date, last: Date) -> bool:
    """Return whether the first is later, as far as both are printed: 2014-03-01 is not later than 2014."""
    texts = str(first), str(last)
    shown = min(map(len, texts))
    return texts[0][:shown] > texts[1][:shown]


def _to_partial(value: object) -> PartialDate:
    if isinstance(value, PartialDate):
        return value
    if isinstance(value, str):
        return PartialDate(value)
    raise ValueError("expected a year, or a year and a month")
