"""`checker form`: what an author hands in, what stays inside, and what the terminal says."""

import csv
import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import polars
import pytest
import yaml
from docx import Document

from checker import forming
from checker.appraisal.forms import HIDDEN
from checker.cli import run
from checker.model.form import Form, FormRow, Said, Where
from checker.model.report import Status
from checker.reading.guidelines import guidelines
from checker.render.sheets import FORMATS
from checker.render.sheets.of_audit import STAMP
from checker.render.sheets.of_form import of_form

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "indian_liver_patients"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STUDY = {
    "study": {"title": "A model from Hospital Lisboa", "type": "evaluation", "question": "diagnostic"},
    "data": {
        "sources": [{"name": "Lisboa", "centres": ["Hospital Lisboa", "Clínica Norte"]}],
        "partitions": [{"name": "test", "role": "external_test", "source": "Lisboa"}],
    },
    "outcome": {"definition": "HCC at histology", "subjective": False},
    "statements": {
        "locations": [
            {"about": "outcome.definition", "place": "Methods, p. 7"},
            {"about": "tripod_ai_2024/1", "place": "title of the Hospital Lisboa preprint, www.example.org/x"},
            {"about": "tripod_ai_2024/3a", "quote": "Liver cancer is common."},
        ],
        "not_reported": [{"about": "data.sources.start", "reason": "not kept at Clínica Norte."},
                         {"about": "data.sources.end", "reason": "not kept at Clínica Norte."},
                         {"about": "data.sources.followup_end", "reason": "not kept at Clínica Norte."}],
        "not_applicable": [{"about": "tripod_ai_2024/12g", "reason": "Only masks are returned."}],
    },
}  # fmt: skip


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(STUDY, allow_unicode=True), encoding="utf-8")
    return path


def rows(path: Path) -> dict[str, FormRow]:
    return {row.item: row for row in forming.form("tripod_ai_2024", path).form.rows}


def official(path: Path, ids: Sequence[str]) -> Path:
    """Return a form of these items."""
    document = Document()
    table = document.add_table(rows=0, cols=3)
    for texts in (["Item", "Lorem", "Page"], *([each, "ipsum", ""] for each in ids)):
        for tc, text in zip(table.add_row()._tr.tc_lst, texts, strict=True):
            if text:
                tc.p_lst[0].add_r().text = text
    document.core_properties.author = "Ana Author"
    document.save(str(path))
    return path


def items(name: str) -> tuple[str, ...]:
    return tuple(item.id for item in guidelines([name])[0].items)


# What a row says


def test_a_place_is_the_words_of_the_description(study: Path) -> None:
    row = rows(study)["8a"]
    assert (row.said, row.words) == (Said.PLACE, "Methods, p. 7")
    assert row.places == (Where("Methods, p. 7", "Methods", "p. 7"),)


def test_a_quote_alone_is_no_place(study: Path) -> None:
    row = rows(study)["3a"]
    assert (row.said, row.words) == (Said.NOWHERE, "")


def test_an_item_that_a_person_said_not_to_apply_has_the_reason(study: Path) -> None:
    assert rows(study)["12g"].words == "Not applicable: Only masks are returned"


def test_an_item_for_other_studies_says_so_without_our_names(study: Path) -> None:
    assert rows(study)["9a"].words == "Not applicable: asked only of studies that develop a model"
    reason = rows(study)["8b"].words
    assert reason.startswith("Not applicable: asked only if ")
    assert "outcome.subjective" not in reason


