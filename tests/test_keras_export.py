"""A run's network as a Keras model."""

import shutil

import keras
import numpy as np
import pytest
import torch
from torch import nn

from shuzi.errors import ModelError, RunError, UsageError
from shuzi.evaluation.calibration import UNCALIBRATED, Calibration
from shuzi.recognise.engine import Recogniser
from shuzi.training.activations import ACTIVATIONS
from shuzi.training.dense import Dense
from shuzi.training.dropout import Dropout
from shuzi.training.export import calibrated, save_weights
from shuzi.training.keras_export import export_keras, to_keras
from shuzi.training.keras_import import KerasModel
from shuzi.training.keras_modules import _TRANSLATIONS
from shuzi.training.network import Network
from shuzi.training.networks import Activation, Pixels, build
from shuzi.training.recipes import RECIPES, Recipe

MASKS = torch.Generator()
IMAGES = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)


def randomise(network):
    """Random weights and moving averages, variances above 0."""
    generator = torch.Generator().manual_seed(3)
    for tensor in network.state_dict().values():
        if tensor.is_floating_point() and tensor.ndim < 2:
            tensor.uniform_(0.1, 0.5, generator=generator)
    return network.eval()


@torch.no_grad()
def probabilities(network, calibration=UNCALIBRATED):
    logits = calibrated(network(torch.from_numpy(IMAGES)), calibration)
    return torch.softmax(logits, dim=1).numpy()


def assert_same(network, tmp_path, calibration=UNCALIBRATED):
    """Keras gives the network's probabilities, and so does shuzi with what Keras saved."""
    model = to_keras(randomise(network), calibration)
    wanted = probabilities(network, calibration)
    np.testing.assert_allclose(model.predict(IMAGES, verbose=0), wanted, atol=1e-5)
    model.save(tmp_path / "model.keras")
    recipe = Recipe(marks=0 if wanted.shape[1] == 10 else 1)
    back = KerasModel(tmp_path / "model.keras").network(recipe, MASKS).eval()
    np.testing.assert_allclose(probabilities(back), wanted, atol=1e-5)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipes_network_is_the_same_in_keras(name, tmp_path):
    assert_same(build(RECIPES[name], 0, MASKS), tmp_path, Calibration(1.7, -2.0))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_of_the_dense_network_is_keras_s(name, tmp_path):
    recipe = Recipe(activation=name, scale=255.0, hidden=(20,))
    model = to_keras(build(recipe, 0, MASKS))
    wanted = probabilities(build(recipe, 0, MASKS).eval())
    np.testing.assert_allclose(model.predict(IMAGES, verbose=0), wanted, atol=1e-5)


MODULES = [
    *(nn.Conv2d(6, 4, 3), nn.Conv2d(6, 4, (5, 3), padding=(2, 1), bias=False)),
    *(nn.Conv2d(6, 4, 3, stride=2, padding=1), nn.Conv2d(6, 4, 5, padding="same")),
    *(nn.Conv2d(6, 4, 4, padding="same", dilation=2), nn.Conv2d(6, 4, 3, padding=2, groups=2)),
    *(nn.Conv2d(6, 12, 3, groups=6), nn.Conv2d(6, 6, 3, padding=1, groups=6, bias=False)),
    *(nn.BatchNorm2d(6, eps=0.1), nn.BatchNorm2d(6, affine=False)),
    *(nn.MaxPool2d(2), nn.MaxPool2d((3, 2), 2), nn.AvgPool2d(2), nn.AvgPool2d(3, 2)),
    *(nn.AdaptiveMaxPool2d(1), nn.AdaptiveAvgPool2d((1, 1)), nn.Identity()),
    *(nn.Dropout(0.4), Dropout(0.4, MASKS), nn.LeakyReLU(0.1), nn.ELU(0.5)),
    *(nn.ReLU(), nn.ReLU6(), nn.SELU(), nn.SiLU(), nn.Mish(), nn.Tanh(), nn.Sigmoid()),
    *(nn.Softsign(), nn.Hardsigmoid(), nn.Hardswish()),
]


@pytest.mark.parametrize("module", MODULES, ids=repr)
def test_a_module_on_pictures_is_the_same_in_keras(module, tmp_path):
    torch.manual_seed(0)
    first = [Pixels(255.0), nn.Unflatten(1, (1, 28)), nn.Conv2d(1, 6, 3, stride=2), module]
    features = nn.Sequential(*first, nn.Flatten()).eval()(torch.from_numpy(IMAGES)).shape[1]
    # What lies between Flatten and the dense layer gets its features in another order.
    last = [nn.Flatten(), nn.BatchNorm1d(features), nn.ReLU(), Dense(features, 10, MASKS)]
    assert_same(Network(*first, *last), tmp_path)


def test_a_nested_network_with_linear_layers_is_the_same_in_keras(tmp_path):
    block = nn.Sequential(nn.Linear(784, 30, bias=False), nn.BatchNorm1d(30), nn.SiLU())
    network = Network(Pixels(100.0), nn.Flatten(), block, nn.Linear(30, 11), nn.BatchNorm1d(11))
    assert_same(network, tmp_path, Calibration(0.6, 1.5))


def test_every_module_that_is_taken_is_tested():
    tested = {type(module) for module in MODULES} - {nn.Identity}
    others = {Pixels, Dense, nn.Linear, nn.BatchNorm1d, nn.Flatten, nn.Unflatten, Activation}
    assert set(_TRANSLATIONS) - {nn.Identity} == tested | others


@pytest.mark.parametrize(
    "module",
    [
        nn.Hardtanh(),
        nn.MaxPool2d(3, padding=1),
        nn.MaxPool2d(2, ceil_mode=True),
        nn.AdaptiveAvgPool2d(3),
        nn.Conv2d(6, 4, 3, padding=1, padding_mode="reflect"),
        nn.BatchNorm2d(6, momentum=None),
        nn.Flatten(2),
        nn.Unflatten(2, (1, 28)),
    ],
    ids=repr,
)
def test_a_module_without_a_counterpart_is_named(module):
    with pytest.raises(ModelError, match="has no counterpart in Keras") as caught:
        to_keras(Network(Pixels(1.0), module))
    assert repr(module) in caught.value.message


def test_a_run_is_exported(run, digits, tmp_path):
    export_keras(run.folder, tmp_path / "run.keras")
    model = keras.saving.load_model(tmp_path / "run.keras")
    assert model.input_shape == (None, 28, 28)
    found = model.predict(digits.test_images, verbose=0)
    wanted = Recogniser(run.folder / "model.onnx").predict(digits.test_images)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_an_unfinished_run_is_refused(tmp_path):
    with pytest.raises(RunError, match="is not a run folder"):
        export_keras(tmp_path, tmp_path / "run.keras")


def test_another_ending_is_refused(run, tmp_path):
    with pytest.raises(UsageError, match=r"must end in .keras"):
        export_keras(run.folder, tmp_path / "run.h5")


@pytest.fixture
def other_run(run, tmp_path):
    return shutil.copytree(run.folder, tmp_path / "run")


def test_damaged_weights_are_named(other_run, tmp_path):
    path = other_run / "model.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(RunError, match=r"model.safetensors does not hold the run's weights"):
        export_keras(other_run, tmp_path / "run.keras")


def test_a_model_that_differs_is_not_written(other_run, tmp_path):
    save_weights(build(Recipe(hidden=(64, 32)), 7, MASKS), other_run / "model.safetensors")
    with pytest.raises(ModelError, match=r"differs from the run's model.onnx"):
        export_keras(other_run, tmp_path / "run.keras")
    assert not (tmp_path / "run.keras").exists()
