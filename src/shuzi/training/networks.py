"""The networks: uint8 images (n, 28, 28) in, logits (n, 10) out."""

import torch
from torch import Tensor, nn

from shuzi.training.activations import ACTIVATIONS
from shuzi.training.recipes import Recipe


class Pixels(nn.Module):
    """uint8 images (n, 28, 28) as floats in [0, 255 / scale]."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, images: Tensor) -> Tensor:
        if self.scale == 1 and torch.is_autocast_enabled(images.device.type):
            # bfloat16 holds every whole number up to 256.
            return images.to(torch.get_autocast_dtype(images.device.type))
        return images.float() / self.scale


class Dense(nn.Module):
    """A fully connected layer with Keras's layout and initial values.

    The kernel is (inputs, outputs), so that its gradient needs no transposition; it starts
    glorot-uniform (Glorot and Bengio, 2010), the bias at zero.
    """

    def __init__(self, inputs: int, outputs: int, generator: torch.Generator) -> None:
        super().__init__()
        self.kernel = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.xavier_uniform_(self.kernel, generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        return torch.addmm(self.bias, x, self.kernel)


class Activation(nn.Module):
    """An activation by its Keras name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.function = ACTIVATIONS[name]

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


class Dropout(nn.Module):
    """Inverted dropout: units are zeroed with probability `rate`, the others scaled up.

    The mask comes from raw random bits: 8 a unit where that gives the rate exactly, as for 0.5,
    otherwise 16, so that the rate is met to within 1 / 65536. Drawing Bernoulli numbers takes
    several times as long as the layer's matrix product on a CPU.
    """

    def __init__(self, rate: float, generator: torch.Generator) -> None:
        super().__init__()
        self.rate = rate
        self.generator = generator
        bits = 8 if (rate * 2**8).is_integer() else 16
        self.dtype = torch.int8 if bits == 8 else torch.int16
        # Of the numbers from -half to half - 1, those below are dropped.
        half = 2 ** (bits - 1)
        self.threshold = min(round(rate * 2 * half) - half, half - 1)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return x
        return x * self._mask(x)

    def _mask(self, x: Tensor) -> Tensor:
        words = -(-x.numel() * self.dtype.itemsize // 8)
        raw = torch.empty(words, dtype=torch.int64, device=x.device)
        raw.random_(-(2**63), None, generator=self.generator)
        keep = raw.view(self.dtype)[: x.numel()].view(x.shape) >= self.threshold
        # A byte converts to bfloat16 several times faster than a bool does.
        return keep.view(torch.uint8).to(x.dtype) * (1 / (1 - self.rate))


def build(recipe: Recipe, seed: int, masks: torch.Generator) -> nn.Sequential:
    """The recipe's network, on the CPU, with fresh weights.

    Args:
        seed: decides the initial weights, the same ones for every device.
        masks: draws the dropout masks, on the device that trains.
    """
    generator = torch.Generator().manual_seed(seed)
    if recipe.network == "convolutional":
        return _convolutional(recipe, generator, masks)
    return _dense(recipe, generator, masks)


def _dense(recipe: Recipe, generator: torch.Generator, masks: torch.Generator) -> nn.Sequential:
    layers: list[nn.Module] = [Pixels(recipe.scale), nn.Flatten()]
    width = 28 * 28
    for size in recipe.hidden:
        layers += [Dense(width, size, generator), Activation(recipe.activation)]
        layers += [Dropout(recipe.dropout, masks)]
        width = size
    return nn.Sequential(*layers, Dense(width, 10, generator))


def _convolutional(
    recipe: Recipe, generator: torch.Generator, masks: torch.Generator
) -> nn.Sequential:
    network = nn.Sequential(
        Pixels(recipe.scale),
        nn.Unflatten(1, (1, 28)),
        *_block(1, 32, 5),
        nn.MaxPool2d(2),
        *_block(32, 48, 3),
        *_block(48, 48, 3),
        nn.MaxPool2d(2),
        *_block(48, 64, 3),
        nn.AvgPool2d(7),
        nn.Flatten(),
        Dropout(recipe.dropout, masks),
        Dense(64, 10, generator),
    )
    for layer in network:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
    return network.to(memory_format=torch.channels_last)


def _block(inputs: int, outputs: int, size: int) -> list[nn.Module]:
    convolution = nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=False)
    return [convolution, nn.BatchNorm2d(outputs), nn.ReLU()]
