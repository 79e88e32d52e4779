"""Datasets of every form: a path is recognised by what it holds, and read as it is stored."""

import gzip
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from pathlib import Path

from shuzi.errors import DataError
from shuzi.files.arrays import (
    GZIP,
    IDX,
    NPY,
    ZIP,
    first_bytes,
    read_arrays,
    read_idx,
    reading,
    what_else,
)
from shuzi.files.datasets import folder as folders
from shuzi.files.datasets import idx, matlab, parquet, table
from shuzi.files.datasets.forms import FORMS, what_can_be_read
from shuzi.files.datasets.named import part_of, sort_arrays
from shuzi.files.datasets.stored import Part, Pictures, Stored
from shuzi.files.datasets.values import as_pixels
from shuzi.folder import entries_of

__all__ = ["FORMS", "Part", "Pictures", "Stored", "read_dataset", "what_can_be_read"]

_PARQUET, _HDF5 = b"PAR1", b"\x89HDF"
_PICKLES = tuple(b"\x80" + bytes([version]) for version in range(2, 6))
_TABLES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz")
_UNPICKLE = """shuzi never loads a pickle, as it may run any program. If you trust where it comes \
from, convert it once:
import gzip, pickle, numpy as np
parts = pickle.load(gzip.open("mnist.pkl.gz"), encoding="latin1")
(x, y), (xv, yv), (xt, yt) = parts
np.savez("mnist.npz", x_train=x, y_train=y, x_val=xv, y_val=yv, x_test=xt, y_test=yt)"""


def read_dataset(path: Path, *, alone: bool = False, progress: bool = False) -> Stored:
    """What a file or a folder holds, in whatever form; FORMS lists them.

    Args:
        alone: an IDX file stands for its own images, not for its whole set.
        progress: show a bar on a terminal where it takes long.

    Raises:
        DataError: it is none of these, is damaged, or does not fit together.
        MissingExtraError: its form needs a package that is not installed.
    """
    try:
        if path.is_dir():
            return _read_folder(path, progress)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    if idx.is_idx_name(path) and path.is_file():
        return idx.read_part(path) if alone else idx.read_sets(path.parent, path.name)
    return _read_file(path, progress)


def _read_folder(folder: Path, progress: bool) -> Stored:
    for read in _FOLDERS:
        stored = read(folder, progress)
        if stored is not None:
            return stored
    names = [path.name for path in entries_of(folder)]
    there = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    raise DataError(
        f"{folder} holds no data that is known; in it is {there or 'nothing'}.",
        what_can_be_read(),
    )


def _read_file(path: Path, progress: bool) -> Stored:
    start = first_bytes(path)
    if start.startswith(GZIP):
        with reading(path) as file, gzip.GzipFile(fileobj=file) as unpacked:
            start = unpacked.read(64)
    for starts, read in _FILES:
        if start.startswith(starts):
            return read(path)
    if _is_text(start):
        return _read_tables([path], progress)
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise DataError(f"{path} is text in UTF-16.", "Save it as CSV in UTF-8.")
    raise DataError(
        f"{path} is {what_else(start)}, not an .npz, .npy or IDX file, nor other data that is "
        "known.",
        f"{what_can_be_read()}\nPictures and PDFs are read by `shuzi read`.",
    )


def _refuse_pickle(path: Path) -> Stored:
    raise DataError(f"{path} is a pickle.", _UNPICKLE)


def _read_arrays(path: Path) -> Stored:
    return Stored(form="NumPy's arrays", parts=sort_arrays(read_arrays(path), str(path)))


def _find_npz(folder: Path, progress: bool) -> Stored | None:
    paths = [path for path in entries_of(folder) if path.suffix == ".npz"]
    named = [path for path in paths if path.name == "mnist.npz"] or paths
    return _read_file(named[0], progress) if len(named) == 1 else None


def _find_tables(folder: Path, progress: bool) -> Stored | None:
    tables = [path for path in entries_of(folder) if path.name.lower().endswith(_TABLES)]
    # Others, such as Kaggle's sample_submission.csv, are of no part.
    tables = [path for path in tables if part_of(path.name)]
    return _read_tables(tables, progress) if tables else None


def _read_idx(path: Path) -> Stored:
    """A file of images by another name than MNIST's."""
    images = as_pixels(read_idx(path), "images", str(path))
    return Stored(form="an IDX file of images", parts={"test": Part(images)})


def _read_tables(paths: list[Path], progress: bool) -> Stored:
    parts, notes, is_kaggles = {}, [], False
    for path in paths:
        part, columns = table.read_table(path, progress=progress)
        is_kaggles |= columns.head is not None and "pixel0" in columns.head
        name = part_of(path.name) or ("train" if part.labels is not None else "test")
        if name in parts:
            notes.append(f"{path.name} is left out: another file is the {name} part.")
            continue
        parts[name] = part
    if len(parts) == 1 and (only := next(iter(parts.values()))).labels is not None:
        # A single file is what to train on, or to predict, whatever its name.
        parts = {"train": only}
    is_emnist = "emnist" in paths[0].name.lower()
    if is_emnist:
        notes.append(idx.TURNED)
    form = "CSV as Kaggle's" if is_kaggles else "CSV, a row an image"
    return Stored(form=form, parts=parts, notes=tuple(notes), transposed=is_emnist)


_FOLDERS: tuple[Callable[[Path, bool], Stored | None], ...] = (
    lambda folder, _: idx.read_root(folder),
    _find_npz,
    lambda folder, _: folders.read_labelled(folder),
    lambda folder, _: folders.read_by_class(folder),
    _find_tables,
    lambda folder, _: parquet.read_folder(folder),
    lambda folder, _: folders.read_unlabelled(folder),
)
"""Each gives what a folder holds, or None if it does not hold that."""
_FILES: tuple[tuple[bytes | tuple[bytes, ...], Callable[[Path], Stored]], ...] = (
    (_PICKLES, _refuse_pickle),
    ((ZIP, NPY), _read_arrays),
    (matlab.START, matlab.read_matlab),
    ((matlab.START_OF_NEWER, _HDF5), matlab.refuse_newer),
    (_PARQUET, lambda path: parquet.read_parquet([path])),
    (IDX, _read_idx),
)
"""What files begin with, unpacked if they are gzipped, and what reads them."""


def _is_text(start: bytes) -> bool:
    """Whether a file that begins so may be a table; HTML is not."""
    # The last character may be cut.
    text = start.decode("utf-8-sig", errors="ignore")
    is_page = start.lstrip().startswith(b"<")
    return not is_page and bool(text) and all(c.isprintable() or c.isspace() for c in text)
