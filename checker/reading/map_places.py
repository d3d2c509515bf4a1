"""Where the maps of an explanation lie and what is expected of them: resolved before any image is read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from checker.errors import BadSubmission, Problem
from checker.model.finding import Path
from checker.model.study.explanations import Explanation
from checker.reading.expected_regions import Expected, parted
from checker.reading.explained_cases import ExplainedCases
from checker.reading.folder import nearest
from checker.reading.mask_places import STRUCTURE_HINT, Place, Resolve
from checker.reading.structures import labels_of

Wrong = Callable[[Path, str, str], Problem]
"""From a place in the description, what is wrong there and what to do, to the problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPlaces:
    """What is needed to measure the maps of one explanation."""

    maps: Place
    regions: Place
    labels: Mapping[str, frozenset[int]]
    expected: Expected
    threshold: float | None
    top_share: float | None = None
    search_region: str = ""
    absolute: bool = False
    repeats: tuple[Place, ...] = ()
    cases: ExplainedCases | None
    inside: tuple[FilePath, ...] = ()


def labels_said(explanation: Explanation, wrong: Wrong, at: Path) -> dict[str, frozenset[int]]:
    """Return the labels of the regions that are described.

    Raises:
        BadSubmission: one is no label; with every one that is none.
    """
    found: dict[str, frozenset[int]] = {}
    problems: list[Problem] = []
    for name, text in (explanation.regions or {}).items():
        labels = labels_of(text)
        if labels is None:
            message = f'"{text}" is no label of a mask'
            problems.append(wrong((*at, "regions", name), message, STRUCTURE_HINT))
        else:
            found[name] = labels
    if problems:
        raise BadSubmission(problems)
    return found


def top_said(explanation: Explanation, wrong: Wrong, at: Path) -> None:
    """Refuse two ways to say what the top of a map is, and a search in a region that is not described.

    Raises:
        BadSubmission: either.
    """
    problems = []
    if explanation.top_share is not None and explanation.map_threshold is not None:
        message = "map_threshold says what counts as active, too"
        problems.append(wrong((*at, "top_share"), message, "delete one of the two"))
    region, known = explanation.search_region, tuple(explanation.regions or ())
    if region and known and region not in known:
        message = f'"{region}" is none of the regions'
        problems.append(wrong((*at, "search_region"), message, f"regions names {', '.join(known)}"))
    if problems:
        raise BadSubmission(problems)


def repeats_of(explanation: Explanation, resolve: Resolve, at: Path) -> Iterator[Place]:
    """Yield the folders of maps by another run or model.

    Raises:
        BadSubmission: a path cannot be used.
    """
    for i, name in enumerate(explanation.repeats or ()):
        yield Place(name, resolve(name, (*at, "repeats", i)))


def expected_said(explanation: Explanation, wrong: Wrong, at: Path) -> Expected:
    """Return the regions that are expected for each class; several are parted by +, a comma or "and".

    Raises:
        BadSubmission: one is not among the regions that are described; with every one that is not.
    """
    known = tuple(explanation.regions or ())
    found = {
        name: parted(text, known) for name, text in (explanation.expected_by_class or {}).items()
    }
    problems = list(_undescribed(found, known, wrong, at)) if known else []
    if problems:
        raise BadSubmission(problems)
    return found


def _undescribed(
    expected: Expected, known: tuple[str, ...], wrong: Wrong, at: Path
) -> Iterator[Problem]:
    for name, regions in expected.items():
        for region in regions:
            if region not in known:
                close = nearest(region, known)
                hint = f"did you mean {close}?" if close else f"regions names {', '.join(known)}"
                message = f'"{region}" is none of the regions'
                yield wrong((*at, "expected_by_class", name), message, hint)
