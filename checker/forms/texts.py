"""What a person sees in a part of a Word document: nothing deleted or hidden, no placeholder, no footnote mark."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from checker.forms.elements import Element

UNSEEN = frozenset(
    (
        "w:tbl",
        "w:del",
        "w:moveFrom",
        "w:delText",
        "w:instrText",
        "mc:Fallback",
        "w:pPr",
        "w:rPr",
        "w:sdtPr",
        "w:tcPr",
        "w:txbxContent",
    )
)
"""Not looked into: what is no text, what is deleted, and tables of their own."""
SPACES = {"w:tab": " ", "w:ptab": " ", "w:br": "\n", "w:cr": "\n"}
SYMBOLS = {"F0A8": "☐", "F06F": "☐", "F0FE": "☒", "F078": "☒", "F0FC": "✓", "F052": "☑"}
"""Boxes of the fonts Wingdings, by their code."""
NO_NUMBERS: Mapping[int, str] = MappingProxyType({})
OFF = ("0", "false", "off", "none")


def text_of(element: Element, numbers: Mapping[int, str] = NO_NUMBERS) -> str:
    """Return the visible text, the paragraphs on lines of their own.

    Args:
        element: a cell, a run.
        numbers: what Word prints before paragraphs, by the byte at which they begin.
    """
    return "".join(_pieces(element, numbers)).strip()


def _pieces(element: Element, numbers: Mapping[int, str]) -> Iterator[str]:
    if element.tag == "w:p" and element.start in numbers:
        yield f"{numbers[element.start]} "
    for each in element.children:
        tag = each.tag
        if tag in UNSEEN or (tag == "w:sdt" and is_placeholder(each)):
            continue
        if tag == "w:t":
            yield each.text
        elif tag == "w:r":
            if not _is_aside(each):
                yield from _pieces(each, numbers)
        elif tag in SPACES:
            yield SPACES[tag]
        elif tag == "w:noBreakHyphen":
            yield "-"
        elif tag == "w:sym":
            yield SYMBOLS.get(each.attributes.get("w:char", "").upper(), "•")
        else:
            yield from _pieces(each, numbers)
            if tag == "w:p":
                yield "\n"


def is_placeholder(control: Element) -> bool:
    """Return whether a content control shows what to type there, and nothing was typed."""
    return is_on(control.at("w:sdtPr", "w:showingPlcHdr"))


def is_on(switch: Element | None) -> bool:
    """Return whether a property is there and not switched off."""
    return switch is not None and switch.attributes.get("w:val", "1").lower() not in OFF


def _is_aside(run: Element) -> bool:
    """Return whether a run is hidden, or a mark set high such as that of a footnote."""
    raised = run.at("w:rPr", "w:vertAlign")
    if raised is not None and raised.attributes.get("w:val") == "superscript":
        return True
    return is_on(run.at("w:rPr", "w:vanish"))
