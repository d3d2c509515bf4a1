"""Boxes on 10,000 images matched at IoU 0.5, with FROC and average precision, against two programs of COCO."""

import contextlib
import io
import resource
from collections.abc import Callable
from typing import Any

import numpy as np
from timing import Job, compare, machine, peer, sizes

from checker.metrics.detection import grid_area
from checker.metrics.detections import (
    Detections,
    Rule,
    Scans,
    ordered_of,
    outcomes_of,
    sensitivity_at,
    tallies_of,
)
from checker.metrics.matching import Shapes
from checker.model.detection import RATES

COCO = Rule(
    hit="iou",
    limit=0.5,
    matching="highest_score_first",
    extra_hits="false_positive",
    max_marks=None,
)


class Boxes:
    """About ten marks and three lesions on each image."""

    def __init__(self, images: int, axes: int) -> None:
        rng = np.random.default_rng(0)
        self.images = images
        self.image = np.repeat(np.arange(images), rng.poisson(3, images))
        number = len(self.image)
        self.low, self.size = (
            rng.uniform(0, 400, (number, axes)),
            rng.uniform(10, 60, (number, axes)),
        )
        hit = rng.random(number) < 0.85
        near = self.low[hit] + rng.normal(0, 0.12, (hit.sum(), axes)) * self.size[hit]
        alike = self.size[hit] * np.exp(rng.normal(0, 0.12, (hit.sum(), axes)))
        false = np.repeat(np.arange(images), rng.poisson(7.5, images))
        shape = (len(false), axes)
        order = np.argsort(np.concatenate((self.image[hit], false)), kind="stable")
        self.mark_image = np.concatenate((self.image[hit], false))[order]
        self.mark_low = np.concatenate((near, rng.uniform(0, 400, shape)))[order]
        self.mark_size = np.concatenate((alike, rng.uniform(10, 60, shape)))[order]
        scores = rng.beta(4, 2, hit.sum()), rng.beta(1.5, 4, len(false))
        self.score = np.concatenate(scores)[order]


def ours(boxes: Boxes) -> float:
    """Return the average precision of COCO, after matching, FROC and precision-recall curve."""
    nothing = np.zeros((0, boxes.low.shape[1]))
    made = Detections(
        rule=COCO,
        scans=boxes.images,
        lesions=Shapes(boxes.image, boxes.low + boxes.size / 2, boxes.low, boxes.size),
        marks=Shapes(
            boxes.mark_image,
            boxes.mark_low + boxes.mark_size / 2,
            boxes.mark_low,
            boxes.mark_size,
        ),
        ignored=Shapes(np.zeros(0, np.int64), nothing),
        score=boxes.score,
        given=None,
        lesion_class=None,
        mark_class=None,
    )
    scans = Scans(np.arange(boxes.images), np.arange(boxes.images))
    found = outcomes_of(made)
    sensitivity_at(tallies_of(ordered_of(found, scans), None), RATES)
    return float(grid_area(ordered_of(found, scans, apart=True), None))


def theirs(boxes: Boxes, coco: Callable[[], Any], evaluation: Callable[..., Any]) -> float:
    """Return the average precision at IoU 0.5; the reference is prepared before."""
    with contextlib.redirect_stdout(io.StringIO()):
        reference = coco()
        reference.dataset = boxes.dataset  # type: ignore[attr-defined]  # set below
        reference.createIndex()
        marks = reference.loadRes(boxes.results)  # type: ignore[attr-defined]  # set below
        made = evaluation(reference, marks, "bbox")
        made.params.iouThrs = np.array([0.5])
        made.params.areaRng, made.params.areaRngLbl = [[0, 1e10]], ["all"]
        made.params.maxDets = [1, 10, 1000]
        made.evaluate()
        made.accumulate()
    return float(np.mean(made.eval["precision"][0, :, 0, 0, -1]))


def prepared(boxes: Boxes) -> None:
    """Bring the boxes into the form that both peers read."""
    rows = np.concatenate((boxes.low, boxes.size), axis=1).tolist()
    annotations = [
        {
            "id": at + 1,
            "image_id": int(image),
            "category_id": 1,
            "bbox": box,
            "area": box[2] * box[3],
            "iscrowd": 0,
        }
        for at, (image, box) in enumerate(zip(boxes.image, rows, strict=True))
    ]
    images = [{"id": each, "width": 512, "height": 512} for each in range(boxes.images)]
    kinds = [{"id": 1, "name": "lesion"}]
    boxes.dataset = {  # type: ignore[attr-defined]  # only for the peers
        "info": {},
        "images": images,
        "annotations": annotations,
        "categories": kinds,
    }
    columns = (boxes.mark_image, boxes.mark_low, boxes.mark_size, boxes.score)
    ones = np.ones(len(boxes.score))
    boxes.results = np.column_stack((*columns, ones))  # type: ignore[attr-defined]  # likewise


def peers(boxes: Boxes) -> list[Job]:
    """Return the peers that are installed; both must have our average precision to 1e-12."""
    jobs = []
    prepared(boxes)
    if peer("pycocotools"):
        from pycocotools.coco import COCO as Coco
        from pycocotools.cocoeval import COCOeval

        jobs.append(Job("pycocotools", lambda: theirs(boxes, Coco, COCOeval)))
    if peer("faster-coco-eval"):
        from faster_coco_eval import COCO as FasterCoco
        from faster_coco_eval import COCOeval_faster

        jobs.append(Job("faster-coco-eval", lambda: theirs(boxes, FasterCoco, COCOeval_faster)))
    own = ours(boxes)
    for job in jobs:
        found = job.run()
        assert abs(found - own) < 1e-12, (job.name, found, own)
    return jobs


def images(number: int, axes: int) -> None:
    boxes = Boxes(number, axes)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ours(boxes)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    title = (
        f"{len(boxes.score):,} marks, {len(boxes.image):,} lesions, {number:,} images, {axes} axes"
    )
    compare(
        f"{title}; {grown:.0f} MB more at the peak",
        Job("checker", lambda: ours(boxes)),
        *(peers(boxes) if axes == 2 else []),
        repetitions=5,
    )


if __name__ == "__main__":
    print(f"\n{machine()}")
    for size in sizes(10_000):
        images(size, 2)
        images(size, 3)
