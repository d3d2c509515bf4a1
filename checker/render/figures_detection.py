"""The figure of marks on lesions: the FROC curve of each reader or algorithm."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from checker.model.curves import FrocCurve
from checker.model.report import EvaluationReport
from checker.render import digits
from checker.render.cleaned import without_controls
from checker.render.drawing import (
    MODEL,
    SECOND,
    SMALL,
    WIDE,
    DrawnFigure,
    curve_rows,
    drawn,
    legend_above,
)
from checker.render.marks import curve_title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEAST, MOST = 0.01, 64.0
"""Ends of the axis of false positives, which is logarithmic."""
FEW = 4
"""Up to so many curves, each is named."""
STYLES = ("-", (0, (4, 2)), (0, (1, 1.2)), (0, (4, 1.5, 1, 1.5)))
LINES = ("blue and whole", "red and dashed", "blue and dotted", "red and dashed with dots")
"""The same in words, by modality."""
LONGEST = 24
BETWEEN, FAR = 16, 1.05
"""Points between two that are further apart than by this factor."""


def froc_figure(evaluation: EvaluationReport, name: str) -> DrawnFigure:
    """Return the figure of lesion sensitivity against false positives per scan."""
    curves = evaluation.froc_curves
    said = _score(evaluation)
    first = curves[0]
    wide = len(curves) > 1
    heads: tuple[str, ...] = ("False positives per scan", "Sensitivity")
    rows = curve_rows(first.false_positives_per_case, first.sensitivity)
    if wide:
        heads = ("Marks of", *heads)
        rows = tuple((curve_title(each), *row) for each in curves for row in _ends(each))
    return DrawnFigure(
        name=name,
        title="FROC curve" if not wide else "FROC curves",
        caption=(
            "Share of lesions found against false positives per scan, from the highest score on; the scale below is "
            "logarithmic. The further a curve lies to the upper left, the more lesions are found for as many false "
            f"marks; where it ends, all marks have been used.{_lines(curves)}{said}"
        ),
        svg=drawn(
            name,
            "FROC curve",
            f"Lesion sensitivity against false positives per scan. {_words(first)}{said}",
            (WIDE if wide else SMALL, 3.3),
            lambda figure: _draw(figure, curves),
        ),
        heads=heads,
        rows=rows,
        wide=wide,
    )


def _lines(curves: Sequence[FrocCurve]) -> str:
    """Return which line is which modality, where curves are too many to name each."""
    modalities = [each for each in dict.fromkeys(each.modality for each in curves) if each]
    if len(curves) <= FEW or len(modalities) < 2:
        return ""
    named = (f"{name} {words}" for name, words in zip(modalities, LINES, strict=False))
    return f" Lines: {', '.join(named)}."


def _score(evaluation: EvaluationReport) -> str:
    found = [each for each in evaluation.estimates if each.metric == "froc_score"]
    if len(found) != 1 or found[0].value is None:
        return ""
    return f" FROC score {digits.together(found[0])}."


def _words(curve: FrocCurve) -> str:
    rate, sensitivity = curve.false_positives_per_case[-1], curve.sensitivity[-1]
    return (
        f"All marks together find {digits.number(sensitivity, 3)} of the lesions with "
        f"{digits.number(rate, 3)} false positives per scan."
    )


def _ends(curve: FrocCurve) -> Iterator[tuple[str, str]]:
    """Yield where the curve stands at its middle and its end."""
    last = len(curve.sensitivity) - 1
    for at in dict.fromkeys((last // 2, last)):
        yield (
            digits.number(curve.false_positives_per_case[at], 3),
            digits.number(curve.sensitivity[at], 3),
        )


def drawn_points(curve: FrocCurve) -> Iterator[tuple[float, float]]:
    """Yield the points through which the curve is drawn.

    Between operating points the sensitivity is linear in the rate, which is no straight line where the axis is
    logarithmic: further points stand on long ways.
    """
    found = list(zip(curve.false_positives_per_case, curve.sensitivity, strict=True))
    yield max(found[0][0], LEAST), found[0][1]
    for (start, low), (end, high) in pairwise(found):
        left = max(start, LEAST)
        for at in range(BETWEEN if end > left * FAR else 0):
            rate = left * (end / left) ** (at / BETWEEN)
            yield rate, low + (high - low) * (rate - start) / (end - start)
        yield max(end, LEAST), high


def _draw(figure: "Figure", curves: Sequence[FrocCurve]) -> None:
    axes = figure.subplots()
    modalities = list(dict.fromkeys(each.modality for each in curves))
    for at, each in enumerate(curves):
        modality = modalities.index(each.modality)
        rates, sensitivity = zip(*drawn_points(each), strict=True)
        title = without_controls(curve_title(each))
        axes.plot(
            rates,
            sensitivity,
            color=MODEL if modality % 2 == 0 else SECOND,
            linestyle=STYLES[(at if len(curves) <= FEW else modality) % len(STYLES)],
            linewidth=1.6 if len(curves) <= FEW else 0.8,
            label=title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…",
        )
    axes.set_xscale("log", base=2)
    highest = max(max(each.false_positives_per_case) for each in curves)
    axes.set_xlim(LEAST, min(MOST, max(1.0, highest * 1.1)))
    ticks = [each for each in (1 / 32, 1 / 8, 1 / 2, 1, 2, 4, 8, 32) if each <= max(1.0, highest)]
    axes.set_xticks(ticks, [f"{each:g}" if each >= 1 else f"1/{1 / each:g}" for each in ticks])
    axes.minorticks_off()
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel("False positives per scan")
    axes.set_ylabel("Lesion sensitivity")
    if 1 < len(curves) <= FEW:
        legend_above(axes)
