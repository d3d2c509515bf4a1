"""A reporting guideline as data: its rows, the facts each asks for, and when it is used."""

import re
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

T = TypeVar("T")
_LETTERS = re.compile(r"[^\W_]")
Some = Annotated[tuple[T, ...], Field(min_length=1)]
"""A list that cannot be empty."""
Part = Literal["development", "evaluation"]


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


Accepted = Annotated[tuple[str | bool, ...], BeforeValidator(_listed)]
"""Values one of which a fact must have; one plain value is a list of one."""
Condition = dict[str, Accepted]
"""Facts to the values they must have. It holds if every one does; no operators."""


class Shape(BaseModel):
    """Something read from a guideline file: frozen, and with no keys but its own."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, use_attribute_docstrings=True
    )


class Reference(Shape):
    """Something the catalog was taken from."""

    ref: str
    """Citation, or what it is in words."""


class Verification(Shape):
    """What was compared with what before the catalog was trusted."""

    status: str
    what: str
    not_verified: str | None = None


class Item(Shape):
    """One row of a guideline: what is asked, and the facts of study.yaml that answer it."""

    id: Annotated[str, Field(pattern=r"^\S+$")]
    """The official number, always in quotation marks."""
    section: str
    """The part of the paper (official)."""
    topic: str
    applies: Some[Part]
    """Studies it is asked of: development, evaluation or both."""
    requirement: str
    """What is asked, in a sentence of our own; official wording is not copied."""
    condition: str = ""
    """In words, when the item is asked at all; `when` is the same as data."""
    when: Condition = {}
    """The item is asked unless this is known to be false."""
    evidence: Some[str]
    """Facts that answer it. All described: reported; some: partly."""
    checkable: Literal["declared", "structured", "recomputed"]
    """Only a person can answer; facts can be compared with each other; numbers are recomputed."""
    recompute: tuple[str, ...] = ()
    """Metrics and evidence that are shown beside it."""
    recompute_note: str = ""
    rules: tuple[str, ...] = ()
    """Rules whose findings are shown beside it."""
    explicit_negative_ok: bool = False
    """A stated absence (not registered, no protocol) completes it."""
    fairness: bool = False
    """It has a sociodemographic part, and is complete only if that part is answered too."""
    delegates_to: str = ""
    """The guideline that answers it."""
    label: Literal["", "new", "modified", "unchanged", "ai_specific", "generic"] = ""
    """The official mark: of STARD-AI against STARD 2015, of DECIDE-AI."""
    essential: bool = True
    """False: a reader may want it, and its absence is no gap (CLEAR)."""
    in_short_version: bool = True
    """It is part of the short version of the list (CLEAR-S), if there is one."""


class Guideline(Shape):
    """A published guideline: where it comes from, and its rows in the official order."""

    id: Annotated[str, Field(pattern="^[a-z0-9_]+$")]
    """``name_year``, as its file is called; items are named ``id/item`` everywhere."""
    title: str
    kind: Literal["reporting", "quality_score"]
    version: str
    """Edition."""
    year: int
    doi: tuple[str, ...]
    """The main paper first."""
    licence: str
    """Of the publication."""
    applies_to: dict[str, tuple[str, ...]] = {}
    """Kinds of study, in words for people."""
    when_to_use: str
    notes: tuple[str, ...] = ()
    sources: tuple[Reference, ...] = ()
    verified: Verification
    counts: dict[str, int] = {}
    """What the publication says it has (rows, main items), so that a slip is seen."""
    items: Some[Item]

    def beside(self, rule: str) -> tuple[str, ...]:
        """Return the items beside which findings of the rule are shown, as ``guideline/item``."""
        return tuple(f"{self.id}/{item.id}" for item in self.items if rule in item.rules)


class IndexEntry(Shape):
    """When a guideline that ships is used."""

    id: str
    file: str
    """Beside the index."""
    kind: Literal["reporting", "quality_score"] = "reporting"
    """As in the guideline itself."""
    when_to_use: str
    """As in the guideline itself."""
    when: Condition = {}
    """The same as data."""
    by_default: bool
    """Used where the description names no guidelines, `when` is not known to be false, and something
    of it is described."""
    assumed: bool = False
    """Used by default also where nothing of `when` is described yet."""


class Index(Shape):
    """All guidelines that ship, in the order of the report."""

    id: Literal["index"]
    title: str
    notes: tuple[str, ...] = ()
    catalogs: tuple[IndexEntry, ...]


def is_named(guideline: str, name: str) -> bool:
    """Return whether a person means this guideline: ``tripod_ai_2024``, ``TRIPOD+AI``, ``TRIPOD+AI 2024``."""
    wanted, own = _letters(name), _letters(guideline)
    return bool(wanted) and wanted in (own, own.rstrip("0123456789"))


def _letters(name: str) -> str:
    return "".join(_LETTERS.findall(name.casefold()))
