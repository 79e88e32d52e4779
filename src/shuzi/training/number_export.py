"""A trained number network as ONNX, for reading."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from shuzi.errors import ModelError
from shuzi.files import write_atomically
from shuzi.recognise.sequence import HEIGHT, SequenceRecogniser, pad, padded_width
from shuzi.training.export import to_onnx
from shuzi.training.int8 import quantise
from shuzi.training.number import Strings, fit_sequence_temperature

RANGES = 800
"""Strips that the ranges of 8-bit activations are taken from."""
_TOLERANCE = 1e-3
"""Of a log-probability."""
_TOGETHER = 16
"""Strips of like widths that are calibrated with together."""


class _LogProbabilities(nn.Module):
    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, strips: Tensor) -> Tensor:
        return torch.log_softmax(self.network(strips), dim=2)


def export_number(
    network: nn.Module, output: Path, ranges: Sequence[NDArray[np.uint8]], held_out: Strings
) -> float:
    """Write the network in 8-bit integers, calibrated after that; return the temperature.

    Args:
        ranges: strips, each uint8 (32, w), that the ranges of the activations are taken from.
        held_out: strings of writers that train nothing, that the temperature is fitted to.
    """
    with TemporaryDirectory() as folder:
        exact, rough = Path(folder, "exact.onnx"), Path(folder, "rough.onnx")
        save_number_onnx(network, exact)
        quantise_number(exact, rough, ranges)
        strips, labels = zip(*held_out, strict=True)
        tables = SequenceRecogniser(rough).log_probabilities(strips)
        temperature = fit_sequence_temperature([torch.from_numpy(t) for t in tables], labels)
        set_temperature(rough, output, temperature)
    return temperature


def save_number_onnx(network: nn.Module, path: Path) -> None:
    """The network with pixel scaling and softmax, checked against the network itself.

    Input `strips` uint8 (n, 32, w) with bright ink, w a multiple of 4; output `log_probabilities`
    float32 (n, w / 4, 17), the blank first.

    Raises:
        ModelError: ONNX Runtime's log-probabilities differ from the network's by more than 1e-3.
    """
    model = _LogProbabilities(network).cpu().eval()
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


def set_temperature(model: Path, output: Path, temperature: float) -> None:
    """The model with its logits divided by that, which an exported one can have without another
    export.

    Args:
        model: as `save_number_onnx` or `quantise_number` writes it.
    """
    program = onnx.load(model)
    nodes = program.graph.node
    (place,) = (i for i, node in enumerate(nodes) if node.op_type == "LogSoftmax")
    given, divisor, divided = nodes[place].input[0], "temperature", "divided"
    value = onnx.numpy_helper.from_array(np.array(temperature, np.float32), divisor)
    program.graph.initializer.append(value)
    nodes.insert(place, onnx.helper.make_node("Div", [given, divisor], [divided], name=divided))
    nodes[place + 1].input[0] = divided
    with write_atomically(output) as temporary:
        temporary.write_bytes(program.SerializeToString())


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


def quantise_number(model: Path, output: Path, strips: Sequence[NDArray[np.uint8]]) -> None:
    """The model with 8-bit weights, a scale for each channel, and 8-bit activations.

    Args:
        model: as `save_number_onnx` writes it.
        strips: each uint8 (32, w), that the ranges of the activations are taken from.
    """
    ordered = sorted(strips, key=lambda strip: strip.shape[1])
    parts = (ordered[i : i + _TOGETHER] for i in range(0, len(ordered), _TOGETHER))
    given = (
        {"strips": pad(part, padded_width(max(strip.shape[1] for strip in part)))} for part in parts
    )
    program = quantise(onnx.load(model), given)
    bits = "weights of 7 bits, a scale a channel"
    note = {"quantised": f"int8 ({bits}), ranges from {len(strips)} composed strips"}
    onnx.helper.set_model_props(program, note)
    with write_atomically(output) as temporary:
        temporary.write_bytes(program.SerializeToString())
