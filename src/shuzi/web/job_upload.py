"""The files of a job: an archive, or a form of many files -> archives in a folder."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from shuzi.errors import OutputError
from shuzi.folder import TARS
from shuzi.text import plain
from shuzi.web.problems import Problem
from shuzi.web.upload import UNKNOWN, boundary_of, media_type, no_form, safe_name

ZIPS = ("application/zip", "application/x-zip-compressed", *UNKNOWN)
ZIP = ".zip"
"""How the job finds its archives; Windows and cameras also write .ZIP."""
OTHERS = (*TARS, ".7z", ".rar")
"""Archives that a job does not read; whoever sends one would miss its pictures in the table."""
WHOLE, PARTS = "upload.zip", "files.zip"
"""An archive that is the whole body; that which the pictures of a form are put into."""


async def receive_files(request: Request, folder: Path, most: int) -> None:
    """Write what a request brings into a folder, as archives.

    Args:
        most: files of a form.

    Raises:
        OutputError: they cannot be written.
        Problem: 413 for too many, 415 for another type or archive, 422 for a form without files.
    """
    kind = media_type(request.headers.get("content-type", ""))
    try:
        if kind == "multipart/form-data":
            with _Form(folder, most) as form:
                parser = MultipartParser(boundary_of(request), form.callbacks)
                async for piece in request.stream():
                    await run_in_threadpool(_write, parser, piece)
            form.check()
            return
        if kind not in ZIPS:
            raise Problem(
                415, f"{kind} is not an archive.", "Send a ZIP archive, or a form of files."
            )
        with (folder / WHOLE).open("wb") as file:
            async for piece in request.stream():
                await run_in_threadpool(file.write, piece)
    except OSError as error:
        raise OutputError(
            f"The files cannot be kept: {error.strerror or error}.",
            "Tell whoever runs the service; its disk may be full.",
        ) from None
    if (folder / WHOLE).stat().st_size == 0:
        raise Problem(422, "The request brings nothing.", "Send a ZIP archive, or a form of files.")


def _write(parser: MultipartParser, piece: bytes) -> None:
    try:
        parser.write(piece)
    except FormParserError as error:
        raise no_form(str(error)) from None


class _Form:
    """Puts the files of a form where they belong as they arrive, their names made safe."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most, self.count = folder, most, 0
        self._archive = zipfile.ZipFile(folder / PARTS, "w")
        self._file: IO[bytes] | None = None
        self._header, self._headers = [b"", b""], dict[str, bytes]()
        self._ended = False

    @property
    def callbacks(self) -> Any:
        def header(at: int) -> Callable[[bytes, int, int], None]:
            def add(data: bytes, start: int, end: int) -> None:
                self._header[at] += data[start:end]

            return add

        return {
            "on_part_begin": self._begin,
            "on_header_field": header(0),
            "on_header_value": header(1),
            "on_header_end": self._keep_header,
            "on_headers_finished": self._open,
            "on_part_data": self._data,
            "on_part_end": self._close,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._headers.clear()

    def _keep_header(self) -> None:
        name, value = self._header
        self._headers[name.decode("latin-1").lower()] = value
        self._header = [b"", b""]

    def _open(self) -> None:
        _, said = parse_options_header(self._headers.get("content-disposition"))
        if b"filename" not in said:
            # A field that is no file.
            return
        self.count += 1
        if self.count > self._most:
            raise Problem(
                413, f"The form has more than {self._most:,} files.", "Send fewer at a time."
            )
        name = safe_name(said[b"filename"].decode("utf-8", "replace"))
        if name.lower().endswith(OTHERS):
            raise Problem(
                415, f"{plain(name)} is an archive that a job does not read.", "Send it as a ZIP."
            )
        if name.lower().endswith(ZIP):
            # Numbered, as two may have the same name, and in their order.
            archive = f"{self.count:06}-{name[: -len(ZIP)]}{ZIP}"
            self._file = (self._folder / archive).open("wb")
        else:
            self._file = self._archive.open(zipfile.ZipInfo(name), "w", force_zip64=True)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _end(self) -> None:
        self._ended = True

    def check(self) -> None:
        """Refuse a form that is cut off, or has no files.

        Raises:
            Problem: 422.
        """
        if not self._ended:
            raise no_form("It is cut off.")
        if not self.count:
            raise no_form("It has no files.")
        if not self._archive.namelist():
            (self._folder / PARTS).unlink()

    def __enter__(self) -> "_Form":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        self._archive.close()
