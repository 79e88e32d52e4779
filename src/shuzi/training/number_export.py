"""A trained number network as ONNX, for reading."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from shuzi.errors import ModelError
from shuzi.files import write_atomically
from shuzi.recognise.sequence import HEIGHT
from shuzi.recognise.session import open_session
from shuzi.training.export import to_onnx

_TOLERANCE = 1e-3
"""Of a log-probability."""


class _LogProbabilities(nn.Module):
    def __init__(self, network: nn.Module, temperature: float) -> None:
        super().__init__()
        self.network = network
        self.temperature = temperature

    def forward(self, strips: Tensor) -> Tensor:
        return torch.log_softmax(self.network(strips) / self.temperature, dim=2)


def save_number_onnx(network: nn.Module, path: Path, temperature: float = 1.0) -> None:
    """The network with pixel scaling and softmax, checked against the network itself.

    Input `strips` uint8 (n, 32, w) with bright ink, w a multiple of 4; output `log_probabilities`
    float32 (n, w / 4, 11), the blank first.

    Args:
        temperature: the logits are divided by it.

    Raises:
        ModelError: ONNX Runtime's log-probabilities differ from the network's by more than 1e-3.
    """
    model = _LogProbabilities(network, temperature).cpu().eval()
    quarter = torch.export.Dim("quarter", min=2, max=4096)
    program = to_onnx(
        model,
        torch.zeros((2, HEIGHT, 64), dtype=torch.uint8),
        ("strips", {0: torch.export.Dim("n", min=1), 2: 4 * quarter}),
        "log_probabilities",
    )
    with write_atomically(path) as temporary:
        temporary.write_bytes(program.SerializeToString())
        _check(model, temporary)


@torch.inference_mode()
def _check(model: nn.Module, path: Path) -> None:
    session = open_session(path, 1)
    rng = np.random.default_rng(0)
    for n, width in ((1, 32), (3, 96), (2, 512)):
        strips = rng.integers(0, 256, (n, HEIGHT, width), dtype=np.uint8)
        wanted = model(torch.from_numpy(strips)).numpy()
        (found,) = session.run(None, {"strips": strips})
        difference = float(np.abs(found - wanted).max())
        if not difference <= _TOLERANCE:
            raise ModelError(
                f"{path.name}: ONNX Runtime differs from torch by {difference:.2g}.",
                "Report it; the checkpoint holds the weights.",
            )
