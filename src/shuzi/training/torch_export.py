"""A run's network in torch's own modules: as safetensors that ten lines load, and for phones."""

import json
from collections.abc import Callable
from copy import deepcopy
from inspect import signature
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import nn

from shuzi.errors import ModelError, RunError
from shuzi.evaluation.calibration import UNCALIBRATED, Calibration
from shuzi.evaluation.report import open_run
from shuzi.files import check_ending, write_atomically
from shuzi.recognise.engine import Recogniser
from shuzi.training.dense import Dense
from shuzi.training.dropout import Dropout
from shuzi.training.export import check_same, describe, load_network
from shuzi.training.networks import Activation, Pixels, parts
from shuzi.training.record import load_record

_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "softmax": lambda: nn.Softmax(dim=1),
    "elu": nn.ELU,
    "softplus": nn.Softplus,
    "softsign": nn.Softsign,
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "hard_sigmoid": nn.Hardsigmoid,
    "linear": nn.Identity,
}
_FORM = {
    "input": "float32 (n, 28, 28), pixels 0 to 255, ink bright on 0, in MNIST's convention",
    "output": "probabilities: float32 (n, 10); with an eleventh: that it is not a digit",
}


def export_torch(run: Path, output: Path) -> None:
    """Write a finished run's model as safetensors that torch loads without shuzi.

    The file's metadata has `layers`, JSON: the name of each module of `torch.nn` with its options,
    in their order. Input and output are those of `to_plain`.

    Raises:
        UsageError: `output` does not end in .safetensors.
        RunError: `run` is not a finished run, or one of a Keras model.
        ModelError: the probabilities differ from those of the run's model.onnx by more than 1e-4.
        OutputError: the file cannot be written.
    """
    check_ending(output, ".safetensors")
    model, recogniser, calibration = _open(run)
    check_same("torch", lambda images: model(images).numpy(), recogniser)
    layers = [(type(module).__name__, _options(module)) for module in model]
    about = describe(calibration) | _FORM | {"layers": json.dumps(layers)}
    weights = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    with write_atomically(output) as temporary:
        temporary.write_bytes(save(weights, about))


def to_plain(network: nn.Module, calibration: Calibration = UNCALIBRATED) -> nn.Sequential:
    """What shuzi's network and the calibration give, of torch's own modules alone, on the CPU.

    Input float32 (n, 28, 28), pixels 0 to 255 with bright ink; output probabilities float32
    (n, 10), or (n, 11) where the last is that of no digit. The scale of the pixels is in the first
    weights, the calibration in the last ones.

    Raises:
        ModelError: a module has no counterpart.
    """
    pixels, *modules = parts(network)
    layers = [_plain(module) for module in modules]
    first = next(layer for layer in layers if isinstance(layer, (nn.Linear, nn.Conv2d)))
    last = layers[-1]
    assert isinstance(pixels, Pixels) and isinstance(last, nn.Linear)
    with torch.no_grad():
        first.weight.div_(pixels.scale)
        last.weight.div_(calibration.temperature)
        last.bias.div_(calibration.temperature)
        last.bias.add_(torch.tensor(calibration.offsets(last.out_features)))
    model = nn.Sequential(*layers, nn.Softmax(dim=1)).cpu().eval()
    return model.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload, no-any-return]


def _open(run: Path) -> tuple[nn.Sequential, Recogniser, Calibration]:
    recogniser, about = open_run(run)
    if "keras" in load_record(run):
        raise RunError(
            f"{run} trained a Keras model, which has no counterpart of torch's modules alone.",
            f"{run / 'model.keras'} is the trained model; Keras runs it on torch, too.",
        )
    calibration = Calibration.from_dict(about)
    return to_plain(load_network(run), calibration), recogniser, calibration


def _plain(module: nn.Module) -> nn.Module:
    """A module of torch's own that does the same, with the same weights."""
    if isinstance(module, Dense):
        linear = nn.Linear(*module.kernel.shape)
        linear.load_state_dict({"weight": module.kernel.t(), "bias": module.bias})
        return linear
    if isinstance(module, Dropout):
        return nn.Dropout(module.rate)
    if isinstance(module, Activation):
        return _ACTIVATIONS[module.name]()
    if not type(module).__module__.startswith("torch.nn."):
        raise ModelError(
            f"The network's layer {module} has no counterpart among torch's modules.",
            "The run's model.onnx holds the whole network.",
        )
    return deepcopy(module)


def _options(module: nn.Module) -> dict[str, Any]:
    """What the module's class must be called with, where it differs from what is usual."""
    options = {}
    for name, parameter in signature(type(module)).parameters.items():
        value = getattr(module, name, parameter.default)
        if name == "bias":
            value = value is not None
        if value != parameter.default:
            options[name] = value
    return options
