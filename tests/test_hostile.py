"""Clients that mean harm, or break: an error for them, and service for the others."""

import socket
import time
from contextlib import suppress

import pytest
from places import EXAMPLES
from serving import log, serving

from shuzi.web.connection import HEAD_SECONDS
from shuzi.web.security import session_cookie

LIMITS = ("--max-bytes", 200_000, "--upload-seconds", 2)
FORM = "multipart/form-data; boundary=x"
TOKEN = "open sesame"
PICTURE = (EXAMPLES / "3.png").read_bytes()


@pytest.fixture(scope="module")
def service():
    with serving(*LIMITS) as client:
        yield client


@pytest.fixture(scope="module")
def guarded():
    with serving(SHUZI_TOKEN=TOKEN) as client:
        yield client


def connect(service):
    return socket.create_connection((service.base_url.host, service.base_url.port), timeout=20)


def request(service, headers, body=b"", ending=b"\r\n"):
    """Send a read with these header lines as they are; the status of the answer, 0 without one."""
    head = f"POST /api/v1/read HTTP/1.1\r\nHost: {service.base_url.host}\r\n{headers}"
    with connect(service) as client:
        client.sendall(head.encode() + ending + body)
        return status(client)


def status(client):
    line = client.recv(4096).split(b"\r\n")[0]
    return int(line.split()[1]) if line else 0


def still_served(service):
    return service.post("/api/v1/read", content=PICTURE).status_code == 200


def test_a_claimed_length_beyond_the_limit_is_refused_at_once(service):
    assert request(service, "Content-Length: 200001\r\n") == 413


def test_a_body_that_grows_beyond_the_limit_is_refused(service):
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    assert request(service, "Transfer-Encoding: chunked\r\n", chunk * 4) == 413
    assert still_served(service)


def test_a_body_shorter_than_it_claims_is_waited_for_a_while(service):
    start = time.monotonic()
    assert request(service, "Content-Length: 1000\r\n", b"short") == 408
    # However busy the machine is, an answer cannot come too early.
    assert time.monotonic() - start > 1.5


def test_a_body_longer_than_it_claims_is_cut(service):
    assert request(service, "Content-Length: 10\r\n", PICTURE) == 415
    assert still_served(service)


@pytest.mark.parametrize("length", ["-1", "1e9", "two", "1, 2", "99999999999999999999999999"])
def test_a_length_that_is_none_is_refused(service, length):
    assert request(service, f"Content-Length: {length}\r\n", b"x") in (400, 413)
    assert still_served(service)


def test_an_upload_that_is_cut_leaves_no_trace(service):
    for _ in range(20):
        with connect(service) as client:
            client.sendall(b"POST /api/v1/read HTTP/1.1\r\nHost: localhost\r\n")
            client.sendall(b"Content-Length: 150000\r\n\r\n" + bytes(100_000))
    assert still_served(service)


def test_an_endless_body_is_hung_up_on(service):
    with connect(service) as client:
        client.sendall(b"POST /api/v1/read HTTP/1.1\r\nHost: localhost\r\n")
        client.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
        with pytest.raises(OSError, match=r"reset|pipe"):
            for _ in range(6000):
                client.sendall(chunk)
                time.sleep(0.05)


def test_a_thousand_silent_connections_keep_nobody_out(service):
    silent = [connect(service) for _ in range(1000)]
    try:
        assert all(still_served(service) for _ in range(5))
        # The service hangs up on those that never say what they want, or say it too slowly.
        with pytest.raises(OSError, match=r"reset|pipe"):
            for _ in range(1500):
                silent[0].sendall(b"x")
                time.sleep(HEAD_SECONDS / 50)
        assert silent[1].recv(1) == b""
    finally:
        for client in silent:
            client.close()
    assert still_served(service)


@pytest.mark.parametrize(
    "sent",
    [
        b"hello\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /api/v1/read HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
    ],
)
def test_what_is_not_http_is_a_problem(service, sent):
    with connect(service) as client:
        client.sendall(sent)
        answer = client.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in answer


