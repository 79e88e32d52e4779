"""What pages are composed of: real digits, and real pen strokes where they are at hand."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shuzi.dataset import load_mnist
from shuzi.synth.glyphs import Glyphs

MNIST_TRAINS = 55_000
"""Of MNIST's training images; those after them compose what validates."""


@dataclass(frozen=True, slots=True)
class Materials:
    """Real handwriting to compose of.

    Args:
        glyphs: real digits as pictures.
    """

    glyphs: Glyphs


def load_materials(folder: Path) -> Materials:
    """What a folder has of real handwriting that may train, with mnist.npz at least.

    Raises:
        DataError: a file cannot be read.
    """
    mnist = load_mnist(folder / "mnist.npz")
    images, labels = [mnist.train_images[:MNIST_TRAINS]], [mnist.train_labels[:MNIST_TRAINS]]
    return Materials(Glyphs(np.concatenate(images), np.concatenate(labels)))
