"""Folders of pictures: a folder for each digit, or a table that says what each picture shows."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from shuzi.errors import DataError
from shuzi.files import read_file
from shuzi.files.datasets.named import part_of
from shuzi.files.datasets.stored import MAX_IMAGES, Part, Pictures, Stored
from shuzi.folder import entries_of, is_picture

DIGITS = tuple("0123456789")
NOT_A_DIGIT = 10
LABELS = "labels.csv"
"""What `shuzi review export --to dataset` writes beside its crops."""
_MAX_LABELS = 500_000_000
"""Bytes of that file."""
_NAMED = 3
_BY_DIGIT = "Put the pictures of each digit into a folder named 0 to 9, one for each."


def read_by_class(folder: Path) -> Stored | None:
    """Pictures of a folder for each digit, with or without folders train, validation and test;
    None if there are no folders of digits.

    Raises:
        DataError: another folder stands among those of digits, or there are no pictures.
    """
    places = {"train": folder} if _has_digits(folder) else _part_folders(folder)
    if not places:
        return None
    skipped: list[Path] = []
    parts = {part: _read_classes(place, skipped) for part, place in places.items()}
    notes = []
    if skipped:
        notes.append(f"Left out, as they are not pictures: {len(skipped)} ({_some(skipped)}).")
    return Stored(form="a folder of pictures for each digit", parts=parts, notes=tuple(notes))


def read_labelled(folder: Path) -> Stored | None:
    """Pictures whose digits `labels.csv` has: `file,digits`, a row each; None without that file.

    Those of numbers of several digits are left out; those without a digit are no digit.

    Raises:
        DataError: the table is not of that form, or names a picture that is not there.
    """
    if not (folder / LABELS).is_file():
        return None
    files: list[Path] = []
    labels: list[int] = []
    named: set[Path] = set()
    longer = 0
    for name, digits in _rows(folder):
        named.add(folder / name)
        if len(digits) > 1:
            longer += 1
            continue
        if not (folder / name).is_file():
            raise DataError(
                f"{folder / LABELS} names {name[:100]}, which is not there.",
                "Remove the row, or put the picture where it says.",
            )
        files.append(folder / name)
        labels.append(int(digits or NOT_A_DIGIT))
    if not files:
        raise DataError(f"{folder / LABELS} has no pictures of one digit.", _BY_DIGIT)
    notes = []
    places = {file.parent for file in files}
    if unnamed := len({file for place in places for file in _pictures(place)[0]} - named):
        notes.append(f"Left out, as {LABELS} does not name them: {unnamed}.")
    if longer:
        notes.append(f"Left out, as they show several digits: {longer}.")
    return Stored(
        form="pictures and labels.csv, as `shuzi review export --to dataset` writes them",
        parts={"train": Part(Pictures(files, str(folder)), np.array(labels, np.uint8))},
        notes=tuple(notes),
    )


def read_unlabelled(folder: Path) -> Stored | None:
    """The pictures that lie in a folder, by their names; None if there are none."""
    files, _ = _pictures(folder)
    if not files:
        return None
    pictures = Part(Pictures(files, str(folder)))
    return Stored(form="a folder of pictures without labels", parts={"test": pictures})


def _has_digits(folder: Path) -> bool:
    return any((folder / digit).is_dir() for digit in DIGITS)


def _part_folders(folder: Path) -> dict[str, Path]:
    """Folders that are named train, test and so on, by the part."""
    folders = [path for path in entries_of(folder) if path.is_dir()]
    parts = {part_of(path.name): path for path in folders if _has_digits(path)}
    return {part: path for part, path in parts.items() if part is not None}


def _read_classes(folder: Path, skipped: list[Path]) -> Part:
    files: list[Path] = []
    labels: list[int] = []
    for place in (path for path in entries_of(folder) if path.is_dir()):
        if place.name not in DIGITS:
            if part_of(place.name):
                continue
            raise DataError(
                f"{place} is among the folders of digits, and its name is not 0 to 9.",
                f"{_BY_DIGIT} Move this one elsewhere.",
            )
        pictures, others = _pictures(place)
        files += pictures
        labels += [int(place.name)] * len(pictures)
        skipped += others
        if len(files) > MAX_IMAGES:
            raise DataError(f"{folder} has more than {MAX_IMAGES:,} pictures.", "Give fewer.")
    if not files:
        raise DataError(f"{folder} has folders of digits, but no pictures in them.", _BY_DIGIT)
    return Part(Pictures(files, str(folder)), np.array(labels, np.uint8))


def _pictures(folder: Path) -> tuple[list[Path], list[Path]]:
    """The pictures in a folder and its other files, sorted."""
    files = [path for path in entries_of(folder) if path.is_file()]
    pictures = [path for path in files if is_picture(path.name)]
    return pictures, [path for path in files if not is_picture(path.name)]


def _rows(folder: Path) -> Iterator[tuple[str, str]]:
    """File and digits of each row of labels.csv."""
    path = folder / LABELS
    try:
        text = read_file(path, _MAX_LABELS).decode("utf-8-sig")
        rows = csv.reader(text.splitlines(), strict=True)
        head = next(rows, [])
        if head[:2] != ["file", "digits"]:
            raise ValueError(f"its first line is {','.join(head)[:50]!r}, not 'file,digits'")
        if text.endswith(","):
            raise ValueError("its last line is cut short")
        for row in rows:
            if len(row) < 2 or not (row[1] == "" or (row[1].isascii() and row[1].isdigit())):
                raise ValueError(f"line {rows.line_num} is not a file and its digits")
            yield row[0], row[1]
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.", _BY_DIGIT) from error
    except (ValueError, csv.Error) as error:
        raise DataError(
            f"{path} cannot be understood: {error}.",
            "Give file,digits and a row for each picture, as in crops/000001.png,7.",
        ) from error


def _some(paths: list[Path]) -> str:
    more = ", ..." if len(paths) > _NAMED else ""
    return ", ".join(path.name for path in paths[:_NAMED]) + more
