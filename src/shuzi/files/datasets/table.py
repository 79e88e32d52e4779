"""CSV: an image a row, its label and its pixels; as Kaggle's, with or without a head."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from shuzi.errors import DataError
from shuzi.files.arrays import GZIP, first_bytes, reading
from shuzi.files.datasets.forms import what_can_be_read
from shuzi.files.datasets.stored import MAX_IMAGES, Part
from shuzi.files.datasets.values import as_digits, as_pixels, is_number, square

MAX_BYTES = 20_000_000_000
"""Of a file; as many rows of 784 pixels as may be have 4 to 10 thousand million."""
_BLOCK = 4_000_000
"""Bytes that are read at once; no line may be longer."""
_LABELS = {"label", "labels", "class", "digit", "target", "y", "number", "标签", "数字", "类别"}
_IGNORED = {"", "id", "imageid", "image_id", "index", "unnamed: 0"}
_SEPARATORS = ",;\t"
_DAMAGED = "Make or download it again."
_SPLIT = "Split it, or give fewer rows: head -n 1000001 takes the first million."

Values = NDArray[np.int16] | NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a table are.

    Args:
        width: how many there are.
        label: the place of the label; None if there is none.
        pixels: the places of the pixels.
        head: the names, if the first line has them.
        separator: what stands between them.
    """

    width: int
    label: int | None
    pixels: NDArray[np.intp]
    head: tuple[str, ...] | None
    separator: str

    def name(self, place: int) -> str:
        return self.head[place] if self.head else f"column {place + 1}"


