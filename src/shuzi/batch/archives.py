"""ZIP and tar archives -> their members, none of which is ever written to a disk."""

import bz2
import gzip
import lzma
import os
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any, BinaryIO, cast

from shuzi.batch.item import Item, is_url
from shuzi.batch.remote import open_remote
from shuzi.errors import ImageError
from shuzi.files import write_atomically
from shuzi.folder import OF_SYSTEMS, ZIPS, in_natural_order, is_picture
from shuzi.source import HELD

MOST, RATIO = 10_000_000_000, 200
"""An archive that unpacks to more bytes, and to so many times its size, is a bomb."""
_UTF8 = 0x800
"""The flag of a ZIP's member whose name is UTF-8."""
_ENCRYPTED = 0x1
_PACKED: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZ": bz2.open,
    b"\xfd7": lzma.open,
}
_PIECE = 1 << 20
_BROKEN = (
    *(tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, EOFError, OSError, RuntimeError),
    *(NotImplementedError, ValueError, zlib.error),
)

Skip = Callable[[str], object]


def archive_items(place: str, spool: Path, skip: Skip) -> Iterator[Item]:
    """The pictures in an archive, in natural order; what cannot be read has its `problem`.

    Args:
        place: its path or its URL.
        spool: a folder for what a packed tar unpacks to, as nothing in it can be found otherwise.
        skip: is told of members of other kinds.
    """
    try:
        if place.lower().endswith(ZIPS):
            items = _zip_items(place, skip)
        else:
            items = _tar_items(place, spool, skip)
        yield from sorted(items, key=lambda item: in_natural_order(item.member or ""))
    except ImageError as error:
        yield Item(source=place, place=place, problem=error.message)


def _zip_items(place: str, skip: Skip) -> list[Item]:
    try:
        archive, names = _open_zip(place)
    except _BROKEN as error:
        raise ImageError(f"{place} is a broken ZIP archive: {error}.") from None
    infos = archive.infolist()
    _check_total(place, sum(i.file_size for i in infos), sum(i.compress_size for i in infos))
    items = []
    for number, (info, name) in enumerate(zip(infos, names, strict=True)):
        if info.is_dir() or not _is_wanted(name):
            if not info.is_dir():
                skip(f"{place}/{name}")
            continue
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        locked = "it is encrypted" if info.flag_bits & _ENCRYPTED else ""
        items.append(_member(place, place, name, number, info.file_size, is_link, locked))
    return items


def _names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """The members' names; those that are not marked as UTF-8 are in one encoding, all of them."""
    raw = {
        number: info.orig_filename.encode("cp437")
        for number, info in enumerate(infos)
        if not info.flag_bits & _UTF8
    }
    encoding = _encoding(b"\n".join(raw.values()))
    return [
        raw[number].decode(encoding) if number in raw else info.filename
        for number, info in enumerate(infos)
    ]


def _encoding(names: bytes) -> str:
    """UTF-8, which many programs write without a mark; GBK, as Windows does in China; or ZIP's own.

    Accents of Europe may be GBK by chance, but of characters that are hardly ever written, which
    GB 2312 has not.
    """
    for encoding in ("utf-8", "gbk"):
        with suppress(ValueError):
            usual = names.decode(encoding).encode("gb2312", "ignore").decode("gb2312")
            if encoding == "utf-8" or re.search("[一-龥]", usual):
                return encoding
    return "cp437"


def _tar_items(place: str, spool: Path, skip: Skip) -> list[Item]:
    items: list[Item] = []
    try:
        plain = _unpacked(place, spool)
        with tarfile.open(plain, "r:") as tar:
            while (info := tar.next()) is not None:
                # It would keep every member.
                tar.members = []  # type: ignore[attr-defined]
                if info.isdir() or not _is_wanted(info.name):
                    if not info.isdir():
                        skip(f"{place}/{info.name}")
                    continue
                other = "" if info.isreg() and not info.issparse() else "it is not a plain file"
                is_link = info.issym() or info.islnk()
                at = info.offset
                items.append(_member(place, plain, info.name, at, info.size, is_link, other))
            _check_end(tar)
    except _BROKEN as error:
        problem = f"{place} is a broken tar archive: {error}."
        if not items:
            raise ImageError(problem) from None
        # What comes before the damage is read.
        items.append(Item(source=place, place=place, member="\U0010ffff", problem=problem))
    return items


