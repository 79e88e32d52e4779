"""The second reader: RapidOCR's recogniser of text lines, which learned apart from shuzi's models.

Only its ONNX file is used, where it lies in the installed package; the package is never imported.
Of its 18,708 characters the digits and the signs of numbers count one by one, all others together
as a mark that belongs to no number.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from logging import getLogger
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from shuzi.errors import ModelError, way
from shuzi.recognise.decoding import DIGITS, MARK, SIGNS, beam_search, is_marked, tidy
from shuzi.recognise.session import open_session

Grey = NDArray[np.uint8]
PACKAGE, FILE = "rapidocr", Path("models", "PP-OCRv6_rec_small.onnx")
NAME = "PP-OCRv6-small"
ALPHABET = DIGITS + SIGNS
HEIGHT = 48
NARROW, AFTER, STEP, WIDEST = 128, 28, 32, 1600
"""Columns that a line is padded to, at least, those after it, and what they are a multiple of. The
network learned on 320 or more, but each takes time: of 486 numbers that it was asked of 388 are
right either way and 228 accepted, instead of 230, in half the time."""
TOGETHER = 8
"""Lines that are read at a time."""
_INPUT, _TYPE = "x", "tensor(float)"


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says to the second reader.

    Args:
        text: the likeliest, each character that is neither a digit nor a sign as `?`.
        confidence: its probability.
        texts: of digits and signs, with their probabilities if there is nothing else on the line;
            a sign stands between digits, or is a minus before them.
        marked: probability that there is something else.
    """

    text: str
    confidence: float
    texts: dict[str, float]
    marked: float


class SecondReader:
    """A recogniser of text lines in RapidOCR's form, opened when it is first asked.

    Args:
        path: its ONNX file.
        threads: that work on one prediction; a core each if None.
    """

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        self.path, self.threads = path, threads

    def open(self) -> None:
        """Load the file, which takes a while, now.

        Raises:
            ModelError: it does not have the form and the characters that are wanted.
        """
        self._columns  # noqa: B018 - what loads it

    def read(self, lines: Sequence[Grey]) -> list[Line]:
        """What each line says.

        Args:
            lines: each uint8 (height, width), one line of text upright.

        Raises:
            ModelError: the file does not have the form and the characters that are wanted.
        """
        inputs = [_as_input(line) for line in lines]
        groups: dict[int, list[int]] = defaultdict(list)
        for i, line in enumerate(inputs):
            groups[line.shape[1]].append(i)
        found: dict[int, Line] = {}
        for members in groups.values():
            for start in range(0, len(members), TOGETHER):
                chunk = members[start : start + TOGETHER]
                tables = self._run(np.stack([inputs[i] for i in chunk]))
                found |= {i: _line(table) for i, table in zip(chunk, tables, strict=True)}
        return [found[i] for i in range(len(lines))]

    def _run(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities float32 (n, t, 17): the blank, `ALPHABET`, any other character."""
        colours = np.repeat(inputs[:, None], 3, axis=1)
        (output,) = self._session.run(None, {_INPUT: colours})
        blank, space, *own = self._columns
        table = np.asarray(output, np.float32)[..., [blank, *own]]
        # A space says no more than that there is none of the others.
        table[..., 0] += output[..., space]
        rest = np.maximum(1 - table.sum(axis=-1, keepdims=True), 0)
        return np.concatenate([table, rest], axis=-1)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        return open_session(self.path, self.threads)

    @cached_property
    def _columns(self) -> list[int]:
        """Those of the blank, of the space, which follows the characters, and of `ALPHABET`."""
        session = self._session
        named = session.get_modelmeta().custom_metadata_map.get("character", "")
        characters = named.splitlines()
        form = [(v.name, v.type, len(v.shape), v.shape[1:3]) for v in session.get_inputs()]
        classes = [v.shape[-1:] for v in session.get_outputs()]
        if (
            form != [(_INPUT, _TYPE, 4, [3, HEIGHT])]
            or classes != [[len(characters) + 2]]
            or not set(ALPHABET) <= set(characters)
        ):
            raise ModelError(
                f"{self.path} is not a second reader that shuzi knows: it must take {_INPUT} float "
                f"[n, 3, {HEIGHT}, w] and give a column for a blank, for each character that it "
                "names and for the space.",
                f"Install {PACKAGE}>=3.10,<4 anew, or read without it: {way('fast')}.",
            )
        return [0, len(characters) + 1, *(characters.index(c) + 1 for c in ALPHABET)]


@cache
def find_second_reader(threads: int | None = None) -> SecondReader | None:
    """The one that is installed; None, which is said once, if there is none."""
    path = find_file()
    if path is None:
        getLogger("shuzi").warning(
            "shuzi reads with its own models alone, and more numbers are left for review: "
            f"{PACKAGE}'s {FILE.name} is not installed (pip install '{PACKAGE}>=3.10')."
        )
        return None
    return SecondReader(path, threads=threads)


def find_file() -> Path | None:
    """Where the installed package keeps it."""
    spec = find_spec(PACKAGE)
    folders = map(Path, spec.submodule_search_locations or ()) if spec else ()
    return next((path for folder in folders if (path := folder / FILE).is_file()), None)


def _as_input(line: Grey) -> NDArray[np.float32]:
    """float32 (48, w) from -1 black to 1 white, grey where it is padded."""
    height, width = line.shape
    width = min(WIDEST, max(8, round(width * HEIGHT / height)))
    how = cv2.INTER_LINEAR
    scaled = cv2.resize(line, (width, HEIGHT), interpolation=how)
    room = max(NARROW, -(-(width + AFTER) // STEP) * STEP)
    padded = np.zeros((HEIGHT, room), np.float32)
    padded[:, :width] = scaled.astype(np.float32) / 127.5 - 1
    return padded


def _line(table: NDArray[np.float32]) -> Line:
    said = beam_search(np.log(np.maximum(table, 1e-9)), alphabet=ALPHABET + MARK)
    total = sum(p for _, p in said)
    text, confidence = said[0]
    marked = sum(p for text, p in said if is_marked(text)) / total
    numeric = np.maximum(table[:, :-1], 1e-9)
    numeric /= numeric.sum(axis=1, keepdims=True)
    texts: dict[str, float] = defaultdict(float)
    for other, p in beam_search(np.log(numeric), alphabet=ALPHABET):
        texts[tidy(other)] += p
    return Line(text, min(1.0, confidence), dict(texts), min(1.0, marked))
