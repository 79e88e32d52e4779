"""One recipe with several seeds: a run folder each, of which those that are finished stay."""

from os import PathLike
from pathlib import Path
from typing import Any

from shuzi.dataset import Dataset
from shuzi.errors import Interrupted, RunError, way
from shuzi.training.recipes import Recipe
from shuzi.training.record import load_record
from shuzi.training.run import resume, train


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
        RunError: a folder there holds a run of another recipe or other data.
        Interrupted: it was stopped.
    """
    folders = [Path(out) / f"seed-{number}" for number in range(seed, seed + seeds)]
    for number, folder in enumerate(folders, seed):
        record = load_record(folder) if (folder / "run.json").exists() else None
        if record is not None:
            _check_same(folder, record, recipe, dataset)
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


def _check_same(folder: Path, record: dict[str, Any], recipe: Recipe, dataset: Dataset) -> None:
    for what, before, now in (
        ("recipe", Recipe.from_dict(record["recipe"]), recipe),
        ("data", record["data"]["fingerprint"], dataset.fingerprint),
    ):
        if before != now:
            raise RunError(
                f"{folder} holds a run with another {what}.",
                f"Choose another folder, {way('out', 'DIR')}.",
            )
