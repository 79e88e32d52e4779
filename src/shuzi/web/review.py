"""/api/v1/review: the queue over HTTP."""

import io
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain, groupby, islice
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from shuzi.errors import StoreError
from shuzi.result import Box, Number
from shuzi.review.cutting import thumbnail
from shuzi.review.export import lines
from shuzi.review.item import NewItem, Pictures, Verdict
from shuzi.review.sample import SHARE
from shuzi.review.store import Store
from shuzi.web import documents
from shuzi.web.connection import while_connected
from shuzi.web.documents import PageAnswer
from shuzi.web.metrics import Metrics
from shuzi.web.problems import Problem
from shuzi.web.readers import Options, Readers, read_options
from shuzi.web.review_documents import (
    LEASE,
    PREFIX,
    DecidedAnswer,
    Decisions,
    FiguresAnswer,
    LeaseAnswer,
    QueuedAnswer,
    Undo,
    Wanted,
    lease_answer,
)
from shuzi.web.store import find_store, opened_store
from shuzi.web.upload import receive_upload

router = APIRouter(prefix=PREFIX, tags=["review"], responses=documents.problems(503))
Queue = Annotated[Store, Depends(find_store)]
Token = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Of a lease.")]
ItemId = Annotated[int, Path(ge=1, le=2**31 - 1)]
_PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}}}
_MISSED = {
    "lost": "somebody else has {} by now",
    "otherwise": "this lease said otherwise of {} before, which stands",
    "unknown": "there is no item {}",
}
"""Why items were not decided."""
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


@router.post("/leases", responses={200: LEASE})
def lease(store: Queue, wanted: Wanted) -> LeaseAnswer:
    """Get items to decide, which nobody else gets until the lease runs out."""
    return lease_answer(store.lease(wanted.reviewer, wanted.count, alike=wanted.alike))


@router.put("/leases/{token}", status_code=204, responses=documents.problems(410))
def renew(store: Queue, token: Token) -> None:
    """Keep a lease for longer."""
    if store.renew(token) is None:
        raise Problem(410, "The lease has run out, or nothing of it is left.", "Get a new lease.")


@router.delete("/leases/{token}", status_code=204)
def give_back(store: Queue, token: Token) -> None:
    """Let others have what is left of a lease."""
    store.give_back(token)


@router.post(
    "/leases/{token}/decisions",
    responses=documents.conflict(
        "Decided: 1. Not decided: somebody else has 7 by now.",
        "Take an answer back with undo; go on with a new lease.",
        type="urn:shuzi:not-decided",
        not_decided={"lost": [7], "otherwise": [], "unknown": []},
    ),
)
def decide(store: Queue, token: Token, said: Decisions) -> DecidedAnswer:
    """Say what items are: their digits, or null for no number. Sent twice, it counts once."""
    verdicts = [Verdict(one.item, one.text, one.seconds) for one in said.decisions]
    decided = store.decide(token, said.reviewer, verdicts)
    missed = {name: list(getattr(decided, name)) for name in _MISSED}
    if any(missed.values()):
        why = "; ".join(
            _MISSED[name].format(_listed(some)) for name, some in missed.items() if some
        )
        raise Problem(
            409,
            f"Decided: {decided.count:,}. Not decided: {why}.",
            "Take an answer back with undo; go on with a new lease.",
            kind="not-decided",
            more={"not_decided": missed},
        )
    return DecidedAnswer(decided=decided.count, open=store.waiting())


@router.post("/undo", responses={200: LEASE})
def undo(store: Queue, who: Undo) -> LeaseAnswer:
    """Take back what the reviewer decided last, by one request, and get its items again."""
    return lease_answer(store.undo(who.reviewer, who.key))


@router.get("/figures")
def figures(store: Queue) -> FiguresAnswer:
    """How far the queue is, how fast, and how often the reader was wrong."""
    return FiguresAnswer.model_validate(asdict(store.figures()))


