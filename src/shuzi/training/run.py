"""A training run: from a recipe and a dataset to a run folder."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from os import PathLike
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import torch

from shuzi.card import checksum
from shuzi.dataset import Dataset, check_dataset, load_data
from shuzi.errors import (
    MOST_THREADS,
    DivergedError,
    Interrupted,
    OutputError,
    RecipeError,
    RunError,
    UsageError,
    check_paths,
    way,
    whole,
)
from shuzi.evaluation.calibration import UNCALIBRATED, Calibration, fit_calibration
from shuzi.evaluation.figures import curves
from shuzi.evaluation.findings import to_text
from shuzi.evaluation.orientation import complain, describe, look_at, remark
from shuzi.evaluation.report import options_of
from shuzi.evaluation.webpage import write_page
from shuzi.files import check_name, is_empty, remove_unfinished, write_atomically
from shuzi.training.beside import names_beside, with_sets_beside
from shuzi.training.checkpoint import load_checkpoint, save_checkpoint
from shuzi.training.device import Device, choose_device
from shuzi.training.diagnosis import diagnose, diagnose_divergence
from shuzi.training.drawer import Drawer
from shuzi.training.export import save_onnx, save_weights
from shuzi.training.history import Epoch, best_epoch, is_over, to_csv
from shuzi.training.loop import Build, Trainer, split_dataset
from shuzi.training.networks import build
from shuzi.training.number import HELD_OUT, VALIDATION, NumberTrainer
from shuzi.training.number_export import RANGES, export_number
from shuzi.training.page import Composer, PageTrainer
from shuzi.training.page_export import save_page_onnx
from shuzi.training.progress import Reporter, announce, announce_samples
from shuzi.training.recipes import COMPOSED, Recipe, Settings, find_recipe
from shuzi.training.record import command_of, load_record, new_record, save_record
from shuzi.training.start import load_start
from shuzi.training.teacher import find_teacher, same_teacher

if TYPE_CHECKING:
    from shuzi.training.keras_import import KerasModel


MOST_SEED = 2**64 - 1
"""That torch takes."""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: its folder, what each epoch gave, and the kind of network."""

    folder: Path
    history: tuple[Epoch, ...]
    network: str = "dense"


def train(
    recipe: Recipe | str = "tutorial",
    *,
    dataset: Dataset | None = None,
    out: str | PathLike[str] | None = None,
    seed: int = 0,
    settings: Settings = (),
    precision: str = "auto",
    threads: int | None = None,
    keras: Any = None,
    start: Path | None = None,
    teacher: Path | None = None,
    verbose: int = 1,
) -> Run:
    """Train a recipe and leave everything about it in a run folder.

    The same recipe, data, seed, machine and number of threads give the same weights.

    Args:
        recipe: a recipe or the name of one.
        dataset: what to train on; MNIST, found or downloaded, if None.
        out: the run folder, new or empty; runs/<recipe>-<time> if None.
        settings: changes to the recipe, `{"epochs": 10, "hidden": (256, 256)}`, or as the command
            line takes them, `["epochs=10", "hidden=256,256"]`.
        precision: auto, bf16 or fp32.
        threads: for torch; its own choice if None.
        keras: a `keras.Sequential` of Keras 3, or the path of a `.keras` file with one. It is
            trained from its weights instead of the recipe's network, and written to model.keras in
            the run folder; a Sequential itself has the trained weights then, as after `fit`.
        start: a model.onnx with its card beside it, whose weights are trained further.
        teacher: a model.onnx or a run folder, for recipes that learn from one.
        verbose: 0 silent, 1 lines and a bar, 2 lines; with some, it is said if the images look
            inverted or transposed, and if the training stays at chance.

    Raises:
        UsageError, RecipeError, DataError, ModelError, DivergedError, OutputError: see
            `shuzi.errors`.
    """
    seed = whole("seed", seed, 0, MOST_SEED)
    threads = threads if threads is None else whole("threads", threads, 1, MOST_THREADS)
    check_dataset(dataset)
    check_paths(out=out, start=start, teacher=teacher)
    recipe = recipe if isinstance(recipe, Recipe) else find_recipe(str(recipe))
    recipe = recipe.with_settings(settings)
    if recipe.network in COMPOSED and any(part is not None for part in (keras, start, teacher)):
        raise UsageError(
            f"The recipe {recipe.name} begins with its own network, and learns from no other."
        )
    given = None if keras is None else open_keras(keras)
    if given is not None:
        recipe = fit_to_keras(recipe, given)
    device = choose_device(precision)
    if threads is not None:
        torch.set_num_threads(threads)
    taught_by = find_teacher(recipe, teacher)
    dataset = dataset if dataset is not None else load_data(progress=verbose > 0)
    _check_held_out(recipe, dataset)
    folder = _make_folder(out, recipe)
    record = new_record(recipe, seed, dataset, device)
    look = look_at(dataset.train_images, dataset.train_labels)
    if look is not None:
        record["data"]["looks"] = look.found._asdict()
    source, how = dataset.source, dataset.orientation
    if verbose:
        if said := remark(look, dataset.train_images, source, how):
            complain(said)
        elif look and dataset.form != "arrays" and not dataset.is_mnist:
            complain(describe(look, f"The images of {source}"))
    if given is not None:
        record["keras"] = _keep_keras(folder, given)
        record["applies"] = recipe.applying(own_network=False)
    if start is not None:
        record["start"] = {"model": str(start.absolute()), "sha256": checksum(start)}
    if taught_by is not None:
        record["teacher"] = taught_by.record()
    record["command"] = command_of(record)
    save_record(folder, record)
    run = _go_on(folder, record, dataset, verbose)
    if given is not None:
        from shuzi.training.keras_import import give_back

        give_back(keras, folder)
    return run


