"""The rows behind one claim: its group, its score, its threshold; and the metric taken over them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from checker.evidence.groups import groups_of
from checker.evidence.performance import on_scale, threshold
from checker.metrics.base import METRICS, Bools, Codes, Floats, Metric, Share, plain
from checker.metrics.comparing import RECLASSIFICATION
from checker.metrics.estimating import STATED, Cases, known_of
from checker.metrics.patients import aggregate, with_outcome
from checker.metrics.resampling import seeds
from checker.metrics.utility import STRATEGIES
from checker.model.predictions import Labels, Predictions
from checker.model.settings import Settings
from checker.model.study import Claim, Evaluation
from checker.needs import Absent, Known, NotEstablished, stated

TASK = "classification"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Complete rows and the facets at which a metric is taken. Every array has shape (cases,)."""

    outcome: Bools
    score: Floats
    patient: Codes
    """0, 1, ... without gaps; every row its own where nobody repeats."""
    facets: Mapping[str, object] = field(default_factory=dict)
    """By name: threshold, strategy, at_specificity ..."""
    probability: bool | None = None
    seeds: tuple[int, int] = (0, 0)
    resamples: int = 2000
    level: float = 0.95

    @property
    def patients(self) -> int:
        """Return the number of patients."""
        return int(self.patient.max(initial=-1)) + 1

    @property
    def size(self) -> int:
        """Return the number of rows."""
        return len(self.outcome)

    def bare(self) -> Known:
        """Return what metrics can name, at no facet."""
        return replace(self, facets={}).known()

    def sides(self) -> Codes:
        """Return 1 for each patient with the outcome, else 0."""
        return with_outcome(self.outcome, self.patient)

    @property
    def repeated(self) -> bool:
        """Return whether a patient has several rows."""
        return self.patients < len(self.outcome)

    @property
    def threshold(self) -> float | None:
        """Return the threshold, if the metric is taken at one."""
        found = self.facets.get("threshold")
        return float(found) if isinstance(found, int | float) else None

    def independent(self) -> "Rows":
        """Return the same rows, each taken as a patient of its own."""
        return replace(self, patient=np.arange(len(self.outcome)))

    def at(self, **facets: object) -> "Rows":
        """Return the same rows at other facets."""
        return replace(self, facets={**self.facets, **facets})

    def cases(self) -> Cases:
        """Return the rows as metrics take them."""
        columns = {"outcome": self.outcome, "score": self.score}
        return Cases(columns, self.patient, self.patients, 0)

    def settings(self) -> dict[str, object]:
        """Return what metrics name besides columns and facets."""
        return {"level": self.level, "probability": self.probability}

    def known(self) -> Known:
        """Return what metrics can name, taken at the facets."""
        known = known_of(self.cases(), self.seeds, self.settings())
        return known.inside(**self.facets) if self.facets else known

    def measured(self, metric: Metric) -> Share | Floats:
        """Return the metric, a proportion with its two counts.

        Raises:
            NotEstablished: it is undefined, with its sentence.
        """
        if not len(self.outcome):
            raise NotEstablished("no row has both an outcome and a score")
        found = self.known().ask(metric.function)
        if isinstance(found, Absent):
            raise NotEstablished(found.because)
        if isinstance(found, Share) and not found.denominator:
            raise NotEstablished(found.otherwise)
        return found

    def value(self, metric: Metric) -> float:
        """Return the metric as a number.

        Raises:
            NotEstablished: it is undefined, with its sentence.
        """
        return plain(self.measured(metric))

    def one_per_patient(self, by: Literal["max", "mean"]) -> "Rows":
        """Return one row per patient: the highest or the mean score, and the outcome if any row has it."""
        columns = {
            "outcome": self.outcome.astype(np.int64),
            "score": self.score,
            "patient": self.patient,
        }
        single = aggregate(columns, by)
        return replace(
            self,
            outcome=single["outcome"] == 1,
            score=single["score"],
            patient=np.arange(len(single["outcome"])),
        )

    def other_class(self) -> "Rows":
        """Return the rows with the other class in the place of the positive one, and the same decisions."""
        turned: dict[str, object] = {}
        if self.threshold is not None:  # positive for the other class: strictly below the threshold
            turned["threshold"] = float(np.nextafter(-self.threshold, np.inf))
        there = replace(self, outcome=~self.outcome, score=-self.score, probability=False)
        return there.at(**turned)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """What a claim is about."""

    evaluation: str
    """Its name, which makes random numbers its own."""
    metric: Metric
    """Reclassification exists as a difference only: the AUROC holds its place and is not read."""
    group: str
    """``all``, or ``column = value`` as the files spell it."""
    score: str
    """``score``, or the column of another one."""
    rows: Rows
    chosen: NDArray[np.bool_]
    """Shape (rows of the file,): which of them are in the group."""
    of_score: Floats
    """Shape (rows of the file,): the score, NaN where missing."""
    declared: float | None
    """The threshold of the evaluation, if the claim is about the model's score."""
    origin: str | None = None
    """Where the threshold comes from, if anybody said."""


def subject(
    claim: Claim,
    evaluation: Evaluation,
    predictions: Predictions,
    optional_threshold: float | None,
    is_probability: bool,
    settings: Settings,
) -> Subject:
    """Return what the claim is about.

    Raises:
        NotEstablished: its metric is not recomputed, its group or score is not in the file, or it needs a
            threshold (or another place) that is not described.
    """
    only_compared = claim.versus is not None and claim.metric in RECLASSIFICATION
    metric = METRICS.get((TASK, "auroc" if only_compared else claim.metric))
    if metric is None:
        raise NotEstablished(f"{claim.metric} is not recomputed by this version")
    group, chosen = group_of(claim.group, predictions)
    score, of_score = score_of(claim.of, evaluation, predictions)
    its_own = score == "score"
    rows = _complete(predictions, chosen, of_score)
    rows = replace(
        rows,
        probability=is_probability if its_own else None,
        seeds=seeds(settings.seed, evaluation.name, group),
        resamples=settings.resamples,
        level=claim.level or 0.95,
    )
    declared = optional_threshold if its_own else None
    facets = _facets(claim, evaluation, metric, rows, declared, predictions)
    return Subject(
        evaluation=evaluation.name,
        metric=metric,
        group=group,
        score=score,
        rows=rows.at(**facets),
        chosen=chosen,
        of_score=of_score,
        declared=declared,
        origin=evaluation.operating_point.origin,
    )


def group_of(group: str | None, predictions: Predictions) -> tuple[str, NDArray[np.bool_]]:
    """Return the group as the files spell it, and its rows.

    Raises:
        NotEstablished: the files have no such group, with the names of those they have.
    """
    if group is None or _plain(group) in ("all", ""):
        return "all", np.ones(predictions.cases, bool)
    found = {f"{column} = {name}": rows for column, name, rows in groups_of(predictions)}
    for name, rows in found.items():
        if _plain(name) == _plain(group):
            return name, rows
    if not found:
        raise NotEstablished(
            f'no column of groups is named (evaluations.groups), so "{group}" is not known'
        )
    raise NotEstablished(f'there is no group "{group}"; there are {_listed(found)}')


def score_of(
    of: str | None, evaluation: Evaluation, predictions: Predictions
) -> tuple[str, Floats]:
    """Return the score that a claim concerns: its name (``score`` is the model's) and its column.

    Raises:
        NotEstablished: the description names no such score, with the names of those it does.
    """
    own = {"score", "model", evaluation.model or "", (evaluation.columns or {}).get("score", "")}
    if of is None or of in STRATEGIES or _plain(of) in {_plain(each) for each in own if each}:
        return "score", predictions.score
    for name, score in predictions.compared.items():
        if _plain(name) == _plain(of):
            return name, score
    others = _listed(predictions.compared) if predictions.compared else "no further score"
    raise NotEstablished(f'there is no score "{of}" beside the model\'s; there is {others}')


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _complete(predictions: Predictions, chosen: NDArray[np.bool_], score: Floats) -> Rows:
    keep = chosen & (predictions.outcome >= 0) & ~np.isnan(score)
    return Rows(
        outcome=predictions.outcome[keep] == 1,
        score=score[keep],
        patient=patients_of(predictions.patient, keep),
    )


def patients_of(patient: Labels | None, keep: NDArray[np.bool_]) -> Codes:
    """Return the patient of each kept row as codes without gaps; one who is not named is someone else."""
    rows = int(keep.sum())
    if patient is None:
        return np.arange(rows)
    codes = patient.codes[keep].copy()
    nobody = codes < 0
    codes[nobody] = codes.max(initial=0) + 1 + np.arange(int(nobody.sum()))
    return np.asarray(np.unique(codes, return_inverse=True)[1], np.int64)


def _facets(
    claim: Claim,
    evaluation: Evaluation,
    metric: Metric,
    rows: Rows,
    declared: float | None,
    predictions: Predictions,
) -> dict[str, object]:
    asked, facets = metric.depends_on(), dict[str, object]()
    if metric.name in STATED:
        facets[STATED[metric.name]] = float(stated(claim.at, "evaluations.claims.at"))
    if "threshold" in asked:
        facets["threshold"] = _threshold(claim, evaluation, rows, declared, predictions)
    if "strategy" in asked:
        facets["strategy"] = claim.of if claim.of in STRATEGIES else "model"
    return facets


def _threshold(
    claim: Claim,
    evaluation: Evaluation,
    rows: Rows,
    declared: float | None,
    predictions: Predictions,
) -> float:
    if claim.at is not None:
        stored = -float(claim.at) if predictions.lower_is_positive else float(claim.at)
        return on_scale(stored, rows.score)
    if declared is not None:
        return declared
    if len(rows.score) and np.isin(rows.score, (0.0, 1.0)).all():
        return 1.0  # the column holds decisions
    if claim.of is not None:
        raise NotEstablished(
            f'at which threshold "{claim.of}" decides is not described yet (evaluations.claims.at)'
        )
    return threshold(evaluation, predictions)  # raises why there is none
