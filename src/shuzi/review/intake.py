"""Pages that were read -> the queue."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from shuzi.errors import UsageError
from shuzi.result import Box, Number, Page
from shuzi.review.cutting import Grey, cut
from shuzi.review.item import NewItem
from shuzi.review.sample import SHARE, is_sampled, is_undecided

if TYPE_CHECKING:
    from shuzi.review.store import Store


class Look(Protocol):
    """A decided page, its upright picture, uint8 grey (height, width), and where other writing is
    on it, if there is any."""

    @property
    def grey(self) -> Grey: ...
    @property
    def page(self) -> Page: ...
    @property
    def other(self) -> Box | None: ...


class Intake:
    """Puts into a queue what was not accepted, and a random sample of the accepted.

    A page with no number gives an item without text if there is other writing on it. `count` items
    were new to the queue.

    Args:
        share: of the accepted numbers, the probability of each to be in the sample.
        required: how many people must agree.

    Raises:
        UsageError: the share is not in [0, 1].
    """

    def __init__(self, store: "Store", share: float = SHARE, required: Literal[1, 2] = 1) -> None:
        if not 0 <= share <= 1:
            raise UsageError(f"The share {share} for the sample is not from 0 to 1.")
        self.store, self.share, self.required = store, share, required
        self.count = 0

    def add(self, look: Look) -> None:
        """Queue what people look at of a page.

        Raises:
            StoreError: the queue cannot be used; nothing of the page was added.
        """
        self.queue(list(choose(look, self.share)))

    def queue(self, chosen: Sequence[NewItem]) -> None:
        """Queue what was chosen of pages.

        Raises:
            StoreError: the queue cannot be used; nothing was added.
        """
        if chosen:
            self.count += len(self.store.add(chosen, required=self.required))


def choose(look: Look, share: float) -> Iterator[NewItem]:
    """What people look at of a page."""
    page, grey = look.page, look.grey
    seen = ""
    for number in page.numbers or _unread(look.other):
        pictures = cut(grey, number.box)
        sampled = is_sampled(number, pictures.crop, share)
        if sampled or is_undecided(number):
            # Most pages have nothing to queue, and a large one's pixels take a while.
            seen = seen or hashlib.sha256(f"{grey.shape}".encode() + grey.tobytes()).hexdigest()
            yield NewItem(
                source=page.source,
                page=page.page,
                number=number,
                crop=pictures.crop,
                surroundings=pictures.surroundings,
                inside=pictures.inside,
                sampled=sampled,
                seen=seen,
            )


def _unread(other: Box | None) -> Sequence[Number]:
    """The writing of a page on which no number was found, if there is any."""
    return [] if other is None else [Number(text="", confidence=0.0, box=other)]
