"""The review queue of a service, opened when it is first needed."""

from pathlib import Path
from threading import Lock

import platformdirs
from fastapi import Request

from shuzi.files import make_folder
from shuzi.review.store import Store, open_store


class Reviews:
    """A review queue that may be away when the service starts.

    Args:
        place: a file or a URL; a file in the user's own folder if None.
    """

    def __init__(self, place: str | None) -> None:
        self._place = place
        self._store: Store | None = None
        self._lock = Lock()

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


def find_store(request: Request) -> Store:
    """The queue of the service that answers the request; a dependency."""
    reviews: Reviews = request.app.state.reviews
    return reviews.store
