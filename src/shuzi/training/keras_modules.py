"""shuzi's modules as Keras layers."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from shuzi.errors import ModelError
from shuzi.evaluation.calibration import UNCALIBRATED, Calibration
from shuzi.training.dense import Dense
from shuzi.training.dropout import Dropout
from shuzi.training.keras_file import keras
from shuzi.training.networks import Activation, Pixels

Added = tuple[Any, list[Tensor]]
"""A Keras layer that is not built yet, and its weights in Keras's order."""


def counterpart(module: nn.Module) -> list[Added]:
    """The Keras layers that do what a module does, pictures being channels last.

    Raises:
        ModelError: there are none.
    """
    if type(module) not in _TRANSLATIONS:
        raise _untranslatable(module)
    return _TRANSLATIONS[type(module)](module)


def _dense(module: Dense) -> list[Added]:
    return [(keras.layers.Dense(module.bias.numel()), [module.kernel, module.bias])]


def _linear(module: nn.Linear) -> list[Added]:
    layer = keras.layers.Dense(module.out_features, use_bias=module.bias is not None)
    return [(layer, _present(module.weight.t(), module.bias))]


def _convolution(module: nn.Conv2d) -> list[Added]:
    if module.padding_mode != "zeros":
        raise _untranslatable(module)
    padding, layers = _padding(module)
    options = {
        "kernel_size": module.kernel_size,
        "strides": module.stride,
        "dilation_rate": module.dilation,
        "padding": padding,
        "use_bias": module.bias is not None,
    }
    kernel, channels = module.weight, module.in_channels
    if module.groups == channels > 1:
        multiplier = module.out_channels // channels
        layer = keras.layers.DepthwiseConv2D(depth_multiplier=multiplier, **options)
        kernel = kernel.reshape(channels, multiplier, *module.kernel_size).permute(2, 3, 0, 1)
    else:
        layer = keras.layers.Conv2D(module.out_channels, groups=module.groups, **options)
        kernel = kernel.permute(2, 3, 1, 0)
    return [*layers, (layer, _present(kernel, module.bias))]


def _padding(module: nn.Conv2d) -> tuple[str, list[Added]]:
    """Keras's word for a convolution's padding, and the layer that must come before it."""
    if isinstance(module.padding, str):
        return module.padding, []
    pairs = list(zip(module.padding, module.kernel_size, module.dilation, strict=True))
    if not any(module.padding):
        return "valid", []
    if max(module.stride) == 1 and all(2 * p == (k - 1) * d for p, k, d in pairs):
        return "same", []
    return "valid", [(keras.layers.ZeroPadding2D(module.padding), [])]


def _batch_norm(module: Any) -> list[Added]:
    if module.momentum is None or module.running_mean is None:
        raise _untranslatable(module)
    layer = keras.layers.BatchNormalization(
        momentum=1 - module.momentum,
        epsilon=module.eps,
        scale=module.weight is not None,
        center=module.bias is not None,
    )
    weights = (module.weight, module.bias, module.running_mean, module.running_var)
    return [(layer, _present(*weights))]


def _pool(kind: str) -> Callable[[Any], list[Added]]:
    def translate(module: Any) -> list[Added]:
        plain = module.padding in (0, (0, 0)) and not module.ceil_mode
        if not plain or getattr(module, "dilation", 1) not in (1, (1, 1)):
            raise _untranslatable(module)
        return [(getattr(keras.layers, kind)(module.kernel_size, module.stride), [])]

    return translate


def _global_pool(kind: str) -> Callable[[Any], list[Added]]:
    def translate(module: Any) -> list[Added]:
        if module.output_size not in (1, (1, 1)):
            raise _untranslatable(module)
        return [(getattr(keras.layers, kind)(keepdims=True), [])]

    return translate


def _flatten(module: nn.Flatten) -> list[Added]:
    if (module.start_dim, module.end_dim) != (1, -1):
        raise _untranslatable(module)
    return [(keras.layers.Flatten(), [])]


def _unflatten(module: nn.Unflatten) -> list[Added]:
    """An image gets its channel, the first one in torch and the last one in Keras."""
    one, *rows = tuple(module.unflattened_size)
    if (module.dim, one, len(rows)) != (1, 1, 1):
        raise _untranslatable(module)
    return [(keras.layers.Reshape((rows[0], -1, 1)), [])]


def _plain(layer: Callable[[Any], Any]) -> Callable[[Any], list[Added]]:
    """For a module without weights."""
    return lambda module: [(layer(module), [])]


def _activation(name: str) -> Callable[[Any], list[Added]]:
    return _plain(lambda module: keras.layers.Activation(name))


_TRANSLATIONS: dict[type[nn.Module], Callable[[Any], list[Added]]] = {
    Pixels: _plain(lambda module: keras.layers.Rescaling(1 / module.scale, name="pixels")),
    Dense: _dense,
    nn.Linear: _linear,
    nn.Conv2d: _convolution,
    nn.BatchNorm1d: _batch_norm,
    nn.BatchNorm2d: _batch_norm,
    nn.MaxPool2d: _pool("MaxPooling2D"),
    nn.AvgPool2d: _pool("AveragePooling2D"),
    nn.AdaptiveMaxPool2d: _global_pool("GlobalMaxPooling2D"),
    nn.AdaptiveAvgPool2d: _global_pool("GlobalAveragePooling2D"),
    nn.Flatten: _flatten,
    nn.Unflatten: _unflatten,
    nn.Identity: lambda module: [],
    Dropout: _plain(lambda module: keras.layers.Dropout(module.rate)),
    nn.Dropout: _plain(lambda module: keras.layers.Dropout(module.p)),
    nn.LeakyReLU: _plain(lambda module: keras.layers.LeakyReLU(module.negative_slope)),
    nn.ELU: _plain(lambda module: keras.layers.ELU(module.alpha)),
    Activation: _plain(lambda module: keras.layers.Activation(module.name)),
    nn.ReLU: _activation("relu"),
    nn.ReLU6: _activation("relu6"),
    nn.SELU: _activation("selu"),
    nn.SiLU: _activation("silu"),
    nn.Mish: _activation("mish"),
    nn.Tanh: _activation("tanh"),
    nn.Sigmoid: _activation("sigmoid"),
    nn.Softsign: _activation("softsign"),
    nn.Hardsigmoid: _activation("hard_sigmoid"),
    nn.Hardswish: _activation("hard_silu"),
}


def _present(*weights: Tensor | None) -> list[Tensor]:
    return [weight for weight in weights if weight is not None]


def _untranslatable(module: nn.Module) -> ModelError:
    return ModelError(
        f"The network's layer {module} has no counterpart in Keras.",
        "The run's model.onnx holds the whole network.",
    )


def calibrating(calibration: Calibration, outcomes: int) -> list[Any]:
    """The layers, one or none, between so many logits and their probabilities."""
    if calibration == UNCALIBRATED:
        return []
    offset = calibration.offsets(outcomes) if calibration.shift else 0.0
    return [keras.layers.Rescaling(1 / calibration.temperature, offset, name="calibration")]
