"""Claims about a difference of marks on lesions: between modalities or algorithms, on average or of one reader."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, cast, get_args

from checker.evidence.asked_differences import Checked, Difference, checked_parts, defined
from checker.evidence.difference_ways import Way, our_way
from checker.evidence.limits import exactly
from checker.evidence.task_rows import columns_of, plain_name
from checker.metrics import compare_detection
from checker.metrics.mrmc import Analysis, Method
from checker.model.estimate import Comparison
from checker.needs import NotEstablished

MEANT_BY_ALL = frozenset({"mean", "average", "readers", "allreaders", "all"})


def difference_of_detections(asked: Difference) -> Checked:
    """Return the verdict on each printed part of a difference, and the recomputed comparison.

    Raises:
        NotEstablished: a name is none of the files, or such a difference is not recomputed or undefined.
    """
    first, second, reader = _sides(asked)
    made = _compared(asked, first, second, {})
    found = defined(_chosen(asked, made, reader))
    others = [] if found.difference is None else [("the other one first", -found.difference)]

    def tests() -> Iterator[Way]:
        yield our_way(found, "mrmc", asked.settings.resamples)
        yield from _analyses(asked, found, reader)

    return checked_parts(asked, found, lambda: tuple(tests()), others)


def _sides(asked: Difference) -> tuple[str, str, str | None]:
    """Return both modalities, and the one reader whose difference it is.

    Raises:
        NotEstablished: a name is none of the files, or it is not clear which two are meant.
    """
    given = cast(Mapping[str, Sequence[str]], asked.table.given)
    modalities = {plain_name(each): each for each in given.get("modality_names", ())}
    readers = {plain_name(each): each for each in given.get("reader_names", ())}
    readers |= {plain_name(f"reader {each}"): each for each in given.get("reader_names", ())}
    if len(modalities) < 2:
        raise NotEstablished("there is one set of marks, and nothing to compare it with")
    named = [_parted(text) for text in (asked.claim.of, asked.claim.versus)]
    for name in (*named[0], *named[1]):
        if name not in modalities and name not in readers:
            there = ", ".join(f'"{each}"' for each in modalities.values())
            raise NotEstablished(f'there is no modality or algorithm "{name}"; there are {there}')
    first, second = ([modalities[each] for each in side if each in modalities] for side in named)
    first = first or [each for each in modalities.values() if each not in second][:1]
    people = [readers[each] for side in named for each in side if each in readers]
    if len(first) != 1 or len(second) != 1 or first == second or len(set(people)) > 1:
        raise NotEstablished("say which two modalities or algorithms are compared (of, versus)")
    return first[0], second[0], people[0] if people else None


def _parted(text: str | None) -> list[str]:
    parts = (plain_name(each) for each in (text or "").replace(";", ",").split(","))
    return [each for each in parts if each and each not in MEANT_BY_ALL]


def _compared(
    asked: Difference, first: str, second: str, settings: Mapping[str, object]
) -> tuple[Comparison, ...]:
    table = asked.table
    return compare_detection(
        columns_of(table),
        first,
        second,
        given={**table.given, **settings},
        places=table.places,
        unit=asked.unit,
        evaluation=table.file,
        seed=asked.settings.seed,
        level=asked.settings.level,
        resamples=0 if settings else asked.settings.resamples,
    )


def _chosen(asked: Difference, made: Sequence[Comparison], reader: str | None) -> Comparison:
    """Return the comparison that the claim is about.

    Raises:
        NotEstablished: there is none, or several.
    """
    claim = asked.claim
    found = [each for each in made if each.metric == claim.metric and each.reader == reader]
    if claim.at is not None and len(found) > 1:
        named = f"at {claim.at:g} false positives per case"
        found = [each for each in found if each.label == named or each.threshold == claim.at]
    if not found:
        raise NotEstablished(f"a difference of {claim.metric} is not recomputed here")
    if len(found) > 1:
        there = ", ".join(each.label or "" for each in found)
        raise NotEstablished(f"{claim.metric} has several differences; say which by at: {there}")
    return found[0]


def _analyses(asked: Difference, found: Comparison, reader: str | None) -> Iterator[Way]:
    """Yield the other analyses of the same readers, where the difference is of a figure of merit."""
    if "Obuchowski" not in found.test and "Dorfman" not in found.test:
        return
    said = {found.test}
    for analysis, method in product(get_args(Analysis), get_args(Method)):
        settings: dict[str, Any] = {"analysis": analysis, "method": method}
        every = _compared(asked, found.first, found.second, settings)
        one = _chosen(asked, every, reader)
        if one.test in said or one.interval is None or one.p is None:
            continue
        said.add(one.test)
        yield Way(one.test, "mrmc", exactly(one.interval), (one.p, one.p))
