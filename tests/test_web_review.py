"""The review queue over HTTP, by a real service on SQLite and on PostgreSQL."""

import csv
import json
from datetime import UTC, datetime
from itertools import count

import pytest
from databases import PNG, item
from places import EXAMPLES
from serving import serving

from shuzi.review.store import open_store

BASE = "/api/v1/review"
NOBODY = "0" * 32
PLACES = count()
"""Of new numbers on their page."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(request, tmp_path_factory):
    """A service, and its queue seen from beside it."""
    if request.param == "sqlite":
        place = str(tmp_path_factory.mktemp("queue") / "reviews.db")
    else:
        place = request.getfixturevalue("postgres").database("served")
    with serving("--review", place) as client, open_store(place) as store:
        yield client, store


@pytest.fixture
def service(served):
    return served[0]


@pytest.fixture
def queue(served):
    """Put items into the queue, and let nobody have those that are there already."""
    _, store = served
    while store.lease("nobody", 100, seconds=1e6).items:
        pass
    return lambda *texts, **options: store.add(
        (item(next(PLACES), text, 0.5, sampled=True) for text in texts), **options
    )


def lease(service, reviewer="Ann", **wanted):
    answer = service.post(f"{BASE}/leases", json={"reviewer": reviewer} | wanted)
    assert answer.status_code == 200, answer.text
    return answer.json()


def decide(service, token, *answers, reviewer="Ann"):
    said = [{"item": item, "text": text, "seconds": 1.5} for item, text in answers]
    words = {"reviewer": reviewer, "decisions": said}
    return service.post(f"{BASE}/leases/{token}/decisions", json=words)


def test_a_leased_item_shows_what_a_person_needs(service, queue):
    (number,) = queue("72")
    got = lease(service)
    (shown,) = got["items"]
    assert (shown["id"], shown["text"], shown["box"]) == (number, "72", [3, 4, 10, 20])
    assert [text for text, _ in shown["alternatives"]] == ["12", "71", "42", "74"]
    assert datetime.fromisoformat(got["expires"]) > datetime.now(UTC)
    assert service.get(shown["crop"]).content == PNG + b"crop"
    assert service.get(shown["surroundings"]).headers["content-type"] == "image/png"
    # These are not whole pictures.
    damaged = service.get(shown["thumbnail"])
    assert (damaged.status_code, damaged.json()["type"]) == (503, "urn:shuzi:store")


def test_nothing_says_that_an_item_was_accepted(service, queue):
    queue("7")
    (shown,) = lease(service)["items"]
    assert not {"sampled", "decision"} & set(shown)


def test_alike_items_come_together(service, queue):
    queue("3", "7", "7", "7", "7")
    got = lease(service, count=10, alike=True)
    assert got["text"] == "7"
    assert len(got["items"]) == 4


def test_decisions_count_once(service, queue):
    first, second = queue("7", "7")
    token = lease(service, count=2)["token"]
    for _ in range(2):
        assert decide(service, token, (first, "42"), (second, None)).json()["decided"] == 2


def test_an_item_of_another_is_a_conflict(service, queue):
    (number,) = queue("7")
    lease(service)
    answer = decide(service, NOBODY, (number, "7"))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:shuzi:not-decided")
    assert answer.json()["not_decided"] == {"lost": [number], "otherwise": [], "unknown": []}
    assert f"somebody else has {number} by now" in answer.json()["detail"]


def test_the_document_shows_what_a_conflict_looks_like(service):
    paths = service.get("/api/v1/openapi.json").json()["paths"]
    said = paths[f"{BASE}/leases/{{token}}/decisions"]["post"]["responses"]["409"]
    shown = said["content"]["application/problem+json"]["example"]
    answer = decide(service, NOBODY, (999_999, "7")).json()
    assert shown.keys() == answer.keys()
    assert (shown["type"], shown["not_decided"].keys()) == (
        answer["type"],
        answer["not_decided"].keys(),
    )


def test_another_answer_with_the_same_lease_is_a_conflict(service, queue):
    (number,) = queue("7")
    token = lease(service)["token"]
    decide(service, token, (number, "42"))
    answer = decide(service, token, (number, "43"))
    assert answer.status_code == 409
    assert answer.json()["not_decided"]["otherwise"] == [number]
    assert f"said otherwise of {number} before, which stands" in answer.json()["detail"]


def test_an_item_that_is_none_is_told_of(service):
    answer = decide(service, NOBODY, (999_999, "7"))
    assert answer.json()["not_decided"]["unknown"] == [999_999]
    assert "Not decided: there is no item 999999." in answer.json()["detail"]


def test_a_lease_is_renewed_and_given_back(service, queue):
    queue("7")
    token = lease(service)["token"]
    assert service.put(f"{BASE}/leases/{token}").status_code == 204
    assert lease(service, "Bob")["items"] == []
    assert service.delete(f"{BASE}/leases/{token}").status_code == 204
    assert service.put(f"{BASE}/leases/{token}").status_code == 410
    assert len(lease(service, "Bob")["items"]) == 1


def test_undo_gives_the_last_item_again(service, queue):
    (number,) = queue("7")
    decide(service, lease(service, "Una")["token"], (number, "1"), reviewer="Una")
    again = service.post(f"{BASE}/undo", json={"reviewer": "Una"}).json()
    assert [shown["id"] for shown in again["items"]] == [number]
    nothing = service.post(f"{BASE}/undo", json={"reviewer": "Una"}).json()
    assert nothing["items"] == []


def test_the_second_person_sees_no_first_answer(service, queue):
    (number,) = queue("7", required=2)
    decide(service, lease(service)["token"], (number, "12345"))
    assert lease(service)["items"] == []
    (shown,) = lease(service, "Bob")["items"]
    assert shown["attempt"] == 2
    assert "12345" not in json.dumps(shown)


def test_figures_are_told(service, queue):
    (number,) = queue("7")
    decide(service, lease(service, "Fay")["token"], (number, "1"), reviewer="Fay")
    said = service.get(f"{BASE}/figures").json()
    assert {"name": "Fay", "decided": 1, "seconds_each": 1.5} in said["reviewers"]
    assert said["accepted_error"]["wrong"] >= 1


def test_a_picture_is_read_into_the_queue(service, queue):
    picture = (EXAMPLES / "page.jpg").read_bytes()
    query = f"{BASE}/items?target_error=0&sample=0"
    first, again = (
        service.post(query, content=picture, headers={"Content-Type": "image/jpeg"}).json()
        for _ in range(2)
    )
    assert len(first["pages"][0]["numbers"]) == 8
    assert (first["queued"], again["queued"]) == (8, 0)
    assert "seen" not in first["pages"][0]


@pytest.mark.parametrize("said", ["123454321", "12/05/2023"])
def test_what_was_decided_is_exported(service, queue, said):
    (number,) = queue("7")
    decide(service, lease(service, "=Eve")["token"], (number, said), reviewer="=Eve")
    text = service.get(f"{BASE}/export?to=csv").text
    row = next(r for r in csv.DictReader(text.splitlines()) if r["item"] == str(number))
    assert (row["answer"], row["reviewers"]) == (said, "'=Eve")
    lines = service.get(f"{BASE}/export?to=jsonl").text.splitlines()
    assert number in [json.loads(line)["item"] for line in lines]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("leases", {"reviewer": "", "count": 1}),
        ("leases", {"reviewer": "a\nb"}),
        ("leases", {"reviewer": "\ud800"}),
        ("leases", {"reviewer": "Ann", "count": 101}),
        ("leases", {}),
        ("undo", {"reviewer": "x" * 61}),
        ("leases/none/decisions", {"reviewer": "Ann", "decisions": [{"item": 1, "text": "1"}]}),
        (f"leases/{NOBODY}/decisions", {"reviewer": "Ann", "decisions": []}),
        (f"leases/{NOBODY}/decisions", {"reviewer": "A", "decisions": [{"item": 1, "text": "x"}]}),
        (f"leases/{NOBODY}/decisions", {"reviewer": "A", "decisions": [{"item": 0, "text": "1"}]}),
        (f"leases/{NOBODY}/decisions", {"reviewer": "A", "decisions": [{"item": 2**70}]}),
    ],
)
def test_what_cannot_be_is_refused(service, path, words):
    answer = service.post(f"{BASE}/{path}", content=json.dumps(words))
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_not_there_is_not_found(service):
    assert service.get(f"{BASE}/items/2147483647/crop.png").status_code == 404
    assert service.get(f"{BASE}/items/0/crop.png").status_code == 422
    assert service.get(f"{BASE}/export?to=xml").status_code == 422


def test_a_queue_that_is_away_is_a_503_and_reading_goes_on(tmp_path):
    own = tmp_path / "shuzi" / "reviews.db"
    own.parent.mkdir()
    own.write_text("no database, only some text")
    with serving(XDG_DATA_HOME=str(tmp_path)) as client:
        answer = client.get(f"{BASE}/figures")
        assert answer.status_code == 503
        assert "not a database" in answer.json()["detail"]
        picture = (EXAMPLES / "3.png").read_bytes()
        read = client.post("/api/v1/read", content=picture, headers={"Content-Type": "image/png"})
        assert read.json()["pages"][0]["numbers"][0]["text"] == "3"
