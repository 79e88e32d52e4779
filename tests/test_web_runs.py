"""The runs over HTTP: what is in the folder, and nothing else."""

import json
import shutil
from urllib.parse import quote

import pytest
from serving import serving

import shuzi


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The folder that the service shows."""
    return tmp_path_factory.mktemp("shown")


@pytest.fixture(scope="module")
def client(shown):
    with serving("--runs", shown) as client:
        yield client


@pytest.fixture
def folder(shown, run):
    """That folder with a run of its own, and a link to one elsewhere."""
    (shown / "short").symlink_to(run.folder)
    (shown / "own").mkdir()
    for name in ("run.json", "history.csv"):
        (shown / "own" / name).write_text((run.folder / name).read_text())
    yield shown
    (shown / "short").unlink()
    shutil.rmtree(shown / "own")


def test_a_run_is_told_with_its_history(client, folder, run):
    told = client.get("/api/v1/runs/own").json()
    assert told["settings"]["hidden"] == [64, 32]
    assert len(told["history"]) == told["epochs"] == told["planned"] == 3
    assert told["history"][-1]["loss"] == pytest.approx(run.history[-1].loss, abs=1e-6)
    assert told["live"] is False
    assert told["evaluation"] is None


def test_what_evaluate_found_is_told(client, folder, run, digits):
    (folder / "own" / "model.onnx").write_bytes((run.folder / "model.onnx").read_bytes())
    found = shuzi.evaluate(folder / "own", dataset=digits)
    told = client.get("/api/v1/runs/own").json()
    assert told["evaluation"]["confusion"] == found.confusion
    wrong = found.n - sum(found.confusion[digit][digit] for digit in range(10))
    assert len(told["mistakes"]) == min(wrong, 200)
    sure = [mistake["confidence"] for mistake in told["mistakes"]]
    assert sure == sorted(sure, reverse=True)


def test_links_out_of_the_folder_are_not_followed(client, folder, tmp_path):
    assert [run["name"] for run in client.get("/api/v1/runs").json()["runs"]] == ["own"]
    secret = tmp_path / "secret.json"
    secret.write_text('{"secret": 1}')
    (folder / "own" / "evaluation.json").symlink_to(secret)
    assert client.get("/api/v1/runs/own").json()["evaluation"] is None


@pytest.mark.parametrize(
    "name",
    ["..", "../own", "%2e%2e", "..%2fown", "/etc", "own/run.json", "own\0", "nul", "short", "%"],
)
def test_other_names_are_refused(client, folder, name):
    answer = client.get(f"/api/v1/runs/{quote(name)}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"recipe": 3}', '{"status": "running"}'])
def test_a_damaged_run_is_no_error(client, folder, text):
    for name in ("run.json", "history.csv", "evaluation.json", "mistakes.json"):
        (folder / "own" / name).write_text(text)
    assert client.get("/api/v1/runs").status_code == 200
    assert client.get("/api/v1/runs/own").json()["name"] == "own"


def test_what_is_not_finite_is_told_as_unknown(client, folder):
    (folder / "own" / "history.csv").write_text("epoch,loss\n1,nan\n2,inf\n3,0.5\n")
    (folder / "own" / "evaluation.json").write_text('{"loss": NaN}')
    told = client.get("/api/v1/runs/own").json()
    assert [row["loss"] for row in told["history"]] == [None, None, 0.5]
    assert told["evaluation"] == {"loss": None}
    json.dumps(told, allow_nan=False)


def test_without_a_folder_there_are_none():
    with serving() as client:
        assert client.get("/api/v1/runs").json() == {"runs": []}
        assert client.get("/api/v1/runs/own").status_code == 404
