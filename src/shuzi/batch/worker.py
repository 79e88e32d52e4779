"""A process that reads what it is given."""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from shuzi.batch.item import Item
from shuzi.batch.read import Options, ReadItems
from shuzi.batch.task import Counts, Part, Task
from shuzi.errors import ShuziError
from shuzi.interrupt import end_with_parent
from shuzi.rows import Row

if TYPE_CHECKING:
    from shuzi.reader import Look
    from shuzi.review.item import NewItem


@dataclass(frozen=True, slots=True)
class Setup:
    """What every process needs: how to read, in which folder, and the share of a review sample."""

    options: Options
    folder: str
    share: float | None = None


def work(connection: Connection, setup: Setup, at: Any) -> None:
    """Read tasks until there are no more, or the parent is gone: even in the midst of a picture.

    Sends `None` when it is ready, then a `Part` for each task, or the error that ends everything.

    Args:
        at: shared with the parent: the number of the item in hand, and how many pages were read.
    """
    # Ctrl-C is the parent's to answer, who ends this; needed where `unheard` does nothing.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    os.environ["OMP_NUM_THREADS"] = "1"
    os.chdir(setup.folder)
    import cv2

    # Each core has a process.
    cv2.setNumThreads(1)
    read = ReadItems(setup.options)
    try:
        read.reader  # noqa: B018 - a model that cannot be used is said before anything is read
        connection.send(None)
        while (task := connection.recv()) is not None:
            connection.send(read_task(read, task, setup.share, at))
    except ShuziError as error:
        connection.send(error)
    except (EOFError, BrokenPipeError):
        # The parent is gone.
        os._exit(0)


def read_task(read: ReadItems, task: Task, share: float | None, at: Any) -> Part:
    """What comes of a task; `at` says how far it is."""
    queued: list[NewItem] = []
    rows: list[Row] = []
    counts, pages = Counts(), 1
    for some, pages in _pages(read, task, _chooser(queued, share), at):  # noqa: B007
        rows += some
        counts += Counts.of(some)
        at[1] += 1
    return Part(rows, pages, counts, queued)


def _pages(
    read: ReadItems, task: Task, watch: "Callable[[Look], object]", at: Any
) -> Iterator[tuple[list[Row], int]]:
    at[0] = 0
    if task.is_paged:
        yield from read.some(task.items[0], task.first, watch)
        return

    def counted() -> Iterator[Item]:
        for number, item in enumerate(task.items):
            at[0] = number
            yield item

    yield from ((rows, 1) for rows in read.each(counted(), watch))


def _chooser(queued: "list[NewItem]", share: float | None) -> "Callable[[Look], object]":
    """What puts a page's numbers that people are to look at into the list."""
    if share is None:
        return lambda look: None
    from shuzi.review.intake import choose

    return lambda look: queued.extend(choose(look, share))
