"""Boxes made up for this project, and what pycocotools says of them: `python values.py` writes the files beside it."""

import contextlib
import csv
import io
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

HERE = Path(__file__).resolve().parent
IMAGES, CLASSES = 40, 3


def made() -> tuple[list[list[object]], list[list[object]]]:
    """Return lesions and marks on whole pixels, scores with two decimals, so that both tie."""
    rng = np.random.default_rng(11)
    lesions, marks = [], []
    for image in range(IMAGES):
        for _ in range(rng.poisson(2.5)):
            low, size, kind = (
                rng.integers(0, 200, 2),
                rng.integers(8, 50, 2),
                int(rng.integers(CLASSES)),
            )
            lesions.append([image, *low.tolist(), *size.tolist(), kind])
            for _ in range(rng.binomial(2, 0.6)):
                near = low + rng.normal(0, 0.12, 2) * size
                alike = size * np.exp(rng.normal(0, 0.12, 2))
                said = kind if rng.random() < 0.8 else int(rng.integers(CLASSES))
                box = [*near.round(1).tolist(), *alike.round(1).tolist()]
                marks.append([image, *box, round(float(rng.beta(4, 2)), 2), said])
        for _ in range(rng.poisson(4)):
            low, size = rng.integers(0, 200, 2), rng.integers(8, 50, 2)
            score = round(float(rng.beta(1.5, 3)), 2)
            marks.append([image, *low.tolist(), *size.tolist(), score, int(rng.integers(CLASSES))])
    return lesions, marks


def evaluated(lesions: list[list[object]], marks: list[list[object]], by_class: bool) -> np.ndarray:
    """Return precision by overlap, sensitivity and class."""
    annotations = [
        {
            "id": at + 1,
            "image_id": image,
            "category_id": kind if by_class else 0,
            "bbox": [x, y, w, h],
            "area": w * h,
            "iscrowd": 0,
        }
        for at, (image, x, y, w, h, kind) in enumerate(lesions)
    ]
    results = [
        {
            "image_id": image,
            "category_id": kind if by_class else 0,
            "bbox": [x, y, w, h],
            "score": score,
        }
        for image, x, y, w, h, score, kind in marks
    ]
    reference = COCO()
    reference.dataset = {
        "info": {},
        "images": [{"id": image, "width": 256, "height": 256} for image in range(IMAGES)],
        "annotations": annotations,
        "categories": [
            {"id": kind, "name": str(kind)} for kind in range(CLASSES if by_class else 1)
        ],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        reference.createIndex()
        made = COCOeval(reference, reference.loadRes(results), "bbox")
        made.params.areaRng, made.params.areaRngLbl = [[0, 1e10]], ["all"]
        made.params.maxDets = [1000]
        made.evaluate()
        made.accumulate()
    return np.asarray(made.eval["precision"][:, :, :, 0, 0])


def written(name: str, heads: list[str], rows: list[list[object]]) -> None:
    """Write a table."""
    with (HERE / name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([heads, *rows])


if __name__ == "__main__":
    lesions, marks = made()
    written("scans.csv", ["scan"], [[image] for image in range(IMAGES)])
    written("lesions.csv", ["scan", "x", "y", "width", "height", "class"], lesions)
    written("marks.csv", ["scan", "x", "y", "width", "height", "score", "class"], marks)
    whole, parts = (evaluated(lesions, marks, by_class) for by_class in (False, True))
    values = {
        "versions": {name: version(name) for name in ("pycocotools", "numpy")},
        "ap_50": float(whole[0].mean()),
        "ap_75": float(whole[5].mean()),
        "ap_over_limits": float(whole.mean()),
        "ap_50_by_class": [float(each) for each in parts[0].mean(axis=0)],
        "ap_50_over_classes": float(parts[0].mean()),
        "ap_over_classes_and_limits": float(parts.mean()),
    }
    (HERE / "expected.json").write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
