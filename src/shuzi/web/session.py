"""Logging in on the page: the token for a cookie."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from shuzi.web.documents import example
from shuzi.web.problems import Problem
from shuzi.web.security import COOKIE, SESSION_SECONDS, same, session_cookie

router = APIRouter(prefix="/api/v1/session", tags=["session"])


class Login(BaseModel):
    model_config = example({"token": "a token of ours"})

    token: str


@router.post("", status_code=204)
async def log_in(request: Request, login: Login) -> Response:
    """Exchange the token for a cookie, which scripts cannot read."""
    token: str | None = request.app.state.settings.token
    answer = Response(status_code=204)
    if token is None:
        return answer
    if not same(login.token, token):
        raise Problem(401, "That is not the token.", "Ask whoever started the service.")
    answer.set_cookie(
        COOKIE,
        session_cookie(token),
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.delete("", status_code=204)
async def log_out() -> Response:
    """Forget the cookie."""
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer
