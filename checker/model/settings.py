"""What a run was asked to use: seed, resamples, level."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Numbers that decide how uncertainty is computed; printed in the provenance."""

    seed: int = 0
    resamples: int = 2000
    level: float = 0.95
    second_opinion: bool = False
    """Compute once more with scikit-learn what it defines as we do."""
