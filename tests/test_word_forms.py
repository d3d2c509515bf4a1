"""Official Word forms of many layouts are filled: the right row, the right cell, and nothing else."""

import importlib.util
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from docx import Document

from checker.errors import BadRequest, BadSubmission
from checker.forms.filling import Filled, fill
from checker.forms.ids import Known, canonical, said_of
from checker.forms.numbering import in_form
from checker.forms.package import read_package
from checker.model.form import Form, FormRow, Said, Where
from checker.model.report import Status
from checker.reading.guidelines import guidelines


def _loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


word = _loaded("word_forms")
TRIPOD = tuple(item.id for item in guidelines(["tripod_ai_2024"])[0].items)
CLAIM = tuple(str(number) for number in range(1, 45))
STARD = tuple(
    re.findall(
        r"\S+",
        "1 2 3 4 5 6 7 8 9 10a 10b 11 12a 12b 13a 13b 14 15 16 17 18 19 20 21a 21b 22 23 24 25",
    )
)


def row_of(item: str, **values: Any) -> FormRow:
    """Return a row that is reported on a page of its own, unless told otherwise."""
    place = Where(f"Part {item}, p. 7", f"Part {item}", "p. 7")
    return FormRow(
        **{
            "item": item,
            "section": "Methods",
            "topic": "Topic",
            "requirement": "Asked.",
            "said": Said.PLACE,
            "places": (place,),
            "status": Status.REPORTED,
        }
        | values
    )


NOT_APPLICABLE = {
    "said": Said.NOT_APPLICABLE,
    "places": (),
    "reason": "no update was made",
    "status": Status.DOES_NOT_APPLY,
}
NOT_REPORTED = {
    "said": Said.NOT_REPORTED,
    "places": (),
    "reason": "no dates are kept",
    "status": Status.NOT_REPORTED,
}
BLANK = {"said": Said.NOWHERE, "places": (), "status": Status.REPORTED}
PARTLY = {"status": Status.PARTLY}


def made(ids: Sequence[str], anonymous: bool = False, **other: dict[str, Any]) -> Form:
    """Return a form of these items; what differs by item is given as ``i12a={...}``."""
    return Form(
        guideline="list_2024",
        title="LIST: a list",
        version="2024",
        year=2024,
        doi=("10.1/1",),
        study="",
        anonymous=anonymous,
        rows=tuple(row_of(each, **other.get(f"i{each}", {})) for each in ids),
    )


def filled(document: Any, form: Form, tmp_path: Path, **options: Any) -> tuple[Filled, Path]:
    """Return what became of the document, and the filled file."""
    before = word.saved(document, tmp_path / "official.docx")
    after = fill(read_package(before), form, **options)
    out = tmp_path / "filled.docx"
    out.write_bytes(after.data)
    return after, out


def at(
    path: Path, ids: Sequence[str], column: int, id_column: int, table: int = 0
) -> dict[str, str]:
    """Return the text of a column by item."""
    rows = word.cells(path, table)
    return {row[id_column]: row[column] for row in rows if row[id_column] in ids}


def places(ids: Sequence[str]) -> dict[str, str]:
    return {each: f"Part {each}, p. 7" for each in ids}


TRIPOD_HEADS = [
    "Section/Topic",
    "Item",
    "Development / evaluation",
    "Checklist item",
    "Reported on page",
]
SECTIONS = {"1": "TITLE", "3a": "INTRODUCTION", "5a": "METHODS", "18a": "OPEN SCIENCE"}


def tripod(merged: bool = True, printed: Callable[[str], str] = str) -> Any:
    return word.form(
        TRIPOD_HEADS,
        TRIPOD,
        lambda each: ["Lorem", printed(each), "D;E", word.LOREM, ""],
        SECTIONS,
        merged,
    )


# Layouts


@pytest.mark.parametrize("merged", [True, False])
def test_a_form_with_section_rows_is_filled_by_item(tmp_path: Path, merged: bool) -> None:
    after, out = filled(tripod(merged), made(TRIPOD), tmp_path)
    assert at(out, TRIPOD, 4, 1) == places(TRIPOD)
    assert (after.unplaced, after.kept, after.notes) == ((), (), ())


def printed_ids() -> dict[str, Callable[[str], str]]:
    def apart(between: str, after: str = "") -> Callable[[str], str]:
        return lambda each: f"{each[:-1]}{between}{each[-1]}{after}" if each[-1].isalpha() else each

    return {
        "12 a": apart(" "),
        "12(a)": apart("(", ")"),
        "12 (a)": apart(" (", ")"),
        "12a.": lambda each: f"{each}.",
        "(12a)": lambda each: f"({each})",
        "12.a": apart("."),
        "12-a": apart("-"),
        "Item 12a": lambda each: f"Item {each}",
        "item no. 12a": lambda each: f"item no. {each}",
        "#12a": lambda each: f"#{each}",
        "12A": str.upper,
        "12a*": lambda each: f"{each}*",
        "with a no-break space": apart("\u00a0"),
        "on two lines": apart("\n"),
        "below its section": lambda each: f"Methods\n{each}",
    }


@pytest.mark.parametrize("how", printed_ids())
def test_ids_are_known_however_they_are_printed(tmp_path: Path, how: str) -> None:
    printed = printed_ids()[how]
    after, out = filled(tripod(printed=printed), made(TRIPOD), tmp_path)
    rows = {row[1]: row[4] for row in word.cells(out)}
    assert {each: rows[printed(each)] for each in TRIPOD} == places(TRIPOD)
    assert after.unplaced == ()


@pytest.mark.parametrize("name", [each.id for each in guidelines() if each.kind == "reporting"])
@pytest.mark.parametrize("between", ["", " "])
def test_the_form_of_every_guideline_is_filled(tmp_path: Path, name: str, between: str) -> None:
    ids = tuple(item.id for item in guidelines([name])[0].items)
    printed = {each: re.sub(r"(?<=\d)(?=[a-z])", between, each) for each in ids}
    document = word.form(["Item", "Text", "Page"], ids, lambda e: [printed[e], word.LOREM, ""])
    after, out = filled(document, made(ids), tmp_path)
    found = {row[0]: row[2] for row in word.cells(out)}
    assert {each: found[printed[each]] for each in ids} == places(ids)
    assert (after.unplaced, after.notes) == ((), ())


