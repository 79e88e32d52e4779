"""Files behind URLs, by fsspec."""

import io
import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, TypeVar, cast

from shuzi.batch.item import Item, is_url
from shuzi.errors import ImageError, MissingExtraError, TooLargeError, UsageError, extra
from shuzi.folder import in_natural_order, is_picture
from shuzi.source import HELD

TRIES, PAUSE = 3, 0.5
"""A file is asked for so often, with a pause of so many seconds that doubles between."""
T = TypeVar("T")


def remote_items(url: str, skip: Callable[[str], object]) -> Iterator[Item]:
    """The pictures behind a URL: a file, a folder with those in it, or a pattern.

    Raises:
        ImageError: there is nothing, or it may not be listed.
        MissingExtraError: fsspec, or what it needs for that kind of URL, is not installed.
        UsageError: there is no such kind of URL.
    """
    system, path = filesystem(url)
    is_pattern = any(mark in path for mark in "*?[")
    found = _asked(url, lambda: _listed(system, path, is_pattern))
    for name in sorted(found, key=in_natural_order):
        place = name if is_url(name) else cast(str, system.unstrip_protocol(name))
        if name == path or is_picture(name.rsplit("/", 1)[-1]):
            yield Item(source=place, place=place, size=found[name].get("size") or 0)
        else:
            skip(place)


def _listed(system: Any, path: str, is_pattern: bool) -> dict[str, dict[str, Any]]:
    if is_pattern:
        found = system.glob(path, detail=True)
        return {name: about for name, about in found.items() if about["type"] == "file"}
    about = system.info(path)
    if about["type"] == "file":
        return {path: about}
    return cast(dict[str, dict[str, Any]], system.find(path, detail=True))


def filesystem(url: str) -> tuple[Any, str]:
    """What reads there, and the path that it takes."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise MissingExtraError(f"{url} needs fsspec.", extra("batch")) from None
    try:
        system, path = url_to_fs(url)
    except ImportError as error:
        raise MissingExtraError(
            f"{url} needs a package that is not installed: {error}", "Install it with pip."
        ) from None
    except ValueError as error:
        raise UsageError(
            f"{url} is no URL that can be read: {error}.", "Give one such as s3://bucket/folder."
        ) from None
    return system, path


def open_remote(url: str) -> BinaryIO:
    """The file, which can be sought in.

    Raises:
        ImageError: it cannot be opened.
    """
    system, path = filesystem(url)
    return cast(BinaryIO, _asked(url, lambda: system.open(path, "rb")))


def read_remote(url: str) -> bytes:
    """All of the file.

    Raises:
        ImageError: it cannot be read.
        TooLargeError: it has more than `HELD` bytes.
    """
    system, path = filesystem(url)

    def read() -> bytes:
        with system.open(path, "rb") as file:
            return cast(bytes, file.read(HELD + 1))

    content = _asked(url, read)
    if len(content) > HELD:
        raise TooLargeError(f"{url} is larger than {HELD:,} bytes.")
    return content


def _asked(url: str, ask: Callable[[], T]) -> T:
    """What a storage answers; it is asked again, as networks fail for a moment."""
    for number in range(1, TRIES + 1):
        try:
            return ask()
        except ImportError as error:
            raise MissingExtraError(f"{url} needs more: {error}", "Install it with pip.") from None
        # Each storage has exceptions of its own, which share no base but Exception.
        except Exception as raised:
            # Some say of whatever went wrong that there is no such file.
            cause = raised.__cause__ or raised
            if isinstance(cause, FileNotFoundError) or _status(cause) == 404:
                raise ImageError(f"{url}: there is no such file.") from None
            if number == TRIES or _is_refusal(cause):
                raise _unread(url, cause) from raised
            time.sleep(PAUSE * 2 ** (number - 1))
    raise AssertionError


def _status(error: BaseException) -> object:
    """HTTP's, if that is where it comes from."""
    return getattr(error, "status", None)


def _is_refusal(error: BaseException) -> bool:
    """Whether asking again is no use: who asks is not known, or may not."""
    unknown = isinstance(error, PermissionError) or "redential" in str(error)
    return unknown or _status(error) in (401, 403)


def _unread(url: str, error: BaseException) -> ImageError:
    why = str(error).strip().rstrip(".") or type(error).__name__
    return ImageError(
        f"{url} cannot be read: {why}.",
        "Check the address, the network, and the credentials that its storage takes from the "
        "environment.",
    )


class Named(io.BytesIO):
    """Bytes with the name that messages call them by."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name
