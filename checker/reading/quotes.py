"""Quotes of a description looked up in the manuscript."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, islice
from pathlib import Path as FilePath
from typing import NamedTuple

from checker.errors import BadSubmission
from checker.model.manuscript import Manuscript
from checker.model.place import TYPED_PAGE, Found, Place
from checker.reading.documents import StudyDocument, dotted
from checker.reading.extras import needed
from checker.reading.folder import Submission
from checker.reading.folding import Folded, folded
from checker.reading.manuscripts import read_manuscript
from checker.reading.manuscripts.headings import means
from checker.reading.told import told_places

LEFT_OUT = re.compile(r"\s*(?:\[\s*(?:\.{3,}|…)\s*\]|\(\s*(?:\.{3,}|…)\s*\)|\.{3,}|…)\s*")
"""What stands in a quote for words left out."""
ENDS = " \t\n.,;:"
"""Signs at the end of a quote that are the writer's."""
APART = 8_000
"""Folded signs (a page or two) that may lie between the parts of a quote: with words left out, or with a figure, a
footnote or the end of a page in the middle.
"""
SHORTEST_PART = 12
"""Folded signs of either part of a quote that something interrupts."""
LOOSE = 12
"""Signs at which what interrupts a quote may happen to begin as the quote goes on."""
MOST_PLACES = 1_000
"""Of one quote that are counted."""
MOST_TRIED = 20_000
"""Places of one quote, or part of one, that are looked at: no paper has more, unless to keep us busy."""
FEWEST_SIGNS = 16
"""Of a folded quote that is looked for nearly: everything is like a shorter one somewhere."""
LONGEST_TEXT = 600
"""Of what is shown of the manuscript where a quote was found nearly."""
SPLIT_SECTION = re.compile(r"\s*(?:[,;:/>›»|]|\s[-–—]\s)\s*")
CUT_BEFORE = re.compile(r"(?:[^\W\d_][^\W\d_]|\d\d|\d[.,·]\d|−\d)$")
"""Text up to a sign before which a word or a number goes on. A digit behind a letter may be a reference."""
CUT_BEHIND = re.compile(r"[^\W\d_][^\W\d_]|\d\d|\d[.,·]\d")
"""Text from a sign on behind which a word or a number goes on."""
ROUGH = 15
"""Percent by which a passage of the length of the quote may be less alike than the whole one that is looked for."""
HYPHEN_AT_END = re.compile(r"(\w+)[-\u2010\u00ad]\n\s*(\w+)")


class PaperPlaces(NamedTuple):
    """The places of the paper that a description tells, and the manuscript they were looked up in."""

    places: tuple[Place, ...]
    files: dict[str, str]
    """Name of the manuscript to its SHA-256; empty: none was read."""


def read_places(
    document: StudyDocument,
    submission: Submission,
    *,
    given: FilePath | None = None,
    alike: float,
) -> PaperPlaces:
    """Return the places that the description tells, their quotes looked up if there is a manuscript.

    A manuscript that is named and not needed, since there is no quote, only has to be there; one that is given is read.

    Args:
        document: the description; `statements.manuscript` may name the paper.
        submission: the folder it lies in.
        given: the paper, instead of the one that is named.
        alike: see `looked_up`.

    Raises:
        BadSubmission: the paper is not there or cannot be read.
    """
    places = told_places(document.study)
    named = document.study.statements.manuscript
    if given is None and named is None:
        return PaperPlaces(places, {})
    path = given if given is not None else _resolved(document, submission, named or "")
    if given is None and not any(each.quote for each in places):
        return PaperPlaces(places, {})
    manuscript = read_manuscript(path, path.name if given is not None else named or "")
    found = looked_up(places, manuscript, alike=alike)
    return PaperPlaces(found, {manuscript.file: manuscript.sha256})


def _resolved(document: StudyDocument, submission: Submission, named: str) -> FilePath:
    """Return where the named manuscript lies; a complaint about its name points at the description."""
    at = ("statements", "manuscript")
    try:
        return submission.resolve(named, what=dotted(at))
    except BadSubmission as bad:
        file = str(submission.root / document.file)
        raise BadSubmission(
            document.places.problem(file, at, f"{named}: {each.message}", each.hint)
            for each in bad.problems
        ) from None


def looked_up(
    places: Sequence[Place], manuscript: Manuscript, *, alike: float
) -> tuple[Place, ...]:
    """Return the places with what became of their quotes; a place without a quote stays as it is.

    A quote is found exactly where the folded signs of it stand in the folded text; words may be left out at an ellipsis
    (``...``), and a page, figure or footnote may come in between at the end of a line.

    Args:
        places: as told.
        manuscript: the paper.
        alike: share of signs, 0 to 1, from which on a passage is nearly the quote.

    Raises:
        BadSubmission: a quote is not there exactly, and the package that looks for similar ones is not installed.
    """
    paper = _Paper(manuscript, alike)
    return tuple(paper.looked_up(each) if each.quote else each for each in places)


