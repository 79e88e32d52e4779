"""Clients that keep a connection and take or say nothing, to a server with little patience."""

import socket
import threading
from contextlib import suppress

import httpx
import pytest
import uvicorn
from fastapi import Response
from processes import wait_until
from serving import ask

from shuzi.web import connection
from shuzi.web.app import create_app
from shuzi.web.connection import Connection
from shuzi.web.server import bind
from shuzi.web.settings import Settings

LARGE = 60_000_000
"""Bytes that no socket's buffers take."""


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A service in this process, with a large answer at /large."""
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(connection, "MAX_CONNECTIONS", 3)
    app = create_app(Settings(review=str(tmp_path / "reviews.db")))
    app.add_api_route("/large", lambda: Response(bytes(LARGE)))
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        # Nobody is hung up on for being idle.
        timeout_keep_alive=600,
    )
    server = uvicorn.Server(config)
    with bind("127.0.0.1", 0) as listener:
        server.address = listener.getsockname()
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield server
        server.should_exit = True
        thread.join()


def asking(server, path):
    client = socket.create_connection(server.address, timeout=60)
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return client


def rest(client):
    """All that comes until the connection is closed."""
    got = bytearray()
    with suppress(ConnectionResetError):
        while part := client.recv(2**20):
            got += part
    return got


def test_a_body_that_is_not_http_has_one_answer_and_logs_no_defect(server, caplog):
    head = "POST /api/v1/read HTTP/1.1\r\nHost: elsewhere\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(server.address, timeout=60) as client:
        client.sendall(f"{head}no length\r\n".encode())
        assert rest(client).startswith(b"HTTP/1.1 400")
    wait_until(lambda: not server.server_state.tasks)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_who_does_not_take_an_answer_is_hung_up_on(server):
    with asking(server, "/large") as client:
        wait_until(lambda: server.server_state.connections)
        wait_until(lambda: not server.server_state.connections)
        assert len(rest(client)) < LARGE


def test_who_takes_an_answer_slowly_gets_all_of_it(server):
    with httpx.Client(timeout=60) as client:
        answer = client.get("http://{}:{}/large".format(*server.address))
        assert len(answer.content) == LARGE


def test_of_too_many_connections_the_one_that_was_silent_for_longest_makes_room(server):
    clients = [asking(server, "/healthz") for _ in range(3)]
    assert all(client.recv(4096).startswith(b"HTTP/1.1 200") for client in clients)
    with asking(server, "/healthz") as fourth:
        assert fourth.recv(4096).startswith(b"HTTP/1.1 200")
    # The others would be waited for.
    rest(clients[0])
    for client in clients:
        client.close()


def test_an_answer_that_is_not_taken_counts_as_held(monkeypatch):
    app = create_app(Settings(max_bytes_held=1_000_000))
    held = []

    def large():
        return Response(bytes(2_000_000))

    async def watched(scope, receive, send):
        async def counted(message):
            held.append(len(message.get("body", b"")))
            if len(held) == 5:
                # Somebody else comes while it is on its way.
                other = await client.post("http://localhost/api/v1/read", content=b"x")
                held.append(other.status_code)
            await send(message)

        await app(scope, receive, counted if scope["path"] == "/large" else send)

    app.add_api_route("/large", large)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app))
    assert len(ask(watched, "GET", "/large").content) == 2_000_000
    assert held[5] == 503
    assert max(size for place, size in enumerate(held) if place != 5) == 65_536
    assert ask(app, "POST", "/api/v1/read", content=b"x").status_code == 415


def test_an_export_keeps_no_place_in_the_queue_while_it_is_taken(monkeypatch, tmp_path):
    app = create_app(Settings(review=str(tmp_path / "reviews.db")))
    users = []

    def lines(store, to):
        for _ in range(3):
            users.append(app.state.reviews.users)
            yield "a line\n"

    monkeypatch.setattr("shuzi.web.review.lines", lines)
    assert ask(app, "GET", "/api/v1/review/export").text == "a line\n" * 3
    assert users == [1, 1, 0]
    app.state.reviews.close()
