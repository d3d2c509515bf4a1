"""Response of tumours by two methods: their agreement, and the shares of patients with response or disease control."""

import numpy as np
from numpy.typing import ArrayLike

from checker.metrics.base import (
    NO_CASES,
    Bools,
    Codes,
    Floats,
    Share,
    Uncertainty,
    Undefined,
    derived,
    metric,
    task,
)
from checker.metrics.chance import Pair, PairSums, identity_interval, kappa_of, pair_sums_of
from checker.metrics.classification import share_interval
from checker.metrics.patients import ByPatient, Weight, sums_by_patient, totals
from checker.metrics.response import (
    CATEGORIES,
    MRECIST,
    RECIST,
    SLACK,
    VOLUME,
    Cutoffs,
    categories_of,
    of_change,
)

TASK = "responses"
CRITERIA = {"recist_1_1": RECIST, "mrecist": MRECIST, "volumetric_recist": VOLUME}
NOT_EVALUABLE = CATEGORIES.index("NE")
SIDES = {"label": ("reference", "measured")}
"""By which method, as the facet `label`."""


@task(
    TASK,
    "reference",
    "measured",
    incomplete="",
    optional=(
        "reference_baseline", "reference_nadir", "reference_new_lesion", "reference_gone",
        "measured_baseline", "measured_nadir", "measured_new_lesion", "measured_gone",
    ),
    defaults={"criteria": "recist_1_1", "changes": False},
)  # fmt: skip
def everyone(
    reference: ArrayLike,
    measured: ArrayLike,
    reference_baseline: ArrayLike | None = None,
    reference_nadir: ArrayLike | None = None,
    reference_new_lesion: ArrayLike | None = None,
    reference_gone: ArrayLike | None = None,
    measured_baseline: ArrayLike | None = None,
    measured_nadir: ArrayLike | None = None,
    measured_new_lesion: ArrayLike | None = None,
    measured_gone: ArrayLike | None = None,
) -> tuple[Bools, tuple[Floats, ...]]:
    """Return every row: one without a sum is not evaluable, which is a result; NaN where a value is missing.

    Args:
        reference: sum under treatment by the reference (its change from baseline, if `changes` is given).
        measured: the same by the other method.
        reference_baseline: sum before treatment.
        reference_nadir: smallest sum so far; missing: that of baseline.
        reference_new_lesion: 1 where there is a new lesion; missing: there is none.
        reference_gone: 1 where every target lesion is gone; missing: the sum is 0.
        measured_baseline: as for the reference.
        measured_nadir: as for the reference.
        measured_new_lesion: as for the reference.
        measured_gone: as for the reference.
    """
    given = (
        reference, measured, reference_baseline, reference_nadir, reference_new_lesion,
        reference_gone, measured_baseline, measured_nadir, measured_new_lesion, measured_gone,
    )  # fmt: skip
    rows = len(np.asarray(reference))
    nothing = np.full(rows, np.nan)
    columns = (nothing if each is None else np.asarray(each, float) for each in given)
    return np.ones(rows, bool), tuple(columns)


@derived(TASK)
def reference_response(
    reference: Floats,
    reference_baseline: Floats,
    reference_nadir: Floats,
    reference_new_lesion: Floats,
    reference_gone: Floats,
    criteria: str,
    changes: bool,
) -> Codes:
    """Return the response of each case by the reference, as positions in `CATEGORIES`."""
    sums = (reference_baseline, reference_nadir, reference)
    return _codes(sums, reference_new_lesion, reference_gone, criteria, changes)


@derived(TASK)
def measured_response(
    measured: Floats,
    measured_baseline: Floats,
    measured_nadir: Floats,
    measured_new_lesion: Floats,
    measured_gone: Floats,
    criteria: str,
    changes: bool,
) -> Codes:
    """Return the response of each case by the measured value."""
    sums = (measured_baseline, measured_nadir, measured)
    return _codes(sums, measured_new_lesion, measured_gone, criteria, changes)


def _codes(
    sums: tuple[Floats, Floats, Floats],
    new_lesion: Floats,
    gone: Floats,
    criteria: str,
    changes: bool,
) -> Codes:
    if criteria not in CRITERIA:
        raise ValueError(f"no response by {criteria!r}; expected {', '.join(CRITERIA)}")
    baseline, nadir, now = sums
    if changes:
        return _of_changes(now, new_lesion == 1, CRITERIA[criteria])
    vanished = np.where(np.isnan(gone), now == 0, gone == 1)
    words = categories_of(
        CRITERIA[criteria], (baseline, np.fmin(baseline, nadir), now), new_lesion == 1, vanished
    )
    return np.array([CATEGORIES.index(each) for each in words.tolist()], np.int64)


