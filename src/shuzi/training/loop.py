"""The training loop: uint8 images in one tensor, one permutation an epoch, one step a batch."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from shuzi.dataset import Dataset
from shuzi.errors import DataError, DivergedError, way
from shuzi.evaluation.calibration import NOT_A_DIGIT
from shuzi.synth.digits import drawn_digits, drawn_marks
from shuzi.training.augment import warp, wear
from shuzi.training.average import Average
from shuzi.training.checkpoint import named
from shuzi.training.device import Device
from shuzi.training.history import Epoch, best_epoch
from shuzi.training.network import Network
from shuzi.training.networks import build
from shuzi.training.optimisers import make_optimiser
from shuzi.training.recipes import DIGITS, Recipe
from shuzi.training.step import make_step
from shuzi.training.teacher import Teacher

Build = Callable[[Recipe, int, torch.Generator], Network]
"""(recipe, seed of the weights, generator of the dropout masks) -> network on the CPU."""
CALIBRATION_MARKS = 2_000
_Places = slice | NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Split:
    """Images uint8 (n, 28, 28) and labels int64 (n,), both on the training device."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, order: Tensor) -> "Split":
        # Several times faster than indexing with [order].
        return Split(self.images.index_select(0, order), self.labels.index_select(0, order))


def split_dataset(
    dataset: Dataset, recipe: Recipe, device: torch.device, seed: int = 0
) -> tuple[Split, Split]:
    """Training and validation part; validation is the dataset's own, or else a share of the
    training images, cut before any shuffling: the last ones, or, of images in the order of their
    digits, evenly spaced ones.

    What the recipe draws comes to the training part, the same for the same seed.

    Raises:
        DataError: no image would be left to train on, or the recipe calibrates and the
            validation part holds one digit only.
    """
    n = len(dataset.train_labels)
    has_own = len(dataset.validation_labels) > 0
    cut = n if has_own else int(n * (1 - recipe.validation_split))
    if cut == 0:
        raise DataError(
            f"{n} images from {dataset.source} cannot be split with "
            f"validation_split={recipe.validation_split:g}.",
            f"Give more images or another {way('set', 'validation_split=...')}.",
        )
    learned, kept = _cut(dataset.train_labels, cut)
    held_out = dataset.train_images[kept], dataset.train_labels[kept]
    if has_own:
        held_out = dataset.validation_images, dataset.validation_labels
    if recipe.calibrate and len(np.unique(held_out[1])) < 2:
        raise DataError(
            f"The {len(held_out[1])} images of {dataset.source} that are held out show one digit "
            "only; probabilities cannot be calibrated with them.",
            f"Shuffle the images, raise {way('set', 'validation_split=...')}, "
            f"or say {way('set', 'calibrate=false')}.",
        )
    images, labels = dataset.train_images[learned], dataset.train_labels[learned]
    if recipe.drawn:
        more, labels_of_more = drawn_digits(recipe.drawn, seed)
        images, labels = np.concatenate([images, more]), np.concatenate([labels, labels_of_more])
    if recipe.marks:
        marks = drawn_marks(recipe.marks, seed)
        if dataset.not_digits is not None:
            marks = np.concatenate([marks, dataset.not_digits])
        images = np.concatenate([images, marks])
        labels = np.concatenate([labels, np.full(len(marks), NOT_A_DIGIT, np.uint8)])
    return (
        _split(images, labels, device),
        _split(*held_out, device),
    )


def _cut(labels: NDArray[np.uint8], cut: int) -> tuple[_Places, _Places]:
    """Which images are trained on, `cut` of them, and which are held out."""
    n = len(labels)
    runs = 1 + np.count_nonzero(np.diff(labels))
    if cut == n or runs >= 2 * len(np.unique(labels)):
        return slice(cut), slice(cut, n)
    # In order, as folders have them: the last ones would be digits that are never trained on.
    kept = np.zeros(n, np.bool_)
    kept[np.linspace(0, n - 1, n - cut).astype(int)] = True
    return ~kept, kept


