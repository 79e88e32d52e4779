"""A trained number network as ONNX, for reading."""

import logging
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from shuzi.errors import ModelError
from shuzi.files import write_atomically
from shuzi.sequence import HEIGHT, SequenceRecogniser

_OPSET = 18
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
    program = _export(model)
    with write_atomically(path) as temporary:
        temporary.write_bytes(program)
        _check(model, temporary)


def _export(model: nn.Module) -> bytes:
    quarter = torch.export.Dim("quarter", min=2, max=4096)
    shapes = {"strips": {0: torch.export.Dim("n", min=1), 2: 4 * quarter}}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        # The exporter warns of its own dependencies' deprecations.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            model,
            (torch.zeros((2, HEIGHT, 64), dtype=torch.uint8),),
            input_names=["strips"],
            output_names=["log_probabilities"],
            dynamic_shapes=shapes,
            opset_version=_OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    return bytes(program.model_proto.SerializeToString())


@torch.inference_mode()
def _check(model: nn.Module, path: Path) -> None:
    recogniser = SequenceRecogniser(path)
    rng = np.random.default_rng(0)
    for n, width in ((1, 32), (3, 96), (2, 512)):
        strips = rng.integers(0, 256, (n, HEIGHT, width), dtype=np.uint8)
        wanted = model(torch.from_numpy(strips)).numpy()
        difference = float(np.abs(recogniser.run(strips) - wanted).max())
        if not difference <= _TOLERANCE:
            raise ModelError(
                f"{path.name}: ONNX Runtime differs from torch by {difference:.2g}.",
                "Report it; the checkpoint holds the weights.",
            )
