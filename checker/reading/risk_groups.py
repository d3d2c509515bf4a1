"""Groups of patients by risk: by cut-offs of the score, or by a column that names them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from checker.model.predictions import Codes
from checker.reading.class_names import classes_of, codes_of, in_order
from checker.reading.columns import listed
from checker.reading.positive import meaning
from checker.reading.task_columns import SurvivalColumns
from checker.reading.task_rows import TaskRows

MOST_GROUPS = 20
"""More are no groups by risk."""


def risk_groups(made: TaskRows, asked: SurvivalColumns) -> None:
    """Fill in who belongs to which risk group, if any are asked for, and how the groups were made."""
    if asked.cutoffs and asked.risk_group is not None:
        message = "risk groups are made by cut-offs, and read from this column"
        made.wrong(asked.risk_group, message, f"leave out one: {asked.written['cutoffs']} or it")
    elif asked.cutoffs:
        _by_cutoffs(made, asked)
    elif asked.risk_group is not None:
        _by_column(made, asked, asked.risk_group)


def _filled(made: TaskRows, codes: Codes, names: Sequence[str], by: str) -> None:
    made.columns["risk_group"] = codes
    made.given |= {"risk_groups": tuple(names), "risk_groups_by": by}
    made.notes.append(f"Risk groups from the lowest, by {by}: {', '.join(names)}.")


def _by_column(made: TaskRows, asked: SurvivalColumns, column: str) -> None:
    named = tuple(asked.order)
    if not named:
        found = classes_of(made.reading, [column])
        named = (in_order(found) if len(found) > 1 else found) or ()
        if found and not named:
            message = f"the order of the risk groups {listed(found)} is not said"
            hint = (
                f"write {asked.written['order']} and the groups from the lowest risk to the highest"
            )
            made.wrong(column, message, hint)
    if len({meaning(each) for each in named}) < len(named):
        made.wrong(column, f"the order {', '.join(named)} has a group twice")
    elif len(named) > MOST_GROUPS:
        message = f"{len(named):,} different values are no risk groups"
        made.wrong(column, message, "is this the right column? it names a few groups")
    elif named:
        codes = codes_of(made.reading, column, named, asked.written["order"], "risk group")
        _filled(made, codes, named, f"the column {column}")


def _by_cutoffs(made: TaskRows, asked: SurvivalColumns) -> None:
    import numpy as np

    written, at = asked.written["cutoffs"], np.asarray(asked.cutoffs, float)
    name = asked.score or (max(asked.risks.items())[1] if asked.risks else None)
    column = name or asked.time
    if not np.isfinite(at).all():
        made.wrong(column, f"{written} {asked.cutoffs} holds what is no finite number")
    elif len(np.unique(at)) < len(at):
        made.wrong(column, f"{written} names a cut-off twice: {_numbers(asked.cutoffs)}")
    elif len(at) >= MOST_GROUPS:
        made.wrong(column, f"{len(at)} cut-offs make too many risk groups")
    elif name is None:
        message = "cut-offs are given, and neither a score nor a predicted risk to cut"
        made.wrong(column, message, "name the column of the score or of the risk")
    else:
        turned = asked.lower_is_positive and asked.score is not None
        _cut(made, asked, np.sort(-at if turned else at).tolist(), turned)


def _cut(made: TaskRows, asked: SurvivalColumns, cutoffs: Sequence[float], turned: bool) -> None:
    """Put each case into the group of the largest cut-off that it reaches."""
    import numpy as np

    if asked.score is not None:
        values, what = made.columns["score"], f"the score {asked.score}"
    else:
        horizon, column = max(asked.risks.items())
        values, what = made.reading.numbers(column), f"the risk {column}"
        unit = f" {asked.unit}" if asked.unit else ""
        made.notes.append(
            f"There is no score, so cut-offs are on the predicted risk by {horizon:g}{unit}."
        )
    if len(values) == made.reading.table.rows:
        group = np.searchsorted(cutoffs, values, "right")
        codes = np.where(np.isnan(values), -1, group).astype(np.int64)
        at = sorted(asked.cutoffs, reverse=turned)
        said = f"{what} with the cut-off{'s' if len(at) > 1 else ''} {_numbers(at)}"
        _filled(made, codes, tuple(names_of(at, turned)), said)


def names_of(cutoffs: Sequence[float], turned: bool = False) -> Iterator[str]:
    """Yield the names of the groups between cut-offs, from the lowest risk.

    Args:
        cutoffs: as submitted, from that of the lowest risk.
        turned: a lower score means a higher risk, so these fall.
    """
    yield f"{'above' if turned else 'below'} {cutoffs[0]:g}"
    for one, other in pairwise(cutoffs):
        yield f"above {other:g} to {one:g}" if turned else f"{one:g} to below {other:g}"
    yield f"{cutoffs[-1]:g} or {'less' if turned else 'more'}"


def _numbers(values: Sequence[float]) -> str:
    return " and ".join(
        filter(None, (", ".join(f"{each:g}" for each in values[:-1]), f"{values[-1]:g}"))
    )
