"""Rules about who took part."""

from collections.abc import Iterator

from checker.model.evidence import PartitionCount
from checker.model.finding import Finding, Severity
from checker.model.study import Study
from checker.model.threshold import Thresholds
from checker.needs import NotEstablished, stated
from checker.rules.base import rule


@rule(
    "PAR001",
    title="Counts in the file differ from the described ones",
    severity=Severity.MAJOR,
    why=(
        "If fewer or more people are in the file than the paper reports, somebody was left out or added without a "
        "word, and every number may concern another sample than the reader thinks."
    ),
    fix="Submit all cases of the partition, correct the number, or name the subset that was scored and why.",
    sources=("tripod-ai-2024", "probast-ai-2025"),
    thresholds=("count_difference",),
    loud="The paper reports 243 patients in the external test, and the file holds 231.",
    quiet="Patients and events in the file are those of the description, or a subset is declared.",
)
def counts_differ_from_described(
    study: Study, partition_counts: tuple[PartitionCount, ...], thresholds: Thresholds
) -> Iterator[Finding]:
    """Say each partition whose patients or events in the file differ from the described numbers."""
    parts = stated(study.data.partitions, "data.partitions")
    names = [part.name for part in parts]
    compared = 0
    for count in partition_counts:
        pairs = (
            ("patients", count.described_patients, count.patients),
            ("events", count.described_events, count.events),
        )
        for what, described, counted in pairs:
            if described is None or counted is None or not count.whole:
                continue
            compared += 1
            if abs(described - counted) > thresholds["count_difference"]:
                yield Finding(
                    message=(
                        f"{count.partition} is described with {described} {_words(what, described)}, and "
                        f"{count.source} holds {counted}."
                    ),
                    at=("data", "partitions", names.index(count.partition), what),
                    observed=str(counted),
                    expected=str(described),
                )
    if not compared:
        raise NotEstablished(
            "no partition has both a described and a counted number of patients (a patient column is needed unless "
            "a row is a patient)"
        )


def _words(what: str, count: int) -> str:
    patients = "patient" if count == 1 else "patients"
    return f"{patients} with the outcome" if what == "events" else patients