def test_rows_and_cells_inside_content_controls_are_found(tmp_path: Path) -> None:
    document = word.form(["No", "Item", "Page"], CLAIM, lambda e: [e, word.LOREM, ""])
    rows = {row.cells[0].text: row._tr for row in document.tables[0].rows}
    word.wrapped_in_control(rows["5"])
    word.wrapped_in_control(rows["6"].tc_lst[2], "Click or tap here to enter text.")
    word.wrapped_in_control(rows["7"].tc_lst[0])
    word.wrapped_in_control(rows["8"].tc_lst[2], "Type the page")
    after, out = filled(document, made(CLAIM), tmp_path)
    text = word.parts(out)["word/document.xml"].decode()
    assert after.unplaced == ()
    assert [each for each in CLAIM if text.count(f">Part {each}, p. 7<") != 1] == []
    assert "Click or tap" not in text
    assert "Type the page" not in text


def test_an_id_that_is_split_over_runs_is_read_as_one(tmp_path: Path) -> None:
    document = tripod()
    for row in document.tables[0].rows:
        if row.cells[1].text == "12a":
            word.split_runs(row.cells[1], ["1", "2", "a"])
        if row.cells[1].text == "5b":
            word.split_runs(row.cells[1], ["5"])
            row.cells[1].paragraphs[0]._p.append(word.inserted_run("b"))
            row.cells[1].paragraphs[0]._p.append(word.deleted_run("c"))
    after, out = filled(document, made(TRIPOD), tmp_path)
    assert after.unplaced == ()
    texts = [cell.text for cell in Document(str(out)).tables[0].columns[4].cells]
    assert "Part 12a, p. 7" in texts
    assert "Part 5b, p. 7" in texts


def test_a_mark_of_a_footnote_is_no_part_of_an_id(tmp_path: Path) -> None:
    document = tripod()
    for row in document.tables[0].rows:
        if row.cells[1].text == "12c":
            row.cells[1].paragraphs[0].add_run("1").font.superscript = True
    after, _ = filled(document, made(TRIPOD), tmp_path)
    assert after.unplaced == ()


def below(ids: Sequence[str]) -> list[tuple[str, str]]:
    """Return number and letter of each item, with a row of the number alone before its letters."""
    rows: list[tuple[str, str]] = []
    for each in ids:
        number, letter = each.rstrip("abcdefg"), each.lstrip("0123456789")
        if letter == "a":
            rows.append((number, ""))
        rows.append(("" if letter else number, letter))
    return rows


def test_letters_below_their_number_in_one_column(tmp_path: Path) -> None:
    document = Document()
    table = document.add_table(rows=0, cols=3)
    word.fill(table.add_row(), ["No", "Item", "Page"])
    for number, letter in below(TRIPOD):
        word.fill(table.add_row(), [number or letter, word.LOREM, ""])
    after, out = filled(document, made(TRIPOD), tmp_path)
    found = [row[2] for row in word.cells(out) if row[2]][1:]
    assert found == list(places(TRIPOD).values())
    assert after.unplaced == ()


@pytest.mark.parametrize("how", ["repeated", "blank", "merged", "row"])
def test_number_and_letter_in_columns_of_their_own(tmp_path: Path, how: str) -> None:
    document = Document()
    table = document.add_table(rows=0, cols=5)
    word.fill(table.add_row(), ["No.", "Part", "D/E", "Item", "Location"])
    last = None
    for each in TRIPOD:
        number, letter = each.rstrip("abcdefg"), each.lstrip("0123456789")
        if how == "row" and letter == "a":
            word.fill(table.add_row(), [number, "", "", word.LOREM, ""])
        shown = number if how == "repeated" or letter in ("", "a") else ""
        row = table.add_row()
        word.fill(row, ["" if how == "row" and letter else shown, letter, "D", word.LOREM, ""])
        if how == "merged" and letter not in ("", "a") and last is not None:
            last.cells[0].merge(row.cells[0])
        last = row
    after, out = filled(document, made(TRIPOD), tmp_path)
    assert after.unplaced == ()
    found = [row[4] for row in word.cells(out)[1:] if row[4]]
    assert found == list(places(TRIPOD).values())


def test_a_form_without_rows_for_parts_gets_them_in_the_row_of_the_number(tmp_path: Path) -> None:
    document = word.form(
        ["Item", "Text", "Page"],
        [str(n) for n in range(1, 28)],
        lambda each: [each, word.LOREM, ""],
    )
    after, out = filled(document, made(TRIPOD), tmp_path)
    rows = {row[0]: row[2] for row in word.cells(out)}
    assert rows["3"] == "3a: Part 3a, p. 7; 3b: Part 3b, p. 7; 3c: Part 3c, p. 7"
    assert rows["7"] == "Part 7, p. 7"
    assert after.unplaced == ()


@pytest.mark.parametrize("merged", [True, False])
def test_letters_at_the_beginning_of_the_text_belong_to_the_number_beside_them(
    tmp_path: Path, merged: bool
) -> None:
    document = word.form(["Section", "No", "Asked", "Page"], TRIPOD, lambda e: parted(e, merged))
    table = document.tables[0]
    for row, above in zip(table.rows[2:], table.rows[1:-1], strict=True):
        if merged and row.cells[1].text == "":
            above.cells[1].merge(row.cells[1])
    after, out = filled(document, made(TRIPOD), tmp_path)
    assert not after.unplaced
    assert [row[3] for row in word.cells(out)[1:]] == [f"Part {each}, p. 7" for each in TRIPOD]


def parted(item: str, merged: bool) -> list[str]:
    """Return a row with the letter of the item in its text, and the number where it begins."""
    number, letter = re.fullmatch(r"(\d+)(.*)", item).groups()  # type: ignore[union-attr]
    text = f"({letter}) {word.LOREM}" if letter else f"a) {word.LOREM}"
    return ["Lorem", number if letter in ("", "a") or not merged else "", text, ""]


def test_all_letters_in_one_text_share_the_row_of_their_number(tmp_path: Path) -> None:
    numbers = list(dict.fromkeys(re.findall(r"\d+", " ".join(TRIPOD))))
    document = word.form(
        ["No", "Asked", "Page"], numbers, lambda e: [e, "(a) Lorem\n(b) ipsum", ""]
    )
    after, out = filled(document, made(TRIPOD), tmp_path)
    assert not after.unplaced
    assert at(out, ["3"], 2, 0) == {"3": "3a: Part 3a, p. 7; 3b: Part 3b, p. 7; 3c: Part 3c, p. 7"}


