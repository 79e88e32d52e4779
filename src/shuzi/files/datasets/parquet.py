"""Parquet as Hugging Face has it: columns `image` and `label`."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError, MissingExtraError, extra
from shuzi.files.arrays import MAX_BYTES, reading
from shuzi.files.datasets.named import part_of
from shuzi.files.datasets.stored import MAX_IMAGES, Part, Pictures, Stored
from shuzi.files.datasets.values import as_digits
from shuzi.folder import is_passed_over

_IMAGE, _LABEL = ("image", "img", "pixels"), ("label", "labels", "digit", "target", "fine_label")
_BATCH = 1000
_REMEDY = "Give Parquet with `image`, an encoded picture in each row, and `label`, 0 to 9."


def read_folder(folder: Path) -> Stored | None:
    """The files in a folder, or in the folders in it; None if there are none."""
    found = (path for depth in ("*", "*/*") for path in folder.glob(f"{depth}.parquet"))
    files = sorted(path for path in found if not is_passed_over(path.name))
    return read_parquet(files) if files else None


def read_parquet(files: list[Path]) -> Stored:
    """The parts that files make, by the files' names: train-00000-of-00001.parquet and so on.

    Raises:
        MissingExtraError: pyarrow is not installed.
        DataError: a file is damaged, or has other columns.
    """
    pictures: dict[str, list[bytes]] = defaultdict(list)
    labels: dict[str, list[NDArray[np.uint8] | None]] = defaultdict(list)
    rows: dict[str, dict[int, Path]] = defaultdict(dict)
    for path in files:
        part = part_of(path.stem) or "train"
        some, digits = _read(path)
        rows[part][len(pictures[part])] = path
        pictures[part] += some
        labels[part].append(digits)
    source = str(files[0] if len(files) == 1 else files[0].parent)
    return Stored(
        form="Parquet with images and labels, as on Hugging Face",
        parts={
            part: Part(Pictures(pictures[part], source, rows[part]), _joined(labels[part]))
            for part in pictures
        },
    )


def _read(path: Path) -> tuple[list[bytes], NDArray[np.uint8] | None]:
    try:
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError(f"{path} is Parquet, which needs pyarrow.", extra("data")) from None
    with reading(path) as file:
        table = pyarrow.parquet.ParquetFile(file)
        names = table.schema_arrow.names
        image = next((name for name in _IMAGE if name in names), None)
        label = next((name for name in _LABEL if name in names), None)
        if image is None:
            raise DataError(f"{path} has no images; its columns are {', '.join(names)}.", _REMEDY)
        _check_size(table, path)
        pictures: list[bytes] = []
        digits: list[Any] = []
        for batch in table.iter_batches(_BATCH, columns=[image, label] if label else [image]):
            for place, cell in enumerate(batch.column(image).to_pylist(), len(pictures)):
                # Hugging Face's images are {bytes, path}.
                content = cell.get("bytes") if isinstance(cell, dict) else cell
                if not isinstance(content, bytes):
                    raise DataError(
                        f"{path}: row {place} of {image} is not an encoded picture.", _REMEDY
                    )
                pictures.append(content)
            if label:
                digits += batch.column(label).to_pylist()
    if not pictures:
        raise DataError(f"{path} has no rows.", _REMEDY)
    if label is None:
        return pictures, None
    missing = next((place for place, digit in enumerate(digits) if digit is None), None)
    if missing is not None:
        raise DataError(f"{path}: row {missing} has no {label}.", "Leave out such rows.")
    return pictures, as_digits(np.array(digits), label, str(path))


def _check_size(table: Any, path: Path) -> None:
    """Refuse what would not fit into memory, by what the file says of itself."""
    about = table.metadata
    unpacked = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    if about.num_rows > MAX_IMAGES or unpacked > MAX_BYTES:
        raise DataError(
            f"{path} has {about.num_rows:,} rows and {unpacked:,} bytes; the limits are "
            f"{MAX_IMAGES:,} and {MAX_BYTES:,}.",
            "Split it, or give fewer of its files.",
        )


def _joined(labels: list[NDArray[np.uint8] | None]) -> NDArray[np.uint8] | None:
    some = [digits for digits in labels if digits is not None]
    return np.concatenate(some) if len(some) == len(labels) else None
