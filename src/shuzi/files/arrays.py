"""Arrays in files: IDX (plain or gzipped), NPZ and NPY; never a pickle.

A file is read only as far as its header asks, and no header may ask for more than MAX_BYTES.
"""

import gzip
import math
import os
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedIOBase, BufferedReader, BytesIO
from itertools import chain
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from shuzi.errors import DataError, ShuziError
from shuzi.files import open_file

MAX_BYTES = 2_000_000_000
"""Of one array: two and a half million images of 28 x 28."""
_Stream = IO[bytes] | BufferedIOBase
GZIP, ZIP, NPY, IDX = b"\x1f\x8b", b"PK", b"\x93NUMPY", b"\0\0"
"""What their files begin with."""
_IDX_UINT8 = 0x08
_IDX_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_DIMENSIONS = 32
"""At most, as in NumPy 1."""
_HEADER = 12_000
"""Bytes of an .npy that its header lies in; NumPy takes no longer ones."""
_CHUNK = 1 << 20
_KINDS = "biufUS"
"""Of dtypes that are read: truth values, whole numbers, floats, text."""
_COMPRESSED = {zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "LZMA"}
_OTHERS = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"BM": "a BMP picture",
    b"II*\0": "a TIFF picture",
    b"MM\0*": "a TIFF picture",
    b"%PDF": "a PDF",
    b"\x89HDF": "an HDF5 file",
    b"<": "a web page (HTML; a proxy or a login page may have sent it)",
}
_ARCHIVES = {
    "config.json": "a .keras file",
    "[Content_Types].xml": "an Office document",
    "mimetype": "an OpenDocument file or a book",
}
_REMEDY = (
    "Give arrays in an .npz, .npy or IDX file, the last also gzipped. "
    "Pictures and PDFs are read by `shuzi read`."
)
_SAVE = "Save the arrays as uint8 with numpy.savez or numpy.savez_compressed."


def read_arrays(path: Path) -> Mapping[str, NDArray[Any]]:
    """The arrays of an .npz by name, each read when it is asked for; of others, one named `array`.

    Raises:
        DataError: the file cannot be read, is cut short, is none of these, or holds objects. An
            .npz's member raises it when it is asked for.
    """
    start = first_bytes(path)
    if start.startswith(ZIP):
        return _Archive(path)
    if start.startswith(NPY):
        with reading(path) as file:
            return {"array": _read_npy(file, _size(file), str(path))}
    if start.startswith((GZIP, IDX)):
        return {"array": read_idx(path)}
    raise DataError(f"{path} is {what_else(start)}, not an .npz, .npy or IDX file.", _REMEDY)


def read_idx(path: Path) -> NDArray[Any]:
    """The array of an IDX file, plain or gzipped: whole numbers or floats of a type that it names.

    Format: two zero bytes, the type (8 for uint8), the number of dimensions, each as a big-endian
    uint32, then the values, big-endian. Source: the page of the MNIST database.

    Raises:
        DataError: the file cannot be read, is cut short, or is not IDX.
    """
    start = first_bytes(path)
    if not start.startswith((GZIP, IDX)):
        raise DataError(f"{path} is {what_else(start)}, not an IDX file.", _REMEDY)
    with reading(path) as file:
        if not start.startswith(GZIP):
            return _read_idx(file, _size(file), str(path))
        with gzip.GzipFile(fileobj=file) as unpacked:
            return _read_idx(unpacked, None, str(path))


def idx_header(array: NDArray[np.uint8]) -> bytes:
    """What stands before the array's values in an IDX file."""
    return bytes([0, 0, _IDX_UINT8, array.ndim]) + b"".join(
        n.to_bytes(4, "big") for n in array.shape
    )


