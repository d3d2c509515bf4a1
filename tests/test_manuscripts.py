"""Manuscripts as running text: PDF in columns and with numbered lines, Word, Markdown, plain text; what is refused."""

import io
import os
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import docx
import pikepdf
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from checker.errors import BadSubmission, Problem
from checker.model.manuscript import Manuscript
from checker.reading import manuscripts
from checker.reading.folding import folded
from checker.reading.manuscripts import pdf, read_manuscript, word
from checker.reading.manuscripts.headings import level_by_words, means
from checker.reading.manuscripts.lines import Line, running_text
from checker.reading.manuscripts.texts import markdown
from tests import paper_files as papers

PAPER = papers.paper(24)
MADE = {
    "columns.pdf": papers.two_columns,
    "left.pdf": papers.numbered_lines,
    "right.pdf": lambda path, of: papers.numbered_lines(path, of, side="right"),
    "word.docx": papers.word,
    "markdown.md": papers.markdown,
    "plain.txt": papers.plain,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("papers")


@pytest.fixture(scope="module", params=MADE)
def read(request, folder) -> Manuscript:
    return read_manuscript(MADE[request.param](folder / request.param, PAPER), request.param)


def problem_of(path: Path) -> Problem:
    with pytest.raises(BadSubmission) as caught:
        read_manuscript(path, path.name)
    (problem,) = caught.value.problems
    assert problem.file == path.name
    assert problem.hint
    return problem


def test_every_format_gives_the_whole_text_and_nothing_else(read):
    wanted = folded(
        " ".join(
            text
            for name, parts in PAPER.sections.items()
            for text in (name, *(each for part in parts for each in part))
        )
    ).text
    got = folded(read.text.replace("Deep learning of liver lesions", "")).text
    for extra in ("ofparta", "1introduction", "2methods", "3results", "4discussion"):
        for section in papers.SECTIONS:
            got = got.replace(f"{section.casefold()}ofparta", "")
        got = got.replace(extra, extra[1:] if extra[0].isdigit() else extra)
    assert got == wanted


def test_every_format_has_the_sections_in_order(read):
    main = [
        each.text.split()[-1].capitalize()
        for each in read.headings
        if each.level == read.headings[0].level
    ]
    assert main == list(papers.SECTIONS)
    first = PAPER.sections["Results"][0][0][:30]
    at = read.text.index(first.split("-")[0].split(" of ")[0][:20], read.headings[2].at)
    assert read.above(at)


def test_a_pdf_has_pages_and_other_formats_have_paragraphs(read):
    if read.file.endswith(".pdf"):
        assert len(read.pages) > 2
        assert read.page(0) == 1
        assert read.page(len(read.text) - 1) == len(read.pages)
        assert read.paragraph(5) is None
    else:
        assert read.pages == ()
        assert read.page(5) is None
        assert len(read.paragraphs) in (24, 25)  # Word and Markdown have a title
        at = read.headings[1].at
        assert read.paragraph(at + len(read.headings[1].text) + 2) == 1


def test_a_small_heading_lies_inside_the_section_around_it(folder):
    found = read_manuscript(papers.two_columns(folder / "h.pdf", PAPER), "h.pdf")
    small = next(each for each in found.headings if each.level == 2)
    assert [each.text for each in found.above(small.at)] == [
        "Introduction",
        "Introduction of part a",
    ]
    start, end = found.span(small)
    assert start == small.at
    assert found.text[end:].startswith("Methods")


class Printed(NamedTuple):
    story: str
    pages: list[list[str]]
    left: list[list[str]]


def lines_of(page: str) -> list[str]:
    """Return twenty lines that no other page has."""
    return [f"{page}{word} goes on and on" for word in "abcdefghijklmnopqrst"]


BODY, NEXT = lines_of("x"), lines_of("y")
EACH = [lines_of(page) for page in "opqrst"]


def numbered(lines, first=1, step=1):
    return [f"{i} {line}" if i % step == 0 else line for i, line in enumerate(lines, start=first)]


PRINTED = [
    Printed("nothing to leave out", [BODY], [BODY]),
    Printed("a number at each line", [numbered(BODY)], [BODY]),
    Printed(
        "numbers go on over the pages",
        [numbered(BODY), numbered(NEXT[:4], first=21)],
        [BODY, NEXT[:4]],
    ),
    Printed("numbers begin again", [numbered(BODY), numbered(NEXT)], [BODY, NEXT]),
    Printed(
        "a number at each fifth line",
        [numbered(BODY * 3, step=5)],
        [BODY * 3],
    ),
    Printed("numbers in a block of their own", [[*map(str, range(1, 21)), *BODY]], [BODY]),
    Printed("numbers at the end", [[f"{e} {i}" for i, e in enumerate(BODY, 7)]], [BODY]),
    Printed(
        "a list of six is none",
        [[*numbered(BODY[:6]), *BODY]],
        [[*numbered(BODY[:6]), *BODY]],
    ),
    Printed(
        "rows of a table among many lines are none",
        [[*BODY, *BODY, *numbered(BODY[:9]), *BODY]],
        [[*BODY, *BODY, *numbered(BODY[:9]), *BODY]],
    ),
    Printed(
        "a running header, a footer with the page",
        [["Doe et al.", *each, f"page {i} of 6"] for i, each in enumerate(EACH, 1)],
        EACH,
    ),
    Printed(
        "left and right pages",
        [["Doe et al." if i % 2 else "Liver", *each, str(100 + i)] for i, each in enumerate(EACH)],
        EACH,
    ),
    Printed(
        "a row of a table at the edge is no running line",
        [[f"female {i * i} {i * 7}", *each] for i, each in enumerate(EACH, 1)],
        [[f"female {i * i} {i * 7}", *each] for i, each in enumerate(EACH, 1)],
    ),
    Printed(
        "headings that differ by their number stay",
        [[f"Step {i * i}", *each] for i, each in enumerate(EACH)],
        [[f"Step {i * i}", *each] for i, each in enumerate(EACH)],
    ),
]


@pytest.mark.parametrize("case", PRINTED, ids=lambda case: case.story)
def test_what_is_no_running_text_is_left_out(case):
    found = running_text([[Line(each) for each in page] for page in case.pages])
    assert [[line.text for line in page] for page in found] == case.left


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Methods", 1),
        ("2. MATERIALS AND METHODS", 1),
        ("II. Results", 1),
        ("2.1 Study cohort", 2),
        ("2.3.1 Simple example", 3),
        ("2.4 Summary", 2),
        ("2 patients were excluded", 0),
        ("0.93. Reference a architecture", 0),
        ("1.5 T was used in all.", 0),
        ("The methods", 0),
        ("2.1 study cohort", 0),
    ],
)
def test_lines_that_are_headings_by_their_words(text, level):
    assert level_by_words(text) == level


