"""A run's model in 8-bit integers: about a quarter of the bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from shuzi.dataset import Dataset
from shuzi.evaluation.metrics import accuracy
from shuzi.evaluation.report import data_of_run, open_run
from shuzi.files import check_ending, write_atomically
from shuzi.recognise.engine import Recogniser
from shuzi.training.export import bare

CALIBRATION = 2048
"""Training images that the ranges of the activations are taken from."""
BATCH = 256
LAYERS = ("Conv", "Gemm", "MatMul")
"""What is quantised: the probabilities stay float32."""


@dataclass(frozen=True, slots=True)
class Quantised:
    """What was written: bytes of both files, and their accuracies on the test images."""

    bytes_before: int
    bytes_after: int
    accuracy_before: float
    accuracy_after: float


def export_int8(
    run: Path,
    output: Path,
    *,
    dataset: Dataset | None = None,
    data: str | PathLike[str] | None = None,
) -> Quantised:
    """Write a finished run's model with 8-bit weights and activations.

    The scales are per channel for weights, and for activations what training images give.

    Args:
        dataset: where the images come from; if None as `shuzi.evaluate` finds it.

    Raises:
        UsageError: `output` does not end in .onnx.
        RunError, DataError, OutputError: see `shuzi.errors`.
    """
    check_ending(output, ".onnx")
    recogniser, record = open_run(run)
    if dataset is None:
        dataset = data_of_run(record, data)
    dataset.check_test()
    with write_atomically(output) as temporary:
        _quantise(recogniser.path, temporary, dataset.train_images)
    quantised = Recogniser(output)
    images, labels = dataset.test_images, dataset.test_labels
    return Quantised(
        bytes_before=recogniser.path.stat().st_size,
        bytes_after=output.stat().st_size,
        accuracy_before=accuracy(recogniser.predict(images), labels),
        accuracy_after=accuracy(quantised.predict(images), labels),
    )


def _quantise(model: Path, output: Path, images: NDArray[np.uint8]) -> None:
    chosen = np.random.default_rng(0).permutation(len(images))[:CALIBRATION]
    with TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(model), str(prepared))
        quantize_static(
            str(prepared),
            str(output),
            _Batches(images[np.sort(chosen)]),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            op_types_to_quantize=list(LAYERS),
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
    program = bare(onnx.load(output))
    note = {"quantised": f"int8, ranges from {len(chosen)} training images"}
    onnx.helper.set_model_props(program, _properties(onnx.load(model)) | note)
    output.write_bytes(program.SerializeToString())


def _properties(model: onnx.ModelProto) -> dict[str, str]:
    return {prop.key: prop.value for prop in model.metadata_props}


class _Batches(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, images: NDArray[np.uint8]) -> None:
        self._batches: Iterator[dict[str, Any]] = (
            {"images": images[i : i + BATCH]} for i in range(0, len(images), BATCH)
        )

    def get_next(self) -> dict[str, Any] | None:
        return next(self._batches, None)
