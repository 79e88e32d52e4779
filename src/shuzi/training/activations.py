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
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    # Keras 3 means relu6(x + 3) / 6; Keras 1 and 2 had clip(0.2 x + 0.5, 0, 1).
    "hard_sigmoid": functional.hardsigmoid,
    "linear": _linear,
}

BY_OUTPUT = ("tanh",)
"""Those whose gradient `backward` finds from y alone."""


def backward(name: str, gradient: Tensor, x: Tensor | None, y: Tensor) -> Tensor:
    """The gradient by x of the activation y = f(x), from the gradient by y.

    `x` may be None for the names in BY_OUTPUT.
    """
    if name == "tanh":
        # Its derivative is 1 - y²; this is the operator that autograd itself takes.
        return torch.ops.aten.tanh_backward(gradient, y)  # type: ignore[no-any-return]
    assert x is not None
    # Autograd takes no tensor that was made without it.
    with torch.inference_mode(False), torch.enable_grad():
        x = x.clone().requires_grad_()
        gradient = gradient.clone()
        (found,) = torch.autograd.grad(ACTIVATIONS[name](x), x, gradient)
    return found
