"""The networks: uint8 images (n, 28, 28) in, logits (n, 10 or 11) out."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from shuzi.training.dense import Dense, DenseNetwork
from shuzi.training.dropout import Dropout
from shuzi.training.network import Network
from shuzi.training.recipes import Convolution, Recipe


class Pixels(nn.Module):
    """uint8 images (n, 28, 28) as floats in [0, 255 / scale], in autocast's dtype if it is on."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, images: Tensor) -> Tensor:
        kind = images.device.type
        autocast = torch.is_autocast_enabled(kind)
        dtype = torch.get_autocast_dtype(kind) if autocast else torch.float32
        if self.scale == 1:
            # bfloat16 holds every whole number up to 256.
            return images.to(dtype)
        return (images.float() / self.scale).to(dtype)


class Activation(nn.Module):
    """The dense network's activation; its name is Keras's."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


def parts(network: nn.Module) -> Iterator[nn.Module]:
    """The network's modules in the order in which they work."""
    if isinstance(network, DenseNetwork):
        yield from (network.pixels, nn.Flatten())
        *hidden, last = network.layers
        for layer in hidden:
            yield from (layer, Activation(network.activation), network.dropout)
        yield last
    elif isinstance(network, nn.Sequential):
        for module in network:
            yield from parts(module)
    else:
        yield network


def build(recipe: Recipe, seed: int, masks: torch.Generator) -> Network:
    """The recipe's network, on the CPU, with fresh weights.

    Args:
        seed: decides the initial weights, the same ones for every device.
        masks: draws the dropout masks, on the device that trains.
    """
    generator = torch.Generator().manual_seed(seed)
    dropout = Dropout(recipe.dropout, masks)
    if recipe.network == "convolutional":
        return _convolutional(recipe, generator, dropout)
    sizes = (28 * 28, *recipe.hidden, recipe.outcomes)
    return DenseNetwork(Pixels(recipe.scale), sizes, recipe.activation, dropout, generator)


def _convolutional(recipe: Recipe, generator: torch.Generator, dropout: Dropout) -> Network:
    layers: list[nn.Module] = [Pixels(recipe.scale), nn.Unflatten(1, (1, 28))]
    side, channels = 28, 1
    for convolution in filter(None, map(Convolution.parse, recipe.convolutions)):
        layers += _block(channels, convolution)
        channels, side = convolution.channels, convolution.side(side)
    if recipe.mean:
        layers.append(nn.AvgPool2d(side))
        side = 1
    last = Dense(channels * side * side, recipe.outcomes, generator)
    network = Network(*layers, nn.Flatten(), dropout, last)
    for layer in network:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _block(inputs: int, convolution: Convolution) -> list[nn.Module]:
    size, outputs = convolution.size, convolution.channels
    # The maximum comes first: what follows it has a quarter of the pixels to do.
    pool = [nn.MaxPool2d(convolution.pool)] if convolution.pool > 1 else []
    return [
        nn.Conv2d(inputs, outputs, size, convolution.stride, padding=size // 2, bias=False),
        *pool,
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    ]
