"""Tables of explanation maps: each class by region, and how often the model is right where a map lies as expected."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from checker.model.curves import AsExpected, ExplanationInRegion, RegionShare
from checker.model.estimate import Estimate
from checker.model.maps import EXPECTED
from checker.render import digits

ALL = "all maps"
TIMES = "\N{MULTIPLICATION SIGN}"
CAPTION = "Share of the saliency in each region, and how many times what chance gives"
CAPTION_EXPECTED = (
    "Maps with more saliency in the expected region than by chance, and accuracy there"
)


class RegionTable(NamedTuple):
    """A table with one row for each class; all columns but the first hold numbers."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def class_words(name: str) -> str:
    """Return what the maps of a class are called in a table."""
    return ALL if name == "all" else name


def tables(found: ExplanationInRegion) -> tuple[RegionTable, ...]:
    """Return the saliency by class and region, and where something is expected how often it is met."""
    return tuple(_tables(found))


def _tables(found: ExplanationInRegion) -> Iterator[RegionTable]:
    if found.regions:
        yield _regions(found)
    if found.as_expected:
        yield _expected(found.as_expected)


def _regions(found: ExplanationInRegion) -> RegionTable:
    names = tuple(dict.fromkeys(each.region for each in found.regions))
    cells = {(each.class_name, each.region): each for each in found.regions}
    classes = dict.fromkeys(each.class_name for each in found.regions)
    marked = "; expected cells are marked *" if any(each.expected for each in found.regions) else ""
    return RegionTable(
        f"{CAPTION} (of {found.field}){marked}",
        ("Maps of", *(name.replace("_", " ") for name in names)),
        tuple(
            (class_words(name), *(_cell(cells.get((name, each))) for each in names))
            for name in classes
        ),
    )


def _cell(share: RegionShare | None) -> str:
    if share is None:
        return digits.DASH
    times = "" if share.ratio is None else f", {digits.number(share.ratio, 1)}{TIMES}"
    mark = " *" if share.expected and share.region != EXPECTED else ""
    return f"{digits.number(share.energy, 3)}{times}{mark}"


def _expected(found: Sequence[AsExpected]) -> RegionTable:
    told = any(each.accuracy_as_expected for each in found)
    more = ("Accuracy there", "Accuracy elsewhere", "Difference") if told else ()
    return RegionTable(
        CAPTION_EXPECTED,
        ("Maps of", "n", "As expected", *more),
        tuple(
            (
                class_words(each.class_name),
                digits.count(each.maps),
                _share(each),
                *(_accuracies(each) if told else ()),
            )
            for each in found
        ),
    )


def _share(each: AsExpected) -> str:
    places = digits.decimals(each.interval)
    limits = f" ({digits.limits(each.interval)})" if each.interval else ""
    return f"{digits.number(each.share, places)}{limits}"


def _accuracies(each: AsExpected) -> Iterator[str]:
    for found in (each.accuracy_as_expected, each.accuracy_not_as_expected, each.difference):
        yield _value(found)


def _value(found: Estimate | None) -> str:
    if found is None or found.value is None:
        return digits.DASH
    return digits.together(found)