@pytest.mark.parametrize("first", [20, 22, 24])
def test_two_lists_side_by_side_are_filled_each_in_its_own_column(
    tmp_path: Path, first: int
) -> None:
    left, right = CLAIM[:first], CLAIM[first:]
    pairs = {a or b: (a, b) for a, b in zip_longest(left, right, fillvalue="")}
    document = word.form(
        ["No", "Item", "Page", "No", "Item", "Page"],
        list(pairs),
        lambda e: [pairs[e][0], word.LOREM, "", pairs[e][1], word.LOREM, ""],
    )
    after, out = filled(document, made(CLAIM), tmp_path)
    assert not after.unplaced
    for row in word.cells(out)[1:]:
        assert (row[2], row[5]) == tuple(f"Part {e}, p. 7" if e else "" for e in (row[0], row[3]))


def test_a_cell_that_names_several_items_gets_all_of_them(tmp_path: Path) -> None:
    ids = [each for each in TRIPOD if each not in ("9b", "9c", "6b")]
    document = word.form(
        ["Item", "Text", "Page"],
        ids,
        lambda each: [{"9a": "9a-c", "6a": "6a, b"}.get(each, each), word.LOREM, ""],
    )
    after, out = filled(document, made(TRIPOD), tmp_path)
    rows = {row[0]: row[2] for row in word.cells(out)}
    assert rows["9a-c"] == "9a: Part 9a, p. 7; 9b: Part 9b, p. 7; 9c: Part 9c, p. 7"
    assert rows["6a, b"] == "6a: Part 6a, p. 7; 6b: Part 6b, p. 7"
    assert after.unplaced == ()


def test_numbers_at_the_beginning_of_the_text_are_ids_where_there_are_no_others(
    tmp_path: Path,
) -> None:
    document = word.form(
        ["Lorem", "Page"],
        TRIPOD,
        lambda each: [f"{each}. {word.LOREM}" if each != "7" else "7 Lorem", ""],
    )
    after, out = filled(document, made(TRIPOD), tmp_path)
    assert [row[1] for row in word.cells(out)[1:]] == list(places(TRIPOD).values())
    assert after.unplaced == ()


@pytest.mark.parametrize("ids", [CLAIM, TRIPOD])
def test_a_column_that_counts_all_rows_is_not_that_of_the_items(
    tmp_path: Path, ids: Sequence[str]
) -> None:
    counted = {each: at for at, each in enumerate(("head", *ids[:9], "part", *ids[9:]), start=1)}
    document = word.form(
        ["Row", "Item", "Asked", "Page"],
        list(counted),
        lambda e: [str(counted[e]), e if e in ids else "", word.LOREM, ""],
    )
    _, out = filled(document, made(ids), tmp_path)
    assert at(out, ids, 3, 1) == places(ids)


def test_numbers_that_begin_anew_in_each_table_are_not_those_of_the_items(tmp_path: Path) -> None:
    document = Document()
    for first in range(0, 44, 8):
        table = document.add_table(rows=0, cols=4)
        word.fill(table.add_row(), ["#", "Item", "Asked", "Page"])
        for count, each in enumerate(CLAIM[first : first + 8], start=1):
            word.fill(table.add_row(), [str(count), each, word.LOREM, ""])
    _, out = filled(document, made(CLAIM), tmp_path)
    found = [row[1:4:2] for each in range(6) for row in word.cells(out, each)[1:]]
    assert found == [[each, f"Part {each}, p. 7"] for each in CLAIM]


def test_numbers_in_the_text_are_ids_beside_those_of_the_sections(tmp_path: Path) -> None:
    document = word.form(
        ["Section", "Asked", "Page"], TRIPOD, lambda e: [e[0], f"{e}. {word.LOREM}", ""]
    )
    _, out = filled(document, made(TRIPOD), tmp_path)
    texts = {row[1].split(".")[0]: row[2] for row in word.cells(out)[1:]}
    assert texts == places(TRIPOD)


def test_place_cells_merged_downwards_get_all_their_items(tmp_path: Path) -> None:
    document = tripod()
    rows = {row.cells[1].text: row for row in document.tables[0].rows}
    rows["6a"].cells[4].merge(rows["6c"].cells[4])
    _, out = filled(document, made(TRIPOD), tmp_path)
    found = {row[1]: row[4] for row in word.cells(out)}
    assert found["6a"].strip() == "6a: Part 6a, p. 7; 6b: Part 6b, p. 7; 6c: Part 6c, p. 7"
    assert found["7"] == "Part 7, p. 7"


def test_a_table_that_goes_on_without_headings_has_the_columns_of_the_one_before(
    tmp_path: Path,
) -> None:
    document = tripod()
    document.add_page_break()
    late = document.add_table(rows=0, cols=5)
    first = document.tables[0]
    for row in list(first.rows)[30:]:
        late._tbl.append(row._tr)
    after, out = filled(document, made(TRIPOD), tmp_path)
    assert at(out, TRIPOD, 4, 1) | at(out, TRIPOD, 4, 1, table=1) == places(TRIPOD)
    assert after.unplaced == ()


def test_a_second_list_in_the_same_file_is_left_alone(tmp_path: Path) -> None:
    document = tripod()
    other = document.add_table(rows=0, cols=3)
    word.fill(other.add_row(), ["Item", "Abstract", "Page"])
    for number in range(1, 14):
        word.fill(other.add_row(), [str(number), word.LOREM, ""])
    _, out = filled(document, made(TRIPOD), tmp_path)
    assert at(out, TRIPOD, 4, 1) == places(TRIPOD)
    assert {row[2] for row in word.cells(out, 1)} == {"Page", ""}
    ids = [str(number) for number in range(1, 14)]
    _, out = filled(document, made(ids), tmp_path)
    assert at(out, ids, 2, 0, table=1) == places(ids)
    assert {row[4] for row in word.cells(out) if row[4].startswith("Part")} == set()


def test_a_form_inside_a_cell_of_another_table_is_found(tmp_path: Path) -> None:
    document = Document()
    frame = document.add_table(rows=1, cols=1)
    inner = frame.cell(0, 0).add_table(rows=0, cols=3)
    word.fill(inner.add_row(), ["No", "Item", "Page"])
    for each in CLAIM:
        word.fill(inner.add_row(), [each, word.LOREM, ""])
    after, out = filled(document, made(CLAIM), tmp_path)
    table = Document(str(out)).tables[0].cell(0, 0).tables[0]
    assert {row.cells[0].text: row.cells[2].text for row in list(table.rows)[1:]} == places(CLAIM)
    assert after.unplaced == ()


STARD_HEADS = ["Section & topic", "No", "Item", "Reported on page #"]


def test_a_column_headed_no_is_for_numbers_not_for_answers(tmp_path: Path) -> None:
    document = word.form(
        STARD_HEADS, STARD, lambda each: ["", each, word.LOREM, ""], {"3": "METHODS"}
    )
    after, out = filled(document, made(STARD), tmp_path)
    assert at(out, STARD, 3, 1) == places(STARD)
    assert (after.unplaced, after.undecided) == ((), ())


