"""`shuzi export`."""

from pathlib import Path
from typing import Annotated

import typer

from shuzi.cli.boundary import need_extra, stopped
from shuzi.cli.options import Data
from shuzi.errors import UsageError
from shuzi.output import say


@stopped("Nothing was written.")
def export(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN...", help="A folder that `train` wrote; of an ensemble, all."),
    ],
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="keras, int8 or ensemble.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="RUN/export.keras, RUN/int8.onnx or RUN/ensemble.onnx.",
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Write a run's model for another tool, or smaller, or several runs as one.

    int8 takes 8-bit integers; the ranges come from the training images.
    An ensemble is one model that gives the mean of all runs' probabilities.

    Example: shuzi export runs/first --to keras -o first.keras

    Example: shuzi export runs/a runs/b runs/c --to ensemble -o three.onnx
    """
    run = runs[0]
    if to not in ("keras", "int8", "ensemble"):
        raise UsageError(f"--to {to}: it must be keras, int8 or ensemble.")
    if to != "ensemble" and len(runs) > 1:
        raise UsageError(f"--to {to} takes one run, {len(runs)} are given.", "Give one of them.")
    output = output or run / {"keras": "export.keras"}.get(to, f"{to}.onnx")
    if to == "keras":
        _export_keras(run, output)
    elif to == "int8":
        _export_int8(run, output, data)
    else:
        _export_ensemble(runs, output)
    say(f"Written to {output}")


def _export_ensemble(runs: list[Path], output: Path) -> None:
    need_extra("train", "onnx", "matplotlib", "jinja2")
    from shuzi.training.ensemble import export_ensemble

    export_ensemble(runs, output)


def _export_keras(run: Path, output: Path) -> None:
    need_extra("keras", "keras", "torch", "safetensors", "matplotlib")
    from shuzi.training.keras_export import export_keras

    export_keras(run, output)


def _export_int8(run: Path, output: Path, data: str | None) -> None:
    need_extra("train", "onnx", "matplotlib", "jinja2")
    from shuzi.training.quantise import export_int8

    found = export_int8(run, output, data=data)
    for name, size, accuracy in (
        ("model.onnx", found.bytes_before, found.accuracy_before),
        ("int8", found.bytes_after, found.accuracy_after),
    ):
        say(f"{name:10} {size / 1000:8.1f} kB  test accuracy {accuracy:.4f}")
