"""Models in 8-bit integers."""

import numpy as np
import onnx
import pytest

from shuzi.errors import RunError, UsageError
from shuzi.recognise.engine import Recogniser
from shuzi.training import int8_export
from shuzi.training.int8_export import export_int8


@pytest.fixture(scope="module")
def quantised(run, digits, tmp_path_factory):
    output = tmp_path_factory.mktemp("int8") / "int8.onnx"
    return export_int8(run.folder, output, dataset=digits), output


def test_the_file_is_smaller(run, quantised):
    found, output = quantised
    assert found.bytes_after == output.stat().st_size < found.bytes_before / 2.5


def test_the_answers_stay(run, digits, quantised):
    before = Recogniser(run.folder / "model.onnx").predict(digits.test_images)
    after = Recogniser(quantised[1]).predict(digits.test_images)
    # Processors without VNNI add in 16 bits, which are now and then too few.
    assert (before.argmax(axis=1) == after.argmax(axis=1)).mean() > 0.96
    assert np.abs(after - before).mean() < 0.02


def test_the_accuracies_are_those_of_the_files(digits, quantised):
    found, output = quantised
    guesses = Recogniser(output).predict(digits.test_images).argmax(axis=1)
    assert found.accuracy_after == (guesses == digits.test_labels).mean()


def test_weights_are_integers(quantised):
    weights = [w for w in onnx.load(quantised[1]).graph.initializer if len(w.dims) > 1]
    assert weights
    assert {w.data_type for w in weights} == {onnx.TensorProto.INT8}


def test_the_model_still_says_what_it_is(quantised):
    said = {prop.key: prop.value for prop in onnx.load(quantised[1]).metadata_props}
    assert said["classes"].startswith("0,1,2")
    assert said["quantised"] == "int8, ranges from 1500 training images"


def test_what_is_stopped_while_it_is_measured_leaves_no_file(run, digits, tmp_path, monkeypatch):
    monkeypatch.setattr(int8_export, "accuracy", _stop)
    with pytest.raises(KeyboardInterrupt):
        export_int8(run.folder, tmp_path / "int8.onnx", dataset=digits)
    assert list(tmp_path.iterdir()) == []


def _stop(*_):
    raise KeyboardInterrupt


def test_an_unfinished_run_is_refused(tmp_path, digits):
    with pytest.raises(RunError, match="not a run folder"):
        export_int8(tmp_path, tmp_path / "int8.onnx", dataset=digits)


def test_another_ending_is_refused(run, tmp_path, digits):
    with pytest.raises(UsageError, match="must end in"):
        export_int8(run.folder, tmp_path / "int8.tflite", dataset=digits)


def test_the_command_says_both_sizes(run, digits_npz, tmp_path, command):
    output = tmp_path / "small.onnx"
    done = command("export", run.folder, "--to", "int8", "-o", output, "--data", digits_npz)
    assert done.returncode == 0, done.stderr
    assert "kB  test accuracy" in done.stdout
    assert done.stderr == ""
