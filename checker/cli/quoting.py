"""What `validate` says about the quotes of a description."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli import console
from checker.cli.ending import counted
from checker.errors import place_in
from checker.visible import visible

if TYPE_CHECKING:
    from checker.model.place import Place
    from checker.reading.documents import StudyDocument


def quotes_of(
    document: "StudyDocument", folder: Path, roots: Mapping[str, Path], manuscript: Path | None
) -> tuple["Place", ...]:
    """Return the places with a quote, looked up if there is a manuscript.

    Raises:
        BadSubmission: the manuscript is not there or cannot be read.
    """
    from checker.reading.told import told_places

    if not document.study.statements.manuscript and manuscript is None:
        return tuple(each for each in told_places(document.study) if each.quote)
    from checker.reading.folder import Submission
    from checker.reading.quotes import read_places
    from checker.reading.references import read_thresholds

    found = read_places(
        document,
        Submission(folder, roots),
        given=manuscript,
        alike=read_thresholds()["quote_alike"],
    )
    return tuple(each for each in found.places if each.quote)


def say_quotes(
    document: "StudyDocument", places: Sequence["Place"], manuscript: Path | None
) -> None:
    """Print where each quote was found, and what is wrong with those that were not.

    Args:
        document: the description.
        places: those with a quote.
        manuscript: the paper, if one was asked for.
    """
    if not places:
        if manuscript is not None:
            console.note("no quote to look up: write them under statements.locations")
        return
    if not any(each.manuscript for each in places):
        console.note(
            f"{counted(len(places), 'quote')} not looked up: no manuscript is given "
            "(statements.manuscript, or --manuscript FILE)"
        )
        return
    for each in places:
        line, cell = _where(document, each)
        there = place_in(document.file, line, cell)
        console.say(visible(f"{there}: {each.about}: {each.outcome}"))
        for message in _wrong(each, places):
            console.say(visible(f"    {message}"))


def _wrong(place: "Place", places: Sequence["Place"]) -> list[str]:
    """Return what the rules say about a quote, of all those that were looked up."""
    from checker.model.place import Found
    from checker.reading.references import read_thresholds

    thresholds = read_thresholds()
    is_clear = place.found is Found.EXACTLY and place.as_said is not False
    if is_clear and len(place.quote.split()) >= thresholds["quote_words"]:
        return []  # no rule has anything to say, and all rules together take long to load
    from checker.rules import quotes

    found = (
        *quotes.quote_not_found(tuple(places), thresholds),
        *quotes.quote_differs(tuple(places)),
        *quotes.quote_elsewhere(tuple(places)),
        *quotes.quote_too_short(tuple(places), thresholds),
    )
    return [each.message for each in found if each.at[:3] == place.path]


def _where(document: "StudyDocument", place: "Place") -> tuple[int | None, str]:
    """Return the line, or the cell of a workbook, that tells a place."""
    at = (*place.path, "quote")
    there = document.places.within(at)
    return document.places.line_within(at), there.cell if there else ""


def as_plain(document: "StudyDocument", places: Sequence["Place"]) -> list[dict[str, object]]:
    """Return the places as they are written to JSON, each with its line or cell."""
    plain = []
    for each in places:
        line, cell = _where(document, each)
        known = {field.name: getattr(each, field.name) for field in fields(each)}
        plain.append({"line": line, "cell": cell, **known})
    return plain
