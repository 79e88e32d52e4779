"""Evaluating and predicting with a finished run."""

import csv
import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import shuzi
from shuzi.dataset import OTHER
from shuzi.errors import DataError, ModelError, OutputError, RunError, UsageError
from shuzi.evaluation.report import data_of_run, predict_file


def test_evaluation_is_of_the_models_own_predictions(run, digits):
    found = shuzi.evaluate(run.folder, digits)
    recogniser = shuzi.Recogniser(run.folder / "model.onnx")
    right = recogniser.predict(digits.test_images).argmax(axis=1) == digits.test_labels
    assert found.n == 297
    assert found.accuracy == pytest.approx(right.mean())
    assert found.interval[0] < found.accuracy < found.interval[1]


def test_evaluation_is_written_beside_the_run(run, digits):
    found = shuzi.evaluate(run.folder, digits)
    written = json.loads((run.folder / "evaluation.json").read_text())
    assert written["accuracy"] == found.accuracy
    assert written["data"]["name"] == digits.name
    assert len(written["reliability"]) == 15
    assert written["risk_coverage"][-1]["answered"] == 1
    for name in ("confusion.png", "mistakes.png", "reliability.png", "risk-coverage.png"):
        with Image.open(run.folder / name) as picture:
            assert min(picture.size) > 300


def test_that_a_run_is_tested_on_what_it_learned_from_is_said(run, digits, tmp_path, capsys):
    np.savez(tmp_path / "own.npz", x=digits.train_images, y=digits.train_labels)
    shuzi.evaluate(run.folder, data=tmp_path / "own.npz", out=tmp_path / "own", verbose=1)
    assert "own.npz is what" in capsys.readouterr().err
    assert "These are the images that it learned from" in (tmp_path / "own/report.html").read_text()
    shuzi.evaluate(run.folder, digits, out=tmp_path / "others", verbose=1)
    assert "learned from" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"data": 5}, "data must be a path, not 5"),
        ({"sets": "a.npz"}, r"sets must be a list of paths, not 'a\.npz'"),
        ({"dataset": "a.npz"}, "dataset cannot be of type str"),
    ],
)
def test_a_value_that_cannot_be_is_refused(wrong, said):
    with pytest.raises(UsageError, match=said):
        shuzi.evaluate(**wrong)


def test_a_model_is_evaluated_without_a_run(run, digits, tmp_path):
    model = run.folder / "model.onnx"
    found = shuzi.evaluate(dataset=digits, model=model, out=tmp_path / "new" / "folder")
    assert found == shuzi.evaluate(run.folder, digits)
    assert (tmp_path / "new" / "folder" / "report.html").is_file()
    with pytest.raises(UsageError, match="Both"):
        shuzi.evaluate(run.folder, digits, model=model)


def test_the_model_that_shuzi_carries_is_evaluated(digits, tmp_path):
    assert shuzi.evaluate(dataset=digits, out=tmp_path).accuracy > 0.9


def test_the_data_is_found_by_the_record(digits_npz, tmp_path):
    settings = ["epochs=1", "hidden=8"]
    dataset = shuzi.load_data(digits_npz)
    run = shuzi.train(dataset=dataset, out=tmp_path / "run", settings=settings, verbose=0)
    assert shuzi.evaluate(run.folder, offline=True).n == 297


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"source": "/gone/own.npz"}, r"is no longer at /gone/own.npz.\n.* to --data\.$"),
        ({"source": "memory"}, r"The data of the run was in memory\."),
        ({"source": "/gone", "orientation": {"transpose": True}}, r"was read with --transpose\)"),
        ({"source": "/gone", "normalise": False}, r"was read with --no-normalise\)"),
    ],
)
def test_a_runs_data_that_is_gone_is_asked_for(digits_npz, run, tmp_path, refused, about, said):
    shutil.copy(run.folder / "model.onnx", tmp_path)
    record = json.loads((run.folder / "run.json").read_text()) | {"data": {"name": OTHER} | about}
    (tmp_path / "run.json").write_text(json.dumps(record))
    for words in (("evaluate", "."), ("export", ".", "--to", "int8")):
        env = os.environ | {"SHUZI_DATA": str(digits_npz)}
        assert re.search(said, refused(DataError.exit_code, *words, env=env).strip())


