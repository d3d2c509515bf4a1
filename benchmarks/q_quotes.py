"""Sixty quotes looked up in a PDF of a hundred pages in two hyphenated columns, against readers of PDF and difflib."""

import difflib
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from timing import Job, compare, machine, peer, sizes

from checker.model.manuscript import Manuscript
from checker.model.place import Found, Place
from checker.reading.manuscripts import read_manuscript
from checker.reading.quotes import looked_up

sys.path.append(str(Path(__file__).resolve().parent.parent))
from tests import paper_files  # made papers are those of the tests

ALIKE = 0.8
PER_PAGE = 5.65
"""Paragraphs."""


def ours(path: Path, quotes: list[str], wanted: Found) -> Callable[[], None]:
    """Return the work: the PDF read, and every quote looked up in it."""

    def run() -> None:
        found = look_up(read_manuscript(path, path.name), quotes)
        assert sum(each.found is wanted for each in found) >= 0.98 * len(quotes)

    return run


def look_up(manuscript: Manuscript, quotes: list[str]) -> tuple[Place, ...]:
    told = [Place(about="study.title", at="statements.locations[0]", quote=each) for each in quotes]
    return looked_up(told, manuscript, alike=ALIKE)


def changed(quote: str, rng: random.Random) -> str:
    """Return the quote with a tenth of its signs changed."""
    signs = list(quote)
    for at in rng.sample(range(len(signs)), len(signs) // 10):
        signs[at] = rng.choice("abcdefghijklmnopqrstuvwxyz")
    return "".join(signs)


def readers(path: Path) -> list[Job]:
    """Return the text alone of all pages, by others."""
    jobs = []
    if peer("pypdf"):

        def by_pypdf() -> None:
            from pypdf import PdfReader

            assert "".join(each.extract_text() for each in PdfReader(path).pages)

        jobs.append(Job("pypdf, text alone", by_pypdf))
    if peer("pdfminer.six"):

        def by_pdfminer() -> None:
            from pdfminer.high_level import extract_text

            assert extract_text(path)

        jobs.append(Job("pdfminer.six, text alone", by_pdfminer))
    return jobs


def with_difflib(text: str, quotes: list[str]) -> Callable[[], None]:
    """Return the work on one quote: the longest stretch that agrees, which is less than a near match."""

    def run() -> None:
        matcher = difflib.SequenceMatcher(None, text, quotes[0], autojunk=False)
        matcher.find_longest_match()

    return run


def measure(pages: int, folder: Path) -> None:
    of = paper_files.paper(round(pages * PER_PAGE), seed=5)
    path = paper_files.two_columns(folder / "long.pdf", of)
    rng = random.Random(1)
    quotes = rng.sample(of.sentences, 60)
    near = [changed(each, rng) for each in quotes]
    absent = [paper_files.sentence(random.Random(f"other {i}")) for i in range(60)]
    manuscript = read_manuscript(path, "long.pdf")
    size = f"{len(manuscript.pages)} pages, {len(manuscript.text):,} signs"
    compare(
        f"{size}: read, and 60 quotes looked up",
        Job("checker, 60 quotes that are there", ours(path, quotes, Found.EXACTLY)),
        Job("checker, 60 with a tenth of the signs changed", ours(path, near, Found.NEARLY)),
        Job("checker, 60 that are not there", ours(path, absent, Found.NOT_FOUND)),
        Job("checker, the PDF read alone", lambda: read_manuscript(path, "long.pdf")),
        *readers(path),
        repetitions=3,
    )
    compare(
        f"{size}: 60 quotes with a tenth of the signs changed",
        Job("checker", lambda: look_up(manuscript, near)),
        Job("difflib", with_difflib(manuscript.text, near), share=1 / 60),
        repetitions=3,
    )


def main() -> None:
    print(machine())
    for pages in sizes(100):
        with tempfile.TemporaryDirectory() as folder:
            measure(pages, Path(folder))


if __name__ == "__main__":
    main()
