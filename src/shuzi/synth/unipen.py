"""Real pen strokes: digits, numbers, signs, letters and words of UNIPEN, inked at any size.

Source: I. Guyon, L. Schomaker, R. Plamondon, M. Liberman, S. Janet (1994), "UNIPEN project of
on-line data exchange and recognizer benchmarks".
"""

import re
import zlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError
from shuzi.recognise.decoding import DIGITS, SIGNS
from shuzi.synth.haste import hurried
from shuzi.synth.mislabelled import MISLABELLED
from shuzi.synth.pen import cut

Ink = NDArray[np.uint8]
Strokes = list[NDArray[np.float64]]
"""Of each stroke its points, float64 (n, 2): x to the right, y down, as large as they come."""
KINDS = ("digits", "strings", "signs", "letters", "words", "mixed")
FOLD = 5
"""One writer in so many is kept out of training."""
FLAT = 1.4
"""Width over height from which a digit is taken for a wrong label."""
_FINE = 3.0
"""Pixels of a pen's width at least while it is drawn; the ink is shrunk afterwards."""
_FINEST = 4.0
_NUMBER = re.compile(r"-?\d+([.,/:-]\d+)+|\d+")
_IDENTIFIER = re.compile(r"[A-Za-z](?=.*\d)\S+")


@dataclass(frozen=True, slots=True)
class Nib:
    """How a pen inks.

    Args:
        width: of its line, in pixels.
        pressure: how much the width swings along a stroke, 0 a ball pen to 0.5.
        grain: share of the ink that the paper's grain keeps off, 0 ink to 0.6 pencil and chalk.
    """

    width: float
    pressure: float = 0.0
    grain: float = 0.0


class Pens:
    """What many writers wrote, as pen strokes.

    Args:
        kinds: of each of `KINDS`, its samples: text, writer, strokes.
    """

    def __init__(self, kinds: dict[str, list[tuple[str, int, Strokes]]]) -> None:
        self._samples = kinds
        self._of: dict[tuple[str, str, int | None], list[int]] = defaultdict(list)
        for kind, samples in kinds.items():
            for i, (text, writer, _) in enumerate(samples):
                for key in (text, ""):
                    self._of[kind, key, writer].append(i)
                    self._of[kind, key, None].append(i)
        self.people = tuple(
            sorted(
                writer
                for writer in {writer for _, writer, _ in kinds["digits"]}
                if all(self._of.get(("digits", str(digit), writer)) for digit in range(10))
            )
        )
        """Those of whom each digit is here."""

    @classmethod
    def load(cls, folder: Path, *, held_out: bool = False) -> "Pens":
        """Read `digits.npz`, `strings.npz`, `signs.npz`, `letters.npz`, `words.npz`, `mixed.npz`.

        Args:
            held_out: the writers kept out of training instead of the others.

        Raises:
            DataError: if a file is missing or does not hold strokes.
        """
        tables = {kind: _read(folder / f"{kind}.npz") for kind in KINDS}
        _check(folder, tables)
        everyone = np.unique(np.concatenate([table["writer"] for table in tables.values()]))
        fifth = set(everyone[FOLD - 1 :: FOLD].tolist())
        kinds = {}
        for kind, table in tables.items():
            samples = _samples(table)
            kinds[kind] = [s for s in samples if (s[1] in fifth) == held_out]
        kinds["digits"] = [s for s in kinds["digits"] if _flatness(s[2]) < FLAT]
        plain = [sample for sample in kinds["mixed"] if _NUMBER.fullmatch(sample[0])]
        kinds["strings"] += plain
        kinds["signed"] = [sample for sample in plain if not sample[0].isdigit()]
        kinds["mixed"] = [s for s in kinds["mixed"] if _IDENTIFIER.fullmatch(s[0])]
        return cls(kinds)

    def pick(
        self, kind: str, rng: np.random.Generator, text: str = "", person: int | None = None
    ) -> tuple[str, Strokes]:
        """A sample's text and strokes, of that person if there is one, else of anybody.

        Args:
            kind: one of `KINDS`; of `strings` whole numbers, of `mixed` words with digits in them;
                or `signed`, the whole numbers that have signs.
            text: what it says; empty for anything.
        """
        found = self._of.get((kind, text, person)) or self._of.get((kind, text, None))
        if not found:
            raise KeyError(f"no {kind} of {text!r}")
        said, _, strokes = self._samples[kind][found[rng.integers(len(found))]]
        return said, strokes

    def samples(self, kind: str) -> list[tuple[str, int, Strokes]]:
        """All of that kind: text, writer, strokes."""
        return self._samples[kind]

    def has(self, kind: str, text: str) -> bool:
        return (kind, text, None) in self._of


