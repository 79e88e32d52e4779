"""Devices and pipes in place of files: an error of ours at once, from every command."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from shuzi.card import load_card
from shuzi.dataset import load_data, load_images
from shuzi.errors import DataError, ModelError, RunError, StoreError
from shuzi.evaluation.report import open_run, predict_file
from shuzi.evaluation.sets import find_sets
from shuzi.recognise.engine import Recogniser
from shuzi.review.store import open_store
from shuzi.training.keras_file import load_sequential
from shuzi.training.run import resume
from shuzi.training.start import load_start
from shuzi.training.teacher import Teacher

ZERO = Path("/dev/zero")


@pytest.fixture
def pipe(tmp_path):
    """A pipe without a writer: opening it to read would wait for ever."""
    os.mkfifo(tmp_path / "pipe.keras")
    return tmp_path / "pipe.keras"


@pytest.mark.parametrize(
    ("read", "error"),
    [
        (load_data, DataError),
        (load_images, DataError),
        (lambda path: find_sets([path]), DataError),
        (Recogniser, ModelError),
        (Teacher, ModelError),
        (load_start, ModelError),
        (load_card, ModelError),
        (load_sequential, ModelError),
        (lambda path: open_store(str(path)), StoreError),
    ],
)
def test_what_is_no_regular_file_is_refused_at_once(pipe, read, error):
    (pipe.parent / "run.json").write_text("{}")
    for path in (pipe, ZERO):
        with pytest.raises(error):
            read(path)


@pytest.mark.parametrize("name", ["run.json", "model.onnx", "checkpoint/latest.safetensors"])
def test_a_pipe_within_a_run_folder_is_refused_at_once(run, digits, tmp_path, name):
    shutil.copytree(run.folder, tmp_path / "run")
    (tmp_path / "run" / name).unlink()
    os.mkfifo(tmp_path / "run" / name)
    if name != "model.onnx":
        with pytest.raises(RunError, match="is not a regular file"):
            resume(tmp_path / "run", dataset=digits, verbose=0)
    if name.startswith("checkpoint"):
        return
    np.save(tmp_path / "a.npy", digits.test_images[:2])
    for read in (open_run, lambda folder: predict_file(folder, tmp_path / "a.npy", "out.csv")):
        with pytest.raises((RunError, ModelError), match="is not a regular file"):
            read(tmp_path / "run")


def test_predict_names_what_it_takes_and_what_reads_a_picture(run, refused, tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(50))
    for command in (
        ("predict", run.folder, "photo.jpg", "-o", "out.csv"),
        ("evaluate", run.folder, "--data", "photo.jpg"),
        ("train", "--data", "photo.jpg"),
    ):
        said = refused(3, *command)
        assert "photo.jpg is a JPEG picture" in said
        assert "--data takes" not in said
        assert "`shuzi read`" in said
