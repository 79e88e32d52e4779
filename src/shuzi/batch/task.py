"""What a process of a batch is given to do, and what comes of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, field, replace
from operator import add, sub
from typing import TYPE_CHECKING, Any, Self

from shuzi.batch.item import Item
from shuzi.batch.read import PAGES
from shuzi.rows import Row

if TYPE_CHECKING:
    from shuzi.review.item import NewItem


@dataclass(frozen=True, slots=True)
class Task:
    """A chunk to read; of a file with many pages, those from `first`.

    Args:
        again: to be read again for what could not be read; each file whole.
    """

    chunk: int
    items: list[Item]
    first: int = 1
    again: bool = False

    @property
    def is_paged(self) -> bool:
        """Whether it is of one file whose pages are read some here, some there."""
        return not self.again and self.items[0].is_paged

    @property
    def name(self) -> str:
        """Of its part; names sort as the table's rows do."""
        return f"{self.chunk:08}-{self.first:08}.jsonl"

    def without(self, at: int, problem: str) -> "Task":
        """The task with an item that is not to be tried."""
        items = list(self.items)
        items[at] = replace(items[at], problem=f"{items[at].source} {problem}")
        return replace(self, items=items)

    def others(self, pages: int) -> Iterator["Task"]:
        """Those that read the rest of a file of so many pages, if this is its first."""
        if self.first == 1 and self.is_paged:
            for first in range(1 + PAGES, pages + 1, PAGES):
                yield replace(self, first=first)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many pictures (or pages) were read, and what became of them and their numbers."""

    pictures: int = 0
    accepted: int = 0
    review: int = 0
    rejected: int = 0
    without: int = 0
    failed: int = 0

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """Of the rows of one or more whole pictures."""
        said = Counter(row.decision for row in rows)
        places = {(row.source, row.page) for row in rows}
        return cls(
            len(places), said["accept"], said["review"], said["reject"], said["none"], said[""]
        )

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*map(add, astuple(self), astuple(other)))

    def __sub__(self, other: "Counts") -> "Counts":
        return Counts(*map(sub, astuple(self), astuple(other)))


@dataclass(frozen=True, slots=True)
class Part:
    """What came of a task: its rows, the pages of its file, and what people are to look at."""

    rows: list[Row]
    pages: int = 1
    counts: Counts = field(default_factory=Counts)
    queued: "list[NewItem]" = field(default_factory=list)

    def head(self) -> dict[str, Any]:
        return {"pages": self.pages, "counts": list(astuple(self.counts))}
