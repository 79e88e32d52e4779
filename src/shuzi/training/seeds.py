"""One recipe with several seeds: a run folder each, of which those that are finished stay."""

import hashlib
from os import PathLike
from pathlib import Path
from typing import Any

from shuzi.dataset import Dataset
from shuzi.errors import Interrupted, RunError, way
from shuzi.training.device import choose_device
from shuzi.training.recipes import Recipe
from shuzi.training.record import load_record
from shuzi.training.run import fit_to_keras, open_keras, resume, train
from shuzi.training.teacher import find_teacher


def train_seeds(
    recipe: Recipe,
    seeds: int,
    *,
    dataset: Dataset,
    out: str | PathLike[str],
    seed: int = 0,
    verbose: int = 1,
    **options: Any,
) -> list[Path]:
    """Train with each of some seeds into `seed-0` and so on of a folder, and return these.

    Called again with the same folder it goes on where it was stopped.

    Args:
        seed: the first one; the others follow it.
        options: as `shuzi.training.run.train` takes them.

    Raises:
        RunError: a folder there holds a run that differs in more than its seed.
        Interrupted: it was stopped.
    """
    folders = [Path(out) / f"seed-{number}" for number in range(seed, seed + seeds)]
    asked = _asked(recipe, dataset, **options)
    for number, folder in enumerate(folders, seed):
        record = load_record(folder) if (folder / "run.json").exists() else None
        if record is not None:
            _check_same(folder, record, asked)
        if record is not None and record.get("status") == "finished":
            continue
        if verbose:
            print(f"Seed {number}, {folders.index(folder) + 1} of {seeds}", flush=True)
        try:
            if record is not None:
                resume(folder, dataset=dataset, verbose=verbose)
            else:
                train(recipe, dataset=dataset, out=folder, seed=number, verbose=verbose, **options)
        except Interrupted as error:
            raise Interrupted(
                error.message, f"Go on: the same command again, with {way('out', out)}."
            ) from None
    return folders


def _asked(
    recipe: Recipe,
    dataset: Dataset,
    *,
    keras: Any = None,
    teacher: Path | None = None,
    precision: str = "auto",
    **_: Any,
) -> dict[str, Any]:
    """What all seeds have in common, as their records would say it."""
    given = None if keras is None else open_keras(keras)
    taught_by = find_teacher(recipe, teacher)
    return {
        "recipe": recipe if given is None else fit_to_keras(recipe, given),
        "data": dataset.fingerprint,
        "Keras model": None if given is None else hashlib.sha256(given.content).hexdigest(),
        "teacher": None if taught_by is None else taught_by.record()["sha256"],
        "precision": choose_device(precision).precision,
    }


def _check_same(folder: Path, record: dict[str, Any], asked: dict[str, Any]) -> None:
    before = {
        "recipe": Recipe.from_dict(record["recipe"]),
        "data": record["data"]["fingerprint"],
        "Keras model": (record.get("keras") or {}).get("sha256"),
        "teacher": (record.get("teacher") or {}).get("sha256"),
        "precision": record["device"]["precision"],
    }
    for what, now in asked.items():
        if before[what] != now:
            raise RunError(
                f"{folder} holds a run with another {what}.",
                f"Choose another folder, {way('out', 'DIR')}.",
            )
