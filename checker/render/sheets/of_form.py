"""A form as a sheet: official numbers and order, our own words, where the paper says it. No verdict stands here."""

from checker.model.form import Form, FormRow
from checker.render.sheets.shapes import Column, Sheet, Table

COLUMNS = (
    Column("Item", 0.06),
    Column("Section", 0.12),
    Column("Topic", 0.14),
    Column("What is asked", 0.33),
    Column("Where reported (section, page)", 0.18),
    Column("If not applicable or not reported: reason", 0.17),
)


def of_form(form: Form) -> Sheet:
    """Return the form as it is handed in."""
    name = f"{form.name} reporting checklist"
    caption = f"{form.name} items"
    return Sheet(
        title=name,
        subtitle=form.study,
        tables=(
            Table(
                caption=caption,
                description="One row for each item in the official order: its number, what is asked, "
                "and the section and page of the manuscript that answer it.",
                columns=COLUMNS,
                rows=tuple(_cells(each) for each in form.rows),
                begins=_begins(form.rows),
            ),
        ),
        notes=(
            f"Numbers, sections and order of the items are those of {form.title}, {form.version}{_link(form)}.",
            "The column “What is asked” paraphrases the items; the wording of the publication decides.",
        ),
        running=name,
        private=form.anonymous,
    )


def _link(form: Form) -> str:
    return f" (https://doi.org/{form.doi[0]})" if form.doi else ""


def _cells(row: FormRow) -> tuple[str, ...]:
    where, reason = map(_begun, (row.where, row.reason))
    return (row.item, row.section, row.topic, row.requirement, where, reason)


def _begun(text: str) -> str:
    """Return the text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def _begins(rows: tuple[FormRow, ...]) -> frozenset[int]:
    sections = [each.section for each in rows]
    return frozenset(at for at, each in enumerate(sections) if at and sections[at - 1] != each)
