"""A number.onnx -> the weights of a network that is trained further."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from shuzi.errors import ModelError
from shuzi.training.number import NumberTrainer
from shuzi.training.start import load_tensors

SEEN = 512
"""Strips, of those of a middling width, that the normalisations' statistics are taken from."""


def start_from_model(trainer: NumberTrainer, model: Path) -> None:
    """Take the weights of an exported model; the temperature is left out.

    The exporter has made one of each convolution and its normalisation. Here the normalisation
    gets the statistics of the trainer's first strings and undoes them, so that it changes nothing
    as long as the strings stay alike.

    Raises:
        ModelError: it was not exported from such a network.
    """
    try:
        tensors = load_tensors(model)
        for name, convolution, norm in _pairs(trainer.network):
            convolution.weight.data.copy_(tensors[f"network.{name}.weight"])
            _undo(norm, tensors[f"network.{name}.weight_bias"])
        for part in ("weight", "bias"):
            getattr(trainer.network.head, part).data.copy_(tensors[f"network.head.{part}"])
    except (OSError, KeyError, RuntimeError, onnx.checker.ValidationError) as error:
        raise ModelError(
            f"{model} is not a number model to go on from: {error}",
            "Give a number.onnx of shuzi's.",
        ) from error
    _take_statistics(trainer)


def _pairs(network: nn.Module) -> Iterator[tuple[str, nn.Conv2d, nn.BatchNorm2d]]:
    """Each convolution that has a normalisation after it, with its name."""
    name, convolution = "", None
    for place, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            name, convolution = place, module
        elif isinstance(module, nn.BatchNorm2d):
            assert convolution is not None
            yield name, convolution, module


def _undo(norm: nn.BatchNorm2d, bias: Tensor) -> None:
    """A normalisation that only adds the bias."""
    assert norm.running_mean is not None and norm.running_var is not None
    norm.weight.data.fill_(1)
    norm.bias.data.copy_(bias)
    norm.running_mean.fill_(0)
    norm.running_var.fill_(1 - norm.eps)


@torch.no_grad()
def _take_statistics(trainer: NumberTrainer) -> None:
    """Give the normalisations means and variances, with weights and biases that undo them."""

    def see(norm: nn.Module, taken: tuple[Any, ...]) -> None:
        assert isinstance(norm, nn.BatchNorm2d)
        assert norm.running_mean is not None and norm.running_var is not None
        features = taken[0].float()
        variance, mean = torch.var_mean(features, dim=(0, 2, 3), correction=0)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.add_(mean)

    norms = [module for module in trainer.network.modules() if isinstance(module, nn.BatchNorm2d)]
    hooks = [norm.register_forward_pre_hook(see) for norm in norms]
    strips = trainer.middling(SEEN)
    trainer.network.eval()(strips.to(trainer.device.torch))
    for hook in hooks:
        hook.remove()
