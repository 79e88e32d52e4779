"""The activations that the tutorial explains, each equal to Keras 3's of that name."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional


def _softmax(x: Tensor) -> Tensor:
    return torch.softmax(x, dim=-1)


def _linear(x: Tensor) -> Tensor:
    return x


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "softmax": _softmax,
    "elu": functional.elu,
    "softplus": functional.softplus,
    "softsign": functional.softsign,
    "relu": functional.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    # Keras 3 means relu6(x + 3) / 6; Keras 1 and 2 had clip(0.2 x + 0.5, 0, 1).
    "hard_sigmoid": functional.hardsigmoid,
    "linear": _linear,
}
