"""Offline means offline: no socket beyond this machine, no file outside shuzi's own folders."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from inspect import signature

import httpx
import pytest
from places import EXAMPLES

from shuzi.cli.commands import app, data

PICTURES = ("3.png", "page.jpg", "form.jpg")
ELSEWHERE = re.compile(
    r"AF_INET6?, .*(?:sin_addr=inet_addr\(\"(?!127\.)|inet_pton\(AF_INET6, \"(?!::1\"))"
)


@pytest.fixture
def home(tmp_path):
    """A home with nothing in it, which every program below takes for the user's."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def traced(tmp_path, home):
    """Start the command line with its network calls written down; gives the process and a file."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    calls, work = tmp_path / "calls", tmp_path / "work"
    work.mkdir()
    started = []

    def start(*arguments):
        words = ["strace", "-f", "-e", "trace=network", "-o", calls]
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        process = subprocess.Popen(
            [*map(str, words), sys.executable, "-m", "shuzi", *map(str, arguments)],
            env=kept | {"HOME": str(home)},
            cwd=work,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process, calls

    yield start
    for process in started:
        # strace blocks signals of its own; the group holds what it traces, too.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def written(home):
    """The files that a program left in the home, below which folders of it."""
    return {str(p.relative_to(home)) for p in home.rglob("*") if p.is_file()}


def test_reading_opens_no_socket_and_writes_nothing(traced, home):
    process, calls = traced("read", *(EXAMPLES / name for name in PICTURES))
    said, complaint = process.communicate(timeout=120)
    assert process.returncode == 0, complaint
    assert "58 3" in said
    assert not re.findall(r"socket\(AF_INET|connect\(", calls.read_text())
    assert written(home) == set()


def test_evaluating_opens_no_socket_and_writes_into_its_own_folders(traced, home, digits_npz):
    process, calls = traced("evaluate", "--data", digits_npz)
    _, complaint = process.communicate(timeout=120)
    assert process.returncode == 0, complaint
    assert not re.findall(r"socket\(AF_INET|connect\(", calls.read_text())
    assert all(name.startswith(".cache/shuzi/") for name in written(home))


def test_serving_speaks_to_this_machine_alone(traced, home):
    process, calls = traced("serve", "--port", 0)
    url = re.search(r"http://\S+", process.stdout.readline()).group()
    with httpx.Client(base_url=url, timeout=60) as client:
        for name in PICTURES:
            answer = client.post("/api/v1/read", content=(EXAMPLES / name).read_bytes())
            assert answer.status_code == 200
    # strace blocks it for itself.
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    said = calls.read_text()
    assert "127.0.0.1" in said
    assert not ELSEWHERE.findall(said)
    assert written(home) == set()


def test_a_library_that_reports_home_is_told_not_to():
    code = "import shuzi, os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_every_command_that_may_download_can_be_told_not_to():
    commands = [*app.registered_commands, *data.registered_commands]
    options = {c.callback.__name__: signature(c.callback).parameters for c in commands}
    may = {name for name, taken in options.items() if "data" in taken} | {"data_fetch"}
    assert may >= {"train", "evaluate", "export", "synth", "data_show"}
    assert {name for name in may if "offline" not in options[name]} == set()


def test_fetch_downloads_nothing_offline(refused):
    assert "--offline forbids" in refused(3, "data", "fetch", "--offline")


def test_export_downloads_nothing_offline(refused, run, tmp_path):
    folder = tmp_path / "of_mnist"
    shutil.copytree(run.folder, folder)
    record = json.loads((folder / "run.json").read_text())
    record["data"] |= {"name": "MNIST", "source": str(tmp_path / "mnist.npz")}
    (folder / "run.json").write_text(json.dumps(record))
    said = refused(3, "export", folder, "--to", "int8", "--offline")
    assert "--offline forbids" in said
