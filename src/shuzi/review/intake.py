"""Pages that were read -> the queue."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Literal, Protocol

from shuzi.page import Page
from shuzi.review.cutting import Cut, Grey, cut
from shuzi.review.item import NewItem
from shuzi.review.sample import SHARE, is_sampled, is_undecided
from shuzi.review.store import Store


class Look(Protocol):
    """A page and its upright picture, uint8 grey (height, width)."""

    @property
    def grey(self) -> Grey: ...
    @property
    def page(self) -> Page: ...


class Intake:
    """Puts into a queue what was not accepted, and a random sample of the accepted.

    Each page is first cut, while its picture is in memory, and added in the same order once its
    numbers are decided. `count` of them were new to the queue.

    Args:
        share: of the accepted numbers, the probability of each to be in the sample.
        required: how many people must agree.
    """

    def __init__(self, store: Store, share: float = SHARE, required: Literal[1, 2] = 1) -> None:
        self.store, self.share, self.required = store, share, required
        self.count = 0
        self._cuts: deque[list[Cut]] = deque()

    def cut(self, look: Look) -> None:
        """Keep pictures of the page's numbers."""
        self._cuts.append([cut(look.grey, number.box) for number in look.page.numbers])

    def add(self, page: Page) -> None:
        """Queue the numbers of the page that was cut the longest ago.

        Raises:
            StoreError: the queue cannot be used; nothing of the page was added.
        """
        chosen = list(choose(page, self._cuts.popleft(), self.share))
        if chosen:
            self.count += len(self.store.add(chosen, required=self.required))


def choose(page: Page, cuts: Iterable[Cut], share: float) -> Iterator[NewItem]:
    """The numbers of a decided page that people look at."""
    for number, pictures in zip(page.numbers, cuts, strict=True):
        sampled = is_sampled(number, pictures.crop, share)
        if sampled or is_undecided(number):
            yield NewItem(
                source=page.source,
                page=page.page,
                number=number,
                crop=pictures.crop,
                surroundings=pictures.surroundings,
                inside=pictures.inside,
                sampled=sampled,
            )
