"""A user's Keras model as a network that shuzi trains, and the trained weights back in it."""

from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import nn

from shuzi.errors import ModelError, way
from shuzi.evaluation.calibration import Calibration
from shuzi.training.dropout import Dropout
from shuzi.training.keras_file import keras, load_sequential, save_model
from shuzi.training.keras_layers import NotTranslatableError, translate
from shuzi.training.keras_modules import calibrating
from shuzi.training.keras_nn import BatchNormalization, Reshape
from shuzi.training.network import Network
from shuzi.training.networks import Pixels
from shuzi.training.recipes import Recipe

GIVEN, TRAINED = "given.keras", "model.keras"
"""In a run folder: the user's own file, and the same model with the trained weights."""


class KerasModel:
    """A Sequential from a `.keras` file, whose bytes are its `content`.

    Raises:
        ModelError: the file or the model is none that shuzi trains.
    """

    def __init__(self, path: Path) -> None:
        self.path: Path | str = path
        self.sequential = load_sequential(path)
        self.content = path.read_bytes()
        self.shape = tuple(self.sequential.input_shape[1:])
        if self.shape not in ((28, 28), (28, 28, 1), (784,)):
            raise ModelError(
                f"{path}: its input is {self.shape}.",
                "shuzi trains on images of the shape (28, 28), (28, 28, 1) or (784,).",
            )

    @classmethod
    def of(cls, given: Any) -> "KerasModel":
        """From the path of a file, or from a `keras.Sequential`, which is saved and looked at so.

        Raises:
            ModelError: as above; or it is neither.
        """
        if isinstance(given, (str, PathLike)):
            return cls(Path(given))
        if not isinstance(given, keras.Model):
            kind = f"{type(given).__module__}.{type(given).__qualname__}"
            raise ModelError(
                f"keras is a {kind}, neither the path of a file nor a model of Keras 3.",
                "Give a keras.Sequential that was made with `import keras`, of Keras 3.",
            )
        if not given.built:
            raise ModelError(
                f"{_OBJECT} has no input shape yet, and so no weights.",
                "Begin it with keras.Input((28, 28)), or call model.build((None, 28, 28)).",
            )
        with TemporaryDirectory() as folder:
            path = Path(folder) / "model.keras"
            save_model(given, path)
            try:
                found = cls(path)
            except ModelError as error:
                message, remedy = error.args[0], error.remedy
                raise ModelError(message.replace(str(path), _OBJECT), remedy) from error
        found.path = _OBJECT
        return found

    def check_trainable(self) -> None:
        """Refuse a model whose weights no training could make good.

        Raises:
            ModelError: there are none, some are no number, a hidden layer's are all the same, or
                what stands before the softmax is no free logit.
        """
        layers = [layer for layer in self.sequential.layers if layer.weights]
        if not layers:
            raise self._refuse("it has no weights to train", "Give it a Dense or a Conv2D layer.")
        for layer in layers:
            if not all(np.isfinite(weights).all() for weights in layer.get_weights()):
                raise self._refuse(
                    f"{_named(layer)} has weights that are not numbers",
                    "They come of a training that diverged; begin with a new model.",
                )
        for layer in layers[:-1]:
            kernel = getattr(layer, "kernel", None)
            if kernel is not None and kernel.shape[-1] > 1:
                values = keras.ops.convert_to_numpy(kernel)
                if (values == values.flat[0]).all():
                    raise self._refuse(
                        f"all weights of {_named(layer)} are {values.flat[0]:g}, so that all of "
                        "its units would learn the same",
                        "Let it begin with kernel_initializer='glorot_uniform', which is usual.",
                    )
        bent = [(layer, name) for layer in self.sequential.layers if (name := _bends(layer))]
        if bent and bent[-1][1] == "softmax" and bent[-1][0] is self.sequential.layers[-1]:
            last, _ = bent.pop()
            # A softmax that is a layer of its own ends the layer before it.
            at_end = self.sequential.layers[-2:] if not last.weights else []
        else:
            at_end = self.sequential.layers[-1:]
        for layer, name in bent:
            if name == "softmax":
                raise self._refuse(
                    f"{_named(layer)} is a softmax before the end, which hardly passes a gradient",
                    "Keep one softmax, at the end of the model.",
                )
            if any(layer is one for one in at_end):
                raise self._refuse(
                    f"{_named(layer)} ends with {name}, which bends what the softmax of the loss "
                    "needs as it is",
                    f"End with Dense({self.sequential.output_shape[-1]}, activation='softmax').",
                )

    def _refuse(self, why: str, remedy: str) -> ModelError:
        return ModelError(f"{self.path}: {why}.", remedy)

    @property
    def rescales(self) -> bool:
        """Whether it scales its pixels itself."""
        return any(isinstance(layer, keras.layers.Rescaling) for layer in self.sequential.layers)

    def network(self, recipe: Recipe, masks: torch.Generator) -> Network:
        """The model with its weights as a network, without the softmax at its end.

        Args:
            recipe: its `scale` and its number of outcomes count.
            masks: draws the dropout masks.

        Raises:
            ModelError: a layer cannot be translated, or the outcomes are not the recipe's.
        """
        self._check_outcomes(recipe)
        modules: list[nn.Module] = [Pixels(recipe.scale)]
        if self.shape != (28, 28):
            modules.append(Reshape(self.shape))
        for layer in self.sequential.layers:
            modules += self._translate(layer, masks)
        if isinstance(modules[-1], nn.Softmax):
            modules.pop()
        network = Network(*modules)
        for layer, module in self._pairs(network):
            _take_weights(layer, module)
        return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

    def save(self, network: nn.Module, path: Path) -> None:
        """Write the model with the weights that `network` has now.

        Raises:
            OutputError: the file cannot be written.
        """
        for layer, module in self._pairs(network):
            _give_weights(module, layer)
        save_model(self.sequential, path)

    def with_probabilities(self, scale: float, calibration: Calibration) -> Any:
        """A Sequential that takes raw pixels and ends with calibrated probabilities."""
        layers = [keras.Input(self.shape)]
        if scale != 1:
            layers.append(keras.layers.Rescaling(1 / scale))
        layers += [_copy(layer) for layer in self.sequential.layers]
        if isinstance(layers[-1], keras.layers.Softmax):
            layers.pop()
        elif getattr(layers[-1], "activation", None) is keras.activations.softmax:
            layers[-1].activation = keras.activations.linear
        layers += calibrating(calibration, self.sequential.output_shape[-1])
        model = keras.Sequential([*layers, keras.layers.Softmax()])
        model.set_weights(self.sequential.get_weights())
        return model

    def _check_outcomes(self, recipe: Recipe) -> None:
        shape = tuple(self.sequential.output_shape[1:])
        if shape == (recipe.outcomes,):
            return
        remedy = f"End it with Dense({recipe.outcomes})."
        if shape == (10,):
            remedy += f" Or leave out what is not a digit: {way('set', 'marks=0')}."
        elif shape == (11,):
            remedy += f" Or train on marks that are not digits: {way('set', 'marks=30000')}."
        raise ModelError(
            f"{self.path}: its output is {shape}; the recipe {recipe.name} has "
            f"{recipe.outcomes} outcomes.",
            remedy,
        )

    def _translate(self, layer: Any, masks: torch.Generator) -> list[nn.Module]:
        if isinstance(layer, keras.layers.Dropout):
            return [Dropout(layer.rate, masks)]
        try:
            return translate(layer)
        except NotTranslatableError as error:
            raise ModelError(
                f"{self.path}: layer {layer.name!r} ({type(layer).__name__}) {error}.",
                "Change the layer; shuzi trains it only in its usual form.",
            ) from error

    def _pairs(self, network: nn.Module) -> list[tuple[Any, nn.Module]]:
        """Each layer that has weights, beside its module."""
        layers = [layer for layer in self.sequential.layers if type(layer).__name__ in _WEIGHTS]
        kinds = (nn.Linear, nn.Conv2d, BatchNormalization)
        modules = [module for module in network.children() if isinstance(module, kinds)]
        return list(zip(layers, modules, strict=True))


