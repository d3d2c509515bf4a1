"""Writes small image files for tests."""

import gzip
import zlib
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


LPS = np.diag([-1.0, -1, 1, 1])


def nrrd(path: Path, voxels, affine=GRID, **header):
    """Write an NRRD file as Slicer does: left, posterior, superior; None takes a field away."""
    import nrrd as package

    lps = LPS @ affine
    said = {
        "space": "left-posterior-superior",
        "space directions": lps[:3, : voxels.ndim].T,
        "space origin": lps[:3, 3],
        "kinds": ["domain"] * voxels.ndim,
        "encoding": "gzip",
    } | {name.replace("_", " "): value for name, value in header.items()}
    kept = {name: value for name, value in said.items() if value is not None}
    package.write(str(path), voxels, kept, index_order="F")
    return path


def slicer(path: Path, layers, segments, affine=GRID):
    """Write a segmentation of Slicer.

    Args:
        path: of the file.
        layers: (x, y, z), or (layers, x, y, z).
        segments: a name, a label and a layer for each.
        affine: of the voxels, to RAS.
    """
    import nrrd as package

    lps = LPS @ affine
    many = layers.ndim == 4
    header = {
        "space": "left-posterior-superior",
        "space directions": np.vstack([[np.nan] * 3, lps[:3, :3].T]) if many else lps[:3, :3].T,
        "space origin": lps[:3, 3],
        "kinds": ["list"] * many + ["domain"] * 3,
        "encoding": "gzip",
    }
    for i, segment in enumerate(segments):
        for field, value in zip(("Name", "LabelValue", "Layer"), segment, strict=False):
            header[f"Segment{i}_{field}"] = str(value)
    package.write(str(path), layers, header, index_order="F")
    return path


MET = {"uint8": "MET_UCHAR", "int16": "MET_SHORT", "float32": "MET_FLOAT", "float64": "MET_DOUBLE"}


def metaimage(path: Path, voxels, affine=GRID, data=None, **header):
    """Write a MetaImage as ITK does; None takes a field away, `data` is written in place of the voxels."""
    lps = LPS @ affine
    spacing = np.linalg.norm(lps[:3, :3], axis=0)
    axes = voxels.ndim
    raw = voxels.tobytes(order="F")
    fields = {
        "ObjectType": "Image",
        "NDims": axes,
        "BinaryData": "True",
        "BinaryDataByteOrderMSB": "False",
        "CompressedData": "False",
        "TransformMatrix": _row((lps[:3, :3] / spacing).T.ravel()) if axes == 3 else "1 0 0 1",
        "Offset": _row(lps[:axes, 3]),
        "ElementSpacing": _row(spacing[:axes]),
        "DimSize": _row(voxels.shape),
        "ElementType": MET.get(str(voxels.dtype), "MET_OTHER"),
    } | header
    fields.setdefault("ElementDataFile", "LOCAL" if path.suffix == ".mha" else f"{path.stem}.raw")
    if fields["CompressedData"] == "True":
        raw = zlib.compress(raw)
    raw = raw if data is None else data
    text = "".join(f"{name} = {value}\n" for name, value in fields.items() if value is not None)
    local = path.suffix == ".mha"
    path.write_bytes(text.encode() + (raw if local else b""))
    if not local:
        path.with_suffix(".raw").write_bytes(raw)
    return path


def _row(values):
    return " ".join(f"{each:.17g}" for each in values)


def dicom_seg(path: Path, voxels, names, affine=GRID, kind="BINARY", **more):
    """Write a segmentation in DICOM of a CT of which every slice is a file.

    Args:
        path: of the file.
        voxels: (x, y, z) of labels, or (x, y, z, segments), where segments may overlap.
        names: of the segments 1, 2 and so on.
        affine: of the voxels, to RAS.
        kind: ``BINARY``, ``FRACTIONAL`` or ``LABELMAP``.
        more: given to highdicom.
    """
    import highdicom
    from pydicom.sr.codedict import codes

    described = [
        highdicom.seg.SegmentDescription(
            segment_number=i,
            segment_label=name,
            segmented_property_category=codes.SCT.Organ,
            segmented_property_type=codes.SCT.Liver,
            algorithm_type="MANUAL",
        )
        for i, name in enumerate(names, start=1)
    ]
    made = highdicom.seg.Segmentation(
        source_images=ct_slices(voxels.shape[:3], affine),
        pixel_array=np.moveaxis(voxels.swapaxes(0, 1), 2, 0),
        segmentation_type=kind,
        segment_descriptions=described,
        series_instance_uid="1.2.3.4.5",
        series_number=2,
        sop_instance_uid="1.2.3.4.5.6",
        instance_number=1,
        manufacturer="none",
        manufacturer_model_name="none",
        software_versions="1",
        device_serial_number="1",
        **more,
    )
    made.save_as(path)
    return path


def ct_slices(shape, affine):
    """Return a CT as datasets, one for each slice along the last axis of the voxels."""
    from pydicom.dataset import Dataset, FileMetaDataset

    lps = LPS @ affine
    spacing = np.linalg.norm(lps[:3, :3], axis=0)
    found = []
    for i in range(shape[2]):
        each = Dataset()
        each.file_meta = FileMetaDataset()
        each.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
        each.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        each.SOPInstanceUID = f"1.2.3.{i + 1}"
        each.StudyInstanceUID, each.SeriesInstanceUID = "1.2.3", "1.2.3.4"
        each.FrameOfReferenceUID = "1.2.3.9"
        each.Modality = "CT"
        for name in (
            *("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyID"),
            *("StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName"),
        ):
            setattr(each, name, "")
        each.SeriesNumber, each.InstanceNumber = 1, i + 1
        each.Rows, each.Columns = shape[1], shape[0]
        each.ImageOrientationPatient = list(np.concatenate((lps[:3, :2] / spacing[:2]).T))
        each.PixelSpacing = [spacing[1], spacing[0]]
        each.SliceThickness = spacing[2]
        each.ImagePositionPatient = list(lps[:3, 3] + i * lps[:3, 2])
        found.append(each)
    return found