@pytest.mark.parametrize(
    ("name", "heading", "same"),
    [
        ("Methods", "2 Materials and Methods", True),
        ("methods", "Statistical methods", False),
        ("Outcome", "2.3 Outcome and reference standard", True),
        ("Outcome", "Results", False),
        ("Reference standard of lesions", "Reference standard", True),
        ("Out", "Outcome", False),
        ("", "Outcome", False),
    ],
)
def test_which_heading_a_name_means(name, heading, same):
    assert means(name, heading) is same


def test_marks_of_markdown_are_no_text():
    text = (
        "---\ntitle: x\n---\n# Title #\n\nMethods\n=======\n\n> We *read* the **scans** [twice](http://x.y)\n"
        "> with `care`[^1] <!-- hidden\n --> and n_0 &ge; 3\\*.\n\n"
        "| a | b |\n|---|:-:|\n| 1 | 2 |\n\n- one\n- two ![f](x.png){#f}\n\n### Part {#p}\ntext"
    )
    blocks = [each for each in markdown(text) if each.text.strip()]
    assert [(" ".join(each.text.split()), each.level) for each in blocks] == [
        ("Title", 1),
        ("Methods", 1),
        ("We read the scans twice with care and n_0 ≥ 3*.", 0),
        ("a b 1 2", 0),
        ("one two f", 0),
        ("Part", 3),
        ("text", 0),
    ]


def test_a_plain_text_with_form_feeds_has_pages(tmp_path):
    pages = [f"Running title {n}\nWords of page {n}, which goes on" for n in ("one", "two")]
    (tmp_path / "a.txt").write_text("\f".join([*pages, ""]))
    found = read_manuscript(tmp_path / "a.txt", "a.txt")
    assert len(found.pages) == 2
    assert found.page(found.text.index("page two")) == 2


