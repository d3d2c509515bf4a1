"""A study as a workbook of questions: sheets in plain words, answers as text, drop-downs for coded values."""

import datetime
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from checker.errors import OutputFailed
from checker.model.cell_names import column_letters
from checker.model.metric_names import METRIC_NAMES
from checker.model.question import Counting, Question, QuestionState
from checker.model.study import Study
from checker.model.study.evaluations import Claim
from checker.model.study.facts import CAN_DIFFER, FACTS, Spot, holds, spots, values
from checker.model.study.kinds import Kind
from checker.model.study.references import REFERENCES
from checker.model.worksheet import (
    LOCATED,
    LONGEST_CELL,
    NONE,
    NOT_APPLICABLE,
    NOT_REPORTED,
    SAID,
    Sheet,
    fields_of,
    first_of,
    parent,
    questions_of,
    rows_of,
    sheet_of,
    sheets,
    written,
)
from checker.render.worksheet_statements import Located, Said, beside, different, name_at
from checker.render.worksheet_words import (
    STEPS,
    WIDTHS,
    about_sheet,
    entry_of,
    heading_of,
    how_to_answer,
    lines_of,
    width_of,
    with_topics,
)

Printed = Callable[[tuple[str | int, ...]], str | None]
"""How a number at a path was written by its author; None: it is not known."""

FIXED = datetime.datetime(2000, 1, 1)
"""Stands as the date of every workbook, so that the same answers give the same bytes."""
SPARE_ENTRIES = 2
"""Empty columns for further entries."""
SPARE_ROWS = 20
"""Empty rows of a table that are ready to be filled in."""
A4 = 9
A4_SIGNS = 95
"""Signs that stand side by side on a page; wider sheets are printed smaller."""
TEXT = 49
"""The number of the format of text cells."""
LINE = 13.5
"""Height of a line, in points."""
TALLEST = 20
"""Lines of a row that are shown at once."""
HEAD = 1
"""The row of the headings, from 0; the one above holds the keys."""
FIRST = 2
"""The first row with a question or an entry, from 0."""
YELLOW, GREY, BLUE, RULE = "#FFF4C2", "#ECEDEF", "#1F3A5F", "#C9CDD3"
_ESCAPES = re.compile("_x[0-9A-Fa-f]{4}_x[0-9A-Fa-f]{4}_")
"""The library that writes workbooks keeps one such code as it stands, but not two that share a sign."""
_STATE_WORDS = {
    QuestionState.NOT_REPORTED: NOT_REPORTED,
    QuestionState.NOT_APPLICABLE: NOT_APPLICABLE,
    QuestionState.NOT_ASKED: "not asked",
}


