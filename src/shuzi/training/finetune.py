"""A model and corrections -> a better model, or the same one as before."""

import json
from dataclasses import asdict, dataclass, replace
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shuzi.dataset import Dataset
from shuzi.evaluation.calibration import NOT_A_DIGIT
from shuzi.files import write_atomically
from shuzi.recognise.engine import Recogniser
from shuzi.review.store import Store
from shuzi.training.corrections import Corrections, count_right, load_corrections, repeated, split
from shuzi.training.recipes import Recipe, Settings
from shuzi.training.run import train
from shuzi.training.start import Start, load_start

REHEARSED = 20_000
"""Training images that keep what the model knows, beside the corrections."""
DRAWN = 8_000
"""Drawn digits, and marks, of the same purpose, where the model learned from such."""
SHARE = 0.15
"""Of the corrections, among what is rehearsed."""
FROZEN = 10
"""One training image in so many is measured on; the model that shuzi carries has not seen it."""
REJECTED = "rejected.onnx"


@dataclass(frozen=True, slots=True)
class Score:
    """Of `n` digits, how many the old model and the new one read right."""

    name: str
    n: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the run folder, and the scores that decided."""

    folder: Path
    corrections: Score
    frozen: tuple[Score, ...]

    @property
    def is_better(self) -> bool:
        """More corrections are right, and no fewer of any frozen set."""
        kept = all(score.after >= score.before for score in self.frozen)
        return kept and self.corrections.after > self.corrections.before


def finetune(
    store: Store,
    dataset: Dataset,
    *,
    model: Path | None = None,
    out: str | PathLike[str] | None = None,
    seed: int = 0,
    settings: Settings = (),
    threads: int | None = None,
    verbose: int = 1,
) -> Outcome:
    """Train a model further with what people decided, and say whether it is better.

    It is better if it reads more of the corrections that it did not learn from, and no fewer of the
    frozen sets: the dataset's test images and a tenth of its training images. Its run folder has
    model.onnx only then, else rejected.onnx; review.json has the scores.

    Args:
        dataset: MNIST, which keeps what the model knows.
        model: a model file or run folder to go on from; the one that shuzi carries if None.

    Raises:
        DataError: there are too few corrections.
        ModelError: the model cannot be trained further.
        StoreError, RecipeError, OutputError, DivergedError: see `shuzi.errors`.
    """
    dataset.check_test()
    start = load_start(model)
    learned, kept = split(_known(load_corrections(store), start.recipe))
    frozen = np.arange(len(dataset.train_labels)) % FROZEN == FROZEN - 1
    material = _material(dataset, ~frozen, learned, seed)
    run = train(
        further(start.recipe).with_settings(settings),
        dataset=material,
        out=out,
        seed=seed,
        threads=threads,
        start=start.model,
        verbose=verbose,
    )
    models = Recogniser(start.model), Recogniser(run.folder / "model.onnx")
    tests = (
        ("test images", dataset.test_images, dataset.test_labels),
        ("training images held out", dataset.train_images[frozen], dataset.train_labels[frozen]),
    )
    outcome = Outcome(
        run.folder,
        _score(models, "corrections held out", kept.images, kept.labels),
        tuple(_score(models, *test) for test in tests),
    )
    _settle(outcome, start)
    return outcome


def further(recipe: Recipe) -> Recipe:
    """The recipe that a model came from, for a short training with small steps."""
    return replace(
        recipe,
        name="reviewed",
        optimiser="adamw",
        ema=0.0,
        taught=0.0,
        lr=5e-4,
        batch_size=256,
        epochs=6,
        drawn=min(recipe.drawn, DRAWN),
        marks=min(recipe.marks, DRAWN),
        validation_split=0.0,
        calibrate=False,
        schedule="usual",
        warmup=0.0,
        patience=0,
        keep="last",
        class_weight="none",
    )


def _known(corrections: Corrections, recipe: Recipe) -> Corrections:
    """Without those that are not a digit, if the model has no word for it."""
    return corrections.take(corrections.labels < recipe.outcomes)


def _material(
    dataset: Dataset, free: NDArray[np.bool_], learned: Corrections, seed: int
) -> Dataset:
    """A part of the training images, and the corrections again and again."""
    places = np.flatnonzero(free)
    rng = np.random.default_rng([seed, 3])
    chosen = rng.choice(places, min(REHEARSED, len(places)), replace=False)
    again = repeated(learned, round(SHARE * len(chosen)))
    images, labels = learned.images[again], learned.labels[again]
    digits = labels != NOT_A_DIGIT
    return replace(
        dataset,
        train_images=np.concatenate([dataset.train_images[chosen], images[digits]]),
        train_labels=np.concatenate([dataset.train_labels[chosen], labels[digits]]),
        not_digits=None if digits.all() else images[~digits],
    )


def _score(
    models: tuple[Recogniser, Recogniser],
    name: str,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
) -> Score:
    before, after = (count_right(model.predict(images), labels) for model in models)
    return Score(name, len(labels), before, after)


def _settle(outcome: Outcome, start: Start) -> None:
    """Write the scores, and take the model's name away if it is not better."""
    said = {
        "better": outcome.is_better,
        "start": {"model": str(start.model), "sha256": start.sha256},
        "corrections": asdict(outcome.corrections),
        "frozen": [asdict(score) for score in outcome.frozen],
    }
    with write_atomically(outcome.folder / "review.json") as temporary:
        temporary.write_text(json.dumps(said, indent=2) + "\n")
    if not outcome.is_better:
        (outcome.folder / "model.onnx").rename(outcome.folder / REJECTED)
