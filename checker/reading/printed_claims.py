"""Reads a result as papers print it, ``88.4 % (84.0-92.1)``, into value, limits, level, counts, percent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields

from checker.model.study.printed import NUMBER, Printed

LONGEST = 100
"""A printed result is a line; what is longer is a text in the wrong field."""
_BETWEEN = r"(?:-|–|—|−|\bto\b|,|;|\band\b)"
_LEVEL = r"(?:(?P<level>[0-9]{2}(?:\.[0-9])?)\s*(?P<sign>%)?[\s-]*)?(?:CI|confidence\s+interval)\s*[:,=]?"
_LIMITS = rf"(?P<low>{NUMBER})\s*%?\s*{_BETWEEN}\s*(?P<high>{NUMBER})\s*%?"
_BRACKETED = rf"[(\[]\s*(?:{_LEVEL})?\s*{_LIMITS}\s*[)\]]"
_INTERVALS = (rf"[,;]?\s*{_BRACKETED}", rf"[,;]?\s*{_LEVEL}\s*{_LIMITS}")
_COUNTS = r"(?P<numerator>[0-9]{1,9})\s*(?:/|\bof\b)\s*(?P<cases>[0-9]{1,9})"
_COUNTED = rf"[,;]?\s*[(\[]\s*{_COUNTS}\s*[)\]]"
_RESULT = [
    re.compile(rf"(?P<value>{NUMBER})\s*%?\s*{rest}\s*%?", re.IGNORECASE)
    for rest in (
        "",
        *_INTERVALS,
        _COUNTED,
        *(rf"{_COUNTED}\s*{each}" for each in _INTERVALS),
        rf"{_INTERVALS[0]}\s*%?\s*{_COUNTED}",
        rf"[(\[]\s*{_COUNTS}\s*[,;]\s*(?:{_LEVEL})?\s*{_LIMITS}\s*[)\]]",
        rf"(?:±|\+/-|\+-)\s*(?P<spread>{NUMBER})",
        rf"[(\[]\s*(?:SD|s\.d\.)\s*[:,=]?\s*(?P<spread>{NUMBER})\s*%?\s*[)\]]",
    )
] + [
    re.compile(
        rf"{_COUNTS}\s*[,;]?\s*[(\[]\s*(?P<value>{NUMBER})\s*%?\s*{rest}\s*[)\]]", re.IGNORECASE
    )
    for rest in ("", rf"[,;]\s*(?:{_LEVEL})?\s*{_LIMITS}")
]
_RATIO = re.compile(r"[0-9]+\s*(?:/|\bof\b)\s*[0-9]+.*")


@dataclass(frozen=True, slots=True)
class PrintedResult:
    """What one printed result says."""

    value: Printed
    low: Printed | None = None
    high: Printed | None = None
    level: float | None = None
    """Of the interval, as a fraction."""
    numerator: int | None = None
    cases: int | None = None
    standard_deviation: Printed | None = None
    """What follows ±: a standard deviation, a standard error or half an interval; papers rarely say which."""

    def parts(self) -> Iterator[tuple[str, Printed | float]]:
        """Return what was printed, under the names of a claim's fields."""
        for each in fields(self):
            if (part := getattr(self, each.name)) is not None:
                yield each.name, part

    def __str__(self) -> str:
        """Return what we understood."""
        said = [f"{name} {getattr(part, 'text', part)}" for name, part in self.parts()]
        return ", ".join([*said, "in percent"] if self.value.percent else said)


def read_result(text: str) -> PrintedResult:
    """Return the parts of a printed result; a percent sign on any number holds for all of them.

    Raises:
        ValueError: it cannot be read so; the sentence asks for what is unclear.
    """
    line = " ".join(text.split())
    forms = _RESULT if len(line) <= LONGEST else []
    found = next(filter(None, (form.fullmatch(line) for form in forms)), None)
    if not found:
        raise ValueError(_question(line))
    level, low, high, sign = map(found.groupdict().get, ("level", "low", "high", "sign"))
    numerator, cases, spread = map(found.groupdict().get, ("numerator", "cases", "spread"))
    percent = line.count("%") > bool(sign)  # the sign in 95% CI is no sign of the value
    return PrintedResult(
        value=Printed(found["value"], percent),
        low=Printed(low, percent) if low else None,
        high=Printed(high, percent) if high else None,
        level=float(level) / 100 if level else None,
        numerator=int(numerator) if numerator else None,
        cases=int(cases) if cases else None,
        standard_deviation=Printed(spread, percent) if spread else None,
    )


def _question(text: str) -> str:
    if _RATIO.fullmatch(text):
        return f'"{text}" is a ratio; write its parts as numerator and cases, and the value'
    text = text if len(text) <= LONGEST else f"{text[:57]}..."
    return f'"{text}" is not a number as papers print it, such as 0.91 or "0.91 (0.86-0.95)"'