def test_an_item_of_which_no_fact_is_asked_says_what_decides_it(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text("model: {family: regression}", encoding="utf-8")
    found = {row.item: row.words for row in forming.form("claim_2024", path).form.rows}
    assert found["24"] == "Not applicable: regression (kind of model)"
    rows = forming.form("claim_2024", EXAMPLE / "study.yaml").form.rows
    assert {row.item: row.words for row in rows}[
        "13"
    ] == "Not applicable: No image entered the models"


def test_what_a_person_said_is_missing_is_not_reported_with_the_reason_once(study: Path) -> None:
    assert rows(study)["5b"].words == "Not reported: not kept at Clínica Norte"


def test_a_section_that_is_complete_gives_no_reason_that_a_journal_cannot_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "study.yaml"
    path.write_text("statements: {complete: [openness]}", encoding="utf-8")
    assert rows(path)["18c"].words == "Not reported"


def test_nothing_on_a_form_speaks_of_study_yaml() -> None:
    form = forming.form("tripod_ai_2024", EXAMPLE / "study.yaml").form
    words = " ".join(" ".join((row.words, row.reason)) for row in form.rows)
    assert "study.yaml" not in words
    assert "statements." not in words
    assert not any(status.words in words for status in (Status.PARTLY, Status.CONTRADICTED))


# The form in our own layout


@pytest.mark.parametrize("name", ["tripod_ai_2024", "claim_2024", "stard_ai_2025", "clear_2023",
                                  "decide_ai_2022", "tripod_ai_abstracts_2024"])  # fmt: skip
def test_every_guideline_gives_a_form_in_its_official_order(
    name: str, study: Path, tmp_path: Path
) -> None:
    assert (
        run(
            [
                "form",
                name,
                str(study),
                "-o",
                str(tmp_path / "f.docx"),
                "-o",
                str(tmp_path / "f.csv"),
            ]
        )
        == 0
    )
    table = Document(str(tmp_path / "f.docx")).tables[0]
    assert [tr.tc_lst[0].p_lst[0].text for tr in table._tbl.tr_lst][1:] == list(items(name))
    with (tmp_path / "f.csv").open(encoding="utf-8-sig", newline="") as opened:
        assert [row[0] for row in csv.reader(opened)][1:] == list(items(name))


def test_the_word_file_is_accessible(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "f.docx"
    assert run(["form", "tripod_ai_2024", str(study), "-o", str(out)]) == 0
    document = Document(str(out))
    assert document.core_properties.title == "TRIPOD+AI reporting checklist"
    assert document.core_properties.language == "en-GB"
    assert document.core_properties.author == ""
    assert document.paragraphs[0].style.name == "Heading 1"
    section = document.sections[0]
    assert (section.page_width.mm, section.page_height.mm) == pytest.approx((297, 210), abs=0.1)
    table = document.tables[0]._tbl
    properties = {each.tag.removeprefix(W): each for each in table.tblPr}
    assert properties["tblCaption"].get(f"{W}val") == "TRIPOD+AI items"
    assert properties["tblDescription"].get(f"{W}val")
    assert properties["tblLook"].get(f"{W}firstRow") == "1"
    first, *others = table.tr_lst
    assert first.trPr.find(f"{W}tblHeader") is not None
    assert all(row.trPr.find(f"{W}tblHeader") is None for row in others)
    assert all(row.trPr.find(f"{W}cantSplit") is not None for row in table.tr_lst)
    assert not list(table.iter(f"{W}gridSpan", f"{W}vMerge"))
    styles = zipfile.ZipFile(out).read("word/styles.xml").decode()
    assert '<w:lang w:val="en-GB"' in styles


def test_every_part_of_the_word_file_is_xml_and_named_in_the_types(
    study: Path, tmp_path: Path
) -> None:
    assert run(["form", "tripod_ai_2024", str(study), "-o", str(tmp_path / "f.docx")]) == 0
    with zipfile.ZipFile(tmp_path / "f.docx") as archive:
        types = archive.read("[Content_Types].xml").decode()
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
            assert name.endswith((".rels", "[Content_Types].xml")) or f'"/{name}"' in types


def _hostile() -> Form:
    words = '=HYPERLINK("x") <w:p> & "q" \x00\x1b\ufffe\u202e'
    row = FormRow(
        item="@1", section="+s", topic="-t", requirement="'r", said=Said.PLACE,
        places=(Where(words),), status=Status.REPORTED,
    )  # fmt: skip
    return Form(
        guideline="x", title="=L: <b>", version="1", year=1, doi=(), study="<script>", anonymous=False, rows=(row,)
    )  # fmt: skip


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_the_same_form_gives_the_same_bytes(suffix: str) -> None:
    sheet = of_form(forming.form("tripod_ai_2024", EXAMPLE / "study.yaml").form)
    assert FORMATS[suffix](sheet) == FORMATS[suffix](sheet)


def test_cells_of_strangers_are_text_everywhere() -> None:
    sheet = of_form(_hostile())
    text = FORMATS[".csv"](sheet)
    assert isinstance(text, bytes)
    assert text.startswith(b"\xef\xbb\xbf")
    row = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))[1]
    assert row[:5] == ["'@1", "'+s", "'-t", "'r", '\'=HYPERLINK("x") <w:p> & "q"']
    book = FORMATS[".xlsx"](sheet)
    assert isinstance(book, bytes)
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    document = FORMATS[".docx"](sheet)
    assert isinstance(document, bytes)
    cells = Document(io.BytesIO(document)).tables[0].rows[1].cells
    assert cells[4].text == '=HYPERLINK("x") <w:p> & "q"'


