"""Makes the maps, the regions and the table of this example from one CT and its organs; no model has seen anything.

    python make_maps.py CT.nii.gz LABELS.nii.gz

CT and LABELS are `rs_ct` and its reference labels from the tests of TotalSegmentator (README.md). Every fourth voxel is
kept. Each of 36 made patients gets a map: smooth noise, drawn anew, times the gradient of the CT, strong in one region
and weak elsewhere. Of the class F2 it is strong in the muscles of the back: the planted failure.
"""

import sys
from pathlib import Path

import nibabel
import numpy as np
from scipy import ndimage

HERE = Path(__file__).resolve().parent
LIVER, SPLEEN, MUSCLES = (5,), (1,), (86, 87)
CASES = 12
"""Of each class."""
STRONG = 14.0
"""How much more saliency a voxel of the aim has than others."""
ASTRAY = {"F0": 2, "F2": 11, "F4": 3}
"""Maps of each class that lie in the muscles."""
RIGHT = {True: 0.9, False: 0.55}
"""Chance that the decision is right where the map lies as expected, and where it does not."""
STEP = (4, 4, 2)


def thinned(file: str) -> tuple[np.ndarray, np.ndarray]:
    """Return every fourth voxel (every second slice), and the affine of what is left."""
    image = nibabel.load(file)
    voxels = np.asarray(image.dataobj)[tuple(slice(None, None, each) for each in STEP)]
    return voxels, image.affine @ np.diag([*STEP, 1.0])


def regions_of(labels: np.ndarray) -> dict[str, np.ndarray]:
    """Return the surface of the liver (its outermost voxels), the parenchyma below it, and the spleen."""
    liver = np.isin(labels, LIVER)
    inner = ndimage.binary_erosion(liver)
    return {
        "liver_surface": liver & ~inner,
        "parenchyma": inner,
        "spleen": np.isin(labels, SPLEEN),
    }


def saved(voxels: np.ndarray, affine: np.ndarray, file: Path) -> None:
    """Write an image of small whole numbers."""
    image = nibabel.Nifti1Image(voxels.astype(np.uint8), affine)
    image.header.set_xyzt_units("mm")
    nibabel.save(image, file)


def main(ct_file: str, labels_file: str) -> None:
    """Write regions.nii.gz, maps/ and predictions.csv beside this file."""
    rng = np.random.default_rng(20261125)
    ct, affine = thinned(ct_file)
    labels, _ = thinned(labels_file)
    regions = regions_of(labels)
    expected = {
        "F0": regions["liver_surface"],
        "F2": regions["parenchyma"],
        "F4": regions["parenchyma"] | regions["spleen"],
    }
    muscles = np.isin(labels, MUSCLES)
    edges = ndimage.gaussian_gradient_magnitude(np.clip(ct, -200, 300).astype(float), 1)
    edges = 0.3 + edges / edges.max()
    saved(
        sum(i * each for i, each in enumerate(regions.values(), start=1)),
        affine,
        HERE / "regions.nii.gz",
    )
    lines = ["case,patient,stage,decision,sex"]
    (HERE / "maps").mkdir(exist_ok=True)
    for stage in expected:
        for number in range(CASES):
            case = f"{stage}_{number + 1:02d}"
            astray = number < ASTRAY[stage]
            aim = muscles if astray else expected[stage]
            noise = ndimage.gaussian_filter(rng.random(ct.shape), 1)
            noise = (noise - noise.min()) / np.ptp(noise)
            saliency = edges * noise**2 * (1 + STRONG * aim)
            saved(
                np.rint(15 * saliency / saliency.max()) * (ct > -300),
                affine,
                HERE / "maps" / f"{case}.nii.gz",
            )
            right = rng.random() < RIGHT[not astray]
            said = stage if right else rng.choice([each for each in expected if each != stage])
            sex = rng.choice(["female", "male"])
            lines.append(f"{case},P{len(lines):03d},{stage},{said},{sex}")
    (HERE / "predictions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
