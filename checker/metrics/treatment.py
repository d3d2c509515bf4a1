"""Choosing between treatments by predicted risk: who would switch, the predicted gain, what was observed."""

from typing import NamedTuple

import numpy as np

from checker.metrics.base import (
    Bools,
    Codes,
    Floats,
    Share,
    Uncertainty,
    Undefined,
    derived,
    metric,
)
from checker.metrics.classification import share_interval
from checker.metrics.intervals import around, cut
from checker.metrics.patients import ByPatient, Weight, share_variance, sums_by_patient, totals
from checker.metrics.survival import TASK, clustered, incidence_of, risk_limits
from checker.model.curves import TreatmentChoice
from checker.needs import DoesNotApply

NOT_RANDOMISED = (
    "Treatments were not randomised here: who received which, and what came of it, may have the same causes, so "
    "neither number is the effect of choosing by the model."
)
NONE_KNOWN = "of no case are the received treatment and the risk under every treatment known"
NOBODY_SWITCHES = "everyone received the treatment with the lowest predicted risk"
EVERYONE_SWITCHES = "nobody received the treatment with the lowest predicted risk"


class Choice(NamedTuple):
    """The cases whose treatment and predicted risks are known."""

    known: Bools
    """Shape (cases,)."""
    switch: Bools
    """Shape (cases,): another treatment than the received has a lower predicted risk; equal risks are no reason."""
    gain: Floats
    """Shape (cases,): predicted risk under the received treatment minus the lowest."""


@derived(TASK)
def choice(treatment: Codes | None, treatment_risks: Floats | None) -> Choice:
    """Return who would switch if the treatment with the lowest predicted risk were chosen.

    Raises:
        DoesNotApply: there are no treatments, or no risks under them.
        Undefined: of no case both are known, or risks lie outside 0..1.
    """
    if treatment is None or treatment_risks is None:
        raise DoesNotApply("there are no predicted risks under several treatments")
    if treatment_risks.shape[1] < 2:
        raise DoesNotApply("there is one treatment only")
    received = (treatment >= 0) & (treatment < treatment_risks.shape[1])
    known = received & ~np.isnan(treatment_risks).any(axis=1)
    if not known.any():
        raise Undefined(NONE_KNOWN)
    inside = treatment_risks[known]
    if outside := int(np.count_nonzero((inside < 0) | (inside > 1))):
        raise Undefined(f"{outside} predicted risks under a treatment lie outside 0 to 1")
    gain = np.zeros(len(known))
    mine = np.take_along_axis(inside, treatment[known][:, None], axis=1)[:, 0]
    gain[known] = mine - inside.min(axis=1)
    return Choice(known, gain > 0, gain)


@derived(TASK)
def patient_choices(choice: Choice, patient: Codes) -> ByPatient:
    """Return known cases, those that would switch, and their gain, summed by patient: shape (patients, 3)."""
    columns = (choice.known, choice.switch, choice.gain)
    return sums_by_patient(patient, *(each.astype(float) for each in columns))


def caution(
    time: Floats,
    event: Codes,
    choice: Choice,
    treatment_horizon: float | None,
    horizons: tuple[float, ...] | None,
) -> str:
    """Return what was observed in who received the preferred treatment and who did not, and why it proves nothing."""
    at = treatment_horizon or (max(horizons) if horizons else None)
    unknown = int(np.count_nonzero(~choice.known))
    said = (
        [f"The treatment or a risk under one is not known of {unknown:,} cases."] if unknown else []
    )
    if at is not None:
        said.append(_observed(time, event, choice, at))
    return " ".join([*said, NOT_RANDOMISED])


def _observed(time: Floats, event: Codes, choice: Choice, horizon: float) -> str:
    words = []
    for who, name in (
        (choice.known & ~choice.switch, "received"),
        (choice.switch, "did not receive"),
    ):
        cases = int(np.count_nonzero(who))
        try:
            risk = f"{incidence_of(time[who], event[who], horizon).risk:.3f}"
        except Undefined as reason:
            risk = f"not known ({reason})"
        words.append(
            f"{risk} in the {cases:,} who {name} the treatment with the lowest predicted risk"
        )
    return f"Observed risk at {horizon:g}: {words[0]}, {words[1]}."


@metric(
    "treatment_switch_share", task=TASK, goal="target", bounds=(0, 1), interval=share_interval,
    beside=caution, source="vickers-2007",
)  # fmt: skip
def treatment_switch_share(patient_choices: ByPatient, weight: Weight) -> Share:
    """Return the share of cases for whom another treatment than the received has a lower predicted risk."""
    known, switch, _ = totals(patient_choices, weight)
    return Share(switch, known, NONE_KNOWN)


def gain_interval(
    measured: Share, each_patient: Share, patient: Codes, level: float
) -> Uncertainty:
    """Return the interval of the mean predicted gain."""
    try:
        variance = share_variance(each_patient)
        found = around(float(measured.value()), variance, level, "Wald" + clustered(patient))
    except Undefined as reason:
        return Uncertainty(None, f"No interval: {reason}.")
    return Uncertainty(cut(found))


@metric(
    "treatment_switch_benefit", task=TASK, goal="target", bounds=(0, 1), interval=gain_interval,
    beside=caution, source="vickers-2007",
)  # fmt: skip
def treatment_switch_benefit(patient_choices: ByPatient, weight: Weight) -> Share:
    """Return by how much the predicted risk would fall, on average over those who would switch.

    Predicted risk under the received treatment minus the lowest predicted risk: a prediction, not an observed effect.
    """
    _, switch, gain = totals(patient_choices, weight)
    return Share(gain, switch, NOBODY_SWITCHES)


def treatment_choice(
    time: Floats,
    event: Codes,
    treatment: Codes,
    treatment_risks: Floats,
    horizon: float,
    patient: Codes | None = None,
    level: float = 0.95,
) -> TreatmentChoice:
    """Return who would switch, what is predicted to be gained, and what was observed in both.

    Args:
        time: shape (cases,): follow-up.
        event: shape (cases,): 0 censored, 1 the outcome, 2 a competing event.
        treatment: shape (cases,): received, as the position in `treatment_risks`; negative not known.
        treatment_risks: shape (cases, treatments): predicted risk under each by the horizon.
        horizon: of the risks, and at which outcomes are observed.
        patient: shape (cases,): codes; None: every case is one.
        level: of the intervals.

    Raises:
        Undefined: nothing is known, or one of the two is not followed up to the horizon.
    """
    who = choice(treatment, treatment_risks)
    codes = np.arange(len(time)) if patient is None else patient
    found = []
    for chosen in (who.known & ~who.switch, who.switch):
        if not chosen.any():
            raise Undefined(EVERYONE_SWITCHES if who.switch.any() else NOBODY_SWITCHES)
        among = incidence_of(time[chosen], event[chosen], horizon)
        mine = np.unique(codes[chosen], return_inverse=True)[1]
        try:
            limits = risk_limits(among, mine, level)
        except Undefined:  # a risk of 0 or 1
            limits = None
        found.append((among.risk, limits))
    (stayed, stayed_limits), (switched, switched_limits) = found
    return TreatmentChoice(
        cases=int(who.known.sum()),
        switch=int(who.switch.sum()),
        gain=float(who.gain[who.switch].mean()),
        horizon=horizon,
        observed_received=stayed,
        observed_received_interval=stayed_limits,
        observed_other=switched,
        observed_other_interval=switched_limits,
        caution=NOT_RANDOMISED,
    )
