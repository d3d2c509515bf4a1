"""Facts of the section `discussion`: what the authors conclude."""

from checker.model.study.marks import Described


class Discussion(Described):
    """What the authors conclude."""

    summary: str | None = None
    """Short account of the work."""
    interpretation: str | None = None
    """What the findings mean."""
    fairness: str | None = None
    """What they say about fairness."""
    ethics: str | None = None
    """Ethical questions around use."""
    previous_work: str | None = None
    """How they relate to earlier work."""
    limitations: str | None = None
    """Limitations."""
    strengths: str | None = None
    """Strengths."""
    implications: str | None = None
    """What follows for practice."""
    next_steps: str | None = None
    """What should be studied next."""
    input_quality: str | None = None
    """What a user should do with poor or missing inputs."""
    user_interaction: str | None = None
    """If people must interact with the model."""
    safety: str | None = None
    """Safety, consequences of errors, ways to reduce them."""
