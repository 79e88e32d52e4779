"""Readings in processes of their own, whatever becomes of these: linux only, as /proc is."""

import gc
import io
import os
import re
import resource
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from places import EXAMPLES
from processes import is_alive, stop, wait_until, workers_of
from serving import ask, serving

from shuzi.errors import ModelError
from shuzi.web.app import create_app
from shuzi.web.settings import Settings

DIGIT = (EXAMPLES / "3.png").read_bytes()
ME = os.getpid()


@pytest.fixture(scope="module", autouse=True)
def _alone_here():
    """What reads for apps of other files' tests is gone: these look for their own."""
    for worker in workers_of(ME):
        os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not workers_of(ME))


@pytest.fixture
def app():
    """A service with one worker at a time, which is not warm yet."""
    made = create_app(Settings(threads=1, seconds=600))
    yield made
    made.state.readers.pool.close()
    wait_until(lambda: not workers_of(ME))


@pytest.fixture
def warm(app):
    assert read(app).status_code == 200
    return app


def read(app, content=DIGIT):
    return ask(app, "POST", "/api/v1/read", content=content)


def picture(height, width):
    file = io.BytesIO()
    Image.fromarray(np.full((height, width), 255, np.uint8)).save(file, "PNG")
    return file.getvalue()


def test_nothing_is_started_where_nothing_is_read(app):
    assert ask(app, "GET", "/healthz").status_code == 200
    assert workers_of(ME) == []


def test_a_service_starts_one_before_it_is_asked():
    with serving("--threads", 2) as client:
        wait_until(lambda: len(workers_of(client.process.pid)) == 1)


def test_a_reading_that_hangs_is_ended_and_the_next_one_is_read():
    app = create_app(Settings(threads=1, seconds=2))
    wait_until(lambda: read(app).status_code == 200)
    (hanging,) = workers_of(ME)
    stop(hanging)
    answer = read(app)
    assert answer.status_code == 504
    assert "more than 2 seconds" in answer.json()["detail"]
    wait_until(lambda: not is_alive(hanging))
    wait_until(lambda: read(app).status_code == 200)
    app.state.readers.pool.close()


def test_a_file_that_crashes_its_process_is_told_and_the_next_one_is_read(warm, caplog):
    (victim,) = workers_of(ME)
    stop(victim)
    with ThreadPoolExecutor(1) as client:
        asked = client.submit(read, warm)
        wait_until(lambda: not warm.state.readers.pool._idle)
        os.kill(victim, signal.SIGKILL)
        answer = asked.result()
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:shuzi:image")
    assert "it ended the process that read it" in answer.json()["detail"]
    assert caplog.messages == ["A file ended the process that read it"]
    assert read(warm).status_code == 200


def test_what_ends_between_two_readings_is_nobodys_error(warm):
    (victim,) = workers_of(ME)
    os.kill(victim, signal.SIGKILL)
    (idle,) = warm.state.readers.pool._idle
    wait_until(lambda: idle.ended)
    assert read(warm).status_code == 200


def test_a_reading_that_takes_too_much_memory_is_told_and_the_next_one_is_read(warm):
    (worker,) = workers_of(ME)
    soft, hard = resource.prlimit(worker, resource.RLIMIT_AS)
    assert soft == hard == Settings().worker_memory == 4_000_000_000
    now = int(Path(f"/proc/{worker}/statm").read_text().split()[0]) * resource.getpagesize()
    resource.prlimit(worker, resource.RLIMIT_AS, (now + 20_000_000, hard))
    answer = read(warm, picture(6000, 6000))
    assert answer.status_code == 413
    assert "more memory than one reading may take" in answer.json()["detail"]
    assert read(warm).status_code == 200
    assert worker not in workers_of(ME)


def test_a_process_that_reads_is_told_no_secrets(app, monkeypatch):
    for name in ("SHUZI_TOKEN", "SHUZI_REVIEW", "PGPASSWORD"):
        monkeypatch.setenv(name, "a secret of ours")
    assert read(app).status_code == 200
    (worker,) = workers_of(ME)
    told = (
        Path(f"/proc/{worker}/environ").read_bytes() + Path(f"/proc/{worker}/cmdline").read_bytes()
    )
    assert b"PATH=" in told
    assert b"a secret of ours" not in told


