"""The service as its clients see it, over real sockets."""

import json
import os
import socket
from base64 import b64decode

import cv2
import numpy as np
import pytest
from places import EXAMPLES
from serving import log, serving

from shuzi import Reader
from shuzi.errors import UsageError
from shuzi.image import load_grey
from shuzi.web.documents import ReadAnswer
from shuzi.web.settings import Settings

PICTURE = {"Content-Type": "image/png"}
CARDS = [
    path.with_suffix(".json") for path in (EXAMPLES.parent / "src/shuzi/models").glob("*.onnx")
]
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


def test_what_curl_sends_is_told_by_its_bytes(service):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    page = service.post("/api/v1/read", content=picture(), headers=headers).json()["pages"][0]
    assert page["numbers"][0]["text"] == "3"
    assert service.post("/api/v1/read", content=b"a=1", headers=headers).status_code == 415


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


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("foo=1", "There is no parameter foo here."),
        ("target-error=0.5", "Did you mean target_error?"),
        ("rotate=0&rotate=90", "rotate is given more than once."),
    ],
)
def test_an_option_that_would_be_passed_over_is_refused(service, query, said):
    answer = service.post(f"/api/v1/read?{query}", content=picture())
    assert answer.status_code == 422
    assert said in answer.text


def test_a_method_that_is_not_allowed_is_said_to_be(service):
    assert service.get("/api/v1/read").status_code == 405
    assert service.get("/api/v1/nothing").status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/api/v1/models", "/api/v1/openapi.json"])
def test_head_is_get_without_the_body(service, path):
    asked = f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with socket.create_connection((service.base_url.host, service.base_url.port)) as client:
        client.sendall(asked.encode())
        head, _, body = client.makefile("rb").read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert service.get(path).headers["content-type"].encode() in head
    assert body == b""


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
        assert log(client) == ""
    assert client.process.returncode == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("target_error", 5),
        ("seconds", float("nan")),
        ("upload_seconds", float("inf")),
        ("runs", EXAMPLES / "3.png"),
        ("runs", EXAMPLES / "none"),
        ("review", str(EXAMPLES)),
    ],
)
def test_a_service_does_not_start_with_a_value_that_cannot_be(name, value):
    with pytest.raises(UsageError, match=f"^{name} must be"):
        Settings(**{name: value})


def test_a_service_does_not_start_with_a_queue_that_is_none(refused):
    said = refused(11, "serve", "--port", "0", "--review", EXAMPLES / "3.png")
    assert "3.png: file is not a database." in said


def test_a_taken_port_is_an_error(service, refused):
    said = refused(2, "serve", "--port", service.base_url.port)
    assert "cannot be used: Address already in use" in said
    assert "--port" in said


@pytest.mark.parametrize("token", ["1", "1234567"])
def test_a_token_that_can_be_guessed_is_an_error(refused, token):
    said = refused(2, "serve", env=os.environ | {"SHUZI_TOKEN": token})
    assert "fewer than 8 characters" in said


def test_the_network_needs_a_token_or_a_flag(refused):
    assert "--open-to-network" in refused(2, "serve", "--host", "0.0.0.0", "--port", "0")


def test_the_models_show_their_cards(service):
    cards = service.get("/api/v1/models").json()
    assert cards == {path.stem: json.loads(path.read_text()) for path in CARDS}


def test_the_document_describes_the_read(service):
    document = service.get("/api/v1/openapi.json").json()
    names = {p["name"] for p in document["paths"]["/api/v1/read"]["post"]["parameters"]}
    assert {"as", "rotate", "target_error", "digits_only", "expect"} <= names
    json.dumps(document)


def test_every_json_object_of_the_document_has_an_example(service):
    document = service.get("/api/v1/openapi.json").json()
    schemas, found = document["components"]["schemas"], 0
    operations = [one for path in document["paths"].values() for one in path.values()]
    for operation in operations:
        for part in (operation.get("requestBody", {}), *operation["responses"].values()):
            for kind in {"application/json", "application/problem+json"} & part.get(
                "content", {}
            ).keys():
                content = part["content"][kind]
                name = content["schema"].get("$ref", "").rpartition("/")[2]
                assert "example" in schemas.get(name, {}) | content, operation["operationId"]
                found += 1
    assert found > 50


def test_the_answer_is_as_its_document_says(service):
    query = "/api/v1/read?seen=true&upright=true"
    answer = service.post(query, content=picture("page.jpg"), headers=PICTURE)
    ReadAnswer.model_validate_json(answer.content)
    document = service.get("/api/v1/openapi.json").json()
    said = document["paths"]["/api/v1/read"]["post"]["responses"]
    ReadAnswer.model_validate(said["200"]["content"]["application/json"]["example"])
    assert {"401", "408", "413", "415", "422", "503", "504"} <= set(said)


def decoded(url):
    data = np.frombuffer(b64decode(url.partition(",")[2]), np.uint8)
    return cv2.imdecode(data, cv2.IMREAD_UNCHANGED)


@pytest.mark.parametrize(
    ("name", "shape"), [("3.png", (32,)), ("number-2753.jpg", (32,)), ("page.jpg", (32,))]
)
def test_what_the_model_saw_is_shown(service, name, shape):
    answer = service.post("/api/v1/read?seen=true", content=picture(name), headers=PICTURE)
    page = answer.json()["pages"][0]
    assert [s["box"] for s in page["seen"]] == [n["box"] for n in page["numbers"]]
    for seen in page["seen"]:
        assert decoded(seen["png"]).shape[: len(shape)] == shape
    assert decoded(page["seen"][0]["png"]).max() > 200


def test_the_page_is_shown_as_it_was_read(service):
    query = "/api/v1/read?upright=true&rotate=90"
    answer = service.post(query, content=picture("number-2753.jpg"), headers=PICTURE)
    page = answer.json()["pages"][0]
    shown = decoded(page["picture"])
    assert shown.shape == (page["height"], page["width"]) == (155, 60)
    expected = np.rot90(load_grey(EXAMPLES / "number-2753.jpg"), -1).astype(int)
    assert np.abs(shown - expected).mean() < 3
