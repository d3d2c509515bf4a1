"""The p value of a single number: against no correlation, chance agreement, no difference, no discrimination."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from checker import metrics
from checker.evidence.claim_values import not_checkable
from checker.evidence.printed import printed_p
from checker.metrics import classical_tests, intervals
from checker.metrics.base import METRICS, Undefined
from checker.metrics.cox import covariate_tests
from checker.metrics.kappa import Weights, kappa_test
from checker.model.claim import Attempt, PartCheck, Verdict
from checker.model.estimate import Estimate
from checker.model.study import Claim
from checker.needs import Absent, Known, NotEstablished

ONE_SIDED = "one-sided"
NULL: Mapping[str, float] = {
    "auroc": 0.5,
    "reader_auroc": 0.5,
    "c_index": 0.5,
    "uno_c_index": 0.5,
    "time_dependent_auroc": 0.5,
    "ordinal_c_index": 0.5,
    "obuchowski_measure": 0.5,
    "dichotomised_auroc": 0.5,
    "one_vs_rest_auroc": 0.5,
    "multiclass_auroc": 0.5,
    "micro_auroc": 0.5,
}
"""Metric to its value where a score says nothing."""


class NullTest(NamedTuple):
    """A test that a number is what it would be by chance."""

    words: str
    test: str
    """As a claim names it, or a name of our own."""
    make: Callable[[Known], float]
    """From what metrics can name to the two-sided p value."""


def check_p(
    claim: Claim, text: str, ours: Estimate, task: str, known: Known, repeated: bool
) -> PartCheck:
    """Return the verdict on the printed p value of a single number.

    Where it fits none of the tests, that contradicts it only if the number can have no other p value: of an AUROC it
    may be that of a comparison which the claim does not name.

    Args:
        claim: with the p value.
        text: as printed.
        ours: the recomputed number.
        task: of the table.
        known: what metrics can name at the place of the number.
        repeated: patients have several rows, which these tests take for different people.
    """
    try:
        printed = printed_p(text)
    except NotEstablished as unread:
        return not_checkable("p_value", text, str(unread))
    found = tuple(_made(TESTS.get((task, ours.metric), ()), known, repeated))
    found += tuple(_against_null(ours))
    if not found:
        because = "a p value is recomputed for a comparison (evaluations.claims.versus)"
        return not_checkable("p_value", text, because)
    tried = [
        Attempt(convention=words, value=p, fits=printed.agrees(p)) for words, _, p in _both(found)
    ]
    shown = printed.show(found[0][2])
    fitting = next((each for each in tried if each.fits), None)
    if fitting is not None:
        ours_too = {words for words, test, _ in found if claim.test in (None, test)}
        same = fitting is tried[0] or (claim.test is not None and fitting.convention in ours_too)
        return PartCheck(
            part="p_value",
            printed=text,
            verdict=Verdict.REPRODUCED if same else Verdict.OTHER_CONVENTION,
            recomputed=shown,
            convention="" if same else fitting.convention,
            tried=tuple(tried),
        )
    because = f"recomputed {shown} ({found[0][0]}), printed {text}"
    named = claim.test is not None and claim.test in {test for _, test, _ in found}
    if not named and (ours.metric in NULL or claim.test is not None):
        because += (
            "; if it is the p value of a comparison, say with what (evaluations.claims.versus)"
        )
        return not_checkable("p_value", text, because, recomputed=shown, tried=tuple(tried))
    return PartCheck(
        part="p_value",
        printed=text,
        verdict=Verdict.CONTRADICTED,
        recomputed=shown,
        because=because,
        tried=tuple(tried),
    )


Found = tuple[str, str, float]
"""Words, name of the test, p value."""


def _both(found: Sequence[Found]) -> Iterator[Found]:
    """Yield each test, and its one-sided form after it."""
    for words, test, p in found:
        yield words, test, p
        yield f"{words}, {ONE_SIDED}", test, p / 2


def _made(tests: Sequence[NullTest], known: Known, repeated: bool) -> Iterator[Found]:
    for each in tests:
        try:
            p = each.make(known)
        except NotEstablished:
            continue
        if np.isfinite(p):
            words = f"{each.words}, rows taken as independent" if repeated else each.words
            yield words, each.test, float(p)


def _against_null(ours: Estimate) -> Iterator[Found]:
    """Yield the z test by the standard error of our interval, where that is as long to either side."""
    null = NULL.get(ours.metric)
    for interval in (ours.interval, *ours.other_intervals):
        if null is None or interval is None or ours.value is None:
            continue
        below, above = ours.value - interval.low, interval.high - ours.value
        if below > 0 and abs(below - above) <= 1e-6 * (below + above):
            z = (ours.value - null) / (above / intervals.quantile(interval.level))
            yield f"z test against {null:g} ({interval.method})", "wald", intervals.two_sided_p(z)
            return


def _given(known: Known, name: str) -> Any:
    value = known.value(name)
    if isinstance(value, Absent):
        raise NotEstablished(value.because)
    return value


# Scores


def _mann_whitney(correction: bool) -> Callable[[Known], float]:
    def make(known: Known) -> float:
        outcome, score = _given(known, "outcome"), _given(known, "score")
        return classical_tests.mann_whitney(
            score[outcome == 1], score[outcome == 0], correction=correction
        )

    return make


# Measurements


def _correlated(task: str, name: str) -> Callable[[Known], float]:
    def make(known: Known) -> float:
        reference, measured = (_given(known, each) for each in PAIRED[task])
        value: Any = known.ask(METRICS[task, name].function)
        if isinstance(value, Absent):
            raise NotEstablished(value.because)
        if name == "kendall_tau":
            return classical_tests.kendall(float(value), reference, measured)
        return classical_tests.correlation_t(float(value), len(reference))

    return make


def _paired_t(known: Known) -> float:
    return classical_tests.paired_t(_given(known, "difference"))


def _signed_ranks(correction: bool, exact: bool) -> Callable[[Known], float]:
    def make(known: Known) -> float:
        difference = _given(known, "difference")
        return classical_tests.signed_ranks(difference, correction=correction, exact=exact)

    return make


def _ratio(task: str, one_way: bool) -> Callable[[Known], float]:
    """Return the F test that cases do not differ, which is that of an intraclass correlation of 0."""
    squares = "mean_squares" if task == "agreement" else "rater_mean_squares"

    def make(known: Known) -> float:
        from scipy.special import fdtrc

        m = _given(known, squares)
        left = float(m.within if one_way else m.error)
        if not left > 0:
            raise Undefined("the ratings of each case are equal")
        below = m.cases * (m.raters - 1) if one_way else (m.cases - 1) * (m.raters - 1)
        return float(fdtrc(float(m.cases) - 1, float(below), float(m.rows) / left))

    return make


# Categories


def _kappa_of_raters(weights: Weights) -> Callable[[Known], float]:
    def make(known: Known) -> float:
        pair = _given(known, "pair")
        q = pair.categories
        cells = np.bincount(pair.first * q + pair.second, minlength=q * q).reshape(q, q)
        return kappa_test(cells.astype(float), weights).p

    return make


def _kappa_of_classes(weights: Weights) -> Callable[[Known], float]:
    def make(known: Known) -> float:
        return kappa_test(_given(known, "cross_table"), weights).p

    return make


def _fleiss(known: Known) -> float:
    return intervals.two_sided_p(metrics.fleiss_test(_given(known, "ratings")).z)


def _concordance(tie_correction: bool) -> Callable[[Known], float]:
    def make(known: Known) -> float:
        return metrics.kendall_w_test(_given(known, "ratings"), tie_correction).p

    return make


# Survival


def _hazard(at: int) -> Callable[[Known], float]:
    """Return one of the tests that the hazard ratio is 1, by its place in `CoxTests`."""

    def make(known: Known) -> float:
        line, prognosis = _given(known, "timeline"), _given(known, "prognosis")
        return float(covariate_tests(line, prognosis[None])[at])

    return make


SIGNED_RANKS = (
    ("", False, True),
    (", normal approximation", False, False),
    (", continuity correction", True, False),
)
"""Words, correction, exact."""
CORRELATIONS = {
    "pearson_correlation": "t test of Pearson's correlation",
    "spearman_correlation": "t test of Spearman's correlation",
    "kendall_tau": "normal test of Kendall's tau",
}
PAIRED = {"agreement": ("reference", "measured"), "ordinal": ("outcome", "score")}
"""Task to the two columns that are correlated."""
ICC = {
    "intraclass_correlation": False, "icc_2_k": False, "icc_3_1": False, "icc_3_k": False,
    "icc_1_1": True, "icc_1_k": True,
}  # fmt: skip
"""Form to whether it comes from a one-way analysis of variance."""
KAPPAS: Mapping[str, Weights] = {
    "cohen_kappa": "unweighted",
    "weighted_kappa": "quadratic",
    "linear_weighted_kappa": "linear",
}
TESTS: Mapping[tuple[str, str], tuple[NullTest, ...]] = {
    ("classification", "auroc"): (
        NullTest("Mann-Whitney", "mann_whitney", _mann_whitney(correction=False)),
        NullTest("Mann-Whitney, continuity correction", "mann_whitney", _mann_whitney(correction=True)),
    ),
    **{
        (task, name): (NullTest(words, "t", _correlated(task, name)),)
        for task in PAIRED
        for name, words in CORRELATIONS.items()
    },
    ("agreement", "bland_altman_bias"): (
        NullTest("paired t test", "paired_t", _paired_t),
        *(
            NullTest(f"Wilcoxon signed-rank test{words}", "wilcoxon", _signed_ranks(*how))
            for words, *how in SIGNED_RANKS
        ),
    ),
    **{
        (task, name): (NullTest("F test of the cases", "f", _ratio(task, one_way)),)
        for task in ("agreement", "raters")
        for name, one_way in ICC.items()
    },
    **{
        ("raters", name): (NullTest("z test without agreement beyond chance", "z", _kappa_of_raters(weights)),)
        for name, weights in KAPPAS.items()
    },
    **{
        (task, name): (NullTest("z test without agreement beyond chance", "z", _kappa_of_classes(weights)),)
        for task in ("multiclass", "ordinal")
        for name, weights in KAPPAS.items()
    },
    ("raters", "fleiss_kappa"): (NullTest("z test without agreement beyond chance", "z", _fleiss),),
    ("raters", "kendall_w"): (
        NullTest("chi-squared test of concordance", "chi_squared", _concordance(True)),
        NullTest(
            "chi-squared test of concordance, without correction for ties", "chi_squared", _concordance(False)
        ),
    ),
    ("survival", "hazard_ratio"): (
        NullTest("Wald test of the Cox model", "wald", _hazard(0)),
        NullTest("likelihood-ratio test of the Cox model", "likelihood_ratio", _hazard(2)),
        NullTest("score (log-rank) test of the Cox model", "log_rank", _hazard(1)),
    ),
}  # fmt: skip
"""Task and metric to its tests, ours first."""
