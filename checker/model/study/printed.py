"""A number as the paper prints it: its digits are part of what is claimed."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

NUMBER = r"[-+−]?(?:[0-9]+(?:[.,·][0-9]+)?|[.·][0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
"""A printed number: decimal point, comma or raised dot; hyphen or minus sign."""
_NUMBER = re.compile(NUMBER)
_GROUPED = re.compile(r"[-+−]?[1-9][0-9]{0,2},[0-9]{3}")


@dataclass(frozen=True)
class Printed:
    """A number with the digits printed: ``0.850`` differs from ``0.85``."""

    text: str
    """As printed, without a percent sign."""
    percent: bool = False
    """A percent sign was seen beside it. The number is not divided: 88.4 % has the number 88.4."""

    def __post_init__(self) -> None:
        """Refuse what is no number.

        Raises:
            ValueError: the sentence says what was seen and what is expected.

        """
        if not _NUMBER.fullmatch(self.text):
            raise ValueError(f'"{self.text}" is not a number')
        if _GROUPED.fullmatch(self.text):
            plain, point = self.text.replace(",", ""), self.text.replace(",", ".")
            raise ValueError(f'"{self.text}" can be read in two ways; write {plain} or {point}')
        if self.number in (float("inf"), float("-inf")):
            raise ValueError(f'"{self.text}" is too large for a number')

    @classmethod
    def read(cls, text: str) -> "Printed":
        """Return the number that this text prints, with or without a percent sign.

        Raises:
            ValueError: it is no number, or can be read in two ways (1,234).

        """
        bare = text.strip().removesuffix("%").rstrip()
        return cls(bare, percent=bare != text.strip())

    @cached_property
    def number(self) -> float:
        """The value of the digits."""
        return float(re.sub("[,·]", ".", self.text.replace("−", "-")))

    @cached_property
    def decimals(self) -> int:
        """How many decimals are printed; a power of ten moves the point (1.5e-3 has four)."""
        mantissa, _, power = self.text.lower().partition("e")
        after = len(re.split("[.,·]", mantissa)[1]) if re.search("[.,·]", mantissa) else 0
        return max(0, after - int(power or 0))

    def __str__(self) -> str:
        """Return it as printed, with the percent sign if there was one."""
        return f"{self.text} %" if self.percent else self.text

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return how it is validated (itself, a text or a number) and serialised (its text)."""
        from_text = core_schema.no_info_plain_validator_function(_to_printed)
        return core_schema.json_or_python_schema(
            json_schema=from_text,
            python_schema=from_text,
            serialization=core_schema.to_string_ser_schema(),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the JSON Schema: a number, or a text where its digits or its interval matter."""
        return {"type": ["number", "string"]}


def _to_printed(value: object) -> Printed:
    if isinstance(value, Printed):
        return value
    if isinstance(value, str):
        return Printed.read(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Printed(repr(value))
    raise ValueError("expected a number as printed")
