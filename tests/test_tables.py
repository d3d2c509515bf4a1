"""Tables: what is read, and one clear sentence with its row for everything that is not."""

import datetime
import gzip
import hashlib
import io
import json
import math
import string
import time
import zipfile
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from checker.errors import BadSubmission
from checker.reading import cells, parts, stored, tables
from checker.reading.tables import decimals, everything, labels, numbers, read_table

# A workbook as small as one can be, so that no package that writes them is needed


class Stored(NamedTuple):
    """A cell as it stands in the XML of a sheet."""

    value: str
    marks: str


def column_letters(index: int) -> str:
    return (column_letters(index // 26 - 1) if index >= 26 else "") + string.ascii_uppercase[
        index % 26
    ]


def cell_xml(cell: object, place: str) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
        case int() | float():
            return f'<c r="{place}"><v>{cell!r}</v></c>'
        case Stored(value, marks):
            return f'<c r="{place}" {marks}><v>{value}</v></c>'
    text = escape(str(cell))
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="14"/></cellXfs></styleSheet>',
    }
    entries, relations = "", f'<Relationship Id="s" Type="{office}/styles" Target="styles.xml"/>'
    for number, (name, rows) in enumerate(sheets, start=1):
        entries += f'<sheet name="{name}" sheetId="{number}" r:id="r{number}"/>'
        target = f"worksheets/sheet{number}.xml"
        relations += f'<Relationship Id="r{number}" Type="{office}/worksheet" Target="{target}"/>'
        body = "".join(
            f'<row r="{at}">'
            + "".join(cell_xml(cell, f"{column_letters(i)}{at}") for i, cell in enumerate(row))
            + "</row>"
            for at, row in enumerate(rows, start=1)
        )
        parts[f"xl/{target}"] = (
            f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
        )
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{entries}</sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{package}/relationships">{relations}</Relationships>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{xml}')
    return file.getvalue()


def parquet(**columns: object) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(columns).write_parquet(file)
    return file.getvalue()


def table_of(data: bytes, folder: Path, name: str = "scores.csv", **options: str) -> tables.Table:
    path = folder / name
    path.write_bytes(data)
    return read_table(path, name=name, **options)


def problems_of(data: bytes, folder: Path, name: str = "scores.csv", **options: str):
    with pytest.raises(BadSubmission) as caught:
        table_of(data, folder, name, **options)
    return caught.value.problems


# Files that are no tables


class Bad(NamedTuple):
    story: str
    name: str
    data: bytes
    line: int | None
    says: str
    hint: str = ""


LONG = "x" * 140_000
BAD = [
    Bad("nothing", "a.csv", b"", None, "the file is empty"),
    Bad("only a byte order mark", "a.csv", b"\xef\xbb\xbf", 1, "the file is empty"),
    Bad("only line ends", "a.csv", b"\r\n\r\n", 1, "the file is empty"),
    Bad("only a header", "a.csv", b"y,p\n", None, "the table has a header but no rows"),
    Bad("a header without line end", "a.csv", b"y,p", None, "the table has a header but no rows"),
    Bad("a blank first line", "a.csv", b"\ny,p\n1,2\n", 1, "the first line is blank"),
    Bad(
        "the mark of Excel",
        "a.csv",
        b"sep=;\r\ny;p\r\n1;2\r\n",
        1,
        "the first line is sep=;",
        "delete",
    ),
    Bad("bars as delimiters", "a.csv", b"y|p\n1|2\n", 1, 'separated by "|"', "commas"),
    Bad(
        "UTF-16 with its mark",
        "a.csv",
        "y,p\n1,2\n".encode("utf-16"),
        None,
        "encoded as UTF-16",
        "CSV UTF-8",
    ),
    Bad(
        "UTF-16 LE without a mark",
        "a.csv",
        "y,p\n1,2\n".encode("utf-16-le"),
        None,
        "encoded as UTF-16",
    ),
    Bad(
        "UTF-16 BE without a mark",
        "a.csv",
        "y,p\n1,2\n".encode("utf-16-be"),
        None,
        "encoded as UTF-16",
    ),
    Bad("UTF-32", "a.csv", "y,p\n1,2\n".encode("utf-32"), None, "encoded as UTF-32"),
    Bad(
        "UTF-32 without a mark",
        "a.csv",
        "y,p\n1,2\n".encode("utf-32-le"),
        None,
        "encoded as UTF-32",
    ),
    Bad(
        "Latin-1",
        "a.csv",
        b"name,p\nJones,1\nM\xfcller,2\n",
        3,
        "row 3: byte 0xFC is not UTF-8",
        "Latin-1",
    ),
    Bad("a NUL", "a.csv", b"y,p\n1,2\n1,\0\n", 3, "bytes that are no text"),
    Bad("other bytes", "a.csv", bytes(range(256)) * 4, 1, "bytes that are no text"),
    Bad(
        "a workbook called CSV",
        "a.csv",
        workbook(("s", [["y"], [1]])),
        None,
        "an Excel workbook",
        ".xlsx",
    ),
    Bad("a parquet file called CSV", "a.csv", parquet(y=[1]), None, "a parquet file", ".parquet"),
    Bad("gzip called CSV", "a.csv", gzip.compress(b"y,p\n1,2\n"), None, "a gzip archive", "unpack"),
    Bad("a pickle called CSV", "a.csv", b"\x80\x04\x95", None, "a Python pickle"),
    Bad("a web page called CSV", "a.csv", b"<!DOCTYPE html><html>", None, "a web page", "download"),
    Bad(
        "a Git LFS pointer",
        "a.csv",
        b"version https://git-lfs.github.com/spec/v1\n",
        None,
        "Git LFS",
        "git lfs pull",
    ),
    Bad("a text called parquet", "a.parquet", b"y,p\n1,2\n", None, "not a parquet file"),
    Bad("a text called xlsx", "a.xlsx", b"y,p\n1,2\n", None, "not an Excel workbook"),
    Bad("a damaged parquet file", "a.parquet", parquet(y=[1])[:-9], None, "cannot be read"),
    Bad(
        "a damaged workbook",
        "a.xlsx",
        b"PK\x03\x04 and then nothing",
        None,
        "cannot be read",
        "CSV UTF-8",
    ),
    Bad(
        "an archive that is no workbook",
        "a.xlsx",
        b"PK\x05\x06" + b"\0" * 18,
        None,
        "not an Excel workbook",
    ),
    Bad(
        "an old workbook",
        "a.xls",
        b"\xd0\xcf\x11\xe0",
        None,
        'files ending in ".xls" are not read',
        ".xlsx",
    ),
    Bad(
        "a packed table", "a.csv.gz", gzip.compress(b"y\n1\n"), None, 'ending in ".gz"', "unpack it"
    ),
    Bad("a pickle", "a.pkl", b"\x80\x04", None, 'ending in ".pkl"'),
    Bad("no ending", "scores", b"y,p\n1,2\n", None, "a file without an ending"),
    Bad(
        "a name twice", "a.csv", b"y,p,y\n1,2,3\n", 1, "columns 1 and 3 are both named y", "rename"
    ),
    Bad("a name twice but for spaces", "a.csv", b"y,p, y\n1,2,3\n", 1, "columns 1 and 3"),
    Bad("a column without a name", "a.csv", b"y,,p\n1,2,3\n", 1, "column 2 has no name"),
    Bad("a short row", "a.csv", b"y,p,q\n1,2,3\n1,2\n", 3, "row 3 has 2 cells, the header has 3"),
    Bad(
        "a row of one cell", "a.csv", b"y,p,q\n1,2,3\n1\n", 3, "row 3 has 1 cell, the header has 3"
    ),
    Bad("a long row", "a.csv", b"y,p\n1,2\n1,2,3\n", 3, "row 3 has 3 cells", "double quotes"),
    Bad("a comma at the end of a row", "a.csv", b"y,p\n1,2,\n", 2, "row 2 has 3 cells"),
    Bad("a short row beside a long one", "a.csv", b"y,p\n1\n1,2,3\n", 2, "row 2 has 1 cell"),
    Bad("a decimal comma among commas", "a.csv", b"y,p\n1,0,5\n", 2, "row 2 has 3 cells"),
    Bad(
        "a long row of a single column",
        "a.csv",
        b"y\n1\n1,2\n",
        3,
        "row 3 has 2 cells, the header has 1",
    ),
    Bad(
        "many short rows",
        "a.csv",
        b"y,p\n" + b"1\n" * 20,
        2,
        "row 2 has 1 cell, the header has 2; also rows 3, 4, 5, 6 and 15 more",
    ),
    Bad("two short rows", "a.csv", b"y,p\n1\n1,2\n1\n", 2, "the header has 2; also row 4"),
    Bad("a blank line between rows", "a.csv", b"y,p\n1,2\n\n3,4\n", 3, "row 3 is blank", "delete"),
    Bad("a blank line after the header", "a.csv", b"y,p\n\n3,4\n", 2, "row 2 is blank"),
    Bad("a blank line in a single column", "a.csv", b"y\n1\n\n3\n", 3, "row 3 is blank"),
    Bad("a row of empty cells", "a.csv", b"y,p\n1,2\n,\n3,4\n", 3, "row 3 is blank"),
    Bad("a line of spaces", "a.csv", b"y,p\n1,2\n  \n3,4\n", 3, "row 3 is blank"),
    Bad(
        "a quote that stays open",
        "a.csv",
        b'y,p\n1,2\n1,"2\n3,4\n',
        3,
        "row 3: a double quote is opened and never closed",
    ),
    Bad(
        "an open quote in a long file",
        "a.csv",
        f'y,p\n1,"{LONG}\n3,4\n'.encode(),
        2,
        "row 2: a cell has more than 131,072 characters",
    ),
    Bad(
        "text after a quote",
        "a.csv",
        b'y,p\n1,2\n"1"x,2\n',
        3,
        "row 3: a closing double quote is followed by more text",
    ),
    Bad("an open quote in the header", "a.csv", b'y,"p\n1,2\n', 1, "the header has a quote"),
    Bad("a lone carriage return", "a.csv", b"y,p\n1\r,2\n3,4\n", 2, "row 2 has 1 cell"),
    Bad("after a cell of two lines", "a.csv", b'y,p\n"1\n1",2\n3\n', 4, "row 3 has 1 cell"),
    Bad("a JSON array", "a.jsonl", b'[{"y": 1}]\n', 1, "one JSON array", "one object per line"),
    Bad(
        "a line that is no JSON",
        "a.jsonl",
        b'{"y": 1}\n{"y": \n',
        2,
        "row 2: the line is not valid JSON",
    ),
    Bad(
        "a line that is no object",
        "a.jsonl",
        b'{"y": 1}\n3\n',
        2,
        "row 2: the line is not an object",
    ),
    Bad(
        "a key that is missing",
        "a.jsonl",
        b'{"y": 1, "p": 2}\n{"y": 1}\n',
        2,
        "row 2: p is missing",
    ),
    Bad(
        "a new key",
        "a.jsonl",
        b'{"y": 1}\n{"y": 1, "p": 2}\n',
        2,
        "row 2: p is not in the first row",
    ),
    Bad("a key twice", "a.jsonl", b'{"y": 1, "y": 2}\n', 1, "row 1: y comes twice"),
    Bad("a list in a cell", "a.jsonl", b'{"y": [1]}\n', 1, "row 1: y holds several values"),
    Bad(
        "a blank line of JSON", "a.jsonl", b'{"y": 1}\n\n{"y": 1}\n', 2, "row 2: the line is blank"
    ),
    Bad(
        "nested brackets",
        "a.jsonl",
        b'{"y": ' + b"[" * 200_000,
        1,
        "row 1: the line is not valid JSON",
    ),
    Bad("an empty sheet", "a.xlsx", workbook(("s", [])), None, "the sheet is empty"),
    Bad(
        "a sheet with a header only",
        "a.xlsx",
        workbook(("s", [["y", "p"]])),
        None,
        "a header but no rows",
    ),
    Bad(
        "a blank row in a sheet",
        "a.xlsx",
        workbook(("s", [["y"], [1], [], [2]])),
        3,
        "row 3 is blank",
    ),
    Bad(
        "a nameless column of a sheet",
        "a.xlsx",
        workbook(("s", [["y"], [1, 2]])),
        1,
        "column 2 has no name",
    ),
]


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.story)
def test_what_is_no_table_has_one_clear_sentence(case, tmp_path):
    problem = problems_of(case.data, tmp_path, case.name)[0]
    assert case.says in problem.message
    assert problem.line == case.line
    assert case.hint in problem.hint
    assert problem.file == case.name


def test_every_wrong_row_is_named_at_once(tmp_path):
    found = problems_of(b"y,p\n1\n\n1,2,3\n1,2\n", tmp_path)
    assert [(each.line, each.message) for each in found] == [
        (2, "row 2 has 1 cell, the header has 2"),
        (3, "row 3 is blank"),
        (4, "row 4 has 3 cells, the header has 2"),
    ]


def test_a_folder_is_no_table(tmp_path):
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(BadSubmission, match="this is a folder, and a table is expected"):
        read_table(tmp_path / "a.csv", name="a.csv")


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(BadSubmission, match=r"a\.csv: there is no such file"):
        read_table(tmp_path / "a.csv", name="a.csv")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "LARGEST_FILE", 2 * len(PLAIN))
    assert table_of(PLAIN, tmp_path).rows == 2
    [problem] = problems_of(PLAIN * 3, tmp_path)
    assert problem.message.startswith("the file has 0.0 GiB; at most")
    assert "leave out the columns" in problem.hint


def test_more_than_ten_thousand_columns_are_refused(tmp_path):
    wide = ",".join(f"c{i}" for i in range(10_001)).encode()
    [problem] = problems_of(wide + b"\n1\n", tmp_path)
    assert problem.message == "the table has 10,001 columns; at most 10,000 are read"


MANY = 300_000
QUADRATIC = {
    "a header whose quote is never closed": ("a.csv", '"y,p' + "\n1,0.5" * MANY, "never closed"),
    "an object of many names": (
        "a.jsonl",
        "{" + ",".join(f'"{at}": 1' for at in range(MANY)) + "}",
        "300,000 columns; at most 10,000",
    ),
    "a name that comes twice among many": (
        "a.jsonl",
        "{" + ",".join(f'"{at}": 1' for at in range(MANY)) + ', "299999": 1}',
        "299999 comes twice",
    ),
    "a second line of many names": (
        "a.jsonl",
        '{"y": 1}\n{"y": 1, ' + ",".join(f'"{at}": 1' for at in range(MANY)) + "}",
        "0 is not in the first row",
    ),
}


@pytest.mark.parametrize(("name", "text", "says"), QUADRATIC.values(), ids=QUADRATIC)
def test_what_is_wrong_with_a_large_table_is_said_soon(name, text, says, tmp_path):
    start = time.process_time()
    [problem] = problems_of(text.encode(), tmp_path, name)
    assert says in problem.message
    assert time.process_time() - start < 10, "the time grows with the square of the size"


def test_a_sheet_with_far_cells_is_refused_before_memory_is_filled(tmp_path):
    data = workbook(("s", [["y"], [1]]))
    bomb = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(bomb, "w") as new:
        for part in old.namelist():
            xml = old.read(part).replace(b'r="A2"', b'r="XFD1048576"')
            new.writestr(part, xml)
    [problem] = problems_of(bomb.getvalue(), tmp_path, "a.xlsx")
    assert "17,179,869,184 cells; at most 20,000,000 are read" in problem.message


def with_cells(old: bytes, new: bytes, rows: int = 1) -> bytes:
    """Return a workbook whose sheet is written otherwise."""
    data, made = workbook(("s", [["y", "p"], *[[1, 0.5]] * rows])), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w") as other:
        for part in archive.namelist():
            xml = archive.read(part)
            if "sheet1" in part:
                assert old in xml
                xml = xml.replace(old, new, 1)
            other.writestr(part, xml)
    return made.getvalue()


