"""Text reduced to what must agree between a quote and the paper, with the way back to the place in the text."""

import re
import unicodedata
from typing import NamedTuple

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\ufffe\x02"
"""Hyphens, dashes and the minus; the last two are how a reader of PDF marks a hyphen at the end of a line."""
QUOTATION = (
    "\"'`´\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f"
    "\u2032\u2033\u2034\u00ab\u00bb\u2039\u203a\u02bc\u02b9"
)
WRITTEN = {
    **dict.fromkeys(DASHES, "-"),
    **dict.fromkeys(QUOTATION, ""),
    "≤": "<=",
    "≥": ">=",
    "⩽": "<=",
    "⩾": ">=",
    "±": "+/-",
    "×": "x",
    "·": ".",
    "∙": ".",
    "⋅": ".",
    "∼": "~",
    "⁄": "/",
    "∕": "/",
    "≠": "!=",
    "…": "...",
}
"""Signs that people write in several ways, and the one they are compared in."""
JOINING = re.compile(r"-(?![0-9])")
"""A dash that no digit follows."""


class Folded(NamedTuple):
    """What is compared, and for each of its signs the place in the text it came from."""

    text: str
    at: list[int]


def folded(text: str) -> Folded:
    """Return the text without what printing, typing and copying change.

    Case, spaces, line breaks, accents, kinds of quotation marks and the look of signs (ligatures, superscripts, thin
    spaces, ``0·85``) go. So do hyphens and dashes, since nobody can tell one at the end of a line from one in a word,
    unless a digit follows: ``-0.5`` is not ``0.5``, and ``5-7`` is not ``57``.
    """
    table = {sign: _fold(sign) for sign in set(text)}
    loose = text.translate({ord(sign): fold for sign, fold in table.items()})
    at = [i for i, sign in enumerate(text) for _ in table[sign]]
    kept, end = list[int](), 0
    for dash in JOINING.finditer(loose):
        kept += at[end : dash.start()]
        end = dash.end()
    return Folded(JOINING.sub("", loose), kept + at[end:] if end else at)


def _fold(sign: str) -> str:
    if sign in WRITTEN:
        return WRITTEN[sign]
    if unicodedata.category(sign) == "Cf":
        return ""  # soft hyphens, joiners, direction marks
    apart = unicodedata.normalize("NFKD", sign).casefold()
    return "".join(WRITTEN.get(each, each) for each in apart if not _is_dropped(each))


def _is_dropped(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in ("Mn", "Cc", "Cf")
