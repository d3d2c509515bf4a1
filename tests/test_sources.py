"""Publications: every key that is named exists, none stands there unused, and key, citation and link fit."""

import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.metrics import METRICS
from checker.reading.references import read_sources, read_thresholds
from checker.rules import RULES

ROOT = Path(__file__).resolve().parent.parent
SOURCES: dict[str, dict[str, Any]] = yaml.safe_load(
    (ROOT / "schemas" / "sources.yaml").read_text(encoding="utf-8")
)
OURS = "ours"
"""What metrics and thresholds name where no publication stands behind a choice."""


def named() -> dict[str, str]:
    """Return every key that something names, with what names it."""
    found = {each.source: f"metric {name}" for (_, name), each in METRICS.items()}
    found |= {each.source: f"threshold {each.name}" for each in read_thresholds().values.values()}
    found |= {key: f"rule {rule.code}" for rule in RULES.values() for key in rule.sources}
    found.pop(OURS, None)
    return found


def prose() -> str:
    """Return everything that may cite an author and a year."""
    files = [*(ROOT / "checker").rglob("*.py"), *(ROOT / "docs").rglob("*.md")]
    return "\n".join(each.read_text(encoding="utf-8") for each in sorted(files))


PROSE = prose()


def is_cited(key: str) -> bool:
    """Return whether the first author is followed, within a few words, by the year: Agresti & Coull 1998."""
    first, *_, year = key.split("-")
    return bool(re.search(rf"\b{first}\b[^;:()]{{0,50}}\b{year}\b", PROSE, re.IGNORECASE))


@pytest.mark.parametrize("key", sorted(named()))
def test_every_source_that_is_named_exists(key: str) -> None:
    assert key in read_sources(), f"{named()[key]} names {key}"


@pytest.mark.parametrize("key", SOURCES)
def test_no_source_stands_there_unused(key: str) -> None:
    assert key in named() or is_cited(key)


@pytest.mark.parametrize("key", SOURCES)
def test_key_citation_and_link_of_a_source_fit(key: str) -> None:
    citation, link = SOURCES[key]["citation"], SOURCES[key]["link"]
    plain = unicodedata.normalize("NFKD", citation).encode("ascii", "ignore").decode()
    for word in key.split("-"):
        assert re.search(rf"\b{word}", plain, re.IGNORECASE), word
    assert citation.endswith(".")
    assert re.fullmatch(r"(https://(doi\.org/10\.\d{4,}/|proceedings\.mlr\.press/)\S+)?", link)


def test_sources_stand_in_the_order_of_their_keys_and_no_link_twice() -> None:
    assert list(SOURCES) == sorted(SOURCES)
    links = [each["link"] for each in SOURCES.values() if each["link"]]
    assert len(links) == len(set(links))
