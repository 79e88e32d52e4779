"""Logging in on the page: the token for a cookie."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from shuzi.web.access import COOKIE, SESSION_SECONDS, Access
from shuzi.web.documents import example

router = APIRouter(prefix="/api/v1/session", tags=["session"])


class Login(BaseModel):
    model_config = example({"token": "a token of ours"})

    token: str


@router.post("", status_code=204)
async def log_in(request: Request, login: Login) -> Response:
    """Exchange the token for a cookie, which scripts cannot read."""
    access: Access = request.app.state.access
    answer = Response(status_code=204)
    cookie = access.log_in(login.token, request.scope)
    if cookie is not None:
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
    return answer


@router.delete("", status_code=204)
async def log_out(request: Request) -> Response:
    """End the session: its cookie, and any copy of it, is good for nothing."""
    access: Access = request.app.state.access
    access.log_out(request.scope)
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer
