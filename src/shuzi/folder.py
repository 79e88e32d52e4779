"""A folder and those within it -> their files, in natural order."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from shuzi.errors import ImageError

PICTURES = (
    *(".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".pdf"),
    *(".heic", ".heif", ".avif"),
)
"""The ends of the names of the files that are read where a folder is."""
ZIPS = (".zip",)
TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
LISTS = (".txt", ".lst")
OF_SYSTEMS = ("__macosx", "@eadir", "thumbs.db", "desktop.ini")
"""What macOS, Synology's storage and Windows leave beside pictures, and is not hidden. `__MACOSX`
is in most ZIPs from a Mac; an `@eaDir` holds smaller copies of the pictures."""
LONGEST_RUN = 50_000
"""Of digits in a name; longer ones are all the same for its order."""


def is_picture(name: str) -> bool:
    """Whether a file's name says that it is a picture or a PDF; hidden ones are not."""
    return name.lower().endswith(PICTURES) and not name.startswith(".")


def is_archive(name: str) -> bool:
    """Whether a file's name says that it is a ZIP or tar archive."""
    return name.lower().endswith(ZIPS + TARS)


def is_list(name: str) -> bool:
    """Whether a file's name says that it may be a list of others."""
    return name.lower().endswith(LISTS)


def is_passed_over(name: str) -> bool:
    """Whether a file or a folder is hidden or a system's own, and nobody's data."""
    return name.startswith(".") or name.lower() in OF_SYSTEMS


def entries_of(folder: Path) -> list[Path]:
    """What is in a folder and not passed over, sorted."""
    return sorted(path for path in folder.iterdir() if not is_passed_over(path.name))


def files_below(
    folder: str, refuse: Callable[[str, ImageError], object]
) -> Iterator[os.DirEntry[str]]:
    """The files in a folder and in the folders within it, each folder's names in natural order.

    Links are followed, and every folder is gone into once: one that leads round ends there. Hidden
    files and folders, and systems' own, are passed over.

    Args:
        refuse: is told of each folder that cannot be listed, and why.
    """
    been: set[tuple[int, int]] = set()
    # A stack of what is left of each folder, as folders may be nested deeper than calls.
    left = [iter(_listed(folder, been, refuse))]
    while left:
        entry = next(left[-1], None)
        if entry is None:
            left.pop()
        elif _is(entry.is_dir):
            left.append(iter(_listed(entry.path, been, refuse)))
        # A link that leads nowhere is said when it is read.
        elif _is(entry.is_file) or entry.is_symlink():
            yield entry


def _listed(
    folder: str, been: set[tuple[int, int]], refuse: Callable[[str, ImageError], object]
) -> list[os.DirEntry[str]]:
    try:
        status = os.stat(folder)  # noqa: PTH116 - a path of each of a million is slow
        if (status.st_dev, status.st_ino) in been:
            return []
        been.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            found = (entry for entry in entries if not is_passed_over(entry.name))
            return sorted(found, key=lambda entry: in_natural_order(entry.name))
    except OSError as error:
        why = f"{folder} cannot be listed: {error.strerror}."
        refuse(folder, ImageError(why, "Check its permissions."))
        return []


def _is(asked: Callable[[], bool]) -> bool:
    try:
        return asked()
    except OSError:
        return False


def in_natural_order(name: str) -> tuple[str, str]:
    """A key that sorts digits in names as the numbers that they are, however long."""
    return re.sub("[0-9]+", _with_length, name), name


def _with_length(digits: re.Match[str]) -> str:
    number = digits.group().lstrip("0")
    return f"0{chr(min(len(number), LONGEST_RUN))}{number}"