@router.get(
    "/items/{item}/crop.png",
    response_class=Response,
    responses={**_PNG, **documents.problems(404)},
)
def crop(store: Queue, item: ItemId) -> Response:
    """The number."""
    return _picture(_pictures(store, item).crop)


@router.get(
    "/items/{item}/thumbnail.png",
    response_class=Response,
    responses={**_PNG, **documents.problems(404)},
)
def enlarged(store: Queue, item: ItemId) -> Response:
    """The number, enlarged, its contrast stretched."""
    try:
        return _picture(thumbnail(_pictures(store, item).crop))
    except OSError:
        raise StoreError(f"The picture of item {item} is damaged.") from None


@router.get(
    "/items/{item}/surroundings.png",
    response_class=Response,
    responses={**_PNG, **documents.problems(404)},
)
def surroundings(store: Queue, item: ItemId) -> Response:
    """The number, and what is around it."""
    return _picture(_pictures(store, item).surroundings)


@router.post(
    "/items",
    responses=documents.problems(408, 413, 415, 504),
    response_model=QueuedAnswer,
    openapi_extra=documents.PICTURE_BODY,
)
async def add(
    request: Request,
    options: Annotated[Options, Depends(read_options)],
    sample: Annotated[
        float, Query(ge=0, le=1, description="This share of the accepted is queued too.")
    ] = SHARE,
    double: Annotated[bool, Query(description="Two people must agree.")] = False,
) -> Response:
    """Read a picture or a PDF, and queue what was not accepted."""
    readers: Readers = request.app.state.readers
    upload = await receive_upload(request)
    said, kept = await while_connected(request, readers.read(upload, options, sample=sample))
    metrics: Metrics = request.app.state.metrics
    metrics.count_numbers(said["decisions"])

    def put(store: Store) -> str:
        # A transaction a page: others need not wait long.
        pages = groupby(_new_items(said["items"], kept), key=lambda item: item.page)
        queued = sum(len(store.add(items, required=2 if double else 1)) for _, items in pages)
        answers = [PageAnswer.model_validate(page) for page in said["pages"]]
        answer = QueuedAnswer(queued=queued, pages=answers)
        return answer.model_dump_json(by_alias=True, exclude_unset=True)

    async with opened_store(request) as store:
        body = await run_in_threadpool(put, store)
    return Response(body, media_type="application/json")


def _new_items(items: list[dict[str, Any]], kept: bytes) -> Iterator[NewItem]:
    """The items that a worker chose, with their pictures, which come one after the other."""
    pictures = io.BytesIO(kept)
    for item in items:
        crop, surroundings = (pictures.read(size) for size in item.pop("sizes"))
        number, inside = Number.from_dict(item.pop("number")), Box(*item.pop("inside"))
        yield NewItem(**item, number=number, inside=inside, crop=crop, surroundings=surroundings)


@router.get("/export", response_class=Response, responses=documents.TEXTS)
async def export(
    request: Request, to: Annotated[Literal["csv", "jsonl"], Query()] = "csv"
) -> Response:
    """What was decided. An answer that ends without its last chunk is not all of it."""
    # The place among the queue's users is not kept while a client takes its answer.
    async with opened_store(request) as store:
        said = lines(store, to)
        # A header and an item: a queue that cannot be used is an error from the start.
        begun = await run_in_threadpool(lambda: list(islice(said, 2)))
    name = {"Content-Disposition": f'attachment; filename="decided.{to}"'}
    return StreamingResponse(chain(begun, said), media_type=_TYPES[to], headers=name)


def _pictures(store: Store, item: int) -> Pictures:
    found = store.pictures(item)
    if found is None:
        raise Problem(404, f"There is no item {item}.", "Get items with a lease.")
    return found


def _picture(content: bytes) -> Response:
    # An item's pictures never change.
    caching = {"Cache-Control": "private, max-age=3600, immutable"}
    return Response(content, media_type="image/png", headers=caching)


def _listed(items: list[int]) -> str:
    shown = ", ".join(map(str, items[:10]))
    return shown + (f" and {len(items) - 10} more" if len(items) > 10 else "")
