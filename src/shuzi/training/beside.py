"""Real handwriting that lies beside MNIST's file, for recipes that learn from it too."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shuzi.dataset import Dataset
from shuzi.evaluation.sets import LIKE_DIGITS, glyphs
from shuzi.files.arrays import read_arrays
from shuzi.synth.digits import pen_glyphs
from shuzi.synth.puzzles import HELD_OUT as PUZZLES
from shuzi.synth.unipen import Pens

SETS = (
    "digits/hwd1000",
    "digits/optdigits_tra",
    "sudoku/hand_cells64",
    "sudoku/printed_cells64",
)
"""Those that may train, if they are there."""
ONCE = ("sudoku/printed_cells64",)
"""Of them, those that are not repeated."""
NOT_DIGITS = "sudoku/candidates_cells64"
"""Cells with several small digits."""
PENS = "unipen"
"""A folder of pen strokes: its digits, and as what is none its letters that are not drawn like
digits. A fifth of its writers trains nothing."""
HELD_OUT = 10
"""One image in so many of each set is kept from the weights, to fit the calibration to."""
Digits = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def with_sets_beside(dataset: Dataset, repeats: int, seed: int = 0) -> Dataset:
    """The dataset, and what lies beside its file that may train.

    Its validation part is then every tenth image of each set.

    Args:
        repeats: how often the images of the other sets come, so that MNIST's do not drown them.
        seed: of the pens that pen strokes are inked with.

    Raises:
        DataError: one of the files does not hold what its name says.
    """
    folder = _folder(dataset)
    pens = Pens.load(folder / PENS) if (folder / PENS).is_dir() else None
    sets = [((dataset.train_images, dataset.train_labels), 1), *_others(folder, repeats)]
    not_digits = _candidates(folder)
    if pens is not None:
        images, said = pen_glyphs(pens, "digits", seed)
        sets.append(((images, said.astype(np.uint8)), repeats))
        images, said = pen_glyphs(pens, "letters", seed)
        not_digits.append(images[~np.isin(said, list(LIKE_DIGITS))])
    learn, keep = [], []
    for (images, labels), times in sets:
        kept = np.arange(len(labels)) % HELD_OUT == HELD_OUT - 1
        learn += [(images[~kept], labels[~kept])] * times
        keep.append((images[kept], labels[kept]))
    images, labels = (np.concatenate(arrays) for arrays in zip(*learn, strict=True))
    kept_images, kept_labels = (np.concatenate(arrays) for arrays in zip(*keep, strict=True))
    return replace(
        dataset,
        train_images=images,
        train_labels=labels,
        validation_images=kept_images,
        validation_labels=kept_labels,
        not_digits=np.concatenate(not_digits) if not_digits else None,
    )


def names_beside(dataset: Dataset) -> list[str]:
    """The sets that are there."""
    folder = _folder(dataset)
    names = [name for name in (*SETS, NOT_DIGITS) if (folder / f"{name}.npz").is_file()]
    return names + [PENS] * (folder / PENS).is_dir()


def _folder(dataset: Dataset) -> Path:
    source = Path(dataset.source)
    return source if source.is_dir() else source.absolute().parent


def _others(folder: Path, repeats: int) -> Iterator[tuple[Digits, int]]:
    for name in SETS:
        path = folder / f"{name}.npz"
        if path.is_file():
            arrays = read_arrays(path)
            images, kept = glyphs(arrays["x"])
            labels = arrays["y"][kept].astype(np.uint8)
            if "puzzle" in arrays:
                own = _trains(arrays["puzzle"])[kept]
                images, labels = images[own], labels[own]
            yield (images, labels), 1 if name in ONCE else repeats


def _candidates(folder: Path) -> list[NDArray[np.uint8]]:
    path = folder / f"{NOT_DIGITS}.npz"
    if not path.is_file():
        return []
    arrays = read_arrays(path)
    return [glyphs(arrays["x"][_trains(arrays["puzzle"])])[0]]


def _trains(puzzles: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Whether a sudoku's cell may train: every fifth puzzle is kept, all its photos."""
    return ~np.isin(puzzles, np.unique(puzzles)[::PUZZLES])
