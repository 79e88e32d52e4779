"""Optimisers with their schedule inside.

What the schedule changes is a tensor, so that a captured CUDA graph sees it change.
"""

from collections.abc import Iterable
from math import cos, pi
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.optim.sgd import sgd

from shuzi.training.recipes import Recipe


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

    lr_t = lr / (1 + decay t); v = momentum v - lr_t g; w += v, or with Nesterov's momentum
    w += momentum v - lr_t g. Source: keras.optimizers.SGD and schedules.InverseTimeDecay.

    The gradient of lr_t times the loss is lr_t g; with that and a rate of 1, torch's formula
    (v = momentum v + g; w -= momentum v + g) is Keras's, and its fused step goes over the weights
    once instead of five times.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], recipe: Recipe) -> None:
        self.weights: list[Tensor] = list(parameters)
        self.recipe = recipe
        self.loss_scale = torch.tensor(recipe.lr, device=self.weights[0].device)
        self.state = {f"velocity.{i}": torch.zeros_like(w) for i, w in enumerate(self.weights)}

    def schedule(self, t: int) -> None:
        self.loss_scale.fill_(self.recipe.lr / (1 + self.recipe.decay * t))

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


class OneCycleAdamW:
    """AdamW (Loshchilov and Hutter, 2019) with one cycle of the learning rate (Smith, 2018).

    The rate climbs from lr / 25 over a fifth of the steps and falls to nearly 0, both as cosines.
    Biases and normalisation weights do not decay.
    """

    betas = (0.8, 0.95)

    def __init__(self, parameters: Iterable[nn.Parameter], recipe: Recipe, steps: int) -> None:
        weights = list(parameters)
        self.peak, self.steps = recipe.lr, steps
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
        self.lr.fill_(self.peak * self._cycle(t))

    def step(self) -> None:
        self.adamw.step()

    def _cycle(self, t: int) -> float:
        peak = max(1, self.steps // 5)
        if t < peak:
            return 1 / 25 + (1 - 1 / 25) * (1 - cos(pi * t / peak)) / 2
        return (1 + cos(pi * (t - peak) / max(1, self.steps - peak))) / 2 + 1e-5


def make_optimiser(network: nn.Module, recipe: Recipe, steps: int) -> Optimiser:
    """The recipe's optimiser for all of the network's weights.

    Args:
        steps: of the whole training, for schedules that end with it.
    """
    if recipe.optimiser == "adamw":
        return OneCycleAdamW(network.parameters(), recipe, steps)
    return KerasSGD(network.parameters(), recipe)