def resume(
    run: str | PathLike[str],
    *,
    dataset: Dataset | None = None,
    data: str | PathLike[str] | None = None,
    verbose: int = 1,
) -> Run:
    """Go on with an interrupted run; it ends with the weights of an uninterrupted one.

    Args:
        dataset: the run's data, if it is not a file.
        data: where the data is now, if it is not where the run found it.

    Raises:
        RunError: it is not a run folder, or the data is other data.
    """
    folder = Path(run)
    record = load_record(folder)
    if "start" in record:
        raise RunError(f"{folder} went on from another model.", "Begin it again; it is short.")
    if dataset is None:
        about = record["data"]
        held_out = about.get("validation_source")
        dataset = load_data(
            data or about["source"],
            validation=held_out if isinstance(held_out, str) else None,
            **options_of(about),
        )
    if dataset.fingerprint != record["data"]["fingerprint"]:
        raise RunError(
            f"{folder} was trained on other data than {dataset.source}.",
            f"Give the same data to {way('data')}.",
        )
    remove_unfinished(folder)
    return _go_on(folder, record, dataset, verbose)


def _check_held_out(recipe: Recipe, dataset: Dataset) -> None:
    """Refuse what looks at a validation part where there is none."""
    has_some = recipe.validation_split > 0 or len(dataset.validation_labels) > 0
    if not has_some and (recipe.keep == "best" or recipe.patience):
        raise RecipeError(
            "keep=best and patience look at the validation, and no images are held out.",
            f"Hold some out, {way('set', 'validation_split=0.1')}, or give some of your own to "
            f"{way('validation')}.",
        )


def _go_on(folder: Path, record: dict[str, Any], dataset: Dataset, verbose: int) -> Run:
    recipe = Recipe.from_dict(record["recipe"])
    try:
        announce(recipe, verbose)
        if recipe.network in COMPOSED:
            train_composed = _train_page if recipe.network == "page" else _train_number
            return Run(folder, tuple(train_composed(folder, record, verbose)), recipe.network)
        trainer = _make_trainer(folder, record, dataset)
        ended = is_over(trainer.history, recipe.patience)
        if verbose and (ended or len(trainer.history) == recipe.epochs):
            print("Nothing is left to train.", flush=True)
        else:
            announce_samples(len(trainer.train), len(trainer.validation), verbose)
        try:
            _train_epochs(trainer, folder, len(trainer.train), verbose)
        except DivergedError as error:
            raise _diverged(trainer, folder, record, error) from error
        said = _choose(trainer, record)
        if verbose and said:
            print(said, flush=True)
        record["diagnosis"] = found = diagnose(trainer, dataset)
        if verbose and found:
            complain(to_text(found))
        _finish(trainer, folder, record)
    except KeyboardInterrupt:
        raise Interrupted(
            f"Interrupted. What {folder} holds is whole.",
            f"Go on with: {way('resume', folder)}",
        ) from None
    return Run(folder, tuple(trainer.history), recipe.network)


