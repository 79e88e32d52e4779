"""Pages of numbers, and a labelled set on disk."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest

from shuzi.errors import OutputError
from shuzi.recognise.decoding import ALPHABET
from shuzi.result import Page
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.pages import compose_page
from shuzi.training.labelled import write_labelled_set


@pytest.fixture(scope="module")
def glyphs(digits):
    return Glyphs(digits.train_images, digits.train_labels)


def test_a_pages_boxes_hold_ink_and_nothing_lies_between(glyphs):
    for seed in range(3):
        picture, page = compose_page(glyphs, np.random.default_rng(seed))
        assert picture.shape == (page.height, page.width)
        covered = np.zeros(picture.shape, np.uint8)
        for number in page.numbers:
            box = number.box
            spot = covered[box.y : box.bottom, box.x : box.right]
            assert spot.shape == (box.height, box.width)
            assert spot.max() == 0
            spot[:] = 1
        away = cv2.absdiff(picture, cv2.blur(picture, (61, 61)))
        assert away[covered == 1].mean() > 1.5 * away[covered == 0].mean()


def test_a_pages_numbers_stand_in_reading_order(glyphs):
    _, page = compose_page(glyphs, np.random.default_rng(1))
    places = [(number.line, number.box.x) for number in page.numbers]
    assert places == sorted(places)
    assert len(places) > 10


def test_a_set_is_labelled_and_the_same_for_the_same_seed(digits, tmp_path):
    for name in ("a", "b"):
        write_labelled_set(tmp_path / name, digits, n=3, pages=1, seed=5)
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.*"))
    assert len(files) == 6
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    with (tmp_path / "a" / "numbers" / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == ["000001.png", "000002.png", "000003.png"]
    assert all(set(row["digits"]) <= set(ALPHABET) for row in rows)
    page = Page.from_dict(json.loads((tmp_path / "a" / "pages" / "00001.json").read_text()))
    assert page.source == "00001.png"


def test_a_folder_that_cannot_be_made_is_an_error(digits, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be made"):
        write_labelled_set(tmp_path / "file", digits, n=1)


def test_what_it_needs_is_asked_for_before_it_starts(tmp_path, digits_npz):
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name: None if name == 'matplotlib' else find(name)\n"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "shuzi", "synth", "out", "--data", digits_npz],
        env=os.environ | {"PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 10
    assert "needs matplotlib" in done.stderr
    assert not (tmp_path / "out").exists()


def test_half_a_set_is_never_left(tmp_path, digits_npz):
    arguments = ["synth", "out", "--n", "100000", "--data", digits_npz]
    process = subprocess.Popen(
        [sys.executable, "-m", "shuzi", *map(str, arguments)],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    )
    while not list(tmp_path.rglob("*.png")):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    assert list(tmp_path.iterdir()) == []
