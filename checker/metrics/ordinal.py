"""How well scores follow classes in order: areas between classes, concordance, cuts of the order, rank correlation."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from checker.metrics.areas import (
    Spread,
    clustered_variance,
    mean_of_areas,
    pairwise_areas,
    shares_below,
    variance_of,
)
from checker.metrics.base import (
    Bools,
    Codes,
    Floats,
    Uncertainty,
    Undefined,
    derived,
    over,
)
from checker.metrics.classes import ORDINAL, Names, measure
from checker.metrics.discrimination import auroc_interval
from checker.metrics.multiclass import stated
from checker.metrics.ranking import Ranking, area, ranking, tally
from checker.needs import DoesNotApply

derived(ORDINAL)(ranking)

Penalty = Literal["linear", "equal"] | Sequence[Sequence[float]]
ONE_CLASS = "all cases are of one class"


@derived(ORDINAL)
def classes() -> Names:
    """Ask for the names of the classes: codes alone do not tell how many there are.

    Raises:
        TypeError: always.
    """
    raise TypeError(
        'an ordinal task needs its classes in order: given={"classes": ("F0", "F1", ...)}'
    )


@derived(ORDINAL)
def tied_decisions() -> int:
    """Return 0: classes in order are predicted by the table itself."""
    return 0


@derived(ORDINAL)
def penalties(penalty: Penalty, names: Names) -> Floats:
    """Return the penalty of ranking two cases the wrong way round, shape (classes, classes), above the diagonal.

    Args:
        penalty: "linear": the distance of the classes over the largest there is; "equal": 1; or the penalties
            themselves, as rows, of which what lies above the diagonal counts.
        names: of the classes.

    Raises:
        Undefined: another word; or the penalties are no square table with a row for each class, or lie outside 0 to 1.
    """
    count = len(names)
    if isinstance(penalty, str):
        if penalty not in ("linear", "equal"):
            raise Undefined(f'the penalty is "linear", "equal" or a table, not "{penalty}"')
        code = np.arange(count)
        apart = (code - code[:, None]) / (count - 1)
        return np.triu(apart if penalty == "linear" else np.ones((count, count)), 1)
    found = np.asarray(penalty, float)
    if found.shape != (count, count):
        raise Undefined(f"the penalties need {count} rows of {count} numbers, one for each class")
    found = np.triu(found, 1)
    if not ((found >= 0) & (found <= 1)).all():
        raise Undefined("a penalty lies outside 0 to 1")
    return found


@derived(ORDINAL)
def pair_shares(sizes: Floats, class_shares: Sequence[float] | None, names: Names) -> Floats:
    """Return the weight of each pair of classes, which sum to 1, above the diagonal.

    In proportion to the product of the sizes of both classes, or of the stated shares of the classes.

    Raises:
        Undefined: all cases are of one class; or there are not as many shares as classes, or one is negative,
            or a class that has one has no case.
    """
    share = sizes if class_shares is None else np.asarray(class_shares, float)
    if share.shape != sizes.shape or not (share >= 0).all():
        raise Undefined(f"{len(names)} shares of classes are needed, none of them negative")
    if (lacking := (share > 0) & (sizes == 0)).any():
        raise Undefined(
            f"no case is of the class {names[int(np.argmax(lacking))]}, which has a share"
        )
    pairs = np.triu(np.outer(share, share), 1)
    return over(pairs, np.asarray(pairs.sum()), ONE_CLASS)


@derived(ORDINAL)
def below(outcome: Codes, ranking: Ranking, names: Names) -> Floats:
    """Return, for each case, the share of every class that scores lower, shape (cases, classes)."""
    return shares_below(outcome, ranking, len(names))


@derived(ORDINAL)
def obuchowski(outcome: Codes, below: Floats, pair_shares: Floats, penalties: Floats) -> Spread:
    """Return the Obuchowski measure and what each case adds to it."""
    found = mean_of_areas(outcome, below, pair_shares * penalties)
    return found._replace(value=1 - float((pair_shares * penalties).sum()) + found.value)


@derived(ORDINAL)
def concordance(outcome: Codes, below: Floats, sizes: Floats, names: Names) -> Spread:
    """Return the share of pairs of cases of different classes that the score ranks right, and what each case adds.

    What a case adds holds for class sizes that are not fixed: its pairs change both sides of the share.
    """
    shares = pair_shares(sizes, None, names)
    value = mean_of_areas(outcome, below, shares).value
    lower = np.arange(len(names)) < outcome[:, None]
    right = np.einsum("ik,k->i", np.where(lower, below, 1 - below), sizes)
    right -= sizes[outcome] * (1 - _own(below, outcome))
    pairs = np.triu(np.outer(sizes, sizes), 1).sum()
    return Spread(value, (right - value * (len(outcome) - sizes[outcome])) / pairs)


def _own(below: Floats, outcome: Codes) -> Floats:
    return below[np.arange(len(outcome)), outcome]


def obuchowski_interval(
    measured: Floats, obuchowski: Spread, outcome: Codes, patient: Codes, level: float
) -> Uncertainty:
    """Return the interval from what each case adds, pair weights fixed (Obuchowski 2005); clustered by patient."""
    return stated(obuchowski, variance_of(obuchowski, outcome, patient), outcome, patient, level)


def concordance_interval(
    measured: Floats, concordance: Spread, outcome: Codes, patient: Codes, level: float
) -> Uncertainty:
    """Return the same for the concordance, its class sizes not fixed; clustered by patient."""
    variance = clustered_variance(concordance.each, patient)
    return stated(concordance, variance, outcome, patient, level)


def weights_and_penalty(
    penalty: Penalty, class_shares: Sequence[float] | None, names: Names, concordance: Spread
) -> str:
    """Return the sentences that name the weights and the penalty."""
    by = (
        "the product of their sizes" if class_shares is None else "the stated shares of the classes"
    )
    steps = ", ".join(f"{step / (len(names) - 1):.3g}" for step in range(1, len(names)))
    words = {"linear": f"{steps} by distance", "equal": "1"}
    said = words[penalty] if isinstance(penalty, str) else "as stated"
    beside = (
        ""
        if penalty == "equal"
        else f" With the penalty 1, pairs weighted by size, it would be {concordance.value:.3f}."
    )
    return f"Pairs of classes weighted by {by}; penalty {said}.{beside}"


@measure(
    "obuchowski_measure", tasks=(ORDINAL,), goal="higher", bounds=(0, 1),
    interval=obuchowski_interval, source="obuchowski-2005", beside=weights_and_penalty,
)  # fmt: skip
def obuchowski_measure(obuchowski: Spread) -> Floats:
    """Return one minus the mean penalty of ranking cases of different classes the wrong way round.

    One minus the sum over pairs of classes of weight times penalty times (1 - AUROC of the pair), ties one half
    (Obuchowski 2005). Weights: the product of both class sizes, over the sum of these products; or of stated
    class shares (`class_shares`). Penalty: the distance of the classes over the largest distance, the usual one
    for stages of fibrosis (Lambert et al. 2008); on request (`penalty`) 1 for every pair ("equal"), which makes it
    the ordinal C-index, or any. A class without a case has no part in it.
    """
    return np.asarray(obuchowski.value)


def mean_over_pairs(outcome: Codes, ranking: Ranking, sizes: Floats, names: Names) -> str:
    """Return the sentence that gives the mean over pairs of classes beside the concordance; empty without a pair."""
    seen = np.triu(np.outer(sizes, sizes) > 0, 1)
    if not seen.any():
        return ""
    mean = pairwise_areas(outcome, ranking, len(names))[seen].mean()
    return (
        "All pairs of cases of different classes count alike; the mean over pairs of classes "
        f"(Van Calster 2012) is {mean:.3f}."
    )


@measure(
    "ordinal_c_index", tasks=(ORDINAL,), goal="higher", bounds=(0, 1),
    interval=concordance_interval, source="van-calster-2012", beside=mean_over_pairs,
)  # fmt: skip
def ordinal_c_index(concordance: Spread) -> Floats:
    """Return the share of pairs of cases of different classes in which the higher class has the higher score.

    Ties of scores count one half; pairs of one class do not count. The generalised c-index of Van Calster et
    al. 2012 and the C of an ordinal regression; the mean over pairs of classes, each alike, stands beside it. The
    interval lets class sizes vary with the sample; that of the Obuchowski measure takes the pair weights as fixed.
    """
    return np.asarray(concordance.value)


def dichotomies(classes: Sequence[str]) -> Names:
    """Return the names of all cuts of the classes, from the lowest: "F0 vs F1-F4", "F0-F1 vs F2-F4", ..."""
    return tuple(
        f"{_span(classes[:cut])} vs {_span(classes[cut:])}" for cut in range(1, len(classes))
    )


def _span(some: Sequence[str]) -> str:
    return f"{some[0]}-{some[-1]}" if len(some) > 1 else some[0]


def each_cut(names: Names) -> Mapping[str, Names]:
    """Return the places of a metric of one cut."""
    return {"label": dichotomies(names)}


@derived(ORDINAL)
def above_cut(outcome: Codes, label: str, names: Names) -> Bools:
    """Return which cases are of a class above the cut of that name.

    Raises:
        DoesNotApply: no cut has the name.
        Undefined: all cases lie on one side of it.
    """
    cuts = dichotomies(names)
    if label not in cuts:
        raise DoesNotApply(f'no cut of the classes is called "{label}"')
    high = outcome > cuts.index(label)
    if high.all() or not high.any():
        raise Undefined(f"every case lies {'above' if high.any() else 'below'} the cut {label}")
    return np.asarray(high)


def cut_interval(
    measured: Floats,
    above_cut: Bools,
    score: Floats,
    ranking: Ranking,
    patient: Codes,
    level: float,
) -> Uncertainty:
    """Return DeLong's interval, or Obuchowski's where patients repeat, as for any AUROC."""
    return auroc_interval(tally(above_cut, score), above_cut, ranking, patient, level)


@measure(
    "dichotomised_auroc", tasks=(ORDINAL,), goal="higher", bounds=(0, 1), interval=cut_interval,
    source="hanley-mcneil-1982", places=each_cut,
)  # fmt: skip
def dichotomised_auroc(above_cut: Bools, score: Floats) -> Floats:
    """Return the AUROC of the classes above a cut against those below it ("F0-F1 vs F2-F4")."""
    return np.asarray(area(tally(above_cut, score)))


class Ordered(NamedTuple):
    """Cases by class and then by rising score, and where the scores of a class lie among those of a lower one."""

    patient: tuple[Codes, ...]
    """Of the cases of each class."""
    lower: Mapping[tuple[int, int], tuple[Codes, Codes]]
    """By class and lower class: for each case of the class, how many of the lower one score below it, and up to it."""
    by_score: Codes
    """Patients of all cases by rising score."""
    start: Codes
    """Position of the first case of each distinct score."""


@derived(ORDINAL)
def ordered(outcome: Codes, score: Floats, names: Names, patient: Codes) -> Ordered:
    """Return the cases in the order in which rank correlations count them."""
    order = np.lexsort((score, outcome))
    ends = np.searchsorted(outcome[order], np.arange(len(names) + 1))
    cases = [order[low:high] for low, high in pairwise(ends)]
    scores = [score[each] for each in cases]
    lower = {
        (k, j): (
            np.searchsorted(scores[j], scores[k]),
            np.searchsorted(scores[j], scores[k], "right"),
        )
        for k in range(len(names))
        for j in range(k)
    }
    rising = np.argsort(score, kind="stable")
    start = np.flatnonzero(np.append(True, score[rising][1:] != score[rising][:-1]))
    return Ordered(tuple(patient[each] for each in cases), lower, patient[rising], start)


class RankSums(NamedTuple):
    """Sums over cases and pairs of cases behind rank correlations; of all cases or of each resample."""

    concordant: Floats
    """Pairs ranked alike by class and score, less those ranked the other way round."""
    pairs_by_class: Floats
    """Pairs of different classes."""
    pairs_by_score: Floats
    """Pairs of different scores."""
    covariance: Floats
    """Of the ranks, times the number of cases; ties share their mean rank."""
    variance_by_class: Floats
    variance_by_score: Floats


@derived(ORDINAL)
def rank_sums(ordered: Ordered, patient: Codes, weight: Floats | None) -> RankSums:
    """Return the sums behind rank correlations.

    Args:
        ordered: the cases.
        patient: shape (cases,).
        weight: shape (resamples, patients): how often each patient was drawn; None: every case once.
    """
    found = _rank_sums(ordered, np.ones((1, int(patient.max()) + 1)) if weight is None else weight)
    return RankSums(*(each[0] for each in found)) if weight is None else found


def _rank_sums(ordered: Ordered, weight: Floats) -> RankSums:
    """Return the sums of each resample.

    With M the pairs of class k and class j ranked alike less those ranked the other way round, the ranks of the
    scores of class k deviate from their mean by half the sum of M over j; the ranks of n ties in all have the
    variance (n³ - sum of cubed ties) / 12 (Kendall 1945).
    """
    drawn = [weight.take(each, axis=1) for each in ordered.patient]
    total = [
        np.concatenate([np.zeros((len(weight), 1)), each.cumsum(axis=1)], axis=1) for each in drawn
    ]
    sizes = np.stack([each[:, -1] for each in total])
    alike = np.zeros((len(sizes), *sizes.shape))
    for (k, j), (below, up_to) in ordered.lower.items():
        lower = total[j].take(below, axis=1)
        lower += total[j].take(up_to, axis=1)
        alike[k, j] = np.einsum("ri,ri->r", drawn[k], lower) - sizes[k] * sizes[j]
        alike[j, k] = -alike[k, j]
    ties = np.add.reduceat(weight.take(ordered.by_score, axis=1), ordered.start, axis=1)
    cases, rank = sizes.sum(axis=0), sizes.cumsum(axis=0) - sizes / 2
    by_class, by_score = (_ties(sizes.T, cases), _ties(ties, cases))
    return RankSums(
        concordant=np.tril(alike.transpose(2, 0, 1)).sum(axis=(1, 2)),
        pairs_by_class=by_class[0],
        pairs_by_score=by_score[0],
        covariance=np.einsum("kr,kjr->r", rank, alike) / 2,
        variance_by_class=by_class[1],
        variance_by_score=by_score[1],
    )


def _ties(counts: Floats, cases: Floats) -> tuple[Floats, Floats]:
    """Return the pairs that do not tie, and the variance of the ranks times their number, of each resample."""
    squares = np.einsum("rs,rs->r", counts, counts)
    cubes = np.einsum("rs,rs,rs->r", counts, counts, counts)
    return (cases**2 - squares) / 2, (cases**2 * cases - cubes) / 12


NO_RANKS = "all scores or all classes are the same, so there is no rank correlation"


@measure(
    "spearman_correlation", tasks=(ORDINAL,), goal="higher", bounds=(-1, 1), source="spearman-1904"
)
def spearman_correlation(rank_sums: RankSums) -> Floats:
    """Return the correlation of the ranks of class and score; ties share their mean rank."""
    spread = np.sqrt(rank_sums.variance_by_class) * np.sqrt(rank_sums.variance_by_score)
    return over(rank_sums.covariance, spread, NO_RANKS)


@measure("kendall_tau", tasks=(ORDINAL,), goal="higher", bounds=(-1, 1), source="kendall-1945")
def kendall_tau(rank_sums: RankSums) -> Floats:
    """Return tau-b: pairs ranked alike less those ranked the other way round, over the pairs without ties.

    These are the geometric mean of the numbers of pairs that differ in class and in score (Kendall 1945).
    """
    pairs = np.sqrt(rank_sums.pairs_by_class) * np.sqrt(rank_sums.pairs_by_score)
    return over(rank_sums.concordant, pairs, NO_RANKS)
