"""The service: routes, and what stands before them."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles

import shuzi
from shuzi.web import documents, job_routes, metrics, models, problems, read, review, runs, session
from shuzi.web.access import Access, Clock
from shuzi.web.body import BodyLimit
from shuzi.web.jobs import Jobs
from shuzi.web.metrics import Measured, Metrics
from shuzi.web.query import check_query
from shuzi.web.readers import Readers
from shuzi.web.security import Gate, HeadAsGet, SecurityHeaders
from shuzi.web.settings import Settings
from shuzi.web.store import Reviews

_PAGE = Path(str(files("shuzi") / "web" / "static"))


def create_app(settings: Settings, now: Clock = time.monotonic) -> FastAPI:
    """The service as an ASGI app; in its state are `settings` and what the routes share.

    Args:
        now: the clock of logins and sessions.

    Raises:
        ModelError: the digit model cannot be used.
        StoreError: the review queue's file cannot be used.
    """
    app = FastAPI(
        title="shuzi",
        version=shuzi.__version__,
        description="Reads handwritten digits, and knows when it can't.",
        openapi_url="/api/v1/openapi.json",
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        responses=documents.problems(400, 401, 403, 421, 422, 429),
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.access = Access(settings.token, now)
    app.state.readers = Readers(settings)
    app.state.jobs = Jobs(settings)
    app.state.reviews = Reviews(settings.review)
    app.state.metrics = Metrics(app.state.readers.pool)
    problems.install(app)
    for part in (read, job_routes, models, review, session, runs):
        app.include_router(part.router, dependencies=[Depends(check_query)])
    app.include_router(metrics.router)
    app.add_api_route("/healthz", _health, tags=["service"], responses=documents.HEALTH)
    # What is not a route is a file of the page.
    app.router.default = StaticFiles(directory=_PAGE, html=True)
    # The last one added is the first to see a request.
    app.add_middleware(BodyLimit, settings=settings)
    app.add_middleware(Gate, settings=settings, access=app.state.access)
    app.add_middleware(problems.Boundary)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Measured, metrics=app.state.metrics)
    app.add_middleware(HeadAsGet)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.readers.pool.start()
    app.state.jobs.start()
    yield
    app.state.jobs.close()
    app.state.readers.pool.close()
    app.state.reviews.close()


async def _health() -> dict[str, str]:
    """That the service runs."""
    return {"status": "ok", "version": shuzi.__version__}
