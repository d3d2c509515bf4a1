"""Word forms as publishers lay them out, made for the tests: official ids, words of nobody."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn

LOREM = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor."
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'


def saved(document, path: Path) -> Path:
    document.save(str(path))
    return path


def form(
    headings: Sequence[str],
    ids: Sequence[str],
    row: Callable[[str], Sequence[str]],
    sections: Mapping[str, str] | None = None,
    merged: bool = True,
):
    """Return a document with one table: a header row, a row for each id, section rows before some."""
    document = Document()
    document.add_heading("A form", 0)
    document.add_paragraph(LOREM)
    table = document.add_table(rows=0, cols=len(headings))
    table.style = "Table Grid"
    fill(table.add_row(), headings)
    for each in ids:
        if sections and each in sections:
            cells = table.add_row().cells
            cells[0].text = sections[each]
            if merged:
                cells[0].merge(cells[-1])
        fill(table.add_row(), row(each))
    return document


def fill(row, texts: Sequence[str]) -> None:
    for cell, text in zip(row._tr.tc_lst, texts, strict=True):
        if text:
            cell.p_lst[0].add_r().text = text


def split_runs(cell, parts: Sequence[str]) -> None:
    """Write the text of a cell as several runs, as Word does after editing."""
    paragraph = cell.paragraphs[0]
    for run in list(paragraph.runs):
        run._r.getparent().remove(run._r)
    for part in parts:
        paragraph.add_run(part)


def cells(path: Path, table: int = 0) -> list[list[str]]:
    """Return the texts of a table, row by row."""
    return [[c.text for c in row.cells] for row in Document(str(path)).tables[table].rows]


def in_control(
    cell, placeholder: str = "Click or tap here to enter text.", extra: str = ""
) -> None:
    """Put a content control with a placeholder into the cell, as Word's developer tab does."""
    paragraph = cell.paragraphs[0]._p
    paragraph.append(
        parse_xml(
            f"<w:sdt {W} {W14}><w:sdtPr>{extra}<w:showingPlcHdr/><w:text/></w:sdtPr><w:sdtContent>"
            f'<w:r><w:rPr><w:color w:val="808080"/></w:rPr><w:t>{placeholder}</w:t></w:r>'
            "</w:sdtContent></w:sdt>"
        )
    )


def wrapped_in_control(element, placeholder: str = "") -> None:
    """Put a content control around a row or a cell, showing a placeholder if there is one."""
    mark = "<w:showingPlcHdr/>" if placeholder else ""
    control = parse_xml(f"<w:sdt {W}><w:sdtPr>{mark}</w:sdtPr><w:sdtContent/></w:sdt>")
    element.addprevious(control)
    control[1].append(element)
    if placeholder:
        element.p_lst[0].add_r().text = placeholder


def checkbox(cell, label: str = "") -> None:
    """Put a check box control into the cell."""
    paragraph = cell.paragraphs[0]._p
    paragraph.append(
        parse_xml(
            f'<w:sdt {W} {W14}><w:sdtPr><w14:checkbox><w14:checked w14:val="0"/>'
            '<w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
            '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox></w:sdtPr>'
            "<w:sdtContent><w:r><w:t>☐</w:t></w:r></w:sdtContent></w:sdt>"
        )
    )
    if label:
        cell.paragraphs[0].add_run(label)


def old_checkbox(cell, checked: str = "") -> None:
    """Put a check box of the old kind into the cell, a form field."""
    for xml in (
        f'<w:r {W}><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:sizeAuto/>'
        f'<w:default w:val="0"/>{checked}</w:checkBox></w:ffData></w:fldChar></w:r>',
        f"<w:r {W}><w:instrText> FORMCHECKBOX </w:instrText></w:r>",
        f'<w:r {W}><w:fldChar w:fldCharType="end"/></w:r>',
    ):
        cell.paragraphs[0]._p.append(parse_xml(xml))


def dropdown(cell, words: Sequence[str]) -> None:
    """Put a list to choose from into the cell."""
    items = "".join(f'<w:listItem w:displayText="{w}" w:value="{w}"/>' for w in words)
    cell.paragraphs[0]._p.append(
        parse_xml(
            f"<w:sdt {W}><w:sdtPr><w:showingPlcHdr/><w:dropDownList>{items}</w:dropDownList></w:sdtPr>"
            "<w:sdtContent><w:r><w:t>Choose an item.</w:t></w:r></w:sdtContent></w:sdt>"
        )
    )


def numbering(document, levels: Sequence[tuple[str, str, int]]) -> str:
    """Add a list with these levels (form, pattern, start) to the document and return its number."""
    root = document.part.numbering_part.element
    made = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{form_}"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for at, (form_, pattern, start) in enumerate(levels)
    )
    first = root.find(qn("w:num"))
    first.addprevious(parse_xml(f'<w:abstractNum {W} w:abstractNumId="900">{made}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {W} w:numId="901"><w:abstractNumId w:val="900"/></w:num>'))
    return "901"


def numbering_again(document, number: str) -> str:
    """Add a list that counts as the other one and begins anew, and return its number."""
    document.part.numbering_part.element.append(
        parse_xml(
            f'<w:num {W} w:numId="902"><w:abstractNumId w:val="900"/><w:lvlOverride w:ilvl="0">'
            '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        )
    )
    assert number == "901"
    return "902"


def set_number(paragraph, number: str, level: int) -> None:
    """Let Word number the paragraph."""
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = int(number)


def style_number(document, style: str, number: str) -> None:
    """Let Word number the paragraphs of a style."""
    properties = document.styles[style].element.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_numId().val = int(number)


def number(document, lists: str, cell, level=lambda: 0) -> None:
    """Let Word number a cell of each row of the first table but its header and rows over all columns."""
    for row in list(document.tables[0].rows)[1:]:
        if len(row._tr.tc_lst) > 1:
            set_number(cell(row).paragraphs[0], lists, level())


def parts(path: Path) -> dict[str, bytes]:
    """Return all parts of a file."""
    with zipfile.ZipFile(path) as archive:
        return {each: archive.read(each) for each in archive.namelist()}


def rezipped(path: Path, changed: Mapping[str, bytes]) -> Path:
    """Write the file again with other parts."""
    found = parts(path) | changed
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in found.items():
            archive.writestr(name, data)
    path.write_bytes(buffer.getvalue())
    return path


def deleted_run(text: str):
    """Return a run that was deleted while changes were tracked."""
    return parse_xml(
        f'<w:del {W} w:id="1" w:author="Ana Author" w:date="2026-01-01T00:00:00Z">'
        f"<w:r><w:delText>{text}</w:delText></w:r></w:del>"
    )


def inserted_run(text: str):
    """Return a run that was inserted while changes were tracked."""
    return parse_xml(
        f'<w:ins {W} w:id="2" w:author="Ana Author" w:date="2026-01-01T00:00:00Z">'
        f"<w:r><w:t>{text}</w:t></w:r></w:ins>"
    )
