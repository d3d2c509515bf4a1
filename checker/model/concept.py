"""A concept: items of different guidelines that ask about the same thing, with a good and a poor answer to them."""

from typing import Annotated, Literal

from pydantic import Field

from checker.model.guideline import Shape, Some


class Concept(Shape):
    """What several items ask about. They share the subject, not the rule by which each is answered."""

    concept: Annotated[str, Field(pattern="^[a-z_]+$")]
    """Its name."""
    meaning: str
    """What it is about, in a few words."""
    good: str
    """One to three made-up sentences, as a paper could print them, that answer the items."""
    poor: str
    """The same where the thing is mentioned and what the items need is missing."""
    because: str
    """What the good answer has and the poor one lacks, in one sentence."""
    items: Annotated[dict[str, Some[str]], Field(min_length=1)]
    """Catalogs to the ids of their items or questions, of those too that do not ship yet."""

    def asked_by(self, guideline: str, item: str) -> bool:
        """Return whether that item asks about it."""
        return item in self.items.get(guideline, ())


class Concepts(Shape):
    """The file of all concepts, in the order of a paper."""

    id: Literal["concepts"]
    title: str
    concepts: Some[Concept]
