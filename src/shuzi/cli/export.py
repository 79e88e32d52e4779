"""`shuzi export`."""

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from shuzi.cli.boundary import need_extra, stopped
from shuzi.cli.options import Data, Offline, among
from shuzi.errors import UsageError, one_of
from shuzi.output import say

FORMATS = {
    "onnx": "model.onnx",
    "keras": "export.keras",
    "torch": "export.safetensors",
    "tflite": "export.tflite",
    "int8": "int8.onnx",
    "ensemble": "ensemble.onnx",
}
"""Each format, and the file in the run folder that it is written to."""
OWN = ("model.onnx", "model.safetensors", "model.keras")
"""What training left in a run folder."""


@stopped("Nothing was written.")
def export(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN...", help="A folder that `train` wrote; of an ensemble, all."),
    ],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help=f"{one_of(list(FORMATS))}.",
            autocompletion=among(FORMATS),
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="By default in the run folder: export.keras, export.safetensors, export.tflite, "
            "int8.onnx or ensemble.onnx.",
        ),
    ] = None,
    data: Data = None,
    offline: Offline = False,
) -> None:
    """Write a run's model for another tool, or smaller, or several runs as one.

    onnx is what a run holds already. torch is safetensors that torch loads without shuzi; tflite is
    for phones. int8 takes 8-bit integers; the ranges come from the training images. An ensemble is
    one model that gives the mean of all runs' probabilities.

    Example: shuzi export runs/first --to keras -o first.keras

    Example: shuzi export runs/a runs/b runs/c --to ensemble -o three.onnx
    """
    _check(to, runs, output)
    run = runs[0]
    need_extra("train", "onnx", "torch", "safetensors", "matplotlib", "jinja2")
    if to == "onnx":
        _export_onnx(run, output)
        return
    output = output or run / FORMATS[to]
    if to == "keras":
        need_extra("keras", "keras")
        from shuzi.training.keras_export import export_keras

        export_keras(run, output)
    elif to == "torch":
        from shuzi.training.torch_export import export_torch

        export_torch(run, output)
    elif to == "tflite":
        need_extra("tflite", "keras", "litert_torch")
        from shuzi.training.keras_export import export_tflite

        export_tflite(run, output)
    elif to == "int8":
        _export_int8(run, output, data, offline)
    else:
        from shuzi.training.ensemble import export_ensemble

        export_ensemble(runs, output)
    say(f"Written to {output}")


def _check(to: str, runs: list[Path], output: Path | None) -> None:
    if to == "tfjs":
        raise UsageError(
            "--to tfjs: shuzi does not write TensorFlow.js's format, whose converter needs "
            "TensorFlow.",
            "A browser runs the run's model.onnx as it is, with onnxruntime-web; the documentation "
            "(Export) shows that, and the way by --to keras.",
        )
    if to not in FORMATS:
        raise UsageError(f"--to {to}: it must be {one_of(list(FORMATS))}.")
    if to != "ensemble" and len(runs) > 1:
        raise UsageError(f"--to {to} takes one run, {len(runs)} are given.", "Give one of them.")
    if output is None:
        return
    target = Path(os.path.realpath(output))
    if target.name in OWN and target.with_name("run.json").exists():
        raise UsageError(
            f"{output} is the run's own, without which it cannot be used any more.",
            "Give another name.",
        )


def _export_onnx(run: Path, output: Path | None) -> None:
    from shuzi.evaluation.report import open_run
    from shuzi.files import check_ending, write_atomically

    recogniser, _ = open_run(run)
    if output is None:
        say(f"{recogniser.path} is the model as ONNX; training wrote it there.")
        return
    check_ending(output, ".onnx")
    with write_atomically(output) as temporary:
        shutil.copyfile(recogniser.path, temporary)
    say(f"Written to {output}, a copy of {recogniser.path}")


def _export_int8(run: Path, output: Path, data: str | None, offline: bool) -> None:
    from shuzi.training.int8_export import export_int8

    found = export_int8(run, output, data=data, offline=offline)
    for name, size, accuracy in (
        ("model.onnx", found.bytes_before, found.accuracy_before),
        ("int8", found.bytes_after, found.accuracy_after),
    ):
        say(f"{name:10} {size / 1000:8.1f} kB  test accuracy {accuracy:.4f}")