@pytest.mark.parametrize(
    "heading",
    ["Page", "Reported on page", "Reported on page No.", "Location", "Where reported", "Page / line",
     "Location in manuscript", "Page number(s)", "Item reported on page", "Section reported", "Line number", "Pg"],
)  # fmt: skip
def test_the_place_column_is_known_by_many_headings(tmp_path: Path, heading: str) -> None:
    document = word.form(
        ["No", "Item", heading, "For editors"], CLAIM, lambda e: [e, word.LOREM, "", ""]
    )
    _, out = filled(document, made(CLAIM), tmp_path)
    assert at(out, CLAIM, 2, 0) == places(CLAIM)


def test_the_only_empty_column_at_the_end_is_the_place_and_that_is_told(tmp_path: Path) -> None:
    document = word.form(["Nr.", "Merkmal", "Fundstelle"], CLAIM, lambda e: [e, word.LOREM, ""])
    after, out = filled(document, made(CLAIM), tmp_path)
    assert at(out, CLAIM, 2, 0) == places(CLAIM)
    assert after.notes == (
        'table 1: the column "Fundstelle" was taken for the place, since it is the only empty one',
    )


def test_a_place_column_that_is_not_recognised_is_asked_for_and_can_be_named(
    tmp_path: Path,
) -> None:
    document = word.form(
        ["Nr.", "Text", "Fundstelle", "Vermerk"], CLAIM, lambda e: [e, word.LOREM, "", ""]
    )
    with pytest.raises(
        BadSubmission, match=r'Headings: "Nr\.", "Text", "Fundstelle", "Vermerk"'
    ) as bad:
        filled(document, made(CLAIM), tmp_path)
    assert "--column" in bad.value.problems[0].hint
    _, out = filled(document, made(CLAIM), tmp_path, column="fundst")
    assert at(out, CLAIM, 2, 0) == places(CLAIM)
    with pytest.raises(BadRequest, match='--column "Seite": no heading has this'):
        filled(document, made(CLAIM), tmp_path, column="Seite")


# Answers beside the place


CLAIM_HEADS = ["Section / Topic", "No.", "Item", "Yes", "No", "NA", "Page"]


def test_ticks_say_yes_no_and_not_applicable(tmp_path: Path) -> None:
    document = word.form(CLAIM_HEADS, CLAIM, lambda e: ["", e, word.LOREM, "", "", "", ""])
    form = made(CLAIM, i3=NOT_APPLICABLE, i4=NOT_REPORTED, i5=BLANK, i6=PARTLY)
    after, out = filled(document, form, tmp_path)
    rows = {row[1]: row[3:] for row in word.cells(out)}
    assert rows["1"] == ["X", "", "", "Part 1, p. 7"]
    assert rows["3"] == ["", "", "X", "Not applicable: no update was made"]
    assert rows["4"] == ["", "X", "", "Not reported: no dates are kept"]
    assert rows["5"] == ["", "", "", ""]
    assert rows["6"] == ["", "", "", "Part 6, p. 7"]
    assert after.undecided == ("6",)


@pytest.mark.parametrize(
    "theirs", ["Editor use only: page", "Page (for reviewers)", "To be filled by the editor: where"]
)
def test_a_column_that_others_fill_is_left_alone(tmp_path: Path, theirs: str) -> None:
    document = word.form(["No", theirs, "Item", "Page"], CLAIM, lambda e: [e, "", word.LOREM, ""])
    _, out = filled(document, made(CLAIM), tmp_path)
    assert at(out, CLAIM, 1, 0) == dict.fromkeys(CLAIM, "")
    assert at(out, CLAIM, 3, 0) == places(CLAIM)


def test_a_heading_of_two_rows_is_read_from_both(tmp_path: Path) -> None:
    document = Document()
    table = document.add_table(rows=0, cols=6)
    word.fill(table.add_row(), ["No.", "Item", "Reported?", "", "", "Page"])
    table.rows[0].cells[2].merge(table.rows[0].cells[4])
    word.fill(table.add_row(), ["", "", "Yes", "No", "N/A", ""])
    table.cell(0, 5).merge(table.cell(1, 5))
    for each in CLAIM:
        word.fill(table.add_row(), [each, word.LOREM, "", "", "", ""])
    _, out = filled(document, made(CLAIM, i3=NOT_APPLICABLE), tmp_path)
    rows = {row[0]: row[2:] for row in word.cells(out)}
    assert rows["1"] == ["X", "", "", "Part 1, p. 7"]
    assert rows["3"] == ["", "", "X", "Not applicable: no update was made"]


@pytest.mark.parametrize("heading", ["Yes/No/NA", "Yes, No, N/A", "Reported? (yes/no)"])
def test_one_column_for_the_answer_gets_a_word(tmp_path: Path, heading: str) -> None:
    document = word.form(["No.", "Item", heading, "Page"], CLAIM, lambda e: [e, word.LOREM, "", ""])
    form = made(CLAIM, i3=NOT_APPLICABLE, i4=NOT_REPORTED)
    _, out = filled(document, form, tmp_path)
    assert [at(out, CLAIM, 2, 0)[each] for each in ("1", "3", "4")] == ["Yes", "NA", "No"]


def test_boxes_are_ticked_beside_their_word(tmp_path: Path) -> None:
    document = word.form(
        ["No.", "Item", "Yes/No/NA", "Page"],
        CLAIM,
        lambda e: [e, word.LOREM, "☐ Yes ☐ No ☐ NA", ""],
    )
    _, out = filled(document, made(CLAIM, i3=NOT_APPLICABLE, i4=NOT_REPORTED, i5=BLANK), tmp_path)
    found = at(out, CLAIM, 2, 0)
    assert [found[each] for each in ("1", "3", "4", "5")] == [
        "☒ Yes ☐ No ☐ NA",
        "☐ Yes ☐ No ☒ NA",
        "☐ Yes ☒ No ☐ NA",
        "☐ Yes ☐ No ☐ NA",
    ]


def test_check_boxes_of_word_are_ticked(tmp_path: Path) -> None:
    document = word.form(CLAIM_HEADS, CLAIM, lambda e: ["", e, word.LOREM, "", "", "", ""])
    for row in list(document.tables[0].rows)[1:]:
        for cell in row.cells[3:6]:
            word.checkbox(cell)
    _, out = filled(document, made(CLAIM, i2=NOT_APPLICABLE), tmp_path)
    rows = Document(str(out)).tables[0].rows
    ticked = [c._tc.xml.count('w14:checked w14:val="1"') for c in rows[1].cells[3:6]]
    assert ticked == [1, 0, 0]
    assert [c._tc.xml.count("☒") for c in rows[2].cells[3:6]] == [0, 0, 1]


