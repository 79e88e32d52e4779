"""What pages are composed of: real digits, and real pen strokes where they are at hand."""

from dataclasses import dataclass
from pathlib import Path

from shuzi.dataset import load_mnist
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.puzzles import Puzzle, load_puzzles
from shuzi.synth.unipen import Pens

MNIST_TRAINS = 55_000
"""Of MNIST's training images; those after them compose what validates."""


@dataclass(frozen=True, slots=True)
class Materials:
    """Real handwriting to compose of.

    Args:
        glyphs: real digits as pictures.
        pens: real pen strokes; without them letters and words are drawn.
        puzzles: labelled photos of sudokus.
    """

    glyphs: Glyphs
    pens: Pens | None = None
    puzzles: tuple[Puzzle, ...] = ()


def load_materials(data: Path) -> Materials:
    """What there is of real handwriting that may train: MNIST, and what lies beside its file.

    Args:
        data: MNIST's file, or a folder with its files.

    Raises:
        DataError: a file cannot be read.
    """
    mnist, folder = load_mnist(data), data if data.is_dir() else data.parent
    unipen, sudoku = folder / "unipen", folder / "sudoku"
    return Materials(
        Glyphs(mnist.train_images[:MNIST_TRAINS], mnist.train_labels[:MNIST_TRAINS]),
        Pens.load(unipen) if unipen.is_dir() else None,
        load_puzzles(sudoku) if sudoku.is_dir() else (),
    )


def held_out(data: Path) -> Materials:
    """What trains nothing, to choose models by: MNIST's last 5,000 training images, and the fifth
    of UNIPEN's writers that is kept apart.

    Args:
        data: a folder with mnist.npz and, if it is at hand, unipen/.

    Raises:
        DataError: a file cannot be read.
    """
    mnist, unipen = load_mnist(data), data / "unipen"
    return Materials(
        Glyphs(mnist.train_images[MNIST_TRAINS:], mnist.train_labels[MNIST_TRAINS:]),
        Pens.load(unipen, held_out=True) if unipen.is_dir() else None,
    )
