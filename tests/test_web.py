"""The service as its clients see it, over real sockets."""

import json

import pytest
from conftest import EXAMPLES
from serving import serving

from shuzi import Reader

TOKEN = "a token of ours"


@pytest.fixture(scope="module")
def service():
    with serving() as client:
        yield client


def picture(name="3.png"):
    return (EXAMPLES / name).read_bytes()


def test_it_is_well(service):
    answer = service.get("/healthz")
    assert answer.json()["status"] == "ok"


def test_a_raw_body_is_read_as_by_the_command(service):
    answer = service.post("/api/v1/read", content=picture(), headers={"Content-Type": "image/png"})
    expected = Reader().read(EXAMPLES / "3.png").to_dict()
    assert answer.json() == {"schema": 1, "pages": [expected | {"source": "upload"}]}


def test_a_form_is_read_with_its_files_name(service):
    form = {"file": ("n.jpg", picture("number-2753.jpg"), "image/jpeg")}
    page = service.post("/api/v1/read?as=number", files=form).json()["pages"][0]
    assert (page["source"], page["as"], page["numbers"][0]["text"]) == ("n.jpg", "number", "2753")


def test_the_page_is_served_with_a_strict_content_policy(service):
    answer = service.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_errors_are_problems(service):
    answer = service.post("/api/v1/read", content=b"hello")
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail", "remedy"}


def test_a_method_that_is_not_allowed_is_said_to_be(service):
    assert service.get("/api/v1/read").status_code == 405
    assert service.get("/api/v1/nothing").status_code == 404


def test_a_service_with_a_token_wants_it():
    with serving(SHUZI_TOKEN=TOKEN) as client:
        shown = {"Authorization": f"Bearer {TOKEN}"}
        assert client.get("/api/v1/openapi.json").status_code == 401
        assert client.get("/api/v1/openapi.json", headers=shown).status_code == 200
        assert client.post("/api/v1/session", json={"token": "wrong"}).status_code == 401
        assert client.post("/api/v1/session", json={"token": TOKEN}).status_code == 204
        # The cookie is in the client now.
        assert client.get("/api/v1/openapi.json").status_code == 200


def test_ctrl_c_ends_it_quietly():
    with serving() as client:
        client.get("/healthz")
    assert client.process.returncode == 0
    assert client.process.stdout.closed or client.process.stdout.read() == ""


def test_a_taken_port_is_an_error(service, refused):
    said = refused(2, "serve", "--port", service.base_url.port)
    assert "cannot be used: Address already in use" in said
    assert "--port" in said


def test_the_network_needs_a_token_or_a_flag(refused):
    assert "--open-to-network" in refused(2, "serve", "--host", "0.0.0.0", "--port", "0")


def test_the_document_describes_the_read(service):
    document = service.get("/api/v1/openapi.json").json()
    names = {p["name"] for p in document["paths"]["/api/v1/read"]["post"]["parameters"]}
    assert {"as", "rotate", "target_error"} <= names
    json.dumps(document)
