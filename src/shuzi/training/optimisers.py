"""Optimisers with their schedule inside.

What the schedule changes is a tensor, so that a captured CUDA graph sees it change.
"""

from collections.abc import Callable, Iterable
from math import sqrt
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.optim.sgd import sgd

from shuzi.training.recipes import Recipe
from shuzi.training.schedule import one_cycle, rate_at

EPSILON = 1e-7
"""Of Keras's Adam and RMSprop."""


class Optimiser(Protocol):
    """Moves the parameters; `state` are the tensors that a checkpoint must keep."""

    state: dict[str, Tensor]
    loss_scale: Tensor
    """float32 (): the loss is multiplied by it before its gradients are taken."""

    def schedule(self, t: int) -> None:
        """Set the learning rate of step t, counted from 0."""

    def step(self) -> None:
        """Move the parameters by their gradients."""


class KerasSGD:
    """Stochastic gradient descent by Keras's formulas.

    v = momentum v - lr_t g; w += v, or with Nesterov's momentum w += momentum v - lr_t g, with the
    recipe's schedule for lr_t. Source: keras.optimizers.SGD.

    The gradient of lr_t times the loss is lr_t g; with that and a rate of 1, torch's formula
    (v = momentum v + g; w -= momentum v + g) is Keras's, and its fused step goes over the weights
    once instead of five times.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], recipe: Recipe, steps: int = 0) -> None:
        self.weights: list[Tensor] = list(parameters)
        self.recipe, self.steps = recipe, steps
        self.loss_scale = torch.tensor(recipe.lr, device=self.weights[0].device)
        self.state = {f"velocity.{i}": torch.zeros_like(w) for i, w in enumerate(self.weights)}

    def schedule(self, t: int) -> None:
        self.loss_scale.fill_(rate_at(self.recipe, t, self.steps))

    @torch.no_grad()
    def step(self) -> None:
        momentum = self.recipe.momentum
        sgd(
            self.weights,
            [w.grad for w in self.weights if w.grad is not None],
            list(self.state.values()),
            fused=True,
            lr=1.0,
            momentum=momentum,
            nesterov=self.recipe.nesterov and momentum > 0,
            weight_decay=0.0,
            dampening=0.0,
            maximize=False,
        )


class KerasAdam:
    """Adam by Keras's formulas, with its default betas.

    m += (1 - 0.9) (g - m); v += (1 - 0.999) (g^2 - v); w -= lr_t a_t m / (sqrt(v) + epsilon), a_t
    being sqrt(1 - 0.999^t) / (1 - 0.9^t), t counted from 1. Source: keras.optimizers.Adam.
    """

    betas = (0.9, 0.999)

    def __init__(self, parameters: Iterable[nn.Parameter], recipe: Recipe, steps: int) -> None:
        self.weights: list[Tensor] = list(parameters)
        self.recipe, self.steps = recipe, steps
        self.loss_scale = torch.ones((), device=self.weights[0].device)
        self.rate = torch.zeros_like(self.loss_scale)
        self.means = [torch.zeros_like(w) for w in self.weights]
        self.squares = [torch.zeros_like(w) for w in self.weights]
        self.state = {f"mean.{i}": m for i, m in enumerate(self.means)}
        self.state |= {f"square.{i}": v for i, v in enumerate(self.squares)}

    def schedule(self, t: int) -> None:
        first, second = self.betas
        correction = sqrt(1 - second ** (t + 1)) / (1 - first ** (t + 1))
        self.rate.fill_(rate_at(self.recipe, t, self.steps) * correction)

    @torch.no_grad()
    def step(self) -> None:
        for w, mean, square in zip(self.weights, self.means, self.squares, strict=True):
            if w.grad is not None:
                mean.lerp_(w.grad, 1 - self.betas[0])
                square.lerp_(w.grad.square(), 1 - self.betas[1])
                w.sub_(self.rate * mean / (square.sqrt() + EPSILON))


class KerasRMSprop:
    """RMSprop by Keras's formulas, with its default rho and no momentum.

    v += (1 - 0.9) (g^2 - v); w -= lr_t g / sqrt(v + epsilon). Source: keras.optimizers.RMSprop.
    """

    rho = 0.9

    def __init__(self, parameters: Iterable[nn.Parameter], recipe: Recipe, steps: int) -> None:
        self.weights: list[Tensor] = list(parameters)
        self.recipe, self.steps = recipe, steps
        self.loss_scale = torch.ones((), device=self.weights[0].device)
        self.rate = torch.zeros_like(self.loss_scale)
        self.squares = [torch.zeros_like(w) for w in self.weights]
        self.state = {f"square.{i}": v for i, v in enumerate(self.squares)}

    def schedule(self, t: int) -> None:
        self.rate.fill_(rate_at(self.recipe, t, self.steps))

    @torch.no_grad()
    def step(self) -> None:
        for w, square in zip(self.weights, self.squares, strict=True):
            if w.grad is not None:
                square.lerp_(w.grad.square(), 1 - self.rho)
                w.sub_(self.rate * w.grad * (square + EPSILON).rsqrt())


class OneCycleAdamW:
    """AdamW (Loshchilov and Hutter, 2019); by itself with one cycle of the learning rate.

    Biases and normalisation weights do not decay.
    """

    betas = (0.8, 0.95)

    def __init__(self, parameters: Iterable[nn.Parameter], recipe: Recipe, steps: int) -> None:
        weights = list(parameters)
        self.recipe, self.steps = recipe, steps
        self.lr = torch.tensor(recipe.lr, device=weights[0].device)
        self.loss_scale = torch.ones_like(self.lr)
        groups = [
            {"params": [w for w in weights if w.ndim > 1], "weight_decay": recipe.decay},
            {"params": [w for w in weights if w.ndim <= 1], "weight_decay": 0.0},
        ]
        self.adamw = torch.optim.AdamW(
            groups, lr=self.lr, betas=self.betas, fused=True, capturable=self.lr.is_cuda
        )
        self.state: dict[str, Tensor] = {}
        for i, weight in enumerate(w for group in groups for w in group["params"]):  # type: ignore[attr-defined]
            moments = {
                "step": torch.zeros((), device=weight.device),
                "exp_avg": torch.zeros_like(weight, memory_format=torch.preserve_format),
                "exp_avg_sq": torch.zeros_like(weight, memory_format=torch.preserve_format),
            }
            self.adamw.state[weight] = moments
            self.state |= {f"{name}.{i}": tensor for name, tensor in moments.items()}

    def schedule(self, t: int) -> None:
        if self.recipe.schedule == "usual":
            self.lr.fill_(self.recipe.lr * one_cycle(t, self.steps))
        else:
            self.lr.fill_(rate_at(self.recipe, t, self.steps))

    def step(self) -> None:
        self.adamw.step()


def make_optimiser(network: nn.Module, recipe: Recipe, steps: int) -> Optimiser:
    """The recipe's optimiser for all of the network's weights.

    Args:
        steps: of the whole training, for schedules that end with it.
    """
    kinds: dict[str, Callable[[Iterable[nn.Parameter], Recipe, int], Optimiser]] = {
        "sgd": KerasSGD,
        "adam": KerasAdam,
        "rmsprop": KerasRMSprop,
        "adamw": OneCycleAdamW,
    }
    return kinds[recipe.optimiser](network.parameters(), recipe, steps)
