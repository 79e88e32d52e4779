"""The sets of real handwriting beside the project, and which only measure.

DATA is a folder with mnist.npz, digits/, sudoku/ and not_digits/.
"""

import csv
from pathlib import Path

import numpy as np

MEASURING = ("digits/semeion", "digits/usps_train", "digits/optdigits_cv", "digits/chars74k")


def load(folder: Path, name: str) -> dict[str, np.ndarray]:
    with np.load(folder / f"{name}.npz", allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def held_out(puzzles):
    """Whether a sudoku cell is kept from training: every fifth puzzle, all its photos."""
    names = sorted(set(puzzles))
    return np.isin(puzzles, names[::5])


def numbers(folder, name):
    """Files and texts of one set of number crops: `logbook`, `register_years` or `cheques`."""
    with (folder / "numbers" / "labels.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["file"].startswith(f"{name}/")]
    return [folder / "numbers" / row["file"] for row in rows], [row["digits"] for row in rows]
