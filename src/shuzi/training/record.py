"""run.json: what was trained, on which data, with what, where, and how long it took."""

import json
import platform
import reprlib
import shlex
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

import shuzi
from shuzi.dataset import Dataset
from shuzi.errors import MOST_THREADS, RunError, way
from shuzi.files import read_json, write_atomically
from shuzi.training.device import Device, choose_device
from shuzi.training.recipes import PAGE, RECIPES, Recipe

_FILE = "run.json"
_KINDS = {dict: "an object", str: "text", int: "a whole number"}
_NEEDED: dict[str, type] = {
    "recipe": dict,
    "seed": int,
    "data.source": str,
    "data.fingerprint": dict,
    "device.type": str,
    "device.precision": str,
    "device.threads": int,
    "seconds": dict,
}
"""What `load_record` makes sure of, by its place in the record."""
_OPTIONAL = {"start", "teacher"}
"""Parts that, where they are, name a model."""


def new_record(recipe: Recipe, seed: int, dataset: Dataset, device: Device) -> dict[str, Any]:
    """The record of a run that starts now."""
    return {
        "status": "running",
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "recipe": recipe.to_dict(),
        "applies": recipe.applying(),
        "seed": seed,
        "data": {
            "name": dataset.name,
            "source": dataset.source,
            "form": dataset.form,
            "train": len(dataset.train_labels),
            "test": len(dataset.test_labels),
            "validation": len(dataset.validation_labels),
            "validation_source": dataset.validation_source,
            "fingerprint": dataset.fingerprint,
            "orientation": dataset.orientation._asdict(),
            "normalise": dataset.normalise,
        },
        "device": {
            "type": device.torch.type,
            "name": device.description,
            "precision": device.precision,
            "threads": torch.get_num_threads(),
        },
        "versions": {
            "shuzi": shuzi.__version__,
            "python": platform.python_version(),
            **{name: version(name) for name in ("torch", "numpy", "onnx", "onnxruntime")},
        },
        "git_commit": _git_commit(),
        "seconds": {},
    }


def command_of(record: dict[str, Any]) -> str | None:
    """The command that trains the same again; None where there is none: the data was in memory, the
    recipe has a name of its own, or another model was trained further.

    Args:
        record: of a run that begins.
    """
    recipe, about = Recipe.from_dict(record["recipe"]), record["data"]
    usual = (RECIPES | {PAGE.name: PAGE}).get(recipe.name)
    if usual is None or about["source"] == "memory" or "start" in record:
        return None
    words = ["shuzi", "train", recipe.name, "--data", about["source"]]
    before = usual.to_dict()
    for name, value in recipe.to_dict().items():
        if value != before[name]:
            said = ",".join(map(str, value)) if isinstance(value, list) else value
            words += [
                "--set",
                f"{name}={said}".replace("=True", "=true").replace("=False", "=false"),
            ]
    words += ["--seed", str(record["seed"])]
    words += [f"--{name}" for name, wanted in about["orientation"].items() if wanted]
    if about["normalise"] is not None:
        words.append("--normalise" if about["normalise"] else "--no-normalise")
    if about["validation_source"] is not None:
        words += ["--validation", about["validation_source"]]
    if "keras" in record:
        words += ["--keras", record["keras"]["source"]]
    if "teacher" in record:
        words += ["--teacher", record["teacher"]["model"]]
    if record["device"]["precision"] != choose_device("auto").precision:
        words += ["--precision", record["device"]["precision"]]
    return shlex.join(words)


def save_record(run: Path, record: dict[str, Any]) -> None:
    with write_atomically(run / _FILE) as temporary:
        text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
        temporary.write_text(text, encoding="utf-8")


def load_record(run: Path) -> dict[str, Any]:
    """The record of the run folder `run`.

    Raises:
        RunError: it is not a run folder, or its record cannot be understood.
    """
    path = run / _FILE
    if not path.exists():
        raise RunError(f"{run} is not a run folder: it has no {_FILE}.", _anew(run))
    try:
        record = read_json(path)
        _check_record(record)
    except (OSError, ValueError) as error:
        raise RunError(f"{path} cannot be read: {error}") from error
    return dict(record)


def _anew(run: Path) -> str:
    """What to do without a record: of a run, it is the first that is written."""
    if not run.is_dir():
        return RunError.usual
    return (
        f"If its training was ended before it began, train anew, with {way('out', run)}. "
        f"Else: {RunError.usual[0].lower()}{RunError.usual[1:]}"
    )


def _check_record(record: Any) -> None:
    """Refuse (with a ValueError) what lacks a value that a run needs to go on."""
    if not isinstance(record, dict):
        raise ValueError("it is not an object")
    for place, kind in _NEEDED.items():
        value = _value(record, place)
        if type(value) is not kind:
            raise ValueError(f"its {place} is {reprlib.repr(value)}, not {_KINDS[kind]}")
    for part in _OPTIONAL & set(record):
        if type(value := _value(record, f"{part}.model")) is not str:
            raise ValueError(f"its {part}.model is {reprlib.repr(value)}, not text")
    if record["seed"] < 0 or not 1 <= record["device"]["threads"] <= MOST_THREADS:
        raise ValueError("its seed or its threads are out of range")


def _value(record: dict[str, Any], place: str) -> Any:
    value: Any = record
    for name in place.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _git_commit() -> str | None:
    """Of the checkout that the code runs from; None for an installed package."""
    try:
        found = subprocess.run(
            ["git", "-C", Path(__file__).parent, "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return found.stdout.strip()
