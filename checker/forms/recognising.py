"""Says whether a Word file is the form of a guideline, or that of another list."""

from collections.abc import Iterator, Mapping, Sequence

from checker.forms.complaints import bad_form
from checker.forms.ids import Known
from checker.forms.rows import Found, find_rows
from checker.forms.tables import Table
from checker.model.form import Form

FEWEST = 0.5
"""Share of the items whose rows must be found; with fewer it is another form."""
NEARLY_ALL = 0.9
"""Share of the items that a form of bare numbers must have if it ends before its list: every list begins 1, 2, 3."""
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
    if not _fits(found, asked) or _only_begins_alike(form, found):
        raise bad_form(file, *_misfit(form, tables, found))


def ends_early(form: Form, found: Found) -> Iterator[str]:
    """Yield what to tell about a form that has all items but the last ones: another edition may end so."""
    if last := _last(form, found):
        yield (
            f"the form ends with item {last}, and {form.guideline} ({form.version}) with "
            f"{form.rows[-1].item}: see that it is the same edition, whose numbers mean the same"
        )


def _last(form: Form, found: Found) -> str:
    """Return the item with which the form ends before its list; empty if it does not."""
    there = [row.item in found.rows for row in form.rows]
    last = sum(there)
    early = 0 < last < len(there) and all(there[:last])
    return form.rows[last - 1].item if early else ""


def _only_begins_alike(form: Form, found: Found) -> bool:
    """Return whether nothing but the first numbers speaks for the list: 1 to 27 are in every longer one."""
    lettered = sum(not item.isdecimal() for item in found.rows) - found.by_number
    few = len(found.rows) < NEARLY_ALL * len(form.rows)
    return few and not lettered and bool(_last(form, found))


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
    elif last := _last(form, found):
        seen += f": it ends with item {last}"
    return seen, "is it the form of another guideline, or of another edition of this one?"


def _few(words: Sequence[str]) -> str:
    return ", ".join(words[:6]) + (" ..." if len(words) > 6 else "")