def _diverged(
    trainer: Trainer, folder: Path, record: dict[str, Any], error: DivergedError
) -> DivergedError:
    """The error with what was measured, which the record and the report have too."""
    found = diagnose_divergence(trainer)
    record |= {"status": "diverged", "diagnosis": found}
    save_record(folder, record)
    _draw(folder, trainer.history)
    write_page(folder / "report.html", str(folder), record, folder)
    return DivergedError(to_text(found)) if found else error


def _train_page(folder: Path, record: dict[str, Any], verbose: int) -> list[Epoch]:
    """The page network, from the folder's checkpoint on; its model, and what each epoch gave."""
    recipe, device = Recipe.from_dict(record["recipe"]), _same_device(folder, record)
    source = record["data"]["source"]
    with Composer(Path(source), record["seed"], _composers()) as composer:
        trainer = PageTrainer(recipe, record["seed"], device, composer)
        trainer.history += load_checkpoint(folder, trainer.state)
        _train_epochs(trainer, folder, recipe.crops, verbose)
        pictures = trainer.held_out_pictures()
    _save_trained(trainer, folder)
    save_page_onnx(trainer.trained, folder / "model.onnx", pictures)
    _conclude(folder, record, trainer.history)
    return trainer.history


def _train_number(folder: Path, record: dict[str, Any], verbose: int) -> list[Epoch]:
    """The number network, from the folder's checkpoint on, as the page network."""
    recipe, device = Recipe.from_dict(record["recipe"]), _same_device(folder, record)
    source, seed, strips = Path(record["data"]["source"]), record["seed"], folder / "strips"
    sizes = {"size": recipe.strings, "parts": recipe.parts, "workers": _composers()}
    with Drawer(source, **sizes, seed=seed, folder=strips) as drawer:
        held_out = drawer.held_out(min(HELD_OUT, recipe.strings))
        trainer = NumberTrainer(recipe, seed, device, drawer, held_out[:VALIDATION])
        trainer.history += load_checkpoint(folder, trainer.state)
        _train_epochs(trainer, folder, recipe.strings, verbose)
        ranges = [strip for strip, _ in drawer(1)[:RANGES]]
    _save_trained(trainer, folder)
    temperature = export_number(trainer.trained, folder / "model.onnx", ranges, held_out)
    _conclude(folder, record | {"temperature": temperature}, trainer.history)
    rmtree(strips)
    return trainer.history


def _composers() -> int:
    """Processes that compose while one trains: a core each."""
    return max(1, (os.cpu_count() or 1) - 1)


def _save_trained(trainer: Trainer | PageTrainer | NumberTrainer, folder: Path) -> None:
    _draw(folder, trainer.history)
    save_weights(trainer.trained, folder / "model.safetensors")


def _make_trainer(folder: Path, record: dict[str, Any], dataset: Dataset) -> Trainer:
    """A trainer in the state of the folder's checkpoint, or a new one without any."""
    recipe, device = Recipe.from_dict(record["recipe"]), _same_device(folder, record)
    given = len(dataset.validation_labels) > 0 or not Path(dataset.source).exists()
    if recipe.beside and "start" not in record and not given:
        record["data"]["beside"] = names_beside(dataset)
        dataset = with_sets_beside(dataset, recipe.beside, record["seed"])
    parts = split_dataset(dataset, recipe, device.torch, record["seed"])
    teacher = same_teacher(record["teacher"]) if "teacher" in record else None
    builder = _builder(folder, record)
    trainer = Trainer(recipe, record["seed"], device, *parts, builder, teacher)
    trainer.history += load_checkpoint(folder, trainer.state)
    return trainer


def _same_device(folder: Path, record: dict[str, Any]) -> Device:
    """The device that the run was begun on, with as many threads."""
    device = choose_device(record["device"]["precision"])
    if device.torch.type != record["device"]["type"]:
        raise RunError(
            f"{folder} was begun on {record['device']['type']}, this is {device.torch.type}.",
            "Resume it on the machine where it began.",
        )
    torch.set_num_threads(record["device"]["threads"])
    return device


def _builder(folder: Path, record: dict[str, Any]) -> Build:
    if "start" in record:
        model = load_start(Path(record["start"]["model"]))
        return lambda recipe, seed, masks: model.network(masks)
    if "keras" not in record:
        return build
    from shuzi.training.keras_import import GIVEN, KerasModel

    given = KerasModel(folder / GIVEN)
    return lambda recipe, seed, masks: given.network(recipe, masks)


def open_keras(given: Any) -> "KerasModel":
    from shuzi.training.keras_import import KerasModel

    return KerasModel.of(given)


