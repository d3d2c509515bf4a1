"""Rules about the quotes of the paper that stand in the description."""

import difflib
import re
from collections.abc import Iterator

from checker.model.finding import Finding, Severity
from checker.model.place import LONGEST, Found, Place, percent
from checker.model.threshold import Thresholds
from checker.rules.base import rule

SHOWN = 3
"""Differences that a message names."""
WORD = re.compile(r"[^\W_\u2e80-\u9fff\uac00-\ud7af]+|[\u2e80-\u9fff\uac00-\ud7af]")
"""A word; of scripts without spaces a sign."""


@rule(
    "QUO001",
    title="Quote that the manuscript does not have",
    severity=Severity.MAJOR,
    why=(
        "A quote is given as the evidence that something is reported. If the paper does not say it, the item is not "
        "confirmed, whatever its status."
    ),
    fix=(
        "Copy the words from the manuscript, add them to it, or take the quote out; if they are in another version of "
        "the paper, give that one."
    ),
    sources=("tripod-ai-2024",),
    thresholds=("quote_alike",),
    loud="The quote says that readers were blinded, and no passage of the manuscript is like it.",
    quiet="The words stand in the manuscript, also across lines, columns, pages and hyphens, or nearly.",
)
def quote_not_found(quoted_places: tuple[Place, ...], thresholds: Thresholds) -> Iterator[Finding]:
    """Say each quote of which nothing similar stands in the manuscript."""
    missing = [each for each in quoted_places if each.found is Found.NOT_FOUND]
    none = len(missing) == len(quoted_places) >= SHOWN
    right = f" None of the {len(missing)} quotes is there: is it the right file?" if none else ""
    for each in missing:
        limit = percent(thresholds["quote_alike"])
        said = f" It is said to stand in {each.section}." if each.section else ""
        yield Finding(
            message=(
                f"The quote about {each.about}, {each.quoted}, is not in {each.manuscript}, and nothing "
                f"there is {limit} like it.{said}{right}"
            ),
            at=(*each.path, "quote"),
            observed=each.quote,
            expected=f"words of {each.manuscript}",
            brief=f"{each.quoted} ({each.about})",
        )


@rule(
    "QUO002",
    title="Quote that differs from the manuscript",
    severity=Severity.MINOR,
    why="Words in quotation marks are taken for those of the paper; a changed one can change what is reported.",
    fix="Copy the words as the manuscript has them.",
    sources=("tripod-ai-2024",),
    loud="The quote says that two experts read the scans, and the manuscript says that three did.",
    quiet="The quote differs by case, spaces, line breaks, hyphens or the kind of quotation marks only.",
)
def quote_differs(quoted_places: tuple[Place, ...]) -> Iterator[Finding]:
    """Say each quote that stands in the manuscript in other words, and in which."""
    for each in quoted_places:
        if each.found is Found.NEARLY:
            position = f"{each.position}, " if each.position else ""
            yield Finding(
                message=(
                    f"The quote about {each.about} is found nearly in {each.manuscript} ({position}"
                    f"{percent(each.alike or 0.0)} alike): {_differences(each.quote, each.text)}."
                ),
                at=(*each.path, "quote"),
                observed=each.quote,
                expected=each.text,
                brief=f"{each.about}: {_differences(each.quote, each.text)}",
            )


@rule(
    "QUO003",
    title="Quote in another place than the description says",
    severity=Severity.MINOR,
    why="A reader looks where the form sends them; what is not there counts as not reported.",
    fix="Correct the section, and leave the page out: it is found in the manuscript.",
    sources=("tripod-ai-2024",),
    loud="The quote is said to stand in Methods on page 4, and stands on page 9 under Results.",
    quiet="The quote stands in the section that is named, or the manuscript has no heading of that name.",
)
def quote_elsewhere(quoted_places: tuple[Place, ...]) -> Iterator[Finding]:
    """Say each quote that was found under another heading, or on another page, than is said."""
    for each in quoted_places:
        if each.as_said is False:
            under = f" under “{_short(each.heading)}”" if each.heading else ""
            there = f"{each.position or 'at a place'}{under}"
            yield Finding(
                message=(
                    f"The quote about {each.about} is said to stand in “{each.section}”; in {each.manuscript} it "
                    f"stands on {there}."
                    if each.pages
                    else f"The quote about {each.about} is said to stand in “{each.section}”; in "
                    f"{each.manuscript} it is {there}."
                ),
                at=(*each.path, "place"),
                observed=each.section,
                expected=there,
                brief=f"{each.about}: {there} instead of {each.section}",
            )


@rule(
    "QUO004",
    title="Quote too short to tell its place",
    severity=Severity.MINOR,
    why="A few words stand in many papers, and often in several places of one.",
    fix="Quote the whole sentence, or the part of it that says what is asked.",
    sources=("tripod-ai-2024",),
    thresholds=("quote_words",),
    loud="The quote is “retrospective study”.",
    quiet="The quote has four words or more.",
)
def quote_too_short(quoted_places: tuple[Place, ...], thresholds: Thresholds) -> Iterator[Finding]:
    """Say each quote that was found and has few words."""
    for each in quoted_places:
        words = len(WORD.findall(each.quote))
        if each.found is Found.NOT_FOUND or words >= thresholds["quote_words"]:
            continue
        several = f", and stands in {each.times} places" if each.times > 1 else ""
        yield Finding(
            message=(
                f"The quote about {each.about}, {each.quoted}, has {words} {'word' if words == 1 else 'words'}"
                f"{several}."
            ),
            at=(*each.path, "quote"),
            observed=f"{words} {'word' if words == 1 else 'words'}",
            expected=f"{thresholds['quote_words']:g} or more",
            brief=f"{each.quoted} ({each.about})",
        )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def _differences(quote: str, text: str) -> str:
    """Return in words where a quote and the paper differ."""
    ours, theirs = quote.split(), text.split()
    matcher = difflib.SequenceMatcher(
        None, [_key(each) for each in ours], [_key(each) for each in theirs], autojunk=False
    )
    found = [
        _difference(" ".join(ours[a:b]), " ".join(theirs[c:d]))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]
    if not found:
        return "its parts are there, but not behind each other, or far apart"
    more = f", and {len(found) - SHOWN} more differences" if len(found) > SHOWN else ""
    return "; ".join(found[:SHOWN]) + more


def _key(word: str) -> str:
    """Return a word as it is compared: without case and the punctuation around it."""
    return word.casefold().strip(".,;:()[]\"'“”‘’") or word


def _difference(ours: str, theirs: str) -> str:
    if not ours:
        return f"the quote leaves out “{_short(theirs)}”"
    if not theirs:
        return f"the quote has “{_short(ours)}”, which is not there"
    return f"the quote has “{_short(ours)}”, the paper “{_short(theirs)}”"
