"""MATLAB's .mat: EMNIST's, SVHN's, and matrices under the usual names."""

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError, MissingExtraError, extra
from shuzi.files.arrays import MAX_BYTES, reading
from shuzi.files.datasets.idx import TURNED
from shuzi.files.datasets.named import sort_arrays
from shuzi.files.datasets.stored import Stored
from shuzi.files.datasets.values import square

START = b"MATLAB 5.0 MAT-file"
START_OF_NEWER = b"MATLAB 7.3 MAT-file"
_PACKED = 15
"""The kind of an element that is compressed."""
_HEAD = 128
_AGAIN = "Save it again in MATLAB with save('digits.mat', ..., '-v7')."


def read_matlab(path: Path) -> Stored:
    """The matrices of a .mat of MATLAB 5 to 7.2.

    MATLAB stores columns one after the other: pictures that were reshaped there, as EMNIST's, have
    rows for columns.

    Raises:
        MissingExtraError: scipy is not installed.
        DataError: it is damaged, too large, or has no images and labels.
    """
    try:
        from scipy.io import loadmat
    except ImportError:
        raise MissingExtraError(f"{path} is a .mat, which needs scipy.", extra("data")) from None
    with reading(path) as file:
        content = file.read(MAX_BYTES)
        _check_size(content, path)
        file.seek(0)
        found = loadmat(file, struct_as_record=False, squeeze_me=False)
    arrays = {name: value for name, value in _flat(found) if not name.startswith("__")}
    is_emnist = any(name.startswith("dataset/") for name in arrays)
    arrays = _images_first(arrays)
    return Stored(
        form="MATLAB, EMNIST's layout" if is_emnist else "MATLAB's matrices",
        parts=sort_arrays(arrays, str(path)),
        notes=(TURNED,) if is_emnist else (),
        transposed=is_emnist,
    )


def _flat(values: Mapping[str, Any], before: str = "", depth: int = 0) -> list[tuple[str, Any]]:
    """Matrices by name, those in structures as `structure/field`."""
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        inner = value.flat[0] if isinstance(value, np.ndarray) and value.size == 1 else None
        fields = getattr(inner, "_fieldnames", None)
        if fields and depth < 4:
            parts = {field: getattr(inner, field) for field in fields}
            found += _flat(parts, f"{before}{name}/", depth + 1)
        elif isinstance(value, np.ndarray) and value.dtype.kind in "biufUS":
            found.append((before + name, value))
    return found


def _images_first(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """With the axis of the images in front, where it is the last one, as in (784, n)."""
    turned = {}
    for name, array in arrays.items():
        last = array.shape[-1]
        is_row = array.ndim == 2 and array.shape[0] == 1
        is_flat = array.ndim == 2 and bool(square(array.shape[0])) and not square(last)
        is_stack = array.ndim in (3, 4) and array.shape[0] == array.shape[1] != array.shape[2]
        turned[name] = np.moveaxis(array, -1, 0) if is_row or is_flat or is_stack else array
        # SVHN and others write 10 for 0.
        if turned[name].shape[1:] in ((), (1,)) and turned[name].size:
            values = turned[name]
            if values.dtype.kind in "iuf" and values.min() == 1 and values.max() == 10:
                turned[name] = np.where(values == 10, 0, values)
    return turned


def _check_size(content: bytes, path: Path) -> None:
    """Refuse what unpacks to more than MAX_BYTES, by what each element says of itself.

    Format: after 128 bytes elements of a type and a size, both uint32, and their bytes; a packed
    one holds another one. Source: MAT-File Format, The MathWorks.
    """
    order = "<" if content[126:128] == b"IM" else ">"
    place, total = _HEAD, 0
    while place + 8 <= len(content):
        kind, size = struct.unpack(f"{order}II", content[place : place + 8])
        if kind == _PACKED:
            start = zlib.decompressobj().decompress(content[place + 8 : place + 8 + size], 8)
            total += struct.unpack(f"{order}II", start)[1] if len(start) == 8 else 0
        else:
            total += size
        place += 8 + size
    if total > MAX_BYTES:
        raise DataError(
            f"{path} unpacks to {total:,} bytes; the limit is {MAX_BYTES:,}.", "Split it."
        )


def refuse_newer(path: Path) -> Stored:
    """Say what to do about MATLAB 7.3, which is HDF5.

    Raises:
        DataError: always.
    """
    raise DataError(f"{path} is of MATLAB 7.3, which shuzi does not read.", _AGAIN)
