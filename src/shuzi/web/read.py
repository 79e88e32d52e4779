"""POST /api/v1/read: a picture in, its pages out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from shuzi.web import documents
from shuzi.web.connection import while_connected
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
    said, body = await while_connected(
        request, readers.read(upload, options, seen=seen, upright=upright)
    )
    metrics.count_numbers(said["decisions"])
    return Response(body, media_type="application/json")
