"""A trained page network as ONNX, for reading."""

from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from shuzi.errors import ModelError
from shuzi.files import write_atomically
from shuzi.page.network import MULTIPLE, PageNetwork
from shuzi.training.export import to_onnx

_TOLERANCE = 1e-2
"""Of a probability."""
_MANY = 256
"""Values of a tensor that is worth halving."""


class _Probabilities(nn.Module):
    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        maps, turns = self.network(pictures)
        return maps.sigmoid(), turns.softmax(dim=1)


def save_page_onnx(network: nn.Module, path: Path) -> None:
    """The network with probabilities out, checked against the network itself.

    Raises:
        ModelError: ONNX Runtime's probabilities differ from the network's by more than 1e-2.
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
    _store_in_half(program)
    with write_atomically(path) as temporary:
        temporary.write_bytes(program.SerializeToString())
        _check(model, temporary)


def _store_in_half(program: onnx.ModelProto) -> None:
    """Keep the weights as float16, in place: half the bytes. They are float32 again when the model
    is loaded, so that it runs as fast."""
    casts = []
    for tensor in program.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < _MANY:
            continue
        name = tensor.name
        half = onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}.half")
        tensor.CopyFrom(half)
        casts.append(onnx.helper.make_node("Cast", [half.name], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *program.graph.node]
    del program.graph.node[:]
    program.graph.node.extend(nodes)


@torch.inference_mode()
def _check(model: nn.Module, path: Path) -> None:
    network = PageNetwork(path)
    rng = np.random.default_rng(0)
    for shape in ((1, MULTIPLE, 5 * MULTIPLE), (1, 6 * MULTIPLE, 2 * MULTIPLE)):
        pictures = rng.integers(0, 256, shape, dtype=np.uint8)
        wanted = [part.numpy() for part in model(torch.from_numpy(pictures))]
        found = network.run(pictures)
        difference = max(float(np.abs(a - b).max()) for a, b in zip(found, wanted, strict=True))
        if not difference <= _TOLERANCE:
            raise ModelError(
                f"{path.name}: ONNX Runtime differs from torch by {difference:.2g}.",
                "Report it; the checkpoint holds the weights.",
            )