def test_check_boxes_of_the_old_kind_are_ticked(tmp_path: Path) -> None:
    document = word.form(CLAIM_HEADS, CLAIM, lambda e: ["", e, word.LOREM, "", "", "", ""])
    for row in list(document.tables[0].rows)[1:]:
        word.old_checkbox(row.cells[3])
        word.old_checkbox(row.cells[4], '<w:checked w:val="0"/>')
    _, out = filled(document, made(CLAIM, i2=NOT_REPORTED), tmp_path)
    rows = Document(str(out)).tables[0].rows
    assert ["<w:checked/>" in cell._tc.xml for cell in rows[1].cells[3:5]] == [True, False]
    assert ["<w:checked/>" in cell._tc.xml for cell in rows[2].cells[3:5]] == [False, True]


def test_a_list_to_choose_from_gets_one_of_its_own_words(tmp_path: Path) -> None:
    document = word.form(
        ["No.", "Item", "Yes/No/NA", "Page"], CLAIM, lambda e: [e, word.LOREM, "", ""]
    )
    for row in list(document.tables[0].rows)[1:]:
        word.dropdown(row.cells[2], ["Yes", "No", "n/a"] if row.cells[0].text != "9" else ["Ja"])
    after, out = filled(document, made(CLAIM, i3=NOT_APPLICABLE), tmp_path)
    xml = {row.cells[0].text: row.cells[2]._tc.xml for row in Document(str(out)).tables[0].rows}
    assert ">n/a</w:t>" in xml["3"]
    assert ">Yes</w:t>" in xml["1"]
    assert "showingPlcHdr" not in xml["1"]
    assert after.unplaced == (("9", "its list offers no such answer"),)


def test_a_column_for_the_reason_gets_it(tmp_path: Path) -> None:
    document = word.form(
        ["No.", "Item", "Page", "If not applicable, reason"],
        CLAIM,
        lambda e: [e, word.LOREM, "", ""],
    )
    _, out = filled(document, made(CLAIM, i3=NOT_APPLICABLE), tmp_path)
    assert {row[0]: row[2:] for row in word.cells(out)}["3"] == [
        "Not applicable",
        "no update was made",
    ]


def test_page_and_section_go_to_their_own_columns(tmp_path: Path) -> None:
    document = word.form(
        ["No.", "Item", "Reported on Page Number/Line Number", "Reported on Section/Paragraph"],
        CLAIM,
        lambda e: [e, word.LOREM, "", ""],
    )
    form = made(CLAIM, i3=NOT_APPLICABLE, i5={"places": (Where("Supplement", "Supplement"),)})
    _, out = filled(document, form, tmp_path)
    rows = {row[0]: row[2:] for row in word.cells(out)}
    assert rows["1"] == ["p. 7", "Part 1"]
    assert rows["3"] == ["Not applicable: no update was made", ""]
    assert rows["5"] == ["Supplement", ""]


def test_boxes_are_found_whatever_their_heading_says(tmp_path: Path) -> None:
    document = word.form(
        ["No.", "Item", "Done", "Page"], CLAIM, lambda e: [e, word.LOREM, "Yes ☐ No ☐ NA ☐", ""]
    )
    _, out = filled(document, made(CLAIM, i3=NOT_REPORTED), tmp_path)
    found = at(out, CLAIM, 2, 0)
    assert (found["1"], found["3"]) == ("Yes ☒ No ☐ NA ☐", "Yes ☐ No ☒ NA ☐")


def test_a_form_of_ticks_alone_gets_them_and_that_is_told(tmp_path: Path) -> None:
    document = word.form(["No.", "Item", "Yes", "No"], CLAIM, lambda e: [e, word.LOREM, "", ""])
    after, out = filled(document, made(CLAIM, i3=NOT_REPORTED), tmp_path)
    rows = {row[0]: row[2:] for row in word.cells(out)}
    assert (rows["1"], rows["3"]) == (["X", ""], ["", "X"])
    assert after.notes == (
        "table 1: no column for the place is recognised; only answers were written",
    )


def test_a_section_row_over_most_columns_hides_no_heading(tmp_path: Path) -> None:
    document = word.form(
        CLAIM_HEADS, CLAIM, lambda e: ["", e, word.LOREM, "", "", "", ""], {"1": "TITLE"}, False
    )
    row = document.tables[0].rows[1]
    row.cells[0].merge(row.cells[5])
    _, out = filled(document, made(CLAIM), tmp_path)
    assert {row[1]: row[3:] for row in word.cells(out)}["1"] == ["X", "", "", "Part 1, p. 7"]


def test_a_number_merged_down_over_several_rows_is_one_item(tmp_path: Path) -> None:
    document = word.form(["No", "Item", "Page"], CLAIM, lambda e: [e, word.LOREM, ""])
    table = document.tables[0]
    extra = table.add_row()
    word.fill(extra, ["", "more of it", ""])
    table.rows[5]._tr.addnext(extra._tr)
    table.rows[5].cells[0].merge(table.rows[6].cells[0])
    after, out = filled(document, made(CLAIM), tmp_path)
    assert after.notes == ()
    assert [row[2] for row in word.cells(out)[5:7]] == ["Part 5, p. 7", ""]


# What stands there already


def test_text_in_a_place_cell_stays_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    document = tripod()
    rows = {row.cells[1].text: row for row in document.tables[0].rows}
    rows["4"].cells[4].text = "see abstract"
    rows["7"].cells[4].text = "Part 7, p. 7"
    after, out = filled(document, made(TRIPOD), tmp_path)
    assert at(out, TRIPOD, 4, 1)["4"] == "see abstract"
    assert after.kept == (("4", "see abstract"),)
    after, out = filled(document, made(TRIPOD), tmp_path, replace=True)
    assert at(out, TRIPOD, 4, 1) == places(TRIPOD)
    assert (after.kept, after.replaced) == ((), (("4", "see abstract"),))


def test_an_answer_that_is_given_already_stays_alone(tmp_path: Path) -> None:
    document = word.form(CLAIM_HEADS, CLAIM, lambda e: ["", e, word.LOREM, "", "", "", ""])
    rows = {row.cells[1].text: row for row in document.tables[0].rows}
    rows["2"].cells[4].text = "x"
    rows["3"].cells[3].text = "☒"
    after, out = filled(document, made(CLAIM), tmp_path)
    found = {row[1]: row[3:] for row in word.cells(out)}
    assert found["2"] == ["", "x", "", "Part 2, p. 7"]
    assert found["3"] == ["☒", "", "", "Part 3, p. 7"]
    assert after.kept == (("2", "answered already: No"),)


