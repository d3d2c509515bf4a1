"""The words of a worksheet: headings, how to fill in, how an answer is written, what a sheet asks."""

import re
from collections.abc import Mapping, Sequence

from checker.model.study import Study
from checker.model.study.facts import FACTS
from checker.model.study.kinds import Kind, kinds
from checker.model.worksheet import NONE, NOT_APPLICABLE, NOT_REPORTED, Sheet

WIDTHS: Mapping[str, int] = {
    "state": 11,
    "topic": 20,
    "question": 38,
    "answer": 36,
    "entry": 22,
    "how": 26,
    "said": 13,
    "reason": 22,
    "place": 16,
    "quote": 26,
    "items": 19,
}
"""Of columns, in signs."""
HEADINGS: Mapping[str, str] = {
    "state": "State",
    "topic": "About",
    "question": "Question",
    "answer": "Answer",
    "entry": "Entry",
    "how": "How to answer",
    "said": "No answer because",
    "reason": "Reason",
    "place": "Where in the paper",
    "quote": "Words of the paper",
    "items": "Asked by",
    "about": "About (a fact, a group of facts, or an item of a guideline)",
    "fact": "Fact that differs",
    "partition": "In the partition",
    "evaluation": "In the evaluation",
}
STEPS = (
    (
        "Answer",
        "Fill in the yellow cells of the sheets below. Leave a cell empty if you have not looked yet.",
    ),
    (
        "Choose",
        "Cells with coded answers show a list when you click on them. Where several answers can be given, part them "
        'by semicolons: "technique; task". A text with a semicolon in it then stands in quotation marks. '
        f'"{NONE}" is an empty list: there are none.',
    ),
    (
        "Numbers",
        "Write them as the paper prints them: 0.850 stays 0.850. Every answer cell is a text cell, so nothing is "
        "turned into a date or rounded. If you paste, paste values (text) only.",
    ),
    ("Dates", "2014-01-31, or 2014-01 or 2014 if the paper prints no more."),
    (
        "Not in the paper",
        f'Choose "{NOT_REPORTED}" and say why if you looked and the paper does not say it; "{NOT_APPLICABLE}" with a '
        "reason if it does not concern this study.",
    ),
    (
        "Where it is said",
        "A place (page 4, Methods) and the words of the paper let a reader look it up; both are optional.",
    ),
    (
        "Entries",
        "Sources, partitions, evaluations and explanations have a column for each entry. Claims and other lists have "
        "a row for each entry: one row for each number that the paper prints. Point at a heading there to see what its "
        "column asks.",
    ),
    (
        "Files",
        "Names of files are written from the folder in which this workbook lies: predictions/test.csv.",
    ),
    (
        "When you are done",
        "Save as .xlsx, in the folder of the data, and run: checker validate FILE.xlsx, then checker check FILE.xlsx. "
        "Some answers open further questions: checker worksheet FILE.xlsx -o NEW.xlsx writes a workbook with those.",
    ),
    (
        "Your own notes",
        "Rows may be sorted and filtered. Further columns and sheets of your own are not read.",
    ),
)
"""How to fill in the workbook."""


_FACT = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")


def with_topics(text: str) -> str:
    """Return the text with its facts as people read them: ``"Study: question"`` for study.question."""

    def topic(found: re.Match[str]) -> str:
        words = found[0].replace("_", " ").replace(".", ": ")
        return f'"{words[:1].upper()}{words[1:]}"' if found[0] in FACTS else found[0]

    return _FACT.sub(topic, text)


def heading_of(key: str) -> str:
    """Return the heading of a column."""
    return HEADINGS.get(key) or key.replace("_", " ").capitalize()


def how_to_answer(form: str, words: Sequence[str], unit: str) -> str:
    """Return how a kind of answer is written."""
    of = f", {unit}" if unit else ""
    match form.removeprefix("list of "):
        case "bool":
            return "yes or no"
        case "enum":
            listed = "; ".join(words)
            return f"{'one or more of' if form.startswith('list') else 'one of'}: {listed}"
        case "integer":
            how = f"a whole number{of}"
        case "number":
            how = f"a number{of}"
        case "date":
            how = "year-month-day, or as much as is printed"
        case "path":
            how = "a file or folder, from the folder of this workbook"
        case "map of text":
            return "names with their values: name: value; name: value"
        case _:
            how = "a text"
    return f"{how}; several parted by semicolons" if form.startswith("list") else how


def lines_of(text: str, width: int) -> int:
    """Return about how many lines a text takes in a column of so many signs."""
    return sum(max(1, -(-len(line) // max(1, width - 2))) for line in text.split("\n"))


def width_of(kind: Kind) -> int:
    """Return the width of a column of a table, in signs."""
    if kind.item in ("number", "integer", "bool", "date"):
        return 12
    return 20 if kind.item == "enum" else 26


def singular(name: str) -> str:
    """Return what one entry of a list is called: ``evaluation``."""
    return name.rpartition(".")[2].removesuffix("s")


def entry_of(name: str) -> str:
    """Return what an entry of a list is called: Evaluation, Source."""
    return singular(name).capitalize()


def about_sheet(sheet: Sheet) -> str:
    """Return what a sheet asks, in a sentence."""
    match sheet.layout:
        case "statements":
            return "Groups of facts and items that do not apply or are not reported; further places in the paper."
        case "differences":
            return "Facts that are different in one partition or evaluation."
        case "questions":
            return _docstring_of(sheet.of)
    return FACTS[sheet.of].meaning


def _docstring_of(section: str) -> str:
    cls = kinds(Study)[section].classes[0]
    return " ".join((cls.__doc__ or "").split())