def test_windows_text_with_a_mark_of_its_encoding(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfMethods\r\n\r\nWe read it.\r\n")
    found = read_manuscript(tmp_path / "a.txt", "a.txt")
    assert found.text == "Methods\n\nWe read it."
    assert found.headings[0].text == "Methods"


# Word


def body(xml: str) -> list[word.Block]:
    """Return the blocks of a document with this content."""
    made = docx.Document()
    made.element.body.insert(
        0, parse_xml(f"<w:sdt {nsdecls('w', 'mc')}><w:sdtContent>{xml}</w:sdtContent></w:sdt>")
    )
    data = io.BytesIO()
    made.save(data)
    return [each for each in word.read_word(data.getvalue(), "a.docx") if each.text.strip()]


mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
docx.oxml.ns.nsmap.setdefault("mc", mc)


class Xml(NamedTuple):
    story: str
    xml: str
    blocks: list[tuple[str, int]]


XML = [
    Xml(
        "insertions count, deletions do not",
        "<w:p><w:r><w:t>We </w:t></w:r><w:ins><w:r><w:t>never </w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>always </w:delText></w:r></w:del><w:r><w:t>guessed.</w:t></w:r></w:p>",
        [("We never guessed.", 0)],
    ),
    Xml(
        "moved text counts where it is now",
        "<w:p><w:moveFrom><w:r><w:t>old</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>new</w:t></w:r></w:moveTo></w:p>",
        [("new", 0)],
    ),
    Xml(
        "tabs, breaks and hyphens",
        "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t>"
        "<w:softHyphen/><w:t>e</w:t></w:r></w:p>",
        [("a b c-de", 0)],
    ),
    Xml(
        "cells of tables are paragraphs",
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Age of all</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>61 years</w:t>"
        "</w:r></w:p></w:tc></w:tr></w:tbl>",
        [("Age of all", 0), ("61 years", 0)],
    ),
    Xml(
        "a text box that stands twice is read once",
        '<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:txbxContent><w:p><w:r><w:t>In the box</w:t></w:r>'
        "</w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>In the box</w:t></w:r></w:p>"
        "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>around it</w:t></w:r></w:p>",
        [("In the box", 0), ("around it", 0)],
    ),
    Xml(
        "a bold line is a heading, a line with a bold word is none",
        "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Study cohort</w:t></w:r></w:p>"
        '<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Setting</w:t></w:r><w:r><w:rPr><w:b w:val="0"/></w:rPr><w:t> is a town'
        "</w:t></w:r></w:p>",
        [("Study cohort", 2), ("Setting is a town", 0)],
    ),
    Xml(
        "an outline level is one",
        '<w:p><w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:r><w:t>the cohort, in short.</w:t></w:r></w:p>',
        [("the cohort, in short.", 2)],
    ),
    Xml(
        "the name of a section is one",
        "<w:p><w:r><w:t>METHODS</w:t></w:r></w:p>",
        [("METHODS", 1)],
    ),
]


@pytest.mark.parametrize("case", XML, ids=lambda case: case.story)
def test_what_a_word_document_says(case):
    assert [(each.text, each.level) for each in body(case.xml)] == case.blocks


def test_a_style_based_on_a_heading_is_one(tmp_path):
    made = docx.Document()
    style = made.styles.add_style("Kapitel", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = made.styles["Heading 2"]
    made.add_paragraph("what we did.", style="Kapitel")
    made.save(str(tmp_path / "a.docx"))
    (found,) = word.read_word((tmp_path / "a.docx").read_bytes(), "a.docx")
    assert (found.text, found.level) == ("what we did.", 2)


# What is refused


def zipped(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return path


def pages(path: Path, count: int, **save) -> Path:
    made = pikepdf.new()
    for _ in range(count):
        made.add_blank_page()
    made.save(path, **save)
    return path


def protected(path: Path) -> Path:
    return pages(path, 1, encryption=pikepdf.Encryption(owner="o", user="u"))


class Refused(NamedTuple):
    story: str
    name: str
    make: object
    says: str


REFUSED = [
    Refused("a format that is not read", "a.tex", b"x", "this ends in .tex"),
    Refused("no ending", "paper", b"x", "this ends in nothing"),
    Refused("an empty file", "a.pdf", b"", "the file is empty"),
    Refused("no PDF", "a.pdf", b"hello there", "and the file is no PDF"),
    Refused("a PDF under another name", "a.docx", b"%PDF-1.7\n", "and the file is a PDF"),
    Refused("an archive under another name", "a.md", b"PK\x03\x04", "a ZIP archive, as of Word"),
    Refused("a damaged PDF", "a.pdf", b"%PDF-1.7\nnothing", "this PDF is damaged, or is none"),
    Refused("a scan", "a.pdf", lambda path: pages(path, 3), "holds no text (3 pages)"),
    Refused("a password", "a.pdf", protected, "protected by a password"),
    Refused("an old Word file", "a.docx", word.OLD + b"x" * 600, "an old version of Word"),
    Refused("no archive", "a.docx", b"hello", "File is not a zip file"),
    Refused("another archive", "a.docx", lambda path: zipped(path, x=b""), "no word/document.xml"),
    Refused(
        "damaged XML",
        "a.docx",
        lambda path: zipped(path, word__document_xml=b"<w:p>"),
        "cannot be read: ",
    ),
    Refused(
        "entities",
        "a.docx",
        lambda path: zipped(path, word__document_xml=b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        "defines entities",
    ),
    Refused(
        "a bomb",
        "a.docx",
        lambda path: zipped(path, word__document_xml=b" " * (word.MOST_XML + 1)),
        "unpacks to 64 MiB; at most 64",
    ),
    Refused(
        "a document without text",
        "a.docx",
        lambda path: docx.Document().save(str(path)),
        "holds no text",
    ),
    Refused("a text without text", "a.md", b"---\n\n***\n", "holds no text"),
    Refused("Latin-1", "a.txt", "Caf\xe9 au lait".encode("latin-1"), "0xE9 is not UTF-8"),
    Refused("UTF-16", "a.txt", "Methods".encode("utf-16"), "encoded as UTF-16"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.story)
def test_what_is_no_manuscript_is_refused(tmp_path, case):
    path = tmp_path / case.name
    if isinstance(case.make, bytes):
        path.write_bytes(case.make)
    else:
        case.make(path)
    problem = problem_of(path)
    assert case.says in problem.message
    assert "CSV" not in problem.hint


def test_what_is_no_file_is_refused(tmp_path):
    assert "No such file" in problem_of(tmp_path / "a.pdf").message
    os.mkdir(tmp_path / "b.pdf")
    assert "not an ordinary file" in problem_of(tmp_path / "b.pdf").message


def test_a_bomb_is_not_unpacked(tmp_path):
    import tracemalloc

    path = zipped(tmp_path / "a.docx", word__document_xml=b" " * (word.MOST_XML + 1))
    tracemalloc.start()
    problem_of(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**22


@pytest.mark.parametrize(
    ("limit", "value", "says"),
    [
        ("MOST_PAGES", 2, "has 3 pages; at most 2"),
        ("MOST_SIGNS", 3, "more than 3 signs"),
        ("SECONDS", 0.001, "took more than 0.001 seconds"),
    ],
)
def test_a_pdf_has_limits(tmp_path, monkeypatch, limit, value, says):
    monkeypatch.setattr(pdf, limit, value)
    path = papers.two_columns(tmp_path / "a.pdf", papers.paper(1))
    if limit == "MOST_PAGES":
        pages(path, 3)
    assert says in problem_of(path).message


def test_large_files_are_not_opened(tmp_path, monkeypatch):
    (tmp_path / "a.md").write_text("some words")
    monkeypatch.setattr(manuscripts, "MOST_TEXT", 5)
    assert "large for a manuscript" in problem_of(tmp_path / "a.md").message
    monkeypatch.setattr(manuscripts, "MOST_BYTES", 5)
    assert "large for a manuscript" in problem_of(tmp_path / "a.md").message


def test_a_reader_of_pdf_that_ends_is_a_message(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "MOST_MEMORY", 2**20)
    path = papers.two_columns(tmp_path / "a.pdf", papers.paper(1))
    assert "its reader ended with code" in problem_of(path).message


def test_letters_without_a_meaning_are_told():
    with pytest.raises(BadSubmission, match="fonts do not say which letters"):
        pdf._require_text([[Line("\ue001\ue002\ue003 ab")]], "a.pdf")


def test_without_the_package_the_extra_is_named(tmp_path, monkeypatch):
    path = papers.two_columns(tmp_path / "a.pdf", papers.paper(1))
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    assert problem_of(path).hint == 'run: pip install "study-checker[manuscript]"'
