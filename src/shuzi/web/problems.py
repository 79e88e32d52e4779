"""Errors as answers: problem+json of RFC 9457."""

import asyncio
import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuzi.errors import ShuziError
from shuzi.web.messages import describe_defect

MEDIA_TYPE = "application/problem+json"
RETRY = {"Retry-After": "1"}
_LOG = logging.getLogger("shuzi.web")
_REMEDIES = {
    404: "GET /api/v1/openapi.json lists what there is.",
    405: "GET /api/v1/openapi.json lists what there is.",
}


class Problem(Exception):  # noqa: N818 - the standard's word
    """An answer that is an error.

    Args:
        status: its HTTP status, from 400.
        detail: what is wrong.
        remedy: what the client can do.
        headers: further headers of the answer.
        kind: of the error, where the status does not say all; it ends the problem's `type`.
        more: further members of the answer, for programs.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        remedy: str,
        headers: Mapping[str, str] | None = None,
        kind: str | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.remedy = remedy
        self.headers = headers
        self.kind = kind
        self.more = more

    def response(self) -> JSONResponse:
        said = {
            "type": "about:blank" if self.kind is None else f"urn:shuzi:{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "remedy": self.remedy,
            **(self.more or {}),
        }
        return JSONResponse(said, self.status, self.headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of the app's routes with a problem."""
    app.add_exception_handler(Problem, _of_problem)
    app.add_exception_handler(ShuziError, _of_shuzi)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)


class Boundary:
    """Middleware: what the app raises becomes an answer; nothing is logged but where it arose.

    An answer that has begun is left unfinished: the server then hangs up, and the client misses
    the end.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return
        except asyncio.CancelledError:
            # The service ends; only its server cancels a request.
            ended = Problem(503, "The service ended.", "Try again when it is back.", RETRY)
            if not started:
                await ended.response()(scope, receive, send)
        except Exception as error:
            # What has an answer of its own comes too late for it when another is under way.
            cause = error.__cause__ if started else None
            if isinstance(cause, ShuziError):
                _LOG.error("An answer was cut off by a %s", type(cause).__name__)
                return
            problem = error if isinstance(error, Problem) else defect(describe_defect(error))
            if not started:
                await problem.response()(scope, receive, send)


def defect(described: str) -> Problem:
    """The answer to an unexpected error, once it is in the log."""
    _LOG.error("Unexpected %s", described)
    return Problem(
        500, "The service met an unexpected error.", "Its log says where; please report it."
    )


def _of_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return error.response()


def _of_shuzi(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ShuziError)
    message, remedy = error.told("http")
    return Problem(error.http_status, message, remedy, kind=_kind(type(error))).response()


def _kind(error: type[ShuziError]) -> str:
    """NotAPictureError -> not-a-picture."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", error.__name__.removesuffix("Error")).lower()


def _of_validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    said = "; ".join(_said(item) for item in error.errors())
    return Problem(422, said, "GET /api/v1/openapi.json says what is allowed.").response()


def _said(item: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0])
    return f"{place}: {item['msg']}"


def _of_http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    remedy = _REMEDIES.get(error.status_code, "Change the request.")
    return Problem(error.status_code, f"{error.detail}.", remedy, error.headers).response()
