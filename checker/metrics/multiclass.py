"""How well predicted risks of several classes separate the classes: one against the rest, all together, by pairs."""

import numpy as np

from checker.metrics.areas import (
    Spread,
    class_means,
    clustered_variance,
    shares_below,
    variance_of,
)
from checker.metrics.base import Bools, Codes, Floats, Uncertainty, Undefined, derived
from checker.metrics.classes import (
    MACRO,
    MULTICLASS,
    WEIGHTED,
    Names,
    each_class_and_means,
    in_both,
    measure,
    most_likely_class,
    none_is_empty,
)
from checker.metrics.discrimination import area_interval, auroc_interval
from checker.metrics.ranking import area, obuchowski_covariance, placements, ranking, tally
from checker.needs import DoesNotApply


@derived(MULTICLASS)
def classes(risks: Floats) -> Names:
    """Return names for classes that have none: their codes."""
    return tuple(str(each) for each in range(risks.shape[1]))


@in_both
def class_risks(risks: Floats, names: Names) -> Floats:
    """Return the predicted risks, of which there is one column for each named class.

    Raises:
        Undefined: there are more or fewer columns than names.
    """
    if risks.shape[1] != len(names):
        raise Undefined(
            f"{len(names)} classes are named, but there are {risks.shape[1]} columns of risks"
        )
    return risks


@derived(MULTICLASS)
def decision(class_risks: Floats) -> Codes:
    """Return the class of the largest risk of each case; of several as large, the first."""
    return most_likely_class(class_risks)


@derived(MULTICLASS)
def tied_decisions(class_risks: Floats) -> int:
    """Return how many cases have their largest risk for several classes."""
    highest = class_risks == class_risks.max(axis=1, keepdims=True)
    return int(np.count_nonzero(highest.sum(axis=1) > 1))


@in_both
def each_against_the_rest(
    outcome: Codes, class_risks: Floats, sizes: Floats, names: Names
) -> Floats:
    """Return the AUROC of each class against all others by the risk of that class, shape (classes,).

    Raises:
        Undefined: a class has no case, or all have the same.
    """
    none_is_empty(sizes, names)
    columns = enumerate(class_risks.T)
    return np.array([area(tally(outcome == at, each)) for at, each in columns])


@in_both
def rest_components(outcome: Codes, class_risks: Floats) -> Floats:
    """Return what each case adds to the deviation of the AUROC of each class, shape (cases, classes)."""
    found = np.empty_like(class_risks)
    for at, each in enumerate(class_risks.T):
        of_it = outcome == at
        placed = placements(of_it, ranking(each))
        found[:, at] = (placed.value - placed.area) / np.where(of_it, of_it.sum(), (~of_it).sum())
    return found


def one_vs_rest_interval(
    measured: Floats,
    outcome: Codes,
    class_risks: Floats,
    names: Names,
    label: str,
    patient: Codes,
    level: float,
) -> Uncertainty:
    """Return DeLong's interval of one class, or Obuchowski's where patients repeat, as for any AUROC.

    Of a mean over classes: from what each patient adds to it; class sizes are not taken as fixed.
    """
    if label in names:
        at = names.index(label)
        of_it, score = outcome == at, class_risks[:, at]
        return auroc_interval(tally(of_it, score), of_it, ranking(score), patient, level)
    each = rest_components(outcome, class_risks)
    areas = np.array([area(tally(outcome == at, one)) for at, one in enumerate(class_risks.T)])
    spread = _mean_over_classes(label, areas, each, outcome)
    return stated(spread, clustered_variance(spread.each, patient), outcome, patient, level)


def _mean_over_classes(label: str, areas: Floats, each: Floats, outcome: Codes) -> Spread:
    if label == MACRO:
        return Spread(float(areas.mean()), each.mean(axis=1))
    share = np.bincount(outcome, minlength=len(areas)) / len(outcome)
    value = float((share * areas).sum())  # the shares of the classes vary as well
    shared = np.einsum("ik,k->i", each, share)
    return Spread(value, shared + (areas[outcome] - value) / len(outcome))


def stated(
    spread: Spread, variance: float, outcome: Codes, patient: Codes, level: float
) -> Uncertainty:
    """Return the interval of a mean of areas from its variance, with the method in words."""
    patients = int(patient.max()) + 1
    method = "DeLong's components"
    if patients < len(outcome):
        method += f", clustered by patient ({patients:,} patients)"
    if spread.value in (0.0, 1.0):
        return Uncertainty(
            None,
            "No interval: the scores separate the classes completely, so there is no variance.",
        )
    return area_interval(spread.value, variance, level, method)


