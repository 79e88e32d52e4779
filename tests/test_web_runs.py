"""The runs over HTTP: what is in the folder, and nothing else."""

import json
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest
from serving import ask, serving

import shuzi
from shuzi.web.app import create_app
from shuzi.web.settings import Settings


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


FILES = ("run.json", "history.csv", "evaluation.json", "mistakes.json")
MAD = {
    "empty": b"",
    "cut": b"{",
    "another": b"[]",
    "null": b"null",
    "no recipe": b'{"recipe": 3}',
    "no start": b'{"status": "running"}',
    "deep": b"[" * 100_000,
    "deep but whole": b'{"recipe": ' + b"[" * 700 + b"]" * 700 + b"}",
    "digits": b'{"started": ' + b"9" * 5000 + b"}",
    "no text": b"\xff\xfe\x00{",
    "NUL": b'{"started": "\x00"}\n\x00,\x00\n\x00',
    "half a letter": b'{"recipe": {"name": "\\ud800"}, "\\udfff": 1}',
    "a long field": b'loss\n"' + b"1" * 200_000,
    "many fields": b"loss,loss\n" + b"1,2,3,4,5\n" * 100,
    "large": b" " * 6_000_000,
}


@pytest.mark.parametrize("content", MAD.values(), ids=MAD)
def test_a_damaged_run_is_no_error(client, folder, content):
    for name in FILES:
        (folder / "own" / name).write_bytes(content)
    (listed,) = client.get("/api/v1/runs").json()["runs"]
    told = client.get("/api/v1/runs/own").json()
    assert listed["name"] == told["name"] == "own"


@pytest.mark.parametrize("name", FILES[1:])
@pytest.mark.parametrize("how", ["folder", "loop", "pipe", "device", "deep"])
def test_of_a_run_with_a_damaged_file_the_rest_is_told(client, folder, name, how):
    file = folder / "own" / name
    file.unlink(missing_ok=True)
    if how == "folder":
        file.mkdir()
    elif how == "loop":
        file.symlink_to(file)
    elif how == "pipe":
        os.mkfifo(file)
    elif how == "device":
        file.symlink_to("/dev/zero")
    else:
        file.write_bytes(MAD["deep"])
    assert client.get("/api/v1/runs").json()["runs"][0]["recipe"] == "tutorial"
    assert client.get("/api/v1/runs/own").json()["settings"]["hidden"] == [64, 32]


def test_a_run_that_may_not_be_read_or_has_gone_is_no_error(powerless, tmp_path):
    # The folder of the tests is closed to all but their user.
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        app = create_app(Settings(runs=Path(place)))
        for name in ("closed", "sealed", "open"):
            (Path(place) / name).mkdir()
            (Path(place) / name / "run.json").write_text("{}")
        (Path(place) / "closed" / "run.json").chmod(0)
        (Path(place) / "sealed").chmod(0)
        with powerless:
            listed = ask(app, "GET", "/api/v1/runs").json()["runs"]
        assert {run["name"] for run in listed} == {"closed", "open"}
    assert ask(app, "GET", "/api/v1/runs").json() == {"runs": []}


@pytest.mark.parametrize("name", ["run.json", "history.csv"])
def test_a_run_that_goes_while_it_is_read_is_no_error(tmp_path, monkeypatch, name):
    run, resolve = tmp_path / "own", Path.resolve
    run.mkdir()
    (run / "run.json").write_text('{"status": "running"}')
    (run / "history.csv").write_text("epoch\n1\n")
    app = create_app(Settings(runs=tmp_path))

    def gone(path, *arguments):
        found = resolve(path, *arguments)
        if path == run / name:
            shutil.rmtree(run, ignore_errors=True)
        return found

    monkeypatch.setattr(Path, "resolve", gone)
    (told,) = ask(app, "GET", "/api/v1/runs").json()["runs"]
    assert (told["name"], told["live"]) == ("own", False)


def test_a_run_of_any_name_is_told(client, shown):
    folder = Path(os.fsdecode(bytes(shown) + b"/\xff\xfe"))
    folder.mkdir()
    (folder / "run.json").write_text("{}")
    (listed,) = client.get("/api/v1/runs").json()["runs"]
    assert client.get(f"/api/v1/runs/{quote(listed['name'])}").status_code == 200
    shutil.rmtree(folder)


def test_what_is_not_finite_is_told_as_unknown(client, folder):
    (folder / "own" / "history.csv").write_text("epoch,loss\n1,nan\n2,inf\n3,0.5\n4\n")
    told = client.get("/api/v1/runs/own").json()
    assert [row["loss"] for row in told["history"]] == [None, None, 0.5, None]


@pytest.mark.parametrize("value", ["NaN", "1e999", "-Infinity"])
def test_an_evaluation_with_a_value_that_no_answer_can_say_is_left_out(client, folder, value):
    (folder / "own" / "evaluation.json").write_text(f'{{"loss": {value}}}')
    told = client.get("/api/v1/runs/own").json()
    assert told["evaluation"] is None
    json.dumps(told, allow_nan=False)


def test_without_a_folder_there_are_none():
    with serving() as client:
        assert client.get("/api/v1/runs").json() == {"runs": []}
        assert client.get("/api/v1/runs/own").status_code == 404


def test_the_weights_of_a_run_are_given_as_they_are(client, folder, run):
    assert client.get("/api/v1/runs/own/weights").status_code == 404
    content = (run.folder / "model.safetensors").read_bytes()
    (folder / "own" / "model.safetensors").write_bytes(content)
    answer = client.get("/api/v1/runs/own/weights")
    assert answer.content == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    (folder / "own" / "model.safetensors").unlink()
    (folder / "own" / "model.safetensors").symlink_to(run.folder / "model.safetensors")
    assert client.get("/api/v1/runs/own/weights").status_code == 404
    assert client.get("/api/v1/runs/none/weights").status_code == 404
