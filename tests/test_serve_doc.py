"""What docs/serve.md says of the service, as far as no other test shows it."""

import inspect
import io
import logging
import re
import shutil
import socket
import subprocess
import zipfile
from base64 import b64decode
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from places import EXAMPLES
from processes import wait_until
from serving import ask, awaited, serving

import shuzi
from shuzi import Reader
from shuzi.cli.serve import serve
from shuzi.image import load_grey
from shuzi.web import access, body, connection, documents, server, worker
from shuzi.web.app import create_app
from shuzi.web.problems import Problem
from shuzi.web.readers import Options
from shuzi.web.settings import Settings
from shuzi.web.store import AT_ONCE
from shuzi.web.upload import Upload

DOCUMENT = (EXAMPLES.parent / "docs/serve.md").read_text()
STATIC = Path(shuzi.__file__).parent / "web" / "static"
STATUSES = set(map(int, re.findall(r"^\| (\d{3}) \|", DOCUMENT, re.M)))
TOKEN = "open sesame"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def service(home):
    with serving(XDG_DATA_HOME=str(home)) as client:
        yield client


def as_png(grey):
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()


def pages(service, query, grey):
    answer = service.post(f"/api/v1/read?{query}", content=as_png(grey))
    return answer.json()["pages"]


def test_the_numbers_are_those_of_the_code():
    usual = Settings()
    said = {
        f"more than {usual.max_bytes // 10**6} MB, {usual.max_pages} pages, "
        f"or {usual.max_pixels // 10**6} million pixels",
        f"within {usual.upload_seconds:g} seconds",
        f"more than {usual.seconds:g} seconds",
        f"{usual.queue} readings wait already",
        f"{usual.max_bytes_held // 10**6} MB are held",
        f"at most {usual.max_job_bytes // 10**9} GB and {usual.max_job_files:,} files",
        f"{usual.max_jobs} are kept (`--max-jobs`), each for {usual.keep_days:g} days",
        f"{AT_ONCE} requests use the review queue",
        f"more than {body.MAX_BYTES // 1000} KB where no picture is sent",
        f"an answer of more than {worker.MAX_ANSWER // 10**6} MB",
        f"may take {usual.worker_memory // 10**9} GB of address space",
        f"At least {server.SHORTEST_TOKEN} characters".lower(),
        f"at most {access.MOST_SESSIONS:,} of them",
        f"two requests to {server.IDLE_SECONDS} s",
        f"trickles ({connection.HEAD_SECONDS:g} s)",
        f"was refused ({connection.REST_SECONDS:g} s)",
        f"taking an answer ({connection.ANSWER_SECONDS:g} s)",
        f"more than {connection.MAX_CONNECTIONS:,} connections",
    }
    assert {part for part in said if part not in DOCUMENT} == set()
    assert (access.WRONG_FROM_ONE, access.WRONG_IN_ALL, access.WINDOW) == (10, 60, 60)
    assert (body.JOB_SECONDS, "ten minutes to arrive" in DOCUMENT) == (600, True)
    assert access.SESSION_SECONDS == 12 * 3600


