"""Small made-up tables of each task, as they lie before the metrics."""

from typing import Any

import numpy as np

from checker.metrics.mask_measures import measured
from checker.model.predictions import Labels, TaskTable

STAGES = ("F0-F1", "F2", "F3", "F4")
TYPES = ("hepatocellular", "cholangiocellular", "metastasis")


def labels(names: list[str]) -> Labels:
    """Return the column of names as codes."""
    known = sorted({each for each in names if each})
    return Labels(np.array([known.index(each) if each else -1 for each in names]), tuple(known))


def _table(task: str, columns: dict[str, Any], **more: Any) -> TaskTable:
    cases = len(next(iter(columns.values())))
    return TaskTable(
        task=task, file=f"{task}.csv", sha256="0", cases=cases, columns=columns, **more
    )


def multiclass(cases: int = 120, **more: Any) -> TaskTable:
    """Return predicted risks of three classes."""
    rng = np.random.default_rng(1)
    outcome = rng.integers(0, 3, cases)
    scores = rng.normal(size=(cases, 3)) + 1.4 * np.eye(3)[outcome]
    risks = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    sex = labels(["female", "male"] * (cases // 2))
    given = {"given": {"classes": TYPES}, "groups": {"sex": sex}, **more}
    return _table("multiclass", {"outcome": outcome, "risks": risks}, **given)


def ordinal(cases: int = 120, **more: Any) -> TaskTable:
    """Return scores and predicted stages."""
    rng = np.random.default_rng(2)
    outcome = rng.integers(0, 4, cases)
    score = outcome + rng.normal(size=cases)
    decision = np.clip(score.round(), 0, 3).astype(int)
    columns = {"outcome": outcome, "score": score, "decision": decision}
    return _table("ordinal", columns, **{"given": {"classes": STAGES}, **more})


def survival(
    cases: int = 240,
    *,
    competing: bool = False,
    treated: bool = False,
    cuts: tuple[float, ...] = (),
    **more: Any,
) -> TaskTable:
    """Return follow-up in days, a score, and risks by one and three years; risk groups by cut-offs of the score."""
    rng = np.random.default_rng(3)
    score = rng.normal(size=cases)
    event_at = 2600 * rng.exponential(size=cases) * np.exp(-0.9 * score)
    other_at = rng.exponential(9000, cases) if competing else np.full(cases, np.inf)
    end = rng.uniform(400, 3000, cases)
    time = np.minimum.reduce([event_at, other_at, end]).round() + 1
    event = np.where(event_at <= np.minimum(other_at, end), 1, np.where(other_at <= end, 2, 0))
    horizons = (365.25, 3 * 365.25)
    risks = np.stack([1 - np.exp(-at / 2600 * np.exp(0.9 * score)) for at in horizons], axis=1)
    given = {
        "given": {"horizons": horizons},
        "places": {
            "horizon": horizons,
            "threshold": (0.1, 0.2, 0.3),
            "strategy": ("model", "treat_all", "treat_none"),
        },
        "groups": {"sex": labels(["female", "male"] * (cases // 2))},
        **more,
    }
    columns = {"time": time, "event": event, "score": score, "risks": risks}
    if cuts:
        columns["risk_group"] = np.searchsorted(cuts, score, "right")
        names = ("low", "intermediate", "high") if len(cuts) == 2 else ("low", "high")
        given["given"] |= {"risk_groups": names, "risk_groups_by": "the score with the cut-off 0"}
    if treated:
        columns["treatment"] = rng.integers(0, 2, cases)
        columns["treatment_risks"] = np.clip(
            risks[:, 1][:, None] + rng.normal(0, 0.05, (cases, 2)), 0, 1
        )
    return _table("survival", columns, **given)


def agreement(cases: int = 60, **more: Any) -> TaskTable:
    """Return volumes by two methods."""
    rng = np.random.default_rng(4)
    reference = rng.uniform(900, 2100, cases)
    measured = reference + rng.normal(12, 55, cases)
    given = {"given": {"measurement_unit": "ml"}, **more}
    return _table("agreement", {"reference": reference, "measured": measured}, **given)


def raters(cases: int = 40, **more: Any) -> TaskTable:
    """Return three raters' categories."""
    rng = np.random.default_rng(5)
    true = rng.integers(0, 3, cases)
    ratings = np.where(
        rng.random((cases, 3)) < 0.75, true[:, None], rng.integers(0, 3, (cases, 3))
    ).astype(float)
    given = {"given": {"scale": "nominal", "categories": (0.0, 1.0, 2.0)}, **more}
    return _table("raters", {"ratings": ratings}, **given)


def readers(cases: int = 60, count: int = 3, **more: Any) -> TaskTable:
    """Return the readings of every reader without and with the model."""
    rng = np.random.default_rng(6)
    outcome = (np.arange(cases) % 2 == 0).astype(int)
    rows = [(case, r, m) for m in range(2) for r in range(count) for case in range(cases)]
    case, reader, modality = (np.array(each) for each in zip(*rows, strict=True))
    rating = np.clip(
        np.round(2 + (1.0 + 0.5 * modality) * outcome[case] + rng.normal(size=len(rows))), 1, 5
    )
    given = {
        "given": {
            "reader_names": tuple(f"reader {each + 1}" for each in range(count)),
            "modality_names": ("alone", "with the model"),
        },
        "places": {
            "reader": tuple(f"reader {each + 1}" for each in range(count)),
            "modality": ("alone", "with the model"),
            "versus": ("alone",),
            "threshold": (3.0,),
        },
        "case": labels([f"c{each:03}" for each in case]),
        **more,
    }
    columns = {
        "case": case,
        "outcome": outcome[case],
        "reader_code": reader,
        "modality_code": modality,
        "rating": rating,
    }
    return _table("readers", columns, **given)


def segmentation(cases: int = 40, **more: Any) -> TaskTable:
    """Return measures of small masks of a liver and its lesions by two algorithms; some lesions are missed."""
    quantities: dict[str, None] = {}
    rows = [_measured(case, seed) for seed in (1, 2) for case in range(cases)]
    for row in rows:
        for structure in row:
            quantities |= dict.fromkeys(structure)
    values = np.array([[[each.get(q, np.nan) for q in quantities] for each in row] for row in rows])
    structures = ("liver", "lesion", "liver with lesion")
    given = {"quantities": tuple(quantities), "structures": structures, "spacing_known": True}
    names = [f"c{each:02}" for each in range(cases)]
    return _table(
        "segmentation",
        {"measures": values[:cases]},
        given=given,
        places={"structure": (*structures, "all structures"), "tolerance_mm": (1.0, 2.0)},
        compared={"unet": values[cases:]},
        case=labels(names),
        patient=labels([f"p{each // 2 if each < 10 else each:02}" for each in range(cases)]),
        unit="case",
        **more,
    )


def _measured(case: int, seed: int) -> list[dict[str, float]]:
    rng = np.random.default_rng((case, 5))
    axes = np.meshgrid(*(np.arange(each) for each in (14, 16, 10)), indexing="ij")
    off = np.random.default_rng((case, seed)).normal(0, 0.7, (2, 3))

    def ball(middle: Any, radius: float) -> Any:
        return sum((a - m) ** 2 for a, m in zip(axes, middle, strict=True)) <= radius**2

    middle, radius = np.array((7, 8, 5)) + rng.normal(0, 0.5, 3), rng.uniform(2.5, 4)
    sides = []
    for side, shift in enumerate((np.zeros((2, 3)), off)):
        liver = ball(middle + shift[0], radius + 0.4 * side)
        there = case % 8 != 0 if side == 0 else case % 8 not in (0, 1) or case == 8
        lesion = liver & ball(middle + shift[1], radius / 2) & there
        sides.append((liver & ~lesion, lesion, liver))
    return [
        measured(*pair, (0.8, 0.8, 2.0), tolerances_mm=(1.0, 2.0), lesions=at == 1, thorough=True)
        for at, pair in enumerate(zip(*sides, strict=True))
    ]


def detection(scans: int = 90, **more: Any) -> TaskTable:
    """Return marks of two algorithms on scans, half of them with one or two lesions of two types."""
    rng = np.random.default_rng(7)
    lesion = np.repeat(np.arange(0, scans, 2), 1 + (np.arange(0, scans, 2) % 3 == 0))
    place = rng.uniform(0, 200, (len(lesion), 3))
    kind = rng.integers(0, 2, len(lesion))
    rows = [(scan, 0, np.full(3, np.nan), np.nan, np.nan, -1, -1) for scan in range(scans)]
    rows += [
        (scan, 1, at, 12.0, np.nan, code, -1)
        for scan, at, code in zip(lesion, place, kind, strict=True)
    ]
    for modality in range(2):
        found = rng.random(len(lesion)) < (0.75, 0.85)[modality]
        for scan, at, code in zip(lesion[found], place[found], kind[found], strict=True):
            said = code if rng.random() < 0.8 else 1 - code
            rows.append((scan, 2, at + rng.normal(0, 1, 3), np.nan, rng.beta(4, 2), said, modality))
        for scan in rng.integers(0, scans, scans):
            where, score = rng.uniform(0, 200, 3), rng.beta(2, 4)
            rows.append((scan, 2, where, np.nan, score, rng.integers(0, 2), modality))
    case, part, centre, diameter, score, class_code, modality_code = map(
        np.array, zip(*rows, strict=True)
    )
    given = {
        "given": {
            "hit": "radius",
            "class_names": ("metastasis", "primary"),
            "modality_names": ("model", "other"),
        },
        "places": {"threshold": (0.5,), "versus": ("other",)},
        "case": labels([f"c{each:03}" for each in case]),
        "groups": {"sex": labels(["female" if each % 4 < 2 else "male" for each in case])},
        "unit": "scan",
        "notes": ("A mark is a hit if it is near.",),
        **more,
    }
    columns = {
        "case": case,
        "part": part,
        "score": score,
        "centre": centre,
        "diameter": diameter,
        "class_code": class_code,
        "modality_code": modality_code,
    }
    return TaskTable(
        task="detection", file="detection.csv", sha256="0", cases=scans, columns=columns, **given
    )


def of(task: str, **more: Any) -> TaskTable:
    """Return the table of the task."""
    return MAKE[task](**more)


MAKE = {
    "multiclass": multiclass,
    "ordinal": ordinal,
    "survival": survival,
    "agreement": agreement,
    "raters": raters,
    "readers": readers,
    "segmentation": segmentation,
    "detection": detection,
}
