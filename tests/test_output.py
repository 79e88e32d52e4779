"""What reaches a terminal, a file or a pipe, what is said when it cannot, and when Ctrl-C comes."""

import csv
import fcntl
import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from places import EXAMPLES

from shuzi.result import Page
from shuzi.review.item import Verdict
from shuzi.review.store import open_store

SHUZI = [sys.executable, "-m", "shuzi"]
THREE = str(EXAMPLES / "3.png")
EVIL = "\x1b[2J\x9b5m\x07\u202egnp\n\r\t"
"""Clears the screen, colours it, rings, and turns what follows."""
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
FAILED = re.compile("shuzi: Standard output cannot be written: [^\n]+\\.\n  Send it .+\\.\n")


def shuzi(*words, **options):
    """Run the command line in a process of its own."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    # As for everybody, the output is written a buffer at a time.
    env = options.pop("env", os.environ) | {"PYTHONUNBUFFERED": ""}
    return subprocess.run([*SHUZI, *words], check=False, env=env, **options)


def in_a_shell(words):
    line = f"{' '.join(SHUZI)} {words}"
    env = os.environ | {"PYTHONUNBUFFERED": "1"}
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, check=False, env=env
    )


@pytest.fixture
def places(run, digits_npz, tmp_path):
    shutil.copytree(run.folder, tmp_path / "copy")
    return {"RUN": run.folder, "COPY": "copy", "DATA": digits_npz, "THREE": THREE}


@pytest.mark.parametrize(
    "line",
    [
        *("--help", "--version", "read THREE", "read --csv THREE", "train --data DATA --out new"),
        *("evaluate RUN --data DATA --out new", "predict RUN DATA -o out.csv", "card --json"),
        *("export RUN COPY --to ensemble -o out.onnx", "serve --port 0 --review reviews.db"),
        *("synth new --n 1 --data DATA", "recipes", "data show --data DATA"),
        *("review status reviews.db", "review export reviews.db --to csv --out out.csv"),
    ],
)
def test_a_full_disk_is_an_error_of_ours(line, programs, places, tmp_path):
    if "review " in line:
        open_store(str(tmp_path / "reviews.db")).close()
    words = [str(places.get(word, word)) for word in line.split()]
    with Path("/dev/full").open("w") as full:
        done = programs.run("-m", "shuzi", *words, cwd=tmp_path, out=full)
    assert done.returncode == 8, done.stderr
    # What the data was taken for is said before.
    said = done.stderr.splitlines(keepends=True)
    error = "".join(words for words in said if str(places["DATA"]) not in words)
    assert FAILED.fullmatch(error), done.stderr
    assert "space" in error


@pytest.mark.parametrize("words", [["--version"], ["read", THREE]])
def test_a_reader_that_went_away_is_too(words):
    ours, theirs = os.pipe()
    os.close(ours)
    done = shuzi(*words, stdout=theirs)
    os.close(theirs)
    assert done.returncode == 8
    assert FAILED.fullmatch(done.stderr)
    assert "broken pipe" in done.stderr


@pytest.mark.parametrize("end", [">&-", "> /dev/full 2>&-", "> /dev/full 2>&1", ">&- 2>&- <&-"])
@pytest.mark.parametrize("words", ["--help", f"read {THREE}"])
def test_any_other_end_of_the_output_is_too(words, end):
    done = in_a_shell(f"{words} {end}")
    assert (done.returncode, done.stdout) == (8, "")
    assert FAILED.fullmatch(done.stderr) or "2>" in end


def test_what_is_said_to_nobody_changes_nothing():
    done = in_a_shell(f"read none.png {THREE} 2>&-")
    assert (done.returncode, done.stdout.splitlines()[0]) == (5, "none.png: not read")


def test_a_silent_training_needs_no_output(digits_npz, tmp_path):
    words = f"train --data {digits_npz} --set epochs=1 --verbose 0 --out {tmp_path / 'new'} >&-"
    done = in_a_shell(words)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def evil_folder(tmp_path):
    """Pictures, damaged ones and other files whose names would rule a terminal."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in (os.fsencode(f"a{EVIL}.png"), b"b\xff\xfe.png", "张三.png".encode()):
        shutil.copy(THREE, os.fsencode(folder) + b"/" + name)
    (folder / f"c{EVIL}.jpg").write_text("none")
    (folder / f"d{EVIL}.txt").write_text("none")
    return folder


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_names_rule_no_terminal(form, evil_folder, tmp_path):
    words = ["read", "-v", evil_folder, f"{EVIL}.png", *form, "--review", "reviews.db"]
    done = shuzi(*words, "--explain", "seen", cwd=tmp_path, text=False)
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == 5
    assert not CONTROL.search(said)
    assert "张三.png" in said
    assert done.stdout.count(b"\n") == 5 + (form == ["--csv"])


def test_json_keeps_every_name(evil_folder, tmp_path):
    done = shuzi("read", "--json", evil_folder)
    values = [json.loads(line) for line in done.stdout.splitlines()]
    assert [v["source"] for v in values] == sorted(str(p) for p in evil_folder.glob("*g"))
    assert Page.from_dict(values[0]).text() == "3"


def test_what_was_typed_rules_no_terminal_either(command):
    for words in ([f"--{EVIL}"], [EVIL], ["read", "a.png", "--as", EVIL], ["card", EVIL]):
        said = command(*words).stderr
        assert said
        assert not CONTROL.search(said)


