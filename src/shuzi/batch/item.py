"""What a batch reads, one by one: files, things behind URLs, members of archives."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

MOST_ITEMS, MOST_BYTES = 32, 200_000
"""Of a chunk, which is what a crash costs a process: a second of crops (3 KB, 25 ms each), a few of
A4 pages in black and white (31 KB, 0.6 s each), or one page in grey. Its part costs the first
process 0.8 ms, and two syncs that take 4 ms of the clock: a hundredth of what is read meanwhile
(`python benchmarks/batch.py DATA --crops 0 --pages 0 --parts 20000`, with 16 files a chunk)."""
LARGE_TIFF = 1_000_000
"""Bytes from which a TIFF may have so many pages that it is a chunk of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file that a picture, or pages, are read from.

    Args:
        source: what the table calls it.
        place: its path or its URL; of a member, its archive's.
        member: its name in an archive; None if it is in none.
        at: of a member, its place: in a ZIP its number, in a tar where its head begins.
        size: its bytes, as far as that is known.
        problem: why it cannot be read, if that is known before.
    """

    source: str
    place: str
    member: str | None = None
    at: int = 0
    size: int = 0
    problem: str = ""

    @property
    def is_paged(self) -> bool:
        """Whether its pages may be read some here, some there: a file that may have many."""
        name = self.place.lower()
        is_file = self.member is None and not is_url(self.place)
        large = name.endswith((".tif", ".tiff")) and self.size >= LARGE_TIFF
        return is_file and not self.problem and (name.endswith(".pdf") or large)

    def to_list(self) -> list[Any]:
        """For JSON."""
        return [self.source, self.place, self.member, self.at, self.size, self.problem]

    @classmethod
    def from_list(cls, values: list[Any]) -> Self:
        source, place, member, at, size, problem = values
        return cls(source=source, place=place, member=member, at=at, size=size, problem=problem)


def is_url(place: str) -> bool:
    return "://" in place


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items in the portions that processes read, which depend on the items alone.

    A file that may have many pages is one by itself.
    """
    chunk: list[Item] = []
    held = 0
    for item in items:
        full = len(chunk) == MOST_ITEMS or held + item.size > MOST_BYTES
        if chunk and (full or item.is_paged or chunk[0].is_paged):
            yield chunk
            chunk, held = [], 0
        chunk.append(item)
        held += item.size
    if chunk:
        yield chunk