def ink_strokes(
    strokes: Strokes,
    scale: float,
    nib: Nib,
    rng: np.random.Generator,
    *,
    slant: float = 0.0,
    wide: float = 1.0,
    haste: float = 0.0,
) -> Ink:
    """The strokes' ink, uint8, cut to its size, 255 full ink.

    Args:
        scale: pixels of the ink that a unit of the strokes becomes.
        slant: how much further they lean to the right, a height.
        wide: how many times wider they get.
        haste: how much more hurried they get, 0 to 1.
    """
    everything = np.concatenate(strokes)
    low = everything.min(axis=0)
    fine = float(np.clip(_FINE / nib.width, 1.0, _FINEST))
    scale *= fine
    tall = scale * max(float(np.ptp(everything[:, 1])), 100.0)
    bend, phase = rng.normal(0, 0.02, 2) * tall, rng.uniform(0, 6.28, 2)
    paths = []
    smooth = [(_smooth(stroke) - low) * scale for stroke in strokes]
    if haste:
        smooth = [path * tall for path in hurried([s / tall for s in smooth], haste, rng)]
    for stroke in smooth:
        x, y = stroke.T
        across = wide * x - slant * y + bend[0] * np.sin(2 * y / tall + phase[0])
        paths.append(np.stack([across, y + bend[1] * np.sin(across / tall + phase[1])]))
    margin = 2 * fine * nib.width + 2
    all_x, all_y = np.concatenate(paths, axis=1)
    left, top = all_x.min() - margin, all_y.min() - margin
    ink = np.zeros((int(all_y.max() - top + margin), int(all_x.max() - left + margin)), np.uint8)
    for path in paths:
        _follow(ink, path.T - [left, top], fine * nib.width, nib.pressure, rng)
    if fine > 1:
        size = [max(1, round(side / fine)) for side in ink.shape[::-1]]
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.uint8)
    return cut(grained(ink, nib.grain, rng))


def grained(ink: Ink, grain: float, rng: np.random.Generator) -> Ink:
    """The ink less what the paper's grain keeps off, that share at most."""
    if not grain:
        return ink
    rough = rng.random(ink.shape, np.float32)
    rough = np.asarray(cv2.GaussianBlur(rough, (0, 0), 0.7), np.float32)
    return np.asarray(ink * (1 - grain * np.clip(4 * (rough - 0.35), 0, 1)), np.uint8)


def _follow(
    ink: Ink, path: NDArray[np.float64], width: float, pressure: float, rng: np.random.Generator
) -> None:
    points = np.round(path * 16).astype(np.int32)
    if len(points) == 1 or (np.ptp(points, axis=0) < 8).all():
        radius = round(16 * max(0.6, 0.6 * width))
        cv2.circle(ink, points[0].tolist(), radius, 255, -1, cv2.LINE_AA, 4)
        return
    step = 4 if pressure else len(points)
    phase, pace = rng.uniform(0, 6.28), rng.uniform(0.1, 0.5)
    for i in range(0, len(points) - 1, step):
        thick = width * (1 + pressure * np.sin(phase + pace * i))
        piece = points[i : i + step + 1, None]
        cv2.polylines(ink, [piece], False, 255, max(1, round(thick)), cv2.LINE_AA, 4)


def _smooth(stroke: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without the digitiser's steps; the ends stay."""
    if len(stroke) < 4:
        return stroke
    gone = np.r_[0, np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))]
    count = int(np.clip(gone[-1] / 12, 4, 400))
    steps = np.linspace(0, gone[-1], count)
    path = np.stack([np.interp(steps, gone, stroke[:, axis]) for axis in (0, 1)], axis=1)
    for _ in range(2):
        path[1:-1] = (path[:-2] + 2 * path[1:-1] + path[2:]) / 4
    return path


def _flatness(strokes: Strokes) -> float:
    wide, high = np.ptp(np.concatenate(strokes), axis=0)
    return float(wide / max(high, 1.0))


def _read(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            names = ("text", "writer", "strokes_of", "stroke_at", "points")
            return {name: file[name] for name in names}
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"{path} does not hold pen strokes: {error}.",
            f"Give the folder with {', '.join(f'{kind}.npz' for kind in KINDS)}, or none.",
        ) from error


def _check(folder: Path, tables: dict[str, dict[str, NDArray[np.generic]]]) -> None:
    """Refuse what numbers cannot be composed of."""
    for kind, alphabet in (("digits", DIGITS), ("strings", DIGITS + SIGNS)):
        labels = tables[kind]["text"].tolist()
        if not labels:
            raise DataError(
                f"{folder / kind}.npz holds no samples.",
                "Give some, or a folder without pen strokes: digits are then drawn.",
            )
        other = next((text for text in labels if not text or set(text) - set(alphabet)), None)
        if other is not None:
            raise DataError(
                f"{folder / kind}.npz has the label {other!r}; one of {kind} is of {alphabet}.",
                "Take it out, or put it among `mixed`.",
            )
    writers = len(np.unique(tables["digits"]["writer"]))
    if writers < FOLD:
        raise DataError(
            f"{folder / 'digits'}.npz holds digits of {writers} writers; {FOLD} are needed, as "
            "every fifth is kept out of training to choose between models.",
            "Add other writers, or give a folder without pen strokes: digits are then drawn.",
        )


def _samples(table: dict[str, NDArray[np.generic]]) -> list[tuple[str, int, Strokes]]:
    """Text, writer and strokes of each sample, once: some come under several writers, of whom one
    may train and another be kept out."""
    found: dict[tuple[str, int], tuple[str, int, Strokes]] = {}
    for i, (text, writer) in enumerate(
        zip(table["text"].tolist(), table["writer"].tolist(), strict=True)
    ):
        strokes = _strokes(table, i)
        mark = zlib.crc32(b"".join(stroke.astype("<i2").tobytes() for stroke in strokes))
        if strokes and mark not in MISLABELLED:
            found.setdefault((text, mark), (text, writer, strokes))
    return list(found.values())


def _strokes(table: dict[str, NDArray[np.generic]], i: int) -> Strokes:
    first, last = int(table["strokes_of"][i]), int(table["strokes_of"][i + 1])
    at, points = table["stroke_at"], table["points"]
    pieces = [points[int(at[j]) : int(at[j + 1])] for j in range(first, last)]
    return [np.asarray(piece, np.float64) for piece in pieces if len(piece)]
