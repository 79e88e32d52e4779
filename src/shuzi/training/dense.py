"""The fully connected network, whose gradients are written out.

Autograd finds the same ones, and needs an eighth more time for an epoch of the tutorial: on a CPU
what it does between the matrix products takes half as long as they do.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from shuzi.training import activations
from shuzi.training.dropout import Dropout
from shuzi.training.network import Network, cross_entropy_gradient

_ONEDNN = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
# Its products in bf16 need AVX-512; torch's own are emulated elsewhere.
_ONEDNN_BF16 = (
    _ONEDNN
    and hasattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported")
    and torch.ops.mkldnn._is_mkldnn_bf16_supported()
)


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

    def take_gradient(self, x: Tensor, slope: Tensor) -> None:
        """Set the weights' gradients, from the layer's input and the gradient by its output."""
        for weight, gradient in ((self.kernel, x.t() @ slope), (self.bias, slope.sum(0))):
            if weight.grad is None:
                weight.grad = torch.empty_like(weight)
            weight.grad.copy_(gradient)


class DenseNetwork(Network):
    """Hidden layers, each with activation and dropout, and a layer of logits.

    `sizes` are those of the input, the hidden layers and the logits. The matrix products are in
    autocast's dtype; the weights stay float32.
    """

    def __init__(
        self,
        pixels: nn.Module,
        sizes: tuple[int, ...],
        activation: str,
        dropout: Dropout,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.pixels = pixels
        self.layers = nn.ModuleList(Dense(*pair, generator) for pair in pairwise(sizes))
        self.activation = activation
        self.dropout = dropout
        self.rounded: list[Tensor] = []

    def forward(self, images: Tensor) -> Tensor:
        x = self.pixels(images).flatten(1)
        *hidden, last = self._weights(x.dtype)
        for kernel, bias in hidden:
            _, y = _activated(x, kernel, bias, self.activation)
            x = self.dropout(y)
        return _affine(x, *last)

    @torch.inference_mode()
    def learn(self, images: Tensor, targets: Tensor, loss_scale: Tensor) -> Tensor:
        inputs, hidden = [self.pixels(images).flatten(1)], []
        weights = self._weights(inputs[0].dtype)
        *before, last = weights
        for kernel, bias in before:
            z, y = _activated(inputs[-1], kernel, bias, self.activation)
            mask = self.dropout.mask(y) if self.dropout.rate else None
            hidden.append((z, y, mask))
            inputs.append(y if mask is None else y * mask)
        logits = _affine(inputs[-1], *last).float()

        slope = cross_entropy_gradient(logits, targets).mul_(loss_scale).to(inputs[0].dtype)
        for layer in reversed(self._layers()):
            layer.take_gradient(inputs.pop(), slope)
            kernel, _ = weights.pop()
            if hidden:
                z, y, mask = hidden.pop()
                slope = _affine(slope, kernel.t())
                slope = slope if mask is None else slope.mul_(mask)
                slope = activations.backward(self.activation, slope, z, y)
        return logits

    def _weights(self, dtype: torch.dtype) -> list[tuple[Tensor, Tensor]]:
        """Kernel and bias of each layer in `dtype`."""
        weights: list[Tensor] = list(self.parameters())
        if dtype == torch.float32 or not torch.is_inference_mode_enabled():
            weights = [weight.to(dtype) for weight in weights]
        else:
            # Memory that is used again is still in the processor's cache.
            self.rounded = self.rounded or [weight.to(dtype) for weight in weights]
            for rounded, weight in zip(self.rounded, weights, strict=True):
                rounded.copy_(weight)
            weights = self.rounded
        return list(zip(weights[::2], weights[1::2], strict=True))

    def _layers(self) -> list[Dense]:
        return [layer for layer in self.layers if isinstance(layer, Dense)]


def _activated(
    x: Tensor, kernel: Tensor, bias: Tensor, activation: str
) -> tuple[Tensor | None, Tensor]:
    """z = x @ kernel + bias, and y = activation(z); no z where oneDNN goes straight to y."""
    if activation in activations.BY_OUTPUT and _by_onednn(x):
        return None, _onednn(x, kernel, bias, activation)
    z = _affine(x, kernel, bias)
    return z, activations.ACTIVATIONS[activation](z)


def _affine(x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    """x @ kernel, plus the bias if there is one."""
    if _by_onednn(x):
        return _onednn(x, kernel, bias, "none")
    return x @ kernel if bias is None else torch.addmm(bias, x, kernel)


def _by_onednn(x: Tensor) -> bool:
    # Autograd and the exporter do not know the operator.
    traced = torch.is_grad_enabled() or torch.compiler.is_compiling()
    knows_type = x.dtype == torch.float32 or _ONEDNN_BF16
    return _ONEDNN and knows_type and x.device.type == "cpu" and not traced


def _onednn(x: Tensor, kernel: Tensor, bias: Tensor | None, activation: str) -> Tensor:
    """oneDNN's matrix product, the activation inside: torch has no public name for it.

    On AMD's processors, which MKL does not favour, it is a fifth faster than torch's own for
    float32; and a tanh inside costs a tenth of a tanh after it.
    """
    return torch.ops.mkldnn._linear_pointwise(x, kernel.t(), bias, activation, [], "")  # type: ignore[no-any-return]
