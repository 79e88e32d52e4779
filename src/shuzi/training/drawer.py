"""Strings drawn ahead by processes of their own, while a network trains on those before."""

import os
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from shuzi.files import write_atomically
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.strings import compose_strips

Strings = list[tuple[NDArray[np.uint8], str]]

_glyphs: list[Glyphs] = []
"""The worker's, made once."""


class Drawer:
    """Parts of composed strings by number, counted from 1; the same for the same seed.

    After the last part comes the first again, for a string takes as long to draw as to learn.
    What was drawn is kept in a folder.

    Args:
        images: real digits, uint8 (n, 28, 28), in MNIST's convention.
        labels: (n,), 0 to 9.
        size: strings in a part.
        parts: how many different ones.
        folder: where they are kept; those already there are taken.
        wait: for the next part; otherwise one that is drawn already comes again, and which one
            depends on how fast the machine is.
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.integer],
        *,
        size: int,
        parts: int,
        seed: int,
        folder: Path,
        workers: int = 1,
        wait: bool = True,
    ) -> None:
        self.size, self.parts, self.seed, self.folder = size, parts, seed, folder
        self.wait = wait
        self._pool = ProcessPoolExecutor(
            workers, get_context("spawn"), initializer=_begin, initargs=(images, labels)
        )
        self._drawn: dict[int, Future[Path]] = {}

    def __call__(self, number: int) -> Strings:
        """The strings of a round; it waits for them if need be."""
        for ahead in range(number, number + self.parts):
            part = (ahead - 1) % self.parts
            if part not in self._drawn:
                path = part_path(self.folder, self.seed, self.size, part)
                self._drawn[part] = self._pool.submit(_draw, path, self.size, self.seed, part)
        due = (number - 1) % self.parts
        ready = [part for part, drawn in self._drawn.items() if drawn.done()]
        if not self.wait and ready and due not in ready:
            due = any_of(ready, self.seed, number)
        return load_strings(self._drawn[due].result())

    @property
    def drawn(self) -> int:
        """Parts that are drawn by now."""
        return sum(part.done() and not part.cancelled() for part in self._drawn.values())

    def __enter__(self) -> "Drawer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def part_path(folder: Path, seed: int, size: int, part: int) -> Path:
    """Where a part is kept, counted from 0."""
    return folder / f"strings-{seed}-{size}-{part}.npz"


def any_of(ready: list[int], seed: int, number: int) -> int:
    """One of the parts that are drawn, by chance.

    By the number alone it would be the same part again and again: where drawing lags, both grow.
    """
    return ready[int(np.random.default_rng([seed, number]).integers(len(ready)))]


def _begin(images: NDArray[np.uint8], labels: NDArray[np.integer]) -> None:
    os.nice(5)
    end_with_parent()
    _glyphs.append(Glyphs(images, labels))


def end_with_parent() -> None:
    """Let this worker end when its training does, which cannot tell it if it was killed."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _draw(path: Path, size: int, seed: int, part: int) -> Path:
    if not path.exists():
        # Part 0 of a seed is for measuring.
        save_strings(path, compose_strips(size, _glyphs[0], seed, part + 1))
    return path


def save_strings(path: Path, strings: Strings) -> None:
    """Strips and texts in one .npz."""
    with write_atomically(path) as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            strips=np.concatenate([strip for strip, _ in strings], axis=1),
            widths=np.array([strip.shape[1] for strip, _ in strings]),
            texts=np.array([text for _, text in strings]),
        )


def load_strings(path: Path) -> Strings:
    """What `save_strings` kept."""
    with np.load(path, allow_pickle=False) as file:
        ends = np.cumsum(file["widths"])[:-1]
        return list(
            zip(np.split(file["strips"], ends, axis=1), file["texts"].tolist(), strict=True)
        )
