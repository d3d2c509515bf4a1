"""Item ids as forms print them (``12 a``, ``12(a)``, ``Item 12a``, ``a`` below ``12``) and the ids they mean."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"^(?:(?:items?|no|nr|number)[.:#]*)+(?=\d|[ivx]+$)")
_JOINED = re.compile(r"(?<=\d)[.\-–—/_](?=[a-z]$)")
_SEVERAL = re.compile(r"[,;/&+\n]|\band\b")
_RANGE = re.compile(r"^(\d+)([a-z])[-–—](?:\1)?([a-z])$")
_NUMBER = re.compile(r"^\d{1,3}$")
_LETTER = re.compile(r"^[a-z]$")
_LEADING = re.compile(
    r"^\s*(?:item\s*)?(\d{1,3}(?:[a-z]|\s?\([a-z]\))?)(?:[.:)\]]|\s*[-–—]\s|\s)\s*\S", re.I
)
_FIRST_LETTER = re.compile(r"^\s*(?:\(([a-z])\)|([a-z])[.):])\s*\S", re.I)
EDGES = ".,:;*†‡§¶#°-–—"
"""Signs around an id that are not part of it."""


def canonical(text: str) -> str:
    """Return an id without what forms print around and inside it: ``Item 12 (a).`` is ``12a``."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(sign for sign in folded if not _is_noise(sign)).strip(EDGES)
    bare = _WORD.sub("", bare).strip(EDGES)
    return _JOINED.sub("", bare)


def _is_noise(sign: str) -> bool:
    return sign.isspace() or sign in "()[]{}" or unicodedata.category(sign) == "Cf"


@dataclass(frozen=True, slots=True)
class Known:
    """The items of a guideline by their canonical ids, in the official order."""

    items: Mapping[str, str]
    """Canonical id to id."""

    @classmethod
    def of(cls, ids: Iterable[str]) -> "Known":
        """Return the known items."""
        return cls({canonical(each): each for each in ids})

    def order(self, item: str) -> int:
        """Return the place of an item in the official order."""
        return list(self.items.values()).index(item)

    def below(self, number: str) -> tuple[str, ...]:
        """Return the items that are parts of this number: 12a to 12g of 12."""
        return tuple(
            item
            for key, item in self.items.items()
            if key.startswith(number) and _LETTER.match(key[len(number) :])
        )

    def is_parent(self, text: str) -> bool:
        """Return whether it is a number whose parts are items."""
        number = canonical(text)
        return bool(_NUMBER.match(number)) and bool(self.below(number))


@dataclass(frozen=True, slots=True)
class Said:
    """What the id cells of one row say."""

    items: tuple[str, ...] = ()
    """Of the guideline; several where the row names several."""
    number: str = ""
    """A number that is no item itself: 12, whose parts are."""
    unknown: str = ""
    """What looks like an id, and is none of the guideline."""


def said_of(texts: Sequence[str], known: Known) -> list[Said]:
    """Return what each cell of an id column says, downwards: a letter belongs to the number above it."""
    number, found = "", []
    for text in texts:
        key = canonical(text)
        if _LETTER.match(key) and number and key not in known.items:
            key = number + key
        if _NUMBER.match(key):
            number = key
        found.append(_said(key, text, known))
    return found


def _said(key: str, text: str, known: Known) -> Said:
    if key in known.items:
        return Said((known.items[key],))
    if several := _several(text, known):
        return Said(several)
    if _NUMBER.match(key) and known.below(key):
        return Said(number=key)
    lines = [known.items[each] for each in map(canonical, text.split("\n")) if each in known.items]
    if len(lines) == 1:  # the section above the number, in one cell
        return Said((lines[0],))
    looks = re.fullmatch(r"\d{1,3}[a-z]?", key)
    return Said(unknown=" ".join(text.split())) if looks else Said()


def _several(text: str, known: Known) -> tuple[str, ...]:
    """Return the items that one cell names together: ``12a, 12b`` or ``12a-c``."""
    parts = [canonical(each) for each in _SEVERAL.split(text.casefold())]
    parts = [each for each in parts if each]
    if span := _RANGE.match("".join(text.split()).casefold().strip(EDGES)):
        letters = range(ord(span[2]), ord(span[3]) + 1)
        parts = [f"{span[1]}{chr(each)}" for each in letters]
    if len(parts) < 2:
        return ()
    if all(_LETTER.match(each) for each in parts[1:]) and (first := re.match(r"\d+", parts[0])):
        parts = [parts[0], *(f"{first[0]}{each}" for each in parts[1:])]
    named = tuple(known.items[each] for each in parts if each in known.items)
    return named if len(named) == len(parts) else ()


def leading(text: str) -> str:
    """Return the id at the beginning of a longer text (``12a. Sample size``); empty if there is none."""
    found = _LEADING.match(text)
    return found[1] if found else ""


def first_letter(text: str) -> str:
    """Return the letter that parts a text from the one before (``(a) Sample size``); empty if there is none."""
    found = _FIRST_LETTER.match(text)
    return (found[1] or found[2]).casefold() if found else ""
