"""The order of the steps of `checker form`: from a description to the rows of one guideline's form."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from checker.appraisal import reporting
from checker.appraisal.forms import form_of
from checker.appraisal.places import placed
from checker.errors import BadRequest
from checker.model.form import Form
from checker.model.guideline import Guideline, is_named
from checker.model.place import Found, Place
from checker.reading.documents import read_study
from checker.reading.folder import Submission
from checker.reading.guidelines import answering, guidelines, read_guideline, read_index
from checker.reading.plain_values import nearest
from checker.reading.quotes import read_places
from checker.reading.references import read_thresholds

TOOLS = {
    "probastai": "PROBAST+AI is a tool to judge quality and risk of bias",
    "probast": "PROBAST is a tool to judge risk of bias",
    "quadas": "QUADAS-2 is a tool to judge risk of bias",
}
"""Letters of the name to what it is, of tools that do not ship; assessors fill them, and no author submits a form."""
_LETTERS = re.compile(r"[^a-z]")


class Ready(NamedTuple):
    """A form, and what else was noticed."""

    form: Form
    notes: tuple[str, ...]


def form(
    name: str,
    path: Path,
    *,
    anonymous: bool = False,
    manuscript: Path | None = None,
    roots: Mapping[str, Path] | None = None,
) -> Ready:
    """Read a study, appraise it by one guideline, and return the rows of its form; no data are read.

    Quotes are looked up in the manuscript, so that the form has their pages.

    Args:
        name: a guideline that ships (``tripod_ai_2024``, ``TRIPOD+AI``), or a YAML file.
        path: of the description.
        anonymous: see `form_of`.
        manuscript: the paper, instead of the one that the description names.
        roots: name to a folder opened besides.

    Raises:
        BadRequest: there is no such guideline, or no form is submitted for it.
        BadSubmission: the description or the manuscript cannot be used; every problem at once.
    """
    guideline = guideline_called(name)
    document = read_study(path)
    submission = Submission(path.parent, roots or {})
    alike = read_thresholds()["quote_alike"]
    places = read_places(document, submission, given=manuscript, alike=alike).places
    appraised = reporting.appraise(guideline, document.study, others=answering(guideline))
    made = form_of(guideline, document.study, placed(appraised, places), anonymous=anonymous)
    unknown = reporting.unknown_items(guideline, document.study)
    return Ready(made, (*unknown, *_quotes_not_there(places)))


def _quotes_not_there(places: Iterable[Place]) -> Iterator[str]:
    """Yield a sentence for each quote that the manuscript does not have as it stands: its place is as typed."""
    for each in places:
        if each.found in (Found.NEARLY, Found.NOT_FOUND):
            yield f"the quote about {each.about} was {each.outcome}"


def guideline_called(name: str) -> Guideline:
    """Return the reporting guideline of that name.

    Raises:
        BadRequest: there is none; says the nearest, or what a tool of that name is for.
        BadSubmission: the YAML file cannot be used.
    """
    if reporting.is_file(name):
        return _reporting(read_guideline(Path(name)))
    entries = read_index()
    if called := [each.id for each in entries if is_named(each.id, name)]:
        return _reporting(guidelines(called)[0])
    letters = _letters(name)
    if letters in TOOLS:
        raise BadRequest(_no_form(TOOLS[letters]))
    known = [each.id for each in entries if each.kind == "reporting"]
    near = nearest(name.casefold(), known)
    there = near or f"there are {', '.join(known)}, and YAML files of your own"
    raise BadRequest(f'there is no guideline "{name}"; {there}')


def _letters(name: str) -> str:
    return _LETTERS.sub("", name.casefold())


def _reporting(guideline: Guideline) -> Guideline:
    """Return the guideline if authors hand in its form.

    Raises:
        BadRequest: it is another kind of list.
    """
    if guideline.kind == "reporting":
        return guideline
    kind = guideline.kind.replace("_", " ")
    raise BadRequest(_no_form(f"{guideline.title.split(':')[0]} is a {kind}"))


def _no_form(what: str) -> str:
    return f"{what}: assessors fill it, and authors hand in no form of it"


def items_of_all() -> dict[str, tuple[str, ...]]:
    """Return the items of every reporting guideline that ships, to recognise its form."""
    reporting_lists = [each.id for each in read_index() if each.kind == "reporting"]
    return {each.id: tuple(i.id for i in each.items) for each in guidelines(reporting_lists)}