def test_the_largest_picture_that_is_allowed_is_read(warm):
    assert read(warm, picture(7000, 7100)).status_code == 200


def test_a_process_that_cannot_start_is_told(app, monkeypatch, caplog):
    monkeypatch.setattr("sys.executable", "/bin/false")
    answer = read(app)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert caplog.messages == ["A process that reads could not start"]
    monkeypatch.undo()
    assert read(app).status_code == 200


def test_a_service_with_a_model_that_is_none_does_not_start(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError):
        create_app(Settings(model=tmp_path / "model.onnx"))


def test_a_service_that_is_forgotten_ends_its_processes():
    app = create_app(Settings(threads=1, seconds=600))
    assert read(app).status_code == 200
    (worker,) = workers_of(ME)
    del app
    gc.collect()
    wait_until(lambda: not is_alive(worker))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_processes_end_with_the_service_whatever_they_do(how):
    with serving("--threads", 2, "--seconds", 600) as client, ThreadPoolExecutor(2) as other:
        wait_until(lambda: workers_of(client.process.pid))
        client.post("/api/v1/read", content=DIGIT)
        stop(*workers_of(client.process.pid))
        asked = [
            other.submit(client.post, "/api/v1/read", content=DIGIT, timeout=None) for _ in range(2)
        ]
        # The second one is started when the first is busy.
        wait_until(lambda: len(workers_of(client.process.pid)) == 2)
        workers = workers_of(client.process.pid)
        client.process.send_signal(how)
        client.process.wait(60)
        wait_until(lambda: not any(map(is_alive, workers)))
    assert all(one.exception() or one.result() for one in asked)


def test_who_hangs_up_keeps_no_place_in_the_queue():
    """One that is read, one that waits for its turn, and one that waits behind it and hangs up."""
    with serving("--threads", 1, "--seconds", 600) as client, ThreadPoolExecutor(2) as other:
        wait_until(lambda: workers_of(client.process.pid))
        client.post("/api/v1/read", content=DIGIT)
        stop(*workers_of(client.process.pid))
        asked = [other.submit(client.post, "/api/v1/read", content=DIGIT) for _ in range(2)]
        wait_until(lambda: waiting(client) == 1)
        head = f"POST /api/v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(DIGIT)}"
        with socket.create_connection((client.base_url.host, client.base_url.port)) as leaves:
            leaves.sendall(f"{head}\r\n\r\n".encode() + DIGIT)
            wait_until(lambda: waiting(client) == 2)
        wait_until(lambda: waiting(client) == 1)
        client.process.terminate()
        assert [one.result().status_code for one in asked] == [503, 503]
        assert "Traceback" not in client.said.read()


def waiting(client):
    return float(re.search(r"^shuzi_queue_length (\S+)", client.get("/metrics").text, re.M)[1])


def test_who_still_waits_when_the_service_ends_is_told_so():
    """One that sends its picture, one that is read, and one that waits for its turn."""
    with serving("--threads", 1, "--seconds", 600) as client, ThreadPoolExecutor(2) as other:
        wait_until(lambda: workers_of(client.process.pid))
        client.post("/api/v1/read", content=DIGIT)
        stop(*workers_of(client.process.pid))
        sends = socket.create_connection((client.base_url.host, client.base_url.port), timeout=60)
        sends.sendall(b"POST /api/v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n")
        asked = [other.submit(client.post, "/api/v1/read", content=DIGIT) for _ in range(2)]
        wait_until(lambda: "shuzi_queue_length 1.0" in client.get("/metrics").text)
        client.process.terminate()
        with sends:
            assert sends.recv(4096).startswith(b"HTTP/1.1 503")
        assert [one.result().json()["detail"] for one in asked] == ["The service ended."] * 2
        assert "Traceback" not in client.said.read()
