"""What goes into the review's routes and comes out of them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from shuzi.review.guesses import other_guesses
from shuzi.review.item import LONGEST_NAME, LONGEST_NUMBER, NUMBER, Item, Lease
from shuzi.web.documents import PAGE, PageAnswer, example

PREFIX = "/api/v1/review"
Reviewer = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_NAME,
        description="A name in printable characters.",
        examples=["Ann"],
    ),
]
Box = tuple[int, int, int, int]


class Name(BaseModel):
    reviewer: Reviewer


class Undo(Name):
    """Who takes back what they decided last."""

    model_config = example({"reviewer": "Ann", "key": "2026-01-01T12:00:07Z"})

    key: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        pattern="^[!-~]+$",
        description="Any text of the client's own; sent twice, the undo counts once.",
    )


class Wanted(Name):
    """Items that a reviewer wants."""

    model_config = example({"reviewer": "Ann", "count": 48, "alike": True})

    count: int = Field(1, ge=1, le=100)
    alike: bool = Field(False, description="Read alike, the least sure first.")


class Decision(BaseModel):
    """What a reviewer says that an item is."""

    item: int = Field(ge=1, le=2**31 - 1)
    text: str | None = Field(
        pattern=f"^{NUMBER}$",
        max_length=LONGEST_NUMBER,
        description="75, -5, 7.5, 10:35 or 12/05/2023; null for no number.",
    )
    seconds: float = Field(0.0, ge=0, le=86_400, allow_inf_nan=False)


class Decisions(Name):
    model_config = example(
        {
            "reviewer": "Ann",
            "decisions": [
                {"item": 7, "text": "12", "seconds": 1.2},
                {"item": 8, "text": None, "seconds": 0.9},
            ],
        }
    )

    decisions: list[Decision] = Field(min_length=1, max_length=1000)


class ItemAnswer(BaseModel):
    """A number to decide."""

    id: int
    source: str
    page: int
    text: str = Field(description="As it was read.")
    confidence: float
    alternatives: list[tuple[str, float]]
    attempt: int = Field(description="2 if one person has answered already.")
    crop: str
    thumbnail: str = Field(description="The crop enlarged, its contrast stretched.")
    surroundings: str
    box: Box = Field(description="Of the number in the surroundings.")


class LeaseAnswer(BaseModel):
    """Items that nobody else gets; none if nothing is left."""

    token: str
    expires: datetime
    text: str | None = Field(description="If all were read as that.")
    items: list[ItemAnswer]


class DecidedAnswer(BaseModel):
    model_config = example({"decided": 2, "open": 310})

    decided: int
    open: int = Field(description="Items of the queue that are not decided.")


class QueuedAnswer(BaseModel):
    model_config = example({"queued": 0, "pages": [PAGE]})

    queued: int
    pages: list[PageAnswer]


class ErrorAnswer(BaseModel):
    """Wrong ones in the sample of the accepted; low to high is the 95 % interval (Wilson)."""

    n: int
    wrong: int
    rate: float
    low: float
    high: float
    waiting: int


class AgreementAnswer(BaseModel):
    n: int
    share: float


class ReviewerAnswer(BaseModel):
    name: str
    decided: int
    seconds_each: float


class FiguresAnswer(BaseModel):
    """The state of the queue."""

    model_config = example(
        {
            "open": 310,
            "leased": 48,
            "decided": 190,
            "disputed": 0,
            "items_per_hour": 4000.0,
            "seconds_each": 0.9,
            "accepted_error": {
                **{"n": 120, "wrong": 1, "rate": 0.0083},
                **{"low": 0.0015, "high": 0.0457, "waiting": 3},
            },
            "agreement": {"n": 50, "share": 0.98},
            "reviewers": [{"name": "Ann", "decided": 190, "seconds_each": 0.9}],
        },
        extra="forbid",
    )

    open: int
    leased: int
    decided: int
    disputed: int
    items_per_hour: float | None
    seconds_each: float | None
    accepted_error: ErrorAnswer | None
    agreement: AgreementAnswer | None
    reviewers: list[ReviewerAnswer]


def lease_answer(lease: Lease) -> LeaseAnswer:
    """The lease as clients see it: not what others answered, nor which items are a sample."""
    shown = [_item(item) for item in lease.items]
    return LeaseAnswer(token=lease.token, expires=lease.expires, text=lease.text, items=shown)


def _item(item: Item) -> ItemAnswer:
    place = f"{PREFIX}/items/{item.id}"
    x, y, width, height = item.inside.to_list()
    return ItemAnswer(
        id=item.id,
        source=item.source,
        page=item.page,
        text=item.text,
        confidence=item.confidence,
        alternatives=other_guesses(item.number),
        attempt=item.attempt,
        crop=f"{place}/crop.png",
        thumbnail=f"{place}/thumbnail.png",
        surroundings=f"{place}/surroundings.png",
        box=(x, y, width, height),
    )


_TOKEN = "0f8fad5bd9cb469fa16570867728950e"
_SEVEN = {
    "id": 7,
    "source": "form.pdf",
    "page": 1,
    "text": "7",
    "confidence": 0.62,
    "alternatives": [["1", 0.3]],
    "attempt": 1,
    "crop": f"{PREFIX}/items/7/crop.png",
    "thumbnail": f"{PREFIX}/items/7/thumbnail.png",
    "surroundings": f"{PREFIX}/items/7/surroundings.png",
    "box": [132, 132, 32, 44],
}
LEASE: dict[str, Any] = {
    "model": LeaseAnswer,
    "content": {
        "application/json": {
            "example": {
                "token": _TOKEN,
                "expires": "2026-01-01T12:02:00Z",
                "text": "7",
                "items": [_SEVEN],
            }
        }
    },
}
