"""Picture -> ink -> glyph -> engine -> Page."""

from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from shuzi.engine import Recogniser
from shuzi.errors import OutputError
from shuzi.files import write_atomically
from shuzi.glyph import normalise
from shuzi.image import MAX_PIXELS, Picture, load_grey
from shuzi.ink import Ink, find_digit, ink_contrast
from shuzi.page import Digit, Number, Page


class Reader:
    """Reads pictures of one digit; keeps its model between them.

    Args:
        model: a model.onnx that shuzi wrote; the one that shuzi carries if None.
        max_pixels: larger pictures are refused.

    Raises:
        ModelError: the model cannot be used.
    """

    def __init__(
        self, model: str | PathLike[str] | None = None, *, max_pixels: int = MAX_PIXELS
    ) -> None:
        self.recogniser = Recogniser(model)
        self.max_pixels = max_pixels

    def read(self, picture: Picture) -> Page:
        """What the picture says: one number of one digit; none if it is blank or not a digit.

        Args:
            picture: a file, or an array as `shuzi.image.load_grey` takes it.

        Raises:
            ImageError: the picture cannot be read.
        """
        grey = load_grey(picture, max_pixels=self.max_pixels)
        return self._page(picture, grey, find_digit(grey))

    def explain(self, picture: str | PathLike[str], folder: str | PathLike[str]) -> Page:
        """Read the file `picture`, and write what each stage saw into `folder`.

        The pictures are <name>-1-grey.png, -2-ink.png, -3-box.png and -4-glyph.png; the last two
        only if there is ink.

        Raises:
            ImageError: the picture cannot be read.
            OutputError: the folder cannot be written.
        """
        grey = load_grey(picture, max_pixels=self.max_pixels)
        stages = {"1-grey": Image.fromarray(grey), "2-ink": _ink_picture(grey)}
        ink = find_digit(grey)
        if ink is not None:
            stages["3-box"] = _box_picture(grey, ink)
            stages["4-glyph"] = _glyph_picture(ink)
        _save(stages, Path(folder), Path(picture).stem)
        return self._page(picture, grey, ink)

    def _page(self, picture: Picture, grey: NDArray[np.uint8], ink: Ink | None) -> Page:
        number = None if ink is None else self._number(ink)
        height, width = grey.shape
        numbers = () if number is None else (number,)
        return Page(
            source=_source(picture), width=width, height=height, kind="digit", numbers=numbers
        )

    def _number(self, ink: Ink) -> Number | None:
        probabilities = self.recogniser.predict(normalise(ink.values))[0]
        digit = int(probabilities.argmax())
        if 1 - probabilities.sum() > probabilities[digit]:
            return None
        others = sorted(((p, d) for d, p in enumerate(probabilities) if d != digit), reverse=True)
        read = Digit(
            text=str(digit),
            confidence=float(probabilities[digit]),
            box=ink.box,
            alternatives=tuple((str(d), float(p)) for p, d in others[:3]),
        )
        return Number(
            text=read.text,
            confidence=read.confidence,
            box=ink.box,
            digits=(read,),
            probabilities=tuple(map(float, probabilities)),
        )


def read(picture: Picture, *, model: str | PathLike[str] | None = None) -> Page:
    """What a picture of one digit says; for many pictures, keep a `Reader`.

    Raises:
        ImageError: the picture cannot be read.
        ModelError: the model cannot be used.
    """
    return Reader(model).read(picture)


def _source(picture: Picture) -> str:
    return "array" if isinstance(picture, np.ndarray) else str(Path(picture))


def _ink_picture(grey: NDArray[np.uint8]) -> Image.Image:
    contrast = ink_contrast(grey)
    return Image.fromarray((255 - contrast / max(contrast.max(), 1) * 255).astype(np.uint8))


def _box_picture(grey: NDArray[np.uint8], ink: Ink) -> Image.Image:
    picture = Image.fromarray(grey).convert("RGB")
    box = ink.box
    corners = (box.x - 1, box.y - 1, box.x + box.width, box.y + box.height)
    thick = max(1, max(grey.shape) // 300)
    ImageDraw.Draw(picture).rectangle(corners, outline=(220, 30, 30), width=thick)
    return picture


def _glyph_picture(ink: Ink) -> Image.Image:
    return Image.fromarray(normalise(ink.values)).resize((280, 280), Image.Resampling.NEAREST)


def _save(stages: dict[str, Image.Image], folder: Path, stem: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}.") from error
    for name, picture in stages.items():
        with write_atomically(folder / f"{stem}-{name}.png") as temporary:
            picture.save(temporary, format="PNG")
