"""How every figure is drawn: size, colours, lettering, and the SVG with its text alternative."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from checker.render import digits
from checker.render.svg import inline
from checker.resources import folder

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

T = TypeVar("T")
INK, MUTED, RULE, PAPER = "#1c2430", "#5b6573", "#c9cfd6", "#ffffff"
MODEL, SECOND = "#1d4f91", "#b3541e"
"""Blue and vermilion: told apart with every colour vision, and in grey by line style and marker."""
BAND = "#c5d5ea"
SMALL, WIDE = 3.35, 6.9
"""Widths in inches: half a page and a page."""
ROWS = 11
"""About as many rows in the table of a curve."""
FALSE_POSITIVES = f"1{digits.SPACE}{digits.MINUS}{digits.SPACE}specificity"
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "checker",
    "font.family": ["Inter"],
    "font.size": 8.0,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.0,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 8.0,
    "axes.formatter.use_mathtext": False,
    "axes.unicode_minus": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "legend.handlelength": 2.2,
    "lines.linewidth": 1.5,
    "lines.solid_capstyle": "round",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFigure:
    """A figure ready to be placed in a page."""

    name: str
    """Prefix of every id in it."""
    title: str
    caption: str
    """What is shown and how to read it."""
    svg: str
    """With title and text alternative inside."""
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The table behind it, thinned for curves."""
    wide: bool = False


def legend_above(axes: "Axes", across: int | None = None) -> None:
    """Place the legend above the axes, so that it never covers a line; what was drawn last comes first.

    With a number of columns, labels stand in the order in which they were drawn.
    """
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1] if across is None else handles,
        labels[::-1] if across is None else labels,
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=across or len(labels),
        borderaxespad=0.2,
        columnspacing=1.4,
    )


def first_upper(text: str) -> str:
    """Return the text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def unit_square(axes: "Axes", x: str, y: str, upto: float = 1.0) -> None:
    """Set both axes to run from 0 to 1, or to a smaller number, and name them."""
    axes.set_xlim(-0.02 * upto, 1.02 * upto)
    axes.set_ylim(-0.02 * upto, 1.02 * upto)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    for ticks in (axes.set_xticks, axes.set_yticks):
        ticks([round(at * upto / 5, 6) for at in range(6)])


def curve_rows(*columns: Sequence[float]) -> tuple[tuple[str, ...], ...]:
    """Return about a dozen rows, evenly taken, with the first and the last."""
    last = len(columns[0]) - 1
    taken = (
        sorted({round(at * last / (ROWS - 1)) for at in range(ROWS)})
        if last > 0
        else range(last + 1)
    )
    return tuple(tuple(digits.number(column[at], 3) for column in columns) for at in taken)


def present(value: T | None) -> T:
    """Return what a figure is drawn from.

    Raises:
        ValueError: it is not there.
    """
    if value is None:
        raise ValueError("a figure was asked for without its data")
    return value


def drawn(
    name: str,
    title: str,
    description: str,
    size: tuple[float, float],
    draw: Callable[["Figure"], None],
) -> str:
    """Return the drawing as SVG, every id in it beginning with `name`; the size is in inches."""
    import logging
    from io import StringIO

    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # a home it cannot write to is no news
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    written = StringIO()
    with _style():
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure)
        figure.savefig(
            written,
            format="svg",
            transparent=True,
            metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")),
        )
    return inline(written.getvalue(), name, title, description)


@contextmanager
def _style() -> Iterator[None]:
    import warnings

    import matplotlib

    _register_fonts()
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        # A text that Inter lacks is still written as text; the reader's machine has a font for it.
        warnings.filterwarnings("ignore", message=r"Glyph \d+", category=UserWarning)
        # Numbers near the largest there are cannot be drawn to scale; the table beside the figure has them.
        warnings.filterwarnings("ignore", category=RuntimeWarning)
        yield


@cache
def _register_fonts() -> None:
    from matplotlib.font_manager import fontManager

    for file in sorted((folder("templates") / "fonts").glob("*.ttf")):
        fontManager.addfont(file)
