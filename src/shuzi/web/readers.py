"""The models, shared by all requests, and the threads that read."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

import cv2
from fastapi import Query, Request

from shuzi.errors import TooLargeError
from shuzi.reader import TURNS, Look, Reader
from shuzi.web.pages import upload_pages
from shuzi.web.pool import Pool
from shuzi.web.settings import Settings
from shuzi.web.timed import stop_at
from shuzi.web.upload import Upload

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """How to read, as the options of `shuzi read`."""

    kind: str
    rotate: int | None
    target_error: float
    digits_only: bool


async def read_options(
    request: Request,
    kind: Annotated[
        Literal["auto", "digit", "number", "page"],
        Query(alias="as", description="What the picture is; auto decides from it."),
    ] = "auto",
    rotate: Annotated[
        int | None,
        Query(
            description="Degrees to turn it clockwise first; without it as the page shows.",
            json_schema_extra={"enum": list(TURNS)},
        ),
    ] = None,
    target_error: Annotated[
        float | None,
        Query(ge=0, lt=1, description="The share of wrong numbers among those accepted."),
    ] = None,
    digits_only: Annotated[
        bool, Query(description="Leave out minus signs, decimal points and commas.")
    ] = False,
) -> Options:
    """The options of a request's query."""
    usual: float = request.app.state.settings.target_error
    return Options(kind, rotate, usual if target_error is None else target_error, digits_only)


class Readers:
    """Reads uploads in a pool of threads; every request has its own options.

    Raises:
        ModelError: a model cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Each request has a thread already; more would only wait for each other.
        cv2.setNumThreads(1)
        self._reader = Reader(settings.model, max_pixels=settings.max_pixels, threads=1)
        self._reader.sequence_recogniser  # noqa: B018 - loaded now, not at the first number
        self.pool = Pool(settings.threads, settings.queue, settings.seconds)

    async def read(self, upload: Upload, options: Options, use: Callable[[Iterator[Look]], T]) -> T:
        """What `use` makes of the upload's pages, one in memory at a time; it runs in a thread.

        Raises:
            ImageError: a page cannot be read, or there are too many.
            Problem: the service is busy, or the reading took too long.
        """
        reader = self._reader.with_options(
            kind=options.kind,
            rotate=options.rotate,
            target_error=options.target_error,
            digits_only=options.digits_only,
        )
        deadline = time.monotonic() + self._settings.seconds
        stop_at(reader, deadline)
        return await self.pool.run(lambda: use(self._looks(reader, upload, deadline)))

    def _looks(self, reader: Reader, upload: Upload, deadline: float) -> Iterator[Look]:
        limits = self._settings
        for number, grey in enumerate(upload_pages(upload, limits.max_pixels, deadline), 1):
            if number > limits.max_pages:
                raise TooLargeError(f"{upload.name} has more than {limits.max_pages} pages.")
            yield reader.look(grey, upload.name, number)