def test_nonsense_after_a_refusal_is_not_a_defect():
    with serving(*LIMITS) as client, connect(client) as own:
        own.sendall(b"POST /api/v1/read HTTP/1.1\r\nHost: localhost\r\n")
        own.sendall(b"Transfer-Encoding: chunked\r\n\r\n40000\r\n" + bytes(0x40000))
        assert status(own) == 413
        own.sendall(b"no chunk\r\n")
        with suppress(ConnectionResetError):
            while own.recv(4096):
                pass
        assert "Traceback" not in log(client)


def test_a_head_that_never_ends_is_refused(service):
    with connect(service) as client:
        client.sendall(b"POST /api/v1/read HTTP/1.1\r\nX: " + b"x" * 60_000)
        assert status(client) == 400


SVG = b"""<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"""


@pytest.mark.parametrize("kind", ["image/svg+xml", "image/png", "text/html", "application/json"])
def test_a_drawing_with_a_script_is_not_accepted(service, kind):
    raw = service.post("/api/v1/read", content=SVG, headers={"Content-Type": kind})
    form = service.post("/api/v1/read", files={"file": ("a.svg", SVG, kind)})
    assert raw.status_code == form.status_code == 415
    assert b"alert" not in raw.content + form.content


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\\Users\\me\\form.png", "form.png"),
        ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("数字.png", "数字.png"),
        ("x" * 500, "x" * 200),
        ("/", "upload"),
    ],
)
def test_a_hostile_file_name_is_only_text(service, name, shown):
    answer = service.post("/api/v1/read", files={"file": (name, PICTURE, "image/png")})
    assert answer.json()["pages"][0]["source"] == shown
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"nothing", "multipart/form-data"),
        (b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--", FORM),
        (b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\n1\r\n--x--", FORM),
        (b"--x\r\n\r\n1\r\n--x--", FORM),
        (b"", "image/png"),
    ],
)
def test_a_form_without_a_picture_is_refused(service, body, kind):
    answer = service.post("/api/v1/read", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 422
    assert answer.json()["remedy"]


def written(service, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return service.post("/api/v1/read", content=PICTURE, headers=named).status_code


def test_only_the_services_own_page_may_write(service):
    own = str(service.base_url).rstrip("/")
    assert written(service, Origin=own, X_Shuzi="1") == 200
    assert written(service, Origin=own, Sec_Fetch_Site="same-origin", X_Shuzi="1") == 200
    assert written(service, Origin=own) == 403
    assert written(service, Origin="http://evil.example", X_Shuzi="1") == 403
    assert written(service, Origin="null", X_Shuzi="1") == 403
    assert written(service, Sec_Fetch_Site="cross-site", X_Shuzi="1") == 403
    assert written(service, Sec_Fetch_Site="same-site", X_Shuzi="1") == 403


@pytest.mark.parametrize("host", ["evil.example", "", "[::1", "127.0.0.1.evil.example", "a b"])
def test_other_host_names_are_not_answered(service, host):
    assert service.get("/healthz", headers={"Host": host}).status_code in (400, 421)


@pytest.mark.parametrize("host", ["localhost", "localhost:9", "127.0.0.1", "[::1]:80"])
def test_the_machines_own_names_are_answered(service, host):
    assert service.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {TOKEN} "[:-3]},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer \xff".encode("latin-1")},
        {"Cookie": "shuzi=9999999999.00"},
        {"Cookie": "shuzi=9999999999"},
        {"Cookie": f"shuzi={TOKEN}"},
        {"Cookie": "shuzi=x.y; shuzi"},
    ],
)
def test_a_wrong_token_opens_nothing(guarded, shown):
    for path in ("/api/v1/openapi.json", "/api/v1/nothing", "/metrics"):
        answer = guarded.get(path, headers=shown)
        assert answer.status_code in (400, 401)
    assert guarded.post("/api/v1/read", content=PICTURE, headers=shown).status_code in (400, 401)


def test_an_old_cookie_opens_nothing(guarded, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1000.0)
    old = session_cookie(TOKEN)
    monkeypatch.undo()
    assert (
        guarded.get("/api/v1/openapi.json", headers={"Cookie": f"shuzi={old}"}).status_code == 401
    )
    new = session_cookie(TOKEN)
    assert (
        guarded.get("/api/v1/openapi.json", headers={"Cookie": f"shuzi={new}"}).status_code == 200
    )
