"""Several runs as one model: the mean of their probabilities."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper
from onnx.compose import add_prefix

from shuzi.card import checksum, save_card
from shuzi.errors import RunError, UsageError, way
from shuzi.evaluation.calibration import UNCALIBRATED
from shuzi.evaluation.report import open_run
from shuzi.files import check_ending, read_json, write_atomically
from shuzi.training.export import describe
from shuzi.training.recipes import Recipe
from shuzi.training.record import load_record


def export_ensemble(runs: Sequence[Path], output: Path) -> None:
    """Write one model whose probabilities are the mean of the runs', and its card.

    Raises:
        UsageError: there are fewer than two runs, one is given twice, or `output` does not end in
            .onnx, or its card would be written over another file.
        RunError: one has not finished, or knows other outcomes than the first.
        ModelError, OutputError: see `shuzi.errors`.
    """
    check_ending(output, ".onnx")
    _check_card(output)
    if len({os.path.realpath(run) for run in runs}) < max(2, len(runs)):
        raise UsageError("An ensemble takes two runs or more, each once.", "Name them all.")
    for run in runs:
        open_run(run)
    records = [load_record(run) for run in runs]
    recipes = [Recipe.from_dict(record["recipe"]) for record in records]
    _check(runs, recipes)
    models = [onnx.load(run / "model.onnx", load_external_data=False) for run in runs]
    with write_atomically(output) as temporary:
        temporary.write_bytes(mean_of(models).SerializeToString())
    members = {str(run): _member(run, record) for run, record in zip(runs, records, strict=True)}
    save_card(output, {"model": output.name, "ensemble": "the members' mean", "members": members})


def mean_of(models: Sequence[onnx.ModelProto]) -> onnx.ModelProto:
    """One model that gives the mean of the models' probabilities for the same images."""
    members = [add_prefix(model, f"{i}.", rename_inputs=False) for i, model in enumerate(models)]
    graphs = [member.graph for member in members]
    outputs = [graph.output[0].name for graph in graphs]
    program = helper.make_model(
        helper.make_graph(
            [
                *(node for graph in graphs for node in graph.node),
                helper.make_node("Mean", outputs, ["probabilities"]),
            ],
            "ensemble",
            [graphs[0].input[0]],
            [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 10])],
            [tensor for graph in graphs for tensor in graph.initializer],
        ),
        opset_imports=models[0].opset_import,
        ir_version=models[0].ir_version,
    )
    helper.set_model_props(program, describe(UNCALIBRATED) | {"members": str(len(models))})
    return program


def _check_card(output: Path) -> None:
    """Refuse to write a card over what is none of an ensemble: results.json, a run's run.json."""
    card, page = output.with_suffix(".json"), output.with_suffix(".md")
    with suppress(OSError, ValueError, TypeError):
        if "ensemble" in read_json(card):
            return
    for file in (card, page):
        if file.exists():
            raise UsageError(
                f"{file} is there; the card of {output.name} is not written over it.",
                "Give another name.",
            )


def _check(runs: Sequence[Path], recipes: Sequence[Recipe]) -> None:
    known = [recipe.outcomes for recipe in recipes]
    for run, outcomes in zip(runs, known, strict=True):
        if outcomes != known[0]:
            raise RunError(
                f"{run} knows {outcomes} outcomes, {runs[0]} knows {known[0]}.",
                f"All must know what is not a digit ({way('set', 'marks=...')}), or none of them.",
            )


def _member(run: Path, record: dict[str, Any]) -> dict[str, Any]:
    return {
        "recipe": record["recipe"].get("name"),
        "seed": record["seed"],
        "sha256": checksum(run / "model.onnx"),
    }
