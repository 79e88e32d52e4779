"""What pages are composed of: real digits, and real pen strokes where they are at hand."""

from dataclasses import dataclass
from pathlib import Path

from shuzi.dataset import load_data
from shuzi.errors import DataError
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
    digits, _ = _parts(data)
    folder = data if data.is_dir() else data.parent
    unipen, sudoku = folder / "unipen", folder / "sudoku"
    return Materials(
        digits,
        Pens.load(unipen) if unipen.is_dir() else None,
        load_puzzles(sudoku) if sudoku.is_dir() else (),
    )


def held_out(data: Path) -> Materials:
    """What trains nothing, to choose models by: MNIST's last 5,000 training images, and the fifth
    of UNIPEN's writers that is kept apart.

    Args:
        data: as of `load_materials`.

    Raises:
        DataError: a file cannot be read.
    """
    _, digits = _parts(data)
    unipen = (data if data.is_dir() else data.parent) / "unipen"
    return Materials(digits, Pens.load(unipen, held_out=True) if unipen.is_dir() else None)


def _parts(data: Path) -> tuple[Glyphs, Glyphs]:
    """Digits to learn from, and those after them; of less than MNIST a tenth of them."""
    found = load_data(data, progress=False)
    images, labels = found.train_images, found.train_labels
    cut = min(MNIST_TRAINS, len(labels) * 9 // 10)
    for part in (labels[:cut], labels[cut:]):
        if missing := sorted(set(range(10)) - set(part.tolist())):
            raise DataError(
                f"{data} has no digits {', '.join(map(str, missing))} among its first nine tenths, "
                "or its last.",
                "Numbers are composed of all ten, in both: shuffle the images, or give more.",
            )
    return Glyphs(images[:cut], labels[:cut]), Glyphs(images[cut:], labels[cut:])