def test_ids_in_the_workbook_are_text(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "f.xlsx"
    assert run(["form", "claim_2024", str(study), "-o", str(out)]) == 0
    table = polars.read_excel(out, infer_schema_length=0)
    assert table["Item"].to_list() == list(items("claim_2024"))
    with zipfile.ZipFile(out) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert '<c r="A2" s="1" t="s">' in sheet


def test_the_pdf_is_tagged_and_carries_nothing(study: Path, tmp_path: Path) -> None:
    pytest.importorskip("weasyprint", exc_type=OSError)
    out = tmp_path / "f.pdf"
    assert run(["form", "tripod_ai_2024", str(study), "-o", str(out)]) == 0
    with pikepdf.open(out) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.docinfo["/Title"]) == "TRIPOD+AI reporting checklist"
        assert list(pdf.attachments) == []
        assert [round(float(each)) for each in pdf.pages[0].MediaBox] == [0, 0, 842, 595]


# Anonymous


def test_an_anonymous_form_names_nobody(study: Path, tmp_path: Path, capsys) -> None:
    for suffix in (".docx", ".csv", ".xlsx"):
        out = tmp_path / f"f{suffix}"
        assert run(["form", "tripod_ai_2024", str(study), "--anonymous", "-o", str(out)]) == 0
        text = _everything(out)
        for name in ("Lisboa", "Norte", "example.org", "A model from", str(tmp_path), "checker/"):
            assert name not in text, (suffix, name)
        assert HIDDEN in text
    err = capsys.readouterr().err
    assert "taken out: Hospital Lisboa; www.example.org/x; Clínica Norte" in err
    assert "look through the file yourself" in err


def _everything(path: Path) -> str:
    data = path.read_bytes()
    if data[:2] != b"PK":
        return data.decode("utf-8-sig")
    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def test_without_the_option_the_title_stands_on_the_form(study: Path, tmp_path: Path) -> None:
    assert run(["form", "tripod_ai_2024", str(study), "-o", str(tmp_path / "f.docx")]) == 0
    assert "A model from Hospital Lisboa" in _everything(tmp_path / "f.docx")


@pytest.mark.parametrize(
    "text",
    ["ana@example.org", "https://github.com/a/b", "github.com/ana/x", "10.1234/abc", "C:\\Users-x\\ana\\f.txt",
     "/data/ana/f.txt", "~/ana/f.txt", "\\\\server\\ana"],
)  # fmt: skip
def test_addresses_and_paths_are_taken_out(text: str, study: Path) -> None:
    changed = {
        **STUDY,
        "statements": {
            "not_applicable": [{"about": "tripod_ai_2024/7", "reason": f"see {text} there"}]
        },
    }
    study.write_text(yaml.safe_dump(changed), encoding="utf-8")
    found = forming.form("tripod_ai_2024", study, anonymous=True).form
    assert next(row.reason for row in found.rows if row.item == "7") == f"see {HIDDEN} there"


