"""The numbers that rules compare with and the sources that the project cites, from schemas/."""

from functools import cache

from checker import resources
from checker.model.threshold import Threshold, Thresholds
from checker.reading.documents import read_yaml


@cache
def read_thresholds() -> Thresholds:
    """Return every number that a rule compares with.

    Raises:
        BadSubmission: the shipped file cannot be read.
    """
    data = _records("thresholds.yaml")
    return Thresholds(
        {
            name: Threshold(
                name=name,
                value=float(each["value"]),
                unit=each["unit"],
                why=each["why"],
                source=each["source"],
            )
            for name, each in data.items()
        }
    )


@cache
def read_sources() -> dict[str, str]:
    """Return the citation of every source by its key.

    Raises:
        BadSubmission: the shipped file cannot be read.
    """
    data = _records("sources.yaml")
    return {key: f"{each['citation']} {each['link']}".strip() for key, each in data.items()}


def _records(file: str) -> dict[str, dict[str, str]]:
    data = read_yaml(resources.folder("schemas") / file).data
    if not isinstance(data, dict):
        raise TypeError(f"schemas/{file} must map names to records")
    return data
