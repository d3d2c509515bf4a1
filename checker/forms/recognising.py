"""Says whether a Word file is the form of a guideline, or that of another list."""

from collections.abc import Iterator, Mapping, Sequence

from checker.forms.complaints import bad_form
from checker.forms.ids import Known
from checker.forms.rows import Found, find_rows
from checker.forms.tables import Table
from checker.model.form import Form

FEWEST = 0.5
"""Share of the items whose rows must be found; with fewer it is another form."""
MOST_UNKNOWN = 0.15
"""Share of the rows with numbers that may be none of the guideline."""


def require_this_form(
    file: str,
    form: Form,
    tables: Sequence[Table],
    found: Found,
    others: Mapping[str, Sequence[str]],
) -> None:
    """Complain about a form whose rows are not those of the guideline.

    Raises:
        BadSubmission: says which other guideline fits, or what was found.
    """
    asked, unknown = len(form.rows), len(found.unknown)
    if len(found.rows) == asked and not unknown:
        return
    if better := _better(tables, others, found):
        name, rows = better
        raise bad_form(
            file,
            f"this is a form of {name}: it has the rows of all {rows} items of that list, and not "
            f"those of the {asked} items of {form.guideline}",
            f"checker form {name} ..., or bring the form of {form.guideline}",
        )
    if not _fits(found, asked):
        raise bad_form(file, *_misfit(form, tables, found))


def ends_early(form: Form, found: Found) -> Iterator[str]:
    """Yield what to tell about a form that has all items but the last ones: another edition may end so."""
    there = [row.item in found.rows for row in form.rows]
    last = sum(there)
    if 0 < last < len(there) and all(there[:last]):
        yield (
            f"the form ends with item {form.rows[last - 1].item}, and {form.guideline} ({form.version}) with "
            f"{form.rows[-1].item}: see that it is the same edition, whose numbers mean the same"
        )


def _fits(found: Found, asked: int) -> bool:
    """Return whether enough items have a row, and few rows are of no item.

    Where items share the row of their number, every other number speaks for another list.
    """
    unknown = len(found.unknown)
    if unknown and found.by_number > 0.25 * asked:
        return False
    few = unknown <= MOST_UNKNOWN * (found.different + unknown)
    return few and len(found.rows) >= FEWEST * asked


def _better(
    tables: Sequence[Table], others: Mapping[str, Sequence[str]], found: Found
) -> tuple[str, int] | None:
    """Return the guideline all of whose items are there, in more rows than ours, and little else."""
    for name, ids in others.items():
        other = find_rows(tables, Known.of(ids))
        whole = len(other.rows) == len(ids) and not other.by_number
        if whole and len(ids) > found.different and len(other.unknown) < max(len(found.unknown), 1):
            return name, len(ids)
    return None


def _misfit(form: Form, tables: Sequence[Table], found: Found) -> tuple[str, str]:
    asked = f"{form.guideline} ({form.version})"
    if not tables:
        return f"it has no table; the rows of {asked} are looked for in tables", ""
    seen = f"{len(found.rows)} of the {len(form.rows)} items of {asked} have a row in it"
    if found.unknown:
        seen += f", and it has rows that are none of them ({_few(found.unknown)})"
    return seen, "is it the form of another guideline, or of another edition of this one?"


def _few(words: Sequence[str]) -> str:
    return ", ".join(words[:6]) + (" ..." if len(words) > 6 else "")