def _check_end(tar: tarfile.TarFile) -> None:
    """tarfile takes a head that is damaged or cut short for the archive's end."""
    file = cast(BinaryIO, tar.fileobj)
    file.seek(tar.offset)
    if file.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        raise tarfile.ReadError("it breaks off before its end mark")


def _unpacked(place: str, spool: Path) -> str:
    """The path of a tar that can be sought in: its own, or of a copy that is not packed."""
    with _opened(place) as file:
        start = file.read(2)
        if start not in _PACKED and not is_url(place):
            return place
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        spool.mkdir(parents=True, exist_ok=True)
        target = spool / f"{len(list(spool.iterdir()))}.tar"
        unpack = _PACKED.get(start)
        packed = file if unpack is None else unpack(file, "rb")
        with write_atomically(target) as temporary, temporary.open("wb") as to:
            for piece in _pieces(packed, place):
                to.write(piece)
                _check_total(place, to.tell(), size)
    return str(target)


def _pieces(packed: IO[bytes], place: str) -> Iterator[bytes]:
    try:
        while piece := packed.read(_PIECE):
            yield piece
    except _BROKEN as error:
        raise ImageError(f"{place} is a broken archive: {error}.") from None


def _member(
    archive: str, place: str, name: str, at: int, size: int, is_link: bool, other: str
) -> Item:
    source = f"{archive}/{name}"
    problem = other
    if is_link:
        problem = "it is a link, which are not followed in archives"
    elif _leads_out(name):
        problem = "its name leads out of the archive"
    elif size > HELD:
        problem = f"it unpacks to {size:,} bytes; the limit is {HELD:,}"
    problem = problem and f"{source} is not read: {problem}."
    return Item(source=source, place=place, member=name, at=at, size=size, problem=problem)


def _is_wanted(name: str) -> bool:
    parts = name.split("/")
    return is_picture(parts[-1]) and not any(part.lower() in OF_SYSTEMS for part in parts)


def _leads_out(name: str) -> bool:
    windows = PureWindowsPath(name)
    return bool(windows.anchor) or ".." in windows.parts or PurePosixPath(name).is_absolute()


def _check_total(place: str, unpacked: int, packed: int) -> None:
    if unpacked > MOST and unpacked > RATIO * packed:
        raise ImageError(
            f"{place} is not read: it is {packed:,} bytes large and unpacks to {unpacked:,} or "
            "more, as archives do that are made to fill disks."
        )


def read_member(item: Item) -> bytes:
    """The bytes of a member.

    Raises:
        ImageError: they cannot be read, or another member is in its place.
    """
    try:
        is_zip = item.place.lower().endswith(ZIPS)
        name, content = (_of_zip if is_zip else _of_tar)(item)
    except (*_BROKEN, IndexError) as error:
        raise ImageError(f"{item.source} cannot be unpacked: {error}.") from None
    if name != item.member:
        raise ImageError(f"{item.source} is not read: its archive was changed since it was listed.")
    if len(content) != item.size:
        raise ImageError(f"{item.source} is cut short in its archive.")
    return content


def _of_zip(item: Item) -> tuple[str, bytes]:
    archive, names = _open_zip(item.place)
    with archive.open(archive.infolist()[item.at]) as file:
        return names[item.at], file.read(HELD + 1)


def _of_tar(item: Item) -> tuple[str, bytes]:
    with _opened(item.place) as file:
        file.seek(item.at)
        # It begins where the file is, so that this member is its first.
        with tarfile.open(fileobj=file, mode="r:") as tar:
            info = tar.next()
        if info is None:
            return "", b""
        file.seek(info.offset_data)
        return info.name, file.read(item.size)


def _open_zip(place: str) -> tuple[zipfile.ZipFile, list[str]]:
    """The archive and its members' names, a list that takes a while to read."""
    if is_url(place):
        return _kept(place, None)
    status = Path(place).stat()
    return _kept(place, (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=1)
def _kept(
    place: str,
    version: object,  # noqa: ARG001 - tells files apart
) -> tuple[zipfile.ZipFile, list[str]]:
    # What it opens itself it closes when it is forgotten.
    archive = zipfile.ZipFile(open_remote(place) if is_url(place) else place)
    return archive, _names(archive.infolist())


def _opened(place: str) -> BinaryIO:
    return open_remote(place) if is_url(place) else Path(place).open("rb")
