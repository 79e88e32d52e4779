"""A run's model in 8-bit integers: about a quarter of the bytes."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from shuzi.dataset import Dataset
from shuzi.evaluation.metrics import accuracy
from shuzi.evaluation.report import data_of_run, open_run, options_of
from shuzi.files import check_ending, write_atomically
from shuzi.recognise.engine import Recogniser
from shuzi.training.int8 import quantise

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
    offline: bool = False,
) -> Quantised:
    """Write a finished run's model with 8-bit weights and activations.

    The scales are per channel for weights, and for activations what training images give.

    Args:
        dataset: where the images come from; if None as `shuzi.evaluate` finds it.
        data: a file or folder of them, read as the run read its own.
        offline: never touch the network.

    Raises:
        UsageError: `output` does not end in .onnx.
        RunError, DataError, OutputError: see `shuzi.errors`.
    """
    check_ending(output, ".onnx")
    recogniser, record = open_run(run)
    if dataset is None:
        how = options_of(record.get("data")) if data else {}
        dataset = data_of_run(record, data, offline=offline, **how)
    dataset.check_test()
    images, labels = dataset.test_images, dataset.test_labels
    # Measured before it has its name: who stops that finds no file.
    with write_atomically(output) as temporary:
        temporary.write_bytes(_quantised(recogniser.path, dataset.train_images))
        return Quantised(
            bytes_before=recogniser.path.stat().st_size,
            bytes_after=temporary.stat().st_size,
            accuracy_before=accuracy(recogniser.predict(images), labels),
            accuracy_after=accuracy(Recogniser(temporary).predict(images), labels),
        )


def _quantised(model: Path, images: NDArray[np.uint8]) -> bytes:
    chosen = np.sort(np.random.default_rng(0).permutation(len(images))[:CALIBRATION])
    given = ({"images": images[chosen[i : i + BATCH]]} for i in range(0, len(chosen), BATCH))
    whole = onnx.load(model)
    program = quantise(whole, given, LAYERS)
    said = {prop.key: prop.value for prop in whole.metadata_props}
    note = {"quantised": f"int8, ranges from {len(chosen)} training images"}
    onnx.helper.set_model_props(program, said | note)
    return bytes(program.SerializeToString())
