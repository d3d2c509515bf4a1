"""The lesions in the mask of one scan: its parts that hang together, where they are, and in which a point lies."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from checker.model.predictions import Codes, Floats
from checker.reading.images import Volume

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Box = tuple[slice, ...]

LEVEL = 1e-3
"""Voxels that a slice may rise over its length and still lie in the plane of x and y."""
STACKED = 2
"""The axis along which a file that leaves slices out (`Volume.is_part`) may end early."""


@dataclass(frozen=True, slots=True)
class ScanLesions:
    """The lesions of one scan, numbered from 1 on."""

    grid: Volume
    """Without its voxels, which take no memory any more."""
    numbers: "NDArray[np.int32]"
    """The lesion of each voxel of a box around all of them, 0 for none."""
    low: tuple[int, ...]
    """Where in the grid the box begins."""
    count: int

    def name(self, scan: str, number: int) -> str:
        """Return what a lesion is called among those of all scans."""
        return f"{scan}/{number}"

    def places(self) -> Iterator[tuple[tuple[float, ...], float]]:
        """Yield centre and diameter of each lesion, in mm (in voxels where the mask has no spacing).

        The centre is the mean of the centres of its voxels, the diameter that of the ball (2-D: disc) of its size.
        """
        import numpy as np
        from scipy import ndimage

        boxes = ndimage.find_objects(self.numbers) if self.count else []
        for number, box in enumerate(boxes, start=1):
            voxels = self.numbers[box] == number
            first = [low + each.start for low, each in zip(self.low, box, strict=True)]
            point = self._point(np.array(first) + _middle(voxels))
            yield tuple(point.tolist()), self._diameter(int(np.count_nonzero(voxels)))

    def _point(self, voxel: Floats) -> Floats:
        import numpy as np

        axes, affine = len(voxel), self.grid.affine
        if affine is None:
            return np.asarray(voxel * self._spacing(), float)
        return np.asarray(affine[:axes, :axes] @ voxel + affine[:axes, 3], float)

    def _spacing(self) -> Floats:
        import numpy as np

        return np.array(self.grid.spacing_mm or (1.0,) * self.grid.voxels.ndim)

    def _diameter(self, voxels: int) -> float:
        """Return the diameter of the ball (disc) of so many voxels."""
        import numpy as np

        size = voxels * float(np.prod(self._spacing()))
        if self.grid.affine is not None and self.grid.voxels.ndim == 3:
            size = voxels * abs(float(np.linalg.det(self.grid.affine[:3, :3])))
        flat = self.grid.voxels.ndim == 2
        return float(2 * (size / np.pi) ** 0.5 if flat else (6 * size / np.pi) ** (1 / 3))

    def voxels_at(self, points: Floats) -> Codes:
        """Return the voxel in which each point lies, -1 along each axis where a coordinate is missing.

        Args:
            points: shape (points, axes), in mm to the right, to the front and up, or in voxels without spacing.
        """
        import numpy as np

        axes, affine = self.grid.voxels.ndim, self.grid.affine
        if affine is None:
            voxels = points / self._spacing()
        else:
            turn = np.linalg.inv(affine[:axes, :axes])
            voxels = (points - affine[:axes, 3]) @ turn.T
        told = np.isfinite(voxels).all(axis=1, keepdims=True)
        return np.rint(np.where(told, np.clip(voxels, -1, 2**31), -1)).astype(np.int64)

    def holds(self, voxels: Codes) -> "Bools":
        """Return which voxels are of the scan; a slice that the file leaves out is one."""
        import numpy as np

        within = (voxels >= 0) & (voxels < self.grid.voxels.shape)
        if self.grid.is_part:
            within[:, STACKED] = True
        return np.asarray(within.all(axis=1))

    def numbers_at(self, voxels: Codes) -> Codes:
        """Return the lesion of each voxel, 0 for none."""
        import numpy as np

        there = voxels - np.array(self.low)
        within = ((there >= 0) & (there < self.numbers.shape)).all(axis=1)
        found = np.zeros(len(voxels), np.int64)
        found[within] = self.numbers[tuple(there[within].T)]
        return found


def lesions_in(volume: Volume) -> ScanLesions:
    """Return the parts of a mask that hang together over corners: 26 neighbours in 3-D, 8 in 2-D.

    Labels are not told apart: lesions with labels of their own that touch are one.
    """
    import numpy as np
    from scipy import ndimage

    box = _box(volume.voxels)
    mask = volume.voxels[box] != 0
    near = ndimage.generate_binary_structure(mask.ndim, mask.ndim)
    numbers, count = ndimage.label(mask, structure=near)
    grid = replace(volume, voxels=np.broadcast_to(np.uint8(0), volume.shape))
    return ScanLesions(grid, numbers, tuple(each.start for each in box), int(count))


def lies_level(volume: Volume) -> bool:
    """Return whether x and y alone tell a place in a mask with two axes; with three they need not."""
    import numpy as np

    if volume.voxels.ndim != 2 or volume.affine is None:
        return True
    rise = np.abs(volume.affine[2, :2]) * volume.shape
    return bool((rise <= LEVEL * np.linalg.norm(volume.affine[:3, :2], axis=0)).all())


def _box(voxels: "NDArray[Any]") -> "Box":
    """Return the smallest box that holds every voxel that is not background; an empty one if there is none."""
    import numpy as np

    found = []
    for axis in range(voxels.ndim):
        others = tuple(each for each in range(voxels.ndim) if each != axis)
        at = np.flatnonzero(voxels.any(axis=others))
        if not len(at):
            return (slice(0, 0),) * voxels.ndim
        found.append(slice(int(at[0]), int(at[-1]) + 1))
    return tuple(found)


def _middle(voxels: "Bools") -> Floats:
    """Return the mean index along each axis of the voxels that are set."""
    import numpy as np

    found = []
    for axis in range(voxels.ndim):
        others = tuple(each for each in range(voxels.ndim) if each != axis)
        counts = np.count_nonzero(voxels, axis=others)
        found.append(float(counts @ np.arange(len(counts)) / counts.sum()))
    return np.array(found)
