"""What Keras does and torch.nn has no module for.

Pictures are channels first, (n, channels, height, width), and every other array is in Keras's
order; `Reshape` is where the two meet.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

Pads = tuple[int, int, int, int]
"""Left, right, top, bottom, as torch's padding layers take them."""


class Reshape(nn.Module):
    """Keras's Reshape and Flatten: of an array in Keras's order, pictures being channels last."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim == 4:
            x = x.permute(0, 2, 3, 1)
        x = x.reshape(-1, *self.shape)
        return x.permute(0, 3, 1, 2) if x.ndim == 4 else x


class Rescaling(nn.Module):
    """By one factor, with one offset or, for a row of features, one of each."""

    offset: Tensor

    def __init__(self, scale: float, offset: float | Sequence[float]) -> None:
        super().__init__()
        self.scale = scale
        self.register_buffer("offset", torch.tensor(offset, dtype=torch.float32), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale + self.offset


class BatchNormalization(nn.modules.batchnorm._BatchNorm):
    """Of the channels or features, with Keras's moving variance: torch's own is n / (n - 1) larger.

    A single value a channel has no variance, and is normalised as when not training.
    """

    def forward(self, x: Tensor) -> Tensor:
        n = x.numel() // x.shape[1]
        learns = self.training and n > 1
        assert self.running_var is not None and self.momentum is not None
        variance = self.running_var.clone() if learns else self.running_var
        y = nn.functional.batch_norm(
            x,
            self.running_mean,
            variance,
            self.weight,
            self.bias,
            learns,
            self.momentum,
            self.eps,
        )
        if learns:
            kept = (1 - self.momentum) / n
            self.running_var.mul_(kept).add_(variance, alpha=1 - 1 / n)
        return y

    def _check_input_dim(self, x: Tensor) -> None:
        pass


class AveragePool(nn.Module):
    """Means of pools that reach over the edge, over what lies within it."""

    share: Tensor

    def __init__(self, size: Any, strides: Any, pads: Pads, height: int, width: int) -> None:
        super().__init__()
        self.pool = nn.Sequential(nn.ZeroPad2d(pads), nn.AvgPool2d(size, strides))
        within = self.pool(torch.ones(1, 1, height, width))
        self.register_buffer("share", within, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.pool(x)
        return y / self.share.to(y.dtype)
