"""POST /api/v1/read: a picture in, its pages out."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from shuzi.decide import Decider
from shuzi.page import SCHEMA
from shuzi.reader import Look
from shuzi.web import documents, pictures
from shuzi.web.metrics import Metrics
from shuzi.web.readers import Options, Readers, read_options
from shuzi.web.upload import receive_upload

router = APIRouter(prefix="/api/v1", tags=["read"])


@router.post(
    "/read",
    responses={200: documents.READ, **documents.problems(408, 413, 415, 503, 504)},
    openapi_extra=documents.PICTURE_BODY,
)
async def read(
    request: Request,
    options: Annotated[Options, Depends(read_options)],
    seen: Annotated[
        bool, Query(description="Add what the model saw of each number, as pictures.")
    ] = False,
    upright: Annotated[
        bool, Query(description="Add the page as a picture, turned as it was read.")
    ] = False,
) -> Response:
    """Read a picture or a PDF: the whole body, or the file of a form."""
    readers: Readers = request.app.state.readers
    metrics: Metrics = request.app.state.metrics
    upload = await receive_upload(request)

    def answer(looks: Iterator[Look]) -> bytes:
        decider = Decider(options.target_error)
        decided, shown = [], []
        for look in looks:
            decided.append(decider.decide(look.page))
            shown.append(_shown(look, seen, upright))
        metrics.count_numbers(decided)
        said = [page.to_dict() | more for page, more in zip(decided, shown, strict=True)]
        return json.dumps({"schema": SCHEMA, "pages": said}, ensure_ascii=False).encode()

    body = await readers.read(upload, options, answer)
    return Response(body, media_type="application/json")


def _shown(look: Look, seen: bool, upright: bool) -> dict[str, Any]:
    return ({"seen": pictures.seen(look)} if seen else {}) | (
        {"picture": pictures.upright(look)} if upright else {}
    )
