"""A run's network as a Keras model, raw pixels (n, 28, 28) in, probabilities out; and of that as
.tflite."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from shuzi.evaluation.calibration import UNCALIBRATED, Calibration
from shuzi.evaluation.report import open_run
from shuzi.files import check_ending, write_atomically
from shuzi.recognise.engine import Recogniser
from shuzi.training.export import check_same, load_network
from shuzi.training.keras_file import keras, save_model
from shuzi.training.keras_import import TRAINED, KerasModel
from shuzi.training.keras_modules import calibrating, counterpart
from shuzi.training.networks import parts
from shuzi.training.recipes import Recipe
from shuzi.training.record import load_record


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
    check_ending(output, ".keras")
    save_model(_open(run)[0], output)


def export_tflite(run: Path, output: Path) -> None:
    """Write a finished run's model as a `.tflite` file of LiteRT, for phones.

    It takes one image at a time; else input and output are those of `export_keras`. Keras converts
    it by way of litert-torch, without TensorFlow.

    Raises:
        UsageError: `output` does not end in .tflite.
        RunError, ModelError: as `export_keras`; the .tflite is compared too.
    """
    check_ending(output, ".tflite")
    model, recogniser = _open(run)
    with write_atomically(output) as temporary:
        _convert(model, temporary)
        check_same("The .tflite", lambda images: _interpret(temporary, images), recogniser)


def _open(run: Path) -> tuple[Any, Recogniser]:
    """The run's model in Keras, compared with its model.onnx, and that."""
    recogniser, record = open_run(run)
    recipe = Recipe.from_dict(load_record(run)["recipe"])
    calibration = Calibration.from_dict(record)
    if "keras" in record:
        model = KerasModel(run / TRAINED).with_probabilities(recipe.scale, calibration)
    else:
        model = to_keras(load_network(run), calibration)
    shape = (-1, *model.input_shape[1:])
    check_same("Keras", lambda x: model.predict(x.reshape(shape).numpy(), verbose=0), recogniser)
    return model, recogniser


def _convert(model: Any, path: Path) -> None:
    with warnings.catch_warnings():
        # The converters warn of their own dependencies' deprecations.
        warnings.simplefilter("ignore")
        model.export(str(path), format="litert", verbose=False)


def _interpret(path: Path, images: Tensor) -> NDArray[np.float32]:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(path))
    interpreter.allocate_tensors()
    taken, given = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    found = []
    for image in images.numpy():
        interpreter.set_tensor(taken["index"], image.reshape(taken["shape"]))
        interpreter.invoke()
        found.append(interpreter.get_tensor(given["index"])[0])
    return np.array(found)


def to_keras(network: nn.Module, calibration: Calibration = UNCALIBRATED) -> Any:
    """A Sequential that gives the network's calibrated probabilities.

    Raises:
        ModelError: a module has no counterpart in Keras.
    """
    translation = _Translation()
    for module in parts(network):
        translation.add(module)
    model = translation.model
    for layer in calibrating(calibration, model.output_shape[-1]):
        model.add(layer)
    model.add(keras.layers.Softmax(name="probabilities"))
    return model


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
