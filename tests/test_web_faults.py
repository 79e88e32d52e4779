"""The service when its database fails: an error, nothing lost, and reading goes on."""

import socket
import sqlite3
import tempfile
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path

import httpx
import psycopg
import pytest
from databases import item
from places import EXAMPLES
from serving import ask, log, serving
from sqlalchemy import event, text

from shuzi.review.item import Verdict
from shuzi.review.store import open_store
from shuzi.web.app import create_app
from shuzi.web.settings import Settings
from shuzi.web.store import AT_ONCE

BASE = "/api/v1/review"
PICTURE = {
    "content": (EXAMPLES / "page.jpg").read_bytes(),
    "headers": {"Content-Type": "image/jpeg"},
}
ITEMS = f"{BASE}/items?target_error=0&sample=0"
ANN = {"reviewer": "Ann"}


def check_refused(answer, said):
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (503, "urn:shuzi:store"), problem
    assert said in problem["detail"] + problem["remedy"]


def decide(client, token, number):
    decisions = [{"item": number, "text": "7"}]
    return client.post(f"{BASE}/leases/{token}/decisions", json=ANN | {"decisions": decisions})


def test_a_full_disk_is_told_and_nothing_is_half_done(tmp_path):
    app = create_app(Settings(review=str(tmp_path / "reviews.db")))
    engine = app.state.reviews.store.database.engine
    with engine.connect() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
    engine.dispose()

    @event.listens_for(engine, "connect")
    def fill(connection, _):
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    check_refused(ask(app, "POST", ITEMS, **PICTURE), "Free some space")
    assert ask(app, "GET", f"{BASE}/figures").json()["open"] == 0
    assert ask(app, "POST", "/api/v1/read", **PICTURE).status_code == 200
    event.remove(engine, "connect", fill)
    engine.dispose()
    assert ask(app, "POST", ITEMS, **PICTURE).json()["queued"] == 8
    app.state.reviews.close()


def test_a_read_only_database_is_told(powerless):
    # The folder of the tests is closed to all but their user.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        file = Path(folder) / "reviews.db"
        with open_store(str(file)) as store:
            store.add([item()])
        for path in Path(folder).iterdir():
            path.chmod(0o444)
        app = create_app(Settings(review=str(file)))
        # It is opened anew without the rights; what reads starts with them.
        app.state.reviews.store.database.engine.dispose()
        assert ask(app, "POST", "/api/v1/read", **PICTURE).status_code == 200
        with powerless:
            check_refused(ask(app, "POST", f"{BASE}/leases", json=ANN), "readonly")
            assert ask(app, "POST", "/api/v1/read", **PICTURE).status_code == 200
        app.state.reviews.close()


def test_a_locked_database_keeps_nobody_else_waiting(tmp_path):
    file = tmp_path / "reviews.db"
    with open_store(str(file)) as store:
        store.add(item(i) for i in range(2 * AT_ONCE))
    other = sqlite3.connect(file, isolation_level=None)
    with serving("--review", file) as client, ThreadPoolExecutor(2 * AT_ONCE) as people:
        client.get(f"{BASE}/figures")
        other.execute("BEGIN IMMEDIATE")
        name = {"reviewer": "Ann", "count": 1}
        leases = [
            people.submit(client.post, f"{BASE}/leases", json=name) for _ in range(AT_ONCE + 5)
        ]
        # More than may wait are turned away at once, and the page and the reading go on.
        turned, _ = wait(leases, return_when=FIRST_COMPLETED)
        check_refused(turned.pop().result(), "The review queue is busy")
        assert client.get("/app.css").status_code == 200
        assert client.post("/api/v1/read", **PICTURE).status_code == 200
        other.execute("ROLLBACK")
        answers = [lease.result() for lease in leases]
        got = [one["id"] for answer in answers for one in answer.json().get("items", [])]
        assert {answer.headers.get("retry-after") for answer in answers} == {None, "1"}
        assert len(got) == len(set(got)) == sum(answer.status_code == 200 for answer in answers)
    other.close()


def test_postgresql_that_goes_away_and_comes_back_loses_nothing(postgres):
    place = postgres.database("http")
    with open_store(place) as store, serving("--review", place) as client:
        (number,) = store.add([item()])
        token = client.post(f"{BASE}/leases", json=ANN).json()["token"]
        postgres.stop()
        check_refused(decide(client, token, number), "server")
        check_refused(client.get(f"{BASE}/export"), "server")
        assert client.post("/api/v1/read", **PICTURE).status_code == 200
        postgres.start()
        for _ in range(2):
            assert decide(client, token, number).json() == {"decided": 1, "open": 0}
        assert [said.text for said in store.history(number)] == ["7"]


def test_an_export_that_breaks_off_is_not_taken_for_whole(postgres):
    place = postgres.database("export")
    store = open_store(place)
    numbers = store.add(item(i) for i in range(600))
    lease = store.lease("Ann", 600)
    store.decide(lease.token, "Ann", [Verdict(number, "7") for number in numbers])
    store.close()
    with serving("--review", place) as client:
        got = []
        with (
            pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"),
            client.stream("GET", f"{BASE}/export?to=jsonl") as answer,
        ):
            for part in answer.iter_bytes():
                if not got:
                    # The rest cannot be read any more before the server is away.
                    with closing(psycopg.connect(place)) as other:
                        other.execute("LOCK TABLE review_history IN ACCESS EXCLUSIVE MODE")
                        postgres.stop()
                got.append(part)
        postgres.start()
        assert answer.status_code == 200
        assert 0 < b"".join(got).count(b"\n") < 600
        assert client.get(f"{BASE}/export?to=jsonl").text.count("\n") == 600
        said = log(client)
        assert "An answer was cut off by a StoreError" in said
        assert "Unexpected" not in said


@pytest.mark.parametrize("form", [False, True])
def test_an_upload_that_is_cut_queues_nothing(tmp_path, form):
    whole = httpx.Request("POST", "http://localhost/", files={"file": PICTURE["content"]})
    body = whole.read() if form else PICTURE["content"]
    kind = whole.headers["content-type"] if form else "image/jpeg"
    with serving("--review", tmp_path / "reviews.db") as client:
        address = client.base_url.host, client.base_url.port
        for end in (1, len(body) // 2, len(body) - 1):
            head = f"POST {ITEMS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
            with socket.create_connection(address) as own:
                own.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:end])
        assert client.get(f"{BASE}/figures").json()["open"] == 0
        answer = client.post(ITEMS, content=body, headers={"Content-Type": kind})
        assert answer.json()["queued"] == 8
        assert "Unexpected" not in log(client)
