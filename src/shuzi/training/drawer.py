"""Strings drawn ahead by processes of their own, while a network trains on those before."""

import os
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from shuzi.training.hand import Glyphs
from shuzi.training.strings import compose_strips

Strings = list[tuple[NDArray[np.uint8], str]]

_glyphs: list[Glyphs] = []
"""The worker's, made once."""


class Drawer:
    """Parts of composed strings by number, counted from 1; the same for the same seed.

    After the last part comes the first again: a string drawn takes as long as a step on it.

    Args:
        images: real digits, uint8 (n, 28, 28), in MNIST's convention.
        labels: (n,), 0 to 9.
        size: strings in a part.
        parts: how many different ones.
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.integer],
        *,
        size: int,
        parts: int,
        seed: int,
        workers: int = 1,
    ) -> None:
        self.size, self.parts, self.seed = size, parts, seed
        self._pool = ProcessPoolExecutor(
            workers, get_context("spawn"), initializer=_begin, initargs=(images, labels)
        )
        self._drawn: dict[int, Future[Strings]] = {}

    def __call__(self, number: int) -> Strings:
        """The strings of a round; it waits for them if need be."""
        for ahead in range(number, number + self.parts):
            part = (ahead - 1) % self.parts
            if part not in self._drawn:
                self._drawn[part] = self._pool.submit(_draw, self.size, self.seed, part)
        return self._drawn[(number - 1) % self.parts].result()

    def __enter__(self) -> "Drawer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def _begin(images: NDArray[np.uint8], labels: NDArray[np.integer]) -> None:
    os.nice(5)
    _glyphs.append(Glyphs(images, labels))


def _draw(size: int, seed: int, part: int) -> Strings:
    # Part 0 of a seed is for measuring.
    return compose_strips(size, _glyphs[0], seed, part + 1)