NEXT = b'<row r="3"><c r="A3"><v>1</v></c>'
FAR = [
    ("letters beyond any column", b'r="B2"', b'r="ZZZZZZZ99999999"', "no place of a cell"),
    ("small letters", b'r="B2"', b'r="xfd1048576"', "no place of a cell"),
    ("space around the sign", b'r="B2"', b"r = 'XFD1048576'", "17,179,869,184 cells"),
    ("an entity", b'r="B2"', b'r="&#88;FD1048576"', "no place of a cell"),
    ("a row beyond any", b'<row r="2"', b'<row r="4294967295"', "no number of a row"),
    ("a column beyond any", b'r="B2"', b'r="XFE2"', "outside of what a sheet can hold"),
    ("cells that do not say where they stand", b"</sheetData>",
     b'<row r="1048576">' + b"<c/>" * 300 + b"<c><v>1</v></c></row></sheetData>", "315,"),
    ("cells after one that does", b"</sheetData>",
     b'<row r="60000"><c r="A60000"/>' + b"<c/>" * 700 + b"</row></sheetData>", "42,060,000 cells"),
    ("rows that do not say where they stand", b"</sheetData>",
     b'<row r="1048575"/><row><c/></row><row><c/></row></sheetData>', "outside of what"),
    ("a sign inside an attribute", b'r="B2"', b'x="<" r="B2"', "not written as XML asks"),
]  # fmt: skip


@pytest.mark.parametrize(("story", "old", "new", "says"), FAR, ids=[each[0] for each in FAR])
def test_a_sheet_is_measured_as_its_reader_sees_it(story, old, new, says, tmp_path):
    [problem] = problems_of(with_cells(old, new), tmp_path, "a.xlsx")
    assert says in problem.message


def test_rows_without_cells_do_not_make_a_sheet_large(tmp_path):
    data = with_cells(b"</sheetData>", b'<row r="1048576" hidden="1"/></sheetData>')
    assert table_of(data, tmp_path, "a.xlsx").rows == 1


def test_cells_without_a_place_are_read(tmp_path):
    data = with_cells(b"</sheetData>", b"<row><c><v>0</v></c><c><v>0.25</v></c></row></sheetData>")
    assert table_of(data, tmp_path, "a.xlsx").text("p").to_list() == ["0.5", "0.25"]


def test_a_wrong_dimension_is_not_looked_at(tmp_path, capfd):
    data = with_cells(b"<sheetData>", b'<dimension ref="B3:A1"/><sheetData>')
    assert table_of(data, tmp_path, "a.xlsx").rows == 1
    assert capfd.readouterr().err == ""


def test_more_shared_texts_than_cells_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "MOST_SHEET_CELLS", 9)
    made = io.BytesIO(workbook(("s", [["y"], [1]])))
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst>{'<si><t/></si>' * 10}</sst>")
    [problem] = problems_of(made.getvalue(), tmp_path, "a.xlsx")
    assert problem.message == "the table has 10 cells; at most 9 are read"


def test_a_part_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "LARGEST_PART", 100)
    [problem] = problems_of(workbook(("s", [["y"], [1]])), tmp_path, "a.xlsx")
    assert "unpacks to more than" in problem.message


def test_a_workbook_without_sheets_is_said(tmp_path):
    [problem] = problems_of(workbook(), tmp_path, "a.xlsx")
    assert problem.message == "the workbook has no sheet"


@pytest.mark.parametrize("number", ["1e30", "99999999"])
def test_a_number_shown_as_a_date_that_is_none_is_kept(number, tmp_path):
    data = with_cells(b'r="B2"><v>0.5<', b'r="B2" s="1"><v>%s<' % number.encode())
    assert numbers(table_of(data, tmp_path, "a.xlsx"), "p")[0].tolist() == [float(number)]


def test_a_panic_of_a_library_is_one_sentence_and_silent(tmp_path, monkeypatch, capfd):
    import os

    class PanicException(BaseException):
        """As libraries in Rust raise it."""

    def fail(_: bytes, **__: object) -> None:
        os.write(2, b"thread panicked")
        raise PanicException("capacity overflow")

    monkeypatch.setattr("fastexcel.read_excel", fail)
    monkeypatch.setattr("polars.read_parquet", fail)
    data = {"a.xlsx": workbook(("s", [["y"], [1]])), "a.parquet": parquet(y=[1])}
    for name, each in data.items():
        [problem] = problems_of(each, tmp_path, name)
        assert problem.message.endswith("cannot be read: it is damaged")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("columns", "unpacked"),
    [
        ({"y": pl.Series([[0.0] * 9] * 9, dtype=pl.Array(pl.Float64, 9))}, "lists"),
        ({"y": ["x" * 50] * 20}, "one text many times"),
        ({"y": [1] * 80}, "one number many times"),
    ],
)
def test_a_parquet_file_that_unpacks_to_too_much_is_refused(
    columns, unpacked, tmp_path, monkeypatch
):
    monkeypatch.setattr(stored, "LARGEST_TABLE", 900)
    [problem] = problems_of(parquet(**columns), tmp_path, "a.parquet")
    assert "the table unpacks to" in problem.message


def test_a_parquet_file_of_too_many_cells_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "MOST_CELLS", 5)
    [problem] = problems_of(parquet(y=[1, 2, 3], p=[1, 2, 3]), tmp_path, "a.parquet")
    assert "the table has 6 cells; at most 5 are read" in problem.message


@pytest.mark.parametrize("name", ["a.parquet", "a.csv"])
def test_a_table_of_too_many_rows_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.setattr(cells, "MOST_ROWS", 2)
    data = parquet(y=[1, 2, 3]) if name == "a.parquet" else b"y\n1\n2\n3\n"
    [problem] = problems_of(data, tmp_path, name)
    assert problem.message == "the table has 3 rows; at most 2 are read"


def test_lists_in_a_parquet_file_are_not_unpacked(tmp_path):
    data = parquet(a=[[1, 2], [3]], y=[1, 0], b=[b"x", b"y"])
    table = table_of(data, tmp_path, "a.parquet")
    assert table.columns == ("a", "y", "b")
    assert table.stored("a").to_list() == [None, None]
    assert table.stored("b").to_list() == [None, None]
    assert table.text("y").to_list() == ["1", "0"]
    assert list(everything(table)) == ["y"]


