"""Limits of the service: each with its error, and service afterwards."""

import io
import logging
import os
import re
import signal
import socket
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image
from places import EXAMPLES
from processes import stop, wait_until, workers_of
from serving import ask, log, serving
from test_fuzz import FORMATS, content, mutated

from shuzi.web.app import create_app
from shuzi.web.server import bind
from shuzi.web.settings import Settings

LIMITS = ("--threads", 1, "--queue", 1, "--seconds", 5, "--max-pixels", 1e5, "--max-pages", 3)
DIGIT = (EXAMPLES / "3.png").read_bytes()
ROUNDS = 12


@pytest.fixture(scope="module")
def service():
    # No place for temporary files: what is sent stays in memory.
    with serving(*(f"{limit:.0f}" if limit == 1e5 else limit for limit in LIMITS)) as client:
        yield client


def read(service, body=DIGIT):
    return service.post("/api/v1/read", content=body)


def file(kind, *pages):
    target = io.BytesIO()
    first, *others = (Image.fromarray(page) for page in pages)
    first.save(target, kind, save_all=True, append_images=others)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
def test_too_many_pages_are_refused(service, kind):
    page = np.full((50, 50), 255, np.uint8)
    assert read(service, file(kind, *[page] * 3)).status_code == 200
    answer = read(service, file(kind, *[page] * 4))
    assert (answer.status_code, answer.json()["detail"]) == (413, "upload has more than 3 pages.")


def test_too_many_pixels_are_refused(service):
    answer = read(service, file("PNG", np.zeros((400, 400), np.uint8)))
    assert answer.status_code == 413
    assert "160,000 pixels; the limit is 100,000" in answer.json()["detail"]


def test_a_damaged_picture_is_refused(service):
    answer = read(service, DIGIT[:-500])
    assert answer.status_code == 422
    assert "damaged" in answer.json()["detail"]


def test_overload_is_told_and_passes():
    with serving("--threads", 1, "--queue", 1, "--seconds", 300) as service:
        assert read(service).status_code == 200
        (worker,) = workers_of(service.process.pid)
        stop(worker)
        with ThreadPoolExecutor(2) as clients:
            waiting = [clients.submit(read, service) for _ in range(2)]
            wait_until(lambda: "shuzi_queue_length 1.0" in service.get("/metrics").text)
            answer = read(service)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert service.get("/healthz").status_code == 200
            os.kill(worker, signal.SIGCONT)
            assert [one.result().status_code for one in waiting] == [200, 200]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_mutated_file_is_a_result_or_a_problem(service, kind):
    rng, data = np.random.default_rng(3), content(kind)
    for _ in range(ROUNDS):
        answer = read(service, mutated(data, rng))
        assert answer.status_code in (200, 413, 415, 422, 504), answer.text


def test_bodies_that_fill_the_memory_together_are_refused():
    settings = Settings(max_bytes_held=1000)
    app = create_app(settings)
    answer = ask(app, "POST", "/api/v1/read", content=DIGIT)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    # What is held is given back.
    assert ask(app, "POST", "/api/v1/read", content=b"x").status_code == 415


def test_a_defect_is_logged_without_what_was_sent(caplog):
    app = create_app(Settings())
    app.add_api_route("/broken", lambda: {}["secret.png"])
    with caplog.at_level(logging.INFO, "shuzi"):
        answer = ask(app, "GET", "/broken")
    assert (answer.status_code, answer.json()["title"]) == (500, "Internal Server Error")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Unexpected KeyError in <lambda>" in caplog.text
    assert "secret" not in caplog.text + answer.text


def test_nothing_that_is_sent_is_logged_or_stored(tmp_path):
    with serving(TMPDIR=tmp_path / "nowhere") as client:
        large = DIGIT + bytes(3_000_000)
        for body in (DIGIT, large, DIGIT[:-100], b"secret"):
            form = {"file": ("secret.png", body, "image/png")}
            assert client.post("/api/v1/read", files=form).status_code < 500
        client.get("/secret")
        assert "secret" not in log(client)


def test_small_answers_are_sent_at_once():
    with bind("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_metrics_count_what_happens():
    with serving() as client:
        for _ in range(3):
            read(client)
        client.get("/api/v1/models")
        client.request("SECRET", "/secret")
        text = client.get("/metrics").text
    assert 'shuzi_requests_total{method="POST",route="/api/v1/read",status="200"} 3.0' in text
    assert 'shuzi_requests_total{method="other",route="page",status="405"} 1.0' in text
    assert 'shuzi_request_seconds_count{route="/api/v1/read"} 3.0' in text
    assert 'shuzi_numbers_total{decision="accept"} 3.0' in text
    assert re.search(r"^shuzi_queue_length 0.0$", text, re.M)
    assert "ecret" not in text
