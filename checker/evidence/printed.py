"""Printed numbers against recomputed ones: what the printed digits allow, and how a difference is said."""

import re
from typing import Literal, NamedTuple

from checker.model.sentences import LEAST_P, p_value
from checker.model.study import Printed
from checker.needs import NotEstablished

HAIR = 1e-9
"""Relative error of floating-point arithmetic and of iterative fits that rounding forgives."""

Relation = Literal["=", "<", ">"]

_NOT_SIGNIFICANT = re.compile(r"(n\.?\s?s\.?|not significant|non-?significant)", re.IGNORECASE)
_P_VALUE = re.compile(
    r"(?:p(?:[- ]?value)?s?)?\s*(?P<relation>[<>=≤≥≈~]|<=|>=)?\s*(?P<number>\d*[.,·]?\d+(?:e-?\d+)?)",
    re.IGNORECASE,
)
_POWER_OF_TEN = re.compile(r"\s*[×x*]\s*10\s*\^?\s*[-−–]\s*(\d+)$")


class AsPrinted(NamedTuple):
    """A printed number on the scale of its metric: 88.4 % is 0.884, printed to units of 0.001."""

    text: str
    """As printed, with its percent sign."""
    value: float
    unit: float
    """One unit of the last printed digit."""
    decimals: int
    """Printed ones: 1 for 88.4 %."""
    percent: bool

    @property
    def half(self) -> float:
        """Return how far off a number that rounds to this one may be: half a unit and a hair."""
        return self.unit / 2 + HAIR * max(abs(self.value), self.unit)

    def agrees(self, number: float) -> bool:
        """Return whether the number rounds to the printed one; at exactly half a unit both neighbours agree."""
        return bool(abs(number - self.value) <= self.half)

    def overlaps(self, low: float, high: float) -> bool:
        """Return whether some number between these two rounds to the printed one."""
        return bool(low - self.half <= self.value <= high + self.half)

    def is_cut(self, number: float) -> bool:
        """Return whether the number, cut after the printed digits instead of rounded, is the printed one."""
        beyond = number - self.value if number >= 0 else self.value - number
        hair = HAIR * max(abs(self.value), self.unit)
        return -hair <= beyond < self.unit - hair

    def show(self, number: float) -> str:
        """Return the number at the printed digits."""
        if self.agrees(number):
            return self.text
        scaled = 100 * number if self.percent else number
        return f"{scaled:z.{self.decimals}f}{' %' if self.percent else ''}"

    def difference(self, number: float) -> str:
        """Return by how much the number, at the printed digits, differs from the printed one."""
        scale = 100 if self.percent else 1
        off = abs(round(scale * number, self.decimals) - scale * self.value)
        shown = f"{off:.{self.decimals}f}"
        if not self.percent:
            return shown
        return f"{shown} percentage point{'' if shown == '1' else 's'}"


def as_printed(printed: Printed, *, percent: bool = False) -> AsPrinted:
    """Return the printed number on the scale of its metric.

    Args:
        printed: the digits.
        percent: whether it is printed in percent.
    """
    scale = 100 if percent else 1
    return AsPrinted(
        text=f"{printed.text} %" if percent else printed.text,
        value=printed.number / scale,
        unit=10.0**-printed.decimals / scale,
        decimals=printed.decimals,
        percent=percent,
    )


class PrintedP(NamedTuple):
    """A p value as printed: ``<0.001``, ``p = .03``, ``n.s.``."""

    relation: Relation
    number: AsPrinted

    def agrees(self, p: float) -> bool:
        """Return whether the p value is as printed."""
        return self.overlaps(p, p)

    def overlaps(self, low: float, high: float) -> bool:
        """Return whether some p value between these two is as printed."""
        hair = HAIR * self.number.value
        match self.relation:
            case "=":
                return self.number.overlaps(low, high)
            case "<":
                return bool(low <= self.number.value + hair)
            case ">":
                return bool(high >= self.number.value - hair)

    def show(self, p: float) -> str:
        """Return the p value at the printed digits, or as usual where those would hide it.

        Below 0.001 all its digits are shown only where the printed one lies there too.
        """
        if self.relation == "=" and (p >= self.number.unit or self.agrees(p)):
            return self.number.show(p)
        if p < LEAST_P <= self.number.value:
            return p_value(p)
        return f"{p:.2g}" if p else "<1e-300"


def printed_p(text: str) -> PrintedP:
    """Return the p value that this text prints; ``n.s.`` is read as above 0.05.

    Raises:
        NotEstablished: it cannot be read as a p value.
    """
    bare = _POWER_OF_TEN.sub(r"e-\1", text.strip())
    if _NOT_SIGNIFICANT.fullmatch(bare):
        return PrintedP(">", as_printed(Printed("0.05")))
    found = _P_VALUE.fullmatch(bare)
    if not found:
        raise NotEstablished(f'"{text}" cannot be read as a p value')
    number = as_printed(Printed(found["number"]))
    if number.value > 1:
        raise NotEstablished(f'"{text}" is no p value: it is larger than 1')
    relations: dict[str | None, Relation] = {
        "<": "<",
        "≤": "<",
        "<=": "<",
        ">": ">",
        "≥": ">",
        ">=": ">",
    }
    return PrintedP(relations.get(found["relation"], "="), number)
