"""Arrays in files: IDX (plain or gzipped), NPZ and NPY; never a pickle."""

import gzip
import math
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError

_GZIP, _ZIP, _NPY = b"\x1f\x8b", b"PK", b"\x93NUMPY"
_IDX_UINT8 = 0x08


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz by name; one called `array` of an .npy or IDX file.

    Raises:
        DataError: the file cannot be read, is cut short, is none of these, or holds objects.
    """
    start = _first_bytes(path)
    if not start:
        raise DataError(f"{path} is empty.")
    if start.startswith((_ZIP, _NPY)):
        return _read_numpy(path)
    if start.startswith((_GZIP, b"\0\0")):
        return {"array": read_idx(path)}
    raise DataError(f"{path} is {_what_else(start)}, not an .npz, .npy or IDX file.")


def read_idx(path: Path) -> NDArray[np.uint8]:
    """The uint8 array of an IDX file, plain or gzipped.

    Format: two zero bytes, 8 for uint8, the number of dimensions, each as a big-endian uint32,
    then the values. Source: the page of the MNIST database.

    Raises:
        DataError: the file cannot be read, is cut short, or is not IDX of uint8.
    """
    start = _first_bytes(path)
    if not start.startswith((_GZIP, b"\0\0")):
        raise DataError(f"{path} is {_what_else(start)}, not an IDX file.")
    raw = _gunzip(path) if start.startswith(_GZIP) else path.read_bytes()
    if len(raw) < 4 or raw[:2] != b"\0\0":
        raise DataError(f"{path} is not an IDX file.")
    if raw[2] != _IDX_UINT8:
        raise DataError(f"{path} holds values of IDX type 0x{raw[2]:02x}; they must be uint8.")
    end = 4 + 4 * raw[3]
    shape = [int.from_bytes(raw[i : i + 4], "big") for i in range(4, end, 4)]
    if len(raw) != end + math.prod(shape):
        raise DataError(
            f"{path} holds {len(raw)} bytes, {end + math.prod(shape)} are needed for {shape}; "
            "it is cut short or damaged."
        )
    return np.frombuffer(raw, np.uint8, offset=end).reshape(shape)


def idx_bytes(array: NDArray[np.uint8]) -> bytes:
    """The array as an IDX file has it, uncompressed."""
    header = bytes([0, 0, _IDX_UINT8, array.ndim])
    return header + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(64)
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error


def _what_else(start: bytes) -> str:
    if start.lstrip().startswith(b"<"):
        return "a web page (HTML; a proxy or a login page may have sent it)"
    return "something else" if start else "empty"


def _gunzip(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read()
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(f"{path} is a damaged or cut gzip file: {error}") from error


def _read_numpy(path: Path) -> dict[str, NDArray[Any]]:
    try:
        # Opened here: given a path, np.load leaves a broken file open.
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                return {"array": loaded}
            return {name: loaded[name] for name in loaded.files}
    except ValueError as error:
        if "allow_pickle" in str(error):
            raise DataError(
                f"{path} holds Python objects (pickled), which shuzi never loads.",
                "Save the arrays as uint8 with numpy.savez.",
            ) from error
        raise DataError(f"{path} is damaged: {error}") from error
    except (zipfile.BadZipFile, EOFError, OSError, KeyError, zlib.error) as error:
        raise DataError(f"{path} is damaged or cut short: {error}") from error
