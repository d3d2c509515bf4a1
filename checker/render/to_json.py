"""The report as JSON, which is the report itself, and back again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

from checker.errors import BadSubmission, Problem
from checker.model.curves import (
    AgreementPlot,
    CalibrationAt,
    CalibrationCurve,
    CategoryTable,
    ClassDistances,
    ConfusionMatrix,
    DecisionAt,
    DecisionCurve,
    FrocCurve,
    ReaderCurve,
    RiskGroups,
    RocCurve,
    ScoreDistribution,
    SurvivalCurve,
)
from checker.model.evidence import FoldEstimates
from checker.model.report import FORMAT, Report
from checker.visible import to_json_text

if TYPE_CHECKING:
    from pydantic import TypeAdapter

RENDER_HINT = "render takes a report.json that `checker check ... -o report.json` has written"
TOGETHER: dict[type, dict[str, tuple[str, ...]]] = {
    RocCurve: {"false_positive_rate": ("sensitivity",)},
    CalibrationCurve: {
        "predicted": ("observed", "low", "high"),
        "bin_predicted": ("bin_observed", "bin_low", "bin_high", "bin_cases"),
    },
    DecisionCurve: {"threshold": ("model", "treat_all", "treat_none")},
    ScoreDistribution: {"edges": ("with_outcome", "without_outcome")},
    SurvivalCurve: {"time": ("value", "low", "high"), "at": ("at_risk", "outcomes")},
    ConfusionMatrix: {"classes": ("counts",)},
    ClassDistances: {"distance": ("cases",)},
    AgreementPlot: {"mean": ("difference", "cases")},
    FrocCurve: {"false_positives_per_case": ("sensitivity",)},
    CategoryTable: {"categories": ("counts",)},
}
"""Of each kind of figure a list of points, and those that are drawn with it."""
MAY_BE_EMPTY = ("low", "high")
"""Where a curve has no band."""
SHOWN = 20
"""Most problems of one file that are listed."""


def to_json(report: Report) -> str:
    """Return the report as indented JSON in the order of its fields, with a newline at the end.

    Raises:
        ValueError: a number in it is not finite; the message says where.
    """
    return to_json_text(plain(report))


def from_json(text: str, file: str = "report.json") -> Report:
    """Return the report that the text holds.

    Raises:
        BadSubmission: it is no report, a report of another format, or a damaged one; says what is wrong and where.
    """
    from pydantic import ValidationError

    loaded = _loaded(text, file)
    try:
        report = _adapter().validate_json(text, strict=True)
    except ValidationError as found:
        raise BadSubmission(_problems(found, file)) from None
    try:
        known = plain(report)
    except ValueError as wrong:
        _complain(file, "", str(wrong))
    if unknown := list(_unknown(loaded, known, "")):
        raise BadSubmission(
            Problem(file, None, path, "this field does not exist in a report", RENDER_HINT)
            for path in unknown[:SHOWN]
        )
    if uneven := list(_uneven(report)):
        raise BadSubmission(Problem(file, None, *each, RENDER_HINT) for each in uneven[:SHOWN])
    return report


def _uneven(report: Report) -> Iterator[tuple[str, str]]:
    """Return each list of points of a figure that has another length than those drawn with it, and a sentence."""
    for at, evaluation in enumerate(report.evaluations):
        for each in fields(evaluation):
            path = f"evaluations[{at}].{each.name}"
            for where, curve in _curves(getattr(evaluation, each.name), path):
                yield from _uneven_points(curve, where)
        yield from _uneven_folds(evaluation.fold_estimates, f"evaluations[{at}].fold_estimates")


def _uneven_folds(found: FoldEstimates | None, path: str) -> Iterator[tuple[str, str]]:
    for at, each in enumerate(found.values if found else ()):
        seen, wanted = len(each.by_fold), len(found.folds if found else ())
        if seen != wanted:
            said = f"{seen} values seen, {wanted} expected, as of folds"
            yield f"{path}.values[{at}].by_fold", said


def _curves(value: object, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every curve in a field of an evaluation, with its path."""
    if type(value) in TOGETHER:
        yield path, value
    elif isinstance(value, tuple):
        for at, each in enumerate(value):
            yield from _curves(each, f"{path}[{at}]")
    elif isinstance(value, RiskGroups):
        for at, group in enumerate(value.groups):
            yield from _curves(group.curve, f"{path}.groups[{at}].curve")
    elif isinstance(value, CalibrationAt | DecisionAt | ReaderCurve):
        yield from _curves(value.curve, f"{path}.curve")


def _uneven_points(curve: Any, path: str) -> Iterator[tuple[str, str]]:
    for first, others in TOGETHER[type(curve)].items():
        wanted = len(getattr(curve, first))
        wanted -= isinstance(curve, ScoreDistribution)  # the first are edges, one more than bins
        for name in others:
            seen = len(getattr(curve, name))
            if seen != wanted and not (name in MAY_BE_EMPTY and not curve.low and not curve.high):
                yield (
                    f"{path}.{name}",
                    f"{seen} values seen, {max(wanted, 0)} expected, as of {first}",
                )
    if isinstance(curve, ConfusionMatrix):
        for at, row in enumerate(curve.counts):
            if len(row) != len(curve.classes):
                said = f"{len(row)} values seen, {len(curve.classes)} expected, as of classes"
                yield f"{path}.counts[{at}]", said


def plain(value: object, path: str = "report") -> Any:
    """Return the value as dictionaries, lists, texts and numbers.

    Raises:
        ValueError: a number in it is not finite; the message says where.
    """
    if is_dataclass(value):
        return {
            each.name: plain(getattr(value, each.name), f"{path}.{each.name}")
            for each in fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): plain(each, f"{path}.{key}") for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each, f"{path}[{at}]") for at, each in enumerate(value)]
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"{path} is {value}: a report holds finite numbers only")
    return value


@cache
def _adapter() -> "TypeAdapter[Report]":
    from pydantic import TypeAdapter

    return TypeAdapter(Report)


def _loaded(text: str, file: str) -> dict[str, object]:
    try:
        loaded = json.loads(text, parse_constant=_refused)
    except RecursionError:
        _complain(file, "", "brackets are nested too deeply for a report")
    except ValueError as wrong:
        _complain(file, "", f"this is not JSON: {wrong}")
    if not isinstance(loaded, dict) or "format" not in loaded:
        _complain(file, "", "this is JSON, but not a report of checker")
    if loaded["format"] != FORMAT:
        _complain(file, "format", f"{str(loaded['format'])[:60]!r} seen, {FORMAT!r} expected")
    return loaded


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number that a report may hold")


def _complain(file: str, path: str, message: str) -> NoReturn:
    raise BadSubmission([Problem(file, None, path, message, RENDER_HINT)])


def _problems(found: Any, file: str) -> Iterator[Problem]:
    for each in found.errors(include_url=False, include_input=False)[:SHOWN]:
        path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in each["loc"])
        yield Problem(file, None, path.lstrip("."), each["msg"])


def _unknown(seen: object, known: object, path: str) -> Iterator[str]:
    if isinstance(seen, dict) and isinstance(known, dict):
        for key, value in seen.items():
            if key in known:
                yield from _unknown(value, known[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}".lstrip(".")
    elif isinstance(seen, list) and isinstance(known, list):
        for at, (one, other) in enumerate(zip(seen, known, strict=True)):
            yield from _unknown(one, other, f"{path}[{at}]")
