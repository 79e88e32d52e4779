"""One recipe with several seeds: a run folder each, of which those that are finished stay."""

import hashlib
from os import PathLike
from pathlib import Path
from typing import Any

from shuzi.card import checksum
from shuzi.dataset import Dataset
from shuzi.errors import Interrupted, RunError, way
from shuzi.evaluation.compare import setting_of
from shuzi.training.device import choose_device
from shuzi.training.recipes import Recipe
from shuzi.training.record import load_record
from shuzi.training.run import fit_to_keras, open_keras, resume, train
from shuzi.training.teacher import find_teacher

_NAMES = {"keras": "Keras model", "start": "model to start from"}


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
    start: Path | None = None,
    teacher: Path | None = None,
    precision: str = "auto",
    **_: Any,
) -> dict[str, Any]:
    """What all seeds have in common, as the record of each would say it."""
    given = None if keras is None else open_keras(keras)
    taught_by = find_teacher(recipe, teacher)
    device = choose_device(precision)
    record: dict[str, Any] = {
        "recipe": (recipe if given is None else fit_to_keras(recipe, given)).to_dict(),
        "data": {"fingerprint": dataset.fingerprint},
        "device": {"type": device.torch.type, "precision": device.precision},
    }
    if given is not None:
        sha256 = hashlib.sha256(given.content).hexdigest()
        record["keras"] = {"source": str(given.path), "sha256": sha256}
    if start is not None:
        record["start"] = {"model": str(start), "sha256": checksum(start)}
    if taught_by is not None:
        record["teacher"] = taught_by.record()
    return record


def _check_same(folder: Path, record: dict[str, Any], asked: dict[str, Any]) -> None:
    try:
        before, now = _deciding(record), _deciding(asked)
    except (KeyError, TypeError) as error:
        raise RunError(f"{folder / 'run.json'} cannot be read: {error}.") from error
    for what in before | now:
        if before.get(what) != now.get(what):
            raise RunError(
                f"{folder} holds a run with another {_NAMES.get(what, what)}.",
                f"Choose another folder, {way('out', 'DIR')}.",
            )


def _deciding(record: dict[str, Any]) -> dict[str, Any]:
    """What decides a run's weights beside its seed."""
    recipe, data = Recipe.from_dict(record["recipe"]), record["data"]["fingerprint"]
    return {"recipe": recipe, "data": data} | setting_of(record)
