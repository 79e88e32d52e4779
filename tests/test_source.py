"""Paths, pipes, bytes and open files: what does not end is given up, what is none is refused."""

import io
import os
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest
from places import EXAMPLES

import shuzi
from shuzi.errors import ImageError, TooLargeError, UsageError
from shuzi.image import load_grey
from shuzi.source import drained

DIGIT = EXAMPLES / "3.png"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom"])
def test_a_device_without_an_end_is_refused_at_a_size(device):
    with pytest.raises(TooLargeError, match=rf"{device} gives more than 200,000,000 bytes"):
        load_grey(device)


def test_a_file_that_fails_while_it_is_read_is_named():
    with pytest.raises(ImageError, match="/proc/self/mem cannot be read: Input/output error"):
        load_grey("/proc/self/mem")


def test_what_only_has_a_method_read_is_refused():
    with pytest.raises(UsageError, match="of type Page"):
        load_grey(type("Page", (), {"read": io.BytesIO().read})())


@pytest.fixture
def pipe():
    read, write = os.pipe()
    with os.fdopen(read, "rb") as reader, os.fdopen(write, "wb", buffering=0) as writer:
        yield reader, writer


def test_a_pipe_that_is_silent_is_given_up(pipe):
    pipe[1].write(b"abc")
    with pytest.raises(ImageError, match=r"a.png did not come to its end: 3 bytes, then 0.1 sec"):
        drained(pipe[0], "a.png", silent=0.1)


def test_a_pipe_that_goes_on_and_on_is_given_up(pipe):
    ended = threading.Event()

    def write():
        while not ended.wait(0.01):
            pipe[1].write(b"abc")

    thread = threading.Thread(target=write)
    thread.start()
    with pytest.raises(ImageError, match=r"then 0.5 seconds in all"):
        drained(pipe[0], "a.png", silent=0.4, whole=0.5)
    ended.set()
    thread.join()


def test_a_fifo_without_a_writer_is_given_up(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "a")
    monkeypatch.setitem(drained.__kwdefaults__, "silent", 0.1)
    with pytest.raises(ImageError, match=r"a did not come to its end: 0 bytes"):
        load_grey(tmp_path / "a")


def test_a_fifo_is_read_to_its_end(tmp_path):
    os.mkfifo(tmp_path / "a")
    writer = threading.Thread(target=(tmp_path / "a").write_bytes, args=(DIGIT.read_bytes(),))
    writer.start()
    np.testing.assert_array_equal(load_grey(tmp_path / "a"), load_grey(DIGIT))
    writer.join()


def test_a_shells_substitution_is_a_picture():
    words = [sys.executable, "-m", "shuzi", "read"]
    shell = ["bash", "-c", '"$@" <(cat "$0")', str(DIGIT), *words]
    done = subprocess.run(shell, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("/dev/fd/"), done.stderr
    assert ": 3 (" in done.stdout


def test_a_socket_is_refused(tmp_path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "a"))
        with pytest.raises(ImageError, match="cannot be opened"):
            load_grey(tmp_path / "a")


def test_a_huge_file_is_refused_unread(tmp_path):
    with (tmp_path / "a.png").open("wb") as file:
        file.truncate(100_000_000_000)
    with pytest.raises(TooLargeError, match="100,000,000,000 bytes large"):
        load_grey(tmp_path / "a.png")


@pytest.mark.parametrize(
    "nothing", [None, 3, 2.5, [1, 2], {}, object()], ids=lambda value: type(value).__name__
)
def test_what_is_no_picture_is_refused_by_its_type(nothing):
    with pytest.raises(UsageError, match=f"cannot be of type {type(nothing).__name__}") as caught:
        shuzi.read(nothing)
    assert "Give a path" in caught.value.remedy


def test_an_empty_path_is_named():
    with pytest.raises(UsageError, match="path of the picture is empty"):
        shuzi.read("")


def test_files_that_cannot_be_read_are_refused(tmp_path):
    closed = io.BytesIO(DIGIT.read_bytes())
    closed.close()
    with (
        (tmp_path / "a").open("wb") as written,
        DIGIT.open(encoding="latin-1") as text,
    ):
        for file, said in ((closed, "is closed"), (written, "written only"), (text, "as text")):
            with pytest.raises(UsageError, match=said):
                load_grey(file)


def test_sources_have_names():
    content = DIGIT.read_bytes()
    with DIGIT.open("rb") as file:
        assert shuzi.read(file).source == str(DIGIT)
    assert shuzi.read(content).source == "bytes"
    assert shuzi.read(io.BytesIO(content)).source == "file"
    assert shuzi.read(load_grey(content)).source == "array"
