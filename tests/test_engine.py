"""A model file and its probabilities."""

import os
import shutil

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from shuzi.card import SHIPPED
from shuzi.errors import ModelError, UsageError
from shuzi.recognise.engine import CHUNK, Recogniser
from shuzi.synth.digits import drawn_marks


def test_probabilities_of_a_model_that_knows_digits_only_sum_to_one(run, digits):
    probabilities = Recogniser(run.folder / "model.onnx").predict(digits.test_images)
    assert probabilities.shape == (297, 10)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_what_is_missing_to_one_is_the_probability_of_no_digit(digits):
    recogniser = Recogniser()
    digit = recogniser.predict(digits.test_images).sum(axis=1)
    marks = recogniser.predict(drawn_marks(50, 7)).sum(axis=1)
    assert digit.max() < 1 + 1e-5
    assert np.median(digit) > 0.99
    assert np.median(marks) < 0.1


def test_chunks_do_not_change_the_answer(digits):
    images = np.concatenate([digits.train_images] * 2)
    assert len(images) > CHUNK
    together = Recogniser().predict(images)
    np.testing.assert_allclose(together[: CHUNK // 2], together[1500 : 1500 + CHUNK // 2])


def test_a_single_image_and_none_at_all():
    recogniser = Recogniser()
    assert recogniser.predict(np.zeros((28, 28), np.uint8)).shape == (1, 10)
    assert recogniser.predict(np.zeros((0, 28, 28), np.uint8)).shape == (0, 10)


@pytest.mark.parametrize("images", [np.zeros((2, 28, 28)), np.zeros((2, 20, 20), np.uint8)])
def test_other_images_are_refused(images):
    with pytest.raises(ModelError, match="the model takes uint8"):
        Recogniser().predict(images)


def save_other_model(path, name="images", dtype=TensorProto.UINT8):
    node = helper.make_node("Cast", [name], ["probabilities"], to=TensorProto.FLOAT)
    graph = helper.make_graph(
        [node],
        "other",
        [helper.make_tensor_value_info(name, dtype, ["n", 28, 28])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 28, 28])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, path)


@pytest.mark.parametrize(
    ("options", "said"),
    [({"name": "pixels"}, "has the input pixels"), ({}, "has the output probabilities")],
)
def test_a_model_with_another_interface_is_refused(tmp_path, options, said):
    save_other_model(tmp_path / "other.onnx", **options)
    with pytest.raises(ModelError, match=said):
        Recogniser(tmp_path / "other.onnx")


def test_a_file_that_is_not_onnx_is_refused(tmp_path):
    (tmp_path / "model.onnx").write_text("not a model")
    with pytest.raises(ModelError, match="is not an ONNX model"):
        Recogniser(tmp_path / "model.onnx")


def test_a_missing_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match="no such model"):
        Recogniser(tmp_path / "none.onnx")


def test_a_model_with_weights_in_other_files_is_refused(tmp_path):
    model = onnx.load(SHIPPED["digit"])
    onnx.save(
        model, tmp_path / "a.onnx", save_as_external_data=True, location="a.bin", size_threshold=0
    )
    assert (tmp_path / "a.bin").exists()
    with pytest.raises(ModelError, match="keeps weights in other files"):
        Recogniser(tmp_path / "a.onnx")
    with pytest.raises(ModelError, match="keeps weights in other files"):
        Recogniser(os.path.relpath(tmp_path / "a.onnx"))


def test_a_model_beyond_protobufs_limit_is_refused_unread(tmp_path):
    with (tmp_path / "a.onnx").open("wb") as file:
        file.truncate(2**31)
    with pytest.raises(ModelError, match=r"2,147,483,648 bytes"):
        Recogniser(tmp_path / "a.onnx")


def test_a_name_that_is_not_utf_8_is_refused_as_onnx_runtime_opens_none(tmp_path):
    place = tmp_path / os.fsdecode("模型.onnx".encode("gbk"))
    shutil.copy(SHIPPED["digit"], place)
    with pytest.raises(UsageError, match="its name is not UTF-8"):
        Recogniser(place)


@pytest.mark.parametrize("name", [b"probabilities", b"Conv"])
def test_names_that_are_not_text_are_a_damaged_model(tmp_path, capfd, name):
    content = SHIPPED["digit"].read_bytes()
    (tmp_path / "a.onnx").write_bytes(content.replace(name, b"\xff" + name[1:]))
    with pytest.raises(ModelError, match=r"a\.onnx"):
        Recogniser(tmp_path / "a.onnx")
    # ONNX Runtime would say there what it tries next.
    assert capfd.readouterr() == ("", "")
