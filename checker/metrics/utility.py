"""What decisions at a threshold probability are worth: net benefit, beside treating everyone and no one."""

from typing import Literal, get_args

import numpy as np

from checker.metrics.base import NO_CASES, Floats, Undefined, metric, over
from checker.metrics.classification import NO_POSITIVE, Cells

TASK = "classification"
Strategy = Literal["model", "treat_all", "treat_none"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)


def _net(cells: Cells, threshold: float, strategy: Strategy) -> Floats:
    """Return true positives minus weighted false positives, in cases (Vickers & Elkin 2006, eq. 1)."""
    if not 0 <= threshold < 1:
        raise Undefined(f"a threshold probability of {threshold:g} has no odds")
    odds = threshold / (1 - threshold)
    match strategy:
        case "model":
            return np.asarray(cells.tp - odds * cells.fp)
        case "treat_all":
            return np.asarray(cells.positives - odds * cells.negatives)
        case "treat_none":
            return np.zeros_like(cells.tp)


@metric(
    "net_benefit", task=TASK, goal="higher", bounds=(-np.inf, 1), source="vickers-elkin-2006",
    per_case=True,
)  # fmt: skip
def net_benefit(cells: Cells, threshold: float, strategy: Strategy, risk: Floats) -> Floats:
    """Return the net benefit per case: true positives minus false positives weighted by the threshold's odds.

    At the prevalence of the data. Treating no one is 0 by definition.
    """
    return over(_net(cells, threshold, strategy), cells.cases, NO_CASES)


@metric(
    "standardised_net_benefit", task=TASK, goal="higher", bounds=(-np.inf, 1),
    source="kerr-2016",
)  # fmt: skip
def standardised_net_benefit(
    cells: Cells, threshold: float, strategy: Strategy, risk: Floats
) -> Floats:
    """Return the net benefit over the prevalence, which is the largest possible net benefit."""
    return over(_net(cells, threshold, strategy), cells.positives, NO_POSITIVE)
