"""Text reduced to what must agree between a quote and the paper, with the way back to the place in the text."""

import unicodedata
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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


class Folded(NamedTuple):
    """What is compared, and for each of its signs the place in the text it came from."""

    text: str
    at: NDArray[np.int64]


def folded(text: str) -> Folded:
    """Return the text without what printing, typing and copying change.

    Case, spaces, line breaks, accents, kinds of quotation marks and the look of signs (ligatures, superscripts, thin
    spaces, ``0·85``) go. So do hyphens and dashes, since nobody can tell one at the end of a line from one in a word,
    unless a digit follows: ``-0.5`` is not ``0.5``, and ``5-7`` is not ``57``.
    """
    if not text:
        return Folded("", np.empty(0, np.int64))
    table = {sign: _fold(sign) for sign in set(text)}
    loose = text.translate({ord(sign): fold for sign, fold in table.items()})
    codes = _codes(text)
    known, which = np.unique(codes, return_inverse=True)
    lengths = np.array([len(table[chr(code)]) for code in known])[which]
    kept = _without_joining_dashes(_codes(loose))
    at = np.repeat(np.arange(len(text)), lengths)[kept]
    return Folded(_text(_codes(loose)[kept]), at)


def _fold(sign: str) -> str:
    if sign in WRITTEN:
        return WRITTEN[sign]
    if unicodedata.category(sign) == "Cf":
        return ""  # soft hyphens, joiners, direction marks
    apart = unicodedata.normalize("NFKD", sign).casefold()
    return "".join(WRITTEN.get(each, each) for each in apart if not _is_dropped(each))


def _is_dropped(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in ("Mn", "Cc", "Cf")


def _without_joining_dashes(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Return which signs stay: every one but dashes that no digit follows."""
    is_digit = (codes >= ord("0")) & (codes <= ord("9"))
    before_digit = np.append(is_digit[1:], False)
    kept: NDArray[np.bool_] = (codes != ord("-")) | before_digit
    return kept


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _text(codes: NDArray[np.uint32]) -> str:
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