def test_who_paid_approved_and_registered_is_taken_out(study: Path) -> None:
    told = [
        "Ethikkommission Nord",
        "KEK 2019-0123",
        "DRKS00012345",
        "Krebsliga",
        "A model from there",
    ]
    opened = {
        "ethics": {"status": "approved", "committee": told[0], "approval_number": told[1]},
        "registration": {"status": "registered", "number": told[2]},
        "funding": {"sources": [told[3], "none"]},
    }
    reason = [{"about": "tripod_ai_2024/7", "reason": f"none of {', '.join(told)}; see 10.1/x."}]
    changed = {
        "study": {"title": told[4]},
        "openness": opened,
        "statements": {"not_applicable": reason},
    }
    study.write_text(yaml.safe_dump(changed), encoding="utf-8")
    found = forming.form("tripod_ai_2024", study, anonymous=True).form
    said = next(row.reason for row in found.rows if row.item == "7")
    assert said == f"none of {', '.join([HIDDEN] * 5)}; see 10.1/x"


def test_signs_behind_an_address_stay(study: Path) -> None:
    reason = [
        {"about": "tripod_ai_2024/7", "reason": "as in doi:10.1234/abc.d, and (www.example.org)"}
    ]
    study.write_text(yaml.safe_dump({"statements": {"not_applicable": reason}}), encoding="utf-8")
    found = forming.form("tripod_ai_2024", study, anonymous=True).form
    said = next(row.reason for row in found.rows if row.item == "7")
    assert said == f"as in doi:{HIDDEN}, and ({HIDDEN})"


@pytest.mark.parametrize("text", ["and/or", "p. 3/4", "sex/gender", "0.5 mg/kg"])
def test_a_stroke_between_words_is_no_path(text: str, study: Path) -> None:
    changed = {
        **STUDY,
        "statements": {"not_applicable": [{"about": "tripod_ai_2024/7", "reason": text}]},
    }
    study.write_text(yaml.safe_dump(changed), encoding="utf-8")
    found = forming.form("tripod_ai_2024", study, anonymous=True).form
    assert next(row.reason for row in found.rows if row.item == "7") == text


# Into the official form


def test_the_official_form_is_filled_and_the_rest_is_told(
    study: Path, tmp_path: Path, capsys
) -> None:
    form = official(
        tmp_path / "official.docx", [each for each in items("tripod_ai_2024") if each != "9a"]
    )
    out = tmp_path / "new" / "filled.docx"
    assert run(["form", "TRIPOD+AI", str(study), "--into", str(form), "-o", str(out)]) == 0
    found = {row.cells[0].text: row.cells[2].text for row in Document(str(out)).tables[0].rows}
    assert found["8a"] == "Methods, p. 7"
    assert found["12g"] == "Not applicable: Only masks are returned"
    assert found["4"] == ""
    err = capsys.readouterr().err
    assert "wrote " in err
    assert "could not be placed: 9a: the form has no row with this number" in err
    assert (
        'hint: add under statements.locations: {about: tripod_ai_2024/3a, place: "Methods, p. 7"}'
        in err
    )


def test_what_stands_in_the_official_form_stays(study: Path, tmp_path: Path, capsys) -> None:
    form = official(tmp_path / "official.docx", items("tripod_ai_2024"))
    document = Document(str(form))
    next(row for row in document.tables[0].rows if row.cells[0].text == "8a").cells[
        2
    ].text = "p. 99"
    document.save(str(form))
    command = [
        "form",
        "tripod_ai_2024",
        str(study),
        "--into",
        str(form),
        "-o",
        str(tmp_path / "f.docx"),
    ]
    assert run(command) == 0
    assert (
        "left as it was, since text stands there (--replace replaces it): 8a: p. 99"
        in capsys.readouterr().err
    )
    assert run([*command, "--replace"]) == 0
    assert "replaced; before it was: 8a: p. 99" in capsys.readouterr().err
    text = _everything(tmp_path / "f.docx")
    assert ("p. 99" in text, "Methods, p. 7" in text) == (False, True)


def test_an_anonymous_official_form_has_no_author(study: Path, tmp_path: Path) -> None:
    form = official(tmp_path / "official.docx", items("tripod_ai_2024"))
    out = tmp_path / "f.docx"
    assert (
        run(
            [
                "form",
                "tripod_ai_2024",
                str(study),
                "--into",
                str(form),
                "-o",
                str(out),
                "--anonymous",
            ]
        )
        == 0
    )
    assert "Ana Author" not in _everything(out)
    assert "Lisboa" not in _everything(out)