def test_a_box_that_is_ticked_already_stays(tmp_path: Path) -> None:
    document = word.form(
        ["No.", "Item", "Yes/No", "Page"],
        CLAIM,
        lambda e: [e, word.LOREM, "☐ Yes ☒ No" if e == "2" else "☐ Yes ☐ No", ""],
    )
    after, out = filled(document, made(CLAIM), tmp_path)
    assert [at(out, CLAIM, 2, 0)[each] for each in ("1", "2")] == ["☒ Yes ☐ No", "☐ Yes ☒ No"]
    assert after.kept == (("2", "answered already: ☐ Yes ☒ No"),)


def test_a_line_to_write_on_and_a_prompt_are_not_text(tmp_path: Path) -> None:
    document = tripod()
    rows = {row.cells[1].text: row for row in document.tables[0].rows}
    rows["4"].cells[4].text = "_______"
    rows["7"].cells[4].text = "Click here to enter text."
    word.in_control(rows["8a"].cells[4])
    after, out = filled(document, made(TRIPOD), tmp_path)
    assert after.kept == ()
    cells = {row.cells[1].text: row.cells[4] for row in Document(str(out)).tables[0].rows}
    assert (cells["4"].text, cells["7"].text) == ("Part 4, p. 7", "Part 7, p. 7")
    xml = cells["8a"]._tc.xml
    assert "Part 8a, p. 7" in xml
    assert "Click or tap" not in xml
    assert "showingPlcHdr" not in xml


def test_a_control_that_shows_data_of_another_part_is_left_and_told(tmp_path: Path) -> None:
    document = tripod()
    rows = {row.cells[1].text: row for row in document.tables[0].rows}
    word.in_control(rows["4"].cells[4], extra='<w:dataBinding w:xpath="/a" w:storeItemID="{0}"/>')
    word.in_control(rows["7"].cells[4], extra='<w:lock w:val="sdtContentLocked"/>')
    after, _ = filled(document, made(TRIPOD), tmp_path)
    assert dict(after.unplaced) == {
        "4": "the cell shows data of another part of the file; type it in Word",
        "7": "the cell is locked",
    }


def test_deleted_text_does_not_fill_a_cell(tmp_path: Path) -> None:
    document = tripod()
    rows = {row.cells[1].text: row for row in document.tables[0].rows}
    rows["4"].cells[4].paragraphs[0]._p.append(word.deleted_run("p. 1"))
    after, out = filled(document, made(TRIPOD), tmp_path)
    assert after.kept == ()
    assert at(out, TRIPOD, 4, 1)["4"] == "Part 4, p. 7"


def test_text_looks_like_its_neighbours(tmp_path: Path) -> None:
    from docx.shared import Pt

    document = tripod()
    for row in document.tables[0].rows:
        for run in row.cells[1].paragraphs[0].runs:
            run.font.size, run.font.name, run.font.bold = Pt(8), "Georgia", True
    _, out = filled(document, made(TRIPOD), tmp_path)
    run = Document(str(out)).tables[0].rows[2].cells[4].paragraphs[0].runs[0]
    assert (run.font.size, run.font.name, run.font.bold) == (Pt(8), "Georgia", None)


# What could not be placed


def test_an_item_without_a_row_is_told(tmp_path: Path) -> None:
    document = word.form(["No", "Item", "Page"], CLAIM[:-2], lambda e: [e, word.LOREM, ""])
    after, _ = filled(document, made(CLAIM), tmp_path)
    assert after.unplaced == (
        ("43", "the form has no row with this number"),
        ("44", "the form has no row with this number"),
    )
    assert after.notes == (
        "the form ends with item 42, and list_2024 (2024) with 44: see that it is the same edition, whose "
        "numbers mean the same",
    )


def test_a_place_cell_that_is_merged_with_the_text_is_told(tmp_path: Path) -> None:
    document = word.form(
        ["No", "Item", "Page"], CLAIM, lambda e: [e, "Lorem" if e == "5" else word.LOREM, ""]
    )
    row = document.tables[0].rows[5]
    row.cells[1].merge(row.cells[2])
    after, _ = filled(document, made(CLAIM), tmp_path)
    assert after.unplaced == (("5", 'table 1, row 6: the cell is merged with "Lorem"'),)


def test_a_second_row_of_an_item_is_told(tmp_path: Path) -> None:
    document = word.form(
        ["No", "Item", "Page"], (*CLAIM[:10], "5", *CLAIM[10:]), lambda e: [e, "Lorem", ""]
    )
    after, out = filled(document, made(CLAIM), tmp_path)
    assert after.notes == ("5 has a second row (table 1, row 12), which was left alone",)
    assert [row[2] for row in word.cells(out) if row[0] == "5"] == ["Part 5, p. 7", ""]


@pytest.mark.parametrize(
    ("rows", "asked", "said"),
    [
        (58, CLAIM, "this is a form of clear_2023: it has the rows of all 58 items"),
        (44, TRIPOD, "this is a form of claim_2024: it has the rows of all 44 items"),
        (30, TRIPOD, "of the 52 items of list_2024 .* have a row in it, and it has rows that are none of them"),
        (9, CLAIM, "9 of the 44 items of list_2024"),
        (27, CLAIM, "27 of the 44 items of list_2024 .* have a row in it: it ends with item 27"),
        (22, TRIPOD, "44 of the 52 items of list_2024 .* have a row in it: it ends with item 22"),
        (39, CLAIM, "39 of the 44 items of list_2024"),
    ],
)  # fmt: skip
def test_the_form_of_another_list_is_refused(
    tmp_path: Path, rows: int, asked: Sequence[str], said: str
) -> None:
    ids = [str(number) for number in range(1, rows + 1)]
    document = word.form(["No", "Item", "Page"], ids, lambda e: [e, word.LOREM, ""])
    others = {"claim_2024": CLAIM, "clear_2023": [str(number) for number in range(1, 59)]}
    with pytest.raises(BadSubmission, match=said):
        filled(document, made(asked), tmp_path, others=others)


