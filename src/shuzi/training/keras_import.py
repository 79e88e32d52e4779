"""A user's Keras model as a network that shuzi trains, and the trained weights back in it."""

from pathlib import Path
from typing import Any

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
    """A Sequential from a `.keras` file.

    Raises:
        ModelError: the file or the model is none that shuzi trains.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sequential = load_sequential(path)
        self.shape = tuple(self.sequential.input_shape[1:])
        if self.shape not in ((28, 28), (28, 28, 1), (784,)):
            raise ModelError(
                f"{path}: its input is {self.shape}.",
                "shuzi trains on images of the shape (28, 28), (28, 28, 1) or (784,).",
            )

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
