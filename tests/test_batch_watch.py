"""Watching a folder: what comes is read when it is whole."""

import csv
import signal
import subprocess
import sys

import pytest
from PIL import Image
from places import EXAMPLES
from processes import wait_until

from shuzi.batch.watch import Watch, has_end

PNG = (EXAMPLES / "3.png").read_bytes()


@pytest.fixture
def look(tmp_path):
    """Names of what has come at each look, a second apart, at a clock that the test goes on."""
    now = [0.0]

    def sleep(seconds):
        now[0] += seconds

    watch = Watch(pause=1, settle=2, patience=5, clock=lambda: now[0], sleep=sleep)
    arrivals = watch.arrivals([str(tmp_path)], set(), lambda name: None)
    return lambda count=1: [
        [item.source.removeprefix(f"{tmp_path}/") for item in next(arrivals)] for _ in range(count)
    ]


def test_a_file_that_is_whole_comes_once_when_it_has_settled(look, tmp_path):
    assert look() == [[]]
    (tmp_path / "b.png").write_bytes(PNG)
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "notes.txt").write_text("")
    assert look(5) == [[], [], ["a.png", "b.png"], [], []]


def test_a_file_that_grows_is_waited_for(look, tmp_path):
    for size in (1000, 2000, 3000):
        (tmp_path / "a.png").write_bytes(PNG[:size])
        assert look(2) == [[], []]
    (tmp_path / "a.png").write_bytes(PNG)
    assert look(3) == [[], [], ["a.png"]]


def test_a_file_that_stays_without_its_end_is_read_late(look, tmp_path):
    (tmp_path / "a.png").write_bytes(PNG[:1000])
    assert look(6) == [[], [], [], [], [], ["a.png"]]


@pytest.mark.parametrize("end", ["png", "jpg", "gif", "webp", "bmp", "pdf"])
def test_a_file_that_is_cut_short_has_no_end(tmp_path, end):
    Image.open(EXAMPLES / "3.png").convert("RGB").save(tmp_path / f"a.{end}")
    assert has_end(tmp_path / f"a.{end}")
    content = (tmp_path / f"a.{end}").read_bytes()
    (tmp_path / f"a.{end}").write_bytes(content[:-9])
    assert not has_end(tmp_path / f"a.{end}")
    assert not has_end(tmp_path / "none")


def test_what_comes_is_in_the_table_until_ctrl_c(tmp_path):
    (tmp_path / "in").mkdir()
    words = [sys.executable, "-m", "shuzi", "batch", "in", "-o", "a.csv", "--watch", "-j", "1"]

    def sources():
        try:
            with (tmp_path / "a.csv").open(encoding="utf-8-sig") as file:
                return [row["source"] for row in csv.DictReader(file)]
        except FileNotFoundError:
            return None

    for come in (["a.png", "b.png"], ["c.png"]):
        process = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
        for name in come:
            (tmp_path / "in" / name).write_bytes(PNG)
        wait_until(lambda: len(sources() or []) == len(list((tmp_path / "in").iterdir())))
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=100)
        assert process.returncode == 0
    assert "3 files: 3 numbers accepted" in said
    assert sources() == ["in/a.png", "in/b.png", "in/c.png"]
