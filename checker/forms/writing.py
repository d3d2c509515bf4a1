"""Writes text and ticks into cells of a Word document, as changes of some bytes that leave all others alone."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape

from checker.forms.elements import Element, is_empty, printed_name
from checker.forms.texts import SYMBOLS, is_on, is_placeholder, text_of

EMPTY = re.compile(r"[\s_.…·\u200b]*")
"""What a cell shows that nobody has filled: nothing, or a line to write on."""
PROMPT = re.compile(r"(?:click|tap)\b.{0,40}\b(?:enter|add) text\.?", re.I | re.S)
CHOOSING = ("w:dropDownList", "w:comboBox")
NOT_TEXT = ("w:date", "w:picture", "w:docPartList", "w:docPartObj", "w:group", "w14:checkbox")
HELD = ("w:drawing", "w:pict", "w:object", "w:tbl")
"""What is not taken out of a cell."""
SAFE = frozenset(("w:r", "w:hyperlink", "w:ins", "w:smartTag", "w:fldSimple", "w:moveTo"))
"""Children of a paragraph that are taken out where text is replaced."""
NO_CONTENT = "its content control is damaged"
BOX, TICKED = "☐", "☒"
LOOKS = ("w:rFonts", "w:sz", "w:szCs")
"""How the text of a neighbour looks, which ours takes over where its own cell does not say."""
TRACKED = re.compile(rb"<(?:[\w.-]+:)?(?:ins|del|moveFrom|moveTo|rPrChange)\b")


class Change(NamedTuple):
    """Bytes in place of those from `start` to `end`."""

    start: int
    end: int
    content: bytes


class CannotWrite(Exception):
    """The cell takes no text; says why."""


def applied(data: bytes, changes: Iterable[Change]) -> bytes:
    """Return the bytes with all changes made; none overlaps another."""
    pieces, at = [], 0
    for start, end, content in sorted(changes):
        assert start >= at, "two changes of the same bytes"
        pieces += [data[at:start], content]
        at = end
    return b"".join([*pieces, data[at:]])


def is_unfilled(cell: Element) -> bool:
    """Return whether nobody has written into the cell; boxes without a tick count as nothing."""
    content = cell.parent
    around = content.parent if content and content.tag == "w:sdtContent" else None
    if around is not None and is_placeholder(around):
        return True
    text = text_of(cell).replace(BOX, "")
    return bool(EMPTY.fullmatch(text) or PROMPT.fullmatch(text))


def put_text(data: bytes, cell: Element, text: str, like: Element | None) -> list[Change]:
    """Return the changes that write the text in place of what the cell shows.

    Args:
        data: the part.
        cell: where it is written; its paragraph and its looks stay.
        text: what is written.
        like: a cell of the same row, whose looks are taken where the cell has none.

    Raises:
        CannotWrite: the cell holds a picture, a table, a list to choose from, or data of another part.
    """
    if any(next(cell.all(tag), None) is not None for tag in HELD):
        raise CannotWrite("the cell holds a picture or a table")
    if control := _control(cell):
        return _into_control(data, control, text, like)
    paragraph = next(cell.all("w:p"), None)
    if paragraph is None:
        raise CannotWrite("the cell has no paragraph")
    return _into_paragraph(data, cell, paragraph, text, like)


def _into_paragraph(
    data: bytes, cell: Element, paragraph: Element, text: str, like: Element | None
) -> list[Change]:
    shown = bool(text_of(cell))
    looks = _looks(data, cell, paragraph, like)
    changes = []
    if shown:
        for each in cell.all("w:p"):
            changes += [Change(c.start, c.end, b"") for c in each.children if c.tag in SAFE]
    changes.append(_inserted(data, paragraph, _run(data, paragraph, looks, text)))
    return changes


def _inserted(data: bytes, parent: Element, content: bytes) -> Change:
    """Return the change that puts content at the end of an element, also of one written as one tag."""
    if not is_empty(parent, data):
        return Change(parent.close, parent.close, content)
    name = printed_name(parent, data)
    start = data[parent.start : parent.end - 2].rstrip()
    return Change(parent.start, parent.end, start + b">" + content + b"</" + name + b">")


def _run(data: bytes, near: Element, looks: bytes, text: str) -> bytes:
    prefix = printed_name(near, data).rpartition(b":")[0]
    w = prefix + b":" if prefix else b""
    properties = b"<" + w + b"rPr>" + looks + b"</" + w + b"rPr>" if looks else b""
    said = escape(_clean(text)).encode("utf-8")
    opened = b"<" + w + b"r>%b<" + w + b't xml:space="preserve">'
    return opened % properties + said + b"</" + w + b"t></" + w + b"r>"


def _clean(text: str) -> str:
    """Return the text on one line, without signs that XML cannot hold."""
    flat = " ".join(text.split())
    return "".join(sign for sign in flat if sign.isprintable() or sign == " ")


def _looks(data: bytes, cell: Element, paragraph: Element, like: Element | None) -> bytes:
    """Return the properties of the run: of the paragraph's mark, of a run of the cell, or of a neighbour's font."""
    own = [paragraph.at("w:pPr", "w:rPr")]
    own += [run.child("w:rPr") for run in cell.all("w:r")]
    for each in own:
        if each is not None and each.children and not TRACKED.search(data, each.start, each.end):
            return data[each.inner : each.close]
    if like is None:
        return b""
    first = next((run for run in like.all("w:r") if text_of(run)), None)
    found = first.child("w:rPr") if first else None
    parts = found.children if found else []
    return b"".join(data[each.start : each.end] for each in parts if each.tag in LOOKS)


# Content controls


def _control(cell: Element) -> Element | None:
    """Return the content control of the cell: the one inside it, or around it alone.

    Raises:
        CannotWrite: there are several.
    """
    inside = list(cell.all("w:sdt"))
    if len(inside) > 1:
        raise CannotWrite("the cell holds several content controls")
    content = cell.parent
    if inside or content is None or content.tag != "w:sdtContent" or len(content.children) > 1:
        return inside[0] if inside else None
    return content.parent if content.parent and content.parent.tag == "w:sdt" else None


def _into_control(data: bytes, control: Element, text: str, like: Element | None) -> list[Change]:
    properties, content = control.child("w:sdtPr"), control.child("w:sdtContent")
    _require_open(properties)
    if content is None:
        raise CannotWrite(NO_CONTENT)
    paragraph = next(content.all("w:p"), None) or content
    own = properties.child("w:rPr") if properties else None
    looks = data[own.inner : own.close] if own and own.children else b""
    if not looks:
        like_or_cell = like if is_placeholder(control) else content
        looks = _font(data, like_or_cell)
    removed = [Change(c.start, c.end, b"") for c in _runs(content)]
    changes = [*removed, _inserted(data, paragraph, _run(data, content, looks, text))]
    mark = properties.child("w:showingPlcHdr") if properties else None
    return [*changes, Change(mark.start, mark.end, b"")] if mark else changes


def _require_open(properties: Element | None) -> None:
    """Complain about a control that takes no free text.

    Raises:
        CannotWrite: it does not.
    """
    for each in properties.children if properties else ():
        if each.tag in ("w:dataBinding", "w15:dataBinding"):
            raise CannotWrite("the cell shows data of another part of the file; type it in Word")
        if each.tag in NOT_TEXT or each.tag == "w:dropDownList":
            raise CannotWrite("the cell takes a choice, not text")
        if each.tag == "w:lock" and "ontent" in each.attributes.get("w:val", ""):
            raise CannotWrite("the cell is locked")


def _runs(content: Element) -> Iterator[Element]:
    """Yield what is taken out of a control: runs and what stands around them, the paragraphs stay."""
    for each in content.children:
        if each.tag in SAFE:
            yield each
        elif each.tag in ("w:p", "w:tc"):
            yield from _runs(each)


def _font(data: bytes, cell: Element | None) -> bytes:
    run = next((each for each in cell.all("w:r") if text_of(each)), None) if cell else None
    found = run.child("w:rPr") if run else None
    parts = found.children if found else []
    return b"".join(data[each.start : each.end] for each in parts if each.tag in LOOKS)


# Ticks


class Box(NamedTuple):
    """A box to tick, with the words beside it."""

    element: Element
    """A control, a text or a symbol."""
    at: int
    """Of a sign inside a text, which one; of other boxes 0."""
    before: str
    after: str


def boxes(cell: Element) -> list[Box]:
    """Return the boxes of a cell in order: controls, signs and symbols, each with the words around it."""
    marks: list[Element] = []
    said = [""]
    for each, text in _tokens(cell):
        for part in re.split(f"({BOX})", text):
            if part == BOX:
                marks.append(each)
                said.append("")
            else:
                said[-1] += part
    nth = (sum(other is each for other in marks[:at]) for at, each in enumerate(marks))
    return [Box(*each) for each in zip(marks, nth, said, said[1:], strict=False)]


def _tokens(element: Element) -> Iterator[tuple[Element, str]]:
    for each in element.children:
        if each.tag == "w:sdt" and each.at("w:sdtPr", "w14:checkbox") is not None:
            yield each, TICKED if _is_ticked(each) else BOX
        elif each.tag == "w:fldChar" and (old := each.at("w:ffData", "w:checkBox")) is not None:
            yield each, TICKED if is_on(old.child("w:checked")) else BOX
        elif each.tag == "w:t":
            yield each, each.text
        elif each.tag == "w:sym":
            yield each, SYMBOLS.get(each.attributes.get("w:char", "").upper(), "")
        elif each.tag in ("w:p", "w:r", "w:sdt", "w:sdtContent", "w:hyperlink", "w:smartTag"):
            yield from _tokens(each)


def _is_ticked(control: Element) -> bool:
    state = control.at("w:sdtPr", "w14:checkbox", "w14:checked")
    return state is not None and state.attributes.get("w14:val", "0") in ("1", "true")


def tick(data: bytes, box: Box) -> list[Change]:
    """Return the changes that tick a box.

    Raises:
        CannotWrite: the box is written in a way that is not known.
    """
    element = box.element
    if element.tag == "w:sdt":
        return _tick_control(data, element)
    if element.tag == "w:fldChar":
        return _tick_field(data, element)
    if element.tag == "w:sym":
        raw = data[element.start : element.end]
        made = re.sub(rb"(?i)F0A8|F06F", b"F0FE", raw)
        return [Change(element.start, element.end, made)]
    found = list(
        re.finditer(BOX.encode() + rb"|&#x2610;|&#9744;", data[element.inner : element.close])
    )
    if len(found) <= box.at:
        raise CannotWrite("its box cannot be ticked")
    start, end = (element.inner + each for each in found[box.at].span())
    return [Change(start, end, TICKED.encode())]


def _tick_field(data: bytes, field: Element) -> list[Change]:
    """Return the change that ticks a box of the old kind, a form field."""
    box = field.at("w:ffData", "w:checkBox")
    assert box is not None, "only fields with a box are boxes"
    if old := box.child("w:checked"):
        return [Change(old.start, old.end, b"<" + printed_name(old, data) + b"/>")]
    w = printed_name(box, data).removesuffix(b"checkBox")
    return [_inserted(data, box, b"<" + w + b"checked/>")]


def _tick_control(data: bytes, control: Element) -> list[Change]:
    state = control.at("w:sdtPr", "w14:checkbox", "w14:checked")
    shown = next((each for each in control.all("w:t")), None)
    if state is None or shown is None:
        raise CannotWrite("its box cannot be ticked")
    raw = data[state.start : state.end]
    made = re.sub(rb"(val\s*=\s*[\"'])[^\"']*", rb"\g<1>1", raw)
    sign = control.at("w:sdtPr", "w14:checkbox", "w14:checkedState")
    code = sign.attributes.get("w14:val", "2612") if sign else "2612"
    look = chr(int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{4}", code) else TICKED
    return [
        Change(state.start, state.end, made),
        Change(shown.inner, shown.close, look.encode("utf-8")),
    ]


def choose(data: bytes, cell: Element, wanted: Iterable[str]) -> list[Change] | None:
    """Return the changes that choose one of these words in the list of the cell; None where it has no list.

    Raises:
        CannotWrite: the list has none of them.
    """
    control = _control(cell)
    properties = control.child("w:sdtPr") if control else None
    for tag in CHOOSING:
        menu = properties.child(tag) if properties else None
        if menu is not None and control is not None:
            return _chosen(data, control, menu, wanted)
    return None


def _chosen(data: bytes, control: Element, menu: Element, wanted: Iterable[str]) -> list[Change]:
    words = {plain(each) for each in wanted}
    for item in menu.all("w:listItem"):
        shown = item.attributes.get("w:displayText") or item.attributes.get("w:value", "")
        if plain(shown) in words:
            content = control.child("w:sdtContent")
            if content is None:
                raise CannotWrite(NO_CONTENT)
            removed = [Change(c.start, c.end, b"") for c in _runs(content)]
            paragraph = next(content.all("w:p"), None) or content
            made = [*removed, _inserted(data, paragraph, _run(data, content, b"", shown))]
            mark = control.at("w:sdtPr", "w:showingPlcHdr")
            return [*made, Change(mark.start, mark.end, b"")] if mark else made
    raise CannotWrite("its list offers no such answer")


def plain(text: str) -> str:
    """Return a word of an answer without case and signs: ``N/A`` is ``na``."""
    return re.sub(r"[^a-z]", "", text.casefold())