def test_a_queue_holds_such_names(evil_folder, command, tmp_path):
    command("read", evil_folder, "--target-error", 0, "--review", "reviews.db")
    with open_store(str(tmp_path / "reviews.db"), create=False) as store:
        lease = store.lease("Ann", 9)
        assert [CONTROL.search(item.source) for item in lease.items] == [None] * len(lease.items)
        store.decide(lease.token, "Ann", [Verdict(item.id, "3") for item in lease.items])
    command("review", "export", "reviews.db", "--to", "csv", "--out", "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(lease.items) > 0


def test_an_output_in_ascii_escapes_the_rest(tmp_path):
    shutil.copy(THREE, tmp_path / "张三😀.png")
    ascii_only = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = shuzi("read", "--json", "张三😀.png", cwd=tmp_path, env=ascii_only)
    assert json.loads(done.stdout)["source"] == "张三😀.png"
    done = shuzi("read", "张三😀.png", "李四.png", cwd=tmp_path, env=ascii_only)
    assert (done.returncode, done.stdout.isascii(), done.stderr.isascii()) == (5, True, True)


def test_ctrl_c_says_how_many_were_read_and_how_to_go_on(tmp_path):
    (tmp_path / "in").mkdir()
    for i in range(300):
        (tmp_path / "in" / f"a{i}.png").symlink_to(THREE)
    words = ["read", "in", "--review", "reviews.db", "--sample", "1"]
    process = subprocess.Popen(
        [*SHUZI, *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    out = "".join(process.stdout.readline() for _ in range(10))
    process.send_signal(signal.SIGINT)
    rest, err = process.communicate(timeout=60)
    out += rest
    assert process.returncode == 130
    assert out.endswith("\n")
    lines = out.splitlines()
    assert all(re.fullmatch(r"in/a\d+\.png: 3 \(99\.7 %\)", line) for line in lines)
    assert 10 <= len(lines) < 300
    done = int(re.search(r"Stopped: (\d+) of 300 files were read", err).group(1))
    assert done in (len(lines) - 1, len(lines))
    assert f"the next is in/a{done}.png. The 1 queued for review stay queued" in err
    assert "Run it again with the rest." in err


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_ctrl_c_leaves_a_whole_page_in_a_pipe_that_is_full(unbuffered, tmp_path):
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)
    (tmp_path / "in").mkdir()
    # So long a name that the page fits neither into the pipe nor into Python's buffer.
    page = f"{tmp_path}/{'in/../' * 500}page.jpg"
    shutil.copy(EXAMPLES / "page.jpg", page)
    process = subprocess.Popen(
        [*SHUZI, "read", "--csv", page, page],
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
    )
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as pipe:
        start = pipe.readline() + pipe.read(1)
        # It is in the middle of the page, and stays there: a byte less makes no room.
        process.send_signal(signal.SIGINT)
        out = start + pipe.readall()
    process.communicate(timeout=60)
    assert process.returncode == 130
    header, *rows = csv.reader(out.decode().splitlines())
    assert [len(row) for row in rows] == [len(header)] * 8
    assert out.endswith(b"\n")


def stop(process):
    """Press Ctrl-C, and give what the command said of it."""
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    return said


def test_ctrl_c_in_a_download_says_what_is_kept():
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        way = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        env = os.environ | dict.fromkeys(("HTTPS_PROXY", "https_proxy"), way)
        process = subprocess.Popen(
            [*SHUZI, "data", "fetch"], env=env, stderr=subprocess.PIPE, text=True
        )
        with proxy.accept()[0]:
            said = stop(process)
    assert "What was downloaded whole is kept.\n  Run it again." in said


def test_ctrl_c_in_drawing_a_set_says_that_it_is_not_all(digits_npz, tmp_path):
    words = ["synth", "new", "--n", "100000", "--data", digits_npz]
    process = subprocess.Popen([*SHUZI, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while not list(tmp_path.glob("new/**/*.*")):
        assert process.poll() is None
        time.sleep(0.01)
    assert "not all of the set" in stop(process)


def on_a_terminal(words, tmp_path, both=False):
    """What a command writes to a terminal that is its standard error, and perhaps its output."""
    ours, theirs = pty.openpty()
    output = theirs if both else subprocess.DEVNULL
    process = subprocess.Popen([*SHUZI, *words], cwd=tmp_path, stdout=output, stderr=theirs)
    os.close(theirs)
    said = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        said += piece
    os.close(ours)
    assert process.wait() == 0
    return said.decode()


def test_a_bar_shows_how_far_it_is_when_the_output_goes_elsewhere(tmp_path):
    shown = on_a_terminal(["read", THREE, THREE, THREE], tmp_path)
    assert "3/3" in shown
    assert "3.png" not in shown
    assert on_a_terminal(["read", THREE], tmp_path) == ""
    shown = on_a_terminal(["read", THREE, THREE], tmp_path, both=True)
    assert [line.split(": ")[1][0] for line in shown.splitlines()] == ["3", "3"]
    assert "2/2" not in shown


def test_a_pipe_of_both_has_no_bar(command):
    done = command("read", THREE, THREE)
    assert (done.returncode, done.stderr) == (0, "")
