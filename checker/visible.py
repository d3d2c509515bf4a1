"""Text of strangers on its way to a terminal or into JSON: what would be obeyed there is shown by its code."""

import json
import re
import unicodedata

TURNING = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
"""Marks that reverse the direction of what follows: a way to show other text than is there."""
OBEYED = frozenset(("Cc", "Cs", "Zl", "Zp"))
"""Kinds of signs that a terminal obeys, or breaks a line at, or cannot print."""
_UNSAFE_IN_JSON = re.compile(f"[{''.join(sorted(TURNING))}\ud800-\udfff\u2028\u2029]")


def visible(text: str, kept: str = "") -> str:
    """Return the text on one line, with its code for each sign that a terminal would obey.

    Args:
        text: of anybody: a name of a file or column, a cell.
        kept: signs that stay as they are, such as line breaks.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_code(sign) if sign not in kept and _is_obeyed(sign) else sign for sign in text)


def _is_obeyed(sign: str) -> bool:
    return sign in TURNING or unicodedata.category(sign) in OBEYED


def _code(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def to_json_text(value: object) -> str:
    """Return plain values as indented JSON with a newline at the end, in signs that show what is there.

    Direction marks and halves of signs (of file names that are no UTF-8) are written as codes.

    Raises:
        ValueError: a number is not finite.
    """
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
