"""A model.onnx -> the network that it was exported from, to train it further."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from shuzi.card import SHIPPED, load_card
from shuzi.errors import ModelError, RecipeError
from shuzi.evaluation.calibration import Calibration
from shuzi.files import model_file
from shuzi.recognise.engine import Recogniser
from shuzi.training.export import calibrated
from shuzi.training.network import Network
from shuzi.training.networks import build
from shuzi.training.recipes import Recipe

_TOLERANCE = 1e-3
"""Of a probability, between the model and the network that is made of it."""


class Normalisation(nn.BatchNorm2d):
    """Keeps its means and variances, which a few corrections would spoil."""

    def train(self, mode: bool = True) -> "Normalisation":  # noqa: ARG002 - it never trains
        return super().train(False)


@dataclass(frozen=True, slots=True)
class Start:
    """A model to go on from, with what its card says of it."""

    model: Path
    recipe: Recipe
    calibration: Calibration
    sha256: str

    def network(self, masks: torch.Generator) -> Network:
        """The network with the model's weights.

        Raises:
            ModelError: the model was not exported from such a network.
        """
        recogniser = Recogniser(self.model)
        network = build(self.recipe, 0, masks)
        _freeze(network)
        tensors = load_tensors(self.model)
        try:
            network.load_state_dict(_state(network, tensors))
        except (KeyError, RuntimeError) as error:
            raise _foreign(self.model) from error
        self._check(network, recogniser)
        return network

    @torch.inference_mode()
    def _check(self, network: Network, recogniser: Recogniser) -> None:
        images = np.random.default_rng(0).integers(0, 256, (64, 28, 28), dtype=np.uint8)
        logits = network.eval()(torch.from_numpy(images)).float()
        found = torch.softmax(calibrated(logits, self.calibration), dim=1)[:, :10].numpy()
        if not np.abs(found - recogniser.predict(images)).max() <= _TOLERANCE:
            raise _foreign(self.model)


def load_start(model: Path | None = None) -> Start:
    """A model file or run folder with its card; the model that shuzi carries if None.

    Raises:
        ModelError: there is no such model, it has no card, or it is not convolutional.
    """
    place = SHIPPED["digit"] if model is None else model
    card = load_card(place)
    try:
        recipe = Recipe.from_dict(card["recipe"])
        calibration = Calibration.from_dict(card)
    except (KeyError, TypeError, ValueError, RecipeError) as error:
        raise ModelError(f"{place}: its card says no recipe to go on from.") from error
    if recipe.network != "convolutional" or "keras" in card:
        raise ModelError(f"{place} is not a convolutional network of shuzi's.", "Give another.")
    return Start(model_file(place), recipe, calibration, str(card["sha256"]))


def _freeze(network: Network) -> None:
    for place, layer in enumerate(network):
        if isinstance(layer, nn.BatchNorm2d):
            network[place] = Normalisation(layer.num_features, layer.eps)


def load_tensors(model: Path) -> dict[str, Tensor]:
    """The weights of an ONNX model, by name."""
    values = onnx.load(model, load_external_data=False).graph.initializer
    return {value.name: torch.from_numpy(numpy_helper.to_array(value).copy()) for value in values}


def _state(network: Network, tensors: Mapping[str, Tensor]) -> dict[str, Any]:
    """The network's state; the exporter has made one of a convolution and its normalisation."""
    known = {f"network.{name}": name for name in network.state_dict()}
    state = {name: tensors[place] for place, name in known.items() if place in tensors}
    convolution = 0
    for place, layer in enumerate(network):
        if isinstance(layer, nn.Conv2d):
            convolution = place
        if isinstance(layer, Normalisation):
            state[f"{place}.num_batches_tracked"] = torch.tensor(0)
            if f"{place}.weight" not in state:
                bias = tensors[f"network.{convolution}.weight_bias"]
                state |= {f"{place}.{name}": value for name, value in _plain(layer, bias).items()}
    return state


def _plain(layer: Normalisation, bias: Tensor) -> dict[str, Tensor]:
    """A normalisation that only adds the bias."""
    one = torch.ones_like(bias)
    return {
        "weight": one,
        "bias": bias,
        "running_mean": torch.zeros_like(bias),
        "running_var": one - layer.eps,
    }


def _foreign(model: Path) -> ModelError:
    return ModelError(
        f"{model} was not exported from the network of its card.", "Give a run folder of shuzi's."
    )
