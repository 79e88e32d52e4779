"""A picture that was sent, as the whole body of a request or as a file of a form."""

import io
import re
from dataclasses import dataclass

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from shuzi.errors import ImageError
from shuzi.web.problems import Problem

UNNAMED = "upload"
MAX_NAME = 200
"""Bytes of a name in UTF-8; a file system takes 255, and jobs number archives."""
BOUNDARY = "[0-9A-Za-z'()+_,./:=? -]{1,70}"
"""Between the parts of a form, as in RFC 2046."""
UNKNOWN = ("application/octet-stream", "application/x-www-form-urlencoded", "")
"""Types that do not say what the bytes are; the second is what curl's --data-binary sends."""
REFUSED = ("image/svg+xml",)
"""A drawing program, not a picture: it may hold scripts."""


@dataclass(frozen=True, slots=True)
class Upload:
    """The bytes of a file, and a name that is safe to show and to log: no path, no controls."""

    name: str
    content: bytes

    def open(self) -> io.BytesIO:
        """As an open file of that name."""
        file = io.BytesIO(self.content)
        file.name = self.name
        return file


async def receive_upload(request: Request) -> Upload:
    """The picture in the request's body; it never touches the disk.

    Raises:
        Problem: 415 for what is not a picture or PDF by its type, 422 for a form without a file.
    """
    kind = media_type(request.headers.get("content-type", ""))
    if kind == "multipart/form-data":
        return await _from_form(request)
    _check_type(kind)
    return Upload(UNNAMED, await request.body())


def media_type(header: str) -> str:
    return header.partition(";")[0].strip().lower()


def safe_name(name: str | None) -> str:
    """The last part of a path, without what cannot be printed."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in last if c.isprintable())
    return shown.encode()[-MAX_NAME:].decode(errors="ignore").strip() or UNNAMED


async def _from_form(request: Request) -> Upload:
    boundary = boundary_of(request)
    # Without a charset: Python knows some that fail on any text, or take hours for it.
    headers = Headers({"content-type": f'multipart/form-data; boundary="{boundary}"'})
    parser = MultiPartParser(headers, request.stream(), max_files=1, max_fields=10)
    # The body's length has a limit already.
    parser.spool_max_size = 2**62
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise no_form(error.message) from None
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise no_form("It has no file in the field `file`.")
    _check_type(media_type(file.content_type or ""))
    return Upload(safe_name(file.filename), await file.read())


def boundary_of(request: Request) -> str:
    """What stands between the parts of a request's form.

    Raises:
        Problem: 422.
    """
    _, said = parse_options_header(request.headers.get("content-type"))
    boundary = said.get(b"boundary", b"").decode("latin-1")
    if not re.fullmatch(BOUNDARY, boundary):
        raise no_form("It has no boundary, or one that may not be.")
    return boundary


def _check_type(kind: str) -> None:
    picture = kind.startswith("image/") and kind not in REFUSED
    if not picture and kind not in ("application/pdf", *UNKNOWN):
        raise Problem(415, f"{kind} is not a picture that can be read.", ImageError.usual)


def no_form(message: str) -> Problem:
    return Problem(
        422, f"The form cannot be used: {message}", "Send multipart/form-data with a `file`."
    )
