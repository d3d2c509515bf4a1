"""Everything of a study that is recomputed: its evaluations, and the explanations whose maps are named."""

from typing import ClassVar, Final, Literal

from checker.model.study.description import Study
from checker.model.study.evaluations import Evaluation
from checker.model.study.explanations import Explanation

EXPLANATION: Final = "explanation"


class ExplanationEvaluation(Evaluation):
    """Saliency maps against regions: an entry of `explanations` as it is recomputed."""

    counted: ClassVar[str] = "map"
    task: Literal["explanation"] = EXPLANATION


def explained(study: Study) -> tuple[tuple[int, Explanation, ExplanationEvaluation], ...]:
    """Return explanations with maps or claims: position, description, and the evaluation that they are.

    Partition and model are those of the evaluation whose cases are explained. An explanation that is called like an
    evaluation has "(explanation)" after its name.
    """
    evaluations = {each.name: each for each in study.evaluations or ()}
    found = []
    for i, each in enumerate(study.explanations or ()):
        if each.maps is None and not each.claims:
            continue
        of = evaluations.get(each.evaluation or "")
        name = f"{each.name} (explanation)" if each.name in evaluations else each.name
        made = ExplanationEvaluation(
            name=name,
            partition=of.partition if of else None,
            model=of.model if of else None,
            groups=of.groups if of else None,
            claims=each.claims,
        )
        found.append((i, each, made))
    return tuple(found)


def claimed(study: Study) -> tuple[tuple[str, int], ...]:
    """Return section and position of each evaluation and explanation, in the order of `evaluated`."""
    sections = [("evaluations", i) for i in range(len(study.evaluations or ()))]
    return (*sections, *(("explanations", i) for i, _, _ in explained(study)))


def evaluated(study: Study) -> tuple[Evaluation, ...]:
    """Return the evaluations, then the explanations whose maps are named."""
    return (*(study.evaluations or ()), *(made for _, _, made in explained(study)))