def fit_to_keras(recipe: Recipe, model: "KerasModel") -> Recipe:
    """The recipe for a user's model, which is refused here if it cannot be trained."""
    if model.rescales:
        recipe = replace(recipe, scale=1.0)
    model.network(recipe, torch.Generator())
    model.check_trainable()
    return recipe


def _keep_keras(folder: Path, model: "KerasModel") -> dict[str, str]:
    """Copy a user's model into the run folder, and return what the record says of it."""
    from shuzi.training.keras_import import GIVEN

    with write_atomically(folder / GIVEN) as temporary:
        temporary.write_bytes(model.content)
    source = model.path if isinstance(model.path, Path) else folder / GIVEN
    return {
        "source": str(source.absolute()),
        "sha256": hashlib.sha256(model.content).hexdigest(),
    }


def _train_epochs(
    trainer: Trainer | PageTrainer | NumberTrainer, folder: Path, images: int, verbose: int
) -> None:
    epochs = trainer.recipe.epochs
    running = trainer.running if isinstance(trainer, Trainer) else None
    reporter = Reporter(epochs, images, verbose, running)
    try:
        for number in range(len(trainer.history) + 1, epochs + 1):
            if is_over(trainer.history, trainer.recipe.patience):
                break
            reporter.begin(number)
            trainer.run_epoch(reporter.seen)
            save_checkpoint(folder, trainer.state, trainer.history)
            _save_history(folder, trainer.history)
            reporter.end(trainer.history)
    finally:
        reporter.stop()


def _choose(trainer: Trainer, record: dict[str, Any]) -> str | None:
    """Take the weights that the recipe keeps; the record and the message say of which epoch."""
    recipe, last, best = trainer.recipe, trainer.history[-1], best_epoch(trainer.history)
    if best is None:
        return None
    said = []
    if is_over(trainer.history, recipe.patience) and last.epoch < recipe.epochs:
        record["stopped"] = {"epoch": last.epoch, "patience": recipe.patience}
        said.append(f"Stopped after epoch {last.epoch}: val_loss last fell in epoch {best.epoch}.")
    if recipe.keep == "best":
        trainer.take_best()
        record["kept"] = {"epoch": best.epoch, "val_loss": best.val_loss}
        said.append(f"Kept epoch {best.epoch}, the best by val_loss, {best.val_loss:.4f}.")
    return " ".join(said) or None


def _finish(trainer: Trainer, folder: Path, record: dict[str, Any]) -> None:
    _save_trained(trainer, folder)
    calibration = _calibration(trainer, record)
    record |= calibration.to_dict()
    save_onnx(trainer.trained, folder / "model.onnx", calibration)
    if "keras" in record:
        from shuzi.training.keras_import import GIVEN, TRAINED, KerasModel

        KerasModel(folder / GIVEN).save(trainer.trained, folder / TRAINED)
    _conclude(folder, record, trainer.history)


def _conclude(folder: Path, record: dict[str, Any], history: list[Epoch]) -> None:
    record["sha256"] = checksum(folder / "model.onnx")
    record["status"] = "finished"
    record["seconds"]["training"] = round(sum(epoch.seconds for epoch in history), 3)
    save_record(folder, record)
    write_page(folder / "report.html", str(folder), record, folder)


def _calibration(trainer: Trainer, record: dict[str, Any]) -> Calibration:
    if "start" in record:
        return load_start(Path(record["start"]["model"])).calibration
    if not trainer.recipe.calibrate:
        return UNCALIBRATED
    held_out = trainer.calibration_part()
    logits = trainer.logits(held_out.images)
    return fit_calibration(logits.cpu().numpy(), held_out.labels.cpu().numpy())


def _draw(folder: Path, history: Sequence[Epoch]) -> None:
    _save_history(folder, history)
    if history:
        curves([epoch.to_dict() for epoch in history], folder / "curves.png")


def _save_history(folder: Path, history: Sequence[Epoch]) -> None:
    with write_atomically(folder / "history.csv") as temporary:
        temporary.write_text(to_csv(history))


def _make_folder(out: str | PathLike[str] | None, recipe: Recipe) -> Path:
    moment = datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = Path(out) if out is not None else Path("runs") / f"{recipe.name}-{moment}"
    check_name(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        occupied = not is_empty(folder)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}.") from error
    if occupied:
        is_run = (folder / "run.json").is_file()
        on = f", or go on with that run: {way('resume', folder)}" if is_run else ", or empty it."
        raise OutputError(f"{folder} is not empty.", f"Choose another folder{on}")
    return folder
