"""The review queue of a service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Lock

import platformdirs
from fastapi import Request
from starlette.concurrency import run_in_threadpool

from shuzi.files import make_folder
from shuzi.review.store import Store, open_store
from shuzi.web.problems import RETRY, Problem

AT_ONCE = 30
"""Requests that use the queue; of the 40 threads that Starlette has, the rest serve the page."""


class Reviews:
    """A review queue, opened at once where it is a file that was named; a database elsewhere may
    be away when the service starts, and any later.

    Args:
        place: a file or a URL; a file in the user's own folder, made when needed, if None.

    Raises:
        StoreError: the file cannot be used.
    """

    def __init__(self, place: str | None) -> None:
        self._place = place
        self._store: Store | None = None
        self._lock = Lock()
        self.users = 0
        if place is not None and "://" not in place:
            self.store  # noqa: B018 - one that can never be used is said before the service starts

    @property
    def store(self) -> Store:
        """The open queue.

        Raises:
            StoreError: it cannot be opened now; the next time tries again.
        """
        with self._lock:
            if self._store is None:
                self._store = open_store(self._place or _own())
            return self._store

    def close(self) -> None:
        """Give its connections back."""
        with self._lock:
            if self._store is not None:
                self._store.close()


def _own() -> str:
    folder = Path(platformdirs.user_data_dir("shuzi", appauthor=False))
    make_folder(folder)
    return str(folder / "reviews.db")


@asynccontextmanager
async def opened_store(request: Request) -> AsyncIterator[Store]:
    """The queue of the service that answers the request.

    Raises:
        Problem: 503 when too many wait for it, as for a database that is locked.
        StoreError: it cannot be opened.
    """
    reviews: Reviews = request.app.state.reviews
    if reviews.users >= AT_ONCE:
        raise Problem(503, "The review queue is busy.", "Try again in a moment.", RETRY, "store")
    reviews.users += 1
    try:
        yield await run_in_threadpool(lambda: reviews.store)
    finally:
        reviews.users -= 1


async def find_store(request: Request) -> AsyncIterator[Store]:
    """As `opened_store`; a dependency."""
    async with opened_store(request) as store:
        yield store
