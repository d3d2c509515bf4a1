"""What follows ± beside a mean or median over masks: standard deviations over patients or cases, by definition."""

from collections.abc import Iterator

import numpy as np

from checker.evidence.mask_numbers import by_case, codes_of_patients, ruled, same_measures
from checker.metrics.base import Floats
from checker.metrics.segmentation import of_patients
from checker.model.estimate import Estimate, Spread
from checker.model.measures import EVERY
from checker.needs import Known, NotEstablished


def mask_spreads(of: Estimate, known: Known) -> Iterator[Spread]:
    """Yield what a ± can be beside a summary over the masks of one structure, ours first.

    Args:
        of: the recomputed mean or median.
        known: what metrics can name, at its facets.
    """
    if of.summary not in ("mean", "median") or of.structure == EVERY:
        return
    sides = (("patients", known), ("cases", by_case(known)))
    for words, name, rule in same_measures(of):
        for who, over in sides:
            if over is None:
                continue
            try:
                values, changed = ruled(rule, name, over)
            except NotEstablished:
                continue
            if values.shape[1] and (changed or rule == same_measures(of)[0][2]):
                yield from _of(of_patients(values[:, 0], codes_of_patients(over)), who, words)


def _of(each: Floats, who: str, words: str) -> Iterator[Spread]:
    counted = each[~np.isnan(each)]
    if len(counted) < 2:
        return
    over = f"over {len(counted):,} {who}{words and ', '}{words}"
    deviation = float(counted.std(ddof=1))
    yield Spread(name="sd_over_cases", words=f"standard deviation {over}", value=deviation)
    yield Spread(
        name="sd_over_cases",
        words=f"standard deviation {over}, divided by n",
        value=float(counted.std()),
    )
    yield Spread(
        name="se_over_cases",
        words=f"standard error of the mean {over}",
        value=deviation / len(counted) ** 0.5,
    )