def _split(images: NDArray[np.uint8], labels: NDArray[np.uint8], device: torch.device) -> Split:
    return Split(
        torch.from_numpy(images).to(device), torch.from_numpy(labels.astype(np.int64)).to(device)
    )


class Trainer:
    """A network in training.

    Every epoch draws its randomness from a stream of its own, seeded by the run's seed and the
    epoch's number; so the tensors of `state` and the history are all that a resumed run needs.
    """

    def __init__(
        self,
        recipe: Recipe,
        seed: int,
        device: Device,
        train: Split,
        validation: Split,
        build: Build = build,
        teacher: Teacher | None = None,
    ) -> None:
        self.teacher = teacher
        self.recipe, self.seed, self.device = recipe, seed, device
        self.train, self.validation = train, validation
        self.history: list[Epoch] = []
        self.answers: list[tuple[Tensor, Tensor]] = []
        self.generator = torch.Generator(self.device.torch)
        self.begin: Callable[[], Network] = lambda: build(recipe, seed, self.generator)
        self.network = self.begin().to(self.device.torch)
        self.average: Average[Network] | None = None
        if recipe.ema:
            averaged = self.begin().to(self.device.torch)
            self.average = Average(averaged, self.network, recipe.ema)
        self.steps_per_epoch = math.ceil(len(self.train) / self.recipe.batch_size)
        steps = self.steps_per_epoch * self.recipe.epochs
        self.optimiser = make_optimiser(self.network, self.recipe, steps)
        self.class_weights = _class_weights(recipe, train)
        self.best: dict[str, Tensor] = {}
        if recipe.keep == "best":
            self.best = {n: t.detach().clone() for n, t in self.trained.state_dict().items()}
        self.step = make_step(self.network, self.optimiser, self.device, self.generator)

    @property
    def state(self) -> dict[str, Tensor]:
        """All tensors that training changes, by name."""
        parts = {"network": self.network.state_dict(), "optimiser": self.optimiser.state}
        if self.average:
            parts["average"] = self.average.network.state_dict()
        if self.best:
            parts["best"] = self.best
        return named(**parts)

    @property
    def trained(self) -> Network:
        """What is validated and written: the network, or the average of its weights."""
        return self.average.network if self.average else self.network

    def run_epoch(self, on_batch: Callable[[int], None]) -> Epoch:
        """One pass over the training images, then the validation.

        Args:
            on_batch: called with the number of images seen in this epoch.

        Raises:
            DivergedError: the loss is not a number any more.
        """
        start = time.perf_counter()
        number = len(self.history) + 1
        loss, accuracy = self._train_epoch(number, on_batch)
        if not math.isfinite(loss):
            raise DivergedError(f"The loss became {loss} in epoch {number}.")
        val_loss, val_accuracy = self._validate()
        if val_loss is not None and not math.isfinite(val_loss):
            raise DivergedError(f"The validation's loss became {val_loss} in epoch {number}.")
        epoch = Epoch(
            epoch=number,
            seconds=time.perf_counter() - start,
            loss=loss,
            accuracy=accuracy,
            val_loss=val_loss,
            val_accuracy=val_accuracy,
        )
        self.history.append(epoch)
        if self.best and best_epoch(self.history) is epoch:
            for name, tensor in self.trained.state_dict().items():
                self.best[name].copy_(tensor)
        return epoch

    def take_best(self) -> None:
        """Put the weights of the epoch with the least val_loss in the place of the last one's."""
        if self.best:
            self.trained.load_state_dict(self.best)

    def _train_epoch(self, number: int, on_batch: Callable[[int], None]) -> tuple[float, float]:
        stream = np.random.SeedSequence([self.seed, number]).generate_state(1, np.uint64)
        self.generator.manual_seed(int(stream[0] >> np.uint64(1)))
        self.network.train()
        t, seen = (number - 1) * self.steps_per_epoch, 0
        self.answers = []
        for batch in self._batches():
            logits = self.step(batch.images, self._targets(batch), t)
            if self.average:
                self.average.update(t)
            self.answers.append((logits, batch.labels))
            t, seen = t + 1, seen + len(batch)
            on_batch(seen)
        return self.running()

    def running(self) -> tuple[float, float]:
        """Mean loss and accuracy of the epoch's training images as far as they were seen."""
        logits, labels = zip(*self.answers, strict=True)
        return _score(torch.cat(logits), torch.cat(labels))

    def _batches(self) -> Iterator[Split]:
        n, place = len(self.train), self.device.torch
        order = torch.arange(n, device=place)
        if self.recipe.shuffle:
            order = torch.randperm(n, generator=self.generator, device=place)
        for chosen in order.split(self.recipe.batch_size):
            batch = self.train.take(chosen)
            yield Split(self._augment(batch.images), batch.labels)

    def _augment(self, images: Tensor) -> Tensor:
        if self.recipe.augment == "none":
            return images
        worn = self.recipe.augment == "wear"
        images = warp(images, self.generator, elastic=worn, strength=self.recipe.strength)
        if worn:
            # Half of them stay as clean as they came.
            half = len(images) // 2
            images[:half] = wear(images[:half], self.generator)
        return images

    def _targets(self, batch: Split) -> Tensor:
        """Labels; or what is learned of each outcome, float32 (n, k), a teacher's share of it in
        it, and all of it times the label's weight."""
        if self.teacher is None and self.class_weights is None:
            return batch.labels
        targets = functional.one_hot(batch.labels, self.recipe.outcomes).float()
        if self.teacher is not None:
            targets = torch.lerp(targets, self.teacher(batch.images), self.recipe.taught)
        if self.class_weights is not None:
            targets = targets * self.class_weights[batch.labels, None]
        return targets

    def _validate(self) -> tuple[float | None, float | None]:
        if len(self.validation) == 0:
            return None, None
        return _score(self.logits(self.validation.images), self.validation.labels)

    @torch.inference_mode()
    def logits(self, images: Tensor) -> Tensor:
        """Of images uint8 (n, 28, 28), float32 (n, k)."""
        network = self.trained.eval()
        with self.device.autocast():
            parts = [network(some) for some in images.split(1000)]
        return torch.cat(parts).float()

    def calibration_part(self) -> Split:
        """The validation part as the model will meet such images; never seen in training.

        Worn, if the recipe wears its training images, and with marks, if it knows any.
        """
        images, labels = self.validation.images, self.validation.labels
        if self.recipe.augment == "wear":
            self.generator.manual_seed(self.seed)
            images = self._augment(images)
        if self.recipe.marks:
            # Those of the seed itself were learned.
            marks = torch.from_numpy(drawn_marks(CALIBRATION_MARKS, self.seed + 1))
            images = torch.cat([images, marks.to(images)])
            labels = torch.cat([labels, torch.full((len(marks),), NOT_A_DIGIT).to(labels)])
        return Split(images, labels)


def _class_weights(recipe: Recipe, train: Split) -> Tensor | None:
    """What a label of each outcome weighs, float32 (k,); None if all weigh the same.

    Balanced, a digit weighs n / (k n of it), k being the number of digits that are there, and what
    is not a digit 1. Source: scikit-learn's compute_class_weight.
    """
    if recipe.class_weight == "none":
        return None
    if recipe.class_weight == "balanced":
        counts = torch.bincount(train.labels, minlength=DIGITS)[:DIGITS]
        weights = counts.sum() / (counts.count_nonzero() * counts.clamp(min=1))
    else:
        weights = torch.tensor([float(part) for part in recipe.class_weight.split(",")])
    weights = weights.float().to(train.labels.device)
    return torch.cat([weights, weights.new_ones(recipe.outcomes - DIGITS)])


def _score(logits: Tensor, labels: Tensor) -> tuple[float, float]:
    """Mean cross-entropy in nats, and the share of right answers."""
    loss = functional.cross_entropy(logits, labels)
    return float(loss), float((logits.argmax(dim=1) == labels).float().mean())