def _of_changes(change: Floats, new_lesion: Bools, cutoffs: Cutoffs) -> Codes:
    if (change < -1 - SLACK).any():
        raise Undefined("a change is below -1 (-100 %), so these are no relative changes")
    found = np.where(np.isnan(change), NOT_EVALUABLE, of_change(change, cutoffs))
    return np.where(new_lesion, CATEGORIES.index("PD"), found).astype(np.int64)


@derived(TASK)
def responses(reference_response: Codes, measured_response: Codes, patient: Codes) -> Pair:
    """Return both responses of the cases that have one by either method.

    Raises:
        Undefined: no case has both.
    """
    both = (reference_response != NOT_EVALUABLE) & (measured_response != NOT_EVALUABLE)
    if not both.any():
        raise Undefined("no case has a response by both methods")
    return Pair(reference_response[both], measured_response[both], patient[both], NOT_EVALUABLE)


@derived(TASK)
def same_response(responses: Pair) -> ByPatient:
    """Return cases with the same response and all cases of each patient."""
    same = (responses.first == responses.second).astype(float)
    return sums_by_patient(responses.patient, same, np.ones(len(same)))


def evaluable_cases(responses: Pair) -> int:
    """Return how many cases have a response by both."""
    return len(responses.first)


def _are(cases: int) -> str:
    return "is" if cases == 1 else "are"


def left_out(responses: Pair, reference: Floats) -> str:
    """Return the sentence about cases without a response."""
    missing = len(reference) - len(responses.first)
    if not missing:
        return ""
    return f"{missing:,} of {len(reference):,} cases {_are(missing)} not evaluable by one method or both, and left out."


@metric(
    "percent_agreement", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="fleiss-1981", beside=left_out,
)  # fmt: skip
def percent_agreement(same_response: ByPatient, weight: Weight) -> Share:
    """Return the share of cases with the same response by both methods, of those evaluable by both."""
    same, cases = totals(same_response, weight)
    return Share(same, cases, NO_CASES)


@derived(TASK)
def response_sums(responses: Pair) -> PairSums:
    """Return the sums from which kappa follows."""
    return pair_sums_of(responses, "identity")


def response_interval(responses: Pair, measured: Floats, level: float) -> Uncertainty:
    """Return the large-sample interval of kappa (Fleiss, Cohen & Everitt 1969)."""
    return identity_interval(responses, measured, level)


@metric(
    "response_agreement", task=TASK, goal="higher", bounds=(-1, 1),
    interval=response_interval, source="cohen-1960", beside=left_out, cases=evaluable_cases,
)  # fmt: skip
def response_agreement(response_sums: PairSums, weight: Weight) -> Floats:
    """Return Cohen's kappa of the response by both methods, over cases evaluable by both."""
    return kappa_of(response_sums, weight)


@derived(TASK)
def response_by_patient(
    reference_response: Codes, measured_response: Codes, label: str, patient: Codes
) -> ByPatient:
    """Return cases with CR or PR, with CR, PR or SD, and all cases of each patient."""
    found = reference_response if label == "reference" else measured_response
    return sums_by_patient(
        patient,
        (found <= CATEGORIES.index("PR")).astype(float),
        (found <= CATEGORIES.index("SD")).astype(float),
        np.ones(len(found)),
    )


def not_evaluable(reference_response: Codes, measured_response: Codes, label: str) -> str:
    """Return the sentence about cases without a response by this method."""
    found = reference_response if label == "reference" else measured_response
    missing = int(np.count_nonzero(found == NOT_EVALUABLE))
    if not missing:
        return ""
    return f"{missing:,} of {len(found):,} cases {_are(missing)} not evaluable (NE), and counted as without it."


@metric(
    "objective_response_rate", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="eisenhauer-2009", places=SIDES, beside=not_evaluable,
)  # fmt: skip
def objective_response_rate(response_by_patient: ByPatient, weight: Weight) -> Share:
    """Return the share of all cases with complete or partial response; one that is not evaluable has none."""
    found, _, cases = totals(response_by_patient, weight)
    return Share(found, cases, NO_CASES)


@metric(
    "disease_control_rate", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="eisenhauer-2009", places=SIDES, beside=not_evaluable,
)  # fmt: skip
def disease_control_rate(response_by_patient: ByPatient, weight: Weight) -> Share:
    """Return the share of all cases with response or stable disease; one that is not evaluable has none."""
    _, found, cases = totals(response_by_patient, weight)
    return Share(found, cases, NO_CASES)
