"""A trained network as files: safetensors for its weights, ONNX for reading."""

import copy
import logging
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

import shuzi
from shuzi.errors import ModelError, RunError
from shuzi.evaluation.calibration import UNCALIBRATED, Calibration
from shuzi.files import read_file, write_atomically
from shuzi.recognise.engine import Recogniser
from shuzi.training.networks import build
from shuzi.training.recipes import Recipe
from shuzi.training.record import load_record

_OPSET = 18
_TOLERANCE = 1e-4
"""Of a probability: float32 sums of 784 products of raw pixels differ by their order."""
_LARGEST = 2**31
"""Bytes of weights; an ONNX model has no more."""


class _Probabilities(nn.Module):
    """Of the ten digits; what is missing to 1 is the probability of no digit."""

    def __init__(self, network: nn.Module, calibration: Calibration) -> None:
        super().__init__()
        self.network = network
        self.calibration = calibration

    def forward(self, images: Tensor) -> Tensor:
        return torch.softmax(calibrated(self.network(images), self.calibration), dim=1)[:, :10]


def calibrated(logits: Tensor, calibration: Calibration) -> Tensor:
    """The logits (n, k) that give calibrated probabilities."""
    logits = logits / calibration.temperature
    if not calibration.shift:
        return logits
    return logits + torch.tensor(calibration.offsets(logits.shape[1]))


def save_weights(network: nn.Module, path: Path) -> None:
    """The network's tensors as safetensors, float32."""
    weights = {name: t.detach().cpu().contiguous() for name, t in network.state_dict().items()}
    with write_atomically(path) as temporary:
        temporary.write_bytes(save(weights))


def load_network(run: Path) -> nn.Module:
    """The network of a run folder with its weights, to predict with.

    Raises:
        RunError: the folder does not hold the run's weights.
    """
    recipe, path = Recipe.from_dict(load_record(run)["recipe"]), run / "model.safetensors"
    network = build(recipe, 0, torch.Generator())
    try:
        network.load_state_dict(load(read_file(path, _LARGEST)))
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}.", "Train anew.") from error
    except (SafetensorError, RuntimeError, ValueError) as error:
        raise RunError(f"{path} does not hold the run's weights: {error}", "Train anew.") from error
    return network.eval()


def save_onnx(network: nn.Module, path: Path, calibration: Calibration = UNCALIBRATED) -> None:
    """The network with pixel scaling and softmax as ONNX, checked against the network itself.

    Input `images` uint8 (n, 28, 28) with bright ink, output `probabilities` float32 (n, 10), which
    sum to 1, or to less by the probability that it is not a digit.

    Raises:
        ModelError: ONNX Runtime's probabilities differ from the network's by more than 1e-4.
    """
    model = _Probabilities(network, calibration).cpu().eval()
    program = _export(model)
    onnx.helper.set_model_props(program, describe(calibration))
    with write_atomically(path) as temporary:
        temporary.write_bytes(program.SerializeToString())
        check_same("torch", lambda images: model(images).numpy(), Recogniser(temporary))


def describe(calibration: Calibration) -> dict[str, str]:
    """What model.onnx says of itself, as its metadata."""
    return {
        "producer": f"shuzi {shuzi.__version__}",
        "classes": "0,1,2,3,4,5,6,7,8,9",
        "input": "images: uint8 (n, 28, 28), ink bright on 0, in MNIST's convention",
        "output": "probabilities: float32 (n, 10); what is missing to 1: that it is not a digit",
        **{name: f"{value:.6g}" for name, value in calibration.to_dict().items()},
        "card": "the .json beside the model, or run.json in a run folder",
    }


def _export(model: nn.Module) -> onnx.ModelProto:
    example = torch.zeros((2, 28, 28), dtype=torch.uint8)
    free = {0: torch.export.Dim("n", min=1)}
    return to_onnx(model, example, ("images", free), "probabilities")


def to_onnx(
    model: nn.Module, example: Tensor, taken: tuple[str, dict[int, Any]], *given: str
) -> onnx.ModelProto:
    """The model as ONNX.

    Args:
        example: an input of it.
        taken: the input's name, and which of its axes may have any length.
        given: the outputs' names.
    """
    name, free = taken
    model = _folded(copy.deepcopy(model))
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        # The exporter warns of its own dependencies' deprecations.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            model,
            (example,),
            input_names=[name],
            output_names=list(given),
            dynamic_shapes={name: free},
            opset_version=_OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    return bare(program.model_proto)


def _folded(module: nn.Module) -> nn.Module:
    """With each batch normalisation within the convolution before it, as in the exported model: to
    trace both takes half as long again."""
    for part in module.modules():
        if isinstance(part, nn.Sequential):
            for (place, layer), (behind, norm) in pairwise(list(part.named_children())):
                if isinstance(layer, nn.Conv2d) and type(norm) is nn.BatchNorm2d:
                    setattr(part, place, fuse_conv_bn_eval(layer, norm))
                    setattr(part, behind, nn.Identity())
    return module


def bare(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model without the exporter's notes, which name files of the machine that it ran on."""
    graph = model.graph
    for part in (*graph.node, *graph.initializer, *graph.value_info, *graph.input, *graph.output):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    graph.ClearField("metadata_props")
    return model


@torch.inference_mode()
def check_same(name: str, predict: Callable[[Tensor], Any], recogniser: Recogniser) -> None:
    """Compare the probabilities of random images with those of the run's model.onnx.

    Args:
        name: what predicts.
        predict: probabilities (n, 10 or 11) of float32 (n, 28, 28).

    Raises:
        ModelError: they differ by more than 1e-4.
    """
    images = np.random.default_rng(0).integers(0, 256, (64, 28, 28), dtype=np.uint8)
    found = predict(torch.from_numpy(images).float())[:, :10]
    difference = float(np.abs(found - recogniser.predict(images)).max())
    if not difference <= _TOLERANCE:
        raise ModelError(
            f"{name} differs from the run's model.onnx by {difference:.2g}.",
            "Report it with run.json; model.safetensors holds the weights.",
        )