def list_names(arrays: Mapping[str, Any], most: int = 20) -> str:
    """The names of the arrays for a message, without what a terminal would obey."""
    names = [name if name.isprintable() else ascii(name) for name in sorted(arrays)]
    more = [f"and {len(names) - most} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more]) or "none"


class _Archive(Mapping[str, NDArray[Any]]):
    """The arrays in an .npz."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._members: dict[str, list[zipfile.ZipInfo]] = defaultdict(list)
        with reading(path) as file, zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                self._members[member.filename.removesuffix(".npy")].append(member)
        files = [member.filename for members in self._members.values() for member in members]
        if files and not any(file.endswith(".npy") for file in files):
            raise _not_arrays(path, files)

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self:
            raise KeyError(name)
        member, *others = self._members[name]
        if others or not member.filename.endswith(".npy"):
            why = "is in it more than once" if others else "is not an array"
            raise DataError(f"{self._path}: {name} {why}.", _SAVE)
        if member.flag_bits & 1:
            raise DataError(f"{self._path}: {name} is encrypted.", _SAVE)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            how = _COMPRESSED.get(member.compress_type, f"method {member.compress_type}")
            raise DataError(f"{self._path}: {name} is compressed with {how}.", _SAVE)
        with (
            reading(self._path) as file,
            zipfile.ZipFile(file) as archive,
            archive.open(member) as stream,
        ):
            return _read_npy(stream, member.file_size, f"{self._path}: {name}")

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def _not_arrays(path: Path, files: list[str]) -> DataError:
    """Of a zip archive of other files."""
    if any(name.endswith("data.pkl") for name in files):
        return DataError(
            f"{path} is a PyTorch file, which holds pickled objects; shuzi never loads these.",
            "If you trust where it comes from, load it with torch.load and save its arrays with "
            "numpy.savez.",
        )
    kind = next((kind for name, kind in _ARCHIVES.items() if name in files), None)
    if kind is not None:
        return DataError(f"{path} is {kind}, not an .npz.", _REMEDY)
    there = list_names(dict.fromkeys(files), 5)
    return DataError(
        f"{path} is a zip archive without arrays, not an .npz; in it are {there}.",
        "Unpack it, and give the folder or the file in it that holds the data.",
    )


def _read_npy(stream: _Stream, size: int, name: str) -> NDArray[Any]:
    """The array of an .npy of so many bytes."""
    head = BytesIO(stream.read(_HEADER))
    if not head.getvalue().startswith(NPY):
        raise DataError(f"{name} is not an array.", _SAVE)
    version = npy.read_magic(head)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"version {version[0]}.{version[1]} of .npy is not known")
    read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    with warnings.catch_warnings():
        # Of headers that Python 2 wrote.
        warnings.simplefilter("ignore")
        shape, is_fortran, dtype = read_header(head)
    if dtype.hasobject:
        raise DataError(f"{name} holds Python objects (pickled), which shuzi never loads.", _SAVE)
    if dtype.kind not in _KINDS or not dtype.itemsize:
        raise DataError(f"{name} holds values of the type {dtype}; they must be numbers.", _SAVE)
    first = head.getvalue()[head.tell() :]
    values = _read_values(
        chain([first], _chunks(stream)), shape, dtype.itemsize, size - head.tell(), name
    )
    return values.view(dtype).reshape(shape, order="F" if is_fortran else "C")


def _read_idx(stream: _Stream, size: int | None, name: str) -> NDArray[Any]:
    """The array of an IDX file; of a gzipped one nobody knows the size before its end."""
    header = stream.read(4)
    if header[:2] != IDX or len(header) < 4:
        raise DataError(f"{name} is not an IDX file.", _REMEDY)
    if header[2] not in _IDX_TYPES:
        raise DataError(f"{name} holds values of the IDX type 0x{header[2]:02x}.", _SAVE)
    dtype = np.dtype(_IDX_TYPES[header[2]])
    sides = stream.read(4 * header[3])
    if len(sides) < 4 * header[3]:
        raise EOFError("its header is incomplete")
    shape = tuple(int.from_bytes(sides[i : i + 4], "big") for i in range(0, len(sides), 4))
    left = None if size is None else size - 4 - len(sides)
    values = _read_values(_chunks(stream), shape, dtype.itemsize, left, name)
    return values.view(dtype).reshape(shape)


def _read_values(
    parts: Iterator[bytes], shape: tuple[int, ...], itemsize: int, size: int | None, name: str
) -> NDArray[np.uint8]:
    """The bytes of the values, exactly as many as the shape needs; nothing is read before that."""
    if len(shape) > _DIMENSIONS or any(side < 0 for side in shape):
        raise DataError(f"{name} cannot have the shape {str(shape)[:100]}.", _SAVE)
    needed = math.prod(shape) * itemsize
    if size is None or size == needed:
        if needed > MAX_BYTES:
            raise DataError(
                f"{name} asks for {needed:,} bytes; the limit is {MAX_BYTES:,}.",
                "Split it into several files.",
            )
        values, size = np.empty(needed, np.uint8), 0
        for part in parts:
            if size + len(part) > needed:
                size = None
                break
            values[size : size + len(part)] = np.frombuffer(part, np.uint8)
            size += len(part)
        if size == needed:
            return values
    there = f"more than {needed:,}" if size is None else f"{size:,}"
    raise DataError(
        f"{name} holds {there} bytes, {needed:,} are needed for {list(shape)}; "
        "it is cut short or damaged.",
        "Make or download it again.",
    )


def _chunks(stream: _Stream) -> Iterator[bytes]:
    return iter(lambda: stream.read(_CHUNK), b"")


@contextmanager
def reading(path: Path) -> Iterator[BufferedReader]:
    """The open file, within which every error is a DataError."""
    try:
        with open_file(path) as file:
            yield file
    except ShuziError:
        raise
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file.", "Check its name.") from None
    except MemoryError as error:
        raise DataError(
            f"{path} holds more than there is memory for.", "Split it into several files."
        ) from error
    # zipfile, gzip, zlib, tokenize and NumPy share no other base.
    except Exception as error:
        if isinstance(error, OSError) and error.strerror:
            raise DataError(
                f"{path} cannot be read: {error.strerror}.", "Save it to a file that may be read."
            ) from error
        reason = str(error)[:200] or type(error).__name__
        raise DataError(
            f"{path} is damaged or cut short: {reason}", "Make or download it again."
        ) from error


def _size(file: BufferedReader) -> int:
    return os.fstat(file.fileno()).st_size


def first_bytes(path: Path) -> bytes:
    """The first 64 bytes of a file, or fewer if it is shorter.

    Raises:
        DataError: it is empty or cannot be read.
    """
    with reading(path) as file:
        start = file.read(64)
    if not start:
        raise DataError(f"{path} is empty.", "Make or download it again.")
    return start


def what_else(start: bytes) -> str:
    """What a file that begins so is, if it is none of those that are read here."""
    text = start.lstrip()
    return next((k for magic, k in _OTHERS.items() if text.startswith(magic)), "something else")
