"""Keras's layers as torch modules."""

from collections.abc import Callable
from math import ceil
from typing import Any

import torch
from torch import nn

from shuzi.training.keras_file import keras
from shuzi.training.keras_nn import AveragePool, BatchNormalization, Pads, Rescaling, Reshape


class NotTranslatableError(Exception):
    """What a layer does that its module would not do."""


def translate(layer: Any) -> list[nn.Module]:
    """The modules that do what a layer of a built model does, with fresh weights.

    Raises:
        NotTranslatableError: there are none.
    """
    modules = _TRANSLATIONS[type(layer).__name__](layer)
    activation = getattr(layer, "activation", None)
    return modules if activation is None else [*modules, *_activation(activation, layer)]


def _features(layer: Any) -> tuple[int, ...]:
    """The shape of the layer's input, without the batch."""
    return tuple(layer.input.shape[1:])


def _reshape(layer: Any) -> list[nn.Module]:
    shape = tuple(layer.output.shape[1:])
    if len(shape) > 3:
        raise NotTranslatableError(f"gives the shape {shape}, which has too many axes")
    return [Reshape(shape)]


def _rescaling(layer: Any) -> list[nn.Module]:
    single = [isinstance(value, (int, float)) for value in (layer.scale, layer.offset)]
    if not single[0] or (not single[1] and len(_features(layer)) > 1):
        raise NotTranslatableError("scales each channel by a number of its own")
    return [Rescaling(float(layer.scale), layer.offset)]


def _dense(layer: Any) -> list[nn.Module]:
    features = _features(layer)
    if len(features) != 1:
        raise NotTranslatableError(f"works on {features}, not on a row of features (Flatten)")
    return [nn.Linear(features[0], layer.units, bias=layer.use_bias)]


def _convolution(layer: Any) -> list[nn.Module]:
    channels = _features(layer)[2]
    return _padded_convolution(layer, layer.filters, layer.groups, channels)


def _depthwise(layer: Any) -> list[nn.Module]:
    channels = _features(layer)[2]
    return _padded_convolution(layer, channels * layer.depth_multiplier, channels, channels)


def _padded_convolution(layer: Any, filters: int, groups: int, channels: int) -> list[nn.Module]:
    left, right, top, bottom = pads = _pads(layer, layer.kernel_size, layer.dilation_rate)
    even = left == right and top == bottom
    convolution = nn.Conv2d(
        channels,
        filters,
        layer.kernel_size,
        layer.strides,
        padding=(top, left) if even else 0,
        dilation=layer.dilation_rate,
        groups=groups,
        bias=layer.use_bias,
    )
    return [convolution] if even else [nn.ZeroPad2d(pads), convolution]


def _zero_padding(layer: Any) -> list[nn.Module]:
    (top, bottom), (left, right) = layer.padding
    return [nn.ZeroPad2d((left, right, top, bottom))]


def _max_pooling(layer: Any) -> list[nn.Module]:
    pads = _pads(layer, layer.pool_size)
    pool = nn.MaxPool2d(layer.pool_size, layer.strides)
    return [nn.ConstantPad2d(pads, -torch.inf), pool] if any(pads) else [pool]


def _average_pooling(layer: Any) -> list[nn.Module]:
    left, right, top, bottom = pads = _pads(layer, layer.pool_size)
    if max(layer.pool_size) > 2 and (left, top) != (right, bottom):
        # On torch it repeats the edge, on JAX and TensorFlow it leaves out what lies beyond.
        raise NotTranslatableError("pads unevenly, which Keras's backends do in different ways")
    if any(pads):
        height, width, _ = _features(layer)
        return [AveragePool(layer.pool_size, layer.strides, pads, height, width)]
    return [nn.AvgPool2d(layer.pool_size, layer.strides)]


def _global_pooling(pool: Callable[[tuple[int, int]], nn.Module]) -> Callable[[Any], Any]:
    def translate(layer: Any) -> list[nn.Module]:
        height, width, _ = _features(layer)
        return [pool((height, width)), Reshape(tuple(layer.output.shape[1:]))]

    return translate


def _pads(layer: Any, size: Any, dilation: Any = (1, 1)) -> Pads:
    """What `padding` means: "same" gives ceil(n / stride) places, the odd pixel at the end.

    Source: keras.ops.conv, and the notes on padding of tf.nn.
    """
    if layer.padding == "valid":
        return 0, 0, 0, 0
    pads: list[int] = []
    for n, k, stride, gap in zip(_features(layer), size, layer.strides, dilation, strict=False):
        total = max((ceil(n / stride) - 1) * stride + (k - 1) * gap + 1 - n, 0)
        pads = [total // 2, total - total // 2, *pads]
    left, right, top, bottom = pads
    return left, right, top, bottom


def _batch_normalization(layer: Any) -> list[nn.Module]:
    features = _features(layer)
    if len(features) == 2 or layer.axis not in (-1, len(features)):
        raise NotTranslatableError(f"normalises axis {layer.axis} of {features}, not channels")
    module = BatchNormalization(features[-1], eps=layer.epsilon, momentum=1 - layer.momentum)
    if not layer.scale:
        module.register_parameter("weight", None)
    if not layer.center:
        module.register_parameter("bias", None)
    return [module]


def _relu(layer: Any) -> list[nn.Module]:
    simple = {(None, 0.0): nn.ReLU(), (6.0, 0.0): nn.ReLU6()}
    if layer.max_value is None:
        simple[None, layer.negative_slope] = nn.LeakyReLU(layer.negative_slope)
    if layer.threshold or (layer.max_value, layer.negative_slope) not in simple:
        raise NotTranslatableError("has a threshold or a max_value other than 6")
    return [simple[layer.max_value, layer.negative_slope]]


def _softmax(layer: Any) -> list[nn.Module]:
    axes = len(_features(layer))
    if layer.axis not in (-1, axes):
        raise NotTranslatableError(f"has the axis {layer.axis}, which is not the last")
    return [nn.Softmax(dim=-1 if axes == 2 else 1)]


def _activation(function: Any, layer: Any) -> list[nn.Module]:
    name = keras.activations.serialize(function)
    if name == "softmax":
        return [nn.Softmax(dim=-1 if len(layer.output.shape) == 3 else 1)]
    return [] if name == "linear" else [_ACTIVATIONS[name]()]


_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "softplus": nn.Softplus,
    "softsign": nn.Softsign,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "hard_sigmoid": nn.Hardsigmoid,
    "hard_silu": nn.Hardswish,
}

_TRANSLATIONS: dict[str, Callable[[Any], list[nn.Module]]] = {
    "InputLayer": lambda layer: [],
    "Dense": _dense,
    "Conv2D": _convolution,
    "DepthwiseConv2D": _depthwise,
    "ZeroPadding2D": _zero_padding,
    "MaxPooling2D": _max_pooling,
    "AveragePooling2D": _average_pooling,
    "GlobalMaxPooling2D": _global_pooling(nn.MaxPool2d),
    "GlobalAveragePooling2D": _global_pooling(nn.AvgPool2d),
    "BatchNormalization": _batch_normalization,
    "Activation": lambda layer: [],
    "ReLU": _relu,
    "LeakyReLU": lambda layer: [nn.LeakyReLU(layer.negative_slope)],
    "ELU": lambda layer: [nn.ELU(float(layer.alpha))],
    "Softmax": _softmax,
    "Flatten": _reshape,
    "Reshape": _reshape,
    "Rescaling": _rescaling,
}
