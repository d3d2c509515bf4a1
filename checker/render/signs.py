"""The sign beside each word of a status, so that nothing depends on colour; with an ASCII sign for narrow terminals."""

from typing import NamedTuple

from checker.model.claim import Verdict
from checker.model.finding import Severity
from checker.model.report import Status


class Sign(NamedTuple):
    """How a status is shown; the colour of its tone is in ``templates/report.css``."""

    symbol: str
    ascii: str
    word: str
    tone: str
    """bad, warn, good, note or quiet: a class of the style sheet and a colour of the terminal."""


SEVERITIES = {
    Severity.CRITICAL: Sign("▲", "!!", "critical", "bad"),
    Severity.MAJOR: Sign("◆", "!", "major", "warn"),
    Severity.MINOR: Sign("●", "-", "minor", "note"),
}
VERDICTS = {
    Verdict.REPRODUCED: Sign("✓", "=", Verdict.REPRODUCED.words, "good"),
    Verdict.OTHER_CONVENTION: Sign("≈", "~", Verdict.OTHER_CONVENTION.words, "note"),
    Verdict.CONTRADICTED: Sign("✗", "x", Verdict.CONTRADICTED.words, "bad"),
    Verdict.NOT_CHECKABLE: Sign("○", "?", Verdict.NOT_CHECKABLE.words, "quiet"),
}
STATUSES = {
    Status.CONTRADICTED: Sign("✗", "x", Status.CONTRADICTED.words, "bad"),
    Status.NOT_REPORTED: Sign("□", "-", Status.NOT_REPORTED.words, "warn"),
    Status.PARTLY: Sign("½", "/", Status.PARTLY.words, "note"),
    Status.REPORTED: Sign("✓", "+", Status.REPORTED.words, "good"),
    Status.NOT_DESCRIBED_YET: Sign("○", "?", Status.NOT_DESCRIBED_YET.words, "quiet"),
    Status.DOES_NOT_APPLY: Sign("–", "n/a", Status.DOES_NOT_APPLY.words, "quiet"),
}