def test_the_form_of_another_list_is_not_written(study: Path, tmp_path: Path, capsys) -> None:
    form = official(tmp_path / "official.docx", items("clear_2023"))
    out = tmp_path / "f.docx"
    assert run(["form", "claim_2024", str(study), "--into", str(form), "-o", str(out)]) == 2
    assert not out.exists()
    assert "this is a form of clear_2023" in capsys.readouterr().err


# The audit


def test_the_audit_is_stamped_on_every_page_and_in_its_properties(tmp_path: Path) -> None:
    pytest.importorskip("weasyprint", exc_type=OSError)
    word, pdf = tmp_path / "tripod-audit.docx", tmp_path / "tripod-audit.pdf"
    assert (
        run(
            [
                "form",
                "tripod_ai_2024",
                str(EXAMPLE / "study.yaml"),
                "--audit",
                "-o",
                str(word),
                "-o",
                str(pdf),
            ]
        )
        == 0
    )
    document = Document(str(word))
    properties = document.core_properties
    assert properties.title == "Internal audit: TRIPOD+AI"
    assert {properties.subject, properties.category, properties.content_status} == {STAMP}
    header = document.sections[0].header._element.xml
    assert header.count(STAMP) == 3  # the line, the mark across the page, its text alternative
    assert STAMP in [each.text for each in document.paragraphs]
    text = " ".join(
        cell.text for table in document.tables for row in table.rows for cell in row.cells
    )
    for said in (
        "contradicted",
        "CLM001",
        "study.background.inequalities",
        "not described yet",
        "79.1 %",
    ):
        assert said in text
    with pikepdf.open(pdf) as opened:
        assert str(opened.docinfo["/Subject"]) == STAMP
        assert len(opened.pages) > 1
        assert all("/Resources" in page and _has_mark(page) for page in opened.pages)


def _has_mark(page: pikepdf.Page) -> bool:
    """Return whether something is drawn besides the text: the stamp across the page."""
    return b"Do" in pikepdf.Page(page).obj.Contents.read_bytes() or "/Pattern" in page.Resources


def test_no_form_has_a_verdict_or_a_stamp(tmp_path: Path) -> None:
    out = tmp_path / "f.docx"
    assert run(["form", "tripod_ai_2024", str(EXAMPLE / "study.yaml"), "-o", str(out)]) == 0
    text = _everything(out)
    for word in (
        "audit",
        "contradicted",
        "CLM001",
        "partly",
        "not described",
        "severity",
        "score:",
    ):
        assert word not in text


