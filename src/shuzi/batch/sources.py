"""Folders, patterns, lists, URLs and archives -> the items in them, in order."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from glob import glob
from pathlib import Path, PurePath

from shuzi.batch.archives import archive_items
from shuzi.batch.item import Item, is_url
from shuzi.batch.remote import remote_items
from shuzi.errors import ImageError, UsageError
from shuzi.folder import (
    TARS,
    ZIPS,
    files_below,
    in_natural_order,
    is_archive,
    is_list,
    is_picture,
)

LONGEST_LINE = 10_000
"""Of a list, in bytes; a longer one is no name."""


def find_items(
    sources: Sequence[str], spool: Path, skip: Callable[[str], object] = lambda name: None
) -> Iterator[Item]:
    """What is to be read: each source in its turn, what is in it in natural order, nothing twice.

    Args:
        sources: files; folders, with the folders in them; patterns such as `scans/**/*.png`; lists,
            which are text files (.txt or .lst) with a source a line; URLs that fsspec knows; ZIP
            and tar archives.
        spool: a folder for what has to be unpacked before it can be read.
        skip: is told of files in folders and archives that are no pictures.

    Raises:
        ImageError: a source is missing, empty, or may not be listed.
        MissingExtraError: a package for a URL is not installed.
        UsageError: a source is none.
    """
    seen: set[int] | None = set() if len(sources) > 1 or _is_list(sources[0]) else None
    for source in sources:
        count, skipped = 0, _Skip(skip)
        for item in _items_of(source, spool, skipped):
            count += 1
            # Not the names, as there may be millions.
            place = item.place if is_url(item.place) else os.path.abspath(item.place)  # noqa: PTH100
            key = hash((place, item.member, item.at))
            if seen is None or key not in seen:
                yield item
            if seen is not None:
                seen.add(key)
        if not count:
            raise _without_pictures(source, skipped.archive)


class _Skip:
    """Is told of files that are no pictures, and keeps the first archive among them."""

    def __init__(self, skip: Callable[[str], object]) -> None:
        self._skip, self.archive = skip, ""

    def __call__(self, name: str) -> None:
        if not self.archive and is_archive(name):
            self.archive = name
        self._skip(name)


def _without_pictures(source: str, archive: str) -> ImageError:
    """What is wrong with a source without pictures, and perhaps with an archive."""
    if not archive:
        return ImageError(f"{source} holds no pictures.", "Give a source that holds some.")
    if any(is_archive(above.name) for above in PurePath(archive).parents):
        return ImageError(
            f"{source} holds no pictures but archives, which are not opened in archives.",
            "Unpack it, and give the archives that it holds.",
        )
    end = next(end for end in ZIPS + TARS if archive.lower().endswith(end))
    return ImageError(
        f"{source} holds no pictures but archives, which are not opened in folders.",
        f"Give them: {os.path.dirname(archive)}/*{end}",  # noqa: PTH120 - of a URL, too
    )


def _items_of(source: str, spool: Path, skip: Callable[[str], object]) -> Iterator[Item]:
    if source == "-":
        raise UsageError("A batch reads no pipe.", "Save it to a file, and give that.")
    if is_archive(source) and (is_url(source) or os.path.isfile(source)):  # noqa: PTH113
        yield from archive_items(source, spool, skip)
    elif is_url(source):
        yield from remote_items(source, skip)
    elif os.path.isdir(source):  # noqa: PTH112 - it never raises
        yield from _folder_items(source, skip)
    elif _is_list(source):
        for line in _lines(source):
            yield from _listed_items(line, spool, skip)
    elif os.path.lexists(source):
        yield _file_item(source)
    elif any(mark in source for mark in "*?["):
        yield from _pattern_items(source, spool, skip)
    else:
        raise ImageError(f"{source}: there is no such file or folder.", "Check its name.")


def _pattern_items(pattern: str, spool: Path, skip: Callable[[str], object]) -> Iterator[Item]:
    for path in sorted(glob(pattern, recursive=True), key=in_natural_order):  # noqa: PTH207
        if os.path.isdir(path):  # noqa: PTH112
            # What `**` gives has its files, too.
            if "**" not in pattern:
                yield from _folder_items(path, skip)
        elif is_archive(path):
            yield from archive_items(path, spool, skip)
        elif is_picture(os.path.basename(path)):  # noqa: PTH119
            yield _file_item(path)
        else:
            skip(path)


def _is_list(source: str) -> bool:
    return is_list(source) and os.path.isfile(source)  # noqa: PTH113


def _listed_items(source: str, spool: Path, skip: Callable[[str], object]) -> Iterator[Item]:
    """What a line of a list says; one that leads nowhere has a row of its own."""
    count, skipped = 0, _Skip(skip)
    try:
        if _is_list(source):
            raise ImageError(f"{source} is a list in a list, which is not read.")
        for count, item in enumerate(_items_of(source, spool, skipped), 1):  # noqa: B007
            yield item
        if not count:
            raise _without_pictures(source, skipped.archive)
    except ImageError as error:
        yield Item(source=source, place=source, problem=error.message)


def found_again(item: Item, spool: Path, skip: Callable[[str], object]) -> list[Item]:
    """An item; of one that could not even be planned, what it leads to by now."""
    if not is_unplanned(item):
        return [item]
    return list(_listed_items(item.place, spool, skip))


def is_unplanned(item: Item) -> bool:
    """Whether a folder, an archive or the line of a list was not there when it was planned."""
    return bool(item.problem) and item.member is None


def _folder_items(folder: str, skip: Callable[[str], object]) -> Iterator[Item]:
    refused: list[Item] = []

    def refuse(place: str, error: ImageError) -> None:
        refused.append(Item(source=str(Path(place)), place=place, problem=error.message))

    for entry in files_below(folder, refuse):
        if is_picture(entry.name):
            yield _file_item(entry.path, entry.stat)
        else:
            skip(entry.path)
    yield from refused


def _file_item(path: str, status: Callable[[], os.stat_result] | None = None) -> Item:
    size = 0
    # What vanished meanwhile is said when it is read.
    with suppress(OSError):
        size = (status or Path(path).stat)().st_size
    return Item(source=str(Path(path)), place=path, size=size)


def _lines(path: str) -> Iterator[str]:
    with Path(path).open("rb") as file:
        while line := file.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE or b"\0" in line:
                raise UsageError(
                    f"{path} is no list: it has a line of more than {LONGEST_LINE:,} bytes, or "
                    "one that no name can be.",
                    "A list is a text file in UTF-8 with the name of a file, a folder or a URL a "
                    "line.",
                )
            name = os.fsdecode(line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n"))
            if name.strip():
                yield name
