"""GET /metrics: what the service does, for Prometheus."""

import time
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuzi.web.pool import Pool

router = APIRouter(tags=["service"])
BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
"""Seconds."""
METHODS = ("GET", "POST", "PUT", "DELETE")
"""A label may have few values, whatever clients send."""


class Metrics:
    """Counters of one service."""

    def __init__(self, pool: Pool) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "shuzi_requests",
            "Requests that were answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "shuzi_request_seconds",
            "Seconds from a request's head to the end of its answer.",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._numbers = Counter(
            "shuzi_numbers", "Numbers that were read.", ["decision"], registry=self.registry
        )
        waiting = Gauge(
            "shuzi_queue_length", "Readings that wait for a process.", registry=self.registry
        )
        waiting.set_function(lambda: pool.waiting)
        ProcessCollector(registry=self.registry)

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        known = method if method in METHODS else "other"
        self._requests.labels(known, route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def count_numbers(self, decisions: Mapping[str, int]) -> None:
        for decision, count in decisions.items():
            self._numbers.labels(decision).inc(count)


class Measured:
    """Middleware: every request is counted, by its route and status."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - start
            self._metrics.count_request(scope["method"], _route(scope), status, seconds)


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """The counters in Prometheus's text format; status 0 is a client that went away."""
    found: Metrics = request.app.state.metrics
    return Response(generate_latest(found.registry), media_type=CONTENT_TYPE_LATEST)


def _route(scope: Scope) -> str:
    """The path as the route has it, so that no name or number in it makes a new series."""
    return str(getattr(scope.get("route"), "path", "page"))
