"""The whole description of a study: its sections."""

from pydantic import Field

from checker.model.study.about import About
from checker.model.study.analysis import Analysis
from checker.model.study.data import Data
from checker.model.study.discussion import Discussion
from checker.model.study.evaluations import AnyEvaluation
from checker.model.study.explanations import Explanation
from checker.model.study.intended_use import IntendedUse
from checker.model.study.marks import Described
from checker.model.study.model import Model
from checker.model.study.openness import Openness
from checker.model.study.outcome import Outcome
from checker.model.study.participants import Participants
from checker.model.study.predictors import Predictors
from checker.model.study.readers import Readers
from checker.model.study.results import Results
from checker.model.study.statements import Statements


class Study(Described):
    """A study as its authors describe it."""

    study: About = Field(default_factory=About)
    """What the study is and why it was done."""
    intended_use: IntendedUse = Field(default_factory=IntendedUse)
    """For whom, when and by whom the model is meant to be used."""
    data: Data = Field(default_factory=Data)
    """Where the data came from and how they were divided."""
    participants: Participants = Field(default_factory=Participants)
    """Who could take part and who was left out."""
    predictors: Predictors = Field(default_factory=Predictors)
    """What goes into the model: inputs, acquisition, preprocessing, regions, features."""
    outcome: Outcome = Field(default_factory=Outcome)
    """What is predicted and how the truth was established (reference standard)."""
    model: Model = Field(default_factory=Model)
    """What the model is, how it was trained, what it returns."""
    analysis: Analysis = Field(default_factory=Analysis)
    """Sample size, missing data, validation, tuning, measures, uncertainty, groups, updating."""
    evaluations: tuple[AnyEvaluation, ...] | None = None
    """One entry per evaluation: its data, its predictions, and the numbers claimed for it. Another
    outcome, threshold, unit or model is another entry.
    """
    explanations: tuple[Explanation, ...] | None = None
    """One entry per explanation method."""
    readers: Readers = Field(default_factory=Readers)
    """People who read with or against the model, in a reader study or in first clinical use."""
    results: Results = Field(default_factory=Results)
    """What was found besides the claimed numbers: flow, characteristics, errors, harms."""
    openness: Openness = Field(default_factory=Openness)
    """Code, data, model, protocol, registration, ethics, funding, interests, involvement."""
    discussion: Discussion = Field(default_factory=Discussion)
    """What the authors conclude."""
    statements: Statements = Field(default_factory=Statements)
    """Where the paper says things, what does not apply, and what people judged."""
