"""A trained page network as ONNX, in 8-bit integers, for reading."""

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from shuzi.errors import ModelError
from shuzi.files import write_atomically
from shuzi.page.network import MULTIPLE, PageNetwork
from shuzi.training.export import to_onnx
from shuzi.training.int8 import quantise

_TOLERANCES = 0.02, 0.2
"""Of the maps' probabilities, in the mean over a picture, and of its turns', which vary where
nobody could tell them."""
_LAYERS = ("Conv", "Add", "Relu", "Resize")
"""What is quantised."""


class _Probabilities(nn.Module):
    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        maps, turns = self.network(pictures)
        return maps.sigmoid(), turns.softmax(dim=1)


def save_page_onnx(network: nn.Module, path: Path, pictures: NDArray[np.uint8]) -> None:
    """The network with probabilities out, its convolutions in 8-bit integers, checked against the
    network itself: it reads in half of float32's time and has a quarter of its bytes.

    Args:
        pictures: uint8 (n, h, w), h and w multiples of 64, such as it sees: the ranges of its
            activations are taken from them.

    Raises:
        ModelError: what it says of these pictures differs by more than 0.02 in the mean, or 0.2 of
            which way is up.
    """
    model = _Probabilities(network).cpu().eval()
    high, wide = (torch.export.Dim(name, min=1, max=64) for name in ("high", "wide"))
    program = to_onnx(
        model,
        torch.zeros((1, 3 * MULTIPLE, 2 * MULTIPLE), dtype=torch.uint8),
        ("pictures", {1: MULTIPLE * high, 2: MULTIPLE * wide}),
        "maps",
        "turns",
    )
    given = ({"pictures": picture[None]} for picture in pictures)
    quantised = quantise(program, given, _LAYERS, _ends)
    with write_atomically(path) as temporary:
        temporary.write_bytes(quantised.SerializeToString())
        _check(model, temporary, pictures)


def _ends(program: onnx.ModelProto) -> list[str]:
    """The first convolution, whose pixels are many and channels few, and the last ones, after which
    what they say is taken exactly."""
    convolutions = [node for node in program.graph.node if node.op_type == "Conv"]
    taken = {
        name
        for node in program.graph.node
        if node.op_type in ("DepthToSpace", "Reshape", "Flatten")
        for name in node.input
    }
    last = [node.name for node in convolutions if node.output[0] in taken]
    return [convolutions[0].name, *last]


@torch.inference_mode()
def _check(model: nn.Module, path: Path, pictures: NDArray[np.uint8]) -> None:
    network = PageNetwork(path)
    for picture in pictures[:8]:
        wanted = [part.numpy() for part in model(torch.from_numpy(picture[None]))]
        found = network.run(picture[None])
        differences = [float(np.abs(a - b).mean()) for a, b in zip(found, wanted, strict=True)]
        if not all(d <= most for d, most in zip(differences, _TOLERANCES, strict=True)):
            raise ModelError(
                f"{path.name}: ONNX Runtime differs from torch by {max(differences):.2g}.",
                "Report it; the checkpoint holds the weights.",
            )
