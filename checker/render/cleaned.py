"""Text of strangers made safe to show: no control characters, no reversed writing, ASCII where that is all."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from checker.visible import TURNING

KEPT = "\n\t"
ASCII: Mapping[str, str] = MappingProxyType(
    {
        "–": "-",
        "—": "-",
        "−": "-",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "…": "...",
        "×": "x",
        "≤": "<=",
        "≥": ">=",
        "±": "+/-",
        "≈": "~",
        "·": "-",
        "→": "->",
        "½": "1/2",
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "µ": "u",
        "✓": "+",
    }
)


def without_controls(text: str) -> str:
    """Return the text without control characters (line breaks and tabs stay) and without direction marks."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        sign
        for sign in text
        if sign in KEPT or (unicodedata.category(sign) not in ("Cc", "Cs") and sign not in TURNING)
    )


def one_line(text: str) -> str:
    """Return the cleaned text with every run of white space as one space."""
    return " ".join(without_controls(text).split())


def to_ascii(text: str) -> str:
    """Return the text in ASCII: known signs spelt out, accents dropped, a question mark for the rest."""
    spelt = "".join(ASCII.get(sign, sign) for sign in text)
    parted = unicodedata.normalize("NFKD", spelt)
    bare = "".join(sign for sign in parted if not unicodedata.combining(sign))
    return bare.encode("ascii", "replace").decode("ascii")
