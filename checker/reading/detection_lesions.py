"""Marks that are matched already: which lesion each hit, by its name, or by a column that says whether it hit one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from checker.errors import Problem
from checker.model.predictions import Codes
from checker.reading.detection_parts import LESIONS, MARKS, Part, texts_of
from checker.reading.positive import meaning

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ON_LESION = frozenset({"lesion", "ll", "tp", "hit", meaning("1"), "true", "yes"})
OFF_LESION = frozenset(
    {"nonlesion", "non_lesion", "non-lesion", "nl", "fp", meaning("0"), "false", "no"}
)
"""Values of a column that says whether a mark is on a lesion, as `meaning` gives them, in small letters."""
Known = dict[tuple[int, str], int]
"""Scan and name of a lesion to its code."""
Free = dict[int, list[int]]
"""Scan to the codes of its lesions that have no name yet."""


def counted(scans: Part) -> Part | None:
    """Return the lesions that a column of the scans counts; None after a problem."""
    import numpy as np

    column = scans.column("lesions")
    if column is None:
        message = "no lesions are given: neither a table of them nor a column that counts those of each scan"
        hint = f"name their table or folder of masks: {scans.asked.written['lesions']} PATH"
        found = Problem(scans.reading.table.name, None, "lesions", message, hint)
        scans.reading.problems.append(found)
        return None
    count = scans.reading.numbers(column)
    if len(count) != scans.rows:
        return None
    wrong = np.isnan(count) | (count < 0) | (count != np.round(count))
    scans.wrong_rows(column, wrong, "the number of lesions is no whole number")
    whole = np.where(wrong, 0, count).astype(np.int64)
    return Part(LESIONS, scans.reading, scans.asked, np.repeat(scans.scan, whole))


def are_matched(parts: Sequence[Part]) -> bool:
    """Return whether marks say which lesion they hit, or whether they hit one."""
    marks = [part for part in parts if part.kind == MARKS]
    return any(part.lesion is not None or part.column("mark") for part in marks)


def lesion_codes(parts: Sequence[Part], notes: list[str]) -> Codes:
    """Return a code for each row that a lesion shares with the marks that hit it; -1: none."""
    import numpy as np

    known: Known = {}
    free: Free = {}
    found: list[Codes] = []
    for part in parts:  # lesions come before marks
        if part.kind == LESIONS:
            found.append(_numbered_lesions(part, known, free))
        elif part.kind == MARKS:
            found.append(_hits(part, known, free, notes))
        else:
            found.append(np.full(part.rows, -1))
    return np.concatenate(found)


def _numbered_lesions(part: Part, known: Known, free: Free) -> Codes:
    """Return a number for each lesion, further ones if several tables have some."""
    import numpy as np

    first = len(known) + sum(map(len, free.values()))
    rows = zip(part.scan.tolist(), texts_of(part.lesion, part.rows), strict=True)
    for code, (scan, text) in enumerate(rows, start=first):
        if text:
            known[scan, text] = code
        else:
            free.setdefault(scan, []).append(code)
    return np.arange(first, first + part.rows)


def _hits(part: Part, known: Known, free: Free, notes: list[str]) -> Codes:
    """Return the code of the lesion that each mark hit; lesions without a name take names as they come."""
    import numpy as np

    texts = _names(part, notes)
    found, away = np.full(part.rows, -1), np.zeros(part.rows, bool)
    for row, (scan, text) in enumerate(zip(part.scan.tolist(), texts, strict=True)):
        if text and (scan, text) not in known and free.get(scan):
            known[scan, text] = free[scan].pop(0)
        if text:
            found[row] = known.get((scan, text), -1)
            away[row] = found[row] < 0 and scan >= 0
    name = next((text for text, wrong in zip(texts, away.tolist(), strict=True) if wrong), "")
    what = f'the scan has no lesion "{name}"'
    if part.lesion is None:
        what = "more marks of one reading are on lesions than the scan has"
    column = part.column("lesion") or part.column("mark") or ""
    hint = "list the lesion, or count it among those of its scan"
    part.wrong_rows(column, away, what, hint)
    return found


def _names(part: Part, notes: list[str]) -> list[str]:
    """Return the name of the lesion that each mark hit, empty for a false one."""
    import numpy as np

    texts, on = texts_of(part.lesion, part.rows), _on_lesion(part)
    if on is None:
        return texts
    if part.lesion is None:
        notes.append(
            "Marks on lesions do not say which lesion: those of one reading of a scan are taken as on different "
            "lesions."
        )
        return _numbered(part, on)
    column, there = part.column("mark") or "", np.array([bool(text) for text in texts])
    part.wrong_rows(column, on & ~there, "the mark is on a lesion, and none is named")
    part.wrong_rows(column, ~on & there, "the mark is on no lesion, and one is named")
    return texts


def _on_lesion(part: Part) -> "NDArray[np.bool_] | None":
    """Return whether each mark is on a lesion; None: no column says so."""
    import numpy as np

    column = part.column("mark")
    if column is None:
        return None
    found = part.reading.labels(column)
    on = np.array([meaning(each).casefold() in ON_LESION for each in found.names] + [False])
    off = np.array([meaning(each).casefold() in OFF_LESION for each in found.names] + [False])
    what, hint = "whether the mark is on a lesion cannot be told", "write lesion or non_lesion"
    part.wrong_rows(column, ~(on | off)[found.codes], what, hint)
    return np.asarray(on[found.codes])


def _numbered(part: Part, on: "NDArray[np.bool_]") -> list[str]:
    """Return a name for each mark on a lesion: its number among those of its reading."""
    seen: dict[tuple[int, ...], int] = {}
    who = [
        [0] * part.rows if each is None else each.codes.tolist()
        for each in (part.reader, part.modality)
    ]
    texts = []
    for row, here in enumerate(on.tolist()):
        key = (int(part.scan[row]), who[0][row], who[1][row])
        seen[key] = seen.get(key, 0) + here
        texts.append(f"lesion {seen[key]}" if here else "")
    return texts
