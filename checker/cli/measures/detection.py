"""`metrics detection`: marks on scans against reference lesions."""

from pathlib import Path
from typing import Annotated, get_args

import typer

from checker.cli import outputs
from checker.cli.choices import Analysis, Confidence, Form, ReaderMethod, Resamples, Seed
from checker.cli.ending import Ending
from checker.cli.measures.shared import (
    Fold,
    Format,
    Groups,
    Output,
    Patient,
    Where,
    begin,
    finish,
    named_columns,
    number,
    require_finite,
)
from checker.errors import BadRequest

LIMITED = ("distance", "iou", "dice")


def detection(
    scans: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Table of all scans that were searched, one row each."),
    ],
    marks: Annotated[Path, typer.Option(metavar="FILE", help="Table of marks, one row each.")],
    lesions: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Reference lesions: a table with one row each, or a folder of masks.",
        ),
    ] = None,
    ignore_regions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Table of regions in which marks do not count."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=COL",
            help="Our name (scan, x, y, z, diameter, x1, x2, width, score, lesion, mark, lesions, reader ...) "
            "and their column; marks.x=COL for one table alone; repeated.",
        ),
    ] = None,
    hit: Annotated[
        str | None,
        typer.Option(
            metavar="RULE",
            help="When a mark is a hit: distance:MM, radius, iou:X, dice:X, centre_inside, any_overlap; "
            "iou:0.5,0.75 takes the first and adds areas at the others.",
        ),
    ] = None,
    matching: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            help="Who gets a lesion: highest_score_first, nearest_first, best_overall.",
        ),
    ] = "highest_score_first",
    extra_hits: Annotated[
        str | None,
        typer.Option(
            metavar="WORD",
            help="Further marks on a lesion: ignored or false_positive. If not said: false_positive "
            "where extents overlap (iou, dice, any_overlap), else ignored.",
        ),
    ] = None,
    max_marks: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Marks of a scan that count.")
    ] = None,
    class_: Annotated[
        str | None,
        typer.Option("--class", metavar="COL", help="Column of the class of lesions and marks."),
    ] = None,
    fp_rate: Annotated[
        list[float] | None,
        typer.Option(
            metavar="X",
            parser=number,
            help="False positives per scan at which there is a sensitivity, and over which the FROC score is "
            "the mean; repeated. If not said: 1/8, 1/4, 1/2, 1, 2, 4, 8.",
        ),
    ] = None,
    threshold: Annotated[
        list[float] | None,
        typer.Option(
            metavar="T", parser=number, help="Marks at or above it count; can be repeated."
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Modality with which the others are compared."),
    ] = None,
    analysis: Annotated[
        Analysis,
        typer.Option(help="What is random: readers and cases, cases alone, readers alone."),
    ] = Analysis.RRRC,
    method: Annotated[
        ReaderMethod, typer.Option(help="Obuchowski-Rockette, or Dorfman-Berbaum-Metz.")
    ] = ReaderMethod.OR,
    patient: Patient = None,
    group: Groups = None,
    where: Where = None,
    fold: Fold = None,
    form: Format = Form.TEXT,
    output: Output = None,
    seed: Seed = 0,
    resamples: Resamples = 2000,
    level: Confidence = 0.95,
) -> Ending:
    """Score marks on lesions: FROC, sensitivity, precision, JAFROC, readers."""
    from checker.model.study.evaluations import Detection

    rule, limits = hit_rule(hit)
    require_word("--matching", matching, words_of(Detection, "matching"))
    if extra_hits is not None:
        require_word("--extra-hits", extra_hits, words_of(Detection, "extra_hits"))
    for rate in fp_rate or ():
        if not 0 < rate < float("inf"):
            raise BadRequest(f"--fp-rate {rate:g}: false positives per scan are above 0")
    for each in threshold or ():
        require_finite("--threshold", each)
    common = begin(marks, patient, group, where, fold, form, output, seed, resamples, level)
    further = {"scans": scans, "lesions": lesions, "ignored": ignore_regions}
    there = {what: path for what, path in further.items() if path is not None}
    for path in there.values():
        outputs.require_apart(common.files, outputs.read_from(path))
    from checker.reading.task_columns import DetectionColumns

    names = named_columns_of_tables(column)
    columns = DetectionColumns(
        names=names if class_ is None else {**names, "class": class_},
        hit=rule,
        limit=limits[0] if limits else None,
        limits=limits,
        matching=matching,
        extra_hits=extra_hits,
        max_marks=max_marks,
        thresholds=tuple(sorted(set(threshold or ()))),
        rates=tuple(sorted(set(fp_rate or ()))),
        score_rates=tuple(sorted(set(fp_rate or ()))),
        baseline=baseline,
        options={"analysis": analysis.value, "method": method.value},
        **common.rows,
    )
    return finish(common, columns, further=there)


def hit_rule(text: str | None) -> tuple[str | None, tuple[float, ...]]:
    """Return the hit rule and its limits, of ``distance:5`` or ``iou:0.5,0.75``.

    Raises:
        BadRequest: there is no such rule, or its limit is missing or none.
    """
    if text is None:
        return None, ()
    from checker.model.study.evaluations import Hit

    rule, colon, said = text.partition(":")
    require_word("--hit", rule, get_args(Hit))
    if rule not in LIMITED:
        if colon:
            raise BadRequest(f"--hit {text}: the rule {rule} has no limit")
        return rule, ()
    try:
        limits = tuple(float(each) for each in said.split(","))
    except ValueError:
        raise BadRequest(f"--hit {text}: write a number after the rule, {rule}:0.5") from None
    low, high = min(limits), max(limits)
    if not low >= 0 or high == float("inf") or (rule != "distance" and not 0 < low <= high <= 1):
        wanted = "a distance of 0 or more" if rule == "distance" else "a share above 0, at most 1"
        raise BadRequest(f"--hit {text}: {wanted} is expected")
    return rule, limits


def require_word(option: str, word: str, known: tuple[str, ...]) -> None:
    """Refuse a word that an option does not know.

    Raises:
        BadRequest: it is none.
    """
    if word not in known:
        raise BadRequest(f"{option} {word}: one of {', '.join(known)} is expected")


def words_of(model: type, fact: str) -> tuple[str, ...]:
    """Return the words that a fact may have."""
    literal = get_args(model.__annotations__[fact])[0]
    return get_args(literal)


def named_columns_of_tables(texts: list[str] | None) -> dict[str, str]:
    """Return our name and their column of each ``NAME=COL``; two names may share a column.

    Raises:
        BadRequest: one is not written so, has a name that we do not know, or comes twice.
    """
    from checker.reading.detection_parts import COLUMN_NAMES, TABLE_NAMES

    found: dict[str, str] = {}
    for text in texts or ():
        ((name, column),) = named_columns("--column", [text], "scan=SERIES").items()
        table, dot, ours = name.rpartition(".")
        if ours not in COLUMN_NAMES or (dot and table not in TABLE_NAMES):
            known = ", ".join(COLUMN_NAMES)
            raise BadRequest(
                f"--column {text}: {name} is none of our names; they are {known}, each alone or after "
                f"{', '.join(f'{each}.' for each in TABLE_NAMES)}"
            )
        if name in found:
            raise BadRequest(f"--column {text}: {name} comes twice")
        found[name] = column
    return found