def give_back(given: Any, run: Path) -> None:
    """Give a user's own model the weights of a finished run; the path of a file is left alone."""
    if isinstance(given, keras.Model):
        given.set_weights(load_sequential(run / TRAINED).get_weights())


def _named(layer: Any) -> str:
    return f"layer {layer.name!r} ({type(layer).__name__})"


def _bends(layer: Any) -> str | None:
    """Keras's name of a layer's activation, if it has one."""
    kinds = {"ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu", "Softmax": "softmax"}
    function = getattr(layer, "activation", None)
    name = kinds.get(type(layer).__name__)
    name = name or (None if function is None else keras.activations.serialize(function))
    return None if name == "linear" else name


_OBJECT = "The Keras model"
_Weights = dict[str, tuple[str, tuple[int, ...]]]
_BIAS: _Weights = {"bias": ("bias", (0,))}
_WEIGHTS: dict[str, _Weights] = {
    "Dense": {"kernel": ("weight", (1, 0)), **_BIAS},
    "Conv2D": {"kernel": ("weight", (3, 2, 0, 1)), **_BIAS},
    "DepthwiseConv2D": {"kernel": ("weight", (2, 3, 0, 1)), **_BIAS},
    "BatchNormalization": {
        "gamma": ("weight", (0,)),
        "beta": ("bias", (0,)),
        "moving_mean": ("running_mean", (0,)),
        "moving_variance": ("running_var", (0,)),
    },
}
"""Keras's variable -> torch's tensor, and the order of Keras's axes in it."""


def _take_weights(layer: Any, module: nn.Module) -> None:
    for name, (theirs, axes) in _WEIGHTS[type(layer).__name__].items():
        tensor, variable = getattr(module, theirs), getattr(layer, name)
        if tensor is not None:
            array = keras.ops.convert_to_numpy(variable).transpose(axes)
            tensor.data.copy_(torch.tensor(array).reshape(tensor.shape))


def _give_weights(module: nn.Module, layer: Any) -> None:
    for name, (theirs, axes) in _WEIGHTS[type(layer).__name__].items():
        tensor, variable = getattr(module, theirs), getattr(layer, name)
        if tensor is not None:
            shape = [variable.shape[axis] for axis in axes]
            inverse = sorted(range(len(axes)), key=axes.__getitem__)
            variable.assign(tensor.detach().cpu().reshape(shape).permute(inverse).numpy())


def _copy(layer: Any) -> Any:
    """Without its weights, under a name of Keras's choice."""
    options = layer.get_config()
    options.pop("name")
    return type(layer).from_config(options)
