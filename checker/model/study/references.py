"""Facts that name an entry of another list of the description."""

from collections.abc import Mapping
from types import MappingProxyType

REFERENCES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "data.partitions.source": ("data.sources",),
        "evaluations.partition": ("data.partitions",),
        "evaluations.conditional_on": ("evaluations",),
        "explanations.evaluation": ("evaluations",),
        "results.flow.source": ("data.sources", "data.partitions"),
        "statements.appraisals.evaluation": ("evaluations",),
    }
)
"""Fact to the lists of records one of whose names it must be."""
