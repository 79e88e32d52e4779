"""Strings composed ahead by processes of their own, while a network trains on those before."""

import os
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shuzi.files import write_atomically
from shuzi.interrupt import end_with_parent
from shuzi.synth.materials import Materials, held_out, load_materials
from shuzi.synth.strings import compose_strips

Strings = list[tuple[NDArray[np.uint8], str]]
AHEAD = 3
"""Parts that are composed ahead, and one more for each process."""
HELD_OUT = 0
"""The part of a seed that measures; those that train are counted from 1."""


class Drawer:
    """Parts of composed strings by number, counted from 1; the same for the same seed.

    After the last part comes the first again, for a string takes longer to compose than to learn.
    What was composed is kept in a folder.

    Args:
        data: MNIST's file, or a folder with it; other real handwriting is looked for beside it.
        size: strings in a part.
        parts: how many different ones.
        folder: where they are kept; those already there are taken.
        workers: processes that compose.
    """

    def __init__(
        self, data: Path, *, size: int, parts: int, seed: int, folder: Path, workers: int = 1
    ) -> None:
        self.size, self.parts, self.seed, self.folder = size, parts, seed, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._ahead = AHEAD + workers
        self._pool = ProcessPoolExecutor(
            workers, get_context("spawn"), initializer=_begin, initargs=(data,)
        )
        self._drawn: dict[int, Future[Path]] = {}

    def __call__(self, number: int) -> Strings:
        """The strings of a round; it waits for them if need be. Those of the next are begun."""
        due = (number - 1) % self.parts
        for part in range(due, min(due + self._ahead, self.parts)):
            if part not in self._drawn:
                self._drawn[part] = self._submit(self.size, part + 1)
        return load_strings(self._drawn[due].result())

    def held_out(self, size: int) -> Strings:
        """So many strings of writers that train nothing."""
        return load_strings(self._submit(size, HELD_OUT).result())

    def _submit(self, size: int, part: int) -> Future[Path]:
        path = self.folder / f"{self.seed}-{size}-{part}.npz"
        return self._pool.submit(_draw, path, size, self.seed, part)

    def __enter__(self) -> "Drawer":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


_data: list[Path] = []


def _begin(data: Path) -> None:
    os.nice(5)
    end_with_parent()
    _data.append(data)


@cache
def _materials(*, measures: bool) -> Materials:
    """The worker's, made once."""
    return held_out(_data[0]) if measures else load_materials(_data[0])


def _draw(path: Path, size: int, seed: int, part: int) -> Path:
    if not path.exists():
        materials = _materials(measures=part == HELD_OUT)
        save_strings(path, compose_strips(size, materials, seed, part))
    return path


def save_strings(path: Path, strings: Strings) -> None:
    """Strips and texts in one .npz."""
    with write_atomically(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
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
