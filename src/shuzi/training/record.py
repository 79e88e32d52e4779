"""run.json: what was trained, on which data, with what, where, and how long it took."""

import json
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

import shuzi
from shuzi.dataset import Dataset
from shuzi.errors import RunError
from shuzi.files import write_atomically
from shuzi.training.device import Device
from shuzi.training.recipes import Recipe

_FILE = "run.json"


def new_record(recipe: Recipe, seed: int, dataset: Dataset, device: Device) -> dict[str, Any]:
    """The record of a run that starts now."""
    return {
        "status": "running",
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "recipe": recipe.to_dict(),
        "seed": seed,
        "data": {
            "name": dataset.name,
            "source": dataset.source,
            "train": len(dataset.train_labels),
            "test": len(dataset.test_labels),
            "fingerprint": dataset.fingerprint,
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


def save_record(run: Path, record: dict[str, Any]) -> None:
    with write_atomically(run / _FILE) as temporary:
        temporary.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")


def load_record(run: Path) -> dict[str, Any]:
    """The record of the run folder `run`.

    Raises:
        RunError: it is not a run folder, or its record cannot be understood.
    """
    path = run / _FILE
    if not path.is_file():
        raise RunError(f"{run} is not a run folder: it has no {_FILE}.")
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if not {"recipe", "seed", "data", "device", "seconds"} <= set(record):
            raise ValueError("a part of it is missing")
    except (OSError, ValueError, TypeError) as error:
        raise RunError(f"{path} cannot be read: {error}") from error
    return dict(record)


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
