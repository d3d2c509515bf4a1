"""Which value of an outcome means having it: where that is obvious, and where a word tells."""

import re
from collections.abc import Sequence

OBVIOUS = (("1", "0"), ("1", "-1"), ("true", "false"), ("yes", "no"), ("ja", "nein"))
"""Pairs of which everybody means the first by "has the outcome"."""
ABSENCE = frozenset((
    "no", "not", "none", "non", "negative", "neg", "benign", "healthy", "normal", "control",
    "controls", "absent", "without",
    "nein", "nicht", "kein", "keine", "ohne", "negativ", "gutartig", "benigne", "gesund",
    "unauffällig", "kontrolle", "kontrollen",
))  # fmt: skip
"""Words in a value that say that somebody has not the outcome, in English and German."""


def meaning(value: str) -> str:
    """Return the text that equal values share: 1, 1.0 and +1 are equal, so are true and True."""
    text = value.strip()
    if text.casefold() in ("true", "false"):
        return text.casefold()
    try:
        return text if "_" in text or not text.isascii() else repr(float(text) + 0.0)
    except ValueError:
        return text


def words(name: str) -> frozenset[str]:
    """Return the words of a name: ``patientID``, ``patient_id`` and ``Patient ID`` have the same."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    found = re.findall(r"[^\W\d_]+", apart.casefold())
    return frozenset([*found, "".join(found)])


def obvious(names: Sequence[str]) -> str:
    """Return the name that means "has the outcome" if that is obvious, also where nobody has it."""
    by_meaning = {meaning(name).casefold(): name for name in names}
    for having, without in OBVIOUS:
        if by_meaning.keys() <= {meaning(having), meaning(without)}:
            return by_meaning.get(meaning(having), having)
    return ""


def absence(names: Sequence[str]) -> str:
    """Return the one of several names that sounds like not having the outcome; empty: not one."""
    found = [name for name in names if words(name) & ABSENCE]
    return found[0] if len(found) == 1 < len(names) else ""