def test_a_file_without_a_table_is_refused(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("1 Title, page 3")
    with pytest.raises(BadSubmission, match="it has no table"):
        filled(document, made(CLAIM), tmp_path)


# Numbers that Word makes


def test_numbers_that_word_makes_are_ids(tmp_path: Path) -> None:
    document = word.form(
        ["No", "Item", "Page"], CLAIM, lambda e: ["", word.LOREM, ""], {"3": "METHODS"}
    )
    word.number(
        document, word.numbering(document, [("decimal", "%1.", 1)]), lambda row: row.cells[0]
    )
    after, out = filled(document, made(CLAIM), tmp_path)
    assert [row[2] for row in word.cells(out)[1:] if row[2] != "METHODS"] == list(
        places(CLAIM).values()
    )
    assert after.unplaced == ()


def test_letters_that_word_makes_below_its_numbers_are_ids(tmp_path: Path) -> None:
    rows = below(TRIPOD)
    document = Document()
    table = document.add_table(rows=0, cols=3)
    word.fill(table.add_row(), ["No", "Item", "Page"])
    for _ in rows:
        word.fill(table.add_row(), ["", word.LOREM, ""])
    lists = word.numbering(document, [("decimal", "%1", 1), ("lowerLetter", "%1%2)", 1)])
    levels = iter([1 if letter else 0 for _, letter in rows])
    word.number(document, lists, lambda row: row.cells[0], lambda: next(levels))
    after, out = filled(document, made(TRIPOD), tmp_path)
    assert [row[2] for row in word.cells(out)[1:] if row[2]] == list(places(TRIPOD).values())
    assert after.unplaced == ()


def test_a_style_numbers_its_paragraphs_and_a_list_begins_anew(tmp_path: Path) -> None:
    document = word.form(["No", "Item", "Page"], CLAIM, lambda e: ["", word.LOREM, ""])
    document.add_paragraph(
        "Read this", style="List Number"
    )  # outside of the table, in the same list
    document.element.body.insert(0, document.paragraphs[-1]._p)
    lists = word.numbering(document, [("decimal", "Item %1", 1)])
    again = word.numbering_again(document, lists)
    word.style_number(document, "List Number", lists)
    for at, row in enumerate(list(document.tables[0].rows)[1:]):
        row.cells[0].paragraphs[0].style = document.styles["List Number"]
        if at == 0:
            word.set_number(row.cells[0].paragraphs[0], again, 0)
    after, out = filled(document, made(CLAIM), tmp_path)
    assert [row[2] for row in word.cells(out)[1:]] == list(places(CLAIM).values())
    assert after.unplaced == ()


@pytest.mark.parametrize(
    ("number", "form", "printed"),
    [(3, "decimal", "3"), (3, "lowerLetter", "c"), (27, "upperLetter", "AA"), (9, "upperRoman", "IX"),
     (1994, "lowerRoman", "mcmxciv"), (4, "chineseCounting", "4"), (0, "lowerLetter", "0")],
)  # fmt: skip
def test_a_number_is_printed_in_its_form(number: int, form: str, printed: str) -> None:
    assert in_form(number, form) == printed


# Nothing else is touched


def test_every_other_part_is_the_same_to_the_byte(tmp_path: Path) -> None:
    document = tripod()
    document.add_picture(str(_picture(tmp_path)))
    document.sections[0].header.paragraphs[0].text = "A journal"
    _, out = filled(document, made(TRIPOD), tmp_path)
    before, after = word.parts(tmp_path / "official.docx"), word.parts(out)
    assert list(before) == list(after)
    assert [name for name in before if before[name] != after[name]] == ["word/document.xml"]
    stamps = [
        [each.date_time for each in zipfile.ZipFile(f).infolist()]
        for f in (tmp_path / "official.docx", out)
    ]
    assert stamps[0] == stamps[1]


def _picture(folder: Path) -> Path:
    from PIL import Image

    Image.new("RGB", (40, 30), (20, 80, 140)).save(folder / "logo.png")
    return folder / "logo.png"


def test_a_file_that_was_written_as_a_stream_is_filled(tmp_path: Path) -> None:
    path = word.saved(tripod(), tmp_path / "official.docx")
    parts = word.parts(path)

    class Stream:
        def __init__(self) -> None:
            self.data = bytearray()

        def write(self, data: bytes) -> int:
            self.data += data
            return len(data)

        def flush(self) -> None:
            return

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        archive.comment = b"a comment"
        for name, data in parts.items():
            archive.writestr(name, data)
        archive.writestr("word/media/", b"")
    path.write_bytes(bytes(stream.data))
    after = fill(read_package(path), made(TRIPOD))
    out = tmp_path / "filled.docx"
    out.write_bytes(after.data)
    assert zipfile.ZipFile(out).testzip() is None
    assert at(out, TRIPOD, 4, 1) == places(TRIPOD)


def test_the_text_part_differs_by_what_was_written_alone(tmp_path: Path) -> None:
    _, out = filled(tripod(), made(TRIPOD), tmp_path)
    before = word.parts(tmp_path / "official.docx")["word/document.xml"]
    after = word.parts(out)["word/document.xml"]
    for each in TRIPOD:
        run = f'<w:r><w:t xml:space="preserve">Part {each}, p. 7</w:t></w:r>'.encode()
        assert after.count(run) == 1
        after = after.replace(b"<w:p>" + run + b"</w:p>", b"<w:p/>").replace(run, b"")
    assert after == before


def test_the_same_form_gives_the_same_bytes(tmp_path: Path) -> None:
    first, _ = filled(tripod(), made(TRIPOD), tmp_path)
    second = fill(read_package(tmp_path / "official.docx"), made(TRIPOD))
    assert first.data == second.data


def test_words_that_would_be_xml_are_text(tmp_path: Path) -> None:
    place = Where('<w:p/> & "x" \x0b\x1b[31m\u202e café', "", "")
    _, out = filled(tripod(), made(TRIPOD, i1={"places": (place,)}), tmp_path)
    assert at(out, TRIPOD, 4, 1)["1"] == '<w:p/> & "x" [31m café'


def test_a_form_with_other_prefixes_and_the_strict_names_is_filled(tmp_path: Path) -> None:
    path = word.saved(tripod(), tmp_path / "official.docx")
    text = word.parts(path)["word/document.xml"].replace(b"<w:", b"<x:").replace(b"</w:", b"</x:")
    text = text.replace(b" w:", b" x:").replace(b"xmlns:w=", b"xmlns:x=")
    text = text.replace(
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    word.rezipped(path, {"word/document.xml": b"\xef\xbb\xbf" + text})
    after = fill(read_package(path), made(TRIPOD))
    assert len(after.written) == len(TRIPOD)
    assert b'<x:r><x:t xml:space="preserve">Part 1, p. 7</x:t></x:r>' in _text(after)


def _text(after: Filled) -> bytes:
    import io

    with zipfile.ZipFile(io.BytesIO(after.data)) as archive:
        return archive.read("word/document.xml")


def test_an_anonymous_form_names_nobody(tmp_path: Path) -> None:
    document = tripod()
    properties = document.core_properties
    properties.author, properties.last_modified_by = "Ana Author", "Bo Writer"
    document.part.relate_to(
        "file:///C:/Users-x/Ana%20Author/n.dotm", "x:template", is_external=True
    )
    rows = {row.cells[1].text: row for row in document.tables[0].rows}
    rows["4"].cells[3].paragraphs[0]._p.append(word.inserted_run("ipsum"))
    _, out = filled(document, made(TRIPOD, anonymous=True), tmp_path)
    everything = b"".join(word.parts(out).values())
    assert b"Ana" not in everything.replace(b"Analy", b"")
    assert b"Bo Writer" not in everything
    assert "thumbnail" not in word.parts(out)["_rels/.rels"].decode()
    assert word.parts(out)["docProps/thumbnail.jpeg"] == b""
    assert at(out, TRIPOD, 4, 1) == places(TRIPOD)
    _, out = filled(document, made(TRIPOD), tmp_path)
    assert Document(str(out)).core_properties.author == "Ana Author"


# Bad files


def _zip(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


TYPES = (
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
    b'PartName="/word/document.xml" ContentType="%s"/></Types>'
)
DOCUMENT = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS = b"application/vnd.ms-word.document.macroEnabled.main+xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def bad_files() -> dict[str, tuple[bytes | dict[str, bytes], str]]:
    return {
        "a text": (b"Item,Page\n1,2\n", "this is not a Word file"),
        "nothing": (b"", "the file is empty"),
        "a PDF": (b"%PDF-1.7 ...", "this is a PDF"),
        "RTF": (b"{\\rtf1 }", "this is an RTF file"),
        "the old Word": (OLE + bytes(600), "the old Word (.doc)"),
        "a password": (OLE + "EncryptedPackage".encode("utf-16-le"), "the file is encrypted"),
        "half a file": (b"PK\x03\x04" + bytes(60), "the file is damaged"),
        "a zip": ({"a.txt": b"a"}, "this is a zip archive"),
        "OpenDocument": (
            {"mimetype": b"x", "content.xml": b"<a/>"},
            "this is an OpenDocument file",
        ),
        "macros": (
            {"[Content_Types].xml": TYPES % MACROS, "word/document.xml": b"<a/>"},
            "the file holds macros (.docm)",
        ),
        "macros under another name": (
            {
                "[Content_Types].xml": TYPES % DOCUMENT,
                "word/vbaProject.bin": b"",
                "word/document.xml": b"<a/>",
            },
            "the file holds macros (.docm)",
        ),
        "a workbook": ({"[Content_Types].xml": TYPES % b"x"}, "no Word document"),
        "no XML": (
            {"[Content_Types].xml": TYPES % DOCUMENT, "word/document.xml": b"<a><b></a>"},
            "its text is no XML",
        ),
        "entities": (
            {
                "[Content_Types].xml": TYPES % DOCUMENT,
                "word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
            },
            "a document type",
        ),
        "another encoding": (
            {
                "[Content_Types].xml": TYPES % DOCUMENT,
                "word/document.xml": '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"),
            },
            "not in UTF-8",
        ),
        "too deep": (
            {
                "[Content_Types].xml": TYPES % DOCUMENT,
                "word/document.xml": b"<a>" * 5000 + b"</a>" * 5000,
            },
            "nested deeper",
        ),
        "a bomb": (
            {"[Content_Types].xml": TYPES % DOCUMENT, "word/document.xml": bytes(2**25)},
            "no form is that large",
        ),
    }


@pytest.mark.parametrize("what", bad_files())
def test_a_file_that_cannot_be_filled_is_called_what_it_is(tmp_path: Path, what: str) -> None:
    data, said = bad_files()[what]
    path = tmp_path / "official.docx"
    if isinstance(data, bytes):
        path.write_bytes(data)
    else:
        _zip(path, data)
    with pytest.raises(BadSubmission) as bad:
        fill(read_package(path), made(CLAIM))
    assert said in str(bad.value)


def test_a_damaged_part_is_told(tmp_path: Path) -> None:
    path = word.saved(tripod(), tmp_path / "official.docx")
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("word/document.xml").header_offset
    data[start + 200 : start + 260] = bytes(60)
    path.write_bytes(bytes(data))
    with pytest.raises(BadSubmission, match=r"word/document.xml inside it is damaged"):
        fill(read_package(path), made(TRIPOD))


@pytest.mark.parametrize("cut", [0.2, 0.7, 0.999])
def test_a_file_that_was_cut_off_is_told(tmp_path: Path, cut: float) -> None:
    path = word.saved(tripod(), tmp_path / "official.docx")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * cut)])
    with pytest.raises(BadSubmission, match="damaged"):
        read_package(path)


