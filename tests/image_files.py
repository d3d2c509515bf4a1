"""Writes small image files for tests."""

import gzip
from pathlib import Path

import numpy as np

GRID = np.array([[-0.8, 0, 0, 100.0], [0, 0.8, 0, -120.0], [0, 0, 2.5, 40.0], [0, 0, 0, 1]])
"""Spacing 0.8 x 0.8 x 2.5 mm, orientation LAS."""
SHAPE = (6, 5, 4)


def two_labels(shape=SHAPE, dtype=np.uint8):
    """Return a block of 1 with a 2 in it, unlike along each axis."""
    voxels = np.zeros(shape, dtype=dtype)
    voxels[1:4, 1:3, :2] = 1
    voxels[3, 1, 1] = 2
    return voxels


def nifti(path: Path, voxels, affine=GRID, **header):
    """Write a NIfTI file; `header` overwrites its fields as they are stored."""
    import nibabel

    image = nibabel.Nifti1Image(voxels, affine, dtype=voxels.dtype)
    plain = path.with_name("plain.nii")
    nibabel.save(image, plain)
    data = bytearray(plain.read_bytes())
    plain.unlink()
    made = nibabel.Nifti1Header(bytes(data[:348]), check=False)
    for name, value in header.items():
        made[name] = value
    data[:348] = made.binaryblock
    path.write_bytes(gzip.compress(bytes(data)) if path.suffix == ".gz" else bytes(data))
    return path
