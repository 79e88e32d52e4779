"""Models as files."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file

from shuzi.errors import ModelError
from shuzi.evaluation.calibration import UNCALIBRATED, Calibration
from shuzi.recognise.engine import Recogniser
from shuzi.training import export
from shuzi.training.networks import build
from shuzi.training.recipes import RECIPES

IMAGES = np.random.default_rng(1).integers(0, 256, (7, 28, 28), dtype=np.uint8)


@pytest.mark.parametrize("name", RECIPES)
def test_onnx_gives_the_networks_probabilities(tmp_path, name):
    network = build(RECIPES[name], 0, torch.Generator())
    export.save_onnx(network, tmp_path / "model.onnx")
    with torch.no_grad():
        expected = torch.softmax(network.eval()(torch.from_numpy(IMAGES)), dim=1)[:, :10]
    found = Recogniser(tmp_path / "model.onnx").predict(IMAGES)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_temperature_is_inside(tmp_path):
    network = build(RECIPES["digit"], 0, torch.Generator())
    export.save_onnx(network, tmp_path / "model.onnx", Calibration(2.5))
    with torch.no_grad():
        expected = torch.softmax(network.eval()(torch.from_numpy(IMAGES)) / 2.5, dim=1)
    found = Recogniser(tmp_path / "model.onnx").predict(IMAGES)
    np.testing.assert_allclose(found, expected[:, :10], atol=1e-5)
    np.testing.assert_allclose(1 - found.sum(axis=1), expected[:, 10], atol=1e-5)


def test_the_shift_of_no_digit_is_inside(tmp_path):
    network = build(RECIPES["digit"], 0, torch.Generator())
    export.save_onnx(network, tmp_path / "model.onnx", Calibration(1.0, -1.5))
    with torch.no_grad():
        logits = network.eval()(torch.from_numpy(IMAGES))
    logits[:, 10] -= 1.5
    found = Recogniser(tmp_path / "model.onnx").predict(IMAGES)
    np.testing.assert_allclose(found, torch.softmax(logits, dim=1)[:, :10], atol=1e-5)


def test_the_model_says_what_it_is(tmp_path):
    network = build(RECIPES["tutorial"], 0, torch.Generator())
    export.save_onnx(network, tmp_path / "model.onnx", Calibration(1.5))
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    found = session.get_modelmeta().custom_metadata_map
    assert found["classes"].split(",") == [str(digit) for digit in range(10)]
    assert found["temperature"] == "1.5"
    assert found["input"].startswith("images: uint8 (n, 28, 28)")


def test_onnx_is_valid_and_of_the_promised_opset(tmp_path):
    export.save_onnx(build(RECIPES["tutorial"], 0, torch.Generator()), tmp_path / "model.onnx")
    model = onnx.load(tmp_path / "model.onnx")
    onnx.checker.check_model(model)
    assert [(o.domain, o.version) for o in model.opset_import] == [("", 18)]


def test_a_model_that_differs_is_not_written(tmp_path, monkeypatch):
    network = build(RECIPES["tutorial"], 1, torch.Generator())
    other = export._export(export._Probabilities(network, UNCALIBRATED).eval())
    monkeypatch.setattr(export, "_export", lambda model: other)
    with pytest.raises(ModelError, match="torch differs"):
        export.save_onnx(build(RECIPES["tutorial"], 2, torch.Generator()), tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_safetensors_hold_the_weights(tmp_path):
    network = build(RECIPES["digit"], 0, torch.Generator())
    export.save_weights(network, tmp_path / "model.safetensors")
    for name, tensor in load_file(tmp_path / "model.safetensors").items():
        assert torch.equal(tensor, network.state_dict()[name])