# Wrong use


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tripod_ai_2023", "-o", "x.docx"], "did you mean tripod_ai_2024?"),
        (
            ["probast_ai_2025", "-o", "x.docx"],
            "PROBAST+AI is a tool to judge quality and risk of bias",
        ),
        (["RQS", "-o", "x.docx"], "RQS is a quality score"),
        (["claim_2024", "-o", "x.txt"], "the ending must be one of .csv, .docx, .pdf, .xlsx"),
        (["claim_2024", "-o", "x.docx", "-o", "x.docx"], "named twice"),
        (["claim_2024", "-o", "x.docx", "--audit"], "such as x-internal-audit.docx"),
        (["claim_2024", "-o", "my-audit.docx"], "name it without the word audit"),
        (["claim_2024", "-o", "audit.csv", "--audit"], "an audit is stamped on each page"),
        (["claim_2024", "-o", "audit.pdf", "--audit", "--anonymous"], "leave --anonymous out"),
        (["claim_2024", "-o", "x.docx", "--replace"], "add --into"),
        (["claim_2024", "-o", "x.docx", "--column", "Page"], "--column is about an official form"),
        (["claim_2024", "-o", "x.pdf", "--into", "y.docx"], "the filled form is a Word file"),
        (["claim_2024", "-o", "x.docx", "--into", "y.docx"], "there is no such file"),
        (["claim_2024"], "Missing option"),
    ],
)
def test_wrong_use_is_said_and_nothing_is_written(
    arguments: list[str], said: str, study: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.chdir(study.parent)
    name, *options = arguments
    assert run(["form", name, str(study), *options]) == 2
    assert said in capsys.readouterr().err
    assert [each.name for each in study.parent.iterdir()] == ["study.yaml"]


def test_the_filled_form_does_not_take_the_place_of_the_official_one(
    study: Path, tmp_path: Path, capsys
) -> None:
    form = official(tmp_path / "official.docx", items("claim_2024"))
    before = form.read_bytes()
    assert run(["form", "claim_2024", str(study), "--into", str(form), "-o", str(form)]) == 2
    assert "is read by this command" in capsys.readouterr().err
    assert form.read_bytes() == before


def test_a_guideline_of_ones_own_has_a_form(study: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        yaml.safe_dump(
            {
                "id": "own_2026", "title": "Own: a list", "kind": "reporting", "version": "1", "year": 2026, "doi": [],
                "licence": "CC0", "when_to_use": "Always.", "verified": {"status": "none", "what": "nothing"},
                "items": [{"id": "A.1", "section": "All", "topic": "Outcome", "applies": ["evaluation"],
                           "requirement": "Say the outcome.", "evidence": ["outcome.definition"],
                           "checkable": "declared"}],
            }
        ),
        encoding="utf-8",
    )  # fmt: skip
    assert run(["form", str(own), str(study), "-o", str(tmp_path / "f.csv")]) == 0
    assert 'A.1,All,Outcome,Say the outcome.,"Methods, p. 7",' in (tmp_path / "f.csv").read_text(
        encoding="utf-8-sig"
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows does not count the time of child processes")
def test_it_takes_a_second_and_a_half_of_a_processor_at_most(tmp_path: Path) -> None:
    form = official(tmp_path / "official.docx", items("tripod_ai_2024"))
    command = [sys.executable, "-m", "checker", "form", "tripod_ai_2024", str(EXAMPLE / "study.yaml"),
               "--into", str(form), "-o", str(tmp_path / "f.docx")]  # fmt: skip
    taken = []
    for _ in range(3):
        before = os.times()
        subprocess.run(command, check=True, capture_output=True)
        after = os.times()
        taken.append(after.children_user - before.children_user)
    assert min(taken) < 1.5


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_libreoffice_opens_the_form_and_repeats_its_header(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "f.docx"
    assert run(["form", "tripod_ai_2024", str(study), "-o", str(out)]) == 0
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(out)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    pdfium = pytest.importorskip("pypdfium2")
    with pdfium.PdfDocument(str(tmp_path / "f.pdf")) as opened:
        pages = [page.get_textpage().get_text_range() for page in opened]
    assert len(pages) > 2
    assert all("What is asked" in page and "Where reported" in page for page in pages)


def test_pages_come_from_the_manuscript_and_a_quote_that_is_not_there_is_told(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    described = yaml.safe_load(study.read_text(encoding="utf-8"))
    described["statements"]["locations"] = [
        {"about": "outcome.definition", "place": "Methods", "quote": "judged by two pathologists"},
        {"about": "tripod_ai_2024/3a", "place": "Introduction", "quote": "rare in every country"},
    ]
    study.write_text(yaml.safe_dump(described), encoding="utf-8")
    paper = tmp_path / "paper.txt"
    paper.write_text(
        "Introduction\n\nLiver cancer is common.\n\fMethods\n\nHCC was judged by two pathologists.\n",
        encoding="utf-8",
    )
    out = tmp_path / "out.csv"
    asked = ["form", "tripod_ai_2024", str(study), "-o", str(out)]
    assert run([*asked, "--manuscript", str(paper)]) == 0
    err = " ".join(capsys.readouterr().err.split())
    placed = {row["Item"]: list(row.values())[4] for row in read(out)}
    assert placed["8a"] == "Methods, page 2"
    assert placed["3a"] == "Introduction"
    assert "the quote about tripod_ai_2024/3a was not found in paper.txt" in err
    assert run([*asked, "--manuscript", str(tmp_path / "nothing.pdf")]) == 2
    assert "nothing.pdf" in capsys.readouterr().err
    described["statements"]["manuscript"] = "paper.txt"
    study.write_text(yaml.safe_dump(described), encoding="utf-8")
    assert run(asked) == 0
    assert {row["Item"]: list(row.values())[4] for row in read(out)} == placed


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))