def read_table(path: Path, *, progress: bool = False) -> tuple[Part, Columns]:
    """The images of a CSV, plain or gzipped, and what its columns are.

    It is read in blocks, and no further than MAX_IMAGES rows.

    Args:
        progress: show a bar on a terminal.

    Raises:
        DataError: a line is not as the first one, a value is not a number or outside its range,
            or there are too many rows.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DataError(f"{path} has {size:,} bytes; the limit of a CSV is {MAX_BYTES:,}.", _SPLIT)
    is_packed = first_bytes(path).startswith(GZIP)
    # None: no bar where standard error is not a terminal.
    hidden = None if progress else True
    with (
        reading(path) as file,
        tqdm(total=size, unit="B", unit_scale=True, leave=False, disable=hidden) as bar,
    ):
        blocks = _blocks(cast(IO[bytes], gzip.GzipFile(fileobj=file)) if is_packed else file, path)
        rows = next(blocks, [])
        columns = find_columns(rows, path)
        number = 1
        if columns.head:
            number, rows = 2, rows[1:]
        pixels: list[NDArray[np.uint8]] = []
        labels: list[Values] = []
        scale = 0
        while rows:
            values = _parse(rows, number, columns, path)
            # Of all blocks, as the first one shows it.
            scale = scale or (255 if values[:, columns.pixels].max() <= 1 else 1)
            _check_range(values, 255 // scale, rows, number, columns, path)
            pixels.append((values[:, columns.pixels] * scale).round().astype(np.uint8))
            if columns.label is not None:
                labels.append(values[:, columns.label])
            if sum(map(len, pixels)) > MAX_IMAGES:
                raise DataError(f"{path} has more than {MAX_IMAGES:,} rows.", _SPLIT)
            number += len(rows)
            bar.update(file.tell() - bar.n)
            rows = next(blocks, [])
    images = as_pixels(np.concatenate(pixels), "pixels", str(path))
    digits = as_digits(np.concatenate(labels), "labels", str(path)) if labels else None
    return Part(images, digits), columns


def find_columns(lines: list[str], path: Path) -> Columns:
    """What a table's first lines, as many as there are, say of its columns.

    Raises:
        DataError: they are not those of images.
    """
    if not lines or not lines[0].strip():
        raise DataError(f"{path} has no rows.", _DAMAGED)
    separator = max(_SEPARATORS, key=lines[0].count)
    cells = [cell.lower() for cell in _cells(lines[0], separator)]
    has_head = not all(map(is_number, cells))
    if has_head:
        label = next((place for place, cell in enumerate(cells) if cell in _LABELS), None)
        others = _LABELS | _IGNORED
        pixels = [place for place, cell in enumerate(cells) if cell not in others]
    else:
        label = None if square(len(cells)) else _place_of_label(lines, separator)
        pixels = [place for place in range(len(cells)) if place != label]
    if square(len(pixels)) is None:
        is_unnamed = has_head and square(len(pixels) - 1) is not None
        raise DataError(
            f"{path} is not a table of images: its first line has {len(pixels)} columns of pixels, "
            "not as many as a square image, 784 for 28 x 28.",
            f"If one of them is the label, name it label: they are {cells[0][:30]}, "
            f"{cells[1][:30]} to {cells[-1][:30]}."
            if is_unnamed
            else what_can_be_read(),
        )
    if has_head and len(lines) < 2:
        raise DataError(f"{path} has a head but no rows.", _DAMAGED)
    head = tuple(cells) if has_head else None
    return Columns(len(cells), label, np.array(pixels, np.intp), head, separator)


def _place_of_label(lines: list[str], separator: str) -> int:
    """Of a table without a head: the first column; the last one where the first is always the same,
    as a corner of the paper is, and the last has digits."""
    rows = [line.strip() for line in lines if line.strip()]
    first = {row.partition(separator)[0] for row in rows}
    last = {row.rpartition(separator)[2].strip(" \"'") for row in rows}
    is_last = len(first) == 1 and len(last) > 1 and last <= set("0123456789")
    return rows[0].count(separator) if is_last else 0


def _blocks(stream: IO[bytes], path: Path) -> Iterator[list[str]]:
    """The lines, some thousand at a time; none of the lists is empty."""
    rest, size = b"", 0
    while block := stream.read(_BLOCK):
        size += len(block)
        if size > MAX_BYTES:
            raise DataError(f"{path} unpacks to more than {MAX_BYTES:,} bytes.", _SPLIT)
        whole, newline, rest = (rest + block).rpartition(b"\n")
        if len(rest) > _BLOCK:
            raise DataError(f"{path} has a line of more than {_BLOCK:,} bytes.", _DAMAGED)
        if newline and whole.strip():
            yield _lines(whole, path)
    if rest.strip():
        yield _lines(rest, path)


def _lines(block: bytes, path: Path) -> list[str]:
    try:
        return block.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise DataError(f"{path} is not text in UTF-8.", "Save it as CSV in UTF-8.") from None


def _parse(rows: list[str], number: int, columns: Columns, path: Path) -> Values:
    """The numbers of some rows, the first of which is line `number`."""
    # Whole numbers are read ten times faster than others.
    for dtype in (np.int16, np.float32):
        try:
            values = np.loadtxt(
                rows, dtype, comments=None, delimiter=columns.separator, quotechar='"', ndmin=2
            )
        except ValueError:
            continue
        if values.shape[1] == columns.width:
            return cast(Values, values)
    raise _what_is_wrong(rows, number, columns, path)


def _what_is_wrong(rows: list[str], number: int, columns: Columns, path: Path) -> DataError:
    for line, row in enumerate(rows, number):
        cells = _cells(row, columns.separator)
        if not row.strip():
            continue
        if len(cells) != columns.width:
            return DataError(
                f"{path}: line {line} has {len(cells)} values, the first has {columns.width}.",
                "Is it cut short? Make or download it again, or remove the line.",
            )
        for place, cell in enumerate(cells):
            if not is_number(cell):
                return DataError(
                    f"{path}: line {line} has {cell[:30]!r} for {columns.name(place)}; "
                    "it must be a number.",
                    "Correct or remove the line.",
                )
    return DataError(f"{path} cannot be understood from line {number} on.", _DAMAGED)


def _check_range(
    values: Values, most: int, rows: list[str], number: int, columns: Columns, path: Path
) -> None:
    pixels = values[:, columns.pixels]
    if pixels.min() >= 0 and pixels.max() <= most:
        return
    row, place = np.argwhere(~((pixels >= 0) & (pixels <= most)))[0]
    # Blank lines have no values.
    line = [line for line, text in enumerate(rows, number) if text.strip()][row]
    raise DataError(
        f"{path}: line {line} has {pixels[row, place]:g} for "
        f"{columns.name(int(columns.pixels[place]))}; pixels must be 0 to 255, or all 0 to 1.",
        "Correct or remove the line.",
    )


def _cells(line: str, separator: str) -> list[str]:
    return [cell.strip().strip("\"'") for cell in line.split(separator)]