def test_a_workbook_that_declares_a_document_type_is_refused(tmp_path):
    bomb = io.BytesIO()
    data = workbook(("s", [["y"], [1]]))
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(bomb, "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b"<workbook", b"<!DOCTYPE x><workbook"))
    [problem] = problems_of(bomb.getvalue(), tmp_path, "a.xlsx")
    assert "it declares a document type" in problem.message


@pytest.mark.parametrize("at", range(0, 2000, 97))
def test_a_damaged_workbook_is_refused_or_read_and_never_a_crash(at, tmp_path):
    data = bytearray(workbook(("s", [["y", "p"], [1, 0.5], [0, 0.25]])))
    data[at % len(data)] ^= 0xFF
    try:
        rows = table_of(bytes(data), tmp_path, "a.xlsx").rows
    except BadSubmission:
        return
    assert rows in (1, 2)


# Tables in many spellings

PLAIN = b"case,score,note\n001,0.50,a\n002,,b\n"
SPELLINGS = {
    "line feeds": PLAIN,
    "Windows line ends": PLAIN.replace(b"\n", b"\r\n"),
    "old Macintosh line ends": PLAIN.replace(b"\n", b"\r"),
    "both line ends": PLAIN.replace(b"\n", b"\r\n", 1),
    "no line end at the end": PLAIN.rstrip(),
    "blank lines at the end": PLAIN + b"\n\r\n\n",
    "rows of empty cells at the end": PLAIN + b",,\n,,\n",
    "shorter empty rows at the end": PLAIN + b",\n",
    "a line of spaces at the end": PLAIN + b"   \n",
    "a byte order mark": b"\xef\xbb\xbf" + PLAIN,
    "semicolons": PLAIN.replace(b",", b";"),
    "tabs": PLAIN.replace(b",", b"\t"),
    "quotes around everything": b'"case","score","note"\n"001","0.50","a"\n"002","","b"\n',
    "quotes around the header": b'"case","score","note"\n001,0.50,a\n002,,b\n',
    "spaces around cells": b" case , score ,note\n 001, 0.50 ,a \n002, , b\n",
    "NA for missing": PLAIN.replace(b",,", b",NA,"),
    "null for missing": PLAIN.replace(b",,", b",null,"),
    "None for missing": PLAIN.replace(b",,", b",None,"),
    "n/a for missing": PLAIN.replace(b",,", b", n/a ,"),
    "a spreadsheet's missing": PLAIN.replace(b",,", b",#N/A,"),
}


@pytest.mark.parametrize("data", SPELLINGS.values(), ids=SPELLINGS)
def test_one_table_in_many_spellings(data, tmp_path):
    table = table_of(data, tmp_path)
    assert table.columns == ("case", "score", "note")
    assert (table.rows, table.format) == (2, "csv")
    assert table.text("case").to_list() == ["001", "002"]
    assert table.text("score").to_list() == ["0.50", None]
    assert table.text("note").to_list() == ["a", "b"]
    assert decimals(table, "score") == 2


@pytest.mark.parametrize("ending", ["csv", "tsv", "txt", "CSV"])
def test_the_ending_does_not_decide_the_delimiter(ending, tmp_path):
    table = table_of(b"y;p\n1;2\n", tmp_path, f"scores.{ending}")
    assert table.columns == ("y", "p")


def test_a_delimiter_in_a_quoted_name_does_not_count(tmp_path):
    table = table_of(b'"age, in years, at scan";p\n1;2\n', tmp_path)
    assert table.columns == ("age, in years, at scan", "p")


def test_names_that_look_like_patterns_are_names(tmp_path):
    for name, data in {
        "a.csv": b"^a.*$,*,ab\nx,1,2\n",
        "a.parquet": parquet(**{"^a.*$": ["x"], "*": [1], "ab": [2]}),
        "a.jsonl": b'{"^a.*$": "x", "*": 1, "ab": 2}\n',
        "a.xlsx": workbook(("s", [["^a.*$", "*", "ab"], ["x", 1, 2]])),
    }.items():
        table = table_of(data, tmp_path, name)
        assert labels(table, "^a.*$").names == ("x",)
        assert numbers(table, "*")[0].tolist() == [1]
        assert set(everything(table)) == {"^a.*$", "*", "ab"}


def test_a_cell_may_have_delimiters_quotes_and_lines(tmp_path):
    table = table_of(b'note,p\n"a, ""b""\nc",1\nd,2\n', tmp_path)
    assert table.text("note").to_list() == ['a, "b"\nc', "d"]


def test_rows_and_lines_stay_right_after_a_cell_of_two_lines(tmp_path):
    table = table_of(b'"note\nof it",p\n"a\nb\nc",1\r\nd,2\n"e\nf",x\n', tmp_path)
    assert [(table.row(i), table.line(i)) for i in range(3)] == [(2, 3), (3, 6), (4, 7)]
    _, [problem] = numbers(table, "p")
    assert (problem.line, problem.message) == (7, 'row 4: "x" is not a number')


def test_a_quote_inside_a_cell_is_read_as_it_stands(tmp_path):
    table = table_of(b'size,p\n5" wide,1\n7",2\n"x",3\n', tmp_path)
    assert table.text("size").to_list() == ['5" wide', '7"', "x"]
    assert [table.line(i) for i in range(3)] == [2, 3, 4]


def test_the_hash_is_that_of_the_file(tmp_path):
    assert table_of(PLAIN, tmp_path).sha256 == hashlib.sha256(PLAIN).hexdigest()


def test_json_lines_keep_printed_numbers(tmp_path):
    data = b'{"case": "001", "p": 0.850, "y": true}\n{"p": 1e-3, "y": false, "case": null}\n'
    table = table_of(data, tmp_path, "scores.jsonl")
    assert table.text("p").to_list() == ["0.850", "1e-3"]
    assert table.text("case").to_list() == ["001", None]
    assert table.text("y").to_list() == ["true", "false"]
    assert (table.row(0), decimals(table, "p")) == (1, 3)


def test_a_sign_of_two_halves_in_json_lines_is_read(tmp_path):
    table = table_of(rb'{"y": "\ud83d\ude00"}', tmp_path, "a.jsonl")
    assert table.text("y").to_list() == ["\U0001f600"]


def test_a_workbook_keeps_stored_numbers_dates_and_errors(tmp_path):
    day, time, error, missing = (
        Stored("45000", 's="1"'),
        Stored("45000.5", 's="1"'),
        Stored("#DIV/0!", 't="e"'),
        Stored("#N/A", 't="e"'),
    )
    rows = [
        [],
        [None, "case", "score", "date", "event"],
        [None, "001", 0.30000000000000004, day, True],
        [None, "002", 1e-12, time, False],
        [None, "12.50", error, None, None],
        [None, "x", missing, None, None],
        [None, "y", 7, None, None],
    ]
    table = table_of(workbook(("first", rows), ("second", [["a"], [1]])), tmp_path, "scores.xlsx")
    assert table.columns == ("case", "score", "date", "event")
    assert table.text("case").to_list() == ["001", "002", "12.50", "x", "y"]
    assert table.text("date").to_list()[:2] == ["2023-03-15", "2023-03-15T12:00:00"]
    assert table.text("event").to_list()[:2] == ["true", "false"]
    values, [problem] = numbers(table, "score")
    np.testing.assert_array_equal(values, [0.30000000000000004, 1e-12, np.nan, np.nan, 7.0])
    assert problem.message == 'row 5: "#DIV/0!" is an error of the spreadsheet'
    assert decimals(table, "score") is None


def test_another_sheet_is_read_by_its_name(tmp_path):
    data = workbook(("first", [["a"], [1]]), ("second", [["b"], [2]]))
    assert table_of(data, tmp_path, "a.xlsx").columns == ("a",)
    assert table_of(data, tmp_path, "a.xlsx", sheet="second").columns == ("b",)
    [problem] = problems_of(data, tmp_path, "a.xlsx", sheet="secnd")
    assert (problem.message, problem.hint) == (
        "it has no sheet named secnd",
        "did you mean second?",
    )
    [problem] = problems_of(b"y\n1\n", tmp_path, "a.csv", sheet="second")
    assert problem.message == "the sheet second was asked for, but this is no workbook"


def test_parquet_keeps_its_types(tmp_path):
    data = parquet(
        case=pl.Series(["a", None, "NA"]),
        patient=pl.Series([10.0, None, 30.0]),
        score=pl.Series([0.5, None, -0.0]),
        event=pl.Series([True, False, None]),
        sex=pl.Series(["f", "m", None], dtype=pl.Categorical),
        day=[datetime.date(2020, 1, 2), None, None],
        at=[datetime.datetime(2020, 1, 2, 3, 4, 5), datetime.datetime(2020, 1, 2), None],
        embedding=[[1.0], [2.0], [3.0]],
    )
    table = table_of(data, tmp_path, "a.parquet")
    expected = {
        "case": ["a", None, None],
        "patient": ["10", None, "30"],
        "event": ["true", "false", None],
        "sex": ["f", "m", None],
        "day": ["2020-01-02", None, None],
        "at": ["2020-01-02T03:04:05", "2020-01-02", None],
    }
    assert {column: table.text(column).to_list() for column in expected} == expected
    values, problems = numbers(table, "score")
    np.testing.assert_array_equal(values, [0.5, np.nan, 0.0])
    assert not np.signbit(values[2])
    assert problems == ()
    assert "embedding" not in everything(table)
    with pytest.raises(BadSubmission, match="do not hold single values"):
        labels(table, "embedding")


def test_a_stored_nan_is_a_problem_and_not_a_missing_value(tmp_path):
    table = table_of(parquet(p=[1.0, math.nan, None, math.inf]), tmp_path, "a.parquet")
    values, problems = numbers(table, "p")
    np.testing.assert_array_equal(values, [1.0, np.nan, np.nan, np.nan])
    assert [each.message for each in problems] == [
        'row 3 (the header counts as row 1): "NaN" is not a value',
        'row 5 (the header counts as row 1): "inf" is not a finite number',
    ]
    assert table.text("p").to_list() == ["1.0", "NaN", None, "inf"]


# Columns as numbers


class Cell(NamedTuple):
    printed: str
    says: str
    hint: str


NO_NUMBERS = [
    Cell("nan", "is not a value", "leave the cell empty"),
    Cell("NaN", "is not a value", "leave the cell empty"),
    Cell("-nan", "is not a value", "leave the cell empty"),
    Cell("inf", "is not a finite number", "leave the cell empty"),
    Cell("-Infinity", "is not a finite number", "leave the cell empty"),
    Cell("1e999", "is too large for a number", "leave the cell empty"),
    Cell("positive", "is not a number", "leave the cell empty"),
    Cell("-", "is not a number", "leave the cell empty"),
    Cell(".", "is not a number", "leave the cell empty"),
    Cell("?", "is not a number", "leave the cell empty"),
    Cell("0x10", "is not a number", "leave the cell empty"),
    Cell("1_000", "is not a number", "leave the cell empty"),
    Cell("<0.001", "is not a number", "leave the cell empty"),
    Cell("true", "is not a number", "leave the cell empty"),
    Cell("45 %", "has a percent sign", "0.45"),
    Cell("45.5%", "has a percent sign", "0.45"),
    Cell("1,234.5", "has thousands separators", "1234.5"),
    Cell("1.234.567", "has thousands separators", "1234.5"),
    Cell("12 345", "has thousands separators", "1234.5"),
    Cell("1,234", "could be a decimal comma or a thousands separator", "1234.5"),
    Cell("0,85", "has a decimal comma", "semicolons"),
    Cell("0,850", "has a decimal comma", "semicolons"),
    Cell("−0.5", "has a dash in place of a minus sign", "-0.5"),
    Cell("#DIV/0!", "is an error of the spreadsheet", "leave the cell empty"),
    Cell("#REF!", "is an error of the spreadsheet", "leave the cell empty"),
]


@pytest.mark.parametrize("case", NO_NUMBERS, ids=lambda case: case.printed)
def test_what_is_no_number_is_named_with_its_row(case, tmp_path):
    table = table_of(f'p,q\n0.1,1\n"{case.printed}",2\n'.encode(), tmp_path)
    values, [problem] = numbers(table, "p")
    assert problem.message == f'row 3: "{case.printed}" {case.says}'
    assert case.hint in problem.hint
    assert (problem.file, problem.line, problem.path) == ("scores.csv", 3, "p")
    np.testing.assert_array_equal(values, [0.1, np.nan])


def test_five_rows_are_named_and_the_rest_counted(tmp_path):
    table = table_of(b"p\n0.5\n" + b"x\n" * 17 + b"nan\n", tmp_path)
    _, problems = numbers(table, "p")
    assert [each.message for each in problems] == [
        'row 3: "x" is not a number; also rows 4, 5, 6, 7 and 12 more',
        'row 20: "nan" is not a value',
    ]


NUMBERS = ["12", "0.5", ".5", "5.", "+0.5", "-3", "1e-3", "1E5", " 0.5 ", "007", "-0"]


@pytest.mark.parametrize("printed", NUMBERS)
def test_numbers_as_people_print_them(printed, tmp_path):
    values, problems = numbers(table_of(f"p,q\n{printed},1\n".encode(), tmp_path), "p")
    assert problems == ()
    assert values.tolist() == [float(printed)]
    assert values.dtype == np.float64
    assert not (values[0] == 0 and np.signbit(values[0]))


COMMAS = [
    ("decimal commas", ["0,5", "1,25e-3", "-3", "NA"], [0.5, 0.00125, -3, np.nan]),
    ("three decimals, some below one", ["0,850", "1,234"], [0.85, 1.234]),
    ("points only", ["0.5", "1.234"], [0.5, 1.234]),
]


@pytest.mark.parametrize(("story", "printed", "expected"), COMMAS, ids=[c[0] for c in COMMAS])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_decimal_commas_where_columns_are_separated_otherwise(
    story, printed, expected, delimiter, tmp_path
):
    rows = "".join(f"{cell}{delimiter}1\n" for cell in printed)
    values, problems = numbers(table_of(f"p{delimiter}q\n{rows}".encode(), tmp_path), "p")
    assert problems == ()
    np.testing.assert_array_equal(values, expected)


def test_numbers_that_could_all_be_thousands_are_refused(tmp_path):
    _, [problem] = numbers(table_of(b"p;q\n1,234;1\n12,500;1\n", tmp_path), "p")
    assert "could be a decimal comma or a thousands separator; also row 3" in problem.message


def test_points_and_commas_in_one_column_are_refused(tmp_path):
    _, [problem] = numbers(table_of(b"p;q\n0,5;1\n0.5;1\n", tmp_path), "p")
    assert problem.line == 3
    assert problem.message == (
        'row 3: "0.5" has a decimal point, but "0,5" in row 2 has a decimal comma'
    )


DECIMALS = [
    (["0.5", "0.25", "1"], 2),
    (["0.850"], 3),
    (["1", "2"], 0),
    (["1.5e-05", "0.1"], 6),
    (["1e-3"], 3),
    (["1.25e3"], 0),
    (["NA", ""], None),
    (["0.5", "NA"], 1),
    (["-0.125"], 3),
    (["12."], 0),
]


@pytest.mark.parametrize(("printed", "expected"), DECIMALS, ids=[" ".join(d[0]) for d in DECIMALS])
def test_decimals_are_counted_as_printed(printed, expected, tmp_path):
    rows = "".join(f"{cell},1\n" for cell in printed)
    assert decimals(table_of(f"p,q\n{rows}".encode(), tmp_path), "p") == expected


def test_decimals_after_a_comma_count_too(tmp_path):
    assert decimals(table_of(b"p;q\n0,125;1\n", tmp_path), "p") == 3


# Columns as names


def test_labels_are_sorted_and_missing_ones_minus_one(tmp_path):
    found = labels(table_of(b"sex,q\nm,1\nf,1\nNA,1\n m ,1\n,1\n", tmp_path), "sex")
    assert found.names == ("f", "m")
    assert found.codes.tolist() == [1, 0, -1, 1, -1]
    assert found.codes.dtype == np.int64


def test_labels_of_an_empty_column(tmp_path):
    found = labels(table_of(b"sex,q\n,1\n", tmp_path), "sex")
    assert (found.names, found.codes.tolist()) == ((), [-1])


def test_everything_tells_equal_cells_from_others(tmp_path):
    found = everything(table_of(b"a,b\nx,0.5\ny,0.50\nx,\n,0.5\n", tmp_path))
    a, b = found["a"].tolist(), found["b"].tolist()
    assert a[0] == a[2] != a[1]
    assert a[3] == b[2] == -1
    assert b[0] == b[3] != b[1]
    assert min(a[:3]) >= 0


def test_the_same_text_has_the_same_code_in_every_table(tmp_path):
    first = everything(table_of(b"a,b\nx,1\ny,2\n", tmp_path))["a"]
    second = everything(table_of(b"c\ny\nz\n", tmp_path))["c"]
    assert first[1] == second[0]
    assert first[0] not in second


def test_a_missing_column_names_the_nearest(tmp_path):
    table = table_of(b"outcome,score\n1,0.5\n", tmp_path)
    problem = table.missing("Outcome")
    assert (problem.line, problem.path) == (1, "Outcome")
    assert (problem.message, problem.hint) == (
        "the table has no column of this name",
        "did you mean outcome?",
    )
    assert table.missing("zzz").hint == "the columns are outcome, score"
    assert table.missing("score") is None


def test_durations_are_iso_text(tmp_path):
    days = [datetime.timedelta(days=1), datetime.timedelta(hours=36)]
    table = table_of(parquet(days=days), tmp_path, "a.parquet")
    assert table.text("days").to_list() == ["P1D", "P1DT12H"]
    [problem] = numbers(table, "days")[1]
    assert '"P1D" is not a number' in problem.message


def test_half_a_sign_in_json_lines_is_said(tmp_path):
    lines = b'{"y": "\\ud83d\\ude42"}\n{"y": "\\ud800"}\n'
    [problem] = problems_of(lines, tmp_path, "a.jsonl")
    assert (problem.line, "stands without its other half" in problem.message) == (2, True)


def test_rows_that_are_kept_keep_their_numbers(tmp_path):
    table = table_of(b"p,q\n1,1\n2,1\nx,1\n4,1\ny,1\n", tmp_path)
    kept = table.kept(np.array([False, True, True, False, True]))
    again = kept.kept(np.array([False, True, True]))
    _, [problem] = numbers(again, "p")
    assert again.rows == 2
    assert problem.message == 'row 4: "x" is not a number; also row 6'


# What is written is read


NAMES = st.lists(
    st.text("abcdefgh_ ,;\"'\n1.", max_size=8).map(lambda text: f"n{text}".strip()),
    min_size=2,
    max_size=4,
    unique=True,
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0)
TEXTS = st.none() | st.text("abc xyz,;\t\"'\n0.é≥", max_size=8).map(
    lambda text: text.strip() or "0012"
)


@st.composite
def written(draw):
    names = draw(NAMES)
    rows = draw(st.integers(1, 8))
    number = draw(st.lists(FLOATS, min_size=rows, max_size=rows))
    texts = [draw(st.lists(TEXTS, min_size=rows, max_size=rows)) for _ in names[1:]]
    return names, number, texts


def as_delimited(names, number, texts, delimiter, comma=False):
    def quoted(cell):
        return '"' + str(cell).replace('"', '""') + '"' if cell is not None else ""

    def printed(value):
        return repr(value).replace(".", ",") if comma else repr(value)

    lines = [delimiter.join(map(quoted, names))]
    for value, *others in zip(number, *texts, strict=True):
        lines.append(delimiter.join([printed(value), *map(quoted, others)]))
    return ("\n".join(lines) + "\n").encode()


def as_json_lines(names, number, texts):
    rows = zip(number, *texts, strict=True)
    return "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows).encode()


WRITERS = {
    "a.csv": lambda *table: as_delimited(*table, ","),
    "b.csv": lambda *table: as_delimited(*table, ";"),
    "c.csv": lambda *table: as_delimited(*table, "\t"),
    "d.jsonl": as_json_lines,
    "e.parquet": lambda names, number, texts: parquet(
        **{names[0]: number},
        **dict(zip(names[1:], (pl.Series(t, dtype=pl.String) for t in texts), strict=True)),
    ),
    "f.xlsx": lambda names, number, texts: workbook(
        ("s", [list(names), *map(list, zip(number, *texts, strict=True))])
    ),
}


@pytest.mark.parametrize("name", WRITERS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(table=written())
def test_what_is_written_is_read(name, table, tmp_path):
    names, number, texts = table
    read = table_of(WRITERS[name](names, number, texts), tmp_path, name)
    assert read.columns == tuple(names)
    values, problems = numbers(read, names[0])
    assert problems == ()
    np.testing.assert_array_equal(values, number)
    for column, expected in zip(names[1:], texts, strict=True):
        assert read.text(column).to_list() == expected


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(number=st.lists(st.floats(0, 0.999), min_size=1, max_size=8))
def test_decimal_commas_are_read_as_written(number, tmp_path):
    data = as_delimited(["p", "q"], number, [["x"] * len(number)], ";", comma=True)
    values, problems = numbers(table_of(data, tmp_path), "p")
    assert problems == ()
    np.testing.assert_array_equal(values, number)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.text('ab,;"\n\r ', max_size=24))
@example(body=';,"" ')
def test_any_text_is_read_as_the_csv_module_reads_it_or_refused(body, tmp_path):
    import csv

    try:
        table = table_of(f"a,b\n{body}".encode(), tmp_path)
    except BadSubmission:
        return
    rows = [
        row
        for row in csv.reader(io.StringIO(body, newline=""), strict=True)
        if any(map(str.strip, row))
    ]
    read = list(zip(table.text("a"), table.text("b"), strict=True))
    assert read == [tuple(cell.strip() or None for cell in row) for row in rows]
