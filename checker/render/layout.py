"""Plain text that keeps to a width: paragraphs, headings and tables, with or without colour, in Unicode or ASCII."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from checker.render.cleaned import one_line, to_ascii
from checker.render.signs import Sign

TONES = {
    "bad": "31",
    "warn": "33",
    "good": "32",
    "note": "36",
    "quiet": "2",
    "strong": "1",
}
"""Codes of the terminal for each tone."""
GAP = "  "
NARROWEST = 8
"""A column is not made narrower than this to make room."""
LEAST = 40
"""Narrower screens are treated as this wide."""


class Cell(NamedTuple):
    """A text in a table; numbers stand to the right."""

    text: str
    tone: str = ""
    right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What the reader's screen can show."""

    width: int = 80
    colour: bool = False
    unicode: bool = True

    @property
    def columns(self) -> int:
        """Return the width that is used."""
        return max(self.width, LEAST)

    def shown(self, text: str) -> str:
        """Return the text on one line, without control characters, in signs that the screen has."""
        return one_line(text) if self.unicode else to_ascii(one_line(text))

    def sign(self, sign: Sign) -> Cell:
        """Return sign and word of a status."""
        return Cell(f"{sign.symbol if self.unicode else sign.ascii} {sign.word}", sign.tone)

    def painted(self, text: str, tone: str) -> str:
        """Return the text in the colour of the tone, if there is colour."""
        return f"\x1b[{TONES[tone]}m{text}\x1b[0m" if self.colour and tone else text

    def heading(self, text: str) -> list[str]:
        """Return an empty line, the heading, and a rule below it."""
        lines = wrapped(self.shown(text), self.columns)
        rule = ("─" if self.unicode else "-") * max(map(wide, lines))
        return ["", *(self.painted(line, "strong") for line in lines), rule]

    def marked(self, sign: Sign, text: str) -> list[str]:
        """Return sign, word and text; broken at the width, with the further lines to the right."""
        mark = self.sign(sign)
        lines = self.paragraph(f"{mark.text} {text}", "    ", "")
        return [self.painted(mark.text, mark.tone) + lines[0][len(mark.text) :], *lines[1:]]

    def paragraph(
        self, text: str, indent: str = "", first: str | None = None, tone: str = ""
    ) -> list[str]:
        """Return the text broken at the width; `first` stands before the first line in place of the indent."""
        lines = wrapped(self.shown(text), self.columns - len(indent))
        starts = [indent if first is None else first, *[indent] * len(lines)]
        return [
            start + self.painted(line, tone) for start, line in zip(starts, lines, strict=False)
        ]

    def table(self, heads: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> list[str]:
        """Return heads, a rule and the rows; long cells are broken so that the width is kept."""
        cells = [
            [each._replace(text=self.shown(each.text)) for each in row] for row in (heads, *rows)
        ]
        widths = _widths(cells, self.columns - len(GAP) * (len(heads) - 1))
        lines = [line for row in cells for line in self._row(row, widths)]
        above = sum(1 for _ in self._row(cells[0], widths))
        rule = ("─" if self.unicode else "-") * (sum(widths) + len(GAP) * (len(widths) - 1))
        return [*lines[:above], rule, *lines[above:]]

    def _row(self, row: Sequence[Cell], widths: Sequence[int]) -> Iterator[str]:
        parts = [wrapped(cell.text, width) for cell, width in zip(row, widths, strict=True)]
        for at in range(max(map(len, parts))):
            shown = (
                self._placed(part[at] if at < len(part) else "", cell, width)
                for part, cell, width in zip(parts, row, widths, strict=True)
            )
            yield GAP.join(shown).rstrip()

    def _placed(self, text: str, cell: Cell, width: int) -> str:
        space = " " * (width - wide(text))
        painted = self.painted(text, cell.tone) if text else text
        return space + painted if cell.right else painted + space


def wide(text: str) -> int:
    """Return how many columns the text takes: two for wide signs of East Asia, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def wrapped(text: str, width: int) -> list[str]:
    """Return the text in lines of at most that many columns; words longer than a line are cut."""
    lines, line = [], ""
    for word in _words(text, width):
        if line and wide(line) + 1 + wide(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def _words(text: str, width: int) -> Iterator[str]:
    for word in text.split(" "):
        while wide(word) > width:
            cut = next(at for at in range(len(word), 0, -1) if wide(word[:at]) <= max(width, 2))
            yield word[:cut]
            word = word[cut:]
        yield word


def _widths(cells: Sequence[Sequence[Cell]], room: int) -> list[int]:
    """Return the width of each column; the widest text gives way until all fit, then the widest number."""
    columns = list(zip(*cells, strict=True))
    widths = [max(_least(cell, column[0].right) for cell in column) for column in columns]
    for giving in ([not column[0].right for column in columns], [True] * len(columns)):
        while sum(widths) > room:
            widest = max((width * may for width, may in zip(widths, giving, strict=True)))
            if widest <= NARROWEST:
                break
            widths[
                next(at for at, width in enumerate(widths) if giving[at] and width == widest)
            ] -= 1
    return widths


def _least(cell: Cell, numbers: bool) -> int:
    """Return the width that a cell asks for: a sentence in a column of numbers may be broken anywhere."""
    return NARROWEST if numbers and not cell.right else wide(cell.text)
