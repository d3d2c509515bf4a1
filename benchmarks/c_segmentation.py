"""Segmentation of one case from two .nii.gz files: liver and lesions, overlap, volumes and every surface distance."""

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from scipy import ndimage
from timing import Job, compare, machine, peer, sizes

from checker.cases.one_case import Case, Masks, measured_case

SPACING = (0.75, 0.75, 1.5)
STRUCTURES = {"liver": (1, 2), "lesion": (2,)}
TOLERANCES = (1.0, 2.0)


def smooth(cells: tuple[int, ...], size: tuple[int, ...], seed: int) -> np.ndarray:
    """Return random numbers that change slowly."""
    coarse = np.random.default_rng(seed).normal(size=cells)
    return ndimage.zoom(coarse, [s / n for s, n in zip(size, cells, strict=True)], order=1)


def liver(slices: int, seed: int) -> np.ndarray:
    """Return labels (1 liver, 2 lesions) on a CT of 512 x 512 pixels; seeds differ a little in shape."""
    found = np.zeros((512, 512, slices), np.uint8, order="F")
    size = (230, 200, min(90, slices - 4))
    axes = np.meshgrid(*(np.linspace(-1, 1, each) for each in size), indexing="ij", sparse=True)
    bumps, change = smooth((8, 7, 5), size, 0), smooth((20, 18, 9), size, seed)
    away = sum(each**2 for each in axes) ** 0.5 + 0.06 * bumps + 0.012 * change
    inside = np.where(away < 0.85, 1, 0).astype(np.uint8)
    places = np.random.default_rng(3).uniform(-0.45, 0.45, (8, 3))
    for k, place in enumerate(places + 0.01 * np.random.default_rng(seed + 9).normal(size=(8, 3))):
        near = sum((each - at) ** 2 for each, at in zip(axes, place, strict=True)) ** 0.5
        inside[(near + 0.01 * change < 0.05 + 0.02 * k) & (inside > 0)] = 2
    at = (130, 150, (slices - size[2]) // 2)
    found[tuple(slice(a, a + s) for a, s in zip(at, size, strict=True))] = inside
    return found


def files(folder: Path, slices: int) -> tuple[Path, Path]:
    made = []
    for name, seed in (("reference", 1), ("prediction", 2)):
        image = nibabel.Nifti1Image(liver(slices, seed), np.diag([*SPACING, 1.0]))
        made.append(folder / f"{name}_{slices}.nii.gz")
        nibabel.save(image, made[-1])
    return made[0], made[1]


def ours(reference: Path, prediction: Path) -> dict[str, Any]:
    labels = {name: frozenset(each) for name, each in STRUCTURES.items()}
    asked = Masks(
        reference=reference, prediction=prediction, structures=labels, tolerances_mm=TOLERANCES
    )
    return measured_case(Case("case", reference, prediction, asked))


def masks(reference: Path, prediction: Path) -> Any:
    pair = [np.asanyarray(nibabel.load(each).dataobj) for each in (reference, prediction)]
    for labels in STRUCTURES.values():
        yield tuple(each >= labels[0] for each in pair)


def deepmind(reference: Path, prediction: Path) -> None:
    import surface_distance as sd

    for first, second in masks(reference, prediction):
        found = sd.compute_surface_distances(first, second, SPACING)
        for percent in (95, 100):
            sd.compute_robust_hausdorff(found, percent)
        sd.compute_average_surface_distance(found)
        for each in TOLERANCES:
            sd.compute_surface_dice_at_tolerance(found, each)
        sd.compute_dice_coefficient(first, second)


def monai(reference: Path, prediction: Path) -> None:
    import torch
    from monai import metrics

    for pair in masks(reference, prediction):
        first, second = (torch.from_numpy(np.ascontiguousarray(each))[None, None] for each in pair)
        options = {"include_background": True, "spacing": SPACING}
        metrics.compute_dice(second, first)
        metrics.compute_hausdorff_distance(second, first, **options)
        metrics.compute_hausdorff_distance(second, first, percentile=95, **options)
        metrics.compute_average_surface_distance(second, first, symmetric=True, **options)
        for each in TOLERANCES:
            metrics.compute_surface_dice(second, first, class_thresholds=[each], **options)


PROGRAM = """
import re, sys
from pathlib import Path
from checker.cases.one_case import Case, Masks, measured_case
import nibabel, scipy.ndimage, scipy.spatial, zlib_ng
labels = {"liver": frozenset({1, 2}), "lesion": frozenset({2})}
most = lambda: int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
start = most()
paths = [Path(each) for each in sys.argv[1:]]
asked = Masks(reference=paths[0], prediction=paths[1], structures=labels, tolerances_mm=(1.0, 2.0))
measured_case(Case("case", *paths, asked))
print(start / 1024, most() / 1024)
"""


def memory(reference: Path, prediction: Path) -> tuple[float, float]:
    """Return the memory of a process before it measures the case, and the most it needs, in MB (Linux)."""
    command = [sys.executable, "-c", PROGRAM, str(reference), str(prediction)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    start, most = map(float, done.stdout.split())
    return start, most


def of(slices: int, folder: Path) -> None:
    reference, prediction = files(folder, slices)
    ours(reference, prediction)
    peers = {
        "surface-distance": ("nibabel, surface-distance (DeepMind)", deepmind),
        "monai": ("nibabel, MONAI, border voxels alone", monai),
        "nibabel": ("nibabel, reading alone", lambda *paths: [*masks(*paths)]),
    }
    compare(
        f"512 x 512 x {slices}: liver and lesions, read and measured",
        Job("checker: every measure, both definitions", partial(ours, reference, prediction)),
        *(
            Job(name, partial(run, reference, prediction))
            for package, (name, run) in peers.items()
            if peer(package)
        ),
    )
    start, most = memory(reference, prediction)
    volumes = 2 * 512 * 512 * slices / 2**20
    print(
        f"\nmemory: {most:.0f} MB, {most - start:.0f} MB above the start; "
        f"two volumes are {volumes:.0f} MB"
    )


def main() -> None:
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        for slices in sizes(100, 300):
            of(slices, Path(folder))


if __name__ == "__main__":
    main()
