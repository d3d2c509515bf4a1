"""Evidence about how many patients were needed to build and to test the model; for information, not as a verdict."""

from checker.evidence.base import evidence
from checker.evidence.performance import Scored
from checker.metrics.sample_size import development_binary, evaluation_binary
from checker.model.estimate import Estimates
from checker.model.sample_size import SampleSize
from checker.model.study import Study
from checker.needs import DoesNotApply, NotDescribed, NotEstablished, stated

ONLY_ABOVE_CHANCE = "the AUROC is not above 0.5, so no distribution of risks can be taken from it"


@evidence
def useful_auroc(classification_estimates: Estimates) -> float:
    """Return the recomputed AUROC of the model, from which its linear predictor is taken.

    Raises:
        NotEstablished: it is not between 0.5 and 1, or undefined.
    """
    found = classification_estimates.one("auroc").value
    if found is None or not 0.5 < found < 1:
        raise NotEstablished(ONLY_ABOVE_CHANCE)
    return found


@evidence
def required_sample_size_evaluation(scored: Scored, useful_auroc: float) -> SampleSize:
    """Return the patients needed to test the model at this prevalence and AUROC (Riley et al. 2021).

    Raises:
        NotEstablished: one of the classes is empty, or the AUROC is not above 0.5.
    """
    return evaluation_binary(float(scored.outcome.mean()), useful_auroc)


@evidence
def required_sample_size_development(study: Study, useful_auroc: float) -> SampleSize:
    """Return the patients needed to build the model with so many candidate parameters (Riley et al. 2019, 2020).

    Raises:
        DoesNotApply: the study builds no model.
        NotEstablished: number of parameters, or patients and events of the training data, are not described.
    """
    if study.study.type == "evaluation":
        raise DoesNotApply("the study builds no model")
    parameters = stated(study.predictors.candidate_parameters, "predictors.candidate_parameters")
    for part in study.data.partitions or ():
        if part.role == "training" and part.patients and part.events:
            return development_binary(part.events / part.patients, parameters, auroc=useful_auroc)
    raise NotDescribed("data.partitions.events")