@measure(
    "one_vs_rest_auroc", goal="higher", bounds=(0, 1), interval=one_vs_rest_interval,
    source="fawcett-2006", places=each_class_and_means,
)  # fmt: skip
def one_vs_rest_auroc(
    outcome: Codes, class_risks: Floats, sizes: Floats, names: Names, label: str
) -> Floats:
    """Return the AUROC of one class against all others by the risk of that class, or a mean over classes.

    The label is a class, "macro" (each class counts alike) or "prevalence-weighted" (by its number of cases). A
    mean is undefined where a named class has no case. Only the order of the risks of one class counts.
    """
    if label in names:
        at = names.index(label)
        return np.asarray(_against_the_rest(outcome == at, class_risks[:, at], label))
    if label not in (MACRO, WEIGHTED):
        raise DoesNotApply(f'no class is called "{label}"')
    areas = each_against_the_rest(outcome, class_risks, sizes, names)
    return np.asarray(areas.mean() if label == MACRO else (areas * sizes).sum() / sizes.sum())


def _against_the_rest(of_it: Bools, risk: Floats, label: str) -> float:
    if of_it.all() or not of_it.any():
        raise Undefined(f"{'every' if of_it.any() else 'no'} case is of the class {label}")
    return area(tally(of_it, risk))


def micro_interval(
    measured: Floats, outcome: Codes, class_risks: Floats, patient: Codes, level: float
) -> Uncertainty:
    """Return the interval from what each patient adds (Obuchowski 1997): the risks of a case belong together."""
    of_it, score = _pooled(outcome, class_risks)
    placed = placements(of_it, ranking(score))
    together = np.repeat(patient, class_risks.shape[1])
    variance = obuchowski_covariance(of_it, together, placed, placed)
    return stated(Spread(placed.area, placed.value), variance, outcome, patient, level)


def _pooled(outcome: Codes, risks: Floats) -> tuple[Bools, Floats]:
    return (outcome[:, None] == np.arange(risks.shape[1])).ravel(), risks.ravel()


@measure(
    "micro_auroc", tasks=(MULTICLASS,), goal="higher", bounds=(0, 1), interval=micro_interval,
    source="sokolova-lapalme-2009",
)  # fmt: skip
def micro_auroc(outcome: Codes, class_risks: Floats) -> Floats:
    """Return the AUROC over all pairs of a case and a class: is the case of it, scored by the risk of it.

    Risks of different classes are compared with each other; frequent classes decide.
    """
    return np.asarray(area(tally(*_pooled(outcome, class_risks))))


@derived(MULTICLASS)
def pairs_of_classes(outcome: Codes, class_risks: Floats, sizes: Floats, names: Names) -> Spread:
    """Return the mean over pairs of classes of their AUROC, and what each case adds to it.

    Raises:
        Undefined: a class has no case.
    """
    none_is_empty(sizes, names)
    count = len(names)
    total, each = 0.0, np.zeros(len(outcome))
    for at, score in enumerate(class_risks.T):
        below = shares_below(outcome, ranking(score), count)
        means = class_means(outcome, below, count)
        total += float(means[at].sum()) - 0.5  # without the class against itself
        # a case of this class counts against all others, and a case of another class against this one
        of_it = outcome == at
        off = below - means[outcome]
        off[of_it, at] = 0
        each += np.where(of_it, off.sum(axis=1), -off[:, at]) / sizes[outcome]
    return Spread(total / (count * (count - 1)), each / (count * (count - 1)))


def pairs_interval(
    measured: Floats, pairs_of_classes: Spread, outcome: Codes, patient: Codes, level: float
) -> Uncertainty:
    """Return the interval from what each case adds; class sizes fixed where cases are independent."""
    variance = variance_of(pairs_of_classes, outcome, patient)
    return stated(pairs_of_classes, variance, outcome, patient, level)


@measure(
    "multiclass_auroc", tasks=(MULTICLASS,), goal="higher", bounds=(0, 1),
    interval=pairs_interval, source="hand-till-2001",
)  # fmt: skip
def multiclass_auroc(pairs_of_classes: Spread) -> Floats:
    """Return the M-measure: the mean over all pairs of classes of the AUROC among the cases of both.

    The AUROC of a pair is the mean of two: by the risk of one class and by that of the other, ties one half
    (Hand & Till 2001, eq. 7). It does not depend on how frequent the classes are.
    """
    return np.asarray(pairs_of_classes.value)