def test_every_option_has_the_default_of_the_settings():
    options = inspect.signature(serve).parameters
    usual = Settings()
    shared = [field.name for field in fields(Settings) if field.name in options]
    assert len(shared) == 18
    for name in shared:
        assert (options[name].default or getattr(usual, name)) == getattr(usual, name), name
    assert (options["host"].default, options["port"].default) == ("127.0.0.1", 8000)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_its_curl_commands_read(service, tmp_path):
    (tmp_path / "examples").symlink_to(EXAMPLES)
    with Image.open(EXAMPLES / "form.jpg") as form:
        form.save(tmp_path / "form.pdf")
        form.save(tmp_path / "b.pdf")
    shutil.copy(EXAMPLES / "3.png", tmp_path / "a.png")
    for name in ("c.zip", "scans.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.write(tmp_path / "a.png", "a.png")
    commands = re.findall(r"^curl .*$", DOCUMENT, re.M)
    assert ["/jobs" in line for line in commands] == [False, False, True, True]
    for line in commands:
        own = line.replace("http://127.0.0.1:8000/", str(service.base_url))
        done = subprocess.run(
            own.replace("curl", "curl -sS", 1),
            shell=True,
            cwd=tmp_path,
            capture_output=True,
            check=True,
        )
        wanted = '{"id":"' if "/jobs" in line else '{"schema": 1, "pages": [{'
        assert wanted.encode() in done.stdout


def test_the_queue_is_in_the_users_data_folder(service, home):
    assert service.get("/api/v1/review/figures").json()["open"] == 0
    assert (home / "shuzi" / "reviews.db").is_file()


def test_the_query_takes_the_options_of_the_command(service):
    marked = load_grey(EXAMPLES / "number-2753.jpg").copy()
    # A decimal point.
    cv2.line(marked, (69, 47), (69, 47), 60, 5)
    for query, options in {
        "as=number": {"kind": "number"},
        "as=number&digits_only=true": {"kind": "number", "digits_only": True},
        "as=number&expect=0..99&expect=dd.dd": {"kind": "number", "expect": ["0..99", "dd.dd"]},
        "target_error=0": {"target_error": 0.0},
        "rotate=180": {"rotate": 180},
    }.items():
        expected = Reader(**options).read(marked).to_dict() | {"source": "upload"}
        assert pages(service, query, marked) == [expected]
    assert {
        pages(service, f"as=number&digits_only={b}", marked)[0]["numbers"][0]["text"]
        for b in (0, 1)
    } == {"27.53", "2753"}


def test_a_page_is_shown_at_most_2400_pixels_a_side(service):
    assert "at most 2,400 pixels a side" in DOCUMENT
    (page,) = pages(service, "upright=true", np.full((300, 4000), 255, np.uint8))
    shown = b64decode(page["picture"].partition(",")[2])
    assert Image.open(io.BytesIO(shown)).size == (2400, 180)
    assert (page["width"], page["height"]) == (4000, 300)


def test_every_status_has_its_row_and_its_words(service):
    document = service.get("/api/v1/openapi.json").json()
    operations = [one for path in document["paths"].values() for one in path.values()]
    told = {int(status) for one in operations for status in one["responses"]}
    assert {status for status in told if status >= 400} <= STATUSES | {404, 409, 410, 507}
    assert set(documents._PROBLEMS) <= told | {405}
    words = (STATIC / "words.js").read_text()
    # The login has words of its own for 401.
    for status in STATUSES - {401}:
        assert words.count(f'"error.{status}":') == 2, status


def test_the_pages_files_and_the_health_need_no_token():
    app = create_app(Settings(token=TOKEN))
    for path in ("/", "/app.js", "/words.js", "/healthz"):
        assert ask(app, "GET", path).status_code == 200
    for path in ("/metrics", "/api/v1/openapi.json", "/api/v1/models", "/api/v1/runs"):
        assert ask(app, "GET", path).status_code == 401


def test_a_name_that_is_given_is_answered_to():
    hosts = server.known_hosts("0.0.0.0", ["Digits.example.org"], TOKEN, False)
    app = create_app(Settings(hosts=hosts))
    for host, status in {"digits.example.org": 200, "localhost:8": 200, "other.org": 421}.items():
        assert ask(app, "GET", "/healthz", headers={"Host": host}).status_code == status
    assert server.known_hosts("0.0.0.0", [], TOKEN, False) == ()
    anyone = create_app(Settings(hosts=()))
    assert ask(anyone, "GET", "/healthz", headers={"Host": "other.org"}).status_code == 200


def test_a_restart_ends_all_sessions():
    first, second = (create_app(Settings(token=TOKEN)) for _ in range(2))
    said = ask(first, "POST", "/api/v1/session", json={"token": TOKEN}).headers["set-cookie"]
    cookie = {"Cookie": said.partition(";")[0]}
    assert ask(first, "GET", "/api/v1/models", headers=cookie).status_code == 200
    assert ask(second, "GET", "/api/v1/models", headers=cookie).status_code == 401


def test_nothing_of_the_page_comes_from_elsewhere():
    for file in STATIC.iterdir():
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(https?:)?//[a-z]+\.", text), file.name
    policy = ask(create_app(Settings()), "GET", "/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


def test_a_defect_in_a_reading_is_logged_with_its_place_and_no_value(caplog):
    app = create_app(Settings(threads=1))
    options = Options("auto", None, 0.01, False)
    upload = Upload("secret.png", (EXAMPLES / "3.png").read_bytes())
    with caplog.at_level(logging.INFO, "shuzi"), pytest.raises(Problem) as met:
        # What is wanted of it is not said.
        awaited(app.state.readers.read(upload, options))
    assert met.value.status == 500
    assert "Unexpected KeyError in _read" in caplog.text
    assert "secret" not in caplog.text
    app.state.readers.pool.close()


def test_every_metric_is_told(service):
    names = re.findall(r"^\| `(shuzi_\w+)`", DOCUMENT, re.M)
    text = service.get("/metrics").text
    assert len(names) == 4
    assert all(f"# TYPE {name} " in text for name in names)
    assert "process_resident_memory_bytes" in text


def test_a_client_that_goes_away_counts_with_status_0(service):
    with socket.create_connection((service.base_url.host, service.base_url.port)) as client:
        client.sendall(b"POST /api/v1/read HTTP/1.1\r\nHost: localhost\r\n")
        client.sendall(b"Content-Length: 1000\r\n\r\nabc")
    gone = 'shuzi_requests_total{method="POST",route="/api/v1/read",status="0"} 1.0'
    wait_until(lambda: gone in service.get("/metrics").text)