def to_workbook(
    study: Study,
    questions: Sequence[Question],
    counting: Sequence[Counting] = (),
    printed: Printed = lambda path: None,
) -> bytes:
    """Return the workbook: open questions that concern the study, and everything that is answered.

    Args:
        study: the description so far.
        questions: of all facts, in the order of the model.
        counting: the guidelines that count, for the first sheet.
        printed: the digits of numbers as their author wrote them.

    Raises:
        OutputFailed: a text is longer than a cell can be.
    """
    import xlsxwriter

    data = io.BytesIO()
    book = xlsxwriter.Workbook(
        data,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": "Questions about a study", "created": FIXED})
    _Writer(book, study, {each.fact: each for each in questions}, printed).write(counting)
    book.close()
    return data.getvalue()


class _Writer:
    """Writes one workbook."""

    def __init__(
        self, book: Any, study: Study, questions: Mapping[str, Question], printed: Printed
    ) -> None:
        self.book = book
        self.study = study
        self.questions = questions
        self.printed = printed
        self.lists: dict[tuple[str, ...], str] = {}
        self.formats: dict[tuple[tuple[str, object], ...], Any] = {}
        self.sheets: dict[Sheet, Any] = {}
        self.widths: dict[tuple[str, int], int] = {}
        self.lines: dict[tuple[str, int], list[tuple[int, str]]] = {}
        self.beside = beside(study, self.has_row)
        self.names = {
            name: [each for each in values(study, f"{name}.name") if isinstance(each, str)]
            for name in ("data.sources", "data.partitions", "evaluations", "explanations")
        }

    def write(self, counting: Sequence[Counting]) -> None:
        """Write every sheet."""
        for sheet in sheets():
            self.sheets[sheet] = self.book.add_worksheet(sheet.title)
        for sheet, page in self.sheets.items():
            page.write_string(0, 0, sheet.role)
            match sheet.layout:
                case "start":
                    self.start(page, counting)
                case "questions":
                    self.asked(sheet, page)
                case "entries":
                    self.entries(sheet, page)
                case "table":
                    self.table(sheet, page)
                case "differences":
                    self.differences(page)
                case "statements":
                    self.statements(page)
                case "lists":
                    self.choices(page)
            self.finish(sheet, page)

    def finish(self, sheet: Sheet, page: Any) -> None:
        """Hide the keys, and make the sheet ready to be printed."""
        page.set_row(0, None, None, {"hidden": True})
        if sheet.layout == "lists":
            page.hide()
            return
        self.heights(page)
        page.set_column(0, 0, None, None, {"hidden": True})
        page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        page.hide_gridlines(2)
        page.set_paper(A4)
        page.set_landscape()
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        if (
            sum(signs for (name, _), signs in self.widths.items() if name == page.get_name())
            > A4_SIGNS
        ):
            page.fit_to_pages(1, 0)
        page.set_footer("&L&8&A&R&8&P of &N")
        if sheet.layout != "start":
            page.repeat_rows(HEAD)

    # Cells

    def width(self, page: Any, column: int, signs: int) -> None:
        """Set the width of a column; cells below and beside ours are text cells as well."""
        self.widths[page.get_name(), column] = signs
        page.set_column(column, column, signs, self.style())

    def heights(self, page: Any) -> None:
        """Make each row as high as its texts need, up to a limit; not every program does that by itself."""
        for (name, row), texts in self.lines.items():
            if name == page.get_name():
                lines = max(lines_of(text, self.widths.get((name, at), 20)) for at, text in texts)
                page.set_row(row, LINE * min(lines, TALLEST) + 2)

    def style(self, **asked: object) -> Any:
        """Return a format: text, wrapped, on the top of its cell, unless something else is asked."""
        base: dict[str, object] = {
            "num_format": TEXT,
            "text_wrap": True,
            "valign": "top",
            "font_name": "Calibri",
            "font_size": 10,
        }
        wanted = base | asked
        key = tuple(sorted(wanted.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(wanted)
        return self.formats[key]

    def framed(self, **asked: object) -> Any:
        """Return the format of a cell of a table."""
        return self.style(border=1, border_color=RULE, **asked)

    def put(self, page: Any, row: int, column: int, text: str, form: Any, what: str = "") -> None:
        """Write a text, whatever it looks like.

        Raises:
            OutputFailed: it is longer than a cell can be, or no workbook can hold it.
        """
        if len(text) > LONGEST_CELL:
            raise OutputFailed(
                f"{what or 'a text'} has {len(text):,} signs, and a cell of a workbook holds {LONGEST_CELL:,}; "
                "name a file that holds it instead"
            )
        if _ESCAPES.search(text):
            raise OutputFailed(
                f"{what or 'a text'} has codes one after another that a workbook takes for signs: {text[:60]}"
            )
        if text:
            page.write_string(row, column, text, form)
            self.lines.setdefault((page.get_name(), row), []).append((column, text))
        else:
            page.write_blank(row, column, None, form)

    def head(self, page: Any, keys: Sequence[str], texts: Sequence[str]) -> None:
        """Write the hidden keys of the columns and their headings."""
        form = self.framed(
            bold=True, font_color="#FFFFFF", bg_color=BLUE, valign="vcenter", num_format="General"
        )
        for column, (key, text) in enumerate(zip(keys, texts, strict=True), start=1):
            page.write_string(0, column, key)
            self.put(page, HEAD, column, text, form)

    def drop_down(
        self,
        page: Any,
        rows: tuple[int, int],
        columns: tuple[int, int],
        words: tuple[str, ...],
        *,
        strict: bool,
    ) -> None:
        """Let cells choose from a list; `strict`: nothing else can be typed."""
        if not words:
            return
        if words not in self.lists:
            letter = column_letters(len(self.lists) + 2)
            self.lists[words] = f"=Lists!${letter}$1:${letter}${len(words)}"
        page.data_validation(
            rows[0],
            columns[0],
            rows[1],
            columns[1],
            {
                "validate": "list",
                "source": self.lists[words],
                "ignore_blank": True,
                "show_error": strict,
                "error_title": "Not in the list",
                "error_message": "Choose a value from the list, or leave the cell empty.",
            },
        )

    def choices(self, page: Any) -> None:
        """Write the lists that drop-downs show."""
        for column, words in enumerate(self.lists, start=1):
            for row, word in enumerate(words):
                page.write_string(row, column, word)

    # Sheets of questions

    def has_row(self, fact: str) -> bool:
        """Return whether the fact has a row beside which statements about it stand."""
        if (
            fact not in FACTS
            or FACTS[fact].kind.item == "map of facts"
            or fact.startswith("statements.")
        ):
            return fact in questions_of("statements")
        return not parent(fact) or sheet_of(parent(fact)).layout == "entries"

    def is_shown(self, fact: str) -> bool:
        """Return whether the question concerns the study, or something is said about it all the same."""
        question = self.questions[fact]
        said = fact in self.beside.said or fact in self.beside.located
        given = any(each.value is not None for each in question.answers)
        return (
            said
            or given
            or question.state not in (QuestionState.NOT_ASKED, QuestionState.NOT_APPLICABLE)
        )

    def asked(self, sheet: Sheet, page: Any) -> None:
        """Write the questions of a section, those that are open first."""
        shown = [each for each in questions_of(sheet.of) if self.is_shown(each)]
        shown.sort(key=lambda each: self.questions[each].state is not QuestionState.OPEN)
        keys = ["state", "topic", "question", "answer", "how", "said", "reason", *LOCATED, "items"]
        self.head(page, [*keys, "said_at", "location_at"], [*map(heading_of, keys), "", ""])
        self.columns(page, keys)
        for row, fact in enumerate(shown, start=FIRST):
            self.question(page, row, fact, keys)
            if FACTS[fact].kind.item == "records":
                self.elsewhere(page, row, fact, (4, 4))
            else:
                self.answer(page, row, 4, fact, next(iter(spots(self.study, fact)), None))
        last = max(FIRST, FIRST + len(shown) - 1)
        self.shade(page, (FIRST, last), (4, 4))
        page.freeze_panes(FIRST, 3)
        page.autofilter(HEAD, 0, last, len(keys) + 2)

    def entries(self, sheet: Sheet, page: Any) -> None:
        """Write the questions of a list of records, one column for each entry."""
        count = self.count(sheet.of)
        wide = max(count, 1) + SPARE_ENTRIES
        before = ["state", "topic", "question"]
        after = ["how", "said", "reason", *LOCATED, "items"]
        keys = [*before, *["entry"] * wide, *after]
        named = [f"{entry_of(sheet.of)} {i + 1}" for i in range(wide)]
        self.head(
            page,
            [*keys, "said_at", "location_at"],
            [*map(heading_of, before), *named, *map(heading_of, after), "", ""],
        )
        self.columns(page, keys)
        shown = [each for each in rows_of(sheet.of) if self.is_shown(each)]
        for row, fact in enumerate(shown, start=FIRST):
            self.question(page, row, fact, keys)
            if FACTS[fact].kind.item == "records":
                self.elsewhere(page, row, fact, (4, 3 + wide))
            else:
                self.answers(page, row, sheet.of, fact, wide)
        last = FIRST + len(shown) - 1
        self.shade(page, (FIRST, last), (4, 3 + max(count, 1)))
        page.freeze_panes(FIRST, 3)
        page.autofilter(HEAD, 0, last, len(keys) + 2)

    def count(self, name: str) -> int:
        """Return how many entries a list of records has."""
        found = [each.value for each in spots(self.study, name)]
        return sum(len(value) for value in found if isinstance(value, tuple))

    def columns(self, page: Any, keys: Sequence[str]) -> None:
        """Set the widths; hide the places of statements in their lists."""
        for column, key in enumerate(keys, start=1):
            self.width(page, column, WIDTHS.get(key, 20))
        page.set_column(len(keys) + 1, len(keys) + 2, None, None, {"hidden": True})

    def question(self, page: Any, row: int, fact: str, keys: Sequence[str]) -> None:
        """Write all of a row but the answers."""
        question, quiet = self.questions[fact], self.framed(font_color="#444444")
        page.write_string(row, 0, fact, self.style(text_wrap=False))
        self.put(page, row, 2, question.topic, self.framed(bold=True))
        self.put(page, row, 3, question.meaning, self.framed())
        self.put(page, row, 1 + keys.index("how"), self.how(question), quiet)
        self.put(page, row, 1 + keys.index("items"), "; ".join(question.items), quiet)
        self.beside_row(page, row, keys, self.beside.said.get(fact), self.beside.located.get(fact))
        self.state(page, row, question, keys)

    def state(self, page: Any, row: int, question: Question, keys: Sequence[str]) -> None:
        """Write how far the question is answered, as a formula that follows what is typed."""
        key = "answer" if "answer" in keys else "entry"
        first, count = 1 + keys.index(key), keys.count(key)
        cells = f"{column_letters(first + 1)}{row + 1}:{column_letters(first + count)}{row + 1}"
        said = f"{column_letters(keys.index('said') + 2)}{row + 1}"
        wanted = max(1, sum(each.is_asked for each in question.answers))
        rest = _STATE_WORDS.get(question.state, "open")
        if FACTS[question.fact].kind.item == "records":
            rest = "answered" if question.state is QuestionState.ANSWERED else rest
            formula = f'=IF({said}<>"",{said},"{rest}")'
            now = (
                self.beside.said[question.fact].words if question.fact in self.beside.said else rest
            )
        else:
            formula = (
                f'=IF(COUNTA({cells})>={wanted},"answered",'
                f'IF({said}<>"",{said},IF(COUNTA({cells})>0,"partly","{rest}")))'
            )
            given = sum(each.value is not None for each in question.answers)
            stated = self.beside.said.get(question.fact)
            now = (
                "answered"
                if given >= wanted
                else stated.words
                if stated
                else "partly"
                if given
                else rest
            )
        page.write_formula(row, 1, formula, self.framed(num_format="General"), now)

    def beside_row(
        self, page: Any, row: int, keys: Sequence[str], said: Said | None, located: Located | None
    ) -> None:
        """Write what is said about a fact without an answer, and where the paper speaks of it."""
        form = self.framed()
        at = {key: column for column, key in enumerate(keys, start=1)}
        self.put(page, row, at["said"], said.words if said else "", form)
        reason = self.written_text(said.reason) if said else ""
        self.put(page, row, at["reason"], reason, form)
        for name in LOCATED:
            value = located.values.get(name, "") if located else ""
            self.put(page, row, at[name], value, form, "a quote")
        self.drop_down(page, (row, row), (at["said"], at["said"]), tuple(SAID), strict=True)
        if said:
            self.put(page, row, len(keys) + 1, str(said.at), self.style())
        if located:
            self.put(page, row, len(keys) + 2, str(located.at), self.style())

    def written_text(self, text: str) -> str:
        """Return a text as a cell shows it."""
        return written(Kind("text"), text)

    def how(self, question: Question) -> str:
        """Return how the question is answered."""
        fact = FACTS[question.fact]
        how = how_to_answer(question.type, [each.words for each in question.choices], question.unit)
        words = [f"{how[:1].upper()}{how[1:]}."]
        if lists := REFERENCES.get(question.fact):
            titles = " or ".join(f'"{sheet_of(each).title}"' for each in lists)
            words = [f"A name of the sheet {titles}."]
        if fact.kind.item == "records":
            where = sheet_of(question.fact)
            words = [f'Fill in the sheet "{where.title}".']
            if where.layout == "entries":
                words = ["One column for each entry."]
        if question.is_required:
            words.append("Needed for every entry.")
        if question.asked_if and holds(self.study, fact.when) is None:
            words.append(f"Only if {question.asked_if}.")
        return " ".join(words)

    def elsewhere(self, page: Any, row: int, fact: str, columns: tuple[int, int]) -> None:
        """Point from a list of records to the sheet that holds it."""
        title, count = sheet_of(fact).title, self.count(fact)
        for column in range(columns[0], columns[1] + 1):
            page.write_blank(row, column, None, self.framed(bg_color=GREY))
        if title != page.get_name():
            form = self.framed(bg_color=GREY, font_color="#1A56B0", underline=1)
            text = f"see {title} ({count} {'entry' if count == 1 else 'entries'})"
            page.write_url(row, columns[0], f"internal:'{title}'!A1", form, text)

    def answers(self, page: Any, row: int, name: str, fact: str, wide: int) -> None:
        """Write the answers of all entries, with empty cells for further ones."""
        found = {_index(spot.path, name): spot for spot in spots(self.study, fact)}
        count = self.count(name)
        for i in range(wide):
            if i < count and i not in found:  # a fact of another task
                form = self.framed(bg_color=GREY, pattern=14, fg_color=RULE)
                page.write_blank(row, 4 + i, None, form)
            else:
                self.answer(page, row, 4 + i, fact, found.get(i))
        if not count and fact == first_of(name) and self.is_empty(name):
            self.put(page, row, 4, NONE, self.framed())

    def is_empty(self, name: str) -> bool:
        """Return whether the description says that a list of records has no entries."""
        return any(spot.value == () for spot in spots(self.study, name))

    def answer(self, page: Any, row: int, column: int, fact: str, spot: Spot | None) -> None:
        """Write one answer with its drop-down."""
        kind = FACTS[fact].kind
        text = ""
        if spot is not None and spot.value is not None:
            text = written(kind, spot.value, self.printed(spot.path))
        self.put(page, row, column, text, self.framed(), fact)
        words = self.words(fact)
        single = kind.form in ("enum", "bool")
        self.drop_down(page, (row, row), (column, column), words, strict=single)

    def words(self, fact: str) -> tuple[str, ...]:
        """Return what can be chosen as an answer."""
        if FACTS[fact].owner is Claim and fact.endswith(".metric"):
            tasks: set[str] = {each.task for each in self.study.evaluations or ()}
            tasks = {"explanation"} if fact.startswith("explanations.") else tasks
            return tuple(
                each.name for each in METRIC_NAMES.values() if not tasks or tasks & {*each.tasks}
            )
        if lists := REFERENCES.get(fact):
            return tuple(self.written_text(each) for name in lists for each in self.names[name])
        return tuple(each.words for each in self.questions[fact].choices)

    def shade(
        self,
        page: Any,
        rows: tuple[int, int],
        columns: tuple[int, int],
    ) -> None:
        """Let empty cells be yellow where the question is open, and grey where a person said why it has no answer."""
        cell, state = f"{column_letters(columns[0] + 1)}{rows[0] + 1}", f"$B{rows[0] + 1}"
        for formula, colour in (
            (f'=AND(LEN({cell})=0,OR({state}="open",{state}="partly"))', YELLOW),
            (f"=LEN({cell})=0", GREY),
        ):
            page.conditional_format(
                rows[0],
                columns[0],
                rows[1],
                columns[1],
                {
                    "type": "formula",
                    "criteria": formula,
                    "format": self.book.add_format({"bg_color": colour}),
                    "stop_if_true": True,
                },
            )

    # Tables

    def table(self, sheet: Sheet, page: Any) -> None:
        """Write a list of records, one row for each entry."""
        around, facts = parent(sheet.of), fields_of(sheet.of)
        keys = [*(["parent"] if around else []), *facts]
        texts = [
            *([entry_of(around)] if around else []),
            *(self.questions[each].topic for each in facts),
        ]
        self.head(page, keys, texts)
        notes = {each: self.questions[each].meaning for each in facts}
        row = FIRST
        for spot in spots(self.study, sheet.of):
            for place, text in self.records(sheet.of, spot):
                self.record(page, row, keys, place, text, spot)
                row += 1
        last = row + SPARE_ROWS - 1
        for empty in range(row, last + 1):
            for column in range(1, len(keys) + 1):
                page.write_blank(empty, column, None, self.framed())
        self.table_columns(page, keys, last, notes, around)
        page.freeze_panes(FIRST, 1 + (2 if around else 1))
        page.autofilter(HEAD, 0, last, len(keys))

    def records(self, name: str, spot: Spot) -> Iterator[tuple[int | None, str]]:
        """Yield the entries of a list by their place; None: it is said to be empty."""
        if isinstance(spot.value, tuple):
            if not spot.value:
                yield None, NONE
            yield from ((i, "") for i in range(len(spot.value)))

    def record(
        self, page: Any, row: int, keys: Sequence[str], at: int | None, none: str, spot: Spot
    ) -> None:
        """Write one entry."""
        for column, key in enumerate(keys, start=1):
            text = ""
            if key == "parent":
                text = self.written_text(name_at(self.study, spot.path))
            elif at is None:
                text = NONE if key == first_of(parent(key)) else ""
            else:
                text = self.field(key, spot, at)
            self.put(page, row, column, text, self.framed(), key)

    def field(self, fact: str, spot: Spot, at: int) -> str:
        """Return one field of an entry as its cell shows it."""
        assert isinstance(spot.value, tuple)
        value = spot.value[at]
        steps = fact.removeprefix(f"{parent(fact)}.").split(".")
        for step in steps:
            value = getattr(value, step)
        if value is None:
            return ""
        return written(FACTS[fact].kind, value, self.printed((*spot.path, at, *steps)))

    def table_columns(
        self, page: Any, keys: Sequence[str], last: int, notes: Mapping[str, str], around: str
    ) -> None:
        """Set widths and drop-downs, and say in a note what a column asks."""
        for column, key in enumerate(keys, start=1):
            if key == "parent":
                self.width(page, column, 20)
                names = tuple(map(self.written_text, self.names[around]))
                self.drop_down(page, (FIRST, last), (column, column), names, strict=False)
                continue
            kind = FACTS[key].kind
            self.width(page, column, width_of(kind))
            single = kind.form in ("enum", "bool")
            self.drop_down(page, (FIRST, last), (column, column), self.words(key), strict=single)
            note = f"{notes[key]} {self.how(self.questions[key])}"
            page.write_comment(HEAD, column, note, {"x_scale": 2, "author": ""})

    # Statements and differences

    def statements(self, page: Any) -> None:
        """Write the statements that stand beside no question: about groups, items, and further places."""
        keys = ["about", "said", "reason", *LOCATED]
        self.head(page, [*keys, "said_at", "location_at"], [*map(heading_of, keys), "", ""])
        rows: list[tuple[str, Said | None, Located | None]] = [
            (each.about, each, None) for each in self.beside.other_said
        ]
        rows += [(each.about, None, each) for each in self.beside.other_located]
        for row, (about, said, located) in enumerate(rows, start=FIRST):
            self.put(page, row, 1, about, self.framed())
            self.beside_row(page, row, keys, said, located)
        last = FIRST + len(rows) + SPARE_ROWS - 1
        for row in range(FIRST + len(rows), last + 1):
            for column in range(1, len(keys) + 1):
                page.write_blank(row, column, None, self.framed())
        self.drop_down(page, (FIRST, last), (2, 2), tuple(SAID), strict=True)
        self.columns(page, keys)
        self.width(page, 1, 40)
        page.freeze_panes(FIRST, 2)
        page.autofilter(HEAD, 0, last, len(keys) + 2)

    def differences(self, page: Any) -> None:
        """Write the facts that are different in one partition or evaluation."""
        keys = ["partition", "evaluation", "fact", "answer"]
        self.head(page, keys, [*map(heading_of, keys)])
        row = FIRST
        for i, name in enumerate(("data.partitions.differs", "evaluations.differs")):
            for spot in spots(self.study, name):
                for fact, text in different(spot.value):
                    self.put(
                        page,
                        row,
                        1 + i,
                        self.written_text(name_at(self.study, spot.path)),
                        self.framed(),
                    )
                    self.put(page, row, 2 - i, "", self.framed())
                    self.put(page, row, 3, fact, self.framed())
                    self.put(page, row, 4, text, self.framed(), fact)
                    row += 1
        last = row + SPARE_ROWS - 1
        for empty in range(row, last + 1):
            for column in range(1, 5):
                page.write_blank(empty, column, None, self.framed())
        for column, name in enumerate(("data.partitions", "evaluations"), start=1):
            names = tuple(map(self.written_text, self.names[name]))
            self.drop_down(page, (FIRST, last), (column, column), names, strict=False)
        facts = tuple(
            name
            for name, fact in FACTS.items()
            if fact.section in CAN_DIFFER and not parent(name) and fact.kind.item != "records"
        )
        self.drop_down(page, (FIRST, last), (3, 3), facts, strict=False)
        for column, width in enumerate((24, 24, 44, 44), start=1):
            self.width(page, column, width)
        page.freeze_panes(FIRST, 1)
        page.autofilter(HEAD, 0, last, 4)

    # The first sheet

    def start(self, page: Any, counting: Sequence[Counting]) -> None:
        """Write how to fill in the workbook, which guidelines count, and what each sheet asks."""
        for column, signs in enumerate((26, 88, 10, 10), start=1):
            self.width(page, column, signs)
        title = self.study.study.title or "A study without a title yet"
        page.write_string(
            1, 1, "Questions about a study", self.style(bold=True, font_size=18, text_wrap=False)
        )
        page.set_row(1, 28)
        page.write_string(2, 1, title[:200], self.style(font_size=12, text_wrap=False))
        page.set_row(2, 20)
        row = self.steps(page, 4)
        row = self.legend(page, row + 1)
        row = self.guidelines(page, row + 1, counting)
        self.contents(page, row + 1)

    def heading(self, page: Any, row: int, *texts: str) -> int:
        """Write a line of headings and return the row below it."""
        form = self.framed(bold=True, font_color="#FFFFFF", bg_color=BLUE)
        for column, text in enumerate(texts, start=1):
            page.write_string(row, column, text, form)
        return row + 1

    def steps(self, page: Any, row: int) -> int:
        """Write how to fill in the workbook."""
        row = self.heading(page, row, "How to fill in", "")
        for what, how in STEPS:
            self.put(page, row, 1, what, self.framed(bold=True))
            self.put(page, row, 2, how, self.framed())
            row += 1
        return row

    def legend(self, page: Any, row: int) -> int:
        """Write what the colours mean."""
        row = self.heading(page, row, "Colours", "")
        for colour, what in (
            (YELLOW, "open: nobody has answered yet"),
            ("#FFFFFF", "answered"),
            (GREY, "not reported, does not apply, or filled in on another sheet"),
        ):
            page.write_blank(row, 1, None, self.framed(bg_color=colour))
            self.put(page, row, 2, what, self.framed())
            row += 1
        return row

    def guidelines(self, page: Any, row: int, counting: Sequence[Counting]) -> int:
        """Write which guidelines count, and why."""
        row = self.heading(page, row, "Guideline that counts", "Why")
        for each in counting:
            page.write_string(row, 1, each.name, self.framed(bold=True))
            self.put(page, row, 2, f"{each.title}. {with_topics(each.why)}", self.framed())
            row += 1
        if not counting:
            page.write_string(row, 1, "none", self.framed())
            page.write_blank(row, 2, None, self.framed())
            row += 1
        return row

    def contents(self, page: Any, row: int) -> None:
        """Write what each sheet asks, with a link and how much of it is open."""
        row = self.heading(page, row, "Sheet", "What it asks", "Open", "Answered")
        link = self.framed(font_color="#1A56B0", underline=1)
        number = self.framed(num_format="0")
        for sheet in sheets():
            if sheet.layout in ("start", "lists"):
                continue
            page.write_url(row, 1, f"internal:'{sheet.title}'!A1", link, sheet.title)
            self.put(page, row, 2, about_sheet(sheet), self.framed())
            for column, count in enumerate(self.counts(sheet), start=3):
                if count is None:
                    page.write_blank(row, column, None, self.framed())
                else:
                    page.write_number(row, column, count, number)
            row += 1

    def counts(self, sheet: Sheet) -> tuple[int | None, int | None]:
        """Return how many questions of a sheet are open and how many are answered."""
        if sheet.layout not in ("questions", "entries"):
            rows = self.count(sheet.of) if sheet.layout == "table" else None
            return None, rows
        facts = questions_of(sheet.of) if sheet.layout == "questions" else rows_of(sheet.of)
        states = [self.questions[each].state for each in facts]
        half = states.count(QuestionState.OPEN) + states.count(QuestionState.PARTLY)
        return half, states.count(QuestionState.ANSWERED)


def _index(path: Sequence[str | int], name: str) -> int:
    """Return which entry of a list of records a path leads through; -1: the list has none."""
    at = name.count(".") + 1
    step = path[at] if len(path) > at else -1
    return step if isinstance(step, int) else -1
