"""POST /api/v1/read: a picture in, its pages out."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from shuzi.decide import decide_pages
from shuzi.page import SCHEMA
from shuzi.reader import Look
from shuzi.web.readers import Options, Readers, read_options
from shuzi.web.upload import receive_upload

router = APIRouter(prefix="/api/v1", tags=["read"])


@router.post("/read")
async def read(request: Request, options: Annotated[Options, Depends(read_options)]) -> Response:
    """Read a picture or a PDF: the whole body, or the file of a form."""
    readers: Readers = request.app.state.readers
    upload = await receive_upload(request)
    pages = await readers.read(upload, options, lambda looks: _pages(looks, options))
    said = {"schema": SCHEMA, "pages": pages}
    return Response(json.dumps(said, ensure_ascii=False), media_type="application/json")


def _pages(looks: Iterator[Look], options: Options) -> list[dict[str, Any]]:
    pages = decide_pages([look.page for look in looks], options.target_error)
    return [page.to_dict() for page in pages]
