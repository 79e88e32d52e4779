"""The training of the page network: pages come composed, crop by crop, from other processes."""

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from shuzi.errors import DivergedError
from shuzi.interrupt import end_with_parent
from shuzi.synth.crops import Crop, cut_crops
from shuzi.synth.materials import Materials, load_materials
from shuzi.synth.sheets import compose_sample
from shuzi.training.average import Average
from shuzi.training.checkpoint import named
from shuzi.training.device import Device
from shuzi.training.history import Epoch
from shuzi.training.optimisers import OneCycleAdamW
from shuzi.training.page_network import PageNetwork, page_loss
from shuzi.training.recipes import PART, Recipe

A_PAGE = 4
"""Crops of one composed page, at scales of their own."""
AHEAD = 6
"""Parts that are composed ahead."""
HELD_OUT = 192
"""Crops to validate with, of pages that never train; as many as an epoch has, if that is less."""
VALIDATION = 1_000_000
"""The number of the part that validates: no epoch gets as far."""
Batch = tuple[Tensor, Tensor, Tensor]
"""Pictures uint8 (n, 576, 576), targets uint8 (n, 4, 288, 288), turns int64 (n,)."""


class Composer:
    """Parts of composed crops by number, the same for the same seed, made ahead in processes.

    Args:
        data: where MNIST lies; other real handwriting is looked for in the same folder, and what of
            it chooses between models is left out.
    """

    def __init__(self, data: Path, seed: int, workers: int = 1) -> None:
        self.seed = seed
        self._pool = ProcessPoolExecutor(
            workers, get_context("spawn"), initializer=_begin, initargs=(data,)
        )
        self._ahead: dict[int, Future[tuple[NDArray[np.uint8], ...]]] = {}

    def batch(self, number: int, ahead: int = 1) -> Batch:
        """The part of that number; so many from it on are begun."""
        for part in range(number, number + ahead):
            if part not in self._ahead:
                self._ahead[part] = self._pool.submit(_compose, self.seed, part)
        pictures, targets, turns = self._ahead.pop(number).result()
        return (
            torch.from_numpy(pictures),
            torch.from_numpy(targets),
            torch.from_numpy(turns.astype(np.int64) - 1),
        )

    def __enter__(self) -> "Composer":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


_materials: list[Materials] = []
"""The worker's, made once."""


def _begin(data: Path) -> None:
    end_with_parent()
    _materials.append(load_materials(data))


def _compose(seed: int, part: int) -> tuple[NDArray[np.uint8], ...]:
    """The crops of a part as arrays; the turns are one higher, so that none is 0."""
    rng = np.random.default_rng([seed, part])
    crops: list[Crop] = []
    while len(crops) < PART:
        sample = compose_sample(_materials[0], rng)
        crops += cut_crops(sample, A_PAGE, rng)
    return (
        np.stack([crop.picture for crop in crops]),
        np.stack([crop.targets for crop in crops]),
        np.array([crop.turned + 1 for crop in crops], np.uint8),
    )


class PageTrainer:
    """A page network in training, a round of new crops at a time.

    A round's crops and their order depend on the seed and the round's number only; so the tensors
    of `state` and the history are all that a resumed training needs. `trained` is what is validated
    and written: the moving average of the weights.

    Args:
        recipe: its lr, decay, ema, crops, batch_size and epochs count.
    """

    def __init__(self, recipe: Recipe, seed: int, device: Device, composer: Composer) -> None:
        torch.manual_seed(seed)
        self.recipe, self.device, self.composer = recipe, device, composer
        self.network, self.trained = (PageNetwork().to(device.torch) for _ in range(2))
        self.average = Average(self.trained, self.network, recipe.ema)
        self.steps_per_round = PART // recipe.batch_size * (recipe.crops // PART)
        self.optimiser = OneCycleAdamW(
            self.network.parameters(), recipe, self.steps_per_round * recipe.epochs
        )
        self.history: list[Epoch] = []
        self._kept: list[Batch] = []

    @property
    def state(self) -> dict[str, Tensor]:
        """All tensors that training changes, by name."""
        return named(
            network=self.network.state_dict(),
            average=self.trained.state_dict(),
            optimiser=self.optimiser.state,
        )

    def run_epoch(self, on_batch: Callable[[int], None]) -> Epoch:
        """One round of crops, then the validation; accuracies are the kernels' overlaps.

        Raises:
            DivergedError: the loss is not a number any more.
        """
        began, number = time.perf_counter(), len(self.history) + 1
        loss, overlap = self._train_round(number, on_batch)
        if not math.isfinite(loss):
            raise DivergedError(f"The loss became {loss} in epoch {number}.")
        val_loss, val_overlap = self._validate()
        epoch = Epoch(
            epoch=number,
            seconds=time.perf_counter() - began,
            loss=loss,
            accuracy=overlap,
            val_loss=val_loss,
            val_accuracy=val_overlap,
        )
        self.history.append(epoch)
        return epoch

    def _train_round(self, number: int, on_batch: Callable[[int], None]) -> tuple[float, float]:
        self.network.train()
        losses, overlaps, size = [], [], self.recipe.batch_size
        for step, (pictures, targets, turned) in enumerate(self._batches(number)):
            t = (number - 1) * self.steps_per_round + step
            self.optimiser.schedule(t)
            with self.device.autocast():
                maps, turns = self.network(pictures)
            loss = page_loss(maps, turns, targets, turned)
            self.network.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
            self.optimiser.step()
            self.average.update(t)
            losses.append(float(loss.detach()))
            overlaps.append(kernel_overlap(maps.detach(), targets))
            on_batch((step + 1) * size)
        return float(np.mean(losses)), float(np.mean(overlaps))

    def _batches(self, number: int) -> Iterator[Batch]:
        size, parts = self.recipe.batch_size, self.recipe.crops // PART
        for part in range((number - 1) * parts, number * parts):
            # What validates waits for all that was begun before it.
            crops = self.composer.batch(part, ahead=min(AHEAD, self.recipe.epochs * parts - part))
            for start in range(0, PART - size + 1, size):
                pictures, targets, turned = (t[start : start + size] for t in crops)
                place = self.device.torch
                yield pictures.to(place), targets.to(place), turned.to(place)

    @torch.inference_mode()
    def _validate(self) -> tuple[float, float]:
        self.trained.eval()
        losses, overlaps = [], []
        for crops in self._held_out():
            pictures, targets, turned = (t.to(self.device.torch) for t in crops)
            with self.device.autocast():
                maps, turns = self.trained(pictures)
            losses.append(float(page_loss(maps, turns, targets, turned)))
            overlaps.append(kernel_overlap(maps, targets))
        return float(np.mean(losses)), float(np.mean(overlaps))

    def held_out_pictures(self) -> NDArray[np.uint8]:
        """What it is validated with, uint8 (n, 576, 576)."""
        return np.concatenate([pictures.numpy() for pictures, _, _ in self._held_out()])

    def _held_out(self) -> list[Batch]:
        if not self._kept:
            parts = min(HELD_OUT, self.recipe.crops) // PART
            numbers = range(VALIDATION, VALIDATION + parts)
            self._kept = [self.composer.batch(number) for number in numbers]
        return self._kept


def kernel_overlap(maps: Tensor, targets: Tensor) -> float:
    """Intersection over union of the kernels at 0.5, over a batch."""
    said, wanted = maps[:, 0] > 0, targets[:, 0] > 127
    counted = targets[:, 3] > 0
    either = ((said | wanted) & counted).sum()
    return float((said & wanted & counted).sum() / either.clamp(min=1))
