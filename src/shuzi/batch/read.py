"""Items -> the rows of what they say: what every process of a batch does."""

import reprlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from os import PathLike
from typing import TYPE_CHECKING, BinaryIO

from shuzi.batch.archives import read_member
from shuzi.batch.item import Item, is_url
from shuzi.batch.remote import Named, read_remote
from shuzi.decide import TARGET_ERROR
from shuzi.errors import ImageError, ShuziError, UsageError
from shuzi.grey import MAX_PIXELS
from shuzi.recognise.expected import each
from shuzi.rows import Row, failure_row, page_rows

if TYPE_CHECKING:
    from shuzi.reader import Look, Reader

PAGES = 16
"""Of a file that has many, those that a process reads at a time."""
MOST_FAILURES = 3
"""Pages one after the other that cannot be read; those after them are not tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How pictures are read: the options of `shuzi.Reader` of the same names."""

    model: str | PathLike[str] | None = None
    number_model: str | PathLike[str] | None = None
    page_model: str | PathLike[str] | None = None
    kind: str = "auto"
    rotate: int | None = None
    target_error: float = TARGET_ERROR
    digits_only: bool = False
    expect: str | Sequence[str] | None = None
    fast: bool = False
    max_pixels: int = MAX_PIXELS

    def __post_init__(self) -> None:
        # Readers are kept by their options, which must not be a list.
        object.__setattr__(self, "expect", each(self.expect))

    def reader(self) -> "Reader":
        """With a thread, as each core has a process.

        Raises:
            ModelError: a model cannot be used.
            UsageError: an option cannot be.
        """
        from shuzi.reader import Reader

        return Reader(**asdict(self), threads=1)


def options_of(value: object) -> Options:
    """The options that are given, or the usual ones for None.

    Raises:
        UsageError: it is something else.
    """
    if not isinstance(value, Options | None):
        raise UsageError(
            f"options must be shuzi.batch.Options, not {reprlib.repr(value)}.",
            "Give such as Options(fast=True).",
        )
    return value or Options()


class ReadItems:
    """Called with items, gives the rows of what they say; keeps its models between calls.

    It can be sent to another process, which loads the models at its first call, and once however
    many copies it is sent. The same items give the same rows, on whatever machine, after whatever
    others.

    Raises:
        UsageError: the options are none.
    """

    def __init__(self, options: Options | None = None) -> None:
        self.options = options_of(options)

    @property
    def reader(self) -> "Reader":
        return _reader(self.options)

    def __call__(self, items: Sequence[Item]) -> list[Row]:
        """The rows of the items, in their order.

        A picture that cannot be read is a row with the reason.

        Raises:
            ModelError: a model cannot be used.
        """
        return [row for rows in self.each(items) for row in rows]

    def each(
        self, items: Iterable[Item], watch: "Callable[[Look], object]" = lambda look: None
    ) -> Iterator[list[Row]]:
        """The rows of each page of each item, as they are read.

        Args:
            watch: is shown each page while its picture is in memory.
        """
        for item in items:
            for rows, _ in self._pages(item, 1, None, watch):
                yield rows

    def some(
        self, item: Item, first: int, watch: "Callable[[Look], object]" = lambda look: None
    ) -> Iterator[tuple[list[Row], int]]:
        """The rows of the pages of a file from `first`, 16 at most, and how many it has in all."""
        return self._pages(item, first, first + PAGES - 1, watch)

    def _pages(
        self,
        item: Item,
        first: int,
        last: int | None,
        watch: "Callable[[Look], object]",
    ) -> Iterator[tuple[list[Row], int]]:
        from shuzi.image import load_pages

        total, failures = 1, 0

        def counted(pages: int) -> None:
            nonlocal total
            total = pages

        number = first
        while True:
            try:
                pages = load_pages(
                    _opened(item),
                    max_pixels=self.options.max_pixels,
                    first=number,
                    counted=counted,
                )
                for pixels in pages:
                    look = self.reader.look(pixels, item.source, number)
                    watch(look)
                    yield page_rows(look.page), total
                    number, failures = number + 1, 0
                    if last is not None and number > last:
                        return
                return
            except Exception as error:
                if _ends_all(error):
                    raise
                failures += 1
                yield [_failure(item, error, number if total > 1 else None)], total
            end = total if last is None else min(last, total)
            if number >= end:
                return
            if failures == MOST_FAILURES:
                why = f"Pages {number + 1} to {end} were not tried after {failures} that failed."
                yield [failure_row(item.source, why, number + 1)], total
                return
            number += 1


@lru_cache(maxsize=1)
def _reader(options: Options) -> "Reader":
    """Kept by the process, as engines send a copy of the callable with each of their tasks."""
    return options.reader()


def _opened(item: Item) -> str | BinaryIO:
    if item.problem:
        raise ImageError(item.problem)
    if item.member is not None:
        return Named(read_member(item), item.source)
    return Named(read_remote(item.place), item.source) if is_url(item.place) else item.place


def _ends_all(error: Exception) -> bool:
    """Whether it is no matter of one picture: a model, or the memory of the process."""
    is_other = isinstance(error, ShuziError) and not isinstance(error, ImageError)
    return is_other or isinstance(error, MemoryError)


def _failure(item: Item, error: Exception, page: int | None) -> Row:
    if isinstance(error, ShuziError):
        return failure_row(item.source, error.told("command")[0], page)
    # A defect: one picture of a million must not end the rest.
    why = f"{item.source} cannot be read: unexpected {type(error).__name__}: {error}"
    return failure_row(item.source, why, page)
