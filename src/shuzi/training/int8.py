"""An ONNX program in 32-bit floats -> the same in 8-bit integers."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from shuzi.training.export import bare

Inputs = dict[str, NDArray[np.uint8]]
"""What a program is given, by its inputs' names."""


def quantise(
    program: onnx.ModelProto,
    given: Iterable[Inputs],
    layers: Sequence[str] = ("Conv",),
    exact: Callable[[onnx.ModelProto], list[str]] = lambda program: [],
) -> onnx.ModelProto:
    """The program with 8-bit weights, a scale for each channel, and 8-bit activations.

    Args:
        given: inputs such as it will see: the ranges of its activations are taken from them.
        layers: the types of operators that are quantised.
        exact: the names of the nodes that are not, whatever their type.
    """
    with TemporaryDirectory() as folder:
        whole, prepared, done = (Path(folder) / name for name in ("whole", "prepared", "done"))
        onnx.save(program, whole)
        quant_pre_process(str(whole), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(done),
            _Given(given),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            # Weights of seven bits: of eight, processors without VNNI overflow.
            reduce_range=True,
            op_types_to_quantize=list(layers),
            nodes_to_exclude=exact(onnx.load(prepared)),
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return bare(onnx.load(done))


class _Given(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, given: Iterable[Inputs]) -> None:
        self._given = iter(given)

    def get_next(self) -> Inputs | None:
        return next(self._given, None)
