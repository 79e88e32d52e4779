"""Jobs of the service: many files in, one table out, whatever happens meanwhile."""

import csv
import io
import os
import signal
import sys
import zipfile

import pytest
from places import EXAMPLES
from processes import is_alive, stop, wait_until, workers_of
from serving import ask, serving

from shuzi.errors import UsageError
from shuzi.files import TEMPORARY
from shuzi.web.app import create_app
from shuzi.web.job_routes import JobAnswer
from shuzi.web.settings import Settings

PATH = "/api/v1/jobs"
THREE = (EXAMPLES / "3.png").read_bytes()
NUMBER = (EXAMPLES / "number-2753.jpg").read_bytes()


def zipped(*members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def form(*files):
    return [("file", (name, content, "application/octet-stream")) for name, content in files]


@pytest.fixture(scope="module")
def service():
    with serving("--max-job-files", 5, "--max-job-bytes", 3_000_000) as client:
        yield client


def finished(client, job):
    """The job, once it has ended."""
    said = []

    def has_ended():
        said.append(client.get(f"{PATH}/{job['id']}").json())
        return said[-1]["state"] in ("done", "failed")

    wait_until(has_ended)
    return said[-1]


def rows(client, job):
    answer = client.get(f"{PATH}/{job['id']}/table")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def cells(client, job):
    return [(row["source"], row["text"], bool(row["error"])) for row in rows(client, job)]


def test_an_archive_becomes_a_table(service):
    body = zipped(("a10.png", THREE), ("深/a2.jpg", NUMBER), ("notes.txt", b""), ("a1.png", b"x"))
    answer = service.post(PATH, content=body, headers={"Content-Type": "application/zip"})
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{PATH}/{answer.json()['id']}"
    job = finished(service, answer.json())
    JobAnswer.model_validate(job)
    assert (job["state"], job["files"], job["done"], job["failed"]) == ("done", 3, 3, 1)
    wanted = [("a1.png", "", True), ("a10.png", "3", False), ("深/a2.jpg", "2753", False)]
    assert cells(service, job) == [(f"upload.zip/{name}", *rest) for name, *rest in wanted]


def test_a_form_of_files_and_archives_becomes_a_table(service):
    """Two of a name, too, and names that lead elsewhere."""
    files = form(("b.png", THREE), ("../../b.png", NUMBER), ("c.zip", zipped(("d.png", THREE))))
    job = finished(service, service.post(f"{PATH}?to=csv", files=files).json())
    assert cells(service, job) == [
        ("000003-c.zip/d.png", "3", False),
        ("files.zip/b.png", "3", False),
        ("files.zip/b.png", "2753", False),
    ]


@pytest.mark.parametrize("name", ["C.ZIP", "数" * 100 + ".zip"], ids=["capitals", "long"])
def test_an_archive_of_any_name_is_read(service, name):
    files = form((name, zipped(("d.png", THREE))), ("b.png", NUMBER))
    job = finished(service, service.post(PATH, files=files).json())
    assert [text for _, text, _ in cells(service, job)] == ["3", "2753"]


@pytest.mark.parametrize("name", ["c.tar.GZ", "c.7z"])
def test_an_archive_of_another_kind_is_refused_by_its_name(service, name):
    before = service.get(PATH).json()
    answer = service.post(PATH, files=form(("b.png", NUMBER), (name, b"any")))
    assert answer.status_code == 415
    assert f"{name} is an archive" in answer.json()["detail"]
    assert service.get(PATH).json() == before


def test_the_options_are_those_of_a_reading(service):
    answer = service.post(f"{PATH}?to=jsonl&rotate=90&as=number", files=form(("b.png", NUMBER)))
    job = finished(service, answer.json())
    answer = service.get(f"{PATH}/{job['id']}/table")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert '"text": "2753"' not in answer.text


def test_an_option_that_no_reading_has_makes_no_job(service):
    before = service.get(PATH).json()
    answer = service.post(f"{PATH}?rotate=45", files=form(("b.png", NUMBER)))
    assert (answer.status_code, "0, 90, 180 or 270" in answer.json()["detail"]) == (422, True)
    assert service.get(PATH).json() == before


@pytest.mark.parametrize("content", [b"", b"hello", zipped()[:10]])
def test_what_is_no_archive_fails_or_is_a_row(service, content):
    answer = service.post(PATH, content=content, headers={"Content-Type": "application/zip"})
    if not content:
        assert answer.status_code == 422
        return
    job = finished(service, answer.json())
    assert [error for _, _, error in cells(service, job)] == [True]


def test_members_that_lead_out_or_are_links_are_rows(service):
    link = zipfile.ZipInfo("2.png")
    link.external_attr = 0o120777 << 16
    body = zipped(("../1.png", THREE), (link, "/etc/passwd"), ("3.png", THREE))
    job = finished(service, service.post(PATH, content=body).json())
    assert [error for _, _, error in cells(service, job)] == [True, True, False]


def test_a_bomb_is_a_row(service):
    """More in a member than one may have, in 200 KB."""
    body = zipped(("1.png", bytes(200_000_001)), ("3.png", THREE))
    job = finished(service, service.post(PATH, content=body).json())
    assert [error for _, _, error in cells(service, job)] == [True, False]


def test_too_many_files_are_refused(service):
    answer = service.post(PATH, files=form(*[("a.png", THREE)] * 6))
    assert (answer.status_code, answer.json()["detail"]) == (413, "The form has more than 5 files.")
    body = zipped(*[(f"{number}.png", b"") for number in range(6)])
    job = finished(service, service.post(PATH, content=body).json())
    assert (job["state"], job["detail"]) == ("failed", "The job has too many files.")


def test_too_many_bytes_are_refused(service):
    answer = service.post(PATH, content=bytes(3_000_001))
    assert answer.status_code == 413
    before = len(service.get(PATH).json()["jobs"])
    answer = service.post(PATH, content=(bytes(1_000_000) for _ in range(4)))
    assert answer.status_code == 413
    assert len(service.get(PATH).json()["jobs"]) == before


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "image/png"}, THREE, 415),
        ({"Content-Type": "multipart/form-data"}, b"", 422),
        ({"Content-Type": "multipart/form-data; boundary=a"}, b"hello", 422),
        ({"Content-Type": "multipart/form-data; boundary=a"}, b"--a\r\n\r\nx\r\n--a--\r\n", 422),
        (
            {"Content-Type": "multipart/form-data; boundary=a"},
            b'--a\r\nContent-Disposition: form-data; name="file"; filename="1.png"\r\n\r\ncut',
            422,
        ),
    ],
)
def test_what_is_no_form_or_archive_is_refused(service, headers, body, status):
    before = service.get(PATH).json()
    assert service.post(PATH, content=body, headers=headers).status_code == status
    assert service.get(PATH).json() == before


