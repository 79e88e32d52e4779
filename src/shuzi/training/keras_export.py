"""A run's network as a Keras model: raw pixels (n, 28, 28) in, probabilities out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load
from torch import nn

from shuzi.errors import ModelError, RunError, UsageError
from shuzi.evaluation.calibration import UNCALIBRATED, Calibration
from shuzi.evaluation.report import open_run
from shuzi.files import read_file
from shuzi.recognise.engine import Recogniser
from shuzi.training.dense import DenseNetwork
from shuzi.training.keras_file import keras, save_model
from shuzi.training.keras_import import TRAINED, KerasModel
from shuzi.training.keras_modules import Activation, calibrating, counterpart
from shuzi.training.networks import build
from shuzi.training.recipes import Recipe
from shuzi.training.record import load_record

_TOLERANCE = 1e-4
"""Of a probability: float32 sums of 784 products of raw pixels differ by their order."""
_LARGEST = 2**31
"""Bytes of weights; an ONNX model has no more."""


def export_keras(run: Path, output: Path) -> None:
    """Write a finished run's model as a `.keras` file.

    Its input is float32 (n, 28, 28), pixels from 0 to 255 with bright ink; a model that was
    trained from a `.keras` file keeps the shape of its own input. Its output is the probabilities
    float32 (n, 10), or (n, 11) where the last is that of no digit.

    Raises:
        UsageError: `output` does not end in .keras.
        RunError: `run` is not a finished run.
        ModelError: a layer has no counterpart in Keras, or Keras's probabilities differ from those
            of the run's model.onnx by more than 1e-4.
    """
    if output.suffix != ".keras":
        raise UsageError(f"{output} must end in .keras.", "Give a name that ends so.")
    recogniser, record = open_run(run)
    recipe = Recipe.from_dict(load_record(run)["recipe"])
    calibration = Calibration.from_dict(record)
    if "keras" in record:
        model = KerasModel(run / TRAINED).with_probabilities(recipe.scale, calibration)
    else:
        model = to_keras(_network(run, recipe), calibration)
    _check(model, recogniser)
    save_model(model, output)


def to_keras(network: nn.Module, calibration: Calibration = UNCALIBRATED) -> Any:
    """A Sequential that gives the network's calibrated probabilities.

    Raises:
        ModelError: a module has no counterpart in Keras.
    """
    translation = _Translation()
    for module in _modules(network):
        translation.add(module)
    model = translation.model
    for layer in calibrating(calibration, model.output_shape[-1]):
        model.add(layer)
    model.add(keras.layers.Softmax(name="probabilities"))
    return model


def _network(run: Path, recipe: Recipe) -> nn.Module:
    network, path = build(recipe, 0, torch.Generator()), run / "model.safetensors"
    try:
        network.load_state_dict(load(read_file(path, _LARGEST)))
    except (OSError, SafetensorError, RuntimeError, ValueError) as error:
        raise RunError(f"{path} does not hold the run's weights: {error}", "Train anew.") from error
    return network.eval()


def _check(model: Any, recogniser: Recogniser) -> None:
    images = np.random.default_rng(0).integers(0, 256, (64, 28, 28), dtype=np.uint8)
    shape = (-1, *model.input_shape[1:])
    found = model.predict(images.reshape(shape).astype(np.float32), verbose=0)[:, :10]
    difference = float(np.abs(found - recogniser.predict(images)).max())
    if not difference <= _TOLERANCE:
        raise ModelError(
            f"Keras differs from the run's model.onnx by {difference:.2g}.",
            "Report it with run.json.",
        )


def _modules(network: nn.Module) -> Iterator[nn.Module]:
    """The network's parts in the order in which they work."""
    if isinstance(network, DenseNetwork):
        yield from (network.pixels, nn.Flatten())
        *hidden, last = network.layers
        for layer in hidden:
            yield from (layer, Activation(network.activation), network.dropout)
        yield last
    elif isinstance(network, nn.Sequential):
        for module in network:
            yield from _modules(module)
    else:
        yield network


class _Translation:
    """A Keras model that grows module by module."""

    def __init__(self) -> None:
        self.model = keras.Sequential([keras.Input((28, 28), name="images")])
        self.order: NDArray[np.intp] | None = None
        """Where Keras's features, flattened with the channels last, are among torch's."""

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.model.output_shape[1:])

    def add(self, module: nn.Module) -> None:
        if isinstance(module, nn.Flatten) and len(self.shape) == 3:
            height, width, channels = self.shape
            places = np.arange(height * width * channels)
            self.order = places.reshape(channels, height, width).transpose(1, 2, 0).ravel()
        for layer, weights in counterpart(module):
            self.model.add(layer)
            layer.set_weights(self._ordered(layer, [w.detach().numpy() for w in weights]))

    def _ordered(self, layer: Any, weights: list[Any]) -> list[Any]:
        """The weights for features in Keras's order."""
        if self.order is None or not weights:
            return weights
        if not isinstance(layer, keras.layers.Dense):
            return [weight[self.order] for weight in weights]
        kernel, *bias = weights
        kernel, self.order = kernel[self.order], None
        return [kernel, *bias]
