"""A labelled set on disk, for anybody: pictures of numbers, and pages of them."""

import csv
import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.dataset import Dataset
from shuzi.files import fill_atomically, make_folder, write_atomically
from shuzi.interrupt import uninterrupted
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.materials import Materials
from shuzi.synth.pages import compose_page
from shuzi.synth.strings import compose

LABELS = "labels.csv"


def write_labelled_set(
    out: Path, dataset: Dataset, n: int = 1000, seed: int = 0, pages: int = 0
) -> None:
    """`n` pictures of numbers in `out/numbers`, `pages` pages in `out/pages`.

    numbers/labels.csv has the columns file and digits: these with the signs among them, `?` for
    any other marks, nothing where nothing is written; beside each page lies what
    `shuzi read --json` should say of it. The same seed gives the same files. All of them appear
    when all are written.

    Args:
        out: a new or empty folder.
        dataset: its training images are the real digits, among drawn ones.

    Raises:
        OutputError: the folder is not empty, or a file cannot be written.
    """
    glyphs = Glyphs(dataset.train_images, dataset.train_labels)
    with fill_atomically(out) as folder:
        if n:
            _write_numbers(folder / "numbers", glyphs, n, seed)
        for number in range(1, pages + 1):
            _write_page(folder / "pages", f"{number:05}.png", glyphs, seed, number)


def _write_numbers(folder: Path, glyphs: Glyphs, n: int, seed: int) -> None:
    make_folder(folder)
    rng = np.random.default_rng([seed, 0])
    rows = []
    for i in range(1, n + 1):
        # NumPy, which draws among words, may lose an exception that a signal raises in it.
        with uninterrupted():
            composed = compose(Materials(glyphs), rng)
        name = f"{i:06}.png"
        _write_picture(folder / name, composed.picture)
        rows.append((name, composed.text))
    with write_atomically(folder / LABELS) as temporary, temporary.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("file", "digits"), *rows])


def _write_page(folder: Path, name: str, glyphs: Glyphs, seed: int, number: int) -> None:
    make_folder(folder)
    with uninterrupted():
        picture, page = compose_page(glyphs, np.random.default_rng([seed, 1, number]), name)
    _write_picture(folder / name, picture)
    with write_atomically((folder / name).with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(page.to_dict()) + "\n")


def _write_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    _, data = cv2.imencode(".png", picture)
    with write_atomically(path) as temporary:
        temporary.write_bytes(data.tobytes())