def test_a_format_that_cannot_be_written_is_refused_at_once(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    app = create_app(Settings(jobs=tmp_path))
    answer = ask(app, "POST", f"{PATH}?to=xlsx", content=b"no archive")
    assert answer.status_code == 501
    assert "cannot write xlsx" in answer.json()["detail"]
    assert list(tmp_path.iterdir()) == []


def test_a_job_that_is_not_there_is_an_error(service):
    for ask_for in (service.get, service.delete):
        assert ask_for(f"{PATH}/{'0' * 32}").status_code == 404
    assert service.get(f"{PATH}/{'0' * 32}/table").status_code == 404
    assert service.get(f"{PATH}/..%2f..").status_code in (404, 422)


def reader_of(service):
    """The process that reads a job; a test stops it, so that the job lasts."""
    found = []

    def runs():
        found.extend(workers_of(service.process.pid, "shuzi.web.job"))
        return found

    wait_until(runs)
    stop(found[0])
    return found[0]


def test_a_job_goes_on_after_the_service_was_killed(tmp_path):
    options = ("--jobs", tmp_path / "jobs")
    with serving(*options) as client:
        job = client.post(PATH, files=form(("b.png", THREE))).json()
        process = reader_of(client)
        assert client.get(f"{PATH}/{job['id']}/table").status_code == 409
        client.process.kill()
        os.kill(process, signal.SIGCONT)
        wait_until(lambda: not is_alive(process))
    (tmp_path / "jobs" / f"{TEMPORARY}0").mkdir()
    with serving(*options) as client:
        assert finished(client, job)["state"] == "done"
        assert cells(client, job) == [("files.zip/b.png", "3", False)]
    assert [path.name for path in (tmp_path / "jobs").iterdir()] == [job["id"]]


def test_a_job_that_is_removed_ends_and_makes_room(tmp_path):
    with serving("--jobs", tmp_path, "--max-jobs", 2) as client:
        jobs = [client.post(PATH, files=form(("b.png", THREE))).json() for _ in range(2)]
        process = reader_of(client)
        answer = client.post(PATH, files=form(("b.png", THREE)))
        assert (answer.status_code, "keeps 2 jobs" in answer.json()["detail"]) == (409, True)
        assert client.delete(f"{PATH}/{jobs[0]['id']}").status_code == 204
        assert not is_alive(process)
        assert [path.name for path in tmp_path.iterdir()] == [jobs[1]["id"]]
        assert finished(client, jobs[1])["state"] == "done"


def test_a_process_that_is_ended_fails_its_job_and_no_other(tmp_path):
    with serving("--jobs", tmp_path) as client:
        jobs = [client.post(PATH, files=form(("b.png", THREE))).json() for _ in range(2)]
        os.kill(reader_of(client), signal.SIGKILL)
        job = finished(client, jobs[0])
        assert (job["state"], job["detail"]) == (
            "failed",
            "The process that read the job was ended.",
        )
        assert finished(client, jobs[1])["state"] == "done"


def test_a_disk_that_is_full_is_said_and_nothing_stays(tmp_path):
    resource = pytest.importorskip("resource")
    with serving("--jobs", tmp_path) as client:
        resource.prlimit(client.process.pid, resource.RLIMIT_FSIZE, (500, 500))
        for sent in ({"content": zipped(("a.png", THREE))}, {"files": form(("b.png", THREE))}):
            answer = client.post(PATH, **sent)
            assert (answer.status_code, answer.json()["type"]) == (507, "urn:shuzi:output")
        assert list(tmp_path.iterdir()) == []


def test_a_job_is_removed_when_it_is_old(tmp_path):
    with serving("--jobs", tmp_path, "--keep-days", 1) as client:
        job = finished(client, client.post(PATH, files=form(("b.png", THREE))).json())
        assert [one["id"] for one in client.get(PATH).json()["jobs"]] == [job["id"]]
        os.utime(tmp_path / job["id"] / "outcome.json", (0, 0))
        assert client.get(PATH).json() == {"jobs": []}
        assert list(tmp_path.iterdir()) == []


def test_jobs_need_the_token(tmp_path):
    app = create_app(Settings(token="a token of ours", jobs=tmp_path))
    assert ask(app, "GET", PATH).status_code == 401
    assert ask(app, "POST", PATH, content=zipped()).status_code == 401
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_none_is_refused(tmp_path):
    (tmp_path / "a").write_text("")
    with pytest.raises(UsageError, match="jobs must be a folder"):
        Settings(jobs=tmp_path / "a")
    with pytest.raises(UsageError, match="keep_days must be"):
        Settings(keep_days=float("nan"))