# Ids


@pytest.mark.parametrize(
    ("printed", "meant"),
    [("12a", "12a"), ("Item 12 (a).", "12a"), ("12a*", "12a"), ("No. 5", "5"), ("IV", "iv"), ("１２a", "12a"),
     ("dev-4.1", "dev-4.1"), ("4.10", "4.10"), ("\u200b3", "3"), ("", "")],
)  # fmt: skip
def test_an_id_has_one_canonical_form(printed: str, meant: str) -> None:
    assert canonical(printed) == meant


def test_roman_numbers_are_items_and_no_letters_below_a_number() -> None:
    known = Known.of(["1", "I", "2a", "2b", "II", "V"])
    said = said_of(["1", "I", "2", "a", "b", "II", "V", "x"], known)
    assert [each.items for each in said] == [
        ("1",),
        ("I",),
        (),
        ("2a",),
        ("2b",),
        ("II",),
        ("V",),
        (),
    ]


# Opened elsewhere


def _soffice() -> str | None:
    import shutil

    return shutil.which("soffice")


@pytest.mark.slow
@pytest.mark.skipif(_soffice() is None, reason="LibreOffice is not installed here")
def test_libreoffice_opens_the_filled_form(tmp_path: Path) -> None:
    _, out = filled(tripod(), made(TRIPOD, i13=NOT_APPLICABLE), tmp_path)
    subprocess.run(
        [_soffice() or "", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "txt:Text",
         "--outdir", str(tmp_path), str(out)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    text = (tmp_path / "filled.txt").read_text(encoding="utf-8-sig")
    for each in TRIPOD:
        assert f"Part {each}, p. 7" in text or each == "13"
    assert "Not applicable: no update was made" in text