class _Span(NamedTuple):
    """A stretch of the folded text."""

    start: int
    end: int


class _Near(NamedTuple):
    """The most similar passage: where it is in the folded text, and the share of signs that agree."""

    span: _Span
    alike: float


@dataclass(frozen=True)
class _Paper:
    """A manuscript while quotes are looked up in it; what is needed for all of them is made once."""

    manuscript: Manuscript
    alike: float

    @cached_property
    def folded(self) -> Folded:
        return folded(self.manuscript.text)

    def looked_up(self, place: Place) -> Place:
        pieces = [
            each.text
            for part in LEFT_OUT.split(place.quote)
            if (each := folded(part.rstrip(ENDS))).text
        ]
        exact = self._exactly(pieces) if pieces else []
        if exact:
            return self._found(place, Found.EXACTLY, exact)
        near = [self._nearly(each) for each in pieces]
        worst = min((each.alike for each in near if each), default=0.0)
        passages = [each.span for each in near if each and each.alike >= self.alike]
        if not pieces or len(passages) < len(pieces):
            return replace(
                place, found=Found.NOT_FOUND, manuscript=self.manuscript.file, alike=worst
            )
        text = " ... ".join(self._shown(each) for each in passages)
        made = self._found(place, Found.NEARLY, [tuple(passages)])
        return replace(made, text=_cut(text), alike=worst)

    # Exactly

    def _exactly(self, pieces: Sequence[str]) -> list[tuple[_Span, ...]]:
        """Return every occurrence, each as the stretches that it consists of."""
        whole = [
            found
            for first in islice(self._all(pieces[0]), MOST_PLACES)
            if (found := self._followed(first, pieces[1:]))
        ]
        if whole or len(pieces) > 1:
            return whole
        return self._interrupted(pieces[0])

    def _all(self, piece: str, start: int = 0, end: int | None = None) -> Iterator[_Span]:
        """Yield every place of the piece that cuts no word and no number."""
        at, tried = self.folded.text.find(piece, start, end), 0
        while at >= 0 and tried < MOST_TRIED:
            if self._is_whole(found := _Span(at, at + len(piece))):
                yield found
            at, tried = self.folded.text.find(piece, at + 1, end), tried + 1

    def _is_whole(self, span: _Span) -> bool:
        """Return whether neither end of a stretch lies within a word or a number."""
        return not self._cuts(span.start) and not self._cuts(span.end)

    def _cuts(self, at: int) -> bool:
        """Return whether there is no end of a word or number before a folded sign."""
        text, places = self.manuscript.text, self.folded.at
        if not 0 < at < len(places):
            return False
        before, here = places[at - 1], places[at]
        return bool(
            CUT_BEFORE.search(text[max(here - 2, 0) : here + 1])
            or CUT_BEHIND.match(text[before : before + 3])
        )

    def _followed(self, first: _Span, pieces: Sequence[str]) -> tuple[_Span, ...]:
        """Return the stretches of the pieces behind each other; none where one does not follow."""
        spans = [first]
        for piece in pieces:
            end = spans[-1].end
            following = next(self._all(piece, end, end + APART + len(piece)), None)
            if following is None:
                return ()
            spans.append(following)
        return tuple(spans)

    def _interrupted(self, quote: str) -> list[tuple[_Span, ...]]:
        """Return an occurrence in two parts, the first up to the end of a line, the second from the start of one."""
        most = self._longest_start(quote)
        for cut in range(most, max(most - LOOSE, SHORTEST_PART) - 1, -1):
            rest = quote[cut:]
            if len(rest) < SHORTEST_PART:
                continue
            for first in islice(self._all(quote[:cut]), MOST_PLACES):
                parts = self._followed(first, [rest])
                if (
                    parts
                    and self._ends_a_line(parts[0].end)
                    and self._begins_a_line(parts[1].start)
                ):
                    return [parts]
        return []

    def _longest_start(self, quote: str) -> int:
        """Return how many signs of the quote, from its start, stand together in the text."""
        low, high = 0, len(quote) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if quote[:middle] in self.folded.text else (low, middle - 1)
        return low

    def _ends_a_line(self, end: int) -> bool:
        """Return whether a line ends behind a folded sign."""
        return "\n" in self._between(end)

    def _begins_a_line(self, start: int) -> bool:
        return "\n" in self._between(start)

    def _between(self, at: int) -> str:
        """Return what of the text stands between the folded sign before and the one that is here."""
        places = self.folded.at
        before = places[at - 1] + 1 if at else 0
        here = places[at] if at < len(places) else len(self.manuscript.text)
        return self.manuscript.text[before:here]

    # Nearly

    def _nearly(self, piece: str) -> _Near | None:
        """Return the passage that is most like the piece; None: it is too short to say so."""
        if len(piece) < FEWEST_SIGNS:
            return next((_Near(each, 1.0) for each in self._all(piece)), None)
        needed("rapidfuzz", self.manuscript.file, "manuscript")
        from rapidfuzz import fuzz

        text = self.folded.text
        found = fuzz.partial_ratio_alignment(piece, text, score_cutoff=100 * self.alike - ROUGH)
        if found is None or len(text) < len(piece):
            return None
        start, end = found.dest_start, found.dest_end
        room = len(piece) // 4
        return self._trimmed(piece, max(start - room, 0), min(end + room, len(text)))

    def _trimmed(self, piece: str, start: int, end: int) -> _Near:
        """Return the part of a passage that belongs to the piece, in whole words, and how alike it is."""
        from rapidfuzz.distance import Indel

        text = self.folded.text
        blocks = [each for each in Indel.opcodes(piece, text[start:end]) if each.tag == "equal"]
        if not blocks:
            return _Near(_Span(start, end), 0.0)
        first, last = _best_part([(each.dest_start, each.dest_end) for each in blocks], len(piece))
        here, there = start + blocks[first].dest_start, start + blocks[last].dest_end
        # what of the piece agrees outside of that part may as well agree beside it
        tried = {
            self._widened(_Span(max(here - before, 0), min(there + behind, len(text))))
            for before in (0, blocks[first].src_start)
            for behind in (0, len(piece) - blocks[last].src_end)
        }
        return max(
            (
                _Near(each, Indel.normalized_similarity(piece, text[each.start : each.end]))
                for each in tried
            ),
            key=lambda each: (each.alike, each.span),
        )

    def _widened(self, span: _Span) -> _Span:
        """Return the stretch with the whole of the words and numbers that it cuts."""
        start, end = span
        while self._cuts(start):
            start -= 1
        while self._cuts(end):
            end += 1
        return _Span(start, end)

    def _shown(self, span: _Span) -> str:
        """Return what the manuscript says there, hyphens at the ends of lines undone."""
        start, end = self._original(span)
        text = HYPHEN_AT_END.sub(self._rejoined, self.manuscript.text[start:end])
        return " ".join(text.split()).lstrip(".,;:)] ")

    def _rejoined(self, broken: re.Match[str]) -> str:
        """Return a word that a line broke; with its hyphen where the text has it so elsewhere."""
        hyphened = f"{broken[1]}-{broken[2]}"
        return hyphened if hyphened in self.manuscript.text else f"{broken[1]}{broken[2]}"

    # Where

    def _original(self, span: _Span) -> _Span:
        return _Span(self.folded.at[span.start], self.folded.at[span.end - 1] + 1)

    def _found(self, place: Place, found: Found, occurrences: Sequence[Sequence[_Span]]) -> Place:
        spans = [[self._original(part) for part in each] for each in occurrences]
        first = spans[0][0].start
        pages = {
            page
            for each in spans
            for at in (each[0].start, each[-1].end - 1)
            if (page := self.manuscript.page(at)) is not None
        }
        return replace(
            place,
            found=found,
            manuscript=self.manuscript.file,
            pages=tuple(sorted(pages)),
            times=len(spans),
            heading=", ".join(each.text for each in self.manuscript.above(first)),
            paragraph=self.manuscript.paragraph(first),
            as_said=self._as_said(place.section, [each[0].start for each in spans], pages),
        )

    def _as_said(self, section: str, starts: Sequence[int], pages: set[int]) -> bool | None:
        """Return whether one of the places is in the section, and on the page, that is named."""
        said = [self._in_section(section, starts), _on_page(section, pages)]
        if False in said:
            return False
        return True if True in said else None

    def _in_section(self, section: str, starts: Sequence[int]) -> bool | None:
        names = SPLIT_SECTION.split(TYPED_PAGE.sub("", section))
        spans = [
            self.manuscript.span(heading)
            for heading in self.manuscript.headings
            if any(means(name, heading.text) for name in names if name)
        ]
        if not spans:
            return None
        return any(start <= at < end for start, end in spans for at in starts)


def _best_part(blocks: Sequence[tuple[int, int]], length: int) -> tuple[int, int]:
    """Return the first and the last stretch of the part of a passage that is most like the quote.

    Args:
        blocks: start and end of the stretches that agree, in order.
        length: of the quote.
    """
    agreeing = (0, *accumulate(end - start for start, end in blocks))
    best, part = -1.0, (0, len(blocks) - 1)
    for first, (start, _) in enumerate(blocks):
        if agreeing[first] > agreeing[-1] / 2:
            break
        for last in range(len(blocks) - 1, first - 1, -1):
            within = agreeing[last + 1] - agreeing[first]
            if within < agreeing[-1] / 2:
                break
            alike = 2 * within / (length + blocks[last][1] - start)
            if alike > best:
                best, part = alike, (first, last)
    return part


def _on_page(section: str, pages: set[int]) -> bool | None:
    typed = TYPED_PAGE.search(section)
    if typed is None or not pages:
        return None
    first = int(typed["first"])
    last = int(typed["last"] or first)
    return any(first <= page <= last for page in pages)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1].rstrip()}…"