def test_a_run_on_mnist_finds_it_elsewhere(data_folder, monkeypatch):
    monkeypatch.setenv("SHUZI_DATA", str(data_folder / "mnist.npz"))
    assert data_of_run({"data": {"name": "MNIST", "source": "/gone/mnist.npz"}}).is_mnist


@pytest.mark.parametrize(("said", "taken"), [(None, True), (True, True), (False, False)])
def test_a_runs_data_is_read_as_is_said_or_else_as_then(digits_npz, said, taken):
    record = {"data": {"name": OTHER, "source": str(digits_npz), "normalise": True}}
    assert data_of_run(record, normalise=said).normalise is taken


def test_npz_of_predictions(run, digits, digits_npz, tmp_path):
    accuracy = predict_file(run.folder, digits_npz, tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz", allow_pickle=False) as out:
        assert out["probabilities"].shape == (297, 10)
        np.testing.assert_array_equal(out["digits"], out["probabilities"].argmax(axis=1))
        assert accuracy == pytest.approx((out["digits"] == digits.test_labels).mean())


def test_csv_of_predictions(run, digits, tmp_path):
    np.save(tmp_path / "images.npy", digits.test_images[:5])
    assert predict_file(run.folder, tmp_path / "images.npy", tmp_path / "out.csv") is None
    with (tmp_path / "out.csv").open() as file:
        rows = list(csv.DictReader(file))
    probabilities = shuzi.Recogniser(run.folder / "model.onnx").predict(digits.test_images[:5])
    assert [int(row["digit"]) for row in rows] == probabilities.argmax(axis=1).tolist()
    assert float(rows[4]["p9"]) == pytest.approx(probabilities[4, 9], rel=1e-5)


def test_pictures_keep_their_names_in_a_csv(run, digits, tmp_path):
    for name, image in (("b, 2.png", 0), ("三.png", 1), ("blank.png", None)):
        pixels = np.zeros((28, 28), np.uint8) if image is None else digits.test_images[image]
        (tmp_path / "photos" / "3").mkdir(parents=True, exist_ok=True)
        Image.fromarray(255 - pixels).resize((60, 60)).save(tmp_path / "photos" / "3" / name)
    predict_file(run.folder, tmp_path / "photos", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["image"] for row in rows] == [str(Path("3", "b, 2.png")), str(Path("3", "三.png"))]


def test_what_is_read_is_not_written_over(run, digits_npz, tmp_path, monkeypatch):
    shutil.copy(digits_npz, tmp_path / "a.npz")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"a\.npz is what is read"):
        predict_file(run.folder, tmp_path / "a.npz", "a.npz")
    assert (tmp_path / "a.npz").read_bytes() == digits_npz.read_bytes()


def test_another_ending_is_refused(run, digits_npz, tmp_path):
    with pytest.raises(UsageError, match=r"out.xls must end in"):
        predict_file(run.folder, digits_npz, tmp_path / "out.xls")


def test_an_output_that_cannot_be_written_is_named(run, digits_npz, tmp_path):
    with pytest.raises(OutputError, match=r"none/out\.csv"):
        predict_file(run.folder, digits_npz, tmp_path / "none" / "out.csv")


def test_a_folder_that_is_no_run_is_refused(tmp_path, digits):
    with pytest.raises(RunError, match="is not a run folder"):
        shuzi.evaluate(tmp_path, digits)


def test_an_unfinished_run_is_refused(tmp_path, digits):
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(RunError, match="has not finished"):
        shuzi.evaluate(tmp_path, digits)


def test_a_damaged_model_is_refused(tmp_path, digits):
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "model.onnx").write_bytes(b"12345")
    with pytest.raises(ModelError, match="is not an ONNX model"):
        shuzi.evaluate(tmp_path, digits)


def test_a_damaged_record_is_refused(tmp_path, digits):
    (tmp_path / "run.json").write_text("{")
    (tmp_path / "model.onnx").write_bytes(b"")
    with pytest.raises(RunError, match=r"run\.json cannot be read"):
        shuzi.evaluate(tmp_path, digits)


def test_data_that_is_none_is_refused(run, tmp_path):
    with pytest.raises(DataError, match="no such file"):
        shuzi.evaluate(run.folder, data=tmp_path / "none.npz")
