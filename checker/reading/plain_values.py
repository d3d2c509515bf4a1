"""Turns one plain value of a description into what its field asks for, or says why it does not fit."""

import datetime
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple

from annotated_types import Ge, Gt, Le

from checker.model.study.dates import Date, PartialDate
from checker.model.study.kinds import Kind
from checker.model.study.printed import NUMBER, Printed

ROLES: Mapping[str, str] = {
    "train": "training",
    "training": "training",
    "derivation": "training",
    "tune": "tuning",
    "tuning": "tuning",
    "internal": "internal_test",
    "internal_test": "internal_test",
    "external": "external_test",
    "external_test": "external_test",
    "external_validation": "external_test",
    "cv": "cross_validation",
}
"""Roles of a partition as papers call them, without the word for what it is a part of."""
UNCLEAR_ROLES = frozenset(
    ("validation", "val", "test", "testing", "holdout", "hold", "held", "out", "internal")
)
"""Words that mean tuning in one paper and testing in the next, alone and together."""
_PART = re.compile(r"_(set|cohort|group|sample|data|dataset|split|partition)$")
_RANGE = re.compile(rf"({NUMBER})\s*(%?)\s*(?:-|–|—|\bto\b)\s*({NUMBER})\s*(%?)")
_WHOLE = re.compile(r"[-+]?[0-9]{1,15}")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+([.,][0-9]*)?")
_DATE = re.compile(r"[12][0-9]{3}(-[0-9]{2}(?P<day>-[0-9]{2})?)?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE)


class Unfit(ValueError):
    """The value does not fit its field."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Understood(NamedTuple):
    """A value, and a sentence if it was written in another way than ours."""

    value: object
    note: str = ""


def nearest(word: str, candidates: Iterable[str], cutoff: float = 0.7) -> str:
    """Return ``did you mean X?`` for the nearest candidate; empty if none is near."""
    from difflib import get_close_matches

    spelled = {each.casefold(): each for each in islice(candidates, 2000)}
    found = get_close_matches(word.casefold(), spelled, n=1, cutoff=cutoff)
    return f"did you mean {spelled[found[0]]}?" if found else ""


def quoted(text: str) -> str:
    """Return the text in quotation marks, shortened to what fits on a line."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= 60 else f'"{line[:57]}..."'


def plain_value(kind: Kind, text: str) -> Understood:
    """Return the text as the field, or one item of its list, asks for it.

    Raises:
        Unfit: with what was seen, what is expected, and what to do.
    """
    match kind.item:
        case "text":
            return Understood(text)
        case "path":
            return Understood(_inside_path(text))
        case "bool":
            return Understood(_bool(text))
        case "date":
            return Understood(_date(text))
        case "enum":
            return _enum(kind, text)
        case "integer":
            return Understood(_within(kind, _integer(text), text))
    return _number(kind, text)


def is_bare_number(text: str) -> bool:
    """Return whether the text tries to be one number without a percent sign, even a wrong one."""
    return bool(
        re.fullmatch(r"[-+−]?[0-9.,·]+(?:[eE][-+]?[0-9]+)?", text) or _NOT_A_NUMBER.fullmatch(text)
    )


def _inside_path(text: str) -> str:
    stay = "paths stay inside the folder of the description; use forward slashes"
    if "\\" in text:
        raise Unfit(f"{text} has a backslash", stay)
    if re.match(r"[A-Za-z]:", text) or text.startswith(("/", "~")):
        raise Unfit(f"{text} does not begin inside the folder", stay)
    if ".." in text.split("/"):
        raise Unfit(f"{text} leaves the folder", stay)
    return text


def _bool(text: str) -> bool:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    raise Unfit(f"{quoted(text)} is neither true nor false", "write true or false")


def _date(text: str) -> Date:
    found = _DATE.fullmatch(text)
    if not found:
        hint = "write year-month-day, such as 2014-01-31; 2014-01 or 2014 if no more is printed"
        raise Unfit(f"{quoted(text)} is no date", hint)
    try:
        return datetime.date.fromisoformat(text) if found["day"] else PartialDate(text)
    except ValueError:
        kind = "day" if found["day"] else "month"
        raise Unfit(f"{text} is no {kind} of the calendar") from None


def _enum(kind: Kind, text: str) -> Understood:
    if text in kind.values:
        return Understood(text)
    folded = re.sub(r"[\s\-]+", "_", text.casefold())
    if "internal_test" in kind.values:
        part = _PART.sub("", folded)
        folded = ROLES.get(part, folded)
        if folded not in kind.values and UNCLEAR_ROLES.issuperset(part.split("_")):
            raise Unfit(
                f"{quoted(text)} means different things in different papers",
                "is it tuning (used while building), internal_test, or external_test "
                "(another institution or a later period)?",
            )
    value = {each.casefold(): each for each in kind.values}.get(folded)
    if value is None:
        known = ", ".join(kind.values)
        raise Unfit(f"{quoted(text)} is none of the values: {known}", nearest(text, kind.values))
    return Understood(value, f"{text} is read as {value}")


def _integer(text: str) -> int:
    if _WHOLE.fullmatch(text):
        _refuse_leading_zero(text)
        return int(text)
    bare = re.sub(r"(?<=[0-9])[,_ '](?=[0-9]{3}(?![0-9]))", "", text)
    if bare != text and _WHOLE.fullmatch(bare):
        raise Unfit(f"{quoted(text)} is written in groups of digits", f"write {bare}")
    raise Unfit(f"{quoted(text)} is no whole number", "write digits only, such as 1000")


def _number(kind: Kind, text: str) -> Understood:
    if _NOT_A_NUMBER.fullmatch(text):
        raise Unfit(f"{text} is not a number", "leave the field out if there is none")
    _refuse_leading_zero(text)
    try:
        printed = Printed.read(text)
    except ValueError as error:
        said = str(error) if len(text) <= 60 else f"{quoted(text)} is not a number"
        raise Unfit(said, _as_limits(kind, text) if kind.is_list else "") from None
    if kind.printed:
        return Understood(printed)
    if printed.percent:
        raise Unfit(f"{text} is written in percent", f"write {printed.number / 100:g}")
    told = any(sign in text for sign in ",·")
    note = f"{text} is read as {printed.number:g}" if told else ""
    return Understood(_within(kind, printed.number, text), note)


def _as_limits(kind: Kind, text: str) -> str:
    """Return how a range (10-50%) is written as a list; empty: the text is none."""
    found = _RANGE.fullmatch(text) if len(text) <= 60 else None
    if not found:
        return ""
    try:
        low, high = (Printed(found[at]).number for at in (1, 3))
    except ValueError:
        return ""
    is_fraction = any(isinstance(bound, Le) for bound in kind.bounds)
    share = 100 if found[2] or found[4] or (is_fraction and high > 1) else 1
    return f"write [{low / share:g}, {high / share:g}]"


def _refuse_leading_zero(text: str) -> None:
    if _LEADING_ZERO.fullmatch(text):
        bare = re.sub(r"^([-+]?)0+(?=[0-9])", r"\1", text)
        raise Unfit(f"{text} begins with a zero, but a number is asked", f"write {bare}")


def _within(kind: Kind, value: float, text: str) -> float:
    if all(_is_within(bound, value) for bound in kind.bounds):
        return value
    is_fraction = any(isinstance(bound, Le) for bound in kind.bounds)
    hint = f"{value:g} % is written {value / 100:g}" if is_fraction and 1 < value <= 100 else ""
    expected = " and ".join(_in_words(bound) for bound in kind.bounds)
    raise Unfit(f"{text} is out of range: expected {expected}", hint)


def _is_within(bound: Ge | Gt | Le, value: float) -> bool:
    limit: Any = _limit(bound)
    if isinstance(bound, Le):
        return bool(value <= limit)
    return bool(value >= limit if isinstance(bound, Ge) else value > limit)


def _in_words(bound: Ge | Gt | Le) -> str:
    words = {Ge: "at least", Gt: "more than", Le: "at most"}
    return f"{words[type(bound)]} {_limit(bound)}"


def _limit(bound: Ge | Gt | Le) -> object:
    match bound:
        case Ge():
            return bound.ge
        case Gt():
            return bound.gt
    return bound.le
