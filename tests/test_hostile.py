"""Clients that mean harm, or break: an error for them, and service for the others."""

import socket
import time
from contextlib import suppress

import pytest
from places import EXAMPLES
from serving import ask, log, serving

from shuzi.web.app import create_app
from shuzi.web.connection import HEAD_SECONDS
from shuzi.web.settings import Settings

LIMITS = ("--max-bytes", 200_000, "--upload-seconds", 2)
FORM = "multipart/form-data; boundary=x"
TOKEN = "open sesame"
PICTURE = (EXAMPLES / "3.png").read_bytes()
PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'


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
        (b"--x\r\n", "multipart/form-data; boundary=" + 100 * "x"),
        (b"--x\r\n\r\n", 'multipart/form-data; boundary="x; charset=undefined"'),
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


@pytest.mark.parametrize("charset", ["undefined", "punycode", "hex", "utf-7", "none"])
def test_a_form_of_any_charset_is_read(service, charset):
    fields = PART % (b"\\", b"a-" + b"b" * 100_000)
    form = fields + PART % (b'file"; filename="\\.png', PICTURE) + b"--x--"
    kind = {"Content-Type": f"{FORM}; charset={charset}"}
    answer = service.post("/api/v1/read", content=form, headers=kind)
    assert answer.json()["pages"][0]["numbers"][0]["text"] == "3"


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
        {"Authorization": b"Bearer \xff"},
        {"Cookie": "shuzi=9999999999.00"},
        {"Cookie": "shuzi=9999999999"},
        {"Cookie": f"shuzi={TOKEN}"},
        {"Cookie": "shuzi=x.y; shuzi"},
    ],
)
def test_a_wrong_token_opens_nothing(shown):
    app = create_app(Settings(token=TOKEN))
    for path in ("/api/v1/openapi.json", "/api/v1/nothing", "/metrics"):
        assert ask(app, "GET", path, headers=shown).status_code == 401
    assert ask(app, "POST", "/api/v1/read", content=PICTURE, headers=shown).status_code == 401


HALF = b'{"token": "\\ud800"}'


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("session", HALF, {401, 422}),
        ("session", b'{"token": "\xff"}', {400}),
        ("session", b'{"token": "\\u0000"}', {401}),
        ("session", b"[" * 100_000, {400}),
        ("session", b"9" * 5000, {400}),
        ("session", b'{"\\ud800": "\\ud800"}', {422}),
        ("session", b"1" * 300_001, {413}),
        ("review/leases", b'{"reviewer": "\\ud800"}', {422}),
        ("review/leases", b'{"reviewer": "a\\u0000"}', {422}),
        ("review/undo", b'{"reviewer": "Ann", "key": "\\ud800"}', {422}),
        ("review/undo", b'{"reviewer": "Ann", "key": "\\u0000"}', {422}),
        ("review/items?sample=nan", b"x", {422}),
        ("read?target_error=nan", b"x", {422}),
        ("read?rotate=45", b"x", {422}),
        ("read?as=%ff%00", b"x", {422}),
    ],
)
def test_text_that_is_none_is_refused(guarded, path, content, status):
    shown = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    if path.startswith("read") or "items" in path:
        shown["Content-Type"] = "image/png"
    answer = guarded.post(f"/api/v1/{path}", content=content, headers=shown)
    assert answer.status_code in status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("GET /%00 HTTP/1.1", 404),
        ("GET /app.css%00.png HTTP/1.1", 404),
        ("GET /%ed%a0%80 HTTP/1.1", 404),
        ("GET /%ff HTTP/1.1", 404),
        ("GET /../../../../etc/passwd HTTP/1.1", 404),
        ("GET /%2e%2e/%2e%2e/web/app.py HTTP/1.1", 404),
        ("GET /..%5c..%5cweb%5capp.py HTTP/1.1", 404),
        ("GET //etc/passwd HTTP/1.1", 404),
        (f"GET /{'a' * 5000} HTTP/1.1", 404),
        (f"GET /{'a/' * 3000} HTTP/1.1", 404),
        ("HEAD / HTTP/1.1", 200),
        ("HEAD /api/v1/read HTTP/1.1", 405),
        ("OPTIONS /api/v1/read HTTP/1.1", 405),
        ("OPTIONS * HTTP/1.1", 405),
        ("TRACE / HTTP/1.1", 405),
        (f"{'A' * 3000} / HTTP/1.1", 405),
        ("GET /healthz HTTP/1.0", 200),
        ("GET /healthz HTTP/1.1\r\nHost: localhost", 400),
        ("GET /app.css HTTP/1.1\r\nRange: bytes=0-1,9999999999999999999999-5,a-b", 416),
        ("GET /app.css HTTP/1.1\r\nIf-None-Match: \xff\r\nIf-Modified-Since: x", 200),
        ("GET /healthz HTTP/1.1\r\nX-Forwarded-For: \xff,,1.2.3.4:99\r\nCookie: shuzi=\xff;=", 200),
        ("GET /healthz HTTP/1.1\r\n" + "X: y\r\n" * 1000 + "X: y", 200),
        ("POST /api/v1/read HTTP/1.1\r\nContent-Length: 1, 2", 400),
        ("POST /api/v1/session HTTP/1.1\r\nOrigin: \xff\r\nContent-Length: 0", 403),
    ],
)
def test_odd_requests_are_answered(service, line, expected):
    with connect(service) as client:
        client.sendall(f"{line}\r\nHost: localhost\r\n\r\n".encode("latin-1"))
        assert status(client) == expected


def test_requests_in_one_breath_are_answered_in_turn(service):
    with connect(service) as client:
        asked = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
        client.sendall(100 * (asked + b"\r\n") + asked + b"Connection: close\r\n\r\n")
        assert client.makefile("rb").read().count(b"HTTP/1.1 200 OK") == 101


@pytest.mark.parametrize(
    "chunk", [b"-5\r\nhello", b"0x5\r\nhello", b"5;" + b"x" * 600_000, b"\r\n"]
)
def test_chunks_that_are_none_are_refused(service, chunk):
    assert request(service, "Transfer-Encoding: chunked\r\n", chunk + b"\r\n") == 400
    assert still_served(service)


@pytest.mark.parametrize(
    "body",
    [
        PART % (b"a", b"1") * 1000,
        PART % (b"a", bytes(150_000)),
        b"--x\r\n" + b"A: b\r\n" * 10_000 + b"\r\n\r\n",
        b"--x\r\nA: " + b"b" * 100_000 + b"\r\n\r\n\r\n",
        (PART % (b'file"; filename="a', PICTURE)) * 2,
    ],
)
def test_forms_that_hold_too_much_are_refused(service, body):
    answer = service.post("/api/v1/read", content=body + b"--x--", headers={"Content-Type": FORM})
    assert answer.status_code == 422
    assert still_served(service)


def test_a_log_is_not_filled_by_bad_requests():
    with serving(*LIMITS) as client:
        for _ in range(30):
            assert request(client, "Content-Length: two\r\n") == 400
            client.post("/api/v1/read", content=b"ab", headers={"Content-Type": FORM})
        said = log(client)
    assert said.count("Invalid HTTP request received") == 10
    assert said.count("more like this are left out") == 1
    assert len(said.splitlines()) == 10


def test_the_log_says_nothing_of_forms():
    with serving(*LIMITS) as client:
        client.post("/api/v1/read", content=b"secret", headers={"Content-Type": FORM})
        assert log(client) == ""
